"""What an installer is told: activations, the people and companies around them, and what stands on the roof."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import attrs
from enphase_v4.models import OnOff
from enphase_v4.types import Model

from ..rows import number
from .base import (
    Notes,
    Record,
    day,
    flag,
    measured,
    read_number,
    read_texts,
    read_whole,
    read_with,
    record,
    records,
    text,
    texts,
    time,
    whole,
    word,
)

if TYPE_CHECKING:
    from enphase_v4 import models


@attrs.frozen(kw_only=True)
class Company(Record):
    """A company that the service knows."""

    if TYPE_CHECKING:
        details: models.Company

    company_id: int | None = whole()
    """The id of the company."""
    company_name: str | None = text()
    """Its name."""
    location: str | None = text()
    """Where it is, such as `Petaluma, CA - US`."""
    roles: tuple[str, ...] | None = texts()
    """`installer` for companies that install."""
    uri: str | None = text()
    """Its path in the service."""


@attrs.frozen(kw_only=True)
class Subcontractor(Record):
    """A company that may work on the systems of another."""

    if TYPE_CHECKING:
        details: models.Subcontractor

    company_id: int | None = whole()
    """The id of the company."""
    company_name: str | None = text()
    """Its name."""
    location: str | None = text()
    """Where it is."""
    roles: tuple[str, ...] | None = texts()
    """`installer` for companies that install."""
    uri: str | None = text()
    """Its path in the service."""
    status: str | None = text()
    """Whether it is `Enabled`."""


@attrs.frozen(kw_only=True)
class Branches(Record):
    """The company of the caller, and its branches."""

    if TYPE_CHECKING:
        details: models.Branches

    company_id: int | None = whole()
    """The id of the company of the caller."""
    company_name: str | None = text()
    """Its name."""
    branches: tuple[Company, ...] | None = records(Company)
    """The branches; empty where there are none."""


@attrs.frozen(kw_only=True)
class Subcontractors(Record):
    """The company of the caller, and its subcontractors."""

    if TYPE_CHECKING:
        details: models.AuthorizedSubcontractors

    company_id: int | None = whole()
    """The id of the company of the caller."""
    company_name: str | None = text()
    """Its name."""
    authorized_subcontractors: tuple[Subcontractor, ...] | None = records(Subcontractor)
    """The subcontractors; empty where there are none."""


@attrs.frozen(kw_only=True)
class User(Record):
    """A person with an account."""

    if TYPE_CHECKING:
        details: models.User

    user_id: int | None = whole()
    """The id of the user."""
    email: str | None = text()
    """Email address: it is what the user logs in with, and nobody else has it."""
    first_name: str | None = text()
    """First name."""
    last_name: str | None = text()
    """Last name."""
    phone: str | None = text()
    """Telephone number."""
    active: bool | None = flag()
    """Whether the user may log in."""
    user_roles: tuple[str, ...] | None = texts()
    """`self_installer` for those who installed their own system."""
    enlighten_emails: bool | None = flag()
    """Whether the user gets automated emails."""
    enlighten_view: str | None = text()
    """`my` for home owners, `manager` for people of companies."""
    company: Company | None = record(Company)
    """The company; None for home owners, and where it was not asked for."""
    uri: str | None = text()
    """Its path in the service."""
    updated_at: datetime | None = time()
    """When it was last changed: aware, UTC."""


@attrs.frozen(kw_only=True)
class FoundUser(Record):
    """Who has an email address."""

    if TYPE_CHECKING:
        details: models.FoundUser

    user_id: int | None = whole()
    """The id of the user."""
    company_id: int | None = whole()
    """The id of the company; None for users without one."""


@attrs.frozen(kw_only=True)
class ActivationAddress(Record):
    """Where a system stands."""

    if TYPE_CHECKING:
        details: models.ActivationAddress

    street1: str | None = text()
    """First line of the street."""
    street2: str | None = text()
    """Second line of the street."""
    city: str | None = text()
    """City or town."""
    state: str | None = text()
    """State or region, as a code."""
    postal_code: str | None = text()
    """Postal code."""
    country: str | None = text()
    """Country, as a code of two letters."""
    latitude: float | None = measured()
    """Degrees north, found by the service."""
    longitude: float | None = measured()
    """Degrees east, found by the service."""


@attrs.frozen(kw_only=True)
class GridConnection(Record):
    """How energy that goes to the grid is billed."""

    if TYPE_CHECKING:
        details: models.GridConnection

    type: int | None = whole("type_")
    """1 net billing tariff (NEM 3.0), 2 net metering, 3 net feed-in tariff, 4 gross feed-in tariff."""
    value: str | None = text()
    """The same in words."""


@attrs.frozen(kw_only=True)
class ActivationSubcontractor(Record):
    """A company that works on a system for its installer."""

    if TYPE_CHECKING:
        details: models.ActivationSubcontractor

    authorized_subcontractor_id: int | None = whole()
    """The id of the company."""
    authorized_subcontractor_name: str | None = text()
    """Its name."""
    status: str | None = text()
    """Said only where the owner of the system has not agreed, or has refused."""


@attrs.frozen(kw_only=True)
class EnchargesOfGateway(Record):
    """The Encharge batteries of one gateway."""

    if TYPE_CHECKING:
        details: models.EnchargesOfGateway

    envoy_serial_number: str | None = text()
    """Serial number of the gateway."""
    encharge_serial_numbers: tuple[str, ...] | None = texts()
    """Serial numbers of the batteries."""


@attrs.frozen(kw_only=True)
class EnpowersOfGateway(Record):
    """The system controllers of one gateway."""

    if TYPE_CHECKING:
        details: models.EnpowersOfGateway

    envoy_serial_number: str | None = text()
    """Serial number of the gateway."""
    enpower_serial_numbers: tuple[str, ...] | None = texts()
    """Serial numbers of the system controllers."""


def _unless_empty(read: Any) -> Any:
    """A reader for what is an empty text where nobody has said it."""

    def reading(value: Any, where: str, notes: Notes) -> Any:
        return None if value == "" else read(value, where, notes)

    return reading


def _whole_or_empty() -> Any:
    return read_with(_unless_empty(read_whole), holds=int)


def _measured_or_empty() -> Any:
    return read_with(_unless_empty(read_number), holds=float)


def _person(value: Any, where: str, notes: Notes) -> User | str | None:
    """A user that was expanded; else the name."""
    if isinstance(value, Model):
        return User.read_from(value, where, notes)
    if isinstance(value, str):
        return value
    notes.wrong(where, "neither a user nor a name", value)
    return None


def _digits(value: Any, where: str, notes: Notes) -> str | None:
    """A name, or an id where a name was expected, as its digits."""
    if isinstance(value, str):
        return value
    found = read_whole(value, where, notes)
    return None if found is None else str(found)


def _id_unless_name(value: Any, where: str, notes: Notes) -> int | None:
    """An id; nothing for a name that stands in its place, which is no problem: the id stands where the name should."""
    return None if isinstance(value, str) and number(value) is None else read_whole(value, where, notes)


@attrs.frozen(kw_only=True)
class ListedActivation(Record):
    """An activation as the list has it: who has to do with it, by name and by id, and how far it is."""

    if TYPE_CHECKING:
        details: models.ListedActivation

    system_id: int | None = whole()
    """The id of the activation, which is that of its system in the rest of the API."""
    system_name: str | None = text()
    """Name of the system."""
    system_type: str | None = text()
    """`residential`, `commercial` or `other`."""
    status: str | None = text()
    """State of the system, in words for people."""
    stage: int | None = whole()
    """1 started, 2 connecting, 3 verifying, 4 operational, 5 done."""
    reference: str | None = text()
    """What the caller's company calls the system."""
    other_references: tuple[str, ...] | None = texts()
    """What other companies call it."""
    timezone: str | None = text()
    """Time zone of the site, found by the service."""
    address: ActivationAddress | None = record(ActivationAddress)
    """Where it stands."""
    owner: str | None = read_with(_digits)
    """Name of the owner."""
    owner_id: int | None = read_with(_id_unless_name, holds=int)
    """The id of the owner."""
    host: str | None = read_with(_digits)
    """Name of who lives there, where that is not the owner."""
    host_id: int | None = read_with(_id_unless_name, holds=int)
    """The id of the host."""
    installer_name: str | None = text()
    """Name of the installing company."""
    installer_id: int | None = whole()
    """Its id."""
    maintainer_name: str | None = text()
    """Name of the maintaining company."""
    maintainer_id: int | None = whole()
    """Its id."""
    authorized_subcontractors: tuple[ActivationSubcontractor, ...] | None = records(ActivationSubcontractor)
    """Subcontractors."""
    internet_connection: str | None = text()
    """How gateways reach the internet: `none`, `cellular`, `broadband`, `dialup`."""
    lease: bool | None = flag()
    """Whether the system is leased."""
    operational: bool | None = flag()
    """Whether it is permitted to operate."""
    permission_to_operate: bool | None = flag()
    """Whether the utility has given its permission."""
    interconnection_application_date: datetime | None = time()
    """When the connection to the grid was applied for: aware, UTC."""
    grid_connection_type: GridConnection | None = record(GridConnection)
    """How energy that goes to the grid is billed."""
    battery_grid_mode: str | None = text()
    """`Import Only` or `Export Only`."""
    third_party_storage_device_installed: bool | None = flag()
    """Whether a storage device of another manufacturer is installed."""
    third_party_storage_device_manufacturer: str | None = text()
    """Whose it is."""
    uri: str | None = text()
    """Its path in the service."""
    updated_at: datetime | None = time()
    """When it was last changed: aware, UTC."""

    @classmethod
    def read_from(cls, model: Model, path: str, notes: Notes) -> Self:
        """The service puts name and id of the host, or the owner, the wrong way round at times: they are told apart."""
        read = super().read_from(model, path, notes)
        changes: dict[str, Any] = {}
        for who in ("owner", "host"):
            name, told = getattr(read, who), getattr(model, f"{who}_id", None)
            if isinstance(told, str) and number(told) is None and re.fullmatch("[0-9]{1,18}", name or ""):
                changes |= {who: told, f"{who}_id": int(name)}
        return attrs.evolve(read, **changes) if changes else read


