from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.new_system_array import NewSystemArray
from ..types import UNSET, Model

_KEYS: Final[frozenset[str]] = frozenset(("angle", "arrays"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateSystemArraysRequest(Model):
    """Request of `updateSystemArrays`."""

    angle: int | None
    """Angle of the whole layout in degrees."""
    arrays: list[NewSystemArray]
    """The arrays."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.angle = src_dict.get("angle", UNSET)
        model.arrays = (
            [NewSystemArray.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("arrays", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
