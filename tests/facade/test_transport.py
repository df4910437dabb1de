"""Where requests go, what they carry, and what they never do."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from typing import Any

import httpx
import pytest
from enphase_v4.api.streaming import get_live_data
from enphase_v4.api.system_details import get_system_summary
from enphase_v4.catalog import BASE_URL

from enphase_cloud import (
    ConfigurationError,
    ConnectionFailed,
    DecodeError,
    EnphaseError,
    Hooks,
    Retry,
    Runtime,
    __version__,
)
from enphase_cloud.transport.grant import Application
from enphase_cloud.transport.http import TokenWire
from enphase_cloud.transport.secret import Secret

from .conftest import Connect
from .worlds import HOST, KEY, MODES, NOW, TOKEN, World, reply, script

GOOD = reply(body={"system_id": 7, "current_power": 5})


def test_credentials_travel_in_headers_and_nowhere_else(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world)
    mode.raw(get_system_summary, 7)
    (request,) = world.wire.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["key"] == KEY
    assert request.headers["user-agent"] == f"enphase-cloud/{__version__}"
    assert str(request.url) == f"{HOST}/api/v4/systems/7/summary"
    assert TOKEN not in repr(mode.client.raw) + repr(mode.client) + repr(vars(mode.client))


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.enphaseenergy.com/api/v4",
        "https://api.enphaseenergy.com/api/v4/",
        "http://api.enphaseenergy.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://api.enphaseenergy.com",
        "https://user:canary@api.enphaseenergy.com",
        "https://canary@api.enphaseenergy.com",
        "https://api.enphaseenergy.com?key=canary",
        "https://api.enphaseenergy.com/#canary",
        "https://api.enphaseenergy.com?",
        "https://",
        "https://a b",
        "https://api.enphaseenergy.com:123456",
        "api.enphaseenergy.com",
        "https://[::1",
        7,
    ],
)
def test_an_address_that_credentials_must_not_go_to(connect: Connect, base_url: Any) -> None:
    with pytest.raises(ConfigurationError, match="base_url") as caught:
        connect(World(script(GOOD)), base_url=base_url)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:8787", "http://[::1]:8787", "http://localhost", "https://proxy.example/enphase/"],
)
def test_addresses_that_are_fine(connect: Connect, base_url: str) -> None:
    world = World(script(GOOD))
    mode = connect(world, base_url=base_url)
    assert mode.raw(get_system_summary, 7).parsed.current_power == 5
    (request,) = world.wire.requests
    assert str(request.url) == base_url.rstrip("/") + "/api/v4/systems/7/summary"


def test_the_default_is_the_production_host(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world, base_url=None)
    mode.raw(get_system_summary, 7)
    assert world.wire.requests[0].url.host == "api.enphaseenergy.com"
    assert BASE_URL == HOST


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/api",
        "http://api.enphaseenergy.com/api",
        "https://api.enphaseenergy.com:444/",
    ],
)
def test_nothing_is_sent_to_another_origin(connect: Connect, url: str) -> None:
    world = World(script(GOOD))
    mode = connect(world)
    raw = mode.client.raw
    client = raw.get_httpx_client() if mode.name == "sync" else raw.get_async_httpx_client()
    with pytest.raises(ConfigurationError, match="speaks to"):
        mode.result(client.get(url))
    assert world.wire.requests == []


def test_redirects_are_not_followed(connect: Connect) -> None:
    world = World(script(reply(302, location="https://elsewhere.example/")))
    mode = connect(world)
    with pytest.raises(EnphaseError, match=r"302\. Redirects are not followed"):
        mode.result(mode.client.system(7).summary())
    assert len(world.wire.requests) == 1


def test_a_closed_client_says_so(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world)
    mode.result(mode.client.close())
    with pytest.raises(ConfigurationError, match="closed"):
        mode.result(mode.client.system(7).summary())
    with pytest.raises(ConfigurationError, match="closed"):
        mode.raw(get_system_summary, 7)
    with pytest.raises(ConfigurationError, match="closed"):
        _ = mode.client.quota
    assert world.wire.requests == []


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), "5", True])
def test_a_timeout_is_a_number_of_seconds(connect: Connect, timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        connect(World(script(GOOD)), timeout=timeout)


def test_every_wait_for_the_service_ends(connect: Connect) -> None:
    world = World(script(GOOD))
    connect(world, timeout=7).raw(get_system_summary, 7)
    assert world.wire.requests[0].extensions["timeout"] == dict.fromkeys(
        ("connect", "read", "write", "pool"), 7
    )


def test_a_certificate_that_is_not_trusted_is_not_tried_again(connect: Connect) -> None:
    def untrusted(request: httpx.Request) -> httpx.Response | Exception:
        error = httpx.ConnectError("certificate verify failed")
        error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
        return error

    world = World(untrusted)
    mode = connect(world)
    with pytest.raises(ConnectionFailed, match="certificate verify failed"):
        mode.raw(get_system_summary, 7)
    assert len(world.wire.requests) == 1


@pytest.mark.parametrize("name", MODES)
def test_certificates_are_checked_and_the_real_world_is_the_default(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    built: list[Any] = []
    for kind in (httpx.HTTPTransport, httpx.AsyncHTTPTransport):

        def note(self: Any, *args: Any, _real: Any = kind.__init__, **kwargs: Any) -> None:
            built.append((args, kwargs))
            _real(self, *args, **kwargs)

        monkeypatch.setattr(kind, "__init__", note)
    mode = MODES[name](Runtime(), base_url="https://127.0.0.1:9", retry=Retry(attempts=1))
    with pytest.raises(ConnectionFailed):
        mode.result(mode.client.system(7).summary())
    mode.close()
    ((args, kwargs),) = built
    context = kwargs.pop("verify")
    assert (args, kwargs) == ((), {"trust_env": False, "proxy": None})
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_the_real_world() -> None:
    runtime = Runtime()
    assert runtime.time() > NOW
    assert runtime.monotonic() <= runtime.monotonic()
    assert 0 <= runtime.chance() < 1
    runtime.sleep(0)
    asyncio.run(runtime.async_sleep(0))


def test_compressed_answers_are_read(connect: Connect) -> None:
    packed = gzip.compress(b'{"system_id": 7, "current_power": 5}')
    world = World(
        lambda _: httpx.Response(200, content=packed, headers={"content-encoding": "gzip"}, request=None)
    )
    mode = connect(world)
    assert mode.result(mode.client.system(7).summary()).current_power == 5


def test_an_event_stream_is_handed_on_as_it_comes(connect: Connect) -> None:
    """Reading it whole first would hold back live data until its end."""
    events = b'data: {"data": {"pv_power": 1}}\n\n'
    world = World(lambda _: httpx.Response(200, stream=Stream(events), headers={"content-type": EVENTS}))
    mode = connect(world)
    raw = mode.client.raw
    if mode.name == "sync":
        with raw.get_httpx_client().stream("GET", "/api/v4/systems/7/live_data") as response:
            assert not response.is_closed
            assert response.read() == events
    else:

        async def read() -> bytes:
            async with raw.get_async_httpx_client().stream("GET", "/api/v4/systems/7/live_data") as response:
                assert not response.is_closed
                found: bytes = await response.aread()
                return found

        assert mode.result(read()) == events


EVENTS = "text/event-stream"


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that both kinds of client can read."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __iter__(self) -> Any:
        yield self.body

    async def __aiter__(self) -> Any:
        yield self.body


def dripping(world: World, seconds: float, headers: dict[str, str]) -> httpx.Response:
    """An answer of which each piece comes in good time, and the last one never."""

    class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            for _ in range(10_000):
                world.now += seconds
                yield b" "

        async def __aiter__(self) -> Any:
            for piece in self:
                yield piece

    return httpx.Response(200, stream=Drip(), headers=headers)


@pytest.mark.parametrize("content_type", ["application/json", EVENTS])
def test_an_answer_that_never_ends_is_not_waited_for(connect: Connect, content_type: str) -> None:
    world = World(lambda _: dripping(world, 1, {"content-type": content_type}))
    mode = connect(world)
    began = world.now
    with pytest.raises(ConnectionFailed, match="went on for too long"):
        mode.result(mode.client.system(7).summary())
    assert 120 <= world.now - began <= 122
    assert len(world.wire.requests) == 1


def test_an_answer_that_calls_itself_a_stream_is_no_other_answer(connect: Connect) -> None:
    """It is read whole, and what breaks off is asked for again."""

    class Broken(Stream):
        def __iter__(self) -> Any:
            yield self.body
            raise httpx.RemoteProtocolError("peer closed connection")

        async def __aiter__(self) -> Any:
            for piece in self:
                yield piece

    world = World(lambda _: httpx.Response(200, stream=Broken(b"{"), headers={"content-type": EVENTS}))
    mode = connect(world)
    with pytest.raises(ConnectionFailed, match="peer closed connection"):
        mode.result(mode.client.system(7).summary())
    assert len(world.wire.requests) == 2


def test_an_answer_that_is_nested_too_deeply_is_none(connect: Connect) -> None:
    """Whoever walks it, as a log or a repr does, would run out of stack."""
    world = World(script(reply(body=b'{"system_id": 7, "extra": ' + b"[" * 65 + b"]" * 65 + b"}")))
    mode = connect(world)
    with pytest.raises(DecodeError, match="nested more than 64 levels") as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.hits == 1
    with pytest.raises(DecodeError, match="nested more than 64 levels"):
        mode.raw(get_system_summary, 7)
    assert len(world.wire.requests) == 2


@pytest.mark.parametrize(
    ("body", "encoding", "sends"),
    [
        (b"{}", "br", 2),
        (b"{}", "gzip, gzip", 2),
        (b"no gzip", "gzip", 2),
        (gzip.compress(b"[", mtime=0)[:-4], "gzip", 2),
    ],
)
def test_an_encoding_that_cannot_be_read(connect: Connect, body: bytes, encoding: str, sends: int) -> None:
    """It may be the fault of a gateway that has a bad day: asked for once more."""
    headers = {"content-encoding": encoding}
    world = World(lambda _: httpx.Response(200, stream=Stream(body), headers=headers))
    mode = connect(world)
    with pytest.raises(DecodeError, match=r"encoded|gzip") as caught:
        mode.result(mode.client.system(7).summary())
    assert (caught.value.hits, len(world.wire.requests)) == (sends, sends)


@pytest.mark.parametrize("encoding", [None, "gzip"])
def test_an_event_that_never_ends_is_not_kept(connect: Connect, encoding: str | None) -> None:
    event = b"data: " + b"x" * (2 * 2**20)
    body = gzip.compress(event) if encoding else event
    headers = {"content-type": EVENTS} | ({"content-encoding": encoding} if encoding else {})
    world = World(lambda _: httpx.Response(200, stream=Stream(body), headers=headers))
    mode = connect(world)
    with pytest.raises(httpx.DecodingError, match="event"):
        mode.raw(get_live_data, 7)


def test_a_credential_that_cannot_be_sent_is_not_shown_in_the_error() -> None:
    wire = TokenWire("http://127.0.0.1:9", Runtime(), Hooks())
    application = Application(client_id="c", client_secret=Secret("s"), api_key=Secret("k"))
    with pytest.raises(ConfigurationError, match="enter it again") as caught:
        wire.post({"password": Secret("canary-\udcff")}, application)
    assert caught.value.__context__ is None
