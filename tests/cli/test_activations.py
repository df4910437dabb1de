"""`enphase activations`: what costs money is shown first, asked for, and done once."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud import mock
from enphase_cloud.commissioning import ActivationChanges, Address, Commissioning
from enphase_cloud.mock import Server

from .running import NOW, Person, process_environment, read_csv
from .terminal import answered

LOOK, CREATE, READ = "listActivations", "createActivation", "getActivation"
UPDATE, DELETE = "updateActivation", "deleteActivation"
SPENT = " Nothing was changed; the look took 1 hit.\n"
TEXAS = {"street1": "1 Hill Road", "city": "Austin", "state": "TX", "country": "US", "postal_code": "73301"}


@pytest.fixture(scope="module")
def office_server() -> Iterator[Server]:
    """A server of its own: others must not find what is created here."""
    with mock.serve(homes=2, clock=NOW.timestamp()) as server:
        yield server


@pytest.fixture
def installer(office_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who has created nothing yet, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    office_server.service.reset()
    return Person(office_server, environment={"ENPHASE_PLAN": "partner"})


def written(*references: str, name: str = "{}.yaml", **more: Any) -> list[str]:
    """Files that describe a house each, by reference."""
    names = []
    for reference in references:
        values = {"system_name": f"House {reference}", "reference": reference, "address": TEXAS, **more}
        names.append(name.format(reference))
        Path(names[-1]).write_text(json.dumps(values))
    return names


def operations(person: Person) -> list[str | None]:
    return [call.operation for call in person.server.service.journal]


def created(person: Person) -> list[str]:
    """The references of what is there and was created here."""
    service = person.server.service
    own = [each for each in service.activations if each.number is not None]
    return [reference for each in own for reference in each.references.values()]


def charged_usd(person: Person) -> float:
    return sum(call.charge_usd for call in person.server.service.journal)


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found


def made(person: Person, reference: str = "ADA1", **more: Any) -> int:
    """The id of one that was created; what that took is forgotten."""
    (row,) = rows(person.gets("activations", "create", *written(reference, **more), "--yes", "--json").stdout)
    person.server.service.journal.clear()
    found: int = row["system_id"]
    return found


# -------------------------------------------------------------------------------------------------------------- create


def test_each_one_is_shown_and_created_once_for_two_dollars(installer: Person) -> None:
    result = installer.gets("activations", "create", *written("ADA1", "ADA2"), "--yes")
    assert operations(installer) == [LOOK, CREATE, LOOK, CREATE]
    assert (created(installer), charged_usd(installer)) == (["ADA1", "ADA2"], 4)
    assert result.stderr.splitlines() == [
        "enphase: ADA1.yaml: House ADA1 (ADA1), 1 Hill Road, Austin, TX 73301, US",
        "enphase: ADA2.yaml: House ADA2 (ADA2), 1 Hill Road, Austin, TX 73301, US",
        "enphase: 2 activations: $4.00 ($2.00 each), 4 hits, 200 of the month's 200 creations are left",
        "enphase: 2 activations created for $4.00, 4 hits",
    ]
    heading, first, second = (line.split() for line in result.stdout.splitlines())
    assert heading == ["reference", "system_id", "system_name", "created", "stage", "status", "file"]
    assert (first[0], first[4], second[0]) == ("ADA1", "yes", "ADA2")


def test_programs_get_the_ids(installer: Person) -> None:
    (name,) = written("ADA1")
    (row,) = rows(installer.gets("activations", "create", name, "--yes", "--json").stdout)
    assert (row["reference"], row["created"], row["stage"], row["file"]) == ("ADA1", True, 1, name)
    installer.gets("activations", "show", row["system_id"])
    (row,) = read_csv(installer.gets("activations", "create", *written("ADA2"), "--yes", "--csv", "-").stdout)
    assert (row["reference"], row["created"]) == ("ADA2", "true")


def test_a_dry_run_says_what_would_be_sent_and_what_it_costs_and_makes_no_call(installer: Person) -> None:
    names = written("ADA1", "ADA2")
    document = json.loads(installer.gets("activations", "create", *names, "--dry-run", "--json").stdout)
    assert document["activations"][1] == {
        "file": "ADA2.yaml",
        "body": {"system_name": "House ADA2", "reference": "ADA2", "address": TEXAS},
    }
    assert (document["estimate"]["hits"], document["estimate"]["cost_usd"]) == (4, 4.0)
    shown = installer.gets("activations", "create", *names, "--dry-run", "--no-check-reference")
    assert re.search(r"^  address\.city +Austin$", shown.stdout, re.M)
    assert "2 activations: $4.00 ($2.00 each), 2 hits" in shown.stderr
    assert shown.stderr.endswith("; nothing was sent\n")
    (row, _) = read_csv(installer.gets("activations", "create", *names, "--dry-run", "--csv", "-").stdout)
    assert (json.loads(row["body"])["address"], row["charge_usd"]) == (TEXAS, "2.0")
    assert installer.calls == 0


def test_what_would_be_sent_is_what_is_sent(installer: Person) -> None:
    """Catches a dry run that shows something else than what goes out."""
    more: dict[str, Any] = {
        "interconnect_date": "2026-05-31",
        "envoy_serial_numbers": [122012345678],
        "array_type": "",
    }
    names = written("ADA1", **more)
    dry = json.loads(installer.gets("activations", "create", *names, "--dry-run", "--json").stdout)
    activation = json.loads(installer.gets("activations", "show", made(installer, **more), "--json").stdout)
    body = dry["activations"][0]["body"]
    assert body["envoy_serial_numbers"] == activation["envoy_serial_numbers"] == ["122012345678"]
    assert body["interconnect_date"] == 1_780_228_800
    assert activation["interconnect_date"] == "2026-05-31T12:00:00+00:00"


def test_one_that_is_there_is_told_by_its_id_and_the_others_go_on(installer: Person) -> None:
    there = made(installer, "ADA1")
    result = installer.runs("activations", "create", *written("ada1", "ADA2"), "--yes", "--json")
    assert result.exit_code == 6
    assert operations(installer) == [LOOK, LOOK, CREATE]
    assert (
        f"enphase: ada1.yaml: left out: there is an activation ada1 already, with the id {there}"
        in result.stderr
    )
    assert "enphase: 1 activation created for $2.00, 1 left out, 3 hits\n" in result.stderr
    first, second = rows(result.stdout)
    assert (first["system_id"], first["created"]) == (there, False)
    assert (second["reference"], second["created"]) == ("ADA2", True)


def test_without_a_look_none_is_found_and_none_is_paid_for(installer: Person) -> None:
    made(installer, "ADA1")
    result = installer.gets(
        "activations", "create", *written("ADA1"), "--yes", "--no-check-reference", "--json"
    )
    assert operations(installer) == [CREATE]
    assert rows(result.stdout)[0]["created"] is True


def test_an_answer_that_is_lost_is_looked_for_and_nothing_is_sent_again(installer: Person) -> None:
    installer.server.service.faults.add("answer_lost", count=1, operations=[CREATE])
    result = installer.gets("activations", "create", *written("ADA1"), "--yes", "--json")
    assert operations(installer) == [LOOK, CREATE, LOOK, READ]
    assert (created(installer), charged_usd(installer)) == (["ADA1"], 2)
    assert rows(result.stdout)[0]["created"] is True


@pytest.mark.parametrize(("status", "ends"), [(503, 5), (401, 3), (422, 5)])
def test_after_a_failure_in_the_middle_the_same_command_creates_the_rest(
    installer: Person, status: int, ends: int
) -> None:
    """Catches one that is charged twice by whoever runs it again, or ids that nobody gets to see."""
    names = written("ADA1", "ADA2", "ADA3")
    service = installer.server.service
    service.faults.script([None, str(status)], operations=[CREATE])
    result = installer.runs("activations", "create", *names, "--yes")
    assert result.exit_code == ends
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["reference", "ADA1"]
    assert "enphase: 1 activation created for $2.00, " in result.stderr
    told = "incomplete: 2 of 3 are left: run the same again, it creates those that are not there"
    assert f"enphase: {told}\n" in result.stderr
    again = installer.runs("activations", "create", *names, "--yes", "--json")
    assert again.exit_code == 6
    assert [each["created"] for each in rows(again.stdout)] == [False, True, True]
    assert (created(installer), charged_usd(installer)) == (["ADA1", "ADA2", "ADA3"], 6)


def test_without_a_look_it_is_said_what_must_not_be_run_again(installer: Person) -> None:
    installer.server.service.faults.script([None, "404"], operations=[CREATE])
    result = installer.runs(
        "activations", "create", *written("ADA1", "ADA2"), "--yes", "--no-check-reference"
    )
    assert result.exit_code == 5
    assert "1 of 2 are left: before you run it again, leave out what was created: ADA1\n" in result.stderr


def test_an_interruption_shows_what_was_created_and_what_may_have_been(
    installer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Commissioning.create_activation

    def impatient(self: Commissioning, new: Any, **more: Any) -> Any:
        if new.reference == "ADA2":
            raise KeyboardInterrupt
        return real(self, new, **more)

    monkeypatch.setattr(Commissioning, "create_activation", impatient)
    result = installer.runs(
        "activations", "create", *written("ADA1", "ADA2", "ADA3"), "--yes", "--csv", "made.csv"
    )
    assert result.exit_code == 130
    assert "enphase: ADA2 may have been created, too\n" in result.stderr
    assert "incomplete: 2 of 3 are left: run the same again" in result.stderr
    (row,) = read_csv(Path("made.csv.partial").read_text())
    assert row["reference"] == "ADA1"


@pytest.mark.parametrize("count", [1, 2])
def test_one_that_is_created_and_cannot_be_read_is_told_as_created_and_paid_for(
    installer: Person, count: int
) -> None:
    """Catches two dollars that are spent on an activation of which nobody is told."""
    service = installer.server.service
    service.faults.add("answer_lost", count=1, operations=[CREATE])
    service.faults.add("404", operations=[READ])
    names = written("ADA1", "ADA2")[:count]
    result = installer.runs("activations", "create", *names, "--yes", "--csv", "made.csv")
    service.faults.clear()
    assert (result.exit_code, created(installer), charged_usd(installer)) == (5, ["ADA1"], 2)
    assert "enphase: 1 activation created for $2.00, 4 hits\n" in result.stderr
    (row,) = read_csv(Path("made.csv.partial").read_text())
    (there,) = rows(installer.gets("activations", "list", "--reference", "ADA1", "--json").stdout)
    assert {name: row[name] for name in ("reference", "system_id", "created", "file")} == {
        "reference": "ADA1",
        "system_id": str(there["system_id"]),
        "created": "true",
        "file": "ADA1.yaml",
    }
    assert ("incomplete: 1 of 2 are left: run the same again" in result.stderr) is (count == 2)
    assert ("incomplete" in result.stderr) is (count == 2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_it_says_what_was_created_and_what_may_have_been(
    installer: Person, number: signal.Signals
) -> None:
    """`kill`, systemd and a session that ends send another signal than Ctrl-C does, and it costs the same."""
    installer.server.service.faults.script([None, "stall=60"], operations=[CREATE])
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "enphase_cloud", "activations", "create"),
            *(*written("ADA1", "ADA2", "ADA3"), "--yes", "--csv", "made.csv"),
        ],
        stderr=subprocess.PIPE,
        text=True,
        env=process_environment(installer.server),
    )
    while operations(installer).count(CREATE) < 2 and process.poll() is None:
        pass
    process.send_signal(number)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 130, told
    assert "enphase: 1 activation created for $2.00, " in told
    assert "enphase: ADA2 may have been created, too\n" in told
    assert "incomplete: 2 of 3 are left: run the same again" in told
    assert "once the calls that are under way" not in told  # it does not wait for them
    (row,) = read_csv(Path("made.csv.partial").read_text())
    assert row["reference"] == "ADA1"


def test_a_file_that_cannot_be_written_is_found_before_anything_is_paid_for(installer: Person) -> None:
    result = installer.runs("activations", "create", *written("ADA1"), "--yes", "--csv", "no/made.csv")
    assert (result.exit_code, installer.calls) == (1, 0)


def test_a_month_that_is_used_up_ends_it_before_anything_is_sent(installer: Person) -> None:
    """The ledger knows the writes of a plan: catches one that is sent to be refused."""
    body = {"message": "Too Many Requests", "period": "month", "limit": 200, "period_end": 1_796_083_200}
    installer.server.service.fail_next(status=429, body=body, operation=CREATE)
    names = written("ADA1", "ADA2")
    assert installer.runs("activations", "create", *names, "--yes").exit_code == 4
    before = installer.calls
    result = installer.runs("activations", "create", *names, "--yes")
    assert result.exit_code == 4
    assert CREATE not in operations(installer)[before:]
    assert created(installer) == []


def test_a_plan_without_commissioning_refuses_it_before_any_call(installer: Person) -> None:
    installer.environment["ENPHASE_PLAN"] = "watt"
    result = installer.runs("activations", "create", *written("ADA1"), "--yes")
    assert (result.exit_code, installer.calls) == (5, 0)
    assert "watt" in result.stderr


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["create", "ADA1.yaml"], 0),
        (["update", "{}", "--set", "lease=true"], 0),
        (["delete", "{}"], 0),
    ],
)
def test_where_nobody_can_be_asked_nothing_is_done_without_yes(
    installer: Person, words: Sequence[str], asked: int
) -> None:
    known = made(installer)
    result = installer.runs("activations", *(word.format(known) for word in words))
    assert (result.exit_code, result.stdout, installer.calls) == (2, "", asked)
    assert "add --yes" in result.stderr


@pytest.mark.parametrize(("typed", "status", "count"), [(b"y\n", 0, 1), (b"\n", 1, 0)])
def test_at_a_terminal_the_price_is_shown_before_it_is_asked(
    installer: Person, typed: bytes, status: int, count: int
) -> None:
    words = ["activations", "create", *written("ADA1")]
    said = answered(words, process_environment(installer.server), until="[y/N]", typed=typed)
    assert said.status == status, said.shown
    assert said.shown.index("$2.00") < said.shown.index("Create it?")
    assert operations(installer) == [LOOK, CREATE] * count


def test_standard_input_is_not_asked_a_question(installer: Person) -> None:
    """It has ended when the file has: catches a question that gets the file for an answer."""
    (name,) = written("ADA1")
    done = subprocess.run(
        [sys.executable, "-m", "enphase_cloud", "activations", "create", "-"],
        input=Path(name).read_text(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=process_environment(installer.server),
    )
    assert (done.returncode, installer.calls) == (2, 0)
    assert "add --yes" in done.stderr


# ---------------------------------------------------------------------------------------------------------------- list


def test_a_list_has_the_columns_that_people_look_at_and_all_of_them_for_programs(installer: Person) -> None:
    known = made(installer)
    shown = installer.gets("activations", "list", "--reference", "ada1")
    heading, line = (each.split("  ") for each in shown.stdout.splitlines())
    assert [each.strip() for each in heading if each] == [
        *("system_id", "reference", "system_name", "stage", "status", "owner", "city", "state")
    ]
    assert str(known) in line
    assert {"Austin", "TX"} <= {each.strip() for each in line}
    assert shown.stderr == "enphase: 1 activation, 1 hit\n"
    (row,) = rows(installer.gets("activations", "list", "--reference", "ada1", "--json").stdout)
    assert row["address"]["postal_code"] == "73301"
    assert row["updated_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--stage", "1,2"], {"ADA1", "ADA2"}),
        (["--stage", "in_progress"], {"ADA1", "ADA2"}),
        (["--stage", "3"], set()),
        (["--reference", "ada2"], {"ADA2"}),
        (["--name", "house ada1"], {"ADA1"}),
        (["--city", "el paso"], {"ADA2"}),
        (["--state", "tx", "--country", "us"], {"ADA1", "ADA2"}),
        (["--postal-code", "79901"], {"ADA2"}),
        (["--street1", "1 hill road", "--city", "Austin"], {"ADA1"}),
        (["--street2", "upstairs"], {"ADA2"}),
        (["--owner", "null", "--stage", "1"], {"ADA1", "ADA2"}),
        (["--host", "7", "--stage", "1"], set()),
        (["--installer", "{company}", "--stage", "1"], {"ADA1", "ADA2"}),
    ],
)
def test_every_filter_is_one(installer: Person, words: list[str], found: set[str]) -> None:
    """Catches one that does not arrive: the service ignores what it does not know, and lists everything."""
    made(installer, "ADA1")
    there = TEXAS | {"city": "El Paso", "postal_code": "79901", "street2": "Upstairs"}
    made(installer, "ADA2", address=there)
    company = installer.server.service.people.installer.company_id
    named = [word.format(company=company) for word in words]
    listed = rows(installer.gets("activations", "list", *named, "--json").stdout)
    assert {each["reference"] for each in listed} == found


def test_without_a_filter_all_are_listed(installer: Person) -> None:
    made(installer)
    assert len(rows(installer.gets("activations", "list", "--json").stdout)) == 3


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ({"systems": [{"system_id": 7}], "next": {"token": 1}}, 1),
        ({"systems": [{"system_id": 7}, "house"]}, 1),
        ({"systems": ["house"]}, 0),
    ],
)
def test_a_list_that_is_not_whole_is_incomplete(
    installer: Person, answer: dict[str, Any], count: int
) -> None:
    """Catches a program that takes some activations for all that there are."""
    installer.server.service.fail_next(status=200, body=answer, operation=LOOK)
    result = installer.runs("activations", "list", "--json")
    assert (result.exit_code, len(rows(result.stdout))) == (6, count)
    assert "enphase: problem: $." in result.stderr
    assert "enphase: incomplete: " in result.stderr


def test_a_list_with_a_value_that_cannot_be_read_is_whole(installer: Person) -> None:
    body = {"systems": [{"system_id": 7, "stage": "five"}]}
    installer.server.service.fail_next(status=200, body=body, operation=LOOK)
    result = installer.gets("activations", "list", "--json")
    assert "enphase: problem: $.systems[0].stage: " in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--stage", "6"], "'6' is none of 1 to 5"),
        (["--stage", "1,"], "'1,' is none of 1 to 5"),
        (["--reference", " "], "reference has to be text that is not empty"),
        (["--owner", "Ada"], "owner_id is 'Ada': an id is a whole number"),
    ],
)
def test_what_is_no_filter_is_refused_before_any_call(installer: Person, words: list[str], told: str) -> None:
    result = installer.runs("activations", "list", *words)
    assert (result.exit_code, result.stdout, installer.calls) == (2, "", 0)
    assert told in result.stderr


# ---------------------------------------------------------------------------------------------------------------- show


def test_what_is_shown_to_people_is_what_the_service_says(installer: Person) -> None:
    known = made(installer)
    shown = dict(
        line.split(None, 1) for line in installer.gets("activations", "show", known).stdout.splitlines()
    )
    assert (shown["address.city"], shown["stage"], shown["lease"]) == ("Austin", "1", "no")
    assert "host" not in shown
    assert "array_type" not in shown
    assert json.loads(installer.gets("activations", "show", known, "--json").stdout)["host"] is None


def test_who_is_expanded_comes_in_full(installer: Person) -> None:
    home = installer.system_id
    shown = installer.gets("activations", "show", home, "--expand", "owner,host.company").stdout
    assert re.search(r"^owner\.email +owner1@example\.com$", shown, re.M)
    plain = json.loads(installer.gets("activations", "show", home, "--json").stdout)
    full = json.loads(installer.gets("activations", "show", home, "--json", "--expand", "owner").stdout)
    assert full["owner"]["user_id"] == plain["owner_id"]
    assert plain["owner"] == f"{full['owner']['first_name']} {full['owner']['last_name']}"
    wrong = installer.runs("activations", "show", home, "--expand", "ownr")
    assert (wrong.exit_code, installer.calls) == (2, 3)
    assert "Did you mean 'owner'?" in wrong.stderr


def test_one_that_is_not_there_is_an_error(installer: Person) -> None:
    assert installer.runs("activations", "show", 1).exit_code == 5
    assert installer.runs("activations", "show", 0).exit_code == 2


# -------------------------------------------------------------------------------------------------------------- update


def test_a_change_is_shown_against_what_is_set_and_sent_once(installer: Person) -> None:
    known = made(installer)
    Path("changes.yaml").write_text(
        "system_name: Home of Ada\nlease: true\ninternet_connection: broadband\ninterconnect_date: 2026-06-01\n"
        "envoy_serial_numbers: [122012345678]\nencharge:\n"
        "  - {envoy_serial_number: 122012345678, encharge_serial_numbers: [122000000001, 122000000002]}\n"
    )
    result = installer.gets("activations", "update", known, "changes.yaml", "--yes", "--json")
    assert operations(installer) == [READ, UPDATE]
    for line in (
        f"activation {known}: House ADA1 (ADA1, 1 Hill Road, Austin, TX), stage 1",
        "system_name: House ADA1 -> Home of Ada",
        "lease: no -> yes",
        "internet_connection: is broadband already",
        "interconnect_date: - -> 2026-06-01T12:00:00+00:00",
        "envoy_serial_numbers: - -> 122012345678",
        "address: stays as it is, and is sent with it",
        "5 values changed, 2 hits",
    ):
        assert f"enphase: {line}\n" in result.stderr, line
    assert "warning" not in result.stderr
    told = {row["field"]: row for row in rows(result.stdout)}
    assert told["lease"] == {"field": "lease", "was": False, "asked": True, "is": True}
    assert told["interconnect_date"]["is"] == "2026-06-01T12:00:00+00:00"
    assert told["encharge"]["is"] == told["encharge"]["asked"]
    assert "address" not in told
    again = installer.gets("activations", "update", known, "changes.yaml", "--yes", "--json")
    assert again.stderr.endswith("enphase: nothing was sent, 1 hit\n"), again.stderr
    assert operations(installer) == [READ, UPDATE, READ]


def test_what_is_set_already_is_not_sent(installer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a value that nobody changes here, and that takes the place of what somebody else set meanwhile."""
    known = made(installer)
    real = Commissioning.update_activation

    def meanwhile(self: Commissioning, activation_id: int, changes: ActivationChanges, **more: Any) -> Any:
        other = ActivationChanges(system_name="Named by another", lease=True, address=Address(**TEXAS))
        real(self, activation_id, other)
        return real(self, activation_id, changes, **more)

    monkeypatch.setattr(Commissioning, "update_activation", meanwhile)
    words = ["--set", "system_name=House ADA1", "--set", "reference=A2", "--set", "lease=false"]
    result = installer.gets("activations", "update", known, *words, "--yes", "--json")
    told = {row["field"]: row for row in rows(result.stdout)}
    assert (told["reference"]["was"], told["reference"]["is"]) == ("ADA1", "A2")
    assert (told["system_name"]["asked"], told["system_name"]["is"]) == ("House ADA1", "Named by another")
    assert told["lease"]["is"] is True
    assert "enphase: 1 value changed, 3 hits\n" in result.stderr
    assert "system_name is Named by another, as the service says, and not House ADA1" in result.stderr


