"""What another version of the vendor's document changes, and which patches of ours it makes stale.

Two documents are compared by what they mean on the wire: descriptions, examples, the order of keys, and where
a schema stands (inline, in a component, in an allOf of one) make no difference. A change of a component shows
once however many operations use it, and so does one that the document repeats at the same place of several.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import unquote

from regenerate import overlay as overlays
from regenerate.schemas import METHODS

Json = dict[str, Any]
_Parameters = dict[tuple[str, str], Json]  # by name and place
_Trail = frozenset[tuple[int, int]]  # the pairs of schemas that the walk is inside of
_K = TypeVar("_K")
_V = TypeVar("_V")

# Whether a change breaks (those who send it, those who receive it). Our readers keep fields and enum words
# that they do not know, and take any status; a caller sends what the document says, and no more.
VERDICTS: dict[str, tuple[bool, bool]] = {
    "server added": (False, False),
    "server gone": (True, True),
    "security scheme added": (False, False),
    "security scheme changed": (True, True),
    "security scheme gone": (True, True),
    "operation added": (False, False),
    "operation deprecated": (False, False),
    "operation gone": (True, True),
    "operationId renamed": (True, True),  # the generated function is named after it
    "security changed": (True, True),
    "parameter added": (False, False),
    "required parameter added": (True, True),
    "parameter gone": (True, True),
    "parameter moved": (True, True),
    "body added": (False, False),
    "required body added": (True, True),
    "body gone": (True, True),
    "status added": (False, False),
    "status gone": (True, True),
    "error status added": (False, False),
    "error status gone": (False, False),
    "content type added": (False, False),
    "content type changed": (True, True),
    "content type gone": (True, True),
    "field added": (False, False),
    "required field added": (True, False),
    "field gone": (True, True),
    "type changed": (True, True),
    "limit changed": (True, False),
    "became required": (True, False),
    "no longer required": (False, True),
    "became nullable": (False, True),
    "no longer nullable": (True, False),
    "enum introduced": (True, False),
    "enum dropped": (False, False),
    "enum word added": (False, False),
    "enum word gone": (True, False),
    "variant added": (False, True),
    "variant gone": (True, False),
}
_REMARKS = {"title", "summary", "description", "example", "examples", "externalDocs", "deprecated"}
_LIMITS = (
    *("default", "pattern", "multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `kind` says which, `detail` what it was and is, `operations` are those it touches.

    `place` is a path for readers: inside of the operation (`200 systems[].timezone`) or, where `component`
    names one, inside of that (`System.timezone`).
    """

    kind: str
    place: str
    detail: str
    breaks: bool
    operations: tuple[str, ...]
    component: str | None

    @property
    def where(self) -> str:
        """The place and its operation, or the first few of its operations and how many more there are."""
        if len(self.operations) == 1 and self.component is None:
            return f"{self.operations[0]} {self.place}".strip()
        first, more = ", ".join(self.operations[:3]), len(self.operations) - 3
        return " in ".join(filter(None, (self.place, f"{first} and {more} more" if more > 0 else first)))


@dataclass(frozen=True, slots=True)
class Drift:
    """The changes from one document to another, and the overlay actions that do not fit the other one."""

    changes: tuple[Change, ...]
    stale: tuple[overlays.StaleAction, ...]

    @property
    def breaks(self) -> bool:
        return bool(self.stale) or any(change.breaks for change in self.changes)


def report(old: Json, new: Json, overlay: Json) -> Drift:
    """What the new document changes. Raises OverlayError for a malformed overlay; a stale one is reported."""
    comparison = _Comparison(_Api(old), _Api(new))
    comparison.run()
    return Drift(tuple(comparison.changes()), tuple(overlays.check(new, overlay)))


