from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("reason", "message"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class MeterTask(Model):
    """Answer of `controlMeter`."""

    reason: str | Unset = UNSET
    """HTTP status, as a string."""
    message: list[str] | Unset = UNSET
    """What was done, in words for people."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.reason = src_dict.get("reason", UNSET)
        model.message = src_dict.get("message", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
