"""Three homes of the mock server, and an archive of what they measured, at a time that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from enphase_cloud import Archive, Enphase, Runtime, mock
from enphase_cloud.look.readings import Readings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY, TOKEN = "canary-key-1c0d", "canary-token-77aa"
SERIES = ("production_meter", "consumption_meter", "battery", "energy_import", "energy_export")
LIFETIME = ("production", "consumption", "battery", "import", "export")
WHOLE, MICROS, GAPPED = 0, 4, 6
"""Homes of the fleet: one with everything, one without meters, one with hours that were never reported."""
GAP_DAY = date(2025, 10, 10)


class StoppedClock(Runtime):
    """The world at NOW."""

    def time(self) -> float:
        return NOW.timestamp()


@dataclass(frozen=True)
class Kept:
    """A server, and a folder with an archive of what it said."""

    server: mock.Server
    home: Path
    opened: ExitStack = field(default_factory=ExitStack)
    """The archives that are read, and closed at the end."""

    def archive(self, home: Path | None = None) -> Archive:
        opened = Archive(home or self.home, base_url=self.server.url, runtime=StoppedClock())
        return self.opened.enter_context(opened)

    def enphase(self, home: Path) -> Enphase:
        return Enphase(
            api_key=KEY, access_token=TOKEN, base_url=self.server.url, home=home, runtime=StoppedClock()
        )

    def history(self, index: int) -> Any:
        """What the world knows of a home."""
        return self.server.service.histories[index]

    def system_id(self, index: int) -> int:
        return self.server.service.system_ids[index]

    def readings(self, index: int) -> Readings:
        return Readings(self.archive().system(self.system_id(index)), NOW)

    def copied(self, folder: Path) -> Path:
        """The archive as another home, that may be changed."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.home / "archive.sqlite3", folder)
        return folder

    def renamed(self, folder: Path, name: str) -> Path:
        """A copy in which the service has told another name for the first home."""
        self.copied(folder)
        told = {
            "system_id": self.system_id(WHOLE),
            "name": name,
            "timezone": "US/Pacific",
            "status": "normal",
        }
        page = {"total": 1, "current_page": 1, "size": 10, "count": 1, "items": "systems", "systems": [told]}
        self.server.service.fail_next(1, status=200, body=page, operation="listSystems")
        with self.enphase(folder) as enphase:
            assert [system.name for system in enphase.systems()] == [name]
        return folder


@contextmanager
def kept(home: Path) -> Iterator[Kept]:
    """Fetch what the tests look at: lifetime series, and the intervals of the time in which something happens."""
    with mock.serve(clock=NOW.timestamp(), seed=3, api_key=KEY, access_token=TOKEN) as server:
        world = Kept(server, home)
        with world.enphase(home) as enphase:
            systems = list(enphase.systems())
            for index, start in ((WHOLE, "2026-02-22"), (GAPPED, "2025-10-01"), (MICROS, "2026-10-25")):
                for kind in LIFETIME:
                    list(systems[index].lifetime(kind, on_error="gap"))
                for series in ("production_micro",) if index == MICROS else SERIES:
                    end = "2025-11-01" if index == GAPPED else None
                    list(systems[index].telemetry(series, start=start, end=end))
        world.archive().close()
        with world.opened:
            yield world
