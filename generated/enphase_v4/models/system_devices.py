from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.devices_by_class import DevicesByClass
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "total_devices", "items", "devices"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemDevices(Model):
    """Answer of `listSystemDevices`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    total_devices: int | Unset = UNSET
    """Number of active devices."""
    items: str | Unset = UNSET
    """Name of the key that holds the devices: `devices`."""
    devices: DevicesByClass | Unset = UNSET
    """Devices by class: `acbs`, `encharges`, `enpowers`, `ev_chargers`, `gateways`, `meters`, `micros`, `q_relays`. A class that the site lacks is left out."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.total_devices = src_dict.get("total_devices", UNSET)
        model.items = src_dict.get("items", UNSET)
        model.devices = (
            DevicesByClass.from_dict(v) if type(v := src_dict.get("devices", UNSET)) is dict else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
