from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.chargers_by_class import ChargersByClass
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("items", "total_devices", "system_id", "devices"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ChargerSummaryResponse(Model):
    """The shape ChargerSummaryResponse of the document."""

    items: str | Unset = UNSET
    """Name of the key that holds the chargers: `devices`."""
    total_devices: int | Unset = UNSET
    """Number of active chargers."""
    system_id: int | Unset = UNSET
    """Id of the system."""
    devices: ChargersByClass | Unset = UNSET
    """Chargers, under `ev_chargers`."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.items = src_dict.get("items", UNSET)
        model.total_devices = src_dict.get("total_devices", UNSET)
        model.system_id = src_dict.get("system_id", UNSET)
        model.devices = (
            ChargersByClass.from_dict(v) if type(v := src_dict.get("devices", UNSET)) is dict else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
