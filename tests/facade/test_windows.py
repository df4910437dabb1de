"""A range becomes the fewest calls, and its rows come once each, in order, whatever the service's windows are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from enphase_v4.catalog import TELEMETRY
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud import Enphase, EnphaseError, Gap, GapReason, ServerError
from tests.amounts import examples

from .conftest import Connect
from .worlds import HOST, KEY, NOW, TOKEN, Series, World, reply, sent

DAY, WEEK, STEP = 86400, 604800, 900
ZONES = [
    "UTC",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "US/Pacific",
    "Atlantic/Azores",
]


def utc(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def ends(rows: list[Any]) -> list[int]:
    return [int(row.end.timestamp()) for row in rows]


def expected(start: int, end: int, step: int = STEP) -> list[int]:
    return list(range(start - start % step + step, end + 1, step))


def test_thirty_days_are_five_calls_and_the_last_is_a_day_or_two(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("production_meter", "2026-05-01", "2026-05-31")
    assert rows.estimate().hits == 5
    assert world.wire.requests == []
    found = mode.collect(rows)
    assert len(found) == 30 * 96
    assert rows.hits == 5
    first = int(datetime(2026, 5, 1, tzinfo=ZoneInfo("America/Los_Angeles")).timestamp())
    asked = [{"start_at": str(first + n * WEEK), "granularity": "week"} for n in range(5)]
    assert sent(world) == asked
    assert ends(found) == expected(first, first + 30 * DAY)
    assert rows.gaps == []
    assert rows.problems == []


def test_the_last_seven_days_are_one_call_at_any_minute(connect: Connect) -> None:
    """The interval that is open now has no row yet: it is not worth a second call."""
    mode = connect(World(Series(now=NOW + 437), now=NOW + 437))
    rows = mode.client.system(1).telemetry("battery", utc(NOW + 437 - WEEK))
    assert rows.estimate().hits == 1
    assert ends(mode.collect(rows)) == expected(NOW + 437 - WEEK, NOW)
    assert (rows.hits, rows.gaps) == (1, [])


def test_a_range_in_which_no_interval_ends_costs_nothing(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    rows = mode.client.system(1).telemetry("battery", utc(NOW - DAY + 1), utc(NOW - DAY + STEP - 1))
    assert rows.estimate().hits == 0
    assert mode.collect(rows) == []
    assert (world.wire.requests, rows.gaps) == ([], [])


def test_a_day_is_asked_for_as_a_day(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    mode.collect(mode.client.system(1, timezone="UTC").telemetry("battery", "2026-05-01", "2026-05-02"))
    assert [query["granularity"] for query in sent(world)] == ["day"]


@pytest.mark.parametrize("cap", [DAY, 6 * 3600, STEP, 3 * DAY + 450])
def test_a_server_that_gives_shorter_windows_is_followed(connect: Connect, cap: int) -> None:
    start = NOW - 9 * DAY
    world = World(Series(cap=cap))
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", utc(start), utc(start + 8 * DAY))
    assert ends(mode.collect(rows)) == expected(start, start + 8 * DAY)
    assert rows.hits == math.ceil(8 * DAY / (cap - cap % STEP))
    assert rows.gaps == []


def test_a_server_that_does_not_advance_ends_in_an_error(connect: Connect) -> None:
    world = World(Series(cap=0))
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 9 * DAY), utc(NOW - DAY))
    with pytest.raises(ServerError, match="go in circles") as caught:
        mode.collect(rows)
    assert rows.hits == 1
    assert str(NOW - 9 * DAY) in str(caught.value)
    assert f"{utc(NOW - 9 * DAY):%Y-%m-%d %H:%M:%S} UTC" in str(caught.value)
    assert caught.value.path == "/api/v4/systems/1/telemetry/production_meter"


@pytest.mark.parametrize("cap", [1, STEP - 1])
def test_less_than_a_step_is_no_advance(connect: Connect, cap: int) -> None:
    """A second a call would be 86,400 calls a day."""
    mode = connect(World(Series(cap=cap)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 9 * DAY), utc(NOW - DAY))
    with pytest.raises(ServerError, match="go in circles"):
        mode.collect(rows)
    assert rows.hits == 1


def test_rows_that_came_before_an_error_are_kept(connect: Connect) -> None:
    service = Series()

    def breaks(request: httpx.Request) -> httpx.Response:
        return service(request) if len(world.wire.requests) < 3 else reply(404, {"message": "gone"})

    world = World(breaks)
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 30 * DAY), utc(NOW))
    columns: list[Any] = []
    with pytest.raises(EnphaseError, match="gone"):
        mode.collect(tee(rows, columns))
    assert len(columns) == 2 * 672
    assert rows.hits == 3


def tee(rows: Any, kept: list[Any]) -> Any:
    """The same rows, each also put aside as it comes."""
    if hasattr(rows, "__aiter__"):

        async def passed() -> Any:
            async for row in rows:
                kept.append(row)
                yield row

        return passed()

    def handed() -> Iterator[Any]:
        for row in rows:
            kept.append(row)
            yield row

    return handed()


@pytest.mark.parametrize("behind", [1, 300, STEP - 1])
def test_a_server_whose_clock_is_a_little_behind_ends_it_cleanly(connect: Connect, behind: int) -> None:
    world = World(Series(now=NOW - behind))
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 8 * DAY))
    assert ends(mode.collect(rows)) == expected(NOW - 8 * DAY, NOW - STEP)
    assert rows.hits == 2
    assert rows.gaps == [Gap(utc(NOW - STEP), utc(NOW), GapReason.PROVISIONAL)]


def test_a_server_that_lags_more_costs_one_call_to_know_and_is_a_gap(connect: Connect) -> None:
    world = World(Series(now=NOW - 2700))
    mode = connect(world)
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - DAY))
    assert ends(mode.collect(rows)) == expected(NOW - DAY, NOW - 2700)
    assert rows.hits == 2
    assert rows.gaps == [Gap(utc(NOW - 2700), utc(NOW), GapReason.PROVISIONAL)]


def test_a_server_that_stopped_long_ago_is_an_error(connect: Connect) -> None:
    mode = connect(World(Series(now=NOW - 2 * DAY)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 3 * DAY))
    with pytest.raises(ServerError):
        mode.collect(rows)
    assert rows.hits == 2


def test_the_interval_before_the_window_and_doubled_rows_are_dropped(connect: Connect) -> None:
    mode = connect(World(Series(boundary_row=True, repeat=True)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 20 * DAY), utc(NOW - DAY))
    assert ends(mode.collect(rows)) == expected(NOW - 20 * DAY, NOW - DAY)
    assert rows.problems == []


def test_an_end_in_the_future_is_now_and_the_rest_a_gap(connect: Connect) -> None:
    mode = connect(World(Series()))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - DAY), utc(NOW + DAY))
    assert ends(mode.collect(rows)) == expected(NOW - DAY, NOW)
    assert rows.hits == 1
    assert rows.gaps == [Gap(utc(NOW), utc(NOW + DAY), GapReason.IN_FUTURE)]


def test_what_lies_beyond_the_lookback_is_a_gap_and_costs_nothing(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    system = mode.client.system(1)
    start, limit = datetime(2024, 6, 1, tzinfo=UTC), datetime(2024, 6, 21, 1, tzinfo=UTC)
    rows = system.telemetry("production_meter", start, datetime(2024, 6, 30, tzinfo=UTC))
    found = mode.collect(rows)
    assert rows.gaps == [Gap(start, limit, GapReason.OUTSIDE_LOOKBACK)]
    assert found[0].end == limit + timedelta(seconds=STEP)
    assert rows.hits == 2
    assert rows.estimate().hits == 2
    rows = system.telemetry("production_meter", start, limit)
    assert mode.collect(rows) == []
    assert (rows.hits, rows.estimate().hits) == (0, 0)
    assert rows.gaps == [Gap(start, limit, GapReason.OUTSIDE_LOOKBACK)]


def test_a_start_that_the_service_moves_to_the_first_report_is_a_gap(connect: Connect) -> None:
    first = NOW - 40 * DAY
    mode = connect(World(Series(first=first)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 100 * DAY), utc(NOW))
    assert ends(mode.collect(rows)) == expected(first, NOW)
    assert rows.gaps == [Gap(utc(NOW - 100 * DAY), utc(first), GapReason.BEFORE_OPERATION)]
    assert rows.hits == math.ceil(40 / 7)


@pytest.mark.parametrize("end", [None, "soon", NOW * 1000, -5, True, {"at": NOW}])
def test_an_end_that_cannot_be_is_not_believed(connect: Connect, end: Any) -> None:
    """Milliseconds would end the range after one window, and leave a hole."""
    service = Series()

    def odd(request: httpx.Request) -> httpx.Response:
        body = service(request).json()
        return reply(body={**body, "end_at": end})

    mode = connect(World(odd))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 21 * DAY), utc(NOW))
    assert ends(mode.collect(rows)) == expected(NOW - 21 * DAY, NOW)
    assert rows.hits == 3


def test_a_range_endpoint_is_asked_by_start_and_end(connect: Connect) -> None:
    def ranged(request: httpx.Request) -> httpx.Response:
        start, end = (int(request.url.params[name]) for name in ("start_at", "end_at"))
        rows = [{"end_at": at, "wh_del": 4} for at in range(start + STEP, end + 1, STEP)]
        return reply(body={"intervals": rows, "meter_intervals": []})

    world = World(ranged)
    mode = connect(world)
    start = NOW - 10 * DAY
    rows = mode.client.system(1).telemetry("rgm", utc(start), utc(NOW - DAY))
    assert ends(mode.collect(rows)) == expected(start, NOW - DAY)
    assert sent(world) == [
        {"start_at": str(start), "end_at": str(start + WEEK)},
        {"start_at": str(start + WEEK), "end_at": str(NOW - DAY)},
    ]


def local_days(zone: ZoneInfo, **extra: Any) -> Any:
    """A charger's telemetry: asked by compact dates, answers whole local days, which a clock change makes longer."""

    def serve(request: httpx.Request) -> httpx.Response:
        first = datetime.strptime(request.url.params["start_date"], "%Y%m%d").replace(tzinfo=zone)
        days = {"day": 1, "week": 7}[request.url.params["granularity"]]
        start = int(first.timestamp())
        end = min(int((first + timedelta(days=days)).timestamp()), NOW)
        rows = [{"end_at": at, "consumption": 9} for at in range(start + STEP, end + 1, STEP)]
        return reply(body={"consumption": rows, **extra}, content_type="application/octet-stream")

    return serve


