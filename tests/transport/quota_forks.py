"""Forks while threads book: `python quota_forks.py LEDGER CHILDREN`. Prints how many hits were booked by all."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.plan import UNLIMITED, Reserve
from enphase_cloud.transport.quota import Ask, Booked

ASK = Ask("getSystemSummary", "GET", UNLIMITED, Reserve())
NOW = 1_782_000_000.0


def book(ledger: Ledger) -> None:
    """Book one hit, however busy the others are."""
    while not isinstance(ledger.book(ASK, NOW), Booked):
        pass


def child(ledger: Ledger) -> int:
    """A process forked from one whose threads are in the middle of it."""
    pid = os.fork()
    if pid == 0:
        book(ledger)
        os._exit(0)
    return pid


def main() -> None:
    ledger = Ledger(Path(sys.argv[1]), "somebody", lambda: 0.5)
    booked = [0, 0]
    done = threading.Event()

    def busy(index: int) -> None:
        while not done.is_set():
            book(ledger)
            booked[index] += 1

    threads = [threading.Thread(target=busy, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    children = [child(ledger) for _ in range(int(sys.argv[2]))]
    good = [os.waitpid(pid, 0)[1] for pid in children].count(0)
    done.set()
    for thread in threads:
        thread.join()
    book(ledger)
    print(good + sum(booked) + 1)
    ledger.close()


if __name__ == "__main__":
    main()
