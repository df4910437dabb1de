"""The EV chargers of a home: what they take from the house, and when."""

from __future__ import annotations

from array import array
from datetime import date

from enphase_cloud.mock.fleet import Home


class Charging:
    """The chargers of one home through time."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def energy_wh(self, day: date, midnight: int, count: int) -> array[int]:
        """What all chargers took in each of the `count` intervals of 15 minutes of a local date."""
        return array("i", bytes(4 * count))
