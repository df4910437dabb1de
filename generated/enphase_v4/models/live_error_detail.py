from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("code", "details", "message", "status"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LiveErrorDetail(Model):
    """Part of `LiveError`."""

    code: int | Unset = UNSET
    """HTTP status."""
    details: list[Any] | Unset = UNSET
    """More about it; empty objects in the examples."""
    message: str | Unset = UNSET
    """What is wrong."""
    status: str | Unset = UNSET
    """Name of the error."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.code = src_dict.get("code", UNSET)
        model.details = src_dict.get("details", UNSET)
        model.message = src_dict.get("message", UNSET)
        model.status = src_dict.get("status", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
