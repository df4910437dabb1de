from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.meta import Meta
from ..models.meter_reading import MeterReading
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "meter_readings", "meta"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ProductionMeterReadings(Model):
    """Answer of `getProductionMeterReadings`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    meter_readings: list[MeterReading] | Unset = UNSET
    """One entry for each production meter."""
    meta: Meta | Unset = UNSET
    """State of the system when the answer was made."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.meter_readings = (
            [MeterReading.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("meter_readings", UNSET)) is list
            else v
        )
        model.meta = Meta.from_dict(v) if type(v := src_dict.get("meta", UNSET)) is dict else v
        if not _known(src_dict):
            model._keep(src_dict)
        return model
