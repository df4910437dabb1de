"""What an installer enters: bodies in both forms, rules, filters of the list, and what answers show of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette

from enphase_cloud.mock.devices import MOST_MICROS

from .commissioning import (
    ACTIVATIONS,
    BODY,
    DAY,
    FORM,
    FRESNO,
    GATEWAY,
    RENO,
    Partner,
    form,
    started,
)
from .conforming import assert_conforms
from .playing import AUTH, NOW, Answer, ask

USER = {"email": "kim@example.com", "first_name": "Kim", "last_name": "Lee"}
FORMS: dict[str, tuple[str, str, str, Any]] = {
    # operation: method, path, key, dictionary
    "createActivation": ("POST", ACTIVATIONS, "system", {"system_name": "S", "address": RENO}),
    "updateActivation": ("PUT", f"{ACTIVATIONS}/{{home}}", "system", {"system_name": "S", "address": RENO}),
    "createHomeOwner": ("POST", "/api/v4/users", "user", USER),
    "createCompanyUser": ("POST", "/api/v4/companies/{company}/users", "user", USER),
    "updateUser": ("PUT", "/api/v4/users/{owner}", "user", {"first_name": "Kim"}),
    "updateActivationUser": ("PUT", "/api/v4/activations/{home}/users/{owner}", "user", {"last_name": "Lee"}),
    "updateCompanyUser": ("PUT", "/api/v4/companies/{company}/users/{installer}", "user", {"phone": "1"}),
    "setProductionMode": (
        "POST",
        "/api/v4/activations/{home}/ops/production_mode",
        "production_mode",
        {"mode": "on"},
    ),
    "updateActivationEstimate": (
        "PUT",
        "/api/v4/activations/{home}/estimate",
        "estimate",
        {"degrade_factor": "0.4", "month_estimates": ["1.5"] * 12},
    ),
}
MISSING = {
    "system": "System parameter missing in body",
    "user": "User param are missing at body location",
    "production_mode": "Production mode parameter missing in body",
    "estimate": "Estimate parameter missing in body",
}


@pytest.fixture
def app() -> Starlette:
    return started()


@pytest.fixture
def partner(app: Starlette) -> Partner:
    return Partner(app)


def send(partner: Partner, operation: str, body: bytes, kind: str = "") -> Answer:
    """The operation with a body of a content type."""
    method, path, _, _ = FORMS[operation]
    people = partner.service.people
    known = {
        "home": partner.service.system_ids[0],
        "owner": partner.owner(),
        "company": people.installer.company_id,
        "installer": people.installer.user_id,
    }
    headers = AUTH | ({"content-type": kind} if kind else {})
    return ask(partner.app, path.format_map(known), method=method, headers=headers, body=body)


# ------------------------------------------------------------------------------------------------------------- bodies


@pytest.mark.parametrize("operation", FORMS)
def test_a_body_is_a_form_of_one_key_or_plain_json(operation: str) -> None:
    _, _, key, dictionary = FORMS[operation]
    bodies = {
        "form": (form(key, dictionary), FORM),
        "json": (json.dumps(dictionary).encode(), "application/json"),
    }
    for taken in ("both", "form", "json"):
        for kind, (body, content_type) in bodies.items():
            partner = Partner(started(commissioning_bodies=taken))
            answer = send(partner, operation, body, content_type)
            assert_conforms(operation, answer)
            if taken in ("both", kind):
                assert answer.status in (200, 201)
            else:
                assert (answer.status, answer.json["errorMessages"]) == (422, [MISSING[key]])
    # whatever the content type says
    assert send(Partner(started()), operation, bodies["json"][0], FORM).status in (200, 201)


@pytest.mark.parametrize("operation", FORMS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"x": NaN}',
        b"{" * 100_000,
        b"other=1",
        b"KEY=",
        b"KEY=1",
        b"KEY=%5B%5D",
        b"KEY=%ff",
        b"&".join([b"a=1"] * 500),
    ],
)
def test_a_body_without_its_dictionary(partner: Partner, operation: str, body: bytes) -> None:
    key = FORMS[operation][2]
    answer = send(partner, operation, body.replace(b"KEY", key.encode()))
    assert_conforms(operation, answer)
    assert (answer.status, answer.json["errorMessages"]) == (422, [MISSING[key]])
    assert answer.json.get("errorCode") == (11 if key in ("system", "estimate") else None)


def test_what_is_wrong_with_a_shape_is_said_field_by_field(partner: Partner) -> None:
    wrong = {
        "system_name": "x" * 256,
        "owner_id": True,
        "lease": "no",
        "reference": "A-1",
        "pv_module_power_rating": -1,
        "pv_module_type": 5,
        "expected_pcu_count": 1.5,
        "envoy_serial_numbers": [1],
        "address": {**RENO, "city": None},
        "attachment_type": "glue",
        "unheard_of": 1,
    }
    answer = partner.ask(ACTIVATIONS, "POST", wrong)
    assert answer.json["errorCode"] == 11
    assert sorted(each.split(" ")[0] for each in answer.json["errorMessages"]) == sorted(
        [
            *("system_name", "owner_id", "lease", "reference", "pv_module_power_rating", "pv_module_type"),
            *("expected_pcu_count", "envoy_serial_numbers[0]", "address.city", "attachment_type"),
        ]
    )


@pytest.mark.parametrize("number", [b"1e999", b"-1e999"])
def test_numbers_that_are_none_are_refused(partner: Partner, number: bytes) -> None:
    body = b'{"system_name": "S", "pv_module_power_rating": ' + number + b"}"
    assert partner.ask(ACTIVATIONS, "POST", body).status == 422


def test_whole_numbers_may_be_written_with_a_point(partner: Partner) -> None:
    made = partner.create(expected_pcu_count=12.0)
    assert partner.read(made)["expected_pcu_count"] == 12


# -------------------------------------------------------------------------------------------------------------- rules

NET_BILLING = {"address": FRESNO, "grid_connection_type": 1, "battery_grid_mode": 2}
PV_ONLY = {
    "address": FRESNO,
    "grid_connection_type": 2,
    "encharge": None,
    "enpower": None,
    "third_party_storage_device_installed": False,
}
APPLIED = 1_681_542_000  # the first second of 15 April 2023 in California
RULES: list[tuple[dict[str, Any], str]] = [
    ({"system_name": " "}, "system_name is mandatory"),
    ({"system_type": "castle"}, "The system type must be residential, commercial, or other."),
    (
        {"internet_connection": "pigeon"},
        "internet_connection must be one of none, cellular, broadband, dialup",
    ),
    ({"source": "sun"}, "source must be one of meter, microinverters"),
    ({"address": None}, "Address is mandatory for sites created in the United States."),
    ({"address": {**RENO, "street1": ""}}, "address.street1 is mandatory"),
    ({"address": {**RENO, "country": "USA"}}, "address.country must be a code of two letters"),
    (
        {"address": {**RENO, "state": "ZZ"}},
        "address.state must be a state of the United States, as two letters",
    ),
    ({"expected_pcu_count": MOST_MICROS + 1}, f"expected_pcu_count can be at most {MOST_MICROS} here"),
    ({"interconnect_date": -1}, "interconnect_date must be epoch seconds"),
    ({"interconnect_date": 10**13}, "interconnect_date must be epoch seconds"),
    ({"envoy_serial_numbers": ["12 34"]}, "envoy_serial_numbers: '12 34' is no serial number"),
    ({"envoy_serial_numbers": ["1", "1"]}, "envoy_serial_numbers has a serial number more than once"),
    ({"envoy_serial_numbers": list(map(str, range(11)))}, "envoy_serial_numbers can be at most 10 here"),
    ({"pv_manufacturer": 1}, "Manufacturer not found"),
    ({"pv_model": 1}, "Model not found"),
    ({"pv_manufacturer": 106, "pv_model": 1050}, "Model not found"),
    ({"owner_id": 5}, "owner_id: no such user"),
    ({"installer_id": 10_005}, "installer_id must be the company of the caller or one of its branches"),
    (
        {"authorized_subcontractor_id": 10_004},
        "authorized_subcontractor_id must be an enabled subcontractor of the company",
    ),
    ({"grid_connection_type": 1}, "grid_connection_type is for sites in California only"),
    ({"address": FRESNO}, "grid_connection_type is mandatory for sites in California"),
    (
        {"address": FRESNO, "grid_connection_type": 1},
        "battery_grid_mode is mandatory for batteries with grid connection type 1",
    ),
    (
        {**NET_BILLING, "grid_connection_type": 2},
        "battery_grid_mode is for batteries with grid connection type 1 only",
    ),
    (
        {**PV_ONLY, "third_party_storage_device_installed": None},
        "third_party_storage_device_installed is mandatory for sites in California without Encharges",
    ),
    (
        {**PV_ONLY, "third_party_storage_device_installed": True},
        "third_party_storage_device_manufacturer must be one of Tesla, Sonnen, LG Chem, Franklin, Others",
    ),
    (
        {**NET_BILLING, "interconnection_application_date": APPLIED - 1},
        "interconnection_application_date must be after 2023-04-14",
    ),
    (
        {"permission_to_operate": True, "interconnection_application_date": NOW + 1},
        "interconnection_application_date must not be in the future where permission_to_operate is true",
    ),
]
KEPT: list[dict[str, Any]] = [
    {},
    NET_BILLING,
    {**NET_BILLING, "encharge": None, "enpower": None, "expected_encharge_count": 1},
    PV_ONLY,
    {
        **PV_ONLY,
        "third_party_storage_device_installed": True,
        "third_party_storage_device_manufacturer": "LG Chem",
    },
    {**NET_BILLING, "interconnection_application_date": APPLIED},
    {**PV_ONLY, "interconnection_application_date": APPLIED - 1},
    {"interconnection_application_date": NOW + DAY},
    {"permission_to_operate": True, "interconnection_application_date": NOW},
    {"address": {**RENO, "state": "nv", "country": "us"}},
    {"installer_id": 10_001, "maintainer_id": 10_002, "authorized_subcontractor_id": 10_003},
    {"array_type": "something else"},
    {"array_type": None},
    {"pv_manufacturer": 107, "pv_model": 1050},
    {"pv_manufacturer_name": "Mine", "pv_model_name": "Own"},
]


@pytest.mark.parametrize(("changes", "rule"), RULES)
def test_a_rule_is_told_and_nothing_is_changed(partner: Partner, changes: dict[str, Any], rule: str) -> None:
    refused = partner.post(**changes)
    assert_conforms("createActivation", refused)
    assert (refused.status, refused.json) == (422, {"errorCode": 11, "errorMessages": [rule]})
    assert len(partner.listed()) == len(partner.service.homes)
    made = partner.create()
    before = partner.read(made)
    if "address" in changes and changes["address"] is None:
        refused = partner.ask(f"{ACTIVATIONS}/{made}", "PUT", {"system_name": "S"})
    else:
        # what a new one is made without, the other is freed of
        freed: dict[str, Any] = {name: [] for name in ("encharge", "enpower") if name in changes}
        given = {name: value for name, value in changes.items() if value is not None}
        refused = partner.put(made, **{**freed, **given})
    assert_conforms("updateActivation", refused)
    assert (refused.status, rule in refused.json["errorMessages"]) == (422, True)
    assert partner.read(made) == before


@pytest.mark.parametrize("changes", KEPT)
def test_what_keeps_to_the_rules_is_taken(partner: Partner, changes: dict[str, Any]) -> None:
    answer = partner.post(**changes)
    assert_conforms("createActivation", answer)
    assert answer.status == 201, answer
    assert_conforms("getActivation", partner.ask(f"{ACTIVATIONS}/{answer.json['system_id']}"))
    assert_conforms("listActivations", partner.ask(ACTIVATIONS))


def test_what_was_entered_is_what_is_told(partner: Partner) -> None:
    made = partner.create(
        **NET_BILLING,
        interconnection_application_date=NOW,
        permission_to_operate=True,
        pv_manufacturer=106,
        pv_model=1040,
        array_type="fixed_roof_mount",
        authorized_subcontractor_id=10_003,
        host_id=partner.owner(1),
    )
    told = partner.read(made)
    assert told["grid_connection_type"] == {"type": 1, "value": "Net Billing Tariff (NEM 3.0)"}
    assert told["battery_grid_mode"] == "Export Only"
    assert (told["pv_manufacturer_name"], told["pv_model_name"]) == ("Aurinko Panels", "AP-360 M")
    assert told["address"] == FRESNO | {
        "latitude": told["address"]["latitude"],
        "longitude": told["address"]["longitude"],
    }
    [hired] = told["authorized_subcontractors"]
    assert hired["authorized_subcontractor_name"] == "Rooftop Crew"
    assert hired["status"] == "Pending for system owner approval"
    partner.later(DAY)
    assert "status" not in partner.read(made)["authorized_subcontractors"][0]
    # what only California asks for does not leave it
    moved = partner.update(made)
    assert "grid_connection_type" not in moved
    assert "battery_grid_mode" not in moved
    assert partner.update(made, array_type=None)["array_type"] == ""
    assert moved["updated_at"] == NOW + DAY


def test_nothing_is_there_that_was_not_entered(partner: Partner) -> None:
    made = partner.ask(ACTIVATIONS, "POST", {"system_name": "Bare", "address": RENO}).json
    assert (made["stage"], made["owner"], made["owner_id"], made["host"]) == (1, None, None, None)
    assert (made["system_type"], made["lease"], made["operational"]) == ("residential", False, True)
    assert (made["pv_model"], made["array_type"], made["envoy_serial_numbers"]) == ("", "", [])
    assert not {"reference", "grid_connection_type", "permission_to_operate"} & set(made)


def test_the_address_is_a_matter_of_where_the_company_is() -> None:
    partner = Partner(started(company_country="DE"))
    made = partner.create(address=None)
    assert "address" not in partner.read(made)
    assert partner.ask(f"{ACTIVATIONS}/{made}", "PUT", {"reference": "A1"}).status == 200
    assert partner.get("/api/v4/partner/users/self", expand="company")["company"]["location"].endswith("- DE")
    partner.service.change(company_country="US")
    assert partner.ask(f"{ACTIVATIONS}/{made}", "PUT", {"reference": "A2"}).status == 422


def test_owner_and_host_are_names_unless_they_are_asked_for(partner: Partner) -> None:
    made = partner.create(host_id=partner.service.people.installer.user_id)
    plain = partner.read(made)
    owner = partner.service.people.users[partner.owner()]
    assert (plain["owner"], plain["owner_id"]) == (owner.name, owner.user_id)
    full = partner.read(made, expand="owner,host.company")
    assert full["owner"]["email"] == "owner1@example.com"
    assert full["owner"]["uri"] == f"/api/v4/activations/{made}/users/{owner.user_id}.json"
    assert "company" not in full["owner"]
    assert full["host"]["company"]["company_name"] == "Sunup Solar"
    assert partner.read(made, expand="nonsense") == plain
    # whoever has none comes without
    assert "company" not in partner.read(made, expand="owner.company")["owner"]
    assert [each["owner"] for each in partner.get(ACTIVATIONS)["systems"]][-1] == owner.name


# --------------------------------------------------------------------------------------------------- list and filters


def test_the_list_comes_in_parts(partner: Partner) -> None:
    made = [partner.create(reference=f"R{number}") for number in range(5)]
    expected = [*(home.system_id for home in partner.service.homes), *made]
    assert partner.listed() == expected
    for limit in (1, 2, 3, 7, 8, 1000):
        found, token, parts = [], "", 0
        while True:
            page = partner.get(ACTIVATIONS, limit=limit, **({"next": token} if token else {}))
            assert_conforms("listActivations", partner.ask(ACTIVATIONS, limit=limit))
            found += [each["system_id"] for each in page["systems"]]
            parts += 1
            assert ("next" in page) == (len(page["systems"]) == limit)
            if "next" not in page:
                break
            token = page["next"]
        assert found == expected
        assert parts == 7 // limit + 1


def test_the_list_goes_on_where_it_was_whatever_came_meanwhile(partner: Partner) -> None:
    for number in range(3):
        partner.create(reference=f"R{number}")
    page = partner.get(ACTIVATIONS, limit=3)
    gone = page["systems"][-1]["system_id"]
    assert partner.ask(f"{ACTIVATIONS}/{gone}", "DELETE").status == 200
    made = partner.create()
    rest = partner.get(ACTIVATIONS, limit=3, next=page["next"])
    assert [each["system_id"] for each in rest["systems"]][-1] == made
    assert not {each["system_id"] for each in rest["systems"]} & {
        each["system_id"] for each in page["systems"]
    }


@pytest.mark.parametrize("token", ["x", "00", "4e6a", "zz" * 8, "4e6a6b344f5445774d446b35"[:-1], "OTg5"])
def test_tokens_that_are_none(partner: Partner, token: str) -> None:
    refused = partner.ask(ACTIVATIONS, next=token)
    assert (refused.status, refused.json["errorMessages"]) == (422, ["Invalid next"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "abcd"),
        ({"reference": "ra1"}, "a"),
        ({"reference": "RA"}, ""),
        ({"reference": ""}, "abcd"),
        ({"system_name": "BETA HOUSE"}, "b"),
        ({"system_name": "Beta"}, ""),
        ({"city": "reno"}, "ad"),
        ({"state": "ca"}, "b"),
        ({"country": "DE"}, "c"),
        ({"postal_code": "93701"}, "b"),
        ({"street1": "12 vine street"}, "abcd"),
        ({"street2": "back"}, "c"),
        ({"city": "Reno", "reference": "RD4"}, "d"),
        ({"city": "Reno", "reference": "RB2"}, ""),
        ({"stage": "1"}, "d"),
        ({"stage": "2"}, "abc"),
        ({"stage": "1,2"}, "abcd"),
        ({"stage": " 1 , 5 "}, "d"),
        ({"stage": "in_progress"}, "abcd"),
        ({"stage": "in_progress,1"}, ""),
        ({"stage": "5"}, ""),
        ({"stage": ""}, "abcd"),
        ({"owner_id": "null"}, "d"),
        ({"owner_id": "OWNER2"}, "b"),
        ({"host_id": "null"}, "abd"),
        ({"host_id": "OWNER2"}, "c"),
        ({"owner_id": "nobody"}, "abcd"),
        ({"owner_id": "1"}, ""),
        ({"installer_id": "10001"}, "c"),
        ({"installer_id": "99"}, ""),
        ({"installer_id": "null"}, "abcd"),
        ({"installer_id": "-1"}, "abcd"),
        ({"limit": "0"}, "abcd"),
        ({"limit": "many"}, "abcd"),
        ({"limit": "2000"}, "abcd"),
        ({"colour": "red"}, "abcd"),
    ],
)
def test_filters(partner: Partner, query: dict[str, str], found: str) -> None:
    other = partner.owner(1)
    made = {
        partner.create(reference="RA1"): "a",
        partner.create(
            reference="RB2", system_name="Beta house", address=FRESNO, grid_connection_type=2, owner_id=other
        ): "b",
        partner.create(
            reference="RC3",
            address={
                **RENO,
                "city": "Ulm",
                "state": "BW",
                "country": "DE",
                "postal_code": "89073",
                "street2": "Back",
            },
            host_id=other,
            installer_id=10_001,
        ): "c",
        partner.create(reference="RD4", owner_id=None): "d",
    }
    query = {name: value.replace("OWNER2", str(other)) for name, value in query.items()}
    assert "".join(made.get(each, "") for each in partner.listed(**query)) == found


def test_a_stage_that_there_is_not(partner: Partner) -> None:
    for stage in ("11", "0", "6", "done", "1,x"):
        refused = partner.ask(ACTIVATIONS, stage=stage)
        assert_conforms("listActivations", refused)
        assert refused.json == {"errorMessages": [f"Invalid stage option {stage.rpartition(',')[2]}"]}


def test_a_reference_is_that_of_the_callers_company(partner: Partner) -> None:
    """The other company's name for a home is no reference to search for, and a branch has names of its own."""
    home = next(each for each in partner.get(ACTIVATIONS)["systems"] if "other_references" in each)
    [other] = home["other_references"]
    assert partner.listed(reference=other) == []
    made = partner.create(installer_id=10_001)
    colleague = {"email": "north@example.com", "first_name": "N", "last_name": "N"}
    assert partner.ask("/api/v4/companies/10001/users", "POST", colleague).status == 201
    branch = partner.signed_in("north@example.com")
    assert branch.listed() == [made]
    assert branch.read(made)["other_references"] == ["RENO1"]
    branch.update(made, reference="N1")
    assert branch.listed(reference="n1") == [made]
    assert (partner.read(made)["reference"], partner.read(made)["other_references"]) == ("RENO1", ["N1"])