def test_what_goes_with_a_change_by_a_rule_is_sent_with_it(installer: Person) -> None:
    """Catches a change that is refused for the lack of what the caller has said, and what is set already."""
    known = made(installer, third_party_storage_device_manufacturer="Tesla")
    words = ["third_party_storage_device_installed=true", "third_party_storage_device_manufacturer=Tesla"]
    given = [part for word in words for part in ("--set", word)]
    result = installer.gets("activations", "update", known, *given, "--yes")
    assert operations(installer) == [READ, UPDATE]
    told = "third_party_storage_device_manufacturer: stays as it is, and is sent with it\n"
    assert f"enphase: {told}" in result.stderr
    assert "enphase: 1 value changed, 2 hits\n" in result.stderr


def test_an_address_that_is_given_and_set_goes_along_where_one_has_to(installer: Person) -> None:
    known = made(installer)
    Path("same.json").write_text(json.dumps({"address": TEXAS, "lease": True}))
    result = installer.gets("activations", "update", known, "same.json", "--yes")
    assert "enphase: address: stays as it is, and is sent with it\n" in result.stderr
    installer.server.service.change(company_country="DE")
    Path("same.json").write_text(json.dumps({"address": TEXAS, "lease": False}))
    result = installer.gets("activations", "update", known, "same.json", "--outside-us", "--yes")
    assert "sent with it" not in result.stderr


