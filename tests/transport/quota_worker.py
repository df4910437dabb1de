"""A process that makes calls for as long as there are any to be had.

`python quota_worker.py LEDGER CLOCK ASK SEED`. Time is virtual: CLOCK is a file with one double, which the
coordinator advances while all workers sleep. ASK is JSON with per_minute, per_month, reserve_minute and
reserve_month. Lines to the coordinator, each answered by an empty line when the process is to go on:

    sent AT            a call was sent at that moment, and reaches the service a while later
    sleep SECONDS      nothing to do until then
    until EPOCH        the month is used up
"""

from __future__ import annotations

import json
import random
import struct
import sys
from pathlib import Path

from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.plan import Plan, Reserve
from enphase_cloud.transport.quota import Ask, Booked, Wait


def main() -> None:
    _, ledger_path, clock_path, asked, seed = sys.argv
    told = json.loads(asked)
    chance = random.Random(int(seed)).random
    plan = Plan(per_minute=told["per_minute"], per_month=told["per_month"])
    reserve = Reserve(per_minute=told["reserve_minute"], per_month=told["reserve_month"])
    ask = Ask("getSystemSummary", "GET", plan, reserve)
    ledger = Ledger(Path(ledger_path), "somebody", chance)

    def say(line: str) -> None:
        print(line, flush=True)
        if not sys.stdin.readline():
            sys.exit()

    with Path(clock_path).open("rb", buffering=0) as clock:
        while True:
            clock.seek(0)
            (now,) = struct.unpack("d", clock.read(8))
            decision = ledger.book(ask, now)
            if isinstance(decision, Booked):
                say(f"sent {now!r}")
            elif isinstance(decision, Wait):
                say(f"sleep {decision.seconds!r}")
            else:
                say(f"until {decision.resets_at!r}")


if __name__ == "__main__":
    main()