@pytest.mark.parametrize(
    "bounds", [{}, {"start_at": None, "end_at": None}, {"start_date": "", "end_date": "soon"}]
)
def test_a_charger_is_asked_by_local_dates(connect: Connect, bounds: dict[str, Any]) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    world = World(local_days(zone, **bounds))
    mode = connect(world)
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("ev_charger", "2026-03-01T12:00", "2026-03-10", serial="202320010308")
    found = mode.collect(rows)
    start = int(datetime(2026, 3, 1, 12, tzinfo=zone).timestamp())
    end = int(datetime(2026, 3, 10, tzinfo=zone).timestamp())
    assert ends(found) == expected(start, end)
    assert sent(world) == [
        {"granularity": "week", "start_date": "20260301"},
        {"granularity": "week", "start_date": "20260308"},
    ]
    assert rows.estimate().hits == rows.hits == 2
    assert {row.energy_wh for row in found} == {9}


@pytest.mark.parametrize("days", [1, 3, 7])
def test_the_dates_of_an_answer_say_where_it_ends(connect: Connect, days: int) -> None:
    """Asked by dates, the service names its last one: an answer cut short would else be a silent hole."""
    zone = ZoneInfo("America/Los_Angeles")
    whole = local_days(zone)

    def capped(request: httpx.Request) -> httpx.Response:
        first = datetime.strptime(request.url.params["start_date"], "%Y%m%d").replace(tzinfo=zone)
        end = int((first + timedelta(days=days)).timestamp())
        rows = [row for row in whole(request).json()["consumption"] if row["end_at"] <= end]
        last = (first + timedelta(days=days - 1)).date()
        bounds = {"start_date": str(first.date()), "end_date": str(last)}
        return reply(body={"consumption": rows, **bounds})

    mode = connect(World(capped))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("ev_charger", "2026-03-01", "2026-03-15", serial="1")
    start, end = (int(datetime(2026, 3, day, tzinfo=zone).timestamp()) for day in (1, 15))
    assert ends(mode.collect(rows)) == expected(start, end)
    assert rows.hits == math.ceil(14 / days)
    assert rows.gaps == []


