"""The examples do what they say."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

from enphase_cloud.mock import Server
from tests.paths import ROOT

from .running import process_environment


def run_demo(folder: Path) -> str:
    told = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py", "--output", folder],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return told.stdout


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


def test_the_demo_shows_thirty_days_and_what_they_cost(tmp_path: Path) -> None:
    shown = run_demo(tmp_path)
    days = re.findall(r"^(2026-1[01]-\d\d) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", shown, re.M)
    assert len(days) == 30
    for _, production, consumption, charged, discharged, lifetime in days:
        assert production == lifetime
        assert min(map(float, (consumption, charged, discharged))) > 0
    charged_kwh, discharged_kwh = (sum(float(day[column]) for day in days) for column in (3, 4))
    assert 0.9 < discharged_kwh / charged_kwh < 1
    hits = dict(re.findall(r"^  ([a-z_ ]+?) +(\d+)$", shown, re.M))
    assert {name: hits[name] for name in ("production_meter", "consumption_meter", "battery")} == {
        "production_meter": "5",
        "consumption_meter": "5",
        "battery": "5",
    }
    assert hits["lifetime production"] == "1"
    total = sum(map(int, hits.values()))
    assert f"Hits: {total} " in shown
    assert f"journal has {total} calls" in shown


def test_the_demo_writes_intervals_and_days_that_agree(tmp_path: Path) -> None:
    run_demo(tmp_path)
    for series in ("production_meter", "consumption_meter", "battery"):
        ends = [row["end"] for row in rows_of(tmp_path / f"{series}.csv")]
        assert len(ends) == len(set(ends)) == 30 * 96 + 4  # the clocks go back in these days
    days = rows_of(tmp_path / "days.csv")
    assert len(days) == 30
    for name in ("production_wh", "consumption_wh", "charge_wh", "discharge_wh"):
        assert [day[name] for day in days] == [day[f"lifetime_{name}"] for day in days]
    production = sum(int(row["energy_wh"]) for row in rows_of(tmp_path / "production_meter.csv"))
    assert production == sum(int(row["energy_wh"]) for row in rows_of(tmp_path / "lifetime_production.csv"))


def test_the_demo_is_the_same_every_time(tmp_path: Path) -> None:
    assert run_demo(tmp_path) == run_demo(tmp_path)


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
            rf"^{system_id} .+\n  will cost [12] hit\(s\)\n  [\d.]+ kWh produced", told.stdout, re.M
        )
    assert re.search(r"^  [1-9]\d*\.\d kWh produced, [12] hit", told.stdout, re.M)
