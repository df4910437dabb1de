"""Give every shape one name.

The published documents write the same objects out again wherever they occur: 77 shapes stand in 344 places. A
generator makes a class of each place. Here each shape becomes one component, and each place a reference to
it.

Two schemas are the same shape when they differ in nothing but words (title, description, examples) and in
whether null is allowed in their place. A shape that the document already names keeps that name. Any other is
named by its `title`, which the overlay gives where the rule below would name badly:

- an answer by its operation without the verb (`getSystemSummary` -> SystemSummary), a request body by its
  operation and `Request`, a parameter by operation and parameter;
- a property by itself where the same property has this shape in several parents (`meta` -> Meta), else after
  its parent; what is an answer somewhere is named as that answer;
- what is in a list as what the list is, in the singular.

Names do not depend on the order of anything in the document. Two shapes for one name fail the build.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from regenerate import schemas
from regenerate.documents import copied
from regenerate.schemas import PREFIX, Site

_WORDS = ("title", "description", "example", "examples", "externalDocs")
_VERB = re.compile(r"^(get|list|fetch|retrieve)(?=[A-Z])")


class HoistError(ValueError):
    """Shapes that cannot be told apart by name, or cannot be named."""


@dataclass(slots=True)
class _Shape:
    """One shape: where it stands, in which shapes, and what it is called."""

    schema: dict[str, Any]
    # Each place, and the print of the shape around it.
    sites: list[tuple[Site, str]] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    components: list[str] = field(default_factory=list)


def hoist(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every object and enumeration in `components/schemas`; the argument is left alone."""
    document = copied(document)
    document.setdefault("components", {}).setdefault("schemas", {})
    return _Hoist(document).run()


