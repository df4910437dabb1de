"""What somebody does to an archive now and then: verify, compact, rebuild.

| | reads | writes | others meanwhile |
|---|---|---|---|
| verify | all of it | nothing | go on |
| compact | all but the bodies | removes answers that nobody would use, then packs the file | wait |
| rebuild | all of it | the file anew, in place where it is sound, else from its whole answers | wait, or begin anew |
"""

from __future__ import annotations

import json
import sqlite3
import sys
import zlib
from contextlib import closing, contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from enphase_v4.catalog import OPERATIONS

from ..errors import ConfigurationError
from .answers import Meta, lenient
from .coverage import Coverage
from .salvage import ALL, PATIENCE, cut_off, failed, identity, know_systems, plain, renew, strange, whole
from .store import COLUMNS, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .coverage import Held
    from .salvage import Salvaged

MOST_BROKEN = 100
"""Complaints of SQLite about the file that are told."""
NO_RANGE = "object"
"""The kind of answers that cover no time."""

_FAILURES = (sqlite3.Error, UnicodeError, OverflowError)

_META = f"id, {', '.join(COLUMNS)}, body_check, check_sum"


class Finding(NamedTuple):
    """Something that is wrong. What is not known of it is None: times are epoch seconds."""

    what: str
    system_id: int | None = None
    operation: str | None = None
    start: int | None = None
    until: int | None = None


class Compacted(NamedTuple):
    """What compacting did."""

    answers: int
    """That were removed."""
    before: int
    """Bytes."""
    after: int
    """Bytes."""


class Rebuilt(NamedTuple):
    """What rebuilding did."""

    answers: int
    """That are in the file now."""
    before: int
    """Bytes."""
    after: int
    """Bytes."""
    salvaged: Salvaged | None = None
    """What was lost; None where the file was sound."""


def verify(path: Path) -> Iterator[Finding]:
    """Everything that is wrong with an archive, as it is found. Changes nothing.

    ConfigurationError where the file is of a newer version, or cannot be read for reasons outside of it.
    """
    wrong = cut_off(path)
    if wrong is not None:
        yield Finding(wrong)
        return
    try:
        with _opened(path, "DEFERRED") as connection:
            yield from _of_file(connection)
            if _begun(path, connection):
                yield from _of_answers(connection)
                yield from _of_holes(connection)
    except _FAILURES as error:
        yield Finding(f"the rest cannot be read: {_damage(path, error)}")


def compact(path: Path) -> Compacted:
    """Remove the answers that no reader would use, as newer ones say the same, and give back their room.

    ConfigurationError where the file is damaged.
    """
    before = _size(path)
    surplus: list[int] = []
    try:
        with _opened(path, "IMMEDIATE") as connection:
            if _begun(path, connection):
                surplus += _surplus(connection)
                connection.executemany("DELETE FROM answers WHERE id = ?", [(each,) for each in surplus])
            _pack(connection)
    except _FAILURES as error:
        raise _broken(path, _damage(path, error)) from error
    return Compacted(len(surplus), before, _size(path))


def rebuild(path: Path) -> Rebuilt:
    """Write the file anew from its whole answers; what is derived of them, too.

    A damaged file is kept under another name. ConfigurationError where the new file cannot be written.
    """
    before = _size(path)
    salvaged = renew(path, None)
    try:
        if salvaged is None:
            with _opened(path, "DEFERRED") as connection:
                sound = not _begun(path, connection) or not any(_of_answers(connection))
            if not sound:
                salvaged = renew(path, identity(path))
        with _opened(path, "IMMEDIATE") as connection:
            count = 0
            if _begun(path, connection):
                know_systems(connection)
                connection.execute("REINDEX")
                (count,) = connection.execute("SELECT count(*) FROM answers").fetchone()
            _pack(connection)
    except _FAILURES as error:
        raise _broken(path, _damage(path, error)) from error
    return Rebuilt(count, before, _size(path), salvaged)


