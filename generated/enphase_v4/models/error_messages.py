from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("errorCode", "errorMessages"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ErrorMessages(Model):
    """Answer of `controlMeter`, `createActivation`, `createCompanyUser` and 25 more."""

    error_code: int | Unset = UNSET
    """Number of the error, where it has one."""
    error_messages: list[str] | Unset = UNSET
    """What is wrong."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"error_code": "errorCode", "error_messages": "errorMessages"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.error_code = src_dict.get("errorCode", UNSET)
        model.error_messages = src_dict.get("errorMessages", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