def test_what_is_set_already_is_held_against_no_rule(installer: Person) -> None:
    """Catches a change that is refused for what is not part of it."""
    known = made(installer)
    body = {
        "system_id": known,
        "address": TEXAS,
        "grid_connection_type": {"type": 2, "name": "NEM"},
        "lease": False,
    }
    installer.server.service.fail_next(status=200, body=body, operation=READ)
    words = ["--set", "grid_connection_type=2", "--set", "lease=true"]
    installer.gets("activations", "update", known, *words, "--yes")
    assert operations(installer) == [READ, UPDATE]


def test_what_california_asks_for_is_compared_as_it_is_entered(installer: Person) -> None:
    """Catches codes that are set against their words, and never the same."""
    california = TEXAS | {"city": "Petaluma", "state": "CA"}
    known = made(
        installer,
        address=california,
        grid_connection_type=1,
        battery_grid_mode=2,
        expected_encharge_count=1,
        interconnection_application_date="2026-05-01",
    )
    words = ["grid_connection_type=1", "battery_grid_mode=2", "interconnection_application_date=2026-05-01"]
    given = [part for word in words for part in ("--set", word)]
    result = installer.gets("activations", "update", known, *given, "--yes")
    assert operations(installer) == [READ]
    assert result.stderr.count(" already\n") == 3, result.stderr


