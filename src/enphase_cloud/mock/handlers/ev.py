"""EV chargers: what there is, what they did, what they are to do.

Refusals differ from those of the other operations: what is unknown or malformed is 400, with a sentence for
each thing that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from enphase_cloud.mock.charging import Charger, Charging, Period, Stay
from enphase_cloud.mock.devices import inventory
from enphase_cloud.mock.facts import paging_of, window_of
from enphase_cloud.mock.fleet import STEP
from enphase_cloud.mock.handlers.common import json_object, status
from enphase_cloud.mock.history import ONE_DAY, History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.windows import Window, longest, span

LARGEST = 2**31 - 1  # they are declared as 32 bits
NO_SYSTEM = "Invalid system_id"
NO_CHARGER = "Invalid system_id or serial_no"
NO_PAGE = "Invalid offset/limit"
NO_GRANULARITY = "Invalid granularity"
NO_START = "Invalid start_date"
NO_DATES = "Invalid start_date/end_date"
NO_BODY = "Invalid request body"
NO_CONNECTOR = "Connector Id must be greater than 0"
NO_LEVEL = "Charging level should be in the range [0-100]"
MILES_PER_KWH, PRICE_PER_KWH = 3.5, 0.28
LENGTHS = dict(window_of("fetchEnergyConsumptionData").lengths)


def chargers_of_system(service: Service, asked: Asked) -> dict[str, Any]:
    """The chargers of a system, and what each is doing."""
    history = _history(service, asked)
    if history is None:
        raise RefusedError(400, NO_SYSTEM)
    now, quirks = service.now, service.settings.quirks & {"word_booleans"}
    heard = status(history, now) == "normal"
    listed = inventory(history.home, history.last_report_at(now), quirks=quirks).get("ev_chargers", [])
    found = [
        device
        | {
            "id": f"{charger.serial}:{history.home.system_id}",
            "status": history.charging.status(charger, now) if heard else "comm",
            "active": "true" if quirks else True,
        }
        for device, charger in zip(listed, history.charging.chargers, strict=True)
    ]
    return {
        "system_id": history.home.system_id,
        "total_devices": len(found),
        "items": "devices",
        "devices": {"ev_chargers": found} if found else {},
    }


def charger_events(service: Service, asked: Asked) -> dict[str, Any]:
    """A page of what happened, the latest first; `serial_num` narrows it to one charger."""
    history = _history(service, asked)
    problems = [NO_SYSTEM] if history is None else []
    page = _page(asked.query, "fetchEvents", problems)
    if history is None or problems:
        raise RefusedError(400, problems)
    serial = asked.query.get("serial_num")
    chargers = [each for each in history.charging.chargers if serial in (None, each.serial)]
    told = [_events(history.charging, each, service.now) for each in chargers]
    latest_first = merge(*told, key=lambda event: event["triggered_date"], reverse=True)
    events = list(islice(latest_first, page.start, page.stop))
    return {"system_id": history.home.system_id, "count": len(events), "events": events}


def charger_sessions(service: Service, asked: Asked) -> dict[str, Any]:
    """A page of the sessions that have ended, the latest first."""
    found = _charger(service, asked)
    problems = [NO_CHARGER] if found is None else []
    page = _page(asked.query, "fetchChargerSessionHistory", problems)
    if found is None or problems:
        raise RefusedError(400, problems)
    history, charger = found
    sessions = list(islice(_sessions(history.charging, charger, service.now), page.start, page.stop))
    return {"system_id": history.home.system_id, "count": len(sessions), "sessions": sessions}


def charger_schedules(service: Service, asked: Asked) -> dict[str, Any]:
    """The schedule of a charger, active or not."""
    found = _charger(service, asked)
    if found is None:
        raise RefusedError(400, NO_CHARGER)
    history, charger = found
    schedule = {
        "type": "Custom",
        "is_active": charger.scheduled,
        "reminder_flag": charger.scheduled,
        "reminder_timer": 10,
        "schedules": [_period(each) for each in charger.schedule],
    }
    return {"system_id": history.home.system_id, "charger_schedules": [schedule]}


def charger_lifetime(service: Service, asked: Asked) -> dict[str, Any]:
    """A value in Wh for each local date from `start_date` to `end_date` (yesterday where it is not given)."""
    found = _charger(service, asked)
    if found is None:
        raise RefusedError(400, [NO_CHARGER])
    history, charger = found
    today = history.date_at(service.now)
    first = _compact_date(asked.query, "start_date", None)
    last = _compact_date(asked.query, "end_date", today - ONE_DAY)
    if first is None or last is None or max(first, last) > today:
        raise RefusedError(400, [NO_DATES])
    if "end_date" in asked.query and first > last:
        raise RefusedError(400, [NO_DATES])
    until = history.energy_until(service.now) or 0
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    return {
        "system_id": history.home.system_id,
        "start_date": first.isoformat(),
        "consumption": [_day_wh(history, charger, day, until) for day in days],
    }


def charger_telemetry(service: Service, asked: Asked) -> dict[str, Any]:
    """The 15-minute intervals of a day or a week, zeroes among them; without a start: from yesterday on."""
    now, settings = service.now, service.settings
    granularity, found = asked.query.get("granularity", "day"), _charger(service, asked)
    problems = [] if granularity in LENGTHS else [NO_GRANULARITY]
    if found is None:
        raise RefusedError(400, [*problems, NO_CHARGER])
    history, charger = found
    start = _start(asked.query, history, now)
    if start is None:
        problems.append(NO_START)
    if start is None or problems:
        raise RefusedError(400, problems)
    end = min(now, start + span(granularity, STEP, longest(settings, "ev_charger")))
    if settings.stuck_windows:
        end = start
    rows = list(_rows(history, charger, start - (STEP if settings.boundary_row else 0), end, now))
    bounds: dict[str, Any] = {"start_at": start, "end_at": end}
    if "start_date" in asked.query and "start_at" not in asked.query:
        bounds = {**Window(granularity, start, end, by_date=True).dates(history)}
    return {
        "system_id": history.home.system_id,
        "granularity": granularity,
        **bounds,
        "consumption": [rows] if rows and "ev_charger" in settings.nested else rows,
    }


def start_charging(service: Service, asked: Asked) -> dict[str, Any]:
    """Accepted: some seconds later the charger charges, at `chargingLevel` percent of its power."""
    found, body = _reporting(service, asked), json_object(asked.body)
    problems = [NO_CHARGER] if found is None else []
    if body is None:
        problems.append(NO_BODY)
        body = {}
    connector, level = body.get("connectorId", "1"), body.get("chargingLevel", "100")
    if not isinstance(connector, str) or not re.fullmatch("[1-9][0-9]*", connector):
        problems.append(NO_CONNECTOR)
    if not isinstance(level, str) or not re.fullmatch("[0-9]|[1-9][0-9]|100", level):
        problems.append(NO_LEVEL)
    if found is None or problems:
        raise RefusedError(400, problems)
    history, charger = found
    history.charging.start(charger, service.now, int(level))
    return _accepted(service, history)


def stop_charging(service: Service, asked: Asked) -> dict[str, Any]:
    """Accepted: some seconds later the charger stops."""
    found = _reporting(service, asked)
    if found is None:
        raise RefusedError(400, NO_CHARGER)
    history, charger = found
    history.charging.stop(charger, service.now)
    return _accepted(service, history)


def _accepted(service: Service, history: History) -> dict[str, Any]:
    history.forget(service.now)
    return {"message": "Request sent successfully"}


def _history(service: Service, asked: Asked) -> History | None:
    """The home that the path names; None where there is none. Raises RefusedError (403) for another's."""
    history = service.find(asked.path["system_id"])
    if history is not None and not asked.caller.sees(history.home.system_id):
        raise RefusedError(403)
    return history


