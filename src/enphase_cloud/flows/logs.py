"""Events and alarms of a range: what happened, window by window, each once.

| the service | the reading |
|---|---|
| gives what began before its window, or at the moment where two windows meet | hands it on the first time |
| gives two with the same device, type and start, or the same id, in one answer | hands both on, if they are not equal |
| refuses a window that is older than six months (422) | makes a gap of what is: outside lookback |
| answers without a list | makes a gap of the window: unreadable; of two in a row `failures.py` says more |

Settled is what began before the first that is still open, and before the last day: that may still come, or change.

The document lets windows begin nine months ago, the vendor's release notes six: more is asked for until it is refused.
"""

from __future__ import annotations

from datetime import UTC
from math import inf
from typing import TYPE_CHECKING, Any

from enphase_v4.models import EventStatus

from ..archive.settling import LATEST, OPEN, due_after, final_until
from ..archive.shelf import Keep, Recall, Reopen, range_key
from ..errors import EnphaseError, InvalidRequest
from ..records.base import Notes, read_records
from ..records.site import Alarm, Event
from ..rows import GapReason
from ..transport.messages import Request
from .failures import Failures
from .holes import SETTLING
from .windows import looking_back, next_call, rests, skip, window_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from enphase_v4.catalog import Operation

    from .._time import Span
    from ..archive.coverage import Coverage, Key
    from ..records.base import Record
    from ..rows import Report
    from ..transport.messages import Answer
    from . import Flow
    from .windows import Ask

_SHORTER_LOOKBACK = 6
_IDENTITY: dict[type[Record], tuple[str, ...]] = {
    Event: ("event_type_id", "event_start_time", "serial_number"),
    Alarm: ("id",),
}


def log(
    operation: Operation,
    arguments: Mapping[str, Any],
    asked: Span,
    kind: type[Record],
    report: Report,
    *,
    tolerant: bool = False,
) -> Flow[Record, None]:
    """The records of a range, as the service orders them. One hit for each window; goes on at `report.reached`."""
    window = window_of(operation)
    recall = Recall(range_key(operation.operation_id, arguments), due_after(window))
    target = min(asked.end, asked.now)
    shorter = min(target, looking_back(_SHORTER_LOOKBACK, asked.now))
    failures = Failures(report, tolerant)
    reached = asked.start if report.reached is None else report.reached
    report.loosen(asked.now - SETTLING)
    coverage: Coverage = yield recall
    while reached < target:
        piece = coverage.at(reached)
        skipped = None if piece else skip(window, reached, target, asked.now, coverage)
        if skipped is not None:
            report.gap(reached, skipped.until, skipped.reason)
            reached = skipped.until
            report.read(reached)
            continue
        answer, paid = None, piece is None
        ask = next_call(window, reached, target, UTC, coverage)
        ends = piece.until if piece else ask.end
        try:
            if piece is None:
                answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
            else:
                answer = yield Reopen(recall.key, piece.held)
                if answer is None:
                    coverage = yield recall
                    continue
            model = answer.parsed()
        except EnphaseError as error:
            if paid and answer is not None:
                yield Keep(recall.key, ask.arguments, reached, reached, reached, answer)
            if isinstance(error, InvalidRequest) and paid and ask.start < shorter:
                report.gap(ask.start, shorter, GapReason.OUTSIDE_LOOKBACK)
                reached = shorter
                report.read(reached)
                continue
            if failures.note(error, reached, min(ends, target)):
                failures.give_up(min(ends, target), target)
                break
            reached = ends
            report.read(reached)
            continue
        listed = model.get_path(window.rows)
        notes = Notes(f"{ask.arguments if piece is None else piece.held.asked}", answer.hide)
        records = read_records(kind, listed, f"$.{window.rows}", notes)
        report.problems += notes.found
        opened = [_begun(record, reached) - 1 for record in filter(_is_open, records)]
        if paid:
            yield _kept(recall.key, ask, answer, opened if isinstance(listed, list) else None, asked.now)
        if isinstance(listed, list):
            failures.passed()
        elif failures.unreadable(answer, f"$.{window.rows}", reached, min(ends, target)):
            failures.give_up(min(ends, target), target)
            break
        for begun in opened:
            report.loosen(begun)
        if piece is not None:
            # What an answer tells of times before it (or after it, which is odd) belongs to its first part (its last).
            since = reached if reached > piece.held.start else -inf
            # What begins where the range ends is of the next range; where another answer goes on, both may have it.
            until = inf if min(ends, target) == piece.held.until else min(ends, target - 1)
            records = [record for record in records if since <= _begun(record, reached) <= until]
            if ends > piece.held.final:
                report.loosen(piece.held.final)
        reached = min(ends, target)
        report.read(reached)
        fresh = _fresh(records, report.handed_on)
        if fresh:
            yield fresh
        if piece is not None and rests(window, piece, coverage):
            break
        if paid:
            coverage = yield recall
    report.gap(max(asked.start, target), asked.end, GapReason.IN_FUTURE)
    report.read(asked.end)


def _kept(key: Key, ask: Ask, answer: Answer, opened: list[int] | None, now: int) -> Keep:
    """What is to be kept of an answer; without a list of rows it covers nothing."""
    if opened is None:
        return Keep(key, ask.arguments, ask.start, ask.start, ask.start, answer)
    young = [begun for begun in opened if begun > now - OPEN]
    final = final_until(ask.start, ask.end, min(young, default=None), now)
    whole = ((ask.start, ask.end),) if opened or ask.end > now - LATEST else ()
    return Keep(key, ask.arguments, ask.start, ask.end, final, answer, doubts=whole, lasting=bool(opened))


def _fresh(records: list[Record], known: set[Hashable]) -> list[Record]:
    """Those that are new.

    Two of one answer are the same only where all that tells them apart is there, and they are equal. Of two answers,
    the later one may tell more of the same.
    """
    keys: set[Hashable] = set()
    here: set[Record] = set()
    fresh = []
    for record in records:
        key, whole = _identity(record)
        if key not in known and not (whole and record in here):
            fresh.append(record)
        keys.add(key)
        here.add(record)
    known |= keys
    return fresh


def _identity(record: Record) -> tuple[Hashable, bool]:
    """What tells a record from others, and whether that is for sure; else it is all that is known of it."""
    values = tuple(getattr(record, name) for name in _IDENTITY[type(record)])
    return (record, False) if None in values else (values, True)


def _is_open(record: Any) -> bool:
    """Whether it may be closed when it is asked for again."""
    if isinstance(record, Alarm):
        return record.cleared is False or (record.cleared is None and record.alarm_end_time is None)
    passing = record.status in (EventStatus.INFO, EventStatus.CLOSED)
    return record.status == EventStatus.OPEN or (record.event_end_time is None and not passing)


def _begun(record: Any, otherwise: int) -> int:
    """When it began, in epoch seconds."""
    begun = record.alarm_start_time if isinstance(record, Alarm) else record.event_start_time
    return otherwise if begun is None else int(begun.timestamp())
