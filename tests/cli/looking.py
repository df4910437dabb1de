"""Somebody who has fetched a few weeks of a home, and looks at them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result

from enphase_cloud import Enphase

from .running import KEY, TOKEN, Person, StoppedClock

PNG = b"\x89PNG\r\n\x1a\n"
LIFETIME = ("production", "consumption", "battery", "import", "export")
SERIES = ("production_meter", "consumption_meter", "battery", "energy_import", "energy_export")


@dataclass
class Looker:
    """A person whose home has an archive."""

    person: Person
    home: Path

    @property
    def system_id(self) -> int:
        return self.person.system_id

    @property
    def calls(self) -> int:
        return self.person.calls

    def runs(self, *arguments: object) -> Result:
        return self.person.runs(*arguments)

    def gets(self, *arguments: object) -> Result:
        return self.person.gets(*arguments)


def fetched(person: Person, kept: Path) -> None:
    """Put the lifetime series and three weeks of intervals of the first home into a folder."""
    with Enphase(
        api_key=KEY, access_token=TOKEN, base_url=person.server.url, home=kept, runtime=StoppedClock()
    ) as enphase:
        [system] = [each for each in enphase.systems() if each.system_id == person.system_id]
        for kind in LIFETIME:
            list(system.lifetime(kind))
        for series in SERIES:
            list(system.telemetry(series, start="2026-11-01"))
    person.server.service.journal.clear()


def looking(person: Person, kept: Path, home: Path) -> Looker:
    """The same for one test, in its own home."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(kept / "archive.sqlite3", home)
    return Looker(person, home)
