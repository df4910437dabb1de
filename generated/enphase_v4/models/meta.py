from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(("status", "last_report_at", "last_energy_at", "operational_at"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Meta(Model):
    """Part of `BatteryLifetime`, `ConsumptionLifetime`, `ConsumptionMeterTelemetry` and 8 more."""

    status: str | Unset = UNSET
    """State of the system: `normal`, or what is wrong (`comm`, `micro`, `power`, `meter`...)."""
    last_report_at: datetime.datetime | None | Unset = UNSET
    """Last report of the gateway, epoch seconds. Read as a datetime in UTC."""
    last_energy_at: datetime.datetime | None | Unset = UNSET
    """Last time that production was reported, even if it was 0, epoch seconds. Read as a datetime in UTC."""
    operational_at: datetime.datetime | None | Unset = UNSET
    """Start of operation, epoch seconds: the time of interconnection if known, else the end of the first interval. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {
        "last_report_at": "time",
        "last_energy_at": "time",
        "operational_at": "time",
    }

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.status = src_dict.get("status", UNSET)
        model.last_report_at = read_time(src_dict.get("last_report_at", UNSET))
        model.last_energy_at = read_time(src_dict.get("last_energy_at", UNSET))
        model.operational_at = read_time(src_dict.get("operational_at", UNSET))
        model._keep(src_dict)
        return model
