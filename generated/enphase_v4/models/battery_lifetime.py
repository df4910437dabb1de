from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.meta import Meta
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "start_date", "charge", "discharge", "meta"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class BatteryLifetime(Model):
    """Answer of `getBatteryLifetime`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    start_date: None | str | Unset = UNSET
    """Local date of the first value: as requested, else the first day of operation. May be null for a system that never produced."""
    charge: list[int] | Unset = UNSET
    """Energy charged on each date, in Wh. May be empty if there never was production."""
    discharge: list[int] | Unset = UNSET
    """Energy discharged on each date, in Wh. May be empty if there never was production."""
    meta: Meta | Unset = UNSET
    """State of the system when the answer was made."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.start_date = src_dict.get("start_date", UNSET)
        model.charge = src_dict.get("charge", UNSET)
        model.discharge = src_dict.get("discharge", UNSET)
        model.meta = Meta.from_dict(v) if type(v := src_dict.get("meta", UNSET)) is dict else v
        if not _known(src_dict):
            model._keep(src_dict)
        return model
