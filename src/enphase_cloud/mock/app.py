"""The ASGI app: routes from the document, and what every call goes through.

A call is, in this order: spoilt by a fault that is due; refused for its path (404) or method (405, and 501 for
one that no operation has); refused for its key or token (401), its plan (403) or its quota (429); answered 501
where nothing is served; and answered. The journal sees all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from enphase_cloud.mock import admin, oauth
from enphase_cloud.mock.accounts import Application, Caller
from enphase_cloud.mock.clock import TimeSource
from enphase_cloud.mock.document import Operation, load
from enphase_cloud.mock.endpoint import MAX_BODY, Endpoint, Seen
from enphase_cloud.mock.handlers import SERVED
from enphase_cloud.mock.options import Sleep, check_options
from enphase_cloud.mock.replies import RefusedError, Reply, Stream, answer, refusal, with_extra_fields
from enphase_cloud.mock.service import Asked, Service

SYSTEMS = "/api/v4/systems"


def create_app(
    *,
    seed: int = 1,
    homes: int = 8,
    owners: int = 2,
    clock: TimeSource | float | None = None,
    speed: float | None = None,
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
    speed: seconds of the clock in a real second; None: 1, and 0 from a number
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
    app.router.default = ApiEndpoint(service, {})
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
    return [Route(path, ApiEndpoint(service, paths[path])) for path in ordered]


class ApiEndpoint(Endpoint):
    """The operations of one path of the document."""

    def answer(self, request: Request, body: bytes, operation: Operation, seen: Seen) -> Reply | Stream:
        """What the handler of `operation` says, once the call is admitted."""
        service = self._service
        denied = self.admit(request, operation, seen)
        if denied is not None:
            return denied
        assert seen.caller is not None  # noqa: S101 - admitted
        handler = SERVED.get(operation.operation_id)
        if handler is None:
            return refusal(operation, 501)
        asked = Asked(seen.caller, request.path_params, request.query_params, body, request.headers)
        try:
            if len(body) > MAX_BODY:
                raise RefusedError(_too_large(operation), "The request body is too large")
            payload: Any = handler(service, asked)
        except RefusedError as error:
            return refusal(operation, error, now=service.clock())
        seen.charge = service.quota.made(seen.caller, operation, seen.charge)
        if isinstance(payload, Reply | Stream):
            return payload
        if "extra_fields" in service.settings.quirks:
            payload = with_extra_fields(payload)
        return answer(operation, payload)

    def recognise(self, request: Request) -> Caller:
        """Whose key and token these are. Raises RefusedError (401)."""
        accounts, settings = self._service.accounts, self._service.settings
        return accounts.identify(request.headers, request.query_params, settings)

    def admit(self, request: Request, operation: Operation, seen: Seen) -> Reply | None:
        """Refused for its key or token (401), its plan (403) or its quota (429)."""
        service = self._service
        try:
            seen.caller = self.recognise(request)
            seen.charge = service.quota.admit(seen.caller, operation, service.clock(), service.settings)
        except RefusedError as error:
            seen.refused_by = error.limit
            return refusal(operation, error, now=service.clock())
        return None


def _too_large(operation: Operation) -> int:
    """The status for a body of more than `MAX_BODY` bytes: as documented, else 413."""
    return next((status for status in (422, 400) if operation.media(status) is not None), 413)
