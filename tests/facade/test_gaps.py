"""Every interval that was asked for is a row, part of a gap, or of a night: none is missing without a word."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from enphase_cloud import (
    DecodeError,
    EnphaseError,
    Gap,
    GapReason,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    QuotaExhausted,
    ServerError,
    mock,
)
from enphase_cloud.rows import LAST_EPOCH

from .conftest import Connect
from .worlds import NOW, Clock, Mode, Series, World, reply, sent

HOMES = 12
"""Twelve homes, in all of the mock's zones, some of them young, silent, or with an outage."""

DAY, WEEK, STEP = 86400, 604800, 900
DETAILS = {"system_id": 1, "name": "Home", "status": "normal"}


def utc(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def ends(rows: Any) -> list[int]:
    return [int(row.end.timestamp()) for row in rows]


def told(gaps: list[Gap]) -> list[tuple[int, int, GapReason]]:
    return [(int(gap.start.timestamp()), int(gap.end.timestamp()), gap.reason) for gap in gaps]


def without(service: Any, start: int, end: int, **extra: Any) -> Any:
    """A service that lost the rows with `start < end_at <= end`."""

    def serve(request: httpx.Request) -> httpx.Response:
        body = service(request).json()
        kept = [row for row in body["intervals"] if not start < row["end_at"] <= end]
        return reply(body={**body, "intervals": kept, **extra})

    return serve


# ------------------------------------------------------------------------------------------------- what was not there


def test_a_hole_is_a_gap_and_goes_on_over_the_windows(connect: Connect) -> None:
    """A hole in the middle of an answer was silent, and one over two windows would be two."""
    low, high = NOW - 15 * DAY, NOW - 13 * DAY
    mode = connect(World(without(Series(), low, high)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 21 * DAY), utc(NOW - DAY))
    found = mode.collect(rows)
    assert len(found) == 18 * 96
    assert told(rows.gaps) == [(low, high, GapReason.NOT_REPORTED)]
    assert rows.settled_until == utc(NOW - DAY)
    assert rows.silences == []


def test_what_is_young_may_still_come(connect: Connect) -> None:
    """A hole of the last day is no verdict, and what lies behind it is not settled."""
    low, high = NOW - DAY - 2 * STEP, NOW - DAY + 4 * STEP
    mode = connect(World(without(Series(), low, high)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 2 * DAY), utc(NOW))
    mode.collect(rows)
    assert told(rows.gaps) == [
        (low, NOW - DAY, GapReason.NOT_REPORTED),
        (NOW - DAY, high, GapReason.PROVISIONAL),
    ]
    assert rows.settled_until == utc(NOW - DAY)


def test_what_lies_after_the_last_energy_is_provisional_however_old(connect: Connect) -> None:
    energy = NOW - 5 * DAY
    meta = {"last_energy_at": energy, "last_report_at": NOW - 300}
    mode = connect(World(without(Series(), energy, NOW, meta=meta)))
    rows = mode.client.system(1).telemetry("consumption_meter", utc(NOW - 7 * DAY), utc(NOW - DAY))
    mode.collect(rows)
    assert told(rows.gaps) == [(energy, NOW - DAY, GapReason.PROVISIONAL)]
    assert rows.settled_until == utc(energy)


def test_rows_after_the_last_energy_are_rows_and_not_settled(connect: Connect) -> None:
    meta = {"last_energy_at": NOW - 5 * DAY, "last_report_at": NOW - 300}
    mode = connect(World(without(Series(), 0, 0, meta=meta)))
    rows = mode.client.system(1).telemetry("consumption_meter", utc(NOW - 14 * DAY), utc(NOW - DAY))
    assert rows.settled_until is None
    assert len(mode.collect(rows)) == 13 * 96
    assert rows.gaps == []
    assert rows.settled_until == utc(NOW - 5 * DAY)


@pytest.mark.parametrize(("days_ago", "settled"), [(3, NOW - 3 * DAY - 300), (10, NOW - DAY)])
def test_rows_that_not_all_devices_reported_are_not_settled(
    connect: Connect, days_ago: int, settled: int
) -> None:
    """And no later row, whatever it says: a reader that comes back would leave out what is revised.

    But a device that is out of order must not keep all that follows from ever being settled.
    """
    service = Series(fields={"enwh": 1, "powr": 2, "devices_reporting": 9}, step=300)
    few = NOW - days_ago * DAY

    def serve(request: httpx.Request) -> httpx.Response:
        body = service(request).json()
        for row in body["intervals"]:
            row["devices_reporting"] -= row["end_at"] == few
        return reply(body={**body, "total_devices": 9})

    mode = connect(World(serve))
    rows = mode.client.system(1, timezone="UTC").telemetry(
        "production_micro", utc(NOW - 20 * DAY), utc(NOW - DAY)
    )
    mode.collect(rows)
    assert (rows.gaps, rows.settled_until) == ([], utc(settled))


def test_nothing_at_all_is_one_gap(connect: Connect) -> None:
    mode = connect(World(without(Series(), 0, NOW)))
    rows = mode.client.system(1).telemetry("battery", utc(NOW - 9 * DAY), utc(NOW + DAY))
    assert mode.collect(rows) == []
    assert told(rows.gaps) == [
        (NOW - 9 * DAY, NOW - DAY, GapReason.NOT_REPORTED),
        (NOW - DAY, NOW, GapReason.PROVISIONAL),
        (NOW, NOW + DAY, GapReason.IN_FUTURE),
    ]


def test_after_the_last_report_nothing_more_is_asked_for(connect: Connect) -> None:
    """A system that went silent a year ago would cost 52 calls of empty answers."""
    silent = NOW - 365 * DAY
    meta = {"last_energy_at": silent, "last_report_at": silent}
    mode = connect(World(without(Series(), silent, NOW, meta=meta)))
    rows = mode.client.system(1).telemetry("energy_import", utc(silent - 7 * DAY), utc(NOW - DAY))
    mode.collect(rows)
    assert rows.hits == 2
    assert told(rows.gaps) == [(silent, NOW - DAY, GapReason.NOT_REPORTED)]


def test_an_empty_answer_that_ends_where_it_began_after_the_last_report_is_no_error(connect: Connect) -> None:
    start, silent = NOW - 20 * DAY, NOW - 30 * DAY
    meta = {"last_energy_at": silent, "last_report_at": silent}
    body = {"start_at": start, "end_at": start, "meta": meta, "intervals": []}
    mode = connect(World(lambda _: reply(body=body)))
    rows = mode.client.system(1).telemetry("consumption_meter", utc(start), utc(NOW - 2 * DAY))
    assert mode.collect(rows) == []
    assert (rows.hits, told(rows.gaps)) == (1, [(start, NOW - 2 * DAY, GapReason.NOT_REPORTED)])


def test_before_the_first_row_of_a_young_system_it_did_not_work(connect: Connect) -> None:
    """An answer is moved to the midnight before the first report; from there to the first row is no hole."""
    first = NOW - 20 * DAY + 9 * 3600
    service = Series(first=NOW - 20 * DAY)
    mode = connect(World(without(service, 0, first)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 60 * DAY), utc(NOW - DAY))
    assert ends(mode.collect(rows))[0] == first + STEP
    assert told(rows.gaps) == [(NOW - 60 * DAY, first, GapReason.BEFORE_OPERATION)]


def test_a_late_beginning_after_rows_is_a_hole_like_any_other(connect: Connect) -> None:
    """Whatever has had rows was in operation."""
    start, skipped = NOW - 14 * DAY, NOW - 5 * DAY
    service = Series()

    def serve(request: httpx.Request) -> httpx.Response:
        body = service(request).json()
        if int(request.url.params["start_at"]) == start + WEEK:
            kept = [row for row in body["intervals"] if row["end_at"] > skipped]
            body = {**body, "start_at": skipped, "intervals": kept}
        return reply(body=body)

    mode = connect(World(serve))
    rows = mode.client.system(1).telemetry("production_meter", utc(start), utc(NOW - DAY))
    mode.collect(rows)
    assert told(rows.gaps) == [(start + WEEK, skipped, GapReason.NOT_REPORTED)]


def test_no_row_is_taken_from_the_future(connect: Connect) -> None:
    """It would be a row and part of a gap at once."""
    mode = connect(World(Series(now=NOW + 3600)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - DAY), utc(NOW + DAY))
    assert ends(mode.collect(rows))[-1] == NOW
    assert told(rows.gaps) == [(NOW, NOW + DAY, GapReason.IN_FUTURE)]


def test_rows_between_intervals_count_for_the_one_they_lie_in(connect: Connect) -> None:
    """Else each would leave a gap of a quarter of an hour beside it."""
    service = Series()

    def shifted(request: httpx.Request) -> httpx.Response:
        body = service(request).json()
        rows = [{**row, "end_at": row["end_at"] - 100} for row in body["intervals"]]
        return reply(body={**body, "intervals": rows})

    mode = connect(World(shifted))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 9 * DAY), utc(NOW))
    assert len(mode.collect(rows)) == 9 * 96
    assert rows.gaps == []


