"""Events and alarms: windows of a week, each event once, and nothing that is missing without a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from enphase_cloud import (
    DecodeError,
    EnphaseError,
    Gap,
    GapReason,
    InvalidRequest,
    PermissionDenied,
    ServerError,
    mock,
)

from .conftest import Connect
from .worlds import KEY, NOW, TOKEN, Clock, World, reply, sent

WEEK = 604800
NOON = datetime.fromtimestamp(NOW, UTC)


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


class Book:
    """A service with events; the knobs are what services do. Refuses as the real one does."""

    def __init__(self, begun: list[int], key: str = "events") -> None:
        self.begun = begun
        self.key = key
        self.inclusive = False
        """What begins where a window ends is in it, too."""
        self.open = False
        """What began before a window is in it, too."""
        self.months = 9
        self.refuse: Callable[[int], httpx.Response | None] = lambda start: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        start, end = int(request.url.params["start_time"]), int(request.url.params["end_time"])
        if end - start > WEEK or start < (NOON - timedelta(days=30.6 * self.months)).timestamp():
            return reply(422, {"message": "Unprocessable Entity", "details": "too old", "code": 422})
        refused = self.refuse(start)
        if refused is not None:
            return refused
        shown = [
            each
            for each in self.begun
            if (self.open or start <= each) and (each < end or (self.inclusive and each == end))
        ]
        return reply(body={"system_id": 7, self.key: [self.item(each) for each in shown]})

    def item(self, begun: int) -> dict[str, Any]:
        if self.key == "alarms":
            return {"id": f"{begun}", "alarm_start_time": begun, "cleared": False, "events": []}
        return {"event_type_id": 1, "event_start_time": begun, "serial_number": "1", "status": "Open"}


@pytest.mark.parametrize("key", ["events", "alarms"])
@pytest.mark.parametrize(("days", "hits"), [(1, 1), (7, 1), (8, 2), (60, 9)])
@pytest.mark.parametrize("knobs", [(False, False), (True, False), (False, True), (True, True)], ids=str)
def test_each_event_comes_once(
    connect: Connect, key: str, days: int, hits: int, knobs: tuple[bool, bool]
) -> None:
    """Catches what comes twice where windows meet, what is open for weeks, and a window too many."""
    start = NOW - days * 86400
    book = Book([*range(start, NOW, 43200), *range(start + WEEK, NOW, WEEK)], key)
    book.begun = sorted(set(book.begun))
    book.inclusive, book.open = knobs
    world = World(book)
    mode = connect(world)
    rows = getattr(mode.client.system(7), key)(ago(days=days))
    found = mode.collect(rows)
    begun = [
        int((each.alarm_start_time if key == "alarms" else each.event_start_time).timestamp())
        for each in found
    ]
    assert begun == book.begun
    assert rows.estimate().hits == rows.hits == len(world.wire.requests) == hits
    assert (rows.gaps, rows.problems, rows.errors) == ([], [], [])
    asked = [(int(each["start_time"]), int(each["end_time"])) for each in sent(world)]
    assert asked[0][0] == start
    assert asked[-1][1] == NOW
    assert all(before[1] == after[0] for before, after in pairwise(asked))


def test_what_cannot_be_told_apart_is_not_dropped_from_one_answer(connect: Connect) -> None:
    """Two events without a serial number may be of two devices; with all of it the same, they are one."""
    bare = {"event_type_id": 1, "event_start_time": NOW - 9 * 86400}
    whole = {**bare, "serial_number": "5"}
    mode = connect(World(lambda _: reply(body={"events": [bare, bare, whole, whole]})))
    found = mode.collect(mode.client.system(7).events(ago(days=10)))
    assert [each.serial_number for each in found] == [None, None, "5"]


@pytest.mark.parametrize("key", ["events", "alarms"])
def test_what_is_not_equal_is_not_dropped_from_one_answer(connect: Connect, key: str) -> None:
    """Two ends are two events, however much else is the same; another window has each of them, as it is by then."""
    if key == "events":
        one = {"event_type_id": 29, "event_start_time": NOW - 13 * 86400, "serial_number": "1"}
        ends = "event_end_time"
    else:
        one, ends = {"id": "5", "alarm_start_time": NOW - 13 * 86400}, "alarm_end_time"
    short, long = {**one, ends: NOW - 12 * 86400}, {**one, ends: NOW - 3 * 86400}
    world = World(lambda _: reply(body={key: [short, long, long][: 4 - len(world.wire.requests)]}))
    mode = connect(world)
    rows = getattr(mode.client.system(7), key)(ago(days=14))
    assert [getattr(each, ends) for each in mode.collect(rows)] == [ago(days=12), ago(days=3)]
    assert len(world.wire.requests) == 2


@pytest.mark.parametrize("key", ["events", "alarms"])
def test_what_is_over_is_settled(connect: Connect, key: str) -> None:
    """Of the last day, something may still come; a range that ends before it is settled as a whole."""
    mode = connect(World(lambda _: reply(body={key: []})))
    log = getattr(mode.client.system(7), key)
    assert log(ago(days=20)).settled_until is None
    for end, settled in ((None, ago(days=1)), (ago(days=5), ago(days=5)), (ago(hours=3), ago(days=1))):
        rows = log(ago(days=20), end)
        assert mode.collect(rows) == []
        assert rows.settled_until == settled


BEGUN = NOW - 13 * 86400


@pytest.mark.parametrize(
    ("key", "item", "is_open"),
    [
        ("events", {"status": "Open", "event_start_time": BEGUN}, True),
        ("events", {"status": "Open", "event_start_time": BEGUN, "event_end_time": BEGUN + 60}, True),
        ("events", {"status": "Closed", "event_start_time": BEGUN, "event_end_time": BEGUN + 60}, False),
        ("events", {"status": "Info", "event_start_time": BEGUN}, False),
        ("events", {"event_start_time": BEGUN}, True),
        ("events", {"status": "Brand New", "event_start_time": BEGUN}, True),
        ("events", {"event_start_time": BEGUN, "event_end_time": BEGUN + 60}, False),
        ("alarms", {"id": "1", "cleared": False, "alarm_start_time": BEGUN}, True),
        ("alarms", {"id": "1", "alarm_start_time": BEGUN}, True),
        ("alarms", {"id": "1", "cleared": True, "alarm_start_time": BEGUN}, False),
        ("alarms", {"id": "1", "alarm_start_time": BEGUN, "alarm_end_time": BEGUN + 60}, False),
    ],
    ids=str,
)
def test_what_is_open_is_not_settled(connect: Connect, key: str, item: dict[str, Any], is_open: bool) -> None:
    """It may be closed when it is asked for again, and nothing that is open began by then."""
    world = World(lambda _: reply(body={key: [item] if len(world.wire.requests) == 2 else []}))
    mode = connect(world)
    rows = getattr(mode.client.system(7), key)(ago(days=20))
    assert len(mode.collect(rows)) == 1
    begun = datetime.fromtimestamp(BEGUN, UTC)
    assert rows.settled_until == (begun - timedelta(seconds=1) if is_open else ago(days=1))


def test_what_is_open_and_does_not_say_since_when_is_not_settled(connect: Connect) -> None:
    world = World(
        lambda _: reply(body={"events": [{"status": "Open"}] if len(world.wire.requests) == 2 else []})
    )
    mode = connect(world)
    rows = mode.client.system(7).events(ago(days=20))
    assert len(mode.collect(rows)) == 1
    assert rows.settled_until == ago(days=13, seconds=1)


def test_what_is_too_old_is_not_asked_for_and_what_is_to_come_is_not_there(connect: Connect) -> None:
    world = World(Book([NOW - 3600]))
    mode = connect(world)
    rows = mode.client.system(7).events(ago(days=400), NOON + timedelta(days=2))
    assert len(mode.collect(rows)) == 1
    old, future = rows.gaps
    first = datetime(2025, 9, 21, 1, tzinfo=UTC)
    assert old == Gap(ago(days=400), first, GapReason.OUTSIDE_LOOKBACK)
    assert future == Gap(NOON, NOON + timedelta(days=2), GapReason.IN_FUTURE)
    assert int(sent(world)[0]["start_time"]) == int(first.timestamp())
    assert rows.hits == rows.estimate().hits == 39


@pytest.mark.parametrize("on_error", ["raise", "gap"])
def test_a_service_that_looks_back_six_months_only(connect: Connect, on_error: str) -> None:
    """The document says nine months, the release notes six: one hit finds out, and the rest is read."""
    book = Book([NOW - 3600, NOW - 200 * 86400])
    book.months = 6
    world = World(book)
    mode = connect(world)
    rows = mode.client.system(7).events(ago(days=250), on_error=on_error)
    assert len(mode.collect(rows)) == 1
    boundary = datetime(2025, 12, 21, 1, tzinfo=UTC)
    assert rows.gaps == [Gap(ago(days=250), boundary, GapReason.OUTSIDE_LOOKBACK)]
    assert rows.errors == []
    assert rows.hits == 1 + 26


def test_after_an_error_reading_goes_on_where_it_was(connect: Connect) -> None:
    """Catches what is paid for twice, handed on twice, or left out after a failure."""
    book = Book(list(range(NOW - 28 * 86400, NOW, 86400)))
    book.inclusive = book.open = True
    failing = [True]
    book.refuse = lambda start: reply(500) if failing[0] and start >= NOW - 2 * WEEK else None
    world = World(book)
    mode = connect(world)
    rows = mode.client.system(7).events(ago(days=28))
    with pytest.raises(ServerError) as caught:
        mode.result(rows.to_list()) if mode.name == "async" else rows.to_list()
    first = caught.value.partial
    failing[0] = False
    second = mode.collect(rows)
    begun = [int(each.event_start_time.timestamp()) for each in [*first, *second]]
    assert begun == book.begun
    starts = [int(each["start_time"]) for each in sent(world)]
    assert [starts.count(NOW - weeks * WEEK) for weeks in (4, 3, 2, 1)] == [1, 1, 3, 1]
    assert rows.gaps == []


def test_a_failed_window_is_a_gap_where_that_was_asked_for(connect: Connect) -> None:
    book = Book(list(range(NOW - 28 * 86400, NOW, 86400)))
    book.refuse = lambda start: reply(500) if start == NOW - 3 * WEEK else None
    mode = connect(World(book))
    rows = mode.client.system(7).events(ago(days=28), on_error="gap")
    assert len(mode.collect(rows)) == 21
    assert rows.gaps == [Gap(ago(weeks=3), ago(weeks=2), GapReason.FAILED)]
    assert [type(error) for error in rows.errors] == [ServerError]


@pytest.mark.parametrize(
    ("status", "kind", "reason", "asked"),
    [(403, PermissionDenied, GapReason.NOT_IN_PLAN, 1), (500, ServerError, GapReason.FAILED, 2)],
)
def test_what_goes_on_failing_is_given_up(
    connect: Connect, status: int, kind: type[EnphaseError], reason: GapReason, asked: int
) -> None:
    """Catches a client that pays for every window of a range that it cannot get."""
    book = Book([])
    book.refuse = lambda _: reply(status)
    mode = connect(World(book))
    rows = mode.client.system(7).alarms(ago(days=60), on_error="gap")
    assert mode.collect(rows) == []
    assert rows.gaps == [Gap(ago(days=60), NOON, reason)]
    assert [type(error) for error in rows.errors] == [kind] * asked


@pytest.mark.parametrize("events", [None, {}, "x", 5])
def test_an_answer_without_a_list_is_a_gap(connect: Connect, events: Any) -> None:
    """It was paid for, and is not asked for again; that nothing is known of the week is said."""
    mode = connect(World(lambda _: reply(body={"events": events})))
    rows = mode.client.system(7).events(ago(days=7))
    assert mode.collect(rows) == []
    assert rows.gaps == [Gap(ago(days=7), NOON, GapReason.UNREADABLE)]
    assert [problem.path for problem in rows.problems] == ["$.events"]


@pytest.mark.parametrize("body", [{"message": "Not authorized"}, {"events": None}], ids=str)
@pytest.mark.parametrize("key", ["events", "alarms"])
def test_answers_without_a_list_are_given_up_after_two(connect: Connect, key: str, body: Any) -> None:
    """Catches a client that pays for every window of a range, and gets a message each time."""
    world = World(lambda _: reply(body=body))
    mode = connect(world)
    rows = getattr(mode.client.system(7), key)(ago(days=260), on_error="gap")
    assert mode.collect(rows) == []
    assert rows.gaps == [Gap(ago(days=260), NOON, GapReason.UNREADABLE)]
    assert [type(error) for error in rows.errors] == [DecodeError]
    assert len(world.wire.requests) == rows.hits == 2
    assert rows.settled_until == ago(days=260)


def test_the_second_answer_in_a_row_without_a_list_is_raised(connect: Connect) -> None:
    """One of them is a gap; and after the second, reading goes on where it was."""
    book = Book(list(range(NOW - 28 * 86400, NOW, 86400)))
    broken = [True]
    book.refuse = lambda start: (
        reply(body={"message": "no"}) if broken[0] and start < NOW - 2 * WEEK else None
    )
    world = World(book)
    mode = connect(world)
    rows = mode.client.system(7).events(ago(days=28))
    with pytest.raises(DecodeError, match=r"no list at \$.events"):
        mode.collect(rows)
    assert rows.gaps == [Gap(ago(weeks=4), ago(weeks=3), GapReason.UNREADABLE)]
    broken[0] = False
    begun = [int(each.event_start_time.timestamp()) for each in mode.collect(rows)]
    assert begun == book.begun[7:]
    assert len(world.wire.requests) == 5


def test_answers_without_a_list_that_do_not_follow_one_another_are_gaps(connect: Connect) -> None:
    book = Book(list(range(NOW - 28 * 86400, NOW, 86400)))
    book.refuse = lambda start: reply(body={}) if start in (NOW - 4 * WEEK, NOW - 2 * WEEK) else None
    mode = connect(World(book))
    rows = mode.client.system(7).events(ago(days=28))
    assert len(mode.collect(rows)) == 14
    assert rows.gaps == [
        Gap(ago(weeks=4), ago(weeks=3), GapReason.UNREADABLE),
        Gap(ago(weeks=2), ago(weeks=1), GapReason.UNREADABLE),
    ]


def test_odd_events_do_not_take_the_others_down(connect: Connect) -> None:
    events: list[Any] = [
        {"event_type_id": "28", "event_start_time": "soon", "serial_number": 5, "status": "Brand New"},
        None,
        [],
        {"event_type_id": 4, "event_end_time": None, "new": 1},
    ]
    mode = connect(World(lambda _: reply(body={"events": events})))
    rows = mode.client.system(7).events(ago(days=7))
    one, other = mode.collect(rows)
    assert (one.event_type_id, one.event_start_time, one.serial_number, one.status) == (
        28,
        None,
        "5",
        "Brand New",
    )
    assert (other.event_end_time, other.details.additional_properties) == (None, {"new": 1})
    assert [each.path for each in rows.problems] == [
        "$.events[0].event_start_time",
        "$.events[1]",
        "$.events[2]",
    ]
    assert one.problems == (rows.problems[0],)


@pytest.mark.parametrize("cleared", ["false", 0, None])
def test_cleared_is_true_or_false(connect: Connect, cleared: Any) -> None:
    """The text "false" would count as True."""
    world = World(Book([]))
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="cleared"):
        mode.client.system(7).alarms(ago(days=1), cleared=cleared)
    assert world.wire.requests == []


# -------------------------------------------------------------------------------------------------- against the mock


@pytest.mark.parametrize(
    ("connect", "seed"),
    [
        ("sync", 3),
        ("async", 11),
        pytest.param("async", 3, marks=pytest.mark.soak),
        pytest.param("sync", 11, marks=pytest.mark.soak),
    ],
    indirect=["connect"],
)
def test_the_logs_of_a_fleet(connect: Connect, seed: int) -> None:
    """Types are known, alarms are of events, and what was asked for in two halves is what is asked for at once."""
    with mock.serve(seed=seed, homes=4, clock=NOW, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Clock(server), base_url=server.url)
        types = {each.event_type_id: each for each in mode.result(mode.client.event_types())}
        for system_id in server.service.system_ids:
            system = mode.client.system(system_id)
            whole = mode.collect(system.events(ago(days=100)))
            parts = [
                *mode.collect(system.events(ago(days=100), ago(days=31))),
                *mode.collect(system.events(ago(days=31))),
            ]
            assert [each.event_start_time for each in whole] == sorted(
                each.event_start_time for each in whole
            )
            assert len(whole) == len(set(whole))
            assert set(parts) == set(whole)
            assert {each.event_type_id for each in whole} <= set(types)
            for cleared in (True, False):
                rows = system.alarms(ago(days=100), cleared=cleared)
                alarms = mode.collect(rows)
                assert rows.hits == 15
                assert {each.cleared for each in alarms} <= {cleared}
                assert all((each.alarm_end_time is not None) == cleared for each in alarms)
                assert all(each.events for each in alarms)
                assert {each.event_type_id for each in alarms} <= set(types)
        one = mode.result(mode.client.event_types(28))
        assert one == [types[28]]


def test_a_mock_that_looks_back_six_months(connect: Connect) -> None:
    with mock.serve(
        seed=3, homes=1, clock=NOW, log_lookback_months=6, api_key=KEY, access_token=TOKEN
    ) as server:
        mode = connect(Clock(server), base_url=server.url)
        rows = mode.client.system(server.service.system_ids[0]).events(ago(days=270))
        assert mode.collect(rows)
        assert [gap.reason for gap in rows.gaps] == [GapReason.OUTSIDE_LOOKBACK]
        assert [call.status for call in server.service.journal].count(422) == 1
