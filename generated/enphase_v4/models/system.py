from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.microinverter_attachment_type import MicroinverterAttachmentType
from ..models.system_address import SystemAddress
from ..models.system_connection_type import SystemConnectionType
from ..types import UNSET, Model, Unset, read_date, read_time, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "name",
        "public_name",
        "timezone",
        "address",
        "connection_type",
        "energy_lifetime",
        "energy_today",
        "system_size",
        "status",
        "last_report_at",
        "last_energy_at",
        "operational_at",
        "attachment_type",
        "interconnect_date",
        "reference",
        "other_references",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class System(Model):
    """Answer of `getSystemById`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    name: str | Unset = UNSET
    """Name of the installation."""
    public_name: str | Unset = UNSET
    """Name on the public page of the system, where there is one."""
    timezone: None | str | Unset = UNSET
    """Time zone of the site: an IANA name or an old alias such as `US/Pacific`."""
    address: SystemAddress | Unset = UNSET
    """Where the system stands."""
    connection_type: SystemConnectionType | Unset = UNSET
    """How the gateway reaches the internet."""
    energy_lifetime: int | Unset = UNSET
    """Always -1; the summary has the value."""
    energy_today: int | Unset = UNSET
    """Always -1; the summary has the value."""
    system_size: float | Unset = UNSET
    """Always -1; the summary has the value."""
    status: str | Unset = UNSET
    """State of the system: `normal`, or what is wrong (`comm`, `micro`, `power`, `meter`...)."""
    last_report_at: datetime.datetime | None | Unset = UNSET
    """Last report of the gateway, epoch seconds. Read as a datetime in UTC."""
    last_energy_at: datetime.datetime | None | Unset = UNSET
    """Last time that production was reported, even if it was 0, epoch seconds. Read as a datetime in UTC."""
    operational_at: datetime.datetime | None | Unset = UNSET
    """Start of operation, epoch seconds: the time of interconnection if known, else the end of the first interval. Read as a datetime in UTC."""
    attachment_type: MicroinverterAttachmentType | None | Unset = UNSET
    """How the microinverters are mounted."""
    interconnect_date: datetime.date | None | Unset = UNSET
    """Date on which the grid connection was approved. Read as a date."""
    reference: None | str | Unset = UNSET
    """Identifier that the company of the caller gave the system. Absent if there is none."""
    other_references: list[str] | Unset = UNSET
    """Identifiers that other companies gave the system. Absent if there are none."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {
        "last_report_at": "time",
        "last_energy_at": "time",
        "operational_at": "time",
        "interconnect_date": "date",
    }

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.name = src_dict.get("name", UNSET)
        model.public_name = src_dict.get("public_name", UNSET)
        model.timezone = src_dict.get("timezone", UNSET)
        model.address = SystemAddress.from_dict(v) if type(v := src_dict.get("address", UNSET)) is dict else v
        model.connection_type = word(SystemConnectionType, src_dict.get("connection_type", UNSET))
        model.energy_lifetime = src_dict.get("energy_lifetime", UNSET)
        model.energy_today = src_dict.get("energy_today", UNSET)
        model.system_size = src_dict.get("system_size", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.last_report_at = read_time(src_dict.get("last_report_at", UNSET))
        model.last_energy_at = read_time(src_dict.get("last_energy_at", UNSET))
        model.operational_at = read_time(src_dict.get("operational_at", UNSET))
        model.attachment_type = word(MicroinverterAttachmentType, src_dict.get("attachment_type", UNSET))
        model.interconnect_date = read_date(src_dict.get("interconnect_date", UNSET))
        model.reference = src_dict.get("reference", UNSET)
        model.other_references = src_dict.get("other_references", UNSET)
        model._keep(src_dict)
        return model
