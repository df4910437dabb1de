from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.schedule_list import ScheduleList
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "charger_schedules"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SchedulesBodyResponse(Model):
    """The shape SchedulesBodyResponse of the document."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    charger_schedules: list[ScheduleList] | Unset = UNSET
    """The schedules."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.charger_schedules = (
            [ScheduleList.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("charger_schedules", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
