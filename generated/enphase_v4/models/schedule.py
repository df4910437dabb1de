from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("days", "start_time", "end_time", "charging_level"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Schedule(Model):
    """The shape Schedule of the document."""

    days: list[int] | Unset = UNSET
    """Days of the week, 1 to 7."""
    start_time: str | Unset = UNSET
    """Start, `H:MM`."""
    end_time: str | Unset = UNSET
    """End, `H:MM`."""
    charging_level: int | Unset = UNSET
    """Charging level, 0 to 100."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.days = src_dict.get("days", UNSET)
        model.start_time = src_dict.get("start_time", UNSET)
        model.end_time = src_dict.get("end_time", UNSET)
        model.charging_level = src_dict.get("charging_level", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
