"""Windows of every series of the catalog lie side by side: nothing is asked for twice, nothing is left out.

For any range, in any zone, also where clocks change by half an hour, and at the ends of the calendar; against services
that do as they are told, that give less than they are asked for, and that do not go on.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import httpx
import pytest
from enphase_v4.catalog import TELEMETRY
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from enphase_cloud import Enphase, GapReason, InvalidRequest, Plan, ServerError
from enphase_cloud.flows.windows import window_of
from tests.amounts import examples
from tests.conftest import Found

from .test_windows import ZONES, ends, utc
from .worlds import HOST, KEY, NOW, TOKEN, World, reply

DAY, WEEK = 86_400, 604_800
ODD = [
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Africa/Casablanca",
]
"""Half-hour changes, quarters of an hour, a day that never was, the first zone of the day, changes for a month."""
zones = st.sampled_from([*ZONES, *ODD]) | st.sampled_from(sorted(available_timezones()))
FIRST = datetime(2024, 6, 25, tzinfo=UTC)


class Catalogued:
    """A service of any series, which knows of it what the catalog says; what was asked for is noted."""

    def __init__(self, series: str, zone: str, *, cap: int = 10**9, since: int = 0) -> None:
        window = window_of(TELEMETRY[series])
        self.window, self.zone, self.cap, self.since = window, ZoneInfo(zone), cap, since
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        window, told = self.window, request.url.params
        length = dict(window.lengths)[told[window.granularity] if window.granularity else ""]
        if window.start_format == "epoch":
            start = int(told[window.start])
            end = int(told[window.end]) if window.end else start + length
        else:
            first = datetime.strptime(told[window.start], "%Y%m%d")
            start = int(first.replace(tzinfo=self.zone).timestamp())
            end = int((first + timedelta(seconds=length)).replace(tzinfo=self.zone).timestamp())
        assert end - start <= length + 2 * DAY
        self.asked.append((start, end))
        moved = max(start, self.since)  # to where the system began, as the service does
        start, end = moved, max(moved, min(moved + end - start, moved + self.cap, NOW))
        end += window.start_format != "epoch" and end < NOW and end % 60 == 59  # 23:59:59 is the end of a day
        step = window.step_seconds
        rows = []
        for at in range(start - start % step + step, end + 1, step):
            row: dict[str, Any] = {window.row_end: at}
            for _, path in window.values:
                *outer, name = path.split(".")
                inner = row
                for each in outer:
                    inner = inner.setdefault(each, {})
                inner[name] = 1
            rows.append(row)
        body: dict[str, Any] = {window.rows: rows}
        if window.answer_start:
            body |= {window.answer_start: start, window.answer_end: end}
        return reply(body=body)


def read(service: Catalogued, start: Any, end: Any) -> tuple[Any, list[int], int]:
    """The range as it was read, where its rows end, and what it was said to cost."""
    series = service.window.series
    world = World(service)
    serial = {"serial": "1"} if service.window.serial else {}
    with Enphase(
        api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, plan=Plan(), runtime=world
    ) as enphase:
        rows = enphase.system(1, timezone=service.zone.key).telemetry(series, start, end, **serial)
        told = rows.estimate().hits
        return rows, ends(rows.to_list()), told


def whole(rows: Any, found: list[int], start: int, end: int, step: int) -> None:
    """Each interval that ends in the range is a row, or lies in one gap."""
    gaps = [(int(gap.start.timestamp()), int(gap.end.timestamp())) for gap in rows.gaps]
    assert all(one[1] <= other[0] for one, other in pairwise(gaps))
    assert all(start <= a < b <= end for a, b in gaps)
    assert found == sorted(set(found))
    for at in found:
        assert start < at <= end
        assert at % step == 0
        assert not any(a < at <= b for a, b in gaps)
    intervals = end // step - start // step
    in_gaps = sum(b // step - a // step for a, b in gaps)
    assert len(found) + in_gaps == intervals


EACH = pytest.mark.parametrize("series", sorted(TELEMETRY))
DEPTH = pytest.mark.parametrize("most", [examples(15), pytest.param(600, marks=pytest.mark.soak)])


@EACH
@DEPTH
def test_windows_tile_a_range(series: str, most: int, found: Found) -> None:
    """As few as can be: one for each widest window that begins in the range."""
    tried = 0

    @settings(max_examples=most)
    @given(zone=zones, start=st.integers(0, 700 * DAY), length=st.integers(1, 30 * DAY), local=st.booleans())
    def check(zone: str, start: int, length: int, local: bool) -> None:
        nonlocal tried
        service = Catalogued(series, zone)
        step, widest = service.window.step_seconds, service.window.lengths[-1][1]
        begin = int(FIRST.timestamp()) + start
        end = min(begin + length, NOW)
        assume(begin < end)
        bounds: list[Any] = [utc(begin), utc(end)]
        if local:  # the same, as they are written on the site's clocks
            bounds = [each.astimezone(service.zone).isoformat() for each in bounds]
        rows, seen, told = read(service, *bounds)
        assert seen == list(range(begin - begin % step + step, end + 1, step))
        assert rows.gaps == []
        assert all(one[1] == other[0] for one, other in pairwise(service.asked))
        if service.window.start_format == "epoch":
            least = math.ceil((end // step - begin // step) * step / widest)
        else:
            days = (
                utc(end - 1).astimezone(service.zone).date() - utc(begin).astimezone(service.zone).date()
            ).days + 1
            least = math.ceil(days / 7) if end // step > begin // step else 0
        assert len(service.asked) == rows.hits
        assert rows.hits <= least
        assert told == rows.hits
        tried += 1

    check()
    found(ranges=tried)


@EACH
@pytest.mark.parametrize("most", [examples(9), pytest.param(400, marks=pytest.mark.soak)])
def test_a_service_that_gives_less_is_followed(series: str, most: int, found: Found) -> None:
    """Its answers end where they like, and begin where the system began; every interval is accounted for."""
    tried = 0

    @settings(max_examples=most)
    @given(
        zone=zones,
        start=st.integers(0, 700 * DAY),
        length=st.integers(1, 15 * DAY),
        cap=st.integers(DAY, 9 * DAY),
        since=st.sampled_from([0, 0, 300 * DAY]),
    )
    def check(zone: str, start: int, length: int, cap: int, since: int) -> None:
        nonlocal tried
        begin = int(FIRST.timestamp()) + start
        service = Catalogued(series, zone, cap=cap, since=since and NOW - since)
        end = min(begin + length, NOW)
        assume(begin < end)
        rows, seen, _ = read(service, utc(begin), utc(end))
        whole(rows, seen, begin, end, service.window.step_seconds)
        if service.window.answer_end:
            before = [gap for gap in rows.gaps if gap.reason is not GapReason.PROVISIONAL]
            assert {gap.reason for gap in before} <= (
                {GapReason.BEFORE_OPERATION, GapReason.NOT_REPORTED} if since else set()
            )
        tried += 1

    check()
    found(ranges=tried)


@pytest.mark.parametrize(
    "series", sorted(name for name, each in TELEMETRY.items() if window_of(each).answer_end)
)
def test_a_service_that_does_not_go_on_costs_one_call(series: str) -> None:
    service = Catalogued(series, "Australia/Lord_Howe", cap=0)
    with pytest.raises(ServerError, match="go in circles"):
        read(service, utc(NOW - 20 * DAY), utc(NOW - 9 * DAY))
    assert len(service.asked) == 1


@settings(max_examples=examples(60))
@given(
    zone=zones,
    series=st.sampled_from(["battery", "ev_charger"]),
    bounds=st.tuples(st.datetimes() | st.dates(), st.datetimes() | st.dates()).map(
        lambda pair: sorted(pair, key=lambda each: each.isoformat()[:10])
    ),
)
def test_any_two_dates_of_the_calendar_are_a_range(zone: str, series: str, bounds: list[date]) -> None:
    """From the year 1 to the year 9999: a range costs what of it there can be."""
    assume(bounds[0].isoformat()[:10] < bounds[1].isoformat()[:10])
    service = Catalogued(series, zone, since=NOW - 9 * DAY)
    if bounds[0].isoformat()[:10] > utc(NOW + DAY).isoformat()[:10]:  # wherever that is
        with pytest.raises(InvalidRequest, match="lies in the future"):
            read(service, *bounds)
        assert not service.asked
        return
    assume(bounds[0].isoformat()[:10] < utc(NOW - DAY).isoformat()[:10])
    rows, seen, told = read(service, *bounds)
    gaps = rows.gaps
    assert told >= rows.hits == len(service.asked)
    assert rows.hits <= 900 * 7 * DAY // WEEK + 2
    assert all(one.end <= other.start for one, other in pairwise(gaps))
    if seen:
        assert seen == list(range(seen[0], seen[-1] + 1, 900))
    assert gaps or seen


def test_a_day_that_was_cut_short_in_its_last_interval_is_asked_for_again() -> None:
    """It is not whole: only what ends at 23:59:59 is."""
    service = Catalogued("ev_charger", "UTC", cap=2 * DAY - 899)
    begin = int(FIRST.timestamp())
    rows, seen, _ = read(service, utc(begin), utc(begin + 2 * DAY))
    assert (len(seen), rows.gaps) == (2 * 96, [])


def test_a_range_of_days_in_which_no_interval_ends_costs_nothing() -> None:
    """A date is a call for a whole day, and of these minutes it has nothing."""
    service = Catalogued("ev_charger", "America/Los_Angeles")
    rows, seen, told = read(service, "2026-03-02T10:01", "2026-03-02T10:14")
    assert (seen, told, rows.hits, rows.gaps, service.asked) == ([], 0, 0, [], [])