def test_a_dry_run_of_a_change_reads_and_sends_nothing(installer: Person) -> None:
    known = made(installer)
    result = installer.gets("activations", "update", known, "--set", "lease=true", "--dry-run")
    assert operations(installer) == [READ]
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["field", "was", "asked"],
        ["lease", "no", "yes"],
    ]
    assert result.stderr.endswith("enphase: nothing was sent, 1 hit\n")


def test_a_value_is_taken_away_by_an_empty_one(installer: Person) -> None:
    known = made(installer, array_type="fixed_roof_mount")
    result = installer.gets("activations", "update", known, "--set", "array_type=", "--yes", "--json")
    assert rows(result.stdout) == [
        {"field": "array_type", "was": "fixed_roof_mount", "asked": None, "is": None}
    ]


def test_an_address_that_is_given_is_the_one_that_is_sent(installer: Person) -> None:
    known = made(installer)
    Path("moved.json").write_text(json.dumps({"address": TEXAS | {"street1": "2 Hill Road"}}))
    result = installer.gets(
        "activations", "update", known, "moved.json", "--set", "lease=true", "--yes", "--json"
    )
    told = {row["field"]: row for row in rows(result.stdout)}
    assert told["address"]["is"]["street1"] == "2 Hill Road"
    assert told["address"]["was"] == TEXAS
    assert "stays as it is" not in result.stderr


