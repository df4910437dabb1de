"""The batteries of a home: what they are told to do, since when, and what they do then.

On the evening before the days of `ANCHORS` they run down to what they keep back, the rest into the grid, as batteries
do to find out how full they are. So ten days at most have to be told to know how full they are on any.

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
ANCHORS = (1, 11, 21)
"""Days of the month that begin at what the mode keeps back, unless orders were given before."""


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
        """When other settings came into force than the home came with; None: they never did."""
        return self._orders[1][0] if len(self._orders) > 1 else None

    def floor(self, at: int) -> int:
        """The level that the settings in force at a moment keep back."""
        return self.orders(at).floor_percent * self._battery.capacity_wh

    def day(
        self, midnight: int, production: Sequence[int], consumption: Sequence[int], level: int, *, rests: bool
    ) -> Stored:
        """What the batteries do on the day that begins at `midnight`, from the production and consumption in Wh.

        level: at midnight
        rests: whether they run down in the last quarter of the day

        An interval is under the settings that are in force when it starts.
        """
        count, battery = len(production), self._battery
        charge, discharge, soc_percent = (array("i", bytes(4 * count)) for _ in range(3))
        most, full = battery.max_power_w // 4, 100 * battery.capacity_wh
        evening = count * 3 // 4 if rests else count
        for part, orders in self._parts(midnight, count):
            floor = orders.floor_percent * battery.capacity_wh
            from_grid = floor if orders.from_grid else 0
            for index in part:
                used = consumption[index]
                surplus = production[index] - used
                # a house takes something always: where nothing is measured, nothing happens
                if not used:
                    pass
                elif index >= evening and level >= floor:
                    discharge[index] = got = min(most, (level - floor) // 100)
                    level -= got * 100
                    # less than a watt-hour is nothing
                    level = level if level >= floor + 100 else floor
                elif surplus < 0 and level >= floor + 100:
                    if orders.gives(index, count):
                        got = min(-surplus, most, (level - floor) // 100)
                        discharge[index] = got
                        level -= got * 100
                elif level < full:
                    put = max(surplus, -(-(from_grid - level) // KEPT), 0)
                    put = min(put, most, -(-(full - level) // KEPT))
                    charge[index] = put
                    level = min(full, level + put * KEPT)
                soc_percent[index] = level // battery.capacity_wh
        return Stored(charge, discharge, soc_percent, level)

    def _parts(self, midnight: int, count: int) -> Iterator[tuple[range, Orders]]:
        """The intervals of a day that are under the same settings, and these."""
        starts = [min(count, max(0, -(-(since - midnight) // STEP))) for since, _ in self._orders]
        for low, high, (_, orders) in zip(starts, [*starts[1:], count], self._orders, strict=True):
            yield range(low, high), orders
