"""The examples do what they say."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from enphase_cloud.mock import Server
from tests.paths import ROOT

from .running import process_environment

VARIES = r"127\.0\.0\.1:\d+|^enphase: \d+ of \d+ calls, .*$|^this minute .*$|\d\d:\d\d UTC"


def run_demo(folder: Path, *options: str, **environment: str) -> str:
    """Run it; again in the same folder, it shows the same."""
    told = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py", "--output", folder, *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, **environment},
    )
    return told.stdout


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("days", [30, pytest.param(730, marks=pytest.mark.soak)])
def test_the_demo_shows_what_a_sync_costs_and_writes_what_can_be_made_of_it(
    tmp_path: Path, days: int
) -> None:
    """So much on the Partner plan, thirty days on the free one; a second sync, at once, costs next to nothing.

    All of it is the same every time, but for the port of the server, and for which of several calls at once is
    answered first; also where somebody's own key and service are in the environment: they are not for this.
    """
    own = {"ENPHASE_API_KEY": "own", "ENPHASE_ACCESS_TOKEN": "own", "ENPHASE_BASE_URL": "https://localhost:1"}
    own |= {"ENPHASE_PLAN": "kilowatt", "ENPHASE_PROFILE": "own", "ENPHASE_DEBUG": "0"}
    shown, again = (run_demo(tmp_path, "--days", str(days), **environment) for environment in ({}, own))
    assert re.sub(VARIES, "", shown, flags=re.M) == re.sub(VARIES, "", again, flags=re.M)
    syncs = re.findall(
        r"([\d,]+|no) rows of 1 system, ([\d,]+|no) hits? \((\d+) is the least possible\)", shown
    )
    assert [hits.replace("no", "0").replace(",", "") for _, hits, _ in syncs] == [
        least for *_, least in syncs
    ]
    first, second, next_day, free, free_again = (int(least) for *_, least in syncs)
    assert first > 7 * (days // 7) + 6 + 3 * (days // 21)
    assert second == 0
    assert free_again <= 1, (
        "at ten calls a minute it took minutes: five of them are a step of the microinverters"
    )
    assert 0 < next_day < 25
    assert 7 * 4 < free < 70
    assert re.search(r"month +\d+ of 1,000 hits used", shown)
    assert {path.suffix for path in tmp_path.iterdir() if path.is_file()} == {
        ".csv", ".html", ".json", ".parquet", ".png",
    }  # fmt: skip
    assert len(rows_of(tmp_path / "days.csv")) > 0.95 * days
    assert pyarrow.parquet.read_metadata(tmp_path / "house.parquet").num_rows > 7 * 0.95 * days * 90


def test_the_first_program_reports_every_system(live_server: Server) -> None:
    told = subprocess.run(
        [sys.executable, ROOT / "examples" / "first_program.py"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=process_environment(live_server),
    )
    for system_id in live_server.service.system_ids:
        assert re.search(
            rf"^{system_id} .+\n  will cost [012] hit\(s\)\n  [\d.]+ kWh produced", told.stdout, re.M
        )
    assert re.search(r"^  [1-9]\d*\.\d kWh produced, [12] hit", told.stdout, re.M)
