from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.new_array_module import NewArrayModule
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("label", "angle", "tilt", "provisioned_envoy", "left", "top", "modules", "id")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class NewSystemArray(Model):
    """Request of `updateSystemArray`."""

    label: str
    """Name of the array."""
    angle: int
    """Angle of the array in degrees, clockwise."""
    tilt: str
    """Tilt in degrees."""
    provisioned_envoy: None | str
    """Serial number of the gateway that the array is set up on."""
    left: int
    """Position of the array: the larger, the further to the right."""
    top: int
    """Position of the array: the larger, the higher."""
    modules: list[NewArrayModule]
    """Modules of the array."""
    id: int | Unset = UNSET
    """Id of the array that it is, where there is one already; it cannot be changed."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.label = src_dict.get("label", UNSET)
        model.angle = src_dict.get("angle", UNSET)
        model.tilt = src_dict.get("tilt", UNSET)
        model.provisioned_envoy = src_dict.get("provisioned_envoy", UNSET)
        model.left = src_dict.get("left", UNSET)
        model.top = src_dict.get("top", UNSET)
        model.modules = (
            [NewArrayModule.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("modules", UNSET)) is list
            else v
        )
        model.id = src_dict.get("id", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
