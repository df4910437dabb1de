from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("id", "left", "top", "angle", "serial_num"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ArrayModule(Model):
    """Part of `SystemArray`."""

    id: int | Unset = UNSET
    """Id of the module."""
    left: float | Unset = UNSET
    """Position of the module in its array: the larger, the further to the right. A module is 100 wide."""
    top: float | Unset = UNSET
    """Position of the module in its array: the larger, the higher. A module is 200 high."""
    angle: int | Unset = UNSET
    """Angle of the module to its array in degrees, clockwise."""
    serial_num: str | Unset = UNSET
    """Serial number of the microinverter on the module."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.left = src_dict.get("left", UNSET)
        model.top = src_dict.get("top", UNSET)
        model.angle = src_dict.get("angle", UNSET)
        model.serial_num = src_dict.get("serial_num", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
