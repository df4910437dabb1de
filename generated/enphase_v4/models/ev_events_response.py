from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.event_detail import EventDetail
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("count", "events", "system_id"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EVEventsResponse(Model):
    """The shape EVEventsResponse of the document."""

    count: int | Unset = UNSET
    """Number of events."""
    events: list[EventDetail] | Unset = UNSET
    """The events of this page."""
    system_id: int | Unset = UNSET
    """Id of the system."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.count = src_dict.get("count", UNSET)
        model.events = (
            [EventDetail.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("events", UNSET)) is list
            else v
        )
        model.system_id = src_dict.get("system_id", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
