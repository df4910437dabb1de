"""Where the schemas of an OpenAPI document are, and what hangs below each: the one walk that the pipeline needs.

Nothing here looks into examples: a payload may hold keys that read like schema keywords.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

# Where references to schemas lead: the name of the component follows.
PREFIX = "#/components/schemas/"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_COMBINERS = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Site:
    """A place that holds a schema: `holder[key]`.

    `role` says what the schema is there: parameter, request, response, component, property, item, value (of a map)
    or part (of allOf, anyOf, oneOf). `name` is the parameter's, the component's or the property's name, the status of
    a response, else what the role is called. `operation` is the operation or, below a component, the component that it
    stands in.
    """

    holder: Any
    key: Any
    role: str
    name: str
    operation: str = ""

    @property
    def schema(self) -> Any:
        return self.holder[self.key]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of every operation, in the document's order."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if path.startswith("/") and method in item:
                yield path, method, item[method]


def roots(document: dict[str, Any]) -> Iterator[Site]:
    """Every place outside of a schema that holds one."""
    for _, _, operation in operations(document):
        name = operation["operationId"]
        for parameter in operation.get("parameters", []):
            if "schema" in parameter:
                yield Site(parameter, "schema", "parameter", parameter["name"], name)
        for media in operation.get("requestBody", {}).get("content", {}).values():
            if "schema" in media:
                yield Site(media, "schema", "request", "request", name)
        for status, response in operation.get("responses", {}).items():
            for media in response.get("content", {}).values():
                if "schema" in media:
                    yield Site(media, "schema", "response", status, name)
    components = document.get("components", {}).get("schemas", {})
    for name in components:
        yield Site(components, name, "component", name)


def below(schema: dict[str, Any]) -> Iterator[Site]:
    """The places directly below a schema that hold one."""
    for name in schema.get("properties", {}):
        yield Site(schema["properties"], name, "property", name)
    if isinstance(schema.get("items"), dict):
        yield Site(schema, "items", "item", "item")
    if isinstance(schema.get("additionalProperties"), dict):
        yield Site(schema, "additionalProperties", "value", "value")
    for combiner in _COMBINERS:
        for index in range(len(schema.get(combiner, []))):
            yield Site(schema[combiner], index, "part", "part")


def everywhere(document: dict[str, Any]) -> Iterator[Site]:
    """Every place in the document that holds a schema, what contains it first."""
    stack = list(roots(document))[::-1]
    while stack:
        site = stack.pop()
        yield site
        # Read after the consumer had it, which may have put another schema there.
        inside = site.operation or site.name
        stack.extend([replace(child, operation=inside) for child in below(site.schema)][::-1])
