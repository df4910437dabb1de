"""Archives to export from: one that was filled from the mock server, and ones whose every row is chosen."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from enphase_v4.catalog import BASE_URL, LIFETIME, TELEMETRY

from enphase_cloud import Archive, Enphase, Runtime, mock
from enphase_cloud.archive.answers import Paid
from enphase_cloud.archive.shelf import range_key
from enphase_cloud.archive.store import store_of
from enphase_cloud.flows.windows import window_of
from enphase_cloud.rows import day_number

NOW = 1_782_000_000  # 2026-06-21 00:00 UTC
DAY = 86400
KEY, TOKEN = "canary-key-5f1c", "canary-token-9b7e"
SERIES = ("production_micro", "production_meter", "consumption_meter", "battery", "energy_import")
SYSTEM = 700


class Stopped(Runtime):
    """A clock that stands still, and waits that take no time."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        pass


def opened(home: Path, base_url: str | None = None, now: float = NOW) -> Archive:
    return Archive(home=home, base_url=base_url, runtime=Stopped(now))


def fetch(server: mock.Server, home: Path, work: Callable[[Enphase], None], now: float = NOW) -> None:
    """Let a client with an archive read something."""
    with Enphase(
        api_key=KEY, access_token=TOKEN, base_url=server.url, home=home, runtime=Stopped(now)
    ) as client:
        work(client)


def at(text: str) -> int:
    """Epoch seconds of a UTC time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass
class Written:
    """An archive whose answers are written by hand."""

    home: Path
    now: int = NOW
    base_url: str = BASE_URL

    def __post_init__(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = store_of(self.home, self.base_url)
        weakref.finalize(self, self.store.close)  # Python 3.13 warns of a connection that nobody closed

    def site(
        self,
        timezone: str | None = "Europe/Berlin",
        system_id: int = SYSTEM,
        name: str = "A house",
        **more: Any,
    ) -> None:
        about = {"system_id": system_id, "name": name, "timezone": timezone, "status": "normal", **more}
        self.store.know({system_id: json.dumps(about)}, self.now)

    def telemetry(
        self,
        series: str,
        start: int,
        until: int,
        values: Callable[[int], Mapping[str, Any] | None] | Mapping[str, Any],
        *,
        serial: str | None = None,
        final: int | None = None,
        system_id: int = SYSTEM,
    ) -> None:
        """An answer with a row for each interval for whose end `values` has some, by their paths in a row."""
        operation = TELEMETRY[series]
        window = window_of(operation)
        rows = []
        for end in range(start + window.step_seconds, until + 1, window.step_seconds):
            found = values(end) if callable(values) else values
            if found is not None:
                rows.append(_nested({window.row_end: end, **found}))
        body: dict[str, Any] = {"start_at": start, "end_at": until, window.rows: rows}
        arguments: dict[str, Any] = {"system_id": system_id}
        if serial is not None:
            arguments[window.serial] = serial
        self._keep(operation.operation_id, arguments, (start, until, until if final is None else final), body)

    def lifetime(self, kind: str, first: str, values: list[int], *, final: int | None = None) -> None:
        operation = LIFETIME[kind]
        window = window_of(operation)
        begin = day_number(datetime.fromisoformat(first).date()) * DAY
        until = begin + len(values) * DAY
        body = _nested({window.answer_start: first, **{path: values for _, path in window.values}})
        arguments = {"system_id": SYSTEM} | ({"production": "all"} if kind == "production" else {})
        self._keep(operation.operation_id, arguments, (begin, until, until if final is None else final), body)

    def open(self) -> Archive:
        return opened(self.home, self.base_url, self.now)

    def _keep(
        self, operation_id: str, arguments: Mapping[str, Any], covers: tuple[int, int, int], body: Any
    ) -> None:
        key = range_key(operation_id, arguments)
        text = json.dumps(body).encode()
        asked = {"start_at": covers[0]}
        self.store.keep(Paid(key, asked, *covers, self.now, 200, 1, "application/json", text))


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in values.items():
        *steps, last = path.split(".")
        place = found
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    return found
