"""`enphase telemetry`."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from .running import Person, read_csv

NOVEMBER_1 = ("--start", "2026-11-01", "--end", "2026-11-02")  # 25 hours in Los Angeles
TWO_HOURS = ("--start", "2026-11-19T20:00Z", "--end", "2026-11-19T22:00Z")


def test_a_table_shows_times_in_utc_and_of_the_site(person: Person) -> None:
    result = person.gets("telemetry", person.system_id, "battery", *NOVEMBER_1)
    head, *lines = result.stdout.splitlines()
    values = ["charge_wh", "discharge_wh", "soc_percent", "devices_reporting"]
    assert head.split() == ["end", "end_local", *values]
    assert len(lines) == 100
    assert lines[0].startswith("2026-11-01 07:15+00:00  2026-11-01 00:15-07:00  ")
    assert lines[-1].startswith("2026-11-02 08:00+00:00  2026-11-02 00:00-08:00  ")
    assert {len(line) for line in lines} == {len(head)}  # numbers are ranged right


def test_csv_and_json_say_the_same(person: Person) -> None:
    asked = ("telemetry", person.system_id, "production_meter", *NOVEMBER_1)
    table = read_csv(person.gets(*asked, "--csv", "-").stdout)
    objects = json.loads(person.gets(*asked, "--json").stdout)
    assert objects[0] == {
        "end": "2026-11-01T07:15:00+00:00",
        "end_local": "2026-11-01T00:15:00-07:00",
        "energy_wh": 0,
        "devices_reporting": 1,
    }
    assert [{name: str(value) for name, value in each.items()} for each in objects] == table


def test_the_energy_is_the_lifetime_series_energy(person: Person) -> None:
    asked = (
        "telemetry",
        person.system_id,
        "production_meter",
        "--start",
        "2026-10-30",
        "--end",
        "2026-11-04",
    )
    days: dict[str, int] = defaultdict(int)
    for row in read_csv(person.gets(*asked, "--csv", "-").stdout):
        assert datetime.fromisoformat(row["end"]) == datetime.fromisoformat(row["end_local"])
        begun = datetime.fromisoformat(row["end_local"]) - timedelta(minutes=15)
        days[begun.date().isoformat()] += int(row["energy_wh"])
    asked = ("lifetime", person.system_id, "production", "--start", "2026-10-30", "--end", "2026-11-04")
    told = {row["date"]: int(row["energy_wh"]) for row in json.loads(person.gets(*asked, "--json").stdout)}
    assert days == told
    assert sum(days.values()) > 10_000


def test_data_goes_to_standard_output_and_the_bill_to_standard_error(person: Person) -> None:
    asked = ("telemetry", person.system_id, "battery", "--start", "2026-10-21", "--end", "2026-11-20")
    result = person.gets(*asked, "--json")
    assert len(json.loads(result.stdout)) == 30 * 96 + 4
    # 30 days in five windows, and the look-up of the time zone
    assert result.stderr == "enphase: 2,884 rows, 6 hits, no gaps, no problems\n"
    assert person.calls == 6


def test_a_time_zone_that_is_given_saves_the_hit_of_its_look_up(person: Person) -> None:
    asked = ("telemetry", person.system_id, "battery", *NOVEMBER_1)
    alone = person.gets(*asked)
    person.moves()
    told = person.gets(*asked, "--timezone", "America/Los_Angeles")
    assert told.stdout == alone.stdout
    assert ("2 hits" in alone.stderr, "1 hit," in told.stderr) == (True, True)


def test_times_with_an_offset_need_no_zone_and_show_none(person: Person) -> None:
    result = person.gets("telemetry", person.system_id, "consumption_meter", *TWO_HOURS, "--json")
    rows = json.loads(result.stdout)
    assert list(rows[0]) == ["end", "energy_wh", "devices_reporting"]
    assert [row["end"][11:16] for row in rows] == [
        "20:15", "20:30", "20:45", "21:00", "21:15", "21:30", "21:45", "22:00",
    ]  # fmt: skip
    assert person.calls == 1


@pytest.mark.parametrize("word", ["--estimate", "--dry-run"])
def test_an_estimate_makes_no_call_and_is_what_it_then_costs(person: Person, word: str) -> None:
    asked = ("telemetry", person.system_id, "battery", "--start", "2026-08-01", "--end", "2026-11-01")
    result = person.gets(*asked, word)
    assert result.stdout.startswith("about 15 hits, one of them to look up the time zone")
    assert result.stderr == ""
    zone = ("--timezone", "US/Pacific")
    assert person.gets(*asked, word, *zone).stdout == "14 hits\n"
    assert json.loads(person.gets(*asked, word, *zone, "--json").stdout) == {
        "hits": 14,
        "exact": True,
        "archived": 0,
        "seconds": 0.0,
        "cost_usd": 0.0,
        "within_month": True,
    }
    assert person.calls == 0
    assert ", 14 hits," in person.gets(*asked, *zone).stderr
    assert person.calls == 14


def test_an_estimate_tells_what_the_plan_makes_of_it(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_PLAN", "watt")
    asked = (
        "telemetry",
        person.system_id,
        "battery",
        "--start",
        "2025-01-01",
        "--timezone",
        "UTC",
        "--estimate",
    )
    said = person.gets(*asked).stdout
    assert said.startswith("99 hits, about 10 minutes at the plan's pace")


def test_gaps_are_named_with_their_reason(person: Person) -> None:
    young = person.server.service.homes[1]
    result = person.gets(
        "telemetry", young.system_id, "battery", "--start", "2025-05-01T00:00Z", "--end", "2025-07-01T00:00Z"
    )
    summary, *named = result.stderr.splitlines()
    assert ", 1 gap, no problems" in summary
    (gap,) = named
    assert gap.startswith("enphase: gap: 2025-05-01 00:00 to 2025-06-")
    assert gap.endswith(" UTC: before operation")


def test_problems_are_named_with_their_place(person: Person) -> None:
    start = int(datetime.fromisoformat("2026-11-19T20:00Z").timestamp())
    rows = [
        {"end_at": start + 900, "enwh": 12},
        {"end_at": "soon", "enwh": 13},
        {"end_at": start + 2700, "enwh": 14},
    ]
    answer = {"start_at": start, "end_at": start + 7200, "intervals": rows}
    person.server.service.fail_next(status=200, body=answer, operation="getConsumptionMeterTelemetry")
    result = person.gets("telemetry", person.system_id, "consumption_meter", *TWO_HOURS, "--json")
    assert [row["energy_wh"] for row in json.loads(result.stdout)] == [12, 14]
    assert "2 rows, 1 hit, 2 gaps, 1 problem\n" in result.stderr
    assert "enphase: gap: 2026-11-19 20:15 to 2026-11-19 20:30 UTC: provisional\n" in result.stderr
    assert "enphase: problem: $.intervals[1].end_at: " in result.stderr


def test_many_problems_do_not_bury_the_bill(person: Person) -> None:
    start = int(datetime.fromisoformat("2026-11-19T20:00Z").timestamp())
    answer = {"start_at": start, "end_at": start + 7200, "intervals": [{"end_at": None, "enwh": 1}] * 50}
    person.server.service.fail_next(status=200, body=answer, operation="getConsumptionMeterTelemetry")
    result = person.gets("telemetry", person.system_id, "consumption_meter", *TWO_HOURS)
    assert "50 problems" in result.stderr
    assert result.stderr.endswith("enphase: and 31 more\n")
    assert len(result.stderr.splitlines()) == 22


def test_a_value_that_was_not_measured_is_empty_not_zero(person: Person) -> None:
    start = int(datetime.fromisoformat("2026-11-19T20:00Z").timestamp())
    answer = {"start_at": start, "end_at": start + 7200, "intervals": [{"end_at": start + 900, "enwh": None}]}
    shown = []
    for form in (["--csv", "-"], ["--json"], []):
        person.server.service.fail_next(status=200, body=answer, operation="getConsumptionMeterTelemetry")
        shown.append(
            person.gets("telemetry", person.system_id, "consumption_meter", *TWO_HOURS, *form).stdout
        )
    assert read_csv(shown[0])[0]["energy_wh"] == ""
    assert json.loads(shown[1])[0]["energy_wh"] is None
    assert shown[2].splitlines()[1].split()[2] == "-"


def test_a_series_without_rows_still_names_its_columns(person: Person) -> None:
    silent = person.server.service.homes[3].system_id
    asked = ("telemetry", silent, "production_micro", *NOVEMBER_1)
    head = "end,end_local,energy_wh,power_w,devices_reporting\n"
    assert person.gets(*asked, "--csv", "-").stdout == head
    assert json.loads(person.gets(*asked, "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["battery"], "Missing option '--start'"),
        (["batery", "--start", "2026-11-01"], "'batery' is not one of"),
        (["micro", "--start", "2026-11-01"], "name it with --serial"),
        (["battery", "--start", "2026-11-01", "--serial", "1"], "it takes no --serial"),
        (["battery", "--start", "2026-11-01", "--csv", "-", "--json"], "cannot be used together"),
    ],
)
def test_a_command_line_that_cannot_be_understood_ends_with_2(
    person: Person, words: list[str], told: str
) -> None:
    result = person.runs("telemetry", person.system_id, *words)
    assert (result.exit_code, result.stdout, person.calls) == (2, "", 0)
    assert told in result.stderr


@pytest.mark.parametrize("system", ["0", "-1", "../4", "", "house"])
def test_a_system_that_is_no_id_ends_with_2(person: Person, system: str) -> None:
    result = person.runs("telemetry", "--start", "2026-11-01", "--", system, "battery")
    assert (result.exit_code, person.calls) == (2, 0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["battery", "--start", "yesterday"], "start 'yesterday' is not a time that can be read"),
        (["battery", "--start", "2026-11-03", "--end", "2026-11-03"], "does not lie before end"),
        (["battery", "--start", "2027-01-01"], "lies in the future"),
        (["battery", "--start", "2026-11-01", "--timezone", "Mars/Base"], "'Mars/Base' is no time zone"),
        (["micro", "--start", "2026-11-01", "--serial", ""], "is no serial number"),
        (["micro", "--start", "2026-11-01", "--serial", "../1"], "is no serial number"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_any_call(
    person: Person, words: list[str], told: str
) -> None:
    result = person.runs("telemetry", person.system_id, *words)
    assert (result.exit_code, result.stdout, person.calls) == (2, "", 0)
    assert result.stderr.startswith("enphase: error: ")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
