"""What is in the tables: every row, every sum, and what is missing."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from enphase_cloud import Archive, mock
from enphase_cloud.export import export

from . import reference
from .worlds import DAY, SYSTEM, Written, at, opened

HOUSE = ("production_micro", "production_meter", "consumption_meter", "battery", "energy_import")


def parquet(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def exported(archive: Archive, folder: Path, **choices: Any) -> list[dict[str, Any]]:
    to = folder / "rows.parquet"
    result = export(archive, to, **choices)
    rows = parquet(to)
    assert result.rows == len(rows)
    return rows


@pytest.fixture(scope="module")
def measured(filled: Path, service: mock.Server) -> list[dict[str, Any]]:
    """All rows of the archive."""
    with opened(filled, service.url) as archive:
        return reference.long(archive)


def test_every_row_is_there_as_it_was_measured(
    archive: Archive, measured: list[dict[str, Any]], tmp_path: Path
) -> None:
    """A row that is lost, doubled, or out of order where answers or pieces of the table meet."""
    rows = exported(archive, tmp_path)
    assert rows == measured
    assert len(rows) > 40_000


@pytest.mark.parametrize("every", ["15min", "day", "month", pytest.param("hour", marks=pytest.mark.soak)])
def test_sums_are_those_of_the_rows(archive: Archive, tmp_path: Path, every: str) -> None:
    """Energy in the wrong day where the clock changes, nights that count as missing, and means of what is not there."""
    rows = exported(archive, tmp_path, every=every)
    wanted = reference.summed(archive, every)
    assert [row["end"] for row in rows] == [row["end"] for row in wanted]
    for row, other in zip(rows, wanted, strict=True):
        assert row == {**other, "power_w": pytest.approx(other["power_w"])}
    assert any(row["intervals"] < row["expected"] for row in rows)  # the battery was left out for a while
    assert all(row["intervals"] <= row["expected"] for row in rows)


def test_days_are_those_of_the_lifetime_series(archive: Archive, tmp_path: Path) -> None:
    """Days that begin at the wrong midnight: no day's energy would be what the service says of it."""
    home = archive.systems()[0].system_id
    days = exported(archive, tmp_path, systems=[home], series=["production_meter"], every="day")
    told = exported(archive, tmp_path, systems=[home], series=["production"], kind="lifetime")
    by_date = {row["date"]: row["energy_wh"] for row in told}
    whole = [row for row in days if row["intervals"] == row["expected"]]
    assert len(whole) > 40
    assert {(row["end"] - row["start"]).total_seconds() / 3600 for row in whole} == {23, 24}
    for row in whole:
        assert row["energy_wh"] == by_date[row["start_local"].date()]


def test_a_csv_has_a_line_for_each_quarter_of_an_hour(archive: Archive, tmp_path: Path) -> None:
    """What somebody opens in a spreadsheet: one house, all series side by side, and where something is missing."""
    home = archive.systems()[0].system_id
    to = tmp_path / "house.csv"
    export(archive, to, systems=[home])
    with to.open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    long = reference.summed(archive, "15min")
    of = {(row["end"], row["series"]): row for row in long if row["system_id"] == home}
    assert len(lines) == len({end for end, _ in of})
    for line in lines:
        end = datetime.fromisoformat(line["end"])
        assert datetime.fromisoformat(line["start_local"]) == of[end, "production_meter"]["start_local"]
        for series in HOUSE:
            for value in ("energy_wh", "power_w", "charge_wh", "discharge_wh", "soc_percent"):
                name = f"{series}_{value}"
                if name in line:
                    known = of.get((end, series), {}).get(value)
                    assert line[name] == ("" if known is None else format(known, ".17g")) or float(
                        line[name]
                    ) == pytest.approx(known)
    missing = [line for line in lines if line["incomplete"]]
    assert {line["incomplete"] for line in missing} == {"battery 0/1"}
    assert all(line["battery_charge_wh"] == "" for line in missing)
    assert missing[0]["start"].startswith("2026-03-11 00:00")


def test_wide_days_say_what_they_lack(archive: Archive, tmp_path: Path) -> None:
    """A day of which half is missing would be a bad day of the battery, in silence."""
    home = archive.systems()[0].system_id
    rows = exported(archive, tmp_path, systems=[home], every="day", layout="wide")
    lacking = {row["start_local"].date(): row["incomplete"] for row in rows if row["incomplete"]}
    assert lacking[date(2026, 3, 10)] == "battery 68/96"  # it ends at midnight of UTC: 17:00 by the clock
    assert lacking[date(2026, 3, 12)] == "battery 0/96"
    assert date(2026, 3, 9) not in lacking


