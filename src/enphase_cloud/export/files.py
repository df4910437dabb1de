"""One file with one table: CSV, JSON and Parquet. Each remembers how it was made, to be continued.

Parquet has that in its metadata; beside the others stands a file `NAME.export.json`.
"""

from __future__ import annotations

import json
import shutil
import zlib
from abc import ABC, abstractmethod
from datetime import UTC
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from .._text import harmless
from ..errors import InvalidRequest
from .buckets import DAY, floor
from .changes import Memory, known
from .choice import noted
from .engine import connect
from .work import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .merge import Piece
    from .work import Workshop

METADATA = b"enphase_cloud.export"
GROUP = 250_000
"""Rows of a row group of Parquet, at least."""
_CHUNK = 1 << 20
_MARK = 3


class Target(ABC):
    """A file that is made: opened, filled in order, finished."""

    def __init__(self, path: Path, schema: pa.Schema, workshop: Workshop) -> None:
        self._path, self._schema, self._workshop = path, schema, workshop
        self._made = workshop.path(path.name)
        self.kept = 0
        """Rows that were taken over from the file that was there."""

    @abstractmethod
    def begin(self, until: int | None, every: str | None) -> int | None:
        """Take over the rows that end up to a position. Returns the position up to which that was possible."""

    @abstractmethod
    def add(self, piece: Piece) -> None:
        """Take the next rows."""

    @abstractmethod
    def finish(self, memory: Memory) -> None:
        """Put the file in its place."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is open. Harmless after `finish`."""


class Lines(Target, ABC):
    """Text, a line for each row; what is kept of it stays as it is, byte for byte."""

    head: ClassVar[bytes] = b""
    between: ClassVar[bytes] = b""
    """Before each block of rows but the first."""
    tail: ClassVar[bytes] = b""

    def begin(self, until: int | None, every: str | None) -> int | None:
        self._stream = self._made.open("xb")
        self._check, self._marks = 0, list[list[int]]()
        marks = [] if until is None else [mark for mark in _told(self._path)["marks"] if mark[0] <= until]
        if not marks:
            self._write(self._head())
            return None
        position, size, self.kept = marks[-1]
        self._copy(size)
        self._marks = marks
        return int(position)

    def add(self, piece: Piece) -> None:
        count = self._marks[-1][2] if self._marks else 0
        for batch in piece.rows.to_batches(max_chunksize=50_000):
            self._write((self.between if count else b"") + self.block(pa.Table.from_batches([batch])))
            count += batch.num_rows
        self._marks.append([piece.until, self._stream.tell(), count])

    @abstractmethod
    def block(self, rows: pa.Table) -> bytes:
        """Rows as text."""

    def finish(self, memory: Memory) -> None:
        self._write(self.tail)
        self._stream.close()
        beside = noted(self._path)
        note = self._workshop.path(beside.name)
        told = {**memory.told(), "marks": self._marks, "check": self._check}
        note.write_text(json.dumps(told), encoding="utf-8")
        if self._path.is_file():
            shutil.copymode(self._path, note)  # it tells of the same house
        beside.unlink(missing_ok=True)  # from here on it is that of another file
        self._workshop.put(self._made, self._path)
        self._workshop.put(note, beside)

    def close(self) -> None:
        self._stream.close()

    def _head(self) -> bytes:
        return self.head

    def _write(self, text: bytes) -> None:
        self._check = zlib.crc32(text, self._check)
        self._stream.write(text)

    def _copy(self, size: int) -> None:
        with self._path.open("rb") as before:
            while size and (text := before.read(min(size, _CHUNK))):
                self._write(text)
                size -= len(text)


class Csv(Lines):
    """Comma-separated, with a head. Text that a spreadsheet would run as a formula is made harmless."""

    def block(self, rows: pa.Table) -> bytes:
        sink = BytesIO()
        options = pc_csv.WriteOptions(include_header=False, quoting_style="needed")
        pc_csv.write_csv(_tamed(rows), sink, options)
        return sink.getvalue()

    def _head(self) -> bytes:
        return (",".join(self._schema.names) + "\n").encode()


class JsonLines(Lines):
    """One JSON object in a line."""

    def begin(self, until: int | None, every: str | None) -> int | None:
        self._engine = connect()
        return super().begin(until, every)

    def block(self, rows: pa.Table) -> bytes:
        return b"".join(text + b"\n" for text in self._objects(rows))

    def close(self) -> None:
        super().close()
        self._engine.close()

    def _objects(self, rows: pa.Table) -> list[bytes]:
        self._engine.register(
            "rows_", pa.Table.from_arrays([_plain(each) for each in rows.columns], names=rows.schema.names)
        )
        found = self._engine.sql("SELECT to_json(rows_)::VARCHAR AS line FROM rows_").to_arrow_table()
        return [text.encode() for text in found["line"].to_pylist()]


class JsonList(JsonLines):
    """One JSON list, an object in a line."""

    head, between, tail = b"[\n", b",\n", b"\n]\n"

    def block(self, rows: pa.Table) -> bytes:
        return b",\n".join(self._objects(rows))


