"""Events and alarms of a range: what happened, window by window, each once.

| the service | the reading |
|---|---|
| gives what began before its window, or at the moment where two windows meet | hands it on the first time |
| refuses a window that is older than six months (422) | makes a gap of what is: outside lookback |
| answers without a list | makes a gap of the window: unreadable |

The document lets windows begin nine months ago, the vendor's release notes six: more is asked for until it is refused.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from .. import _time
from ..errors import EnphaseError, InvalidRequest
from ..records.base import Notes, read_records
from ..records.site import Alarm, Event
from ..rows import GapReason
from ..transport.messages import Request
from .failures import Failures
from .windows import clip, next_ask, window_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from enphase_v4.catalog import Operation

    from .._time import Span
    from ..records.base import Record
    from ..rows import Report
    from . import Flow

_SHORTER_LOOKBACK = 6
_CLOCK_MARGIN = 3600
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
    shorter = min(target, _time.months_before(span.now, _SHORTER_LOOKBACK) + _CLOCK_MARGIN)
    failures = Failures(report, tolerant)
    if report.reached is None:
        _gap(report, asked.start, span.start, GapReason.OUTSIDE_LOOKBACK)
        report.reached = span.start
    while report.reached < target:
        ask = next_ask(window, report.reached, target, UTC)
        try:
            answer = yield Request(operation.operation_id, {**arguments, **ask.arguments})
            model = answer.parsed()
        except EnphaseError as error:
            if isinstance(error, InvalidRequest) and ask.start < shorter:
                _gap(report, ask.start, shorter, GapReason.OUTSIDE_LOOKBACK)
                report.reached = shorter
                continue
            if failures.note(error, ask.start, ask.end):
                failures.give_up(ask.end, target)
                break
            report.reached = ask.end
            continue
        failures.passed()
        report.reached = ask.end
        listed = model.get_path(window.rows)
        notes = Notes(f"{ask.arguments}")
        records = read_records(kind, listed, f"$.{window.rows}", notes)
        report.problems += notes.found
        if not isinstance(listed, list):
            _gap(report, ask.start, ask.end, GapReason.UNREADABLE)
        fresh = _fresh(records, report.handed_on)
        if fresh:
            yield fresh
    _gap(report, max(span.start, target), span.end, GapReason.IN_FUTURE)


def _fresh(records: list[Record], known: set[Hashable]) -> list[Record]:
    """Those that are new. Two of one answer are the same only where all that tells them apart is there, and equal."""
    earlier, fresh = frozenset(known), []
    for record in records:
        key, whole = _identity(record)
        if key not in (known if whole else earlier):
            fresh.append(record)
        known.add(key)
    return fresh


def _identity(record: Record) -> tuple[Hashable, bool]:
    """What tells a record from others, and whether that is for sure; else it is all that is known of it."""
    values = tuple(getattr(record, name) for name in _IDENTITY[type(record)])
    return (record, False) if None in values else (values, True)


def _gap(report: Report, start: int, end: int, reason: GapReason) -> None:
    report.gap(_time.aware(start), _time.aware(end), reason)
