"""The ASGI app: routes from the document, and what every call goes through.

A call is, in this order: spoilt by a fault that is due, refused for its method (405), refused for its key or
token (401), answered 501 where nothing is served, and answered. The journal sees all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from enphase_cloud.mock.document import Operation, load
from enphase_cloud.mock.handlers import SERVED
from enphase_cloud.mock.options import Clock, check_options
from enphase_cloud.mock.replies import RefusedError, Reply, answer, refusal
from enphase_cloud.mock.service import Asked, Call, Service

SYSTEMS = "/api/v4/systems"


def create_app(
    *,
    seed: int = 1,
    homes: int = 4,
    clock: Clock | float | None = None,
    epoch: int | None = None,
    api_key: str | None = None,
    access_token: str | None = None,
    window_cap: str | int | None = None,
    stuck_windows: bool = False,
    boundary_row: bool = False,
    nested: Collection[str] = ("energy_import", "energy_export"),
) -> Starlette:
    """A service that plays the Enphase cloud API v4. ``app.state.service`` is its `Service`.

    seed: another seed, another fleet; the same seed, the same bytes
    homes: how many systems; see `fleet.build_fleet` for what is peculiar about each
    clock: seconds since 1970: a callable, or a number for a clock that stands still; None: the real one
    epoch: every home was installed before this moment; None: 2026-01-01, or the start of the clock's
        year where that is earlier
    api_key, access_token: the only ones that are accepted; None: any that is not empty
    window_cap: no answer covers more than this: seconds, or `5mins`, `15mins`, `day`, `week`
    stuck_windows: every answer ends where it begins, so that a client that follows gets nowhere
    boundary_row: the interval before the window comes first (its `end_at` is the window's `start_at`)
    nested: the series whose `intervals` are a list in a list

    Raises ValueError for an option that makes no sense.
    """
    options = check_options(
        seed=seed,
        homes=homes,
        clock=clock,
        epoch=epoch,
        api_key=api_key,
        access_token=access_token,
        window_cap=window_cap,
        stuck_windows=stuck_windows,
        boundary_row=boundary_row,
        nested=nested,
    )
    service = Service(options, load())
    app = Starlette(routes=_routes(service))
    app.router.redirect_slashes = False
    app.router.default = Endpoint(service, {})
    app.state.service = service
    return app


def _routes(service: Service) -> list[Route]:
    """One route for each path of the document, fixed ones before those with parameters."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in service.document.operations.values():
        paths.setdefault(operation.path, {})[operation.method] = operation
    # an empty system id answers the list of systems
    paths[f"{SYSTEMS}/"] = paths[SYSTEMS]
    ordered = sorted(paths, key=lambda path: [part.startswith("{") for part in path.split("/")])
    return [Route(path, Endpoint(service, paths[path])) for path in ordered]


class Endpoint:
    """The operations of one path by method; without any, every path that the document does not know."""

    def __init__(self, service: Service, operations: Mapping[str, Operation]) -> None:
        self._service = service
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, and note it."""
        if scope["type"] != "http":
            return
        service, request = self._service, Request(scope, receive)
        operation = self._operations.get(request.method)
        fault = service.take_fault(operation.operation_id if operation else None)
        dropped = fault is not None and fault.drop
        body = await request.body()
        reply = (
            None if dropped else fault.reply(operation, service.now) if fault else self._reply(request, body)
        )
        service.journal.append(
            Call(
                at=service.options.clock(),
                method=request.method,
                path=request.url.path,
                query={name: value for name, value in request.query_params.items() if name != "key"},
                operation=operation.operation_id if operation else None,
                status=reply.status if reply else 0,
            )
        )
        if reply is None:
            await _drop(scope, receive)
        else:
            headers = {**reply.headers, "content-type": reply.content_type}
            await Response(reply.body, reply.status, headers)(scope, receive, send)

    def _reply(self, request: Request, body: bytes) -> Reply:
        service = self._service
        if not self._operations:
            return refusal(None, 404, f"No operation at {request.url.path}")
        operation = self._operations.get(request.method)
        if operation is None:
            known = next(iter(self._operations.values()))
            refused = refusal(known, 405)
            allowed = {"allow": ", ".join(self._operations)}
            return Reply(refused.status, refused.body, refused.content_type, allowed)
        if not _may(service, request):
            return refusal(operation, 401)
        handler = SERVED.get(operation.operation_id)
        if handler is None:
            return refusal(operation, 501)
        try:
            payload: Any = handler(service, Asked(request.path_params, request.query_params, body))
        except RefusedError as refused_:
            return refusal(operation, refused_.status, refused_.details, now=service.now)
        return answer(operation, payload)


def _may(service: Service, request: Request) -> bool:
    """Whether the call carries an API key (header, or query) and a bearer token, and the right ones."""
    key = request.headers.get("key") or request.query_params.get("key") or ""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    wanted = service.options
    return (
        bool(key.strip())
        and scheme.lower() == "bearer"
        and bool(token.strip())
        and wanted.api_key in (None, key)
        and wanted.access_token in (None, token.strip())
    )


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer; in process, where there is none, raise what a socket would."""
    abort = scope.get("extensions", {}).get("enphase.abort")
    if abort is None:
        raise ConnectionResetError("the mock server dropped the connection, as fail_next(drop=True) asked")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass
