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
from .operations import CHARGER, DAY, DOCUMENT, ENERGY, GOOD, SITE, SYSTEMS, Request, send
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
}
"""What is 422, or 400 where the document has no 422."""

UNKNOWN: dict[str, Request] = {
    "retrieveSystemId": Request(query={"serial_num": "1"}),
    "listEventTypes": Request(query={"event_type_id": 1}),
    "getMicroTelemetry": Request(serial="{encharges}"),
    "getAcbTelemetry": Request(serial="{encharges}"),
    "getEnchargeTelemetry": Request(serial="{micros}"),
}
"""What is 404, beside a system that nobody has."""

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
    """A way to a status: who asks what. `caller`: a word of `headers_of`."""

    request: Request
    caller: str = "anybody"


def ways_to(status: int, name: str) -> list[Way]:
    """What leads to a status of an operation."""
    good = GOOD[name]
    match status:
        case 200 | 202 | 500 | 550 | 551 | 552:
            return [Way(good)]
        case 400 | 422:
            return [Way(SENSELESS[name])]
        case 401:
            return [Way(good, who) for who in ("nobody", "without a key", "key of another application")]
        case 403:
            outside = OPERATIONS[name].access not in PLANS["watt"].access
            return [Way(good, "another owner"), *[Way(good, "watt plan")] * outside]
        case 404:
            nowhere = [Way(replace(good, home=None))] * ("{system_id}" in DOCUMENT.operations[name].path)
            return [*nowhere, *(Way(UNKNOWN[each]) for each in UNKNOWN if each == name)]
        case 405:
            return [Way(replace(good, method="PATCH"), who) for who in ("anybody", "nobody")]
        case 429:
            return [Way(good, "used up plan")]
        case 501:
            return [Way(replace(good, method=method)) for method in ("TRACE", "BREW")]
        case _:
            return [Way(LIVE[status])]


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
        case "watt plan":
            return AUTH | {"key": "watt-key"}
        case "used up plan":
            access = OPERATIONS[name].access
            plan = next(plan for plan in PLANS.values() if access in plan.access)
            headers = AUTH | {"key": f"{plan.name}-key"}
            for _ in range(plan.per_minute):
                assert ask(app, SYSTEMS, {"size": 1}, headers=headers).status == 200
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
    assert set(UNKNOWN) <= {name for name, statuses in documented.items() if 404 in statuses}
    assert set(LIVE) | set(BROKEN) <= documented["getLiveData"] | {500}


@pytest.mark.parametrize(
    "name", [name for name, it in DOCUMENT.operations.items() if "501" not in it.responses]
)
def test_a_method_that_nobody_knows_where_no_501_is_documented(app: Starlette, name: str) -> None:
    answer = send(app, name, replace(GOOD[name], method="BREW"))
    assert answer.status == 405
    assert answer.headers["allow"] == DOCUMENT.operations[name].method
