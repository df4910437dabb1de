"""A process that takes a profile's lock, says so, and keeps it until its input ends: HOME NAME [fork].

With `fork` it has a child, which says so in its place, and which lives on when the holder is killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from enphase_cloud.transport.store import open_store

if __name__ == "__main__":
    lock = open_store("file", Path(sys.argv[1]), sys.argv[2]).try_lock()
    silent = sys.argv[3:] == ["fork"] and os.fork() != 0
    if not silent:
        print("busy" if lock is None else "held", flush=True)
    sys.stdin.read()
