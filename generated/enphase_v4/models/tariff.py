from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.tariff_currency import TariffCurrency
from ..models.tariff_season import TariffSeason
from ..models.tariff_single_rate import TariffSingleRate
from ..models.tariff_storage_settings import TariffStorageSettings
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("currency_type", "single_rate", "seasons", "seasons_sell", "currency", "storage_settings")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Tariff(Model):
    """Part of `TariffSettings`."""

    currency_type: TariffCurrency | Unset = UNSET
    """Currency of the prices."""
    single_rate: TariffSingleRate | Unset = UNSET
    """The one price, where there are no seasons."""
    seasons: list[TariffSeason] | Unset = UNSET
    """Prices of energy from the grid, by season."""
    seasons_sell: list[TariffSeason] | Unset = UNSET
    """Prices of energy to the grid, by season."""
    currency: TariffCurrency | Unset = UNSET
    """Currency of the prices."""
    storage_settings: TariffStorageSettings | Unset = UNSET
    """What the battery is told to do."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.currency_type = (
            TariffCurrency.from_dict(v) if type(v := src_dict.get("currency_type", UNSET)) is dict else v
        )
        model.single_rate = (
            TariffSingleRate.from_dict(v) if type(v := src_dict.get("single_rate", UNSET)) is dict else v
        )
        model.seasons = (
            [TariffSeason.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("seasons", UNSET)) is list
            else v
        )
        model.seasons_sell = (
            [TariffSeason.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("seasons_sell", UNSET)) is list
            else v
        )
        model.currency = (
            TariffCurrency.from_dict(v) if type(v := src_dict.get("currency", UNSET)) is dict else v
        )
        model.storage_settings = (
            TariffStorageSettings.from_dict(v)
            if type(v := src_dict.get("storage_settings", UNSET)) is dict
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
