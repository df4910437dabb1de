"""For whatever is asked of whatever server: nothing is missing without a word, and no call could have been saved."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from enphase_v4.catalog import OPERATIONS, PLANS, TELEMETRY, Operation, Window
from hypothesis import given, note, settings
from hypothesis import strategies as st

from enphase_cloud import Enphase, GapReason, Plan
from enphase_cloud._time import Span
from enphase_cloud.archive.coverage import NOTHING
from enphase_cloud.flows.estimate import priced
from enphase_cloud.flows.windows import Ask, plan, window_of
from enphase_cloud.rows import Cost
from enphase_cloud.transport.plan import Quota, Usage
from tests.amounts import examples
from tests.tallies import tally

from .conftest import Connect
from .worlds import HOST, KEY, NOW, TOKEN, Mode, World, reply

DAY, WEEK = 86400, 604800
ZONES = [
    "UTC",
    "America/Los_Angeles",
    "US/Pacific",
    "Europe/Berlin",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Apia",
    None,
]
SERIES = ["battery", "production_micro", "rgm", "ev_charger"]
CLOCKS = [
    NOW,
    int(datetime(2024, 3, 12, tzinfo=UTC).timestamp()),
    int(datetime(2026, 2, 28, tzinfo=UTC).timestamp()),
]
CHANGES = [
    *(date(2025, month, day) for month, day in ((3, 9), (3, 30), (4, 6), (9, 7), (10, 5), (10, 26), (11, 2))),
    *(date(2024, 2, 29), date(2023, 11, 5), date(2024, 3, 10), date(2025, 12, 31)),
]
"""The clocks change on or beside these days in one of the zones; or they are otherwise of an odd year."""


HOLES = {GapReason.NOT_REPORTED, GapReason.PROVISIONAL}


@dataclass
class Odd:
    """A service for one series, with everything that services do."""

    window: Window
    zone: str | None
    now: int
    first: int = 0
    """No row ends at or before it: a start before is moved to it."""
    cap: int | None = None
    """No answer covers more seconds than this (days, where dates are asked for)."""
    holes: list[tuple[int, int]] = field(default_factory=list)
    late: int | None = None
    """The rows of so many seconds before now are still to come, and `meta` says so."""
    untidy: int = 0
    """Boundary rows, rows outside on both sides, doubled and unsorted."""
    half: bool = False
    """The row that ends where an answer does comes first in the next one."""
    early: bool = False
    """An answer says that it ends a second before it does."""

    def has(self, end: int) -> bool:
        return (
            self.first < end <= self.now - (self.late or 0)
            and end % self.window.step_seconds == 0
            and not any(low < end <= high for low, high in self.holes)
        )

    def part(self, start: int, length: int) -> tuple[int, int]:
        """Where the answer begins and ends that is given to this."""
        if self.window.start_format != "epoch":
            zone = ZoneInfo(self.zone or "UTC")
            first = datetime.fromtimestamp(start, zone).date()
            days = min(length // DAY, self.cap or 7)
            return start, min(midnight(first + timedelta(days=days), zone), self.now)
        start = max(start, self.first)
        return start, max(start, min(start + min(length, self.cap or WEEK), self.now))

    def rows(self, began: int, end: int) -> list[int]:
        """The ends of the rows of such an answer."""
        step = self.window.step_seconds
        first = began + -began % step if self.half else began - began % step + step
        ends = [at for at in range(first, end + (not self.half), step) if self.has(at)]
        if self.untidy:
            around = [began - began % step, end - end % step + step]
            ends += [at for at in around if self.has(at)] + ends[:3]
            random.Random(self.untidy).shuffle(ends)
        return ends

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v4/systems/1":
            return reply(body={"system_id": 1, "timezone": self.zone})
        asked, window = request.url.params, self.window
        lengths = dict(window.lengths)
        if window.start_format == "epoch":
            start = int(asked[window.start])
        else:
            on = datetime.strptime(asked[window.start], "%Y%m%d").date()
            start = midnight(on, ZoneInfo(self.zone or "UTC"))
        length = int(asked[window.end]) - start if window.end else lengths[asked[window.granularity]]
        assert 0 < length <= WEEK
        assert start >= lookback(window, self.now) - window.step_seconds
        began, end = self.part(start, length)
        ends = self.rows(began, end)
        rows = [{window.row_end: at, "charge": {"enwh": 1}, "enwh": 1, "wh_del": 1} for at in ends]
        body: dict[str, Any] = {window.rows: rows}
        if window.answer_start:
            body |= {"start_at": began, "end_at": max(began, end - self.early)}
        if self.late is not None:
            body["meta"] = {"last_energy_at": self.now - self.late, "last_report_at": self.now}
        return reply(body=body)


def midnight(on: date, zone: ZoneInfo) -> int:
    """The first moment of a date: where there is no midnight, that of the clock change."""
    at = int(datetime(on.year, on.month, on.day, tzinfo=zone).timestamp())
    while datetime.fromtimestamp(at - 1, zone).date() >= on:
        at -= 1
    while datetime.fromtimestamp(at, zone).date() < on:
        at += 1
    return at


def lookback(window: Window, now: int) -> int:
    """The earliest that may be asked for."""
    if not window.lookback_months:
        return 0
    then = datetime.fromtimestamp(now, UTC)
    day = min(then.day, 28) if then.month == 2 else then.day
    return int(then.replace(year=then.year - 2, day=day).timestamp()) + 3600


@dataclass
class Case:
    """A range of a series, and whom it is asked of."""

    server: Odd
    start: Any
    end: Any
    low: int
    high: int
    """The same in epoch seconds."""


@st.composite
def cases(draw: Any, obedient: bool = False) -> Case:
    window = window_of(TELEMETRY[draw(st.sampled_from(SERIES))])
    step, zone = window.step_seconds, draw(st.sampled_from(ZONES))
    now = draw(st.sampled_from(CLOCKS)) + draw(st.integers(0, DAY))
    tz = ZoneInfo(zone or "UTC")
    known = [day for day in CHANGES if -800 < (day - datetime.fromtimestamp(now, tz).date()).days < -2]
    recent = st.integers(0, 60).map(lambda days: datetime.fromtimestamp(now - days * DAY, tz).date())
    around = st.sampled_from(known).flatmap(
        lambda day: st.integers(-8, 1).map(lambda n: day + timedelta(days=n))
    )
    first_day = draw(st.one_of(around, recent))
    days = draw(st.integers(1, 16))
    start: Any
    end: Any
    if draw(st.booleans()):
        start, end = first_day, first_day + timedelta(days=days)
        low, high = midnight(start, tz), midnight(end, tz)
    else:
        low = midnight(first_day, tz) + draw(st.integers(0, DAY))
        high = low + draw(st.integers(1, days * DAY))
        start, end = (datetime.fromtimestamp(at, UTC) for at in (low, high))
    low = min(low, now)
    server = Odd(window, zone, now)
    if not isinstance(start, date) or isinstance(start, datetime):
        start = datetime.fromtimestamp(low, UTC)
    if high <= low:
        high = low + 1
        end = datetime.fromtimestamp(high, UTC)
    if not obedient:
        told, dated = bool(window.answer_start), window.start_format != "epoch"
        if told:
            caps = (
                st.sampled_from([1, 2, 3])
                if dated
                else st.integers(max(2 * step, (high - low) // 30), 8 * DAY)
            )
            server.cap = draw(st.none() | caps)
            server.early = draw(st.booleans())
        if told and not dated:
            server.first = draw(
                st.just(0)
                | st.integers(low // step - 300, min(high // step + 99, now // step)).map(lambda n: n * step)
            )
        moments = st.integers(low, high)
        server.holes = [
            tuple(sorted(hole)) for hole in draw(st.lists(st.tuples(moments, moments), max_size=3))
        ]
        if window.last_energy_at:
            server.late = draw(st.none() | st.integers(1, 3 * DAY))
        server.untidy = draw(st.integers(0, 3))
        server.half = draw(st.booleans())
    return Case(server, start, end, low, high)


def least(case: Case, first: int, last: int, *, idle: bool = True) -> int:
    """The least number of calls that bring what this server has of the intervals that end from `first` to `last`.

    Where dates are asked for, also of a date in which no interval has ended yet, as it has just begun; if `idle`.

    The widest window at each place: no window that begins earlier ends later. The next one begins where the last row
    ends that the answer can have, or has.
    """
    server, step = case.server, case.server.window.step_seconds
    position, calls = first - step, 0
    if server.window.start_format != "epoch":
        zone = ZoneInfo(server.zone or "UTC")
        until = max(last, min(case.high, server.now) if idle else last)
        days = (
            datetime.fromtimestamp(until - 1, zone).date() - datetime.fromtimestamp(case.low, zone).date()
        ).days + 1
        return -(-days // (server.cap or 7))
    while position < last:
        calls += 1
        began, end = server.part(position, WEEK)
        told = end - (server.early and bool(server.window.answer_end))
        whole = told + -told % step
        reaches = whole in server.rows(began, end)
        position = last if told > server.now - step else whole if reaches else told - told % step
    return calls


def check(case: Case) -> None:
    """What has to hold for every case."""
    note(str(case))
    server, step = case.server, case.server.window.step_seconds
    world = World(server, server.now)
    with Enphase(api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=world) as enphase:
        system = enphase.system(1, timezone=server.zone)
        serial = {"serial": "1"} if server.window.serial else {}
        rows = system.telemetry(server.window.series, case.start, case.end, **serial)
        estimated = rows.estimate()
        found = [int(row.end.timestamp()) for row in rows]
    clipped = max(case.low, min(lookback(server.window, server.now), case.high))
    asked = range(case.low - case.low % step + step, case.high + 1, step)
    wanted = [at for at in asked if clipped < at <= server.now]

    # every row that the server has of the range comes, once, in order
    there = [at for at in wanted if server.has(at)]
    lost = sorted(set(there) - set(found))
    if lost:  # the newest is not worth a call: one that the next window has, or less than a step before now
        assert lost == there[-1:]
        assert server.half or (server.cap and server.cap % step and server.now - lost[0] < step)
        assert lost == wanted[-1:]
    assert found == [at for at in there if at not in lost]

    # every interval is a row, or part of one gap, or of one silence
    told: dict[int, GapReason | None] = dict.fromkeys(found)
    assert rows.gaps == sorted(rows.gaps)
    assert rows.silences == sorted(rows.silences)
    for gap in [*rows.gaps, *rows.silences]:
        low, high = int(gap.start.timestamp()), int(gap.end.timestamp())
        assert case.low <= low < high <= case.high
        for at in range(low - low % step + step, high + 1, step):
            assert at not in told
            told[at] = gap.reason
    assert sorted(told) == list(asked)
    assert all(
        (gap.reason is GapReason.NIGHT) is (gap in rows.silences) for gap in [*rows.gaps, *rows.silences]
    )

    # and for the right reason
    late = server.now - DAY if server.late is None else min(server.now - server.late, server.now - DAY)
    opens = min((at for at in found if at > server.first), default=case.high + 1)
    for at, reason in told.items():
        if at > server.now:
            assert reason is GapReason.IN_FUTURE
        elif at <= clipped:
            assert reason is GapReason.OUTSIDE_LOOKBACK
        elif reason is GapReason.BEFORE_OPERATION:
            assert server.first
            assert at < opens
        elif at == wanted[-1] and reason is GapReason.PROVISIONAL:
            pass  # its row may come with the next window
        elif reason not in (None, GapReason.NIGHT):
            assert reason is (GapReason.PROVISIONAL if at > late else GapReason.NOT_REPORTED)

    # nothing that may still come is called settled
    assert rows.settled_until is not None
    loose = [at for at in lost if told[at] is not GapReason.NIGHT]
    loose += [at for at, reason in told.items() if reason in (GapReason.PROVISIONAL, GapReason.IN_FUTURE)]
    if server.late is not None:
        loose += [at for at in found if at > server.now - server.late]
    settled = int(rows.settled_until.timestamp())
    assert all(at > settled for at in loose)

    # with as few calls as can be
    looked_up = server.zone is None and (
        not isinstance(case.start, datetime) or server.window.start_format != "epoch"
    )
    dated = server.window.start_format != "epoch"
    calls = least(case, wanted[0], wanted[-1]) if wanted else 0
    spent = rows.hits - looked_up
    tally["ranges"] += 1
    tally["hits_for_a_range_beyond_the_least_possible"] += max(
        0, spent - calls - (server.early and not dated)
    )
    if server.early:  # the last seconds may take a call, or may be known to be worth none
        assert calls - dated <= spent <= calls + (not dated)
    else:  # a date that began some minutes ago may be asked for: its first row may be that of midnight
        fewest = least(case, wanted[0], wanted[-1], idle=False) if wanted else 0
        assert fewest <= spent <= calls
    if server.cap is None and server.first <= clipped and not server.early:
        assert estimated.hits == rows.hits
    assert estimated.exact is not looked_up
    dark = server.zone is None and server.window.silent and {*told.values()} & HOLES
    assert [problem.path for problem in rows.problems] == (["$.timezone"] if looked_up or dark else [])


@settings(deadline=None, max_examples=examples(400))
@given(cases())
def test_nothing_is_missing_without_a_word_and_no_call_too_many(case: Case) -> None:
    check(case)


@settings(deadline=None, max_examples=examples(100))
@given(cases(obedient=True))
def test_an_obedient_server_costs_what_was_estimated(case: Case) -> None:
    check(case)


@pytest.mark.soak
@settings(deadline=None, max_examples=10_000)
@given(cases())
def test_nothing_is_missing_in_ten_thousand_cases(case: Case) -> None:
    check(case)


# ------------------------------------------------------------------------------------------------------- the plan alone


@settings(deadline=None, max_examples=examples(300))
@given(
    operation=st.sampled_from([each for each in OPERATIONS.values() if each.window and each.window.lengths]),
    zone=st.sampled_from([zone for zone in ZONES if zone]),
    start=st.integers(NOW - 900 * DAY, NOW),
    length=st.integers(1, 400 * DAY),
)
def test_a_plan_covers_its_range_with_as_few_windows_as_there_can_be(
    operation: Operation, zone: str, start: int, length: int
) -> None:
    """Events and alarms as well, whose rows are not spaced."""
    window = operation.window
    assert window is not None
    tz = ZoneInfo(zone)
    asks = [
        step for step in plan(window, Span(start, start + length, NOW), tz, NOTHING) if isinstance(step, Ask)
    ]
    step = window.step_seconds or 1
    months = window.lookback_months
    low = max(start, NOW - months * 28 * DAY) if months else start
    high = min(start + length, NOW)
    for ask, following in pairwise(asks):
        assert ask.end == following.start
    for ask in asks:
        longest = WEEK if window.start_format == "epoch" else WEEK + 2 * 3600
        assert 0 < ask.end - ask.start <= longest
    if high - high % step <= start:
        assert window.start_format != "epoch" or asks == []
    elif low == start:
        assert asks[0].start <= start
        assert asks[-1].end >= high - high % step
        if window.start_format == "epoch":
            assert len(asks) == -(-((high - high % step) - (start - start % step)) // WEEK)
        else:
            days = datetime.fromtimestamp(high - 1, tz).date() - datetime.fromtimestamp(start, tz).date()
            assert len(asks) == -(-(days.days + 1) // 7)


# ------------------------------------------------------------------------------------------------------- what it costs


def estimated(used: int, days: int, mode: Mode) -> Any:
    """The estimate for so many days, after so many hits of this minute."""
    system = mode.client.system(1, timezone="UTC")
    for _ in range(used):
        mode.result(system.refresh())
    return system.telemetry("battery", "2026-05-01", date(2026, 5, 1) + timedelta(days=days)).estimate()


@pytest.mark.parametrize(
    ("plan_name", "used", "days", "seconds"),
    [
        ("megawatt", 3, 50, 0),
        ("watt", 0, 50, 0),
        ("watt", 2, 50, 0),
        ("watt", 3, 50, 62),
        ("watt", 10, 7, 62),
    ],
)
def test_an_estimate_says_how_long_it_takes(
    connect: Connect, plan_name: str, used: int, days: int, seconds: int
) -> None:
    """What is used of this minute counts, and nothing is sent."""
    world = World(lambda _: reply(body={"system_id": 1, "timezone": "UTC"}))
    mode = connect(world, plan=plan_name)
    found = estimated(used, days, mode)
    assert (found.hits, found.exact, found.archived) == (-(-days // 7), True, 0)
    assert (found.seconds, found.cost_usd, found.within_month) == (seconds, 0, True)
    assert len(world.wire.requests) == used


@pytest.mark.parametrize(
    ("plan_name", "used", "hits", "cost", "within"),
    [
        ("watt", 0, 1000, 0.0, True),
        ("watt", 0, 1001, 0.0, False),
        ("watt", 990, 11, 0.0, False),
        ("kilowatt", 49_990, 10, 0.0, True),
        ("kilowatt", 49_990, 12, 0.01, False),
        ("partner", 0, 10_000, 0.0, True),
        ("partner", 9_990, 20, 0.05, True),
        ("partner", 12_000, 20, 0.1, True),
    ],
)
def test_an_estimate_says_what_it_costs(
    plan_name: str, used: int, hits: int, cost: float, within: bool
) -> None:
    """The fee pays for some hits, and only those beyond them are billed; whatever the month has left."""
    facts = PLANS[plan_name]
    quota = Quota(
        plan=Plan.named(plan_name),
        minute=Usage(0, facts.per_minute, facts.per_minute, datetime.fromtimestamp(NOW, UTC)),
        month=Usage(used, facts.per_month, facts.per_month - used, datetime.fromtimestamp(NOW, UTC)),
        writes={},
        operations={},
    )
    found = priced(Cost(hits, charge_usd=0.0), quota)
    assert (found.cost_usd, found.within_month) == (cost, within)
    assert found.seconds == 62.0 * -(-max(0, hits - facts.per_minute) // facts.per_minute)
    charged = priced(Cost(hits, charge_usd=0.1), quota)
    assert charged.cost_usd == pytest.approx(cost + 0.1)
