from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.activation_address import ActivationAddress
from ..models.activation_subcontractor import ActivationSubcontractor
from ..models.encharges_of_gateway import EnchargesOfGateway
from ..models.enpowers_of_gateway import EnpowersOfGateway
from ..models.grid_connection import GridConnection
from ..models.user import User
from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_id",
        "system_name",
        "system_type",
        "status",
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
        "allow_public_access",
        "interconnect_date",
        "installer_support_email",
        "source",
        "array_type",
        "attachment_type",
        "ensemble_envoy",
        "production_mode",
        "grid_profile",
        "requested_profile",
        "requested_report_freq",
        "voltage",
        "envoy_serial_numbers",
        "expected_envoy_count",
        "expected_pcu_count",
        "expected_nsr_count",
        "expected_meter_count",
        "expected_encharge_count",
        "expected_enpower_count",
        "pv_manufacturer",
        "pv_manufacturer_name",
        "pv_model",
        "pv_model_name",
        "pv_module_power_rating",
        "pv_module_type",
        "encharge",
        "enpower",
        "address",
        "expected_acb_count",
        "timezone",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Activation(Model):
    """Answer of `createActivation`, `getActivation`, `updateActivation`."""

    system_id: int | Unset = UNSET
    """Id of the system, given by the service."""
    system_name: str | Unset = UNSET
    """Name of the system, at most 255 characters."""
    system_type: str | Unset = UNSET
    """`residential` (the default), `commercial` or `other`."""
    status: str | Unset = UNSET
    """State of the system, in words for people."""
    stage: int | Unset = UNSET
    """How far the activation is, 1 to 5: started, connecting, verifying, operational, done."""
    internet_connection: str | Unset = UNSET
    """How gateways reach the internet: `none`, `cellular`, `broadband`, or `dialup`, which is also satellite."""
    lease: bool | Unset = UNSET
    """Whether the system is leased. Default false."""
    operational: bool | Unset = UNSET
    """Whether the system is permitted to operate. Default true."""
    owner: None | str | Unset | User = UNSET
    """Who owns the system."""
    owner_id: int | None | Unset = UNSET
    """Id of the owner, a user of the service."""
    host: None | str | Unset | User = UNSET
    """Who lives where the system stands, where that is not the owner."""
    host_id: int | None | Unset = UNSET
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
    allow_public_access: bool | Unset = UNSET
    """Whether the system may be in public lists. Default true."""
    interconnect_date: datetime.datetime | None | Unset = UNSET
    """When the connection to the grid was approved, epoch seconds. Read as a datetime in UTC."""
    installer_support_email: str | Unset = UNSET
    """Where the installer answers questions."""
    source: str | Unset = UNSET
    """Where production is measured: `meter` or `microinverters`."""
    array_type: None | str | Unset = UNSET
    """How the modules stand."""
    attachment_type: None | str | Unset = UNSET
    """How the microinverters are mounted."""
    ensemble_envoy: None | str | Unset = UNSET
    """Serial number of the gateway of the batteries, where there are several gateways."""
    production_mode: str | Unset = UNSET
    """Whether the microinverters may produce: `on` or `off`."""
    grid_profile: None | str | Unset = UNSET
    """Id of the grid profile of the microinverters."""
    requested_profile: None | str | Unset = UNSET
    """Id of the grid profile that was asked for."""
    requested_report_freq: None | str | Unset = UNSET
    """How often the gateway is asked to report."""
    voltage: None | str | Unset = UNSET
    """Voltage and phases of a commercial system in North America; null for any other."""
    envoy_serial_numbers: list[str] | Unset = UNSET
    """Serial numbers of the gateways."""
    expected_envoy_count: int | Unset = UNSET
    """Gateways that the system is to have."""
    expected_pcu_count: int | Unset = UNSET
    """Microinverters that the system is to have."""
    expected_nsr_count: int | Unset = UNSET
    """Relays that the system is to have."""
    expected_meter_count: int | Unset = UNSET
    """Meters that the system is to have."""
    expected_encharge_count: int | Unset = UNSET
    """Encharge batteries that the system is to have."""
    expected_enpower_count: int | Unset = UNSET
    """System controllers (Enpower) that the system is to have."""
    pv_manufacturer: int | None | str | Unset = UNSET
    """Id of the manufacturer of the modules."""
    pv_manufacturer_name: str | Unset = UNSET
    """Name of a manufacturer that the service does not know."""
    pv_model: int | None | str | Unset = UNSET
    """Id of the module."""
    pv_model_name: str | Unset = UNSET
    """Name of a module that the service does not know."""
    pv_module_power_rating: float | None | str | Unset = UNSET
    """Rated power of a module, in W."""
    pv_module_type: int | None | str | Unset = UNSET
    """1 mono-facial, 2 bi-facial, 3 split cell, 4 other."""
    encharge: list[EnchargesOfGateway] | Unset = UNSET
    """Encharge batteries, by gateway."""
    enpower: list[EnpowersOfGateway] | Unset = UNSET
    """System controllers, by gateway."""
    address: ActivationAddress | Unset = UNSET
    """Where the system stands."""
    expected_acb_count: int | Unset = UNSET
    """AC batteries that the system is to have."""
    timezone: None | str | Unset = UNSET
    """Time zone of the site."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {
        "interconnection_application_date": "time",
        "updated_at": "time",
        "interconnect_date": "time",
    }

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.system_name = src_dict.get("system_name", UNSET)
        model.system_type = src_dict.get("system_type", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.stage = src_dict.get("stage", UNSET)
        model.internet_connection = src_dict.get("internet_connection", UNSET)
        model.lease = src_dict.get("lease", UNSET)
        model.operational = src_dict.get("operational", UNSET)
        model.owner = User.from_dict(v) if type(v := src_dict.get("owner", UNSET)) is dict else v
        model.owner_id = src_dict.get("owner_id", UNSET)
        model.host = User.from_dict(v) if type(v := src_dict.get("host", UNSET)) is dict else v
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
        model.allow_public_access = src_dict.get("allow_public_access", UNSET)
        model.interconnect_date = read_time(src_dict.get("interconnect_date", UNSET))
        model.installer_support_email = src_dict.get("installer_support_email", UNSET)
        model.source = src_dict.get("source", UNSET)
        model.array_type = src_dict.get("array_type", UNSET)
        model.attachment_type = src_dict.get("attachment_type", UNSET)
        model.ensemble_envoy = src_dict.get("ensemble_envoy", UNSET)
        model.production_mode = src_dict.get("production_mode", UNSET)
        model.grid_profile = src_dict.get("grid_profile", UNSET)
        model.requested_profile = src_dict.get("requested_profile", UNSET)
        model.requested_report_freq = src_dict.get("requested_report_freq", UNSET)
        model.voltage = src_dict.get("voltage", UNSET)
        model.envoy_serial_numbers = src_dict.get("envoy_serial_numbers", UNSET)
        model.expected_envoy_count = src_dict.get("expected_envoy_count", UNSET)
        model.expected_pcu_count = src_dict.get("expected_pcu_count", UNSET)
        model.expected_nsr_count = src_dict.get("expected_nsr_count", UNSET)
        model.expected_meter_count = src_dict.get("expected_meter_count", UNSET)
        model.expected_encharge_count = src_dict.get("expected_encharge_count", UNSET)
        model.expected_enpower_count = src_dict.get("expected_enpower_count", UNSET)
        model.pv_manufacturer = src_dict.get("pv_manufacturer", UNSET)
        model.pv_manufacturer_name = src_dict.get("pv_manufacturer_name", UNSET)
        model.pv_model = src_dict.get("pv_model", UNSET)
        model.pv_model_name = src_dict.get("pv_model_name", UNSET)
        model.pv_module_power_rating = src_dict.get("pv_module_power_rating", UNSET)
        model.pv_module_type = src_dict.get("pv_module_type", UNSET)
        model.encharge = (
            [EnchargesOfGateway.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("encharge", UNSET)) is list
            else v
        )
        model.enpower = (
            [EnpowersOfGateway.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("enpower", UNSET)) is list
            else v
        )
        model.address = (
            ActivationAddress.from_dict(v) if type(v := src_dict.get("address", UNSET)) is dict else v
        )
        model.expected_acb_count = src_dict.get("expected_acb_count", UNSET)
        model.timezone = src_dict.get("timezone", UNSET)
        model._keep(src_dict)
        return model
