"""Files of `enphase activations`: text stays text, all that is wrong is said at once and where, and nothing is sent."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from enphase_cloud.cli.app import enphase

from .running import Person

GOOD = """\
system_name: House of Ada
reference: ADA1
address: {street1: 1 Hill Road, city: Boston, state: MA, country: US, postal_code: 02139}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tried(person: Person, *texts: str | bytes, name: str = "site{}.yaml", **more: Any) -> Result:
    """What a dry run says of files with these texts. It must not make a call."""
    names = []
    for index, text in enumerate(texts):
        names.append(name.format(index or ""))
        Path(names[-1]).write_bytes(text.encode() if isinstance(text, str) else text)
    result = person.runs("activations", "create", *names, "--dry-run", "--json", *more.get("options", ()))
    assert person.calls == 0
    return result


def bodies(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [each["body"] for each in json.loads(result.stdout)["activations"]]


def body(result: Result) -> dict[str, Any]:
    (found,) = bodies(result)
    return found


# ------------------------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("02139", "02139"),
        ("2139", "2139"),
        ("on", "on"),
        ("no", "no"),
        ("Y", "Y"),
        ("2026-05-31", "2026-05-31"),
        ("12E5", "12E5"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        (".5", ".5"),
        ("+5", "+5"),
        ("'5'", "5"),
        ('"5.50"', "5.50"),
        ("!!str 5", "5"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("|\n  two\n  lines", "two\nlines\n"),
    ],
)
def test_text_stays_what_it_is(person: Person, written: str, sent: str) -> None:
    """Catches a postal code that loses its zero, a name that becomes true, a serial number with another base."""
    assert body(tried(person, f"{GOOD}voltage: {written}\n"))["voltage"] == sent


def test_numbers_and_truth_are_what_the_service_wants(person: Person) -> None:
    sent = body(
        tried(
            person,
            f"{GOOD}lease: true\noperational: False\nexpected_pcu_count: 12\npv_module_power_rating: 410.5\n"
            "requested_profile: null\nvoltage: ~\nrequested_report_freq:\n",
        )
    )
    assert sent["lease"] is True
    assert sent["operational"] is False
    assert (sent["expected_pcu_count"], sent["pv_module_power_rating"]) == (12, 410.5)
    assert not {"requested_profile", "voltage", "requested_report_freq"} & set(sent)
    assert sent["address"]["postal_code"] == "02139"


def test_a_file_has_one_activation_a_list_or_several_documents(person: Person) -> None:
    second, third = GOOD.replace("ADA1", "ADA2"), GOOD.replace("ADA1", "ADA3")
    listed = "- " + second.replace("\n", "\n  ").strip() + "\n- " + third.replace("\n", "\n  ").strip()
    for texts in (
        (GOOD, second, third),
        (f"---\n{GOOD}---\n---\n{second}---\n{third}...\n",),
        (GOOD, listed),
    ):
        assert [each["reference"] for each in bodies(tried(person, *texts))] == ["ADA1", "ADA2", "ADA3"]


def test_json_is_read_by_its_name_or_by_its_looks(person: Person) -> None:
    content = {"system_name": "House", "reference": "ADA1", "system_type": "other"}
    for name, text in (
        ("site.json", json.dumps([content])),
        ("site", json.dumps(content, indent="\t")),  # YAML knows no tabs
        ("site.yaml", json.dumps(content)),
        ("site", "{system_name: House, reference: ADA1, system_type: other}"),
    ):
        assert body(tried(person, text, name=name, options=["--outside-us"])) == content, name


def test_standard_input_is_a_file(person: Person) -> None:
    result = CliRunner().invoke(
        enphase,
        ["activations", "create", "-", "--dry-run", "--json"],
        input=f"\ufeff{GOOD}".encode(),
        obj=person.world,
        env=person.environment,
    )
    assert body(result)["system_name"] == "House of Ada"


def test_json_needs_no_further_package_and_yaml_says_which(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    document = json.dumps({"system_name": "House", "reference": "ADA1"})
    assert bodies(tried(person, document, name="site.json", options=["--outside-us"]))
    result = tried(person, GOOD)
    assert result.exit_code == 2
    assert "pip install 'enphase-cloud[cli]'" in result.stderr


# ---------------------------------------------------------------------------------------------------- what is no file


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "site.yaml:2: a is there twice, first in line 1"),
        ("address:\n  city: A\n  city: B\n", "site.yaml:3: address.city is there twice, first in line 2"),
        ("a: &x [1]\nb: *x\n", "site.yaml:2: *x stands for what is written elsewhere"),
        ("a: !!python/object/apply:os.system [ls]\n", "site.yaml:1: tag:yaml.org,2002:python/object/apply"),
        ("a: !!int '5'\n", "site.yaml:1: tag:yaml.org,2002:int says what kind of value comes"),
        ("? [a, b]\n: 1\n", "site.yaml:1: a name is expected before the colon"),
        ("system_name: [\n", "site.yaml:2: no YAML: "),
        ("system_name: a: b\n", "site.yaml:1: no YAML: mapping values are not allowed here"),
        ("ok: 1\nbad: \x01\n", "site.yaml:2: a letter is in it that YAML does not allow: U+0001"),
        ("- " * 5_000, "site.yaml: too much is nested in it"),
        ("", "site.yaml: nothing is described in it"),
        ("# nothing\n---\n", "site.yaml: nothing is described in it"),
        ("just words", "site.yaml:1: it has to be an object of names and values, not 'just words'"),
        (b"ok: 1\nname: \xff\n", "site.yaml:2: it is no text in UTF-8"),
    ],
)
def test_what_is_no_file_of_activations_is_said_with_its_line(
    person: Person, text: str | bytes, told: str
) -> None:
    result = tried(person, text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"enphase: {told}" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1, "a": 2}', "site.json: a is there twice"),
        ('{"a": NaN}', "site.json: no JSON: NaN is no number"),
        ('{"a":\n}', "site.json:2: no JSON: "),
        ("[" * 100_000, "site.json: too much is nested in it"),
        ('{"a": ' + "9" * 5_000 + "}", "site.json: a number has too many digits"),
        ("system_name: House", "site.json:1: no JSON: "),
    ],
)
def test_json_that_is_none_is_said(person: Person, text: str, told: str) -> None:
    result = tried(person, text, name="site.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"enphase: {told}" in result.stderr


def test_a_bomb_of_aliases_takes_no_time(person: Person) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    result = tried(person, f"a0: &a0 [x]\n{levels}\n")
    assert "site.yaml:2: *a0 stands for what is written elsewhere" in result.stderr


# ------------------------------------------------------------------------------------------------------ what is wrong


def test_all_that_is_wrong_in_all_files_is_said_with_file_line_and_field(person: Person) -> None:
    """Catches a check that stops at the first complaint, or that spends a hit on the files that are good."""
    wrong = """\
# one who lives in California
system_name: House of Bela
reference: BELA 1
lease: yes
adress: {}
address:
  street1: 2 Hill Road
  city: Petaluma
  state: CA
  country: US
encharge:
  - envoy_serial_number: 122012345678
    encharge_serial_numbers:
      - 12 34
"""
    unnamed = "[{}, 5]"
    Path("two.json").write_text(unnamed)
    Path("one.yaml").write_text(wrong)
    Path("good.yaml").write_text(GOOD)
    result = person.runs(
        "activations", "create", "good.yaml", "one.yaml", "two.json", "gone.yaml", ".", "--yes"
    )
    assert (result.exit_code, result.stdout, person.calls) == (2, "", 0)
    said = [line.removeprefix("enphase: ") for line in result.stderr.splitlines()]
    for place in (
        "one.yaml:3: reference is 'BELA 1'",
        "one.yaml:4: lease has to be True or False, not 'yes'",
        "one.yaml:5: 'adress' is not known. Did you mean 'address'?",
        "one.yaml:6: address.postal_code is missing",
        "one.yaml:14: encharge[0].encharge_serial_numbers[0]",
        "one.yaml:2: grid_connection_type is missing",
        "two.json, activation 1: system_name is missing",
        "two.json, activation 1: address is missing",
        "two.json, activation 1: reference is missing",
        "two.json, activation 2: it has to be an object",
        "gone.yaml: No such file or directory",
        ".: Is a directory",
    ):
        assert any(line.startswith(place) for line in said), (place, said)
    assert (
        said[-1] == f"error: {len(said) - 1} things are wrong in 5 files: nothing was asked of the service."
    )
    assert "united_states=" not in result.stderr


def test_a_value_that_is_wrong_is_not_held_against_a_rule_as_well(person: Person) -> None:
    result = tried(person, GOOD.replace("1 Hill Road", "''").replace("state: MA", "state: 5"))
    told = [line for line in result.stderr.splitlines() if "address.s" in line]
    assert len(told) == 2, result.stderr


def test_two_of_one_reference_are_found_before_either_is_paid_for(person: Person) -> None:
    result = tried(person, GOOD, GOOD.replace("ADA1", "ada1"))
    assert result.exit_code == 2
    assert "enphase: site1.yaml:2: reference ada1 is that of site.yaml:2, too" in result.stderr
    assert tried(person, GOOD, GOOD, options=["--no-check-reference"]).exit_code == 0


def test_without_a_reference_it_has_to_be_said_that_none_is_looked_for(person: Person) -> None:
    unnamed = GOOD.replace("reference: ADA1\n", "")
    result = tried(person, unnamed)
    assert result.exit_code == 2
    assert "site.yaml:1: reference is missing" in result.stderr
    assert "--no-check-reference" in result.stderr
    assert "reference" not in body(tried(person, unnamed, options=["--no-check-reference"]))


def test_rules_that_need_a_clock_have_that_of_the_client(person: Person) -> None:
    """The clock stands at 20 November 2026."""
    permitted = f"{GOOD}permission_to_operate: true\ninterconnection_application_date: "
    assert tried(person, f"{permitted}2026-11-19").exit_code == 0
    result = tried(person, f"{permitted}2026-11-22")
    assert "site.yaml:5: interconnection_application_date lies in the future" in result.stderr
    assert (
        "site.yaml:5: interconnection_application_date has to be after"
        in tried(person, f"{permitted}2023-04-14").stderr
    )
    assert "a date (YYYY-MM-DD)" in tried(person, f"{permitted}20261119").stderr
