"""Homes to be synced, on a server whose clock the tests move, by either kind of client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from enphase_cloud import Archive, AsyncEnphase, Enphase, Runtime, SyncResult, mock
from tests.facade.worlds import KEY, TOKEN

NOW = 1_795_190_400  # 2026-11-20 16:00 UTC
DAY, WEEK = 86400, 7 * 86400
SIX = ("production_meter", "consumption_meter", "battery", "energy_import", "energy_export", "rgm")
"""The series of 15 minutes that a site has."""


class Time(Runtime):
    """The time of the server; who waits moves it on."""

    def __init__(self, server: mock.Server) -> None:
        self.server = server

    def time(self) -> float:
        return self.server.service.clock()

    def sleep(self, seconds: float) -> None:
        self.server.service.clock.advance(seconds)

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)

    def chance(self) -> float:
        return 0.5


class House:
    """A server, and a home folder that is kept up to date with it."""

    def __init__(self, server: mock.Server, home: Path) -> None:
        self.server, self.home = server, home

    @property
    def ids(self) -> list[int]:
        return self.server.service.system_ids

    @property
    def calls(self) -> int:
        """What the server was asked since it was last looked at."""
        count = len(self.server.service.journal)
        self.server.service.journal.clear()
        return count

    def client(self, **more: Any) -> Enphase:
        return Enphase(**self._settings(more))

    def sync(self, *systems: int, client: dict[str, Any] | None = None, **order: Any) -> SyncResult:
        """One sync by a client of its own, as cron would run it."""
        with self.client(**(client or {})) as enphase:
            return enphase.sync(systems or None, **order)

    async def sync_async(
        self, *systems: int, client: dict[str, Any] | None = None, **order: Any
    ) -> SyncResult:
        async with AsyncEnphase(**self._settings(client or {})) as enphase:
            return await enphase.sync(systems or None, **order)

    def archive(self) -> Archive:
        return Archive(self.home, self.server.url, runtime=Time(self.server))

    def advance(self, seconds: float) -> None:
        self.server.service.clock.advance(seconds)

    def _settings(self, more: dict[str, Any]) -> dict[str, Any]:
        return {
            "api_key": KEY,
            "access_token": TOKEN,
            "base_url": self.server.url,
            "home": self.home,
            "runtime": Time(self.server),
            **more,
        }


@contextmanager
def housed(home: Path, *, homes: int = 1, now: int = NOW, **settings: Any) -> Iterator[House]:
    """Homes whose clock stands at `now`."""
    with mock.serve(seed=3, homes=homes, clock=now, api_key=KEY, access_token=TOKEN, **settings) as running:
        yield House(running, home)


def rows_of(source: Any, system_id: int, series: str, start: Any, serial: str | None = None) -> Any:
    """Rows and gaps of a range up to now."""
    rows = source.system(system_id).telemetry(series, start, serial=serial)
    return rows.to_list()
