from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.quantity import Quantity
from ..types import UNSET, Model, Unset, read_quantity, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "id",
        "serial_number",
        "model",
        "part_number",
        "sku",
        "status",
        "power_produced",
        "proc_load",
        "param_table",
        "envoy_serial_number",
        "energy",
        "grid_profile",
        "last_report_date",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Inverter(Model):
    """Part of `GatewayInverters`."""

    id: int | Unset = UNSET
    """Id of the microinverter."""
    serial_number: str | Unset = UNSET
    """Serial number."""
    model: str | Unset = UNSET
    """Model."""
    part_number: str | Unset = UNSET
    """Part number."""
    sku: str | Unset = UNSET
    """Stock keeping unit."""
    status: str | Unset = UNSET
    """State of the microinverter, e.g. `normal`."""
    power_produced: Quantity | Unset = UNSET
    """Power at the last report. Read as a Quantity, also where it is a bare number."""
    proc_load: str | Unset = UNSET
    """Version of the processor load."""
    param_table: str | Unset = UNSET
    """Version of the parameter table."""
    envoy_serial_number: str | Unset = UNSET
    """Serial number of the gateway that it reports to."""
    energy: Quantity | Unset = UNSET
    """Energy over the lifetime. Read as a Quantity, also where it is a bare number."""
    grid_profile: str | Unset = UNSET
    """Id of the grid profile."""
    last_report_date: datetime.datetime | None | Unset = UNSET
    """Last report of the microinverter, epoch seconds. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {
        "power_produced": "quantity",
        "energy": "quantity",
        "last_report_date": "time",
    }

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.serial_number = src_dict.get("serial_number", UNSET)
        model.model = src_dict.get("model", UNSET)
        model.part_number = src_dict.get("part_number", UNSET)
        model.sku = src_dict.get("sku", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.power_produced = (
            Quantity.from_dict(v)
            if type(v := read_quantity(src_dict.get("power_produced", UNSET))) is dict
            else v
        )
        model.proc_load = src_dict.get("proc_load", UNSET)
        model.param_table = src_dict.get("param_table", UNSET)
        model.envoy_serial_number = src_dict.get("envoy_serial_number", UNSET)
        model.energy = (
            Quantity.from_dict(v) if type(v := read_quantity(src_dict.get("energy", UNSET))) is dict else v
        )
        model.grid_profile = src_dict.get("grid_profile", UNSET)
        model.last_report_date = read_time(src_dict.get("last_report_date", UNSET))
        model._keep(src_dict)
        return model
