from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("id", "start", "rate", "error"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffPeriod(Model):
    """Part of `TariffDays`."""

    id: str | Unset = UNSET
    """Id of the part."""
    start: int | str | Unset = UNSET
    """Minute of the day at which it begins."""
    rate: str | Unset = UNSET
    """Price of a kWh in it."""
    error: Any | Unset = UNSET
    """What is wrong with the part, if anything."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.start = src_dict.get("start", UNSET)
        model.rate = src_dict.get("rate", UNSET)
        model.error = src_dict.get("error", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
