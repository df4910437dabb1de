"""Live readings: streams in any pieces, what they cost, how they end, and that nothing stays open."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil
from typing import Any

import httpx
import pytest
from enphase_v4.models import BatteryMode, LiveMessage
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud import (
    AuthenticationError,
    Call,
    CallResult,
    ConnectionFailed,
    DecodeError,
    EnphaseError,
    Hooks,
    InvalidRequest,
    LiveReading,
    LiveStreamError,
    PermissionDenied,
    Plan,
    RateLimited,
    Runtime,
    ServerError,
    mock,
)
from enphase_cloud.flows.live import EventData

from .conftest import Connect
from .effort import counted
from .worlds import KEY, MODES, NOW, TOKEN, Mode, World, reply

HOMES = 8

EVENTS = {"content-type": "text/event-stream"}
DOCUMENTED = {
    "type": "response",
    "timestamp_epoch": 1679041508556,
    "timestamp_utc": "2023-03-17 08:25:08.556",
    "data": {
        "battery_mode": "Savings Mode",
        "battery_power": 5,
        "battery_soc": 40,
        "consumption_power": 15,
        "envoy_serial_number": ["1234"],
        "generator_power": 0,
        "grid_power": -10,
        "grid_status": "On Grid",
        "pv_power": 30,
        "system_id": 123,
    },
}


def message(pv_power: Any = 1, **more: Any) -> dict[str, Any]:
    return {"timestamp_epoch": NOW * 1000, "data": {"pv_power": pv_power, **more}}


def event(document: Any) -> bytes:
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


def numbered(*numbers: int) -> bytes:
    return b"".join(event(message(number)) for number in numbers)


Piece = bytes | Exception | Callable[[], None]


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces: bytes come, an exception breaks it, anything else is done between them."""

    def __init__(self, *pieces: Piece) -> None:
        self.pieces = iter(pieces)
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
            elif isinstance(piece, Exception):
                raise piece
            else:
                piece()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Streams(World):
    """A service that opens these streams one after the other; what is no stream is its answer."""

    def __init__(self, *streams: Stream | httpx.Response | Exception) -> None:
        super().__init__(self.answer)
        self.streams = list(streams)
        self.left = list(streams)

    def answer(self, request: httpx.Request) -> httpx.Response | Exception:
        del request
        following = self.left.pop(0)
        return (
            httpx.Response(200, stream=following, headers=EVENTS)
            if isinstance(following, Stream)
            else following
        )

    def passing(self, seconds: float) -> Callable[[], None]:
        def passed() -> None:
            self.now += seconds

        return passed

    @property
    def durations(self) -> list[str]:
        return [request.headers["duration"] for request in self.wire.requests]

    @property
    def open(self) -> int:
        begun = [each for each in self.streams if isinstance(each, Stream) and each not in self.left]
        return sum(not each.closed for each in begun)


def powers(readings: list[LiveReading]) -> list[Any]:
    return [reading.pv_power_w for reading in readings]


def read(mode: Mode, **asked: Any) -> tuple[list[Any], Any]:
    """The powers of a stream, and its listing."""
    listing = mode.client.system(7).live(**asked)
    return powers(mode.collect(listing)), listing


def used(mode: Mode) -> int:
    hits: int = mode.client.quota.month.used
    return hits


# ------------------------------------------------------------------------------------------------------ readings


def test_a_reading_has_times_signs_and_units(connect: Connect) -> None:
    """An attribute that is read from the wrong place, or with the sign of another one, shows here."""
    world = Streams(Stream(event(DOCUMENTED)))
    mode = connect(world)
    listing = mode.client.system(123).live(45)
    (reading,) = mode.collect(listing)
    assert reading == LiveReading(
        details=reading.details,
        time=datetime(2023, 3, 17, 8, 25, 8, 556000, tzinfo=UTC),
        pv_power_w=30,
        grid_power_w=-10,
        consumption_power_w=15,
        battery_power_w=5,
        generator_power_w=0,
        battery_soc_percent=40,
        battery_mode=BatteryMode.SAVINGS_MODE,
        grid_status="On Grid",
        envoy_serial_number=("1234",),
        system_id=123,
    )
    assert reading.time.tzinfo is UTC
    assert isinstance(reading.details, LiveMessage)
    assert reading.details.to_dict() == DOCUMENTED
    (request,) = world.wire.requests
    assert request.url.path == "/api/v4/systems/123/live_data"
    assert (request.headers["duration"], request.url.query) == ("45", b"")
    assert request.headers.get_list("accept") == ["text/event-stream"]
    assert request.headers.get_list("accept-encoding") == ["identity"], "a compressed event is held back"
    assert (listing.hits, listing.problems, used(mode), world.open) == (1, [], 1, 0)


@pytest.mark.parametrize(
    "told",
    [
        {"timestamp_epoch": NOW * 1000},
        {"timestamp_epoch": NOW},
        {"timestamp_epoch": str(NOW * 1000)},
        {"timestamp_epoch": None, "timestamp_utc": "2026-06-21 00:00:00.000"},
        {"timestamp_utc": "2026-06-21 02:00:00.000+02:00"},
    ],
)
def test_the_time_in_each_of_its_writings(connect: Connect, told: dict[str, Any]) -> None:
    """Milliseconds that are read as seconds lie in the year 58,000; text without a zone is not local time."""
    mode = connect(Streams(Stream(event({"data": {"pv_power": 1}, **told}))))
    (reading,) = mode.collect(mode.client.system(7).live())
    assert reading.time == datetime.fromtimestamp(NOW, UTC)
    assert reading.problems == ()


