from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("end_at", "devices_reporting", "enwh"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ConsumptionMeterInterval(Model):
    """Part of `ConsumptionMeterTelemetry`."""

    end_at: int | Unset = UNSET
    """End of the interval, epoch seconds."""
    devices_reporting: int | Unset = UNSET
    """Devices that have reported this interval so far."""
    enwh: int | Unset = UNSET
    """Energy consumed in the interval, in Wh."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.end_at = src_dict.get("end_at", UNSET)
        model.devices_reporting = src_dict.get("devices_reporting", UNSET)
        model.enwh = src_dict.get("enwh", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
