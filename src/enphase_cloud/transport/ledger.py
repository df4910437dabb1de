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
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

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
from .sqlite_file import BusyError, SqliteFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..errors import Limit
    from .plan import Plan, Quota
    from .quota import Ask
    from .secret import Secret

KEPT = 180.0
"""Seconds after which a send is forgotten. A call takes 120 s at the most, as long as nobody allows for more: whether
it came late is known before."""
SWEPT = 10.0
"""Seconds for which those that can be forgotten gather, and are forgotten at once."""

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

_log = logging.getLogger("enphase_cloud.transport")


def account(base_url: str, api_key: Secret) -> str:
    """What a key's hits stand under: a digest of the service's origin and the key, which tells neither."""
    parts = urlsplit(base_url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    origin = f"{parts.scheme}://{parts.hostname}:{port}\0".encode()
    return hashlib.sha256(origin + api_key.reveal().encode()).hexdigest()[:32]


class Ledger(SqliteFile):
    """The hits of one key. A SqliteFile.

    Times are epoch seconds. What cannot be booked because the file cannot be written is a ConfigurationError:
    nothing is sent that is not counted.
    """

    label: ClassVar[str] = "the ledger of calls"
    advice: ClassVar[str] = (
        "Nothing is sent that cannot be counted: free some space, make the folder writable, or set ENPHASE_HOME to "
        "another folder."
    )
    migrations: ClassVar[Sequence[str]] = (_SCHEMA,)

    def __init__(self, path: Path, account: str, chance: Callable[[], float]) -> None:
        """`chance` gives numbers from [0, 1): who waits for the same is spread by it."""
        super().__init__(path)
        self._account = account
        self._chance = chance

    def book(self, ask: Ask, now: float) -> Booked | Wait | Exhausted:
        """Book a hit, or say why not. Blocks for some 20 ms at the most."""
        try:
            return self._run(lambda connection: self._book(connection, ask, now))
        except BusyError:
            return Wait(self.patience * (0.25 + self._chance()), "ledger")

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

    def _note(self, what: str, work: Callable[[sqlite3.Connection], None]) -> None:
        """Note something of a call that was sent: whatever goes wrong, what came of the call is to be heard of."""
        try:
            self._patiently(work)
        except Exception as error:
            _log.warning("%s: %s", what, error)


def ledger_of(home: Path, base_url: str, api_key: Secret, chance: Callable[[], float]) -> Ledger:
    """The ledger that a home keeps of a key."""
    return Ledger(home / "ledger.sqlite3", account(base_url, api_key), chance)


def _signature(plan: Plan) -> str:
    return f"{plan.name} {plan.per_minute} {plan.per_month} {plan.writes_per_month}"
