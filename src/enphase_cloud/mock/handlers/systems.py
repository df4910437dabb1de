"""Systems: the list and its pages, search, one system, its summary, its devices."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from enphase_cloud.mock.accounts import Caller
from enphase_cloud.mock.activations import Activation
from enphase_cloud.mock.devices import inventory
from enphase_cloud.mock.facts import paging_of
from enphase_cloud.mock.handlers.common import (
    UNKNOWN_STATUS,
    operational_at,
    present,
    status_word,
    whole_number,
)
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.windows import FUTURE, parse_date

SORTING = (
    "The sorting parameter is not supported. Please use id for sorting by Asc or -id for sorting by Desc"
)
SEARCHABLE = ("ids", "name", "reference", "other_reference", "statuses")
EMPTY: tuple[object, ...] = ("", [])
STATUSES = frozenset(
    {
        *("normal", "comm", "micro", "power", "meter", "meter_issue", "battery", "storage_idle"),
        *("enpower", "enpower_issue", "encharge", "encharge_issue"),
    }
)


def list_systems(service: Service, asked: Asked) -> dict[str, Any]:
    """A page of the fleet."""
    return _page(
        service, asked, "listSystems", service.seen_by(asked.caller), asked.query.get("sort_by", "id")
    )


def search_systems(service: Service, asked: Asked) -> dict[str, Any]:
    """A page of the systems that meet every criterion; empty criteria are ignored, unknown ones refused."""
    try:
        body = json.loads(asked.body or b"null")
    except (ValueError, RecursionError):
        raise RefusedError(422, "Failed to parse the JSON body") from None
    criteria = body.get("system") if isinstance(body, dict) else None
    if not isinstance(criteria, dict):
        raise RefusedError(422, "system is missing at Json body location")
    unknown = sorted((set(body) - {"system", "sort_by"}) | (set(criteria) - set(SEARCHABLE)))
    if unknown:
        raise RefusedError(422, f"Invalid keys: {', '.join(unknown)}")
    quirks = service.settings.quirks
    for name, value in criteria.items():
        if value not in EMPTY and not _valid(name, value, quirks):
            raise RefusedError(422, f"{name} is invalid")
    found = [each for each in service.seen_by(asked.caller) if _meets(each, criteria, service, asked.caller)]
    sort_by = "id" if body.get("sort_by", "") in EMPTY else body["sort_by"]
    page = _page(service, asked, "searchSystems", found, sort_by)
    for system in page["systems"]:
        del system["address"]["city"]  # the search does not have it
    return page


def system_by_id(service: Service, asked: Asked) -> dict[str, Any]:
    """One system."""
    return _system(service, asked.caller, service.history(asked))


def summary_of_system(service: Service, asked: Asked) -> dict[str, Any]:
    """What the system makes now, made today (or on `summary_date`) and ever made."""
    history, now = service.history(asked), service.now
    home, day = history.home, _summary_date(service, asked, history)
    summary: dict[str, Any] = {
        "system_id": home.system_id,
        "current_power": history.production_w(now) if present(history, now) else 0,
        "energy_lifetime": history.made_wh(now),
        "energy_today": history.merged_wh(day, now),
        "last_interval_end_at": history.energy_until(now),
        "last_report_at": history.last_report_at(now),
        "modules": home.modules,
        "operational_at": operational_at(history, now),
        "size_w": home.size_w,
        "nmi": f"41{home.serial % 10**8:08d}" if home.place.country == "AU" else None,
        "source": "meter" if history.metered(now) else "microinverters",
        "status": status_word(history, now, service.settings.quirks),
        "summary_date": day.isoformat(),
    }
    if home.battery is not None:
        summary["battery_charge_w"] = home.battery.max_power_w
        summary["battery_discharge_w"] = home.battery.max_power_w
        summary["battery_capacity_wh"] = home.battery.capacity_wh
    return summary


def devices_of_system(service: Service, asked: Asked) -> dict[str, Any]:
    """The active devices by class; classes that the system lacks are left out."""
    history, now, quirks = service.history(asked), service.now, service.settings.quirks
    word = status_word(history, now, quirks)
    devices = inventory(history.home, history.last_report_at(now), status=word, quirks=quirks)
    metering = _activation(service, history).metering
    for meter in devices.get("meters", ()):
        if meter["state"] is not None and not metering.enabled(meter["serial_number"], now):
            meter["state"] = "disabled"
    return {
        "system_id": history.home.system_id,
        "total_devices": sum(map(len, devices.values())),
        "items": "devices",
        "devices": devices,
    }


def _page(
    service: Service, asked: Asked, operation: str, found: Iterable[History], sort_by: object
) -> dict[str, Any]:
    paging = paging_of(operation)
    largest = service.settings.search_max_size if operation == "searchSystems" else paging.max_size
    page = whole_number(asked.query, "page", 1, None)
    size = whole_number(asked.query, "size", paging.default_size, largest)
    if sort_by not in ("id", "-id"):
        raise RefusedError(422, f"Invalid request because of '{SORTING}'")
    ordered = sorted(found, key=lambda each: each.home.system_id, reverse=sort_by == "-id")
    shown = ordered[(page - 1) * size : page * size]
    return {
        "total": len(ordered),
        "current_page": page,
        "size": size,
        "count": len(shown),
        "items": "systems",
        "systems": [_system(service, asked.caller, each) for each in shown],
    }


def _system(service: Service, caller: Caller, history: History) -> dict[str, Any]:
    home, now = history.home, service.now
    activation = _activation(service, history)
    entered = activation.entered
    return {
        "system_id": home.system_id,
        "name": entered["system_name"],
        "public_name": f"{entered['system_type'].capitalize()} System",
        "timezone": home.place.timezone,
        "address": {
            "city": entered["address"]["city"],
            "state": entered["address"]["state"] or None,
            "country": entered["address"]["country"],
            "postal_code": entered["address"]["postal_code"],
        },
        "connection_type": home.connection,
        "energy_lifetime": -1,
        "energy_today": -1,
        "system_size": -1,
        "status": status_word(history, now, service.settings.quirks),
        "last_report_at": history.last_report_at(now),
        "last_energy_at": history.energy_until(now),
        "operational_at": operational_at(history, now),
        "attachment_type": entered["attachment_type"] or None,
        "interconnect_date": _interconnected(service, history, entered["interconnect_date"]),
        **_references(service, caller, activation),
    }


def _activation(service: Service, history: History) -> Activation:
    """What the system was made from."""
    found = service.activations.find(history.home.system_id)
    assert found is not None  # noqa: S101 - every system has one
    return found


def _references(service: Service, caller: Caller, activation: Activation) -> dict[str, Any]:
    """What companies call the system. A token that the server did not issue sees what the installer does."""
    user = service.people.installer if caller.owner is None else service.people.of(caller.owner)
    return service.activations.names(activation, user)


def _interconnected(service: Service, history: History, since: int | None) -> str | int | None:
    """The day on which the connection was approved; nobody knows of one before the system has reported."""
    if since is None or history.last_report_at(service.now) is None:
        return None
    return since if "interconnect_epoch" in service.settings.quirks else history.date_at(since).isoformat()


def _summary_date(service: Service, asked: Asked, history: History) -> date:
    """The local date that a summary is of. Raises RefusedError (422) for what is no date, or in the future."""
    today = history.date_at(service.now)
    if "summary_date" not in asked.query or not service.settings.dated_summary:
        return today
    day = parse_date(asked.query["summary_date"])
    if day > today:
        raise RefusedError(422, FUTURE)
    return day


def _valid(name: str, value: object, quirks: Collection[str]) -> bool:
    """Whether that is something to search for."""
    if name == "ids":
        return isinstance(value, list) and all(
            isinstance(each, int | float) and not isinstance(each, bool) and each % 1 == 0 for each in value
        )
    if name == "statuses":
        words = STATUSES | ({UNKNOWN_STATUS} if "unknown_words" in quirks else set())
        return isinstance(value, list) and all(isinstance(each, str) and each in words for each in value)
    return isinstance(value, str)


def _meets(history: History, criteria: Mapping[str, Any], service: Service, caller: Caller) -> bool:
    ids, statuses = criteria.get("ids"), criteria.get("statuses")
    activation = _activation(service, history)
    named, other = _references(service, caller, activation), criteria.get("other_reference")
    own = named.get("reference")
    word = status_word(history, service.now, service.settings.quirks)
    return (
        (not ids or activation.system_id in ids)
        and (criteria.get("name") or "").lower() in activation.entered["system_name"].lower()
        and (criteria.get("reference") or own) == own
        and (not other or other in named.get("other_references", ()))
        and (not statuses or word in statuses)
    )
