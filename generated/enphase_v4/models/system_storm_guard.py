from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_boolean, read_switch

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "storm_guard_status", "storm_alert"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemStormGuard(Model):
    """Answer of `getSystemStormGuard`, `updateSystemStormGuard`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    storm_guard_status: bool | Unset = UNSET
    """`enabled` or `disabled`, also `Enabled (Inactive)`: whether severe weather alerts switch the battery to full backup. Read as a bool, and written as `enabled` or `disabled`."""
    storm_alert: bool | Unset = UNSET
    """`true` while a severe weather alert is in force at the site; a string. Read as a bool."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"storm_guard_status": "switch", "storm_alert": "boolean"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.storm_guard_status = read_switch(src_dict.get("storm_guard_status", UNSET))
        model.storm_alert = read_boolean(src_dict.get("storm_alert", UNSET))
        model._keep(src_dict)
        return model
