from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("channel", "end_at", "wh_del", "curr_w"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class RgmChannelInterval(Model):
    """Part of `RgmMeter`."""

    channel: int | Unset = UNSET
    """Channel of the meter."""
    end_at: int | Unset = UNSET
    """End of the interval, epoch seconds."""
    wh_del: int | None | Unset = UNSET
    """Energy delivered in the interval, in Wh."""
    curr_w: int | None | Unset = UNSET
    """Power in the interval, in W."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.channel = src_dict.get("channel", UNSET)
        model.end_at = src_dict.get("end_at", UNSET)
        model.wh_del = src_dict.get("wh_del", UNSET)
        model.curr_w = src_dict.get("curr_w", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
