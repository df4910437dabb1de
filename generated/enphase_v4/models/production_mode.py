from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.on_off import OnOff
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(("mode", "total_micros", "energy_producing_micros"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ProductionMode(Model):
    """Answer of `getProductionMode`."""

    mode: OnOff | Unset = UNSET
    """`on` or `off`."""
    total_micros: int | Unset = UNSET
    """Microinverters of the system."""
    energy_producing_micros: int | Unset = UNSET
    """Those of them that produce."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.mode = word(OnOff, src_dict.get("mode", UNSET))
        model.total_micros = src_dict.get("total_micros", UNSET)
        model.energy_producing_micros = src_dict.get("energy_producing_micros", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
