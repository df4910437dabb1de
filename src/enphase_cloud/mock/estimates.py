"""What a system is expected to produce: entered by an installer, or worked out for a home of the fleet."""

from __future__ import annotations

import math
from calendar import monthrange
from dataclasses import dataclass

from enphase_cloud.mock.fleet import Home

DEGRADE_FACTOR = "0.5"
FULL_HOURS = 5.5  # hours a day at full power that a sun in the zenith at noon is worth


@dataclass(frozen=True)
class Estimate:
    """`degrade_factor`: percent a year; `month_estimates`: kWh from January to December, or none. Both as text."""

    degrade_factor: str = DEGRADE_FACTOR
    month_estimates: tuple[str, ...] = ()

    @classmethod
    def of(cls, home: Home) -> Estimate:
        """What a home is to produce, by the height of its sun."""
        return cls(month_estimates=tuple(f"{_month_kwh(home, month):.1f}" for month in range(1, 13)))


def _month_kwh(home: Home, month: int) -> float:
    latitude = math.radians(home.place.latitude)
    declination = math.radians(-23.44) * math.cos(2 * math.pi * (30.4 * month - 5) / 365.25)
    height = math.cos(latitude - declination)
    days = monthrange(2026, month)[1]
    return max(1.0, home.size_w / 1000 * FULL_HOURS * days * max(height, 0.05))
