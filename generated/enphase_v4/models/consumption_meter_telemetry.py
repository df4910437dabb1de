from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.consumption_meter_interval import ConsumptionMeterInterval
from ..models.meta import Meta
from ..models.telemetry_granularity import TelemetryGranularity
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "granularity",
        "total_devices",
        "start_at",
        "end_at",
        "items",
        "intervals",
        "meta",
        "start_date",
        "end_date",
    )
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ConsumptionMeterTelemetry(Model):
    """Answer of `getConsumptionMeterTelemetry`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    granularity: TelemetryGranularity | Unset = UNSET
    """Length of the window."""
    total_devices: int | Unset = UNSET
    """Consumption meters on the site, retired ones left out."""
    start_at: int | Unset = UNSET
    """Start of the window, epoch seconds. If `start_date` was asked for, that stands in its place."""
    end_at: int | Unset = UNSET
    """End of the window, epoch seconds. If `end_date` was asked for, that stands in its place."""
    items: str | Unset = UNSET
    """Name of the key that holds the rows: `intervals`."""
    intervals: list[ConsumptionMeterInterval] | Unset = UNSET
    """The rows, in order of time. Gaps are not filled."""
    meta: Meta | Unset = UNSET
    """State of the system when the answer was made."""
    start_date: str | Unset = UNSET
    """Local date on which the window begins, where it was asked by date."""
    end_date: str | Unset = UNSET
    """Local date on which the window ends, where it was asked by date."""
    _keys: ClassVar[frozenset[str]] = _KEYS

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
            [ConsumptionMeterInterval.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("intervals", UNSET)) is list
            else v
        )
        model.meta = Meta.from_dict(v) if type(v := src_dict.get("meta", UNSET)) is dict else v
        model.start_date = src_dict.get("start_date", UNSET)
        model.end_date = src_dict.get("end_date", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
