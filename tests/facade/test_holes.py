"""Where a night begins and ends among the intervals, and which holes are one doubt."""

from __future__ import annotations

from datetime import UTC
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from enphase_v4.catalog import TELEMETRY

from enphase_cloud.flows.holes import TWILIGHT, Holes
from enphase_cloud.flows.night import nights, place_of
from enphase_cloud.flows.windows import window_of
from enphase_cloud.rows import Chunk, Report

DAY, STEP = 86400, 300
NOON = 1_782_043_200  # 2026-06-21, noon in UTC
MICRO = window_of(TELEMETRY["production_micro"])
SILENT: Any = SimpleNamespace(last_energy_at=None, last_report_at=None, total_devices=None)


def rows(*ends: int) -> Chunk:
    return Chunk(list(ends), tuple([1.0] * len(ends) for _ in MICRO.values))


def noted(zone: str, after: int, until: int, now: int, *, sure: int) -> Report:
    report = Report()
    Holes(MICRO, ZoneInfo(zone), report).note(SILENT, rows(), after, until, sure=sure, now=now)
    return report


def night(zone: str, noon: int) -> tuple[int, int]:
    """The first after this noon that ends by the next, in seconds, which are no multiples of a step."""
    place = place_of(ZoneInfo(zone))
    assert place is not None
    return max(nights(place, noon, noon + DAY), key=lambda each: each[1] - each[0])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Africa/Johannesburg"])
def test_a_night_has_the_intervals_in_which_it_begins_and_ends(zone: str) -> None:
    dusk, dawn = night(zone, NOON)
    assert dusk % STEP
    assert dawn % STEP
    low, high = dusk - dusk % STEP, dawn - dawn % STEP + STEP
    report = noted(zone, NOON, NOON + DAY, NOON + 9 * DAY, sure=NOON + DAY)
    assert [gap[:2] for gap in report.silences] == [(low, high)]
    assert [gap[:2] for gap in report.gaps] == [(NOON, low), (high, NOON + DAY)]


def test_a_night_is_settled_where_it_cannot_be_dawn_that_it_ends_with() -> None:
    """A long night that goes on, wherever in its zone the site may lie: a next window has no row of its end."""
    zone = "Africa/Johannesburg"
    dusk, dawn = (moment - moment % STEP for moment in night(zone, NOON))
    assert dawn - dusk > 3 * TWILIGHT

    def loose(low: int, high: int) -> int | None:
        return noted(zone, low, high, high + 9 * DAY, sure=high - STEP).loose

    assert loose(dusk, dusk + TWILIGHT + STEP) is None
    assert loose(dusk, dusk + TWILIGHT) == dusk + TWILIGHT - STEP
    assert loose(dusk, dawn - TWILIGHT + STEP) == dawn - TWILIGHT
    assert loose(dusk, dawn) == dawn - STEP


def test_holes_within_a_day_of_each_other_are_one_doubt() -> None:
    """Each doubt is a call when it is due."""
    holes = Holes(MICRO, UTC, Report())

    def doubts(apart: int) -> list[tuple[int, int]]:
        second = NOON + 2 * STEP + apart
        kept = rows(NOON + STEP, *range(NOON + 3 * STEP, second + STEP, STEP), second + 2 * STEP)
        return holes.doubts(kept, NOON, second + 2 * STEP, NOON + 9 * DAY)

    assert doubts(DAY) == [(NOON + STEP, NOON + 3 * STEP + DAY)]
    assert doubts(DAY + STEP) == [
        (NOON + STEP, NOON + 2 * STEP),
        (NOON + 3 * STEP + DAY, NOON + 4 * STEP + DAY),
    ]
