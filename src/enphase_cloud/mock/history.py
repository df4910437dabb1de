"""What a home has to show at a moment: its days, windows of them, totals. Computed when asked, and cached.

`sun` and `flows` are what was measured in the end. What of it has arrived at a moment is up to `energy_until`, and
less the share of `late_micros`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from enphase_cloud.mock.charging import Charging
from enphase_cloud.mock.devices import metered
from enphase_cloud.mock.energy import MICRO_STEP, Flows, Sun, flows_of_day, sun_of_day
from enphase_cloud.mock.fleet import DAY, STEP, Home, draw
from enphase_cloud.mock.preferences import Preferences
from enphase_cloud.mock.production import Production
from enphase_cloud.mock.storage import ANCHORS, Storage

ONE_DAY = timedelta(days=1)
DAYS_KEPT = 1_200
LATE_SECONDS = 6 * 3600
"""So long after its end an interval may be revised."""
ENERGY_LAG = 20 * 60
"""So long after its end an interval's energy is there; the gateway's report of it arrives at once."""
SOONEST_COMPLETE = 3600


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
    """One home through time. Moments are epoch seconds.

    production: whether it may produce
    late: whether recent energy is incomplete, and revised later
    tallies: of its days, which `handlers.inverters` keeps here; emptied where days are computed anew
    """

    def __init__(self, home: Home, production: Production | None = None) -> None:
        self.home = home
        self.production = production or Production()
        self.charging = Charging(home)
        self.storage = None if home.battery is None else Storage(home)
        self.preferences = Preferences(home)
        self.late = True
        self.tallies: list[list[int]] = []
        self.sun = lru_cache(maxsize=DAYS_KEPT)(self._sun)
        self.midnight = lru_cache(maxsize=None)(self._midnight)
        self._day_wh = lru_cache(maxsize=None)(self._sum_of_day)
        self._lateness = lru_cache(maxsize=DAYS_KEPT)(self._lateness_of)
        self._flows: dict[date, Flows] = {}
        self._measured_wh: dict[date, tuple[int, ...]] = {}
        self._made_wh = [0]
        self._ordered_at: int | None = None
        self._switched = False

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
        home = self.home
        last = now - now % STEP
        if home.silent_at is not None:
            last = min(last, home.silent_at)
        if home.gap is not None and home.gap[0] < last <= home.gap[1]:
            last = home.gap[0]
        return None if home.connected_at is None or last < home.connected_at else last

    def energy_until(self, now: int) -> int | None:
        """End of the last interval whose energy is there; None: none yet. Never after `last_report_at`."""
        last, first = self.last_report_at(now - ENERGY_LAG if self.late else now), self.home.operational_at
        return None if last is None or first is None or last < first else last

    def metered(self, now: int) -> bool:
        """Whether the home has meters yet, by its last report."""
        return metered(self.home, self.last_report_at(now))

    def late_micros(self, end: int, now: int) -> int:
        """How many microinverters, of the highest positions, have yet to report the 5 minutes that end at `end`."""
        if not self.late or now - end >= LATE_SECONDS:
            return 0
        first, complete = self._lateness((end - 1) // 3600)
        return max(0, -(-first * (complete - (now - end)) // complete))

    def reset(self) -> None:
        """As at the start: nothing was ordered."""
        self.preferences = Preferences(self.home)
        self.production = Production()
        if self._switched:
            self.produce_anew()
            self._switched = False
        if self._ordered_at is not None:
            self.charging.reset()
            self.storage = None if self.home.battery is None else Storage(self.home)
            self.forget(self._ordered_at)
            self._ordered_at = None

    def forget(self, since: int = 0) -> None:
        """A command or a setting was given at `since`: what comes from then on is to be computed anew."""
        day = self.date_at(since)
        for each in [each for each in self._flows if each >= day]:
            del self._flows[each]
        for each in [each for each in self._measured_wh if each >= day]:
            del self._measured_wh[each]
        self._ordered_at = since if self._ordered_at is None else min(since, self._ordered_at)

    def produce_anew(self, since: int = 0) -> None:
        """Whether it may produce was changed at `since`: what comes from then on is to be computed anew."""
        first = self.first_date
        self._switched = True
        self.sun.cache_clear()
        self._day_wh.cache_clear()
        self.tallies.clear()
        if first is not None:
            del self._made_wh[max(1, (self.date_at(since) - first).days + 1) :]
        self.forget(since)

    def flows(self, day: date) -> Flows:
        """What the meters measure on a local date."""
        found = self._flows.get(day)
        if found is None:
            if len(self._flows) >= DAYS_KEPT:
                del self._flows[next(iter(self._flows))]
            midnight = self.midnight(day)
            found = flows_of_day(
                self.home,
                day,
                midnight,
                self.sun(day),
                charged=self.charging.energy_wh(day, midnight, self.length(day) // STEP),
                storage=self.storage,
                level=self._level(day),
                rests=(day + ONE_DAY).day in ANCHORS,
            )
            self._flows[day] = found
        return found

    def slices(self, start: int, end: int, step: int) -> Iterator[Slice]:
        """The intervals of `step` seconds that lie whole between `start` and `end`, day by day, without the gap."""
        start, end = -(-start // step) * step, end // step * step
        gap = self.home.gap or (start, start)
        while start < end:
            if gap[0] <= start < gap[1]:
                start = gap[1]
                continue
            day = self.date_at(start)
            midnight, after = self.midnight(day), self.midnight(day + ONE_DAY)
            stop = min(end, after, gap[0] if start < gap[0] else after)
            yield Slice(day, midnight, (start - midnight) // step, (stop - midnight) // step)
            start = stop

    def totals(self, day: date, now: int) -> Totals:
        """The energy of `day` that is there at `now`."""
        until = self.energy_until(now)
        micro = self._micro_wh(day, until, now)
        midnight, length = self.midnight(day), self.length(day)
        if until is None or until <= midnight or self.home.metered_at is None:
            return NOTHING._replace(micro=micro)
        if until < midnight + length:
            measured = self._measured(day, (until - midnight) // STEP)
        elif (known := self._measured_wh.get(day)) is not None:
            measured = known
        else:
            measured = self._measured_wh[day] = self._measured(day, length // STEP)
        return Totals(micro, *measured)

    def merged_wh(self, day: date, now: int) -> int:
        """Production of `day`: by the microinverters, from the first full day with a meter on by that."""
        metered = self.meter_start_date
        if metered is None or day < metered:
            return self._micro_wh(day, self.energy_until(now), now)
        # the meter sees what the microinverters make, and is never late with it
        return self._sun_wh(day, self.energy_until(now))

    def made_wh(self, now: int) -> int:
        """Production since the home went to work: the sum of `merged_wh` over its days."""
        first, until = self.first_date, self.energy_until(now)
        if first is None or until is None:
            return 0
        # of the days before nothing is late, and both ways of measuring agree
        settled = max(0, (self.date_at(min(until, now - LATE_SECONDS)) - first).days)
        while len(self._made_wh) <= settled:
            day = first + timedelta(days=len(self._made_wh) - 1)
            self._made_wh.append(self._made_wh[-1] + self._day_wh(day))
        recent = range(settled, (self.date_at(until) - first).days + 1)
        return self._made_wh[settled] + sum(
            self.merged_wh(first + timedelta(days=index), now) for index in recent
        )

    def last_interval(self, now: int) -> tuple[date, int] | None:
        """Date and number of the last interval of 15 minutes whose energy is there; None where there is none."""
        last = self.energy_until(now)
        if last is None:
            return None
        day = self.date_at(last - 1)
        return day, (last - 1 - self.midnight(day)) // STEP

    def production_w(self, now: int) -> int:
        """Power of the last interval, from what measures the production of its day; 0 where there is none."""
        last = self.last_interval(now)
        if last is None:
            return 0
        day, index = last
        metered = self.meter_start_date
        if metered is not None and day >= metered:
            return self.flows(day).production[index] * (3600 // STEP)
        count, energy_wh, midnight = self.home.modules, self.sun(day).energy_wh, self.midnight(day)
        reported = sum(
            energy_wh[each] * (count - self.late_micros(midnight + (each + 1) * MICRO_STEP, now)) // count
            for each in range(3 * index, 3 * index + 3)
        )
        return reported * (3600 // STEP)

    @cached_property
    def meter_start_date(self) -> date | None:
        """The first full local date with meters; None without."""
        installed = self.home.metered_at
        return None if installed is None else self.date_at(installed) + ONE_DAY

    @cached_property
    def first_date(self) -> date | None:
        """The local date of the first report; None for a home that has none."""
        first = self.home.operational_at
        return None if first is None else self.date_at(first - 1)

    def _measured(self, day: date, count: int) -> tuple[int, ...]:
        """Sums of the first `count` intervals of the meters' day."""
        return tuple(sum(each[:count]) for each in self.flows(day)[:6])

    def _sun_wh(self, day: date, until: int | None) -> int:
        """What the microinverters make of `day` up to a moment."""
        midnight = self.midnight(day)
        if until is None or until <= midnight:
            return 0
        if until >= self.midnight(day + ONE_DAY):
            return self._day_wh(day)
        return sum(self.sun(day).energy_wh[: (until - midnight) // MICRO_STEP])

    def _micro_wh(self, day: date, until: int | None, now: int) -> int:
        """What the microinverters have reported of `day`, of the intervals up to `until`."""
        made = self._sun_wh(day, until)
        if until is None or not self.late or self.midnight(day + ONE_DAY) <= now - LATE_SECONDS:
            return made
        return made - self._missing_wh(day, until, now)

    def _missing_wh(self, day: date, until: int, now: int) -> int:
        """What microinverters have not yet reported of `day`, of the intervals up to `until`."""
        midnight, count, energy_wh = self.midnight(day), self.home.modules, self.sun(day).energy_wh
        low = max(0, (now - LATE_SECONDS - midnight) // MICRO_STEP)
        high = min((until - midnight) // MICRO_STEP, len(energy_wh))
        missing = 0
        for index in range(low, high):
            late = self.late_micros(midnight + (index + 1) * MICRO_STEP, now)
            missing += energy_wh[index] - energy_wh[index] * (count - late) // count
        return missing

    def _lateness_of(self, hour: int) -> tuple[int, int]:
        """Of the intervals of an hour: how many microinverters are late at first, and after how long none is."""
        noise = draw(self.home.key, "late", hour)
        most = self.home.modules // 2
        return noise % (most + 1), SOONEST_COMPLETE + noise // 2**32 % (LATE_SECONDS - SOONEST_COMPLETE)

    def _level(self, day: date) -> int:
        """Of the batteries at the midnight on which `day` begins."""
        if self.storage is None:
            return 0
        first = day
        while not self._anchored(first) and first - ONE_DAY not in self._flows:
            first -= ONE_DAY
        while first < day:
            self.flows(first)
            first += ONE_DAY
        return (
            self.storage.floor(self.midnight(day)) if self._anchored(day) else self.flows(day - ONE_DAY).level
        )

    def _anchored(self, day: date) -> bool:
        """Whether the batteries are at what they keep back when `day` begins, whatever was before."""
        installed = self.home.metered_at
        if installed is None or day <= self.date_at(installed - STEP):
            return True
        changed = None if self.storage is None else self.storage.changed_at
        midnight = self.midnight(day)
        if day.day not in ANCHORS or (changed is not None and changed <= midnight):
            return False
        # in the gap nothing runs down
        gap = self.home.gap
        return gap is None or gap[1] <= midnight - DAY // 2 or gap[0] >= midnight

    def _sum_of_day(self, day: date) -> int:
        return sum(self.sun(day).energy_wh)

    def _sun(self, day: date) -> Sun:
        midnight, length = self.midnight(day), self.length(day)
        idle = self.production.idle(midnight, midnight + length)
        return sun_of_day(self.home, day, midnight, length, idle)
