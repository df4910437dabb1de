from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("rate", "sell"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffSingleRate(Model):
    """Part of `Tariff`."""

    rate: str | Unset = UNSET
    """Price of a kWh from the grid."""
    sell: str | Unset = UNSET
    """What is paid for a kWh to the grid."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.rate = src_dict.get("rate", UNSET)
        model.sell = src_dict.get("sell", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
