"""The facade makes its requests without httpx.Client: the service and the log must see no difference."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from enphase_cloud.transport.messages import Request, endpoint

from .conftest import Connect
from .worlds import HOST, World, reply, script

CASES: list[tuple[str, dict[str, Any]]] = [
    ("getSystemSummary", {"system_id": 7}),
    ("listSystems", {"page": 2, "size": 100, "sort_by": "-id"}),
    ("getEnchargeTelemetry", {"system_id": 7, "serial_no": "ü/ %2F;=?#~", "granularity": "week"}),
    ("getEnchargeTelemetry", {"system_id": 7, "serial_no": "1", "granularity": "a b&c=%41+ü"}),
    ("searchSystems", {"size": 10, "page": 1}),
]


def sent(request: httpx.Request) -> tuple[Any, ...]:
    """All of a request that whoever gets it can tell."""
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    return (
        request.method,
        bytes(request.url.raw_path),
        request.url.host,
        headers,
        request.content,
        limits(request),
    )


def limits(request: httpx.Request) -> Any:
    return request.extensions["timeout"]


@pytest.mark.parametrize(
    "base_url", [HOST, f"{HOST}:443/", f"{HOST}/through/a proxy/", "http://[::1]:8080/x"]
)
@pytest.mark.parametrize(("operation", "arguments"), CASES)
def test_the_request_is_the_one_that_httpx_would_make(
    connect: Connect, base_url: str, operation: str, arguments: dict[str, Any]
) -> None:
    """A path quoted twice, a query in another order, a header or a limit left out."""
    world = World(script(reply(200, {})))
    mode = connect(world, base_url=base_url)
    raw, session = mode.client.raw, mode.client._session
    client = raw.get_httpx_client() if mode.name == "sync" else raw.get_async_httpx_client()
    mode.result(client.request(**endpoint(operation).get_kwargs(**arguments)))
    mode.result(session.send(Request(operation, arguments)))
    mode.result(session.send(Request(operation, arguments)))  # its address is known now
    by_httpx, *ours = map(read, world.wire.requests)
    assert [sent(each) for each in ours] == [sent(by_httpx)] * 2


def read(request: httpx.Request) -> httpx.Request:
    request.read()
    return request


def test_cookies_are_kept_and_given_back(connect: Connect) -> None:
    """A gateway that keeps a client at one server by a cookie, and never sees it again."""
    world = World(script(reply(200, {}, set_cookie="place=3; Path=/"), reply(200, {})))
    mode = connect(world)
    mode.result(mode.client.system(7).summary())
    mode.result(mode.client.system(7).summary())
    assert [each.headers.get("cookie") for each in world.wire.requests] == [None, "place=3"]


def test_calls_are_in_the_log_of_httpx(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever counts calls there would count none of the facade's."""
    caplog.set_level(logging.INFO, "httpx")
    mode = connect(World(script(reply(200, {}))))
    mode.result(mode.client.system(7).summary())
    client = mode.client.raw
    client = client.get_httpx_client() if mode.name == "sync" else client.get_async_httpx_client()
    mode.result(client.get("/api/v4/systems/7/summary"))
    ours, by_httpx = [each.getMessage() for each in caplog.records if each.name == "httpx"]
    assert ours == by_httpx
