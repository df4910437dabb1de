from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.array_layer import ArrayLayer
from ..models.inventory_detail import InventoryDetail
from ..models.system_array import SystemArray
from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    ("system_id", "created_at", "updated_at", "angle", "arrays", "inventory", "inventory_details", "layers")
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemArrays(Model):
    """Answer of `getSystemArrays`, `updateSystemArrays`."""

    system_id: int | Unset = UNSET
    """Id of the system, given by the service."""
    created_at: datetime.datetime | None | Unset = UNSET
    """When the system was created, epoch seconds. Read as a datetime in UTC."""
    updated_at: datetime.datetime | None | Unset = UNSET
    """When the system was last changed, epoch seconds. Read as a datetime in UTC."""
    angle: int | None | Unset = UNSET
    """Angle of the whole layout in degrees."""
    arrays: list[SystemArray] | Unset = UNSET
    """The arrays."""
    inventory: list[str] | Unset = UNSET
    """Serial numbers of the active microinverters."""
    inventory_details: list[InventoryDetail] | Unset = UNSET
    """Devices of the site."""
    layers: list[ArrayLayer] | Unset = UNSET
    """Pictures behind the layout."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"created_at": "time", "updated_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.created_at = read_time(src_dict.get("created_at", UNSET))
        model.updated_at = read_time(src_dict.get("updated_at", UNSET))
        model.angle = src_dict.get("angle", UNSET)
        model.arrays = (
            [SystemArray.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("arrays", UNSET)) is list
            else v
        )
        model.inventory = src_dict.get("inventory", UNSET)
        model.inventory_details = (
            [InventoryDetail.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("inventory_details", UNSET)) is list
            else v
        )
        model.layers = (
            [ArrayLayer.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("layers", UNSET)) is list
            else v
        )
        model._keep(src_dict)
        return model
