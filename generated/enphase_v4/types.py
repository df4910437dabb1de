"""What every generated model and operation shares: absent values, open enumerations, and the wire forms of values."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, Literal, Self, TypeVar
from urllib.parse import quote

from attrs import define, fields


class Unset:
    """The value of what is absent, which is not the same as null."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        return "UNSET"  # copies and pickles are the one UNSET


UNSET: Final = Unset()


class OpenEnum(StrEnum):
    """Words that the document lists; one that it does not list becomes a member that is nothing but that word."""

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        word = str.__new__(cls, value)
        word._name_ = word._value_ = value
        return word


E = TypeVar("E", bound=OpenEnum)


def word(enum: type[E], value: Any) -> Any:
    """A word as a member of its enumeration; whatever is not a word as it is."""
    return enum(value) if isinstance(value, str) else value


# ---------------------------------------------------------------------------------------------------------- wire forms
# Each kind is a reader (wire to Python) and a writer (Python to the form that the service accepts). What a reader does
# not understand it hands on as it came; so does a writer.

_OFFSET = re.compile(r" ([+-]\d\d):?(\d\d)$")


def read_boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def read_switch(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    first, *_ = value.lower().split() or [""]
    return {"enabled": True, "disabled": False}.get(first, read_boolean(value))


def write_switch(value: Any) -> Any:
    return ("enabled" if value else "disabled") if isinstance(value, bool) else value


def read_percent(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        number = float(value.strip().removesuffix("%"))
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    return int(number) if number.is_integer() else number


def write_percent(value: Any) -> Any:
    return f"{value}%" if isinstance(value, int | float) and not isinstance(value, bool) else value


def read_time(value: Any) -> Any:
    """An aware datetime in UTC, from epoch seconds or from text with an offset."""
    try:
        if isinstance(value, str):
            moment = dt.datetime.fromisoformat(_OFFSET.sub(r"\1:\2", value.strip()))
            return moment.astimezone(dt.UTC) if moment.tzinfo else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return dt.datetime.fromtimestamp(value, dt.UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return value


def write_time(value: Any) -> Any:
    if not isinstance(value, dt.datetime):
        return value
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def read_date(value: Any) -> Any:
    """A date, from YYYY-MM-DD or from epoch seconds (the date in UTC)."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    moment = read_time(value)
    return moment.date() if isinstance(moment, dt.datetime) else value


def write_date(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def read_quantity(value: Any) -> Any:
    """The object of a quantity; a bare number is its value, without units."""
    return {"value": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def read_rows(value: Any) -> Any:
    """One flat list of rows, from a list that may hold lists of rows."""
    if not isinstance(value, list) or not any(isinstance(entry, list) for entry in value):
        return value
    return [row for entry in value for row in (entry if isinstance(entry, list) else [entry])]


def _as_it_is(value: Any) -> Any:
    return value


_KINDS: Final[dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]]] = {
    "boolean": (read_boolean, _as_it_is),
    "switch": (read_switch, write_switch),
    "percent": (read_percent, write_percent),
    "time": (read_time, write_time),
    "date": (read_date, write_date),
    "quantity": (read_quantity, _as_it_is),
    "rows": (read_rows, _as_it_is),
}


class _Nesting(tuple[int | None, ...]):
    """How rows were nested: the length of each inner list, None for a row that stood outside of one."""

    def __new__(cls, entries: list[Any]) -> Self:
        return super().__new__(cls, (len(entry) if isinstance(entry, list) else None for entry in entries))

    def applied(self, rows: list[Any]) -> list[Any]:
        if sum(1 if length is None else length for length in self) != len(rows):
            return rows
        taken = iter(rows)
        return [next(taken) if n is None else [next(taken) for _ in range(n)] for n in self]


# -------------------------------------------------------------------------------------------------------------- models


class Model:
    """Base of the generated models.

    What the document does not know is kept in `additional_properties`. A value whose wire form was an unusual one keeps
    that form, and `to_dict` writes it again for as long as the value is the same.
    """

    # Not fields: most models hold neither, and setting them in every constructor is a seventh of the time of decoding.
    __slots__ = ("_forms", "_unknown")

    _forms: dict[str, Any]
    _unknown: dict[str, Any]

    _keys: ClassVar[frozenset[str]] = frozenset()
    """Wire names of the properties."""
    _renamed: ClassVar[Mapping[str, str]] = {}
    """Attributes that are not called as on the wire, and their wire names."""
    _values: ClassVar[Mapping[str, str]] = {}
    """Attributes with a wire form of their own, and its kind."""

    @property
    def additional_properties(self) -> dict[str, Any]:
        """What the answer holds beyond the document, by wire name."""
        if not hasattr(self, "_unknown"):
            self._unknown = {}
        return self._unknown

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _held(self) == _held(other)

    __hash__ = None  # type: ignore[assignment]  # models change, so they are no keys

    def __repr__(self) -> str:
        """What the model holds; what is absent is not shown."""
        held = {name: value for name in field_names(self) if (value := getattr(self, name)) is not UNSET}
        parts = [f"{name}={value!r}" for name, value in held.items()]
        if unknown := getattr(self, "_unknown", {}):
            parts.append(f"additional_properties={unknown!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def get_path(self, path: str) -> Any:
        """The value at wire names joined by dots; UNSET where a step is absent or null."""
        value: Any = self
        for name in path.split("."):
            if not isinstance(value, Model):
                return UNSET
            value = value._get(name)
        return UNSET if value is None else value

    def _get(self, name: str) -> Any:
        if name in self._keys:
            return getattr(self, next((a for a, wire in self._renamed.items() if wire == name), name))
        return self.additional_properties.get(name, UNSET)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of this model."""
        result: dict[str, Any] = {}
        forms = getattr(self, "_forms", {})
        for name in field_names(self):
            if (value := getattr(self, name)) is UNSET:
                continue
            wire = to_wire(value)
            if name in self._values:
                wire = self._written(name, value, wire, forms.get(name, UNSET))
            result[self._renamed.get(name, name)] = wire
        return result | {key: to_wire(value) for key, value in getattr(self, "_unknown", {}).items()}

    def _written(self, name: str, value: Any, wire: Any, form: Any) -> Any:
        read, write = _KINDS[self._values[name]]
        if isinstance(form, _Nesting):
            return form.applied(wire) if isinstance(wire, list) else wire
        if not isinstance(wire, dict | list):
            wire = write(value)
        if form is not UNSET and write(read(form)) == wire:
            return form
        return wire

    def _keep(self, source: Mapping[str, Any]) -> None:
        """Keep what the constructor did not take: unknown properties and unusual wire forms."""
        unknown = {key: value for key, value in source.items() if key not in self._keys}
        if unknown:
            self._unknown = unknown
        for name, kind in self._values.items():
            form = source.get(self._renamed.get(name, name))
            if form is None:
                continue
            read, write = _KINDS[kind]
            usual = write(read(form))
            if usual is not form and (usual != form or type(usual) is not type(form)):
                if not hasattr(self, "_forms"):
                    self._forms = {}
                self._forms[name] = _Nesting(form) if kind == "rows" else form


def field_names(model: Model) -> list[str]:
    """The attributes of a model that are properties of the document, in its order."""
    return [attribute.name for attribute in fields(type(model))]  # type: ignore[arg-type]  # each is a class of attrs


def _held(model: Model) -> tuple[list[Any], dict[str, Any]]:
    return [getattr(model, name) for name in field_names(model)], getattr(model, "_unknown", {})


def to_wire(value: Any) -> Any:
    """JSON data of a value that a model holds."""
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [to_wire(entry) for entry in value]
    if isinstance(value, dict):
        return {key: to_wire(entry) for key, entry in value.items()}
    if isinstance(value, OpenEnum):
        return value.value
    if isinstance(value, dt.datetime):
        return write_time(value)
    return write_date(value)


# ---------------------------------------------------------------------------------------------------------- operations

T_co = TypeVar("T_co", covariant=True)


@define
class Response(Generic[T_co]):
    """An answer: what came, and what the document makes of it (None where it says nothing)."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: T_co | None


Decoder = Callable[[Any], Any]


def request_kwargs(
    operation: str,
    method: str,
    url: str,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    body: Any = UNSET,
    form: str = "",
    content_type: str = "",
) -> dict[str, Any]:
    """The arguments of an httpx request; what is UNSET or None is left out.

    A body is JSON: plain, the value of the one key of a form (`form`), or under another media type (`content_type`).
    """
    kwargs: dict[str, Any] = {"method": method, "url": url, "extensions": {"operation": operation}}
    if params:
        kwargs["params"] = {
            name: _text(value) for name, value in params.items() if value is not UNSET and value is not None
        }
    if headers:
        kwargs["headers"] = {
            name: str(_text(value))
            for name, value in headers.items()
            if value is not UNSET and value is not None
        }
    if body is UNSET:
        return kwargs
    wire = to_wire(body)
    if not form and not content_type:
        kwargs["json"] = wire
        return kwargs
    # As httpx writes it.
    text = json.dumps(wire, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if form:
        kwargs["data"] = {form: text}
    else:
        kwargs["content"] = text.encode()
        kwargs["headers"] = {**kwargs.get("headers", {}), "Content-Type": content_type}
    return kwargs


def _text(value: Any) -> Any:
    wire = to_wire(value)
    return str(wire).lower() if isinstance(wire, bool) else wire


def segment(name: str, value: Any) -> str:
    """A value as one segment of a path. Raises ValueError where it would be another path."""
    text = "" if value is None or value is UNSET else str(_text(value))
    if text.strip() in ("", ".", ".."):
        raise ValueError(f"{name} is {value!r}, which is no segment of a path")
    return quote(text, safe="")


def one(model: Any) -> Decoder:
    """A decoder of one object."""

    def decoder(data: Any) -> Any:
        if not isinstance(data, dict):
            raise TypeError(f"{type(data).__name__} where an object of {model.__name__} was expected")
        return model.from_dict(data)

    return decoder


def many(model: Any) -> Decoder:
    """A decoder of a bare list of objects; what is not an object is handed on as it came."""

    def decoder(data: Any) -> Any:
        if not isinstance(data, list):
            raise TypeError(f"{type(data).__name__} where a list of {model.__name__} was expected")
        return [model.from_dict(entry) if isinstance(entry, dict) else entry for entry in data]

    return decoder


@define
class Events:
    """A decoder of a stream of server-sent events: one model for each event whose data is a JSON object."""

    model: Any

    def read(self, text: str) -> list[Any]:
        return [
            self.model.from_dict({"data": data})
            for data in map(_json, event_data(text))
            if isinstance(data, dict)
        ]


def event_data(text: str) -> Iterator[str]:
    """The data of each server-sent event in a text."""
    lines: list[str] = []
    for line in [*re.split(r"\r\n|\r|\n", text), ""]:
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text. A whole number of more digits than Python reads is infinite, as one with `e400` is.

    Raises ValueError where it is not JSON, RecursionError where it is too deep.
    """
    try:
        return json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:  # said of such a number alone: to look at each of them before would double the time
        return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _json(text: str | bytes) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return UNSET


def decode(
    decoders: Mapping[int, Decoder | Events], status: int, content: bytes, content_type: str = ""
) -> Any:
    """The model of an answer; None where the document has none for it.

    A success of another number is read as the documented one, where it can be: 200 for 201 says the same.

    Raises ValueError where a documented success is not what it should be: not JSON, or not an object.
    """
    decoder = decoders.get(status)
    if decoder is None and 200 <= status < 300 and content:
        decoder = next((each for known, each in decoders.items() if 200 <= known < 300), None)
    if decoder is None or (isinstance(decoder, Events) and status not in decoders):
        return None
    if isinstance(decoder, Events):
        return decoder.read(content.decode("utf-8", "replace"))
    data = _json(content)
    if data is UNSET and content.lstrip().startswith(b"data:"):
        # A refusal sent as an event.
        data = next(
            (d for d in map(_json, event_data(content.decode("utf-8", "replace"))) if d is not UNSET), UNSET
        )
    try:
        if data is UNSET:
            raise TypeError(f"{content_type or 'an answer'} that is not JSON")
        return decoder(data)
    except TypeError as error:
        if status < 300 and status in decoders:
            raise ValueError(f"status {status}: {error}") from error
        return None
