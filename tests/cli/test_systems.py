"""`enphase systems`."""

from __future__ import annotations

import json

import pytest

from enphase_cloud import mock

from .running import NOW, Person, read_csv, systems_answer

LAST_REPORT = "2026-11-20T12:00:00+00:00"


def test_a_table_shows_every_system_in_aligned_columns(person: Person) -> None:
    head, *lines = person.gets("systems").stdout.splitlines()
    assert head.split() == ["system_id", "name", "status", "timezone", "last_report_at"]
    assert [int(line.split()[0]) for line in lines] == person.server.service.system_ids
    name, zone, last = (head.index(column) for column in ("name", "timezone", "last_report_at"))
    assert lines[0][name:].startswith("Los Angeles 1  ")
    assert lines[0][zone:].startswith("US/Pacific  ")
    assert lines[0][last:] == "2026-11-20 12:00+00:00"
    assert lines[3][last:] == "-"  # has never reported


def test_json_is_one_document_with_the_same_columns(person: Person) -> None:
    systems = json.loads(person.gets("systems", "--json").stdout)
    assert systems[0] == {
        "system_id": person.system_id,
        "name": "Los Angeles 1",
        "status": "normal",
        "timezone": "US/Pacific",
        "last_report_at": LAST_REPORT,
    }
    assert systems[2]["timezone"] is None
    assert systems[3]["last_report_at"] is None


def test_csv_has_the_same_columns_and_empty_cells_for_what_is_not_known(person: Person) -> None:
    systems = read_csv(person.gets("systems", "--csv", "-").stdout)
    assert [row["system_id"] for row in systems] == list(map(str, person.server.service.system_ids))
    reports = [row["last_report_at"] for row in systems]
    assert (reports[0], reports[3], len(reports)) == (LAST_REPORT, "", 8)


def test_the_last_line_says_what_it_cost(person: Person) -> None:
    assert person.gets("systems").stderr == "enphase: 8 systems, 1 hit\n"
    assert person.calls == 1


def test_hits_are_counted_by_page_and_with_calls_that_were_repeated() -> None:
    with mock.serve(clock=NOW.timestamp(), homes=120) as server:
        server.service.fail_next(status=503)
        person = Person(server)
        result = person.gets("systems", "--json")
        assert len(json.loads(result.stdout)) == 120
        assert result.stderr.endswith("enphase: 120 systems, 3 hits\n")
        assert person.calls == 3


def test_who_waits_is_told_so(person: Person) -> None:
    person.server.service.fail_next(status=429, headers={"Retry-After": "20"}, body={"message": "slow down"})
    assert "asking again in 20 s" in person.gets("systems").stderr.replace("21 s", "20 s")
    assert len(person.world.slept) == 1


def test_no_system_is_an_empty_list_in_every_form(person: Person) -> None:
    outputs = []
    for options in (["--json"], ["--csv", "-"], []):
        person.server.service.fail_next(status=200, body=systems_answer())
        result = person.gets("systems", *options)
        assert "enphase: no systems, 1 hit" in result.stderr
        outputs.append(result.stdout)
    assert json.loads(outputs[0]) == []
    assert outputs[1] == "system_id,name,status,timezone,last_report_at\n"
    assert outputs[2].split() == ["system_id", "name", "status", "timezone", "last_report_at"]


def test_a_system_that_cannot_be_listed_is_told(person: Person) -> None:
    """Catches a line that is missing without a word."""
    body = {"total": 2, "systems": [{"system_id": 7, "name": "x"}, {"name": "y"}]}
    person.server.service.fail_next(status=200, body=body)
    result = person.gets("systems", "--json")
    assert [each["system_id"] for each in json.loads(result.stdout)] == [7]
    assert "enphase: 1 system, 1 hit" in result.stderr
    assert "enphase: problem: $.systems[1].system_id: no system id: None" in result.stderr


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "\x9b2J", "two\nlines", "\u202egnp.exe", "\udc80"])
@pytest.mark.parametrize("form", [[], ["--json"], ["--csv", "-"]])
def test_nothing_in_a_name_can_command_a_terminal(person: Person, name: str, form: list[str]) -> None:
    person.server.service.fail_next(status=200, body=systems_answer({"name": name}))
    shown = person.gets("systems", *form).stdout
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert name not in shown
    if form == ["--json"]:
        assert json.loads(shown)[0]["name"] == name  # a program gets it whole


@pytest.mark.parametrize("name", ["=1+2", "+1", "-1", "@SUM(A1)", "＝1+2", '=HYPERLINK("x")'])
def test_no_name_is_a_formula_in_a_spreadsheet(person: Person, name: str) -> None:
    person.server.service.fail_next(status=200, body=systems_answer({"name": name}))
    (row,) = read_csv(person.gets("systems", "--csv", "-").stdout)
    assert row["name"] == f"'{name}"


def test_wide_letters_do_not_push_columns_out_of_line(person: Person) -> None:
    names = systems_answer({"name": "東京"}, {"name": "abcd"}, {"name": "Zu\u0308ri"})
    person.server.service.fail_next(status=200, body=names)
    _, wide, narrow, marked = person.gets("systems").stdout.splitlines()
    # two wide letters take four places; a combining mark takes none
    assert wide.index("normal") == narrow.index("normal") - 2
    assert marked.index("normal") == narrow.index("normal") + 1
