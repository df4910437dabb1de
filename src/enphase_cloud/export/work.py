"""Files that appear when they are whole: they are made in a folder beside their place, and moved there.

The folder has a lock that dies with the process that made it, so that the next one can tell what a dead run has left,
and clear it away.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import filelock

from ..transport.lock import sync_folder

if TYPE_CHECKING:
    from types import TracebackType

_LOCK = "lock"
_LONGEST = 200
"""Bytes of a name that still fits where something is put before and after it: 255 is what most disks take."""


class Unreadable(Exception):
    """What was written the last time cannot be gone on with. It is written anew, and this says why."""


class Workshop:
    """Where files are made that belong into `folder`. A context manager; OSError where nothing can be written."""

    def __init__(self, folder: Path, name: str) -> None:
        """`name`: what is made here; nothing else of that name is cleared away."""
        self._place = folder
        size = len(os.fsencode(name))
        self._prefix = f".{name if size <= _LONGEST else hashlib.sha256(os.fsencode(name)).hexdigest()}."
        self._held: filelock.BaseFileLock | None = None
        self.folder = folder

    def __enter__(self) -> Self:
        self._clear()
        while self._held is None:
            self.folder = self._place / f"{self._prefix}{secrets.token_hex(4)}.tmp"
            self.folder.mkdir()
            with suppress(filelock.Timeout):
                held = _lock(self.folder)
                if self.folder.is_dir():  # else somebody took it for left, before it was locked
                    self._held = held
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held is not None:
            self._held.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name: str) -> Path:
        """A place for a file that is being made."""
        return self.folder / name

    def put(self, made: Path, target: Path) -> None:
        """Move a file to its place, for good: it survives a loss of power from here on."""
        with made.open("rb") as stream:
            os.fsync(stream.fileno())
        if target.is_file():
            shutil.copymode(target, made)
        made.replace(target)
        sync_folder(target.parent)

    def _clear(self) -> None:
        """Take away what dead runs have left."""
        for left in self._place.iterdir():
            if not (
                left.name.startswith(self._prefix) and left.name.endswith(".tmp") and (left / _LOCK).is_file()
            ):
                continue
            with suppress(filelock.Timeout, OSError):
                _lock(left).release()
                shutil.rmtree(left, ignore_errors=True)


def checked_place(path: Path) -> None:
    """OSError where no file can stand."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is a pipe or a device, and no file", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))


def _lock(folder: Path) -> filelock.BaseFileLock:
    lock = filelock.FileLock(folder / _LOCK, blocking=False, thread_local=False, is_singleton=False)
    lock.acquire()
    return lock
