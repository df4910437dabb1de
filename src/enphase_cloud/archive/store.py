"""The archive's file: a row for each answer that was paid for, with what it covers and its body, compressed.

Each row carries two checksums, so that what a disk did to it is found out when it is read. What was changed behind our
back is lost, with a warning: what it covered is asked for again (`salvage.py`).
"""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, cast

from ..errors import ConfigurationError
from ..transport.sqlite_file import DamagedError, SqliteFile
from .answers import Hole, Kept, Meta, Paid, canonical, check_sum, lenient, service_of
from .coverage import Coverage, Doubt, Held, Key
from .settling import SETTLING, doubt_due, in_doubt, silent_since

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FILE = "archive.sqlite3"
LEVEL = 6
"""Of compression."""

SCHEMA = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    detail TEXT NOT NULL,
    asked TEXT NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    final INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    status INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL,
    body_check INTEGER NOT NULL,
    check_sum INTEGER NOT NULL
);
CREATE INDEX answers_of ON answers (service, system_id, operation, detail, start);
CREATE TABLE holes (
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    detail TEXT NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL,
    problem TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (service, operation, system_id, detail, start)
) WITHOUT ROWID;
CREATE TABLE doubts (
    service TEXT NOT NULL,
    operation TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    detail TEXT NOT NULL,
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    at INTEGER NOT NULL,
    lasting INTEGER NOT NULL,
    PRIMARY KEY (service, operation, system_id, detail, start)
) WITHOUT ROWID;
CREATE TABLE systems (
    service TEXT NOT NULL,
    system_id INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (service, system_id)
) WITHOUT ROWID
"""
COLUMNS = (
    "service",
    "operation",
    "system_id",
    "detail",
    "asked",
    "start",
    "until",
    "final",
    "fetched",
    "status",
    "hits",
    "content_type",
    "size",
)
"""Of an answer, but for its body: what `check_sum` is over, with `body_check` after them."""
BEFORE, PERHAPS = "before operation", "perhaps before operation"
"""The reasons of holes that are none: before their end the service has nothing. One answer says so; where another, that
was asked for from a day before at least, begins at the same moment, it is believed, and nothing before is asked for."""
_DAY = 86400

KNOWN = 4096
"""Answers whose checksums are not reckoned again while the file says the same of them: six series have 630 in two
years."""

BROKEN = "some of its answers are not what they were"
"""What is wrong with a file that SQLite finds sound."""

_META = f"id, {', '.join(COLUMNS)}, body_check, check_sum"
_OF_KEY = "service = ? AND operation = ? AND system_id = ? AND detail = ?"
_log = logging.getLogger("enphase_cloud.archive")


class Store(SqliteFile):
    """What is kept of one service. A SqliteFile.

    ConfigurationError where the file cannot be used.
    """

    label: ClassVar[str] = "the archive"
    advice: ClassVar[str] = (
        "What is in it stays there: free some space, make the folder writable, or set ENPHASE_HOME to another folder; "
        "or go without (archive=False)."
    )
    migrations: ClassVar[Sequence[str]] = (SCHEMA,)
    synchronous: ClassVar[str] = "FULL"  # a hit costs more than waiting for the disk
    patience: ClassVar[float] = 1.0
    checked: ClassVar[bool] = False  # it may be large: rows are checked as they are read

    def __init__(self, path: Path, base_url: str) -> None:
        super().__init__(path)
        self.service = service_of(base_url)

    @property
    def path(self) -> Path:
        return self._path

    def exists(self) -> bool:
        return self._found() is not None

    def coverage(self, key: Key, now: int, *, fresh_since: int = 0, alone: bool = False) -> Coverage:
        """What is kept under a key. Where there is no archive yet, none is made."""
        if not self.exists():
            return Coverage(alone=alone)
        metas, before, doubts, told = self._patiently(
            lambda connection: (*self._coverage(connection, key), self._told(connection, key.system_id)),
            "DEFERRED",
        )
        held = [_held(meta) for meta in metas]
        open_ones = [(doubt, doubt_due(doubt, now)) for doubt in doubts if in_doubt(doubt, now)]
        silence = told and (alone or told[0] > now - SETTLING) and _silence(*told)
        return Coverage(
            held, before, fresh_since=fresh_since, alone=alone, doubts=open_ones, silence=silence or None
        )

    def keep(self, paid: Paid, before: int | None = None, doubts: Sequence[Doubt] = ()) -> None:
        """Keep an answer, up to where it says that there is nothing before it, and what of it is in doubt."""
        stored = zlib.compress(paid.body, LEVEL)
        row = (
            self.service,
            *paid.key,
            canonical(paid.asked),
            paid.start,
            paid.until,
            paid.final,
            paid.fetched,
            paid.status,
            paid.hits,
            paid.content_type,
            len(paid.body),
        )
        sums = (zlib.crc32(stored), check_sum([*row, zlib.crc32(stored)]))

        def keep(connection: sqlite3.Connection) -> None:
            self._keep(connection, paid.key, (*row, stored, *sums), before)
            if paid.start < paid.until:
                self._doubt(connection, paid, doubts)

        self._patiently(keep)

    def body(self, held_id: int) -> Kept | None:
        """What was answered; None where it is not there any more."""
        return self._patiently(lambda connection: self._body(connection, held_id), "DEFERRED")

    def know(self, systems: Mapping[int, str], fetched: int) -> None:
        """Remember what a list says of systems, each as JSON."""
        rows = [(self.service, system_id, fetched, body) for system_id, body in systems.items()]
        self._patiently(
            lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO systems VALUES (?, ?, ?, ?)", rows
            )
        )

    def systems(self, system_id: int | None = None) -> dict[int, dict[str, Any]]:
        """What is known of the systems, or of one of them."""
        if not self.exists():
            return {}
        one = "" if system_id is None else " AND system_id = ?"
        bound = (self.service,) if system_id is None else (self.service, system_id)
        rows = self._patiently(
            lambda connection: connection.execute(
                f"SELECT system_id, body FROM systems WHERE service = ?{one} ORDER BY system_id",
                bound,
            ).fetchall(),
            "DEFERRED",
        )
        return {found: document for found, body in rows if (document := _object(body)) is not None}

    def told(self) -> dict[int, tuple[int, dict[str, Any]]]:
        """The same with when the service was asked for each, in epoch seconds."""
        if not self.exists():
            return {}
        rows = self._patiently(
            lambda connection: connection.execute(
                "SELECT system_id, fetched, body FROM systems WHERE service = ?", (self.service,)
            ).fetchall(),
            "DEFERRED",
        )
        return {
            found: (fetched, document)
            for found, fetched, body in rows
            if (document := _object(body)) is not None
        }

    def newest(self, key: Key) -> Meta | None:
        """The answer under a key that came last."""
        if not self.exists():
            return None
        metas, *_ = self._patiently(lambda connection: self._coverage(connection, key), "DEFERRED")
        return max(metas, key=lambda meta: meta.id, default=None)

    def system_ids(self) -> list[int]:
        """The systems of which answers are kept; 0 stands for answers of no system."""
        if not self.exists():
            return []
        rows = self._patiently(
            lambda connection: connection.execute(
                "SELECT DISTINCT system_id FROM answers WHERE service = ? ORDER BY system_id", (self.service,)
            ).fetchall(),
            "DEFERRED",
        )
        return [system_id for (system_id,) in rows]

    def metas(self, system_id: int) -> list[Meta]:
        """The answers of one system, without their bodies, in order of arrival."""
        if not self.exists():
            return []
        return self._patiently(
            lambda connection: _whole(
                connection.execute(
                    f"SELECT {_META} FROM answers WHERE service = ? AND system_id = ? ORDER BY id",
                    (self.service, system_id),
                )
            ),
            "DEFERRED",
        )

    def holes(self) -> list[Hole]:
        """What sync asked for in vain when it last asked."""
        if not self.exists():
            return []
        rows = self._patiently(
            lambda connection: connection.execute(
                "SELECT operation, system_id, detail, start, until, reason, problem, at FROM holes"
                " WHERE service = ? AND reason NOT IN (?, ?) ORDER BY system_id, operation, detail, start",
                (self.service, BEFORE, PERHAPS),
            ).fetchall(),
            "DEFERRED",
        )
        return [Hole(Key(*row[:3]), *row[3:]) for row in rows]

    def note_holes(self, key: Key, start: int, until: int, holes: Sequence[Hole]) -> None:
        """Put these in the place of the holes of a range."""

        def note(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"DELETE FROM holes WHERE {_OF_KEY} AND reason NOT IN (?, ?) AND start < ? AND until > ?",
                (self.service, *key, BEFORE, PERHAPS, until, start),
            )
            connection.executemany(
                "INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(self.service, *hole.key, *hole[1:]) for hole in holes],
            )

        self._patiently(note)

    # damage: `salvage.py` says what is done about what

    def _create(self) -> None:
        super()._create()
        from .salvage import cut_off  # noqa: PLC0415 - it knows this module

        wrong = cut_off(self._path)
        if wrong is not None:
            raise DamagedError(wrong)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.text_factory = lenient
        super()._prepare(connection)
        from .salvage import strange  # noqa: PLC0415 - as above

        wrong = strange(connection)
        if wrong is not None:
            raise DamagedError(wrong)

    def _failed(self, error: Exception) -> Exception:
        outcome = super()._failed(error)
        if isinstance(outcome, ConfigurationError) and isinstance(error, sqlite3.Error):
            from .salvage import failed  # noqa: PLC0415 - as above

            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
            if code == sqlite3.SQLITE_ERROR or (
                code == sqlite3.SQLITE_READONLY and failed(self._path, error) is None
            ):
                return DamagedError(str(error))
        return outcome

    def _set_aside(self, why: DamagedError) -> None:
        from .salvage import recover  # noqa: PLC0415 - as above

        self._drop()
        recover(self._path, self._identity if isinstance(why, _BrokenError) else None)

    # what is read and written, within one transaction

    def _coverage(self, connection: sqlite3.Connection, key: Key) -> tuple[list[Meta], int, list[Doubt]]:
        bound = (self.service, *key)
        rows = connection.execute(f"SELECT {_META} FROM answers WHERE {_OF_KEY}", bound)
        metas = _whole(rows)
        (before,) = connection.execute(
            f"SELECT max(until) FROM holes WHERE {_OF_KEY} AND reason = ?",
            (*bound, BEFORE),
        ).fetchone()
        doubts = connection.execute(
            f"SELECT start, until, at, lasting FROM doubts WHERE {_OF_KEY} ORDER BY start", bound
        )
        return metas, before or 0, [Doubt(row[0], row[1], row[2], bool(row[3])) for row in doubts]

    def _told(self, connection: sqlite3.Connection, system_id: int) -> tuple[int, str] | None:
        """When the service was last asked for a system, and what it said."""
        found: tuple[int, str] | None = connection.execute(
            "SELECT fetched, body FROM systems WHERE service = ? AND system_id = ?", (self.service, system_id)
        ).fetchone()
        return found

    def _doubt(self, connection: sqlite3.Connection, paid: Paid, doubts: Sequence[Doubt]) -> None:
        """Put these in the place of what was in doubt where the answer has answered."""
        bound = (self.service, *paid.key)
        met = connection.execute(
            f"SELECT start, until, at, lasting FROM doubts WHERE {_OF_KEY} AND start < ? AND until > ?",
            (*bound, paid.until, paid.start),
        ).fetchall()
        connection.execute(
            f"DELETE FROM doubts WHERE {_OF_KEY} AND start < ? AND until > ?",
            (*bound, paid.until, paid.start),
        )
        left = [(start, min(until, paid.start), *rest) for start, until, *rest in met if start < paid.start]
        left += [(max(start, paid.until), until, *rest) for start, until, *rest in met if until > paid.until]
        connection.executemany(
            "INSERT OR REPLACE INTO doubts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(*bound, *each) for each in (*left, *doubts)],
        )

    def _keep(
        self, connection: sqlite3.Connection, key: Key, row: tuple[Any, ...], before: int | None
    ) -> None:
        names = (*COLUMNS, "body", "body_check", "check_sum")
        connection.execute(
            f"INSERT INTO answers ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            row,
        )
        if before is not None:
            start, at = row[5], row[8]
            said = connection.execute(
                f"SELECT problem FROM holes WHERE {_OF_KEY} AND reason = ? AND until = ?",
                (self.service, *key, PERHAPS, before),
            ).fetchone()
            believed = said is not None and int(said[0]) - start >= _DAY
            connection.execute(
                "INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.service,
                    *key,
                    *((0, before, BEFORE) if believed else (1, before, PERHAPS)),
                    str(start),
                    at,
                ),
            )

    @staticmethod
    def _body(connection: sqlite3.Connection, held_id: int) -> Kept | None:
        row = connection.execute(
            "SELECT status, content_type, body, body_check FROM answers WHERE id = ?", (held_id,)
        ).fetchone()
        if row is None:
            return None
        status, content_type, stored, checked = row
        try:
            if zlib.crc32(stored) == checked:
                return Kept(status, content_type, zlib.decompress(stored))
        except (zlib.error, TypeError) as error:
            raise _BrokenError(BROKEN) from error
        raise _BrokenError(BROKEN)


class _BrokenError(DamagedError):
    """Answers are not what they were when they were written: of this SQLite knows nothing."""


def _whole(rows: Iterable[tuple[Any, ...]]) -> list[Meta]:
    metas = [_meta(*row) for row in rows]
    if not all(metas):
        raise _BrokenError(BROKEN)
    return cast("list[Meta]", metas)


@lru_cache(maxsize=KNOWN, typed=True)
def _meta(*row: Any) -> Meta | None:
    """None where it is not what it was.

    Each call of a range looks through all answers of its series, and most are the same as before: row for row, with
    their types, as a number that became a text would be equal to nothing, but 1 is equal to 1.0.
    """
    meta = Meta(*row)
    return meta if meta.whole else None


@lru_cache(maxsize=KNOWN)
def _held(meta: Meta) -> Held:
    return meta.held


def store_of(home: Path, base_url: str) -> Store:
    """What a home keeps of a service."""
    return Store(home / FILE, base_url)


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _silence(fetched: int, body: str) -> tuple[int, int] | None:
    """Between which moments a system had not reported, by what was said of it."""
    last = (_object(body) or {}).get("last_report_at")
    since = silent_since(last, fetched) if isinstance(last, int) and last > 0 else None
    return None if since is None else (since, fetched)