@attrs.frozen(kw_only=True)
class Activation(Record):
    """An activation: a system as its installer sees it, from the first entry to the day on which it is done."""

    if TYPE_CHECKING:
        details: models.Activation

    system_id: int | None = whole()
    """The id of the activation, which is that of its system in the rest of the API."""
    system_name: str | None = text()
    """Name of the system."""
    system_type: str | None = text()
    """`residential`, `commercial` or `other`."""
    status: str | None = text()
    """State of the system, in words for people."""
    stage: int | None = whole()
    """1 started, 2 connecting, 3 verifying, 4 operational, 5 done."""
    reference: str | None = text()
    """What the caller's company calls the system."""
    other_references: tuple[str, ...] | None = texts()
    """What other companies call it."""
    timezone: str | None = text()
    """Time zone of the site, found by the service."""
    address: ActivationAddress | None = record(ActivationAddress)
    """Where it stands."""
    owner: User | str | None = read_with(_person)
    """The owner: a User where that was expanded, or the activation made or changed; else the name."""
    owner_id: int | None = whole()
    """The id of the owner."""
    host: User | str | None = read_with(_person)
    """Who lives there, where that is not the owner; as the owner is told."""
    host_id: int | None = whole()
    """The id of the host."""
    installer_name: str | None = text()
    """Name of the installing company."""
    installer_id: int | None = whole()
    """Its id."""
    installer_support_email: str | None = text()
    """Where the installer answers questions."""
    maintainer_name: str | None = text()
    """Name of the maintaining company."""
    maintainer_id: int | None = whole()
    """Its id."""
    authorized_subcontractors: tuple[ActivationSubcontractor, ...] | None = records(ActivationSubcontractor)
    """Subcontractors."""
    internet_connection: str | None = text()
    """How gateways reach the internet: `none`, `cellular`, `broadband`, `dialup`."""
    lease: bool | None = flag()
    """Whether the system is leased."""
    operational: bool | None = flag()
    """Whether it is permitted to operate."""
    permission_to_operate: bool | None = flag()
    """Whether the utility has given its permission."""
    interconnect_date: datetime | None = time()
    """When the connection to the grid was approved: aware, UTC."""
    interconnection_application_date: datetime | None = time()
    """When the connection to the grid was applied for: aware, UTC."""
    grid_connection_type: GridConnection | None = record(GridConnection)
    """How energy that goes to the grid is billed."""
    battery_grid_mode: str | None = text()
    """`Import Only` or `Export Only`."""
    third_party_storage_device_installed: bool | None = flag()
    """Whether a storage device of another manufacturer is installed."""
    third_party_storage_device_manufacturer: str | None = text()
    """Whose it is."""
    allow_public_access: bool | None = flag()
    """Whether the system may be in public lists."""
    source: str | None = text()
    """Where production is measured: `meter` or `microinverters`."""
    array_type: str | None = text()
    """How the modules stand; empty where nobody has said it."""
    attachment_type: str | None = text()
    """How the microinverters are mounted; empty where nobody has said it."""
    production_mode: str | None = text()
    """Whether the microinverters may produce: `on` or `off`."""
    grid_profile: str | None = text()
    """Id of the grid profile of the microinverters."""
    requested_profile: str | None = text()
    """Id of the grid profile that was asked for."""
    requested_report_freq: str | None = text()
    """How often the gateway is asked to report."""
    voltage: str | None = text()
    """Voltage and phases of a commercial system in North America."""
    ensemble_envoy: str | None = text()
    """Serial number of the gateway of the batteries, where there are several gateways."""
    envoy_serial_numbers: tuple[str, ...] | None = texts()
    """Serial numbers of the gateways."""
    encharge: tuple[EnchargesOfGateway, ...] | None = records(EnchargesOfGateway)
    """Encharge batteries, by gateway."""
    enpower: tuple[EnpowersOfGateway, ...] | None = records(EnpowersOfGateway)
    """System controllers, by gateway."""
    expected_envoy_count: int | None = whole()
    """Gateways that the system is to have."""
    expected_pcu_count: int | None = whole()
    """Microinverters that it is to have."""
    expected_acb_count: int | None = whole()
    """AC batteries that it is to have."""
    expected_nsr_count: int | None = whole()
    """Relays that it is to have."""
    expected_meter_count: int | None = whole()
    """Meters that it is to have."""
    expected_encharge_count: int | None = whole()
    """Encharge batteries that it is to have."""
    expected_enpower_count: int | None = whole()
    """System controllers that it is to have."""
    pv_manufacturer: int | None = _whole_or_empty()
    """Id of the manufacturer of the modules."""
    pv_manufacturer_name: str | None = text()
    """Name of a manufacturer that the service does not know."""
    pv_model: int | None = _whole_or_empty()
    """Id of the module."""
    pv_model_name: str | None = text()
    """Name of a module that the service does not know."""
    pv_module_power_rating: float | None = _measured_or_empty()
    """Rated power of a module, in W."""
    pv_module_type: int | None = _whole_or_empty()
    """1 mono-facial, 2 bi-facial, 3 split cell, 4 other."""
    uri: str | None = text()
    """Its path in the service."""
    updated_at: datetime | None = time()
    """When it was last changed: aware, UTC."""


