"""Settings of a site: battery, Storm Guard, dry contacts; and whether the grid is there.

What is set is kept from the moment on at which it was set. A storm alert does not touch the battery here: with
Storm Guard on, the vendor's service would switch it to Full Backup while the alert lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from enphase_cloud.mock.fleet import DAY, FULL_BACKUP
from enphase_cloud.mock.handlers.common import json_object, status
from enphase_cloud.mock.history import History
from enphase_cloud.mock.incidents import off_grid
from enphase_cloud.mock.preferences import MODES as LOAD_MODES
from enphase_cloud.mock.preferences import Contact, shutdown_level, storm_alert
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.storage import MODES as BATTERY_MODES
from enphase_cloud.mock.storage import Storage

SWITCH = {"enabled": True, "disabled": False}
EVENT_MODE = "DR Event Active"


def battery_settings(service: Service, asked: Asked) -> dict[str, Any]:
    """What the battery is told to do."""
    history = service.history(asked)
    return _battery(service, history, _storage(history))


def update_battery_settings(service: Service, asked: Asked) -> dict[str, Any]:
    """Set what the body names, from now on. Raises RefusedError (422), and then nothing is set."""
    history = service.history(asked)
    storage, body = _storage(history), _object(asked)
    changes: dict[str, Any] = {}
    if "battery_mode" in body:
        changes["mode"] = _one_of(body, "battery_mode", BATTERY_MODES)
    if "energy_independence" in body:
        changes["independent"] = SWITCH[_one_of(body, "energy_independence", SWITCH)]
    if "reserve_soc" in body:
        mode = changes.get("mode", storage.orders(service.now).mode)
        reserve_percent = _whole(body, "reserve_soc", shutdown_level(history.home), 100)
        if mode != FULL_BACKUP:
            changes["reserve_percent"] = reserve_percent
        elif reserve_percent != 100:
            raise RefusedError(422, f"reserve_soc is 100 in {FULL_BACKUP} mode")
    if changes:
        storage.change(service.now, **changes)
        history.forget(service.now)
    return _battery(service, history, storage)


def storm_guard(service: Service, asked: Asked) -> dict[str, Any]:
    """Whether severe weather may take the battery, and whether there is any."""
    history = service.history(asked)
    _storage(history)
    return _storm_guard(service, history)


def update_storm_guard(service: Service, asked: Asked) -> dict[str, Any]:
    """Turn it on or off, from now on."""
    history = service.history(asked)
    _storage(history)
    word = _one_of(_object(asked), "storm_guard_status", SWITCH)
    history.preferences.storm_guard.change(service.now, SWITCH[word])
    return _storm_guard(service, history)


def grid_status(service: Service, asked: Asked) -> dict[str, Any]:
    """Whether the grid is there; unknown where nothing has been heard of the site for a day."""
    history, now = service.history(asked), service.now
    last = history.last_report_at(now)
    if last is None:
        raise RefusedError(422)
    return {
        "system_id": history.home.system_id,
        "grid_state": grid_state(history, now),
        "last_report_date": last,
    }


def grid_state(history: History, now: int) -> str:
    """`On Grid`, `Off Grid` or `Unknown`."""
    if status(history, now) != "normal":
        return "Unknown"
    return "Off Grid" if off_grid(history, now) else "On Grid"


def battery_mode(service: Service, storage: Storage) -> str:
    """The mode in force now, as the service calls it."""
    return EVENT_MODE if "unknown_words" in service.settings.quirks else storage.orders(service.now).mode


def load_control(service: Service, asked: Asked) -> dict[str, Any]:
    """The dry contacts and what is set for each; none where there is no system controller."""
    return _load_control(service, service.history(asked))


def update_load_control(service: Service, asked: Asked) -> dict[str, Any]:
    """Set one dry contact, from now on. Raises RefusedError (422), and then nothing is set."""
    history = service.history(asked)
    contacts, body = history.preferences.contacts.at(service.now), _object(asked)
    if "name" not in body:
        raise RefusedError(422, "name is mandatory")
    found = [index for index, each in enumerate(contacts) if each.name == body["name"]]
    if not found or body.get("load_name", contacts[found[0]].load_name) != contacts[found[0]].load_name:
        known = ", ".join(f"{each.name} ({each.load_name})" for each in contacts) or "none"
        raise RefusedError(422, f"There is no such dry contact with a load; there are: {known}")
    changed = [*contacts]
    changed[found[0]] = _set(contacts[found[0]], body)
    history.preferences.contacts.change(service.now, tuple(changed))
    return _load_control(service, history)


def _set(contact: Contact, body: Mapping[str, Any]) -> Contact:
    """The contact as the body wants it. Each mode has fields that come with it."""
    if "mode" in body:
        mode = _one_of(body, "mode", LOAD_MODES)
        needed = ("essential_start_time", "essential_end_time") if mode == "Scheduled" else ()
        for name in ("soc_low",) if mode.startswith("Advanced") else needed:
            if name not in body:
                raise RefusedError(422, f"{name} is mandatory for {mode} mode")
        contact = replace(contact, mode=mode)
    if "soc_low" in body:
        contact = replace(contact, soc_low=_whole(body, "soc_low", 10, 90))
    if "essential_start_time" in body:
        contact = replace(contact, starts_at=_whole(body, "essential_start_time", 0, DAY))
    if "essential_end_time" in body:
        contact = replace(contact, ends_at=_whole(body, "essential_end_time", 0, DAY))
    return contact


def _storage(history: History) -> Storage:
    """The batteries that can be told something. Raises RefusedError (422) where there are none."""
    battery = history.home.battery
    if history.storage is None or battery is None or battery.kind != "encharge":
        raise RefusedError(422)
    return history.storage


def _battery(service: Service, history: History, storage: Storage) -> dict[str, Any]:
    orders = storage.orders(service.now)
    return {
        "system_id": history.home.system_id,
        "battery_mode": battery_mode(service, storage),
        "reserve_soc": 100 if orders.mode == FULL_BACKUP else orders.reserve_percent,
        "energy_independence": _word(orders.independent),
        "charge_from_grid": _word(orders.from_grid),
        "battery_shutdown_level": shutdown_level(history.home),
    }


def _storm_guard(service: Service, history: History) -> dict[str, Any]:
    on = history.preferences.storm_guard.at(service.now)
    alert = storm_alert(history.home, service.now)
    waiting = on and not alert and "unknown_words" in service.settings.quirks
    return {
        "system_id": history.home.system_id,
        "storm_guard_status": "Enabled (Inactive)" if waiting else _word(on),
        "storm_alert": "true" if alert else "false",
    }


def _load_control(service: Service, history: History) -> dict[str, Any]:
    words = "word_booleans" in service.settings.quirks
    return {
        "system_id": history.home.system_id,
        "load_control_data": [
            {
                "name": each.name,
                "load_name": each.load_name,
                "owner_can_override": str(each.owner_can_override).lower()
                if words
                else each.owner_can_override,
                "mode": each.mode,
                "soc_low": each.soc_low,
                "soc_high": each.soc_high,
                "status": "enabled",
                "essential_start_time": each.starts_at,
                "essential_end_time": each.ends_at,
            }
            for each in history.preferences.contacts.at(service.now)
        ],
    }


def _word(on: bool) -> str:
    return "enabled" if on else "disabled"


def _object(asked: Asked) -> dict[str, Any]:
    found = json_object(asked.body)
    if found is None:
        raise RefusedError(422, "The body must be a JSON object")
    return found


def _one_of(body: Mapping[str, Any], name: str, allowed: Mapping[str, Any] | tuple[str, ...]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise RefusedError(422, f"{name} must be one of {', '.join(allowed)}")
    return value


def _whole(body: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RefusedError(422, f"{name} must be a whole number from {least} to {most}")
    return value
