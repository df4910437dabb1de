"""Folders that are their owner's alone, and the lock that one process or thread at a time holds on a profile."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from contextlib import suppress
from itertools import takewhile
from stat import S_IMODE
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from filelock import BaseFileLock

_NOT_FOR_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
ELSEWHERE = "set ENPHASE_HOME to a folder that can be used, on a disk of this machine"


class Held:
    """A lock that is held, until it is released or the process ends, however it ends."""

    def __init__(self, lock: BaseFileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let others have it. A second time is harmless."""
        # What the system does not unlock, it unlocks when the descriptor closes: with this object, at the latest.
        with suppress(OSError):
            self._lock.release()

    def __enter__(self) -> Held:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def take(folder: Path, profile: str) -> Held | None:
    """Take the lock of a profile, making the folder where there is none; None where somebody else holds it.

    Never waits. ConfigurationError where it cannot be taken at all.
    """
    import filelock  # noqa: PLC0415 - loaded where a grant is used, and not before

    # Named by system, as `FileLock` can be a soft one: the mere existence of a file, which nobody removes for a
    # holder that was killed. `fallback_to_soft` is off for the same reason: rather an error than such a lock.
    kind = filelock.WindowsFileLock if sys.platform == "win32" else filelock.UnixFileLock
    path = folder / f".{profile}.lock"
    try:
        make_folder(folder)
        wrong = folder_complaint(folder)
        if wrong is None:
            # An object for each holder, each with a descriptor of its own: so threads exclude each other, too.
            lock = kind(
                path,
                mode=0o600,
                blocking=False,
                thread_local=False,
                is_singleton=False,
                fallback_to_soft=False,
            )
            lock.acquire()
            return Held(lock)
    except filelock.Timeout:
        return None
    except OSError as error:
        wrong = f"cannot lock {path}: {reason(error)}. Make it writable for you, or {ELSEWHERE}."
    raise ConfigurationError(wrong)


def make_folder(folder: Path) -> None:
    """Make a folder that is its owner's alone, and in the same way those above it that are missing.

    What is there stays as it is, whatever it is.
    """
    # Not with `parents`: those would be as open as the umask lets them be.
    missing = list(takewhile(lambda each: not each.exists(), (folder, *folder.parents)))
    for each in reversed(missing):
        with suppress(FileExistsError):  # somebody else was faster
            each.mkdir(mode=0o700)
            each.chmod(0o700)  # whatever the umask took away


def folder_complaint(folder: Path) -> str | None:
    """What has to be put right before secrets are kept in this folder."""
    return complaint(folder, folder.stat(), others=0o022, mode="700")


def complaint(path: Path, found: os.stat_result, *, others: int, mode: str) -> str | None:
    """What has to be put right before this file or folder is used: whose it is, and what `others` may do.

    Windows keeps this by other means (a user's folders are the user's alone): nothing is said there.
    """
    if sys.platform == "win32":
        return None
    named = shlex.quote(str(path))
    me = os.geteuid()
    if found.st_uid != me:
        return (
            f"{path} belongs to user {found.st_uid}, and you are user {me}: "
            f"use it as that user, or run `sudo chown {me} {named}`."
        )
    if S_IMODE(found.st_mode) & others:
        return f"{path} is open to other users of this machine: run `chmod {mode} {named}`."
    return None


def sync_folder(folder: Path) -> None:
    """Have the disk know of a rename, where the system lets folders be synchronised."""
    if sys.platform == "win32":
        return
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise
    finally:
        os.close(file)


def reason(error: OSError) -> str:
    """Why the system refused, in its own words."""
    return error.strerror or type(error).__name__
