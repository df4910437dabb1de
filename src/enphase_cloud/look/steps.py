"""Values for each step of time, and why one is missing or less than it should be.

| step | energy_wh | reason |
|---|---|---|
| all of it was measured | the sum | None |
| a part of it was measured | the sum of that part | why the rest is missing |
| nothing of it was measured | None: a gap, never zero | why |

At night microinverters sleep, and their silence is a measured zero.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ..rows import GapReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TO_COME = str(GapReason.IN_FUTURE)
BEFORE = str(GapReason.BEFORE_OPERATION)
NOT_REPORTED = str(GapReason.NOT_REPORTED)
NOT_ARCHIVED = str(GapReason.NOT_ARCHIVED)
_TELLING = (
    TO_COME,
    BEFORE,
    NOT_REPORTED,
    str(GapReason.UNREADABLE),
    str(GapReason.FAILED),
    str(GapReason.NOT_IN_PLAN),
    str(GapReason.PROVISIONAL),
    str(GapReason.OUTSIDE_LOOKBACK),
    NOT_ARCHIVED,
)
"""Reasons, the one that says most first."""
EXPECTED = frozenset({TO_COME, BEFORE})
"""Why something is missing that nobody misses."""


class Value(NamedTuple):
    """The energy of a step of time. See the module for what goes together."""

    energy_wh: float | None
    reason: str | None = None

    @property
    def whole(self) -> bool:
        """Whether all of the step was measured."""
        return self.energy_wh is not None and self.reason is None

    @property
    def missed(self) -> bool:
        """Whether something is missing that should be there: not what is to come, or was before operation."""
        return self.reason is not None and self.reason not in EXPECTED


class Stretch(NamedTuple):
    """A part of time in epoch seconds, and what is the matter with it."""

    start: int
    end: int
    reason: str


class Stretches:
    """Parts of time, in order, that do not overlap."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self.all = sorted(stretches)
        self._ends = [each.end for each in self.all]

    def within(self, start: int, end: int) -> list[Stretch]:
        """What of them lies between two times."""
        found = []
        for index in range(bisect_right(self._ends, start), len(self.all)):
            each = self.all[index]
            if each.start >= end:
                break
            found.append(Stretch(max(start, each.start), min(end, each.end), each.reason))
        return found


class Measured(NamedTuple):
    """A value of a series by the ends of its intervals, and what there is in the place of the others."""

    step: int
    """Seconds that an interval lasts."""
    ends: Sequence[int]
    values: Sequence[float | None]
    gaps: Stretches
    silences: Stretches

    def between(self, start: int, end: int) -> list[float]:
        """The values of the intervals with `start < end_of_interval <= end`, as far as there are any."""
        low, high = bisect_right(self.ends, start), bisect_right(self.ends, end)
        return [value for value in self.values[low:high] if value is not None]

    def last(self, start: int, end: int) -> int | None:
        """The end of the last of those intervals; None where there is none."""
        low, high = bisect_right(self.ends, start), bisect_right(self.ends, end)
        return next(
            (self.ends[at] for at in range(high - 1, low - 1, -1) if self.values[at] is not None), None
        )

    def summed(self, edges: Sequence[int]) -> list[Value]:
        """The sums for the steps between the edges. An interval is of the step in which it lies."""
        return [self._sum(start, end) for start, end in pairwise(edges)]

    def _sum(self, start: int, end: int) -> Value:
        found = self.between(start, end)
        quiet = sum(each.end - each.start for each in self.silences.within(start, end))
        if not found and not quiet:
            return Value(None, self.why(start, end))
        whole = len(found) * self.step + quiet >= end - start
        return Value(sum(found), None if whole else self.why(start, end))

    def why(self, start: int, end: int) -> str:
        """Why something is missing between two times."""
        return most_telling(each.reason for each in self.gaps.within(start, end)) or NOT_REPORTED


def most_telling(reasons: Iterable[str | None]) -> str | None:
    """The reason to name where there are several; None where there is none."""
    known = {each for each in reasons if each is not None}
    return next((each for each in _TELLING if each in known), min(known, default=None))


def added(values: Sequence[Value], *, expected: bool = False) -> Value:
    """The value of a step that consists of these, whose energy is what is known of it.

    What was before operation does not make it less than it should be; nor does what is to come, where `expected`.
    """
    known = [each.energy_wh for each in values if each.energy_wh is not None]
    reasons = {each.reason for each in values if each.reason is not None}
    if not known:
        return Value(None, most_telling(reasons))
    return Value(sum(known), most_telling(reasons - (EXPECTED if expected else {BEFORE})))


def runs(values: Sequence[Value], edges: Sequence[int]) -> list[Stretch]:
    """The steps that are missing, or less than they should be, as stretches: not what nobody misses."""
    found: list[Stretch] = []
    for index, value in enumerate(values):
        if value.reason is None or not value.missed:
            continue
        start, end = edges[index], edges[index + 1]
        if found and found[-1].end == start and found[-1].reason == value.reason:
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Stretch(start, end, value.reason))
    return found