def test_json_says_the_same_as_parquet(archive: Archive, tmp_path: Path) -> None:
    rows = exported(archive, tmp_path, every="day")
    for name in ("rows.json", "rows.jsonl"):
        export(archive, tmp_path / name, every="day")
        text = (tmp_path / name).read_text()
        found = json.loads(text) if name == "rows.json" else [json.loads(line) for line in text.splitlines()]
        times = ("start", "end", "start_local")
        assert [
            {name: datetime.fromisoformat(value) if name in times else value for name, value in row.items()}
            for row in found
        ] == rows


def test_a_database_has_all_of_it(archive: Archive, measured: list[dict[str, Any]], tmp_path: Path) -> None:
    export(archive, tmp_path / "house.duckdb")
    with duckdb.connect(str(tmp_path / "house.duckdb"), read_only=True) as database:
        (count,) = database.execute("SELECT count(*) FROM telemetry").fetchall()
        assert count == (len(measured),)
        found = database.execute(
            'SELECT reason, epoch(start)::BIGINT, epoch("end")::BIGINT FROM gaps'
            " WHERE series = 'battery' AND kind = 'telemetry' AND system_id = ? AND reason = 'not archived'",
            [archive.systems()[0].system_id],
        ).fetchall()
        assert found == [("not archived", at("2026-03-11T00:00"), at("2026-03-20T00:00"))]
        for table in ("lifetime", "events", "systems"):
            assert database.table(table).to_arrow_table().num_rows
        assert database.table("alarms").columns[:3] == ["system_id", "id", "event_type_id"]


def test_a_folder_is_read_as_one_table(
    archive: Archive, measured: list[dict[str, Any]], tmp_path: Path
) -> None:
    """A month in two files, or a row in a month that it does not belong to."""
    export(archive, tmp_path / "fleet", partitioned=True)
    fleet = duckdb.read_parquet(f"{tmp_path}/fleet/**/*.parquet", hive_partitioning=True)
    found = (
        fleet.select("*, strftime(start_local, '%Y-%m') = month AS right")
        .order('"end", system_id, series, serial')
        .to_arrow_table()
    )
    assert all(found["right"].to_pylist())
    assert found.select(list(measured[0])).to_pylist() == measured


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_hours_of_a_clock_change(written: Written, tmp_path: Path, day: str) -> None:
    """The hour that comes twice is two rows; the one that does not come is none."""
    midnight = at(f"{day}T00:00") - (3600 if day == "2026-03-29" else 7200)
    count = 23 if day == "2026-03-29" else 25
    written.now = midnight + 30 * DAY
    written.site()
    written.telemetry("consumption_meter", midnight, midnight + count * 3600, {"enwh": 25})
    with written.open() as archive:
        hours = exported(archive, tmp_path, every="hour")
        (whole,) = exported(archive, tmp_path, every="day")
    assert [row["energy_wh"] for row in hours] == [100] * count
    assert {row["intervals"] for row in hours} == {4}
    shown = [row["start_local"].hour for row in hours]
    assert shown == ([0, 1, *range(3, 24)] if count == 23 else [0, 1, 2, *range(2, 24)])
    assert (whole["energy_wh"], whole["intervals"], whole["expected"]) == (100 * count, 4 * count, 4 * count)


