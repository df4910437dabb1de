from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("percent", "devices_reporting"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class BatterySoc(Model):
    """Part of `BatteryInterval`."""

    percent: int | Unset = UNSET
    """In percent."""
    devices_reporting: int | Unset = UNSET
    """Devices that have reported this interval so far."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.percent = src_dict.get("percent", UNSET)
        model.devices_reporting = src_dict.get("devices_reporting", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
