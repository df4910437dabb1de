from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "current_power",
        "energy_lifetime",
        "energy_today",
        "last_interval_end_at",
        "last_report_at",
        "modules",
        "operational_at",
        "size_w",
        "nmi",
        "source",
        "status",
        "summary_date",
        "battery_charge_w",
        "battery_discharge_w",
        "battery_capacity_wh",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemSummary(Model):
    """Answer of `getSystemSummary`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    current_power: int | Unset = UNSET
    """Power produced now, in W."""
    energy_lifetime: int | Unset = UNSET
    """Energy produced since the start of operation, in Wh."""
    energy_today: int | Unset = UNSET
    """Energy produced since local midnight, in Wh."""
    last_interval_end_at: datetime.datetime | None | Unset = UNSET
    """End of the last interval with production, epoch seconds; may lie well before `last_report_at`. Read as a datetime in UTC."""
    last_report_at: datetime.datetime | None | Unset = UNSET
    """Last report of the gateway, epoch seconds. Read as a datetime in UTC."""
    modules: int | Unset = UNSET
    """Number of modules."""
    operational_at: datetime.datetime | None | Unset = UNSET
    """Start of operation, epoch seconds: the time of interconnection if known, else the end of the first interval. Read as a datetime in UTC."""
    size_w: int | Unset = UNSET
    """Size of the system, in W."""
    nmi: None | str | Unset = UNSET
    """National Metering Identifier (Australia)."""
    source: str | Unset = UNSET
    """What measured the energy, e.g. `meter`."""
    status: str | Unset = UNSET
    """State of the system: `normal`, or what is wrong (`comm`, `micro`, `power`, `meter`...)."""
    summary_date: str | Unset = UNSET
    """Local date of the summary, YYYY-MM-DD."""
    battery_charge_w: int | Unset = UNSET
    """Highest charging power of all batteries together, in W."""
    battery_discharge_w: int | Unset = UNSET
    """Highest discharging power of all batteries together, in W."""
    battery_capacity_wh: int | Unset = UNSET
    """Capacity of all batteries together, in Wh."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {
        "last_interval_end_at": "time",
        "last_report_at": "time",
        "operational_at": "time",
    }

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.current_power = src_dict.get("current_power", UNSET)
        model.energy_lifetime = src_dict.get("energy_lifetime", UNSET)
        model.energy_today = src_dict.get("energy_today", UNSET)
        model.last_interval_end_at = read_time(src_dict.get("last_interval_end_at", UNSET))
        model.last_report_at = read_time(src_dict.get("last_report_at", UNSET))
        model.modules = src_dict.get("modules", UNSET)
        model.operational_at = read_time(src_dict.get("operational_at", UNSET))
        model.size_w = src_dict.get("size_w", UNSET)
        model.nmi = src_dict.get("nmi", UNSET)
        model.source = src_dict.get("source", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.summary_date = src_dict.get("summary_date", UNSET)
        model.battery_charge_w = src_dict.get("battery_charge_w", UNSET)
        model.battery_discharge_w = src_dict.get("battery_discharge_w", UNSET)
        model.battery_capacity_wh = src_dict.get("battery_capacity_wh", UNSET)
        model._keep(src_dict)
        return model
