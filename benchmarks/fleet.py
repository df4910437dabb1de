"""A service with any number of systems, in this process: it answers from slices of rows that were written before.

What a system has measured is told by its number: one of a few years that differ, so that no two neighbours compress
alike. Time is virtual: whoever waits moves it on.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from functools import cache
from typing import Any

import httpx
from enphase_v4.catalog import TELEMETRY

from enphase_cloud import Runtime

DAY, WEEK, STEP = 86400, 604800, 900
NOW = 1_793_491_200  # 2026-11-01 00:00 UTC: a month begins
END = NOW + 10 * DAY
OPERATIONAL = NOW - 800 * DAY
FIRST = 700_000_001
SIX = ("production_meter", "consumption_meter", "battery", "energy_import", "energy_export", "rgm")
"""The series of 15 minutes that a site has."""
YEARS = 4
"""So many differ."""

_SYSTEM = "/api/v4/systems/{system_id}/"
_SERIES = {TELEMETRY[series].path.removeprefix(_SYSTEM): series for series in SIX}
_LIFETIMES = {
    "energy_lifetime": ("production",),
    "consumption_lifetime": ("consumption",),
    "battery_lifetime": ("charge", "discharge"),
    "energy_import_lifetime": ("import",),
    "energy_export_lifetime": ("export",),
}
_DEVICES = {
    "meters": [{"config_type": "Production"}, {"config_type": "Net"}],
    "encharges": [{"product_name": "IQ Battery 5P"}],
}
"""Of each home: what a sync without a choice finds seven series by, and five of lifetimes."""


class Time(Runtime):
    """Virtual time. Each thread sleeps from the moment that it last looked at the clock, so that eight of them that
    wait for the same minute wait one minute."""

    def __init__(self, now: float, wire: httpx.MockTransport) -> None:
        self.now, self.wire = now, wire
        self._looked: dict[int, float] = {}
        self._lock = threading.Lock()

    def time(self) -> float:
        with self._lock:
            self._looked[threading.get_ident()] = self.now
            return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now = max(self.now, self._looked.get(threading.get_ident(), self.now) + seconds)

    def chance(self) -> float:
        return 0.5


@cache
def rows(series: str, year: int, start: int) -> list[bytes]:
    """The rows of a series from then on, in order, as the service writes them."""
    chance = random.Random(f"{series} {year}")  # noqa: S311 - some numbers
    return [_row(series, at, chance) for at in range(start + STEP, END + 1, STEP)]


def _row(series: str, at: int, chance: random.Random) -> bytes:
    hour = at % DAY / 3600
    sun = max(0, int((1 - abs(hour - 12) / 6) * 900))
    energy = sun and chance.randrange(sun // 2, sun + 1)
    used = chance.randrange(60, 500)
    reporting = {"devices_reporting": 1}
    row: dict[str, Any] = {"end_at": at}
    if series in {"production_meter", "rgm"}:
        row |= reporting | {"wh_del": energy}
    elif series == "consumption_meter":
        row |= reporting | {"enwh": used}
    elif series == "battery":
        row |= {"charge": {"enwh": energy // 2} | reporting, "discharge": {"enwh": used // 2} | reporting}
        row |= {"soc": {"percent": chance.randrange(100)} | reporting}
    else:
        row |= {"wh_imported" if series == "energy_import" else "wh_exported": used if energy else energy}
    return json.dumps(row, separators=(",", ":")).encode()


class Fleet:
    """The service, and how many calls it was asked."""

    def __init__(self, systems: int, days: int) -> None:
        """So many systems, with what they have measured for so many days."""
        self.systems = systems
        self.start = NOW - (days + 8) * DAY
        self.runtime = Time(NOW, httpx.MockTransport(self.answer))
        self._lock = threading.Lock()
        self.calls = 0
        self.seconds = 0.0
        """What it took to answer: of the processor, and none of ours."""
        self.dies_at: int | None = None
        """The call at which the process that asks dies."""

    @property
    def ids(self) -> range:
        return range(FIRST, FIRST + self.systems)

    def answer(self, request: httpx.Request) -> httpx.Response:
        began = time.thread_time()
        with self._lock:
            self.calls += 1
        if self.calls == self.dies_at:
            os._exit(9)  # nobody is told, and nothing is put in order
        body = self._body(request.url.path.removeprefix("/api/v4/systems").strip("/"), request.url.params)
        response = httpx.Response(200, content=body, headers={"content-type": "application/json"})
        with self._lock:
            self.seconds += time.thread_time() - began
        return response

    def _body(self, path: str, asked: Any) -> bytes:
        if not path:
            return self._page(int(asked["page"]), int(asked["size"]))
        system, _, what = path.partition("/")
        if what in _SERIES:
            return self._telemetry(int(system), _SERIES[what], asked)
        about: dict[str, Any] = {"system_id": int(system)}
        if what in _LIFETIMES:
            days = int(self.runtime.now - OPERATIONAL) // DAY
            about |= {"start_date": time.strftime("%Y-%m-%d", time.gmtime(OPERATIONAL)), "meta": self._meta}
            about |= {name: [8000 + day % 900 for day in range(days)] for name in _LIFETIMES[what]}
        elif what == "devices":
            found = {
                name: [{"id": n, "serial_number": f"{system}{n}", **each} for n, each in enumerate(of_class)]
                for name, of_class in _DEVICES.items()
            }
            about |= {"total_devices": sum(map(len, found.values())), "items": "devices", "devices": found}
        elif what in {"events", "alarms"}:
            about |= {"start_time": int(asked["start_time"]), "end_time": int(asked["end_time"])}
            about |= {"items": what, what: []}
        else:
            raise AssertionError(path)
        return json.dumps(about).encode()

    def _telemetry(self, system: int, series: str, asked: Any) -> bytes:
        start = int(asked["start_at"]) // STEP * STEP
        widest = DAY if asked.get("granularity") == "day" else WEEK
        end = min(int(asked.get("end_at", start + widest)), int(self.runtime.now) // STEP * STEP)
        found = rows(series, system % YEARS, self.start)[
            (start - self.start) // STEP : (end - self.start) // STEP
        ]
        nested = series in {"energy_import", "energy_export"}
        return b"".join(
            (
                b'{"system_id":%d,"granularity":"week","total_devices":1,' % system,
                b'"start_at":%d,"end_at":%d,"items":"intervals","intervals":' % (start, end),
                b"[[" if nested else b"[",
                b",".join(found),
                b"]]" if nested else b"]",
                b"" if series == "production_meter" else b',"meta":' + json.dumps(self._meta).encode(),
                b"}",
            )
        )

    @property
    def _meta(self) -> dict[str, Any]:
        now = int(self.runtime.now)
        return {
            "status": "normal",
            "last_report_at": now,
            "last_energy_at": now,
            "operational_at": OPERATIONAL,
        }

    def _page(self, page: int, size: int) -> bytes:
        ids = self.ids[(page - 1) * size : page * size]
        listed = [
            {"system_id": each, "name": f"Home {each}", "timezone": "US/Pacific", **self._meta}
            | {"connection_type": "ethernet", "reference": f"{each}", "energy_lifetime": -1}
            for each in ids
        ]
        told = {"total": self.systems, "current_page": page, "size": size, "count": len(ids)}
        return json.dumps(told | {"items": "systems", "systems": listed}).encode()
