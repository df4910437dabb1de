"""A range of a series as the fewest calls, and the walk through it.

The plan is pure: from the catalog's facts, a range and a position comes the next call. The walk believes what
the service says of its own answers rather than the plan.

| the answer ends | the walk |
|---|---|
| at the end of the window that was asked for | goes on there |
| before it, but further than the last one | goes on there |
| before it, within a step of now | is done: the service's clock is behind, or the interval is still open |
| where it began, within an hour of now | is done, and the rest is a gap |
| where it began, otherwise | stops with a ServerError: going on would cost a call each time |
| beyond anything that could have been asked for, or nowhere | goes on where the plan says |

| the answer begins | the walk |
|---|---|
| later than asked for | the time before is a gap: the system had not reported yet |
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..errors import ServerError
from ..rows import row_type
from ..transport.messages import Request
from .decode import Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from .._time import Span
    from ..rows import Report, Row
    from ..transport.messages import Answer
    from . import Flow

_DAY = 86400
_CLOCK_MARGIN = 3600
_FIRST_SYSTEMS = 1136073600  # 2006, the year of the first Enphase hardware


class Ask(NamedTuple):
    """One call of a plan: its arguments, and where the window begins and ends that it asks for."""

    arguments: dict[str, int | str]
    start: int
    end: int


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
    earliest = _FIRST_SYSTEMS
    if window.lookback_months:
        earliest = _time.months_before(span.now, window.lookback_months) + _CLOCK_MARGIN
    return span._replace(start=max(span.start, min(earliest, span.end)))


def floor(window: Window, position: int, zone: tzinfo) -> int:
    """Where a window that holds this position begins: at a step; where dates are asked for, at local midnight."""
    if takes_dates(window):
        return _time.midnight(_time.local_date(position, zone), zone)
    return position - position % window.step_seconds


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
    return Ask(arguments, position, end)


def plan(window: Window, span: Span, zone: tzinfo) -> Iterator[Ask]:
    """The calls that a range takes of a service that gives what it is asked for: as few as can be."""
    span = clip(window, span)
    target = _target(window, span)
    position = span.start
    while position < target:
        ask = next_ask(window, floor(window, position, zone), target, zone)
        yield ask
        position = ask.end


def walk(
    operation: Operation, arguments: Mapping[str, Any], asked: Span, zone: tzinfo, report: Report
) -> Flow[Row, None]:
    """The rows of a range, window by window: `start < end <= end of the range`, in order, one for each end."""
    window = window_of(operation)
    make = row_type(window.series, tuple(name for name, _ in window.values))
    span = clip(window, asked)
    report.gap(*_times(asked.start, span.start), "outside the lookback of the service")
    target, latest = _target(window, span), min(span.end, span.now)
    reached, position = span.start, floor(window, span.start, zone)
    while position < target and reached < target:
        ask = next_ask(window, position, target, zone)
        answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
        series = Series(window, answer.document(), zone, f"{ask.arguments}", report.problems)
        began, end = _believed(window, series, ask, span.now)
        if began - ask.start > max(window.step_seconds, _DAY * takes_dates(window)):
            silent, reached = reached, max(reached, min(began, end, latest))
            report.gap(*_times(silent, reached), "before the first report of the system")
        behind = end < min(ask.end, target) and span.now - end <= window.step_seconds
        # A day that ends at 23:59:59 is a whole day: the next date is asked for then.
        position = floor(window, end + (window.step_seconds - 1) * takes_dates(window), zone)
        last = behind or max(end, position) >= target
        rows = series.rows(make, reached, span.end if last else end)
        if rows is None:
            report.gap(*_times(reached, min(end, target)), "the answer could not be read")
        elif rows:
            yield rows
        if last:
            break
        if position <= ask.start:
            if span.now - end > _CLOCK_MARGIN:
                raise _stuck(answer, ask, end)
            report.gap(*_times(max(reached, end), target), "the service's answers end here")
            break
        reached = max(reached, end)
    report.gap(*_times(max(span.start, latest), span.end), "in the future")


def date_text(window: Window, day: date) -> str:
    """A date as this endpoint writes it."""
    return day.isoformat().replace("-", "" if window.start_format == "compact_date" else "-")


def takes_dates(window: Window) -> bool:
    """Whether a window is asked for by local dates: then it is as long as those days are."""
    return window.start_format != "epoch"


def _target(window: Window, span: Span) -> int:
    """Where the last interval of a range ends: what is left of the range holds no row, and is not worth a call.

    Where dates are asked for, the row that ends at midnight may come with either day.
    """
    latest = min(span.end, span.now)
    return latest if takes_dates(window) else floor(window, latest, UTC)


def _length(window: Window, wanted: int) -> tuple[str, int]:
    return next((length for length in window.lengths if length[1] >= wanted), window.lengths[-1])


def _believed(window: Window, series: Series, ask: Ask, now: int) -> tuple[int, int]:
    """Where an answer begins and ends; the plan's word for what it does not say, or cannot be.

    No answer begins in the future. None is wider than the widest window and a day, counted from where it begins.
    """
    began = ask.start if series.start is None or series.start > now else series.start
    if series.end is None:
        return began, ask.end
    if series.end > max(ask.start, began) + window.lengths[-1][1] + _DAY:
        series.problem(f"$.{window.answer_end}", f"an end that cannot be: {series.end}")
        return began, ask.end
    return began, series.end


def _times(start: int, end: int) -> tuple[Any, Any]:
    return _time.aware(start), _time.aware(end)


def _stuck(answer: Answer, ask: Ask, end: int) -> ServerError:
    until = f"{_time.aware(end):%Y-%m-%d %H:%M:%S} UTC"
    problem = f"the answer to {ask.arguments} ends at {until}, no later than it was to begin"
    return ServerError(
        f"{answer.method} {answer.path}: {problem}. Asking on would go in circles, so the rest of the range was "
        "not asked for. Ask for the range after it, or try again later.",
        status=answer.status,
        method=answer.method,
        path=answer.path,
        problem=problem,
    )
