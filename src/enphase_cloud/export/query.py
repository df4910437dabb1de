"""Questions to the archive in SQL: DuckDB in memory, with what a question names loaded into it, and locked up.

| tables | |
|---|---|
| `battery`, `production_meter`, ... | the intervals of a series; `telemetry` has those of all |
| `lifetime_production`, `lifetime_battery`, ... | the days of a series; `lifetime` has those of all |
| `systems`, `events`, `alarms` | what was last said of the systems, and what happened to them |
| `gaps`, `holes` | what is missing of what is archived, and what syncs asked for in vain |
| `answers` | what was paid for, without its text |

A question reads: it changes nothing, and reaches no file and no network, whatever it says.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb
import pyarrow as pa
from enphase_v4.catalog import LIFETIME, TELEMETRY

from ..errors import InvalidRequest
from ..flows.windows import window_of
from .choice import Choice
from .engine import aside, connect, interruptible
from .merge import merged, opened
from .origins import origins
from .shape import Shaper
from .tables import GAPS, gaps_of, gaps_table, log_schema, log_table, systems_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from ..archived import Archive
    from .origins import Origin, Stream

_TIME = pa.timestamp("us", "UTC")
_ANSWERS = pa.schema(
    {
        "id": pa.int64(),
        "system_id": pa.int64(),
        "operation": pa.string(),
        "detail": pa.string(),
        "asked": pa.string(),
        "start": _TIME,
        "until": _TIME,
        "final": _TIME,
        "fetched": _TIME,
        "status": pa.int64(),
        "hits": pa.int64(),
        "content_type": pa.string(),
        "size": pa.int64(),
    }
)
_HOLES = pa.schema([*GAPS, pa.field("problem", pa.string()), pa.field("at", _TIME)])
_LOCKS = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",  # the last
}
_READING = ("SELECT", "MULTI")  # PIVOT is MULTI
_BY_NAME = {"query", "query_table"}
"""Functions that are given the names of tables as text, which may be put together."""
_OTHERS = {"systems", "events", "alarms", "gaps", "holes", "answers"}
_SERIES = {"telemetry": TELEMETRY, "lifetime": LIFETIME}


class Tables:
    """The archive's tables, to be asked one question. A context manager.

    ConfigurationError from the archive, where its file cannot be read.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._engine = connect(
            config={
                "allow_persistent_secrets": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        self._engine.execute("SET TimeZone = 'UTC'")
        self._engine.execute("CREATE SCHEMA loaded")
        self._streams: list[Stream] = []
        self._folder = tempfile.TemporaryDirectory(prefix="enphase-")
        self._define()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()
        self._folder.cleanup()

    def listing(self) -> list[tuple[str, str, str]]:
        """Each column of each table: table, column, type."""
        return self._engine.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
        ).fetchall()

    def ask(self, question: str) -> Answer:
        """Load what a question names, and ask it.

        InvalidRequest for what is no question, or cannot be answered.
        """
        try:
            with interruptible():
                statements = self._engine.extract_statements(question)
                if len(statements) != 1 or self._kind(question, statements[0].type.name) not in _READING:
                    msg = "one question at a time, that only reads: SELECT, WITH, FROM, DESCRIBE, PIVOT or EXPLAIN."
                    raise InvalidRequest(msg)
                self._load({word.lower() for word in re.findall(r"\w+", question)})
                for setting, value in _LOCKS.items():
                    self._engine.execute(f"SET {setting} = {value}")
                reader = aside(
                    self._engine, lambda: pa.RecordBatchReader.from_stream(self._engine.sql(question))
                )
                return Answer(self._engine, reader)
        except duckdb.Error as error:
            raise _wrong(error) from None

    def _kind(self, question: str, kind: str) -> str:
        """What kind of statement that is; of EXPLAIN, which may run it, the kind of what it explains."""
        if kind != "EXPLAIN":
            return kind
        for position, _ in duckdb.tokenize(question):
            rest = question.encode()[position:].decode(errors="replace")
            with suppress(duckdb.Error):
                inner = [each.type.name for each in self._engine.extract_statements(rest)]
                if inner and inner != [kind]:
                    return str(inner[0])
        return kind

    def _define(self) -> None:
        """All tables, empty."""
        for kind, known in _SERIES.items():
            with self._shaper(kind, []) as shaper:
                self._put(f"loaded.{kind}", shaper.schema.empty_table())
            self._engine.execute(f"CREATE VIEW {kind} AS FROM loaded.{kind}")
            for series, operation in known.items():
                window = window_of(operation)
                values = [name for name, _ in window.values]
                serial = ["serial"] if window.serial else []
                times = ["start", '"end"', "start_local"] if kind == "telemetry" else ["date"]
                columns = ", ".join(["system_id", *serial, *times, *values])
                self._engine.execute(
                    f"CREATE VIEW {_view(kind, series)} AS SELECT {columns} FROM loaded.{kind}"
                    f" WHERE series = '{series}'"
                )
        for name, schema in {
            "events": log_schema("events"),
            "alarms": log_schema("alarms"),
            "systems": systems_table(self._archive, ()).schema,
            "gaps": GAPS,
            "holes": _HOLES,
            "answers": _ANSWERS,
        }.items():
            self._put(name, schema.empty_table())

    def _load(self, words: set[str]) -> None:
        """Fill the tables that are named, or may be."""
        if words & _BY_NAME:
            words = words | set(_SERIES) | _OTHERS
        for kind, known in _SERIES.items():
            all_of_it = bool(words & {kind, "gaps"})
            named = {series for series in known if all_of_it or _view(kind, series) in words}
            if named:
                self._load_series(kind, frozenset(named))
        ids = [system.system_id for system in self._archive.systems()]
        if "systems" in words:
            self._put("systems", systems_table(self._archive, ids))
        for name in {"events", "alarms"} & words:
            self._put(name, log_table(self._archive, name, ids))
        if "gaps" in words:
            self._put("gaps", gaps_table(gaps_of(self._streams)))
        if "holes" in words:
            self._put("holes", self._holes())
        if "answers" in words:
            self._put("answers", self._answers())

    def _load_series(self, kind: str, series: frozenset[str]) -> None:
        found = origins(self._archive, _all_of(kind, series))
        if not found:
            return
        with self._shaper(kind, found) as shaper:
            streams = opened(self._archive, found, shaper.every, None)
            for piece in merged(shaper, streams):
                self._engine.register("piece", piece.rows)
                self._engine.execute(f"INSERT INTO loaded.{kind} SELECT * FROM piece")
                self._engine.unregister("piece")
        self._streams += streams

    def _shaper(self, kind: str, found: Sequence[Origin]) -> Shaper:
        return Shaper(kind, _all_of(kind, None), found, Path(self._folder.name))

    def _put(self, name: str, rows: pa.Table) -> None:
        self._engine.register("piece", rows)
        self._engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM piece")
        self._engine.unregister("piece")

    def _holes(self) -> pa.Table:
        return pa.Table.from_pylist([each._asdict() for each in self._archive.holes()], _HOLES)

    def _answers(self) -> pa.Table:
        store = self._archive.store
        metas = [meta for system_id in store.system_ids() for meta in store.metas(system_id)]
        arrays = []
        for field in _ANSWERS:
            column: list[Any] = [getattr(meta, field.name) for meta in metas]
            if field.type == _TIME:
                arrays.append(pa.array(column, pa.int64()).cast(pa.timestamp("s", "UTC")).cast(_TIME))
            else:
                arrays.append(pa.array(column, field.type))
        return pa.Table.from_arrays(arrays, schema=_ANSWERS)


class Answer:
    """The rows of an answer, made while they are read: once, inside `answered`."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, reader: pa.RecordBatchReader) -> None:
        self._engine, self._reader = engine, reader
        self.schema: pa.Schema = reader.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        batches = iter(self._reader)
        while (batch := aside(self._engine, lambda: next(batches, None))) is not None:
            yield batch


@contextmanager
def answered() -> Iterator[None]:
    """Around the reading of an answer: rows are made while they are read. InvalidRequest where that fails."""
    try:
        with interruptible():
            yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if (
            isinstance(error, OSError)
            and not isinstance(error, pa.ArrowException)
            and error.errno is not None
        ):
            raise
        raise _wrong(error) from None


def _wrong(error: Exception) -> InvalidRequest:
    """What DuckDB says is wrong, in one line."""
    told = str(error).partition("\n\n")[0]
    return InvalidRequest(" ".join(told.split()))


def _view(kind: str, series: str) -> str:
    return series if kind == "telemetry" else f"lifetime_{series}"


def _all_of(kind: str, series: frozenset[str] | None) -> Choice:
    """Everything of some series, as it was measured."""
    return Choice(Path(), ".parquet", kind, "long", None, None, series, None, None)
