"""Activations as an installer enters them: new ones, and changes of those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeAlias

import attrs
from enphase_v4.models import ArrayType, MicroinverterAttachmentType

from .bodies import Body, coded, flag, measure, moment, part, parts, serial, serials, text, whole, word

Moment: TypeAlias = datetime | date | int | str
"""An aware datetime, epoch seconds, or a date, which stands for its noon in UTC; or ISO text of one of them."""

GRID_CONNECTIONS = {
    1: "net billing tariff, NEM 3.0",
    2: "net metering",
    3: "net feed-in tariff",
    4: "gross feed-in tariff",
}
GRID_MODES = {1: "import only", 2: "export only"}
MODULE_TYPES = {1: "mono-facial", 2: "bi-facial", 3: "split cell", 4: "other"}
STORAGE_MANUFACTURERS = ("Tesla", "Sonnen", "LG Chem", "Franklin", "Others")
SYSTEM_TYPES = ("residential", "commercial", "other")
CONNECTIONS = ("none", "cellular", "broadband", "dialup")
SOURCES = ("meter", "microinverters")
LONGEST_NAME = 255


@attrs.frozen(kw_only=True)
class Address(Body):
    """Where a system stands. The service finds its place and its time zone."""

    street1: str = text("First line of the street.", needed=True)
    street2: str | None = text("Second line of the street.")
    city: str = text("City or town.", needed=True)
    state: str = text("State or region, by its code: two letters in the United States.", needed=True)
    country: str = text(
        "Country, by its code of two letters (ISO 3166-1).",
        pattern="^[A-Za-z]{2}$",
        expected="a code of two letters is",
        needed=True,
    )
    postal_code: str = text("Postal code.", needed=True)


@attrs.frozen(kw_only=True)
class GatewayEncharges(Body):
    """The Encharge batteries of one gateway."""

    envoy_serial_number: str = serial("Serial number of the gateway.", needed=True)
    encharge_serial_numbers: Sequence[str] = serials("Serial numbers of the batteries.", needed=True)


@attrs.frozen(kw_only=True)
class GatewayEnpowers(Body):
    """The system controllers (Enpower) of one gateway."""

    envoy_serial_number: str = serial("Serial number of the gateway.", needed=True)
    enpower_serial_numbers: Sequence[str] = serials("Serial numbers of the system controllers.", needed=True)


@attrs.frozen(kw_only=True)
class ActivationChanges(Body):
    """What is to be changed of an activation; what is None stays as it is."""

    system_name: str | None = text("Name of the system, at most 255 characters.", longest=LONGEST_NAME)
    reference: str | None = text(
        "What your company calls the system: letters and digits.",
        pattern="^[0-9A-Za-z]+$",
        expected="letters and digits are",
    )
    system_type: str | None = word("Kind of system; residential where nothing is said.", SYSTEM_TYPES)
    address: Address | None = part("Where it stands. Companies in the United States have to say it.", Address)
    owner_id: int | None = whole("Id of the owner, a user of the service.", least=1)
    host_id: int | None = whole("Id of who lives there, where that is not the owner.", least=1)
    installer_id: int | None = whole("Id of the installing company; your own where nothing is said.", least=1)
    maintainer_id: int | None = whole(
        "Id of the maintaining company; your own where nothing is said.", least=1
    )
    authorized_subcontractor_id: int | None = whole("Id of a subcontractor who is to work on it.", least=1)
    internet_connection: str | None = word(
        "How gateways reach the internet; dialup is satellite, too.", CONNECTIONS
    )
    lease: bool | None = flag("Whether the system is leased.")
    operational: bool | None = flag("Whether it is permitted to operate.")
    allow_public_access: bool | None = flag("Whether it may be in public lists of systems.")
    interconnect_date: Moment | None = moment("When the connection to the grid was approved.")
    interconnection_application_date: Moment | None = moment(
        "When the connection to the grid was applied for."
    )
    permission_to_operate: bool | None = flag("Whether the utility has given its permission to operate.")
    grid_connection_type: int | None = coded(
        "How energy that goes to the grid is billed, in California:", GRID_CONNECTIONS
    )
    battery_grid_mode: int | None = coded(
        "What batteries may do with the grid, with grid connection type 1:", GRID_MODES
    )
    third_party_storage_device_installed: bool | None = flag(
        "Whether a storage device of another manufacturer is installed."
    )
    third_party_storage_device_manufacturer: str | None = word(
        "Whose storage device that is.", STORAGE_MANUFACTURERS
    )
    source: str | None = word("Where production is measured: by a revenue-grade meter, or not.", SOURCES)
    array_type: str | None = word(
        "How the modules stand; an empty text takes it away.", ArrayType, clears=True
    )
    attachment_type: str | None = word("How the microinverters are mounted.", MicroinverterAttachmentType)
    envoy_serial_numbers: Sequence[str] | None = serials("Serial numbers of the gateways.")
    ensemble_envoy: str | None = serial(
        "Serial number of the gateway of the batteries, where there are several gateways."
    )
    encharge: Sequence[GatewayEncharges] | None = parts("Encharge batteries, by gateway.", GatewayEncharges)
    enpower: Sequence[GatewayEnpowers] | None = parts("System controllers, by gateway.", GatewayEnpowers)
    grid_profile: str | None = text("Id of the grid profile that the microinverters are to have.")
    requested_profile: str | None = text("Id of the grid profile that is asked for.")
    requested_report_freq: str | None = text("How often the gateway is to report.")
    voltage: str | None = text("Voltage and phases of a commercial system in North America.")
    pv_manufacturer: int | None = whole("Id of the manufacturer of the modules.", least=1)
    pv_manufacturer_name: str | None = text("Name of a manufacturer that the service does not know.")
    pv_model: int | None = whole("Id of the module.", least=1)
    pv_model_name: str | None = text("Name of a module that the service does not know.")
    pv_module_power_rating: float | None = measure("Rated power of a module, in W.", least=0)
    pv_module_type: int | None = coded("Kind of module:", MODULE_TYPES)
    expected_envoy_count: int | None = whole("Gateways that it is to have.")
    expected_pcu_count: int | None = whole("Microinverters that it is to have.")
    expected_acb_count: int | None = whole("AC batteries that it is to have.")
    expected_nsr_count: int | None = whole("Relays that it is to have.")
    expected_meter_count: int | None = whole("Meters that it is to have.")
    expected_encharge_count: int | None = whole("Encharge batteries that it is to have.")
    expected_enpower_count: int | None = whole("System controllers that it is to have.")


@attrs.frozen(kw_only=True)
class NewActivation(ActivationChanges):
    """An activation that is to be created. Each one costs two dollars."""

    system_name: str = text("Name of the system, at most 255 characters.", longest=LONGEST_NAME, needed=True)
