"""The patched document: its own examples are valid by it, and it differs from the published one as intended only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs of its own
from regenerate import documents, drift, schemas

from tests.paths import ROOT

PUBLISHED = documents.load(ROOT / "openapi" / "monitoring.yaml")
PATCHED = documents.load(ROOT / "generated" / "openapi.yaml")


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
    assert len(BODIES) == 306
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


def test_the_patches_take_nothing_away() -> None:
    """Shapes get names and types other forms; no operation, parameter, status or field goes."""
    changes = drift.report(PUBLISHED, PATCHED, documents.load(ROOT / "overlay" / "monitoring.yaml")).changes
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
