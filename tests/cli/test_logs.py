"""`enphase events` and `enphase alarms`; and what is an incomplete range of any kind: exit status 6."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .running import Person, read_csv

NOVEMBER = ("--start", "2026-11-03", "--end", "2026-11-17", "--timezone", "America/Los_Angeles")
UTC_WEEKS = ("--start", "2026-11-01T00:00Z", "--end", "2026-11-15T00:00Z")
UNREADABLE: dict[str, Any] = {"system_id": 1}


def test_events_in_every_form(person: Person) -> None:
    """Catches an event that is lost or doubled, and a time without its offset."""
    asked = ("events", person.system_id, *NOVEMBER)
    result = person.gets(*asked, "--json")
    objects = json.loads(result.stdout)
    assert result.stderr == f"enphase: {len(objects)} rows, 2 hits, no gaps, no problems\n"
    rows = read_csv(person.gets(*asked, "--csv", "-").stdout)
    head, *lines = person.gets(*asked).stdout.splitlines()
    assert list(objects[0]) == list(rows[0]) == head.split()
    assert len(objects) == len(rows) == len(lines) > 5
    begun = [each["event_start_time"] for each in objects]
    assert all("2026-11-03T08:00:00+00:00" <= each < "2026-11-17T08:00:00+00:00" for each in begun)
    assert begun == [row["event_start_time"] for row in rows]


def test_alarms_are_those_that_are_active_cleared_or_both(person: Person) -> None:
    asked = (
        "alarms",
        person.system_id,
        "--start",
        "2026-06-01T00:00Z",
        "--end",
        "2026-11-01T00:00Z",
        "--json",
    )
    active = json.loads(person.gets(*asked).stdout)
    cleared = json.loads(person.gets(*asked, "--cleared").stdout)
    assert {each["cleared"] for each in active} <= {False}
    assert {each["cleared"] for each in cleared} == {True}
    assert json.loads(person.gets(*asked, "--all").stdout) == active + cleared
    assert {"serial_number", "start_date", "end_date"} == set(cleared[0]["events"][0])
    table = person.gets(*asked[:-1], "--cleared").stdout
    assert table.split("\n")[0].split()[-1] == "severity"
    assert len(table.splitlines()) == 1 + len(cleared)


def test_the_price_of_both_kinds_of_alarms_is_that_of_each(person: Person) -> None:
    """Catches an estimate of half of what is then paid."""
    asked = ("alarms", person.system_id, *NOVEMBER, "--all")
    assert person.gets(*asked, "--estimate").stdout == "4 hits\n"
    assert json.loads(person.gets(*asked, "--dry-run", "--json").stdout)["hits"] == 4
    assert person.calls == 0
    assert " 4 hits," in person.gets(*asked).stderr
    assert person.calls == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["events", "1"], "Missing option '--start'"),
        (["alarms", "1", "--start", "2026-11-01", "--all", "--cleared"], "leave out --cleared"),
        (["events", "1", "--start", "2027-01-01"], "lies in the future"),
        (["alarms", "1", "--start", "2026-11-01", "--timezone", "Mars"], "is no time zone"),
    ],
)
def test_what_cannot_be_asked_for_costs_no_hit(person: Person, words: list[str], told: str) -> None:
    result = person.runs(*words)
    assert (result.exit_code, result.stdout, person.calls) == (2, "", 0)
    assert told in result.stderr


# ---------------------------------------------------------------------------------------------------------- incomplete


def test_what_no_call_will_ever_fill_is_no_failure(person: Person) -> None:
    """Catches a cron job that fails each day over a night, a time before the system, or one that is out of reach."""
    early = ("--start", "2025-01-01T00:00Z", "--end", "2026-11-15T00:00Z")
    assert "outside lookback" in person.gets("events", person.system_id, *early).stderr
    young = person.server.service.homes[1].system_id
    before = ("--start", "2025-05-01T00:00Z", "--end", "2025-07-01T00:00Z")
    assert "before operation" in person.gets("telemetry", young, "battery", *before).stderr
    person.gets("telemetry", person.system_id, "production_micro", *NOVEMBER)
    person.gets("lifetime", person.system_id, "production", "--start", "2026-11-18", "--end", "2026-11-30")


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        (["events", "{}", *UTC_WEEKS], "listSystemEvents"),
        (["alarms", "{}", *UTC_WEEKS], "listSystemAlarms"),
        (["telemetry", "{}", "battery", *UTC_WEEKS], "getBatteryTelemetry"),
    ],
    ids=["events", "alarms", "telemetry"],
)
def test_an_answer_without_rows_is_a_gap_and_exit_status_6(
    person: Person, words: list[str], operation: str
) -> None:
    """Catches a hole in a file that a script takes for whole."""
    person.server.service.fail_next(status=200, body=UNREADABLE, operation=operation)
    result = person.runs(*(each.format(person.system_id) for each in words), "--json")
    assert result.exit_code == 6
    assert isinstance(json.loads(result.stdout), list)  # what came is whole as a document
    assert "UTC: unreadable\n" in result.stderr
    assert (
        "enphase: incomplete: 1 gap that may be filled when asked for again (unreadable)\n" in result.stderr
    )


def test_who_keeps_going_gets_what_there_is_and_exit_status_6(person: Person) -> None:
    """Catches a failed week that takes the next one with it, or an error that nobody is told of."""
    asked = ("telemetry", person.system_id, "battery", *UTC_WEEKS, "--csv", "-")
    person.server.service.fail_next(status=404, operation="getBatteryTelemetry")
    assert person.runs(*asked).exit_code == 5
    for _ in range(2):  # sent twice, as it might pass
        person.server.service.fail_next(status=500, operation="getBatteryTelemetry")
    result = person.runs(*asked, "--keep-going")
    assert result.exit_code == 6
    assert len(read_csv(result.stdout)) == 7 * 96
    assert "UTC: failed call\n" in result.stderr
    assert "enphase: failed: GET /api/v4/systems/" in result.stderr
    assert "was answered 500" in result.stderr


def test_what_the_plan_does_not_include_is_said_with_its_reason(person: Person) -> None:
    person.server.service.fail_next(status=403, operation="getEnergyLifetime")
    result = person.runs("lifetime", person.system_id, "production", "--keep-going")
    assert result.exit_code == 6
    assert "when asked for again (not in plan)\n" in result.stderr
