from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_date, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "serial_number",
        "manufacturer",
        "model",
        "type",
        "operational_date",
        "first_report_date",
        "last_report_date",
        "phase",
        "envoy_serial_number",
        "status",
        "state",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Meter(Model):
    """Answer of `getSystemMeter`, `updateSystemMeter`."""

    serial_number: str | Unset = UNSET
    """Serial number of the meter."""
    manufacturer: str | Unset = UNSET
    """Who made it."""
    model: str | Unset = UNSET
    """Model."""
    type_: str | Unset = UNSET
    """What it measures: `production`, `consumption`, ..."""
    operational_date: datetime.date | None | Unset = UNSET
    """Date on which the meter went to work, YYYY-MM-DD. Read as a date."""
    first_report_date: datetime.datetime | None | Unset = UNSET
    """When the meter first reported, ISO 8601 with an offset. Read as a datetime in UTC."""
    last_report_date: datetime.datetime | None | Unset = UNSET
    """When the meter last reported, ISO 8601 with an offset. Read as a datetime in UTC."""
    phase: str | Unset = UNSET
    """Phase that it measures."""
    envoy_serial_number: str | Unset = UNSET
    """Serial number of the gateway."""
    status: str | Unset = UNSET
    """State of the meter."""
    state: str | Unset = UNSET
    """`enabled` or `disabled`."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"type_": "type"}
    _values: ClassVar[Mapping[str, str]] = {
        "operational_date": "date",
        "first_report_date": "time",
        "last_report_date": "time",
    }

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.serial_number = src_dict.get("serial_number", UNSET)
        model.manufacturer = src_dict.get("manufacturer", UNSET)
        model.model = src_dict.get("model", UNSET)
        model.type_ = src_dict.get("type", UNSET)
        model.operational_date = read_date(src_dict.get("operational_date", UNSET))
        model.first_report_date = read_time(src_dict.get("first_report_date", UNSET))
        model.last_report_date = read_time(src_dict.get("last_report_date", UNSET))
        model.phase = src_dict.get("phase", UNSET)
        model.envoy_serial_number = src_dict.get("envoy_serial_number", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.state = src_dict.get("state", UNSET)
        model._keep(src_dict)
        return model
