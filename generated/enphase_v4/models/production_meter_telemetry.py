from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.production_meter_interval import ProductionMeterInterval
from ..models.telemetry_granularity import TelemetryGranularity
from ..types import UNSET, Model, Unset, read_rows, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "granularity",
        "total_devices",
        "start_at",
        "end_at",
        "items",
        "intervals",
        "start_date",
        "end_date",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ProductionMeterTelemetry(Model):
    """Answer of `getProductionMeterTelemetry`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    granularity: TelemetryGranularity | Unset = UNSET
    """Length of the window."""
    total_devices: int | Unset = UNSET
    """Production meters on the site."""
    start_at: int | Unset = UNSET
    """Start of the window, epoch seconds. If `start_date` was asked for, that stands in its place."""
    end_at: int | Unset = UNSET
    """End of the window, epoch seconds. If `end_date` was asked for, that stands in its place."""
    items: str | Unset = UNSET
    """Name of the key that holds the rows: `intervals`."""
    intervals: list[ProductionMeterInterval] | Unset = UNSET
    """The rows, in order of time. Gaps are not filled. Read as one flat list, also where it is nested."""
    start_date: str | Unset = UNSET
    """Local date on which the window begins, where it was asked by date."""
    end_date: str | Unset = UNSET
    """Local date on which the window ends, where it was asked by date."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"intervals": "rows"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.granularity = word(TelemetryGranularity, src_dict.get("granularity", UNSET))
        model.total_devices = src_dict.get("total_devices", UNSET)
        model.start_at = src_dict.get("start_at", UNSET)
        model.end_at = src_dict.get("end_at", UNSET)
        model.items = src_dict.get("items", UNSET)
        model.intervals = (
            [ProductionMeterInterval.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := read_rows(src_dict.get("intervals", UNSET))) is list
            else v
        )
        model.start_date = src_dict.get("start_date", UNSET)
        model.end_date = src_dict.get("end_date", UNSET)
        model._keep(src_dict)
        return model