@attrs.frozen(kw_only=True)
class Confirmation(Record):
    """That something was done."""

    if TYPE_CHECKING:
        details: models.DefaultCommandResponse

    message: str | None = text()
    """What the service says to it."""


def _sayings(value: Any, where: str, notes: Notes) -> tuple[str, ...] | None:
    """Texts; a single one is a list of it."""
    return read_texts([value] if isinstance(value, str) else value, where, notes)


@attrs.frozen(kw_only=True)
class MeterTask(Record):
    """That a meter was told something. Whether it was done, the meter's `state` tells."""

    if TYPE_CHECKING:
        details: models.MeterTask

    message: tuple[str, ...] | None = read_with(_sayings, holds=[str])
    """What the service says to it."""


@attrs.frozen(kw_only=True)
class ActivationBatteryMode(Record):
    """What the battery of a system may do with the grid."""

    if TYPE_CHECKING:
        details: models.ActivationBatteryMode

    cfg_allowed: bool | None = flag()
    """Whether it may charge from the grid."""
    dtg_allowed: bool | None = flag()
    """Whether it may discharge to the grid."""


@attrs.frozen(kw_only=True)
class ProductionMode(Record):
    """Whether the microinverters of a system may produce."""

    if TYPE_CHECKING:
        details: models.ProductionMode

    mode: OnOff | None = word(OnOff)
    """`on` or `off`."""
    total_micros: int | None = whole()
    """Microinverters of the system."""
    energy_producing_micros: int | None = whole()
    """Those of them that produce."""


