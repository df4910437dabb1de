"""One sync at a time for an archive: two would pay for the same."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from .._time import aware
from ..errors import SyncRunning
from ..transport.lock import take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "sync"
NOTE = "sync.json"


@contextmanager
def held(home: Path, now: float) -> Iterator[None]:
    """Hold the archive of a home for a sync. SyncRunning where another one does.

    The lock is the system's: a process that was killed holds it no more. The note beside it is only for people.
    """
    lock = take(home, LOCK)
    if lock is None:
        raise _running(home)
    with lock:
        note = home / NOTE
        with suppress(OSError):
            note.write_text(json.dumps({"pid": os.getpid(), "since": int(now)}))
        try:
            yield
        finally:
            with suppress(OSError):
                note.unlink()


def _running(home: Path) -> SyncRunning:
    pid = since = None
    with suppress(OSError, ValueError, TypeError, AttributeError, OverflowError):
        told = json.loads((home / NOTE).read_text())
        pid, since = int(told["pid"]), aware(int(told["since"]))
    who = "another process" if pid is None else f"process {pid}"
    when = "" if since is None else f", since {since:%Y-%m-%d %H:%M:%S} UTC"
    msg = f"a sync of this archive is running already, by {who}{when}: one at a time, so that nothing is paid twice."
    return SyncRunning(msg, pid=pid, since=since)
