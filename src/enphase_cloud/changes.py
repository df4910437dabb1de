"""What callers want to be done, checked and as the body of the call that does it.

Each change is spent on once: what cannot be is refused here, before a hit. InvalidRequest says what was wrong.
"""

from __future__ import annotations

from enphase_v4.models import (
    BatteryMode,
    LoadControlMode,
    StartChargingRequestBody,
    UpdateSystemBatterySettingsRequest,
    UpdateSystemLoadControlRequest,
    UpdateSystemStormGuardRequest,
)
from enphase_v4.types import UNSET, Unset

from . import checks
from .errors import InvalidRequest

_MOST_CONNECTORS = 2**31 - 1
_DAY_SECONDS = 86_400


def battery_settings(
    battery_mode: object, reserve_soc: object, energy_independence: object
) -> UpdateSystemBatterySettingsRequest:
    """New orders for the battery; what is None stays as it is."""
    _needed(battery_mode=battery_mode, reserve_soc=reserve_soc, energy_independence=energy_independence)
    body = UpdateSystemBatterySettingsRequest()
    if battery_mode is not None:
        body.battery_mode = BatteryMode(checks.choice(battery_mode, BatteryMode, "battery_mode"))
    if reserve_soc is not None:
        body.reserve_soc = checks.between(reserve_soc, 0, 100, "reserve_soc")
    if energy_independence is not None:
        body.energy_independence = checks.boolean(energy_independence, "energy_independence")
    return body


def storm_guard(storm_guard_status: object) -> UpdateSystemStormGuardRequest:
    """Storm Guard on or off."""
    return UpdateSystemStormGuardRequest(checks.boolean(storm_guard_status, "storm_guard_status"))


def load_control(
    name: object,
    *,
    load_name: object,
    mode: object,
    soc_low: object,
    essential_start_time: object,
    essential_end_time: object,
) -> UpdateSystemLoadControlRequest:
    """Another way to power the load on a dry contact, which `name` and `load_name` only identify."""
    body = UpdateSystemLoadControlRequest(checks.words(name, "name"))
    _needed(
        mode=mode,
        soc_low=soc_low,
        essential_start_time=essential_start_time,
        essential_end_time=essential_end_time,
    )
    if load_name is not None:
        body.load_name = checks.words(load_name, "load_name")
    if mode is not None:
        body.mode = LoadControlMode(checks.choice(mode, LoadControlMode, "mode"))
        if body.mode.startswith("Advanced_") and soc_low is None:
            msg = f"the mode {body.mode} needs soc_low: the state of charge at which the load is cut off."
            raise InvalidRequest(msg)
    if soc_low is not None:
        body.soc_low = checks.between(soc_low, 10, 90, "soc_low")
    if essential_start_time is not None:
        body.essential_start_time = checks.between(
            essential_start_time, 0, _DAY_SECONDS - 1, "essential_start_time"
        )
    if essential_end_time is not None:
        body.essential_end_time = checks.between(essential_end_time, 0, _DAY_SECONDS, "essential_end_time")
    return body


def charging(connector_id: object, charging_level: object) -> StartChargingRequestBody | Unset:
    """How to charge: numbers, which the service takes as text. Nothing where nothing was given."""
    body = StartChargingRequestBody()
    if connector_id is not None:
        body.connector_id = str(checks.between(connector_id, 1, _MOST_CONNECTORS, "connector_id"))
    if charging_level is not None:
        body.charging_level = str(checks.between(charging_level, 0, 100, "charging_level"))
    return UNSET if connector_id is None and charging_level is None else body


def _needed(**changes: object) -> None:
    if all(value is None for value in changes.values()):
        msg = f"nothing is to be changed: give at least one of {', '.join(changes)}."
        raise InvalidRequest(msg)
