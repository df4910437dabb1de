from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("file", "scale", "angle", "opaciy", "width", "height", "left", "top", "opacity")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ArrayLayer(Model):
    """Part of `SystemArrays`."""

    file: str | Unset = UNSET
    """Address of the picture."""
    scale: int | Unset = UNSET
    """Zoom."""
    angle: int | Unset = UNSET
    """Angle of the picture in degrees."""
    opaciy: int | Unset = UNSET
    """How opaque it is, in percent."""
    width: int | Unset = UNSET
    """Width."""
    height: int | Unset = UNSET
    """Height."""
    left: int | Unset = UNSET
    """Position from the left."""
    top: int | Unset = UNSET
    """Position from the top."""
    opacity: int | Unset = UNSET
    """How opaque it is, in percent."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.file = src_dict.get("file", UNSET)
        model.scale = src_dict.get("scale", UNSET)
        model.angle = src_dict.get("angle", UNSET)
        model.opaciy = src_dict.get("opaciy", UNSET)
        model.width = src_dict.get("width", UNSET)
        model.height = src_dict.get("height", UNSET)
        model.left = src_dict.get("left", UNSET)
        model.top = src_dict.get("top", UNSET)
        model.opacity = src_dict.get("opacity", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
