"""What a site says of itself: its devices, what happened to them, and what they have made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from enphase_v4.models import EventStatus, Quantity
from enphase_v4.types import UNSET

from .base import (
    Notes,
    Record,
    day,
    flag,
    measured,
    read_number,
    read_scaled,
    read_with,
    record,
    records,
    text,
    time,
    whole,
    word,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from enphase_v4 import models

_WATTS = {"W": 1, "kW": 1_000, "MW": 1_000_000}
_WATT_HOURS = {"Wh": 1, "kWh": 1_000, "MWh": 1_000_000}


def _quantity(factors: dict[str, int], *sources: str) -> Any:
    """A number with a unit, in the first of the units; one that comes without a unit is in that already."""

    def read(value: Any, where: str, notes: Notes) -> float | None:
        if not isinstance(value, Quantity):
            return read_number(value, where, notes)
        units = next(iter(factors)) if value.units in (UNSET, None) else value.units
        factor = factors.get(units.strip()) if isinstance(units, str) else None
        if factor is None:
            notes.wrong(f"{where}.units", "no unit that is known here", units)
            return None
        if value.value in (UNSET, None):
            return None
        return read_scaled(value.value, factor, f"{where}.value", notes)

    return read_with(read, *sources)


@attrs.frozen(kw_only=True)
class Summary(Record):
    """What a system does and has done."""

    if TYPE_CHECKING:
        details: models.SystemSummary

    system_id: int | None = whole()
    """Id of the system."""
    current_power: float | None = measured()
    """Power that is produced now, W."""
    energy_today: float | None = measured()
    """Energy produced on `summary_date`, Wh."""
    energy_lifetime: float | None = measured()
    """Energy produced since the start of operation, Wh."""
    summary_date: date | None = day()
    """The local date of the summary."""
    last_interval_end_at: datetime | None = time()
    """End of the last interval with production, aware UTC; may lie well before `last_report_at`."""
    last_report_at: datetime | None = time()
    """Last report of the gateway, aware UTC; None where it never has reported."""
    operational_at: datetime | None = time()
    """Start of operation, aware UTC."""
    modules: int | None = whole()
    """Number of modules."""
    size_w: float | None = measured()
    """Size of the system, W."""
    source: str | None = text()
    """What measured the energy: `meter` or `microinverters`."""
    status: str | None = text()
    """`normal`, or what is wrong."""
    nmi: str | None = text()
    """National Metering Identifier (Australia)."""
    battery_charge_w: float | None = measured()
    """Highest charging power of all batteries together, W."""
    battery_discharge_w: float | None = measured()
    """Highest discharging power of all batteries together, W."""
    battery_capacity_wh: float | None = measured()
    """Capacity of all batteries together, Wh."""


@attrs.frozen(kw_only=True)
class CellularModem(Record):
    """The modem of a gateway. Texts are `N/A` where the service knows nothing."""

    if TYPE_CHECKING:
        details: models.CellularModem

    imei: str | None = text()
    """IMEI of the modem."""
    part_num: str | None = text()
    """Part number."""
    sku: str | None = text()
    """Stock keeping unit."""
    plan_start_date: datetime | None = time()
    """Start of the data plan, aware UTC."""
    plan_end_date: datetime | None = time()
    """End of the data plan, aware UTC."""


@attrs.frozen(kw_only=True)
class Device(Record):
    """One device of a system."""

    if TYPE_CHECKING:
        details: models.Device

    device_type: str | None = text()
    """Class of the device, as the service names it: `micros`, `meters`, `gateways`, `encharges`, ..."""
    id: int | None = whole()
    """Id of the device; meters of one gateway share it."""
    serial_number: str | None = text()
    """Serial number: what series of one device ask for."""
    name: str | None = text()
    """Name of the device."""
    model: str | None = text()
    """Model."""
    product_name: str | None = text()
    """Product name."""
    part_number: str | None = text()
    """Part number."""
    sku: str | None = text()
    """Stock keeping unit."""
    status: str | None = text()
    """`normal`, or what is wrong."""
    state: str | None = text()
    """State of a meter, such as `enabled`."""
    active: bool | None = flag()
    """Whether the device is in service."""
    config_type: str | None = text()
    """What a meter measures, such as `Production` or `Net`."""
    firmware: str | None = text("firmware", "emu_sw_version")
    """Version of the firmware, of gateways and EV chargers."""
    last_report_at: datetime | None = time()
    """Last report of the device, aware UTC."""
    cellular_modem: CellularModem | None = record(CellularModem)
    """Modem of a gateway, if it has one."""


@attrs.frozen(kw_only=True)
class Event(Record):
    """Something that happened to a device."""

    if TYPE_CHECKING:
        details: models.Event

    event_type_id: int | None = whole()
    """What happened: `Enphase.event_types()` has the words."""
    status: EventStatus | None = word(EventStatus)
    """`Info` for what passes by itself; else `Open` until it has an end, then `Closed`."""
    event_start_time: datetime | None = time()
    """When it began, aware UTC."""
    event_end_time: datetime | None = time()
    """When it was over, aware UTC; None while it is not."""
    serial_number: str | None = text()
    """Serial number of the device."""


@attrs.frozen(kw_only=True)
class AlarmEvent(Record):
    """A device that an alarm is about."""

    if TYPE_CHECKING:
        details: models.AlarmEvent

    serial_number: str | None = text()
    """Serial number of the device."""
    start_date: datetime | None = time()
    """When its event began, aware UTC."""
    end_date: datetime | None = time()
    """When that was over, aware UTC; None while it is not."""


@attrs.frozen(kw_only=True)
class Alarm(Record):
    """An alarm that was raised."""

    if TYPE_CHECKING:
        details: models.Alarm

    id: str | None = text()
    """Id of the alarm."""
    event_type_id: int | None = whole()
    """What happened: `Enphase.event_types()` has the words."""
    cleared: bool | None = flag()
    """Whether it is over."""
    alarm_start_time: datetime | None = time()
    """When it was raised, aware UTC."""
    alarm_end_time: datetime | None = time()
    """When it was cleared, aware UTC; None while it is active."""
    severity: int | None = whole()
    """1 fatal, 2 error, 3 warning, 4 info, 5 debug, 6 none."""
    events: tuple[AlarmEvent, ...] | None = records(AlarmEvent)
    """The devices, each with its event."""


@attrs.frozen(kw_only=True)
class EventType(Record):
    """What events and alarms of a type mean."""

    if TYPE_CHECKING:
        details: models.EventType

    event_type_id: int | None = whole()
    """Id of the type."""
    event_type_key: str | None = text()
    """Key of the type, such as `envoy_no_report`."""
    stateful: bool | None = flag()
    """Whether such events stay open until they are cleared."""
    event_name: str | None = text()
    """Short name."""
    event_description: str | None = text()
    """What happened."""
    recommended_action: str | None = text()
    """What to do about it."""


@attrs.frozen(kw_only=True)
class MeterReading(Record):
    """What a production meter showed."""

    if TYPE_CHECKING:
        details: models.MeterReading

    serial_number: str | None = text("serial_number", "serial_num")
    """Serial number of the meter, by either of the names that the service has for it."""
    energy_wh: float | None = measured("value")
    """What the meter had counted, Wh: the service's `value`."""
    read_at: datetime | None = time()
    """When it was read, aware UTC."""


