"""Records of the facade as rows: their values by name, those in them included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..records.base import Record, value_kinds
from .output import Cell, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
