from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.event_type import EventType
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("event_types",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EventTypes(Model):
    """Answer of `listEventTypes`."""

    event_types: list[EventType] | Unset = UNSET
    """The event types."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.event_types = (
            [EventType.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("event_types", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