@pytest.mark.parametrize("first", ["2026-03-04", "2025-10-29"], ids=["an hour less", "an hour more"])
@pytest.mark.parametrize("whole", [True, False], ids=["of dates", "of seconds"])
def test_a_week_that_tells_its_dates_is_seven_of_them_or_so_many_seconds(
    connect: Connect, first: str, whole: bool
) -> None:
    """Nobody says which. Either way its last date must not be taken for more than the answer has of it."""
    zone = ZoneInfo("America/Los_Angeles")
    lengths = {"day": 1, "week": 7}

    def serve(request: httpx.Request) -> httpx.Response:
        began = datetime.strptime(request.url.params["start_date"], "%Y%m%d").replace(tzinfo=zone)
        days = lengths[request.url.params["granularity"]]
        start = int(began.timestamp())
        end = int((began + timedelta(days=days)).timestamp()) if whole else start + days * DAY
        dates = [datetime.fromtimestamp(at, zone).date().isoformat() for at in (start, end - 1)]
        rows = [{"end_at": at, "consumption": 9} for at in range(start + STEP, end + 1, STEP)]
        return reply(body={"start_date": dates[0], "end_date": dates[1], "consumption": rows})

    mode = connect(World(serve))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    start = date.fromisoformat(first)
    rows = system.telemetry("ev_charger", start, start + timedelta(days=21), serial="1")
    begins, ends_at = (
        int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
        for day in (start, start + timedelta(days=21))
    )
    assert ends(mode.collect(rows)) == expected(begins, ends_at)
    assert rows.gaps == []
    assert rows.hits <= 4


