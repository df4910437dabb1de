"""Events, the alarms that they raise, and what the types of both mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from enphase_cloud.mock.fleet import DAY, draw
from enphase_cloud.mock.history import History
from enphase_cloud.mock.incidents import (
    EVENT_TYPES,
    LONGEST_BEFORE_ALARM,
    EventType,
    Incident,
    incidents,
)
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.windows import FUTURE, longest_window, parse_epoch

INVALID = "Requested date range is invalid for this system"


def system_events(service: Service, asked: Asked) -> dict[str, Any]:
    """The events that began in the window, one for each device."""
    history, now = service.history(asked), service.now
    start, end = _window(service, asked.query, longest_window("listSystemEvents"))
    found = incidents(history, start, end, now)
    events = [_event(each, serial) for each in found for serial in each.serials]
    return {"system_id": history.home.system_id, "events": events}


def system_alarms(service: Service, asked: Asked) -> dict[str, Any]:
    """The alarms that were raised in the window: those that are active, or those that were cleared."""
    history, now = service.history(asked), service.now
    start, end = _window(service, asked.query, longest_window("listSystemAlarms"))
    cleared = _boolean(asked.query, "cleared")
    found = incidents(history, start - LONGEST_BEFORE_ALARM, end, now)
    alarms = [
        _alarm(history, each, raised) for each in found if (raised := _raised_at(each, now)) is not None
    ]
    shown = [
        each for each in alarms if start <= each["alarm_start_time"] < end and each["cleared"] == cleared
    ]
    shown.sort(key=lambda each: (each["alarm_start_time"], each["id"]))
    return {"system_id": history.home.system_id, "alarms": shown}


def event_types(_: Service, asked: Asked) -> dict[str, Any]:
    """What events mean: all types, or one. There is no 422 here: what is no id is no type."""
    text = asked.query.get("event_type_id")
    shown = [each for each in EVENT_TYPES if text in (None, str(each.id))]
    if not shown:
        raise RefusedError(404, f'Event type not found for {{:id=>"{text}"}}')
    return {"event_types": [_event_type(each) for each in shown]}


def _window(service: Service, query: Mapping[str, str], longest: int) -> tuple[int, int]:
    """Start and end, epoch seconds, at most `longest` apart. Raises RefusedError (422)."""
    if not query.get("start_time"):
        raise RefusedError(422, "start_time is required")
    now = service.now
    start = parse_epoch(query["start_time"])
    end = parse_epoch(query["end_time"]) if "end_time" in query else min(start + DAY, now)
    if start > now:
        raise RefusedError(422, FUTURE)
    if not 0 <= end - start <= longest:
        raise RefusedError(422, INVALID)
    months = service.settings.log_lookback_months
    if start < (datetime.fromtimestamp(now, UTC) - relativedelta(months=months)).timestamp():
        raise RefusedError(422, f"start_time can not be older than {months} months")
    return start, min(end, now)


def _boolean(query: Mapping[str, str], name: str) -> bool:
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise RefusedError(422, f"{name} must be true or false, not '{text}'")
    return text == "true"


def _event(incident: Incident, serial: str) -> dict[str, Any]:
    status = "Closed" if incident.end is not None else "Open" if incident.type.stateful else "Info"
    return {
        "status": status,
        "event_type_id": incident.type.id,
        "event_start_time": incident.start,
        "event_end_time": incident.end,
        "serial_number": serial,
    }


def _raised_at(incident: Incident, now: int) -> int | None:
    """When the incident raised an alarm; None where it has not."""
    after = incident.type.alarm_after
    if after is None or (now if incident.end is None else incident.end) < incident.start + after:
        return None
    return incident.start + after


def _alarm(history: History, incident: Incident, raised_at: int) -> dict[str, Any]:
    number = draw(history.home.system_id, "alarm", incident.type.id, incident.start) % 9_000_000_000
    return {
        "id": str(1_000_000_000 + number),
        "cleared": incident.end is not None,
        "severity": incident.type.severity,
        "events": [
            {"serial_number": serial, "start_date": incident.start, "end_date": incident.end}
            for serial in incident.serials
        ],
        "event_type_id": incident.type.id,
        "alarm_start_time": raised_at,
        "alarm_end_time": incident.end,
    }


def _event_type(known: EventType) -> dict[str, Any]:
    return {
        "event_type_id": known.id,
        "event_type_key": known.key,
        "stateful": known.stateful,
        "event_name": known.name,
        "event_description": known.description,
        "recommended_action": known.action,
    }
