from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    ("id", "name", "channel", "last_report_at", "power", "operational_mode")
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LatestDevice(Model):
    """Part of `LatestDevices`."""

    id: int | Unset = UNSET
    """Id of the device."""
    name: str | Unset = UNSET
    """Name of the device."""
    channel: int | Unset = UNSET
    """Channel of the meter."""
    last_report_at: datetime.datetime | None | Unset = UNSET
    """Last report of the device, epoch seconds. Read as a datetime in UTC."""
    power: int | None | Unset = UNSET
    """Power at the last report, in W."""
    operational_mode: None | str | Unset = UNSET
    """What a battery is doing: `Idle`, `Charging` or `Discharging`."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"last_report_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.name = src_dict.get("name", UNSET)
        model.channel = src_dict.get("channel", UNSET)
        model.last_report_at = read_time(src_dict.get("last_report_at", UNSET))
        model.power = src_dict.get("power", UNSET)
        model.operational_mode = src_dict.get("operational_mode", UNSET)
        model._keep(src_dict)
        return model
