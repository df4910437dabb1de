from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.event_status import EventStatus
from ..types import UNSET, Model, Unset, read_time, word

_KEYS: Final[frozenset[str]] = frozenset(
    ("status", "event_type_id", "event_start_time", "event_end_time", "serial_number")
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Event(Model):
    """Part of `SystemEvents`."""

    status: EventStatus | Unset = UNSET
    """`Info` for a transient event; a stateful one is `Open` until it has an end, then `Closed`."""
    event_type_id: int | Unset = UNSET
    """Id of the event type, see `listEventTypes`."""
    event_start_time: datetime.datetime | Unset = UNSET
    """Start of the event, epoch seconds. Read as a datetime in UTC."""
    event_end_time: datetime.datetime | None | Unset = UNSET
    """Time at which the event was cleared, epoch seconds. Read as a datetime in UTC."""
    serial_number: str | Unset = UNSET
    """Serial number of the device concerned."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"event_start_time": "time", "event_end_time": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.status = word(EventStatus, src_dict.get("status", UNSET))
        model.event_type_id = src_dict.get("event_type_id", UNSET)
        model.event_start_time = read_time(src_dict.get("event_start_time", UNSET))
        model.event_end_time = read_time(src_dict.get("event_end_time", UNSET))
        model.serial_number = src_dict.get("serial_number", UNSET)
        model._keep(src_dict)
        return model
