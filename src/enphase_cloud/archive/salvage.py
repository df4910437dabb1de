"""What is had back from a damaged archive, and how a whole file takes its place.

What to do about what SQLite says when the archive is used:

| SQLite's code, or what is found | what it is | what is done |
|---|---|---|
| CORRUPT, NOTADB | damage | `recover` |
| ERROR, for statements that are known to be right | damage of the schema | `recover` |
| the file is empty, and its write-ahead log is not | it was cut off | `recover`, before SQLite removes the log |
| a text encoding other than UTF-8 | a flipped bit: no row would be found | `recover` |
| an answer with a wrong checksum | damage, of which SQLite may not know | `recover`, of a sound file, too |
| BUSY, LOCKED, PROTOCOL, SCHEMA, INTERRUPT | others are at work | come again |
| READONLY, and the file may be written to | a flipped bit in its head | `recover` |
| CANTOPEN, READONLY, PERM, FULL, IOERR | the disk, or whose file it is | ConfigurationError that names the file |
| any other | not known | ConfigurationError that names the file |

Nothing is removed from a damaged file, and nothing repaired in it: SQLite would follow what is damaged, and give pages
of other answers away. `recover` looks for itself, once for all processes that have met the damage, and leaves a sound
file alone:

| it finds | it does |
|---|---|
| a sound file, as another process was here before | nothing: who asked goes on with it |
| damage | a new file with all whole answers takes the place of the old one, which is kept under another name |
| that it cannot write the new file | ConfigurationError; the old one stays in its place |

An answer is whole if both its checksums fit, and its body can be decompressed. Answers are read off the pages
themselves, without their indexes: this finds all that SQLite would find going around what is damaged, and more. What
was asked for in vain, and before which moment the service has nothing, carries no checksum, and is not taken over: the
next sync learns it again. Nor does what is in doubt of them, which is taken over: a false doubt costs a hit, where a
false certainty would hide what is late.
What systems there are is taken from the answers that told so.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
import sys
import time
import zlib
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ConfigurationError
from ..transport.lock import reason, sync_folder
from .answers import TELL_SYSTEMS, Meta, canonical, systems_of
from .pages import PAGE, Pages, Place, Shape
from .store import BROKEN, COLUMNS, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .pages import Record

PATIENCE = 30.0
"""Seconds to wait for who is writing to the file."""
WAIT = 600.0
"""Seconds to wait for who is having back what is in the file."""

ANSWER = Shape("-ttittiiiiiitibii")
ENTRY = Shape("tittii")
"""An entry of the index over answers: who was there is known, even if all else of it is gone."""
DOUBT = Shape("ttitiiii")
MOST = 5
"""Series whose losses are named."""
UNLIKELY = 2**40
"""A number that no answer has: a bit of it was flipped."""
BODY = 14
"""Where the body stands in the record of an answer."""
ALL = f"id, {', '.join(COLUMNS)}, body, body_check, check_sum"
"""The columns of an answer as they are stored."""

_FOUND = (
    "CREATE TEMP TABLE found (digest BLOB PRIMARY KEY, fetched, number, operation, system_id, detail, start,"
    " log, at, begins, view)",
    "CREATE INDEX temp.found_of ON found (start, system_id, operation)",
    "CREATE TEMP TABLE seen (number, system_id, operation, detail, start, source)",
)
_UNFOUND = """
SELECT system_id, operation, count(*) FROM (
    SELECT number, system_id, operation, min(source) FROM seen
    WHERE number NOT IN (SELECT number FROM found) AND NOT EXISTS (
        SELECT 1 FROM found WHERE found.start = seen.start AND found.operation = seen.operation
        AND found.system_id = seen.system_id AND found.detail = seen.detail
    )
    GROUP BY number
) GROUP BY system_id, operation ORDER BY system_id, operation
"""
_INSERT = f"INSERT INTO answers ({ALL}) VALUES ({', '.join('?' * 17)})"
_log = logging.getLogger("enphase_cloud.archive")


class Lost(NamedTuple):
    """Answers that were there, and are not whole."""

    system_id: int
    operation: str
    answers: int


class Salvaged(NamedTuple):
    """What became of a damaged file."""

    kept: int
    """Answers."""
    losses: tuple[Lost, ...] = ()
    """What is known to be lost; pages that are gone do not tell what was on them."""
    why: str = ""
    """What was wrong with the file."""
    aside: Path | None = None
    """Where the damaged file is now."""

    @property
    def lost(self) -> int:
        """Answers that are lost, at least."""
        return sum(each.answers for each in self.losses)

    def __str__(self) -> str:
        kept = "1 whole answer was" if self.kept == 1 else f"{self.kept or 'no'} whole answers were"
        named = [
            f"{each.answers} of {each.operation} of system {each.system_id}" for each in self.losses[:MOST]
        ]
        named += ["..."] if len(self.losses) > MOST else []
        lost = (
            f"at least {self.lost} {'is' if self.lost == 1 else 'are'} lost ({', '.join(named)})"
            if named
            else "none is known to be lost"
        )
        return (
            f"{kept} taken over, and {lost}. The next sync asks again for what is missing, and for nothing else. "
            f"The damaged file is now {self.aside}: delete it when you need it no more, and look after the disk."
        )


def recover(path: Path, broken: tuple[int, int] | None = None) -> Salvaged | None:
    """Put a new file with all whole answers in the place of a damaged one; leave a sound one alone, which is None.

    `broken` says which file it was, by device and inode, where answers were met that are not whole: SQLite may find
    that sound. Nobody in this process may be using the file. ConfigurationError where it cannot be done.
    """
    done = renew(path, broken)
    if done is not None:
        _log.warning("the archive, %s, was damaged (%s): %s", path, done.why, done)
    return done


def renew(path: Path, broken: tuple[int, int] | None) -> Salvaged | None:
    """The same, without a word in the log."""
    with alone(path), ExitStack() as stack:
        try:
            why = _look(path, stack)
            if why is None and broken == identity(path):
                why = BROKEN
            if why is None:
                return None
            pages = stack.enter_context(Pages(path))
            return _exchanged(path, pages, why, stack)
        except sqlite3.Error as error:
            raise failed(path, error) or Store.unusable(path, error) from error


def identity(path: Path) -> tuple[int, int]:
    """Which file it is, whatever its name."""
    found = path.stat()
    return found.st_dev, found.st_ino


def salvage(pages: Pages, fresh: sqlite3.Connection) -> Salvaged:
    """Copy every whole answer into a file that has none, in order of arrival, and each once.

    They get numbers that none has had: who still has an old one in hand must not get another answer for it. Nothing is
    raised for what is read, whatever it is. Memory: one answer at a time.
    """
    for statement in _FOUND:
        fresh.execute(statement)
    for ways in pages.remains(ANSWER):
        _take(fresh, ways)
    for ways in pages.remains(ENTRY):
        entry = next(ways, None)
        if entry is not None and _likely(entry.values):
            _see(fresh, entry.values[5], entry.values[1:5], source=0)
    kept, newest = 0, _newest(fresh)
    for log, at, begins, view in fresh.execute(
        "SELECT log, at, begins, view FROM found ORDER BY fetched, number"
    ):
        record = pages.read(ANSWER, Place(bool(log), at, begins, view))
        if record is not None and whole(record.values):
            kept += 1
            fresh.execute(_INSERT, (newest + kept, *record.values[1:]))
    know_systems(fresh)
    _doubt(fresh, pages)
    losses = tuple(Lost(*row) for row in fresh.execute(_UNFOUND))
    fresh.execute("DROP TABLE found")
    fresh.execute("DROP TABLE seen")
    return Salvaged(kept, losses)


def whole(values: tuple[Any, ...]) -> bool:
    """Whether the columns of an answer, from the first to the last, are those that were written."""
    if len(values) != len(ANSWER.columns):
        return False
    for column, value in zip(ANSWER.columns[1:], values[1:], strict=True):
        if type(value) is not {"i": int, "t": str, "b": bytes}[column]:
            return False
    checked = zlib.crc32(values[BODY]) == values[BODY + 1]
    return checked and Meta(*values[:BODY], *values[BODY + 1 :]).whole


def _decompresses(body: bytes) -> bool:
    """Whoever reads it would have the file mended again, for ever."""
    try:
        zlib.decompress(body)
    except zlib.error:
        return False
    return True


def know_systems(connection: sqlite3.Connection) -> None:
    """Note what the answers say of systems, the newest last."""
    told = connection.execute(
        "SELECT service, operation, fetched, body FROM answers WHERE operation IN (?, ?) ORDER BY id",
        TELL_SYSTEMS,
    )
    for service, operation, fetched, body in told:
        with suppress(zlib.error, ValueError, RecursionError):
            for system_id, text in systems_of(operation, json.loads(zlib.decompress(body))).items():
                connection.execute(
                    "INSERT OR REPLACE INTO systems VALUES (?, ?, ?, ?)", (service, system_id, fetched, text)
                )


def complaint(connection: sqlite3.Connection) -> str | None:
    """What is wrong with a file, as far as SQLite can tell: it knows nothing of the checksums of rows."""
    try:
        wrong = strange(connection)
        if wrong is None:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            wrong = None if verdict == "ok" else plain(verdict)
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        return str(error)
    return wrong


def plain(verdict: object) -> str:
    """What SQLite finds wrong, in one line."""
    return " ".join(str(verdict).removeprefix("*** in database main ***").split())


def strange(connection: sqlite3.Connection) -> str | None:
    """What of a file's head is not as it was made. sqlite3.Error where it cannot be read. Takes no time."""
    (encoding,) = connection.execute("PRAGMA encoding").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = _tables(connection)
    if encoding != "UTF-8" or size != PAGE:
        return f"its texts are said to be {encoding}, and its pages to have {size} bytes"
    if version > len(Store.migrations) or not (version or tables):
        return None  # of a newer version, which has tables of its own, or not made yet
    if version != len(Store.migrations) or tables != _tables_of_store():
        return "its tables are not those of an archive"
    return None