@pytest.mark.parametrize("epoch", [10**400, -(10**400), "1" * 400, "9" * 4300, 10**15, 1e300, -1e17])
def test_a_time_that_cannot_be_is_a_problem(connect: Connect, epoch: Any) -> None:
    """Catches arithmetic on numbers of the service's that no float can say."""
    mode = connect(Streams(Stream(event({"timestamp_epoch": epoch, "data": {"pv_power": 1}}) + numbered(2))))
    listing = mode.client.system(7).live()
    first, second = mode.collect(listing)
    assert (first.time, first.pv_power_w, second.pv_power_w) == (None, 1, 2)
    (problem,) = listing.problems
    assert problem.path == "$.timestamp_epoch"
    assert problem.problem.startswith("no time: ")


def test_what_is_odd_is_named_and_the_rest_is_delivered(connect: Connect) -> None:
    odd = message("x", battery_mode="DR Event Active", battery_soc="97%", grid_power=None, new=[1])
    odd["timestamp_epoch"] = "noon"
    mode = connect(Streams(Stream(event(odd) + numbered(2))))
    listing = mode.client.system(7).live()
    first, second = mode.collect(listing)
    assert (first.time, first.pv_power_w, first.grid_power_w, first.battery_soc_percent) == (
        None,
        None,
        None,
        97,
    )
    assert str(first.battery_mode) == "DR Event Active"
    assert first.details.data.additional_properties == {"new": [1]}
    assert [problem.path for problem in listing.problems] == ["$.timestamp_epoch", "$.data.pv_power"]
    assert {problem.window for problem in listing.problems} == {"getLiveData for 30 s, event 1"}
    assert first.problems == tuple(listing.problems)
    assert second.pv_power_w == 2


def test_an_event_that_is_wrapped_once_more(connect: Connect) -> None:
    """The document draws the event around its data; a service that sends it so is understood, too."""
    mode = connect(Streams(Stream(event({"data": DOCUMENTED}))))
    (reading,) = mode.collect(mode.client.system(7).live())
    assert (reading.pv_power_w, reading.time.year) == (30, 2023)


# -------------------------------------------------------------------------------------------------------- events

ODD_STREAM = (
    b"\xef\xbb\xbfdata:"
    + json.dumps(message(1, grid_status="Ön Grid"), ensure_ascii=False).encode()
    + b"\nid: 1\nevent: reading\nretry: 10\n\n\n: hello\n\n:\ndata\n\nunknown\n\n"
    + b'data: {"timestamp_epoch": 1782000000000,\ndata: "data": {"pv_power": 2}}\n\n'
    + b"data: {cut\n\n"
    + numbered(3)
)
ODD_DATA = [
    json.dumps(message(1, grid_status="Ön Grid"), ensure_ascii=False).encode(),
    b'{"timestamp_epoch": 1782000000000,\n"data": {"pv_power": 2}}',
    b"{cut",
    json.dumps(message(3)).encode(),
]
ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}


def gathered(*pieces: bytes) -> list[bytes]:
    events = EventData()
    found = [data for piece in pieces for data in events.feed(piece)]
    return [*found, *events.rest()]


@pytest.mark.parametrize("end", ENDS)
def test_many_empty_lines_are_one_however_they_are_split(end: str) -> None:
    """Each of them is a line to look at: a few bytes of gzip stand for millions."""
    stream = (ODD_STREAM + b"\n" * 9).replace(b"\n\n", b"\n" * 7).replace(b"\n", ENDS[end])
    for position in range(len(stream) + 1):
        assert gathered(stream[:position], stream[position:]) == ODD_DATA, position


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_may_be_split_anywhere(end: str) -> None:
    """Each of its splits in two, and byte by byte: also within a letter, a line end, and the byte order mark."""
    stream = ODD_STREAM.replace(b"\n", ENDS[end])
    for position in range(len(stream) + 1):
        assert gathered(stream[:position], b"", stream[position:]) == ODD_DATA, position
    assert gathered(*(bytes([letter]) for letter in stream)) == ODD_DATA


@pytest.mark.parametrize("end", ENDS)
def test_an_event_is_there_as_soon_as_its_empty_line_is(end: str) -> None:
    """A CR at the end of a piece may be half of a line end: whoever waits for the other half is a second late."""
    events = EventData()
    whole = b"data: 1" + ENDS[end] * 2
    if end == "crlf":
        whole = whole[:-1]
    assert [list(events.feed(bytes([letter]))) for letter in whole] == [[]] * (len(whole) - 1) + [[b"1"]]
    assert list(events.feed(b"\ndata: 2\n\n")) == [b"2"]


@pytest.mark.parametrize("kind", MODES)
def test_any_pieces_and_line_ends_give_the_same_readings(kind: str) -> None:
    """Through the client: what lies between it and the parser (decoding, limits) splits nothing either."""
    world = Streams()
    mode = MODES[kind](world)

    @given(cuts=st.lists(st.integers(0, 600), max_size=12), end=st.sampled_from(sorted(ENDS)))
    def same(cuts: list[int], end: str) -> None:
        stream = ODD_STREAM.replace(b"\n", ENDS[end])
        edges = [0, *sorted(cuts), len(stream)]
        pieces = [stream[begin:stop] for begin, stop in pairwise(edges)]
        world.left.append(Stream(*pieces))
        listing = mode.client.system(7).live()
        readings = mode.collect(listing)
        assert powers(readings) == [1, 2, 3]
        assert readings[0].grid_status == "Ön Grid"
        assert [(problem.path, problem.problem) for problem in listing.problems] == [
            ("$", "no JSON object: '{cut'")
        ]

    try:
        same()
    finally:
        mode.close()


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (b'data: {"data": {"pv_pow\n\n', "no JSON object"),
        (b"data: <html>busy</html>\n\n", "no JSON object"),
        (b"data: [1]\n\n", "no JSON object"),
        (b"data: \xff\xfe\n\n", "no JSON object"),
        (b"data: " + b"[" * 100_000 + b"]" * 100_000 + b"\n\n", "no JSON object"),
        (b'data: {"a": ' + b"[" * 65 + b"]" * 65 + b"}\n\n", "no JSON object"),
        (b'data: {"a": ' + b"9" * 5_000 + b"}\n\n", "no readings: None"),
        (b'data: {"type": "response"}\n\n', "no readings: None"),
        (b'data: {"type": "response", "data": [1], "error": null}\n\n', r"no readings: \[1\]"),
    ],
    ids=["cut", "page", "list", "letters", "deep", "deeper than is read", "digits", "no data", "odd data"],
)
def test_a_frame_that_cannot_be_read_is_a_problem_and_the_stream_goes_on(
    connect: Connect, broken: bytes, told: str
) -> None:
    mode = connect(Streams(Stream(numbered(1) + broken + numbered(2))))
    found, listing = read(mode)
    assert found == [1, 2]
    (problem,) = listing.problems
    assert problem.window == "getLiveData for 30 s, event 2"
    assert problem.path == ("$.data" if "readings" in told else "$")
    assert re.search(told, problem.problem)


