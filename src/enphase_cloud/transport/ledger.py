"""What has been sent, and what the service said of it: one SQLite file for all processes that share a home.

    sends     when; for a few minutes: as long as it counts in the minute, and as a call may take
    months    hits by UTC calendar month and operation; a few rows a month, which stay
    told      what refusals of the service said, for the plan that was believed to be in force

Each booking is one transaction that holds the file's only write lock: what it reads is still true when it writes.
A process that is killed in the middle leaves nothing behind, and its lock is gone with it. A booking survives
its process at once, and all but the last moments before a power cut (`synchronous=NORMAL`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

from ..errors import ConfigurationError
from .lock import make_folder
from .quota import (
    MARGIN,
    WINDOW,
    Booked,
    Exhausted,
    Hits,
    Known,
    Told,
    Wait,
    decide,
    learned,
    limits_of,
    month_of,
    quota_of,
    room,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..errors import Limit
    from .plan import Plan, Quota
    from .quota import Ask
    from .secret import Secret

T = TypeVar("T")

VERSION = 1
PATIENCE = 0.02
"""Seconds that a statement waits for the lock of another process."""
KEPT = 180.0
"""Seconds after which a send is forgotten. A call takes 120 s at the most, as long as nobody allows for more: whether
it came late is known before."""
SWEPT = 10.0
"""Seconds for which those that can be forgotten gather, and are forgotten at once."""
ATTEMPTS = 50
"""How often what has to be read or noted is tried, with that wait each time."""

_SCHEMA = """
CREATE TABLE sends (
    account TEXT NOT NULL CHECK (typeof(account) = 'text'),
    at REAL NOT NULL CHECK (typeof(at) = 'real')
);
CREATE INDEX sends_by_time ON sends (account, at);
CREATE TABLE months (
    account TEXT NOT NULL CHECK (typeof(account) = 'text'),
    month INTEGER NOT NULL CHECK (typeof(month) = 'integer'),
    operation TEXT NOT NULL CHECK (typeof(operation) = 'text'),
    method TEXT NOT NULL CHECK (typeof(method) = 'text'),
    hits INTEGER NOT NULL CHECK (typeof(hits) = 'integer'),
    carried INTEGER NOT NULL DEFAULT 0 CHECK (typeof(carried) = 'integer'),
    PRIMARY KEY (account, month, operation, method)
) WITHOUT ROWID;
CREATE TABLE told (
    account TEXT NOT NULL CHECK (typeof(account) = 'text'),
    plan TEXT NOT NULL CHECK (typeof(plan) = 'text'),
    scope TEXT NOT NULL CHECK (scope IN ('minute', 'month', 'writes', 'any')),
    operation TEXT NOT NULL CHECK (typeof(operation) = 'text'),
    period TEXT CHECK (typeof(period) IN ('text', 'null')),
    allowed INTEGER CHECK (typeof(allowed) IN ('integer', 'null')),
    at REAL NOT NULL CHECK (typeof(at) = 'real'),
    seconds REAL NOT NULL CHECK (typeof(seconds) = 'real'),
    PRIMARY KEY (account, plan, scope, operation)
) WITHOUT ROWID;
"""

_STATE = """
SELECT
    total(hits),
    total(CASE WHEN operation = ? AND method = ? THEN hits END),
    (SELECT max(at) FROM sends WHERE account = ?),
    (SELECT at FROM sends WHERE account = ? AND at > ? ORDER BY at DESC LIMIT ? OFFSET ?)