def cut_off(path: Path) -> str | None:
    """What is wrong with an empty file that has a log: SQLite removes the log of such a file when it opens it."""
    log = path.with_name(f"{path.name}-wal")
    if path.stat().st_size == 0 and log.exists() and log.stat().st_size:
        return "it is empty, and its log is not"
    return None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only one who puts another file in the place of this one."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - for the rare case only

    try:
        with FileLock(f"{path}.lock", timeout=WAIT, mode=0o600):
            yield
    except Timeout:
        msg = f"The archive, {path}, is being repaired by another process. Wait for it; if it hangs, end it."
        raise ConfigurationError(msg) from None
    except OSError as error:
        raise Store.unusable(path, reason(error)) from error


def failed(path: Path, error: sqlite3.Error) -> ConfigurationError | None:
    """What to say of a failure that no repair helps against; None where it is damage."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    if code == sqlite3.SQLITE_READONLY and all(os.access(each, os.W_OK) for each in (path, path.parent)):
        return None  # its head says so
    code &= 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Store.held_by_another(path)
    return Store.unusable(path, error) if code in _OUTSIDE else None


_OUTSIDE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_NOMEM,
    }
)


def _take(fresh: sqlite3.Connection, ways: Iterator[Record]) -> None:
    """Note where an answer is, in the first way of reading it in which it is whole; else that there was one."""
    first = None
    for record in ways:
        first = first or record
        if whole(record.values) and _decompresses(record.values[BODY]):
            values, place = record.values, record.place
            digest = hashlib.blake2b(
                canonical([*values[1:BODY], *values[BODY + 1 :]]).encode(), digest_size=16
            )
            fresh.execute(
                "INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    digest.digest(),
                    values[9],
                    record.number,
                    values[2],
                    values[3],
                    values[4],
                    values[6],
                    *place,
                ),
            )
            return
    if first is not None and len(first.values) >= BODY:
        _see(
            fresh,
            first.number,
            (first.values[3], first.values[2], first.values[4], first.values[6]),
            source=1,
        )


def _likely(entry: tuple[Any, ...]) -> bool:
    """Whether it is an entry of the index, and not a part of one that looks like it: they have no checksum."""
    return (
        len(entry) == len(ENTRY.columns) and "://" in entry[0] and entry[3].startswith("{") and entry[5] > 0
    )


def _doubt(fresh: sqlite3.Connection, pages: Pages) -> None:
    """Take over what is in doubt of the answers that are kept. A wrong doubt costs a hit; that it is old, the same."""
    for ways in pages.remains(DOUBT):
        doubt = next(ways, None)
        if doubt is None or len(doubt.values) < len(DOUBT.columns):
            continue
        service, operation, system_id, detail, start, until, _, lasting = doubt.values
        bound = (service, system_id, operation, detail, until, start)
        answers = fresh.execute(
            "SELECT 1 FROM answers WHERE service = ? AND system_id = ? AND operation = ? AND detail = ?"
            " AND start < ? AND until > ?",
            bound,
        )
        if start < until and lasting in (0, 1) and answers.fetchone():
            fresh.execute("INSERT OR REPLACE INTO doubts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", doubt.values)


def _see(fresh: sqlite3.Connection, number: object, key: tuple[object, ...], *, source: int) -> None:
    fresh.execute("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?)", (number, *key, source))


def _newest(fresh: sqlite3.Connection) -> int:
    """The highest number that an answer has had, but for those that no counting leads to."""
    (number,) = fresh.execute(
        "SELECT max(number) FROM (SELECT number FROM found UNION ALL SELECT number FROM seen) WHERE number < ?",
        (UNLIKELY,),
    ).fetchone()
    return max(0, number or 0)


def _look(path: Path, stack: ExitStack) -> str | None:
    """What is wrong with a file, which is locked from now on, as far as it lets itself be locked."""
    if path.stat().st_size == 0:
        return cut_off(path)  # not to be opened: SQLite would remove the log
    try:
        return complaint(_locked(path, stack, exclusive=True))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            return _damage(path, error)
    except (sqlite3.Error, UnicodeError) as error:
        return _damage(path, error)
    try:  # somebody else has it open: there is only the lock that keeps others from writing
        return complaint(_locked(path, stack, exclusive=False))
    except (sqlite3.Error, UnicodeError) as error:
        return _damage(path, error)


def _locked(path: Path, stack: ExitStack, *, exclusive: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=0.5 if exclusive else PATIENCE,
        isolation_level=None,
    )
    try:
        if exclusive:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
    except BaseException:
        connection.close()
        raise
    stack.callback(connection.close)
    return connection


def _damage(path: Path, error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        outside = failed(path, error)
        if outside is not None:
            raise outside from error
    return str(error)


def _exchanged(path: Path, pages: Pages, why: str, stack: ExitStack) -> Salvaged:
    """The pages are closed after it: closing a file takes away the locks that this process has on it."""
    new = path.with_name(f".{path.name}.new")
    _remove(new)  # of a process that was killed
    try:
        done = _written(new, pages)
        if sys.platform == "win32":
            stack.close()  # what is open cannot be renamed there
        return done._replace(why=why, aside=_put(new, path))
    finally:
        _remove(new)


def _written(new: Path, pages: Pages) -> Salvaged:
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    new.chmod(0o600)  # whatever the umask took away
    with closing(sqlite3.connect(new, isolation_level=None)) as fresh:
        fresh.execute(f"PRAGMA page_size = {PAGE}")
        fresh.execute("PRAGMA journal_mode = OFF")
        fresh.execute("BEGIN")
        Store.migrate(fresh)
        done = salvage(pages, fresh)
        fresh.execute("COMMIT")
        fresh.execute("PRAGMA journal_mode = WAL")
    with new.open("rb+") as file:
        os.fsync(file.fileno())
    return done


def _put(new: Path, path: Path) -> Path:
    """Put a file in the place of another, which gets a name that says when; a file is there at any moment.

    Killed before the end, it leaves the damaged file without its log, and both under the other name.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside, number = path.with_name(f"{path.name}.damaged-{stamp}"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    log, shared = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    try:
        os.link(path, aside)
    except OSError:  # a disk without links
        path.rename(aside)
    if log.exists() and log.stat().st_size == 0:
        log.unlink()  # made by looking at the file
    elif log.exists():
        log.rename(aside.with_name(f"{aside.name}-wal"))
    shared.unlink(missing_ok=True)
    new.replace(path)
    sync_folder(path.parent)
    return aside


def _remove(new: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)


@cache
def _tables_of_store() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as model:
        Store.migrate(model)
        return _tables(model)


def _tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
