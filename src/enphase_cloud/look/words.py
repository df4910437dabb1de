"""What charts and report say in the same words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .periods import Period
from .tracks import CHARGE, CONSUMPTION, DISCHARGE, EXPORT, IMPORT, PRODUCTION

if TYPE_CHECKING:
    from datetime import datetime

    from .charts import Chart
    from .totals import Totals

NAMES = {
    PRODUCTION: "production",
    CONSUMPTION: "consumption",
    IMPORT: "import from the grid",
    EXPORT: "export to the grid",
    CHARGE: "battery charge",
    DISCHARGE: "battery discharge",
}
LONGEST_NAME = 60
MISSING = "–"
MOST_HOLES = 10


def shown_name(name: str | None) -> str:
    """The name of a system in one line: what cannot be seen, or turns text around, is U+FFFD; what is long is cut."""
    line = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name or "")
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"


def heading(chart: Chart) -> str:
    """Which system, and when."""
    name = shown_name(chart.place.name) or f"System {chart.place.system_id}"
    return f"{name}, {chart.title}"


def kwh(energy_wh: float) -> str:
    """Energy in kWh, with as many digits as are worth reading."""
    amount = energy_wh / 1000
    return f"{amount:,.1f} kWh" if abs(amount) < 1_000 else f"{amount:,.0f} kWh"


def percent(share: float | None) -> str:
    return MISSING if share is None else f"{100 * share:.0f}%"


def summary(totals: Totals, width: int) -> list[str]:
    """The totals in lines of up to so many letters; `≥` stands before what is of a part of the period only."""
    told = [
        f"{name} {'≥ ' if name in totals.incomplete else ''}{kwh(energy_wh)}"
        for name, energy_wh in totals.energy_wh.items()
    ]
    if totals.self_sufficiency is not None:
        told.append(f"self-sufficiency {percent(totals.self_sufficiency)}")
    if totals.self_consumption is not None:
        told.append(f"self-consumption {percent(totals.self_consumption)}")
    lines = told[:1]
    for each in told[1:]:
        longer = f"{lines[-1]}  ·  {each}"
        if len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(each)
    return lines


def holes_told(chart: Chart) -> list[str]:
    """A line for each hole of a chart, up to `MOST_HOLES`."""
    lines = [
        f"missing: {hole_span(hole.start, hole.end, chart.period)}: {hole.reason} ({', '.join(hole.tracks)})"
        for hole in chart.holes[:MOST_HOLES]
    ]
    left = len(chart.holes) - len(lines)
    return [*lines, f"and {left} more"] if left else lines


def hole_span(start: datetime, end: datetime, period: Period) -> str:
    """When something is missing, on the clock or the calendar of the site."""
    if period is Period.DAY:
        over = "24:00" if end.date() > start.date() else f"{end:%H:%M}"
        return f"{start:%H:%M} to {over}"
    if period is Period.MONTH:
        last = (end - timedelta(hours=1)).date()
        return f"{start:%d %b}" if last == start.date() else f"{start:%d %b} to {last:%d %b}"
    last = (end - timedelta(days=1)).date()
    one = (last.year, last.month) == (start.year, start.month)
    return f"a part of {start:%b %Y}" if one else f"parts of {start:%b %Y} to {last:%b %Y}"
