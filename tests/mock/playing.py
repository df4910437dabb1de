"""Ask a mock in process, and read what it answers the way a person would check it: rows by their end, days by date."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from enphase_cloud.mock import Service
from tests.paths import ROOT

NOW = 1_780_000_000  # 2026-05-28 20:26:40 UTC, not on any interval
AUTH = {"key": "any-key", "authorization": "Bearer any-token"}
FLOWS = {
    "production_meter": lambda row: row["wh_del"],
    "consumption_meter": lambda row: row["enwh"],
    "energy_import": lambda row: row["wh_imported"],
    "energy_export": lambda row: row["wh_exported"],
    "battery": lambda row: row["charge"]["enwh"] - row["discharge"]["enwh"],
}
PATHS = {
    "production_micro": "telemetry/production_micro",
    "production_meter": "telemetry/production_meter",
    "consumption_meter": "telemetry/consumption_meter",
    "battery": "telemetry/battery",
    "energy_import": "energy_import_telemetry",
    "energy_export": "energy_export_telemetry",
}

REFUSED_WINDOWS: list[dict[str, object]] = [
    {"start_at": NOW + 1},
    {"start_at": NOW - 3 * 366 * 86_400},
    {"start_at": "yesterday"},
    {"start_at": ""},
    {"start_at": -5},
    {"start_at": "9" * 30},
    {"start_date": "2026-05-30"},
    {"start_date": "20260525"},
    {"start_date": "2026-02-30"},
    {"start_date": "9999-12-31"},
    {"start_date": "0001-01-01"},
    {"granularity": "month"},
    {"granularity": ""},
    {"start_at": NOW - 86_400, "end_at": NOW - 86_401},
    {"start_at": NOW - 86_400, "end_at": "soon"},
]
"""Queries that no telemetry of intervals answers."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def warnings_in(records: Iterable[logging.LogRecord]) -> list[str]:
    """What was logged because something is wrong; what is said at DEBUG is not."""
    return [record.getMessage() for record in records if record.levelno >= logging.WARNING]


def ask(
    app: Starlette,
    path: str,
    query: Mapping[str, object] | bytes | None = None,
    *,
    method: str = "GET",
    headers: Mapping[str, str] = AUTH,
    body: bytes = b"",
) -> Answer:
    """One call, straight into the app; a query of bytes as it is."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query if isinstance(query, bytes) else urlencode(query or {}).encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("mock", 80),
        "client": ("test", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], names, b"".join(each.get("body", b"") for each in sent[1:]))


def service_of(app: Starlette) -> Service:
    """The state of the app."""
    service: Service = app.state.service
    return service


class Site:
    """One home of an app, with its zone."""

    def __init__(self, app: Starlette, index: int) -> None:
        self.app = app
        self.home = service_of(app).homes[index]
        self.path = f"/api/v4/systems/{self.home.system_id}"
        self.zone = ZoneInfo(self.system()["timezone"] or "UTC")

    def get(self, tail: str, **query: object) -> Any:
        """The JSON of a call that has to succeed."""
        answer = ask(self.app, f"{self.path}{tail}", query)
        assert answer.status == 200, answer
        return answer.json

    def system(self) -> Any:
        return self.get("")

    def midnight(self, day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp())

    def date_of(self, moment: int) -> date:
        """The local date at a moment."""
        return datetime.fromtimestamp(moment, self.zone).date()

    def first_date(self) -> date:
        """The local date on which the site went to work."""
        return self.date_of(self.system()["operational_at"])

    def window(self, series: str, **query: object) -> Any:
        """One answer of a series."""
        return self.get(f"/{PATHS[series]}", **query)

    def rows(self, series: str, day: date) -> dict[int, Any]:
        """The rows of a local date by their end."""
        begin, end = self.midnight(day), self.midnight(day + timedelta(days=1))
        found: dict[int, Any] = {}
        start = begin
        while start < min(end, service_of(self.app).now):
            window = self.window(series, start_at=start)
            found |= {row["end_at"]: row for row in flat(window["intervals"])}
            start = window["end_at"]
        return {row_end: row for row_end, row in found.items() if begin < row_end <= end}

    def lifetime(self, name: str, **query: object) -> Any:
        return self.get(f"/{name}_lifetime", **query)


def flat(intervals: list[Any]) -> list[Any]:
    """Rows, however nested they came."""
    return [row for each in intervals for row in (each if isinstance(each, list) else [each])]


def elsewhere(code: str, *, hash_seed: int) -> str:
    """What `code` prints in a process of its own, whose sets and dicts of text are in another order."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)},
    )
    return run.stdout.strip()