class _Hoist:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.published: dict[str, Any] = document["components"]["schemas"]
        self.shapes: dict[str, _Shape] = {}
        self.prints: dict[str, str] = {}  # of published components, by name
        self.names: dict[str, str] = {}  # of shapes, by print

    def run(self) -> dict[str, Any]:
        for site in schemas.roots(self.document):
            self._collect(site, "")
        taken: dict[str, str] = {}
        for print_ in sorted(self.shapes, key=self._order):
            name = self._name(print_)
            if taken.setdefault(name, print_) != print_:
                raise HoistError(
                    f"two shapes would be called {name}: {self._where(taken[name])} and {self._where(print_)};"
                    " give one of them a title in the overlay"
                )
            if name in self.published and name not in self.shapes[print_].components:
                raise HoistError(
                    f"{self._where(print_)} would be called {name}, as a component is; give it a title in the overlay"
                )
        components = {name: self._component(print_) for name, print_ in sorted(taken.items())}
        for site in schemas.roots(self.document):
            if site.role != "component":
                site.holder[site.key] = self._referenced(site.schema)
        for name, schema in self.published.items():
            # What is neither object nor enumeration (a named string, say) has no shape of its own and stays.
            if name not in components and self._published_print(name) not in self.shapes:
                components[name] = self._referenced(schema)
        self.document["components"]["schemas"] = dict(sorted(components.items()))
        for site in schemas.everywhere(self.document):
            if site.schema.get("nullable") and "allOf" in site.schema and "type" not in site.schema:
                # Without a type beside it, `nullable` says nothing (OpenAPI 3.0.3).
                part = site.schema["allOf"][0]
                target = components[part["$ref"].removeprefix(PREFIX)] if "$ref" in part else part
                site.schema["type"] = target.get("type", "object")
        return self.document

    # -- what is there

    def _collect(self, site: Site, parent: str) -> None:
        schema = site.schema
        if "$ref" in schema:
            return
        print_ = self._print(schema)
        inner = parent
        if _has_shape(schema):
            shape = self.shapes.setdefault(print_, _Shape(schema))
            shape.sites.append((site, parent))
            if "title" in schema:
                shape.titles.add(schema["title"])
            if site.holder is self.published:
                shape.components.append(site.name)
            inner = print_
        for child in schemas.below(schema):
            # A list is called what its property is called; so is a map, and so are the parts of a choice. What no shape
            # is around stands for the whole: an answer that is a list is called as its entries.
            role = site.role if child.role == "part" or not inner else child.role
            name = child.name if child.role == "property" else site.name
            self._collect(Site(child.holder, child.key, role, name, site.operation), inner)

    def _print(self, schema: dict[str, Any]) -> str:
        """What two schemas have in common exactly when they are the same shape."""
        if "$ref" in schema:
            return self._published_print(schema["$ref"].removeprefix(PREFIX))
        plain = {key: value for key, value in schema.items() if key not in (*_WORDS, "nullable")}
        if "properties" in plain or isinstance(plain.get("additionalProperties"), dict):
            plain.setdefault("type", "object")
        parts: dict[str, Any] = dict(plain)
        for site in schemas.below(plain):
            # Null is a matter of the place, so of the parent's shape.
            mark = ("null or " if site.schema.get("nullable") else "") + self._print(site.schema)
            if isinstance(site.key, int):
                combiner = next(key for key, value in plain.items() if value is site.holder)
                parts[combiner] = [*parts[combiner][: site.key], mark, *parts[combiner][site.key + 1 :]]
            elif site.role == "property":
                parts["properties"] = {**parts["properties"], site.key: mark}
            else:
                parts[site.key] = mark
        if "required" in parts:
            parts["required"] = sorted(parts["required"])
        return json.dumps(parts, sort_keys=True)

    def _published_print(self, name: str) -> str:
        if name not in self.prints:
            if name not in self.published:
                raise HoistError(f"{PREFIX}{name} is referred to and not there")
            self.prints[name] = f"-> {name}"  # what a component that contains itself is known by
            self.prints[name] = self._print(self.published[name])
        return self.prints[name]

    # -- what it is called

    def _order(self, print_: str) -> tuple[bool, str]:
        return (not self.shapes[print_].components, print_)

    def _name(self, print_: str) -> str:
        if print_ not in self.names:
            self.names[print_] = self._chosen(self.shapes[print_], print_)
        return self.names[print_]

    def _chosen(self, shape: _Shape, print_: str) -> str:
        if shape.components:
            return min(shape.components)
        if len(shape.titles) > 1:
            raise HoistError(f"{self._where(print_)} has several titles: {', '.join(sorted(shape.titles))}")
        if shape.titles:
            return next(iter(shape.titles))
        parents = defaultdict(set)
        for site, parent in shape.sites:
            if site.role in ("property", "item", "value") and parent:
                parents[_noun(site)].add(parent)
        if len(parents) == 1 and len(shape.sites) > 1:
            [(noun, around)] = parents.items()
            if len(around) > 1:
                return noun
        whole = [(site, parent) for site, parent in shape.sites if not parent]
        return min(self._by_place(site, parent) for site, parent in whole or shape.sites)

    def _by_place(self, site: Site, parent: str) -> str:
        operation = _pascal(_VERB.sub("", site.operation))
        if parent:
            return self._name(parent) + _noun(site)
        match site.role:
            case "request":
                return f"{_pascal(site.operation)}Request"
            case "parameter":
                return operation + _pascal(site.name)
            case "component":
                # Not itself, or it would have its name: what is in a list or a choice that has one.
                return _pascal(_singular(site.name))
            case _ if site.name.startswith("2"):
                return operation
            case _:
                return f"{operation}Error{site.name}"

    def _where(self, print_: str) -> str:
        site, _ = self.shapes[print_].sites[0]
        return f"{site.operation or 'components'} {site.role} {site.name}".strip()

    # -- the references

    def _component(self, print_: str) -> dict[str, Any]:
        shape = self.shapes[print_]
        schema = {key: value for key, value in shape.schema.items() if key not in ("title", "nullable")}
        if not shape.components:
            schema["description"] = self._described(shape)
        if "properties" in schema:
            schema["properties"] = {
                name: self._in_most_words(shape, name, inner) for name, inner in schema["properties"].items()
            }
        if "properties" in schema or isinstance(schema.get("additionalProperties"), dict):
            schema = {"type": "object", **schema}
        return self._inside(schema)

    def _described(self, shape: _Shape) -> str:
        """What a component without words of its own is: whose answer, request or parameter, or a part of what."""
        roles = {site.role for site, parent in shape.sites if not parent}
        what = {"response": "Answer", "request": "Request", "parameter": "Parameter"}.get(
            min(roles, default=""), ""
        )
        operations = sorted({site.operation for site, parent in shape.sites if not parent})
        parents = sorted({self.names[parent] for _, parent in shape.sites if parent})
        names = [f"`{name}`" for name in operations or parents]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"{what if len(roles) == 1 else 'Part'} of {', '.join(names[:3])}{more}."

    def _in_most_words(self, shape: _Shape, name: str, inner: dict[str, Any]) -> dict[str, Any]:
        """A property with the description that most places give it, whichever of them stands first."""
        said = Counter(site.schema["properties"][name].get("description", "") for site, _ in shape.sites)
        words = min(said, key=lambda text: (-said[text], text))
        return {**inner, "description": words} if words and "$ref" not in inner else inner

    def _inside(self, schema: dict[str, Any]) -> dict[str, Any]:
        schema = copied(schema)
        for site in schemas.below(schema):
            site.holder[site.key] = self._referenced(site.schema)
        return schema

    def _referenced(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What stands in the place of a schema: a reference where it has a shape, with what belongs to the place."""
        print_ = self._print(schema)
        if "$ref" in schema:
            target = schema["$ref"].removeprefix(PREFIX)
            return {"$ref": PREFIX + self.names.get(print_, target)}
        if not _has_shape(schema):
            return self._inside(schema)
        reference: dict[str, Any] = {"$ref": PREFIX + self.names[print_]}
        of_the_place: dict[str, Any] = {
            key: schema[key] for key in ("description", "nullable") if key in schema
        }
        return {"allOf": [reference], **of_the_place} if of_the_place else reference


def _has_shape(schema: dict[str, Any]) -> bool:
    """Objects that say what is in them, and enumerations; a value that becomes something else in Python has none."""
    if "x-enphase-value" in schema:
        return False
    return bool(
        schema.get("properties") or isinstance(schema.get("additionalProperties"), dict) or "enum" in schema
    )


def _noun(site: Site) -> str:
    return _pascal(_singular(site.name) if site.role in ("item", "value") else site.name)


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", name))
