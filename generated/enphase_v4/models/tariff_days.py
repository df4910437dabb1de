from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.tariff_period import TariffPeriod
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "id",
        "days",
        "must_charge_start",
        "must_charge_duration",
        "periods",
        "enable_charge_from_grid",
        "enable_discharge_to_grid",
    )
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffDays(Model):
    """Part of `TariffSeason`."""

    id: str | Unset = UNSET
    """Id of the days, such as `weekdays`."""
    days: str | Unset = UNSET
    """The days, as `Mon,Tue,Wed,Thu,Fri`."""
    must_charge_start: int | Unset = UNSET
    """Minute of the day from which the battery has to charge."""
    must_charge_duration: int | Unset = UNSET
    """For how many minutes it has to."""
    periods: list[TariffPeriod] | Unset = UNSET
    """Parts of the day."""
    enable_charge_from_grid: bool | Unset = UNSET
    """Whether the battery may charge from the grid."""
    enable_discharge_to_grid: bool | Unset = UNSET
    """Whether the battery may discharge to the grid."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.days = src_dict.get("days", UNSET)
        model.must_charge_start = src_dict.get("must_charge_start", UNSET)
        model.must_charge_duration = src_dict.get("must_charge_duration", UNSET)
        model.periods = (
            [TariffPeriod.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("periods", UNSET)) is list
            else v
        )
        model.enable_charge_from_grid = src_dict.get("enable_charge_from_grid", UNSET)
        model.enable_discharge_to_grid = src_dict.get("enable_discharge_to_grid", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
