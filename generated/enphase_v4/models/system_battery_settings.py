from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.battery_mode import BatteryMode
from ..types import UNSET, Model, Unset, read_switch, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "battery_mode",
        "reserve_soc",
        "energy_independence",
        "charge_from_grid",
        "battery_shutdown_level",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemBatterySettings(Model):
    """Answer of `getSystemBatterySettings`, `updateSystemBatterySettings`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    battery_mode: BatteryMode | Unset = UNSET
    """Battery mode in force."""
    reserve_soc: int | Unset = UNSET
    """Reserve of the mode in force, in percent."""
    energy_independence: bool | Unset = UNSET
    """Energy independence after the peak hours, `enabled` or `disabled`. Enabled: the battery goes on powering the house down to the reserve. Disabled: it discharges in peak hours only. Either way it charges from solar in the morning. Read as a bool, and written as `enabled` or `disabled`."""
    charge_from_grid: bool | Unset = UNSET
    """`enabled` or `disabled`: whether the battery may charge from the grid, in full backup or below the reserve. Read as a bool, and written as `enabled` or `disabled`."""
    battery_shutdown_level: int | Unset = UNSET
    """State of charge, in percent, at which the battery shuts down; it restarts when the grid or the sun is back."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"energy_independence": "switch", "charge_from_grid": "switch"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.battery_mode = word(BatteryMode, src_dict.get("battery_mode", UNSET))
        model.reserve_soc = src_dict.get("reserve_soc", UNSET)
        model.energy_independence = read_switch(src_dict.get("energy_independence", UNSET))
        model.charge_from_grid = read_switch(src_dict.get("charge_from_grid", UNSET))
        model.battery_shutdown_level = src_dict.get("battery_shutdown_level", UNSET)
        model._keep(src_dict)
        return model