def test_after_the_last_report_nothing_is_settled(connect: Connect) -> None:
    """A gateway that was offline delivers what it has kept."""
    silent = NOW - 5 * DAY + 7
    meta = {"last_energy_at": silent, "last_report_at": silent}
    mode = connect(World(without(Series(), silent, NOW, meta=meta)))
    system = mode.client.system(1)
    rows = system.telemetry("consumption_meter", utc(NOW - 7 * DAY), utc(NOW - DAY))
    mode.collect(rows)
    assert told(rows.gaps) == [(NOW - 5 * DAY, NOW - DAY, GapReason.NOT_REPORTED)]
    assert rows.settled_until == utc(NOW - 5 * DAY)
    rows = system.telemetry("consumption_meter", utc(NOW - 3 * DAY), utc(NOW - DAY))
    mode.collect(rows)
    assert rows.settled_until == utc(NOW - 3 * DAY)


def never(request: httpx.Request, **more: Any) -> httpx.Response:
    """The answer of a system that has not reported."""
    start = int(request.url.params["start_at"])
    meta = {"status": "normal", "last_report_at": None, "last_energy_at": None, "operational_at": None}
    body = {"start_at": start, "end_at": min(start + WEEK, NOW), "total_devices": 0, "intervals": []}
    return reply(body={**body, "meta": meta, **more})