def test_a_day_may_end_a_second_early(connect: Connect) -> None:
    """Whether the interval that ends at midnight comes with the day or with the next one."""
    zone = ZoneInfo("America/Los_Angeles")
    whole = local_days(zone)

    def early(request: httpx.Request) -> httpx.Response:
        rows = whole(request).json()["consumption"]
        start, end = rows[0]["end_at"] - STEP, rows[-1]["end_at"]
        rows = [{"end_at": start, "consumption": 9}, *rows[:-1]]
        return reply(body={"consumption": rows, "start_at": start, "end_at": end - 1})

    mode = connect(World(early))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("ev_charger", "2026-03-01", "2026-03-15T00:01", serial="1")
    start, end = (int(datetime(2026, 3, day, tzinfo=zone).timestamp()) for day in (1, 15))
    assert ends(mode.collect(rows)) == expected(start, end)
    assert rows.hits == 3
    assert rows.gaps == []


def test_a_day_may_end_a_second_early_and_have_its_last_row(connect: Connect) -> None:
    """It was received, and cut off."""
    zone = ZoneInfo("America/Los_Angeles")
    whole = local_days(zone)

    def early(request: httpx.Request) -> httpx.Response:
        rows = whole(request).json()["consumption"]
        bounds = {"start_at": rows[0]["end_at"] - STEP, "end_at": rows[-1]["end_at"] - 1}
        return reply(body={"consumption": rows, **bounds})

    mode = connect(World(early))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("ev_charger", "2026-03-01", "2026-03-15", serial="1")
    start, end = (int(datetime(2026, 3, day, tzinfo=zone).timestamp()) for day in (1, 15))
    assert ends(mode.collect(rows)) == expected(start, end)
    assert (rows.hits, rows.gaps, rows.settled_until) == (2, [], utc(end))


def half_open(early: int = 0) -> Any:
    """A service that has the row with which a window ends in the next one."""

    def serve(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["start_at"])
        end = min(start + granularities[request.url.params["granularity"]], NOW)
        rows = [{"end_at": at, "wh_del": 1} for at in range(start + -start % STEP, end, STEP)]
        return reply(body={"start_at": start, "end_at": end - early, "intervals": rows})

    return serve


def test_a_row_that_comes_with_the_next_window_is_not_missed(connect: Connect) -> None:
    """Nor is it called missing, and settled, where there is no next window."""
    mode = connect(World(half_open()))
    start, end = NOW - 30 * DAY, NOW - 2 * DAY
    rows = mode.client.system(1).telemetry("production_meter", utc(start), utc(end))
    assert ends(mode.collect(rows)) == expected(start, end - STEP)
    assert rows.hits == 4
    assert rows.gaps == [Gap(utc(end - STEP), utc(end), GapReason.PROVISIONAL)]
    assert rows.settled_until == utc(end - STEP)


