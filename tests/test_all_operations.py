"""Every operation of the vendor's index and of its Monitoring document is a call, sync and async, and served."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS

from enphase_cloud import AsyncEnphase, AsyncSystem, Enphase, System
from enphase_cloud.commissioning import AsyncCommissioning, Commissioning
from enphase_cloud.mock.handlers import SERVED

MONITORING = """
GET /systems
POST /systems/search
GET /systems/{system_id}
GET /systems/{system_id}/summary
GET /systems/{system_id}/devices
GET /systems/retrieve_system_id
GET /systems/{system_id}/events
GET /systems/{system_id}/alarms
GET /systems/event_types
GET /systems/inverters_summary_by_envoy_or_site
GET /systems/{system_id}/production_meter_readings
GET /systems/{system_id}/rgm_stats
GET /systems/{system_id}/energy_lifetime
GET /systems/{system_id}/telemetry/production_micro
GET /systems/{system_id}/telemetry/production_meter
GET /systems/{system_id}/consumption_lifetime
GET /systems/{system_id}/battery_lifetime
GET /systems/{system_id}/energy_import_lifetime
GET /systems/{system_id}/energy_export_lifetime
GET /systems/{system_id}/telemetry/battery
GET /systems/{system_id}/telemetry/consumption_meter
GET /systems/{system_id}/energy_import_telemetry
GET /systems/{system_id}/energy_export_telemetry
GET /systems/{system_id}/latest_telemetry
GET /systems/{system_id}/devices/micros/{serial_no}/telemetry
GET /systems/{system_id}/devices/acbs/{serial_no}/telemetry
GET /systems/{system_id}/devices/encharges/{serial_no}/telemetry
GET /systems/config/{system_id}/battery_settings
PUT /systems/config/{system_id}/battery_settings
GET /systems/config/{system_id}/storm_guard
PUT /systems/config/{system_id}/storm_guard
GET /systems/config/{system_id}/grid_status
GET /systems/config/{system_id}/load_control
PUT /systems/config/{system_id}/load_control
GET /systems/{system_id}/live_data
GET /systems/{system_id}/ev_charger/devices
GET /systems/{system_id}/ev_charger/events
GET /systems/{system_id}/ev_charger/{serial_no}/sessions
GET /systems/{system_id}/ev_charger/{serial_no}/schedules
GET /systems/{system_id}/ev_charger/{serial_no}/lifetime
GET /systems/{system_id}/ev_charger/{serial_no}/telemetry
POST /systems/{system_id}/ev_charger/{serial_no}/start_charging
POST /systems/{system_id}/ev_charger/{serial_no}/stop_charging
"""
COMMISSIONING = """
GET /activations/{activation_id}/battery_mode
PUT /activations/{activation_id}/battery_mode
GET /partner/activations
POST /partner/activations
GET /partner/activations/{activation_id}
PUT /partner/activations/{activation_id}
DELETE /partner/activations/{activation_id}
POST /activations/{activation_id}/users/{user_id}
DELETE /activations/{activation_id}/users/{user_id}
POST /activations/{activation_id}/ops/production_mode
GET /activations/{activation_id}/ops/production_mode
GET /activations/{activation_id}/users/{user_id}
PUT /activations/{activation_id}/users/{user_id}
GET /users/search
GET /partner/users/{user_id}
PUT /users/{user_id}
GET /partner/users/self
GET /companies/{company_id}/users
POST /companies/{company_id}/users
GET /companies/{company_id}/users/{user_id}
PUT /companies/{company_id}/users/{user_id}
GET /companies/self/branches
GET /companies/self/authorized_subcontractors
POST /users
GET /activations/{activation_id}/estimate
PUT /activations/{activation_id}/estimate
GET /partner/grid_profiles
GET /systems/{system_id}/meters/{serial_number}
PUT /systems/{system_id}/meters/{serial_number}
POST /activations/{activation_id}/meters/{serial_number}/meter_control
GET /pv_manufacturers
GET /pv_manufacturers/{pv_manufacturer_id}/pv_models
GET /systems/config/{system_id}/tariff
PUT /systems/config/{system_id}/tariff
GET /partner/systems/{system_id}/arrays
PUT /partner/systems/{system_id}/arrays
GET /partner/systems/{system_id}/arrays/{array_id}
PUT /partner/systems/{system_id}/arrays/{array_id}
DELETE /partner/systems/{system_id}/arrays/{array_id}
"""
INDEX = [*MONITORING.split("\n")[1:-1], *COMMISSIONING.split("\n")[1:-1]]
BY_PLACE = {f"{each.method} {each.path.removeprefix('/api/v4')}": each for each in OPERATIONS.values()}
TWINS: list[tuple[type, type]] = [
    (Enphase, AsyncEnphase),
    (System, AsyncSystem),
    (Commissioning, AsyncCommissioning),
]


def test_there_are_82() -> None:
    assert len(INDEX) == len(set(INDEX)) == 82
    assert set(INDEX) == set(BY_PLACE)


def calls_of(kind: type) -> dict[str, set[str]]:
    """By public method, the operations that it says it stands on."""
    found = {}
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        told = re.search(r"Operations?:((?:[\s,]+[a-z]\w+)+)\.", inspect.getdoc(method) or "")
        if told and not name.startswith("_"):
            found[name] = set(re.findall(r"\w+", told[1]))
    return found


CALLS = {kind: calls_of(kind) for kind, _ in TWINS}


@pytest.mark.parametrize("place", INDEX)
def test_each_is_a_call_sync_and_async_and_is_served(place: str) -> None:
    operation = BY_PLACE[place]
    found = [
        (kind, other, name)
        for kind, other in TWINS
        for name, told in CALLS[kind].items()
        if operation.operation_id in told
    ]
    assert found, f"no method says that it stands on {operation.operation_id}"
    for kind, other, name in found:
        one: Any = getattr(kind, name)
        twin: Any = getattr(other, name)
        assert inspect.signature(one).parameters == inspect.signature(twin).parameters
        assert f"See {kind.__name__}.{name}" in inspect.getdoc(twin)  # type: ignore[operator]
    part, _, called = operation.name.rpartition(".")
    if part == "commissioning":
        assert [(kind, name) for kind, _, name in found if name == called] == [(Commissioning, called)]
    assert operation.operation_id in SERVED


def test_no_method_stands_on_what_there_is_not() -> None:
    told = {name for calls in CALLS.values() for names in calls.values() for name in names}
    assert told == set(OPERATIONS)
