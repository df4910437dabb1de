"""Whether JSON has the shape that the document gives it: as much of OpenAPI 3.0 schemas as bodies of requests use."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from enphase_cloud.mock.document import Document
from enphase_cloud.mock.settings import brief


def _is_whole(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("text", lambda value: isinstance(value, str)),
    "integer": ("a whole number", _is_whole),
    "number": ("a number", _is_number),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "array": ("a list", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
}


def problems(document: Document, schema: Any, value: Any, where: str = "The body") -> Iterator[str]:
    """A sentence for each thing in which `value` differs from `schema`; fields that it does not know are none.

    Raises ValueError for a schema that says something this does not understand.
    """
    schema = document.resolve(schema)
    if unknown := set(schema) - UNDERSTOOD - UNSAID:
        raise ValueError(f"{where}: a schema with {', '.join(sorted(unknown))}")
    if value is None and schema.get("nullable") is True:
        return
    # one after the other: what has the wrong type has no length
    said = next((told for check in CHECKS if (told := check(schema, value))), None)
    if said is not None:
        yield f"{where} must be {said}"
        return
    for each in schema.get("allOf", ()):
        yield from problems(document, each, value, where)
    choices = schema.get("anyOf", ())
    found = [list(problems(document, each, value, where)) for each in choices]
    if found and all(found):
        yield found[0][0]
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from problems(document, schema["items"], each, f"{where}[{index}]")
    if isinstance(value, dict):
        yield from _fields(document, schema, value, "" if where == "The body" else f"{where}.")


def pruned(document: Document, schema: Any, value: Any) -> Any:
    """`value`, which has the shape of `schema`, without the fields that this does not know."""
    schema = document.resolve(schema)
    for each in schema.get("allOf", ()):
        value = pruned(document, each, value)
    if isinstance(value, list) and "items" in schema:
        return [pruned(document, schema["items"], each) for each in value]
    if isinstance(value, dict) and "allOf" not in schema:
        known = schema.get("properties", {})
        return {name: pruned(document, known[name], each) for name, each in value.items() if name in known}
    return value


def _fields(
    document: Document, schema: Mapping[str, Any], value: Mapping[str, Any], prefix: str
) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{prefix}{name} is mandatory"
    for name, each in schema.get("properties", {}).items():
        if name in value:
            yield from problems(document, each, value[name], f"{prefix}{name}")


def _type(schema: Mapping[str, Any], value: Any) -> str | None:
    if "type" not in schema:
        return None
    called, fits = TYPES[schema["type"]]
    return None if fits(value) else called


def _enum(schema: Mapping[str, Any], value: Any) -> str | None:
    allowed = schema.get("enum")
    if allowed is None or any(type(each) is type(value) and each == value for each in allowed):
        return None
    return f"one of {', '.join(map(str, allowed))}"


def _minimum(schema: Mapping[str, Any], value: Any) -> str | None:
    low = schema.get("minimum")
    return None if low is None or value >= low else f"at least {low}, not {brief(value)}"


def _maximum(schema: Mapping[str, Any], value: Any) -> str | None:
    high = schema.get("maximum")
    return None if high is None or value <= high else f"at most {high}, not {brief(value)}"


def _length(schema: Mapping[str, Any], value: Any) -> str | None:
    longest = schema.get("maxLength")
    return None if longest is None or len(value) <= longest else f"at most {longest} characters long"


def _pattern(schema: Mapping[str, Any], value: Any) -> str | None:
    pattern = schema.get("pattern")
    # a pattern is that of JSON Schema, whose `$` is the very end
    if pattern is None or re.search(pattern.replace("$", r"\Z"), value):
        return None
    return f"of the form {pattern}"


CHECKS = (_type, _enum, _minimum, _maximum, _length, _pattern)
UNDERSTOOD = frozenset(
    {
        *("type", "enum", "minimum", "maximum", "maxLength", "pattern", "nullable"),
        *("allOf", "anyOf", "items", "properties", "required"),
    }
)
UNSAID = frozenset(
    {"description", "title", "example", "format", "default", "x-enphase-value", "x-enphase-name"}
)
"""What says nothing about the shape."""
