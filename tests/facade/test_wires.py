"""Connections are nobody else's, and answers may be as broken as they like."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from enphase_v4.api.ev_charger_control import start_charging
from enphase_v4.api.system_details import get_system_summary

from enphase_cloud import (
    ConfigurationError,
    ConnectionFailed,
    EnphaseError,
    Hooks,
    InvalidRequest,
    Retry,
    Runtime,
    mock,
)
from enphase_cloud.transport.grant import Application
from enphase_cloud.transport.http import TokenWire, tokens
from enphase_cloud.transport.retry import Lost
from enphase_cloud.transport.secret import Secret

from .conftest import Connect
from .worlds import HOST, World, reply, script

FORKS = """
import os, sys
from enphase_cloud import Enphase

enphase = Enphase(api_key="any-key", access_token="any-token", base_url=sys.argv[1])
ids = sorted(system.system_id for system in enphase.systems())
children = []
for mine in ids[1:]:
    child = os.fork()
    if child == 0:
        wrong = sum(enphase.system(mine).summary().system_id != mine for _ in range(15))
        os._exit(wrong)
    children.append(child)
wrong = sum(enphase.system(ids[0]).summary().system_id != ids[0] for _ in range(15))
wrong += sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
enphase.close()
sys.exit(wrong)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_child_does_not_read_its_parents_answers(home: Path) -> None:
    with mock.serve(homes=4) as server:
        run = subprocess.run(
            [sys.executable, "-W", "error::ResourceWarning", "-c", FORKS, server.url],
            env={**os.environ, "ENPHASE_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")
        assert sum(call.operation == "getSystemSummary" for call in server.service.journal) == 60


LOOPS = """
import asyncio, sys
from enphase_cloud import AsyncEnphase, ConfigurationError

enphase = AsyncEnphase(api_key="any-key", access_token="any-token", base_url=sys.argv[1])

async def ask():
    return len([system async for system in enphase.systems()])

async def last():
    assert await ask() == 1
    await enphase.close()
    try:
        await ask()
    except ConfigurationError:
        return "closed"

print([asyncio.run(ask()) for _ in range(4)], enphase.quota.month.used, asyncio.run(last()))
"""


def test_one_client_serves_one_event_loop_after_the_other(home: Path) -> None:
    with mock.serve(homes=1) as server:
        run = subprocess.run(
            [sys.executable, "-c", LOOPS, server.url],
            env={**os.environ, "ENPHASE_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (run.stdout, run.stderr) == ("[1, 1, 1, 1] 4 closed\n", "")


GOOD = b'{"system_id": 7, "current_power": 5}'


@pytest.mark.parametrize(
    "headers",
    [
        [(b"X-City", "Zürich".encode("latin-1"))],
        [(b"X-City", "Zürich".encode())],
        [(b"X-Odd", b"\xff\xfe")],
        [(b"Content-Type", b"application/json; charset=\xff")],
    ],
)
def test_headers_may_hold_what_they_like(connect: Connect, headers: list[tuple[bytes, bytes]]) -> None:
    world = World(lambda _: httpx.Response(200, headers=headers, content=GOOD))
    mode = connect(world)
    assert mode.result(mode.client.system(7).summary()).current_power == 5
    assert mode.raw(get_system_summary, 7).parsed.current_power == 5


@pytest.mark.parametrize(
    "location", ["http://[::::]/x", "https://x/" + "y" * 70_000, "mailto:x", "https://:99999"]
)
def test_a_redirect_to_nowhere_is_a_redirect(connect: Connect, location: str) -> None:
    mode = connect(World(lambda _: httpx.Response(302, headers={"location": location})))
    with pytest.raises(EnphaseError, match="302") as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.hits == 1


class Echo(Exception):
    """Nothing that anybody expects."""


@pytest.mark.parametrize(
    ("error", "told", "sends"),
    [
        (
            httpx.RemoteProtocolError("illegal header line: bytearray(b'canary-token-9b7e')"),
            "breaks the rules",
            2,
        ),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            "Server disconnected",
            2,
        ),
        (httpx.LocalProtocolError("Illegal header value b'canary-token-9b7e'"), "breaks the rules", 1),
        (httpx.ReadError("reading canary-token-9b7e"), r"ReadError: reading \[secret\]", 2),
        (RuntimeError("canary-token-9b7e"), "an unexpected RuntimeError", 1),
        (UnicodeEncodeError("ascii", "canary-token-9b7e", 0, 1, "no"), "an unexpected UnicodeEncodeError", 1),
        (Echo("canary-token-9b7e"), "an unexpected Echo", 1),
    ],
)
def test_what_an_http_library_says_is_not_repeated(
    connect: Connect, error: Exception, told: str, sends: int
) -> None:
    """It may quote what was sent. And whatever it raises, an EnphaseError comes out."""
    world = World(script(error))
    mode = connect(world)
    with pytest.raises(ConnectionFailed, match=told) as caught:
        mode.result(mode.client.system(7).summary())
    assert (caught.value.hits, len(world.wire.requests)) == (sends, sends)
    assert "canary" not in str(caught.value) + str(caught.value.problem)


def test_an_event_stream_is_only_what_was_asked_for_as_one(connect: Connect) -> None:
    """An answer to a command is read whole, and in time, whatever it calls itself."""
    headers = {"content-type": "text/event-stream"}
    mode = connect(World(lambda _: reply(202, b'{"message":"sent"}', **headers)))
    answer = mode.raw(start_charging, 7, "1")
    assert (answer.status_code, answer.content) == (202, b'{"message":"sent"}')


class Dripping:
    """A server that never comes to the point: each piece of its answers comes in time."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection, contextlib.suppress(OSError):
            while True:
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                threading.Event().wait(0.02)

    def stop(self) -> None:
        self.thread.join(30)
        self.socket.close()


@pytest.fixture
def dripping() -> Iterator[Dripping]:
    server = Dripping()
    yield server
    server.stop()


def test_an_answer_that_does_not_begin_is_not_waited_for_longer_than_the_budget(
    connect: Connect, dripping: Dripping
) -> None:
    mode = connect(Runtime(), base_url=dripping.url, retry=Retry(attempts=1, budget=1))
    with pytest.raises(ConnectionFailed, match="ReadTimeout: ") as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.hits == 1


def test_tokens_that_do_not_come_are_not_waited_for_longer_either(
    dripping: Dripping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "BUDGET", 1)
    application = Application(client_id="c", client_secret=Secret("s"), api_key=Secret("k"))
    outcome = TokenWire(dripping.url, Runtime(), Hooks()).post({}, application)
    assert isinstance(outcome, Lost)
    assert outcome.problem.startswith("ReadTimeout: ")


@pytest.mark.parametrize(
    "base_url", ["https://a..b", "https://.", f"https://{'a' * 64}.example", "https://xn--.example.."]
)
def test_a_host_that_cannot_be(connect: Connect, base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        connect(World(script(reply())), base_url=base_url)


@pytest.mark.parametrize("proxy", ["http://u:canary-pw@1.2.3.999:1", "http://a..b:1", "http://[1.2]:3"])
def test_a_proxy_that_cannot_be(connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    world: Any = World(script(reply()))
    world.wire = world.async_wire = None
    with pytest.raises(ConfigurationError, match="PROXY") as caught:
        connect(world, base_url=HOST)
    assert "canary" not in str(caught.value)


def test_a_path_for_a_request_that_cannot_be_written(connect: Connect) -> None:
    mode = connect(World(script(reply())))
    with pytest.raises(InvalidRequest):
        mode.client.system(7).telemetry("micro", "2026-06-01", serial="9" * 70_000)
