"""Many series as one table in the order of time, piece by piece, so that it need not fit in memory."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from .buckets import DAY, HOUR, LONGEST, ceiling, floor
from .origins import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    import pyarrow as pa

    from ..archived import Archive
    from .origins import Origin
    from .shape import Shaper

ROWS = 400_000
"""Rows that are read for a piece, about."""
WIDEST = {"telemetry": 28 * DAY, "lifetime": 3650 * DAY}
"""Seconds that a piece covers at the most, unless a bucket lasts longer."""
FINE, RECENT = 7 * DAY, 42 * DAY
"""The same for the last weeks: where a file is continued, whole pieces of it stay."""


class Piece(NamedTuple):
    """A part of the table: the rows after those of the piece before, up to a position."""

    rows: pa.Table
    until: int


def opened(
    archive: Archive, origins: Sequence[Origin], every: str | None, reached: int | None
) -> list[Stream]:
    """The series, each to be read from its begin, or from where the table goes on that ends at a position."""
    systems = {origin.system_id: archive.system(origin.system_id) for origin in origins}
    streams = []
    for rank, origin in enumerate(origins):
        begin = 0 if reached is None else reached if every is None else floor(every, origin.zone, reached)
        streams.append(Stream(systems[origin.system_id], origin, rank, begin))
    return streams


def merged(shaper: Shaper, streams: Sequence[Stream]) -> Iterator[Piece]:
    """The table, in pieces. Each row ends after the piece before, and no later than its own."""
    every, zones = shaper.every, {stream.origin.zone for stream in streams}
    widest = _widest(shaper, streams)
    last = max(stream.origin.until for stream in streams)
    position = min(stream.done for stream in streams)
    while coming := [first for stream in streams if (first := stream.peek()) is not None]:
        begin = max(position, min(coming))
        position = begin + _width(shaper, widest, recent=begin + widest > last - RECENT)
        whole = position >= last
        until = {zone: _cut(every, zone, last if whole else position, whole=whole) for zone in zones}
        if whole:
            position = max(last, *until.values())
        groups = _groups(streams, max(position - begin, 1))
        yield Piece(shaper.order([shaper.shape(group, until) for group in groups]), position)
        if whole:
            return


def _groups(streams: Sequence[Stream], seconds: int) -> Iterator[list[Stream]]:
    """Streams that are shaped together: those of a system, and of so many as have few rows."""
    group: list[Stream] = []
    for _, of_system in groupby(streams, key=lambda stream: stream.origin.system_id):
        if sum(seconds / stream.origin.step for stream in group) > ROWS:
            yield group
            group = []
        group = [*group, *of_system]
    yield group


def _widest(shaper: Shaper, streams: Sequence[Stream]) -> int:
    rate = sum(1 / stream.origin.step for stream in streams)
    return min(int(ROWS / rate), WIDEST[shaper.kind])


def _width(shaper: Shaper, widest: int, *, recent: bool) -> int:
    least = LONGEST[shaper.every] if shaper.every else HOUR
    return max(min(widest, FINE) if recent else widest, least)


def _cut(every: str | None, zone: tzinfo, position: int, *, whole: bool) -> int:
    """Up to where rows are read: no bucket is cut, but by the end of all that there is."""
    if every is None:
        return position
    return ceiling(every, zone, position) if whole else floor(every, zone, position)
