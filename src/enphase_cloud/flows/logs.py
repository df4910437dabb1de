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
from typing import TYPE_CHECKING, Any

from enphase_v4.models import EventStatus

from ..errors import EnphaseError, InvalidRequest
from ..records.base import Notes, read_records
from ..records.site import Alarm, Event
from ..rows import GapReason
from ..transport.messages import Request
from .failures import Failures
from .holes import SETTLING
from .windows import clip, looking_back, next_ask, window_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from enphase_v4.catalog import Operation

    from .._time import Span
    from ..records.base import Record
    from ..rows import Report
    from . import Flow

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
    span = clip(window, asked)
    target = min(span.end, span.now)
    shorter = min(target, looking_back(_SHORTER_LOOKBACK, span.now))
    failures = Failures(report, tolerant)
    reached = asked.start if report.reached is None else report.reached
    report.gap(reached, span.start, GapReason.OUTSIDE_LOOKBACK)
    report.loosen(span.now - SETTLING)
    reached = max(reached, span.start)
    report.read(reached)
    while reached < target:
        ask = next_ask(window, reached, target, UTC)
        try:
            answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
            model = answer.parsed()
        except EnphaseError as error:
            if isinstance(error, InvalidRequest) and ask.start < shorter:
                report.gap(ask.start, shorter, GapReason.OUTSIDE_LOOKBACK)
                reached = shorter
                report.read(reached)
                continue
            if failures.note(error, ask.start, ask.end):
                failures.give_up(ask.end, target)
                break
            reached = ask.end
            report.read(reached)
            continue
        listed = model.get_path(window.rows)
        notes = Notes(f"{ask.arguments}", answer.hide)
        records = read_records(kind, listed, f"$.{window.rows}", notes)
        report.problems += notes.found
        if isinstance(listed, list):
            failures.passed()
        elif failures.unreadable(answer, f"$.{window.rows}", ask.start, ask.end):
            failures.give_up(ask.end, target)
            break
        for record in filter(_is_open, records):
            report.loosen(_begun(record, ask.start) - 1)
        reached = ask.end
        report.read(reached)
        fresh = _fresh(records, report.handed_on)
        if fresh:
            yield fresh
    report.gap(max(span.start, target), span.end, GapReason.IN_FUTURE)
    report.read(span.end)


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
