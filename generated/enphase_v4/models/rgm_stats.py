from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.meta import Meta
from ..models.production_meter_interval import ProductionMeterInterval
from ..models.rgm_meter import RgmMeter
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("system_id", "total_devices", "meta", "intervals", "meter_intervals")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class RgmStats(Model):
    """Answer of `getRgmStats`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    total_devices: int | Unset = UNSET
    """Number of active production meters."""
    meta: Meta | Unset = UNSET
    """State of the system when the answer was made."""
    intervals: list[ProductionMeterInterval] | Unset = UNSET
    """Rows of the whole site."""
    meter_intervals: list[RgmMeter] | Unset = UNSET
    """Rows of each meter."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.total_devices = src_dict.get("total_devices", UNSET)
        model.meta = Meta.from_dict(v) if type(v := src_dict.get("meta", UNSET)) is dict else v
        model.intervals = (
            [ProductionMeterInterval.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("intervals", UNSET)) is list
            else v
        )
        model.meter_intervals = (
            [RgmMeter.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("meter_intervals", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
