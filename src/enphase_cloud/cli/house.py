"""What can be set at a site, by the names that the command line has for it.

| name | what it is | takes |
|---|---|---|
| battery_mode, reserve_soc, energy_independence | the battery's orders | a mode; percent; on or off |
| storm_guard | whether severe weather may take the battery | on or off |
| NC1.mode, NC1.soc_low | of the dry contact NC1 | a mode; percent |
| NC1.essential_start_time, NC1.essential_end_time | the same | H:MM |

What else `read` finds is shown, and cannot be set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import changes
from ..errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..records.base import Items
    from ..records.settings import BatterySettings, LoadControl, StormGuard
    from ..rows import Problem
    from ..system import System

PARTS = ("battery", "storm_guard", "load_control")
"""What one call reads, and one changes; of load control, one for each contact."""

_SWITCH = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False}
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_CLOCKS = ("essential_start_time", "essential_end_time")


def _switch(text: str) -> object:
    if text.lower() not in _SWITCH:
        raise ValueError("on or off")
    return _SWITCH[text.lower()]


def _whole(text: str) -> object:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError("a whole number")
    return int(text)


def _seconds(text: str) -> object:
    """Seconds of the day, from H:MM, or as they are."""
    read = _CLOCK.fullmatch(text)
    if read is None and not text.isdecimal():
        raise ValueError("a time of the day, such as 6:30")
    return _whole(text) if read is None else int(read[1]) * 3600 + int(read[2]) * 60


_BATTERY: dict[str, Callable[[str], object]] = {
    "battery_mode": str,
    "reserve_soc": _whole,
    "energy_independence": _switch,
}
_CONTACT: dict[str, Callable[[str], object]] = {
    "mode": str,
    "soc_low": _whole,
    **dict.fromkeys(_CLOCKS, _seconds),
}
_SHOWN = {
    "battery": (*_BATTERY, "charge_from_grid", "battery_shutdown_level"),
    "storm_guard": ("storm_guard", "storm_alert"),
    "load_control": ("load_name", *_CONTACT, "soc_high", "status", "owner_can_override"),
}


@dataclass
class Order:
    """What one call is to change: the part, of load control the contact, and the new values by their names."""

    part: str
    contact: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def named(self) -> dict[str, Any]:
        """The new values by the names that they have here."""
        return {
            f"{self.contact}.{name}" if self.contact else name: each for name, each in self.values.items()
        }

    def check(self) -> None:
        """InvalidRequest, that says what to do, for what cannot be."""
        if self.part == "battery":
            given = {name: self.values.get(name) for name in _BATTERY}
            changes.battery_settings(**given)
        elif self.part == "storm_guard":
            changes.storm_guard(self.values["storm_guard"])
        else:
            given = {name: self.values.get(name) for name in _CONTACT}
            changes.load_control(self.contact, load_name=None, **given)

    def send(self, system: System) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """Make the call; returns as `read`. One hit."""
        if self.part == "battery":
            return _flat_battery(system.update_battery_settings(**self.values))
        if self.part == "storm_guard":
            return _flat_storm_guard(system.update_storm_guard(self.values["storm_guard"]))
        return _flat_contacts(system.update_load_control(self.contact, **self.values))


def orders(assignments: Iterable[str]) -> list[Order]:
    """What NAME=VALUE stands for, checked, in the order of the parts. InvalidRequest for what cannot be."""
    found: dict[tuple[int, str], Order] = {}
    for each in assignments:
        name, equals, value = (word.strip() for word in each.partition("="))
        if not equals or not value:
            msg = f"{each!r} is not NAME=VALUE: write it like reserve_soc=30."
            raise InvalidRequest(msg)
        part, contact, own = _place(name)
        order = found.setdefault((PARTS.index(part), contact), Order(part, contact))
        if own in order.values:
            msg = f"{name} is given twice."
            raise InvalidRequest(msg)
        try:
            order.values[own] = _reader(part, own)(value)
        except ValueError as error:  # says what it takes
            msg = f"{name} has to be {error}, not {value!r}."
            raise InvalidRequest(msg) from None
    made = [found[key] for key in sorted(found)]
    for order in made:
        order.check()
    return made


def _place(name: str) -> tuple[str, str, str]:
    """The part, the contact and the name in it."""
    contact, dot, own = name.rpartition(".")
    if dot and contact and own in _CONTACT:
        return "load_control", contact, own
    if name in _BATTERY:
        return "battery", "", name
    if name == "storm_guard":
        return "storm_guard", "", name
    can = ", ".join((*_BATTERY, "storm_guard", *(f"CONTACT.{own}" for own in _CONTACT)))
    shown = name in _SHOWN["battery"] + _SHOWN["storm_guard"] or own in _SHOWN["load_control"]
    problem = "can be read, but not be set" if shown else "is no setting"
    msg = f"{name} {problem}. There are: {can}."
    raise InvalidRequest(msg)


def _reader(part: str, name: str) -> Callable[[str], object]:
    return _switch if part == "storm_guard" else (_BATTERY if part == "battery" else _CONTACT)[name]


def can_be_set(name: str) -> bool:
    """Whether a name of `read` is one that `orders` takes."""
    return name in _BATTERY or name == "storm_guard" or name.rpartition(".")[2] in _CONTACT


def read(system: System, part: str) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What is set in a part, by name; and what could not be read of it. One hit."""
    if part == "battery":
        return _flat_battery(system.battery_settings())
    if part == "storm_guard":
        return _flat_storm_guard(system.storm_guard())
    return _flat_contacts(system.load_control())


def shown(name: str, value: Any) -> Any:
    """A value as people write it: seconds of the day as H:MM."""
    if name.rpartition(".")[2] in _CLOCKS and isinstance(value, int) and value % 60 == 0:
        return f"{value // 3600}:{value % 3600 // 60:02}"
    return value


def worded(name: str, value: Any) -> str:
    """The same as text."""
    told = shown(name, value)
    if isinstance(told, bool):
        return "on" if told else "off"
    return "-" if told is None else str(told)


def differs(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the wanted values that are others now, or of which nobody knows."""
    return {name: value for name, value in wanted.items() if current.get(name) != value}


def _flat_battery(found: BatterySettings) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    return {name: getattr(found, name) for name in _SHOWN["battery"]}, found.problems


def _flat_storm_guard(found: StormGuard) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    told = {"storm_guard": found.storm_guard_status, "storm_alert": found.storm_alert}
    return told, found.problems


def _flat_contacts(found: Items[LoadControl]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    told = {
        f"{contact.name}.{name}": getattr(contact, name)
        for contact in found
        for name in _SHOWN["load_control"]
    }
    return told, found.problems
