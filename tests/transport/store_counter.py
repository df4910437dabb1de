"""A process of which each thread counts up in the profile, under the lock: HOME THREADS TIMES."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from enphase_cloud.transport.store import open_store


def count_up(home: Path, times: int) -> None:
    store = open_store("file", home, "default")
    while times:
        lock = store.try_lock()
        if lock is None:
            store.load()  # as those do who wait for another's new token; and it is whole
            os.sched_yield()
            continue
        with lock:
            profile = store.load()
            assert profile is not None
            assert profile.systems is not None
            store.save(replace(profile, systems=(profile.systems[0] + 1,)))
        times -= 1


if __name__ == "__main__":
    with ThreadPoolExecutor() as threads:
        for counted in [
            threads.submit(count_up, Path(sys.argv[1]), int(sys.argv[3])) for _ in range(int(sys.argv[2]))
        ]:
            counted.result()
