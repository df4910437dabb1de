from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.schedule import Schedule
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("schedules", "type", "is_active", "reminder_flag", "reminder_timer")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ScheduleList(Model):
    """The shape ScheduleList of the document."""

    schedules: list[Schedule] | Unset = UNSET
    """The periods."""
    type_: str | Unset = UNSET
    """Kind of schedule, e.g. `Custom`."""
    is_active: bool | Unset = UNSET
    """Whether the schedule is in force."""
    reminder_flag: bool | Unset = UNSET
    """Whether a reminder is sent."""
    reminder_timer: int | Unset = UNSET
    """When the reminder is sent; the unit is not stated."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"type_": "type"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.schedules = (
            [Schedule.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("schedules", UNSET)) is list
            else v
        )
        model.type_ = src_dict.get("type", UNSET)
        model.is_active = src_dict.get("is_active", UNSET)
        model.reminder_flag = src_dict.get("reminder_flag", UNSET)
        model.reminder_timer = src_dict.get("reminder_timer", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