def _numbers(value: Any, where: str, notes: Notes) -> tuple[float, ...] | None:
    if not isinstance(value, list):
        notes.wrong(where, "no list", value)
        return None
    found = [read_number(each, f"{where}[{index}]", notes) for index, each in enumerate(value)]
    read = tuple(each for each in found if each is not None)
    return read if len(read) == len(found) else None  # the place of each says which month it is of


@attrs.frozen(kw_only=True)
class ProductionEstimate(Record):
    """What a system is expected to produce."""

    if TYPE_CHECKING:
        details: models.ProductionEstimate

    system_id: int | None = whole()
    """The system."""
    degrade_factor: float | None = measured()
    """Percent by which production is expected to fall from year to year."""
    month_estimates: tuple[float, ...] | None = read_with(_numbers, holds=[float])
    """kWh for each month, January to December; empty where nobody has said it, None where one cannot be read."""


@attrs.frozen(kw_only=True)
class GridProfile(Record):
    """A grid profile that microinverters can be set to."""

    if TYPE_CHECKING:
        details: models.GridProfile

    id: str | None = text()
    """The id of the profile: what `grid_profile` of an activation takes."""
    profile_id: str | None = text()
    """Its id in the library of grid functions."""
    name: str | None = text()
    """Its name."""
    description: str | None = text()
    """What it is for."""
    version: str | None = text()
    """Its version."""
    envoy_type: str | None = text()
    """Gateways that it is for."""
    countries: tuple[str, ...] | None = texts()
    """Countries that it is for, as codes."""
    states: tuple[str, ...] | None = texts()
    """States that it is for, as codes."""
    state_names: tuple[str, ...] | None = texts()
    """The same states by name."""
    ensemble_1_compatible: bool | None = flag()
    """Whether it goes with the first generation of batteries."""
    created: datetime | None = time()
    """When it was made: aware, UTC."""
    updated: datetime | None = time()
    """When it was last changed: aware, UTC."""