@attrs.frozen(kw_only=True)
class Inverter(Record):
    """A microinverter."""

    if TYPE_CHECKING:
        details: models.Inverter

    id: int | None = whole()
    """Id of the microinverter."""
    serial_number: str | None = text()
    """Serial number."""
    model: str | None = text()
    """Model."""
    part_number: str | None = text()
    """Part number."""
    sku: str | None = text()
    """Stock keeping unit."""
    status: str | None = text()
    """`normal`, or what is wrong."""
    power_w: float | None = _quantity(_WATTS, "power_produced")
    """Power at the last report, W, whatever the unit that it came in: the service's `power_produced`."""
    energy_wh: float | None = _quantity(_WATT_HOURS, "energy")
    """Energy over the lifetime, Wh, whatever the unit that it came in: the service's `energy`."""
    last_report_at: datetime | None = time("last_report_date")
    """Last report, aware UTC: the service's `last_report_date`."""
    envoy_serial_number: str | None = text()
    """Serial number of the gateway that it reports to."""
    signal_strength: int | None = whole()
    """Strength of the signal at its gateway; the service does not say in which unit."""
    grid_profile: str | None = text()
    """Id of the grid profile."""
    proc_load: str | None = text()
    """Version of the processor load."""
    param_table: str | None = text()
    """Version of the parameter table."""


@attrs.frozen(kw_only=True)
class LatestReading(Record):
    """The last power that a channel of a meter, or a battery, reported."""

    if TYPE_CHECKING:
        details: models.LatestDevice

    device_type: str | None = text()
    """Class of the device, as the service names it: `meters`, `encharges`, ..."""
    id: int | None = whole()
    """Id of the device."""
    name: str | None = text()
    """Name of the device: `production` and `consumption` for meters."""
    channel: int | None = whole()
    """Channel of the meter."""
    last_report_at: datetime | None = time()
    """Last report, aware UTC; None for a channel that is not in use."""
    power_w: float | None = measured("power")
    """Power, W: the service's `power`. Of batteries, positive while they discharge."""
    operational_mode: str | None = text()
    """What a battery is doing: `Idle`, `Charging` or `Discharging`."""
