"""What batches are made of, and how they become rows, columns and tables.

Tables are Arrow's. What is in a column follows from its series or record alone, so that it is the same for each batch,
and where there is none:

| value | column |
|---|---|
| `end`, and other times | timestamp[us, tz=UTC] |
| `date` | date32 |
| Wh, W, percent, and other numbers | float64; what is larger than it can say is infinite |
| `devices_reporting`, and other whole numbers | int64; one that has no place there is null |
| true or false | bool |
| text, and words of enumerations | string; half of a character, as JSON can write it, is U+FFFD |
| tuples | list of the same |
| records in records | struct of the same |

All may be null. A field whose name ends in a unit has it in its metadata, as `unit`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from . import _time
from ._extras import needed
from .records.base import Record, value_kinds
from .rows import COUNT, LARGEST, Chunk, day_type, numbered_day, row_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa

    from .records.base import Kind

_UNITS = {"_wh": "Wh", "_w": "W", "_percent": "%"}
_HALVES = re.compile("[\ud800-\udfff]")
"""Surrogates: text that holds one is in no encoding, so that no column can have it."""
_WHOLE = "n" if struct.calcsize("n") == 8 else "q"
"""Whole numbers of 64 bits: Python writes the same bytes for both codes, but those of `n` in half the time."""
_INSTALL = {"pyarrow": '"enphase-cloud[export]"'}


class Shape(Protocol):
    """How the batches of a flow are read."""

    def rows(self, batch: list[Any]) -> Iterable[Any]:
        """The items that a caller gets, in order."""

    def columns(self) -> dict[str, list[Any]]:
        """A list for each column, all empty."""

    def extend(self, columns: dict[str, list[Any]], batch: list[Any]) -> None:
        """Put a batch at their ends."""

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the columns of a table."""

    def packed(self, batch: list[Any]) -> list[Any]:
        """The same batch, in as little memory as it can be."""

    def pieces(self, batch: list[Any]) -> Iterable[pa.RecordBatch]:
        """A batch, packed or not, as pieces of a table."""


class Things:
    """Batches of records, or of whatever else comes one by one; tables are made of what the values are known to be."""

    def __init__(
        self, values: Mapping[str, Kind] | None = None, make: Callable[[Any], Any] | None = None
    ) -> None:
        self._kinds = values or {}
        self._make = make

    def rows(self, batch: list[Any]) -> list[Any]:
        return batch if self._make is None else [self._make(item) for item in batch]

    def columns(self) -> dict[str, list[Any]]:
        return {name: [] for name in self._kinds}

    def extend(self, columns: dict[str, list[Any]], batch: list[Any]) -> None:
        for name, column in columns.items():
            column.extend(getattr(item, name) for item in batch)

    @cached_property
    def schema(self) -> pa.Schema:
        return _schema(self._kinds)

    def packed(self, batch: list[Any]) -> list[Any]:
        return batch

    def pieces(self, batch: list[Any]) -> list[pa.RecordBatch]:
        import pyarrow as pa  # noqa: PLC0415 - only whoever asks for a table needs it

        arrays = [
            pa.array([_plain(kind, getattr(item, name)) for item in batch], _type(kind))
            for name, kind in self._kinds.items()
        ]
        return [pa.RecordBatch.from_arrays(arrays, schema=self.schema)]


class Measured:
    """Batches of chunks of a series: `end` for telemetry, `date` for days, and its values."""

    def __init__(self, key: str, series: str, values: tuple[str, ...]) -> None:
        self._names = (key, *values)
        self._make: Callable[..., Any] = (row_type if key == "end" else day_type)(series, values)
        self._key: Callable[[int], Any] = _time.aware if key == "end" else numbered_day

    def rows(self, batch: list[Chunk]) -> Iterable[Any]:
        for chunk in batch:
            yield from map(self._make, map(self._key, chunk.keys), *chunk.columns)

    def columns(self) -> dict[str, list[Any]]:
        return {name: [] for name in self._names}

    def extend(self, columns: dict[str, list[Any]], batch: list[Chunk]) -> None:
        for chunk in batch:
            keys: Iterable[Any] = map(self._key, chunk.keys)
            for column, values in zip(columns.values(), (keys, *chunk.columns), strict=True):
                column.extend(values)

    @cached_property
    def schema(self) -> pa.Schema:
        key, *values = self._names
        kinds: dict[str, Kind] = {name: int if name == COUNT else float for name in values}
        return _schema({key: datetime if key == "end" else date, **kinds})

    @cached_property
    def _packers(self) -> list[Callable[[Any], pa.Array]]:
        return [_packer(kind) for kind in self.schema.types]

    def packed(self, batch: list[Chunk]) -> list[Chunk]:
        return [Chunk(_compact(keys), tuple(map(_compact, columns))) for keys, columns in batch]

    def pieces(self, batch: list[Chunk]) -> Iterator[pa.RecordBatch]:
        from pyarrow import RecordBatch  # noqa: PLC0415 - as above

        for keys, columns in self.packed(batch):
            values = zip(self._packers, (keys, *columns), strict=True)
            yield RecordBatch.from_arrays([pack(column) for pack, column in values], schema=self.schema)