@attrs.frozen(kw_only=True)
class Meter(Record):
    """A meter of a system."""

    if TYPE_CHECKING:
        details: models.Meter

    serial_number: str | None = text()
    """Serial number."""
    manufacturer: str | None = text()
    """Who made it."""
    model: str | None = text()
    """Model."""
    type: str | None = text("type_")
    """What it measures: `production`, `consumption`, ..."""
    operational_date: date | None = day()
    """Date on which it went to work."""
    first_report_date: datetime | None = time()
    """When it first reported: aware, UTC."""
    last_report_date: datetime | None = time()
    """When it last reported: aware, UTC."""
    phase: str | None = text()
    """The phase that it measures."""
    envoy_serial_number: str | None = text()
    """Serial number of its gateway."""
    status: str | None = text()
    """`normal`, or what is wrong."""
    state: str | None = text()
    """`enabled` or `disabled`."""


class CompanyUser(NamedTuple):
    """A user of a company, as the list has them."""

    user_id: int
    """The id of the user."""
    email: str
    """Email address."""


class PvManufacturer(NamedTuple):
    """A manufacturer of PV modules."""

    pv_manufacturer_id: int
    """The id of the manufacturer: what `pv_manufacturer` of an activation takes."""
    name: str
    """Its name."""


class PvModel(NamedTuple):
    """A PV module."""

    pv_model_id: int
    """The id of the module: what `pv_model` of an activation takes."""
    name: str
    """Its name."""


