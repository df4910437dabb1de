"""The batteries of a home: what they are told to do, since when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from enphase_cloud.mock.fleet import Home

MODES = ("Self-consumption", "Savings Mode", "Full Backup")


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


class Storage:
    """The settings of one home's storage through time. Only for homes that have one."""

    def __init__(self, home: Home) -> None:
        if home.battery is None:
            raise ValueError(f"system {home.system_id} has no battery")
        first = Orders(
            mode=MODES[0], reserve_percent=home.battery.reserve_percent, independent=True, from_grid=False
        )
        self._orders: list[tuple[int, Orders]] = [(0, first)]

    def orders(self, at: int) -> Orders:
        """The settings in force at a moment (epoch seconds)."""
        return next(orders for since, orders in reversed(self._orders) if since <= at)

    def change(self, at: int, **changes: object) -> Orders:
        """Other settings from `at` on."""
        orders = replace(self.orders(at), **changes)  # type: ignore[arg-type]
        self._orders = [(since, each) for since, each in self._orders if since < at or since == 0] + [
            (at, orders)
        ]
        return orders
