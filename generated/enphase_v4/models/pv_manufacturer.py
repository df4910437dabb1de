from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("pv_manufacturer_id", "name"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class PvManufacturer(Model):
    """Part of `PvModels`."""

    pv_manufacturer_id: int | Unset = UNSET
    """Id of the manufacturer."""
    name: str | Unset = UNSET
    """Name of the manufacturer."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.pv_manufacturer_id = src_dict.get("pv_manufacturer_id", UNSET)
        model.name = src_dict.get("name", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
