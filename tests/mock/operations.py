"""A request for each operation of the document that succeeds, and how to send it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette

from enphase_cloud.mock.document import load
from enphase_cloud.mock.entries import DEFAULTS

from .playing import AUTH, NOW, Answer, ask, service_of

DOCUMENT = load()
SYSTEMS = "/api/v4/systems"
DAY = 86_400


CREATED, LAST = -1, -2
"""In place of a home: an activation that is created for the request, and has nothing yet; the last that was created."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request for an operation.

    `{micros}` in a serial, a query, a path or a body stands for the home's first device of that class, `{owner}` for
    its owner, `{other}` for an owner of other homes, `{array}` for its first array, `{installer}`, `{company}` and
    `{branch}` for the installer and their companies, `{theirs}` and `{foreigner}` for another company and its user.

    home: index in the fleet; None: a system that nobody has; `CREATED`, `LAST`
    path: parameters of the path beside the system and the serial
    method: None: that of the operation
    """

    home: int | None = 0
    serial: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
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
RENO = {"street1": "12 Vine Street", "city": "Reno", "state": "NV", "country": "US", "postal_code": "89501"}
NEW = {
    "system_name": "Reno roof",
    "address": RENO,
    "reference": "RENO1",
    "envoy_serial_numbers": ["202140004942"],
    "expected_pcu_count": 12,
    "expected_meter_count": 2,
}
ARRAY = {
    "label": "South",
    "angle": 180,
    "tilt": "30.0",
    "left": 0,
    "top": 0,
    "provisioned_envoy": "{gateways}",
    "modules": [{"left": 0, "top": 0, "angle": 0, "serial_num": "{micros}"}],
}
TARIFF = {
    "currency": {"code": "EUR"},
    "single_rate": {"rate": "0.31", "sell": "0.07"},
    "seasons": [],
    "seasons_sell": [],
}
METER = Request(serial="{meters}")
OWNER = Request(path={"user_id": "{owner}"})
COMPANY = Request(path={"company_id": "{company}"})
COLLEAGUE = Request(path={"company_id": "{company}", "user_id": "{installer}"})
FIRST_ARRAY = Request(path={"array_id": "{array}"})
COMMISSIONING: dict[str, Request] = {
    "listActivations": Request(),
    "createActivation": Request(body={**NEW, "owner_id": "{owner}"}),
    "getActivation": Request(query={"expand": "owner.company,host"}),
    "updateActivation": Request(body={"address": RENO, "reference": "OTHER2"}),
    "deleteActivation": Request(home=CREATED),
    "grantActivationAccess": Request(path={"user_id": "{other}"}),
    "revokeActivationAccess": OWNER,
    "getActivationUser": replace(OWNER, query={"expand": "company"}),
    "updateActivationUser": replace(OWNER, body={"phone": "555-0199"}),
    "getActivationBatteryMode": Request(),
    "updateActivationBatteryMode": Request(body={"CFG_allowed": True, "DTG_allowed": True}),
    "getProductionMode": Request(),
    "setProductionMode": Request(body={"mode": "off"}),
    "getActivationEstimate": Request(),
    "updateActivationEstimate": Request(
        body={"degrade_factor": "0.4", "month_estimates": [f"{100 + month}.5" for month in range(12)]}
    ),
    "getCurrentUser": Request(query={"expand": "company"}),
    "getUser": OWNER,
    "searchUser": Request(query={"email": "owner1@example.com"}),
    "createHomeOwner": Request(
        body={"email": "new.owner@example.com", "first_name": "New", "last_name": "Owner"}
    ),
    "updateUser": replace(OWNER, body={"first_name": "Renamed"}),
    "listCompanyUsers": COMPANY,
    "createCompanyUser": replace(
        COMPANY, body={"email": "colleague@example.com", "first_name": "A", "last_name": "Colleague"}
    ),
    "getCompanyUser": replace(COLLEAGUE, query={"expand": "company"}),
    "updateCompanyUser": replace(COLLEAGUE, body={"company_id": "{company}", "phone": "555-0111"}),
    "listBranches": Request(),
    "listAuthorizedSubcontractors": Request(),
    "listGridProfiles": Request(),
    "listPvManufacturers": Request(),
    "listPvModels": Request(path={"pv_manufacturer_id": "109"}),
    "getSystemMeter": METER,
    "updateSystemMeter": replace(METER, query={"operational_date": "2025-01-31"}),
    "controlMeter": replace(METER, body={"status": "disabled"}),
    "getSystemTariffSettings": Request(),
    "updateSystemTariffSettings": Request(body={"tariff": TARIFF}),
    "getSystemArrays": Request(),
    "updateSystemArrays": Request(body={"angle": 90, "arrays": [ARRAY]}),
    "getSystemArray": FIRST_ARRAY,
    "updateSystemArray": replace(FIRST_ARRAY, body=ARRAY),
    "deleteSystemArray": FIRST_ARRAY,
}
"""What succeeds of commissioning."""
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
    **COMMISSIONING,
}
"""What succeeds."""


class NoSuchDeviceError(LookupError):
    """The home has no device of that class."""


class _Known(dict[str, str]):
    """What the placeholders of a request stand for, asked for when it is needed; 1 in a system that is none."""

    def __init__(self, app: Starlette, system_id: int) -> None:
        super().__init__()
        self.app, self.system_id = app, system_id

    def __missing__(self, what: str) -> str:
        service = service_of(self.app)
        people, activation = service.people, service.activations.find(self.system_id)
        match what:
            case "owner":
                return str(1 if activation is None else activation.entered["owner_id"])
            case "other":
                owners = [
                    each for each in service.accounts.first if self.system_id not in (each.system_ids or ())
                ]
                return str(owners[0].enl_uid)
            case "array":
                return str(1 if activation is None else activation.layout.arrays[0]["id"])
            case "installer":
                return str(people.installer.user_id)
            case "company":
                return str(people.installer.company_id)
            case "branch":
                return str(people.branches(people.installer.company_id or 0)[0].company_id)
            case "theirs":
                return str(people.other.company_id)
            case "foreigner":
                return str(next(people.colleagues(people.other.company_id)).user_id)
        return self.device(what)

    def device(self, device_class: str) -> str:
        answer = ask(self.app, f"{SYSTEMS}/{self.system_id}/devices")
        if answer.status == 404:
            return "1"
        devices = answer.json["devices"]
        if device_class not in devices:
            raise NoSuchDeviceError(device_class)
        return str(devices[device_class][0]["serial_number"])


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """A body whose placeholders are what they stand for; ids are numbers."""
    if isinstance(value, dict):
        return {
            name: int(filled(each, known))
            if name.endswith("_id") and isinstance(each, str)
            else filled(each, known)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    return value.format_map(known) if isinstance(value, str) else value


def system_of(app: Starlette, home: int | None) -> int:
    """The id of what a request is about."""
    if home is None:
        return 1
    service = service_of(app)
    if home == LAST:
        return [each.system_id for each in service.activations][-1]
    if home == CREATED:
        user = service.people.installer
        return service.activations.create(
            {
                **DEFAULTS,
                "system_name": "New",
                "installer_id": user.company_id,
                "maintainer_id": user.company_id,
            },
            service.now,
        ).system_id
    return service.homes[home].system_id


def send(
    app: Starlette, name: str, request: Request | None = None, headers: Mapping[str, str] = AUTH
) -> Answer:
    """Ask for an operation, with the request of `GOOD` unless another is given. Raises NoSuchDeviceError."""
    request, operation = request or GOOD[name], DOCUMENT.operations[name]
    system = system_of(app, request.home)
    known = _Known(app, system)
    serial = request.serial.format_map(known)
    return ask(
        app,
        operation.path.format(
            system_id=system,
            activation_id=system,
            serial_no=serial,
            serial_number=serial,
            **{name: value.format_map(known) for name, value in request.path.items()},
        ),
        {key: str(value).format_map(known) for key, value in request.query.items()},
        method=request.method or operation.method,
        headers={**headers, **request.headers},
        body=b"" if request.body is None else json.dumps(filled(request.body, known)).encode(),
    )
