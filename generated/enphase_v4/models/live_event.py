from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.live_message import LiveMessage
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("data",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LiveEvent(Model):
    """Answer of `getLiveData`."""

    data: LiveMessage | Unset = UNSET
    """One event."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.data = LiveMessage.from_dict(v) if type(v := src_dict.get("data", UNSET)) is dict else v
        if not _known(src_dict):
            model._keep(src_dict)
        return model
