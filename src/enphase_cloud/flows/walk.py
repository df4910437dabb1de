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
| lies further back than the lookback; it is not kept, and was not asked for | outside lookback |
| lies before what the service said, at another time, to be the begin of what it has | before operation |
| is not kept, and the archive alone is read | not archived |
| lies before the first row of an answer that begins later than asked, and no row came earlier | before operation |
| was not answered with a row, nor any before it, by a system that has never reported | before operation |
| was answered for, but not by a row | night, provisional or not reported: `holes.py` says which |
| was answered for, but the answer has no list of rows | unreadable |
| was asked for in vain, or not asked for any more after that | failed call, or not in plan: `failures.py` |
| ends after now | in the future |

What is kept in the archive (`archive/coverage.py`) is read from there: an answer of then takes the place of a call.
What was paid for is kept before it is handed on, with how far it is final; also what cannot be read, as a later version
may.

A row may come with the window that ends where it does, or with the one that begins there: an interval that an answer
ends with is judged when the next answer has come.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..archive.settling import due_after, final_until
from ..archive.shelf import Keep, Recall, Reopen, range_key
from ..errors import DecodeError, EnphaseError
from ..rows import LAST_EPOCH, Chunk, GapReason
from ..transport.messages import Request
from .decode import Series
from .failures import Failures
from .holes import FINAL, Holes, doubtful_from, late_of
from .windows import (
    CLOCK_MARGIN,
    FIRST_SYSTEMS,
    Ask,
    floor,
    next_call,
    rests,
    skip,
    takes_dates,
    target_of,
    window_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from .._time import Span
    from ..archive.coverage import Coverage, Key, Piece
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
    recall = Recall(range_key(operation.operation_id, arguments), due_after(window))
    walked, failures = _Walk(window, asked, zone, report), Failures(report, tolerant)
    position, target = walked.begin(), walked.target
    coverage: Coverage = yield recall
    while position < target and walked.reached < target:
        begins = max(position, walked.reached)
        piece = coverage.at(begins)
        skipped = None if piece else skip(window, begins, target, asked.now, coverage)
        if skipped is not None:
            position = walked.skip(position, *skipped)
            continue
        answer, paid = None, piece is None
        ask = _of(piece) if piece else next_call(window, position, target, zone, coverage)
        try:
            if piece is None:
                answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
            else:
                answer = yield Reopen(recall.key, piece.held)
                if answer is None:  # it was lost on the disk, and is asked for like anything else
                    coverage = yield recall
                    continue
            series = Series(window, answer, zone, f"{ask.arguments}", report.problems)
        except EnphaseError as error:
            if paid and isinstance(error, DecodeError) and answer is not None:
                yield _unread(recall.key, ask, answer)
            position, ends = ask.end, min(ask.end, target)
            if failures.note(error, walked.reached, ends):
                failures.give_up(ends, target)
                break
            walked.go_on(ends, position)
            continue
        chunk = series.chunk(min(walked.reached, ask.start), LAST_EPOCH)
        if piece is not None:
            stop = walked.stop_of(piece, series, coverage)
        else:
            stop = walked.stop(series, ask, chunk.keys if chunk else [])
        position = stop.position
        if chunk is None and not stop.stuck:
            if paid:
                yield _unread(recall.key, ask, answer)
            ends = walked.latest if stop.last else position
            if failures.unreadable(answer, f"$.{window.rows}", walked.reached, ends):
                failures.give_up(ends, target)
                break
            walked.go_on(ends, position)
        else:
            failures.passed()
            chunk = chunk or Chunk([], tuple([] for _ in window.values))
            if paid:
                yield walked.kept(recall.key, series, ask, stop, chunk=chunk, answer=answer)
            rows = walked.take(series, ask, stop, chunk, piece)
            if rows.keys:
                yield [rows]
            del rows
            if stop.stuck:
                failures.note(_stuck(answer, ask, stop.end), walked.reached, target)
                break
        if stop.last:
            break
        del answer, series, chunk  # no two answers are to be in memory at once
        if paid:
            del coverage
            coverage = yield recall  # others may have fetched what comes next
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
        self._holes = Holes(window, zone, report)
        self.target, self.latest = target_of(window, span), min(span.end, span.now)
        self._final = self.latest - self.latest % self._step  # where the last interval ends
        self.reached = span.start if report.reached is None else report.reached

    def begin(self) -> int:
        """Where the first window begins of those that are still to be read."""
        if self._report.position is not None:
            return self._report.position
        self._gap(min(FIRST_SYSTEMS, self._span.end), GapReason.OUTSIDE_LOOKBACK)
        position = floor(self._window, self.reached, self._zone)
        self.go_on(self.reached, position)
        return position

    def skip(self, position: int, until: int, reason: GapReason) -> int:
        """Note a part that is neither asked for nor kept; returns where the next window begins."""
        until = min(until, self.latest)
        if reason is not GapReason.BEFORE_OPERATION or self._report.empty:
            self._gap(until, reason)
        else:
            self._gap(until, GapReason.NOT_REPORTED)
        position = max(position, floor(self._window, until, self._zone))
        self.go_on(until, position)
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
        position = floor(self._window, end + self._dates, self._zone)
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

    def stop_of(self, piece: Piece, series: Series, coverage: Coverage) -> _Stop:
        """Where a part of an answer stops that is kept: that was decided when it came."""
        began, _ = _believed(self._window, series, _of(piece), piece.held.fetched)
        last = piece.until >= self.target or rests(self._window, piece, coverage)
        return _Stop(began, piece.until, piece.until, silent=False, last=last, stuck=False)

    def kept(self, key: Key, series: Series, ask: Ask, stop: _Stop, *, chunk: Chunk, answer: Answer) -> Keep:
        """What is to be kept of an answer: what it covers, and up to where it is final."""
        until = min(max(stop.position, self.target) if stop.last else stop.position, self._span.now)
        if stop.stuck:
            until = ask.start
        never = ask.start if self._never(series) and not chunk.keys else None
        loosening = (
            never,
            late_of(series),
            doubtful_from(self._window, series, chunk, until, self._span.now),
        )
        loose = min((doubt for doubt in loosening if doubt is not None), default=None)
        final = final_until(ask.start, until, loose, self._span.now)
        if final < until:
            final = max(ask.start, floor(self._window, final, self._zone))
        before, begins = None, ask.start
        if chunk.keys and self._moved(stop, ask):
            begins = _operating(chunk.keys, stop.began, self._step)
            # What is young may come late, and then before what came first.
            before = begins if begins < self._span.now - FINAL else None
        doubts = self._holes.doubts(chunk, begins, min(final, until - self._step), self._span.now)
        return Keep(key, ask.arguments, ask.start, until, final, answer, before, doubts)

    def take(self, series: Series, ask: Ask, stop: _Stop, chunk: Chunk, piece: Piece | None) -> Chunk:
        """The rows of an answer that lie in the range; what has no row is noted."""
        step, until = self._step, min(self.latest, piece.until) if piece else self.latest
        now = piece.held.fetched if piece else self._span.now
        if stop.stuck:
            until = max(chunk.between(self.reached, self.latest).keys, default=self.reached)
        elif not stop.last:
            until = max(stop.position, stop.end - stop.end % step)
        elif piece:
            until = self.latest
        rows = chunk.between(self.reached, min(until, self.latest))
        sure = until
        if stop.last and not stop.silent and stop.end <= self._final:
            sure = self._final - step  # the row that ends there may come with a window that is not asked for
        elif not stop.last and not stop.stuck and rows.keys[-1:] <= [until - step]:
            until -= step  # the row that ends there may come with the next window
        if not rows.keys and self._never(series):
            self._report.loosen(self.reached)
            self._gap(until, GapReason.BEFORE_OPERATION)
        else:
            if self._report.empty and self._moved(stop, ask):
                self._gap(min(_operating(rows.keys, stop.began, step), until), GapReason.BEFORE_OPERATION)
            self._holes.note(series, rows, self.reached, until, sure=sure, now=now)
        if piece and until > piece.held.final:
            self._report.loosen(max(self.reached, piece.held.final))
        self._report.empty = self._report.empty and not rows.keys
        position = max(ask.start, floor(self._window, until, self._zone)) if stop.stuck else stop.position
        self.go_on(until, position)
        return rows

    def end(self) -> None:
        """Note that the range has been read."""
        self._report.gap(max(self._span.start, self.latest), self._span.end, GapReason.IN_FUTURE)
        self._report.read(self._span.end)

    def _moved(self, stop: _Stop, ask: Ask) -> bool:
        """Whether an answer begins later than it was asked to: where the system began to report."""
        return stop.began - ask.start > max(self._step, _DAY * self._dates)

    def _never(self, series: Series) -> bool:
        return self._report.empty and series.never_reported

    def _gap(self, until: int, reason: GapReason) -> None:
        if until > self.reached:
            self._report.gap(self.reached, until, reason)
            self.reached = until


def _of(piece: Piece) -> Ask:
    """What was asked for then; of the part that is used now, the end."""
    return Ask(dict(piece.held.asked), piece.held.start, piece.until, piece.until - piece.held.start)


def _unread(key: Key, ask: Ask, answer: Answer) -> Keep:
    """An answer that nobody can read yet covers nothing."""
    return Keep(key, ask.arguments, ask.start, ask.start, ask.start, answer)


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
