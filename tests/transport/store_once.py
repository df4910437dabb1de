"""Saves the second of two grants, once: HOME. Exit 0: it is kept. 3: it is known not to be."""

from __future__ import annotations

import sys
from pathlib import Path

from enphase_cloud.errors import ConfigurationError
from enphase_cloud.transport.store import open_store

from .store_samples import profile

if __name__ == "__main__":
    store = open_store("file", Path(sys.argv[1]), "default")
    try:
        lock = store.try_lock()
        if lock is None:
            sys.exit(3)
        with lock:
            store.save(profile(1))
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
