from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("consumption", "end_at"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EnergyConsumption(Model):
    """The shape EnergyConsumption of the document."""

    consumption: int | Unset = UNSET
    """Energy taken in the interval, in Wh."""
    end_at: int | Unset = UNSET
    """End of the interval, epoch seconds."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.consumption = src_dict.get("consumption", UNSET)
        model.end_at = src_dict.get("end_at", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
