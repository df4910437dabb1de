from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_boolean, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "id",
        "sku",
        "status",
        "serial_number",
        "name",
        "model",
        "part_number",
        "firmware",
        "active",
        "last_report_at",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ChargerSummary(Model):
    """The shape ChargerSummary of the document."""

    id: str | Unset = UNSET
    """Serial number and system id, joined by a colon."""
    sku: str | Unset = UNSET
    """Stock keeping unit."""
    status: str | Unset = UNSET
    """State of the charger, e.g. `normal`."""
    serial_number: str | Unset = UNSET
    """Serial number."""
    name: str | Unset = UNSET
    """Name of the charger."""
    model: str | Unset = UNSET
    """Model."""
    part_number: str | Unset = UNSET
    """Part number."""
    firmware: str | Unset = UNSET
    """Firmware version."""
    active: bool | Unset = UNSET
    """Whether the charger is in service. Read as a bool."""
    last_report_at: datetime.datetime | None | Unset = UNSET
    """When the charger last reported. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"active": "boolean", "last_report_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.sku = src_dict.get("sku", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.serial_number = src_dict.get("serial_number", UNSET)
        model.name = src_dict.get("name", UNSET)
        model.model = src_dict.get("model", UNSET)
        model.part_number = src_dict.get("part_number", UNSET)
        model.firmware = src_dict.get("firmware", UNSET)
        model.active = read_boolean(src_dict.get("active", UNSET))
        model.last_report_at = read_time(src_dict.get("last_report_at", UNSET))
        model._keep(src_dict)
        return model
