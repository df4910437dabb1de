"""A range of a series as the fewest calls: from the catalog's facts, a range and a position comes the next call.

`walk.py` makes them.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from .. import _time
from ..rows import GapReason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from .._time import Span
    from ..archive.coverage import Coverage, Piece

_DAY, _MINUTE = 86400, 60
CLOCK_MARGIN = 3600
"""Seconds by which the clocks of the service and of this machine are taken to differ at the most."""
FIRST_SYSTEMS = 1136073600  # 2006, the year of the first Enphase hardware


class Ask(NamedTuple):
    """One call of a plan: its arguments, and where the window begins and ends that it asks for."""

    arguments: dict[str, int | str]
    start: int
    end: int
    seconds: int
    """How long the window is by its name; one of dates may be an hour longer or shorter."""


def window_of(operation: Operation) -> Window:
    """The catalog's facts on how an operation takes time; every series has them."""
    if operation.window is None:
        msg = f"{operation.operation_id} takes no range of time"
        raise TypeError(msg)
    return operation.window


def earliest_of(window: Window, now: int) -> int:
    """The earliest moment that can be asked for: an hour inside the lookback, as clocks differ.

    Where no lookback is stated, since there have been systems.
    """
    return looking_back(window.lookback_months, now) if window.lookback_months else FIRST_SYSTEMS


def looking_back(months: int, now: int) -> int:
    """The earliest start that lies within so many months for the service, too."""
    return _time.months_before(now, months) + CLOCK_MARGIN


def floor(window: Window, position: int, zone: tzinfo) -> int:
    """Where a window that holds this position begins.

    At a step; where dates are asked for, at local midnight; where rows are not spaced (events), right there.
    """
    if takes_dates(window):
        return _time.midnight(_time.local_date(position, zone), zone)
    return position - position % (window.step_seconds or 1)


def next_ask(window: Window, position: int, target: int, zone: tzinfo) -> Ask:
    """The call that brings most of `position < end_at <= target`: the shortest window that will do, or the widest.

    `position` lies where `floor` puts it.
    """
    if takes_dates(window):
        first = _time.local_date(position, zone)
        days = (_time.local_date(target - 1, zone) - first).days + 1
        word, seconds = _length(window, days * _DAY)
        end = _time.midnight(first + timedelta(days=seconds // _DAY), zone)
        start: int | str = date_text(window, first)
    else:
        word, seconds = _length(window, target - position)
        end, start = position + seconds, position
    arguments = {window.start: start}
    if window.granularity:
        arguments[window.granularity] = word
    if window.end:
        end = min(end, target)
        arguments[window.end] = end
    return Ask(arguments, position, end, seconds)


def plan(window: Window, span: Span, zone: tzinfo, coverage: Coverage) -> Iterator[Ask | Piece]:
    """The calls that a range takes of a service that gives what it is asked for, and what is read without one.

    As few as can be.
    """
    target = target_of(window, span)
    reached = max(span.start, FIRST_SYSTEMS)
    position = floor(window, reached, zone)
    while position < target and reached < target:
        begins = max(position, reached)
        piece = coverage.at(begins)
        skipped = None if piece else skip(window, begins, target, span.now, coverage)
        if piece is not None:
            yield piece
            if rests(window, piece, coverage):
                return
            position = piece.until
        elif skipped is not None:
            reached = skipped.until
            position = max(position, floor(window, reached, zone))
        else:
            ask = next_call(window, position, target, zone, coverage)
            yield ask
            position = ask.end


class Skipped(NamedTuple):
    """A part of a range that is neither asked for nor kept."""

    until: int
    reason: GapReason


def skip(window: Window, position: int, target: int, now: int, coverage: Coverage) -> Skipped | None:
    """What begins here, and is not kept, where it is not asked for either. The first line that fits counts.

    | what begins here | is |
    |---|---|
    | the service said that there is nothing before a later moment | before operation, until then |
    | telemetry, and the system had not reported until a later moment, as it was last told | not reported, until then |
    | the archive alone is read | not archived |
    | further back than can be asked for | outside lookback, up to there |
    """
    ahead = coverage.next_start(position)
    until = target if ahead is None else min(ahead, target)
    earliest = earliest_of(window, now)
    if position < coverage.before:
        return Skipped(min(coverage.before, until), GapReason.BEFORE_OPERATION)
    if window.kind == "telemetry" and coverage.silence is not None:
        silent, told = coverage.silence
        if silent <= position < told:
            return Skipped(min(told, until), GapReason.NOT_REPORTED)
        if coverage.alone and position < silent:
            until = min(until, silent + -silent % window.step_seconds)
    if coverage.alone:
        return Skipped(until, GapReason.NOT_ARCHIVED)
    return Skipped(min(earliest, until), GapReason.OUTSIDE_LOOKBACK) if position < earliest else None


def next_call(window: Window, position: int, target: int, zone: tzinfo, coverage: Coverage) -> Ask:
    """The call that brings most of what is not kept."""
    return next_ask(window, position, coverage.needed(position, window.lengths[-1][1], target), zone)


def rests(window: Window, piece: Piece, coverage: Coverage) -> bool:
    """Whether nothing more is to be had yet: the answer went up to its own time, and is not due again."""
    held = piece.held
    newest = piece.until == held.until and coverage.next_start(piece.start) is None
    fresh = not coverage.alone and held.final < held.until
    return newest and fresh and held.fetched - held.until < window.step_seconds + _MINUTE


def target_of(window: Window, span: Span) -> int:
    """Where the last interval of a range ends: what is left of the range holds no row, and is not worth a call.

    Where dates are asked for, the row that ends at midnight may come with either day; a range in which no interval
    ends is over where it begins.
    """
    latest, step = min(span.end, span.now), window.step_seconds or 1
    if takes_dates(window):
        return latest if latest // step > span.start // step else span.start
    return floor(window, latest, UTC)


def date_text(window: Window, day: date) -> str:
    """A date as this endpoint writes it."""
    return day.isoformat().replace("-", "" if window.start_format == "compact_date" else "-")


def takes_dates(window: Window) -> bool:
    """Whether a window is asked for by local dates: then it is as long as those days are."""
    return window.start_format != "epoch"


def _length(window: Window, wanted: int) -> tuple[str, int]:
    return next((length for length in window.lengths if length[1] >= wanted), window.lengths[-1])
