"""Where grants are kept: one file for each profile, or the system's keyring.

A grant is worth the owner's consent, so a file of it is whole at every moment (old or new, never half), open to
its owner alone from the moment it exists, and used only while it still is.

What a crash can leave:

| killed | the profile's file | beside it |
|---|---|---|
| before the new file is renamed | the old one | `.NAME.json.new`, until somebody takes the lock |
| after | the new one | nothing |
"""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from contextlib import suppress
from stat import S_ISREG
from typing import TYPE_CHECKING, Protocol

from ..errors import ConfigurationError
from . import kept
from .lock import ELSEWHERE, complaint, folder_complaint, reason, sync_folder, take

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from .grant import Profile

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FLAGS = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY"))
# A pipe in a file's place is opened at once, and then refused, in place of waiting for somebody to write to it.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_IS_LINK = {errno.ELOOP, errno.EMLINK}

_log = logging.getLogger(__name__)


class Lock(Protocol):
    """Held until it is released, or the process ends. A context manager; releasing twice is harmless."""

    def release(self) -> None: ...

    def __enter__(self) -> Lock: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Store(Protocol):
    """One profile's place. Errors are ConfigurationErrors, and show nothing of what is kept."""

    @property
    def name(self) -> str:
        """Of the profile."""

    @property
    def place(self) -> str:
        """How messages call it."""

    def load(self) -> Profile | None:
        """What is kept; None: nothing. ConfigurationError where it cannot be read, or must not be used."""

    def save(self, profile: Profile) -> None:
        """Keep it. Only while the lock is held. Where this fails, what was kept before is kept still."""

    def delete(self) -> bool:
        """Forget it. Only while the lock is held. False: there was nothing."""

    def try_lock(self) -> Lock | None:
        """Take the lock, without ever waiting for it. None: another process or thread holds it."""


def open_store(kind: str, home: Path, profile: str) -> Store:
    """The place of a profile: `file` or `keyring`. Nothing is made or read yet.

    The keyring's lock, too, is a file in `home`. ConfigurationError for a name that a file cannot have.
    """
    if not isinstance(profile, str) or not _NAME.fullmatch(profile):
        msg = (
            f"{profile!r} cannot be the name of a profile: up to 64 letters, digits, '.', '_' and '-' can, "
            "beginning with a letter or a digit."
        )
        raise ConfigurationError(msg)
    if kind == "file":
        return FileStore(_folder(home), profile)
    if kind == "keyring":
        from .keyring_store import KeyringStore  # noqa: PLC0415 - an extra that few have

        return KeyringStore(_folder(home), profile)
    msg = f"{kind!r} is no store. There are: file, keyring."
    raise ConfigurationError(msg)


def profiles(home: Path) -> list[str]:
    """Names of the profiles that have a file, sorted. Those in a keyring are not listed: keyrings cannot."""
    folder = _folder(home)
    try:
        names = [path.name.removesuffix(".json") for path in folder.iterdir() if path.name.endswith(".json")]
    except FileNotFoundError:
        return []
    except OSError as error:
        wrong = f"cannot list {folder}: {reason(error)}. Make it readable for you, or {ELSEWHERE}."
    else:
        return sorted(filter(_NAME.fullmatch, names))
    raise ConfigurationError(wrong)


def _folder(home: Path) -> Path:
    # Absolute: a program that changes its folder still means the same grant.
    return home.absolute() / "profiles"


class FileStore:
    """`home/profiles/NAME.json`: 0600, in a folder 0700."""

    def __init__(self, folder: Path, profile: str) -> None:
        self._folder = folder
        self._profile = profile
        self._path = folder / f"{profile}.json"
        self._new = folder / f".{profile}.json.new"

    @property
    def name(self) -> str:
        return self._profile

    @property
    def place(self) -> str:
        return str(self._path)

    def load(self) -> Profile | None:
        self._clean_up()
        found = self._look()
        if isinstance(found, kept.Problem):
            raise ConfigurationError(found.words)
        return None if found is None else found.profile

    def save(self, profile: Profile) -> None:
        self._sweep()
        # In one expression: no frame that an error passes through has the text in a variable.
        wrong = self._replace(memoryview(kept.compose(profile, self._before())))
        if wrong is not None:
            raise ConfigurationError(wrong)

    def delete(self) -> bool:
        self._sweep()
        try:
            self._path.unlink()
            sync_folder(self._folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            wrong = f"cannot remove {self._path}: {reason(error)}."
        else:
            return True
        raise ConfigurationError(wrong)

    def try_lock(self) -> Lock | None:
        lock = take(self._folder, self._profile)
        if lock is not None:
            self._sweep()
        return lock

    def _clean_up(self) -> None:
        """Remove what a killed writer left: whoever gets the lock does, as nobody can be writing then."""
        if os.path.lexists(self._new):
            with suppress(ConfigurationError):  # for reading nobody needs the lock
                lock = self.try_lock()
                if lock is not None:
                    lock.release()

    def _sweep(self) -> None:
        try:
            self._new.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("cannot remove %s, which may hold tokens: %s", self._new, reason(error))

    def _before(self) -> kept.Kept | None:
        found = self._look()
        return found if isinstance(found, kept.Kept) else None

    def _look(self) -> kept.Kept | kept.Problem | None:
        """What is there. Problems are values here: see `kept`."""
        try:
            wrong = folder_complaint(self._folder)
            if wrong is not None:
                return kept.Problem(wrong)
            file = os.open(self._path, os.O_RDONLY | _AT_ONCE | _FLAGS)
            try:
                return self._content(file)
            finally:
                os.close(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _IS_LINK:
                return self._problem("is a symbolic link, not a file. Move it away, and")
            return kept.Problem(
                f"cannot read {self._path}: {reason(error)}. Make it readable for you; or, to begin anew, "
                f"run {self._advice}."
            )

    def _content(self, file: int) -> kept.Kept | kept.Problem:
        """Of an open file: what is checked and what is read are the same, whatever others do to the name."""
        info = os.fstat(file)
        if not S_ISREG(info.st_mode):
            return self._problem("is not a file. Move it away, and")
        wrong = complaint(self._path, info, others=0o077, mode="600")
        if wrong is not None:
            return kept.Problem(wrong)
        if info.st_size > kept.LARGEST:
            return self._problem("is too large to be a profile. Move it away, and")
        with os.fdopen(file, "rb", closefd=False) as reader:
            found = kept.parse(reader.read(kept.LARGEST))
        return self._problem(f"{found.words}. To begin anew,") if isinstance(found, kept.Problem) else found

    def _problem(self, words: str) -> kept.Problem:
        return kept.Problem(f"{self._path} {words} run {self._advice}.")

    @property
    def _advice(self) -> str:
        return f"`enphase login --replace --profile {self._profile}`"

    def _replace(self, data: memoryview) -> str | None:
        """Put new content in the place of the old, or say why not. (A view shows nothing in a traceback.)"""
        try:
            self._write(data)
            self._new.replace(self._path)
            sync_folder(self._folder)
        except OSError as error:
            return (
                f"cannot write {self._path}: {reason(error)}; the new tokens are not stored. "
                f"Free some space, make the folder writable for you, or {ELSEWHERE}."
            )
        finally:
            self._sweep()
        return None

    def _write(self, data: memoryview) -> None:
        file = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
        try:
            if sys.platform != "win32":
                os.fchmod(file, 0o600)  # whatever the umask took away
            while data:
                data = data[os.write(file, data) :]
            os.fsync(file)
        finally:
            os.close(file)
