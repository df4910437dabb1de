"""Records of the facade as rows: their values by name, those in them included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..records.base import Record, value_kinds
from .output import Cell, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .output import Output


def columns_of(kind: type[Record]) -> tuple[str, ...]:
    """The names of a record's values."""
    return tuple(value_kinds(kind))


def brief(output: Output, columns: Sequence[str], few: Sequence[str]) -> Sequence[str]:
    """The columns that an output gets: the few that a person looks at, where it is for one."""
    return few if few and output.for_people else columns


def cell(value: Any) -> Cell:
    """A value as it goes to an output: records in it are mappings, and tuples lists."""
    if isinstance(value, Record):
        return {name: _plain(getattr(value, name)) for name in value_kinds(type(value))}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    made = cell(value)
    return made if isinstance(made, Mapping | list) else iso(made)


def write(output: Output, found: Iterable[Record], columns: Sequence[str]) -> None:
    """Name the columns, and hand on a row for each record."""
    output.begin(columns)
    for record in found:
        output.add([cell(getattr(record, column)) for column in columns])


def write_one(output: Output, found: Record) -> None:
    """Hand on one record: to people what the service says of it, with what lies in it by its path; else all values."""
    if not output.for_people:
        write(output, [found], columns_of(type(found)))
        return
    told = dict(flattened(found))
    output.begin(tuple(told))
    output.add(tuple(told.values()))


def flattened(value: Any, path: str = "") -> Iterator[tuple[str, Cell]]:
    """What a value says, by its path, such as `address.city`; lists of words and numbers stay together."""
    if isinstance(value, Record):
        value = {name: getattr(value, name) for name in value_kinds(type(value))}
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from flattened(each, f"{path}.{name}" if path else name)
    elif isinstance(value, tuple | list):
        if any(isinstance(each, Record | Mapping) for each in value):
            for index, each in enumerate(value):
                yield from flattened(each, f"{path}[{index}]")
        elif value:
            yield path, ", ".join(map(str, value))
    elif value not in (None, ""):
        yield path, value
