from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("event_type_id", "event_type_key", "stateful", "event_name", "event_description", "recommended_action")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EventType(Model):
    """Part of `EventTypes`."""

    event_type_id: int | Unset = UNSET
    """Id of the event type."""
    event_type_key: str | Unset = UNSET
    """Key of the event type, e.g. `envoy_no_report`."""
    stateful: bool | Unset = UNSET
    """Whether such events stay open until cleared; transient ones do not."""
    event_name: str | Unset = UNSET
    """Short name."""
    event_description: str | Unset = UNSET
    """What happened."""
    recommended_action: str | Unset = UNSET
    """What to do about it."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.event_type_id = src_dict.get("event_type_id", UNSET)
        model.event_type_key = src_dict.get("event_type_key", UNSET)
        model.stateful = src_dict.get("stateful", UNSET)
        model.event_name = src_dict.get("event_name", UNSET)
        model.event_description = src_dict.get("event_description", UNSET)
        model.recommended_action = src_dict.get("recommended_action", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
