"""`enphase archive`."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud import Archive

from .running import Person, read_csv

COMMANDS = ("status", "holes", "verify", "compact", "rebuild")
RANGE = ("--start", "2026-11-02", "--end", "2026-11-09")


@pytest.fixture
def owner(person: Person) -> Person:
    """Somebody who has fetched a week of a battery, and all of a lifetime."""
    person.gets("telemetry", person.system_id, "battery", *RANGE)
    person.gets("lifetime", person.system_id, "production")
    return person


def archive_of() -> Path:
    return Path(os.environ["ENPHASE_HOME"]) / "archive.sqlite3"


def answer(person: Person, *words: object, status: int = 0) -> Any:
    result = person.runs("archive", *words, "--json")
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def changed(statement: str, *bound: object) -> None:
    with closing(sqlite3.connect(archive_of())) as connection, connection:
        connection.execute(statement, bound)


def test_status_shows_each_series_with_what_it_covers_and_cost(owner: Person) -> None:
    calls = owner.calls
    by_series = {each["series"]: each for each in answer(owner, "status")}
    battery = by_series["battery"]
    assert (battery["system_id"], battery["kind"], battery["hits"]) == (owner.system_id, "telemetry", 1)
    assert battery["start"] <= "2026-11-02T08:00:00+00:00"
    assert by_series["production"]["kind"] == "lifetime"
    assert owner.calls == calls
    told = owner.gets("archive", "status").stderr
    assert str(archive_of()) in told
    assert "hits" in told


def test_alarms_that_are_over_are_told_from_those_that_are_not(owner: Person) -> None:
    """Catches two rows that look the same."""
    owner.gets("alarms", owner.system_id, "--start", "2026-11-18", "--all")
    names = [each["series"] for each in answer(owner, "status") if each["kind"] == "log"]
    assert names == ["alarms", "alarms (cleared)"]
    changed(
        "INSERT INTO holes VALUES (?, 'listSystemAlarms', 7, '{\"cleared\":true}', 1700000000, 1700000900, 'x', '', 9)",
        owner.server.url,
    )
    (hole,) = answer(owner, "holes")
    assert hole["series"] == "alarms (cleared)"


def test_csv_has_the_columns_of_json(owner: Person) -> None:
    rows = read_csv(owner.gets("archive", "status", "--csv", "-").stdout)
    assert [list(row) for row in rows] == [list(each) for each in answer(owner, "status")]


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_made_where_nothing_is_kept(person: Person, name: str) -> None:
    """Catches a command that leaves an empty archive behind, or fails as there is none."""
    result = person.gets("archive", name)
    assert name == "holes" or "nothing is archived yet" in result.stderr
    assert not archive_of().exists()
    answer(person, name)


def test_a_sound_archive_is_verified_compacted_and_rebuilt(owner: Person) -> None:
    with Archive(base_url=owner.server.url) as archive:
        want = (
            archive.system(owner.system_id)
            .telemetry("battery", start="2026-11-02", end="2026-11-09")
            .to_list()
        )
    assert answer(owner, "verify") == []
    assert "nothing is wrong" in owner.gets("archive", "verify").stderr
    assert answer(owner, "compact")["answers_removed"] == 0
    rebuilt = answer(owner, "rebuild")
    assert rebuilt["answers_lost"] == 0
    assert rebuilt["damaged_file"] is None
    calls = owner.calls
    owner.gets("telemetry", owner.system_id, "battery", *RANGE)
    assert owner.calls == calls
    with Archive(base_url=owner.server.url) as archive:
        house = archive.system(owner.system_id)
        assert house.telemetry("battery", start="2026-11-02", end="2026-11-09").to_list() == want


def test_what_was_changed_is_found_then_lost_then_fetched_again(owner: Person) -> None:
    """The whole way: exit status 6 as long as something is missing, and one call for what was lost."""
    changed("UPDATE answers SET body = x'00' WHERE operation = 'getBatteryTelemetry'")
    (finding,) = answer(owner, "verify", status=6)
    assert (finding["system_id"], finding["operation"]) == (owner.system_id, "getBatteryTelemetry")
    assert finding["start"].startswith("2026-")
    assert "enphase archive rebuild" in owner.runs("archive", "verify").stderr
    with closing(sqlite3.connect(archive_of())) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rebuilt = answer(owner, "rebuild", status=6)
    assert rebuilt["answers_lost"] == 1
    assert Path(rebuilt["damaged_file"]).exists()
    assert answer(owner, "verify") == []
    assert "damaged files" in owner.gets("archive", "status").stderr
    calls = owner.calls
    owner.gets("lifetime", owner.system_id, "production", "--end", "2026-11-01")
    assert owner.calls == calls
    owner.gets("telemetry", owner.system_id, "battery", *RANGE)
    assert owner.calls == calls + 1


def test_a_damaged_file_is_repaired_by_whoever_meets_it(owner: Person) -> None:
    archive_of().write_bytes(b"no archive" * 2000)
    result = owner.gets("telemetry", owner.system_id, "battery", *RANGE)
    assert "damaged" in result.stderr or list(archive_of().parent.glob("*.damaged-*"))
    said = result.stderr.splitlines()
    assert all(line.startswith("enphase: ") for line in said), "and not as logging does by itself"
    assert any(line.startswith("enphase: warning: the archive, ") for line in said)
    assert answer(owner, "verify") == []
    assert [each["series"] for each in answer(owner, "status") if each["kind"] == "telemetry"] == ["battery"]


def test_a_file_that_is_none_is_a_finding(owner: Person) -> None:
    archive_of().write_bytes(b"no archive" * 2000)
    (finding,) = answer(owner, "verify", status=6)
    assert "not a database" in finding["what"]


def test_holes_are_listed_with_their_reasons(owner: Person) -> None:
    changed(
        "INSERT INTO holes VALUES (?, 'getBatteryTelemetry', 7, '{}', 1700000000, 1700000900, 'failed call', '503', 9)",
        owner.server.url,
    )
    (hole,) = answer(owner, "holes")
    assert (hole["system_id"], hole["series"], hole["reason"], hole["problem"]) == (
        7,
        "battery",
        "failed call",
        "503",
    )
    assert "1 hole" in owner.gets("archive", "status").stderr
