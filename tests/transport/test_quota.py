"""The decisions: what waits, what is refused, what a refusal teaches. Tables beside the tables of the docstrings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud import Plan
from enphase_cloud.errors import Limit
from enphase_cloud.transport.plan import UNLIMITED, Reserve
from enphase_cloud.transport.quota import (
    PATIENCE,
    SPREAD,
    WINDOW,
    Ask,
    Decision,
    Exhausted,
    Hits,
    Known,
    Limits,
    Told,
    Wait,
    decide,
    learned,
    limits_of,
    month_of,
    quota_of,
    room,
    start_of,
)

NOW = 1_782_000_000.0  # 2026-06-21 00:00 UTC
JULY = 1_782_864_000.0
DAY = 86_400.0
WATT = Plan.named("watt")
PARTNER = Plan.named("partner")
READ = Ask("getSystemSummary", "GET", WATT, Reserve())
WRITE = Ask("updateStormGuard", "PUT", PARTNER, Reserve())
LIMITS = Limits(10, 1000, 200)


def known(limits: Limits = LIMITS, *told: Told, **facts: Any) -> Known:
    return Known(limits, told, **({"month": 0, "writes": 0, "blocking": None} | facts))


def said(scope: str, seconds: float, operation: str = "", period: str | None = None, at: float = NOW) -> Told:
    return Told(scope, operation, period or (None if scope == "any" else scope), None, at, seconds)


SPREAD_OUT = SPREAD / 2  # with chance 0.5
OF_WRITES = said("writes", 100, "updateStormGuard", "month")

DECISIONS: list[tuple[str, Ask, Known, Decision | None]] = [
    ("nothing known", READ, known(Limits(None, None, None), month=10**9), None),
    ("room", READ, known(month=999), None),
    ("month", READ, known(month=1000), Exhausted("month", 1000, JULY, "month")),
    ("month, overdrawn", READ, known(month=1001), Exhausted("month", 1000, JULY, "month")),
    ("minute", READ, known(blocking=NOW - 61), Wait(1 + SPREAD_OUT, "quota")),
    ("minute, just now", READ, known(blocking=NOW), Wait(WINDOW + SPREAD_OUT, "quota")),
    ("minute, in the future", READ, known(blocking=NOW + 1), Wait(WINDOW + SPREAD_OUT, "quota")),
    ("month before minute", READ, known(month=1000, blocking=NOW), Exhausted("month", 1000, JULY, "month")),
    ("writes", WRITE, known(writes=200), Exhausted("month", 200, JULY, "writes")),
    ("writes, one left", WRITE, known(writes=199), None),
    ("month before writes", WRITE, known(month=1000, writes=200), Exhausted("month", 1000, JULY, "month")),
    ("told minute", READ, known(LIMITS, said("minute", 20)), Wait(20 + SPREAD_OUT, "limited")),
    ("told minute, over", READ, known(LIMITS, said("minute", 20, at=NOW - 20)), None),
    ("told, no more", READ, known(LIMITS, said("any", PATIENCE)), Wait(PATIENCE + SPREAD_OUT, "limited")),
    ("told, long", READ, known(LIMITS, said("any", 121)), Exhausted(None, None, NOW + 121, "limited")),
    (
        "told, hour",
        READ,
        known(LIMITS, said("any", 999, "", "hour")),
        Exhausted("hour", None, NOW + 999, "limited"),
    ),
    ("told, long ago", READ, known(LIMITS, said("any", 999, at=NOW - 998)), Wait(1 + SPREAD_OUT, "limited")),
    ("told month", READ, known(LIMITS, said("month", 10)), Exhausted("month", 1000, NOW + 10, "limited")),
    ("told month, over", READ, known(LIMITS, said("month", 10, at=NOW - 10)), None),
    ("told writes", WRITE, known(LIMITS, OF_WRITES), Exhausted("month", 200, NOW + 100, "writes")),
    ("told writes of another", WRITE._replace(operation="x"), known(LIMITS, OF_WRITES), None),
    ("told writes, reading", WRITE._replace(method="GET"), known(LIMITS, OF_WRITES), None),
    (
        "told both, the month is later",
        WRITE,
        known(LIMITS, OF_WRITES, said("month", 101)),
        Exhausted("month", 1000, NOW + 101, "limited"),
    ),
    (
        "told both, the writes are later",
        WRITE,
        known(LIMITS, OF_WRITES, said("month", 99)),
        Exhausted("month", 200, NOW + 100, "writes"),
    ),
    (
        "told and full, full is later",
        READ,
        known(LIMITS, said("minute", 20), blocking=NOW - 30),
        Wait(32 + SPREAD_OUT, "quota"),
    ),
    (
        "told and full, told is later",
        READ,
        known(LIMITS, said("minute", 40), blocking=NOW - 30),
        Wait(40 + SPREAD_OUT, "limited"),
    ),
]


@pytest.mark.parametrize(("what", "ask", "facts", "decision"), DECISIONS)
def test_the_table(what: str, ask: Ask, facts: Known, decision: Decision | None) -> None:
    assert decide(ask, facts, NOW, 0.5) == decision


@pytest.mark.parametrize(
    ("used", "what"), [(899, None), (900, "reserve"), (999, "reserve"), (1000, "month"), (1001, "month")]
)
def test_a_reserve_of_the_month_is_left_to_others(used: int, what: str | None) -> None:
    ask = READ._replace(reserve=Reserve(per_month=100))
    decision = decide(ask, known(month=used), NOW, 0.5)
    assert decision == (what and Exhausted("month", 1000, JULY, what))


@pytest.mark.parametrize(
    ("limit", "reserve", "left"), [(None, 5, None), (10, 0, 10), (10, 3, 7), (10, 10, 1), (3, 9, 1)]
)
def test_a_reserve_of_the_minute_leaves_at_least_one(
    limit: int | None, reserve: int, left: int | None
) -> None:
    assert room(limit, Reserve(per_minute=reserve)) == left


@given(st.floats(0, 0.999_999), st.floats(-WINDOW, 3600))
def test_no_wait_is_longer_than_the_window_or_ends_too_early(chance: float, since: float) -> None:
    wait = decide(READ, known(blocking=NOW + since), NOW, chance)
    assert isinstance(wait, Wait)
    assert 0 <= wait.seconds <= WINDOW + SPREAD
    assert NOW + wait.seconds - (NOW + min(since, 0)) >= WINDOW


def test_what_was_told_takes_the_place_of_the_plan() -> None:
    told = [
        Told("minute", "", "minute", 50, NOW, 0),
        Told("month", "", "month", 5, NOW, 0),
        Told("writes", "updateStormGuard", "month", 3, NOW, 0),
        Told("any", "", None, None, NOW, 0),
    ]
    assert limits_of(WATT, "getSystemSummary", "GET", told, NOW) == (50, 5, None)
    assert limits_of(PARTNER, "updateStormGuard", "PUT", told, NOW) == (50, 5, 3)
    assert limits_of(PARTNER, "updateStormGuard", "GET", told, NOW) == (50, 5, None)
    assert limits_of(PARTNER, "startCharging", "POST", told, NOW) == (50, 5, 200)
    assert limits_of(UNLIMITED, "deleteSchedule", "DELETE", told, NOW) == (50, 5, None)
    assert limits_of(WATT, "getSystemSummary", "GET", told, JULY - 1) == (50, 5, None)
    assert limits_of(WATT, "getSystemSummary", "GET", told, JULY) == (10, 1000, None)


def test_what_was_told_without_a_limit_leaves_the_plans() -> None:
    assert limits_of(WATT, "", "GET", [said("minute", 9), said("month", 9)], NOW) == (10, 1000, None)


def minute(limit: int | None, start: float | None, end: float | None) -> Limit:
    return Limit(
        "minute", limit, None if start is None else int(NOW + start), None if end is None else NOW + end
    )


def month(limit: int | None, end: float | None = 86_400) -> Limit:
    return Limit("month", limit, None, None if end is None else NOW + end)


def told(scope: str, limit: int | None, seconds: float, operation: str = "", period: str | None = "") -> Told:
    return Told(scope, operation, scope if period == "" else period, limit, NOW, seconds)


STORM = "updateStormGuard"
# what, who asked, what the service said, sends of the month, what is remembered
LESSONS: list[tuple[str, Ask, Limit, int, Told | None]] = [
    ("minute", READ, minute(10, -40, 20), 5, told("minute", 10, 20)),
    ("minute, our clock is slow", READ, minute(10, 3600, 3660), 5, told("minute", 10, 60)),
    ("minute, our clock is fast", READ, minute(10, -3660, -3600), 5, told("minute", 10, 0)),
    ("minute, too long", READ, minute(10, -40, 900), 5, told("minute", 10, WINDOW)),
    ("minute, begins after its end", READ, minute(10, 50, 40), 5, told("minute", 10, 40)),
    ("minute, of no length", READ, minute(10, 50, 50), 5, told("minute", 10, 50)),
    ("minute, of one second", READ, minute(10, 50, 51), 5, told("minute", 10, 1)),
    ("minute, no start", READ, minute(10, None, 900), 5, told("minute", 10, WINDOW)),
    ("minute, no end", READ, minute(10, -40, None), 5, told("minute", 10, 60)),
    ("minute, no limit", READ, minute(None, -40, 20), 5, told("minute", None, 20)),
    ("minute, one", READ, minute(1, -40, 20), 5, told("minute", 1, 20)),
    ("minute, nonsense", READ, minute(0, -40, 20), 5, told("minute", None, 20)),
    ("month", READ, month(1000), 5, told("month", 1000, 86_400)),
    ("month, no end", READ, month(1000, None), 5, told("month", 1000, JULY - NOW)),
    ("month, of the next century", READ, month(1000, 1e9), 5, told("month", 1000, JULY - NOW)),
    ("month, in milliseconds", READ, month(1000, 1e3 * JULY - NOW), 5, told("month", 1000, JULY - NOW)),
    ("month, of another calendar", READ, month(1000, JULY - NOW + 60), 5, told("month", 1000, JULY - NOW)),
    (
        "writes, of another calendar",
        WRITE,
        month(200, 1e7),
        5,
        told("writes", 200, JULY - NOW, STORM, "month"),
    ),
    ("month, over", READ, month(1000, -1), 5, told("month", 1000, 0)),
    ("month, a read with the limit of writes", READ, month(200), 5, told("month", 200, 86_400)),
    ("writes", WRITE, month(200), 5, told("writes", 200, 86_400, STORM, "month")),
    ("writes, month's limit", WRITE, month(1_500_000), 5, told("month", 1_500_000, 86_400)),
    (
        "writes, less than the month has used",
        WRITE,
        month(50),
        52,
        told("writes", 50, 86_400, STORM, "month"),
    ),
    ("writes, as the month has used", WRITE, month(50), 51, told("month", 50, 86_400)),
    ("writes, no limit", WRITE, month(None), 5, told("month", None, 86_400)),
    (
        "month's own limit, overdrawn",
        WRITE._replace(plan=WATT),
        month(1000),
        1009,
        told("month", 1000, 86_400),
    ),
    ("Retry-After", READ, Limit(None, None, None, NOW + 30), 5, told("any", None, 30, "", None)),
    (
        "Retry-After, a limit of what?",
        READ,
        Limit(None, 7, None, NOW + 30),
        5,
        told("any", None, 30, "", None),
    ),
    (
        "Retry-After, for years",
        READ,
        Limit(None, None, None, NOW + 1e9),
        5,
        told("any", None, DAY, "", None),
    ),
    ("Retry-After, now", READ, Limit(None, None, None, NOW), 5, None),
    ("hour", READ, Limit("hour", 7, None, NOW + 900), 5, told("any", None, 900, "", "hour")),
    ("Retry-After, a day", READ, Limit(None, None, None, NOW + DAY), 5, told("any", None, DAY, "", None)),
    ("year", READ, Limit("year", 7, None, NOW + 1e7), 5, told("any", None, DAY, "", "year")),
    ("hour, no end", READ, Limit("hour", 7, None, None), 5, None),
    ("nothing", READ, Limit(None, None, None, None), 5, None),
]


@pytest.mark.parametrize(("what", "ask", "limit", "used", "lesson"), LESSONS)
def test_what_a_refusal_teaches(what: str, ask: Ask, limit: Limit, used: int, lesson: Told | None) -> None:
    limits = limits_of(ask.plan, ask.operation, ask.method, [], NOW)
    assert learned(ask, limit, limits, used, NOW) == lesson


def test_a_limit_of_writes_that_was_told_is_known_again() -> None:
    assert learned(WRITE, month(50), Limits(None, None, 50), 5, NOW) == told(
        "writes", 50, 86_400, STORM, "month"
    )


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def test_usage_of_nothing() -> None:
    quota = quota_of(WATT, [], [], [], NOW)
    assert quota.plan == WATT
    assert quota.minute == (0, 10, 10, utc(NOW))
    assert quota.month == (0, 1000, 1000, utc(JULY))
    assert (quota.writes, quota.operations) == ({}, {})
    unknown = quota_of(UNLIMITED, [], [NOW], [Hits("x", "GET", 1)], NOW)
    assert unknown.minute == (1, None, None, utc(NOW))
    assert unknown.month == (1, None, None, utc(JULY))


def test_usage_of_the_minute_says_when_the_next_slot_is_free() -> None:
    sends = [NOW - 61 + index for index in range(12)]
    assert quota_of(WATT, [], sends[:9], [], NOW).minute == (9, 10, 1, utc(NOW))
    assert quota_of(WATT, [], sends[:10], [], NOW).minute == (10, 10, 0, utc(NOW + 1))
    assert quota_of(WATT, [], sends, [], NOW).minute == (12, 10, 0, utc(NOW + 3))
    assert quota_of(WATT, [], [NOW + 50] * 10, [], NOW).minute == (10, 10, 0, utc(NOW + WINDOW))


def test_usage_of_the_month_by_operation() -> None:
    hits = [Hits("b", "GET", 7), Hits("a", "PUT", 201), Hits("b", "POST", 2)]
    quota = quota_of(PARTNER, [], [], hits, NOW)
    assert quota.month == (210, 1_500_000, 1_499_790, utc(JULY))
    assert quota.operations == {"a": 201, "b": 9}
    assert quota.writes == {"a": (201, 200, 0, utc(JULY)), "b": (2, 200, 198, utc(JULY))}
    assert quota_of(WATT, [], [], hits, NOW).writes["b"] == (2, None, None, utc(JULY))


def test_usage_knows_the_limits_that_were_told_this_month() -> None:
    lessons = [told("minute", 50, 0), told("month", 5, 0), told("writes", 3, 0, STORM, "month")]
    hits = [Hits(STORM, "PUT", 1), Hits("startCharging", "POST", 2)]
    quota = quota_of(UNLIMITED, lessons, [], hits, JULY - 1)
    assert (quota.minute.limit, quota.month.limit) == (50, 5)
    assert {name: usage.limit for name, usage in quota.writes.items()} == {STORM: 3, "startCharging": None}
    quota = quota_of(UNLIMITED, lessons, [], hits, JULY)
    assert (quota.minute.limit, quota.month.limit) == (None, None)
    assert quota.writes[STORM].limit is None


def test_usage_shows_what_the_service_refuses() -> None:
    def usage(*told: Told, sends: int = 0) -> Any:
        return quota_of(WATT, told, [NOW - 2] * sends, [], NOW)

    assert usage(said("minute", 20)).minute == (0, 10, 0, utc(NOW + 20))
    assert usage(said("minute", 20), sends=10).minute == (10, 10, 0, utc(NOW + 60))
    assert usage(said("minute", 20, at=NOW - 20)).minute == (0, 10, 10, utc(NOW))
    assert usage(said("any", 120)).minute == (0, 10, 0, utc(NOW + 120))
    assert usage(said("any", 120)).month == (0, 1000, 1000, utc(JULY))
    assert usage(said("any", 121)).minute == (0, 10, 10, utc(NOW))
    assert usage(said("any", 121)).month == (0, 1000, 0, utc(NOW + 121))
    assert usage(said("month", 9)).month == (0, 1000, 0, utc(NOW + 9))
    writes = usage(OF_WRITES)
    assert writes.month == (0, 1000, 1000, utc(JULY))
    assert writes.writes == {STORM: (0, None, 0, utc(NOW + 100))}


@given(st.integers(1970 * 12, 2400 * 12))
def test_months(number: int) -> None:
    start = start_of(number)
    assert month_of(start) == number
    assert month_of(start - 0.001) == number - 1
    assert datetime.fromtimestamp(start, UTC) == datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
