from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.battery_mode import BatteryMode
from ..types import UNSET, Model, Unset, read_switch, word

_KEYS: Final[frozenset[str]] = frozenset(("battery_mode", "reserve_soc", "energy_independence"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateSystemBatterySettingsRequest(Model):
    """Request of `updateSystemBatterySettings`."""

    battery_mode: BatteryMode | Unset = UNSET
    """Battery mode to set; upper and lower case matter."""
    reserve_soc: int | Unset = UNSET
    """Reserve to keep in the mode in force, in percent; not below the very low state of charge."""
    energy_independence: bool | Unset = UNSET
    """Energy independence after the peak hours, `enabled` or `disabled`. Enabled: the battery goes on powering the house down to the reserve. Disabled: it discharges in peak hours only. Either way it charges from solar in the morning. Read as a bool, and written as `enabled` or `disabled`."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"energy_independence": "switch"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.battery_mode = word(BatteryMode, src_dict.get("battery_mode", UNSET))
        model.reserve_soc = src_dict.get("reserve_soc", UNSET)
        model.energy_independence = read_switch(src_dict.get("energy_independence", UNSET))
        model._keep(src_dict)
        return model