def _listed_words(value: Any, where: str, notes: Notes) -> tuple[str, ...] | None:
    """Words that are joined by commas."""
    if isinstance(value, str):
        return tuple(each.strip() for each in value.split(",") if each.strip())
    notes.wrong(where, "no text", value)
    return None


@attrs.frozen(kw_only=True)
class TariffPeriod(Record):
    """A part of the day, from its start to that of the next one."""

    if TYPE_CHECKING:
        details: models.TariffPeriod

    id: str | None = text()
    """Id of the part, such as `period_1`."""
    start: int | None = whole()
    """Minute of the day at which it begins, by the clock at the site."""
    rate: str | None = text()
    """Price of a kWh, as the service writes it."""


@attrs.frozen(kw_only=True)
class TariffDays(Record):
    """Days of the week that have the same prices."""

    if TYPE_CHECKING:
        details: models.TariffDays

    id: str | None = text()
    """Id of the days, such as `weekdays`."""
    days: tuple[str, ...] | None = read_with(_listed_words, holds=[str])
    """The days: `Mon`, `Tue`, ..."""
    periods: tuple[TariffPeriod, ...] | None = records(TariffPeriod)
    """The parts of the day."""
    must_charge_start: int | None = whole()
    """From which minute of the day the battery has to charge."""
    must_charge_duration: int | None = whole()
    """For how many minutes it has to."""
    enable_charge_from_grid: bool | None = flag()
    """Whether the battery may charge from the grid."""
    enable_discharge_to_grid: bool | None = flag()
    """Whether the battery may discharge to the grid."""


@attrs.frozen(kw_only=True)
class TariffSeason(Record):
    """A season of a tariff, from its first day to that of the next one."""

    if TYPE_CHECKING:
        details: models.TariffSeason

    id: str | None = text()
    """Id of the season, such as `all_year_long`."""
    start: str | None = text()
    """Its first day, month/day."""
    days: tuple[TariffDays, ...] | None = records(TariffDays)
    """Its days of the week."""
    enable_charge_from_grid: bool | None = flag()
    """Whether the battery may charge from the grid."""
    enable_discharge_to_grid: bool | None = flag()
    """Whether the battery may discharge to the grid."""


@attrs.frozen(kw_only=True)
class TariffRate(Record):
    """One price for all times."""

    if TYPE_CHECKING:
        details: models.TariffSingleRate

    rate: str | None = text()
    """Price of a kWh from the grid, as the service writes it."""
    sell: str | None = text()
    """What is paid for a kWh to the grid."""


@attrs.frozen(kw_only=True)
class TariffStorage(Record):
    """What the battery is told to do, as far as it has to do with the tariff."""

    if TYPE_CHECKING:
        details: models.TariffStorageSettings

    mode: str | None = text()
    """What the battery is used for, such as `backup`."""
    reserved_soc: int | None = whole()
    """Charge that is kept, in percent."""


@attrs.frozen(kw_only=True)
class Tariff(Record):
    """What energy costs at a site, and what is paid for it."""

    if TYPE_CHECKING:
        details: models.Tariff

    currency: str | None = text("currency.code", "currency_type.code")
    """Code of the currency, such as `USD`."""
    single_rate: TariffRate | None = record(TariffRate)
    """One price for all times."""
    seasons: tuple[TariffSeason, ...] | None = records(TariffSeason)
    """Prices of energy from the grid, by season, day and time."""
    seasons_sell: tuple[TariffSeason, ...] | None = records(TariffSeason)
    """What is paid for energy to the grid, likewise."""
    storage_settings: TariffStorage | None = record(TariffStorage)
    """What the battery is told to do."""


@attrs.frozen(kw_only=True)
class TariffTask(Record):
    """The task that brings the last change of a tariff to the gateway."""

    if TYPE_CHECKING:
        details: models.TariffTask

    status: str | None = text()
    """How far it is, such as `pending`."""
    created_at: datetime | None = time()
    """When it was made: aware, UTC."""


