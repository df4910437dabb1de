from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("value", "units", "precision"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Quantity(Model):
    """Part of `Inverter`."""

    value: int | Unset = UNSET
    """The number, in `units`."""
    units: str | Unset = UNSET
    """Unit of the number: W, Wh, kWh."""
    precision: int | Unset = UNSET
    """Decimal places of the number."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.value = src_dict.get("value", UNSET)
        model.units = src_dict.get("units", UNSET)
        model.precision = src_dict.get("precision", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