def test_a_range_that_is_read_on_gets_the_row_of_the_last_window(connect: Connect) -> None:
    fails = [3]
    service = half_open()

    def breaks(request: httpx.Request) -> httpx.Response:
        fails[0] -= 1
        return reply(404, {"message": "gone"}) if fails[0] == 0 else service(request)

    mode = connect(World(breaks))
    start, end = NOW - 30 * DAY, NOW - 2 * DAY
    rows = mode.client.system(1).telemetry("production_meter", utc(start), utc(end))
    kept: list[Any] = []
    with pytest.raises(EnphaseError, match="gone"):
        mode.collect(tee(rows, kept))
    assert rows.settled_until == utc(start + 2 * WEEK - STEP)
    assert ends(kept + mode.collect(rows)) == expected(start, end - STEP)
    assert rows.hits == 5


@pytest.mark.parametrize("at", [NOW - 16 * DAY, NOW - 16 * DAY + 437])
def test_a_window_that_ends_a_second_early_with_its_last_row_costs_no_more(connect: Connect, at: int) -> None:
    series = Series()

    def early(request: httpx.Request) -> httpx.Response:
        body = series(request).json()
        return reply(body={**body, "end_at": body["end_at"] - 1})

    mode = connect(World(early))
    rows = mode.client.system(1).telemetry("production_meter", utc(at), utc(NOW - 2 * DAY))
    assert ends(mode.collect(rows)) == expected(at, NOW - 2 * DAY)
    assert rows.hits == rows.estimate().hits == 2
    assert rows.gaps == []


def test_an_answer_that_ends_where_it_began_hands_on_its_rows_first(connect: Connect) -> None:
    """They were paid for. Reading on goes on after them."""
    series = Series()

    def echo(request: httpx.Request) -> httpx.Response:
        return reply(body={**series(request).json(), "end_at": int(request.url.params["start_at"])})

    start, end = NOW - 16 * DAY, NOW - 2 * DAY
    mode = connect(World(echo))
    system = mode.client.system(1)
    rows = system.telemetry("production_meter", utc(start), utc(end))
    kept: list[Any] = []
    with pytest.raises(ServerError, match="go in circles"):
        mode.collect(tee(rows, kept))
    assert ends(kept) == expected(start, start + WEEK)
    assert ends(mode.collect(rows)) == expected(start + WEEK, end)
    assert (rows.hits, rows.gaps) == (2, [])
    rows = system.telemetry("production_meter", utc(start), utc(end), on_error="gap")
    assert ends(mode.collect(rows)) == expected(start, start + WEEK)
    assert rows.gaps == [Gap(utc(start + WEEK), utc(end), GapReason.FAILED)]


def test_a_day_that_an_answer_ends_in_is_not_the_end(connect: Connect) -> None:
    """A charger that was offline for an afternoon: the answer ends with its last row, the next day has rows again."""
    zone = ZoneInfo("America/Los_Angeles")
    whole = local_days(zone)
    noon, back = (
        int(datetime(2026, 6, day, hour, tzinfo=zone).timestamp()) for day, hour in ((12, 12), (13, 0))
    )

    def serve(request: httpx.Request) -> httpx.Response:
        rows = whole(request).json()["consumption"]
        start, end = rows[0]["end_at"] - STEP, rows[-1]["end_at"]
        if start < noon < end:
            end = noon
        rows = [row for row in rows if row["end_at"] <= end and not noon < row["end_at"] <= back]
        return reply(body={"consumption": rows, "start_at": start, "end_at": end})

    mode = connect(World(serve))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("ev_charger", "2026-06-10", "2026-06-15", serial="1")
    start, end = (int(datetime(2026, 6, day, tzinfo=zone).timestamp()) for day in (10, 15))
    assert ends(mode.collect(rows)) == [*expected(start, noon), *expected(back, end)]
    assert rows.gaps == [Gap(utc(noon), utc(back), GapReason.NOT_REPORTED)]
    assert rows.hits == 3


@pytest.mark.parametrize(("days", "exact"), [(600, True), (30, False)])
def test_an_estimate_is_not_exact_where_the_system_is_younger(
    connect: Connect, days: int, exact: bool
) -> None:
    """It may have reported before it is said to have begun: it has to be asked."""
    begun = NOW - days * DAY
    series = Series(first=begun)
    details = {"system_id": 1, "timezone": "UTC", "operational_at": begun}

    def serve(request: httpx.Request) -> httpx.Response:
        return reply(body=details) if request.url.path == "/api/v4/systems/1" else series(request)

    mode = connect(World(serve))
    system = mode.client.system(1)
    mode.result(system.refresh())
    rows = system.telemetry("production_meter", utc(NOW - 70 * DAY), utc(NOW))
    assert (rows.estimate().hits, rows.estimate().exact) == (10, exact)
    mode.collect(rows)
    assert rows.hits == (10 if exact else 5)


