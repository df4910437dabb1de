"""What is kept up to date of a system: one track for each series, and for each device of a series of one device.

Without a choice, these, as far as the devices of the site tell that there is such a thing:

| the site has | tracks |
|---|---|
| microinverters | `production_micro`, `lifetime:production` |
| a production meter | `production_meter`, `lifetime:production` |
| a consumption meter | `consumption_meter`, `energy_import`, `energy_export`, and the lifetimes of the three |
| batteries | `battery`, `lifetime:battery` |
| EV chargers | `ev_charger` and `lifetime:ev_charger` of each |
| anything | `events`, `alarms` (active and cleared ones) |

A system that has never reported has only the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enphase_v4.catalog import LIFETIME, OPERATIONS, TELEMETRY

from .. import checks
from ..archive.shelf import range_key
from ..errors import InvalidRequest
from ..flows.windows import window_of
from ..site import IN_FULL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from enphase_v4.catalog import Operation, Window

    from ..archive.coverage import Key
    from ..records.site import Device

LOGS = ("events", "alarms")
ALL = "all"
LIFETIMES = "lifetime"
"""The choice of all lifetime series; of one of them it is followed by a colon and the name."""
OF_DEVICES = {"micro": "micro", "encharge": "encharge", "acb": "acb", "ev_charger": "ev_charger"}
"""Series of one device, and what the class of such devices has in its name."""

_METERS = {"production": ("production",), "consumption": ("net", "consumption", "load", "total")}
"""What a meter measures, by the words that the service has for it."""


@dataclass(frozen=True, slots=True)
class Track:
    """A series of a system, or of one of its devices."""

    system_id: int
    kind: str
    """`telemetry`, `lifetime` or `log`."""
    series: str
    serial: str | None
    operation: Operation
    arguments: Mapping[str, Any]

    @property
    def window(self) -> Window:
        return window_of(self.operation)

    @property
    def key(self) -> Key:
        """What its answers are kept under."""
        return range_key(self.operation.operation_id, self.arguments)

    @property
    def name(self) -> str:
        """As a person names it."""
        named = f"{LIFETIMES}:{self.series}" if self.kind == "lifetime" else self.series
        if self.arguments.get("cleared"):
            named = f"{named} (cleared)"
        return f"{named} {self.serial}" if self.serial else named


@dataclass(frozen=True, slots=True)
class Choice:
    """The series that somebody wants; None: those that the site has."""

    names: frozenset[str] | None = None

    def wants(self, kind: str, series: str) -> bool:
        if self.names is None or ALL in self.names:
            return True
        if kind == "lifetime":
            return LIFETIMES in self.names or f"{LIFETIMES}:{series}" in self.names
        return series in self.names


def choice_of(series: Iterable[str] | None) -> Choice:
    """A choice by names: those of telemetry; `lifetime` for all of them, or `lifetime:production` for one; `events`,
    `alarms`; `all`.

    InvalidRequest for a name that is none.
    """
    if series is None:
        return Choice()
    if isinstance(series, str):
        series = [series]
    names = frozenset(checks.words(each, "series") for each in series)
    known = known_names()
    wrong = sorted(names - set(known))
    if wrong or not names:
        msg = f"series {wrong[0] if wrong else ''!r} is not known. There are: {', '.join(known)}."
        raise InvalidRequest(msg)
    return Choice(names)


def known_names() -> list[str]:
    """All names that may be chosen."""
    return [*TELEMETRY, LIFETIMES, *(f"{LIFETIMES}:{each}" for each in LIFETIME), *LOGS, ALL]


def tracks_of(
    system_id: int, devices: Sequence[Device], choice: Choice, *, reported: bool = True
) -> Iterator[Track]:
    """The tracks of a system, lifetimes first, then telemetry, then events and alarms."""
    found = _found(devices) if choice.names is None else None
    if reported:
        for kind, catalog in (("lifetime", LIFETIME), ("telemetry", TELEMETRY)):
            for series, operation in catalog.items():
                if not choice.wants(kind, series):
                    continue
                window = window_of(operation)
                serials = _serials(devices, OF_DEVICES[series]) if window.serial else [None]
                if found is not None and (kind, series) not in found:
                    continue
                for serial in serials:
                    arguments: dict[str, Any] = {"system_id": system_id}
                    if serial is not None:
                        arguments[window.serial] = serial
                    if kind == "lifetime":
                        arguments |= IN_FULL.get(series, {})
                    yield Track(system_id, kind, series, serial, operation, arguments)
    for series, operation_id in (("events", "listSystemEvents"), ("alarms", "listSystemAlarms")):
        if choice.wants("log", series):
            for more in ({},) if series == "events" else ({"cleared": False}, {"cleared": True}):
                asked = {"system_id": system_id, **more}
                yield Track(system_id, "log", series, None, OPERATIONS[operation_id], asked)


def needs_devices(choice: Choice) -> bool:
    """Whether the devices have to be known for it."""
    if choice.names is None or ALL in choice.names or LIFETIMES in choice.names:
        return True
    return any(name.removeprefix(f"{LIFETIMES}:") in OF_DEVICES for name in choice.names)


def lacking(devices: Sequence[Device], choice: Choice) -> list[str]:
    """The series of single devices that somebody chose, and of which there is no device."""
    chosen = choice.names or frozenset()
    return [name for name, part in OF_DEVICES.items() if name in chosen and not _serials(devices, part)]


def _found(devices: Sequence[Device]) -> set[tuple[str, str]]:
    """The series that these devices measure."""
    classes = {(each.device_type or "").lower() for each in devices}
    found: set[tuple[str, str]] = set()
    if any("micro" in each for each in classes):
        found |= {("telemetry", "production_micro"), ("lifetime", "production")}
    meters = [each for each in devices if "meter" in (each.device_type or "").lower() and _enabled(each)]
    if any(_measures(each, "production") for each in meters):
        found |= {("telemetry", "production_meter"), ("lifetime", "production")}
    if any(_measures(each, "consumption") for each in meters):
        found |= {("telemetry", series) for series in ("consumption_meter", "energy_import", "energy_export")}
        found |= {("lifetime", series) for series in ("consumption", "import", "export")}
    if any(part in each for each in classes for part in ("encharge", "acb", "batter")):
        found |= {("telemetry", "battery"), ("lifetime", "battery")}
    if any("ev_charger" in each for each in classes):
        found |= {("telemetry", "ev_charger"), ("lifetime", "ev_charger")}
    return found


def _enabled(meter: Device) -> bool:
    return (meter.state or "enabled").lower() != "disabled"


def _measures(meter: Device, what: str) -> bool:
    """Whether a meter measures this; one of which nobody says what it measures may."""
    told = f"{meter.config_type or ''} {meter.name or ''}".lower()
    known = [kind for kind, words in _METERS.items() if any(word in told for word in words)]
    return what in known or not known


def _serials(devices: Sequence[Device], part: str) -> list[str | None]:
    serials = [
        each.serial_number
        for each in devices
        if part in (each.device_type or "").lower() and each.serial_number
    ]
    return list(dict.fromkeys(serials))