def test_companies_elsewhere_send_no_address(installer: Person) -> None:
    known = made(installer)
    service = installer.server.service
    result = installer.runs("activations", "update", known, "--set", "lease=true", "--outside-us", "--yes")
    assert result.exit_code == 5
    assert "Address is mandatory" in result.stderr
    service.change(company_country="DE")
    installer.gets("activations", "update", known, "--set", "lease=true", "--outside-us", "--yes")


def test_what_the_service_does_not_take_is_told(installer: Person) -> None:
    known = made(installer)
    body = {"system_id": known, "lease": False}
    installer.server.service.fail_next(status=200, body=body, operation=UPDATE)
    result = installer.gets("activations", "update", known, "--set", "lease=true", "--yes")
    assert "enphase: warning: lease is no, as the service says, and not yes\n" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing is to be changed"),
        (["--set", "lease"], "'lease' is not NAME=VALUE"),
        (["--set", "lease=yes"], "--set: lease has to be True or False, not 'yes'"),
        (["--set", "lease=true", "--set", "lease=false"], "lease is given twice"),
        (["--set", "lease=null"], "changes nothing"),
        (["--set", "leese=true"], "'leese' is not known. Did you mean 'lease'?"),
        (["--set", "address.city=Austin"], "--set takes no part of a value such as address.city"),
        (["--set", "envoy_serial_numbers=5"], "envoy_serial_numbers has to be a list"),
        (["two.json"], "two.json: 2 activations: an update is about one"),
        (["nothing.json"], "nothing.json: nothing is to be changed"),
        (["lease.json", "--set", "lease=false"], "lease is given by --set, and in lease.json"),
        (["gone.json"], "gone.json: No such file or directory"),
    ],
)
def test_what_cannot_be_changed_is_refused_before_any_call(
    installer: Person, words: list[str], told: str
) -> None:
    for name, content in {"two": [{}, {}], "nothing": {"lease": None}, "lease": {"lease": True}}.items():
        Path(f"{name}.json").write_text(json.dumps(content))
    result = installer.runs("activations", "update", 700, *words, "--yes")
    assert (result.exit_code, result.stdout, installer.calls) == (2, "", 0)
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_what_no_rule_allows_at_the_address_that_is_set_costs_the_look_alone(installer: Person) -> None:
    known = made(installer)
    for words in (["--yes"], ["--dry-run"]):
        installer.server.service.journal.clear()
        result = installer.runs("activations", "update", known, "--set", "grid_connection_type=2", *words)
        assert (result.exit_code, operations(installer)) == (5, [READ])
        assert "grid_connection_type is for sites in California" in result.stderr
        assert result.stderr.endswith(SPENT)