@pytest.mark.parametrize("start", [NOW + 400 * DAY, "soon", None])
def test_a_beginning_that_cannot_be_is_not_believed(connect: Connect, start: Any) -> None:
    service = Series()

    def odd(request: httpx.Request) -> httpx.Response:
        return reply(body={**service(request).json(), "start_at": start, "end_at": NOW + 401 * DAY})

    mode = connect(World(odd))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 21 * DAY), utc(NOW))
    assert ends(mode.collect(rows)) == expected(NOW - 21 * DAY, NOW)
    assert rows.hits == 3


@pytest.mark.parametrize("end", [date.max, datetime.max, datetime.max.replace(tzinfo=UTC)])
def test_all_there_is_from_the_beginning_of_time(connect: Connect, end: Any) -> None:
    mode = connect(World(Series(first=NOW - 2 * DAY)))
    system = mode.client.system(1, timezone="Asia/Tokyo")
    start = date.min if type(end) is date else datetime.min.replace(tzinfo=end.tzinfo)
    rows = system.telemetry("production_meter", start, end)
    assert ends(mode.collect(rows)) == expected(NOW - 2 * DAY, NOW)
    assert rows.hits == 1
    assert [gap.reason for gap in rows.gaps] == [
        GapReason.OUTSIDE_LOOKBACK,
        GapReason.BEFORE_OPERATION,
        GapReason.IN_FUTURE,
    ]


def test_a_zone_is_looked_up_once_and_only_for_local_times(connect: Connect) -> None:
    series = Series()

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v4/systems/1":
            return reply(body={"system_id": 1, "name": "Home", "timezone": "US/Pacific", "status": "normal"})
        return series(request)

    world = World(serve)
    mode = connect(world)
    system = mode.client.system(1)
    rows = system.telemetry("battery", utc(NOW - DAY), utc(NOW))
    assert (rows.estimate().hits, rows.estimate().exact) == (1, True)
    mode.collect(rows)
    assert (rows.hits, system.timezone, system.name) == (1, None, None)
    rows = system.telemetry("battery", "2026-06-01", "2026-06-02")
    assert (rows.estimate().hits, rows.estimate().exact) == (2, False)
    found = mode.collect(rows)
    assert found[0].end == datetime(2026, 6, 1, 7, 15, tzinfo=UTC)
    assert rows.hits == 2
    assert (system.timezone, system.name, system.status) == ("US/Pacific", "Home", "normal")
    rows = system.telemetry("battery", "2026-06-01", "2026-06-02")
    mode.collect(rows)
    assert rows.hits == 1


@pytest.mark.parametrize("zone", [None, "Mars/Olympus", "", "../../etc/passwd", "America"])
def test_a_zone_that_is_none_is_utc_and_said(
    connect: Connect, zone: Any, caplog: pytest.LogCaptureFixture
) -> None:
    series = Series()

    def serve(request: httpx.Request) -> httpx.Response:
        found = request.url.path == "/api/v4/systems/1"
        return reply(body={"system_id": 1, "timezone": zone}) if found else series(request)

    mode = connect(World(serve))
    rows = mode.collect(mode.client.system(1).telemetry("battery", "2026-06-01", "2026-06-02"))
    assert rows[0].end == datetime(2026, 6, 1, 0, 15, tzinfo=UTC)
    assert [record.levelname for record in caplog.records if "read in UTC" in record.message] == ["WARNING"]


# ------------------------------------------------------------------------------------------------------- for any range

moments = st.integers(min_value=NOW - 700 * DAY, max_value=NOW - 1)
lengths = st.integers(min_value=1, max_value=60 * DAY)
granularities = {"day": DAY, "week": WEEK}


def read(service: Series, start: Any, end: Any, zone: str = "UTC", series: str = "production_meter") -> Any:
    world = World(service)
    with Enphase(api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=world) as enphase:
        rows = enphase.system(1, timezone=zone).telemetry(series, start, end)
        return rows, list(rows), world


