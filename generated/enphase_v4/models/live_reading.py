from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.battery_mode import BatteryMode
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "battery_mode",
        "battery_power",
        "battery_soc",
        "consumption_power",
        "envoy_serial_number",
        "generator_power",
        "grid_power",
        "grid_status",
        "pv_power",
        "system_id",
    )
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LiveReading(Model):
    """Part of `LiveMessage`."""

    battery_mode: BatteryMode | Unset = UNSET
    """Battery mode in force."""
    battery_power: int | Unset = UNSET
    """Battery power, in W: positive when it discharges, negative when it charges."""
    battery_soc: int | Unset = UNSET
    """State of charge, in percent."""
    consumption_power: int | Unset = UNSET
    """Power that the house takes, in W."""
    envoy_serial_number: list[str] | Unset = UNSET
    """Gateways that the readings are from."""
    generator_power: int | Unset = UNSET
    """Generator power, in W."""
    grid_power: int | Unset = UNSET
    """Grid power, in W: positive when importing, negative when exporting."""
    grid_status: str | Unset = UNSET
    """`On Grid`, `Off Grid` or `Unknown`."""
    pv_power: int | Unset = UNSET
    """PV power, in W."""
    system_id: int | Unset = UNSET
    """Id of the system."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.battery_mode = word(BatteryMode, src_dict.get("battery_mode", UNSET))
        model.battery_power = src_dict.get("battery_power", UNSET)
        model.battery_soc = src_dict.get("battery_soc", UNSET)
        model.consumption_power = src_dict.get("consumption_power", UNSET)
        model.envoy_serial_number = src_dict.get("envoy_serial_number", UNSET)
        model.generator_power = src_dict.get("generator_power", UNSET)
        model.grid_power = src_dict.get("grid_power", UNSET)
        model.grid_status = src_dict.get("grid_status", UNSET)
        model.pv_power = src_dict.get("pv_power", UNSET)
        model.system_id = src_dict.get("system_id", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