def converter(kind: str) -> Callable[[pa.Schema, list[pa.RecordBatch]], Any]:
    """Makes what a caller wants of the pieces of a table: `arrow`, `pandas` or `polars`.

    ConfigurationError where a package for it is missing.
    """
    arrow = _package("pyarrow")
    if kind == "arrow":
        return lambda schema, pieces: arrow.Table.from_batches(pieces, schema)
    package = _package(kind)

    def pandas(schema: pa.Schema, pieces: list[pa.RecordBatch]) -> Any:
        nullable = {arrow.int64(): package.Int64Dtype(), arrow.bool_(): package.BooleanDtype()}
        table = arrow.Table.from_batches(pieces, schema)
        return table.to_pandas(types_mapper=nullable.get, date_as_object=False)

    def polars(schema: pa.Schema, pieces: list[pa.RecordBatch]) -> Any:
        return package.from_arrow(arrow.Table.from_batches(pieces, schema))

    return pandas if kind == "pandas" else polars


def _package(name: str) -> Any:
    return needed(name, _INSTALL.get(name, name), then=" Nothing was sent.")


def _schema(kinds: Mapping[str, Kind]) -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415 - as above

    fields = []
    for name, kind in kinds.items():
        unit = next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), None)
        fields.append(pa.field(name, _type(kind), metadata={"unit": unit} if unit else None))
    return pa.schema(fields)


def _type(kind: Kind) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - as above

    if isinstance(kind, list):
        return pa.list_(_type(kind[0]))
    types: dict[type, pa.DataType] = {
        datetime: pa.timestamp("us", "UTC"),
        date: pa.date32(),
        float: pa.float64(),
        int: pa.int64(),
        bool: pa.bool_(),
        str: pa.string(),
    }
    return types[kind] if kind in types else pa.struct(_schema(value_kinds(kind)))


def _plain(kind: Kind, value: Any) -> Any:
    """A value as its column takes it."""
    if value is None:
        return None
    if isinstance(kind, list):
        return [_plain(kind[0], each) for each in value]
    if kind is float:
        return _double(value)
    if kind is int:
        return value if abs(value) <= LARGEST else None
    if kind is str:
        return _HALVES.sub("\N{REPLACEMENT CHARACTER}", str(value))
    if issubclass(kind, Record):
        return {name: _plain(inner, getattr(value, name)) for name, inner in value_kinds(kind).items()}
    return value


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _compact(values: Any) -> Any:
    """The same numbers as they lie in memory, in a fifth of it, where all are whole and of 64 bits."""
    if not values or isinstance(values, memoryview):
        return values
    try:
        return memoryview(struct.pack(f"{len(values)}{_WHOLE}", *values)).cast("q")
    except struct.error:
        return values


def _packer(kind: pa.DataType) -> Callable[[Any], pa.Array]:
    """Makes a column of a series of its numbers: as they lie in memory, in a third of the time, or else one by one.

    The numbers of most series are whole, though their columns have place for others: all are made doubles at once.
    """
    import pyarrow as pa  # noqa: PLC0415 - as above

    stored, *steps = {
        pa.float64(): (pa.int64(), kind),
        pa.date32(): (pa.int64(), pa.int32(), kind),
        pa.int64(): (kind,),
    }.get(kind, (pa.timestamp("s", "UTC"), kind))
    double, array, buffer = kind == pa.float64(), pa.Array.from_buffers, pa.py_buffer

    def packed(values: Any) -> pa.Array:
        if isinstance(values, memoryview):
            column = array(stored, len(values), [None, buffer(values)])
            for step in steps:
                column = column.cast(step, safe=False)
            return column
        try:
            if double:
                return array(kind, len(values), [None, buffer(struct.pack(f"{len(values)}d", *values))])
            return pa.array(values, kind)
        except (struct.error, pa.ArrowInvalid, OverflowError):  # None, or one that has no place there
            return pa.array([_plain(float if double else int, value) for value in values], kind)

    return packed
