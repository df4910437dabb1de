from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("message", "details", "code"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ErrorResponse(Model):
    """The shape ErrorResponse of the document."""

    message: str | Unset = UNSET
    """Kind of error."""
    details: list[str] | str | Unset = UNSET
    """What is wrong. Not stable: branch on the status."""
    code: int | str | Unset = UNSET
    """HTTP status."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.message = src_dict.get("message", UNSET)
        model.details = src_dict.get("details", UNSET)
        model.code = src_dict.get("code", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
