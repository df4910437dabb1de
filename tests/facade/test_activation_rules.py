"""What the vendor's documents require of an activation, checked before a hit is spent; and what editors know of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from enphase_v4.models import CreateActivationRequest, UpdateActivationRequest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it has no stubs of its own

from enphase_cloud import InvalidRequest
from enphase_cloud.commissioning import (
    RULES,
    ActivationChanges,
    Address,
    GatewayEncharges,
    NewActivation,
    activation_schema,
)
from enphase_cloud.commissioning.rules import check

from .worlds import NOW

TEXAS = Address(street1="1 Sun Street", city="Austin", state="TX", country="US", postal_code="73301")
CALIFORNIA = attrs.evolve(TEXAS, city="San Diego", state="CA", postal_code="92126")
BERLIN = attrs.evolve(TEXAS, city="Berlin", state="BE", country="DE", postal_code="10115")
ENCHARGES = (GatewayEncharges(envoy_serial_number="2020", encharge_serial_numbers=("1220", "1221")),)
OF_CALIFORNIA = {
    "address": CALIFORNIA,
    "grid_connection_type": 2,
    "third_party_storage_device_installed": False,
}
LAST_DAY = datetime(2023, 4, 15, 6, 59, 59, tzinfo=UTC)
"""The last second of 2023-04-14 in California."""


def new(**values: Any) -> NewActivation:
    return NewActivation(**{"system_name": "House", "reference": "A1", "address": TEXAS, **values})


def complaints(body: ActivationChanges, *, united_states: bool = True) -> str:
    """What is wrong with it; nothing, if nothing is."""
    try:
        check(body, united_states=united_states, now=NOW)
    except InvalidRequest as error:
        return str(error)
    return ""


BROKEN: dict[str, tuple[ActivationChanges, ActivationChanges]] = {
    "address": (new(address=None), new()),
    "state": (
        new(address=attrs.evolve(TEXAS, state="Texas")),
        new(address=attrs.evolve(BERLIN, state="Berlin")),
    ),
    "grid connection in California": (
        new(address=CALIFORNIA, third_party_storage_device_installed=False),
        new(**OF_CALIFORNIA),
    ),
    "grid connection elsewhere": (new(grid_connection_type=2), new()),
    "battery grid mode without net billing": (
        new(**OF_CALIFORNIA | {"encharge": ENCHARGES, "battery_grid_mode": 1}),
        new(**OF_CALIFORNIA | {"encharge": ENCHARGES, "battery_grid_mode": 1, "grid_connection_type": 1}),
    ),
    "battery grid mode without a battery": (
        new(**OF_CALIFORNIA | {"battery_grid_mode": 2, "grid_connection_type": 1}),
        new(
            **OF_CALIFORNIA
            | {"battery_grid_mode": 2, "grid_connection_type": 1, "expected_encharge_count": 2}
        ),
    ),
    "battery grid mode that is missing": (
        new(**OF_CALIFORNIA | {"encharge": ENCHARGES, "grid_connection_type": 1}),
        new(**OF_CALIFORNIA | {"encharge": ENCHARGES}),
    ),
    "storage of others": (
        new(address=CALIFORNIA, grid_connection_type=3),
        new(address=CALIFORNIA, grid_connection_type=3, encharge=ENCHARGES),
    ),
    "manufacturer of storage": (
        new(third_party_storage_device_installed=True),
        new(
            **OF_CALIFORNIA
            | {
                "third_party_storage_device_installed": True,
                "third_party_storage_device_manufacturer": "LG Chem",
            }
        ),
    ),
    "manufacturer without storage": (
        new(third_party_storage_device_installed=False, third_party_storage_device_manufacturer="Tesla"),
        new(third_party_storage_device_manufacturer="Tesla"),
    ),
    "application before net billing": (
        new(permission_to_operate=True, interconnection_application_date=LAST_DAY),
        new(permission_to_operate=True, interconnection_application_date=LAST_DAY + timedelta(seconds=1)),
    ),
    "application in the future": (
        new(permission_to_operate=True, interconnection_application_date=NOW + 1),
        new(permission_to_operate=True, interconnection_application_date=NOW),
    ),
}
"""For each rule a body that breaks it, and one that is as much like it as can be, and does not."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_refuses_what_it_says_and_nothing_beside_it(rule: Any) -> None:
    broken, good = BROKEN[rule.name]
    assert complaints(broken) == rule.told
    assert complaints(good) == ""
    assert rule.source


def test_every_rule_is_tried() -> None:
    assert set(BROKEN) == {rule.name for rule in RULES}


def test_companies_elsewhere_need_no_address() -> None:
    assert complaints(new(address=None), united_states=False) == ""
    assert complaints(new(address=BERLIN)) == ""


