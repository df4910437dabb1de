"""Write docs/plot-*.png and docs/report.png: `make pictures`.

A home of the mock server at a time that stands still, fetched into an archive of its own, and shown by the commands
that a person would use. The report is photographed in Chromium; where that is missing, the old picture stays.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from enphase_cloud import Enphase, Runtime, mock

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLOTS = {"day": "2026-07-19", "month": "2026-07", "year": "2026"}
SERIES = ("production_meter", "consumption_meter", "battery", "energy_import", "energy_export")
LIFETIME = ("production", "consumption", "battery", "import", "export")
WINDOW = "1100,1500"


class StoppedClock(Runtime):
    """The world at NOW."""

    def time(self) -> float:
        return NOW.timestamp()


def main() -> int:
    """Take all of them; 1 where the report could not be photographed."""
    with tempfile.TemporaryDirectory() as folder, mock.serve(clock=NOW.timestamp(), seed=3) as server:
        home = Path(folder)
        settings: dict[str, Any] = {"api_key": "pictures", "access_token": "pictures"}
        with Enphase(**settings, base_url=server.url, home=home, runtime=StoppedClock()) as enphase:
            house = next(iter(enphase.systems()))
            for kind in LIFETIME:
                house.lifetime(kind).to_list()
            for series in SERIES:
                house.telemetry(series, start="2026-06-28").to_list()
        os.environ |= {"ENPHASE_HOME": folder, "ENPHASE_BASE_URL": server.url}
        command = [sys.executable, "-m", "enphase_cloud"]
        system = str(house.system_id)
        for period, date in PLOTS.items():
            picture = HERE / f"plot-{period}.png"
            _run([*command, "plot", system, "--period", period, "--date", date, "--to", str(picture)])
        page = home / "report.html"
        _run([*command, "report", system, "--to", str(page), "--now", NOW.isoformat()])
        return photograph(page, HERE / "report.png")


def photograph(page: Path, picture: Path) -> int:
    """What a browser shows of a page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print(f"chromium is not installed: {picture} stays as it is", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as profile:
        _run(
            [
                chromium,
                "--headless=new",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),  # it does not work for root
                f"--user-data-dir={profile}",
                f"--window-size={WINDOW}",
                f"--screenshot={picture}",
                page.as_uri(),
            ]
        )
    return 0


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL if "--headless=new" in command else None)  # noqa: S603 - ours


if __name__ == "__main__":
    sys.exit(main())
