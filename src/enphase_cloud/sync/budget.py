"""How many hits a sync may take, and what it leaves.

| what | leaves, of the month |
|---|---|
| updates: what is new, or may have been revised | what the caller reserves for others |
| history | that, and what a sync each day takes until the month ends, and one more; at most 9 tenths of the limit |
"""

from __future__ import annotations

from math import ceil, inf
from typing import TYPE_CHECKING

from .._time import aware

if TYPE_CHECKING:
    from ..transport.plan import Quota

_DAY = 86400
LONGEST_MONTH = 31
_AT_LEAST = 10
"""Of the month's limit, this part is for history."""


class Budget:
    """The hits of one sync."""

    def __init__(self, max_hits: int | None) -> None:
        self.max_hits = max_hits
        self.hits = 0
        self._begun = 0
        """Hits that calls may take that have begun, and of which it is not known."""

    @property
    def left(self) -> int | None:
        """How many more may be begun; None: any number."""
        return None if self.max_hits is None else max(0, self.max_hits - self.hits - self._begun)

    @property
    def spent(self) -> bool:
        """Whether what has begun may not go on with another call: what was set aside for it is more than is left."""
        return self.max_hits is not None and self.hits + self._begun > self.max_hits

    def begin(self, attempts: int) -> int:
        """Set hits aside for a call that may be sent so often; as many as there are."""
        begun = attempts if self.left is None else min(attempts, self.left)
        self._begun += begun
        return begun

    def paid(self, hits: int) -> None:
        """Note hits that were made."""
        self.hits += hits

    def end(self, begun: int) -> None:
        """Give back what was set aside."""
        self._begun -= begun


def kept_back(quota: Quota, updates: int, now: float, reserve: int) -> int:
    """What history leaves of the month: `updates` are the hits of a sync of the day after."""
    limit = quota.month.limit
    if limit is None:
        return reserve
    return reserve + _for_updates(limit, updates, days_left(now) + 1)


def _for_updates(limit: int, updates: int, days: int) -> int:
    """Where updates would take all of the month, history goes on all the same, though slowly."""
    return min(updates * days, limit - limit // _AT_LEAST)


def days_left(now: float) -> int:
    """The days of the UTC month that begin after now."""
    return (_next_month(now) - int(now) - 1) // _DAY


def hits_now(quota: Quota, daily: int, now: float, reserve: int, *, updates: int, history: int) -> int:
    """How many of its hits a sync can make now; `daily` are those of a sync of the day after."""
    left = quota.month.left
    if left is None:
        return updates + history
    of_updates = min(updates, max(0, left - reserve))
    return of_updates + min(history, max(0, left - updates - kept_back(quota, daily, now, reserve)))


def days_until_done(
    quota: Quota, daily: int, now: float, reserve: int, *, history: int, seconds: float
) -> float:
    """How long it takes until the history is there, with a sync each day, about; inf where it never is."""
    month = quota.month
    if month.left is None or month.limit is None:
        return seconds / _DAY
    history -= max(0, month.left - daily - kept_back(quota, daily, now, reserve))
    if history <= 0:
        return seconds / _DAY
    kept = _for_updates(month.limit, daily, LONGEST_MONTH)
    if kept < daily * LONGEST_MONTH:  # then it is only the first sync of a month that leaves something
        kept += daily
    monthly = month.limit - reserve - kept
    if monthly <= 0:
        return inf
    return (_next_month(now) - now) / _DAY + (ceil(history / monthly) - 1) * 30


def _next_month(now: float) -> int:
    today = aware(int(now))
    first = today.replace(day=1, hour=0, minute=0, second=0)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return int(following.timestamp())
