"""Where the axis of time has its marks, and what they say: on the clock and the calendar of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .periods import Period

if TYPE_CHECKING:
    from .charts import Chart

_HOURS = 3
_DENSE = 12


class Axis(NamedTuple):
    """Marks of the axis of time. Positions are hours since midnight for a day, else the numbers of steps."""

    edges: list[float]
    """Of the steps."""
    positions: list[float]
    labels: list[str]
    title: str


def axis_of(chart: Chart, every: int = 1) -> Axis:
    """The axis of a chart; `every` leaves out all marks but each second, third..."""
    if chart.period is Period.DAY:
        return _clock(chart, every)
    starts, where = chart.starts, f"calendar of {chart.place.zone_name}"
    edges = [float(index) for index in range(len(starts) + 1)]
    if chart.period is Period.MONTH:
        marks = [(index, f"{start.day}") for index, start in enumerate(starts)]
        title = f"day of the month, {where}"
    elif chart.period is Period.YEAR:
        marks = [(index, f"{start:%b}") for index, start in enumerate(starts)]
        title = f"month, {where}"
    else:
        yearly = len(starts) > 1 and (starts[1] - starts[0]).days > 31
        wide = not yearly and len(starts) > _DENSE
        marks = [
            (index, f"{start.year}" if yearly else f"{start:%b %Y}")
            for index, start in enumerate(starts)
            if not wide or start.month in (1, 7)
        ]
        title = f"{'year' if yearly else 'month'}, {where}"
    marks = marks[::every]
    return Axis(edges, [index + 0.5 for index, _ in marks], [label for _, label in marks], title)


def _clock(chart: Chart, every: int) -> Axis:
    midnight, end = chart.edges[0], chart.edges[-1]
    hours = [(edge - midnight) / 3600 for edge in chart.edges]
    marks = [
        (hour, f"{start:%H:%M}")
        for hour, start in zip(hours, chart.starts, strict=False)
        if start.minute == 0 and start.hour % (_HOURS * every) == 0
    ]
    length = (end - midnight) / 3600
    unusual = "" if length == 24 else f": a day of {length:g} hours"
    marks.append((hours[-1], "24:00"))
    return Axis(
        hours,
        [hour for hour, _ in marks],
        [label for _, label in marks],
        f"local time, {chart.place.zone_name}{unusual}",
    )
