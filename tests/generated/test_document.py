"""The patched document: its own examples are valid by it, and it differs from the published one as intended only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs of its own
from regenerate import drift, schemas

from tests.regenerate import ours

PATCHED = ours.written()
# The comparison asks which actions are stale, too; here that is of no interest.
NO_PATCH = {
    "overlay": "1.0.0",
    "info": {"title": "None", "version": "1"},
    "actions": [{"target": "$.info", "update": {"x-none": True}}],
}


def json_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of OpenAPI 3.0 as JSON Schema. What only OpenAPI says is left out, and null is one more choice."""
    plain = {key: value for key, value in schema.items() if key not in ("nullable", "example")}
    for site in list(schemas.below(plain)):
        if isinstance(site.key, str) and site.role == "property":
            plain["properties"] = {**plain["properties"], site.key: json_schema(site.schema)}
        elif isinstance(site.key, str):
            plain[site.key] = json_schema(site.schema)
    for combiner in ("allOf", "anyOf", "oneOf"):
        if combiner in plain:
            plain[combiner] = [json_schema(part) for part in plain[combiner]]
    # In front of an allOf of one reference the type is that of the reference, and null is none of its words.
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


COMPONENTS = {"schemas": {name: json_schema(s) for name, s in PATCHED["components"]["schemas"].items()}}


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    validator = Draft202012Validator({"allOf": [json_schema(schema)], "components": COMPONENTS})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def bodies() -> Iterator[Any]:
    for _, _, operation in schemas.operations(PATCHED):
        for status, response in operation["responses"].items():
            for media in response["content"].values():
                examples = [media["example"]] if "example" in media else []
                examples += [example["value"] for example in media.get("examples", {}).values()]
                for example in examples:
                    yield pytest.param(media["schema"], example, id=f"{operation['operationId']}-{status}")


def properties() -> Iterator[Any]:
    """Properties of components with an example; the examples of whole EV components stand one level too high."""
    for name, component in PATCHED["components"]["schemas"].items():
        for key, schema in component.get("properties", {}).items():
            if "example" in schema:
                yield pytest.param(schema, schema["example"], id=f"{name}.{key}")


BODIES, PROPERTIES = list(bodies()), list(properties())


def test_all_examples_are_there() -> None:
    assert len(BODIES) == 306 + 238  # of Monitoring and of Commissioning
    assert len(PROPERTIES) > 30


@pytest.mark.parametrize(("schema", "example"), [*BODIES, *PROPERTIES])
def test_a_documented_example_is_valid_by_the_patched_document(schema: dict[str, Any], example: Any) -> None:
    assert faults(schema, example) == []


def test_a_value_that_is_not_documented_is_not_valid() -> None:
    [storm] = [case for case in BODIES if case.id == "getSystemStormGuard-200"]
    schema, example = storm.values
    assert faults(schema, {**example, "storm_alert": "maybe"})
    assert faults(schema, {**example, "storm_alert": None})


@pytest.mark.parametrize(
    ("component", "forms"),
    [
        ("System", [("interconnect_date", form) for form in ("2012-10-13", 1350086400, None)]),
        ("System", [("attachment_type", form) for form in ("acm", None)]),
        (
            "Inverter",
            [("power_produced", form) for form in (96, {"value": 96, "units": "W", "precision": 0})],
        ),
        ("Inverter", [("last_report_date", form) for form in (1, "2020-09-18 11:17:23 -0400", None)]),
        ("Device", [("active", form) for form in (True, "true")]),
        ("EnergyImportTelemetry", [("intervals", form) for form in ([{"end_at": 1}], [[{"end_at": 1}]], [])]),
        ("ErrorResponse", [("code", form) for form in (401, "401")]),
        ("ErrorResponse", [("details", form) for form in ("a", ["a", "b"])]),
        ("ListedActivation", [("host", form) for form in (321, "Host name", None)]),
        ("ListedActivation", [("host_id", form) for form in (321, "Host name", None)]),
        ("Activation", [("owner", form) for form in ({"user_id": 246, "company": None}, "Joe User", None)]),
        ("Activation", [("pv_module_power_rating", form) for form in (410.5, "", None)]),
        ("Activation", [("pv_module_type", form) for form in (4, "", None)]),
        ("Activation", [("interconnect_date", form) for form in (1725284451, "2024-09-02", "", None)]),
        ("PvManufacturers", [("pv_manufacturers", [form]) for form in ([106, "1Soltech"], [])]),
        ("TariffPeriod", [("start", form) for form in (240, "240")]),
        ("SystemArray", [("left", form) for form in (-3, 312.73802084399847)]),
        ("SystemArrays", [("angle", form) for form in (30, None)]),
    ],
)
def test_every_form_of_the_wire_is_declared(component: str, forms: list[tuple[str, Any]]) -> None:
    for name, form in forms:
        assert faults(PATCHED["components"]["schemas"][component], {name: form}) == []


