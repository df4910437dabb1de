from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.array_module import ArrayModule
from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "id",
        "label",
        "angle",
        "tilt",
        "reporting_envoys",
        "provisioned_envoy",
        "updated_at",
        "left",
        "top",
        "modules",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemArray(Model):
    """Answer of `getSystemArray`, `updateSystemArray`."""

    id: int | Unset = UNSET
    """Id of the array."""
    label: str | Unset = UNSET
    """Name of the array."""
    angle: int | Unset = UNSET
    """Angle of the array in degrees, clockwise."""
    tilt: str | Unset = UNSET
    """Tilt in degrees."""
    reporting_envoys: list[str] | Unset = UNSET
    """Serial numbers of the gateways that the array reports to."""
    provisioned_envoy: None | str | Unset = UNSET
    """Serial number of the gateway that the array is set up on."""
    updated_at: datetime.datetime | None | Unset = UNSET
    """When it was last changed, epoch seconds. Read as a datetime in UTC."""
    left: float | Unset = UNSET
    """Position of the array: the larger, the further to the right."""
    top: float | Unset = UNSET
    """Position of the array: the larger, the higher."""
    modules: list[ArrayModule] | Unset = UNSET
    """Modules of the array."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"updated_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.label = src_dict.get("label", UNSET)
        model.angle = src_dict.get("angle", UNSET)
        model.tilt = src_dict.get("tilt", UNSET)
        model.reporting_envoys = src_dict.get("reporting_envoys", UNSET)
        model.provisioned_envoy = src_dict.get("provisioned_envoy", UNSET)
        model.updated_at = read_time(src_dict.get("updated_at", UNSET))
        model.left = src_dict.get("left", UNSET)
        model.top = src_dict.get("top", UNSET)
        model.modules = (
            [ArrayModule.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("modules", UNSET)) is list
            else v
        )
        model._keep(src_dict)
        return model
