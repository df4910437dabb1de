"""Lifetime series: the whole history of a series in one call, a value for each local date.

Every date of the range is a row or part of a gap:

| a date without a value | gap |
|---|---|
| before 2006, when there were no systems; it was not asked for | outside lookback |
| before the first value; where there is none, before the day on which the system began to work | before operation |
| after today | in the future |
| today, yesterday | provisional |
| after the last value, or where there is none at all | not reported |
| where the answer has no list of values, or does not say where they begin | unreadable |
| where the call failed | failed call, or not in plan |

Without a start the range begins with the first value (where it is not known: with the first systems); without an end it
ends with yesterday, or the last value.

Rows are of days that are over. The service is asked for an end only where that day is over in any time zone that the
site may be in; otherwise for all there is, which ends with yesterday. A value of a day that is not over is dropped;
where the zone of the site is not known, days that may not be over yet are not settled.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..errors import EnphaseError
from ..rows import Chunk, GapReason, day_number, numbered_day
from ..transport.messages import Request
from .decode import Reader, at, late_from
from .failures import Failures
from .windows import FIRST_SYSTEMS, date_text, window_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from enphase_v4.catalog import Operation, Window

    from ..rows import Report
    from . import Flow

FIRST_DAY = _time.local_date(FIRST_SYSTEMS, UTC)
"""No date before it is asked for."""
_DAY = timedelta(days=1)


class Days(NamedTuple):
    """A range of local dates, `start <= date < end`, as seen at `now`; None where it is open."""

    start: date | None
    end: date | None
    earliest: date
    latest: date
    """The dates that it may be at the site: the same, where its zone is known."""
    operational: date | None
    """When the system began to work, where that is known."""
    zone: tzinfo
    now: int

    @property
    def today(self) -> date:
        """The date that it is, as far as the zone is known."""
        return _time.local_date(self.now, self.zone)

    @property
    def worth_a_call(self) -> bool:
        """Whether the range has a day that may be over, and on which there may have been a system."""
        begin = max(self.start or FIRST_DAY, FIRST_DAY)
        return begin < min(self.end or self.latest, self.latest)

    def limits(self, window: Window, *, needs_start: bool) -> dict[str, str]:
        """The arguments of the call. Days that are still to come are refused: without an end comes all there is."""
        start, found = self.start, {}
        if start is None and needs_start:
            start = self.operational or FIRST_DAY
            start = start if self.end is None else min(start, self.end - _DAY)
        if start is not None:
            found[window.start] = date_text(window, max(start, FIRST_DAY))
        if self.end is not None and self.end <= self.earliest:
            found[window.end] = date_text(window, self.end - _DAY)
        return found

    def midnight(self, on: date) -> int:
        """Epoch seconds at which a date begins."""
        return _time.moment(on, "date").epoch(self.zone)


def lifetime(
    operation: Operation,
    arguments: Mapping[str, Any],
    days: Days,
    report: Report,
    *,
    needs_start: bool = False,
    tolerant: bool = False,
) -> Flow[Chunk, None]:
    """Rows of the local dates of a range, as far as the service has them. One hit; none where there can be no row.

    The dates are counted from the answer's own start, not from the one that was asked for.
    """
    window = window_of(operation)
    until = days.end or days.today
    first = days.start or FIRST_DAY
    if first < FIRST_DAY:
        if report.reached is None:
            _gap(report, days, first, min(FIRST_DAY, until), GapReason.OUTSIDE_LOOKBACK)
            report.read(days.midnight(min(FIRST_DAY, until)))
        first = FIRST_DAY
    present = min(until, days.today + _DAY)
    chunk = None
    if days.worth_a_call:
        limits = days.limits(window, needs_start=needs_start)
        try:
            answer = yield Request(operation.operation_id, {**arguments, **limits})
            document = answer.document()
        except EnphaseError as error:
            Failures(report, tolerant).note(error, days.midnight(first), days.midnight(present))
            _gap(report, days, max(first, present), until, GapReason.IN_FUTURE)
            return
        reader = Reader(f"{limits or 'everything'}", answer.hide, report.problems)
        chunk = _chunk(document, window, days, reader)
        if chunk is None:
            _gap(report, days, first, present, GapReason.UNREADABLE)
        elif chunk.keys:
            begin, end = map(numbered_day, (chunk.keys[0], chunk.keys[-1] + 1))
            _gap(report, days, first if days.start else begin, begin, GapReason.BEFORE_OPERATION)
            _unreported(report, days, end, present)
            present = max(present, end)
            if end > days.earliest:
                report.loosen(days.midnight(days.earliest))
        elif days.start:
            _without(report, days, first, present)
        late = late_from(document, window)
        if late is not None:
            report.loosen(days.midnight(_time.local_date(min(late, days.now), days.zone)))
    elif days.start:
        _without(report, days, first, present)
    _gap(report, days, max(first, present), until, GapReason.IN_FUTURE)
    report.read(days.midnight(max(until, present)))
    if chunk and chunk.keys:
        yield [chunk]


def _chunk(document: Any, window: Window, days: Days, reader: Reader) -> Chunk | None:
    """The values of a range, a date each. None where the answer has no list of them, or none that can be dated."""
    paths = [path for _, path in window.values]
    listed = [reader.listed(document, path) for path in paths]
    columns = [column or [] for column in listed]
    first = at(document, window.answer_start)
    begins = _date(first)
    if all(column is None for column in listed):
        return None
    if begins is None and not any(columns):
        return Chunk([], tuple(columns))
    if begins is None or begins.toordinal() + max(map(len, columns)) > date.max.toordinal():
        reader.wrong(f"$.{window.answer_start}", "no date to count from", first)
        return None
    if len({len(column) for column in columns}) > 1:
        reader.add("$", f"{' and '.join(paths)} differ in length: what the shorter lacks is None")
    keys: list[int] = []
    found: list[list[float | None]] = [[] for _ in columns]
    for index, values in enumerate(zip_longest(*columns)):
        on = begins + timedelta(days=index)
        if (days.start is None or on >= days.start) and on < min(days.end or days.latest, days.latest):
            keys.append(day_number(on))
            for kept, value, path in zip(found, values, paths, strict=True):
                kept.append(reader.number(value, f"$.{path}[{index}]"))
    return Chunk(keys, tuple(found))


def _without(report: Report, days: Days, start: date, end: date) -> None:
    """Note dates for which there is no value at all."""
    began = min(max(start, days.operational or start), end)
    _gap(report, days, start, began, GapReason.BEFORE_OPERATION)
    _unreported(report, days, began, end)


def _unreported(report: Report, days: Days, start: date, end: date) -> None:
    """Note dates that were answered for, but not by a value."""
    young = max(start, days.today - _DAY)
    _gap(report, days, start, min(end, young), GapReason.NOT_REPORTED)
    _gap(report, days, young, end, GapReason.PROVISIONAL)


def _gap(report: Report, days: Days, start: date, end: date, reason: GapReason) -> None:
    if start < end:
        report.gap(days.midnight(start), days.midnight(end), reason)


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
