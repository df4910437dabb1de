from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.energy_consumption import EnergyConsumption
from ..models.telemetry_granularity import TelemetryGranularity
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(
    ("granularity", "consumption", "system_id", "start_date", "end_date", "start_at", "end_at")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EVIntervalEnergyResponse(Model):
    """The shape EVIntervalEnergyResponse of the document."""

    granularity: TelemetryGranularity | Unset = UNSET
    """Length of the window."""
    consumption: list[EnergyConsumption] | Unset = UNSET
    """The rows, 15 minutes each."""
    system_id: int | Unset = UNSET
    """Id of the system."""
    start_date: str | Unset = UNSET
    """First local date, YYYY-MM-DD, if dates were asked for."""
    end_date: str | Unset = UNSET
    """Last local date, YYYY-MM-DD, if dates were asked for."""
    start_at: int | Unset = UNSET
    """Start of the window, epoch seconds."""
    end_at: int | Unset = UNSET
    """End of the window, epoch seconds."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.granularity = word(TelemetryGranularity, src_dict.get("granularity", UNSET))
        model.consumption = (
            [EnergyConsumption.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("consumption", UNSET)) is list
            else v
        )
        model.system_id = src_dict.get("system_id", UNSET)
        model.start_date = src_dict.get("start_date", UNSET)
        model.end_date = src_dict.get("end_date", UNSET)
        model.start_at = src_dict.get("start_at", UNSET)
        model.end_at = src_dict.get("end_at", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
