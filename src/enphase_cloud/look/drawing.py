"""A chart as a figure, with matplotlib: PNG or SVG, the same bytes for the same data.

Panels from the top: production and consumption; grid and battery, what came from them above zero and what went there
below; state of charge. Those for which nothing was measured are left out. Missing steps are shaded, and bars that
are less than they should be are hatched. A day is drawn as power, anything longer as energy.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from itertools import groupby
from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from .._extras import needed
from .axis import axis_of
from .colours import LIGHT, Colours
from .periods import Period
from .tracks import CHARGE, CONSUMPTION, DISCHARGE, EXPORT, IMPORT, PRODUCTION, STATE
from .words import NAMES, heading, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .axis import Axis
    from .charts import Chart
    from .steps import Value

WIDTH, HEIGHT = 1200, 840
LEAST_WIDTH, LEAST_HEIGHT = 720, 520
"""Pixels below which nobody could read a picture."""
DOTS_PER_INCH = 120
_ABOVE, _BELOW = (IMPORT, DISCHARGE), (EXPORT, CHARGE)
_HATCH = "/////"
_INCOMPLETE = "incomplete"
_GAP = 0.18
_HEADING, _LINE = 0.36, 0.15
"""How high title and lines below it are, in inches."""
_LETTER = 8
"""Pixels that a letter of those lines takes, about."""
_LEGEND = 190
"""Pixels that an entry of a legend takes, about."""
_ALL_DAYS = 1000
"""Pixels from which on the numbers of all days of a month stand side by side."""


class _Panel(NamedTuple):
    """A part of the figure: its tracks, and how high it is beside the others."""

    tracks: tuple[str, ...]
    height: int


_PANELS = (_Panel((PRODUCTION, CONSUMPTION), 5), _Panel((*_ABOVE, *_BELOW), 4), _Panel((STATE,), 2))


def picture(chart: Chart, kind: str, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A chart as the content of a file, `png` or `svg`, of so many pixels.

    ConfigurationError where matplotlib is missing: `pip install "enphase-cloud[plot]"`.
    """
    with _settings(LIGHT, "enphase"):
        figure = _figure(width, height)
        lines = summary(chart.totals, width // _LETTER)
        high = figure.get_figheight()
        words: dict[str, Any] = {"x": 0.012, "ha": "left", "va": "top", "parse_math": False}
        figure.text(y=1 - 0.08 / high, s=heading(chart), fontsize=13, fontweight="bold", **words)
        figure.text(y=1 - _HEADING / high, s="\n".join(lines), fontsize=8, linespacing=1.3, **words)
        _draw(figure, chart, LIGHT)
        layout: Any = figure.get_layout_engine()
        layout.set(rect=(0, 0, 1, 1 - (_HEADING + _LINE * len(lines)) / high))
        return _saved(figure, kind)


def unnamed(chart: Chart, colours: Colours, width: int, height: int) -> str:
    """A chart as SVG without a title, in other colours, on no ground of its own."""
    with _settings(colours, f"enphase {chart.period}"):
        figure = _figure(width, height)
        _draw(figure, chart, colours)
        figure.patch.set_visible(False)
        for axes in figure.axes:
            axes.patch.set_visible(False)
        return _saved(figure, "svg").decode()


@contextmanager
def _settings(colours: Colours, hash_salt: str) -> Iterator[None]:
    """Draw with these settings, whatever those of the person are."""
    matplotlib = needed("matplotlib", '"enphase-cloud[plot]"', who="charts need")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.size": 9,
                "hatch.linewidth": 0.7,
                "svg.fonttype": "none",
                "svg.hashsalt": hash_salt,
                "figure.facecolor": colours.paper,
                "axes.facecolor": colours.paper,
                "text.color": colours.ink,
                "axes.labelcolor": colours.ink,
                "axes.edgecolor": colours.missing,
                "grid.color": colours.faint,
                "xtick.color": colours.ink,
                "ytick.color": colours.ink,
                "xtick.labelcolor": colours.ink,
                "ytick.labelcolor": colours.ink,
            }
        )
        with warnings.catch_warnings():  # a letter of a name that the font lacks is drawn as a box
            warnings.filterwarnings("ignore", r"Glyph \d+", UserWarning)
            # of reasons as long as the picture is wide; it is drawn all the same
            warnings.filterwarnings("ignore", "constrained_layout not applied", UserWarning)
            yield


