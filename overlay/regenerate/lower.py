"""Turn the patched document, which is true to the wire, into the one that the generator reads.

The generator knows types, not wire forms. A schema that carries `x-enphase-value` is replaced by the type of
the Python value that it becomes; the extension stays, and the templates convert by it. Bodies that are JSON
under another name are called JSON. Examples go: they would end in docstrings. What the templates would make a
wrong client of is refused, by its place.

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

import re
from graphlib import CycleError, TopologicalSorter
from typing import Any

from regenerate import schemas
from regenerate.documents import copied
from regenerate.schemas import PREFIX

_TYPES: dict[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "switch": {"type": "boolean"},
    "percent": {"type": "number"},
    "time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
}
_CHOICES = ("quantity", "rows")
# The document describes what is on the wire; the models add what they make of it.
_READ_AS = {
    "boolean": "Read as a bool.",
    "switch": "Read as a bool, and written as `enabled` or `disabled`.",
    "percent": "Read as a number.",
    "time": "Read as a datetime in UTC.",
    "date": "Read as a date.",
    "quantity": "Read as a Quantity, also where it is a bare number.",
    "rows": "Read as one flat list, also where it is nested.",
}
_KEPT = ("x-enphase-value", "description", "nullable", "deprecated")

# What the generated modules call their own, in snake case: attributes of every model, and names that a model imports.
_TAKEN_ATTRIBUTES = ("additional_properties", "from_dict", "get_path", "to_dict")
_TAKEN_NAMES = ("Any", "ClassVar", "Final", "Mapping", "Model", "OpenEnum", "Self", "Unset")


class LowerError(ValueError):
    """Something that the templates would make a wrong client of, and where it stands."""


def lower(document: dict[str, Any]) -> dict[str, Any]:
    """The document for the generator; the argument is left alone."""
    document = copied(document)
    for path, method, operation in schemas.operations(document):
        for response in operation.get("responses", {}).values():
            # What a template sees of an operation is its responses: through them it learns the operationId, and how
            # the body is sent.
            response["x-enphase-operation"] = operation["operationId"]
            response["x-enphase-body"] = _sent(operation)
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
        where = f"{site.operation} {site.name}".strip()
        _refuse(document, site, where)
        if "x-enphase-value" in site.schema:
            site.holder[site.key] = _value(site.schema, where)
        else:
            _simplify(site.schema)
    _refuse_circles(document)
    return document


def _sent(operation: dict[str, Any]) -> dict[str, str]:
    """How a body goes on the wire where it is not plain JSON: under which key of a form, or as which media type."""
    if "x-enphase-form" in operation:
        return {"form": operation["x-enphase-form"]}
    content = operation.get("requestBody", {}).get("content", {})
    named = [name for name, media in content.items() if media.get("x-enphase-media") == "json"]
    return {"content_type": named[0]} if named else {}


def _simplify(schema: dict[str, Any]) -> None:
    """Take out what the generator would make more of than the templates do."""
    schema.pop("example", None)
    # What is not said is absent: a default is the service's business, and would be sent with every call.
    schema.pop("default", None)
    if "allOf" in schema:
        schema.pop("type", None)  # beside a reference the generator would forget what may be null
    if schema.get("type") == "string":
        # Text stays text; where it becomes something else, an x-enphase-value says so.
        schema.pop("format", None)
    if "enum" in schema:
        schema["enum"] = [word for word in schema["enum"] if word is not None]
        if not all(isinstance(word, str) for word in schema["enum"]):
            del schema["enum"]  # an enumeration of numbers is a number: the open ones are of words
        elif "x-enum-varnames" in schema:
            # The overlay names the words that it knows; one that the vendor has added since names itself.
            names = schema["x-enum-varnames"]
            schema["x-enum-varnames"] = [*names, *schema["enum"][len(names) :]]
    if set(schema) <= {"type", "description"} and schema.get("type") == "object":
        # An object that says nothing of itself is any JSON; a class of its own would say no more.
        del schema["type"]


def _refuse(document: dict[str, Any], site: schemas.Site, where: str) -> None:
    if site.role == "component" and site.name in _TAKEN_NAMES:
        raise LowerError(f"{where}: models import this name; give the shape another one in the overlay")
    if site.role == "property" and snake(site.name) in _TAKEN_ATTRIBUTES:
        raise LowerError(f"{where}: every model has a {snake(site.name)} of its own, which this would hide")
    if "x-enphase-value" in site.schema:
        if site.role != "property":
            raise LowerError(f"{where}: x-enphase-value stands on a {site.role}; models convert properties")
        return
    if site.role == "parameter" and _holds_object(document, site.schema):
        raise LowerError(f"{where}: a parameter that holds an object has no form that the client knows")
    choices = [*site.schema.get("anyOf", ()), *site.schema.get("oneOf", ())]
    objects = [part for part in choices if _holds_object(document, part)]
    if len(objects) > 1 or (objects and site.role == "response"):
        raise LowerError(f"{where}: a choice that nothing tells apart; say in the overlay which object it is")


def _holds_object(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return _holds_object(document, document["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)])
    if isinstance(schema.get("items"), dict):
        return _holds_object(document, schema["items"])
    return "properties" in schema or isinstance(schema.get("additionalProperties"), dict)


def _refuse_circles(document: dict[str, Any]) -> None:
    """A component may contain itself, but no two each other: the module of each would import the other's."""
    below: dict[str, set[str]] = {}
    for site in schemas.everywhere(document):
        if "$ref" in site.schema:
            below.setdefault(site.operation or site.name, set()).add(site.schema["$ref"].removeprefix(PREFIX))
    try:
        TopologicalSorter({name: inner - {name} for name, inner in below.items()}).prepare()
    except CycleError as error:
        raise LowerError(f"components that contain each other: {' -> '.join(error.args[1])}") from None


def snake(name: str) -> str:
    """A camelCase name as the generator writes it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _value(schema: dict[str, Any], where: str) -> dict[str, Any]:
    kind = schema["x-enphase-value"]
    kept = {key: schema[key] for key in _KEPT if key in schema}
    if any(part.get("nullable") for part in schema.get("anyOf", ())):
        kept["nullable"] = True
    if kind in _READ_AS:
        kept["description"] = f"{schema.get('description', '')} {_READ_AS[kind]}".strip()
    if kind in _TYPES:
        return {**_TYPES[kind], **kept}
    if kind not in _CHOICES:
        raise LowerError(f"{where}: x-enphase-value is {kind!r}; it can be {', '.join([*_TYPES, *_CHOICES])}")
    choice = schema["anyOf"] if kind == "quantity" else schema["items"]["anyOf"]
    shape = next((part for part in choice if "$ref" in part), None)
    if shape is None:
        raise LowerError(f"{where}: x-enphase-value {kind} stands on a schema that offers no object")
    return {"allOf": [shape], **kept} if kind == "quantity" else {"type": "array", "items": shape, **kept}
