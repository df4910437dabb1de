"""Calls that go wrong on request: over sockets as any client meets them, in process, and whose turn it is."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud import mock
from enphase_cloud.mock.faults import FAULTS

from .conforming import assert_conforms
from .playing import AUTH, NOW, ask, service_of, warnings_in

SYSTEMS = "/api/v4/systems"
SEARCH = f"{SYSTEMS}/search"
DECEMBER = 1_797_900_000  # 2026-12-22
DROPS = ("refused", "reset", "dropped", "answer_lost")
PARTNER = {"authorization": "Basic cGFydG5lci1jbGllbnQ6cGFydG5lci1zZWNyZXQ="}  # partner-client:partner-secret


class Sleep:
    """A sleep that takes no time; or, while `asleep`, one that does not end."""

    def __init__(self) -> None:
        self.anew()

    def anew(self, *, asleep: bool = False) -> None:
        """Forget what was slept."""
        self.asleep = asleep
        self.slept: list[float] = []
        self.began, self.ended = threading.Event(), threading.Event()
        self._wakers: list[Callable[[], object]] = []

    def wake(self) -> None:
        """End what sleeps."""
        self.asleep = False
        for waker in self._wakers:
            waker()

    async def __call__(self, seconds: float) -> None:
        over = asyncio.Event()
        self._wakers.append(partial(asyncio.get_running_loop().call_soon_threadsafe, over.set))
        self.slept.append(seconds)
        self.began.set()
        try:
            if self.asleep:
                await over.wait()
        finally:
            self.ended.set()


class Heard(NamedTuple):
    """What came over a socket until it ended: `closed` in good order, or `reset`."""

    head: str
    body: bytes
    end: str

    def header(self, name: str) -> str | None:
        """A header of the answer."""
        pairs = (line.partition(": ") for line in self.head.split("\r\n")[1:])
        return next((value for key, _, value in pairs if key.lower() == name), None)


def line_to(server: mock.Server) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=10)


def sent(server: mock.Server, path: str = SYSTEMS, method: str = "GET", more: str = "") -> socket.socket:
    """A connection over which a request went."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in AUTH.items())
    line = line_to(server)
    line.sendall(f"{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}{more}\r\n".encode())
    return line


def heard(line: socket.socket) -> Heard:
    """All that comes, until the connection ends."""
    raw, end = b"", "closed"
    with line:
        try:
            while piece := line.recv(65_536):
                raw += piece
        except ConnectionResetError:
            end = "reset"
    head, _, body = raw.partition(b"\r\n\r\n")
    return Heard(head.decode(), body, end)


@pytest.fixture(scope="module")
def sleep() -> Sleep:
    return Sleep()


@pytest.fixture(scope="module")
def running(sleep: Sleep) -> Iterator[mock.Server]:
    with mock.serve(clock=NOW, homes=8, sleep=sleep) as server:
        yield server


@pytest.fixture
def server(running: mock.Server, sleep: Sleep, caplog: pytest.LogCaptureFixture) -> Iterator[mock.Server]:
    """A server after a reset. What was asked for is no error, so nothing may be logged."""
    running.service.reset()
    sleep.anew()
    yield running
    sleep.wake()
    assert not warnings_in(caplog.get_records("call"))


@pytest.fixture
def app(sleep: Sleep) -> Starlette:
    sleep.anew()
    return mock.create_app(clock=NOW, homes=8, sleep=sleep)


@pytest.fixture
def whole(running: mock.Server) -> bytes:
    """The answer as it should be."""
    running.service.reset()
    return ask(running.app, SYSTEMS).body


def noted(server: mock.Server) -> tuple[str | None, int, bool]:
    """What the journal says of the last call: fault, status, whether it took a hit."""
    call = server.service.journal[-1]
    return call.fault, call.status, call.counted


# over sockets


@pytest.mark.parametrize("name", DROPS)
def test_a_connection_that_breaks_before_the_answer(server: mock.Server, name: str) -> None:
    server.service.faults.add(name, count=1)
    assert heard(sent(server)) == ("", b"", "closed" if name == "dropped" else "reset")
    assert noted(server) == (name, 0, name != "refused")
    assert heard(sent(server)).head.startswith("HTTP/1.1 200 OK")
    assert noted(server) == (None, 200, True)


