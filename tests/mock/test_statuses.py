"""Every status that the document has for an operation comes out of the mock: each by a request, a fault only where
the service itself has to fail."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import pytest
from enphase_v4.catalog import OPERATIONS, PLANS
from starlette.applications import Starlette

from enphase_cloud.mock import create_app
from enphase_cloud.mock.accounts import PASSWORD

from .conforming import assert_conforms
from .operations import (
    ARRAY,
    CHARGER,
    COLLEAGUE,
    COMPANY,
    CREATED,
    DAY,
    DOCUMENT,
    ENERGY,
    GOOD,
    METER,
    NEW,
    OWNER,
    RENO,
    SITE,
    Request,
    send,
)
from .playing import AUTH, NOW, ask, service_of

SENSELESS: dict[str, Request] = {
    **dict.fromkeys(ENERGY, Request(query={"start_date": "2026-06-31"})),
    **dict.fromkeys(SITE, Request(query={"granularity": "month"})),
    "listSystems": Request(query={"page": 0}),
    "searchSystems": Request(body={"system": {"colour": "red"}}),
    "getSystemSummary": Request(query={"summary_date": "2026-06-31"}),
    "retrieveSystemId": Request(),
    "listSystemEvents": Request(),
    "listSystemAlarms": Request(query={"start_time": NOW + DAY}),
    "getProductionMeterReadings": Request(query={"end_at": "noon"}),
    "getRgmStats": Request(query={"start_at": NOW - 9 * DAY, "end_at": NOW - DAY}),
    "getInvertersSummary": Request(),
    "getMicroTelemetry": Request(serial="{micros}", query={"start_at": NOW + DAY}),
    "getAcbTelemetry": Request(home=6, serial="{acbs}", query={"start_at": NOW - 1_000 * DAY}),
    "getEnchargeTelemetry": Request(serial="{encharges}", query={"start_date": "20260501"}),
    "getSystemBatterySettings": Request(home=2),
    "updateSystemBatterySettings": Request(body={"battery_mode": "Party"}),
    "getSystemStormGuard": Request(home=2),
    "updateSystemStormGuard": Request(home=2, body={"storm_guard_status": "enabled"}),
    "getSystemGridStatus": Request(home=3),
    "updateSystemLoadControl": Request(body={"name": "NC1", "mode": "Advanced_BatteryPowered"}),
    "fetchChargersSummary": Request(home=None),
    "fetchEvents": Request(query={"limit": "x"}),
    "fetchChargerSessionHistory": Request(serial="nobodys"),
    "fetchSchedules": replace(CHARGER, home=None),
    "fetchDailyEnergyConsumptionData": CHARGER,
    "fetchEnergyConsumptionData": replace(CHARGER, query={"granularity": "5mins"}),
    "startCharging": replace(CHARGER, body={"connectorId": "1", "chargingLevel": "101"}),
    "stopCharging": Request(serial="nobodys"),
    "listActivations": Request(query={"stage": "11"}),
    "createActivation": Request(body={**NEW, "system_type": "castle"}),
    "updateActivation": Request(body={"address": RENO, "system_type": "castle"}),
    "deleteActivation": Request(),
    "grantActivationAccess": OWNER,
    "revokeActivationAccess": Request(path={"user_id": "{installer}"}),
    "getActivationUser": replace(OWNER, query={"expand": "boss"}),
    "updateActivationUser": OWNER,
    "getActivationBatteryMode": Request(home=2),
    "updateActivationBatteryMode": replace(GOOD["updateActivationBatteryMode"], home=6),
    "getProductionMode": Request(home=3),
    "setProductionMode": replace(GOOD["setProductionMode"], home=5),
    "updateActivationEstimate": Request(),
    "getCurrentUser": Request(query={"expand": "owner"}),
    "getUser": replace(OWNER, query={"expand": ""}),
    "searchUser": Request(query={"email": " "}),
    "createHomeOwner": Request(body={"email": "OWNER2@example.com", "first_name": "A", "last_name": "B"}),
    "updateUser": replace(OWNER, body={"email": "owner2@example.com"}),
    "createCompanyUser": COMPANY,
    "getCompanyUser": replace(COLLEAGUE, query={"expand": "self"}),
    "updateCompanyUser": replace(COLLEAGUE, body={"email": "owner1@example.com"}),
    "updateSystemMeter": METER,
    "controlMeter": replace(METER, body={"status": "asleep"}),
    "updateSystemArrays": Request(body={"angle": 0, "arrays": [{**ARRAY, "provisioned_envoy": "nobodys"}]}),
    "getSystemArray": Request(path={"array_id": "1"}),
    "updateSystemArray": Request(path={"array_id": "1"}, body=ARRAY),
    "deleteSystemArray": Request(path={"array_id": "1"}),
}
"""What is 422, or 400 where the document has no 422."""

UNKNOWN: dict[str, Request] = {
    "retrieveSystemId": Request(query={"serial_num": "1"}),
    "listEventTypes": Request(query={"event_type_id": 1}),
    "getMicroTelemetry": Request(serial="{encharges}"),
    "getAcbTelemetry": Request(serial="{encharges}"),
    "getEnchargeTelemetry": Request(serial="{micros}"),
    **{
        name: replace(GOOD[name], path={**GOOD[name].path, "user_id": "1"})
        for name in (
            *("grantActivationAccess", "revokeActivationAccess", "getActivationUser", "updateActivationUser"),
            *("getUser", "updateUser", "getCompanyUser", "updateCompanyUser"),
        )
    },
    "searchUser": Request(query={"email": "nobody@example.com"}),
    **{
        name: replace(GOOD[name], path={"company_id": "1"})
        for name in ("listCompanyUsers", "createCompanyUser")
    },
    "listPvModels": Request(path={"pv_manufacturer_id": "1"}),
    "getSystemMeter": Request(serial="{micros}"),
    "updateSystemMeter": replace(GOOD["updateSystemMeter"], home=4, serial="1"),
    "controlMeter": replace(GOOD["controlMeter"], serial="{gateways}"),
    # what is no system yet
    **{
        name: replace(GOOD[name], home=CREATED, path={"array_id": "1"})
        for name in ("getSystemArray", "updateSystemArray", "deleteSystemArray")
    },
}
"""What is 404, beside a system that nobody has."""

NOBODYS = ("getCurrentUser", "listGridProfiles")
"""What is 404 for a token that stands for nobody."""

STRANGE: dict[str, Request] = {
    "grantActivationAccess": Request(path={"user_id": "{foreigner}"}),
    "getActivationUser": Request(path={"user_id": "{foreigner}"}),
    "getUser": Request(path={"user_id": "{foreigner}"}),
    "updateUser": Request(path={"user_id": "{foreigner}"}, body={"first_name": "Mine"}),
    "listCompanyUsers": Request(path={"company_id": "{theirs}"}),
    "createCompanyUser": replace(GOOD["createCompanyUser"], path={"company_id": "{theirs}"}),
    "getCompanyUser": Request(path={"company_id": "{theirs}", "user_id": "{foreigner}"}),
    "createHomeOwner": Request(
        body={"email": "x@example.com", "first_name": "A", "last_name": "B", "company_id": "{theirs}"}
    ),
    "createActivation": Request(body={**NEW, "owner_id": "{foreigner}"}),
    "updateActivation": Request(body={"address": RENO, "host_id": "{foreigner}"}),
}
"""What is 401 for the installer: people and companies that are none of theirs."""

EVERYBODYS = ("listActivations", "getCurrentUser", "listGridProfiles", "listPvManufacturers", "listPvModels")
"""What is not 401 for an owner, whoever that is."""

LIVE: dict[int, Request] = {
    461: Request(headers={"duration": "29"}),
    462: Request(headers={"duration": "301"}),
    463: Request(headers={"duration": "half a minute"}),
    466: Request(home=6),
    468: Request(home=None),
    472: Request(home=4),
    473: Request(home=5),
}
"""The statuses that only a live stream has, and that depend on what is asked."""

BROKEN = (500, 550, 551, 552)
"""The service itself fails: nothing that a caller could do brings it about."""


@dataclass(frozen=True)
class Way:
    """A way to a status: who asks what.

    caller: a word of `headers_of`
    stranger: whom a token stands for that the server did not issue
    """

    request: Request
    caller: str = "anybody"
    stranger: str = "installer"


def ways_to(status: int, name: str) -> list[Way]:
    """What leads to a status of an operation."""
    good = GOOD[name]
    match status:
        case 200 | 201 | 202 | 500 | 550 | 551 | 552:
            return [Way(good)]
        case 400 | 422:
            return [Way(SENSELESS[name])]
        case 401:
            unknown = [Way(good, who) for who in ("nobody", "without a key", "key of another application")]
            return [*unknown, *hidden_ways(name)] if OPERATIONS[name].access == "commissioning" else unknown
        case 403:
            outside = OPERATIONS[name].access not in PLANS["watt"].access
            return [Way(good, "another owner"), *[Way(good, "watt plan")] * outside]
        case 404:
            about_one = (
                "{system_id}" in DOCUMENT.operations[name].path
                or "{activation_id}" in DOCUMENT.operations[name].path
            )
            nowhere = [Way(replace(good, home=None))] * about_one
            unknown = [Way(UNKNOWN[each]) for each in UNKNOWN if each == name]
            return [*nowhere, *unknown, *[Way(good, stranger="nobody")] * (name in NOBODYS)]
        case 405:
            return [Way(replace(good, method="PATCH"), who) for who in ("anybody", "nobody")]
        case 429:
            return [Way(good, "used up plan")]
        case 501:
            return [Way(replace(good, method=method)) for method in ("TRACE", "BREW")]
        case _:
            return [Way(LIVE[status])]


def hidden_ways(name: str) -> list[Way]:
    """What leads to a 401 of commissioning for those whom the service knows: it is none of their business."""
    good, strange = GOOD[name], [Way(STRANGE[each]) for each in STRANGE if each == name]
    if name in EVERYBODYS:
        return strange
    others = [Way(good, "another owner"), Way(good, "owner1@example.com")]
    if OPERATIONS[name].method == "GET" or name == "updateUser":
        others.pop()  # their own home they may look at, and who they are is up to them
    return [*others, Way(good, stranger="nobody"), *strange]


@pytest.fixture(scope="module")
def started() -> Starlette:
    async def no_wait(seconds: float) -> None:
        pass

    return create_app(homes=8, owners=2, clock=NOW, sleep=no_wait)


@pytest.fixture
def app(started: Starlette) -> Iterator[Starlette]:
    yield started
    service_of(started).reset()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (name, int(status))
        for name, operation in DOCUMENT.operations.items()
        for status in operation.responses
    ],
)
def test_every_status_is_reached(app: Starlette, name: str, status: int) -> None:
    ways = ways_to(status, name)
    assert ways
    for way in ways:
        headers = headers_of(way.caller, app, name, way.request)
        service_of(app).change(stranger=way.stranger)
        if status in BROKEN:
            service_of(app).faults.add(str(status), count=1, operations=[name])
        answer = send(app, name, way.request, headers)
        assert answer.status == status, (way, answer)
        assert_conforms(name, answer)


def headers_of(caller: str, app: Starlette, name: str, request: Request) -> Mapping[str, str]:
    """The headers of whoever asks."""
    match caller:
        case "anybody":
            return AUTH
        case "nobody":
            return {}
        case "without a key":
            return {"authorization": AUTH["authorization"]}
        case "key of another application":
            return signed_in(app, "installer@example.com") | {"key": "watt-key"}
        case "another owner":
            assert request.home is not None
            return signed_in(app, f"owner{2 - request.home % 2}@example.com")
        case "owner1@example.com":
            return signed_in(app, caller)
        case "watt plan":
            return AUTH | {"key": "watt-key"}
        case "used up plan":
            access, service = OPERATIONS[name].access, service_of(app)
            plan = next(plan for plan in PLANS.values() if access in plan.access)
            headers = AUTH | {"key": f"{plan.name}-key"}
            caller_ = service.accounts.identify(headers, {}, service.settings)
            for _ in range(plan.per_minute):
                service.quota.admit(caller_, DOCUMENT.operations["listSystems"], NOW, service.settings)
            return headers
    raise ValueError(caller)


def signed_in(app: Starlette, username: str) -> dict[str, str]:
    """The headers of a person who let the partners' application in."""
    basic = base64.b64encode(b"partner-client:partner-secret").decode()
    form = {"grant_type": "password", "username": username, "password": PASSWORD}
    kind = "application/x-www-form-urlencoded"
    headers = {"authorization": f"Basic {basic}", "content-type": kind}
    answer = ask(app, "/oauth/token", method="POST", headers=headers, body=urlencode(form).encode())
    assert answer.status == 200, answer
    return {"key": "partner-key", "authorization": f"Bearer {answer.json['access_token']}"}


def test_the_tables_have_nothing_that_the_document_lacks() -> None:
    documented = {name: {int(status) for status in it.responses} for name, it in DOCUMENT.operations.items()}
    assert set(GOOD) == set(documented)
    assert set(SENSELESS) == {name for name, statuses in documented.items() if statuses & {400, 422}}
    assert set(UNKNOWN) | set(NOBODYS) <= {name for name, statuses in documented.items() if 404 in statuses}
    assert set(LIVE) | set(BROKEN) <= documented["getLiveData"] | {500}


@pytest.mark.parametrize(
    "name", [name for name, it in DOCUMENT.operations.items() if "501" not in it.responses]
)
def test_a_method_that_nobody_knows_where_no_501_is_documented(app: Starlette, name: str) -> None:
    answer = send(app, name, replace(GOOD[name], method="BREW"))
    assert answer.status == 405
    assert answer.headers["allow"] == DOCUMENT.operations[name].method
