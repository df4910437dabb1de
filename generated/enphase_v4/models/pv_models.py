from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.pv_manufacturer import PvManufacturer
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("pv_manufacturers", "pv_models", "pv_manufacturer"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class PvModels(Model):
    """Answer of `listPvModels`."""

    pv_manufacturers: PvManufacturer | Unset = UNSET
    """The manufacturer."""
    pv_models: list[list[int | str]] | Unset = UNSET
    """Id and name of each module; may be empty."""
    pv_manufacturer: PvManufacturer | Unset = UNSET
    """The manufacturer."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.pv_manufacturers = (
            PvManufacturer.from_dict(v) if type(v := src_dict.get("pv_manufacturers", UNSET)) is dict else v
        )
        model.pv_models = src_dict.get("pv_models", UNSET)
        model.pv_manufacturer = (
            PvManufacturer.from_dict(v) if type(v := src_dict.get("pv_manufacturer", UNSET)) is dict else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
