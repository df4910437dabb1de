"""A period of a site as one small structure: what charts of every kind are drawn from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .. import _time
from .periods import Period, Span, hands, span_of, steps_of
from .steps import Stretch, Value, added, most_telling, runs
from .totals import Totals, totals_of
from .tracks import CHARGE, MICRO, STATE, STATE_OF_CHARGE, TRACKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from .readings import Place, Readings

_QUARTER, _FIVE_MINUTES = 900, 300


@dataclass(frozen=True)
class Track:
    """One of `tracks.TRACKS`: a value for each step of the chart."""

    source: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Hole:
    """A part of the period in which something is missing: aware local times, and of which tracks."""

    start: datetime
    end: datetime
    reason: str
    tracks: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A period of a site. Only what was measured in it is there: a track that has no value at all is left out.

    edges: epoch seconds at which the steps begin, and at which the last ends
    charge_percent: the lowest and the highest state of charge in each step, of days and months; of a day, what it
        was at the end of the step, twice
    """

    place: Place
    period: Period
    span: Span
    edges: Sequence[int]
    tracks: dict[str, Track]
    charge_percent: Sequence[tuple[float, float] | None]
    holes: Sequence[Hole]
    totals: Totals

    @property
    def starts(self) -> list[datetime]:
        """When each step begins, as aware local times."""
        return [datetime.fromtimestamp(edge, self.place.zone) for edge in self.edges[:-1]]

    @property
    def title(self) -> str:
        """The period in words: `17 May 2026`, `May 2026`, `2026`, `2023 to 2026`."""
        first, last = self.span.first, self.span.after
        if self.period is Period.DAY:
            return f"{first.day} {first:%B} {first.year}"
        if self.period is Period.MONTH:
            return f"{first:%B} {first.year}"
        end = date.fromordinal(last.toordinal() - 1).year
        return f"{first.year}" if first.year == end else f"{first.year} to {end}"

    def lacking(self, names: Sequence[str]) -> list[str | None]:
        """For each step why a track of these misses it: wholly, or, of a day, in part. None where none does.

        The state of charge is missing where the charge is.
        """
        found: list[str | None] = [None] * (len(self.edges) - 1)
        for name in names:
            if name == STATE:
                charge = self.tracks.get(CHARGE)
                values = charge.values if charge and self.charge_percent else ()
            else:
                values = self.tracks[name].values if name in self.tracks else ()
            for index, value in enumerate(values):
                if value.missed and (value.energy_wh is None or self.period is Period.DAY):
                    found[index] = most_telling((found[index], value.reason))
        return found

    def as_json(self) -> dict[str, Any]:
        """The same as what JSON can say. Energies are Wh; what is missing is null."""
        first, after = self.span
        return {
            "system_id": self.place.system_id,
            "name": self.place.name,
            "timezone": self.place.zone_name,
            "period": self.period,
            "start": first.isoformat(),
            "end": after.isoformat(),
            "steps": [start.isoformat() for start in self.starts],
            "energy_wh": {
                name: [value.energy_wh for value in track.values] for name, track in self.tracks.items()
            },
            "incomplete": {
                name: [index for index, value in enumerate(track.values) if not value.whole]
                for name, track in self.tracks.items()
            },
            "sources": {name: track.source for name, track in self.tracks.items()},
            "soc_percent": [None if each is None else list(each) for each in self.charge_percent],
            "gaps": [
                {
                    "start": hole.start.isoformat(),
                    "end": hole.end.isoformat(),
                    "reason": hole.reason,
                    "of": list(hole.tracks),
                }
                for hole in self.holes
            ],
            "totals": self.totals.as_json(),
        }


def charted(readings: Readings, period: Period, on: date, within: Span | None = None) -> Chart:
    """The chart of the period in which a local date lies; of a lifetime, that of a part of it, where one is given."""
    span = span_of(period, on, readings.since or on)
    if period is Period.LIFETIME and within is not None:
        span = within
    if period is Period.DAY:
        return _day(readings, span)
    units, sources = by_day(readings, span)
    dates = steps_of(span, period)
    edges = [_time.midnight(each, readings.zone) for each in dates]
    counts = [(each - span.first).days for each in dates]
    tracks = {
        name: Track(sources[name], [added(values[low:high]) for low, high in pairwise(counts)])
        for name, values in units.items()
    }
    charge = _charge(readings, span, edges) if period is Period.MONTH else []
    holes = _holes(tracks, edges, readings.zone)
    return Chart(readings.place, period, span, edges, tracks, charge, holes, totals_of(units))


def by_day(readings: Readings, span: Span) -> tuple[dict[str, list[Value]], dict[str, str]]:
    """The energy of each track on each date of a span, and where it is from; without those of which there is none."""
    found = {name: days for name in TRACKS if (days := readings.by_day(name, span)) is not None}
    return {name: values for name, (values, _) in found.items()}, {
        name: told for name, (_, told) in found.items()
    }


def _day(readings: Readings, span: Span) -> Chart:
    found = {
        name: measured
        for name, sources in TRACKS.items()
        if (measured := readings.first_measured(sources.telemetry, span)) is not None
    }
    step = _FIVE_MINUTES if {column.series for column, _ in found.values()} == {MICRO} else _QUARTER
    edges = hands(span.first, readings.zone, step)
    tracks = {
        name: Track(column.series, measured.summed(edges)) for name, (column, measured) in found.items()
    }
    totals = totals_of({name: track.values for name, track in tracks.items()})
    charge = _charge(readings, span, edges)
    holes = _holes(tracks, edges, readings.zone)
    return Chart(readings.place, Period.DAY, span, edges, tracks, charge, holes, totals)


def _charge(readings: Readings, span: Span, edges: Sequence[int]) -> list[tuple[float, float] | None]:
    """The lowest and the highest state of charge in each step; nothing at all where it was never measured."""
    found = readings.first_measured([STATE_OF_CHARGE], span)
    if found is None:
        return []
    steps = (found[1].between(start, end) for start, end in pairwise(edges))
    return [(min(each), max(each)) if each else None for each in steps]


def _holes(tracks: dict[str, Track], edges: Sequence[int], zone: tzinfo) -> list[Hole]:
    """What is missing in a chart, in order; what is missing of several tracks alike, once."""
    named: dict[Stretch, list[str]] = defaultdict(list)
    for name, track in tracks.items():
        for each in runs(track.values, edges):
            named[each].append(name)
    return [
        Hole(
            datetime.fromtimestamp(each.start, zone),
            datetime.fromtimestamp(each.end, zone),
            each.reason,
            tuple(names),
        )
        for each, names in sorted(named.items())
    ]
