"""Quarters of an hour, hours, days and months of a site's clock, in epoch seconds.

Days have 23 or 25 hours where the clock changes, and so have the months that hold them. An hour is one of the clock:
the hour that comes twice is two of them, and where a clock changes by half an hour, there is a shorter one.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from .. import _time

if TYPE_CHECKING:
    from datetime import tzinfo

QUARTER, HOUR, DAY = 900, 3600, 86400
LONGEST = {"15min": QUARTER, "hour": HOUR, "day": 25 * HOUR, "month": 31 * DAY + HOUR}
"""Seconds that one lasts at the most."""


class Bucket(NamedTuple):
    """`start < t <= stop`; `local` is what the clock shows at its start, as if that were UTC."""

    start: int
    stop: int
    local: int


def buckets(every: str, zone: tzinfo, low: int, high: int) -> list[Bucket]:
    """Those that lie in a range, all of the first and the last included; in order, without a gap between them."""
    if low >= high:
        return []
    edges = _edges(every, zone, floor(every, zone, low), high)
    offset = {edge: _offset(zone, edge) for edge in edges}
    return [Bucket(edge, stop, edge + offset[edge]) for edge, stop in pairwise(edges)]


def floor(every: str, zone: tzinfo, at: int) -> int:
    """Where the bucket begins that holds what begins at this moment."""
    if every == "15min":
        return at - at % QUARTER
    day = _time.local_date(at, zone)
    if every == "month":
        return _time.midnight(day.replace(day=1), zone)
    if every == "day":
        return _time.midnight(day, zone)
    hours = _hours(day, zone)
    return hours[max(bisect_right(hours, at) - 1, 0)]


def ceiling(every: str, zone: tzinfo, at: int) -> int:
    """Where the bucket ends that holds what ends at this moment."""
    return buckets(every, zone, at - 1, at)[-1].stop


def offsets(zone: tzinfo, low: int, high: int) -> list[tuple[int, int]]:
    """From when on the clock of a zone is how many seconds ahead of UTC; the first pair holds at `low`."""
    found = [(low, _offset(zone, low))]
    position = low
    while position < high:
        after = min(position + DAY, high)
        if _offset(zone, after) != found[-1][1]:
            found.append((_change(zone, position, after), _offset(zone, after)))
        position = after
    return found


def _edges(every: str, zone: tzinfo, first: int, high: int) -> list[int]:
    if every == "15min":
        return list(range(first, high + -high % QUARTER + 1, QUARTER))
    edges: list[int] = []
    day = _time.local_date(first, zone)
    while not edges or edges[-1] < high:
        edges += [edge for edge in _of_day(every, day, zone) if edge >= first]
        day = _next(every, day)
    return edges[: next(index for index, edge in enumerate(edges) if edge >= high) + 1]


def _of_day(every: str, day: date, zone: tzinfo) -> list[int]:
    return _hours(day, zone) if every == "hour" else [_time.midnight(day, zone)]


def _next(every: str, day: date) -> date:
    if every == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1)


@lru_cache(maxsize=4096)
def _hours(day: date, zone: tzinfo) -> list[int]:
    """Where the hours of a day begin: where its clock shows another one, or changes."""
    begin, end = _time.midnight(day, zone), _time.midnight(day + timedelta(days=1), zone)
    if end - begin == DAY and _offset(zone, begin) == _offset(zone, end):
        return list(range(begin, end, HOUR))
    found, last = [], None
    for at in range(begin, end, QUARTER):
        shown = datetime.fromtimestamp(at, zone)
        hour = (shown.date(), shown.hour, shown.utcoffset())
        if hour != last:
            found.append(at)
        last = hour
    return found


def _offset(zone: tzinfo, at: int) -> int:
    shown = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return 0 if shown is None else int(shown.total_seconds())


def _change(zone: tzinfo, early: int, late: int) -> int:
    """The moment between two at which the clock changes."""
    before = _offset(zone, early)
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late
