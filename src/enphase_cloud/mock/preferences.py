"""What an owner has set beside the battery, since when: Storm Guard, and the loads on the dry contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from enphase_cloud.mock.fleet import DAY, Home, draw

Value = TypeVar("Value")
MODES = (
    "Scheduled",
    "Basic",
    "Advanced_BatteryPowered",
    "Manual_always_not_powered",
    "Manual_always_powered",
    "Advanced_GeneratorPowered",
)
LOADS = ("Air conditioner", "Pool pump", "Water heater", "Sauna")
RECOVERED_PERCENT = 20  # above `soc_low`, the load comes back
LONGEST_ALERT = 12 * 3600


class Timeline(Generic[Value]):
    """A value through time."""

    def __init__(self, first: Value) -> None:
        self._first = first
        self._changes: list[tuple[int, Value]] = []

    def at(self, moment: int) -> Value:
        """What holds at a moment, in epoch seconds."""
        return next((value for since, value in reversed(self._changes) if since <= moment), self._first)

    def since(self, moment: int) -> int:
        """From when on that holds which holds at `moment`; 0: from the first."""
        return next((since for since, _ in reversed(self._changes) if since <= moment), 0)

    def turns(self, start: int, end: int) -> list[int]:
        """When another value was set, after `start` and before `end`, in order."""
        return sorted({since for since, _ in self._changes if start < since < end})

    def change(self, moment: int, value: Value) -> None:
        """Another value from `moment` on, whatever was set for later before the clock was set back."""
        self._changes.append((moment, value))


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A dry contact of the system controller, and when the load on it has power.

    soc_low: state of charge in percent at which an advanced mode cuts the load off
    starts_at, ends_at: in `Scheduled`, from and to which second of the day it has power
    """

    name: str
    load_name: str
    owner_can_override: bool
    mode: str
    soc_low: int
    starts_at: int
    ends_at: int

    @property
    def soc_high(self) -> int:
        """The state of charge in percent at which the load comes back."""
        return min(100, self.soc_low + RECOVERED_PERCENT)


class Preferences:
    """The settings of one home. `contacts` is empty without a system controller."""

    def __init__(self, home: Home) -> None:
        count = 2 + draw(home.key, "contacts") % 2 if home.controllers else 0
        self.storm_guard = Timeline(draw(home.key, "storm guard") % 4 != 0)
        self.contacts = Timeline(tuple(_contact(home, position) for position in range(count)))


def shutdown_level(home: Home) -> int:
    """The very low state of charge, in percent, at which the batteries shut down; no reserve may lie below it."""
    return 5 + draw(home.key, "shutdown") % 5


def storm_alert(home: Home, moment: int) -> bool:
    """Whether a severe weather alert is in force where the home stands: on some days, for some hours."""
    for day in ((moment - LONGEST_ALERT) // DAY, moment // DAY):
        noise = draw(home.key, "storm", day)
        if noise % 25 == 0:
            since = day * DAY + noise // 25 % DAY
            if since <= moment < since + LONGEST_ALERT // 3 + noise // 2**32 % (LONGEST_ALERT * 2 // 3):
                return True
    return False


def _contact(home: Home, position: int) -> Contact:
    noise = draw(home.key, "contact", position)
    return Contact(
        name=("NC1", "NC2", "NO1")[position],
        load_name=LOADS[(home.index + position) % len(LOADS)],
        owner_can_override=noise % 3 != 0,
        mode=("Basic", "Scheduled", "Advanced_BatteryPowered")[(home.index + position) % 3],
        soc_low=20 + noise // 4 % 4 * 10,
        starts_at=9 * 3600,
        ends_at=16 * 3600,
    )
