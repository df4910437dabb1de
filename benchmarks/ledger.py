"""What a booking costs, measured: the ledger on a local disk, alone and among others.

Run it with `make bench`. Every call of the client pays for one booking before it is sent.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

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
    commands = [[sys.executable, __file__, "book", str(path)] for _ in range(OTHERS)]
    processes = [subprocess.Popen(each, stdout=subprocess.PIPE, text=True) for each in commands]
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


def main() -> None:
    if sys.argv[1:2] == ["book"]:
        book_for_ever(Path(sys.argv[2]))
    print(f"\nledger, {BOOKINGS:,} bookings")
    print(f"{'what, ms':<60}{'median':>8}{'99%':>8}{'at most':>9}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rows = [
            ("booking, 10 a minute", bookings(home / "10", Plan(per_minute=10, per_month=10**6)), "0.5"),
            ("booking, 300 a minute", bookings(home / "300", Plan.named("partner")), "0.5"),
            ("booking, no limit known", bookings(home / "none", Plan()), "0.5"),
            ("being told to wait, 300 a minute", waits(home / "wait", Plan.named("partner")), ""),
            (f"booking, {OTHERS} processes book all the time", among_others(home / "others"), ""),
            ("first booking of a process", openings(home / "first"), ""),
        ]
    for what, took, goal in rows:
        print(
            f"{what:<60}{statistics.median(took):>8.3f}{statistics.quantiles(took, n=100)[98]:>8.3f}{goal:>9}"
        )


if __name__ == "__main__":
    main()
