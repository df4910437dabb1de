"""Children that save two grants in turn as fast as they can, and are killed: HOME.

For each line of the input (seconds to live, from the first save on) one child lives and dies, and `dead` is
answered. They are forked, so that they begin with everything loaded.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path
from typing import NoReturn

from enphase_cloud.transport.store import open_store

from .store_samples import profile


def save_for_ever(home: Path, tell: int) -> NoReturn:
    store = open_store("file", home, "default")
    pair = (profile(0), profile(1))
    serial = 0
    while True:
        lock = store.try_lock()
        assert lock is not None
        with lock:
            store.save(pair[serial % 2])
        if not serial:
            os.write(tell, b"!")
        serial += 1


def live_and_die(home: Path, seconds: float) -> None:
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        save_for_ever(home, tell)
    assert os.read(told, 1) == b"!"
    select.select([told], [], [], seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(told)
    os.close(tell)


if __name__ == "__main__":
    for line in sys.stdin:
        live_and_die(Path(sys.argv[1]), float(line))
        print("dead", flush=True)
