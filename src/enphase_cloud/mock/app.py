"""The ASGI app: routes from the document, and what every call goes through.

A call is, in this order: spoilt by a fault that is due; refused for its path (404) or method (405, and 501 for
one that no operation has); refused for its key or token (401), its plan (403) or its quota (429); answered 501
where nothing is served; and answered. The journal sees all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from enphase_cloud.mock import admin, oauth
from enphase_cloud.mock.accounts import Application, Caller
from enphase_cloud.mock.clock import TimeSource
from enphase_cloud.mock.delivery import Delivery, deliver
from enphase_cloud.mock.document import Operation, load
from enphase_cloud.mock.handlers import SERVED
from enphase_cloud.mock.journal import Call, without_secrets
from enphase_cloud.mock.options import Sleep, check_options
from enphase_cloud.mock.quota import Charge
from enphase_cloud.mock.replies import RefusedError, Reply, Stream, answer, refusal
from enphase_cloud.mock.service import Asked, Service

SYSTEMS = "/api/v4/systems"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
MAX_BODY = 1_000_000


def create_app(
    *,
    seed: int = 1,
    homes: int = 4,
    owners: int = 2,
    clock: TimeSource | float | None = None,
    speed: float = 1.0,
    epoch: int | None = None,
    applications: Sequence[Application] | None = None,
    sleep: Sleep = asyncio.sleep,
    **settings: Any,
) -> Starlette:
    """A service that plays the Enphase cloud API v4. ``app.state.service`` is its `Service`.

    seed: another seed, another fleet; the same seed, the same bytes
    homes: how many systems; see `fleet.build_fleet` for what is peculiar about each
    owners: among how many people the systems are dealt out; an installer sees them all
    clock: seconds since 1970: a callable, or a number for a clock that stands still; None: the real one
    speed: how fast a running clock runs
    epoch: every home was installed before this moment; None: 2026-01-01, or the start of the clock's
        year where that is earlier
    applications: what is registered; None: one for each plan, `accounts.APPLICATIONS`
    sleep: what waits, in slow answers and live streams
    settings: the switches of `settings.Settings`, by name

    Raises ValueError for an option that makes no sense.
    """
    options = check_options(
        seed=seed,
        homes=homes,
        owners=owners,
        clock=clock,
        speed=speed,
        epoch=epoch,
        applications=applications,
        sleep=sleep,
        settings=settings,
    )
    service = Service(options, load())
    app = Starlette(routes=[*admin.routes(service), *oauth.routes(service), *_routes(service)])
    app.router.redirect_slashes = False
    app.router.default = Endpoint(service, {})
    app.state.service = service
    return app


def _routes(service: Service) -> list[BaseRoute]:
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
        body = await request.body()
        fault = service.faults.take(None if operation is None else operation.operation_id)
        seen = _Seen()
        if fault is None:
            delivery = Delivery(reply=self._reply(request, body, operation, seen))
        else:
            reply = None
            if fault.answered:
                reply = self._reply(request, body, operation, seen)
            elif operation is not None and not fault.unseen:
                self._admitted(request, operation, seen)
            delivery = fault.spoil(reply, operation, service.clock())
        service.journal.record(
            Call(
                at=service.clock(),
                method=request.method,
                path=request.url.path,
                query=without_secrets(request.query_params),
                operation=None if operation is None else operation.operation_id,
                status=delivery.status,
                **({} if seen.caller is None else seen.caller.names()),
                counted=seen.charge.counted,
                refused_by=seen.refused_by,
                charge_usd=seen.charge.usd,
                fault=None if fault is None else fault.name,
            )
        )
        await deliver(delivery, scope, receive, send, service.options.sleep)

    def _reply(
        self, request: Request, body: bytes, operation: Operation | None, seen: _Seen
    ) -> Reply | Stream:
        service = self._service
        if not self._operations:
            return refusal(None, RefusedError(404, f"No operation at {request.url.path}"))
        if operation is None:
            known = next(iter(self._operations.values()))
            allowed = {"allow": ", ".join(self._operations)}
            refused = RefusedError(405 if request.method in METHODS else 501, headers=allowed)
            return refusal(known, refused)
        denied = self._admitted(request, operation, seen)
        if denied is not None:
            return denied
        assert seen.caller is not None  # noqa: S101 - admitted
        handler = SERVED.get(operation.operation_id)
        if handler is None:
            return refusal(operation, 501)
        asked = Asked(seen.caller, request.path_params, request.query_params, body, request.headers)
        try:
            if len(body) > MAX_BODY:
                raise RefusedError(422, "The request body is too large")
            payload: Any = handler(service, asked)
        except RefusedError as error:
            return refusal(operation, error, now=service.clock())
        return payload if isinstance(payload, Reply | Stream) else answer(operation, payload)

    def _admitted(self, request: Request, operation: Operation, seen: _Seen) -> Reply | None:
        """Note who calls, and count it; what refuses the call, if anything does."""
        service = self._service
        try:
            seen.caller = service.accounts.identify(request.headers, request.query_params, service.settings)
            seen.charge = service.quota.admit(seen.caller, operation, service.clock(), service.settings)
        except RefusedError as error:
            seen.refused_by = error.limit
            return refusal(operation, error, now=service.clock())
        return None


class _Seen:
    """What a call turned out to be."""

    def __init__(self) -> None:
        self.caller: Caller | None = None
        self.charge = Charge(counted=False, usd=0.0)
        self.refused_by: str | None = None
