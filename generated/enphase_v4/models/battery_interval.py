from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.battery_energy import BatteryEnergy
from ..models.battery_soc import BatterySoc
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("end_at", "charge", "discharge", "soc"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class BatteryInterval(Model):
    """Part of `BatteryTelemetry`."""

    end_at: int | Unset = UNSET
    """End of the interval, epoch seconds."""
    charge: BatteryEnergy | Unset = UNSET
    """What went in."""
    discharge: BatteryEnergy | Unset = UNSET
    """What came out."""
    soc: BatterySoc | Unset = UNSET
    """State of charge."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.end_at = src_dict.get("end_at", UNSET)
        model.charge = BatteryEnergy.from_dict(v) if type(v := src_dict.get("charge", UNSET)) is dict else v
        model.discharge = (
            BatteryEnergy.from_dict(v) if type(v := src_dict.get("discharge", UNSET)) is dict else v
        )
        model.soc = BatterySoc.from_dict(v) if type(v := src_dict.get("soc", UNSET)) is dict else v
        if not _known(src_dict):
            model._keep(src_dict)
        return model
