"""What the series of a site say, each read once.

Day by day, a lifetime series is believed before the sums of intervals. Those stand in where it has nothing: of today.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from enphase_v4.catalog import TELEMETRY

from .. import _time
from .periods import Span
from .steps import BEFORE, NOT_REPORTED, TO_COME, Measured, Stretch, Stretches, Value, most_telling
from .tracks import TRACKS, Column
from .zeroes import without_unreported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from ..results import Rows
    from ..rows import Gap, Row
    from ..system import System

_FULL = 15 * 60
_ONE_DAY = timedelta(days=1)


class Place(NamedTuple):
    """Whose readings they are, and by which clock: `zone_name` says so in words."""

    system_id: int
    name: str | None
    zone: tzinfo
    zone_name: str


class _Read(NamedTuple):
    """A series of telemetry as far as it was read."""

    start: int
    end: int
    ends: Sequence[int]
    columns: dict[str, list[float | None]]
    gaps: Stretches
    silences: Stretches


class Readings:
    """What the series of a site say, as seen at `now` (an aware datetime)."""

    def __init__(self, site: System, now: datetime) -> None:
        self.site = site
        self.now = int(now.timestamp())
        found = _time.find_zone(site.timezone) if site.timezone else None
        self.zone: tzinfo = found or UTC
        told = str(found) if found else "UTC (the time zone of the site is not known)"
        self.place = Place(site.system_id, site.name, self.zone, told)
        self.today = _time.local_date(self.now, self.zone)
        self._telemetry: dict[str, _Read] = {}
        self._lifetime: dict[str, dict[date, float]] | None = None
        self._day_gaps: dict[str, Stretches] = {}

    @property
    def since(self) -> date | None:
        """The first local date on which a lifetime series has energy; None where none has."""
        return min((min(days) for days in self._days().values() if any(days.values())), default=None)

    def telemetry(self, column: Column, span: Span) -> Measured:
        """A value of a series of telemetry on the dates of a span, or of more."""
        start, end = (_time.midnight(on, self.zone) for on in span)
        read = self._telemetry.get(column.series)
        if read is None or start < read.start or end > read.end:
            read = self._telemetry[column.series] = self._read(column.series, start, end)
        window = TELEMETRY[column.series].window
        step = (window.step_seconds if window else None) or _FULL
        return Measured(step, read.ends, read.columns.get(column.value, []), read.gaps, read.silences)

    def first_measured(self, columns: Sequence[Column], span: Span) -> tuple[Column, Measured] | None:
        """The first of the columns that has a value within a span."""
        start, end = (_time.midnight(on, self.zone) for on in span)
        for column in columns:
            measured = self.telemetry(column, span)
            if measured.between(start, end):
                return column, measured
        return None

    def gaps(self, series: str, span: Span) -> list[Stretch]:
        """What is missing of a series of telemetry on the dates of a span."""
        start, end = (_time.midnight(on, self.zone) for on in span)
        self.telemetry(Column(series, ""), span)
        return self._telemetry[series].gaps.within(start, end)

    def day_gaps(self, span: Span) -> list[Stretch]:
        """What is missing of the lifetime series on the dates of a span."""
        start, end = (_time.midnight(on, self.zone) for on in span)
        self._days()
        return [gap for gaps in self._day_gaps.values() for gap in gaps.within(start, end)]

    def last_measured(self, last: date, first: date) -> date | None:
        """The last local date from `first` to `last` of which a chart has an interval; None where there is none.

        It looks back in steps that grow: who reports still has something on the last days.
        """
        columns = dict.fromkeys(column for sources in TRACKS.values() for column in sources.telemetry)
        after, days = last + _ONE_DAY, 2
        while after > first:
            span = Span(max(first, after - timedelta(days)), after)
            start, end = (_time.midnight(on, self.zone) for on in span)
            ends = [found for each in columns if (found := self.telemetry(each, span).last(start, end))]
            if ends:
                return _time.local_date(max(ends) - 1, self.zone)
            after, days = span.first, days * 4
        return None

    def last_counted(self, last: date) -> date | None:
        """The last date up to `last` of which a lifetime series has something; None where none has."""
        return max((day for days in self._days().values() for day in days if day <= last), default=None)

    def by_day(self, track: str, span: Span) -> tuple[list[Value], str] | None:
        """The energy of a track on each date of a span, and where it is from; None where there is none at all.

        A day whose intervals have a gap although they were reported is less than it should be, whatever says so.
        """
        sources = TRACKS[track]
        days = self._days()[track]
        gaps = self._day_gaps.get(sources.lifetime.series, Stretches([]))
        measured = self.first_measured(sources.telemetry, span)
        edges = span.midnights(self.zone)
        summed = measured[1].summed(edges) if measured else [Value(None)] * (len(edges) - 1)
        first = min(days, default=None)
        values: list[Value] = []
        used: dict[str, None] = {}
        for index, by_intervals in enumerate(summed):
            day = span.first + index * _ONE_DAY
            told = days.get(day)
            if told is not None:
                used[f"lifetime {sources.lifetime.series}"] = None
                unreported = by_intervals.reason == NOT_REPORTED
                values.append(Value(told, NOT_REPORTED if unreported else None))
            elif measured and by_intervals.energy_wh is not None:
                used[measured[0].series] = None
                values.append(by_intervals)
            else:
                why = [each.reason for each in gaps.within(edges[index], edges[index + 1])]
                if edges[index] >= self.now:
                    why = [TO_COME]
                elif first is not None and day < first:
                    why = [BEFORE]
                values.append(Value(None, most_telling([*why, by_intervals.reason]) or NOT_REPORTED))
        return (values, ", ".join(used)) if used else None

    def _days(self) -> dict[str, dict[date, float]]:
        if self._lifetime is None:
            found: dict[str, dict[date, float]] = {}
            for series in dict.fromkeys(sources.lifetime.series for sources in TRACKS.values()):
                rows = self.site.lifetime(series, end=self.today + _ONE_DAY, on_error="gap")
                columns = rows.columns()
                self._day_gaps[series] = _stretches(rows.gaps)
                for track, sources in TRACKS.items():
                    if sources.lifetime.series == series:
                        values = zip(columns["date"], columns[sources.lifetime.value], strict=True)
                        found[track] = {day: wh for day, wh in values if wh is not None}
            self._lifetime = without_unreported(found)
        return self._lifetime

    def _read(self, series: str, start: int, end: int) -> _Read:
        if start >= self.now:
            to_come = Stretches([Stretch(start, end, TO_COME)])
            return _Read(start, end, [], {}, to_come, Stretches([]))
        rows: Rows[Row] = self.site.telemetry(series, _time.aware(start), _time.aware(end), on_error="gap")
        columns = rows.columns()
        ends = [int(each.timestamp()) for each in columns.pop("end")]
        return _Read(start, end, ends, columns, _stretches(rows.gaps), _stretches(rows.silences))


def _stretches(gaps: Sequence[Gap]) -> Stretches:
    return Stretches(
        Stretch(int(gap.start.timestamp()), int(gap.end.timestamp()), str(gap.reason)) for gap in gaps
    )
