"""What a booking costs, alone and among other processes. Every call of the client pays for one before it is sent."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.peers import ROOT
from benchmarks.tables import OURS, Row, Table
from enphase_cloud.errors import Limit
from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.plan import Plan, Reserve
from enphase_cloud.transport.quota import Ask, Booked, Wait

NOW = 1_782_000_000.0
BOOKINGS = 2_000
OTHERS = 3
OPERATIONS = 40
"""So many have been used this month."""


def ask(plan: Plan, index: int = 0) -> Ask:
    return Ask(f"operation{index % OPERATIONS}", "GET", plan, Reserve())


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def ledger_of(path: Path) -> Ledger:
    return Ledger(path, "somebody", lambda: 0.5)


def bookings(path: Path, plan: Plan) -> list[float]:
    """How long each took, with a full window, a month of many operations, and a limit that was told."""
    ledger, now, took = ledger_of(path), NOW, []
    ledger.learn(ask(plan), Limit("minute", plan.per_minute, None, NOW), NOW)
    pace = 62.001 / (plan.per_minute or 1000)
    for index in range(BOOKINGS):
        now += pace
        asked, at = ask(plan, index), now
        began = time.perf_counter()
        decision = ledger.book(asked, at)
        took.append((time.perf_counter() - began) * 1000)
        assert isinstance(decision, Booked), decision
    ledger.close()
    return took


def waits(path: Path, plan: Plan) -> list[float]:
    """How long it takes to be told to wait."""
    ledger = ledger_of(path)
    while isinstance(ledger.book(ask(plan), NOW), Booked):
        pass
    took = [milliseconds(lambda: ledger.book(ask(plan), NOW)) for _ in range(BOOKINGS)]
    ledger.close()
    return took


def openings(path: Path) -> list[float]:
    """How long the first booking of a process takes, another having the file open."""
    other, took = ledger_of(path), []
    other.book(ask(Plan()), NOW)
    for _ in range(100):
        ledger = ledger_of(path)
        took.append(milliseconds(partial(ledger.book, ask(Plan()), NOW)))
        ledger.close()
    other.close()
    return took


def among_others(path: Path) -> list[float]:
    """Bookings while other processes book as fast as they can; those who have to come again do so at once."""
    command = [sys.executable, "-m", "benchmarks.ledger", str(path)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(OTHERS)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    ledger = ledger_of(path)

    def book() -> None:
        while isinstance(ledger.book(ask(Plan()), NOW), Wait):
            pass

    took = [milliseconds(book) for _ in range(BOOKINGS)]
    ledger.close()
    for process in processes:
        process.kill()
        process.communicate()
    return took


def book_for_ever(path: Path) -> None:
    ledger = ledger_of(path)
    ledger.book(ask(Plan()), NOW)
    print(flush=True)
    now = NOW
    while True:
        now += 0.01
        ledger.book(ask(Plan()), now)


def bare(path: Path) -> list[float]:
    """What SQLite takes for a transaction of one row, opened as the ledger is: there is no booking below that."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE sends (account TEXT, at REAL)")

    def insert() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO sends VALUES ('somebody', ?)", (NOW,))
        connection.execute("COMMIT")

    took = [milliseconds(insert) for _ in range(BOOKINGS)]
    connection.close()
    return took


def percentile_99(took: list[float]) -> float:
    return statistics.quantiles(took, n=100)[98]


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        floor = bare(home / "bare")
        cases: list[tuple[str, list[float], float | None]] = [
            ("a booking, 10 a minute", bookings(home / "10", Plan(per_minute=10, per_month=10**6)), 0.5),
            ("a booking, 300 a minute", bookings(home / "300", Plan.named("partner")), 0.5),
            ("a booking, no limit known", bookings(home / "none", Plan()), 0.5),
            ("to be told to wait, 300 a minute", waits(home / "wait", Plan.named("partner")), None),
            (f"a booking while {OTHERS} processes book all the time", among_others(home / "others"), None),
            ("the first booking of a process", openings(home / "first"), None),
        ]
    rows = []
    for what, took, goal in cases:
        median = {OURS: statistics.median(took), "bare sqlite3": statistics.median(floor)}
        slowest = {OURS: percentile_99(took), "bare sqlite3": percentile_99(floor)}
        rows += [
            Row(f"{what}: median", median, "ms", goal=goal, digits=3),
            Row(f"{what}: 99 of 100 within", slowest, "ms", digits=3),
        ]
    yield Table(
        "The ledger of calls",
        f"{BOOKINGS:,} bookings each, on a local disk, of a month in which {OPERATIONS} operations were used. Beside"
        " them a transaction of SQLite that writes one row, opened as the ledger is.",
        rows,
    )


if __name__ == "__main__":  # one of the others
    book_for_ever(Path(sys.argv[1]))
