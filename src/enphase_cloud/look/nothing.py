"""Why there is nothing to show, and what would help.

| what was asked for | told |
|---|---|
| begins after now | InvalidRequest: it lies in the future |
| of a system of which the service says that it has never reported | that |
| ends before the system began to work | that |
| of which something was never fetched | run `enphase sync` |
| anything else | it reported nothing then |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidRequest
from .steps import NOT_ARCHIVED
from .tracks import TRACKS

if TYPE_CHECKING:
    from datetime import date

    from .periods import Span
    from .readings import Readings


class NothingToShow(InvalidRequest):
    """The archive has nothing of what was asked for; the message says why."""


def refuse_future(readings: Readings, span: Span, what: str) -> None:
    """InvalidRequest for a span that has not begun."""
    if span.first > readings.today:
        msg = f"{what} lies in the future: there is nothing to show yet."
        raise InvalidRequest(msg)


def nothing_in(readings: Readings, span: Span, what: str, *, days: bool = True) -> NothingToShow:
    """Why nothing is known of a span, which `what` names; without `days`, of the intervals of it."""
    refuse_future(readings, span, what)
    site = readings.site
    told = f"nothing of system {site.system_id} is archived of {what}"
    if site.details is not None and site.details.last_report_at is None and readings.since is None:
        return NothingToShow(f"{told}: it has never reported, as the service last said.")
    first = _first_day(readings)
    if first is not None and span.after <= first:
        return NothingToShow(f"{told}: there was no such system before {first}.")
    sync = f"`enphase sync {site.system_id}`"
    if not days:
        by_day = any(readings.by_day(name, span) for name in TRACKS)
        told = f"{told} by the interval"
        more = ", or ask for --period month" if by_day else ""
    else:
        more = ""
    if _unfetched(readings, span, days=days):
        return NothingToShow(f"{told}: run {sync}{more}.")
    return NothingToShow(f"{told}: it reported nothing then{more}.")


def _first_day(readings: Readings) -> date | None:
    """The day before which there can be nothing, as far as that is known."""
    operational = readings.site.operational_at
    known = [] if operational is None else [operational.astimezone(readings.zone).date()]
    if readings.since is not None:  # what it has made before it was said to work counts
        known.append(readings.since)
    return min(known, default=None)


def _unfetched(readings: Readings, span: Span, *, days: bool) -> bool:
    """Whether a part of a span was never asked for of any series that charts are drawn from."""
    series = {column.series for sources in TRACKS.values() for column in sources.telemetry}
    gaps = [gap for each in sorted(series) for gap in readings.gaps(each, span)]
    if days:
        gaps += readings.day_gaps(span)
    return any(gap.reason == NOT_ARCHIVED for gap in gaps)