def test_a_reset_in_the_middle_of_the_body(server: mock.Server, whole: bytes) -> None:
    server.service.faults.add("reset_mid_body", count=1)
    answer = heard(sent(server))
    assert answer.header("content-length") == str(len(whole))
    assert answer.body == whole[: len(whole) // 2]
    assert answer.end == "reset"
    assert noted(server) == ("reset_mid_body", 200, True)


def test_a_stall_comes_to_an_end(server: mock.Server, sleep: Sleep, whole: bytes) -> None:
    server.service.faults.add("stall", count=1)
    server.service.faults.add("stall=7.5", count=1)
    for seconds in (3600, 7.5):
        answer = heard(sent(server))
        assert answer.header("content-length") == str(len(whole))
        assert (answer.body, answer.end) == (whole[: len(whole) // 2], "reset")
        assert sleep.slept.pop() == seconds
        assert noted(server) == ("stall", 200, True)


@pytest.mark.parametrize("name", ["stall", "slow_headers", "slow_body"])
def test_a_client_that_hangs_up_ends_the_wait(server: mock.Server, sleep: Sleep, name: str) -> None:
    sleep.anew(asleep=True)
    server.service.faults.add(name, count=1)
    with sent(server):
        assert sleep.began.wait(10)
        assert not sleep.ended.is_set()
    assert sleep.ended.wait(10)


def test_half_of_the_body_as_if_it_were_all(server: mock.Server, whole: bytes) -> None:
    server.service.faults.add("truncated_json", count=1)
    answer = heard(sent(server))
    assert answer.body == whole[: len(whole) // 2]
    assert answer.header("content-length") == str(len(answer.body))
    assert answer.end == "closed"
    assert noted(server) == ("truncated_json", 200, True)


def test_slow_answers_are_whole(server: mock.Server, sleep: Sleep, whole: bytes) -> None:
    for name, slept in [
        ("slow_headers", [5.0]),
        ("slow_headers=0.5", [0.5]),
        ("slow_body", [0.5] * 10),
        ("slow_body=1", [0.1] * 10),
    ]:
        sleep.anew()
        server.service.faults.add(name, count=1)
        answer = heard(sent(server))
        assert (answer.body, answer.end) == (whole, "closed")
        assert answer.header("content-length") == str(len(whole))
        assert sleep.slept == slept
        assert noted(server) == (name.partition("=")[0], 200, True)


def test_bodies_that_are_not_what_was_asked_for(server: mock.Server, whole: bytes) -> None:
    def spoilt(name: str) -> Heard:
        server.service.faults.add(name, count=1)
        answer = heard(sent(server))
        assert answer.head.startswith("HTTP/1.1 200 OK")
        assert answer.header("content-length") == str(len(answer.body))
        assert noted(server) == (name, 200, True)
        return answer

    page = spoilt("html_200")
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert page.body.startswith(b"<html>")
    empty = spoilt("empty_body")
    assert (empty.body, empty.header("content-type")) == (b"", "application/json")
    mislabelled = spoilt("wrong_content_type")
    assert (mislabelled.body, mislabelled.header("content-type")) == (whole, "text/html; charset=utf-8")
    packed = spoilt("invalid_gzip")
    assert packed.header("content-encoding") == "gzip"
    with pytest.raises(zlib.error):
        gzip.decompress(packed.body)


def test_what_a_client_makes_of_it(server: mock.Server) -> None:
    """Each fault is another error to a client, so each tests another branch of it."""
    met: dict[str, type[Exception] | None] = {}
    for name in ("refused", "dropped", "reset_mid_body", "invalid_gzip", "truncated_json", "empty_body"):
        server.service.faults.add(name, count=1)
        with httpx.Client(base_url=server.url, headers=AUTH) as client:
            try:
                client.get(SYSTEMS).json()
            except (httpx.RequestError, ValueError) as error:
                met[name] = type(error)
    assert met == {
        "refused": httpx.ReadError,
        "dropped": httpx.RemoteProtocolError,
        "reset_mid_body": httpx.ReadError,
        "invalid_gzip": httpx.DecodingError,
        "truncated_json": json.JSONDecodeError,
        "empty_body": json.JSONDecodeError,
    }


def test_every_status_is_http_on_one_connection(server: mock.Server) -> None:
    """A body where there may be none, or a wrong length, would be taken for the next answer's beginning."""
    statuses = range(200, 600)
    server.service.faults.script(statuses)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    with closing(connection):
        for status in statuses:
            connection.request("GET", SYSTEMS, headers=AUTH)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == status
            assert (body == b"") == (status in (204, 205, 304)), status
            if body:
                assert answer.headers["content-type"] == "application/json"
                assert json.loads(body)
            if status in (204, 304):
                assert answer.headers["content-length"] is None
    assert [call.status for call in server.service.journal] == list(statuses)
    assert [call.fault for call in server.service.journal] == [str(status) for status in statuses]
    assert [call.status for call in server.service.journal if not call.counted] == [429], (
        "answers as any other"
    )


@pytest.mark.parametrize("name", ["html_200", "503", "204", "truncated_json", "slow_body", "reset_mid_body"])
def test_head_has_no_body(server: mock.Server, name: str) -> None:
    server.service.faults.add(name, count=1)
    spoilt = heard(sent(server, method="HEAD"))
    assert spoilt.body == b""
    assert spoilt.end == ("reset" if name == "reset_mid_body" else "closed")
    plain = heard(sent(server, method="HEAD"))
    assert (plain.body, plain.header("allow")) == (b"", "GET")
    assert plain.header("content-length") == str(len(ask(server.app, SYSTEMS, method="POST").body))


def test_an_oversized_body_comes_whole(server: mock.Server) -> None:
    server.service.faults.add("oversized_body=1000001", count=1)
    answer = httpx.get(f"{server.url}{SYSTEMS}", headers=AUTH)
    assert "content-length" not in answer.headers
    assert len(answer.content) == 1_000_001
    assert set(answer.json()) == {"padding"}


def test_an_oversized_body_that_nobody_reads(server: mock.Server) -> None:
    server.service.faults.add("oversized_body=100000000000", count=2)
    sent(server).close()
    with sent(server) as line:
        assert line.recv(100)
    assert heard(sent(server)).head.startswith("HTTP/1.1 200 OK")


def test_a_closed_port_refuses_and_opens_again(server: mock.Server, sleep: Sleep) -> None:
    sleep.anew(asleep=True)
    server.service.faults.add("refused=30", count=2)
    with line_to(server) as idle, line_to(server) as another:
        assert heard(sent(server)) == ("", b"", "reset")
        assert sleep.began.wait(10)
        assert sleep.slept == [30]
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                line_to(server)
        request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        another.sendall(request)
        assert heard(another).end == "reset"
        idle.sendall(request)
        assert heard(idle).head.startswith("HTTP/1.1 404"), "connections that are there stay"
    sleep.wake()
    assert sleep.ended.wait(10)
    deadline = time.monotonic() + 10
    answer = None
    while answer is None:  # it opens in a moment
        try:
            answer = heard(sent(server))
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
    assert answer.head.startswith("HTTP/1.1 200 OK")


@pytest.mark.parametrize("way", ["reset", "clear", "by HTTP"])
def test_a_closed_port_opens_at_once_when_faults_are_cleared(
    server: mock.Server, sleep: Sleep, way: str
) -> None:
    for _ in range(3):
        sleep.anew(asleep=True)
        server.service.faults.add("refused=600", count=1)
        with line_to(server) as idle:
            assert heard(sent(server)) == ("", b"", "reset")
            with pytest.raises(ConnectionRefusedError):
                line_to(server)
            if way == "by HTTP":
                idle.sendall(b"DELETE /_mock/faults HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                assert heard(idle).head.startswith("HTTP/1.1 200 OK")
            elif way == "clear":
                server.service.faults.clear()
            else:
                for _ in range(3):
                    server.service.reset()
        for _ in range(2):
            assert heard(sent(server)).head.startswith("HTTP/1.1 200 OK")


def test_a_server_stops_in_the_middle_of_faults(caplog: pytest.LogCaptureFixture) -> None:
    sleep = Sleep()
    sleep.anew(asleep=True)
    app = mock.create_app(clock=NOW, sleep=sleep)
    with mock.serve(app) as server:
        service_of(app).faults.script(["stall", "slow_headers", "slow_body", "refused=60"])
        lines = [sent(server) for _ in range(4)]
        while len(sleep.slept) < 4:
            assert len(sleep.slept) <= 4
        port = server.port
    for line in lines:
        heard(line)
    with mock.serve(app, port=port) as server:
        assert heard(sent(server)).head.startswith("HTTP/1.1 200 OK")
    assert not warnings_in(caplog.records)


# event streams


def live(server: mock.Server) -> str:
    return f"{SYSTEMS}/{server.service.system_ids[0]}/live_data"


def events(answer: Heard) -> tuple[list[bytes], bool]:
    """What came of a stream, event by event, and whether it ended as HTTP wants it."""
    rest, got = answer.body, b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if size == b"0":
            return got.split(b"\n\n"), True
        got, rest = got + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return got.split(b"\n\n"), False


@pytest.mark.parametrize(
    ("name", "end", "slept"),
    [("truncated_json", "closed", []), ("reset_mid_body", "reset", []), ("stall=9", "reset", [9])],
)
def test_a_stream_goes_wrong_in_its_second_event(
    server: mock.Server, sleep: Sleep, name: str, end: str, slept: list[float]
) -> None:
    right = events(heard(sent(server, live(server))))[0]
    server.service.faults.add(name, count=1, operations=["getLiveData"])
    answer = heard(sent(server, live(server)))
    assert answer.head.startswith("HTTP/1.1 200 OK")
    assert answer.header("content-type") == "text/event-stream"
    got, ended = events(answer)
    assert got == [right[0], right[1][: len(right[1] + b"\n\n") // 2]]
    assert (answer.end, ended, sleep.slept) == (end, end == "closed", slept)
    assert noted(server) == (name.partition("=")[0], 200, True)


@pytest.mark.parametrize("name", DROPS)
def test_a_stream_does_not_begin(server: mock.Server, name: str) -> None:
    server.service.faults.add(name, count=1)
    assert heard(sent(server, live(server)))[:2] == ("", b"")
    assert noted(server) == (name, 0, name != "refused")


def test_a_stream_is_slow_or_of_wrong_types(server: mock.Server, sleep: Sleep) -> None:
    right, _ = events(heard(sent(server, live(server))))
    server.service.faults.script(["slow_headers=2", "slow_body=3", "wrong_types", "wrong_content_type"])
    assert events(heard(sent(server, live(server)))) == (right, True)
    assert sleep.slept == [2]
    assert events(heard(sent(server, live(server)))) == (right, True)
    assert sleep.slept == [2, *[3] * 30]
    wrong, ended = events(heard(sent(server, live(server))))
    assert ended
    assert (len(wrong), wrong.pop(), right.pop()) == (31, b"", b"")
    for one, other in zip(right, wrong, strict=True):
        assert kinds(json.loads(one[5:])) != kinds(json.loads(other[5:]))
    assert heard(sent(server, live(server))).header("content-type") == "text/html; charset=utf-8"


def test_a_stream_ends_with_its_client_and_with_the_server(caplog: pytest.LogCaptureFixture) -> None:
    sleep = Sleep()
    sleep.anew(asleep=True)
    with mock.serve(clock=lambda: NOW, sleep=sleep) as server:
        for ends in ("client", "server"):
            sleep.anew(asleep=True)
            line = sent(server, live(server))
            assert sleep.began.wait(10)
            assert not sleep.ended.is_set()
            if ends == "client":
                line.close()
                assert sleep.ended.wait(10)
    assert sleep.ended.is_set()
    assert not events(heard(line))[1], "cut off"
    assert not warnings_in(caplog.records)


# what a fault does


async def run(app: Starlette, receive: Any, send: Any, *, method: str = "GET", path: str = SYSTEMS) -> None:
    """One call as an ASGI server makes it, without a socket."""
    headers = [(name.encode(), value.encode()) for name, value in AUTH.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)


def messages(app: Starlette, path: str = SYSTEMS) -> tuple[list[dict[str, Any]], Exception | None]:
    """What one call sends in process, and how it breaks."""
    got: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        got.append(message)

    try:
        asyncio.run(run(app, receive, send, path=path))
    except OSError as error:
        return got, error
    return got, None


@pytest.mark.parametrize(
    ("name", "error", "status"),
    [
        ("refused", ConnectionRefusedError, 0),
        ("reset", ConnectionResetError, 0),
        ("dropped", ConnectionResetError, 0),
        ("answer_lost", ConnectionResetError, 0),
        ("reset_mid_body", ConnectionResetError, 200),
        ("stall", TimeoutError, 200),
    ],
)
def test_in_process_an_error_stands_for_what_a_socket_does(
    app: Starlette, sleep: Sleep, name: str, error: type[OSError], status: int
) -> None:
    full = ask(app, SYSTEMS).body
    service_of(app).faults.add(name, count=1)
    got, broken = messages(app)
    assert type(broken) is error
    call = service_of(app).journal[-1]
    assert (call.fault, call.status) == (name, status)
    if status:
        assert (b"content-length", str(len(full)).encode()) in got[0]["headers"]
        assert [each.get("body") for each in got[1:]] == [full[: len(full) // 2]]
    assert sleep.slept == ([3600] if name == "stall" else [])
    assert messages(app)[1] is None


def tokens(app: Starlette, **form: str) -> tuple[int, Any]:
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    headers = {**PARTNER, "content-type": "application/x-www-form-urlencoded"}
    answer = ask(app, "/oauth/token", method="POST", headers=headers, body=body)
    return answer.status, answer.json


def test_a_token_answer_is_lost_after_rotation(app: Starlette) -> None:
    """The old refresh token is dead, the new one was never seen: only a new consent helps."""
    owner = {"username": "owner1@example.com", "password": "sandbox"}
    first = tokens(app, grant_type="password", **owner)[1]["refresh_token"]
    again = {"grant_type": "refresh_token", "refresh_token": first}
    faults = service_of(app).faults
    for name in ("reset", "503"):
        faults.add(name, count=1, operations=["token"])
        if name == "reset":
            with pytest.raises(ConnectionResetError):
                tokens(app, **again)
        else:
            told = {"error": "service_unavailable", "error_description": "Service Unavailable"}
            assert tokens(app, **again) == (503, told)
    status, issued = tokens(app, **again)
    assert status == 200, "nothing was done before"
    faults.add("answer_lost", count=1, operations=["token"])
    again["refresh_token"] = issued["refresh_token"]
    with pytest.raises(ConnectionResetError):
        tokens(app, **again)
    assert tokens(app, **again)[0] == 400, "it was rotated"
    calls = service_of(app).calls("token")
    assert [call.fault for call in calls] == [None, "reset", "503", None, "answer_lost", None]
    assert [call.status for call in calls] == [200, 0, 503, 200, 0, 400]


@pytest.mark.parametrize("operation", ["getSystemSummary", "getRgmStats", "getLiveData", "fetchSchedules"])
@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("429_minute", {"period": "minute", "period_start": 1_797_900_000, "period_end": 1_797_900_060}),
        ("429_month", {"period": "month", "period_start": 1_796_083_200, "period_end": 1_798_761_600}),
    ],
)
def test_429_as_the_operation_documents_it(operation: str, name: str, period: dict[str, Any]) -> None:
    app = mock.create_app(clock=DECEMBER + 30, homes=1)
    path = service_of(app).document.operations[operation].path
    path = path.format(system_id=service_of(app).system_ids[0], serial_no="1")
    service_of(app).faults.add(name, count=1)
    service_of(app).faults.add(f"{name}=20", count=1)
    answer = ask(app, path)
    assert answer.status == 429
    if operation.startswith("get"):
        assert_conforms(operation, answer)
    told = {key: value for key, value in answer.json.items() if key.startswith("period")}
    assert told == (period if operation in ("getSystemSummary", "getRgmStats") else {})
    assert "retry-after" not in answer.headers
    assert ask(app, path).headers["retry-after"] == "20"


@pytest.mark.parametrize(
    ("key", "token", "plan", "per_minute"),
    [
        ("watt-key", "t", "watt", 10),
        ("partner-key", "t", "partner", 300),
        ("any", "t", None, 50),
        ("watt-key", "", None, 50),
    ],
)
@pytest.mark.parametrize("name", ["429_minute", "429"])
def test_429_names_the_callers_plan_and_costs_nothing(
    name: str, key: str, token: str, plan: str | None, per_minute: int
) -> None:
    app = mock.create_app(clock=DECEMBER, homes=1)
    path = f"{SYSTEMS}/{service_of(app).system_ids[0]}/live_data"
    service_of(app).faults.add(name)
    headers = {"key": key, "authorization": f"Bearer {token}"}
    assert ask(app, path, headers=headers).status == 429
    answer = ask(app, path.replace("live_data", "summary"), headers=headers)
    assert (answer.json["limit"], answer.json["details"]) == (
        per_minute,
        f"Usage limit exceeded for plan {(plan or 'kilowatt').capitalize()}",
    )
    for call in service_of(app).journal:
        assert (call.counted, call.charge_usd, call.plan, call.fault) == (False, 0, plan, name)
    assert service_of(app).quota.totals(DECEMBER).hits == 0
    service_of(app).faults.clear()
    service_of(app).faults.add("503")
    ask(app, SYSTEMS, headers=headers)
    assert service_of(app).journal[-1].counted is bool(token), "other statuses take a hit of who is known"


def kinds(payload: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], str]:
    """The JSON type of everything, by its place."""
    number = type(payload) in (int, float)
    found = {path: "number" if number else type(payload).__name__}
    inside = (
        payload.items()
        if isinstance(payload, dict)
        else enumerate(payload)
        if isinstance(payload, list)
        else ()
    )
    for key, value in inside:
        found |= kinds(value, (*path, key))
    return found


@pytest.mark.parametrize("tail", ["", "/summary", "/devices", "/telemetry/battery", "/energy_lifetime"])
def test_wrong_types(app: Starlette, tail: str) -> None:
    service = service_of(app)
    path = f"{SYSTEMS}/{service.system_ids[0]}{tail}"
    right = ask(app, path).json
    service.faults.add("wrong_types")
    spoilt = [ask(app, path).json for _ in range(5)]
    places = kinds(right)
    leaves = set(places) - {each[:-1] for each in places if each}
    for each in spoilt:
        found = kinds(each)
        other = {place for place in places if found[place] != places[place]}
        assert other
        assert len(other) < len(leaves), "some, not all"
        assert other <= leaves, "what holds others stays"
    assert len({json.dumps(each) for each in spoilt}) > 1, "not the same ones each time"
    service.reset()
    service.faults.add("wrong_types")
    assert [ask(app, path).json for _ in range(5)] == spoilt


def test_refusals_are_spoilt_as_well(app: Starlette) -> None:
    """A service that is in trouble is so for wrong keys too."""
    service_of(app).faults.script(["truncated_json", "wrong_content_type", "wrong_types"])
    cut, mislabelled, wrong = (ask(app, SYSTEMS, headers={}) for _ in range(3))
    service_of(app).faults.clear()
    right = ask(app, SYSTEMS, headers={}).body
    assert (cut.status, cut.body) == (401, right[: len(right) // 2])
    assert (mislabelled.status, mislabelled.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert kinds(wrong.json) != kinds(json.loads(right))


def test_an_oversized_body_is_not_kept(app: Starlette) -> None:
    ask(app, SYSTEMS)  # whatever is made once
    service_of(app).faults.add("oversized_body", count=1)
    sizes = [0]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sizes[0] += len(message.get("body", b""))

    tracemalloc.start()
    try:
        asyncio.run(run(app, receive, send))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sizes == [64 * 1024 * 1024]
    assert peak < 1_000_000


def test_statuses_that_are_good_news(app: Starlette) -> None:
    """By its number a 200 is what the document shows, list or not."""
    service_of(app).faults.script([200, "200", 204])
    shown = ask(app, f"{SYSTEMS}/inverters_summary_by_envoy_or_site")
    assert_conforms("getInvertersSummary", shown)
    assert_conforms("listSystems", ask(app, SYSTEMS))
    assert ask(app, SYSTEMS).body == b""
    service_of(app).faults.add(200)
    event = ask(app, f"{SYSTEMS}/1/live_data")
    assert event.headers["content-type"] == "text/event-stream"
    assert event.body.startswith(b"data: {")
    assert json.loads(event.body[5:])["type"] == "response"


# what comes in


def test_a_body_that_is_too_large_is_not_read(app: Starlette) -> None:
    service = service_of(app)
    system = service.system_ids[0]
    cases = [
        ("POST", SEARCH, "searchSystems", 422),
        ("POST", f"{SYSTEMS}/{system}/ev_charger/1/stop_charging", "stopCharging", 400),
        ("GET", f"{SYSTEMS}/{system}", "getSystemById", 413),
    ]
    for method, path, operation, status in cases:
        taken, answered = [0], list[Any]()

        async def receive(taken: list[int] = taken) -> dict[str, Any]:
            taken[0] += 1
            return {"type": "http.request", "body": b" " * 100_000, "more_body": True}

        async def send(message: Any, answered: list[Any] = answered) -> None:
            answered.append(message)

        asyncio.run(run(app, receive, send, method=method, path=path))
        assert answered[0]["status"] == status
        assert b"too large" in answered[1]["body"]
        assert taken[0] <= 11
        assert service.journal[-1].operation == operation


def test_a_large_body_over_a_socket_is_answered(server: mock.Server) -> None:
    with httpx.Client(base_url=server.url, headers=AUTH) as client:
        assert client.post(SEARCH, content=b" " * 5_000_000).status_code == 422
        assert client.post(SEARCH, json={"system": {}}).status_code == 200


def test_a_client_that_hangs_up_while_it_sends(server: mock.Server) -> None:
    with sent(server, SEARCH, "POST", "content-length: 1000\r\n") as line:
        line.sendall(b'{"system"')
    assert heard(sent(server)).head.startswith("HTTP/1.1 200 OK")
    assert [call.operation for call in server.service.journal] == ["listSystems"]


# whose turn it is

CALLS = {"listSystems": ("GET", SYSTEMS), "searchSystems": ("POST", SEARCH), None: ("GET", "/nowhere")}
OPERATIONS = st.sampled_from(
    [None, ["listSystems"], ["searchSystems"], ["listSystems", "searchSystems"], ["token"]]
)
NAMES = st.sampled_from(["500", "502", "503", "504", "461", "499", "520", "html_200", "empty_body"])
COUNTED = st.fixed_dictionaries(
    {"name": NAMES, "operations": OPERATIONS},
    optional={"count": st.integers(1, 4), "rate": st.sampled_from([0, 0.2, 0.5, 0.8, 1])},
)
SCRIPTED = st.fixed_dictionaries(
    {"script": st.lists(st.one_of(st.none(), NAMES), max_size=5), "operations": OPERATIONS}
)


@pytest.fixture(scope="module")
def playground() -> Starlette:
    return mock.create_app(homes=1, clock=NOW)


def place(app: Starlette, order: dict[str, Any]) -> None:
    given_ = {key: value for key, value in order.items() if key not in ("name", "script")}
    if "script" in order:
        service_of(app).faults.script(order["script"], **given_)
    else:
        service_of(app).faults.add(order["name"], **given_)


def play(app: Starlette, calls: Sequence[str | None]) -> list[str | None]:
    """The faults that these calls meet."""
    for each in calls:
        method, path = CALLS[each]
        ask(app, path, method=method)
    return [call.fault for call in service_of(app).journal[-len(calls) :]] if calls else []


def draws(app: Starlette, before: int, rate: float, number: int) -> list[bool]:
    """What an order at a rate draws, with `before` orders ahead that nobody meets."""
    service_of(app).reset()
    for _ in range(before):
        service_of(app).faults.add("500", operations=["token"])
    service_of(app).faults.add("503", rate=rate)
    return [fault is not None for fault in play(app, [None] * number)]


@settings(max_examples=60)
@given(
    orders=st.lists(st.one_of(COUNTED, SCRIPTED), max_size=5),
    calls=st.lists(st.sampled_from(list(CALLS)), max_size=12),
)
def test_the_first_order_that_is_due_has_its_way(
    playground: Starlette, orders: list[dict[str, Any]], calls: list[str | None]
) -> None:
    """Against the same told the other way round: order by order, each takes what those before it left."""
    expected: list[str | None] = [None] * len(calls)
    left: list[dict[str, Any]] = []
    for before, order in enumerate(orders):
        chosen = order["operations"]
        mine = [
            index
            for index, call in enumerate(calls)
            if expected[index] is None and (chosen is None or call in chosen)
        ]
        rest = {key: value for key, value in order.items() if value is not None}
        if "script" in order:
            for index, name in zip(mine, order["script"], strict=False):
                expected[index] = name
            rest["script"] = order["script"][len(mine) :]
        else:
            rate = order.get("rate", 1)
            due = draws(playground, before, rate, len(mine)) if 0 < rate < 1 else [rate == 1] * len(mine)
            hit = [index for index, is_due in zip(mine, due, strict=True) if is_due][: order.get("count")]
            for index in hit:
                expected[index] = order["name"]
            if "count" in order:
                rest["count"] -= len(hit)
        if rest.get("script", True) and rest.get("count", 1):
            left.append(rest)
    service_of(playground).reset()
    for order in orders:
        place(playground, order)
    assert play(playground, calls) == expected
    assert service_of(playground).faults.pending() == left


def test_what_is_pending_can_be_ordered_again(playground: Starlette) -> None:
    faults = service_of(playground).faults
    faults.clear()
    faults.add("slow_body=2.5", count=3, rate=0.5, operations=["listSystems", "token"])
    faults.script(["reset", None, 503, "stall=1"], operations="getRgmStats")
    service_of(playground).fail_next(2, status=520, operation="listSystems")
    pending = json.loads(json.dumps(faults.pending()))
    assert pending == [
        {"name": "slow_body=2.5", "count": 3, "rate": 0.5, "operations": ["listSystems", "token"]},
        {"script": ["reset", None, "503", "stall=1"], "operations": ["getRgmStats"]},
        {"name": "520", "count": 2, "operations": ["listSystems"]},
    ]
    faults.clear()
    assert faults.pending() == []
    for order in pending:
        place(playground, order)
    assert faults.pending() == pending


def test_a_rate_is_a_share_and_the_same_each_time() -> None:
    def met(seed: int, rate: float, *, before: int = 0) -> list[bool]:
        app = mock.create_app(homes=1, clock=NOW, seed=seed)
        return draws(app, before, rate, 400)

    some = met(1, 0.3)
    assert 90 < sum(some) < 150
    assert met(1, 0.3) == some
    assert met(2, 0.3) != some, "another seed, other calls"
    assert met(1, 0.3, before=1) != some, "two orders at one rate are not one"
    assert sum(met(1, 0.0)) == 0
    assert sum(met(1, 1.0)) == 400


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"name": "hiccup"}, "no fault 'hiccup'; there are: refused, reset"),
        ({"name": ""}, "refused"),
        ({"name": None}, "refused"),
        ({"name": True}, "refused"),
        ({"name": ["reset"]}, "refused"),
        ({"name": "199"}, "every status from 200 to 599"),
        ({"name": 600}, "every status"),
        ({"name": "٥٠٣"}, "every status"),
        ({"name": "503.0"}, "every status"),
        ({"name": "reset=5"}, "reset takes no option"),
        ({"name": "stall=soon"}, "stall takes seconds from 0 to"),
        ({"name": "stall=-1"}, "seconds"),
        ({"name": "stall=nan"}, "seconds"),
        ({"name": "stall="}, "seconds"),
        ({"name": "oversized_body=1.5"}, "bytes"),
        ({"name": "oversized_body=1"}, "whole bytes from 14 to 100,000,000,000"),
        ({"name": "503=1.5"}, "whole seconds"),
        ({"name": "reset", "count": 0}, "count must be a whole number from 1, not 0"),
        ({"name": "reset", "count": -1}, "count"),
        ({"name": "reset", "count": 1.0}, "count"),
        ({"name": "reset", "count": True}, "count"),
        ({"name": "reset", "count": "2"}, "count"),
        ({"name": "reset", "rate": -0.1}, "rate must be a number from 0 to 1, not -0.1"),
        ({"name": "reset", "rate": 1.1}, "rate"),
        ({"name": "reset", "rate": float("nan")}, "rate"),
        ({"name": "reset", "rate": True}, "rate"),
        ({"name": "reset", "rate": "0.5"}, "rate"),
        (
            {"name": "reset", "operations": ["getSummary"]},
            "no operation 'getSummary' .* getSystemSummary.*token",
        ),
        ({"name": "reset", "operations": "getSummary"}, "getSystemSummary"),
        ({"name": "reset", "operations": [None]}, "getSystemSummary"),
        ({"name": "reset", "operations": [["token"]]}, "getSystemSummary"),
        ({"name": "reset", "operations": []}, "operations must be a list"),
        ({"name": "reset", "operations": 1}, "operations must be a list"),
        ({"script": "reset"}, "script must be a list"),
        ({"script": {"reset": 1}}, "script must be a list"),
        ({"script": 1}, "script must be a list"),
        ({"script": ["reset", "hiccup"]}, "hiccup"),
        ({"script": ["reset"], "operations": ["x"]}, "no operation 'x'"),
    ],
    ids=str,
)
def test_orders_that_make_no_sense(playground: Starlette, order: dict[str, Any], told: str) -> None:
    service_of(playground).faults.clear()
    with pytest.raises(ValueError, match=told):
        place(playground, order)
    assert service_of(playground).faults.pending() == []


def test_every_named_fault_is_explained_and_can_be_ordered(app: Starlette) -> None:
    promised = {
        *("refused", "reset", "reset_mid_body", "truncated_json", "html_200", "empty_body", "stall"),
        *("wrong_content_type", "slow_headers", "slow_body", "429_minute", "429_month", "invalid_gzip"),
        *("oversized_body", "wrong_types", "answer_lost", "500", "502", "503", "504", "461", "499", "520"),
    }
    assert promised <= set(FAULTS)
    for name, told in FAULTS.items():
        assert len(told) > 10
        service_of(app).faults.add(name, count=1)
        _, broken = messages(app)
        assert service_of(app).journal[-1].fault == name
        assert broken is None or isinstance(broken, OSError)
    assert service_of(app).faults.pending() == []
