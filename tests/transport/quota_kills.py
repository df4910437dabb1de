"""Kill a booking at each call that it makes: `python quota_kills.py LEDGER`. Prints `POINTS LOST`.

After every kill the next process books at once, and the ledger holds the killed one's hit whole or not at all.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.plan import Plan, Reserve
from enphase_cloud.transport.quota import Ask, Booked

PLAN = Plan(per_minute=1_000_000, per_month=1_000_000)
ASK = Ask("getSystemSummary", "GET", PLAN, Reserve())
NOW = 1_782_000_000.0


def booking(path: Path, point: int) -> bool:
    """Book in a child that kills itself when it has come so far; whether it came to its end."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1] == 0
    left = point

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    Ledger(path, "somebody", lambda: 0.5).book(ASK, NOW)
    sys.setprofile(None)
    os._exit(0)


def main() -> None:
    path = Path(sys.argv[1])
    ledger = Ledger(path, "somebody", lambda: 0.5)
    point = lost = held = 0
    survived = False
    while not survived:
        point += 1
        survived = booking(path, point)
        assert isinstance(ledger.book(ASK, NOW), Booked)
        minute, month = ledger.quota(PLAN, NOW).minute.used, ledger.quota(PLAN, NOW).month.used
        assert minute == month
        assert month - held in (1, 2)
        lost += month - held == 2 and not survived
        held = month
        if point % 2:
            ledger.close()  # the other half of the children find the files that an open ledger has
    print(point, lost)


if __name__ == "__main__":
    main()
