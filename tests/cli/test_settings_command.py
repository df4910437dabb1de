"""`enphase settings` and `enphase charging`: what changes the house is shown first, asked for, and sent once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from enphase_cloud import mock
from enphase_cloud.mock import Server

from .running import Person, process_environment, read_csv
from .terminal import answered

READ = ["getSystemBatterySettings", "getSystemStormGuard", "getSystemLoadControl"]


@pytest.fixture(scope="module")
def house_server() -> Iterator[Server]:
    """A server of its own: others must not find what is changed here."""
    with mock.serve() as server:
        yield server


@pytest.fixture
def owner(house_server: Server) -> Person:
    """Somebody whose house is as it was at the start."""
    house_server.service.reset()
    return Person(house_server)


def operations(person: Person) -> list[str | None]:
    return [call.operation for call in person.server.service.journal]


def value_of(person: Person, name: str) -> object:
    rows = json.loads(person.gets("settings", "show", person.system_id, "--json").stdout)
    return {row["setting"]: row["value"] for row in rows}[name]


def charger_of(person: Person) -> str:
    serial: str = person.server.service.histories[0].charging.chargers[0].serial
    return serial


# ---------------------------------------------------------------------------------------------------------------- show


def test_what_is_set_is_shown_by_the_names_that_set_takes(owner: Person) -> None:
    """Catches a setting that is shown under one name and taken under another."""
    result = owner.gets("settings", "show", owner.system_id, "--csv", "-")
    rows = read_csv(result.stdout)
    assert operations(owner) == READ
    assert result.stderr.endswith(f"enphase: {len(rows)} settings, 3 hits\n")
    for row in rows:
        value = row["value"].replace("true", "on").replace("false", "off")
        asked = owner.runs("settings", "set", owner.system_id, f"{row['setting']}={value}", "--yes")
        alone = "needs soc_low" in asked.stderr  # a mode that cannot go without another value
        assert (asked.exit_code == 0 or alone) is (row["can_be_set"] == "true"), asked.output


def test_parts_that_are_not_asked_for_cost_nothing(owner: Person) -> None:
    result = owner.gets("settings", "show", owner.system_id, "storm_guard", "storm_guard")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["setting", "value", "can_be_set"],
        ["storm_guard", "on", "yes"],
        ["storm_alert", "off", "no"],
    ]
    assert operations(owner) == ["getSystemStormGuard"]


def test_a_site_without_batteries_still_shows_what_it_has(owner: Person) -> None:
    """Catches a part that the site does not have, taking the others down that were paid for."""
    bare = next(
        home.system_id for home in owner.server.service.homes if home.battery is None
    )  # its answers are 422
    result = owner.gets("settings", "show", bare, "--json")
    assert isinstance(json.loads(result.stdout), list)
    assert operations(owner) == READ
    for part in ("battery", "storm_guard"):
        assert re.search(rf"^enphase: the site has no {part}: .*doesn't have encharges$", result.stderr, re.M)


def test_what_the_site_lacks_is_an_error_where_it_was_asked_for_by_name(owner: Person) -> None:
    """Catches a program that takes an empty answer for settings that are all off."""
    bare = next(home.system_id for home in owner.server.service.homes if home.battery is None)
    result = owner.runs("settings", "show", bare, "battery", "storm_guard")
    assert (result.exit_code, result.stderr.count("enphase: error: ")) == (5, 2)
    assert "battery_settings was answered 422" in result.stderr


# ----------------------------------------------------------------------------------------------------------------- set


def test_a_change_is_shown_sent_once_and_is_what_is_set_then(owner: Person) -> None:
    result = owner.gets(
        *("settings", "set", owner.system_id, "reserve_soc=40", "storm_guard=off", "NC1.mode=Scheduled"),
        *("NC1.essential_start_time=6:30", "NC1.essential_end_time=24:00", "--yes", "--json"),
    )
    assert operations(owner) == [
        *READ,
        "updateSystemBatterySettings",
        "updateSystemStormGuard",
        "updateSystemLoadControl",
    ]
    for line in ("reserve_soc: 20 -> 40", "storm_guard: on -> off", "NC1.mode: Basic -> Scheduled"):
        assert f"enphase: {line}\n" in result.stderr
    assert json.loads(result.stdout) == [
        {"setting": "reserve_soc", "was": 20, "asked": 40, "is": 40},
        {"setting": "storm_guard", "was": True, "asked": False, "is": False},
        {"setting": "NC1.mode", "was": "Basic", "asked": "Scheduled", "is": "Scheduled"},
        {"setting": "NC1.essential_start_time", "was": "9:00", "asked": "6:30", "is": "6:30"},
        {"setting": "NC1.essential_end_time", "was": "16:00", "asked": "24:00", "is": "24:00"},
    ]
    assert result.stderr.endswith("enphase: 5 settings sent, 6 hits\n")
    assert value_of(owner, "NC1.essential_start_time") == "6:30"


def test_what_is_set_already_is_not_sent(owner: Person) -> None:
    """Writes are counted apart, and few: catches one that changes nothing."""
    result = owner.gets("settings", "set", owner.system_id, "reserve_soc=20", "storm_guard=off", "--yes")
    assert "reserve_soc: is 20 already" in result.stderr
    assert operations(owner) == [*READ[:2], "updateSystemStormGuard"]


def test_values_that_need_each_other_are_sent_together(owner: Person) -> None:
    """An advanced mode is refused without soc_low, also where that is what it was: catches it being left out."""
    owner.gets(
        "settings", "set", owner.system_id, "NC1.soc_low=40", "NC1.mode=Advanced_BatteryPowered", "--yes"
    )
    assert value_of(owner, "NC1.mode") == "Advanced_BatteryPowered"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["reserve_soc"], "'reserve_soc' is not NAME=VALUE"),
        (["reserve_soc="], "is not NAME=VALUE"),
        (["reserve_soc=120"], "reserve_soc has to be a whole number from 0 to 100, not 120"),
        (["reserve_soc=much"], "reserve_soc has to be a whole number, not 'much'"),
        (["reserve_soc=1", "reserve_soc=2"], "reserve_soc is given twice"),
        (["battery_mode=Savings"], "Did you mean 'Savings Mode'"),
        (["energy_independence=maybe"], "energy_independence has to be on or off, not 'maybe'"),
        (["storm_guard=1.5"], "storm_guard has to be on or off, not '1.5'"),
        (["charge_from_grid=on"], "charge_from_grid can be read, but not be set. There are: battery_mode,"),
        (["NC1.status=enabled"], "NC1.status can be read, but not be set"),
        (["reserve=30"], "reserve is no setting. There are: battery_mode, reserve_soc,"),
        (["NC1.soc_low=5"], "soc_low has to be a whole number from 10 to 90, not 5"),
        (["NC1.mode=Advanced_BatteryPowered"], "needs soc_low"),
        (
            ["NC1.essential_start_time=25:00"],
            "NC1.essential_start_time has to be a time of the day",
        ),
        ([".soc_low=30"], ".soc_low"),
    ],
)
def test_what_cannot_be_set_is_refused_before_any_call(owner: Person, words: list[str], told: str) -> None:
    result = owner.runs("settings", "set", owner.system_id, *words, "--yes")
    assert (result.exit_code, result.stdout, owner.calls) == (2, "", 0)
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_contact_that_is_not_there_costs_the_look_and_nothing_else(owner: Person) -> None:
    result = owner.runs("settings", "set", owner.system_id, "NC9.soc_low=30", "reserve_soc=50", "--yes")
    assert result.exit_code == 5
    assert (
        "there is no contact NC9. There are: NC1, NC2. Nothing was changed; the look took " in result.stderr
    )
    assert operations(owner) == [READ[0], READ[2]]


def test_what_the_service_does_not_take_is_told(owner: Person) -> None:
    """Catches a change that the service answered with success, and did not make."""
    body = {"system_id": owner.system_id, "battery_mode": "Self-consumption", "reserve_soc": 20}
    owner.server.service.fail_next(status=200, body=body, operation="updateSystemBatterySettings")
    result = owner.gets("settings", "set", owner.system_id, "reserve_soc=40", "--yes")
    assert "enphase: warning: reserve_soc is 20, as the service says, and not 40\n" in result.stderr


def test_a_failure_after_a_change_shows_what_was_changed(owner: Person) -> None:
    owner.server.service.fail_next(status=404, operation="updateSystemStormGuard")
    result = owner.runs("settings", "set", owner.system_id, "reserve_soc=40", "storm_guard=off", "--yes")
    assert result.exit_code == 5
    assert result.stdout.splitlines()[1].split() == ["reserve_soc", "20", "40", "40"]
    assert len(result.stdout.splitlines()) == 2


# -------------------------------------------------------------------------------------------------------------- asking


@pytest.mark.parametrize(
    "words",
    [
        ["settings", "set", "{}", "reserve_soc=40"],
        ["charging", "start", "{}", "{charger}"],
        ["charging", "stop", "{}", "{charger}"],
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_where_nobody_can_be_asked_nothing_is_done_without_yes(owner: Person, words: list[str]) -> None:
    """Catches a cron job that changes the house, or one that hangs at a question."""
    named = [each.format(owner.system_id, charger=charger_of(owner)) for each in words]
    result = owner.runs(*named)
    assert (result.exit_code, result.stdout, owner.calls) == (2, "", 0)
    assert "add --yes" in result.stderr


@pytest.mark.parametrize(
    ("typed", "status", "sent"),
    [(b"y\n", 0, 1), (b"n\n", 1, 0), (b"\n", 1, 0), (b"\x04", 1, 0), (b"\x03", 130, 0)],
)
def test_at_a_terminal_it_is_asked_and_an_answer_is_taken_at_its_word(
    owner: Person, typed: bytes, status: int, sent: int
) -> None:
    """No is the default: catches Return, the end of input or Ctrl-C being taken for a yes."""
    words = ["settings", "set", str(owner.system_id), "reserve_soc=40"]
    said = answered(words, process_environment(owner.server), until="[y/N]", typed=typed)
    assert said.status == status, said.shown
    assert said.shown.index("reserve_soc: 20 -> 40") < said.shown.index("Change this (1 hit)?")
    assert operations(owner) == [READ[0], *["updateSystemBatterySettings"] * sent]
    if not sent:
        assert ("interrupted" if status == 130 else "nothing was changed") in said.shown


# ------------------------------------------------------------------------------------------------------------ charging


def test_a_charger_is_named_asked_for_and_told_once(owner: Person) -> None:
    serial = charger_of(owner)
    words = ["charging", "start", str(owner.system_id), serial, "--level", "50"]
    said = answered(words, process_environment(owner.server), until="[y/N]", typed=b"y\n")
    assert said.status == 0, said.shown
    assert f"charger {serial} (" in said.shown
    assert "is to start charging with 50 %" in said.shown
    assert operations(owner) == ["fetchChargersSummary", "startCharging"]
    result = owner.gets("charging", "stop", owner.system_id, serial, "--yes", "--json")
    assert json.loads(result.stdout)["serial_number"] == serial
    assert result.stderr.endswith("enphase: the command was accepted; 2 hits\n")
    assert operations(owner)[-2:] == ["fetchChargersSummary", "stopCharging"]


def test_a_charger_of_another_house_is_told_nothing(owner: Person) -> None:
    result = owner.runs("charging", "start", owner.system_id, "123456789012", "--yes")
    assert (result.exit_code, operations(owner)) == (5, ["fetchChargersSummary"])
    assert f"has no charger 123456789012. There are: {charger_of(owner)}. Nothing was " in result.stderr
    assert result.stderr.endswith("changed; the look took 1 hit.\n")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--level", "101"], "charging_level has to be a whole number from 0 to 100"),
        (["--connector", "0"], "connector_id has to be a whole number from 1"),
    ],
)
def test_how_a_charger_cannot_charge_costs_no_hit(owner: Person, more: list[str], told: str) -> None:
    result = owner.runs("charging", "start", owner.system_id, charger_of(owner), *more, "--yes")
    assert (result.exit_code, owner.calls) == (2, 0)
    assert told in result.stderr
