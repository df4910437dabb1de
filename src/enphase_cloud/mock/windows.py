"""Which window of time a telemetry request gets: behaviours.md, "Time windows", as one function.

| asked | answered |
|---|---|
| nothing | from local midnight today |
| `granularity` | the length of the window (`day` without it), not the step; one step at least |
| a start between two intervals | rounded down to the interval |
| a start before the first report | moved to the first report's local midnight |
| a start after the last report | an empty list |
| a start in the future, or before today's date 24 months ago | 422 |
| `start_date=YYYY-MM-DD` | that local midnight; the answer carries `start_date` and `end_date` |
| | `end_date` is the last local date that the window has a part of: that of its last second |
| `end_at` | never more than the granularity gives; less where it lies within |
| an `end_at` before the start that was asked for | 422 |
| an `end_at` before the first report, like the start | an empty window, at the first report's local midnight |
| an end in the future | now |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from dateutil.relativedelta import relativedelta

from enphase_cloud.mock.facts import window_of
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.settings import LENGTHS, Settings

FUTURE = "Requested date is in the future"


@dataclass(frozen=True)
class Window:
    """From `start` to `end`, epoch seconds; `by_date` where the answer names local dates instead."""

    granularity: str
    start: int
    end: int
    by_date: bool

    def dates(self, history: History) -> dict[str, str]:
        """Its first and its last local date, as answers name them."""
        first, last = history.date_at(self.start), history.date_at(max(self.start, self.end - 1))
        return {"start_date": first.isoformat(), "end_date": last.isoformat()}

    def stuck(self) -> Window:
        """The window of a server that does not advance: it ends where it begins."""
        return replace(self, end=self.start)


def find_window(
    query: Mapping[str, str],
    history: History,
    *,
    now: int,
    step: int,
    lookback_months: int,
    cap: int | None = None,
) -> Window:
    """The window for `query`, at most `cap` seconds long, and at least `step` where so much time has gone by.

    Raises RefusedError (422) where there is none.
    """
    granularity = query.get("granularity", "day")
    if granularity not in LENGTHS:
        raise RefusedError(422, f"granularity must be one of {', '.join(LENGTHS)}, not '{granularity}'")
    today = history.date_at(now)
    by_date = "start_date" in query and "start_at" not in query
    if by_date:
        start = history.midnight(parse_date(query["start_date"]))
    elif "start_at" in query:
        start = parse_epoch(query["start_at"])
    else:
        start = history.midnight(today)
    if start > now:
        raise RefusedError(422, FUTURE)
    asked_start = start
    start -= start % step
    length = span(granularity, step, cap)
    end = min(now, start + length)
    if start < history.midnight(today - relativedelta(months=lookback_months)):
        raise RefusedError(422, out_of_range(history, now, start, end))
    first = history.first_date
    if first is not None and history.last_report_at(now) is not None:
        start = max(start, history.midnight(first))
    end = min(now, start + length)
    if "end_at" in query:
        asked = parse_epoch(query["end_at"])
        if asked < asked_start:
            raise RefusedError(422, out_of_range(history, now, asked_start, asked))
        end = max(start, min(end, asked))
    return Window(granularity, start, end, by_date)


def span(granularity: str, step: int, cap: int | None) -> int:
    """How many seconds a window has: who goes on from its end has to get on, so a step at least."""
    return max(step, min(LENGTHS[granularity], cap or LENGTHS[granularity]))


def longest(settings: Settings, series: str) -> int | None:
    """The most seconds that an answer of a series covers, whatever is asked for; None: no limit."""
    if series not in settings.day_only:
        return settings.window_cap
    return min(LENGTHS["day"], settings.window_cap or LENGTHS["day"])


def longest_window(operation: str) -> int:
    """The most seconds that can be asked for, by the catalog. Raises LookupError where it names none."""
    return window_of(operation).lengths[-1][1]


def parse_epoch(text: str) -> int:
    """Epoch seconds; RefusedError (422) where `text` is something else."""
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise RefusedError(422, f"Failed to parse date {text}")
    return int(text)


def parse_date(text: str) -> date:
    """A date as YYYY-MM-DD; RefusedError (422) where `text` is something else, or no year of a clock."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise RefusedError(422, f"Failed to parse date {text}") from None
    if not 1970 <= day.year < 9999:
        raise RefusedError(422, f"Failed to parse date {text}")
    return day


def out_of_range(history: History, now: int, start: int, end: int) -> str:
    """What the service says of a range that it does not have."""
    first, last = history.home.operational_at, history.last_report_at(now)
    known = {"start_at": start, "end_at": end, "first_interval": first, "last_interval": last}
    listed = ", ".join(f":{name}=>{'nil' if value is None else value}" for name, value in known.items())
    return f"Invalid request because of 'Requested date range is invalid for this system. {{{listed}}}'"