@pytest.mark.parametrize("odd", [{}, {"note": "°"}], ids=["lean", "whole"])
def test_a_system_that_has_never_reported_is_asked_once(connect: Connect, odd: dict[str, str]) -> None:
    """Two years of empty answers would cost 105 calls. What it has to tell may still come."""
    mode = connect(World(lambda request: reply(body=never(request, **odd).text)))
    rows = mode.client.system(1).telemetry("consumption_meter", utc(NOW - 700 * DAY), utc(NOW + DAY))
    assert mode.collect(rows) == []
    assert rows.hits == 1
    assert told(rows.gaps) == [
        (NOW - 700 * DAY, NOW, GapReason.BEFORE_OPERATION),
        (NOW, NOW + DAY, GapReason.IN_FUTURE),
    ]
    assert rows.settled_until == utc(NOW - 700 * DAY)


@pytest.mark.parametrize("meta", [None, {}, {"last_report_at": "soon"}, {"last_energy_at": None}])
@pytest.mark.parametrize("odd", [{}, {"note": "°"}], ids=["lean", "whole"])
def test_what_an_answer_does_not_say_is_not_taken_for_never(
    connect: Connect, odd: dict[str, str], meta: Any
) -> None:
    mode = connect(World(lambda request: reply(body=never(request, meta=meta, **odd).text)))
    rows = mode.client.system(1).telemetry("consumption_meter", utc(NOW - 21 * DAY), utc(NOW - 7 * DAY))
    mode.collect(rows)
    assert rows.hits == 2
    assert [gap.reason for gap in rows.gaps] == [GapReason.NOT_REPORTED, GapReason.PROVISIONAL]


def test_a_system_that_had_rows_has_reported_whatever_it_says(connect: Connect) -> None:
    series = Series()

    def serve(request: httpx.Request) -> httpx.Response:
        return series(request) if len(mode.world.wire.requests) == 1 else never(request)

    mode = connect(World(serve))
    rows = mode.client.system(1).telemetry("consumption_meter", utc(NOW - 21 * DAY), utc(NOW - 7 * DAY))
    mode.collect(rows)
    assert (rows.hits, rows.gaps[0].reason) == (2, GapReason.NOT_REPORTED)


def test_what_lies_before_operation_is_the_same_read_at_once_or_on(connect: Connect) -> None:
    """That no row has come yet has to be known when reading goes on."""
    first = NOW - 20 * DAY
    series = Series(first=first)
    found = []
    for broken in (True, False):
        fails = [broken]

        def serve(request: httpx.Request, fails: list[bool] = fails) -> httpx.Response:
            start = int(request.url.params["start_at"])
            if start + WEEK <= first:
                return reply(body={"start_at": start, "end_at": start + WEEK, "intervals": []})
            if fails[0]:
                return reply(404, {"message": "no"})
            return series(request)

        mode = connect(World(serve))
        rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 30 * DAY), utc(NOW - 2 * DAY))
        if broken:
            with pytest.raises(NotFound):
                mode.collect(rows)
            fails[0] = False
        mode.collect(rows)
        found.append(told(rows.gaps))
    assert found[0] == found[1]
    assert found[0][-1] == (NOW - 23 * DAY - STEP, first, GapReason.BEFORE_OPERATION)


# -------------------------------------------------------------------------------------------------- calls that failed


def failing(world_fails: dict[int, Any], service: Any = None) -> World:
    """A world in which the calls with these numbers fail for good (what is sent again is no new call)."""
    serve = service or Series()
    starts: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked = str(request.url)
        if asked not in starts:
            starts.append(asked)
        status = world_fails.get(starts.index(asked))
        return serve(request) if status is None else reply(status, {"message": "no"})

    return World(answer)


START, END = NOW - 30 * DAY, NOW - 2 * DAY


def gapped(mode: Mode, **system: Any) -> Any:
    return mode.client.system(1, **system).telemetry("production_meter", utc(START), utc(END), on_error="gap")


def test_one_failed_call_is_a_gap_and_the_rest_comes(connect: Connect) -> None:
    mode = connect(failing({1: 500}))
    rows = gapped(mode)
    assert len(mode.collect(rows)) == 3 * 672
    assert told(rows.gaps) == [(START + WEEK, START + 2 * WEEK, GapReason.FAILED)]
    assert [type(error) for error in rows.errors] == [ServerError]
    assert rows.settled_until == utc(START + WEEK)


def test_two_failures_apart_do_not_end_it(connect: Connect) -> None:
    mode = connect(failing({0: 422, 2: 500}))
    rows = gapped(mode)
    assert len(mode.collect(rows)) == 2 * 672
    assert told(rows.gaps) == [
        (START, START + WEEK, GapReason.FAILED),
        (START + 2 * WEEK, START + 3 * WEEK, GapReason.FAILED),
    ]
    assert [type(error) for error in rows.errors] == [InvalidRequest, ServerError]


@pytest.mark.parametrize(
    ("status", "reason", "calls"),
    [
        (500, GapReason.FAILED, 2),
        (422, GapReason.FAILED, 2),
        (403, GapReason.NOT_IN_PLAN, 1),
        (401, GapReason.FAILED, 1),
        (404, GapReason.FAILED, 1),
    ],
)
def test_where_going_on_is_of_no_use_the_rest_is_one_gap(
    connect: Connect, status: int, reason: GapReason, calls: int
) -> None:
    """Each further call would cost a hit and bring nothing."""
    mode = connect(failing(dict.fromkeys(range(1, 9), status)))
    rows = gapped(mode)
    assert len(mode.collect(rows)) == 672
    assert told(rows.gaps) == [(START + WEEK, END, reason)]
    assert len(rows.errors) == calls
    assert len({str(request.url) for request in mode.world.wire.requests}) == 1 + calls