def _charger(service: Service, asked: Asked) -> tuple[History, Charger] | None:
    history = _history(service, asked)
    charger = None if history is None else history.charging.find(asked.path["serial_no"])
    return None if history is None or charger is None else (history, charger)


def _reporting(service: Service, asked: Asked) -> tuple[History, Charger] | None:
    """The charger that the path names; None where there is none, or its home has yet to report."""
    found = _charger(service, asked)
    return None if found is None or not found[0].metered(service.now) else found


def _events(charging: Charging, charger: Charger, now: int) -> Iterator[dict[str, Any]]:
    for stay in charging.stays_before(charger, now):
        # of what happens at once, the consequence comes before its cause
        events = sorted(
            _events_of_stay(charging, charger, stay, now), key=lambda event: event["triggered_date"]
        )
        yield from reversed(events)


def _events_of_stay(charging: Charging, charger: Charger, stay: Stay, now: int) -> Iterator[dict[str, Any]]:
    where = f"IQ EV Charger (SNo. {charger.serial})."
    # open as long as the car is there
    gone = stay.until <= now
    plugged = {"status": "Closed" if gone else "Open", "triggered_date": stay.since}
    yield plugged | ({"cleared_date": stay.until} if gone else {}) | {"details": f"Car plugged in to {where}"}
    for session in charging.sessions(charger, stay):
        begun = next((each.since for each in session.steps if each.power_w), None)
        told = [] if begun is None else [("started", begun), ("stopped", session.until)]
        for what, at in told:
            if at <= now:
                moments = {"triggered_date": at, "cleared_date": at}
                yield {"status": "Info", **moments, "details": f"Charging {what} on {where}"}


