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

An answer that is kept in the archive takes the place of the call, where it covers all of the range. Where the archive
alone is read, each date comes from the newest answer that has it; what none has is not archived.

Rows are of days that are over. The service is asked for an end only where that day is over in any time zone that the
site may be in; otherwise for all there is, which ends with yesterday. A value of a day that is not over is dropped;
where the zone of the site is not known, days that may not be over yet are not settled.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..archive.settling import due_after, final_until
from ..archive.shelf import Keep, Recall, Reopen, range_key
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

    from ..archive.coverage import Coverage, Key
    from ..rows import Report
    from . import Flow

FIRST_DAY = _time.local_date(FIRST_SYSTEMS, UTC)
"""No date before it is asked for."""
_DAY = timedelta(days=1)
_DAY_SECONDS = 86400


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

    @property
    def asked(self) -> tuple[int, int]:
        """What an answer is to cover, by midnights of UTC: the zone of the site may become known, or change."""
        start = max(self.start or FIRST_DAY, FIRST_DAY)
        until = max(min(self.end or self.earliest, self.earliest), start)
        return day_number(start) * _DAY_SECONDS, day_number(until) * _DAY_SECONDS

    def final(self, start: int, until: int, late: date | None) -> int:
        """Up to where an answer that covers this is final, by midnights of UTC."""
        today = day_number(self.earliest) * _DAY_SECONDS
        loose = None if late is None else day_number(late) * _DAY_SECONDS
        return final_until(start, until, loose, today)

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
    key = range_key(operation.operation_id, arguments)
    asked = days.asked
    coverage: Coverage = yield Recall(key, due_after(window))
    held = None if coverage.alone else coverage.whole(*asked)
    if coverage.alone:
        chunk = yield from _kept(window, key, coverage, days._replace(start=days.start and first), report)
    elif days.worth_a_call:
        limits = days.limits(window, needs_start=needs_start)
        answer = None
        try:
            if held is not None:
                answer = yield Reopen(key, held)
            if answer is None:
                held = None
                answer = yield Request(operation.operation_id, {**arguments, **limits})
            document = answer.document()
        except EnphaseError as error:
            if answer is not None and held is None:
                yield Keep(key, limits, asked[0], asked[0], asked[0], answer)
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
        late_day = None if late is None else _time.local_date(min(late, days.now), days.zone)
        if late_day is not None:
            report.loosen(days.midnight(late_day))
        if held is None:
            covered = asked if chunk is not None else (asked[0], asked[0])
            yield Keep(key, limits, *covered, days.final(*covered, late_day), answer)
        elif held.final < held.until:
            report.loosen(days.midnight(numbered_day(held.final // _DAY_SECONDS)))
    elif days.start:
        _without(report, days, first, present)
    _gap(report, days, max(first, present), until, GapReason.IN_FUTURE)
    report.read(days.midnight(max(until, present)))
    if chunk and chunk.keys:
        yield [chunk]


def _kept(window: Window, key: Key, coverage: Coverage, days: Days, report: Report) -> Flow[Chunk, Chunk]:
    """The values that are kept of a range: each date from the newest answer that has it."""
    keys: list[int] = []
    columns: list[list[float | None]] = [[] for _ in window.values]
    end = min(days.end or days.today, days.today)
    position = days.start
    for piece in coverage.pieces:
        start = max(numbered_day(piece.start // _DAY_SECONDS), days.start or FIRST_DAY)
        until = min(numbered_day(piece.until // _DAY_SECONDS), end)
        answer = (yield Reopen(key, piece.held)) if start < until else None
        if answer is None:
            continue
        if position is not None:
            _gap(report, days, position, start, GapReason.NOT_ARCHIVED)
        reader = Reader(f"{dict(piece.held.asked) or 'everything'}", answer.hide, report.problems)
        found = _chunk(answer.document(), window, days._replace(start=start, end=until), reader)
        if found is None:
            _gap(report, days, start, until, GapReason.UNREADABLE)
        elif found.keys:
            first, last = numbered_day(found.keys[0]), numbered_day(found.keys[-1]) + _DAY
            if keys:
                _unreported(report, days, start, first)
            elif position is not None:
                _gap(report, days, start, first, GapReason.BEFORE_OPERATION)
            _unreported(report, days, last, until)
            keys += found.keys
            for column, more in zip(columns, found.columns, strict=True):
                column.extend(more)
        elif position is not None:
            (_unreported if keys else _without)(report, days, start, until)
        if piece.held.final < piece.until:
            report.loosen(days.midnight(numbered_day(piece.held.final // _DAY_SECONDS)))
        position = until
    if position is not None or days.worth_a_call:
        _gap(report, days, position or FIRST_DAY, end, GapReason.NOT_ARCHIVED)
    return Chunk(keys, tuple(columns))


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