def test_the_end_of_the_months_allowance_is_a_gap(connect: Connect) -> None:
    month = {"message": "too many", "period": "month", "limit": 9, "period_end": NOW + DAY}
    mode = connect(World(lambda _: reply(429, month)))
    rows = gapped(mode)
    assert mode.collect(rows) == []
    assert told(rows.gaps) == [(START, END, GapReason.FAILED)]
    assert [type(error) for error in rows.errors] == [QuotaExhausted]


def test_a_server_that_goes_in_circles_is_a_gap(connect: Connect) -> None:
    mode = connect(World(Series(cap=0)))
    rows = gapped(mode)
    assert mode.collect(rows) == []
    assert (rows.hits, told(rows.gaps)) == (1, [(START, END, GapReason.FAILED)])
    assert "go in circles" in str(rows.errors[0])


def test_an_answer_that_is_no_json_is_a_gap(connect: Connect) -> None:
    mode = connect(World(lambda _: reply(body=b"[]")))
    rows = gapped(mode)
    assert mode.collect(rows) == []
    assert told(rows.gaps) == [(START, END, GapReason.FAILED)]
    assert len(rows.errors) == rows.hits == 2


LISTLESS = {"message": "Not authorized"}


@pytest.mark.parametrize("series", ["telemetry", "events"])
def test_two_answers_without_rows_end_it(connect: Connect, series: str) -> None:
    """Two years of them would cost 104 calls."""
    mode = connect(World(lambda _: reply(body=LISTLESS)))
    system = mode.client.system(1)

    def asked(**how: str) -> Any:
        args = ("production_meter",) if series == "telemetry" else ()
        return getattr(system, series)(*args, utc(START), utc(END), **how)

    rows = asked(on_error="gap")
    assert mode.collect(rows) == []
    assert (rows.hits, told(rows.gaps)) == (2, [(START, END, GapReason.UNREADABLE)])
    assert [type(error) for error in rows.errors] == [DecodeError]
    rows = asked()
    with pytest.raises(DecodeError, match="no list"):
        mode.collect(rows)
    assert (rows.hits, told(rows.gaps)) == (2, [(START, START + WEEK, GapReason.UNREADABLE)])


@pytest.mark.parametrize("how", ["raise", "gap"])
def test_answers_without_rows_that_lie_apart_are_gaps(connect: Connect, how: str) -> None:
    series, starts = Series(), []

    def serve(request: httpx.Request) -> httpx.Response:
        starts.append(request)
        return series(request) if len(starts) % 2 else reply(body=LISTLESS)

    mode = connect(World(serve))
    rows = mode.client.system(1).telemetry("production_meter", utc(START), utc(END), on_error=how)
    assert len(mode.collect(rows)) == 2 * 672
    assert [gap.reason for gap in rows.gaps] == [GapReason.UNREADABLE] * 2
    assert (rows.hits, rows.errors) == (4, [])


def test_a_failure_after_an_answer_without_rows_ends_it(connect: Connect) -> None:
    mode = connect(failing({1: 500}, lambda _: reply(body=LISTLESS)))
    rows = gapped(mode)
    mode.collect(rows)
    assert told(rows.gaps) == [
        (START, START + WEEK, GapReason.UNREADABLE),
        (START + WEEK, END, GapReason.FAILED),
    ]


def test_a_zone_that_cannot_be_looked_up_is_one_gap(connect: Connect) -> None:
    mode = connect(World(lambda _: reply(403, {"message": "no"})))
    rows = mode.client.system(1).telemetry("battery", "2026-06-01", "2026-06-05", on_error="gap")
    assert mode.collect(rows) == []
    start = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
    assert told(rows.gaps) == [(start, start + 4 * DAY, GapReason.NOT_IN_PLAN)]
    assert [type(error) for error in rows.errors] == [PermissionDenied]
    assert rows.hits == 1


def test_how_errors_are_met_is_one_of_two_words(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    with pytest.raises(ValueError, match="on_error is 'ignore'"):
        mode.client.system(1).telemetry("battery", utc(START), utc(END), on_error="ignore")
    assert world.wire.requests == []


# ------------------------------------------------------------------------------------------- going on after an error


@pytest.mark.parametrize("fails", [0, 1, 3])
@pytest.mark.parametrize("boundary_row", [False, True])
def test_reading_again_after_an_error_goes_on_where_it_ended(
    connect: Connect, fails: int, boundary_row: bool
) -> None:
    """Nothing twice: no row, no gap, no call that had an answer."""
    low, high = START + 6 * DAY, START + 8 * DAY
    broken = {fails: 500}
    mode = connect(failing(broken, without(Series(boundary_row=boundary_row), low, high)))

    rows = mode.client.system(1, timezone="UTC").telemetry("production_meter", utc(START), utc(END))
    with pytest.raises(ServerError) as caught:
        mode.result(rows.columns())
    before = [int(end.timestamp()) for end in caught.value.partial["end"]]
    spent = rows.hits
    broken.clear()
    after = ends(mode.collect(rows))
    assert len(before + after) == len(set(before + after)) == 26 * 96
    assert before + after == sorted(before + after)
    assert told(rows.gaps) == [(low, high, GapReason.NOT_REPORTED)]
    assert rows.hits == spent + 4 - fails


def test_reading_on_later_has_another_now_and_another_lookback(connect: Connect) -> None:
    """Three weeks until the month's allowance is back: what has left the lookback would be refused for ever."""
    broken = {1: 404}
    mode = connect(failing(broken, Series(now=NOW + 30 * DAY)))
    start = NOW - 729 * DAY
    rows = mode.client.system(1).telemetry("production_meter", utc(start), utc(NOW - 600 * DAY))
    with pytest.raises(NotFound):
        mode.collect(rows)
    broken.clear()
    mode.world.now += 21 * DAY
    limit = int(datetime(2024, 7, 12, 1, tzinfo=UTC).timestamp())
    assert ends(mode.collect(rows))[0] == limit + STEP
    assert told(rows.gaps) == [(start + WEEK, limit, GapReason.OUTSIDE_LOOKBACK)]


def test_a_range_is_read_as_of_when_it_is_read(connect: Connect) -> None:
    mode = connect(World(Series(now=NOW + DAY)))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - DAY))
    mode.world.now += DAY
    assert rows.estimate().hits == 1
    assert ends(mode.collect(rows))[-1] == NOW + DAY


