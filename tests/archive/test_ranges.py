"""What of a range is read from the archive, asked for, or neither: each interval for itself, by the rule in words."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from enphase_v4.catalog import TELEMETRY
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud._time import Span
from enphase_cloud.archive.coverage import Coverage, Held, Piece
from enphase_cloud.flows.windows import Ask, earliest_of, plan, skip, window_of
from enphase_cloud.rows import GapReason

STEP, DAY = 900, 86400
WINDOW = window_of(TELEMETRY["battery"])._replace(lengths=(("day", 3 * STEP), ("week", 4 * STEP)))
"""Windows of four steps at the most: ranges that can be counted out."""
WIDEST = 4
NOW = 1_795_190_400
FIRST = NOW - NOW % STEP - 90 * STEP
EARLIEST = earliest_of(WINDOW, NOW)

CELLS = st.integers(0, 40)
KEPT = st.lists(st.tuples(CELLS, st.integers(1, 6)), max_size=4)


def kept(cells: list[tuple[int, int]], first: int = FIRST) -> list[Held]:
    return [
        Held(number, first + start * STEP, first + (start + length) * STEP, NOW, 0, {})
        for number, (start, length) in enumerate(cells)
    ]


@given(
    cells=KEPT,
    before=CELLS,
    silence=st.none() | st.tuples(CELLS, st.integers(1, 9)),
    alone=st.booleans(),
    asked_for=st.tuples(st.integers(0, 30 * STEP), st.integers(1, 20 * STEP)),
)
def test_each_interval_is_read_or_asked_for_or_known_to_be_empty(
    cells: list[tuple[int, int]],
    before: int,
    silence: tuple[int, int] | None,
    alone: bool,
    asked_for: tuple[int, int],
) -> None:
    """A call for what is kept or empty is paid for twice; no call for what is neither is a hole."""
    told = silence and (FIRST + silence[0] * STEP, FIRST + sum(silence) * STEP)
    coverage = Coverage(kept(cells), FIRST + before * STEP, alone=alone, silence=told)
    start, end = FIRST + asked_for[0], FIRST + sum(asked_for)
    first, target = start - start % STEP, end - end % STEP
    wanted = set()
    for at in range(first, target, STEP):
        silent = told is not None and told[0] <= at < told[1]
        if coverage.at(at) is None and at >= coverage.before and not silent and not alone:
            wanted.add(at)
    found = list(plan(WINDOW, Span(start, end, NOW), UTC, coverage))
    asked = [(each.start, each.end) for each in found if isinstance(each, Ask)]
    read = [each for each in found if isinstance(each, Piece)]
    reached = {at for low, high in asked for at in range(low, high, STEP)}
    assert wanted <= reached
    assert len(asked) == fewest(sorted(wanted))
    taken = reached | {at for piece in read for at in range(piece.start, piece.until, STEP)}
    assert all(at in taken for at in range(first, target, STEP) if coverage.at(at))
    begun = [max(each.start, first) for each in found]
    assert begun == sorted(set(begun))


def fewest(wanted: list[int]) -> int:
    """Windows of the widest, each where the first interval begins that the one before does not reach."""
    windows, reached = 0, 0
    for at in wanted:
        if at >= reached:
            windows, reached = windows + 1, at + WIDEST * STEP
    return windows


@pytest.mark.parametrize(
    ("at", "told", "until", "reason"),
    [
        (10, {"before": 15}, 15, GapReason.BEFORE_OPERATION),
        (10, {"before": 25}, 20, GapReason.BEFORE_OPERATION),
        (10, {"before": 50}, 20, GapReason.BEFORE_OPERATION),
        (25, {"before": 50}, 40, GapReason.BEFORE_OPERATION),
        (10, {"before": 10}, None, None),
        (10, {"silence": (10, 15)}, 15, GapReason.NOT_REPORTED),
        (10, {"silence": (5, 25)}, 20, GapReason.NOT_REPORTED),
        (10, {"silence": (5, 10)}, None, None),
        (10, {"silence": (12, 15)}, None, None),
        (10, {"before": 12, "silence": (5, 15)}, 12, GapReason.BEFORE_OPERATION),
        (10, {"alone": True}, 20, GapReason.NOT_ARCHIVED),
        (25, {"alone": True}, 40, GapReason.NOT_ARCHIVED),
        (10, {"alone": True, "silence": (12, 15)}, 12, GapReason.NOT_ARCHIVED),
        (10, {"alone": True, "silence": (12.5, 15)}, 13, GapReason.NOT_ARCHIVED),
        (10, {"alone": True, "silence": (25, 30)}, 20, GapReason.NOT_ARCHIVED),
        (15, {"alone": True, "silence": (12, 15)}, 20, GapReason.NOT_ARCHIVED),
    ],
)
def test_what_is_neither_kept_nor_asked_for_has_a_reason(
    at: int, told: dict[str, Any], until: int | None, reason: GapReason | None
) -> None:
    """It ends where something is kept (from 20 to 22 here), with the range (40), or with its reason."""
    coverage = coverage_of(told, [(20, 2)])
    found = skip(WINDOW, FIRST + at * STEP, FIRST + 40 * STEP, NOW, coverage)
    assert found == (None if until is None else (FIRST + until * STEP, reason))


def coverage_of(told: dict[str, Any], cells: list[tuple[int, int]]) -> Coverage:
    """Told in steps from the first."""
    silence = told.get("silence")
    return Coverage(
        kept(cells),
        FIRST + told.get("before", 0) * STEP,
        alone=told.get("alone", False),
        silence=silence and (FIRST + int(silence[0] * STEP), FIRST + silence[1] * STEP),
    )


def test_events_are_not_silent_where_measurements_are() -> None:
    """A system that is offline has alarms that say so."""
    window = WINDOW._replace(kind="events")
    coverage = coverage_of({"silence": (0, 90)}, [])
    assert skip(window, FIRST, NOW, NOW, coverage) is None


def test_what_lies_further_back_than_can_be_asked_for_ends_with_the_lookback_or_what_is_kept() -> None:
    def skipped(at: int, cells: list[tuple[int, int]]) -> object:
        return skip(WINDOW, at, NOW, NOW, Coverage(kept(cells, EARLIEST - 20 * STEP)))

    assert skipped(EARLIEST - 9 * STEP, []) == (EARLIEST, GapReason.OUTSIDE_LOOKBACK)
    assert skipped(EARLIEST - 9 * STEP, [(15, 2)]) == (EARLIEST - 5 * STEP, GapReason.OUTSIDE_LOOKBACK)
    assert skipped(EARLIEST - 1, []) == (EARLIEST, GapReason.OUTSIDE_LOOKBACK)
    assert skipped(EARLIEST, []) is None


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({}, 0),
        ({"fetched": NOW - STEP + STEP + 59}, 0),
        ({"fetched": NOW - STEP + STEP + 60}, 1),
        ({"final": NOW - STEP}, 1),
        ({"final": NOW - STEP - 1}, 0),
        ({"until": NOW - 2 * STEP, "fetched": NOW - 2 * STEP}, 0),
    ],
)
def test_an_answer_that_reached_its_own_time_is_the_end_for_as_long_as_it_is_fresh(
    change: dict[str, Any], asks: int
) -> None:
    """What has come since is less than a step; a call for it would find nothing, as often as somebody looks."""
    fresh = Held(1, NOW - 50 * STEP, NOW - STEP, NOW - 9 * STEP, NOW - STEP, {})._replace(**change)
    found = list(plan(WINDOW, Span(NOW - 20 * STEP, NOW, NOW), UTC, Coverage([fresh])))
    assert [type(each) for each in found] == [Piece] + [Ask] * asks


def test_an_answer_is_not_the_end_where_more_is_kept_after_it() -> None:
    fresh = Held(1, NOW - 50 * STEP, NOW - 9 * STEP, NOW - 20 * STEP, NOW - 9 * STEP, {})
    later = fresh._replace(id=2, start=NOW - 8 * STEP, until=NOW - STEP, final=NOW - STEP)
    found = list(plan(WINDOW, Span(NOW - 20 * STEP, NOW, NOW), UTC, Coverage([fresh, later])))
    assert [type(each) for each in found] == [Piece, Ask, Piece, Ask]
    cut = later._replace(start=NOW - 10 * STEP)
    found = list(plan(WINDOW, Span(NOW - 20 * STEP, NOW, NOW), UTC, Coverage([fresh, cut])))
    assert [type(each) for each in found] == [Piece, Piece, Ask]
