from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("connectorId", "chargingLevel"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class StartChargingRequestBody(Model):
    """The shape StartChargingRequestBody of the document."""

    connector_id: str | Unset = UNSET
    """Number of the connector, from 1, as a string."""
    charging_level: str | Unset = UNSET
    """Charging level, a whole number from 0 to 100, as a string."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"connector_id": "connectorId", "charging_level": "chargingLevel"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.connector_id = src_dict.get("connectorId", UNSET)
        model.charging_level = src_dict.get("chargingLevel", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