def test_what_lies_outside_the_lookback_is_said_once(connect: Connect) -> None:
    broken = {0: 500}
    mode = connect(failing(broken))
    rows = mode.client.system(1).telemetry("production_meter", utc(NOW - 800 * DAY), utc(NOW - 725 * DAY))
    with pytest.raises(ServerError):
        mode.collect(rows)
    broken.clear()
    assert mode.collect(rows)
    assert [gap.reason for gap in rows.gaps] == [GapReason.OUTSIDE_LOOKBACK]


def test_days_of_a_charger_go_on_at_the_next_day(connect: Connect) -> None:
    """Its days may end a second early: the day would be asked for again."""
    zone = ZoneInfo("America/Los_Angeles")
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked = request.url.params["start_date"]
        seen.append(asked)
        if len(seen) in (2, 3):
            return reply(500, {"message": "no"})
        first = datetime.strptime(asked, "%Y%m%d").replace(tzinfo=zone)
        start, end = (int((first + timedelta(days=n)).timestamp()) for n in (0, 7))
        rows = [{"end_at": at, "consumption": 9} for at in range(start, end, STEP)]
        return reply(body={"consumption": rows, "start_at": start, "end_at": end - 1})

    mode = connect(World(serve))
    system = mode.client.system(1, timezone="America/Los_Angeles")
    rows = system.telemetry("ev_charger", "2026-03-01", "2026-03-14", serial="1")
    with pytest.raises(ServerError):
        mode.collect(rows)
    found = mode.collect(rows)
    assert seen == ["20260301", "20260308", "20260308", "20260308"]
    assert found[0].end == datetime(2026, 3, 8, tzinfo=zone)
    assert rows.gaps == []


# ------------------------------------------------------------------------------------------------------ zones, nights


@pytest.mark.parametrize("zone", [None, "Mars/Olympus"])
def test_a_range_that_was_read_in_utc_says_so_once(connect: Connect, zone: Any) -> None:
    series, failed = Series(), [500, 500]

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v4/systems/1":
            return reply(body={**DETAILS, "timezone": zone})
        return reply(failed.pop(), {"message": "no"}) if failed else series(request)

    mode = connect(World(serve))
    system = mode.client.system(1)
    rows = system.telemetry("battery", "2026-06-01", "2026-06-02")
    with pytest.raises(ServerError):
        mode.collect(rows)
    mode.collect(rows)
    assert [problem.path for problem in rows.problems] == ["$.timezone"]
    assert "read in UTC" in rows.problems[0].problem
    rows = system.telemetry("battery", utc(START), utc(START + DAY))
    mode.collect(rows)
    assert rows.problems == []


@pytest.mark.parametrize("details", [None, {}, {"timezone": "Mars/Olympus"}])
def test_nights_that_cannot_be_told_are_said_where_there_are_gaps(connect: Connect, details: Any) -> None:
    """The zone that the given times carry is not that of the site."""
    micro = Series(step=300, fields={"enwh": 1, "powr": 2})

    def serve(request: httpx.Request) -> Any:
        if request.url.path == "/api/v4/systems/1":
            return reply(body={**DETAILS, **details})
        return serves(request)

    mode = connect(World(serve))
    system = mode.client.system(1)
    if details is not None:
        mode.result(system.refresh())
    zone = ZoneInfo("America/Los_Angeles")
    start, end = datetime(2026, 6, 10, tzinfo=zone), datetime(2026, 6, 12, tzinfo=zone)
    serves: Any = without(micro, int(start.timestamp()), int(start.timestamp()) + 3600)
    rows = system.telemetry("production_micro", start, end)
    mode.collect(rows)
    assert (len(rows.gaps), rows.silences) == (1, [])
    assert [problem.path for problem in rows.problems] == ["$.timezone"]
    assert "Nights cannot be told" in rows.problems[0].problem
    serves = micro
    rows = system.telemetry("production_micro", start, end)
    mode.collect(rows)
    assert (rows.gaps, rows.problems) == ([], [])