def test_null_is_said_beside_a_type() -> None:
    silent = [
        s.schema for s in schemas.everywhere(PATCHED) if "nullable" in s.schema and "type" not in s.schema
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("component", "name", "form"),
    [
        ("Activation", "pv_module_type", 5),
        ("Activation", "pv_model", "Q.PEAK"),
        ("ProductionMode", "mode", "paused"),
        ("CreateActivationRequest", "reference", "ENPH-123"),
        ("CreateActivationRequest", "grid_connection_type", 5),
        ("CreateActivationRequest", "expected_pcu_count", -1),
        ("UserChanges", "phone", "1" * 256),
        ("UpdateCompanyUserRequest", "phone", "1" * 51),
    ],
)
def test_what_the_service_refuses_is_not_valid(component: str, name: str, form: Any) -> None:
    schema = {**PATCHED["components"]["schemas"][component], "required": []}
    assert faults(schema, {name: form})


@pytest.mark.parametrize("name", ours.DOCUMENTS)
def test_every_key_that_a_document_asks_for_is_declared(name: str) -> None:
    published = ours.published(name)
    holders = [published, *(operation for _, _, operation in schemas.operations(published))]
    asked = {scheme for holder in holders for needs in holder.get("security", []) for scheme in needs}
    assert asked == set(published["components"]["securitySchemes"]) == {"oauth2", "apiKey"}


def patches(name: str) -> tuple[drift.Change, ...]:
    """What the patched document says otherwise than a published one does."""
    published = ours.published(name)
    part = {**PATCHED, "paths": {path: PATCHED["paths"][path] for path in published["paths"]}}
    return drift.report(published, part, NO_PATCH).changes


def test_the_patches_of_monitoring_take_nothing_away() -> None:
    """Shapes get names and types other forms; no operation, parameter, status or field goes."""
    changes = patches("monitoring")
    assert {change.kind for change in changes} == {
        *("server gone", "server added", "parameter added", "field added", "type changed", "limit changed"),
        *("became nullable", "no longer required", "enum introduced", "error status added"),
    }
    assert [change.where for change in changes if change.kind == "error status added"] == [
        "GET /api/v4/systems/{system_id}/summary 422"
    ]
    assert {change.place for change in changes if change.kind == "no longer required"} == {
        *("ErrorResponseArray.message", "ErrorResponseArray.reason")
    }
    assert {change.detail for change in changes if change.kind == "server gone"} == {""}


def test_the_patches_of_commissioning_take_nothing_away() -> None:
    """The same, and what is refused where it is left out is required."""
    changes = patches("commissioning")
    assert {change.kind for change in changes} == {
        *("operationId renamed", "field added", "type changed", "limit changed", "became nullable"),
        *("became required", "enum dropped", "enum introduced"),
    }
    # An operationId loses its capital, and nothing else.
    for change in changes:
        if change.kind == "operationId renamed":
            old, new = change.detail.split(" -> ")
            assert (old[:1].lower() + old[1:], old[0].isupper()) == (new, True)
    # What goes is words where others come as well: lists of them, or one of a document's two copies alone.
    assert {change.place for change in changes if change.kind == "enum dropped"} == {
        *("parameter stage", "parameter expand", "200 user_roles[]", "200 company.roles[]")
    }
    assert {change.place for change in changes if change.kind == "became required"} == {
        *("body", "body status", "parameter email", "parameter operational_date")
    }
    [bodies] = [change for change in changes if (change.kind, change.place) == ("became required", "body")]
    assert len(bodies.operations) == 14