class Parquet(Target):
    """Parquet, compressed with zstd, in row groups that are in the order of time."""

    def begin(self, until: int | None, every: str | None) -> int | None:
        self._writer = pq.ParquetWriter(
            self._made, self._schema, compression="zstd", write_page_checksum=True
        )
        self._waiting: list[pa.Table] = []
        if until is None:
            return None
        for batch in self._before():
            rows = pa.Table.from_batches([batch]).cast(self._schema)
            rows = rows.filter(ended(rows, until, every))
            self.kept += rows.num_rows
            self._take(rows)
            if rows.num_rows < batch.num_rows:
                break
        return until

    def add(self, piece: Piece) -> None:
        self._take(piece.rows)

    def finish(self, memory: Memory) -> None:
        self._flush()
        self._writer.add_key_value_metadata({METADATA: json.dumps(memory.told())})
        self._writer.close()
        self._workshop.put(self._made, self._path)

    def close(self) -> None:
        self._writer.close()

    def _before(self) -> Iterator[pa.RecordBatch]:
        """The rows of the file that is there. Unreadable where it is damaged."""
        try:
            with pq.ParquetFile(self._path, page_checksum_verification=True) as before:
                if not before.schema_arrow.remove_metadata().equals(self._schema.remove_metadata()):
                    raise _changed(self._path)
                yield from before.iter_batches(batch_size=GROUP)
        except (pa.ArrowException, OSError) as error:
            raise Unreadable("it is damaged") from error

    def _take(self, rows: pa.Table) -> None:
        if rows.num_rows:
            self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            rows = pa.concat_tables(self._waiting)
            self._writer.write_table(rows, row_group_size=rows.num_rows)
            self._waiting = []


TARGETS: dict[str, type[Target]] = {".csv": Csv, ".json": JsonList, ".jsonl": JsonLines, ".parquet": Parquet}


def memory_of_file(path: Path, form: str) -> Memory | None:
    """What is remembered with a file; None where there is no file, or another version wrote it.

    Unreadable where that cannot be told; InvalidRequest where somebody has written to the file since.
    """
    if not path.is_file():
        return None
    if form == ".parquet":
        try:
            told = _json((pq.read_metadata(path).metadata or {}).get(METADATA, b"null"))
        except (pa.ArrowException, OSError) as error:
            raise Unreadable("it is damaged, or no Parquet") from error
        return known(told)
    told = _told(path)
    with path.open("rb") as stream:
        check = 0
        while text := stream.read(_CHUNK):
            check = zlib.crc32(text, check)
    if check != told["check"]:
        raise _changed(path)
    return known(told)


def ended(rows: pa.Table, until: int, every: str | None) -> pa.Array:
    """Which rows end up to a position."""
    if "end" in rows.schema.names:
        return pc.less_equal(rows["end"].cast(pa.int64()), until * 1_000_000)
    first = floor(every or "day", UTC, until)
    return pc.less(rows["date"].cast(pa.int32()), first // DAY)


def _told(path: Path) -> dict[str, Any]:
    """What stands beside a file of text. Unreadable where it does not."""
    try:
        told = _json(noted(path).read_bytes())
    except OSError:
        told = None
    if isinstance(told, dict) and type(told.get("check")) is int and _marked(told.get("marks")):
        return told
    raise Unreadable(f"{noted(path).name} is missing, or cannot be read")


def _marked(marks: Any) -> bool:
    """Whether these are positions, each with the size and the rows of the file up to there."""
    return isinstance(marks, list) and all(
        isinstance(mark, list) and len(mark) == _MARK and all(type(number) is int for number in mark)
        for mark in marks
    )


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _changed(path: Path) -> InvalidRequest:
    return InvalidRequest(
        f"{path} is not what was exported: something else has written to it since. Export to another file, or without "
        "only_new (--only-new), which replaces it."
    )


def _tamed(rows: pa.Table) -> pa.Table:
    """Rows whose text no spreadsheet runs, with times as spreadsheets read them: to the second."""
    columns = []
    for column in rows.columns:
        if pa.types.is_timestamp(column.type):
            columns.append(column.cast(pa.timestamp("s", column.type.tz)))
        else:
            columns.append(_tame(column) if pa.types.is_string(column.type) else column)
    return pa.Table.from_arrays(columns, names=rows.schema.names)


def _tame(column: pa.ChunkedArray) -> pa.ChunkedArray:
    coded = column.combine_chunks().dictionary_encode()
    words = [None if word is None else harmless(word) for word in coded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(words, pa.string()).take(coded.indices)])


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as JSON can write it: times as text, no infinite numbers."""
    if pa.types.is_timestamp(column.type):
        whole = pc.divide(column.cast(pa.int64()), 1_000_000).cast(pa.timestamp("s"))
        return pc.strftime(whole, "%Y-%m-%dT%H:%M:%S" + ("+00:00" if column.type.tz else ""))
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    return column
