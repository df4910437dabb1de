"""Two documents as one: what Monitoring is called and known by is the same with Commissioning beside it and without."""

from __future__ import annotations

from typing import Any

import pytest
from regenerate import catalog, documents, schemas
from regenerate.hoist import hoist
from regenerate.join import join
from regenerate.lower import lower
from regenerate.resolve import resolve

from tests.regenerate import ours

_WORDS = ("summary", "description")


def whole(*names: str) -> dict[str, Any]:
    """What `patched` of regenerate.generate makes of some of our documents; links between them are not looked at."""
    return hoist(resolve(join({name: ours.patched(name) for name in names})))


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    return whole("monitoring")


@pytest.fixture(scope="module")
def joined() -> dict[str, Any]:
    return whole(*ours.DOCUMENTS)


def wordless(value: Any) -> Any:
    """Without descriptions, with the order of keys: the order of fields is that of the arguments of a model."""
    if isinstance(value, dict):
        return [
            (key, wordless(entry))
            for key, entry in value.items()
            if key not in _WORDS or not isinstance(entry, str)
        ]
    return [wordless(entry) for entry in value] if isinstance(value, list) else value


def test_the_written_document_is_our_documents_joined(joined: dict[str, Any]) -> None:
    assert wordless(joined) == wordless(ours.written())


def test_a_shape_of_monitoring_is_the_same_with_commissioning_beside_it(
    alone: dict[str, Any], joined: dict[str, Any]
) -> None:
    """As the generator reads it: with the names, fields, order and types of Python."""
    one, other = lower(alone)["components"], lower(joined)["components"]
    assert one["schemas"].keys() < other["schemas"].keys()
    for name, schema in one["schemas"].items():
        assert wordless(other["schemas"][name]) == wordless(schema), name
    assert one["securitySchemes"] == other["securitySchemes"]


def test_an_operation_of_monitoring_is_the_same_with_commissioning_beside_it(
    alone: dict[str, Any], joined: dict[str, Any]
) -> None:
    one, other = lower(alone)["paths"], lower(joined)["paths"]
    assert list(other)[: len(one)] == list(one)
    for path, operations in one.items():
        assert other[path] == operations, path


def facts(document: dict[str, Any]) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "catalog"}
    exec(catalog.render(document, str), namespace)  # noqa: S102 - text of ours
    return namespace


def test_what_the_catalog_knows_of_monitoring_is_the_same_with_commissioning_beside_it(
    alone: dict[str, Any], joined: dict[str, Any]
) -> None:
    monitoring = documents.copied(alone)
    for plan in monitoring["x-enphase-plans"].values():
        # Monitoring's overlay has the plans of both.
        plan["access"] = [group for group in plan["access"] if group != "commissioning"]
    one, other = facts(monitoring), facts(joined)
    assert len(one["OPERATIONS"]) == 43
    for name, operation in one["OPERATIONS"].items():
        assert tuple(other["OPERATIONS"][name]) == tuple(operation)
    for kind in ("TELEMETRY", "LIFETIME"):
        assert list(other[kind]) == list(one[kind])
    assert {it.access for name, it in other["OPERATIONS"].items() if name not in one["OPERATIONS"]} == {
        "commissioning"
    }
    for name, plan in one["PLANS"].items():
        assert set(other["PLANS"][name].access) - set(plan.access) == (
            {"commissioning"} if name == "partner" else set()
        )


def used(document: dict[str, Any], operation_ids: set[str]) -> set[str]:
    """The components that some operations stand on."""
    inside: dict[str, set[str]] = {}
    for site in schemas.everywhere(document):
        if "$ref" in site.schema:
            target = site.schema["$ref"].removeprefix(schemas.PREFIX)
            inside.setdefault(site.operation or site.name, set()).add(target)
    found, new = set[str](), operation_ids
    while new:
        new = {target for name in new for target in inside.get(name, ())} - found
        found |= new
    return found


def test_what_both_documents_have_is_one_shape(joined: dict[str, Any]) -> None:
    monitoring, commissioning = (
        {it["operationId"] for _, _, it in schemas.operations(ours.patched(name))} for name in ours.DOCUMENTS
    )
    assert used(joined, monitoring) & used(joined, commissioning) == {
        *("DefaultCommandResponse", "ErrorMessages", "ErrorResponseArray", "MicroinverterAttachmentType")
    }
    assert used(joined, monitoring) | used(joined, commissioning) == set(joined["components"]["schemas"])
