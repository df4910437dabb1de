"""`enphase commissioning`: what installers read, one call each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS

from enphase_cloud import mock
from enphase_cloud.cli.commissioning import command as group
from enphase_cloud.mock import Server

from .running import NOW, Person, read_csv


@pytest.fixture(scope="module")
def office_server() -> Iterator[Server]:
    with mock.serve(homes=2, clock=NOW.timestamp()) as server:
        yield server


@pytest.fixture
def installer(office_server: Server) -> Person:
    office_server.service.journal.clear()
    return Person(office_server, environment={"ENPHASE_PLAN": "partner"})


@pytest.fixture
def known(installer: Person) -> dict[str, Any]:
    """Ids that the server knows, by the names that `CALLS` has for them."""
    people, home = installer.server.service.people, installer.system_id
    layout = installer.server.service.activations.find(home)
    assert layout is not None
    return {
        "home": home,
        "array": layout.layout.arrays[0]["id"],
        "me": people.installer.user_id,
        "owner": layout.entered["owner_id"],
        "company": people.installer.company_id,
        "maker": layout.entered["pv_manufacturer"],
        "meter": _meter(installer, home),
    }


def _meter(installer: Person, home: int) -> str:
    devices = json.loads(installer.gets("devices", home, "--json").stdout)
    installer.server.service.journal.clear()
    return next(str(each["serial_number"]) for each in devices if each["device_type"] == "meters")


CALLS = {
    "battery-mode {home}": "getActivationBatteryMode",
    "production-mode {home}": "getProductionMode",
    "estimate {home}": "getActivationEstimate",
    "user self": "getCurrentUser",
    "user {me}": "getUser",
    "user --email installer@example.com": "searchUser",
    "user {owner} --activation {home}": "getActivationUser",
    "user {me} --of-company {company}": "getCompanyUser",
    "company-users {company}": "listCompanyUsers",
    "branches": "listBranches",
    "subcontractors": "listAuthorizedSubcontractors",
    "grid-profiles": "listGridProfiles",
    "meter {home} {meter}": "getSystemMeter",
    "pv-manufacturers": "listPvManufacturers",
    "pv-models {maker}": "listPvModels",
    "tariff {home}": "getSystemTariffSettings",
    "arrays {home}": "getSystemArrays",
    "array {home} {array}": "getSystemArray",
}


def test_every_operation_that_reads_has_a_command() -> None:
    """Of the other half of the API: the two of activations are `enphase activations list` and `show`."""
    reading = {
        name for name, each in OPERATIONS.items() if each.access == "commissioning" and each.method == "GET"
    }
    assert set(CALLS.values()) == reading - {"listActivations", "getActivation"}
    assert {words.split()[0] for words in CALLS} == set(group.commands)


@pytest.mark.parametrize("words", CALLS)
def test_each_is_one_call_and_says_so_and_has_three_forms(
    installer: Person, known: dict[str, Any], words: str
) -> None:
    asked = ["commissioning", *words.format(**known).split()]
    for form in ([], ["--csv", "-"], ["--json"]):
        installer.server.service.journal.clear()
        result = installer.gets(*asked, *form)
        assert [call.operation for call in installer.server.service.journal] == [CALLS[words]]
        assert re.search(r"^enphase: .*\b1 hit$", result.stderr, re.M), result.stderr
        assert "problem" not in result.stderr
        if form == ["--json"]:
            assert json.loads(result.stdout)
        elif form:
            assert read_csv(result.stdout)
        else:
            assert "{" not in result.stdout
            assert len(result.stdout.splitlines()) > 1


def document(installer: Person, *words: object) -> Any:
    return json.loads(installer.gets("commissioning", *words, "--json").stdout)


def test_a_user_is_found_and_shown_with_their_company(installer: Person, known: dict[str, Any]) -> None:
    found = document(installer, "user", "--email", "installer@example.com")
    assert found == {"user_id": known["me"], "company_id": known["company"]}
    assert document(installer, "user", "self")["company"] is None
    for words in (["self"], [known["me"]], [known["me"], "--of-company", known["company"]]):
        shown = document(installer, "user", *words, "--with-company")
        assert shown["company"]["company_id"] == known["company"]
    owner = document(installer, "user", known["owner"], "--activation", known["home"])
    assert owner["email"] == "owner1@example.com"
    assert installer.runs("commissioning", "user", "--email", "nobody@example.com").exit_code == 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "say which user"),
        (["self", "--email", "a@example.com"], "say which user"),
        (["--email", "a@example.com", "--with-company"], "--email finds ids"),
        (["self", "--activation", "1"], "say the id of the user"),
        (["1", "--activation", "1", "--of-company", "1"], "cannot be used together"),
        (["--email", "nobody"], "email is 'nobody', which is no email address"),
        (["me"], "user_id is 'me': an id is a whole number"),
    ],
)
def test_a_user_that_cannot_be_asked_for_costs_nothing(
    installer: Person, words: list[str], told: str
) -> None:
    result = installer.runs("commissioning", "user", *words)
    assert (result.exit_code, result.stdout, installer.calls) == (2, "", 0)
    assert told in result.stderr


def test_companies_say_what_they_are_to_the_caller(installer: Person, known: dict[str, Any]) -> None:
    branches = document(installer, "branches")
    assert [each["is"] for each in branches] == ["own", "branch", "branch"]
    assert branches[0]["company_id"] == known["company"]
    subcontractors = document(installer, "subcontractors")
    assert [(each["is"], each["status"]) for each in subcontractors] == [
        ("own", None),
        ("subcontractor", "Enabled"),
        ("subcontractor", "Disabled"),
    ]
    users = document(installer, "company-users", known["company"])
    assert {"user_id": known["me"], "email": "installer@example.com"} in users


def test_prices_are_rows_and_the_whole_tariff_is_json(installer: Person, known: dict[str, Any]) -> None:
    result = installer.gets("commissioning", "tariff", known["home"], "--csv", "-")
    prices = read_csv(result.stdout)
    whole = document(installer, "tariff", known["home"])["tariff"]
    evening = {"direction": "buy", "season": "all_year_long", "from": "1/1", "at": "16:00", "rate": "0.42"}
    assert any(evening.items() <= each.items() for each in prices)
    counted = [
        period
        for name in ("seasons", "seasons_sell")
        for season in whole[name]
        for days in season["days"]
        for period in days["periods"]
    ]
    assert len(prices) == len(counted) + 2
    assert f"prices are in {whole['currency']}" in result.stderr
    assert re.search(
        r"^enphase: the last change, of \d{4}-\d\d-\d\d \d\d:\d\d UTC: done$", result.stderr, re.M
    )


def test_arrays_are_counted_and_what_lies_nowhere_is_named(installer: Person, known: dict[str, Any]) -> None:
    home = known["home"]
    whole = document(installer, "arrays", home)
    modules = whole["arrays"][0]["modules"]
    shown = installer.gets("commissioning", "arrays", home)
    assert "on no array" not in shown.stderr
    assert re.search(rf"^{known['array']}  Array 1  +{len(modules)}  ", shown.stdout, re.M)
    (first, *_) = read_csv(installer.gets("commissioning", "arrays", home, "--csv", "-").stdout)
    assert len(json.loads(first["modules"])) == len(modules)
    one = read_csv(installer.gets("commissioning", "array", home, known["array"], "--csv", "-").stdout)
    assert [each["serial_num"] for each in one] == [each["serial_num"] for each in modules]
    body = {"system_id": home, "arrays": [], "inventory": ["482200000001"]}
    installer.server.service.fail_next(status=200, body=body, operation="getSystemArrays")
    shown = installer.gets("commissioning", "arrays", home)
    assert "enphase: on no array yet: 1 microinverter: 482200000001\n" in shown.stderr


def test_a_pair_that_is_none_is_named_and_the_others_are_listed(installer: Person) -> None:
    body = {"pv_manufacturers": [[1, "Coronal"], ["x"], [2, "Daystar"]]}
    installer.server.service.fail_next(status=200, body=body, operation="listPvManufacturers")
    result = installer.gets("commissioning", "pv-manufacturers", "--json")
    assert [each["name"] for each in json.loads(result.stdout)] == ["Coronal", "Daystar"]
    assert "problem: $.pv_manufacturers[1]: no pair of an id and a name" in result.stderr


def test_what_the_service_refuses_has_its_exit_status(installer: Person, known: dict[str, Any]) -> None:
    home = known["home"]
    assert installer.runs("commissioning", "array", home, 1).exit_code == 5
    installer.server.service.fail_next(status=401, operation="listBranches")
    assert installer.runs("commissioning", "branches").exit_code == 3
    installer.environment["ENPHASE_PLAN"] = "watt"
    before = installer.calls
    assert installer.runs("commissioning", "branches").exit_code == 5
    assert installer.calls == before