FROM months WHERE account = ? AND month = ?
"""
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


def account(base_url: str, api_key: Secret) -> str:
    """What a key's hits stand under: a digest of the service's origin and the key, which tells neither."""
    parts = urlsplit(base_url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    origin = f"{parts.scheme}://{parts.hostname}:{port}\0".encode()
    return hashlib.sha256(origin + api_key.reveal().encode()).hexdigest()[:32]


class _BusyError(Exception):
    """Another process holds the lock."""


class _DamagedError(Exception):
    """The file is not a ledger, or not a whole one."""


class Ledger:
    """The hits of one key. May be shared by threads, and stay in use after a fork; opens its file when it is asked.

    Times are epoch seconds. What cannot be booked because the file cannot be written is a ConfigurationError:
    nothing is sent that is not counted. The file has to be on a local disk.
    """

    def __init__(self, path: Path, account: str, chance: Callable[[], float]) -> None:
        """`chance` gives numbers from [0, 1): who waits for the same is spread by it."""
        self._path = path
        self._account = account
        self._chance = chance
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        _ledgers.add(self)

    def book(self, ask: Ask, now: float) -> Booked | Wait | Exhausted:
        """Book a hit, or say why not. Blocks for some 20 ms at the most."""
        try:
            return self._run(lambda connection: self._book(connection, ask, now))
        except _BusyError:
            return Wait(PATIENCE * (0.25 + self._chance()), "ledger")

    def learn(self, ask: Ask, limit: Limit, now: float) -> None:
        """Remember what a 429 said. Never fails."""
        self._note(
            "what the service said of its limits was not remembered",
            lambda connection: self._learn(connection, ask, limit, now),
        )

    def late(self, booked: Booked, now: float) -> None:
        """A send took so long that the service may have counted it as late as now: so it counts here. Never fails.

        It is moved forward, never back, and once; also into the month that has begun meanwhile. One that is forgotten
        (`KEPT`) is not brought back.
        """
        self._note(
            "that a call took long was not noted",
            lambda connection: self._late(connection, booked, now),
        )

    def quota(self, plan: Plan, now: float) -> Quota:
        """What has been used. Where there is no ledger, none is made."""
        if self._found() is None:
            return quota_of(plan, [], [], [], now)
        return self._patiently(lambda connection: self._quota(connection, plan, now))

    def close(self) -> None:
        """Give the file back. Whoever asks again opens it again."""
        with self._lock:
            self._drop()

    # what is read and written, within one transaction

    def _book(self, connection: sqlite3.Connection, ask: Ask, now: float) -> Booked | Wait | Exhausted:
        known, newest = self._known(connection, ask, now)
        if max([newest, *(each.at for each in known.told)]) > now + MARGIN:
            self._set_back(connection, now)
            known, newest = self._known(connection, ask, now)
        refused = decide(ask, known, now, self._chance())
        if refused is not None:
            return refused
        at = max(now, newest)  # whoever read the clock first may come second: order has to hold all the same
        if at // SWEPT != newest // SWEPT:
            connection.execute("DELETE FROM sends WHERE account = ? AND at <= ?", (self._account, now - KEPT))
        new = connection.execute("INSERT INTO sends (account, at) VALUES (?, ?)", (self._account, at))
        for each in sorted({month_of(at), month_of(at + MARGIN)}):
            self._count(connection, each, ask.operation, ask.method)
        return Booked(at, int(new.lastrowid or 0), ask.operation, ask.method)

    def _count(self, connection: sqlite3.Connection, month: int, operation: str, method: str) -> None:
        connection.execute(
            "INSERT INTO months (account, month, operation, method, hits) VALUES (?, ?, ?, ?, 1)"
            " ON CONFLICT (account, month, operation, method) DO UPDATE SET hits = hits + 1",
            (self._account, month, operation, method),
        )

    def _late(self, connection: sqlite3.Connection, booked: Booked, now: float) -> None:
        """Whoever has the number now and was sent later is another send. (Earlier: the clock was set back.)"""
        moved = connection.execute(
            "UPDATE sends SET at = ? WHERE rowid = ? AND account = ? AND at <= ? AND at < ?",
            (now, booked.row, self._account, booked.at, now),
        )
        if moved.rowcount and month_of(now) > month_of(booked.at + MARGIN):
            self._count(connection, month_of(now), booked.operation, booked.method)

    def _learn(self, connection: sqlite3.Connection, ask: Ask, said: Limit, now: float) -> None:
        known, _ = self._known(connection, ask, now)
        told = learned(ask, said, known.limits, known.month, now)
        if told is None:
            return
        if told.limit is None:
            held = {"minute": known.limits.minute, "month": known.limits.month}
            told = told._replace(limit=held.get(told.scope))
        connection.execute(
            "INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._account, _signature(ask.plan), *told),
        )

    def _quota(self, connection: sqlite3.Connection, plan: Plan, now: float) -> Quota:
        sends = connection.execute(
            "SELECT at FROM sends WHERE account = ? AND at > ? ORDER BY at", (self._account, now - WINDOW)
        )
        hits = connection.execute(
            "SELECT operation, method, hits FROM months WHERE account = ? AND month = ?",
            (self._account, month_of(now)),
        )
        return quota_of(
            plan, self._told(connection, plan), [at for (at,) in sends], [Hits(*row) for row in hits], now
        )

    def _told(self, connection: sqlite3.Connection, plan: Plan) -> list[Told]:
        """What was said while this plan was believed to be in force; of another plan it may not be true."""
        rows = connection.execute(
            "SELECT scope, operation, period, allowed, at, seconds FROM told WHERE account = ? AND plan = ?",
            (self._account, _signature(plan)),
        )
        return [Told(*row) for row in rows]

    def _known(self, connection: sqlite3.Connection, ask: Ask, now: float) -> tuple[Known, float]:
        """What a decision is made on, and when the newest send was made.

        In one statement: every call pays for it, and each statement has its price.
        """
        told = self._told(connection, ask.plan)
        limits = limits_of(ask.plan, ask.operation, ask.method, told, now)
        places = room(limits.minute, ask.reserve)
        limited, newer = (0, 0) if places is None else (1, places - 1)
        month, writes, newest, blocking = connection.execute(
            _STATE,
            (
                ask.operation,
                ask.method,
                self._account,
                self._account,
                now - WINDOW,
                limited,
                newer,
                self._account,
                month_of(now),
            ),
        ).fetchone()
        return Known(limits, told, int(month), int(writes), blocking), newest or 0.0

    def _set_back(self, connection: sqlite3.Connection, now: float) -> None:
        """The clock was set back: what lies in the future is taken to be of now, once.

        Hits of months to come stay there, too: perhaps it is now that the clock is wrong.
        """
        connection.execute("UPDATE sends SET at = ? WHERE account = ? AND at > ?", (now, self._account, now))
        connection.execute("UPDATE told SET at = ? WHERE account = ? AND at > ?", (now, self._account, now))
        future = (self._account, month_of(now + MARGIN))
        connection.execute(
            "INSERT INTO months (account, month, operation, method, hits)"
            " SELECT account, ?, operation, method, sum(hits - carried) FROM months"
            " WHERE account = ? AND month > ? GROUP BY account, operation, method"
            " ON CONFLICT (account, month, operation, method) DO UPDATE SET hits = hits + excluded.hits",
            (month_of(now), *future),
        )
        connection.execute("UPDATE months SET carried = hits WHERE account = ? AND month > ?", future)

    # the file

    def _note(self, what: str, work: Callable[[sqlite3.Connection], None]) -> None:
        """Note something of a call that was sent: whatever goes wrong, what came of the call is to be heard of."""
        try:
            self._patiently(work)
        except Exception as error:
            _log.warning("%s: %s", what, error)

    def _patiently(self, work: Callable[[sqlite3.Connection], T]) -> T:
        for _ in range(ATTEMPTS):
            try:
                return self._run(work)
            except _BusyError:
                continue
        msg = f"The ledger of calls, {self._path}, is held by another process. Find out which one hangs, and end it."
        raise ConfigurationError(msg)

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it in a transaction that nobody else's comes between."""
        with self._lock:
            try:
                return self._attempt(work)
            except _DamagedError as error:
                self._set_aside(error)
            try:
                return self._attempt(work)
            except _DamagedError as error:
                raise self._unusable(str(error)) from error

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._opened()
        try:
            connection.execute("BEGIN IMMEDIATE")
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
            return _BusyError()
        self._drop()
        missing = code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table: ")
        if code in _DAMAGE or missing or isinstance(error, UnicodeDecodeError):
            return _DamagedError(str(error))
        return self._unusable(str(error))

    def _unusable(self, why: object) -> ConfigurationError:
        return ConfigurationError(
            f"The ledger of calls, {self._path}, cannot be used: {why}. Nothing is sent that cannot be counted: "
            f"free some space, make the folder writable, or set ENPHASE_HOME to another folder."
        )

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
                timeout=PATIENCE,
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
        connection.execute("PRAGMA synchronous = NORMAL")
        version = self._version(connection)
        if version == 0:
            connection.execute("BEGIN IMMEDIATE")
            if self._version(connection) == 0:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        elif version > VERSION:
            msg = (
                f"The ledger of calls, {self._path}, was written by a newer version of enphase-cloud. "
                f"Upgrade this one, or set ENPHASE_HOME to another folder."
            )
            raise ConfigurationError(msg)
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _DamagedError(verdict)

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    def _set_aside(self, why: _DamagedError) -> None:
        """Give the damaged file another name, once for all processes that found the damage."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - for the rare case only

        damaged = self._identity
        try:
            with FileLock(f"{self._path}.lock", blocking=False, mode=0o600):
                if self._found() == damaged:
                    self._look_again()
                    self._move(why)
        except Timeout:
            raise _BusyError from None
        except OSError as error:
            raise self._unusable(error.strerror) from error

    def _look_again(self) -> None:
        """Do not call damaged what a newer version has changed since it was opened, or is changing now."""
        try:
            with suppress(_DamagedError):
                self._opened()
        finally:
            self._drop()

    def _move(self, why: _DamagedError) -> None:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.damaged-{number}")).exists():
            number += 1
        for suffix in ("-wal", "-shm", ""):  # the file itself last: a new one must not find the old one's log
            source = self._path.with_name(self._path.name + suffix)
            if source.exists():
                source.rename(aside.with_name(aside.name + suffix))
        _log.warning(
            "the ledger of calls was damaged (%s) and is begun anew; the damaged one is now %s", why, aside
        )

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def ledger_of(home: Path, base_url: str, api_key: Secret, chance: Callable[[], float]) -> Ledger:
    """The ledger that a home keeps of a key."""
    return Ledger(home / "ledger.sqlite3", account(base_url, api_key), chance)


def _signature(plan: Plan) -> str:
    return f"{plan.name} {plan.per_minute} {plan.per_month} {plan.writes_per_month}"


_creating = threading.Lock()
_ledgers: WeakSet[Ledger] = WeakSet()
_held: list[Ledger] = []
_forking = threading.Lock()
"""Two threads may fork at the same moment, and each waits for threads that work: for one after the other."""


def _before_fork() -> None:
    """Let every thread finish, and close every file: SQLite must not take a connection through a fork."""
    _forking.acquire()
    _held.extend(_ledgers)
    for ledger in _held:
        ledger._lock.acquire()
        ledger._drop()
    _creating.acquire()


def _after_fork() -> None:
    _creating.release()
    for ledger in _held:
        ledger._lock.release()
    _held.clear()
    _forking.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no forks
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
