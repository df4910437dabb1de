from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.latest_devices import LatestDevices
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "items", "devices"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LatestTelemetry(Model):
    """Answer of `getLatestSystemTelemetry`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    items: str | Unset = UNSET
    """Name of the key that holds the readings: `devices`."""
    devices: LatestDevices | Unset = UNSET
    """Readings by class of device: `meters`, `encharges`."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.items = src_dict.get("items", UNSET)
        model.devices = LatestDevices.from_dict(v) if type(v := src_dict.get("devices", UNSET)) is dict else v
        if not _known(src_dict):
            model._keep(src_dict)
        return model
