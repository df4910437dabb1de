from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.battery_device_interval import BatteryDeviceInterval
from ..models.telemetry_granularity import TelemetryGranularity
from ..types import UNSET, Model, Unset, read_percent, read_time, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "serial_number",
        "granularity",
        "total_devices",
        "start_at",
        "end_at",
        "items",
        "intervals",
        "last_reported_time",
        "last_reported_soc",
        "start_date",
        "end_date",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class BatteryDeviceTelemetry(Model):
    """Answer of `getAcbTelemetry`, `getEnchargeTelemetry`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    serial_number: str | Unset = UNSET
    """Serial number of the device."""
    granularity: TelemetryGranularity | Unset = UNSET
    """Length of the window."""
    total_devices: int | Unset = UNSET
    """Always 1."""
    start_at: int | Unset = UNSET
    """Start of the window, epoch seconds. If `start_date` was asked for, that stands in its place."""
    end_at: int | Unset = UNSET
    """End of the window, epoch seconds. If `end_date` was asked for, that stands in its place."""
    items: str | Unset = UNSET
    """Name of the key that holds the rows: `intervals`."""
    intervals: list[BatteryDeviceInterval] | Unset = UNSET
    """The rows, in order of time. Gaps are not filled."""
    last_reported_time: datetime.datetime | Unset = UNSET
    """Last report of the battery, epoch seconds. Read as a datetime in UTC."""
    last_reported_soc: float | None | Unset = UNSET
    """Latest state of charge, with a percent sign: `99%`. Read as a number."""
    start_date: str | Unset = UNSET
    """Local date on which the window begins, where it was asked by date."""
    end_date: str | Unset = UNSET
    """Local date on which the window ends, where it was asked by date."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"last_reported_time": "time", "last_reported_soc": "percent"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.serial_number = src_dict.get("serial_number", UNSET)
        model.granularity = word(TelemetryGranularity, src_dict.get("granularity", UNSET))
        model.total_devices = src_dict.get("total_devices", UNSET)
        model.start_at = src_dict.get("start_at", UNSET)
        model.end_at = src_dict.get("end_at", UNSET)
        model.items = src_dict.get("items", UNSET)
        model.intervals = (
            [BatteryDeviceInterval.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("intervals", UNSET)) is list
            else v
        )
        model.last_reported_time = read_time(src_dict.get("last_reported_time", UNSET))
        model.last_reported_soc = read_percent(src_dict.get("last_reported_soc", UNSET))
        model.start_date = src_dict.get("start_date", UNSET)
        model.end_date = src_dict.get("end_date", UNSET)
        model._keep(src_dict)
        return model
