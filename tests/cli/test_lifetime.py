"""`enphase lifetime`."""

from __future__ import annotations

import json
from datetime import date, timedelta

from .running import Person, read_csv


def test_the_whole_history_costs_one_hit(person: Person) -> None:
    result = person.gets("lifetime", person.system_id, "production", "--json")
    days = json.loads(result.stdout)
    assert len(days) > 700
    assert days[-1]["date"] == "2026-11-19"  # it is still night in Los Angeles on the 20th
    first = date.fromisoformat(days[0]["date"])
    assert [day["date"] for day in days] == [str(first + timedelta(index)) for index in range(len(days))]
    assert result.stderr == f"enphase: {len(days):,} rows, 1 hit, no gaps, no problems\n"
    assert person.calls == 1


def test_a_range_leaves_its_last_day_out_in_every_form(person: Person) -> None:
    asked = ("lifetime", person.system_id, "battery", "--start", "2026-11-10", "--end", "2026-11-12")
    objects = json.loads(person.gets(*asked, "--json").stdout)
    rows = read_csv(person.gets(*asked, "--csv", "-").stdout)
    head, *lines = person.gets(*asked).stdout.splitlines()
    assert [row["date"] for row in objects] == ["2026-11-10", "2026-11-11"]
    assert all(each["charge_wh"] > 0 and each["discharge_wh"] > 0 for each in objects)
    assert [{name: str(value) for name, value in each.items()} for each in objects] == rows
    assert head.split() == ["date", "charge_wh", "discharge_wh"]
    assert [line.split() for line in lines] == [list(row.values()) for row in rows]


def test_bad_ranges_and_serials_are_refused_before_any_call(person: Person) -> None:
    refused: list[tuple[int, str, *tuple[str, ...]]] = [
        (2, "does not lie before end", "production", "--start", "2026-11-12", "--end", "2026-11-12"),
        (2, "lies in the future", "production", "--start", "2027-01-01"),
        (2, "is not a time that can be read", "production", "--end", "12.11.2026"),
        (2, "name it with --serial", "ev_charger", "--start", "2026-11-12"),
        (2, "it takes no --serial", "production", "--serial", "1"),
        (2, "is not one of", "telemetry"),
    ]
    for status, told, *words in refused:
        result = person.runs("lifetime", person.system_id, *words)
        assert (result.exit_code, result.stdout) == (status, "")
        assert told in result.stderr
    assert person.calls == 0
