"""Systems: the list and its pages, search, one system, its summary, its devices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from enphase_v4.catalog import OPERATIONS

from enphase_cloud.mock.devices import inventory
from enphase_cloud.mock.handlers.common import operational_at, status
from enphase_cloud.mock.history import ONE_DAY, History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service

SORTING = (
    "The sorting parameter is not supported. Please use id for sorting by Asc or -id for sorting by Desc"
)
SEARCHABLE = ("ids", "name", "reference", "other_reference", "statuses")


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
    for name, value in criteria.items():
        if value and not isinstance(value, list if name in ("ids", "statuses") else str):
            raise RefusedError(422, f"{name} is invalid")
    found = [each for each in service.seen_by(asked.caller) if _meets(each, criteria, service.now)]
    return _page(service, asked, "searchSystems", found, body.get("sort_by", "id"))


def system_by_id(service: Service, asked: Asked) -> dict[str, Any]:
    """One system."""
    return _system(service.history(asked), service.now)


def summary_of_system(service: Service, asked: Asked) -> dict[str, Any]:
    """What the system makes now, made today and ever made."""
    history, now = service.history(asked), service.now
    home, last, today = history.home, history.last_report_at(now), history.date_at(now)
    lifetime_wh = today_wh = 0
    first = history.first_date
    if last is not None and first is not None:
        days = [first + timedelta(days=index) for index in range((today - first).days)]
        today_wh = history.merged_wh(today, last)
        lifetime_wh = sum(history.merged_wh(day, last) for day in days) + today_wh
    summary: dict[str, Any] = {
        "system_id": home.system_id,
        "current_power": history.production_w(now),
        "energy_lifetime": lifetime_wh,
        "energy_today": today_wh,
        "last_interval_end_at": last,
        "last_report_at": last,
        "modules": home.modules,
        "operational_at": operational_at(history, now),
        "size_w": home.size_w,
        "nmi": f"41{home.serial % 10**8:08d}" if home.place.country == "AU" else None,
        "source": "microinverters" if home.metered_at is None else "meter",
        "status": status(history, now),
        "summary_date": today.isoformat(),
    }
    if home.battery is not None:
        summary["battery_charge_w"] = home.battery.max_power_w
        summary["battery_discharge_w"] = home.battery.max_power_w
        summary["battery_capacity_wh"] = home.battery.capacity_wh
    return summary


def devices_of_system(service: Service, asked: Asked) -> dict[str, Any]:
    """The active devices by class; classes that the system lacks are left out."""
    history, now = service.history(asked), service.now
    devices = inventory(history.home, history.last_report_at(now))
    return {
        "system_id": history.home.system_id,
        "total_devices": sum(map(len, devices.values())),
        "items": "devices",
        "devices": devices,
    }


def _page(
    service: Service, asked: Asked, operation: str, found: Iterable[History], sort_by: object
) -> dict[str, Any]:
    paging = OPERATIONS[operation].paging
    if paging is None:
        raise LookupError(f"the catalog has no paging for {operation}")
    page = _whole(asked.query, "page", 1, None)
    size = _whole(asked.query, "size", paging.default_size, paging.max_size)
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
        "systems": [_system(each, service.now) for each in shown],
    }


def _whole(query: Mapping[str, str], name: str, default: int, most: int | None) -> int:
    text = query.get(name, str(default))
    known = text.isascii() and text.isdigit() and len(text) <= 9
    if not known or int(text) < 1 or (most is not None and int(text) > most):
        limit = "" if most is None else f" and at most {most}"
        raise RefusedError(422, f"{name} must be a whole number, at least 1{limit}, not '{text}'")
    return int(text)


def _system(history: History, now: int) -> dict[str, Any]:
    home, place = history.home, history.home.place
    last = history.last_report_at(now)
    first = history.first_date
    # the newer records of the service know no interconnect date
    interconnected = (first - ONE_DAY).isoformat() if first is not None and home.index % 2 == 0 else None
    reference = str(100_000_000 + home.system_id % 10_000_000)
    return {
        "system_id": home.system_id,
        "name": home.name,
        "public_name": "Residential System",
        "timezone": place.timezone,
        "address": {
            "city": place.city,
            "state": place.state,
            "country": place.country,
            "postal_code": place.postal_code,
        },
        "connection_type": ("ethernet", "wifi", "cellular")[home.index % 3],
        "energy_lifetime": -1,
        "energy_today": -1,
        "system_size": -1,
        "status": status(history, now),
        "last_report_at": last,
        "last_energy_at": last,
        "operational_at": operational_at(history, now),
        "attachment_type": ("rack_mount", "zep", None)[home.index % 3],
        "interconnect_date": interconnected,
        "reference": reference,
        "other_references": [reference],
    }


def _meets(history: History, criteria: Mapping[str, Any], now: int) -> bool:
    system = _system(history, now)
    ids, statuses = criteria.get("ids"), criteria.get("statuses")
    return (
        (not ids or system["system_id"] in ids)
        and (criteria.get("name") or "").lower() in system["name"].lower()
        and criteria.get("reference") in (None, "", system["reference"])
        and criteria.get("other_reference") in (None, "", *system["other_references"])
        and (not statuses or system["status"] in statuses)
    )
