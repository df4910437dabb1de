from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("end_at", "powr", "enwh"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class MicroInterval(Model):
    """Part of `MicroTelemetry`."""

    end_at: int | Unset = UNSET
    """End of the interval, epoch seconds."""
    powr: int | Unset = UNSET
    """Mean power in the interval, in W."""
    enwh: int | Unset = UNSET
    """Energy produced in the interval, in Wh."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.end_at = src_dict.get("end_at", UNSET)
        model.powr = src_dict.get("powr", UNSET)
        model.enwh = src_dict.get("enwh", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
