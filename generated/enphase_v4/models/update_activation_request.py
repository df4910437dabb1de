from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.array_type import ArrayType
from ..models.encharges_of_gateway import EnchargesOfGateway
from ..models.enpowers_of_gateway import EnpowersOfGateway
from ..models.microinverter_attachment_type import MicroinverterAttachmentType
from ..models.new_activation_address import NewActivationAddress
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "system_name",
        "system_type",
        "internet_connection",
        "lease",
        "operational",
        "owner_id",
        "host_id",
        "installer_id",
        "maintainer_id",
        "authorized_subcontractor_id",
        "allow_public_access",
        "interconnect_date",
        "source",
        "array_type",
        "attachment_type",
        "ensemble_envoy",
        "grid_profile",
        "requested_profile",
        "requested_report_freq",
        "voltage",
        "envoy_serial_numbers",
        "pv_manufacturer",
        "pv_manufacturer_name",
        "pv_model",
        "pv_model_name",
        "pv_module_power_rating",
        "pv_module_type",
        "expected_envoy_count",
        "expected_pcu_count",
        "expected_acb_count",
        "expected_nsr_count",
        "expected_meter_count",
        "expected_encharge_count",
        "expected_enpower_count",
        "reference",
        "encharge",
        "enpower",
        "address",
        "grid_connection_type",
        "battery_grid_mode",
        "third_party_storage_device_installed",
        "third_party_storage_device_manufacturer",
        "interconnection_application_date",
        "permission_to_operate",
    )
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateActivationRequest(Model):
    """Request of `updateActivation`."""

    system_name: str | Unset = UNSET
    """Name of the system, at most 255 characters."""
    system_type: str | Unset = UNSET
    """`residential` (the default), `commercial` or `other`."""
    internet_connection: str | Unset = UNSET
    """How gateways reach the internet: `none`, `cellular`, `broadband`, or `dialup`, which is also satellite."""
    lease: bool | Unset = UNSET
    """Whether the system is leased. Default false."""
    operational: bool | Unset = UNSET
    """Whether the system is permitted to operate. Default true."""
    owner_id: int | Unset = UNSET
    """Id of the owner, a user of the service."""
    host_id: int | Unset = UNSET
    """Id of the host, a user of the service."""
    installer_id: int | Unset = UNSET
    """Id of the installing company; by default that of the caller."""
    maintainer_id: int | Unset = UNSET
    """Id of the maintaining company; by default that of the caller."""
    authorized_subcontractor_id: int | Unset = UNSET
    """Id of a subcontractor."""
    allow_public_access: bool | Unset = UNSET
    """Whether the system may be in public lists. Default true."""
    interconnect_date: int | Unset = UNSET
    """When the connection to the grid was approved, epoch seconds."""
    source: str | Unset = UNSET
    """Where production is measured: `meter` or `microinverters`."""
    array_type: ArrayType | None | Unset = UNSET
    """How the modules stand."""
    attachment_type: MicroinverterAttachmentType | Unset = UNSET
    """How the microinverters are mounted."""
    ensemble_envoy: str | Unset = UNSET
    """Serial number of the gateway of the batteries, where there are several gateways."""
    grid_profile: str | Unset = UNSET
    """Id of the grid profile of the microinverters."""
    requested_profile: str | Unset = UNSET
    """Id of the grid profile that was asked for."""
    requested_report_freq: str | Unset = UNSET
    """How often the gateway is asked to report."""
    voltage: str | Unset = UNSET
    """Voltage and phases of a commercial system in North America; null for any other."""
    envoy_serial_numbers: list[str] | Unset = UNSET
    """Serial numbers of the gateways."""
    pv_manufacturer: int | Unset = UNSET
    """Id of the manufacturer of the modules."""
    pv_manufacturer_name: str | Unset = UNSET
    """Name of a manufacturer that the service does not know."""
    pv_model: int | Unset = UNSET
    """Id of the module."""
    pv_model_name: str | Unset = UNSET
    """Name of a module that the service does not know."""
    pv_module_power_rating: float | Unset = UNSET
    """Rated power of a module, in W."""
    pv_module_type: int | Unset = UNSET
    """1 mono-facial, 2 bi-facial, 3 split cell, 4 other."""
    expected_envoy_count: int | Unset = UNSET
    """Gateways that the system is to have."""
    expected_pcu_count: int | Unset = UNSET
    """Microinverters that the system is to have."""
    expected_acb_count: int | Unset = UNSET
    """AC batteries that the system is to have."""
    expected_nsr_count: int | Unset = UNSET
    """Relays that the system is to have."""
    expected_meter_count: int | Unset = UNSET
    """Meters that the system is to have."""
    expected_encharge_count: int | Unset = UNSET
    """Encharge batteries that the system is to have."""
    expected_enpower_count: int | Unset = UNSET
    """System controllers (Enpower) that the system is to have."""
    reference: str | Unset = UNSET
    """Identifier that the company of the caller gave the system, of letters and digits."""
    encharge: list[EnchargesOfGateway] | Unset = UNSET
    """Encharge batteries, by gateway."""
    enpower: list[EnpowersOfGateway] | Unset = UNSET
    """System controllers, by gateway."""
    address: NewActivationAddress | Unset = UNSET
    """Where the system stands."""
    grid_connection_type: int | Unset = UNSET
    """How energy that goes to the grid is billed: 1 net billing tariff (NEM 3.0), 2 net metering, 3 net feed-in tariff, 4 gross feed-in tariff. Sites in California need one."""
    battery_grid_mode: int | Unset = UNSET
    """1 for import only, 2 for export only. For batteries with grid connection type 1, and no others."""
    third_party_storage_device_installed: bool | Unset = UNSET
    """Whether a storage device of another manufacturer is installed."""
    third_party_storage_device_manufacturer: str | Unset = UNSET
    """Whose it is: Tesla, Sonnen, LG Chem, Franklin, Others."""
    interconnection_application_date: int | Unset = UNSET
    """When the connection to the grid was applied for, epoch seconds."""
    permission_to_operate: bool | Unset = UNSET
    """Whether the utility has given its permission to operate."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_name = src_dict.get("system_name", UNSET)
        model.system_type = src_dict.get("system_type", UNSET)
        model.internet_connection = src_dict.get("internet_connection", UNSET)
        model.lease = src_dict.get("lease", UNSET)
        model.operational = src_dict.get("operational", UNSET)
        model.owner_id = src_dict.get("owner_id", UNSET)
        model.host_id = src_dict.get("host_id", UNSET)
        model.installer_id = src_dict.get("installer_id", UNSET)
        model.maintainer_id = src_dict.get("maintainer_id", UNSET)
        model.authorized_subcontractor_id = src_dict.get("authorized_subcontractor_id", UNSET)
        model.allow_public_access = src_dict.get("allow_public_access", UNSET)
        model.interconnect_date = src_dict.get("interconnect_date", UNSET)
        model.source = src_dict.get("source", UNSET)
        model.array_type = word(ArrayType, src_dict.get("array_type", UNSET))
        model.attachment_type = word(MicroinverterAttachmentType, src_dict.get("attachment_type", UNSET))
        model.ensemble_envoy = src_dict.get("ensemble_envoy", UNSET)
        model.grid_profile = src_dict.get("grid_profile", UNSET)
        model.requested_profile = src_dict.get("requested_profile", UNSET)
        model.requested_report_freq = src_dict.get("requested_report_freq", UNSET)
        model.voltage = src_dict.get("voltage", UNSET)
        model.envoy_serial_numbers = src_dict.get("envoy_serial_numbers", UNSET)
        model.pv_manufacturer = src_dict.get("pv_manufacturer", UNSET)
        model.pv_manufacturer_name = src_dict.get("pv_manufacturer_name", UNSET)
        model.pv_model = src_dict.get("pv_model", UNSET)
        model.pv_model_name = src_dict.get("pv_model_name", UNSET)
        model.pv_module_power_rating = src_dict.get("pv_module_power_rating", UNSET)
        model.pv_module_type = src_dict.get("pv_module_type", UNSET)
        model.expected_envoy_count = src_dict.get("expected_envoy_count", UNSET)
        model.expected_pcu_count = src_dict.get("expected_pcu_count", UNSET)
        model.expected_acb_count = src_dict.get("expected_acb_count", UNSET)
        model.expected_nsr_count = src_dict.get("expected_nsr_count", UNSET)
        model.expected_meter_count = src_dict.get("expected_meter_count", UNSET)
        model.expected_encharge_count = src_dict.get("expected_encharge_count", UNSET)
        model.expected_enpower_count = src_dict.get("expected_enpower_count", UNSET)
        model.reference = src_dict.get("reference", UNSET)
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
            NewActivationAddress.from_dict(v) if type(v := src_dict.get("address", UNSET)) is dict else v
        )
        model.grid_connection_type = src_dict.get("grid_connection_type", UNSET)
        model.battery_grid_mode = src_dict.get("battery_grid_mode", UNSET)
        model.third_party_storage_device_installed = src_dict.get(
            "third_party_storage_device_installed", UNSET
        )
        model.third_party_storage_device_manufacturer = src_dict.get(
            "third_party_storage_device_manufacturer", UNSET
        )
        model.interconnection_application_date = src_dict.get("interconnection_application_date", UNSET)
        model.permission_to_operate = src_dict.get("permission_to_operate", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
