"""What a sync is going to cost, how far it is, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..archived import Hole


class SeriesPlan(NamedTuple):
    """What a sync has to ask for of one series."""

    system_id: int
    series: str
    """With the serial number of the device, where it is a series of one."""
    updates: int
    """Calls that bring what is new, and what is not final."""
    history: int
    """Calls that bring what lies before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """What a sync would ask for, reckoned without a call."""

    hits: int
    """Calls, where the service gives windows as wide as are asked for and no call has to be repeated."""
    exact: bool
    """False where systems or devices are not known yet (`unknown`): then there may be more. Else it is not more than
    `hits`: of a system that began to work within the time that is asked for, the service says from when it has rows."""
    hits_now: int
    """Of the hits, those that this sync makes: as `max_hits`, the reserve and what is left of the month allow."""
    look_ups: int
    """Of the hits, those that ask for the list of systems, and for devices."""
    updates: int
    """Of the hits, those that bring what is new or may have been revised: a sync the day after has about as many."""
    history: int
    """Of the hits, those that bring what lies before. They go as far as the month does, less what updates need."""
    updates_per_month: int
    """What updates and look-ups take of a month of 31 days, with a sync each day."""
    per_month: int | None
    """The month's limit; None where none is known: then nothing is kept back of it."""
    seconds: float
    """How long the calls have to wait for the plan's minutes, about. 0 where no limit is known."""
    seconds_now: float
    """The same of `hits_now`: so long this sync takes."""
    days: float
    """How long it takes until all of it is there, with a sync each day, about; `inf` where updates leave nothing."""
    cost_usd: float
    """What the vendor bills beyond the plan's monthly fee."""
    within_month: bool
    """Whether what is left of the month suffices, less what is kept back for updates."""
    series: Sequence[SeriesPlan] = field(repr=False)
    unknown: Sequence[str] = ()
    """What is not known yet, so that more may be to be asked for."""
    skipped: Sequence[str] = ()
    """Series that were chosen, and are not asked for: not in the plan, refused of late, or of no device."""

    @property
    def too_many(self) -> bool:
        """Whether the updates of each day alone take more than a month has."""
        return self.per_month is not None and self.updates_per_month > self.per_month


class SeriesDone(NamedTuple):
    """What a sync has done for one series."""

    system_id: int
    series: str
    windows: int
    hits: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What a sync has done. It is complete where nothing was put off, and there are no holes."""

    hits: int
    """Calls that it made."""
    least: int
    """The fewest calls that bring what it has brought, where the service gives windows as wide as are asked for."""
    rows: int
    windows: int
    """Ranges that were read, a call each where the service gives windows as wide as are asked for."""
    put_off: int
    """Calls that are left for another sync."""
    put_off_for: str
    """Why: `max_hits`, `reserve` (history waits, so that updates go on), `month` (it is used up), or empty."""
    put_off_until: datetime | None
    """Where it is for the month's allowance: when that begins anew."""
    holes: Sequence[Hole]
    """What was asked for in vain: the next sync asks again; for what was refused or not found, one a week later."""
    skipped: Sequence[str]
    """Series that were not asked for: not in the plan, refused of late, or of no device."""
    systems: int
    seconds: float
    """How long it took."""
    series: Sequence[SeriesDone] = field(repr=False)

    @property
    def complete(self) -> bool:
        """Whether all that was to be had is there."""
        return not self.put_off and not self.holes


class SyncProgress(NamedTuple):
    """How far a sync is. Handed to `on_progress` from the thread that works."""

    plan: SyncPlan | None
    """What it is going to cost; None while systems are looked up."""
    windows: int
    """Calls of the plan that are done."""
    planned: int
    """Calls that this sync is going to make, as far as is known by now."""
    hits: int
    rows: int
    failed: int
    month_left: int | None
    system_id: int | None
    """What has been read last."""
    series: str
    waiting: float = 0.0
    """Seconds for which nothing is going to be sent."""