@pytest.mark.parametrize(
    "told", ["2023-04-14", date(2023, 4, 14), "2023-04-15T06:59:59+00:00", int(LAST_DAY.timestamp())]
)
def test_the_day_counts_where_the_rule_holds(told: Any) -> None:
    """Catches a date that is another one by the clock in Greenwich."""
    assert "2023-04-14" in complaints(new(permission_to_operate=True, interconnection_application_date=told))
    assert not complaints(new(interconnection_application_date=told))
    assert not complaints(new(permission_to_operate=True, interconnection_application_date="2023-04-15"))


@pytest.mark.parametrize("kind", [date.fromisoformat, str])
def test_today_is_not_in_the_future(kind: Any) -> None:
    """Catches a morning on which nobody can enter that day: a date stands for its noon in UTC, if that is over."""
    at = int(datetime(2026, 6, 21, 0, 30, tzinfo=UTC).timestamp())
    applied = new(permission_to_operate=True, interconnection_application_date=kind("2026-06-21"))
    assert check(applied, united_states=True, now=at)["interconnection_application_date"] == at
    noon = int(datetime(2026, 6, 21, 12, tzinfo=UTC).timestamp())
    assert check(applied, united_states=True, now=noon + 9)["interconnection_application_date"] == noon
    with pytest.raises(InvalidRequest, match="in the future"):
        check(
            attrs.evolve(applied, interconnection_application_date=kind("2026-06-22")),
            united_states=True,
            now=at,
        )


@pytest.mark.parametrize("state", ["12", "CA ", "C", "Ça"])
def test_a_state_is_two_letters_and_nothing_else(state: str) -> None:
    assert "address.state has to be a code" in complaints(new(address=attrs.evolve(TEXAS, state=state)))
    assert not accepted({**WRITTEN, "address": {**WRITTEN["address"], "state": state}})


NONE: Any = None
HUGE: Any = 10**5000


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (new(system_name=NONE), "system_name is missing"),
        (new(address=attrs.evolve(TEXAS, street1=NONE)), "address.street1 is missing"),
        (
            new(encharge=[GatewayEncharges(envoy_serial_number="1", encharge_serial_numbers=NONE)]),
            "encharge[0].encharge_serial_numbers is missing",
        ),
        (new(address={"country": "US"}), "address has to be a Address"),
        (new(system_name=HUGE), "system_name has to be text"),
        (new(pv_module_power_rating=10**400), "pv_module_power_rating has to be a number"),
        (new(pv_module_power_rating=HUGE), "pv_module_power_rating has to be a number"),
        (new(expected_pcu_count=HUGE), "expected_pcu_count has to be a whole number"),
        (new(encharge=iter(ENCHARGES)), "encharge has to be a list"),
        (new(envoy_serial_numbers=iter("12")), "envoy_serial_numbers has to be a list"),
    ],
)
def test_what_is_missing_or_cannot_be_is_one_complaint(body: NewActivation, said: str) -> None:
    assert complaints(body).startswith(said)


def test_a_change_is_held_to_what_it_names_only() -> None:
    for changes in (
        ActivationChanges(address=CALIFORNIA),
        ActivationChanges(address=CALIFORNIA, battery_grid_mode=1),
        ActivationChanges(address=TEXAS, operational=True),
    ):
        assert complaints(changes) == ""
    assert "goes with grid_connection_type 1" in complaints(
        ActivationChanges(address=CALIFORNIA, grid_connection_type=2, battery_grid_mode=1)
    )
    assert "address is missing" in complaints(ActivationChanges(operational=True))


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = complaints(
        new(
            system_name="x" * 256,
            reference="A-1",
            address=attrs.evolve(CALIFORNIA, country="USA", street1=" "),
            lease="yes",
            system_type="Residential",
            owner_id=0,
            pv_module_type=5,
            pv_module_power_rating=-1,
            expected_pcu_count=2.5,
            envoy_serial_numbers=["1", "1"],
            encharge=[GatewayEncharges(envoy_serial_number="?", encharge_serial_numbers=["1"]), "2"],
            interconnect_date=datetime(2026, 1, 1),
        )
    )
    for part in (
        "system_name has 256 characters, and may have 255",
        "reference is 'A-1': letters and digits are expected",
        "address.country is 'USA'",
        "address.street1 has to be text that is not empty",
        "lease has to be True or False",
        "system_type is 'Residential'. Did you mean 'residential'?",
        "owner_id has to be a whole number, 1 or more",
        "pv_module_type is 5. There are: 1 (mono-facial)",
        "pv_module_power_rating has to be a number from 0",
        "expected_pcu_count has to be a whole number, 0 or more",
        "envoy_serial_numbers has 1 more than once",
        "encharge[0].envoy_serial_number",
        "encharge[1] has to be a GatewayEncharges",
        "interconnect_date is",
        "give an offset",
    ):
        assert part in said, part
    assert said.startswith("14 things cannot be:")


MOMENTS = [
    (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-8))), 1_767_351_845),
    ("2026-01-02T03:04:05-08:00", 1_767_351_845),
    (1_767_351_845, 1_767_351_845),
    (date(2026, 1, 2), 1_767_355_200),
    ("2026-01-02", 1_767_355_200),
]


