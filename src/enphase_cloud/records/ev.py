"""EV chargers: what there is, what happened, what was charged, and when they are to charge."""

from __future__ import annotations

import re
from datetime import datetime
from datetime import time as time_of_day
from typing import TYPE_CHECKING, Any

import attrs
from enphase_v4.models import EventStatus

from .base import (
    Notes,
    Record,
    flag,
    measured,
    read_scaled,
    read_with,
    records,
    text,
    time,
    whole,
    wholes,
    word,
)

if TYPE_CHECKING:
    from enphase_v4 import models

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_END_OF_DAY = re.compile(r"24:00(?::00)?")
_WH = 1000


def _energy(value: Any, where: str, notes: Notes) -> float | None:
    """Wh, from kWh."""
    return read_scaled(value, _WH, where, notes)


def _clock(value: Any, where: str, notes: Notes) -> time_of_day | None:
    """A time of day from `H:MM`; `24:00`, which no clock shows, is the midnight that ends the day."""
    found = value.strip() if isinstance(value, str) else ""
    if _END_OF_DAY.fullmatch(found):
        return time_of_day(0)
    if read := _CLOCK.fullmatch(found):
        hour, minute, second = (int(part or 0) for part in read.groups())
        return time_of_day(hour, minute, second)
    notes.wrong(where, "no time of day", value)
    return None


@attrs.frozen(kw_only=True)
class Charger(Record):
    """An EV charger. Its serial number is what the other methods name it by."""

    if TYPE_CHECKING:
        details: models.ChargerSummary

    device_type: str | None = attrs.field(default=None)
    """The class that the service lists it under: `ev_chargers`."""
    id: str | None = text()
    """Serial number and system id, joined by a colon."""
    serial_number: str | None = text()
    """The serial number."""
    name: str | None = text()
    """What it is called."""
    model: str | None = text()
    """The model."""
    sku: str | None = text()
    """Stock keeping unit."""
    part_number: str | None = text()
    """Part number."""
    firmware: str | None = text()
    """Version of its firmware."""
    status: str | None = text()
    """How it is, in a word of the service's, such as `normal`."""
    active: bool | None = flag()
    """Whether it is in service."""
    last_report_at: datetime | None = time()
    """When it last reported: aware, UTC."""


@attrs.frozen(kw_only=True)
class ChargerEvent(Record):
    """Something that happened to an EV charger."""

    if TYPE_CHECKING:
        details: models.EventDetail

    status: EventStatus | None = word(EventStatus)
    """`Info`, `Open` or `Closed`."""
    triggered_date: datetime | None = time()
    """When it began: aware, UTC."""
    cleared_date: datetime | None = time()
    """When it ended: aware, UTC. None while it is open."""
    message: str | None = text("details")
    """What happened, in words, with the charger it happened to. The document calls it `details`, which is the model
    here."""


@attrs.frozen(kw_only=True)
class ChargingSession(Record):
    """One charging session, from plugging in to its end."""

    if TYPE_CHECKING:
        details: models.ChargeSessionDetail

    start_time: datetime | None = time()
    """When it began: aware, UTC."""
    end_time: datetime | None = time()
    """When it ended: aware, UTC."""
    duration_s: int | None = whole("duration")
    """How long it took, in seconds."""
    charge_time_s: int | None = whole("charge_time")
    """For how long of that it charged, in seconds."""
    energy_wh: float | None = read_with(_energy, "energy_added")
    """Energy that was charged, in Wh. The service sends `energy_added`, which is kWh whatever the document says."""
    miles_added: float | None = measured()
    """Range that was added, in miles."""
    cost: float | None = measured()
    """What it cost; the service does not say in which currency."""


@attrs.frozen(kw_only=True)
class SchedulePeriod(Record):
    """A part of a schedule: on some days of the week, from one time of the day to another."""

    if TYPE_CHECKING:
        details: models.Schedule

    days: tuple[int, ...] | None = wholes()
    """Days of the week, 1 to 7. The service does not say which is the first."""
    start_time: time_of_day | None = read_with(_clock)
    """From when, by the clock at the site (no time zone in it)."""
    end_time: time_of_day | None = read_with(_clock)
    """Until when, by the clock at the site; `00:00` is the midnight that ends the day."""
    charging_level_percent: float | None = measured("charging_level")
    """Percent of what the charger can give."""


@attrs.frozen(kw_only=True)
class ChargingSchedule(Record):
    """When an EV charger is to charge."""

    if TYPE_CHECKING:
        details: models.ScheduleList

    type: str | None = text("type_")
    """The kind of schedule, such as `Custom`."""
    is_active: bool | None = flag()
    """Whether the charger follows it."""
    reminder_flag: bool | None = flag()
    """Whether a reminder is sent."""
    reminder_timer: int | None = whole()
    """When the reminder is sent; the service does not say in which unit."""
    periods: tuple[SchedulePeriod, ...] | None = records(SchedulePeriod, "schedules")
    """Its parts, in the order of the service."""


@attrs.frozen(kw_only=True)
class CommandAccepted(Record):
    """That a command was taken. Whether it was done, the charger's events and sessions tell."""

    if TYPE_CHECKING:
        details: models.DefaultCommandResponse

    message: str | None = text()
    """What the service says to it."""
