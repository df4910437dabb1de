from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.alarm_event import AlarmEvent
from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    ("id", "event_type_id", "cleared", "alarm_start_time", "alarm_end_time", "severity", "events")
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Alarm(Model):
    """Part of `SystemAlarms`."""

    id: str | Unset = UNSET
    """Id of the alarm."""
    event_type_id: int | Unset = UNSET
    """Id of the event type, see `listEventTypes`."""
    cleared: bool | Unset = UNSET
    """Whether the alarm is over."""
    alarm_start_time: datetime.datetime | Unset = UNSET
    """Start of the alarm, epoch seconds. Read as a datetime in UTC."""
    alarm_end_time: datetime.datetime | None | Unset = UNSET
    """Time at which the alarm was cleared, epoch seconds; null while it is open. Read as a datetime in UTC."""
    severity: int | Unset = UNSET
    """1 fatal, 2 error, 3 warning, 4 info, 5 debug, 6 none."""
    events: list[AlarmEvent] | Unset = UNSET
    """The devices concerned, each with its event."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"alarm_start_time": "time", "alarm_end_time": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.event_type_id = src_dict.get("event_type_id", UNSET)
        model.cleared = src_dict.get("cleared", UNSET)
        model.alarm_start_time = read_time(src_dict.get("alarm_start_time", UNSET))
        model.alarm_end_time = read_time(src_dict.get("alarm_end_time", UNSET))
        model.severity = src_dict.get("severity", UNSET)
        model.events = (
            [AlarmEvent.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("events", UNSET)) is list
            else v
        )
        model._keep(src_dict)
        return model