def _figure(width: int, height: int) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load, and an extra

    size = (width / DOTS_PER_INCH, height / DOTS_PER_INCH)
    return Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")


def _saved(figure: Figure, kind: str) -> bytes:
    content = io.BytesIO()
    unsaid: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(content, format=kind, metadata=unsaid)
    return content.getvalue()


def _draw(figure: Figure, chart: Chart, colours: Colours) -> None:
    panels = [panel for panel in _PANELS if _has(chart, panel)]
    heights = [panel.height for panel in panels]
    grid = figure.subplots(len(panels), sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
    wide = figure.get_figwidth() * DOTS_PER_INCH
    axis = axis_of(chart, 2 if chart.period is Period.MONTH and wide < _ALL_DAYS else 1)
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        axes.grid(visible=True, axis="y", linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if panel.tracks == (STATE,):
            _state_of_charge(axes, chart, axis, colours)
        elif PRODUCTION in panel.tracks:
            _side_by_side(axes, chart, axis, panel, colours)
        else:
            _above_and_below(axes, chart, axis, colours)
        _shade(axes, chart, axis, panel, colours)
        handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))  # each label once
        if _INCOMPLETE in handles:
            handles[_INCOMPLETE] = handles.pop(_INCOMPLETE)
        axes.legend(
            handles.values(),
            handles.keys(),
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=max(1, min(6, int(wide) // _LEGEND)),
            frameon=False,
            fontsize=8,
            borderaxespad=0.1,
            handlelength=1.4,
            columnspacing=1.4,
        )
    axes.set_xlim(axis.edges[0], axis.edges[-1])
    axes.set_xticks(axis.positions, axis.labels)
    axes.set_xlabel(axis.title)


def _has(chart: Chart, panel: _Panel) -> bool:
    if panel.tracks == (STATE,):
        return any(chart.charge_percent)
    return any(name in chart.tracks for name in panel.tracks)


def _side_by_side(axes: Axes, chart: Chart, axis: Axis, panel: _Panel, colours: Colours) -> None:
    """Production and consumption: of a day an area and a line, else bars beside each other."""
    names = [name for name in panel.tracks if name in chart.tracks]
    axes.set_ylabel("power (kW)" if chart.period is Period.DAY else "energy (kWh)")
    for place, name in enumerate(names):
        values, colour = chart.tracks[name].values, colours.tracks[name]
        if chart.period is not Period.DAY:
            wide = (1 - _GAP) / len(names)
            at = [edge + _GAP / 2 + wide * (place + 0.5) for edge in axis.edges[:-1]]
            _bars(axes, at, values, wide=wide, colour=colour, label=NAMES[name])
        elif name == PRODUCTION:
            axes.stairs(
                _kw(chart, values), axis.edges, fill=True, color=colour, alpha=0.85, label=NAMES[name]
            )
        else:
            axes.stairs(
                _kw(chart, values), axis.edges, baseline=None, color=colour, linewidth=1.4, label=NAMES[name]
            )
    axes.set_ylim(bottom=0)
    _thousands(axes)


def _above_and_below(axes: Axes, chart: Chart, axis: Axis, colours: Colours) -> None:
    """Grid and battery: what came from them is stacked above zero, what went there below."""
    axes.set_ylabel("from / to (kW)" if chart.period is Period.DAY else "from / to (kWh)")
    axes.axhline(0, color=colours.missing, linewidth=0.8)
    for sign, names in ((1, _ABOVE), (-1, _BELOW)):
        base = [0.0] * (len(axis.edges) - 1)
        for name in names:
            if name not in chart.tracks:
                continue
            values, colour = chart.tracks[name].values, colours.tracks[name]
            if chart.period is Period.DAY:
                tops = [b + sign * kw for b, kw in zip(base, _kw(chart, values), strict=True)]
                axes.stairs(
                    tops, axis.edges, baseline=base, fill=True, color=colour, linewidth=0, label=NAMES[name]
                )
                base = [b if isnan(top) else top for b, top in zip(base, tops, strict=True)]
            else:
                at = [edge + 0.5 for edge in axis.edges[:-1]]
                _bars(axes, at, values, wide=1 - _GAP, colour=colour, label=NAMES[name], base=base, sign=sign)
                base = [
                    b + sign * (value.energy_wh or 0) / 1000 for b, value in zip(base, values, strict=True)
                ]
    _thousands(axes)


def _state_of_charge(axes: Axes, chart: Chart, axis: Axis, colours: Colours) -> None:
    """Of a day as a line through the ends of the intervals; of a month as a bar for each day, lowest to highest."""
    axes.set_ylabel("charge (%)")
    axes.set_ylim(0, 104)
    axes.set_yticks([0, 50, 100])
    colour = colours.tracks[STATE]
    if chart.period is Period.DAY:
        ends = [nan if each is None else each[1] for each in chart.charge_percent]
        axes.plot(axis.edges[1:], ends, color=colour, linewidth=1.6, label="state of charge of the battery")
        return
    known = [(at, each) for at, each in zip(axis.edges, chart.charge_percent, strict=False) if each]
    axes.bar(
        [at + 0.5 for at, _ in known],
        [high - low for _, (low, high) in known],
        0.5,
        [low for _, (low, _) in known],
        color=colour,
        label="state of charge of the battery, lowest to highest",
    )


def _bars(
    axes: Axes,
    at: Sequence[float],
    values: Sequence[Value],
    *,
    wide: float,
    colour: str,
    label: str,
    base: Sequence[float] | None = None,
    sign: int = 1,
) -> None:
    """A bar for each value that is known; pale and hatched where it is less than it should be."""
    base = base or [0.0] * len(values)
    heights = [sign * (value.energy_wh or 0) / 1000 for value in values]
    whole = [index for index, value in enumerate(values) if value.whole]
    short = [index for index, value in enumerate(values) if value.energy_wh is not None and not value.whole]

    def bars(chosen: Sequence[int], **style: Any) -> None:
        x, height, bottom = ([each[index] for index in chosen] for each in (at, heights, base))
        axes.bar(x, height, wide, bottom, **style)

    bars(whole, color=colour, label=label)
    if short:
        bars(short, facecolor="none", edgecolor=colour, hatch=_HATCH, linewidth=0.8, label=_INCOMPLETE)


def _shade(axes: Axes, chart: Chart, axis: Axis, panel: _Panel, colours: Colours) -> None:
    """Mark the steps in which something of a panel is missing that should be there."""
    lacking = chart.lacking(panel.tracks)
    reasons = dict.fromkeys(each for each in lacking if each)
    label = f"missing: {', '.join(reasons)}"
    for missing, run in groupby(range(len(lacking)), key=lambda index: lacking[index] is not None):
        if missing:
            steps = list(run)
            axes.axvspan(
                axis.edges[steps[0]],
                axis.edges[steps[-1] + 1],
                facecolor=colours.faint,
                edgecolor=colours.missing,
                hatch="...",
                alpha=0.45,
                linewidth=0,
                zorder=0,
                label=label,
            )
            label = "_"  # in the legend once


def _kw(chart: Chart, values: Sequence[Value]) -> list[float]:
    """Mean power of each interval in kW; NaN, which breaks an area and a line, where it is not wholly known."""
    hours = (chart.edges[1] - chart.edges[0]) / 3600
    return [
        nan if value.energy_wh is None or value.reason else value.energy_wh / 1000 / hours for value in values
    ]


def _thousands(axes: Axes) -> None:
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}".replace("-", "\N{MINUS SIGN}"))
