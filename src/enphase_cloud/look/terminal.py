"""A chart as text, with plotext: for a terminal, and for what takes its place.

Each track has a sign of its own, so that the chart can be read without colours; missing steps are dotted from top to
bottom, and named below.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .._extras import needed
from .axis import axis_of
from .periods import Period
from .tracks import CHARGE, CONSUMPTION, DISCHARGE, EXPORT, IMPORT, PRODUCTION, STATE, TRACKS
from .words import heading, holes_told, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .axis import Axis
    from .charts import Chart

WIDTH, LEAST_WIDTH, LEAST_HEIGHT = 80, 40, 6
_HIGH, _MIDDLE, _LOW = 13, 11, 7
_FRAME = 10
"""Columns that the frame and the numbers beside it take."""
_MANY = 1000
"""From here on tenths of a kWh are too many digits."""
_CELLS_OF_A_PAIR = 4
"""Columns that two bars beside each other take, with room between them and the next."""


class _Sign(NamedTuple):
    """How a track is drawn: a character, or a line of dots; and its colour among the 256 of terminals."""

    mark: str
    colour: int

    def legend(self, name: str, *, coloured: bool) -> str:
        mark = "~" if self.mark == _LINE else self.mark
        return f"\x1b[38;5;{self.colour}m{mark}\x1b[0m {name}" if coloured else f"{mark} {name}"


_LINE = "hd"
_SIGNS = {
    PRODUCTION: _Sign("▒", 214),
    CONSUMPTION: _Sign("█", 32),
    IMPORT: _Sign("█", 166),
    DISCHARGE: _Sign("▒", 175),
    EXPORT: _Sign("░", 117),
    CHARGE: _Sign("▓", 36),
    STATE: _Sign(_LINE, 36),
}
_MISSING = _Sign("·", 245)


def text(chart: Chart, width: int = WIDTH, height: int | None = None, *, coloured: bool = False) -> str:
    """A chart as lines that are as wide as `width` at the most; `height` is that of the panel on top.

    ConfigurationError where plotext is missing: `pip install "enphase-cloud[plot]"`.
    """
    width = max(width, LEAST_WIDTH)
    panels = _Panels(chart, width, coloured=coloured)
    top = max(height or _HIGH, LEAST_HEIGHT)
    lines = [heading(chart), *summary(chart.totals, width), ""]
    lines += panels.production_and_consumption(top)
    lines += panels.grid_and_battery(max(top * _MIDDLE // _HIGH, LEAST_HEIGHT))
    lines += panels.state_of_charge(max(top * _LOW // _HIGH, LEAST_HEIGHT))
    lines += [axis_of(chart).title, *holes_told(chart)]
    return "\n".join(lines) + "\n"


class _Panels:
    """The parts of the chart, each as lines; none where nothing of it was measured."""

    def __init__(self, chart: Chart, width: int, *, coloured: bool) -> None:
        self._plotext: Any = needed("plotext", '"enphase-cloud[plot]"', who="charts in the terminal need")
        self._chart = chart
        self._width = width
        self._coloured = coloured
        self._axis = _fitting(chart, width - _FRAME)
        self._by_day = chart.period is Period.DAY
        self._unit = "kW" if self._by_day else "kWh"
        edges = self._axis.edges
        self._cells = (width - _FRAME) // (len(edges) - 1)
        self._at = [(edge + after) / 2 for edge, after in pairwise(edges)]

    def production_and_consumption(self, height: int) -> list[str]:
        names = [name for name in (PRODUCTION, CONSUMPTION) if name in self._chart.tracks]
        if not names:
            return []
        figure = self._figure(height)
        heights = {name: self._amounts(name) for name in names}
        signs = {name: _SIGNS[name] for name in names}
        if not self._by_day and len(names) > 1 and self._cells >= _CELLS_OF_A_PAIR:
            marks = [self._mark(signs[name]) for name in names]
            pairs = [_or_zero(heights[name]) for name in names]
            figure.draw(figure.bar(self._at, pairs, marker=marks, width=0.8, lines=False))
        else:
            if PRODUCTION in names:
                self._bars(figure, _or_zero(heights[PRODUCTION]), signs[PRODUCTION])
            if CONSUMPTION in names:
                signs[CONSUMPTION] = signs[CONSUMPTION]._replace(mark=_LINE)
                self._line(figure, self._at, heights[CONSUMPTION], signs[CONSUMPTION])
        top = (
            max((each for values in heights.values() for each in values if each is not None), default=0) or 1
        )
        self._dots(figure, names, 0, top)
        _marks(figure, (0, top / 2, top))
        return self._shown(figure, self._unit, signs, names)

    def grid_and_battery(self, height: int) -> list[str]:
        names = [name for name in (IMPORT, DISCHARGE, EXPORT, CHARGE) if name in self._chart.tracks]
        if not names:
            return []
        figure = self._figure(height)
        amounts = {name: _or_zero(self._amounts(name)) for name in names}
        nothing = [0.0] * len(self._at)
        limits = []
        for sign, first, second in ((1, IMPORT, DISCHARGE), (-1, EXPORT, CHARGE)):
            one, other = amounts.get(first, nothing), amounts.get(second, nothing)
            both = [sign * (a + b) for a, b in zip(one, other, strict=True)]
            limits.append(max(both, key=abs, default=0))
            if second in amounts:
                self._bars(figure, both, _SIGNS[second])
            if first in amounts:
                self._bars(figure, [sign * each for each in one], _SIGNS[first])
        self._dots(figure, names, limits[1], limits[0] or 1)
        _marks(figure, (limits[1], 0, limits[0]))
        return self._shown(figure, self._unit, _SIGNS, names)

    def state_of_charge(self, height: int) -> list[str]:
        charge = self._chart.charge_percent
        if not any(charge):
            return []
        figure = self._figure(height)
        highest: list[float | None] = [each and each[1] for each in charge]
        at = self._axis.edges[1:] if self._by_day else self._at
        self._line(figure, at, highest, _SIGNS[STATE])
        self._dots(figure, (STATE,), 0, 100)
        _marks(figure, (0, 50, 100))
        told = "state of charge of the battery" + ("" if self._by_day else ", the day's highest")
        return self._shown(figure, "%", {told: _SIGNS[STATE]}, [told])

    def _figure(self, height: int) -> Any:
        """The one figure that plotext has, as new."""
        figure = self._plotext.figure
        figure.clear()
        self._plotext.terminal.limit(False, False)
        figure.theme("colorless")
        figure.canvas("default")
        figure.plot_size(self._width, height)
        figure.legend(active=False)
        return figure

    def _shown(self, figure: Any, unit: str, signs: Any, names: Sequence[str]) -> list[str]:
        figure.ruler("x").lim(self._axis.edges[0], self._axis.edges[-1])  # bars set their own
        figure.ruler("x").ticks(self._axis.positions, self._axis.labels)
        drawn = figure.build().string(colorless=not self._coloured).splitlines()
        figure.clear()
        legend = [signs[name].legend(name, coloured=self._coloured) for name in names]
        if any(self._chart.lacking([STATE if name not in TRACKS else name for name in names])):
            legend.append(_MISSING.legend("missing", coloured=self._coloured))
        return [f"{unit}   {'   '.join(legend)}", *(line.rstrip() for line in drawn)]

    def _amounts(self, name: str) -> list[float | None]:
        """kW or kWh of each step; None where it is not known. Of a day, only what is wholly known has a power."""
        hours = (self._chart.edges[1] - self._chart.edges[0]) / 3600 if self._by_day else 1
        return [
            None
            if value.energy_wh is None or (self._by_day and not value.whole)
            else value.energy_wh / 1000 / hours
            for value in self._chart.tracks[name].values
        ]

    def _mark(self, sign: _Sign) -> Any:
        return self._plotext.marker(sign.mark, sign.colour if self._coloured else None)

    def _bars(self, figure: Any, heights: Sequence[float], sign: _Sign) -> None:
        width = 0.8 if self._cells >= _CELLS_OF_A_PAIR else 1
        figure.draw(figure.bar(self._at, heights, marker=self._mark(sign), width=width, lines=False))

    def _line(self, figure: Any, at: Sequence[float], values: Sequence[float | None], sign: _Sign) -> None:
        """A line that breaks where a value is not known. plotext is given no NaN: it does not survive them."""
        points = zip(at, values, strict=True)
        for known, run in groupby(points, key=lambda point: point[1] is not None):
            if known:
                x, y = zip(*run, strict=True)
                signal = figure.signal(list(x), list(y), marker=self._mark(sign))
                signal.lines()
                figure.draw(signal)

    def _dots(self, figure: Any, names: Sequence[str], bottom: float, top: float) -> None:
        lacking = self._chart.lacking(names)
        if any(lacking):
            for limit in (bottom, top):
                self._bars(figure, [limit if each else 0.0 for each in lacking], _MISSING)


def _marks(figure: Any, values: Sequence[float]) -> None:
    """Numbers beside the frame, of which the first and the last are its edges."""
    known = sorted({value or 0.0 for value in values})  # no negative zero
    figure.ruler("y").lim(known[0], known[-1])
    digits = 1 if known[-1] - known[0] < _MANY else 0
    figure.ruler("y").ticks(known, [f"{value:,.{digits}f}".rjust(7) for value in known])


def _or_zero(values: Sequence[float | None]) -> list[float]:
    """As bars: none is drawn for what is not known, as for nothing; the dots tell the one from the other."""
    return [each or 0.0 for each in values]


def _fitting(chart: Chart, width: int) -> Axis:
    """The axis with as many marks as fit side by side."""
    every = 1
    while True:
        axis = axis_of(chart, every)
        if len(axis.labels) <= 2 or sum(len(label) + 1 for label in axis.labels) <= width:
            return axis
        every += 1
