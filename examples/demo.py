"""Thirty days of a house, without an account: what `make demo` shows.

It starts the mock server in this process, at a time that stands still, so that it shows the same every time; picks a
system with a battery; fetches its production, consumption and battery in intervals of 15 minutes and, independent of
that, by day; adds the intervals up to days of the site's own calendar, and lays the two side by side. All of it
through the client that talks to the real service.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from enphase_cloud import Enphase, EnphaseError, Runtime, mock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from enphase_cloud import DayRow, Row, System

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = 30
STEP = timedelta(minutes=15)
SERIES = ("production_meter", "consumption_meter", "battery")
LIFETIME = ("production", "consumption", "battery")
COLUMNS = ("production_wh", "consumption_wh", "charge_wh", "discharge_wh")

Days = dict[date, dict[str, float]]
"""Energies in Wh by local date and column."""


class StoppedClock(Runtime):
    """The world, at a time that stands still: the server's."""

    def time(self) -> float:
        return NOW.timestamp()


class Hits:
    """What was asked and what it cost, in order."""

    def __init__(self) -> None:
        self.spent: list[tuple[str, int]] = []

    def add(self, what: str, count: int) -> None:
        self.spent.append((what, count))

    @property
    def total(self) -> int:
        return sum(count for _, count in self.spent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 where the figures agree."""
    parser = argparse.ArgumentParser(description="Thirty days of a house, from the mock server.")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder for the CSV files")
    folder: Path = parser.parse_args(arguments).output
    folder.mkdir(parents=True, exist_ok=True)
    with mock.serve(clock=NOW.timestamp()) as server:
        print(f"A mock server plays the Enphase cloud; its clock stands at {NOW:%Y-%m-%d %H:%M} UTC.")
        settings: dict[str, Any] = {
            "api_key": "demo-key",
            "access_token": "demo-token",
            "home": folder / "home",  # the ledger of the quota; else it is the one of whoever runs this
        }
        with Enphase(**settings, base_url=server.url, runtime=StoppedClock()) as enphase:
            system_id, good = show(enphase, folder, server.service)
    print(closing_words(folder, system_id))
    return 0 if good else 1


def show(enphase: Enphase, folder: Path, service: mock.Service) -> tuple[int, bool]:
    """Fetch, print and write everything; the system that was picked, and whether all figures agree."""
    hits = Hits()
    house = house_with_battery(enphase, hits)
    zone = ZoneInfo(house.timezone or "UTC")
    end = NOW.astimezone(zone).date()
    start = end - timedelta(days=DAYS)
    print(
        f"{house.name}, system {house.system_id}: {start} to {end - timedelta(days=1)}, days of {zone.key}.\n"
    )

    measured: Days = defaultdict(dict)
    for series in SERIES:
        rows = house.telemetry(series, start=start, end=end)
        intervals = list(rows)
        hits.add(series, rows.hits)
        write(folder / f"{series}.csv", intervals)
        add_up(measured, series, intervals, zone)
    told: Days = defaultdict(dict)
    for kind in LIFETIME:
        days = house.lifetime(kind, start=start, end=end)
        by_day = list(days)
        hits.add(f"lifetime {kind}", days.hits)
        write(folder / f"lifetime_{kind}.csv", by_day)
        for day in by_day:
            for column, energy_wh in energies(kind, day):
                told[day.date][column] = energy_wh
    print_days(measured, told)
    write_days(folder / "days.csv", measured, told)

    agree = measured == told and len(measured) == DAYS
    print(
        "\nEvery day's intervals add up to the lifetime series, to the watt-hour."
        if agree
        else "\nThe intervals and the lifetime series DO NOT agree."
    )
    print(f"\nHits: {hits.total} ({DAYS} days of intervals are 5 windows of a week or less)")
    for what, count in hits.spent:
        print(f"  {what:<22}{count:>3}")
    seen = len(service.journal)
    print(f"The server's own journal has {seen} calls.")
    return house.system_id, agree and seen == hits.total


def house_with_battery(enphase: Enphase, hits: Hits) -> System:
    """The first system that has a battery: one hit for the list, one for the devices of each that is looked at."""
    hits.add("systems", 1)
    for system in enphase.systems():
        devices = system.devices()
        hits.add("devices", 1)
        if any(device.device_type == "encharges" for device in devices):
            return system
    raise EnphaseError("no system of the mock server has a battery")


def add_up(days: Days, series: str, rows: Iterable[Row], zone: ZoneInfo) -> None:
    """Add intervals to the local days in which they begin. Rows are named by their end, in UTC."""
    for row in rows:
        day = days[(row.end - STEP).astimezone(zone).date()]
        for column, energy_wh in energies(series, row):
            day[column] = day.get(column, 0) + energy_wh


def energies(series: str, row: Row | DayRow) -> Iterable[tuple[str, float]]:
    """The columns that a row of a series has something for, and the Wh; what was not measured counts nothing."""
    if series == "battery":
        return (("charge_wh", row.charge_wh or 0), ("discharge_wh", row.discharge_wh or 0))
    return ((f"{series.removesuffix('_meter')}_wh", row.energy_wh or 0),)


def print_days(measured: Days, told: Days) -> None:
    """The days in kWh, the lifetime series' production beside the sum of the intervals."""
    headings = ("production", "consumption", "charged", "discharged", "lifetime production")
    print(f"{'kWh':<12}" + "".join(f"{heading:>{len(heading) + 3}}" for heading in headings))
    table = {
        day.isoformat(): [*shown(measured[day]), told[day].get("production_wh", 0)]
        for day in sorted(measured)
    }
    table[f"{len(table)} days"] = [sum(column) for column in zip(*table.values(), strict=True)]
    for name, figures in table.items():
        cells = zip(headings, figures, strict=True)
        print(f"{name:<12}" + "".join(f"{wh / 1000:>{len(heading) + 3}.2f}" for heading, wh in cells))


def shown(day: dict[str, float]) -> list[float]:
    return [day.get(column, 0) for column in COLUMNS]


def write(path: Path, rows: Sequence[Row] | Sequence[DayRow]) -> None:
    """Rows as CSV: times and dates in ISO 8601, energies in Wh."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if rows:
            writer.writerow(rows[0]._fields)
        for row in rows:
            first, *values = row._asdict().values()
            writer.writerow([first.isoformat(), *values])


def write_days(path: Path, measured: Days, told: Days) -> None:
    """The table as CSV, in Wh."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", *COLUMNS, *(f"lifetime_{column}" for column in COLUMNS)])
        for day in sorted(measured):
            writer.writerow([day, *shown(measured[day]), *shown(told[day])])


def closing_words(folder: Path, system_id: int) -> str:
    files = "\n".join(f"  {file.as_posix()}" for file in sorted(folder.glob("*.csv")))
    programs = Path(sys.executable).parent
    if programs.is_relative_to(Path.cwd()):
        programs = programs.relative_to(Path.cwd())
    return f"""
Written:
{files}

Next, the same service on your own:
  {programs / "enphase"} mock
and in another terminal, after the three export lines that it prints:
  {programs / "enphase"} systems
  {programs / "enphase"} lifetime {system_id} battery
  {programs / "enphase"} telemetry --help
  {programs / "python"} examples/first_program.py
With an account: leave ENPHASE_BASE_URL out, and run `enphase login` (docs/connecting.md)."""


if __name__ == "__main__":
    sys.exit(main())
