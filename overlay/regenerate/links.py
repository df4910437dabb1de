"""Check the OpenAPI links of the patched document: a link that nobody could follow fails the build.

A link names the operation that it leads to and says where each parameter comes from: a place in the answer
(`$response.body#/systems/0/system_id`) or a parameter of the request (`$request.path.system_id`).
"""

from __future__ import annotations

from typing import Any

from regenerate import schemas
from regenerate.schemas import PREFIX

_SAYS = {"operationId", "parameters", "description"}
_BODY = "$response.body#/"
_REQUEST = "$request."


class LinkError(ValueError):
    """A link that leads nowhere, and where it stands."""


def check(document: dict[str, Any]) -> dict[str, Any]:
    """The document itself, once each of its links can be followed."""
    operations = {it["operationId"]: it for _, _, it in schemas.operations(document)}
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            for link, said in response.get("links", {}).items():
                if problem := _problem(document, operations, operation, response, said):
                    raise LinkError(f"{name} {status}: link {link}: {problem}")
    return document


def _problem(
    document: dict[str, Any],
    operations: dict[str, Any],
    source: dict[str, Any],
    response: dict[str, Any],
    said: dict[str, Any],
) -> str:
    if odd := sorted(set(said) - _SAYS):
        return f"it has {', '.join(odd)}; it can have {', '.join(sorted(_SAYS))}"
    target = operations.get(said.get("operationId", ""))
    if target is None:
        return f"there is no operation {said.get('operationId')!r}"
    given, declared = (
        said.get("parameters", {}),
        {it["name"]: it["in"] for it in target.get("parameters", [])},
    )
    if unknown := sorted(set(given) - set(declared)):
        return f"{said['operationId']} has no parameter {', '.join(unknown)}"
    if missing := sorted(name for name, place in declared.items() if place == "path" and name not in given):
        return f"{said['operationId']} needs {', '.join(missing)} in its path"
    asked = {f"{_REQUEST}{it['in']}.{it['name']}" for it in source.get("parameters", [])}
    for name, expression in given.items():
        if expression.startswith(_BODY):
            if not _leads_somewhere(document, response, expression.removeprefix(_BODY).split("/")):
                return f"{name}: the answer has no {expression}"
        elif expression not in asked:
            return f"{name}: {expression} is neither in the answer nor a parameter of the request"
    return ""


def _leads_somewhere(document: dict[str, Any], response: dict[str, Any], steps: list[str]) -> bool:
    """Whether every body of the response can hold a value at those steps."""
    bodies = [media.get("schema", {}) for media in response.get("content", {}).values()]
    return bool(bodies) and all(_holds(document, body, steps) for body in bodies)


def _holds(document: dict[str, Any], schema: dict[str, Any], steps: list[str]) -> bool:
    if "$ref" in schema:
        return _holds(document, document["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)], steps)
    if parts := [part for kind in ("allOf", "anyOf", "oneOf") for part in schema.get(kind, [])]:
        return any(_holds(document, part, steps) for part in parts)
    if not steps:
        return schema.get("type") not in ("object", "array")
    step, *rest = steps
    if schema.get("type") == "array":
        return step.isdigit() and _holds(document, schema["items"], rest)
    inside = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    return isinstance(inside, dict) and _holds(document, inside, rest)
