"""Write out what a document says by reference, by path or by inheritance, so that later steps find it in one place.

- Parameters, request bodies and responses that are references become what they refer to, and the parameters of a path
  those of its operations. Schemas stay references.
- An `allOf` of several parts becomes the one object that they make together.
- That a component may be null is a matter of the places that refer to it.

What no later step could make a right client of is refused, by its place: the build fails rather than the caller.
"""

from __future__ import annotations

import re
from typing import Any

from regenerate import schemas
from regenerate.documents import copied
from regenerate.schemas import PREFIX

# What an `allOf` may say beside its properties and still be merged.
_WORDS = ("title", "description", "example", "nullable", "type")


class ResolveError(ValueError):
    """Something that the pipeline cannot make a right client of, and where it stands."""


def resolve(document: dict[str, Any]) -> dict[str, Any]:
    """The document without references to anything but schemas; the argument is left alone."""
    document = copied(document)
    if not str(document.get("openapi")).startswith("3.0."):
        raise ResolveError(f"the document is OpenAPI {document.get('openapi')!r}; the pipeline reads 3.0")
    for path, item in document.get("paths", {}).items():
        if not path.startswith("/"):
            continue
        if "$ref" in item:
            raise ResolveError(
                f"{path}: a reference to another path; write its operations out in the overlay"
            )
        shared = item.pop("parameters", None) or []
        for method in schemas.METHODS:
            if method in item:
                _Operation(document, f"{method.upper()} {path}", item[method]).write_out(shared)
    for kind in ("parameters", "requestBodies", "responses"):
        document.get("components", {}).pop(kind, None)
    _tell_apart(document)
    for site in schemas.everywhere(document):
        where = f"{site.operation} {site.name}".strip()
        _followed(document, site.schema, where)
        if "allOf" in site.schema:
            site.holder[site.key] = _merged(document, site.schema, where)
    _move_null(document)
    return document


class _Operation:
    def __init__(self, document: dict[str, Any], where: str, operation: dict[str, Any]) -> None:
        self.document, self.where, self.operation = document, where, operation

    def write_out(self, shared: list[dict[str, Any]]) -> None:
        operation = self.operation
        if not operation.get("operationId"):
            raise ResolveError(f"{self.where}: it has no operationId; give it one in the overlay")
        # An operation's own parameter overrules that of its path; the path's come first, in their order.
        every = [self._written_out(it) for it in [*shared, *(operation.get("parameters") or [])]]
        if parameters := list({(it["name"], it["in"]): it for it in every}.values()):
            operation["parameters"] = parameters
        else:
            operation.pop("parameters", None)
        for it in parameters:
            if it["in"] == "cookie" or "schema" not in it:
                raise ResolveError(f"{self.where}: parameter {it['name']} is a cookie, or has no schema")
        if operation.get("requestBody"):
            operation["requestBody"] = self._written_out(operation["requestBody"])
            self._check_media("its body", operation["requestBody"])
        else:
            operation.pop("requestBody", None)
        responses = operation.get("responses") or {}
        operation["responses"] = {status: self._written_out(it) for status, it in responses.items()}
        for status, response in operation["responses"].items():
            if not re.fullmatch(r"[1-9]\d\d", status):
                raise ResolveError(f"{self.where}: answers are told apart by their status, not by {status!r}")
            self._check_media(status, response)

    def _written_out(self, node: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = copied(_followed(self.document, node, self.where))
        return found

    def _check_media(self, place: str, body: dict[str, Any]) -> None:
        """Every body is JSON, by its type or by what the overlay says of it."""
        content = body.get("content") or {}
        for name in list(content):
            kind = name.partition(";")[0].strip()
            if kind != name and kind == "application/json":
                content[kind] = content.pop(name)
            elif kind != "application/json" and "x-enphase-media" not in content[name]:
                raise ResolveError(
                    f"{self.where}: {place} is {name}, and no x-enphase-media says how to read it"
                )


def _followed(document: dict[str, Any], node: dict[str, Any], where: str) -> dict[str, Any]:
    """What a reference refers to, or the node itself."""
    trail: list[str] = []
    while "$ref" in node:
        trail.append(node["$ref"])
        target: Any = document if node["$ref"].startswith("#/") else None
        for step in node["$ref"].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, dict) else None
        if not isinstance(target, dict) or trail[-1] in trail[:-1]:
            raise ResolveError(f"{where}: {trail[-1]} leads nowhere")
        node = target
    return node


def _tell_apart(document: dict[str, Any]) -> None:
    """An operation's module is called as its operationId in lower case: no two may be called the same."""
    taken: dict[str, str] = {}
    for path, method, operation in schemas.operations(document):
        where = f"{method.upper()} {path} ({operation['operationId']})"
        name = re.sub(r"[^a-z0-9]", "", operation["operationId"].lower())
        if other := taken.get(name):
            raise ResolveError(f"{where} and {other} have the same operationId; rename one in the overlay")
        taken[name] = where


def _merged(
    document: dict[str, Any], schema: dict[str, Any], where: str, inside: tuple[int, ...] = ()
) -> dict[str, Any]:
    """The one object that the parts of an `allOf` make together; one reference alone stays what it is."""
    if len(schema["allOf"]) == 1 and "properties" not in schema:
        return schema
    parts = [{key: value for key, value in schema.items() if key != "allOf"}]
    for part in schema["allOf"]:
        target = _followed(document, part, where)
        if id(target) in (*inside, id(schema)):
            raise ResolveError(f"{where}: its allOf contains itself")
        within = (*inside, id(schema))
        parts.append(_merged(document, target, where, within) if "allOf" in target else target)
    merged: dict[str, Any] = {"type": "object", "properties": {}}
    for part in parts:
        for name, property_ in (part.get("properties") or {}).items():
            if merged["properties"].setdefault(name, copied(property_)) != property_:
                raise ResolveError(f"{where}: the parts of its allOf say different things of {name}")
        odd = [
            key
            for key, value in part.items()
            if key not in (*_WORDS, "properties", "required")
            and not key.startswith("x-")
            and not (key == "additionalProperties" and isinstance(value, bool))
        ]
        if odd or part.get("type", "object") != "object":
            what = odd[0] if odd else f"type {part['type']}"
            raise ResolveError(f"{where}: an allOf of several parts, one with {what}, is not one object")
    if required := sorted({name for part in parts for name in part.get("required") or ()}):
        merged["required"] = required
    return {key: value for key, value in parts[0].items() if key != "properties"} | merged


def _move_null(document: dict[str, Any]) -> None:
    components = document.get("components", {}).get("schemas", {})
    nullable = {PREFIX + name for name, schema in components.items() if schema.pop("nullable", False) is True}
    for site in list(schemas.everywhere(document)):
        if site.role != "component" and site.schema.get("$ref") in nullable:
            site.holder[site.key] = {"allOf": [site.schema], "nullable": True}
