"""The walk through a range of a series, window by window. It believes what the service says of its own answers.

| the answer ends | the walk |
|---|---|
| at the end of the window that was asked for | goes on there |
| before it, but further than the last one | goes on there |
| a part of a step before that, and has the row that ends there | goes on where the row ends |
| in the middle of the day that was asked for, at least a step after it began | goes on with the next day |
| before it, less than a step before now | is done: the service's clock is behind, or the interval is still open |
| where it began, within an hour of now, or with rows up to the end of the range | is done |
| where it began, otherwise | hands on its rows, and stops with a ServerError: going on would cost a call each time |
| beyond anything that could have been asked for, or nowhere | goes on where the plan says |
| wherever it does, without rows, and the last report of the system came before it began | is done |
| wherever it does, without rows, as none before had any, and it says that the system has never reported | is done |

Every interval of the range (those whose end is a multiple of the step, with `start < end <= end of the range`) is a
row, or part of one gap, or of one silence:

| the interval | gap |
|---|---|
| lies further back than the lookback; it was not asked for | outside lookback |
| lies before the first row of an answer that begins later than asked, and no row came earlier | before operation |
| was not answered with a row, nor any before it, by a system that has never reported | before operation |
| was answered for, but not by a row | night, provisional or not reported: `holes.py` says which |
| was answered for, but the answer has no list of rows | unreadable |
| was asked for in vain, or not asked for any more after that | failed call, or not in plan: `failures.py` |
| ends after now | in the future |

A row may come with the window that ends where it does, or with the one that begins there: an interval that an answer
ends with is judged when the next answer has come.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..errors import EnphaseError
from ..rows import Chunk, GapReason
from ..transport.messages import Request
from .decode import Series
from .failures import Failures
from .holes import Holes
from .windows import CLOCK_MARGIN, Ask, clip, floor, next_ask, takes_dates, target_of, window_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from .._time import Span
    from ..errors import ServerError
    from ..rows import Report
    from ..transport.messages import Answer
    from . import Flow

_DAY = 86400


def walk(
    operation: Operation,
    arguments: Mapping[str, Any],
    asked: Span,
    zone: tzinfo,
    report: Report,
    *,
    tolerant: bool = False,
) -> Flow[Chunk, None]:
    """The rows of a range, window by window: `start < end <= end of the range`, in order, one for each end.

    Goes on where the report says that reading ended.
    """
    window = window_of(operation)
    span = clip(window, asked)
    walked, failures = _Walk(window, span, zone, report), Failures(report, tolerant)
    position, target = walked.begin(asked.start), walked.target
    while position < target and walked.reached < target:
        ask = next_ask(window, position, target, zone)
        try:
            answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
            series = Series(window, answer, zone, f"{ask.arguments}", report.problems)
        except EnphaseError as error:
            position, ends = ask.end, min(ask.end, target)
            if failures.note(error, walked.reached, ends):
                failures.give_up(ends, target)
                break
            walked.go_on(ends, position)
            continue
        chunk = series.chunk(walked.reached, walked.latest)
        stop = walked.stop(series, ask, chunk.keys if chunk else [])
        position = stop.position
        if chunk is None and not stop.stuck:
            ends = walked.latest if stop.last else position
            if failures.unreadable(answer, f"$.{window.rows}", walked.reached, ends):
                failures.give_up(ends, target)
                break
            walked.go_on(ends, position)
        else:
            failures.passed()
            rows = walked.take(series, ask, stop, chunk or Chunk([], tuple([] for _ in window.values)))
            if rows.keys:
                yield [rows]
            if stop.stuck:
                failures.note(_stuck(answer, ask, stop.end), walked.reached, target)
                break
        if stop.last:
            break
    walked.end()


class _Stop(NamedTuple):
    """Where an answer stops, and what that means."""

    began: int
    """Where the answer begins."""
    end: int
    """Where it ends: up to there it has answered."""
    position: int
    """Where the next window begins."""
    silent: bool
    """It has no row, as nothing has been reported since it began."""
    last: bool
    """Nothing more is to be asked for."""
    stuck: bool
    """It ends where it began."""


class _Walk:
    """How far a range has been read, and what each answer adds to that."""

    def __init__(self, window: Window, span: Span, zone: tzinfo, report: Report) -> None:
        self._window, self._span, self._zone, self._report = window, span, zone, report
        self._step, self._dates = window.step_seconds, takes_dates(window)
        self._holes = Holes(window, zone, span.now, report)
        self.target, self.latest = target_of(window, span), min(span.end, span.now)
        self._final = self.latest - self.latest % self._step  # where the last interval ends
        self.reached = span.start

    def begin(self, start: int) -> int:
        """Where the first window begins of those that are still to be asked for."""
        report, begin = self._report, self._span.start
        self.reached = start if report.reached is None else report.reached
        if self.reached >= begin and report.position is not None:
            return report.position
        position = floor(self._window, max(begin, self.reached), self._zone)
        if self.reached < begin:  # before the lookback, or in it no more since reading has ended there
            self._gap(begin, GapReason.OUTSIDE_LOOKBACK)
        self.go_on(max(begin, self.reached), position)
        return position

    def go_on(self, until: int, position: int) -> None:
        """Note that the range has been read up to here, and that the next window begins there."""
        self.reached = max(self.reached, until)
        self._report.position = position
        self._report.read(self.reached)

    def stop(self, series: Series, ask: Ask, keys: list[int]) -> _Stop:
        """Where an answer with these rows stops."""
        step, now = self._step, self._span.now
        began, end = _believed(self._window, series, ask, now)
        behind = end < min(ask.end, self.target) and now - end < step
        whole = end + -end % step
        if bisect_right(keys, whole) > bisect_right(keys, whole - step):
            end = whole  # though it says that it ends before: it has the row that ends here
        # A day that ends at 23:59:59 is a whole day: the next date is asked for then.
        position = floor(self._window, end + (step - 1) * self._dates, self._zone)
        if self._dates and position <= ask.start and end - ask.start >= step:
            tomorrow = _time.local_date(ask.start, self._zone) + timedelta(days=1)
            position = _time.midnight(tomorrow, self._zone)
        silent = not keys and (self._never(series) or _over(series, ask))
        done = keys[-1:] > [self._final - step]
        last = behind or silent or max(end, position) >= self.target
        stuck = position <= ask.start and not last
        if stuck and (now - end <= CLOCK_MARGIN or done):
            stuck, last = False, True
        return _Stop(began, end, position, silent, last, stuck)

    def take(self, series: Series, ask: Ask, stop: _Stop, chunk: Chunk) -> Chunk:
        """The rows of an answer that lie in the range; what has no row is noted."""
        step, until = self._step, self.latest
        if stop.stuck:
            until = max(chunk.keys, default=self.reached)
        elif not stop.last:
            until = max(stop.position, stop.end - stop.end % step)
        rows = chunk.between(self.reached, until)
        sure = until
        if stop.last and not stop.silent and stop.end <= self._final:
            sure = self._final - step  # the row that ends there may come with a window that is not asked for
        elif not stop.last and not stop.stuck and rows.keys[-1:] <= [until - step]:
            until -= step  # the row that ends there may come with the next window
        if not rows.keys and self._never(series):
            self._report.loosen(self.reached)
            self._gap(until, GapReason.BEFORE_OPERATION)
        else:
            if self._report.empty and stop.began - ask.start > max(step, _DAY * self._dates):
                self._gap(min(_operating(rows.keys, stop.began, step), until), GapReason.BEFORE_OPERATION)
            self._holes.note(series, rows, self.reached, until, sure)
        self._report.empty = self._report.empty and not rows.keys
        position = max(ask.start, floor(self._window, until, self._zone)) if stop.stuck else stop.position
        self.go_on(until, position)
        return rows

    def end(self) -> None:
        """Note that the range has been read."""
        self._report.gap(max(self._span.start, self.latest), self._span.end, GapReason.IN_FUTURE)
        self._report.read(self._span.end)

    def _never(self, series: Series) -> bool:
        return self._report.empty and series.never_reported

    def _gap(self, until: int, reason: GapReason) -> None:
        if until > self.reached:
            self._report.gap(self.reached, until, reason)
            self.reached = until


def _over(series: Series, ask: Ask) -> bool:
    return series.last_report_at is not None and series.last_report_at <= ask.start


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
        series.add(f"$.{window.answer_end}", f"an end that cannot be: {series.end}")
        return began, ask.end
    return began, series.end


def _operating(keys: Sequence[int], began: int, step: int) -> int:
    """Where the first interval begins of an answer that begins later than it was asked to.

    Answers begin at the midnight before the first report: the row tells when that was.
    """
    if keys and keys[0] - began <= _DAY:
        return keys[0] - 1 - (keys[0] - 1) % step
    return began - began % step


def _stuck(answer: Answer, ask: Ask, end: int) -> ServerError:
    until = f"{_time.aware(end):%Y-%m-%d %H:%M:%S} UTC"
    return answer.contradictory(
        f"the answer to {ask.arguments} ends at {until}, no later than it was to begin",
        "Asking on would go in circles, so the rest of the range was not asked for. Ask for the range after it, or try "
        "again later.",
    )
