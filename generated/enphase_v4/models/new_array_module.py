from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("left", "top", "angle", "serial_num", "id"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class NewArrayModule(Model):
    """Part of `NewSystemArray`."""

    left: int
    """Position of the module in its array: the larger, the further to the right. A module is 100 wide."""
    top: int
    """Position of the module in its array: the larger, the higher. A module is 200 high."""
    angle: int
    """Angle of the module to its array in degrees, clockwise."""
    serial_num: str
    """Serial number of the microinverter on the module."""
    id: int | Unset = UNSET
    """Id of the module that it is, where there is one already; it cannot be changed."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.left = src_dict.get("left", UNSET)
        model.top = src_dict.get("top", UNSET)
        model.angle = src_dict.get("angle", UNSET)
        model.serial_num = src_dict.get("serial_num", UNSET)
        model.id = src_dict.get("id", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
