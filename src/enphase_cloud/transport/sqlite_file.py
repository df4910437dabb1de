"""A SQLite file that the processes of one user share: how it is made, opened, locked, and found damaged.

Each piece of work is one transaction. A process that is killed in the middle leaves nothing behind, and its lock is
gone with it. The file is its owner's alone, and has to be on a local disk.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, TypeVar
from weakref import WeakSet

from ..errors import ConfigurationError
from .lock import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

T = TypeVar("T")

ATTEMPTS = 50
"""How often what has to be read or noted is tried, with the file's `patience` each time."""

_BUSY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_INTERRUPT,
    }
)
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FAILURES = (sqlite3.Error, UnicodeError, OverflowError)
"""What SQLite and its module raise, the last two for values and words that they cannot take over."""

_log = logging.getLogger("enphase_cloud.transport")


class BusyError(Exception):
    """Another process holds the lock."""


class DamagedError(Exception):
    """The file is not what it should be, or not whole."""


class SqliteFile:
    """May be shared by threads, and stay in use after a fork; opens its file when it is asked."""

    label: ClassVar[str]
    """What messages call it, such as `the ledger of calls`."""
    advice: ClassVar[str]
    """What to do where the file cannot be used."""
    migrations: ClassVar[Sequence[str]]
    """The statements that make each version of the schema from the one before; the first makes it from nothing."""
    synchronous: ClassVar[str] = "NORMAL"
    patience: ClassVar[float] = 0.02
    """Seconds that a statement waits for the lock of another process."""
    checked: ClassVar[bool] = True
    """Whether all of the file is looked through when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._closed = False
        _files.add(self)

    def close(self) -> None:
        """Give the file back. Whoever still asks, such as a thread in the middle of a call, has it for that alone."""
        with self._lock:
            self._closed = True
            self._drop()

    def _patiently(self, work: Callable[[sqlite3.Connection], T], begin: str = "IMMEDIATE") -> T:
        for _ in range(ATTEMPTS):
            try:
                return self._run(work, begin)
            except BusyError:
                continue
        raise self.held_by_another(self._path)

    def _run(self, work: Callable[[sqlite3.Connection], T], begin: str = "IMMEDIATE") -> T:
        """Do it in a transaction that nobody else's comes between; a `DEFERRED` one is for what only reads."""
        with self._lock:
            try:
                return self._twice(work, begin)
            finally:
                if self._closed:
                    self._drop()

    def _twice(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        """With a new file, where the first attempt finds this one damaged."""
        try:
            return self._attempt(work, begin)
        except DamagedError as error:
            self._set_aside(error)
        try:
            return self._attempt(work, begin)
        except DamagedError as error:
            raise self._unusable(str(error)) from error

    def _attempt(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        connection = self._opened()
        try:
            connection.execute(f"BEGIN {begin}")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except _FAILURES as error:
            raise self._failed(error) from error
        return result

    def _failed(self, error: Exception) -> Exception:
        """What a failure means. The connection is kept only where all there is to do is to come again.

        | SQLite's code | |
        |---|---|
        | BUSY, LOCKED, PROTOCOL, SCHEMA, INTERRUPT | come again |
        | CANTOPEN, and there is no file | the same: another process has set it aside in this moment |
        | CORRUPT, NOTADB | damaged |
        | ERROR, as a table is missing: `user_version` said that there is one | damaged |
        | not to be known: the words are no text, as SQLite quotes what it found | damaged |
        | any other, or none | the file cannot be used, and stays: what is set aside is counted no more |
        """
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code in _BUSY or (code == sqlite3.SQLITE_CANTOPEN and self._found() is None):
            return BusyError()
        self._drop()
        missing = code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table: ")
        if code in _DAMAGE or missing or isinstance(error, UnicodeDecodeError):
            return DamagedError(str(error))
        return self._unusable(str(error))

    def _unusable(self, why: object) -> ConfigurationError:
        return self.unusable(self._path, why)

    @classmethod
    def unusable(cls, path: Path, why: object) -> ConfigurationError:
        """The error that says that such a file cannot be used, and what to do."""
        return ConfigurationError(f"{cls._named(path)}, cannot be used: {why}. {cls.advice}")

    @classmethod
    def held_by_another(cls, path: Path) -> ConfigurationError:
        """The same for one that another process does not let go."""
        return ConfigurationError(
            f"{cls._named(path)}, is held by another process. Find out which one hangs, and end it."
        )

    @classmethod
    def newer(cls, path: Path) -> ConfigurationError:
        """The same for one whose tables nobody knows yet."""
        return ConfigurationError(
            f"{cls._named(path)}, was written by a newer version of enphase-cloud. "
            f"Upgrade this one, or set ENPHASE_HOME to another folder."
        )

    @classmethod
    def _named(cls, path: Path) -> str:
        return f"{cls.label[0].upper()}{cls.label[1:]}, {path}"

    def _found(self) -> tuple[int, int] | None:
        """Which file has the ledger's name now."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - a fifth faster, and every call asks
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error.strerror) from error
        return found.st_dev, found.st_ino

    def _opened(self) -> sqlite3.Connection:
        """The connection, if the file still has its name: it may have been deleted, or set aside as damaged."""
        if self._connection is not None and self._found() == self._identity:
            return self._connection
        self._drop()
        self._create()
        self._identity = self._found()
        try:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw",  # SQLite itself would make a file that all can read
                uri=True,
                timeout=self.patience,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        except _FAILURES as error:
            raise self._failed(error) from error
        self._connection = connection
        return connection

    def _create(self) -> None:
        """Make an empty file that is its owner's alone, where there is none.

        One thread at a time, and nobody opens it meanwhile: closing a file takes away all locks that the process
        has on it, those of SQLite, too.
        """
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
        with _creating:
            try:
                make_folder(self._path.parent)
                os.close(os.open(self._path, flags, 0o600))
                self._path.chmod(0o600)  # whatever the umask took away
            except FileExistsError:
                return
            except OSError as error:
                raise self._unusable(error.strerror) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self.synchronous}")
        newest = len(self.migrations)
        if self._version(connection) < 0:
            msg = "the number of its version is negative"
            raise DamagedError(msg)
        if self._version(connection) < newest:
            connection.execute("BEGIN IMMEDIATE")
            self.migrate(connection)
            connection.execute("COMMIT")
        elif self._version(connection) > newest:
            raise self.newer(self._path)
        if not self.checked:
            return
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise DamagedError(verdict)

    @classmethod
    def migrate(cls, connection: sqlite3.Connection) -> None:
        """Make what the tables lack; all of them, where there are none."""
        for version in range(cls._version(connection), len(cls.migrations)):
            for statement in cls.migrations[version].split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _set_aside(self, why: DamagedError) -> None:
        """Give the damaged file another name, once for all processes that found the damage."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - for the rare case only

        damaged = self._identity
        try:
            with FileLock(f"{self._path}.lock", blocking=False, mode=0o600):
                if self._found() == damaged:
                    self._look_again()
                    self._move(why)
        except Timeout:
            raise BusyError from None
        except OSError as error:
            raise self._unusable(error.strerror) from error

    def _look_again(self) -> None:
        """Do not call damaged what a newer version has changed since it was opened, or is changing now."""
        try:
            with suppress(DamagedError):
                self._opened()
        finally:
            self._drop()

    def _move(self, why: DamagedError) -> None:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.damaged-{number}")).exists():
            number += 1
        for suffix in ("-wal", "-shm", ""):  # the file itself last: a new one must not find the old one's log
            source = self._path.with_name(self._path.name + suffix)
            if source.exists():
                source.rename(aside.with_name(aside.name + suffix))
        _log.warning(
            "%s was damaged (%s) and is begun anew; the damaged one is now %s", self.label, why, aside
        )

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_creating = threading.Lock()
_files: WeakSet[SqliteFile] = WeakSet()
_held: list[SqliteFile] = []
_forking = threading.Lock()
"""Two threads may fork at the same moment, and each waits for threads that work: for one after the other."""


def _before_fork() -> None:
    """Let every thread finish, and close every file: SQLite must not take a connection through a fork."""
    _forking.acquire()
    _held.extend(_files)
    for each in _held:
        each._lock.acquire()
        each._drop()
    _creating.acquire()


def _after_fork() -> None:
    _creating.release()
    for each in _held:
        each._lock.release()
    _held.clear()
    _forking.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no forks
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