@pytest.mark.parametrize(
    ("rest", "found", "problems"),
    [
        (numbered(2)[:-1], [1, 2], 0),
        (numbered(2)[:-2], [1, 2], 0),
        (numbered(2)[:-3], [1], 1),
        (numbered(2)[:9], [1], 1),
        (b"dat", [1], 1),
        (b": still there", [1], 0),
        (b"\r", [1], 0),
    ],
)
def test_the_last_event_may_lack_its_empty_line(
    connect: Connect, rest: bytes, found: list[int], problems: int
) -> None:
    """A reading that is whole is not lost for a line end, and one that is cut is not lost in silence."""
    mode = connect(Streams(Stream(numbered(1), rest)))
    powers_, listing = read(mode)
    assert powers_ == found
    assert len(listing.problems) == problems


# -------------------------------------------------------------------------------------------------------- errors

MEANINGS = {
    461: "too short",
    462: "too long",
    463: "whole number",
    466: "older than 6.0.0",
    468: "no such system",
    472: "production meter",
    473: "not reporting",
    550: "try again later",
    551: "try again later",
    552: "try again later",
    479: "46x and 47x do not pass",
}


def refusal(status: Any) -> dict[str, Any]:
    return {
        "type": "x",
        "timestamp_epoch": NOW * 1000,
        "error": {"code": status, "status": "SOME_NAME", "message": "In its words", "details": [{}]},
    }


@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("status", MEANINGS)
def test_a_refusal_says_what_it_means(connect: Connect, status: int, content_type: str) -> None:
    world = Streams(reply(status, refusal(status), content_type=content_type))
    mode = connect(world)
    listing = mode.client.system(7).live(reconnect=True)
    with pytest.raises(LiveStreamError, match=MEANINGS[status]) as caught:
        mode.collect(listing)
    error = caught.value
    assert (error.status, error.hits, listing.hits, used(mode)) == (status, 1, 1, 1)
    assert error.problem == "In its words: SOME_NAME"
    assert len(world.wire.requests) == 1, "it is charged: never sent twice, whatever happens"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthenticationError),
        (403, PermissionDenied),
        (429, RateLimited),
        (503, ServerError),
        (473, LiveStreamError),
    ],
)
@pytest.mark.parametrize("form", ["event", "wrapped", "digits", "unfinished", "no stream"])
@pytest.mark.parametrize("reconnect", [False, True])
def test_an_error_may_come_with_200(
    connect: Connect, status: int, kind: type[EnphaseError], form: str, reconnect: bool
) -> None:
    """As an event after some readings, or in place of the stream: it is no reading without values."""
    told: Any = refusal(str(status) if form == "digits" else status)
    if form == "wrapped":
        told = {"data": told}
    body = event(told)[: -2 if form == "unfinished" else None]
    answer: Any = Stream(numbered(1) + body + (b"" if form == "unfinished" else numbered(2)))
    if form == "no stream":
        answer = reply(200, told)
    world = Streams(answer)
    mode = connect(world)
    listing = mode.client.system(7).live(reconnect=reconnect)
    with pytest.raises(kind, match="In its words") as caught:
        mode.result(listing.to_list()) if mode.name == "async" else listing.to_list()
    expected = [] if form == "no stream" else [1]
    assert powers(caught.value.partial) == expected
    assert (caught.value.status, caught.value.hits, listing.hits) == (status, 1, 1)
    assert world.open == 0


@pytest.mark.parametrize(
    "told", [{"error": "sorry"}, {"error": {"code": 7, "message": "sorry"}}, {"error": {"message": "sorry"}}]
)
def test_an_error_without_a_number_is_still_one(connect: Connect, told: Any) -> None:
    mode = connect(Streams(Stream(event(told))))
    with pytest.raises(EnphaseError, match="answered 200: sorry") as caught:
        read(mode)
    assert (caught.value.status, caught.value.hits) == (200, 1)


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        ("<html>busy</html>", "text/html", "a page in place of data"),
        ("<html>busy</html>", "application/json", "a page in place of data"),
        ({"data": {"pv_power": 1}}, "application/json", "no stream of events, but application/json"),
        (b"", "application/json", "no stream of events"),
        (numbered(1), "text/plain", "no stream of events, but text/plain"),
    ],
)
def test_what_is_no_stream_is_not_read_as_one(
    connect: Connect, body: Any, content_type: str, told: str
) -> None:
    world = Streams(reply(200, body, content_type=content_type))
    mode = connect(world)
    with pytest.raises(DecodeError, match=told) as caught:
        read(mode)
    assert (caught.value.status, caught.value.hits, used(mode)) == (200, 1, 1)


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        (b"<html>\n<body>busy</body>\n</html>\n", DecodeError, "a page in place of data"),
        (json.dumps(refusal(473), indent=1).encode(), LiveStreamError, "not reporting"),
        (json.dumps(refusal(473)).encode() + b"\n\n", LiveStreamError, "not reporting"),
    ],
    ids=["page", "lines", "line"],
)
def test_what_calls_itself_a_stream_and_is_none(
    connect: Connect, body: bytes, kind: type[EnphaseError], told: str
) -> None:
    """Its lines are fields of no event: whoever only looks for events sees an empty stream, and says nothing."""
    world = Streams(Stream(body))
    mode = connect(world)
    with pytest.raises(kind, match=told) as caught:
        read(mode)
    assert (caught.value.hits, world.open) == (1, 0)


