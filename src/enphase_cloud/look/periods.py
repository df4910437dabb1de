"""The periods that a chart may show: dates and steps of them, on the clock of the site.

| period | steps |
|---|---|
| day | 15 minutes; 5 where only microinverters were measured |
| month | local days |
| year | local months |
| lifetime | local months; local years where it is longer than `MANY_MONTHS` |

A step begins where the one before it ends, whatever the clocks do: days have 23, 24 or 25 hours.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from .. import _time
from ..errors import InvalidRequest
from ..rows import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

MANY_MONTHS = 60
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Years of which charts can be asked for: the calendar goes on at both ends, whatever the zone."""
ONE_DAY = timedelta(days=1)
_WRITTEN = re.compile(r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d))?)?", re.ASCII)


class Period(StrEnum):
    """How much a chart shows."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    LIFETIME = "lifetime"


class Span(NamedTuple):
    """Local dates, `first <= date < after`."""

    first: date
    after: date

    def midnights(self, zone: tzinfo) -> list[int]:
        """Epoch seconds at which each of the dates begins, and at which the last ends."""
        count = (self.after - self.first).days
        return [_time.midnight(self.first + index * ONE_DAY, zone) for index in range(count + 1)]


def written(text: str) -> tuple[date, Period]:
    """A date as people write it, and how much of the calendar that is: `2026-05-17`, `2026-05`, `2026`.

    InvalidRequest where it is none.
    """
    found = _WRITTEN.fullmatch(text.strip())
    try:
        if found is not None:
            year, month, day = found["year"], found["month"], found["day"]
            on = date(int(year), int(month or 1), int(day or 1))
            if FIRST_YEAR <= on.year <= LAST_YEAR:
                return on, Period.DAY if day else Period.MONTH if month else Period.YEAR
    except ValueError:
        pass
    msg = (
        f"date {shown(text)} is not a date from {FIRST_YEAR} to {LAST_YEAR}: write '2026-05-17', '2026-05' for a "
        "month, or '2026' for a year."
    )
    raise InvalidRequest(msg)


def span_of(period: Period, on: date, since: date) -> Span:
    """The dates of the period in which `on` lies; a lifetime is from the month of `since` to that of `on`."""
    if period is Period.DAY:
        return Span(on, on + ONE_DAY)
    if period is Period.MONTH:
        return Span(month_of(on), next_month(on))
    if period is Period.YEAR:
        return Span(year_of(on), date(on.year + 1, 1, 1))
    return Span(month_of(min(since, on)), next_month(on))


def steps_of(span: Span, period: Period) -> list[date]:
    """The dates with which the steps of a span begin, and the one after the last; those at its ends may be short."""
    following = next_day if period is Period.MONTH else next_month
    months = (span.after.year - span.first.year) * 12 + span.after.month - span.first.month
    if period is Period.LIFETIME and months > MANY_MONTHS:
        following = next_year
    return cut(span, following)


def cut(span: Span, following: Callable[[date], date]) -> list[date]:
    """Where a span is cut into days, months or years, its ends included."""
    found = [span.first]
    while found[-1] < span.after:
        found.append(min(following(found[-1]), span.after))
    return found


def hands(day: date, zone: tzinfo, step: int) -> list[int]:
    """The edges of the intervals of a local day, in epoch seconds: 97 for 15 minutes, or 93, or 101."""
    begin, end = _time.midnight(day, zone), _time.midnight(day + ONE_DAY, zone)
    return [*range(begin, end, step), end]


def month_of(on: date) -> date:
    return on.replace(day=1)


def year_of(on: date) -> date:
    return date(on.year, 1, 1)


def next_day(on: date) -> date:
    return on + ONE_DAY


def next_month(on: date) -> date:
    return month_of(month_of(on) + timedelta(days=31))


def next_year(on: date) -> date:
    return date(on.year + 1, 1, 1)