def render(drift: Drift) -> str:
    """The drift as text, what breaks first."""
    lines = []
    for breaks, title in ((True, "Breaks callers or readers"), (False, "Breaks nobody")):
        if changes := [change for change in drift.changes if change.breaks is breaks]:
            lines.append(f"{title} ({len(changes)}):")
            lines += [f"  {c.kind}: {c.where}{f' ({c.detail})' if c.detail else ''}" for c in changes]
    if drift.stale:
        lines.append(f"Stale overlay actions ({len(drift.stale)}), to be deleted or written anew:")
        lines += [f"  {action}" for action in drift.stale]
    return "\n".join(lines or ["No drift: the documents say the same, and every overlay action fits."]) + "\n"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a schema says once its $ref and allOf are followed; the schemas below it stay as written."""

    type: str
    nullable: bool
    words: list[str] | None
    limits: Mapping[str, str]
    fields: Mapping[str, Json]  # properties, items as "[]", additionalProperties as "*"
    required: frozenset[str]
    variants: Mapping[str, Json]  # of oneOf and anyOf


class _Api:
    """A document, read through its references."""

    def __init__(self, document: Json) -> None:
        self.document: Json = _stated(document)
        self.components: Json = self.document.get("components", {})

    def servers(self) -> dict[str, Json]:
        return {server["url"]: server for server in self.document.get("servers", ())}

    def schemes(self) -> dict[str, str]:
        followed = {name: self.follow(it) for name, it in self.components.get("securitySchemes", {}).items()}
        return {
            name: json.dumps({key: it[key] for key in sorted(_said(it))}) for name, it in followed.items()
        }

    def operations(self) -> dict[str, Json]:
        """By `GET /path`, and with the parameters that the path gives to all of its operations."""
        paths = {path: self.follow(item) for path, item in self.document.get("paths", {}).items()}
        return {
            f"{method.upper()} {path}": item[method]
            | {"parameters": [*item.get("parameters", ()), *item[method].get("parameters", ())]}
            for path, item in paths.items()
            for method in METHODS
            if method in item
        }

    def security(self, operation: Json) -> str:
        """Who may call: what the operation asks for, or else the document."""
        choices = []
        asks = operation if "security" in operation else self.document
        for needs in asks.get("security") or ():
            schemes = (f"{name}[{', '.join(scopes)}]" if scopes else name for name, scopes in needs.items())
            choices.append(" + ".join(sorted(schemes)) or "nothing")
        return " or ".join(sorted(choices)) or "nothing"

    def parameters(self, operation: Json) -> _Parameters:
        every = map(self.follow, operation["parameters"])
        return {(str(it.get("name")), str(it.get("in"))): it for it in every}

    def bodies(self, operation: Json) -> dict[str, Json]:
        return {"body": self.follow(operation["requestBody"])} if "requestBody" in operation else {}

    def responses(self, operation: Json, errors: bool) -> dict[str, Json]:
        every = operation.get("responses", {}).items()
        return {status: it for status, it in every if errors is not status.startswith(("1", "2", "3"))}

    def content(self, holder: Json) -> dict[str, Json]:
        """The schema of each content type, whose own parameters (charset) are left out."""
        content = self.follow(holder).get("content", {})
        return {kind.partition(";")[0].strip(): media.get("schema", {}) for kind, media in content.items()}

    def follow(self, node: Json) -> Json:
        """What a reference refers to, or the node itself."""
        trail: list[str] = []
        while "$ref" in node and node["$ref"] not in trail:
            trail.append(node["$ref"])
            node = self._find(node["$ref"])
        return node

    def component(self, schema: Json) -> str | None:
        """The component that a schema is, by reference or in a wrapper that says nothing of its own."""
        if "$ref" in schema:
            return str(schema["$ref"]).rpartition("/")[2]
        if _said(schema) == {"allOf"} and len(schema["allOf"]) == 1:
            return self.component(schema["allOf"][0])
        return None

    def shape(self, schema: Json) -> _Shape:
        parts = list(self._parts(schema, ()))
        every: Json = {}
        for part in reversed(parts):
            every |= part
        implied = "object" if "properties" in every else "array" if "items" in every else "any"
        stated = every.get("type", implied)
        types = {stated} if isinstance(stated, str) else set(stated)
        label = "|".join(sorted(types - {"null"}))
        members = {"[]": every.get("items"), "*": every.get("additionalProperties")}
        fields = {step: member for step, member in members.items() if member}
        for part in parts:
            fields |= part.get("properties", {})
        variants = [*every.get("oneOf", ()), *every.get("anyOf", ())]
        return _Shape(
            type=f"{label}({every['format']})" if "format" in every else label,
            nullable="null" in types
            or any(part.get("nullable") is True for part in (*parts, *map(self.follow, variants))),
            words=[json.dumps(word) for word in every["enum"]] if "enum" in every else None,
            limits={name: json.dumps(every[name]) for name in _LIMITS if name in every},
            fields={name: field for name, field in fields.items() if isinstance(field, dict)},
            required=frozenset(name for part in parts for name in part.get("required", ())),
            variants={f"<{self.component(it) or number}>": it for number, it in enumerate(variants, 1)},
        )

    def _parts(self, schema: Json, trail: tuple[str, ...]) -> Iterator[Json]:
        """A schema's own keywords, then those that its reference or its allOf brings in."""
        if "$ref" not in schema:
            yield schema
            for part in schema.get("allOf", ()):
                yield from self._parts(part, trail)
        elif (ref := schema["$ref"]) not in trail:
            yield from self._parts(self._find(ref), (*trail, ref))

    def _find(self, ref: str) -> Json:
        node: Any = self.document if ref.startswith("#/") else None
        for step in ref.split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            node = node.get(key) if isinstance(node, dict) else None
        # A reference that leads nowhere does not end the comparison: it shows as a change of type.
        return node if isinstance(node, dict) else {"type": f"dangling {ref}"}


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the comparison stands, and whether what is there is received or sent."""

    operation: str = ""
    part: str = ""  # of the operation or the document: "parameter page", "body", "200"
    received: bool = False
    path: str = ""  # in a schema
    component: str | None = None

    def at(self, part: str) -> "_Spot":
        return replace(self, part=part)

    def below(self, step: str) -> "_Spot":
        return replace(self, path=f"{self.path}{'.' if self.path and step != '[]' else ''}{step}")


class _Comparison:
    """A walk through two documents side by side."""

    def __init__(self, old: _Api, new: _Api) -> None:
        self.old = old
        self.new = new
        # Operations and verdicts by kind, place, detail and component; a change met again joins the first.
        self._found: dict[tuple[str, str, str, str | None], list[tuple[str, bool]]] = {}

    def changes(self) -> Iterator[Change]:
        for (kind, place, detail, component), hits in self._found.items():
            operations = tuple(dict.fromkeys(operation for operation, _ in hits if operation))
            yield Change(kind, place, detail, any(breaks for _, breaks in hits), operations, component)

    def run(self) -> None:
        old, new = self.old, self.new
        self._pairs("server", old.servers(), new.servers(), lambda url: _Spot(part=url))
        schemes = self._pairs("security scheme", old.schemes(), new.schemes(), lambda name: _Spot(part=name))
        for name, was, now in schemes:
            self._differs("security scheme changed", _Spot(part=name), was, now)
        operations = old.operations(), new.operations()
        for label, one, other in self._pairs("operation", *operations, _Spot, detail=_operation_id):
            self._operation(_Spot(label), one, other)

    def _operation(self, spot: _Spot, one: Json, other: Json) -> None:
        old, new = self.old, self.new
        self._differs("operationId renamed", spot, _operation_id(one), _operation_id(other))
        self._differs("security changed", spot, old.security(one), new.security(other))
        if other.get("deprecated") and not one.get("deprecated"):
            self._note("operation deprecated", spot)
        self._parameters(spot, old.parameters(one), new.parameters(other))
        bodies = old.bodies(one), new.bodies(other)
        for part, was, now in self._pairs("body", *bodies, spot.at, needed=_needed(bodies[1])):
            self._necessity(spot.at(part), bool(was.get("required")), bool(now.get("required")))
            self._contents(spot.at(part), was, now)
        answer = replace(spot, received=True)
        for kind, errors in (("status", False), ("error status", True)):
            responses = old.responses(one, errors), new.responses(other, errors)
            for status, was, now in self._pairs(kind, *responses, answer.at):
                self._contents(answer.at(status), was, now)

    def _parameters(self, spot: _Spot, old: _Parameters, new: _Parameters) -> None:
        def at(key: tuple[str, str]) -> _Spot:
            return spot.at(f"parameter {key[0]}")

        for key in [key for key in old if key not in new]:
            for moved in [other for other in new if other[0] == key[0] and other not in old][:1]:
                self._differs("parameter moved", at(key), key[1], moved[1])
                new[key] = new.pop(moved)
        for key, one, other in self._pairs("parameter", old, new, at, detail=_hint, needed=_needed(new)):
            self._necessity(at(key), bool(one.get("required")), bool(other.get("required")))
            self._schema(at(key), one.get("schema", {}), other.get("schema", {}))

    def _contents(self, spot: _Spot, one: Json, other: Json) -> None:
        spot = self._shared(spot, one, other)
        old, new = self.old.content(one), self.new.content(other)
        gone, added = [kind for kind in old if kind not in new], [kind for kind in new if kind not in old]
        if len(gone) == len(added) == 1:
            self._differs("content type changed", spot, gone[0], added[0])
            new = {gone[0] if kind == added[0] else kind: schema for kind, schema in new.items()}
        for _, was, now in self._pairs("content type", old, new, spot.below):
            self._schema(spot, was, now)

    def _schema(self, spot: _Spot, old: Json, new: Json, trail: _Trail = frozenset()) -> None:
        if (id(old), id(new)) in trail:  # a component that contains itself
            return
        trail |= {(id(old), id(new))}
        spot = self._shared(spot, old, new)
        one, other = self.old.shape(old), self.new.shape(new)
        if one.nullable != other.nullable:
            self._note("became nullable" if other.nullable else "no longer nullable", spot)
        self._differs("type changed", spot, one.type, other.type)
        if one.type != other.type:
            return
        for limit in dict.fromkeys((*one.limits, *other.limits)):
            limits = (f"{limit} {shape.limits.get(limit, 'free')}" for shape in (one, other))
            self._differs("limit changed", spot, *limits)
        self._words(spot, one.words, other.words)
        for step in [step for step in one.fields if step in other.fields]:
            self._necessity(spot.below(step), step in one.required, step in other.required)
        below = [
            *self._pairs("field", one.fields, other.fields, spot.below, detail=_hint, needed=other.required),
            *self._pairs("variant", one.variants, other.variants, spot.below, detail=_hint),
        ]
        for step, was, now in below:
            self._schema(spot.below(step), was, now, trail)

    def _words(self, spot: _Spot, old: list[str] | None, new: list[str] | None) -> None:
        if old is None or new is None:
            if old != new:
                kind = "enum dropped" if new is None else "enum introduced"
                self._note(kind, spot, ", ".join(old or new or ()))
            return
        for kind, words, known in (("enum word gone", old, new), ("enum word added", new, old)):
            for word in [word for word in words if word not in known]:
                self._note(kind, spot, word)

    def _necessity(self, spot: _Spot, was: bool, now: bool) -> None:
        if was is not now:
            self._note("became required" if now else "no longer required", spot)

    def _pairs(
        self,
        kind: str,
        old: Mapping[_K, _V],
        new: Mapping[_K, _V],
        spot: Callable[[_K], _Spot],
        *,
        detail: Callable[[_V], str] = lambda _: "",
        needed: Collection[_K] = (),
    ) -> list[tuple[_K, _V, _V]]:
        """What both sides have; what one has is noted as gone or added, with `required` if it is needed."""
        for key in [key for key in old if key not in new]:
            self._note(f"{kind} gone", spot(key), detail(old[key]))
        for key in [key for key in new if key not in old]:
            self._note(f"{'required ' if key in needed else ''}{kind} added", spot(key), detail(new[key]))
        return [(key, old[key], new[key]) for key in old if key in new]

    def _shared(self, spot: _Spot, old: Json, new: Json) -> _Spot:
        """The spot as it is, or the component that stands there in both documents."""
        name = self.old.component(old)
        if name is None or name != self.new.component(new):
            return spot
        return replace(spot, part="", path=name, component=name)

    def _differs(self, kind: str, spot: _Spot, was: str, now: str) -> None:
        if was != now:
            self._note(kind, spot, f"{was} -> {now}")

    def _note(self, kind: str, spot: _Spot, detail: str = "") -> None:
        key = (kind, f"{spot.part} {spot.path}".strip(), detail, spot.component)
        self._found.setdefault(key, []).append((spot.operation, VERDICTS[kind][spot.received]))


def _said(node: Json) -> set[str]:
    """The keys that mean something on the wire."""
    return {key for key in node if key not in _REMARKS and not key.startswith("x-")}


def _operation_id(operation: Json) -> str:
    return str(operation.get("operationId", "none"))


def _needed(things: Mapping[_K, Json]) -> set[_K]:
    return {key for key, thing in things.items() if thing.get("required")}


def _hint(node: Json) -> str:
    """A word on a field or a parameter, for those to whom it is new."""
    return (
        f"in {node['in']}"
        if "in" in node
        else str(node.get("type") or node.get("$ref", "").rpartition("/")[2])
    )


def _stated(data: Any) -> Any:
    """A copy without the keys that have no value: `parameters:` with nothing behind it says nothing."""
    if isinstance(data, dict):
        return {key: _stated(value) for key, value in data.items() if value is not None}
    return [_stated(value) for value in data] if isinstance(data, list) else data