@settings(deadline=None, max_examples=examples(150))
@given(start=moments, length=lengths, series=st.sampled_from(["production_meter", "production_micro"]))
def test_an_obedient_server_is_asked_as_seldom_as_can_be(start: int, length: int, series: str) -> None:
    step = {"production_meter": 900, "production_micro": 300}[series]
    fields = {"enwh": 1, "powr": 2, "devices_reporting": 3, "wh_del": 4}
    world = World(Series(step=step, fields=fields))
    with Enphase(api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=world) as enphase:
        rows = enphase.system(1, timezone="UTC").telemetry(series, utc(start), utc(start + length))
        estimated = rows.estimate()
        found = list(rows)
    end = min(start + length, NOW)
    assert ends(found) == expected(start, end, step)
    intervals = end // step - start // step
    assert rows.hits == estimated.hits == math.ceil(intervals * step / WEEK)
    assert rows.problems == []


servers = st.builds(
    Series,
    cap=st.integers(min_value=STEP, max_value=10 * DAY),
    boundary_row=st.booleans(),
    repeat=st.booleans(),
    first=st.integers(min_value=(NOW - 700 * DAY) // STEP, max_value=(NOW - DAY) // STEP).map(
        lambda n: n * STEP
    ),
    now=st.integers(min_value=NOW - STEP, max_value=NOW),
)


@settings(deadline=None, max_examples=examples(150))
@given(start=moments, length=st.integers(min_value=1, max_value=20 * DAY), server=servers)
def test_rows_are_unique_ordered_and_complete_whatever_the_windows_are(
    start: int, length: int, server: Series
) -> None:
    rows, found, _ = read(server, utc(start), utc(start + length))
    end = min(start + length, server.now)
    assert ends(found) == [at for at in expected(start, end) if at > server.first]
    before = [gap for gap in rows.gaps if gap.reason is GapReason.BEFORE_OPERATION]
    covered = sum((gap.end - gap.start).total_seconds() for gap in before)
    asked = (start + length) // STEP > start // STEP
    moved = asked and server.first - (start - start % STEP) > STEP
    assert covered == (max(0, min(server.first, start + length) - start) if moved else 0)


@settings(deadline=None, max_examples=examples(150))
@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2024, 7, 1), date(2026, 6, 1)),
    cuts=st.lists(st.integers(min_value=1, max_value=15), min_size=1, max_size=4),
)
def test_ranges_of_local_days_that_meet_lose_and_double_nothing(
    zone: str, first: date, cuts: list[int]
) -> None:
    """Over every clock change of the zone: 23, 24 and 25 hours, also half hours on Lord Howe."""
    days = [first]
    for cut in cuts:
        days.append(days[-1] + timedelta(days=cut))
    days = [day for day in days if day < date(2026, 6, 20)]
    parts = [end for a, b in pairwise(days) for end in ends(read(Series(), a, b, zone)[1])]
    whole = ends(read(Series(), days[0], days[-1].isoformat(), zone)[1]) if len(days) > 1 else []
    assert parts == whole
    tz = ZoneInfo(zone)
    assert {utc(at - 1).astimezone(tz).date() for at in whole} == {
        days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days)
    }


@settings(deadline=None, max_examples=examples(60))
@given(
    zone=st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe"]),
    first=st.dates(date(2025, 1, 1), date(2026, 5, 1)),
    length=st.integers(min_value=1, max_value=30),
)
def test_date_windows_hold_whole_local_days(zone: str, first: date, length: int) -> None:
    world = World(local_days(ZoneInfo(zone)))
    with Enphase(api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=world) as enphase:
        rows = enphase.system(1, timezone=zone).telemetry(
            "ev_charger", first, first + timedelta(days=length), serial="1"
        )
        found = ends(list(rows))
    start, end = (
        int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())
        for day in (first, first + timedelta(days=length))
    )
    assert found == expected(start, end)
    assert rows.hits == math.ceil(length / 7)


def test_the_catalog_has_a_flow_for_every_series() -> None:
    """A new kind of window would need a flow: better to know here than from a user."""
    for operation in TELEMETRY.values():
        window = operation.window
        assert window is not None
        assert window.start_format in ("epoch", "compact_date", "date")
        assert bool(window.granularity) != bool(window.end)
        assert window.lengths == tuple(sorted(window.lengths, key=lambda length: length[1]))