def test_an_address_that_is_not_whole_costs_the_look_alone(installer: Person) -> None:
    known = made(installer)
    body = {"system_id": known, "address": {"city": "Austin"}, "lease": False}
    installer.server.service.fail_next(status=200, body=body, operation=READ)
    result = installer.runs("activations", "update", known, "--set", "lease=true", "--yes")
    assert (result.exit_code, operations(installer)) == (5, [READ])
    assert "the one that is set is not whole: give it in a file" in result.stderr
    assert result.stderr.endswith(SPENT)


def test_without_a_change_no_address_is_missed(installer: Person) -> None:
    known = made(installer)
    body = {"system_id": known, "address": {"city": "Austin"}, "lease": True}
    installer.server.service.fail_next(status=200, body=body, operation=READ)
    result = installer.gets("activations", "update", known, "--set", "lease=true", "--yes")
    assert result.stderr.endswith("enphase: nothing was sent, 1 hit\n")


# -------------------------------------------------------------------------------------------------------------- delete


def test_one_is_named_and_deleted(installer: Person) -> None:
    known = made(installer)
    result = installer.gets("activations", "delete", known, "--yes", "--json")
    assert operations(installer) == [READ, DELETE]
    assert (
        f"activation {known}: House ADA1 (ADA1, 1 Hill Road, Austin, TX), stage 1: is to be deleted"
        in result.stderr
    )
    assert json.loads(result.stdout)["system_id"] == known
    assert created(installer) == []


def test_one_that_is_too_far_costs_the_look_alone(installer: Person) -> None:
    result = installer.runs("activations", "delete", installer.system_id, "--yes")
    assert (result.exit_code, operations(installer)) == (5, [READ])
    assert "is in stage 5: only in stage 1 or 2" in result.stderr
    assert result.stderr.endswith(SPENT)


def test_a_question_that_is_answered_with_no_deletes_nothing(installer: Person) -> None:
    known = made(installer)
    words = ["activations", "delete", str(known)]
    said = answered(words, process_environment(installer.server), until="[y/N]", typed=b"n\n")
    assert (said.status, operations(installer)) == (1, [READ])
    assert "nothing was changed" in said.shown
