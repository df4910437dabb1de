from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "start_date", "consumption"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EVEnergyResponse(Model):
    """The shape EVEnergyResponse of the document."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    start_date: str | Unset = UNSET
    """Local date of the first value, YYYY-MM-DD."""
    consumption: list[int] | Unset = UNSET
    """Energy taken on each date, in Wh."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.start_date = src_dict.get("start_date", UNSET)
        model.consumption = src_dict.get("consumption", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
