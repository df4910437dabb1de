from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.cellular_modem import CellularModem
from ..types import UNSET, Model, Unset, read_boolean, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "id",
        "last_report_at",
        "name",
        "serial_number",
        "part_number",
        "emu_sw_version",
        "sku",
        "model",
        "status",
        "active",
        "state",
        "config_type",
        "product_name",
        "cellular_modem",
        "firmware",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Device(Model):
    """Part of `DevicesByClass`."""

    id: int | Unset = UNSET
    """Id of the device."""
    last_report_at: datetime.datetime | None | Unset = UNSET
    """Last report of the device, epoch seconds. Read as a datetime in UTC."""
    name: str | Unset = UNSET
    """Name of the device."""
    serial_number: str | Unset = UNSET
    """Serial number of the device."""
    part_number: str | Unset = UNSET
    """Part number."""
    emu_sw_version: str | Unset = UNSET
    """Firmware of a gateway."""
    sku: None | str | Unset = UNSET
    """Stock keeping unit."""
    model: str | Unset = UNSET
    """Model."""
    status: str | Unset = UNSET
    """State of the device, e.g. `normal`."""
    active: bool | Unset = UNSET
    """Whether the device is in service. Read as a bool."""
    state: None | str | Unset = UNSET
    """State of a meter, e.g. `enabled`."""
    config_type: str | Unset = UNSET
    """What a meter measures, e.g. `Production` or `Net`."""
    product_name: str | Unset = UNSET
    """Product name."""
    cellular_modem: CellularModem | Unset = UNSET
    """Modem of a gateway, if it has one."""
    firmware: str | Unset = UNSET
    """Firmware of an EV charger."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"last_report_at": "time", "active": "boolean"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.last_report_at = read_time(src_dict.get("last_report_at", UNSET))
        model.name = src_dict.get("name", UNSET)
        model.serial_number = src_dict.get("serial_number", UNSET)
        model.part_number = src_dict.get("part_number", UNSET)
        model.emu_sw_version = src_dict.get("emu_sw_version", UNSET)
        model.sku = src_dict.get("sku", UNSET)
        model.model = src_dict.get("model", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.active = read_boolean(src_dict.get("active", UNSET))
        model.state = src_dict.get("state", UNSET)
        model.config_type = src_dict.get("config_type", UNSET)
        model.product_name = src_dict.get("product_name", UNSET)
        model.cellular_modem = (
            CellularModem.from_dict(v) if type(v := src_dict.get("cellular_modem", UNSET)) is dict else v
        )
        model.firmware = src_dict.get("firmware", UNSET)
        model._keep(src_dict)
        return model
