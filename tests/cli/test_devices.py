"""`enphase devices` and `enphase summary`: records as tables, CSV and JSON."""

from __future__ import annotations

import json

import pytest

from .running import Person, read_csv


def test_the_devices_of_a_house_in_every_form(person: Person) -> None:
    """Catches a device that one form leaves out, and values that a program needs and does not get."""
    asked = ("devices", person.system_id)
    objects = json.loads(person.gets(*asked, "--json").stdout)
    rows = read_csv(person.gets(*asked, "--csv", "-").stdout)
    result = person.gets(*asked)
    head, *lines = result.stdout.splitlines()
    assert head.split() == [
        "device_type",
        "serial_number",
        "name",
        "model",
        "status",
        "active",
        "last_report_at",
    ]
    assert len(objects) == len(rows) == len(lines) > 20
    assert [each["serial_number"] for each in objects] == [row["serial_number"] for row in rows]
    assert all(each["serial_number"] in line for each, line in zip(objects, lines, strict=True))
    assert {"micros", "meters", "gateways", "encharges"} <= {each["device_type"] for each in objects}
    assert set(objects[0]) == set(rows[0]) > {"sku", "part_number", "firmware", "cellular_modem"}
    assert (objects[0]["active"], rows[0]["active"]) == (True, "true")
    assert objects[0]["last_report_at"] == rows[0]["last_report_at"] == "2026-11-20T12:00:00+00:00"
    assert result.stderr == f"enphase: {len(lines)} devices, 1 hit\n"
    assert person.calls == 3


def test_what_is_nested_in_a_device_is_whole(person: Person) -> None:
    modem = {"imei": "01", "part_num": "P", "sku": "=1+2", "plan_start_date": 1, "plan_end_date": 86400}
    gateway = {"id": 1, "serial_number": "12", "cellular_modem": modem}
    body = {"system_id": 7, "total_devices": 1, "devices": {"gateways": [gateway]}}
    found = []
    for form in (["--json"], ["--csv", "-"]):
        person.server.service.fail_next(status=200, body=body, operation="listSystemDevices")
        found.append(person.gets("devices", 7, *form).stdout)
    (device,) = json.loads(found[0])
    assert device["cellular_modem"]["plan_end_date"] == "1970-01-02T00:00:00+00:00"
    assert device["cellular_modem"]["imei"] == "01"
    (row,) = read_csv(found[1])
    assert json.loads(row["cellular_modem"]) == device["cellular_modem"]


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv", "-"]], ids=["table", "json", "csv"])
def test_names_of_devices_command_no_terminal(person: Person, form: list[str]) -> None:
    body = {
        "system_id": 7,
        "devices": {"meters": [{"serial_number": "1", "name": "\x1b]0;owned\x07", "sku": 3}]},
    }
    person.server.service.fail_next(status=200, body=body, operation="listSystemDevices")
    shown = person.gets("devices", 7, *form).output
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


def test_a_device_that_cannot_be_read_is_told(person: Person) -> None:
    body = {"system_id": 7, "devices": {"meters": [{"serial_number": "1"}, None]}}
    person.server.service.fail_next(status=200, body=body, operation="listSystemDevices")
    result = person.gets("devices", 7, "--json")
    assert len(json.loads(result.stdout)) == 1
    assert "enphase: 1 device, 1 hit\n" in result.stderr
    assert "enphase: problem: $.devices.meters[1]: " in result.stderr


def test_a_summary_has_a_line_for_each_value_and_its_unit(person: Person) -> None:
    result = person.gets("summary", person.system_id)
    told = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    document = json.loads(person.gets("summary", person.system_id, "--json").stdout)
    assert told["energy_today"] == f"{document['energy_today']} Wh"
    assert told["current_power"] == f"{document['current_power']} W"
    assert told["last_report_at"] == "2026-11-20 12:00+00:00"
    assert told["nmi"] == "-"
    assert list(told) == list(document)
    assert result.stderr == "enphase: 1 hit\n"
    (row,) = read_csv(person.gets("summary", person.system_id, "--csv", "-").stdout)
    assert row["energy_lifetime"] == str(document["energy_lifetime"])


def test_the_summary_of_a_day_is_what_the_lifetime_series_has(person: Person) -> None:
    day = ("2026-11-10", "--json")
    told = json.loads(person.gets("summary", person.system_id, "--date", *day).stdout)
    asked = (
        "lifetime",
        person.system_id,
        "production",
        "--start",
        "2026-11-10",
        "--end",
        "2026-11-11",
        "--json",
    )
    (row,) = json.loads(person.gets(*asked).stdout)
    assert (told["summary_date"], told["energy_today"]) == (row["date"], row["energy_wh"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["summary", "1", "--date", "2027-01-01"], "lies in the future"),
        (["summary", "1", "--date", "soon"], "is not a time that can be read"),
        (["summary", "house"], "'house' is not a valid integer"),
        (["devices", "1", "--csv", "-", "--json"], "cannot be used together"),
    ],
)
def test_what_cannot_be_asked_for_costs_no_hit(person: Person, words: list[str], told: str) -> None:
    result = person.runs(*words)
    assert (result.exit_code, result.stdout, person.calls) == (2, "", 0)
    assert told in result.stderr


@pytest.mark.parametrize("words", [["devices", "{}"], ["summary", "{}"]], ids=["devices", "summary"])
def test_a_system_that_is_not_there_is_a_sentence(person: Person, words: list[str]) -> None:
    result = person.runs(*(each.format(1) for each in words), "--json")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "was answered 404" in result.stderr