def test_what_was_not_measured_is_missing_not_zero(written: Written, tmp_path: Path) -> None:
    """A value that is null makes a sum too low, as a row that is not there does."""
    start = at("2026-05-01T00:00")
    written.site("UTC")
    values = {1: {"enwh": None}, 3: None}
    written.telemetry(
        "consumption_meter", start, start + 3600, lambda end: values.get((end - start) // 900, {"enwh": 10})
    )
    with written.open() as archive:
        (hour,) = exported(archive, tmp_path, every="hour")
        (wide,) = exported(archive, tmp_path, every="hour", layout="wide")
    assert (hour["energy_wh"], hour["intervals"], hour["expected"]) == (20, 2, 4)
    assert wide["incomplete"] == "consumption_meter 2/4"


def test_all_null_is_null(written: Written, tmp_path: Path) -> None:
    start = at("2026-05-01T00:00")
    written.site("UTC")
    written.telemetry("battery", start, start + 3600, {"soc.percent": 40, "charge.enwh": None})
    with written.open() as archive:
        (hour,) = exported(archive, tmp_path, every="hour")
    assert (hour["charge_wh"], hour["discharge_wh"], hour["soc_percent"]) == (None, None, 40)
    assert (hour["intervals"], hour["expected"]) == (0, 4)


def test_a_range_is_read_on_the_clock_of_each_site(archive: Archive, tmp_path: Path) -> None:
    """One midnight for all sites would cut days of those that lie elsewhere."""
    rows = exported(
        archive, tmp_path, series=["production_meter"], every="day", start="2026-03-08", end="2026-03-10"
    )
    by_system: dict[int, list[Any]] = {}
    for row in rows:
        by_system.setdefault(row["system_id"], []).append(row)
    assert len(by_system) == 3
    for days in by_system.values():
        assert [row["start_local"] for row in days] == [datetime(2026, 3, 8), datetime(2026, 3, 9)]
        assert all(row["intervals"] == row["expected"] for row in days)


def test_a_range_that_cuts_a_bucket_says_so(archive: Archive, tmp_path: Path) -> None:
    home = archive.systems()[0].system_id
    rows = exported(
        archive,
        tmp_path,
        systems=[home],
        series=["consumption_meter"],
        every="day",
        start="2026-03-11T06:00",
        end="2026-03-13",
    )
    assert [(row["intervals"], row["expected"]) for row in rows] == [(72, 96), (96, 96)]


def test_devices_have_columns_of_their_own_when_they_are_asked_for(written: Written, tmp_path: Path) -> None:
    start = at("2026-05-01T00:00")
    written.site("UTC")
    for serial, energy in (("77", 1), ("66", 2)):
        values = {"charge.enwh": energy, "discharge.enwh": 0}
        written.telemetry("encharge", start, start + 1800, values, serial=serial)
    written.telemetry("consumption_meter", start, start + 1800, {"enwh": 10})
    with written.open() as archive:
        house = exported(archive, tmp_path, layout="wide")
        devices = exported(archive, tmp_path, layout="wide", series=["encharge"])
        long = exported(archive, tmp_path)
    assert set(house[0]) == {
        "system_id",
        "start",
        "end",
        "start_local",
        "consumption_meter_energy_wh",
        "incomplete",
    }
    assert (devices[0]["encharge_66_charge_wh"], devices[0]["encharge_77_charge_wh"]) == (2, 1)
    assert [(row["series"], row["serial"]) for row in long[:3]] == [
        ("consumption_meter", None),
        ("encharge", "66"),
        ("encharge", "77"),
    ]


def test_lifetime_months(written: Written, tmp_path: Path) -> None:
    """A month that is not over, and one that began before the first day, are incomplete."""
    written.site()
    written.lifetime("production", "2026-01-30", [100] * 40)
    with written.open() as archive:
        months = exported(archive, tmp_path, kind="lifetime", every="month")
        days = exported(archive, tmp_path, kind="lifetime", every="day")
        wide = exported(archive, tmp_path, kind="lifetime", layout="wide", every="month")
    assert [row["date"] for row in days] == [
        date.fromordinal(date(2026, 1, 30).toordinal() + n) for n in range(40)
    ]
    assert [(row["date"], row["energy_wh"], row["intervals"], row["expected"]) for row in months] == [
        (date(2026, 1, 1), 200, 2, 31),
        (date(2026, 2, 1), 2800, 28, 28),
        (date(2026, 3, 1), 1000, 10, 31),
    ]
    assert [row["incomplete"] for row in wide] == ["production 2/31", None, "production 10/31"]


def test_a_site_without_a_time_zone_is_read_in_utc(written: Written, tmp_path: Path) -> None:
    start = at("2026-05-01T00:00")
    written.site(None)
    written.telemetry("consumption_meter", start, start + 900, {"enwh": 10})
    with written.open() as archive:
        (row,) = exported(archive, tmp_path)
    assert (row["start_local"], row["system_id"]) == (datetime(2026, 5, 1), SYSTEM)
    assert row["start"] == datetime(2026, 5, 1, tzinfo=UTC)
