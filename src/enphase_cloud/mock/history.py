"""What a home has to show at a moment: its days, windows of them, totals. Computed when asked, and cached."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from enphase_cloud.mock.charging import Charging
from enphase_cloud.mock.energy import MICRO_STEP, Flows, Sun, flows_of_day, sun_of_day
from enphase_cloud.mock.fleet import STEP, Home
from enphase_cloud.mock.storage import Storage

ONE_DAY = timedelta(days=1)
DAYS_KEPT = 1_200


class Totals(NamedTuple):
    """Energy of one local date, in Wh; `micro` by the microinverters, the others by the meters."""

    micro: int
    production: int
    consumption: int
    charge: int
    discharge: int
    import_: int
    export: int


NOTHING = Totals(0, 0, 0, 0, 0, 0, 0)


class Slice(NamedTuple):
    """Intervals `low` to `high` (exclusive) of the local date that begins at `midnight`."""

    day: date
    midnight: int
    low: int
    high: int


class History:
    """One home through time. Moments are epoch seconds."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.charging = Charging(home)
        self.storage = None if home.battery is None else Storage(home)
        self.sun = lru_cache(maxsize=DAYS_KEPT)(self._sun)
        self.flows = lru_cache(maxsize=DAYS_KEPT)(self._flows)
        self._whole = lru_cache(maxsize=None)(self._sum)
        self.midnight = lru_cache(maxsize=None)(self._midnight)

    def date_at(self, moment: int) -> date:
        """The local date at `moment`."""
        return datetime.fromtimestamp(moment, self.home.zone).date()

    def _midnight(self, day: date) -> int:
        # where the clocks skip midnight, this is the moment they do: the first of the day all the same
        return int(datetime(day.year, day.month, day.day, tzinfo=self.home.zone).timestamp())

    def length(self, day: date) -> int:
        """How long the local date lasts, in seconds."""
        return self.midnight(day + ONE_DAY) - self.midnight(day)

    def last_report_at(self, now: int) -> int | None:
        """When the gateway last reported: every 15 minutes, at the end of an interval. None: never yet."""
        first, silent = self.home.operational_at, self.home.silent_at
        last = now - now % STEP
        if silent is not None:
            last = min(last, silent)
        return None if first is None or last < first else last

    def energy_until(self, now: int) -> int | None:
        """End of the last interval whose energy is there; None: none yet. Never after `last_report_at`."""
        return self.last_report_at(now)

    def forget(self) -> None:
        """What was computed is no longer so: a setting or a command changed it."""
        self.sun.cache_clear()
        self.flows.cache_clear()
        self._whole.cache_clear()

    def slices(self, start: int, end: int, step: int) -> Iterator[Slice]:
        """The intervals of `step` seconds that lie whole between `start` and `end`, day by day."""
        start, end = -(-start // step) * step, end // step * step
        while start < end:
            day = self.date_at(start)
            midnight, after = self.midnight(day), self.midnight(day + ONE_DAY)
            stop = min(end, after)
            yield Slice(day, midnight, (start - midnight) // step, (stop - midnight) // step)
            start = stop

    def totals(self, day: date, until: int) -> Totals:
        """The energy of `day` as far as it was reported at `until`."""
        midnight = self.midnight(day)
        if until <= midnight:
            return NOTHING
        length = self.length(day)
        if until >= midnight + length:
            return self._whole(day, length)
        return self._sum(day, until - midnight)

    def merged_wh(self, day: date, until: int) -> int:
        """Production of `day`: by the microinverters, from the first full day with a meter on by that."""
        totals = self.totals(day, until)
        metered = self.meter_start_date
        return totals.micro if metered is None or day < metered else totals.production

    def last_interval(self, now: int) -> tuple[date, int] | None:
        """Date and number of the interval of 15 minutes that was reported last; None where none was."""
        last = self.last_report_at(now)
        if last is None:
            return None
        day = self.date_at(last - 1)
        return day, (last - 1 - self.midnight(day)) // STEP

    def production_w(self, now: int) -> int:
        """Power of the last reported interval; 0 where there is none."""
        last = self.last_interval(now)
        if last is None:
            return 0
        day, index = last
        return sum(self.sun(day).energy_wh[3 * index : 3 * index + 3]) * (3600 // STEP)

    @property
    def meter_start_date(self) -> date | None:
        """The first full local date with meters; None without."""
        installed = self.home.metered_at
        return None if installed is None else self.date_at(installed) + ONE_DAY

    @property
    def first_date(self) -> date | None:
        """The local date of the first report; None for a home that has none."""
        first = self.home.operational_at
        return None if first is None else self.date_at(first - 1)

    def _sum(self, day: date, seconds: int) -> Totals:
        micro = sum(self.sun(day).energy_wh[: seconds // MICRO_STEP])
        if self.home.metered_at is None:
            return NOTHING._replace(micro=micro)
        count = seconds // STEP
        return Totals(micro, *(sum(each[:count]) for each in self.flows(day)[:6]))

    def _sun(self, day: date) -> Sun:
        return sun_of_day(self.home, day, self.midnight(day), self.length(day))

    def _charged(self, day: date) -> array[int]:
        return self.charging.energy_wh(day, self.midnight(day), self.length(day) // STEP)

    def _flows(self, day: date) -> Flows:
        return flows_of_day(self.home, day, self.midnight(day), self.sun(day), self._charged(day))
