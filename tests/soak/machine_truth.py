"""What the mock knows of its home in the end, read past the client: raw JSON, by a second mock that is far ahead."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from starlette.applications import Starlette

from enphase_cloud import mock

from .machine_processes import stepped

SEED = 3
LATER = calendar.timegm((2028, 1, 1, 0, 0, 0))
FIRST = date(2026, 9, 1)
WEEK = 7 * 86_400
Value = float | int | None


class Source(NamedTuple):
    """Where a series is, and which field of a row of ours is where in a row of theirs."""

    path: str
    fields: dict[str, tuple[str, ...]]
    step: int = 900


SERIES = {
    "production_meter": Source("telemetry/production_meter", {"energy_wh": ("wh_del",)}),
    "production_micro": Source(
        "telemetry/production_micro", {"energy_wh": ("enwh",), "power_w": ("powr",)}, step=300
    ),
    "battery": Source(
        "telemetry/battery",
        {
            "charge_wh": ("charge", "enwh"),
            "discharge_wh": ("discharge", "enwh"),
            "soc_percent": ("soc", "percent"),
        },
    ),
    "energy_import": Source("energy_import_telemetry", {"energy_wh": ("wh_imported",)}),
}
LIFETIMES = {"production": ("energy_lifetime", "production"), "import": ("energy_import_lifetime", "import")}


def played(clock: float) -> Starlette:
    """A mock of one home that answers in this process; who waits in it moves its clock on."""

    async def sleep(seconds: float) -> None:
        app.state.service.clock.advance(seconds)

    app = mock.create_app(seed=SEED, homes=1, owners=1, clock=clock, sleep=sleep)
    return app


@cache
def _ahead() -> Starlette:
    return played(LATER)


def home_id() -> int:
    """The system."""
    found: int = _ahead().state.service.system_ids[0]
    return found


@cache
def zone() -> Any:
    """Where it is."""
    return _ahead().state.service.homes[0].zone


def get(app: Starlette, path: str, **query: object) -> Any:
    """The JSON of one call by somebody whom no plan limits."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/api/v4/systems/{home_id()}/{path}",
        "query_string": asked.encode(),
        "root_path": "",
        "headers": [(b"key", b"a-stranger"), (b"authorization", b"Bearer a-stranger")],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    stepped(app(scope, receive, send))
    assert sent[0]["status"] == 200, sent
    return json.loads(b"".join(each.get("body", b"") for each in sent[1:]))


@cache
def _week(series: str, number: int) -> dict[int, dict[str, Value]]:
    source = SERIES[series]
    rows = get(_ahead(), source.path, start_at=number * WEEK, granularity="week")["intervals"]
    flat = rows[0] if rows and isinstance(rows[0], list) else rows
    found = {}
    for row in flat:
        values = {}
        for name, place in source.fields.items():
            value = row
            for key in place:
                value = value[key]
            values[name] = value
        found[row["end_at"]] = values
    return found


def rows(series: str, after: int, until: int) -> dict[int, dict[str, Value]]:
    """The rows with `after < end <= until`, by their end."""
    found: dict[int, dict[str, Value]] = {}
    for number in range(after // WEEK, until // WEEK + 1):
        found |= _week(series, number)
    return {end: values for end, values in found.items() if after < end <= until}


@cache
def days(kind: str) -> dict[date, Value]:
    """What a lifetime series has of each date since `FIRST`."""
    path, name = LIFETIMES[kind]
    told = get(_ahead(), path, start_date=FIRST)
    first = date.fromisoformat(told["start_date"])
    return {first + timedelta(days=number): value for number, value in enumerate(told[name])}


@cache
def events(start: int) -> frozenset[tuple[int, int, str]]:
    """Type, begin and device of what began in a week from a moment on: the service gives those of nine months."""
    clock = _ahead().state.service.clock
    clock.set(start + 10 * WEEK)
    told = get(_ahead(), "events", start_time=start, end_time=start + WEEK)["events"]
    clock.set(LATER)
    return frozenset(
        (each["event_type_id"], each["event_start_time"], each["serial_number"]) for each in told
    )


def epoch(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())