@pytest.mark.parametrize(
    "content_type", ["text/event-stream; charset=utf-8", "Text/Event-Stream;charset=UTF-8"]
)
def test_a_stream_is_known_by_its_media_type(connect: Connect, content_type: str) -> None:
    answer = httpx.Response(200, stream=Stream(numbered(1)), headers={"content-type": content_type})
    assert read(connect(Streams(answer)))[0] == [1]


def test_words_of_a_stream_are_shown_without_secrets(connect: Connect) -> None:
    """A service that repeats what it was sent, in an event, puts it in no message."""
    told = refusal(473)
    told["error"]["message"] = f"key {KEY} and token {TOKEN}"
    mode = connect(Streams(Stream(event(told))))
    with pytest.raises(LiveStreamError) as caught:
        read(mode)
    for shown in (str(caught.value), caught.value.problem, caught.value.body):
        assert shown is not None
        assert "canary" not in shown


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (httpx.ReadError("reset"), ConnectionFailed, "ReadError: reset"),
        (httpx.ReadTimeout("nothing came"), ConnectionFailed, "ReadTimeout"),
        (httpx.RemoteProtocolError("peer closed connection"), ConnectionFailed, "peer closed connection"),
        (RuntimeError(f"canary {TOKEN}"), ConnectionFailed, "an unexpected RuntimeError"),
    ],
)
def test_a_stream_that_breaks_has_delivered_what_came(
    connect: Connect, error: Exception, kind: type[EnphaseError], told: str
) -> None:
    """Also the last event, which is whole but for its empty line. It is not opened again: that is charged."""
    world = Streams(Stream(numbered(1), numbered(2)[:-2], error))
    mode = connect(world)
    listing = mode.client.system(7).live()
    found = []

    def each() -> None:
        found.extend(iter(listing))

    async def each_async() -> None:
        async for reading in listing:
            found.append(reading)

    with pytest.raises(kind, match=told) as caught:
        each() if mode.name == "sync" else mode.result(each_async())
    assert powers(found) == [1, 2]
    assert (caught.value.hits, caught.value.status, listing.hits, used(mode), world.open) == (1, 200, 1, 1, 0)
    assert caught.value.__context__ is None
    assert "canary" not in str(caught.value)


def test_an_event_that_never_ends_is_not_kept(connect: Connect) -> None:
    world = Streams(Stream(numbered(1), b"data: " + b"x" * (2 * 2**20)))
    mode = connect(world)
    listing = mode.client.system(7).live(reconnect=True)
    with pytest.raises(DecodeError, match="longer than the 1 MiB"):
        mode.collect(listing)
    assert (listing.hits, world.open) == (1, 0)


def test_a_service_that_is_not_reached_is_asked_once(connect: Connect) -> None:
    world = Streams(httpx.ConnectError("refused"))
    mode = connect(world)
    with pytest.raises(ConnectionFailed, match="refused"):
        read(mode)
    assert (len(world.wire.requests), used(mode), world.waits) == (1, 1, [])


# ---------------------------------------------------------------------------------------------- before the call


@pytest.mark.parametrize("duration", [29, 301, 0, -30, True, 30.0, "30", None, float("nan")])
def test_a_duration_that_cannot_be_costs_nothing(connect: Connect, duration: Any) -> None:
    world = Streams()
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="duration has to be a whole number from 30 to 300"):
        mode.client.system(7).live(duration)
    assert (world.wire.requests, used(mode)) == ([], 0)


def test_reconnect_is_said_in_so_many_words(connect: Connect) -> None:
    mode = connect(Streams())
    with pytest.raises(InvalidRequest, match="reconnect has to be True or False"):
        mode.client.system(7).live(30, reconnect=5)


def test_the_price_is_known_before(connect: Connect) -> None:
    world = Streams(Stream(numbered(1)))
    mode = connect(world, plan="kilowatt")
    estimate = mode.client.system(7).live(300).estimate()
    assert (estimate.hits, estimate.cost_usd, estimate.exact, world.wire.requests) == (1, 0.1, True, [])
    assert not mode.client.system(7).live(300, reconnect=True).estimate().exact


def test_a_plan_without_streaming_is_not_tried(connect: Connect) -> None:
    world = Streams()
    mode = connect(world, plan="watt")
    with pytest.raises(PermissionDenied, match="does not include it"):
        read(mode)
    assert (world.wire.requests, used(mode)) == ([], 0)


def test_it_is_read_once(connect: Connect) -> None:
    """A second loop over the same listing would be charged again."""
    world = Streams(Stream(numbered(1)), Stream(numbered(2)))
    mode = connect(world)
    _, listing = read(mode)
    with pytest.raises(EnphaseError, match="read already"):
        mode.collect(listing)
    assert len(world.wire.requests) == 1


# ------------------------------------------------------------------------------------------- what does harm, cheaply


