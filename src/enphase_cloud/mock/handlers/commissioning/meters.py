"""The meters of a system, and what an installer sets of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from enphase_cloud.mock.activations import Activation
from enphase_cloud.mock.devices import gateway_serial, meter_serials
from enphase_cloud.mock.fleet import STEP
from enphase_cloud.mock.handlers.commissioning.access import system_of
from enphase_cloud.mock.handlers.commissioning.bodies import body_of
from enphase_cloud.mock.handlers.common import status
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.windows import parse_date

NO_METER = "Meter not found"
NO_DATE = "operational date parameter missing in url"
TYPES = ("production", "consumption")


def meter(service: Service, asked: Asked) -> dict[str, Any]:
    """One meter."""
    activation, history = system_of(service, asked)
    return _told(service, activation, history, _position(service, history, asked))


def update_meter(service: Service, asked: Asked) -> dict[str, Any]:
    """Set since when it is at work."""
    activation, history = system_of(service, asked, changes=True)
    position = _position(service, history, asked)
    text = asked.query.get("operational_date", "")
    if not text:
        raise RefusedError(422, NO_DATE)
    activation.metering.set_date(asked.path["serial_number"], parse_date(text))
    return _told(service, activation, history, position)


def control_meter(service: Service, asked: Asked) -> dict[str, Any]:
    """Send it a task, which it follows a little later."""
    activation, history = system_of(service, asked, changes=True, place="activation_id")
    _position(service, history, asked)
    on = body_of(service, asked, "controlMeter")["status"] == "enabled"
    activation.metering.tell(asked.path["serial_number"], service.now, on=on)
    word = "enable" if on else "disable"
    return {
        "reason": "200",
        "message": [f"{word.capitalize()} task sent to meter. Please wait until meter is {word}d"],
    }


def _position(service: Service, history: History, asked: Asked) -> int:
    """Which meter the path names. Raises RefusedError (404)."""
    serials = meter_serials(history.home, history.last_report_at(service.now))
    if asked.path["serial_number"] not in serials:
        raise RefusedError(404, NO_METER)
    return serials.index(asked.path["serial_number"])


def _told(service: Service, activation: Activation, history: History, position: int) -> dict[str, Any]:
    home, now = history.home, service.now
    serial = meter_serials(home, history.last_report_at(now))[position]
    first = home.metered_at if home.replaced_at is None else home.replaced_at + STEP
    if first is not None and home.replaced_at is not None and now < first:
        first = home.metered_at
    return {
        "serial_number": serial,
        "manufacturer": "Enphase Energy",
        "model": "Envoy S",
        "type": TYPES[position],
        "operational_date": _day(history, activation.metering.date_of(serial), first),
        "first_report_date": _moment(history, first),
        "last_report_date": _moment(history, history.last_report_at(now)),
        "phase": "L1(A)",
        "envoy_serial_number": gateway_serial(home),
        "status": "normal" if status(history, now) == "normal" else "not reporting",
        "state": "enabled" if activation.metering.enabled(serial, now) else "disabled",
    }


def _day(history: History, day: date | None, first: int | None) -> str | None:
    if day is None:
        return None if first is None else history.date_at(first).isoformat()
    return day.isoformat()


def _moment(history: History, moment: int | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, history.home.zone).isoformat()
