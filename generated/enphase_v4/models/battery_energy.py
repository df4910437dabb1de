from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("enwh", "devices_reporting"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class BatteryEnergy(Model):
    """Part of `BatteryInterval`."""

    enwh: int | Unset = UNSET
    """Energy charged or discharged in the interval, in Wh."""
    devices_reporting: int | Unset = UNSET
    """Devices that have reported this interval so far."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.enwh = src_dict.get("enwh", UNSET)
        model.devices_reporting = src_dict.get("devices_reporting", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
