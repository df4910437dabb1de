"""Sync a home in processes of its own, for as long as they are let: tests/archive/test_kills.py kills them.

python -m tests.archive.sync_once URL NOW            reads the names of homes, a line each; starts a process for each
                                                     and says its id, then `done HITS`, or why it ended
python -m tests.archive.sync_once URL NOW HOME       syncs that home, in this process, one call after the other
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime, timedelta

from enphase_cloud import ConfigurationError, Enphase, Runtime
from enphase_cloud.sync import run

SINCE = 70
"""Days of history."""


class StoppedClock(Runtime):
    """The time of the server; nobody waits."""

    def __init__(self, now: float) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        del seconds


def sync(url: str, now: int, home: str) -> str:
    """One sync."""
    with Enphase(
        api_key="any-key", access_token="any-token", base_url=url, home=home, runtime=StoppedClock(now)
    ) as enphase:
        result = enphase.sync(
            since=datetime.fromtimestamp(now, UTC) - timedelta(days=SINCE),
            series=["battery", "production_meter", "lifetime", "events"],
        )
    return f"done {result.hits} of {result.least}, {len(result.holes)} holes, {result.put_off} put off"


def children(url: str, now: int) -> None:
    """A process for each home that is read; forked, as a new interpreter takes longer than the sync."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                print(sync(url, now, line.strip()), flush=True)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        run._FEW = 1  # so that commits can be counted: strace counts for each thread
        try:
            print(sync(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
        except ConfigurationError as error:
            sys.exit(f"said: {error}")
    else:
        children(sys.argv[1], int(sys.argv[2]))