@pytest.mark.parametrize(("told", "sent"), MOMENTS)
def test_times_go_as_epoch_seconds(told: Any, sent: int) -> None:
    assert check(new(interconnect_date=told), united_states=True, now=NOW)["interconnect_date"] == sent


@pytest.mark.parametrize("told", [True, -1, 1.5, "noon", "2026-13-01", 2**50, b"2026-01-01"])
def test_what_is_no_time_is_refused(told: Any) -> None:
    assert complaints(new(interconnect_date=told)).startswith("interconnect_date is ")


# ------------------------------------------------------------------------------------------ the document and the bodies


@pytest.mark.parametrize(
    ("body", "model"),
    [(NewActivation, CreateActivationRequest), (ActivationChanges, UpdateActivationRequest)],
)
def test_the_bodies_have_all_that_the_document_has(body: type, model: type) -> None:
    """A field that the vendor adds fails here, and so does one that is misspelt."""
    known = {each.name for each in attrs.fields(model)} - {"additional_properties"}
    assert {each.name for each in attrs.fields(body)} == known


# ------------------------------------------------------------------------------------------------- files and the schema

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.just("CA")
)
NAMES = [each.name for each in attrs.fields(NewActivation)]
FILES = st.dictionaries(
    st.sampled_from([*NAMES, "colour"]),
    VALUES
    | st.lists(VALUES, max_size=2)
    | st.dictionaries(st.sampled_from(["street1", "state"]), VALUES, max_size=2),
    max_size=6,
)


@given(given_=FILES)
def test_whatever_stands_in_a_file_is_a_body_or_a_clear_error(given_: dict[str, Any]) -> None:
    try:
        made = NewActivation.from_mapping(given_)
        sent = check(made, united_states=False, now=NOW)
    except InvalidRequest:
        return
    assert {name for name, value in given_.items() if value is not None} == set(sent)


WRITTEN: dict[str, Any] = {
    "system_name": "House",
    "reference": "A1",
    "address": {
        "street1": "1 Sun Street",
        "city": "San Diego",
        "state": "CA",
        "country": "US",
        "postal_code": 92126,
    },
    "grid_connection_type": 1,
    "battery_grid_mode": 2,
    "encharge": [{"envoy_serial_number": 2020, "encharge_serial_numbers": ["1220", 1221]}],
    "interconnect_date": "2026-05-31",
    "array_type": "",
}


def test_a_file_and_a_program_say_the_same() -> None:
    made = NewActivation.from_mapping(WRITTEN)
    sent = check(made, united_states=True, now=NOW)
    assert sent["address"]["postal_code"] == "92126"
    assert sent["encharge"] == [{"envoy_serial_number": "2020", "encharge_serial_numbers": ["1220", "1221"]}]
    assert sent["array_type"] is None


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({}, "system_name is missing"),
        (
            {"system_name": "x", "sytem_type": "other"},
            "'sytem_type' is not known. Did you mean 'system_type'?",
        ),
        ({"system_name": "x", "address": "Austin"}, "address has to be an object"),
        ({"system_name": "x", "address": {"city": "Austin"}}, "address.street1 is missing"),
        ({"system_name": "x", "encharge": {"envoy_serial_number": "1"}}, "encharge has to be a list"),
        ({"system_name": "x", "encharge": [{}]}, "encharge[0].envoy_serial_number is missing"),
        ([], "it has to be an object"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_where_it_is(given_: Any, said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        NewActivation.from_mapping(given_)
    assert said in str(caught.value)


def accepted(written: Any, *, changes: bool = False) -> bool:
    return bool(Draft7Validator(activation_schema(changes=changes)).is_valid(written))


def test_editors_are_told_what_a_file_may_hold() -> None:
    for schema in (activation_schema(), activation_schema(changes=True)):
        Draft7Validator.check_schema(schema)
        assert all(field["description"] for field in schema["properties"].values())
    assert accepted(WRITTEN)
    assert accepted({"operational": True}, changes=True)
    for name, value in (
        ("system_name", ""),
        ("reference", "A-1"),
        ("grid_connection_type", 5),
        ("grid_connection_type", 2),
        ("lease", "yes"),
        ("colour", "red"),
        ("interconnect_date", "yesterday"),
        ("encharge", [{"envoy_serial_number": "1"}]),
        ("address", {"city": "Austin"}),
    ):
        assert not accepted({**WRITTEN, name: value}), name
    missing = {name: value for name, value in WRITTEN.items() if name != "grid_connection_type"}
    assert not accepted(missing)


@given(given_=FILES)
def test_what_is_taken_is_never_marked_as_wrong_by_editors(given_: dict[str, Any]) -> None:
    """The other way round is allowed: rules that need a clock, or the company's country, no editor knows."""
    told = {name: value for name, value in given_.items() if value is not None}
    try:
        check(NewActivation.from_mapping(told), united_states=False, now=NOW)
    except InvalidRequest:
        return
    assert accepted(told)
