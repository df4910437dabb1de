"""What every record has: values as Python means them, and the generated model behind them, one attribute away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias, TypeVar

import attrs
from enphase_v4.types import UNSET, Model, OpenEnum, read_boolean, read_time

from ..rows import Problem, number, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
R = TypeVar("R", bound="Record")


class Notes:
    """The problems of one answer, as they are found. `hide` takes out of them what nobody is to see."""

    def __init__(self, asked: str, hide: Callable[[str], str], found: list[Problem] | None = None) -> None:
        self._asked = asked
        self._hide = hide
        self.found = [] if found is None else found

    def add(self, path: str, problem: str) -> None:
        """Note something that could not be read; `path` is where it lies in the answer's JSON."""
        self._note(path, self._hide(problem))

    def wrong(self, path: str, problem: str, value: Any) -> None:
        """Note a value that could not be read, and show it."""
        self._note(path, f"{problem}: {shown(value, self._hide)}")

    def _note(self, path: str, hidden: str) -> None:
        found = Problem(self._hide(path), hidden, self._asked)
        if self.found[-1:] != [found]:  # two values of one object that is none are one problem
            self.found.append(found)


Reader: TypeAlias = Callable[[Any, str, Notes], Any]
"""Makes of a value what the record says it is, or None and a note. Never sees what is absent or null."""


Kind: TypeAlias = "type | list[type]"
"""What a value is: text, a number, a time, a record; or a tuple of such. A word is text, as is what is nothing else."""


class _Field(NamedTuple):
    name: str
    sources: tuple[tuple[tuple[str, str], ...], ...]
    """Each a way of attributes, with what each adds to the path. Taken apart once: it is gone for every record."""
    read: Reader


@attrs.frozen(kw_only=True)
class Record:
    """What the service says of one thing. What it does not say is None. Equal where all values are.

    Attributes:
        details: The generated model: all that the service says, as the document names it, with what the document does
            not know in `details.additional_properties`.
        problems: What could not be read, and where: those values are None here, and as they came in `details`.
    """

    details: Model = attrs.field(eq=False, repr=False)
    problems: tuple[Problem, ...] = attrs.field(eq=False, repr=False, default=())

    @classmethod
    def of(cls, model: Model, path: str, asked: str, hide: Callable[[str], str]) -> Self:
        """Read from a model that lies at a path of the answer to what was asked."""
        return cls.read_from(model, path, Notes(asked, hide))

    @classmethod
    def read_from(cls, model: Model, path: str, notes: Notes) -> Self:
        before = len(notes.found)
        values = {field.name: _value(field, model, path, notes) for field in _fields(cls)}
        return cls(details=model, **values, problems=tuple(notes.found[before:]))


_known: dict[type, tuple[_Field, ...]] = {}


def _fields(kind: type[Record]) -> tuple[_Field, ...]:
    if kind not in _known:
        _known[kind] = _read_fields(kind)
    return _known[kind]


def _read_fields(kind: type[Record]) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            each.name,
            tuple(
                tuple((step, f".{step.removesuffix('_')}") for step in source.split("."))
                for source in each.metadata["sources"] or (each.name,)
            ),
            each.metadata["read"],
        )
        for each in attrs.fields(kind)
        if "read" in each.metadata
    )


def _value(field: _Field, model: Model, path: str, notes: Notes) -> Any:
    for steps in field.sources:
        value: Any = model
        here = path
        for attribute, named in steps:
            if not isinstance(value, Model):
                notes.wrong(here, "no object", value)
                break
            value = getattr(value, attribute, UNSET)
            if value is UNSET or value is None:
                break
            here += named
        else:
            return field.read(value, here, notes)
    return None


def value_kinds(kind: type[Record]) -> dict[str, Kind]:
    """The names of a record's values, in order, without `details` and `problems`; and what the values are."""
    return {each.name: each.metadata["holds"] for each in attrs.fields(kind) if "read" in each.metadata}


def read_with(read: Reader, *sources: str, holds: Kind = str) -> Any:
    """A field of a record: how it is read, and from which attributes of the model (its own name, if none is named).

    The first that the service has filled counts. Dots lead to attributes of models in the model. `holds` is what
    its values are: what columns of them are made of.
    """
    return attrs.field(default=None, metadata={"read": read, "sources": sources, "holds": holds})


def text(*sources: str) -> Any:
    """Text; a number, as a serial may be one, as its digits."""
    return read_with(_text, *sources)


def word(kind: type[OpenEnum], *sources: str) -> Any:
    """A word of an enumeration; one that the document does not list is a member that is nothing but that word."""

    def read(value: Any, where: str, notes: Notes) -> Any:
        return kind(value) if isinstance(value, str) else _wrong(value, "word", where, notes)

    return read_with(read, *sources)


def measured(*sources: str) -> Any:
    """A number, also one that is written as text or with `%`."""
    return read_with(read_number, *sources, holds=float)


