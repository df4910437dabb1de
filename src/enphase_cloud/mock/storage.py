"""The batteries of a home: what they are told to do, since when, and what they do then.

Levels are in hundredths of a watt-hour. What is charged arrives less `LOST_PERCENT`; what is discharged leaves whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from enphase_cloud.mock.fleet import FULL_BACKUP, SAVINGS, SELF_CONSUMPTION, STEP, Home

MODES = (SELF_CONSUMPTION, SAVINGS, FULL_BACKUP)
LOST_PERCENT = 4
KEPT = 100 - LOST_PERCENT
PEAK = range(16 * 4, 21 * 4)
"""Quarters of a day of 24 hours in which electricity is dear: Savings Mode is about them."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The settings of a home's storage that are in force.

    reserve_percent: what is kept back (Self-consumption, Savings Mode)
    independent: Savings Mode gives to the house beyond the peak hours too
    from_grid: Full Backup, and what lies below the reserve, may be charged from the grid
    """

    mode: str
    reserve_percent: int
    independent: bool
    from_grid: bool

    @property
    def floor_percent(self) -> int:
        """The state of charge below which the house gets nothing."""
        return 100 if self.mode == FULL_BACKUP else self.reserve_percent

    def gives(self, index: int, count: int) -> bool:
        """Whether the house may get something in interval `index` of a day of `count`."""
        return self.mode != SAVINGS or self.independent or index * 96 // count in PEAK


class House(NamedTuple):
    """A day of the house by 15 minutes, in Wh. `load` is what is known beforehand of its consumption."""

    production: Sequence[int]
    load: Sequence[int]
    consumption: Sequence[int]


class Stored(NamedTuple):
    """A day of the batteries: energy in Wh, state of charge at the end of each interval, level after the last."""

    charge: array[int]
    discharge: array[int]
    soc_percent: array[int]
    level: int


class Storage:
    """The storage of one home through time. Only for homes that have one."""

    def __init__(self, home: Home) -> None:
        if home.battery is None:
            raise ValueError(f"system {home.system_id} has no battery")
        self._battery = home.battery
        mode = home.battery.mode
        first = Orders(
            mode=mode,
            reserve_percent=home.battery.reserve_percent,
            independent=mode != SAVINGS,
            from_grid=mode == FULL_BACKUP,
        )
        self._orders: list[tuple[int, Orders]] = [(0, first)]

    def orders(self, at: int) -> Orders:
        """The settings in force at a moment (epoch seconds)."""
        return next(orders for since, orders in reversed(self._orders) if since <= at)

    def change(self, at: int, **changes: object) -> Orders:
        """Other settings from `at` on, in place of any that come later. Raises ValueError for those that cannot be."""
        orders = replace(self.orders(at), **changes)  # type: ignore[arg-type]  # a wrong name is a TypeError
        if orders.mode not in MODES or not 0 <= orders.reserve_percent <= 100:
            raise ValueError(f"no battery does this: {orders}")
        self._orders = [each for each in self._orders if each[0] < at or each[0] == 0] + [(at, orders)]
        return orders

    @property
    def changed_at(self) -> int | None:
        """Start of the first interval under other settings than the home came with; None: there is none.

        An interval is under the settings that are in force when it starts.
        """
        return -(-self._orders[1][0] // STEP) * STEP if len(self._orders) > 1 else None

    def day(self, midnight: int, house: House, level: int | None) -> Stored:
        """What the batteries do on the day that begins at `midnight`.

        level: at midnight; None for days up to and with that on which the settings are first changed
        """
        count = len(house.production)
        charge, discharge, soc_percent = (array("i", bytes(4 * count)) for _ in range(3))
        stored = Stored(charge, discharge, soc_percent, 0)
        begin = 0
        if level is None:
            changed = self.changed_at
            begin = count if changed is None else min(count, max(0, (changed - midnight) // STEP))
            level = self._settle(house, stored, begin)
        for part, orders in self._parts(midnight, range(begin, count)):
            level = self._follow(house, stored, orders, part, level)
        return stored._replace(level=level)

    def _parts(self, midnight: int, intervals: range) -> Iterator[tuple[range, Orders]]:
        """The intervals of a day that are under the same settings, and these."""
        begin, end = intervals.start, intervals.stop
        starts = [max(begin, -(-(since - midnight) // STEP)) for since, _ in self._orders]
        for low, high, (_, orders) in zip(starts, [*starts[1:], end], self._orders, strict=True):
            yield range(low, min(high, end)), orders

    def _settle(self, house: House, stored: Stored, end: int) -> int:
        """The day up to interval `end` under the first settings; gives the level there.

        The batteries take in no more than the house will need in the rest of the day, as far as that is known. So
        every day begins and ends at what the mode keeps back, and can be told without the one before.
        """
        orders, battery = self._orders[0][1], self._battery
        production, load, consumption = house
        charge, discharge, soc_percent, _ = stored
        count, most = len(production), battery.max_power_w // 4
        floor = orders.floor_percent * battery.capacity_wh
        room = battery.capacity_wh - floor // 100
        gives = [orders.gives(index, count) for index in range(count)]
        needs = [
            min(most, used - made) if given and used > made else 0
            for made, used, given in zip(production, load, gives, strict=True)
        ]
        tonight = sum(needs)
        level = 0  # above the floor
        for index in range(end):
            tonight -= needs[index]
            surplus = production[index] - consumption[index]
            if surplus < 0:
                if level >= 100 and gives[index]:
                    got = min(-surplus, most, level // 100)
                    discharge[index] = got
                    level -= got * 100
            elif level < (limit := min(room, tonight) * 100):
                put = min(surplus, most, (limit - level) // KEPT)
                charge[index] = put
                level += put * KEPT
            soc_percent[index] = (floor + level) // battery.capacity_wh
        return floor + level

    def _follow(self, house: House, stored: Stored, orders: Orders, part: range, level: int) -> int:
        """Some intervals of a day under `orders`, from a level on; gives the level after them."""
        battery, count = self._battery, len(house.production)
        most, full = battery.max_power_w // 4, 100 * battery.capacity_wh
        floor = orders.floor_percent * battery.capacity_wh
        from_grid = floor if orders.from_grid else 0
        production, _, consumption = house
        charge, discharge, soc_percent, _ = stored
        for index in part:
            used = consumption[index]
            surplus = production[index] - used
            if surplus < 0 and level >= floor + 100:
                if orders.gives(index, count):
                    got = min(-surplus, most, (level - floor) // 100)
                    discharge[index] = got
                    level -= got * 100
            elif used and level < full:
                # a house takes something always; where nothing is measured, nothing is charged
                put = max(surplus, -(-(from_grid - level) // KEPT), 0)
                put = min(put, most, -(-(full - level) // KEPT))
                charge[index] = put
                level = min(full, level + put * KEPT)
            soc_percent[index] = level // battery.capacity_wh
        return level