def test_a_body_that_is_too_large_is_refused(partner: Partner) -> None:
    refused = partner.ask(ACTIVATIONS, "POST", json.dumps({**BODY, "voltage": "x" * 1_000_001}).encode())
    assert_conforms("createActivation", refused)
    assert refused.json["errorMessages"] == ["The request body is too large"]
    assert partner.service.journal[-1].charge_usd == 0


def test_serials_of_devices_may_be_under_several_gateways(partner: Partner) -> None:
    encharge = [
        {"envoy_serial_number": GATEWAY, "encharge_serial_numbers": ["1"]},
        {"envoy_serial_number": "202140004943", "encharge_serial_numbers": ["2", "3"]},
    ]
    made = partner.create(envoy_serial_numbers=[GATEWAY, "202140004943"], encharge=encharge)
    partner.later(DAY)
    devices = partner.get(f"/api/v4/systems/{made}/devices")["devices"]
    assert [each["serial_number"] for each in devices["encharges"]] == ["1", "2", "3"]
    assert [each["serial_number"] for each in devices["gateways"]] == [GATEWAY, "202140004943"]
    for gateway in (GATEWAY, "202140004943"):
        assert partner.get("/api/v4/systems/retrieve_system_id", serial_num=gateway) == {"system_id": made}
    assert partner.read(made)["encharge"] == encharge


def test_the_largest_site(partner: Partner) -> None:
    many = [f"122{number:09d}" for number in range(100)]
    made = partner.create(
        expected_pcu_count=MOST_MICROS,
        encharge=[{"envoy_serial_number": GATEWAY, "encharge_serial_numbers": many}],
        expected_nsr_count=10,
        expected_enpower_count=10,
        pv_module_power_rating=1e9,
    )
    partner.later(DAY)
    listed = partner.get(f"/api/v4/systems/{made}/devices")["devices"]
    devices = [each for group in listed.values() for each in group]
    assert (
        len({each["id"] for each in devices})
        == len({each["serial_number"] for each in devices})
        == len(devices)
    )
    assert partner.get(f"/api/v4/systems/{made}/summary")["size_w"] == MOST_MICROS * 2_000
    assert partner.get(f"/api/v4/systems/{made}/telemetry/battery")["intervals"]