def superfluous(kind: str | None, answers: Sequence[Held]) -> set[int]:
    """Which of the answers of one series nobody would use, if all others stay. No I/O.

    | an answer | stays |
    |---|---|
    | that a reader uses who makes no call: it is the newest of some moment | yes |
    | that a reader uses for what is final: it is the newest that is final there | yes |
    | of a lifetime series, where one answer has to cover all of a range | unless a newer one does all that it does |
    | that covers no time, as a list of systems | the newest does |
    | of a kind that is not known | yes |
    """
    if kind is None:
        return set()
    if kind == NO_RANGE:
        used = {max(each.id for each in answers)}
    elif kind == "lifetime":
        used = _undominated(answers)
    else:
        views = Coverage(answers, alone=True), Coverage(answers, fresh_since=sys.maxsize)
        used = {piece.held.id for view in views for piece in view.pieces}
    return {each.id for each in answers} - used


def _undominated(answers: Sequence[Held]) -> set[int]:
    kept: list[Held] = []
    for one in sorted(answers, key=lambda each: -each.id):
        if not any(
            each.start <= one.start and each.final >= one.final and each.until >= one.until for each in kept
        ):
            kept.append(one)
    return {each.id for each in kept}


@contextmanager
def _opened(path: Path, begin: str) -> Iterator[sqlite3.Connection]:
    """The file, in a transaction that is undone where it is not committed."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.text_factory = lenient
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"BEGIN {begin}")
        try:
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _begun(path: Path, connection: sqlite3.Connection) -> bool:
    """Whether there are tables. ConfigurationError where they are those of a newer version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(Store.migrations):
        raise Store.newer(path)
    wrong = strange(connection)
    if wrong is not None:
        raise sqlite3.DatabaseError(wrong)
    return bool(version)


def _damage(path: Path, error: Exception) -> str:
    """What of a file is damaged. ConfigurationError where it is not the file's fault."""
    outside = failed(path, error) if isinstance(error, sqlite3.Error) else None
    if outside is not None:
        raise outside from error
    return str(error)


def _broken(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(f"The archive, {path}, is damaged: {why}. Run `enphase archive rebuild`.")


def _pack(connection: sqlite3.Connection) -> None:
    connection.execute("COMMIT")
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _size(path: Path) -> int:
    """Bytes of the file and of what of it is in its log."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _of_file(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (verdict,) in connection.execute(f"PRAGMA integrity_check({MOST_BROKEN})"):
        if verdict != "ok":
            yield Finding(plain(verdict))


def _of_answers(connection: sqlite3.Connection) -> Iterator[Finding]:
    for row in connection.execute(f"SELECT {ALL} FROM answers NOT INDEXED"):
        wrong = _wrong(row)
        if wrong is not None:
            yield Finding(wrong, _number(row[3]), str(row[2]), _number(row[6]), _number(row[7]))


def _number(found: object) -> int | None:
    return found if isinstance(found, int) else None


def _wrong(row: tuple[Any, ...]) -> str | None:
    """What is wrong with an answer."""
    if not whole((None, *row[1:])):
        return "the answer is not what it was: its checksums do not fit"
    _, _, _, _, detail, asked, start, until, final, _, _, hits, _, size, body, _, _ = row
    try:
        length = len(zlib.decompress(body))
    except zlib.error as error:
        return f"the body cannot be decompressed: {error}"
    if length != size:
        return f"the body has {length} bytes, and should have {size}"
    if not start <= final <= until:
        return f"it covers no time: from {start}, final until {final}, until {until}"
    if not all(_is_object(each) for each in (detail, asked)):
        return "its arguments are no JSON objects"
    return f"it cost {hits} hits" if hits < 0 else None


def _of_holes(connection: sqlite3.Connection) -> Iterator[Finding]:
    holes = connection.execute("SELECT system_id, operation, start, until FROM holes WHERE start >= until")
    for system_id, operation, start, until in holes:
        yield Finding("a hole covers no time", system_id, operation, start, until)


def _is_object(text: object) -> bool:
    try:
        return isinstance(json.loads(str(text)), dict)
    except ValueError:
        return False


def _surplus(connection: sqlite3.Connection) -> Iterator[int]:
    rows = connection.execute(
        f"SELECT {_META} FROM answers ORDER BY service, operation, system_id, detail, id"
    )
    for (_, operation, *_), group in groupby(rows, key=lambda row: row[1:5]):
        metas = [meta for meta in (Meta(*row) for row in group) if meta.whole]
        yield from superfluous(_kind(operation), [meta.held for meta in metas])


def _kind(operation_id: str) -> str | None:
    operation = OPERATIONS.get(operation_id)
    if operation is None:
        return None
    return operation.window.kind if operation.window else NO_RANGE