@pytest.mark.parametrize("index", [0, 4, 7, 8, 10])
def test_a_healthy_home_sleeps_at_night_and_has_no_gap(
    connect: Connect, server: mock.Server, index: int
) -> None:
    """A quarter of a year at each end of the seasons, at the place of its zone."""
    mode = connect(Clock(server), base_url=server.url)
    system = mode.client.system(server.service.system_ids[index])
    for start, end in (("2025-11-20", "2026-01-10"), ("2026-05-20", "2026-06-19")):
        rows = system.telemetry("production_micro", start, end)
        found = mode.collect(rows)
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days
        assert rows.gaps == []
        assert days <= len(rows.silences) <= days + 1
        assert {gap.reason for gap in rows.silences} == {GapReason.NIGHT}
        asleep = sum((gap.end - gap.start).total_seconds() for gap in rows.silences)
        assert asleep + 300 * len(found) == days * DAY


def test_rows_of_dawn_and_dusk_come_late_and_are_not_lost(connect: Connect, server: mock.Server) -> None:
    """What a reading called settled is the same days later: a night that is young is not."""
    mode = connect(Clock(server), base_url=server.url)
    system = mode.client.system(server.service.system_ids[0])
    start = utc(NOW - DAY)
    try:
        final = {}
        server.service.clock.set(NOW + 5 * DAY)
        mode.world.now = NOW + 5 * DAY
        rows = system.telemetry("production_micro", start)
        final = {row.end: row for row in mode.collect(rows)}
        for after in range(12 * 3600, 14 * 3600, 300):
            server.service.clock.set(NOW + after)
            mode.world.now = NOW + after
            rows = system.telemetry("production_micro", start)
            found = {row.end: row for row in mode.collect(rows)}
            assert rows.settled_until > start
            assert [end for end in final if end <= rows.settled_until and found.get(end) != final[end]] == []
    finally:
        server.service.clock.set(NOW)


def test_a_night_at_the_end_of_a_range_is_settled(connect: Connect, server: mock.Server) -> None:
    """But where it may be dawn, the row may come with the next window."""
    mode = connect(Clock(server), base_url=server.url)
    system = mode.client.system(server.service.system_ids[0])
    mode.result(system.refresh())
    rows = system.telemetry("production_micro", "2026-05-02", "2026-05-03")
    mode.collect(rows)
    assert rows.settled_until == rows.silences[-1].end
    rows = system.telemetry("production_micro", "2026-05-02T06:00", "2026-05-03T06:00")
    mode.collect(rows)
    assert rows.settled_until == rows.silences[-1].end - timedelta(minutes=5)


def test_an_outage_by_day_is_a_gap(connect: Connect, server: mock.Server) -> None:
    """All dark would be night, if night were where there are no rows."""
    home = server.service.homes[6]
    assert home.gap is not None
    mode = connect(Clock(server), base_url=server.url)
    system = mode.client.system(home.system_id)
    start, end = utc(home.gap[0] - 3 * DAY), utc(home.gap[1] + 3 * DAY)
    rows = system.telemetry("production_micro", start, end)
    mode.result(system.refresh())
    mode.collect(rows)
    assert {gap.reason for gap in rows.gaps} == {GapReason.NOT_REPORTED}
    for low, high, _ in told(rows.gaps):
        assert home.gap[0] <= low < high <= home.gap[1]
    meter = system.telemetry("production_meter", start, end)
    mode.collect(meter)
    assert told(meter.gaps) == [(*home.gap, GapReason.NOT_REPORTED)]
    assert meter.silences == []


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+8"])
def test_a_zone_without_a_place_has_no_nights(connect: Connect, server: mock.Server, zone: str) -> None:
    mode = connect(Clock(server), base_url=server.url)
    system = mode.client.system(server.service.system_ids[0], timezone=zone)
    rows = system.telemetry("production_micro", "2026-05-01", "2026-05-03")
    mode.collect(rows)
    assert rows.silences == []
    assert {gap.reason for gap in rows.gaps} == {GapReason.NOT_REPORTED}


# ----------------------------------------------------------------------------------------------------------- lifetime


def lifetimes(**body: Any) -> World:
    return World(lambda _: reply(body=body))


def dates(gaps: list[Gap], zone: str = "UTC") -> list[tuple[str, str, GapReason]]:
    """Gaps of days as they are written at the site; each begins and ends at midnight."""
    local = [
        (gap.start.astimezone(ZoneInfo(zone)), gap.end.astimezone(ZoneInfo(zone)), gap.reason) for gap in gaps
    ]
    for start, end, _ in local:
        assert (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0)
    return [(str(start.date()), str(end.date()), reason) for start, end, reason in local]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Australia/Lord_Howe", "UTC"])
def test_every_date_is_a_row_or_in_a_gap(connect: Connect, zone: str) -> None:
    """NOW is the 20th in Los Angeles, the 21st elsewhere."""
    mode = connect(lifetimes(start_date="2026-03-05", production=[1] * 90))  # to the 2nd of June
    rows = mode.client.system(1, timezone=zone).lifetime("production", "2026-03-01", "2026-07-01")
    assert len(mode.collect(rows)) == 90
    today = datetime.fromtimestamp(NOW, ZoneInfo(zone)).date()
    assert dates(rows.gaps, zone) == [
        ("2026-03-01", "2026-03-05", GapReason.BEFORE_OPERATION),
        ("2026-06-03", str(today - timedelta(days=1)), GapReason.NOT_REPORTED),
        (str(today - timedelta(days=1)), str(today + timedelta(days=1)), GapReason.PROVISIONAL),
        (str(today + timedelta(days=1)), "2026-07-01", GapReason.IN_FUTURE),
    ]