def _sessions(charging: Charging, charger: Charger, now: int) -> Iterator[dict[str, Any]]:
    for stay in charging.stays_before(charger, now):
        for session in reversed(charging.sessions(charger, stay)):
            if session.until <= now:
                energy_kwh = session.energy_wh(session.until) / 1000
                yield {
                    "start_time": session.since,
                    "end_time": session.until,
                    "duration": session.until - session.since,
                    "energy_added": energy_kwh,
                    "charge_time": session.charging_seconds,
                    "miles_added": round(energy_kwh * MILES_PER_KWH, 1),
                    "cost": round(energy_kwh * PRICE_PER_KWH, 2),
                }


def _period(period: Period) -> dict[str, Any]:
    return {
        "days": list(period.days),
        "start_time": f"{period.start // 60}:{period.start % 60:02d}",
        "end_time": f"{period.end // 60}:{period.end % 60:02d}",
        "charging_level": period.level_percent,
    }


def _day_wh(history: History, charger: Charger, day: date, until: int) -> int:
    """What a charger took on a local date, as far as it was reported at `until`."""
    midnight, installed = history.midnight(day), history.home.metered_at
    if until <= midnight or installed is None or day < history.date_at(installed - 1):
        return 0
    values = history.charging.charger_wh(charger, day, midnight, history.length(day) // STEP)
    return sum(values[: (until - midnight) // STEP])


def _rows(history: History, charger: Charger, start: int, end: int, now: int) -> Iterator[dict[str, int]]:
    first, last = history.home.metered_at, history.energy_until(now)
    if first is None or last is None:
        return
    for part in history.slices(max(start, first - STEP), min(end, last), STEP):
        count = history.length(part.day) // STEP
        values = history.charging.charger_wh(charger, part.day, part.midnight, count)
        for index in range(part.low, part.high):
            yield {"consumption": values[index], "end_at": part.midnight + (index + 1) * STEP}


def _start(query: Mapping[str, str], history: History, now: int) -> int | None:
    """Where the window begins, at a full interval; None where that cannot be, or is in the future."""
    if "start_at" in query:
        text = query["start_at"]
        start = int(text) if re.fullmatch("[0-9]{1,12}", text) else now + 1
    else:
        day = _compact_date(query, "start_date", history.date_at(now) - ONE_DAY)
        start = now + 1 if day is None else history.midnight(day)
    if start > now:
        return None
    first = history.first_date
    if first is not None and history.last_report_at(now) is not None:
        start = max(start, history.midnight(first))
    return start - start % STEP


def _compact_date(query: Mapping[str, str], name: str, default: date | None) -> date | None:
    """A date as YYYYMMDD; None where it is none, or none that a clock shows."""
    text = query.get(name)
    if text is None:
        return default
    try:
        day = date.fromisoformat(text) if re.fullmatch("[0-9]{8}", text) else None
    except ValueError:
        return None
    return day if day is not None and 1970 < day.year < 9999 else None


def _page(query: Mapping[str, str], operation: str, problems: list[str]) -> range:
    """The entries that are asked for, by number; a problem where that makes no sense."""
    numbers, size = [], paging_of(operation).default_size
    for name, default, least in (("offset", 0, 0), ("limit", size, 1)):
        text = query.get(name, str(default))
        number = int(text) if re.fullmatch("[0-9]{1,10}", text) else -1
        if not least <= number <= LARGEST and NO_PAGE not in problems:
            problems.append(NO_PAGE)
        numbers.append(number)
    offset, limit = numbers
    return range(offset, offset + limit)
