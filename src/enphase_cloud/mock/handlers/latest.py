"""The latest power of meters and batteries: the last interval whose energy is there, as a power."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.devices import encharge_id, encharge_serial, meter_id
from enphase_cloud.mock.energy import Flows
from enphase_cloud.mock.fleet import DAY, Home
from enphase_cloud.mock.handlers.common import share
from enphase_cloud.mock.service import Asked, Service

FORGOTTEN_AFTER = 7 * DAY
CHANNELS = (1, 2, 3)


def latest_telemetry(service: Service, asked: Asked) -> dict[str, Any]:
    """Power in W by device: batteries positive while they discharge. Nulls after seven silent days."""
    history, now = service.history(asked), service.now
    home, last = history.home, history.energy_until(now)
    recent = last if last is not None and now - last <= FORGOTTEN_AFTER else None
    day, index = history.last_interval(now) or (None, 0)
    flows = None if day is None or recent is None else history.flows(day)
    devices: dict[str, list[dict[str, Any]]] = {}
    if history.metered(now):
        # the energy comes later than the report does
        measured = last is not None and home.metered_at is not None and home.metered_at <= last
        devices["meters"] = _meters(home, flows if measured else None, index, recent if measured else None)
    # AC Batteries are not among them
    if home.battery is not None and home.battery.kind == "encharge":
        devices["encharges"] = _encharges(home, home.battery.units, flows, index, recent)
    return {"system_id": home.system_id, "items": "devices", "devices": devices}


def _meters(home: Home, flows: Flows | None, index: int, recent: int | None) -> list[dict[str, Any]]:
    powers = (None, None) if flows is None else (flows.production[index] * 4, flows.consumption[index] * 4)
    return [
        {
            "id": meter_id(home, position),
            "name": name,
            "channel": channel,
            "last_report_at": recent if channel == 1 else None,
            "power": powers[position] if channel == 1 else None,
        }
        for position, name in enumerate(("production", "consumption"))
        for channel in CHANNELS
    ]


def _encharges(
    home: Home, units: int, flows: Flows | None, index: int, recent: int | None
) -> list[dict[str, Any]]:
    total = 0 if flows is None else (flows.discharge[index] - flows.charge[index]) * 4
    mode = "Discharging" if total > 0 else "Charging" if total < 0 else "Idle"
    return [
        {
            "id": encharge_id(home, position),
            "name": f"IQ Battery {encharge_serial(home, position)}",
            "channel": 1,
            "last_report_at": recent,
            # in whole watts that add up to what the battery rows say
            "power": None if flows is None else share(total, position, units),
            "operational_mode": None if flows is None else mode,
        }
        for position in range(units)
    ]
