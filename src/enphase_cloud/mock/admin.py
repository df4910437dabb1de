"""The server's own interface, under `/_mock`: reset, clock, settings, faults, journal, totals, who and what there is.

JSON in and out, without a key. Its calls are not in the journal, take no hit, and no fault touches them. What is
wrong with a request is said in `{"error": ...}`, with 400.

It is for whoever can reach the port, but not for the pages of other sites in that person's browser: those are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from enphase_cloud.mock.controls import PREFIX, RESOURCES, Action, Order, check_names
from enphase_cloud.mock.service import Service

MAX_BODY = 1_000_000


class RefusedError(Exception):
    """The request is not for this interface. `status` and what is wrong."""

    def __init__(self, status: int, told: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(told)
        self.status = status
        self.headers = headers or {}


def routes(service: Service) -> list[BaseRoute]:
    """The routes under `PREFIX`."""
    admin = Admin(service)
    return [Route(PREFIX, admin), Route(f"{PREFIX}/{{rest:path}}", admin)]


class Admin:
    """The ASGI app of the interface."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except RefusedError as error:
            response = _response({"error": str(error)}, error.status, error.headers)
        except ValueError as error:
            response = _response({"error": str(error)}, 400)
        except ClientDisconnect:
            return
        if request.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if not _is_here(request):
            raise RefusedError(
                403,
                f"{PREFIX} is not there under that name: call it at 127.0.0.1, or where the server listens",
            )
        if _is_foreign(request.headers):
            raise RefusedError(
                403,
                f"{PREFIX} is not for pages of other sites; a person types its address, a program sends no Origin",
            )
        path = f"/{request.path_params.get('rest', '')}".rstrip("/")
        if path not in RESOURCES:
            known = ", ".join(f"{PREFIX}{each}" for each in RESOURCES)
            raise RefusedError(404, f"there is nothing at {request.url.path}; there are: {known}")
        actions = RESOURCES[path].actions
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_allow(actions))
        action = actions.get("GET" if request.method == "HEAD" else request.method)
        if action is None:
            told = f"{PREFIX}{path} takes {' or '.join(actions)}, not {request.method}"
            raise RefusedError(405, told, _allow(actions))
        check_names(request.query_params, action.query, "parameter")
        raw = await _read(request)
        order = Order(
            self._service,
            request.query_params,
            _parse(raw, action.body) if request.method not in ("GET", "HEAD") else {},
            str(request.url.replace(path=request.scope.get("root_path", ""), query="")),
        )
        return _response(action.run(order))


def _response(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(payload, indent=2) if not isinstance(payload, str) else payload
    return Response(
        f"{body}\n",
        status,
        media_type="application/json",
        headers={"cache-control": "no-store", **(headers or {})},
    )


def _is_here(request: Request) -> bool:
    """Whether the host that is named is this one: a page may have a name of its own lead to this machine.

    Where the call came in at an address that other machines reach, it was opened to them, and has any name.
    """
    named = request.headers.get("host")
    if named is None:
        return True  # no browser
    name = _hostname(f"//{named}")
    arrived = str((request.scope.get("server") or ("",))[0]).lower()
    listens = str(request.scope.get("extensions", {}).get("enphase.host", "")).lower()
    return bool(name) and (_is_loopback(name) or name in (arrived, listens) or _is_remote(arrived))


def _hostname(url: str) -> str:
    """Lower case, without port and brackets; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _is_remote(name: str) -> bool:
    try:
        return not ip_address(name).is_loopback
    except ValueError:
        return False


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser sends this for a page of another site."""
    if headers.get("sec-fetch-site") == "cross-site":
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return True
    # `null` has no host: a file, or a frame that was locked up
    return not host or host.lower() != headers.get("host", "").lower()


def _allow(actions: Mapping[str, Action]) -> dict[str, str]:
    return {"allow": ", ".join([*actions, *(["HEAD"] if "GET" in actions else []), "OPTIONS"])}


async def _read(request: Request) -> bytes:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise ValueError(f"the body is longer than {MAX_BODY} bytes")
    return raw


def _parse(raw: bytes, example: str) -> Mapping[str, Any]:
    """The object in a body. Raises ValueError that shows an example."""
    if not example:
        if raw.strip() not in (b"", b"{}"):
            raise ValueError("this takes no body: leave it out")
        return {}
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ValueError(f"the body must be a JSON object, such as {example}")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
