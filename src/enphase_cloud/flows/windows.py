"""A range of a series as the fewest calls: from the catalog's facts, a range and a position comes the next call.

`walk.py` makes them.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from .. import _time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from .._time import Span

_DAY = 86400
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


def clip(window: Window, span: Span) -> Span:
    """The part of a range that can be asked for: an hour inside the lookback, as clocks differ.

    Where no lookback is stated, since there have been systems.
    """
    months = window.lookback_months
    earliest = looking_back(months, span.now) if months else FIRST_SYSTEMS
    return span._replace(start=max(span.start, min(earliest, span.end)))


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


def plan(window: Window, span: Span, zone: tzinfo) -> Iterator[Ask]:
    """The calls that a range takes of a service that gives what it is asked for: as few as can be."""
    span = clip(window, span)
    target = target_of(window, span)
    position = span.start
    while position < target:
        ask = next_ask(window, floor(window, position, zone), target, zone)
        yield ask
        position = ask.end


def target_of(window: Window, span: Span) -> int:
    """Where the last interval of a range ends: what is left of the range holds no row, and is not worth a call.

    Where dates are asked for, the row that ends at midnight may come with either day.
    """
    latest = min(span.end, span.now)
    return latest if takes_dates(window) else floor(window, latest, UTC)


def date_text(window: Window, day: date) -> str:
    """A date as this endpoint writes it."""
    return day.isoformat().replace("-", "" if window.start_format == "compact_date" else "-")


def takes_dates(window: Window) -> bool:
    """Whether a window is asked for by local dates: then it is as long as those days are."""
    return window.start_format != "epoch"


def _length(window: Window, wanted: int) -> tuple[str, int]:
    return next((length for length in window.lengths if length[1] >= wanted), window.lengths[-1])