@pytest.mark.parametrize(
    ("start", "end", "gaps"),
    [
        (None, None, [("2026-06-20", "2026-06-21", GapReason.PROVISIONAL)]),
        (None, "2026-06-20", []),
        ("2026-06-18", None, [("2026-06-20", "2026-06-21", GapReason.PROVISIONAL)]),
        ("2026-06-18", "2026-06-20", []),
        ("2026-06-01", "2026-06-02", [("2026-06-01", "2026-06-02", GapReason.NOT_REPORTED)]),
    ],
)
def test_a_lifetime_that_is_open_begins_with_its_first_value(
    connect: Connect, start: Any, end: Any, gaps: Any
) -> None:
    """Values to the day before yesterday."""
    values = [] if start == "2026-06-01" else [5, 6]
    mode = connect(lifetimes(start_date="2026-06-18", production=values))
    rows = mode.client.system(1, timezone="UTC").lifetime("production", start, end)
    assert len(mode.collect(rows)) == len(values)
    assert dates(rows.gaps) == gaps


def test_a_lifetime_without_values_is_a_gap(connect: Connect) -> None:
    mode = connect(lifetimes(start_date=None, production=[]))
    rows = mode.client.system(1).lifetime("production", "2026-06-10", "2026-06-21")
    assert mode.collect(rows) == []
    assert dates(rows.gaps) == [
        ("2026-06-10", "2026-06-20", GapReason.NOT_REPORTED),
        ("2026-06-20", "2026-06-21", GapReason.PROVISIONAL),
    ]


@pytest.mark.parametrize("body", [{"start_date": "2026-06-01"}, {"start_date": "soon", "production": [1]}])
def test_a_lifetime_that_cannot_be_read_is_a_gap(connect: Connect, body: Any) -> None:
    mode = connect(lifetimes(**body))
    rows = mode.client.system(1).lifetime("production", "2026-06-10", "2026-06-15")
    assert mode.collect(rows) == []
    assert dates(rows.gaps) == [("2026-06-10", "2026-06-15", GapReason.UNREADABLE)]
    assert len(rows.problems) == 1


@pytest.mark.parametrize(("status", "reason"), [(403, GapReason.NOT_IN_PLAN), (500, GapReason.FAILED)])
@pytest.mark.parametrize("start", ["2026-06-10", None])
def test_a_lifetime_that_failed_is_a_gap(
    connect: Connect, status: int, reason: GapReason, start: str | None
) -> None:
    mode = connect(World(lambda _: reply(status, {"message": "no"})))
    rows = mode.client.system(1).lifetime("production", start, "2026-06-15", on_error="gap")
    assert mode.collect(rows) == []
    assert dates(rows.gaps) == [(start or "2006-01-01", "2026-06-15", reason)]
    assert len(rows.errors) == 1


def test_a_lifetime_that_failed_can_be_read_again(connect: Connect) -> None:
    answers = [reply(404, {"message": "no"}), reply(body={"start_date": "2026-06-10", "production": [1]})]
    mode = connect(World(lambda _: answers.pop(0)))
    rows = mode.client.system(1).lifetime("production", "2026-06-10", "2026-06-11")
    with pytest.raises(NotFound):
        mode.collect(rows)
    assert len(mode.collect(rows)) == 1
    with pytest.raises(EnphaseError, match="has been read already"):
        mode.collect(rows)
    assert rows.hits == 2


@pytest.mark.parametrize(
    ("meta", "settled"),
    [
        (None, NOW),
        ({"last_energy_at": NOW - 3 * DAY - 5, "last_report_at": NOW}, NOW - 4 * DAY),
        ({"last_energy_at": NOW - 5, "last_report_at": NOW}, NOW - DAY),
        ({"last_energy_at": NOW, "last_report_at": NOW}, NOW),
        ({"last_energy_at": NOW - 3 * DAY - 5, "last_report_at": NOW - 3 * DAY - 5}, NOW - 4 * DAY),
        ({"last_energy_at": LAST_EPOCH - 1, "last_report_at": LAST_EPOCH}, NOW),
    ],
)
def test_days_after_the_last_energy_or_report_are_not_settled(
    connect: Connect, meta: Any, settled: int
) -> None:
    mode = connect(lifetimes(start_date="2026-06-12", production=[1] * 9, meta=meta))
    rows = mode.client.system(1, timezone="UTC").lifetime("production")
    assert len(mode.collect(rows)) == 9
    assert rows.gaps == []
    assert rows.settled_until == utc(settled)


def test_a_last_energy_at_the_end_of_the_calendar(connect: Connect) -> None:
    """East of Greenwich it has no local date."""
    meta = {"last_energy_at": LAST_EPOCH - 1, "last_report_at": LAST_EPOCH}
    mode = connect(lifetimes(start_date="2026-06-12", production=[1] * 9, meta=meta))
    rows = mode.client.system(1, timezone="Pacific/Kiritimati").lifetime("production")
    assert len(mode.collect(rows)) == 9
    assert rows.settled_until == utc(NOW - 14 * 3600)


TODAY_IS_NOT_OVER = ("2026-06-21", "2026-06-22", GapReason.PROVISIONAL)


