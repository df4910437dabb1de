from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.activation_address import ActivationAddress
from ..models.activation_subcontractor import ActivationSubcontractor
from ..models.grid_connection import GridConnection
from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "system_name",
        "system_type",
        "status",
        "timezone",
        "stage",
        "internet_connection",
        "lease",
        "operational",
        "owner",
        "owner_id",
        "host",
        "host_id",
        "installer_name",
        "installer_id",
        "maintainer_name",
        "maintainer_id",
        "authorized_subcontractors",
        "grid_connection_type",
        "battery_grid_mode",
        "third_party_storage_device_installed",
        "third_party_storage_device_manufacturer",
        "interconnection_application_date",
        "permission_to_operate",
        "uri",
        "updated_at",
        "reference",
        "other_references",
        "address",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ListedActivation(Model):
    """Part of `ActivationsPage`."""

    system_id: int | Unset = UNSET
    """Id of the system, given by the service."""
    system_name: str | Unset = UNSET
    """Name of the system, at most 255 characters."""
    system_type: str | Unset = UNSET
    """`residential` (the default), `commercial` or `other`."""
    status: str | Unset = UNSET
    """State of the system, in words for people."""
    timezone: None | str | Unset = UNSET
    """Time zone of the site."""
    stage: int | Unset = UNSET
    """How far the activation is, 1 to 5: started, connecting, verifying, operational, done."""
    internet_connection: str | Unset = UNSET
    """How gateways reach the internet: `none`, `cellular`, `broadband`, or `dialup`, which is also satellite."""
    lease: bool | Unset = UNSET
    """Whether the system is leased. Default false."""
    operational: bool | Unset = UNSET
    """Whether the system is permitted to operate. Default true."""
    owner: int | None | str | Unset = UNSET
    """Who owns the system."""
    owner_id: int | None | str | Unset = UNSET
    """Id of the owner, a user of the service."""
    host: int | None | str | Unset = UNSET
    """Who lives where the system stands, where that is not the owner."""
    host_id: int | None | str | Unset = UNSET
    """Id of the host, a user of the service."""
    installer_name: str | Unset = UNSET
    """Name of the installing company."""
    installer_id: int | Unset = UNSET
    """Id of the installing company; by default that of the caller."""
    maintainer_name: str | Unset = UNSET
    """Name of the maintaining company."""
    maintainer_id: int | Unset = UNSET
    """Id of the maintaining company; by default that of the caller."""
    authorized_subcontractors: list[ActivationSubcontractor] | Unset = UNSET
    """Subcontractors that work on the system."""
    grid_connection_type: GridConnection | None | Unset = UNSET
    """How energy that goes to the grid is billed: 1 net billing tariff (NEM 3.0), 2 net metering, 3 net feed-in tariff, 4 gross feed-in tariff. Sites in California need one."""
    battery_grid_mode: None | str | Unset = UNSET
    """`Import Only` or `Export Only`."""
    third_party_storage_device_installed: bool | None | Unset = UNSET
    """Whether a storage device of another manufacturer is installed."""
    third_party_storage_device_manufacturer: None | str | Unset = UNSET
    """Whose it is: Tesla, Sonnen, LG Chem, Franklin, Others."""
    interconnection_application_date: datetime.datetime | None | Unset = UNSET
    """When the connection to the grid was applied for, epoch seconds. Read as a datetime in UTC."""
    permission_to_operate: bool | None | Unset = UNSET
    """Whether the utility has given its permission to operate."""
    uri: str | Unset = UNSET
    """Path of it, given by the service."""
    updated_at: datetime.datetime | None | Unset = UNSET
    """When it was last changed, epoch seconds. Read as a datetime in UTC."""
    reference: str | Unset = UNSET
    """Identifier that the company of the caller gave the system, of letters and digits; absent where it gave none."""
    other_references: list[str] | Unset = UNSET
    """Identifiers that other companies gave the system; absent where there are none."""
    address: ActivationAddress | Unset = UNSET
    """Where the system stands."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"interconnection_application_date": "time", "updated_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.system_name = src_dict.get("system_name", UNSET)
        model.system_type = src_dict.get("system_type", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.timezone = src_dict.get("timezone", UNSET)
        model.stage = src_dict.get("stage", UNSET)
        model.internet_connection = src_dict.get("internet_connection", UNSET)
        model.lease = src_dict.get("lease", UNSET)
        model.operational = src_dict.get("operational", UNSET)
        model.owner = src_dict.get("owner", UNSET)
        model.owner_id = src_dict.get("owner_id", UNSET)
        model.host = src_dict.get("host", UNSET)
        model.host_id = src_dict.get("host_id", UNSET)
        model.installer_name = src_dict.get("installer_name", UNSET)
        model.installer_id = src_dict.get("installer_id", UNSET)
        model.maintainer_name = src_dict.get("maintainer_name", UNSET)
        model.maintainer_id = src_dict.get("maintainer_id", UNSET)
        model.authorized_subcontractors = (
            [ActivationSubcontractor.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("authorized_subcontractors", UNSET)) is list
            else v
        )
        model.grid_connection_type = (
            GridConnection.from_dict(v)
            if type(v := src_dict.get("grid_connection_type", UNSET)) is dict
            else v
        )
        model.battery_grid_mode = src_dict.get("battery_grid_mode", UNSET)
        model.third_party_storage_device_installed = src_dict.get(
            "third_party_storage_device_installed", UNSET
        )
        model.third_party_storage_device_manufacturer = src_dict.get(
            "third_party_storage_device_manufacturer", UNSET
        )
        model.interconnection_application_date = read_time(
            src_dict.get("interconnection_application_date", UNSET)
        )
        model.permission_to_operate = src_dict.get("permission_to_operate", UNSET)
        model.uri = src_dict.get("uri", UNSET)
        model.updated_at = read_time(src_dict.get("updated_at", UNSET))
        model.reference = src_dict.get("reference", UNSET)
        model.other_references = src_dict.get("other_references", UNSET)
        model.address = (
            ActivationAddress.from_dict(v) if type(v := src_dict.get("address", UNSET)) is dict else v
        )
        model._keep(src_dict)
        return model