@attrs.frozen(kw_only=True)
class TariffSettings(Record):
    """The tariff of a site, and how far its last change is."""

    if TYPE_CHECKING:
        details: models.TariffSettings

    tariff: Tariff | None = record(Tariff)
    """The tariff."""
    task: TariffTask | None = record(TariffTask)
    """The task of the last change; None where there is none."""


@attrs.frozen(kw_only=True)
class TariffUpdate(Record):
    """That a tariff was taken. When the gateway has it, `task` of the tariff tells."""

    if TYPE_CHECKING:
        details: models.TariffUpdate

    task: TariffTask | None = record(TariffTask)
    """The task that brings it to the gateway."""


@attrs.frozen(kw_only=True)
class ArrayModule(Record):
    """A module of an array, with the microinverter on it."""

    if TYPE_CHECKING:
        details: models.ArrayModule

    id: int | None = whole()
    """The id of the module."""
    serial_num: str | None = text()
    """Serial number of its microinverter."""
    left: float | None = measured()
    """Where it lies in the array, across."""
    top: float | None = measured()
    """Where it lies in the array, upwards."""
    angle: int | None = whole()
    """How it is turned, in degrees."""


@attrs.frozen(kw_only=True)
class SystemArray(Record):
    """Modules that lie together on a roof."""

    if TYPE_CHECKING:
        details: models.SystemArray

    id: int | None = whole()
    """The id of the array."""
    label: str | None = text()
    """Its name."""
    angle: int | None = whole()
    """How it is turned, in degrees."""
    tilt: float | None = measured()
    """How steep it is, in degrees."""
    left: float | None = measured()
    """Where it lies in the layout, across."""
    top: float | None = measured()
    """Where it lies in the layout, upwards."""
    provisioned_envoy: str | None = text()
    """Serial number of the gateway that it is set up on."""
    reporting_envoys: tuple[str, ...] | None = texts()
    """Serial numbers of the gateways that it reports to."""
    modules: tuple[ArrayModule, ...] | None = records(ArrayModule)
    """Its modules."""
    updated_at: datetime | None = time()
    """When it was last changed: aware, UTC."""


@attrs.frozen(kw_only=True)
class InventoryDetail(Record):
    """Devices of a kind at a site."""

    if TYPE_CHECKING:
        details: models.InventoryDetail

    type: str | None = text("type_")
    """The kind."""
    count: int | None = whole()
    """How many of them."""
    serial_num: str | None = text()
    """Serial number, of a single one."""


@attrs.frozen(kw_only=True)
class ArrayLayer(Record):
    """A picture behind the layout."""

    if TYPE_CHECKING:
        details: models.ArrayLayer

    file: str | None = text()
    """Address of the picture."""
    scale: int | None = whole()
    """Zoom."""
    angle: int | None = whole()
    """How it is turned, in degrees."""
    opacity: int | None = whole("opacity", "opaciy")
    """How opaque it is, in percent."""
    width: int | None = whole()
    """Width."""
    height: int | None = whole()
    """Height."""
    left: int | None = whole()
    """Where it lies, from the left."""
    top: int | None = whole()
    """Where it lies, from the top."""


@attrs.frozen(kw_only=True)
class SystemArrays(Record):
    """The layout of a system: its arrays, and the microinverters that may be on them."""

    if TYPE_CHECKING:
        details: models.SystemArrays

    system_id: int | None = whole()
    """The system."""
    angle: int | None = whole()
    """How the layout is turned, in degrees."""
    arrays: tuple[SystemArray, ...] | None = records(SystemArray)
    """The arrays."""
    inventory: tuple[str, ...] | None = texts()
    """Serial numbers of active microinverters; the vendor's example leaves out those that lie on an array."""
    inventory_details: tuple[InventoryDetail, ...] | None = records(InventoryDetail)
    """Devices of the site, by kind."""
    layers: tuple[ArrayLayer, ...] | None = records(ArrayLayer)
    """Pictures behind the layout."""
    created_at: datetime | None = time()
    """When the layout was made: aware, UTC."""
    updated_at: datetime | None = time()
    """When it was last changed: aware, UTC."""
