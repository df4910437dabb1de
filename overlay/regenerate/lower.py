"""Turn the patched document, which is true to the wire, into the one that the generator reads.

The generator knows types, not wire forms. A schema that carries `x-enphase-value` is replaced by the type of
the Python value that it becomes; the extension stays, and the templates convert by it. Bodies that are JSON
under another name are called JSON. Examples go: they would end in docstrings.

| x-enphase-value | on the wire | type |
|---|---|---|
| boolean | true, "true" | boolean |
| switch | "enabled", "Enabled (Inactive)" | boolean |
| percent | "97%", 97 | number |
| time | epoch seconds, text with an offset | datetime |
| date | YYYY-MM-DD, epoch seconds | date |
| quantity | {value, units, precision}, integer | the object |
| rows | a list of rows, a list of lists of rows | a list of rows |
"""

from __future__ import annotations

from typing import Any

from regenerate import schemas
from regenerate.documents import copied

_TYPES: dict[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "switch": {"type": "boolean"},
    "percent": {"type": "number"},
    "time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
}
_CHOICES = ("quantity", "rows")
_KEPT = ("x-enphase-value", "description", "nullable", "deprecated")


class LowerError(ValueError):
    """An x-enphase extension that says nothing the pipeline knows."""


def lower(document: dict[str, Any]) -> dict[str, Any]:
    """The document for the generator; the argument is left alone."""
    document = copied(document)
    for path, method, operation in schemas.operations(document):
        for response in operation.get("responses", {}).values():
            # What a template sees of an operation is its responses: through them it learns the operationId.
            response["x-enphase-operation"] = operation["operationId"]
        bodies = [operation.get("requestBody", {}), *operation.get("responses", {}).values()]
        for body in bodies:
            for name, media in list(body.get("content", {}).items()):
                media.pop("example", None)
                media.pop("examples", None)
                kind = media.get("x-enphase-media")
                if kind not in (None, "json", "events"):
                    raise LowerError(
                        f"{method.upper()} {path}: x-enphase-media is {kind!r}; it can be json or events"
                    )
                if kind:
                    body["content"] = {"application/json": body["content"].pop(name), **body["content"]}
        for parameter in operation.get("parameters", []):
            parameter.pop("example", None)
    for site in schemas.everywhere(document):
        site.schema.pop("example", None)
        if "x-enphase-value" in site.schema:
            site.holder[site.key] = _value(site.schema, site.name)
        elif set(site.schema) <= {"type", "description"} and site.schema.get("type") == "object":
            # An object that says nothing of itself is any JSON; a class of its own would say no more.
            del site.schema["type"]
    return document


def _value(schema: dict[str, Any], where: str) -> dict[str, Any]:
    kind = schema["x-enphase-value"]
    kept = {key: schema[key] for key in _KEPT if key in schema}
    if kind in _TYPES:
        return {**_TYPES[kind], **kept}
    if kind not in _CHOICES:
        raise LowerError(f"{where}: x-enphase-value is {kind!r}; it can be {', '.join([*_TYPES, *_CHOICES])}")
    choice = schema["anyOf"] if kind == "quantity" else schema["items"]["anyOf"]
    shape = next((part for part in choice if "$ref" in part), None)
    if shape is None:
        raise LowerError(f"{where}: x-enphase-value {kind} stands on a schema that offers no object")
    return {"allOf": [shape], **kept} if kind == "quantity" else {"type": "array", "items": shape, **kept}
