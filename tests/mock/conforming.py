"""Check a body against the schema that the document has for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs of its own

from enphase_cloud.mock.document import Document, load

from .playing import Answer


def json_schema(node: Any) -> Any:
    """An OpenAPI 3.0 schema, or all of them, as JSON Schema: `nullable` becomes a choice with null."""
    if isinstance(node, list):
        return [json_schema(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    plain = {key: json_schema(each) for key, each in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@lru_cache(maxsize=1)
def _components() -> Any:
    return {"schemas": json_schema(load().raw["components"]["schemas"])}


@cache
def _validator(operation_id: str, status: int) -> Draft202012Validator:
    media = load().operations[operation_id].media(status)
    assert media is not None, f"{operation_id} does not document {status}"
    return Draft202012Validator({"allOf": [json_schema(media.schema)], "components": _components()})


def events(answer: Answer) -> list[Any]:
    """Server-sent events, the way the document describes them: objects whose `data` holds the JSON."""
    *blocks, rest = answer.body.decode().split("\n\n")
    assert not rest, "the last event is not finished"
    return [{"data": json.loads(block.removeprefix("data: "))} for block in blocks]


def assert_conforms(operation_id: str, answer: Answer) -> None:
    """Fail where status, content type or body of `answer` is not what the document says of the operation."""
    document: Document = load()
    media = document.operations[operation_id].media(answer.status)
    assert media is not None, f"{operation_id} does not document {answer.status}: {answer}"
    assert answer.headers["content-type"] == media.content_type
    bodies = events(answer) if answer.body.startswith(b"data:") else [answer.json]
    errors = [
        f"{error.json_path}: {error.message}"
        for body in bodies
        for error in _validator(operation_id, answer.status).iter_errors(body)
    ]
    assert not errors, f"{operation_id} {answer.status}: {errors[:3]}"
