from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.event_status import EventStatus
from ..types import UNSET, Model, Unset, read_time, word

_KEYS: Final[frozenset[str]] = frozenset(("status", "triggered_date", "cleared_date", "details"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EventDetail(Model):
    """The shape EventDetail of the document."""

    status: EventStatus | Unset = UNSET
    """`Info`, `Open` or `Closed`."""
    triggered_date: datetime.datetime | Unset = UNSET
    """Start of the event, epoch seconds. Read as a datetime in UTC."""
    cleared_date: datetime.datetime | Unset = UNSET
    """End of the event, epoch seconds. Read as a datetime in UTC."""
    details: str | Unset = UNSET
    """What happened."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"triggered_date": "time", "cleared_date": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.status = word(EventStatus, src_dict.get("status", UNSET))
        model.triggered_date = read_time(src_dict.get("triggered_date", UNSET))
        model.cleared_date = read_time(src_dict.get("cleared_date", UNSET))
        model.details = src_dict.get("details", UNSET)
        model._keep(src_dict)
        return model