@pytest.mark.parametrize(
    ("unit", "problems", "calls", "outcome"),
    [
        (b"data:x\n\n", 100, 0, DecodeError),
        (b"\n", 0, 0, None),
        (b"\r\n", 0, 0, None),
        (b"{}\n", 3, 12, DecodeError),
    ],
    ids=str,
)
def test_a_few_bytes_that_stand_for_many_events(
    connect: Connect, unit: bytes, problems: int, calls: int, outcome: type[EnphaseError] | None
) -> None:
    """Six kilobytes of gzip are half a million events that nobody can read: they take neither seconds nor memory."""

    def stream_of(count: int) -> tuple[Mode, Any]:
        packed = gzip.compress(numbered(1) + unit * count)
        answer = httpx.Response(200, stream=Stream(packed), headers={**EVENTS, "content-encoding": "gzip"})
        mode = connect(Streams(answer))
        return mode, mode.client.system(7).live()

    def read_through(count: int) -> float:
        mode, listing = stream_of(count)
        began = time.thread_time()
        with suppress(DecodeError):
            mode.collect(listing)
        return time.thread_time() - began

    most = 4 * 2**20 // len(unit)
    mode, listing = stream_of(most)
    began = time.thread_time()
    with pytest.raises(outcome) if outcome else nullcontext() as caught:
        mode.result(listing.to_list()) if mode.name == "async" else listing.to_list()
    took = time.thread_time() - began
    assert len(listing.problems) <= problems
    if caught is not None:
        assert powers(caught.value.partial) == [1]
    few = max(read_through(most // 64), 0.005)
    assert took < 60 * few  # about 20, as it comes; 120, where it grows with the square
    with counted() as effort:
        read_through(most // 4)
    assert effort.calls < calls * most // 4 + 100_000


def test_a_hundred_events_in_a_row_that_are_no_readings_are_no_stream(connect: Connect) -> None:
    """One less, and the reading behind them is still delivered."""
    bad = b"data: ?\n\n"
    assert read(connect(Streams(Stream((bad * 99 + numbered(1)) * 3))))[0] == [1, 1, 1]
    world = Streams(Stream(numbered(1) + bad * 100 + numbered(2)))
    mode = connect(world)
    listing = mode.client.system(7).live(300, reconnect=True)
    with pytest.raises(DecodeError, match="100 events in a row are no readings") as caught:
        mode.result(listing.to_list()) if mode.name == "async" else listing.to_list()
    assert (powers(caught.value.partial), len(listing.problems), listing.hits, world.open) == ([1], 100, 1, 0)


def test_of_very_many_problems_a_thousand_are_noted(connect: Connect) -> None:
    """And one that says so. What is wrong with a reading stands in its own problems, however many came before."""
    mode = connect(Streams(Stream(event(message("x", grid_power="y")) * 600), Stream(event(message("x")))))
    listing = mode.client.system(7).live()
    found = mode.collect(listing)
    assert (len(found), len(listing.problems)) == (600, 1001)
    assert listing.problems[-1].problem == "more than 1000 problems: the others are not noted here"
    assert all(len(reading.problems) == 2 for reading in found)


def test_the_time_is_looked_at_within_a_piece(connect: Connect) -> None:
    """A piece may hold more than can be read in the time of a stream; the time that whoever reads takes is his own."""

    class Slow(Streams):
        def monotonic(self) -> float:
            self.now += 1
            return self.now

    found, listing = read(connect(Slow(Stream(numbered(*range(1000))))))
    assert 30 <= len(found) <= 90
    assert (listing.hits, listing.problems) == (1, [])


# ------------------------------------------------------------------------------------------------- how it ends


def test_a_loop_that_is_left_closes_the_stream_at_once(connect: Connect) -> None:
    """Although the listing is still at hand: nothing may go on running that nobody reads."""
    world = Streams()
    world.streams = world.left = [Stream(*([numbered(1)] * 100))]
    stream = world.left[0]
    assert isinstance(stream, Stream)
    mode = connect(world)
    listing = mode.client.system(7).live()

    async def left() -> None:
        async for reading in listing:
            assert reading.pv_power_w == 1
            break
        for _ in range(10):
            await asyncio.sleep(0)
        assert stream.closed

    if mode.name == "sync":
        for reading in listing:
            assert reading.pv_power_w == 1
            break
        assert stream.closed
    else:
        mode.result(left())
    assert (listing.hits, used(mode)) == (1, 1)
    assert len(list(stream.pieces)) >= 98


@pytest.mark.parametrize("how", ["close", "with", "error"])
def test_what_is_open_can_be_closed(connect: Connect, how: str) -> None:
    stream = Stream(*([numbered(1)] * 100))
    mode = connect(Streams(stream))
    listing = mode.client.system(7).live()

    def ended() -> None:
        iterator = iter(listing)
        with suppress(ZeroDivisionError), listing if how != "close" else nullcontext():
            next(iterator)
            assert not stream.closed
            if how == "close":
                listing.close()
            if how == "error":
                raise ZeroDivisionError
        assert stream.closed
        assert list(iterator) == []

    async def ended_async() -> None:
        iterator = aiter(listing)
        with suppress(ZeroDivisionError):
            async with listing if how != "close" else nullcontext():
                await anext(iterator)
                assert not stream.closed
                if how == "close":
                    await listing.close()
                if how == "error":
                    raise ZeroDivisionError
        assert stream.closed
        assert [reading async for reading in iterator] == []

    ended() if mode.name == "sync" else mode.result(ended_async())
    assert used(mode) == 1


def test_a_reader_that_is_cancelled_closes_its_stream() -> None:
    class Silent(Stream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield numbered(1)
            waiting.set()
            await asyncio.Event().wait()

    waiting = asyncio.Event()
    stream = Silent()
    world = Streams(stream)
    mode = MODES["async"](world)
    listing = mode.client.system(7).live(reconnect=True)
    found = []

    async def reader() -> None:
        async for reading in listing:
            found.append(reading)

    async def cancelled() -> None:
        task = asyncio.create_task(reader())
        await waiting.wait()
        assert not stream.closed
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stream.closed

    try:
        mode.result(cancelled())
        assert (powers(found), listing.hits, used(mode)) == ([1], 1, 1)
        assert len(world.wire.requests) == 1, "what was cancelled is not opened again"
    finally:
        mode.close()


class Stop(BaseException):
    """Ctrl-C, or whatever else ends a program."""


@pytest.mark.parametrize("stops", [Stop, asyncio.CancelledError])
def test_a_hook_that_ends_the_program_leaves_no_stream_open(
    connect: Connect, stops: type[BaseException]
) -> None:
    """The stream has come, and nobody got it: its connection would be in use for as long as the client is."""

    class Stopping(Hooks):
        def after_call(self, call: Call, result: CallResult) -> None:
            raise stops

    world = Streams(Stream(numbered(1)))
    mode = connect(world, hooks=Stopping())
    listing = mode.client.system(7).live()
    with pytest.raises(stops):
        mode.collect(listing)
    (stream,) = world.streams
    assert isinstance(stream, Stream)
    assert stream.closed == 1
    assert used(mode) == 1


def test_a_stream_that_the_service_does_not_end_is_ended(connect: Connect) -> None:
    """A minute after its time. Without that, whoever reads would wait for as long as the service sends comments."""
    world = Streams()
    dripping: list[Piece] = [world.passing(10), b": on\n\n"]
    world.streams = world.left = [Stream(numbered(1), *dripping * 1000)]
    mode = connect(world)
    found, listing = read(mode, duration=30)
    assert (found, world.now - NOW, listing.hits, world.open) == ([1], 90, 1, 0)


def test_a_slow_reader_loses_nothing() -> None:
    """The time that whoever reads takes is not the service's: what has come meanwhile is still delivered."""
    world = Streams(Stream(*(numbered(number) for number in range(30))))
    mode = MODES["sync"](world)
    found = []
    for reading in mode.client.system(7).live(30):
        found.append(reading)
        world.now += 60
    mode.close()
    assert len(found) == 30


def test_an_early_end_is_the_end(connect: Connect) -> None:
    world = Streams(Stream(numbered(1)), Stream(numbered(2)))
    assert read(connect(world))[0] == [1]
    assert len(world.wire.requests) == 1


# -------------------------------------------------------------------------------------------------- reconnecting

LOST = httpx.ReadError("reset")


def test_reconnecting_asks_for_what_is_left(connect: Connect) -> None:
    world = Streams()
    world.streams = world.left = [
        Stream(numbered(1), world.passing(40.5), LOST),
        Stream(world.passing(20), numbered(2)),
        Stream(world.passing(39.5), numbered(3), world.passing(1), numbered(4)),
    ]
    mode = connect(world)
    found, listing = read(mode, duration=100, reconnect=True)
    assert found == [1, 2, 3, 4]
    assert world.durations == ["100", "60", "40"]
    assert (listing.hits, used(mode), world.open, world.waits) == (3, 3, 0, [])
    assert [problem.problem for problem in listing.problems] == ["the stream broke off: ReadError: reset"]


def test_less_than_the_shortest_stream_is_heard_for_what_is_left(connect: Connect) -> None:
    """30 s have to be asked for; the caller's duration still counts."""
    world = Streams()

    def again() -> Iterator[Piece]:
        for _ in range(20):
            yield numbered(2)
            yield world.passing(3)

    world.streams = world.left = [Stream(numbered(1), world.passing(50), LOST), Stream(*again())]
    mode = connect(world)
    found, _ = read(mode, duration=60, reconnect=True)
    assert world.durations == ["60", "30"]
    assert found == [1, 2, 2, 2, 2, 2]
    assert (world.now - NOW, world.open) == (62, 0)


@pytest.mark.parametrize("lost", [True, False])
def test_the_last_moment_is_not_paid_for(connect: Connect, lost: bool) -> None:
    """Streams never last to the second."""
    world = Streams()
    end: list[Piece] = [LOST] if lost else []
    world.streams = world.left = [Stream(numbered(1), world.passing(58.5), *end)]
    assert read(connect(world), duration=60, reconnect=True)[0] == [1]


@pytest.mark.parametrize("first", [[], [numbered(1)]])
@pytest.mark.parametrize("lost", [True, False])
def test_streams_that_bring_nothing_are_given_up(connect: Connect, first: list[bytes], lost: bool) -> None:
    """Two in a row. Without that a service that is down would be paid for until the quota is used up."""
    end: list[Piece] = [LOST] if lost else []
    streams = [Stream(*first, *end), *(Stream(b": hello\n\n", *end) for _ in range(9))]
    world = Streams(*streams)
    mode = connect(world)
    listing = mode.client.system(7).live(300, reconnect=True)
    hits = 2 + len(first)
    if lost:
        with pytest.raises(ConnectionFailed, match="reset") as caught:
            mode.collect(listing)
        assert caught.value.hits == 1
    else:
        assert powers(mode.collect(listing)) == [1] * len(first)
    assert (listing.hits, used(mode), world.waits) == (hits, hits, [5.0])


def test_a_service_that_is_not_reached_is_waited_for_once(connect: Connect) -> None:
    """A network that is away for a moment is what reconnecting is for."""
    world = Streams()
    world.streams = world.left = [
        Stream(numbered(1), LOST),
        httpx.ConnectError("away"),
        Stream(numbered(2), world.passing(300)),
    ]
    mode = connect(world)
    found, listing = read(mode, duration=300, reconnect=True)
    assert (found, listing.hits, world.waits) == ([1, 2], 3, [5.0])
    assert world.durations == ["300", "300", "295"]


@pytest.mark.parametrize("lost", [True, False])
def test_streams_that_end_at_once_are_not_paid_for_without_end(connect: Connect, lost: bool) -> None:
    """As many as there are half minutes, and one: also where each of them brings something."""
    world = Streams(*(Stream(numbered(number), *([LOST] if lost else [])) for number in range(99)))
    mode = connect(world)
    listing = mode.client.system(7).live(90, reconnect=True)
    if lost:
        with pytest.raises(ConnectionFailed, match="reset"):
            mode.collect(listing)
    else:
        assert powers(mode.collect(listing)) == [0, 1, 2, 3]
    assert (listing.hits, world.open) == (4, 0)


def seconds_of(world: Streams, number: int) -> Iterator[Piece]:
    """A reading each second, for longer than any stream lasts."""
    for _ in range(1000):
        yield numbered(number)
        yield world.passing(1)


def limited(connect: Connect, world: World, per_minute: int = 1, **settings: Any) -> Mode:
    """A client that may open so many streams in a minute."""
    return connect(world, plan=Plan(per_minute=per_minute, per_month=100), **settings)


@pytest.mark.parametrize("lost", [True, False])
def test_a_stream_that_would_begin_when_the_time_is_over_is_not_paid_for(
    connect: Connect, lost: bool
) -> None:
    """Its turn in the minute comes a minute after the first: of the sixty seconds that were asked for, none is left."""
    world = Streams()
    end: list[Piece] = [LOST] if lost else []
    world.streams = world.left = [
        Stream(numbered(1), world.passing(10), numbered(2), *end),
        Stream(numbered(3)),
    ]
    mode = limited(connect, world)
    found, listing = read(mode, duration=60, reconnect=True)
    assert (found, listing.hits, used(mode), world.waits) == ([1, 2], 1, 1, [])
    assert "turn in the minute comes when the time is over" in listing.problems[-1].problem
    assert len(listing.problems) == 1 + lost


def test_a_stream_that_brought_nothing_and_no_turn_for_another(connect: Connect) -> None:
    world = Streams(Stream(LOST))
    mode = limited(connect, world)
    with pytest.raises(ConnectionFailed, match="reset"):
        read(mode, duration=60, reconnect=True)
    assert (used(mode), world.waits) == (1, [5.0])


def test_a_turn_that_is_waited_for_leaves_less_to_hear(connect: Connect) -> None:
    """Of 100 s, 62 are waited for the second stream: it is heard for what is left, and not for what was left before."""
    world = Streams()
    world.streams = world.left = [
        Stream(numbered(1), world.passing(10)),
        Stream(*seconds_of(world, 2)),
    ]
    mode = limited(connect, world)
    found, listing = read(mode, duration=100, reconnect=True)
    (waited,) = world.waits
    assert world.durations == ["100", "90"]
    assert len(found) == 2 + ceil(90 - waited)
    assert world.now - NOW == pytest.approx(100, abs=1)
    assert listing.hits == 2


def test_the_wait_for_the_first_turn_takes_nothing_of_the_time(connect: Connect) -> None:
    world = Streams()
    streams = Stream(), Stream(numbered(1), world.passing(10), LOST), Stream(*seconds_of(world, 2))
    world.streams = world.left = [*streams]
    mode = limited(connect, world)
    read(mode)
    found, listing = read(mode, duration=100, reconnect=True)
    first, second = world.waits
    assert (world.durations, listing.hits) == (["30", "100", "90"], 2)
    assert len(found) == 2 + ceil(90 - second)
    assert world.now - NOW == pytest.approx(first + 100, abs=1)


def test_less_patience_than_there_is_time_is_raised(connect: Connect) -> None:
    """Whoever set max_wait is told when it is that which ends the stream."""
    world = Streams(Stream(numbered(1)))
    mode = limited(connect, world, max_wait=5)
    listing = mode.client.system(7).live(300, reconnect=True)
    with pytest.raises(RateLimited, match="max_wait"):
        mode.collect(listing)
    assert (listing.hits, used(mode)) == (1, 1)


def test_nothing_at_all_is_not_an_end_without_words(connect: Connect) -> None:
    world = Streams()
    world.streams = world.left = [Stream(world.passing(60), LOST)]
    with pytest.raises(ConnectionFailed, match="reset"):
        read(connect(world), duration=60, reconnect=True)


# ------------------------------------------------------------------------------------------------ the mock server


@pytest.fixture
def house(connect: Connect, server: mock.Server) -> tuple[Mode, Any]:
    """The first home of the fleet; it streams, and its clock stands still, so that nothing is waited for."""
    server.service.journal.clear()
    mode = connect(Paused(), base_url=server.url)
    return mode, mode.client.system(server.service.system_ids[0])


class Paused(Runtime):
    """Our own waits take no time. Those of the network are real."""

    def sleep(self, seconds: float) -> None:
        """Not at all."""

    async def async_sleep(self, seconds: float) -> None:
        """Not at all."""


def test_a_stream_of_the_mock_adds_up(house: tuple[Mode, Any], server: mock.Server) -> None:
    """Over a socket: as many readings as seconds, whose signs are such that the house takes what the others give."""
    mode, system = house
    listing = system.live(40)
    readings = mode.collect(listing)
    assert (listing.hits, listing.problems, used(mode)) == (1, [], 1)
    assert [reading.time.timestamp() for reading in readings] == [NOW + second for second in range(40)]
    for reading in readings:
        assert reading.consumption_power_w == (
            reading.pv_power_w + reading.grid_power_w + reading.battery_power_w + reading.generator_power_w
        )
        assert (reading.system_id, reading.problems) == (system.system_id, ())
    (call,) = server.service.journal
    assert (call.operation, call.status) == ("getLiveData", 200)


def test_both_clients_give_the_same(server: mock.Server) -> None:
    seen = []
    for kind in MODES.values():
        mode = kind(Paused(), base_url=server.url)
        try:
            seen.append(mode.collect(mode.client.system(server.service.system_ids[0]).live(60)))
        finally:
            mode.close()
    assert len(seen[0]) == 60
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("number", "status"), [(3, 466), (4, 472), (5, 473), (None, 468)])
def test_sites_of_the_mock_that_do_not_stream(
    house: tuple[Mode, Any], server: mock.Server, number: int | None, status: int
) -> None:
    mode, _ = house
    system_id = 1 if number is None else server.service.system_ids[number]
    with pytest.raises(LiveStreamError, match=MEANINGS[status]) as caught:
        mode.collect(mode.client.system(system_id).live())
    assert (caught.value.status, caught.value.hits) == (status, 1)


@pytest.mark.parametrize(
    ("fault", "readings", "outcome"),
    [
        ("truncated_json", 1, None),
        ("wrong_types", 30, None),
        ("reset_mid_body", 1, ConnectionFailed),
        ("dropped", 0, ConnectionFailed),
        ("wrong_content_type", 0, DecodeError),
        ("html_200", 0, DecodeError),
        ("invalid_gzip", 0, DecodeError),
        ("empty_body", 0, None),
        ("461", 0, LiveStreamError),
        ("551", 0, LiveStreamError),
        ("503", 0, ServerError),
    ],
)
def test_faults_of_the_mock(
    house: tuple[Mode, Any], server: mock.Server, fault: str, readings: int, outcome: Any
) -> None:
    """What can be read is delivered, and nothing is asked for twice."""
    mode, system = house
    server.service.faults.add(fault, count=1, operations="getLiveData")
    listing = system.live()
    partial: list[Any] = []
    if outcome is None:
        partial = mode.collect(listing)
    else:
        with pytest.raises(outcome) as caught:
            mode.result(listing.to_list()) if mode.name == "async" else listing.to_list()
        partial = caught.value.partial
        assert caught.value.hits == 1
    assert len(partial) + sum(problem.path.startswith("$") for problem in listing.problems) >= readings
    assert (len(partial) <= 30, listing.hits, len(server.service.journal), used(mode)) == (True, 1, 1, 1)
    if fault == "truncated_json":
        assert (len(partial), [problem.path for problem in listing.problems]) == (1, ["$"])


def test_reconnecting_to_the_mock(house: tuple[Mode, Any], server: mock.Server) -> None:
    """Its clock stands still, so that each stream ends at once: as many as there are half minutes, and one."""
    mode, system = house
    server.service.faults.add("reset_mid_body", count=1, operations="getLiveData")
    listing = system.live(30, reconnect=True)
    assert len(mode.collect(listing)) == 1 + 30
    assert (listing.hits, len(server.service.journal), len(listing.problems)) == (2, 2, 2)


class Pace:
    """The mock's time, which stands still after the first second of a stream, until its client goes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.left = threading.Event()

    def __call__(self) -> float:
        return NOW + self.seconds

    async def sleep(self, seconds: float) -> None:
        if self.seconds < 1:
            self.seconds += seconds
            return
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()


@pytest.mark.parametrize("how", ["break", "close", "cancel", "client"])
def test_the_service_sees_that_nobody_listens(connect: Connect, how: str) -> None:
    """A connection that is only dropped stays in the pool, and its stream goes on until it is collected."""
    pace = Pace()
    with mock.serve(homes=1, clock=pace, sleep=pace.sleep, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Runtime(), base_url=server.url)
        listing = mode.client.system(server.service.system_ids[0]).live()

        def left() -> None:
            for _ in listing:
                assert not pace.left.is_set()
                if how == "close":
                    listing.close()
                if how == "client":
                    mode.client.close()
                if how == "cancel":
                    raise KeyboardInterrupt
                break

        async def reading() -> None:
            async for _ in listing:
                assert not pace.left.is_set()
                if how == "close":
                    await listing.close()
                if how == "client":
                    await mode.client.close()
                if how != "cancel":
                    break
                begun.set()

        async def left_async() -> None:
            task = asyncio.create_task(reading())
            if how == "cancel":
                await begun.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            else:
                await task
            assert await asyncio.to_thread(pace.left.wait, 20)

        begun = asyncio.Event()
        with pytest.raises(KeyboardInterrupt) if (mode.name, how) == ("sync", "cancel") else nullcontext():
            left() if mode.name == "sync" else mode.result(left_async())
        assert pace.left.wait(20)
        assert [call.status for call in server.service.calls("getLiveData")] == [200]
        assert listing.hits == 1


def test_somebody_else_may_end_it(connect: Connect) -> None:
    """Another thread, or task, closes what is being listened to: its reader's loop ends, and at once."""
    pace = Pace()
    with mock.serve(homes=1, clock=pace, sleep=pace.sleep, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Runtime(), base_url=server.url)
        listing = mode.client.system(server.service.system_ids[0]).live()
        heard: list[Any] = []

        def ended() -> None:
            first = threading.Event()

            def read() -> None:
                for reading in listing:
                    heard.append(reading)
                    first.set()

            reader = threading.Thread(target=read)
            reader.start()
            assert first.wait(20)
            while not listing._open().gi_running:  # it waits for what does not come
                pass
            listing.close()
            reader.join(20)
            assert not reader.is_alive()

        async def ended_async() -> None:
            first = asyncio.Event()

            async def read() -> None:
                async for reading in listing:
                    heard.append(reading)
                    first.set()

            reader = asyncio.create_task(read())
            await first.wait()
            for _ in range(100):  # it waits for what does not come
                await asyncio.sleep(0)
            await listing.close()
            async with asyncio.timeout(20):
                await reader
            assert await asyncio.to_thread(pace.left.wait, 20)

        ended() if mode.name == "sync" else mode.result(ended_async())
        assert pace.left.wait(20)
        assert heard
        assert listing.hits == 1
