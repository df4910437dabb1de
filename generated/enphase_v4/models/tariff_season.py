from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.tariff_days import TariffDays
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("id", "start", "days", "enable_charge_from_grid", "enable_discharge_to_grid")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffSeason(Model):
    """Part of `Tariff`."""

    id: str | Unset = UNSET
    """Id of the season, such as `all_year_long`."""
    start: str | Unset = UNSET
    """First day of the season, month/day."""
    days: list[TariffDays] | Unset = UNSET
    """Its days."""
    enable_charge_from_grid: bool | Unset = UNSET
    """Whether the battery may charge from the grid."""
    enable_discharge_to_grid: bool | Unset = UNSET
    """Whether the battery may discharge to the grid."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.start = src_dict.get("start", UNSET)
        model.days = (
            [TariffDays.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("days", UNSET)) is list
            else v
        )
        model.enable_charge_from_grid = src_dict.get("enable_charge_from_grid", UNSET)
        model.enable_discharge_to_grid = src_dict.get("enable_discharge_to_grid", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
