"""Which windows are asked for: the fewest that can be, newest first."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from enphase_v4.catalog import OPERATIONS, TELEMETRY
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud._time import local_date, midnight
from enphase_cloud.archive.coverage import Coverage, Held
from enphase_cloud.flows.windows import window_of
from enphase_cloud.sync.plan import Aim, Part, Site, backwards, fewest, missing, reckon
from enphase_cloud.sync.tracks import Track, choice_of, tracks_of

STEP, DAY = 900, 86400
WINDOW = window_of(TELEMETRY["battery"])._replace(lengths=(("day", 3 * STEP), ("week", 4 * STEP)))
"""Windows of four steps at the most: grids that can be counted out."""
WIDEST = 4
BATTERY = Track(1, "telemetry", "battery", None, TELEMETRY["battery"], {"system_id": 1})
NOW = 1_795_190_400

KEPT = st.lists(st.tuples(st.integers(0, 24), st.integers(1, 6)), max_size=5)


def fewest_by_counting(cells: frozenset[int]) -> int:
    """The fewest windows over these cells: every window that could begin is tried."""

    @cache
    def least(left: frozenset[int]) -> int:
        if not left:
            return 0
        first = min(left)
        return 1 + min(
            least(left - set(range(begin, begin + WIDEST))) for begin in range(first - WIDEST + 1, first + 1)
        )

    return least(cells)


@given(KEPT, st.integers(0, 10), st.integers(11, 30))
def test_no_other_windows_cover_what_is_missing_with_fewer_calls(
    kept: list[tuple[int, int]], lower: int, target: int
) -> None:
    """A greedy that begins at the wrong end, or does not join gaps over what is kept, pays more than the least."""
    held = [
        Held(number, start * STEP, (start + length) * STEP, (start + length) * STEP, 0, {})
        for number, (start, length) in enumerate(kept)
    ]
    coverage = Coverage(held)
    gaps = missing(coverage, lower * STEP, target * STEP)
    cells = frozenset(
        cell
        for cell in range(lower, target)
        if not any(start <= cell < start + length for start, length in kept)
    )
    assert {at // STEP for gap in gaps for at in range(gap.start, gap.end, STEP)} == cells
    windows = backwards(WINDOW, UTC, gaps)
    reached = {at // STEP for start, end in windows for at in range(start, end, STEP)}
    assert cells <= reached
    assert len(windows) == fewest_by_counting(cells) == fewest(WINDOW, UTC, gaps)
    assert all(0 < end - start <= WIDEST * STEP for start, end in windows)
    assert all(start % STEP == end % STEP == 0 for start, end in windows)
    ends = [end for _, end in windows]
    assert ends == sorted(ends, reverse=True)
    assert all(earlier.end <= later.start for later, earlier in pairwise(windows))


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "UTC"])
def test_windows_of_dates_begin_at_midnight_and_are_no_longer_than_a_week_of_seconds(zone: str) -> None:
    """A week with a clock change has an hour more: a service that counts seconds would leave it to another call."""
    window, place = window_of(TELEMETRY["ev_charger"]), ZoneInfo(zone)
    gaps = [Part(NOW - 730 * DAY, NOW)]
    windows = backwards(window, place, gaps)
    assert windows[0].end == NOW
    for start, end in windows:
        assert start == midnight(local_date(start, place), place)
        assert end - start <= 7 * DAY
    assert [later.start for later in windows[:-1]] == [earlier.end for earlier in windows[1:]]
    assert len(windows) in (105, 106, 107)


def plan_of(
    held: list[Held], *, site: Site | None = None, track: Track = BATTERY, before: int = 0, **aim: object
) -> list[Part]:
    def recall(key: object, fresh_since: int, as_of: int) -> Coverage:
        return Coverage(held, before, fresh_since=fresh_since)

    place = site or Site(UTC, NOW, NOW - 60)
    return reckon(track, place, Aim(NOW, **aim), recall, now=NOW).parts  # type: ignore[arg-type]


def held(start: int, until: int, final: int, fetched: int, number: int = 0) -> Held:
    return Held(number, start, until, final, fetched, {})


WHOLE = held(NOW - 800 * DAY, NOW - DAY, NOW - 3 * DAY, NOW - DAY)


def test_the_first_sync_takes_the_whole_lookback_from_now_backwards() -> None:
    """The part that is not final and the days before it share one call."""
    windows = plan_of([])
    assert windows[0] == Part(NOW - 7 * DAY, NOW)
    assert len(windows) == 105  # 730 days less the hour by which clocks may differ
    assert windows[-1].start >= NOW - 731 * DAY


def test_a_day_later_what_is_not_final_and_what_is_new_are_one_call() -> None:
    """Two calls here would be 60 hits a month and series too many."""
    assert plan_of([WHOLE]) == [Part(NOW - 3 * DAY, NOW)]


def test_what_is_fresh_is_not_asked_for_again() -> None:
    """A second sync right after the first costs nothing, also across a quarter of an hour that has just ended."""
    fresh = held(NOW - 800 * DAY, NOW - 900, NOW - 2 * DAY, NOW - 60)
    assert plan_of([fresh]) == []
    assert plan_of([fresh], refresh=True) == [Part(NOW - 2 * DAY, NOW)]
    old = fresh._replace(until=NOW - 1800, fetched=NOW - 901)
    assert plan_of([old]) == [Part(NOW - 2 * DAY, NOW)]


def test_before_operation_and_before_since_nothing_is_asked_for() -> None:
    """A service that said that there is nothing would be asked for it every day."""
    assert plan_of([], before=NOW - 3 * DAY) == [Part(NOW - 3 * DAY, NOW)]
    assert plan_of([], since=NOW - 8 * DAY) == [Part(NOW - 7 * DAY, NOW), Part(NOW - 8 * DAY, NOW - 7 * DAY)]


SILENT = Site(UTC, NOW, NOW - 60 * DAY)
MICRO = Track(1, "telemetry", "production_micro", None, TELEMETRY["production_micro"], {"system_id": 1})


def test_a_silence_is_not_asked_for() -> None:
    """The list of systems says that there is nothing: laid backwards, windows of a silence are a call for each week."""
    windows = plan_of([], site=SILENT, track=MICRO)
    assert windows[0] == Part(NOW - 67 * DAY, NOW - 60 * DAY)
    assert plan_of([], site=SILENT, track=MICRO, refresh=True) == windows


def test_what_came_before_a_silence_is_asked_for_until_it_is_final() -> None:
    """A system that is gone would cost a hit a day for each series, for good; or its last days would stay as they were
    when they were young."""
    known = held(NOW - 800 * DAY, NOW - 5 * DAY, NOW - 60 * DAY, NOW - 5 * DAY)
    assert plan_of([known], site=SILENT, track=MICRO) == []
    again = SILENT._replace(last_report=NOW - DAY)
    assert plan_of([known], site=again, track=MICRO) != []
    young = held(NOW - 800 * DAY, NOW - 60 * DAY, NOW - 61 * DAY, NOW - 59 * DAY)
    assert plan_of([young], site=SILENT, track=MICRO) == [Part(NOW - 61 * DAY, NOW - 60 * DAY)]
    assert plan_of([young._replace(fetched=NOW - 57 * DAY)], site=SILENT, track=MICRO) == []


def test_a_lifetime_series_is_one_call_whatever_is_kept() -> None:
    """Its newest days are of today: the answer of yesterday does not have them."""
    track = next(each for each in tracks_of(1, [], choice_of(["lifetime:battery"])))
    (part,) = plan_of([], track=track)
    start, until = part
    yesterday = held(start, until - DAY, until - 3 * DAY, NOW - DAY)
    assert plan_of([yesterday], track=track) == [part]
    assert plan_of([yesterday._replace(until=until, fetched=NOW - 3000)], track=track) == []
    assert plan_of([yesterday._replace(until=until, fetched=NOW - 3700)], track=track) == [part]


def test_events_and_alarms_go_as_far_back_as_the_service_does() -> None:
    """Nine months in windows of a week."""
    events = Track(1, "log", "events", None, OPERATIONS["listSystemEvents"], {"system_id": 1})
    windows = plan_of([], track=events)
    assert windows[0] == Part(NOW - 7 * DAY, NOW)
    assert len(windows) == 39 + (273 % 7 > 0)


NEVER = Site(UTC, NOW, None, never=True)


@pytest.mark.parametrize(("site", "first"), [(NEVER, 1), (SILENT, 39)], ids=["never reported", "silent"])
def test_logs_of_a_quiet_system_are_asked_for_when_a_window_is_full(site: Site, first: int) -> None:
    """Three hits a day, for ever, to hear that nothing has happened: one of five days loses nothing."""
    events = Track(1, "log", "events", None, OPERATIONS["listSystemEvents"], {"system_id": 1})
    assert len(plan_of([], site=site, track=events)) == first
    for days, calls in ((1, 0), (4, 0), (5, 1)):
        fetched = NOW - days * DAY
        known = held(NOW - 300 * DAY, fetched, fetched - 2 * DAY, fetched)
        assert len(plan_of([known], site=site, track=events)) == calls, days


def test_logs_begin_a_day_before_the_system_did() -> None:
    """Nobody was there to see anything: 21 calls in vain for a system of seven months."""
    events = Track(1, "log", "events", None, OPERATIONS["listSystemEvents"], {"system_id": 1})
    young = Site(UTC, NOW, NOW - 60, NOW - 20 * DAY)
    assert plan_of([], site=young, track=events)[-1].start == NOW - 21 * DAY
    assert len(plan_of([], site=young, track=events)) == 3
