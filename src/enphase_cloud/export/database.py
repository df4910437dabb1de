"""A DuckDB database: tables telemetry, lifetime, systems, gaps, events, alarms.

Telemetry is continued; the others are small, and are written anew where something was archived.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from .. import _time
from .changes import NEVER, Memory, kept_until, known, memory_of
from .merge import merged, opened
from .origins import open_gaps
from .run import Exported
from .shape import MEMORY, Shaper
from .tables import gaps_of, gaps_table, log_table, systems_table
from .work import Unreadable, Workshop, checked_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from ..archived import Archive
    from .choice import Choice
    from .origins import Origin, Stream

NOTE = "export_memory"
_OTHERS = ("log", "object")
_TABLES = {"telemetry", "lifetime", "systems", "gaps", "events", "alarms"}


def write(archive: Archive, choice: Choice, origins: Sequence[Origin], *, only_new: bool) -> Exported:
    """Write the tables; with `only_new`, what has changed of them."""
    checked_place(choice.path)
    if not only_new:
        return _written(archive, choice, origins, None)
    told = None
    try:
        told = _told(choice.path)
        return _written(archive, choice, origins, told)
    except duckdb.InterruptException:
        raise
    except (Unreadable, duckdb.Error) as error:
        if isinstance(error, duckdb.Error) and told is None:
            raise
        renewed = str(error).partition("\n")[0]
    return replace(_written(archive, choice, origins, None), renewed=renewed)


def _written(
    archive: Archive, choice: Choice, origins: Sequence[Origin], told: dict[str, Any] | None
) -> Exported:
    path = choice.path
    intervals = [origin for origin in origins if origin.kind == "telemetry"]
    days = [origin for origin in origins if origin.kind == "lifetime"]
    others = _others(archive, choice)
    before = None if told is None else known(told)
    until = _kept(before, "telemetry", choice, intervals)
    same = told is not None and told["others"] == others and _kept(before, "lifetime", choice, days) == NEVER
    if before is not None and until == NEVER and same:
        settled = min(each["settled"] for each in before.series.values())
        return Exported(path, 0, 0, len(origins), 0, _time.aware(settled), 0)
    with Workshop(path.parent, path.name) as workshop:
        made = workshop.path("database")
        if until is not None:
            shutil.copyfile(path, made)
        with duckdb.connect(str(made), config={"memory_limit": MEMORY, "threads": 2}) as database:
            database.execute("SET TimeZone = 'UTC'")
            database.begin()  # one, as each is flushed to the disk
            work = _Work(database, choice, archive, workshop)
            kept = work.keep(until)
            streams = work.series("lifetime", days, None)
            if until != NEVER:
                streams = [*work.series("telemetry", intervals, until), *streams]
            ids = sorted({origin.system_id for origin in origins} | {system_id for system_id, *_ in others})
            work.gaps(streams, until)
            work.table("systems", systems_table(archive, ids))
            work.table("events", log_table(archive, "events", ids))
            work.table("alarms", log_table(archive, "alarms", ids))
            series = memory_of(choice, streams).series
            if before is not None and until == NEVER:
                series = {**_of_kind(before, "telemetry").series, **series}
            work.note({**Memory(choice.told(), series).told(), "others": others})
            database.commit()
            database.execute("CHECKPOINT")
        workshop.put(made, path)
    settled = min(each["settled"] for each in series.values())
    return Exported(path, work.rows, kept, len(origins), 1, _time.aware(settled), *open_gaps(streams))


class _Work:
    """The database while it is made."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, choice: Choice, archive: Archive, workshop: Workshop
    ) -> None:
        self._database, self._choice, self._archive, self._workshop = database, choice, archive, workshop
        self.rows = 0

    def keep(self, until: int | None) -> int:
        """Drop the rows of telemetry that end after a position; returns how many stay."""
        if until is None:
            return 0
        if until != NEVER:
            self._database.execute('DELETE FROM telemetry WHERE "end" > to_timestamp(?)', [until]).fetchall()
        (row,) = self._database.execute("SELECT count(*) FROM telemetry").fetchall()
        return int(row[0])

    def series(self, kind: str, origins: Sequence[Origin], until: int | None) -> list[Stream]:
        """Write, or go on with, the table of one kind of series."""
        with Shaper(kind, self._choice, origins, self._workshop.folder) as shaper:
            if until is None:
                self.table(kind, shaper.schema.empty_table())
            streams = opened(self._archive, origins, shaper.every, until)
            for piece in merged(shaper, streams) if streams else ():
                self._database.register("piece", piece.rows)
                self._database.execute(f"INSERT INTO {kind} SELECT * FROM piece")
                self.rows += piece.rows.num_rows
        return streams

    def table(self, name: str, rows: pa.Table) -> None:
        """Write a table anew."""
        self._database.register("piece", rows)
        self._database.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM piece")

    def gaps(self, streams: Sequence[Stream], until: int | None) -> None:
        """Write what is missing; what was missing before a position is still."""
        found = list(gaps_of(streams))
        if until is not None:
            begins = {stream.origin.key: stream.begin for stream in streams}
            old = self._database.execute(
                'SELECT system_id, kind, series, serial, epoch(start)::BIGINT, epoch("end")::BIGINT, reason FROM gaps'
                " WHERE kind = 'telemetry'"
            ).fetchall()
            for system_id, kind, series, serial, start, end, reason in old:
                begin = begins.get("/".join((kind, str(system_id), series, serial or "")), end)
                if start < begin:
                    found.append((system_id, kind, series, serial, start, min(end, begin), reason))
        self.table("gaps", gaps_table(found))

    def note(self, told: dict[str, Any]) -> None:
        """Remember how it was made."""
        self._database.execute(f"CREATE OR REPLACE TABLE {NOTE} (told VARCHAR)")
        self._database.execute(f"INSERT INTO {NOTE} VALUES (?)", [json.dumps(told)])


def _kept(before: Memory | None, kind: str, choice: Choice, origins: Sequence[Origin]) -> int | None:
    """The same as `kept_until`, of the series of one kind: NEVER also where there were none, and are none."""
    if before is None:
        return None
    of_kind = _of_kind(before, kind)
    if not origins and not of_kind.series and before.wish == choice.told():
        return NEVER
    return kept_until(of_kind, choice, origins)


def _of_kind(before: Memory, kind: str) -> Memory:
    series = {key: state for key, state in before.series.items() if key.startswith(f"{kind}/")}
    return Memory(before.wish, series)


def _others(archive: Archive, choice: Choice) -> list[list[Any]]:
    """What changes when events, alarms or what is said of systems have come."""
    return [
        [each.system_id, each.series, each.answers, each.bytes]
        for each in archive.contents()
        if each.kind in _OTHERS
        and each.system_id
        and (choice.systems is None or each.system_id in choice.systems)
    ]


def _told(path: Path) -> dict[str, Any] | None:
    """What is remembered in a database; None where there is none.

    Unreadable where it is damaged, or not one of ours.
    """
    if not path.is_file():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as database:
            (row,) = database.execute(f"SELECT told FROM {NOTE}").fetchall()
            tables = {
                name for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            }
        told = json.loads(row[0])
    except duckdb.InterruptException:
        raise
    except (duckdb.Error, ValueError, TypeError, RecursionError) as error:
        raise Unreadable("it is damaged, open elsewhere, or not one of ours") from error
    if not isinstance(told, dict) or "others" not in told:
        raise Unreadable("it does not say how it was made")
    if missing := sorted(_TABLES - tables):
        raise Unreadable(f"its table {missing[0]} is missing")
    return told
