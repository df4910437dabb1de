"""The EV chargers of a home: cars that come and go, what they take, and what the chargers are told to do.

A car comes home on most days, in the afternoon or the evening, and leaves in the morning. It charges until it
has what it wants: at once, or at night where the charger keeps a schedule. All of that is a pure function of
the home and the date.

A command takes effect some seconds after it was given, and changes nothing before that.

| told | while | the charger |
|---|---|---|
| to start | a car waits for its schedule | begins at once, and pays no heed to the schedule |
| to start | a car is charging | goes on, at the level that was asked for |
| to start | a car has what it wants, or was stopped | begins another session |
| to start | there is no car | finds one: a guest's, which stays until the family's comes, half a day at most |
| to stop | a session is open | ends it; what was scheduled does not begin any more |
| to stop | none is | does nothing |
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from heapq import merge
from typing import NamedTuple

from enphase_cloud.mock.devices import charger_serial
from enphase_cloud.mock.fleet import STEP, Home, draw

ONE_DAY = timedelta(days=1)
DAYS_KEPT = 1_200
GUEST_SECONDS = 12 * 3600
NOON = 12 * 60
WEEKDAYS, WEEKEND = (1, 2, 3, 4, 5), (6, 7)


class Period(NamedTuple):
    """One entry of a schedule: on which days (1 is Monday), from and to which minute of the day, at which level.

    It begins on those days; where `end` is not after `start`, it ends on the day after.
    """

    days: tuple[int, ...]
    start: int
    end: int
    level_percent: int


class Charger(NamedTuple):
    """One charger; `scheduled`: it waits for its schedule."""

    position: int
    serial: str
    max_power_w: int
    scheduled: bool
    schedule: tuple[Period, ...]


class Step(NamedTuple):
    """From `since` to `until`, at a constant power."""

    since: int
    until: int
    power_w: int


class Session(NamedTuple):
    """From when the car could charge (plugged in, or told to start) to when it had done so. Moments are epoch seconds.

    wanted_ws: the most that it takes, in watt-seconds
    """

    since: int
    until: int
    steps: tuple[Step, ...]
    wanted_ws: int

    def taken_ws(self, moment: int) -> int:
        """The energy at `moment` since the session began, in watt-seconds."""
        taken = sum(
            each.power_w * (min(moment, each.until) - each.since)
            for each in self.steps
            if each.since < moment
        )
        return min(taken, self.wanted_ws)

    def energy_wh(self, moment: int) -> int:
        """The same in whole watt-hours, so that differences of it add up to the whole."""
        return self.taken_ws(moment) // 3600

    @property
    def charging_seconds(self) -> int:
        """For how long there was power."""
        return sum(each.until - each.since for each in self.steps if each.power_w)


class Stay(NamedTuple):
    """A car at a charger, from `since` to `until`.

    begins, ends: when it charges of itself, at `level_percent`; `begins` None: only when the charger is told to
    """

    since: int
    until: int
    wanted_wh: int
    begins: int | None
    ends: int
    level_percent: int


class Command(NamedTuple):
    """What a charger was told at `given`, in force from `at` on. `level_percent` None: to stop."""

    given: int
    at: int
    position: int
    level_percent: int | None


def build_charger(home: Home, position: int) -> Charger:
    """A charger of the home. Every other one has a schedule, the first of the first home among them."""
    noise = draw(home.key, "charger", position)
    start = (22 * 60 + 30, 23 * 60, 30, 60)[noise % 4]
    end = (5 * 60, 6 * 60)[noise // 4 % 2]
    levels = ((70, 80, 90)[noise // 8 % 3], (80, 100)[noise // 24 % 2])
    return Charger(
        position,
        charger_serial(home, position),
        (7_200, 7_680, 9_600)[noise // 48 % 3],
        (home.index + position) % 2 == 0,
        tuple(
            Period(days, start, end, level) for days, level in zip((WEEKDAYS, WEEKEND), levels, strict=True)
        ),
    )


class Charging:
    """The chargers of one home through time."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.chargers = tuple(build_charger(home, position) for position in range(home.chargers))
        self._commands: list[Command] = []
        self._guests: list[list[Stay]] = [[] for _ in self.chargers]
        self._family = lru_cache(maxsize=None)(self._family_stay)
        self._sessions = lru_cache(maxsize=4 * DAYS_KEPT)(self._sessions_of)
        self._days = lru_cache(maxsize=2 * DAYS_KEPT)(self._day)

    def reset(self) -> None:
        """Nothing was ever commanded."""
        if self._commands:
            self._commands.clear()
            self._changed()

    def find(self, serial: str) -> Charger | None:
        """The charger with that serial number."""
        return next((each for each in self.chargers if each.serial == serial), None)

    def start(self, charger: Charger, now: int, level_percent: int = 100) -> int:
        """Tell a charger to charge at a share of its power. Gives the moment from which it does."""
        return self._tell(charger, now, level_percent)

    def stop(self, charger: Charger, now: int) -> int:
        """Tell a charger to stop. Gives the moment from which it does."""
        return self._tell(charger, now, None)

    def energy_wh(self, day: date, midnight: int, count: int) -> array[int]:
        """What all chargers took in each of the `count` intervals of 15 minutes of a local date."""
        each = [self.charger_wh(charger, day, midnight, count) for charger in self.chargers]
        if not each:
            return array("i", bytes(4 * count))
        return each[0] if len(each) == 1 else array("i", map(sum, zip(*each, strict=True)))

    def charger_wh(self, charger: Charger, day: date, midnight: int, count: int) -> array[int]:
        """The same of one charger. Not to be changed: it is kept."""
        return self._days(charger.position, day, midnight, count)

    def power_w(self, now: int) -> int:
        """What all chargers take at this moment."""
        return sum(
            step.power_w
            for charger in self.chargers
            for stay in self.stays(charger, now, now + 1)
            for session in self.sessions(charger, stay)
            for step in session.steps
            if step.since <= now < step.until
        )

    def status(self, charger: Charger, now: int) -> str:
        """`charging`; `preparing`: about to; `finishing`: done or about to be, and still plugged in; else `normal`."""
        pending = [each for each in self._commands if each.position == charger.position]
        told = next((each for each in reversed(pending) if each.given <= now), None)
        if told is not None and told.at <= now:
            told = None
        if told is not None and told.level_percent is not None:
            return "preparing"
        stay = next(self.stays(charger, now, now + 1), None)
        if stay is None:
            return "normal"
        opened = next((each for each in self.sessions(charger, stay) if each.since <= now < each.until), None)
        if opened is None or told is not None:
            return "finishing"
        powered = any(each.power_w and each.since <= now < each.until for each in opened.steps)
        return "charging" if powered else "preparing"

    def stays(self, charger: Charger, start: int, end: int) -> Iterator[Stay]:
        """The cars that were at the charger between `start` and `end` (exclusive), in order."""
        found = [*self._family_stays(charger, start, end), *self._guests[charger.position]]
        near = [each for each in found if each.since < end and each.until > start]
        return iter(sorted(near, key=lambda stay: stay.since))

    def stays_before(self, charger: Charger, now: int) -> Iterator[Stay]:
        """The cars that have come until `now`, the latest first, back to the first."""
        guests = [each for each in reversed(self._guests[charger.position]) if each.since <= now]
        family = (each for each in self._family_before(charger, now) if each.since <= now)
        return merge(family, guests, key=lambda stay: stay.since, reverse=True)

    def sessions(self, charger: Charger, stay: Stay) -> tuple[Session, ...]:
        """The sessions of a stay, in order."""
        return self._sessions(charger.position, stay)

    def _tell(self, charger: Charger, now: int, level_percent: int | None) -> int:
        # what was told later, before the clock was set back, has not happened
        self._commands = [each for each in self._commands if each.given <= now]
        own = [each.at for each in self._commands if each.position == charger.position]
        at = max([now + 3 + draw(self.home.key, "delay", charger.position, now) % 10, *own])
        self._commands.append(Command(now, at, charger.position, level_percent))
        self._changed()
        return at

    def _changed(self) -> None:
        self._sessions.cache_clear()
        self._days.cache_clear()
        self._guests = [self._guests_of(charger) for charger in self.chargers]

    def _date(self, moment: int) -> date:
        return datetime.fromtimestamp(moment, self.home.zone).date()

    def _at(self, day: date, minute: int, second: int = 0) -> int:
        told = datetime.combine(day, time(minute // 60, minute % 60, second), self.home.zone)
        return int(told.timestamp())

    def _family_stays(self, charger: Charger, start: int, end: int) -> Iterator[Stay]:
        day, last = self._date(start) - ONE_DAY, self._date(end)
        while day <= last:
            stay = self._family(charger.position, day)
            if stay is not None:
                yield stay
            day += ONE_DAY

    def _family_before(self, charger: Charger, now: int) -> Iterator[Stay]:
        installed = self.home.metered_at
        day = self._date(now)
        while installed is not None and day >= self._date(installed):
            stay = self._family(charger.position, day)
            if stay is not None:
                yield stay
            day -= ONE_DAY

    def _family_stay(self, position: int, day: date) -> Stay | None:
        """The stay that begins on a local date, if the car comes home on it: from the afternoon to the morning."""
        charger, noise = self.chargers[position], draw(self.home.key, "car", position, day.toordinal())

        def pick(low: int, high: int) -> int:
            nonlocal noise
            noise, rest = divmod(noise, high - low + 1)
            return low + rest

        if pick(1, 100) > (80 if position == 0 else 55):
            return None
        evening = (990, 1290) if day.isoweekday() in WEEKDAYS else (780, 1230)
        since = self._at(day, pick(*evening), pick(0, 59))
        until = self._at(day + ONE_DAY, pick(390, 570), pick(0, 59))
        wanted_wh, begins = pick(4_000, 26_000), since + pick(20, 90)
        installed = self.home.metered_at
        if installed is None or since < installed:
            return None
        if not charger.scheduled:
            return Stay(since, until, wanted_wh, begins, until, 100)
        start, stop = charger.schedule[0].start, charger.schedule[0].end
        first = day if start >= NOON else day + ONE_DAY
        level = next(each.level_percent for each in charger.schedule if first.isoweekday() in each.days)
        begins = max(begins, self._at(first, start))
        return Stay(since, until, wanted_wh, begins, self._at(day + ONE_DAY, stop), level)

    def _guests_of(self, charger: Charger) -> list[Stay]:
        """A car for each command to start that finds none."""
        guests: list[Stay] = []
        for each in self._commands:
            at = each.at
            if each.position != charger.position or each.level_percent is None:
                continue
            near = [*self._family_stays(charger, at, at + GUEST_SECONDS), *guests]
            if any(stay.since <= at < stay.until for stay in near):
                continue
            until = min([at + GUEST_SECONDS, *(stay.since for stay in near if stay.since > at)])
            wanted_wh = 5_000 + draw(self.home.key, "guest", charger.position, at) % 20_000
            guests.append(Stay(at, until, wanted_wh, None, until, 100))
        return guests

    def _sessions_of(self, position: int, stay: Stay) -> tuple[Session, ...]:
        full_w, wanted_ws = self.chargers[position].max_power_w, stay.wanted_wh * 3600
        found: list[Session] = []
        if stay.begins is not None:
            first = _step(stay.begins, stay.ends, full_w * stay.level_percent // 100, wanted_ws)
            found.append(Session(stay.since, first.until, (first,), wanted_ws))
        for each in self._commands:
            at = each.at
            if each.position != position or not stay.since <= at < stay.until:
                continue
            last = found[-1] if found else None
            if last is not None and at < last.until:
                found[-1] = _cut(last, at)
                last = found[-1]
                if each.level_percent is None:
                    continue
                begun = found.pop()
                left_ws = begun.wanted_ws - begun.taken_ws(at)
            elif each.level_percent is None:
                continue
            else:
                left_ws = wanted_ws if last is None else last.wanted_ws - last.taken_ws(at)
                # a car that has what it wanted wants some more
                left_ws = left_ws or (2_000 + draw(self.home.key, "more", position, at) % 6_000) * 3600
                begun = Session(at, at, (), left_ws)
            further = _step(at, stay.until, full_w * each.level_percent // 100, left_ws)
            found.append(begun._replace(until=further.until, steps=(*begun.steps, further)))
        return tuple(found)

    def _day(self, position: int, day: date, midnight: int, count: int) -> array[int]:
        charger, end = self.chargers[position], midnight + count * STEP
        values = array("i", bytes(4 * count))
        for stay in self.stays(charger, midnight, end):
            for session in self.sessions(charger, stay):
                low = (max(session.since, midnight) - midnight) // STEP
                high = -(-(min(session.until, end) - midnight) // STEP)
                before = session.energy_wh(midnight + low * STEP)
                for index in range(low, high):
                    after = session.energy_wh(midnight + (index + 1) * STEP)
                    values[index] += after - before
                    before = after
        return values


def _step(since: int, until: int, power_w: int, wanted_ws: int) -> Step:
    """Charging from `since` on until there is what is wanted, or until `until`."""
    full = since - -wanted_ws // power_w if power_w else until
    return Step(since, max(since, min(until, full)), power_w)


def _cut(session: Session, at: int) -> Session:
    """The session as far as it went until `at`."""
    steps = tuple(each._replace(until=min(each.until, at)) for each in session.steps if each.since < at)
    return session._replace(until=at, steps=steps)
