"""A request for each operation of the document that succeeds, and how to send it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette

from enphase_cloud.mock.document import load

from .playing import AUTH, NOW, Answer, ask, service_of

DOCUMENT = load()
SYSTEMS = "/api/v4/systems"
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request for an operation. `{micros}` in a serial or a query stands for the home's first device of that class.

    home: index in the fleet; None: a system that nobody has
    method: None: that of the operation
    """

    home: int | None = 0
    serial: str = ""
    query: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    method: str | None = None


ENERGY = [
    f"get{name}Lifetime" for name in ("Energy", "Consumption", "Battery", "EnergyImport", "EnergyExport")
]
SITE = [
    f"get{name}Telemetry"
    for name in (
        *("ProductionMicro", "ProductionMeter", "ConsumptionMeter", "Battery"),
        *("EnergyImport", "EnergyExport"),
    )
]
CHARGER = Request(serial="{ev_chargers}")
GOOD: dict[str, Request] = {
    **dict.fromkeys(ENERGY, Request()),
    **dict.fromkeys(SITE, Request()),
    "listSystems": Request(),
    "searchSystems": Request(body={"system": {}}),
    "getSystemById": Request(),
    "getSystemSummary": Request(),
    "listSystemDevices": Request(),
    "retrieveSystemId": Request(query={"serial_num": "{gateways}"}),
    "listSystemEvents": Request(query={"start_time": NOW - 7 * DAY + 60}),
    # the week in which that home fell silent
    "listSystemAlarms": Request(home=5, query={"start_time": NOW - 194 * DAY}),
    "listEventTypes": Request(),
    "getProductionMeterReadings": Request(),
    "getRgmStats": Request(),
    "getInvertersSummary": Request(query={"envoy_serial_number": "{gateways}"}),
    "getMicroTelemetry": Request(serial="{micros}"),
    "getAcbTelemetry": Request(home=6, serial="{acbs}"),
    "getEnchargeTelemetry": Request(serial="{encharges}"),
    "getSystemBatterySettings": Request(),
    "updateSystemBatterySettings": Request(body={"battery_mode": "Savings Mode", "reserve_soc": 40}),
    "getSystemStormGuard": Request(),
    "updateSystemStormGuard": Request(body={"storm_guard_status": "disabled"}),
    "getSystemGridStatus": Request(),
    "getSystemLoadControl": Request(),
    "updateSystemLoadControl": Request(
        body={"name": "NC1", "mode": "Advanced_BatteryPowered", "soc_low": 30}
    ),
    "getLiveData": Request(),
    "getLatestSystemTelemetry": Request(),
    "fetchChargersSummary": Request(),
    "fetchEvents": Request(),
    "fetchChargerSessionHistory": CHARGER,
    "fetchSchedules": CHARGER,
    "fetchDailyEnergyConsumptionData": replace(CHARGER, query={"start_date": "20260501"}),
    "fetchEnergyConsumptionData": CHARGER,
    "startCharging": replace(CHARGER, body={"connectorId": "1", "chargingLevel": "40"}),
    "stopCharging": CHARGER,
}
"""What succeeds."""


class NoSuchDeviceError(LookupError):
    """The home has no device of that class."""


class _Serials(dict[str, str]):
    """The first serial number of each class of devices, asked for when it is needed; 1 in a system that is none."""

    def __init__(self, app: Starlette, system_id: int) -> None:
        super().__init__()
        self.app, self.system_id = app, system_id

    def __missing__(self, device_class: str) -> str:
        answer = ask(self.app, f"{SYSTEMS}/{self.system_id}/devices")
        if answer.status == 404:
            return "1"
        devices = answer.json["devices"]
        if device_class not in devices:
            raise NoSuchDeviceError(device_class)
        return str(devices[device_class][0]["serial_number"])


def send(
    app: Starlette, name: str, request: Request | None = None, headers: Mapping[str, str] = AUTH
) -> Answer:
    """Ask for an operation, with the request of `GOOD` unless another is given. Raises NoSuchDeviceError."""
    request, operation = request or GOOD[name], DOCUMENT.operations[name]
    system = 1 if request.home is None else service_of(app).homes[request.home].system_id
    serials = _Serials(app, system)
    return ask(
        app,
        operation.path.format(system_id=system, serial_no=request.serial.format_map(serials)),
        {key: str(value).format_map(serials) for key, value in request.query.items()},
        method=request.method or operation.method,
        headers={**headers, **request.headers},
        body=b"" if request.body is None else json.dumps(request.body).encode(),
    )
