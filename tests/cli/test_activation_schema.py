"""The schema that is printed, and the checks, agree on what can be, but for what the schema says that it leaves out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it has no stubs of its own

from enphase_cloud.commissioning import RULES, ActivationChanges, NewActivation, activation_schema
from enphase_cloud.commissioning.rules import complaints_of
from enphase_cloud.commissioning.schema import LEFT_OUT

from .running import NOW, Person

KINDS = {False: NewActivation, True: ActivationChanges}
SCHEMAS = {changes: activation_schema(changes=changes) for changes in KINDS}
CHECKERS = {changes: Draft7Validator(schema) for changes, schema in SCHEMAS.items()}
TOLD = {rule.told for rule in RULES if rule.name in LEFT_OUT}

WHOLE = {"street1": "1 Hill Road", "city": "A", "postal_code": "02139"}
ADDRESSES: list[Any] = [
    *({**WHOLE, "state": state, "country": "US"} for state in ("CA", "ca", "MA", "California", " ", 5, "C")),
    *(
        {**WHOLE, "state": state, "country": country}
        for state, country in (("CA", "us"), ("CA", "DE"), ("Bavaria", "DE"))
    ),
    {**WHOLE, "state": "MA", "country": "USA"},
    {**WHOLE, "country": "US"},
    {**WHOLE, "state": "MA", "country": "US", "planet": "Mars"},
    {},
    "Petaluma",
]
STORED = {"envoy_serial_number": "122012345678", "encharge_serial_numbers": ["122099999999"]}
ANYTHING: list[Any] = [
    *("", " ", "x", "two words", "A1", "ÄÖ", "x" * 64, "x" * 65, "x" * 255, "x" * 256),
    *(0, 1, 2, 4, 5, -1, 20_260_531, 1_700_000_000, 2**40, 0.5, -0.5, 10**18, 300.25),
    *(True, False, [], ["122012345678"], [1, 2], ["a", "a"], ["a", 5.5], {}, [{}], [STORED], STORED),
    *(
        "2026-05-31",
        "2026-05-31T10:00Z",
        "2026-05-31 10:00:00+02:00",
        "2026-05-31T10:00",
        "2026-02-30",
        "31.5.2026",
    ),
    *(
        "2026-05-31T25:00Z",
        "1969-01-01",
        "residential",
        "broadband",
        "meter",
        "zep",
        "Tesla",
        "fixed_open_rack",
    ),
]
LIKELY: dict[str, list[Any]] = {
    "address": ADDRESSES,
    "grid_connection_type": [1, 2, 3, 4, 5, 0, True, "1"],
    "battery_grid_mode": [1, 2, 3, "1"],
    "third_party_storage_device_installed": [True, False, "true"],
    "third_party_storage_device_manufacturer": ["Tesla", "LG Chem", "tesla"],
    "encharge": [[], [STORED], [{}], STORED],
    "expected_encharge_count": [0, 1, -1],
    "permission_to_operate": [True, False],
    "interconnection_application_date": [
        "2023-04-14", "2023-04-15", "2026-11-19", "2026-11-21", "2023-02-29", "2026-11-19T10:00:00Z", 1_681_500_000
    ],
    "system_name": ["House of Ada", "", 5],
}  # fmt: skip


@st.composite
def described(draw: st.DrawFn, changes: bool) -> dict[str, Any]:
    """What somebody may write: mostly of what goes together, and now and then anything anywhere."""
    names = draw(st.sets(st.sampled_from(list(LIKELY)), max_size=8))
    if not changes:
        names |= {"system_name"}
    found = {name: draw(st.sampled_from(LIKELY[name])) for name in sorted(names)}
    for name in sorted(
        draw(st.sets(st.sampled_from([*SCHEMAS[changes]["properties"], "adress"]), max_size=2))
    ):
        found[name] = draw(st.sampled_from(ANYTHING))
    return found


def is_no_day(complaint: str) -> bool:
    """Which days a month has, a pattern cannot say."""
    return "a date (YYYY-MM-DD)" in complaint and ("'2026-02-30'" in complaint or "'2023-02-29'" in complaint)


@pytest.mark.parametrize("changes", [False, True])
@settings(max_examples=200)
@given(data=st.data())
def test_schema_and_checks_agree_but_for_what_the_schema_leaves_out(
    changes: bool, data: st.DataObject
) -> None:
    """Catches an editor that is content with what costs a hit to be refused, or that underlines what is right."""
    document = data.draw(described(changes))
    refused = [error.message for error in CHECKERS[changes].iter_errors(document)]
    complaints = complaints_of(KINDS[changes], document, united_states=True, now=NOW.timestamp())
    beyond = [each for each in complaints if each not in TOLD and not is_no_day(each)]
    assert bool(refused) == bool(beyond), (refused, beyond)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_the_schema_leaves_out_it_says(name: str) -> None:
    assert name in {rule.name for rule in RULES}
    assert name in SCHEMAS[False]["$comment"]


@pytest.mark.parametrize("changes", [False, True])
def test_the_schema_is_one_and_is_printed(person: Person, changes: bool) -> None:
    printed = person.gets("activations", "schema", *(["--changes"] if changes else [])).stdout
    document = json.loads(printed)
    Draft7Validator.check_schema(document)
    assert document == SCHEMAS[changes]
    assert document.get("required") == (None if changes else ["system_name"])
    assert all(each["description"] for each in document["properties"].values())
    assert person.calls == 0