def whole(*sources: str) -> Any:
    """A whole number, also one that is written as text."""
    return read_with(read_whole, *sources, holds=int)


def flag(*sources: str) -> Any:
    """A bool, also where it is written as text."""
    return read_with(_flag, *sources, holds=bool)


def time(*sources: str) -> Any:
    """An aware UTC time, from epoch seconds or text with an offset."""
    return read_with(_time, *sources, holds=datetime)


def day(*sources: str) -> Any:
    """A calendar date."""
    return read_with(_day, *sources, holds=date)


def texts(*sources: str) -> Any:
    """A tuple of texts."""
    return read_with(read_texts, *sources, holds=[str])


def wholes(*sources: str) -> Any:
    """A tuple of whole numbers."""
    return read_with(_each(read_whole), *sources, holds=[int])


def record(kind: type[Record], *sources: str) -> Any:
    """A record within a record."""

    def read(value: Any, where: str, notes: Notes) -> Record | None:
        return (
            kind.read_from(value, where, notes)
            if isinstance(value, Model)
            else _wrong(value, "object", where, notes)
        )

    return read_with(read, *sources)


def records(kind: type[Record], *sources: str) -> Any:
    """A tuple of records; what is no object in the list is left out, and noted."""

    def read(value: Any, where: str, notes: Notes) -> Any:
        return tuple(read_records(kind, value, where, notes))

    return read_with(read, *sources, holds=[kind])


def read_records(kind: type[R], value: Any, where: str, notes: Notes) -> list[R]:
    """The records of a list of models: what is no object is left out, and noted; so is what is no list."""
    if not isinstance(value, list):
        notes.wrong(where, "no list", value)
        return []
    found = []
    for index, item in enumerate(value):
        here = f"{where}[{index}]"
        if isinstance(item, Model):
            found.append(kind.read_from(item, here, notes))
        else:
            notes.wrong(here, "no object", item)
    return found


def read_number(value: Any, where: str, notes: Notes) -> float | None:
    """The reader of `measured`."""
    read = number(value)
    return _wrong(value, "number", where, notes) if read is None else read


def read_scaled(value: Any, factor: int, where: str, notes: Notes) -> float | None:
    """A number in a smaller unit; also None, and a note, where that is more than a float can say.

    Rounded, as the factor makes 1000.9999999999999 of 1.001.
    """
    if factor == 1:
        return read_number(value, where, notes)
    read = number(value)
    scaled: float | None = None
    with suppress(OverflowError):
        if read is not None and isfinite(float(read * factor)):
            scaled = round(read * factor, 6)
    return _wrong(value, "number", where, notes) if scaled is None else scaled


def read_whole(value: Any, where: str, notes: Notes) -> int | None:
    """The reader of `whole`."""
    read = number(value)
    return (
        int(read) if read is not None and read == int(read) else _wrong(value, "whole number", where, notes)
    )


def _text(value: Any, where: str, notes: Notes) -> str | None:
    if isinstance(value, str):
        return value
    digits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**64
    return str(value) if digits else _wrong(value, "text", where, notes)


def _flag(value: Any, where: str, notes: Notes) -> bool | None:
    read = read_boolean(value)
    return read if isinstance(read, bool) else _wrong(value, "true or false", where, notes)


def _time(value: Any, where: str, notes: Notes) -> datetime | None:
    read = read_time(value)
    if not isinstance(read, datetime) and isinstance(value, str):
        read = read_time(number(value))
    return read if isinstance(read, datetime) else _wrong(value, "time", where, notes)


def _day(value: Any, where: str, notes: Notes) -> date | None:
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value.strip())
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else _wrong(value, "date", where, notes)


def _each(read: Reader) -> Reader:
    def read_all(value: Any, where: str, notes: Notes) -> Any:
        if not isinstance(value, list):
            return _wrong(value, "list", where, notes)
        found = (read(item, f"{where}[{index}]", notes) for index, item in enumerate(value))
        return tuple(each for each in found if each is not None)

    return read_all


def read_texts(value: Any, where: str, notes: Notes) -> tuple[str, ...] | None:
    """The reader of `texts`."""
    found: tuple[str, ...] | None = _each(_text)(value, where, notes)
    return found


def _wrong(value: Any, expected: str, where: str, notes: Notes) -> Any:
    notes.wrong(where, f"no {expected}", value)
    return None


class Items(list[T]):
    """The list that one call brought, as a list; with what it cost, and what could not be read."""

    def __init__(self, items: Iterable[T], details: Any, problems: Iterable[Problem], hits: int) -> None:
        super().__init__(items)
        self.details = details
        """The generated model of the whole answer."""
        self.problems = tuple(problems)
        """What could not be read, and where. The rest was delivered."""
        self.hits = hits
        """Calls that it took, repeated ones included."""
