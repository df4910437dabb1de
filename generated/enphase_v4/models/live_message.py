from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.live_reading import LiveReading
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("data", "timestamp_epoch", "timestamp_utc", "type"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LiveMessage(Model):
    """Part of `LiveEvent`."""

    data: LiveReading | Unset = UNSET
    """The readings."""
    timestamp_epoch: int | Unset = UNSET
    """Time of the event, epoch milliseconds."""
    timestamp_utc: str | Unset = UNSET
    """Time of the event in UTC, `YYYY-MM-DD HH:MM:SS.mmm`."""
    type_: str | Unset = UNSET
    """`response` for readings."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"type_": "type"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.data = LiveReading.from_dict(v) if type(v := src_dict.get("data", UNSET)) is dict else v
        model.timestamp_epoch = src_dict.get("timestamp_epoch", UNSET)
        model.timestamp_utc = src_dict.get("timestamp_utc", UNSET)
        model.type_ = src_dict.get("type", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