@pytest.mark.parametrize(
    ("end", "days", "gaps"),
    [
        (None, 3, []),
        ("2026-06-21", 3, []),
        ("2026-06-22", 3, [TODAY_IS_NOT_OVER]),
        ("2026-06-24", 3, [TODAY_IS_NOT_OVER, ("2026-06-22", "2026-06-24", GapReason.IN_FUTURE)]),
    ],
)
def test_rows_are_of_days_that_are_over(connect: Connect, end: str | None, days: int, gaps: Any) -> None:
    """The service may give what there is of today: it is no row, whatever the end is."""
    mode = connect(lifetimes(start_date="2026-06-18", production=[1, 2, 3, 0]))
    rows = mode.client.system(1, timezone="UTC").lifetime("production", "2026-06-18", end)
    assert [row.energy_wh for row in mode.collect(rows)] == [1, 2, 3][:days]
    assert dates(rows.gaps) == gaps
    assert rows.settled_until == utc(NOW)


def test_days_that_may_not_be_over_are_not_settled(connect: Connect) -> None:
    """Where the zone is not known: it is the 20th in Honolulu, and the 21st in Auckland. Nowhere is it the 22nd."""
    mode = connect(lifetimes(start_date="2026-06-18", production=[1, 2, 3, 4, 5]))
    rows = mode.client.system(1).lifetime("production", "2026-06-18", "2026-06-23")
    assert [row.date.day for row in mode.collect(rows)] == [18, 19, 20]
    assert dates(rows.gaps)[-1] == ("2026-06-22", "2026-06-23", GapReason.IN_FUTURE)
    assert rows.settled_until == utc(NOW - DAY)


@pytest.mark.parametrize("zone", ["UTC", None])
def test_a_lifetime_of_days_that_are_not_over_costs_nothing(connect: Connect, zone: str | None) -> None:
    world = lifetimes(start_date="2026-06-21", production=[1])
    mode = connect(world)
    rows = mode.client.system(1, timezone=zone).lifetime("production", "2026-06-21", "2026-06-23")
    assert rows.estimate().hits == 0
    assert mode.collect(rows) == []
    assert dates(rows.gaps) == [
        ("2026-06-21", "2026-06-22", GapReason.PROVISIONAL),
        ("2026-06-22", "2026-06-23", GapReason.IN_FUTURE),
    ]
    assert world.wire.requests == []


def test_days_before_there_were_systems_are_not_asked_for(connect: Connect) -> None:
    world = lifetimes(start_date="2006-01-03", consumption=[1])
    mode = connect(world)
    rows = mode.client.system(1).lifetime("consumption", date.min, "2006-01-04")
    assert [row.date for row in mode.collect(rows)] == [date(2006, 1, 3)]
    assert dates(rows.gaps) == [
        ("0001-01-01", "2006-01-01", GapReason.OUTSIDE_LOOKBACK),
        ("2006-01-01", "2006-01-03", GapReason.BEFORE_OPERATION),
    ]
    assert sent(world) == [{"start_date": "2006-01-01", "end_date": "2006-01-03"}]
    rows = mode.client.system(1).lifetime("consumption", "1999-12-31", "2001-01-01")
    assert rows.estimate().hits == 0
    assert mode.collect(rows) == []
    assert dates(rows.gaps) == [("1999-12-31", "2001-01-01", GapReason.OUTSIDE_LOOKBACK)]
    assert len(world.wire.requests) == 1


def test_days_before_there_were_systems_are_one_gap_also_where_a_lifetime_is_read_again(
    connect: Connect,
) -> None:
    answers = [reply(404, {"message": "no"}), reply(body={"start_date": "2006-01-01", "production": [1]})]
    mode = connect(World(lambda _: answers.pop(0)))
    rows = mode.client.system(1).lifetime("production", "2005-12-01", "2006-01-02")
    with pytest.raises(NotFound):
        mode.collect(rows)
    assert len(mode.collect(rows)) == 1
    assert dates(rows.gaps) == [("2005-12-01", "2006-01-01", GapReason.OUTSIDE_LOOKBACK)]


@pytest.mark.parametrize(
    ("end", "gaps"),
    [
        ("2026-05-05", [("2026-05-01", "2026-05-05", GapReason.BEFORE_OPERATION)]),
        (
            "2026-06-01",
            [
                ("2026-05-01", "2026-05-20", GapReason.BEFORE_OPERATION),
                ("2026-05-20", "2026-06-01", GapReason.NOT_REPORTED),
            ],
        ),
    ],
)
def test_days_before_a_system_is_known_to_have_begun(connect: Connect, end: str, gaps: Any) -> None:
    """It began on the 19th by the clock of UTC, and on the 20th by that of the site."""
    began = int(datetime(2026, 5, 19, 15, tzinfo=UTC).timestamp())
    known = {"system_id": 1, "timezone": "Asia/Tokyo", "operational_at": began}

    def serve(request: httpx.Request) -> httpx.Response:
        about = request.url.path.endswith("/systems/1")
        return reply(body=known if about else {"start_date": "2026-05-01", "production": []})

    mode = connect(World(serve))
    system = mode.client.system(1)
    mode.result(system.refresh())
    rows = system.lifetime("production", "2026-05-01", end)
    assert mode.collect(rows) == []
    assert dates(rows.gaps, "Asia/Tokyo") == gaps
