"""Two threads that fork again and again, with a ledger open: run as a process of its own, which has to end."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from enphase_cloud import Plan, Reserve
from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.quota import Ask

ASK = Ask("getSystemSummary", "GET", Plan(), Reserve())


def fork_often(ledger: Ledger) -> None:
    for _ in range(60):
        ledger.book(ASK, time.time())
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)


def main() -> None:
    ledgers = [
        Ledger(Path(sys.argv[1]) / "ledger.sqlite3", f"account {number}", lambda: 0.5) for number in range(2)
    ]
    threads = [threading.Thread(target=fork_often, args=[ledger]) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()


if __name__ == "__main__":
    main()
