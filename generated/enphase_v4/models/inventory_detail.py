from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("type", "count", "serialNum"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class InventoryDetail(Model):
    """Part of `SystemArrays`."""

    type_: str | Unset = UNSET
    """Kind of device."""
    count: int | Unset = UNSET
    """How many."""
    serial_num: str | Unset = UNSET
    """Serial number of the device."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"type_": "type", "serial_num": "serialNum"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.type_ = src_dict.get("type", UNSET)
        model.count = src_dict.get("count", UNSET)
        model.serial_num = src_dict.get("serialNum", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
