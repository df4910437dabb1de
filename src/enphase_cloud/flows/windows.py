"""A range of a series as the fewest calls, and the walk through it.

The plan is pure: from the catalog's facts, a range and a position comes the next call. The walk believes what
the service says of its own answers rather than the plan.

| the answer ends | the walk |
|---|---|
| at the end of the window that was asked for | goes on there |
| before it, but further than the last one | goes on there |
| before it, less than a step before now | is done: the service's clock is behind, or the interval is still open |
| where it began, within an hour of now | is done |
| where it began, otherwise | stops with a ServerError: going on would cost a call each time |
| beyond anything that could have been asked for, or nowhere | goes on where the plan says |
| wherever it does, without rows, and the last report of the system came before it began | is done |

Every interval of the range (those whose end is a multiple of the step, with `start < end <= end of the range`) is a
row, or part of one gap, or of one silence:

| the interval | gap |
|---|---|
| lies further back than the lookback; it was not asked for | outside lookback |
| lies before the first row of an answer that begins later than asked, and no row came earlier | before operation |
| was answered for, but not by a row | night, provisional or not reported: `holes.py` says which |
| was answered for, but the answer has no list of rows | unreadable |
| was asked for in vain, or not asked for any more after that | failed call, or not in plan: `failures.py` |
| ends after now | in the future |
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..errors import EnphaseError, ServerError
from ..rows import Chunk, GapReason
from ..transport.messages import Request
from .decode import Series
from .failures import Failures
from .holes import Holes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from .._time import Span
    from ..rows import Report
    from ..transport.messages import Answer
    from . import Flow

_DAY = 86400
_CLOCK_MARGIN = 3600
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
    earliest = FIRST_SYSTEMS
    if window.lookback_months:
        earliest = _time.months_before(span.now, window.lookback_months) + _CLOCK_MARGIN
    return span._replace(start=max(span.start, min(earliest, span.end)))


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
    target = _target(window, span)
    position = span.start
    while position < target:
        ask = next_ask(window, floor(window, position, zone), target, zone)
        yield ask
        position = ask.end


def walk(
    operation: Operation,
    arguments: Mapping[str, Any],
    asked: Span,
    zone: tzinfo,
    report: Report,
    *,
    tolerant: bool = False,
) -> Flow[Chunk, None]:
    """The rows of a range, window by window: `start < end <= end of the range`, in order, one for each end."""
    window = window_of(operation)
    span = clip(window, asked)
    dates, step = takes_dates(window), window.step_seconds
    target, latest = _target(window, span), min(span.end, span.now)
    failures, holes = Failures(report, tolerant), Holes(window, zone, span.now, report)
    if report.reached is None:
        report.gap(*_times(asked.start, span.start), GapReason.OUTSIDE_LOOKBACK)
        report.read(span.start)
    reached = span.start if report.reached is None else report.reached
    position = floor(window, span.start, zone) if report.position is None else report.position
    new = reached == span.start
    while position < target and reached < target:
        ask = next_ask(window, position, target, zone)
        try:
            answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
            series = Series(window, answer, zone, f"{ask.arguments}", report.problems)
        except EnphaseError as error:
            ends = min(ask.end, target)
            if failures.note(error, reached, ends):
                failures.give_up(ends, target)
                break
            reached, position = ends, ask.end
            continue
        failures.passed()
        began, end = _believed(window, series, ask, span.now)
        behind = end < min(ask.end, target) and span.now - end < step
        # A day that ends at 23:59:59 is a whole day: the next date is asked for then.
        position = floor(window, end + (step - 1) * dates, zone)
        last = behind or max(end, position) >= target
        over = series.last_report_at is not None and series.last_report_at <= ask.start
        if position <= ask.start and not last:
            if span.now - end > _CLOCK_MARGIN and not over:
                failures.note(_stuck(answer, ask, end), reached, target)
                break
            last = True
        until = latest if last else end - end % step
        chunk = series.chunk(reached, until)
        if chunk is None:
            report.gap(*_times(reached, min(until, target)), GapReason.UNREADABLE)
        else:
            if over and not chunk.keys:
                last, until = True, latest
            elif dates and until == position and chunk.keys[-1:] <= [until - step] and not last:
                until -= step  # the row that ends at midnight may come with the next day
            if new and began - ask.start > max(step, _DAY * dates):
                began = max(reached, min(_operating(chunk.keys, began, step), until))
                report.gap(*_times(reached, began), GapReason.BEFORE_OPERATION)
                reached = began
            holes.note(series, chunk, reached, until)
            new = new and not chunk.keys
        reached = max(reached, until)
        report.position = position
        report.read(reached)
        if chunk and chunk.keys:
            yield [chunk]
        if last:
            break
    report.gap(*_times(max(span.start, latest), span.end), GapReason.IN_FUTURE)
    report.read(span.end)


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

    No answer begins in the future. None is wider than the widest window and a day, counted from where it begins. One
    that tells its last date may end before that date does, an hour of a clock change early or late: it need not be
    known whether a week is seven dates or so many seconds, where a row, or the missing of it, tells.
    """
    began = ask.start if series.start is None or series.start > now else series.start
    if series.end is None:
        return began, ask.end
    if series.dated and series.end > ask.start + ask.seconds and not series.reaches(ask.start + ask.seconds):
        return began, ask.start + ask.seconds
    if series.end > max(ask.start, began) + window.lengths[-1][1] + _DAY:
        series.problem(f"$.{window.answer_end}", f"an end that cannot be: {series.end}")
        return began, ask.end
    return began, series.end


def _operating(keys: Sequence[int], began: int, step: int) -> int:
    """Where the first interval begins of an answer that begins later than it was asked to.

    Answers begin at the midnight before the first report: the row tells when that was.
    """
    if keys and keys[0] - began <= _DAY:
        return keys[0] - 1 - (keys[0] - 1) % step
    return began - began % step


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
