"""The documented examples, through the generated client: each decodes, and gives the same JSON back."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS
from enphase_v4.types import Model, field_names
from regenerate import schemas

from tests.regenerate import ours

# A few operationIds are patched: what the published documents and the client have in common is the call.
CALLED = {(operation.path, operation.method.lower()): name for name, operation in OPERATIONS.items()}


def documented(document: str) -> list[Any]:
    cases = []
    for path, method, operation in schemas.operations(ours.published(document)):
        operation_id = CALLED[path, method]
        for status, response in operation["responses"].items():
            for content_type, media in response["content"].items():
                examples = [media["example"]] if "example" in media else []
                examples += [example["value"] for example in media.get("examples", {}).values()]
                cases += [
                    pytest.param(operation_id, int(status), content_type, e, id=f"{operation_id}-{status}")
                    for e in examples
                ]
    return cases


BY_DOCUMENT = {name: documented(name) for name in ours.DOCUMENTS}
CASES = [case for cases in BY_DOCUMENT.values() for case in cases]


def test_all_examples_of_the_documents_are_tried() -> None:
    assert {name: len(cases) for name, cases in BY_DOCUMENT.items()} == {
        "monitoring": 306,
        "commissioning": 238,
    }
    assert {case.values[0] for case in CASES} == set(OPERATIONS)


@pytest.mark.parametrize(("operation_id", "status", "content_type", "example"), CASES)
def test_example_decodes_and_round_trips(
    operation_id: str, status: int, content_type: str, example: Any
) -> None:
    module = import_module(OPERATIONS[operation_id].module)
    if (operation_id, status) == ("getLiveData", 200):
        # The schema describes an event of the stream; on the wire its data stands behind `data:`.
        content = f"data: {json.dumps(example['data'])}\n\n".encode()
        example = [example]
    else:
        content = json.dumps(example).encode()
    parsed = module.parse(status, content, content_type)
    assert parsed is not None
    models = parsed if isinstance(parsed, list) else [parsed]
    assert all(isinstance(model, Model) for model in models)
    written = [model.to_dict() for model in models]
    assert (written if isinstance(parsed, list) else written[0]) == example
    # Nothing that the document shows is unknown to its own schema.
    assert not [name for model in models for name in unknown(model)]


def unknown(model: Model) -> list[str]:
    """Unknown properties anywhere in a model; a map by class has nothing else, and is looked through."""
    found = []
    for value in (getattr(model, name) for name in field_names(model)):
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Model):
                found += unknown(inner)
    if type(model)._keys:
        found += [f"{type(model).__name__}.{name}" for name in model.additional_properties]
    else:
        for value in model.additional_properties.values():
            found += [name for inner in value for name in unknown(inner)]
    return found
