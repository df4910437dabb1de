"""A grant in the system's keyring (macOS Keychain, Secret Service, Windows Credential Manager): the extra `keyring`.

The value is the JSON that the file store writes. The lock is the file store's, as keyrings have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..errors import ConfigurationError
from . import kept
from .lock import take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyring.backend import KeyringBackend

    from .grant import Profile
    from .lock import Held

SERVICE = "enphase-cloud"
_FILE_INSTEAD = "or keep grants in files: ENPHASE_STORE=file"
_T = TypeVar("_T")


class KeyringStore:
    """The entry `enphase-cloud` / NAME of the keyring that the package `keyring` chooses."""

    def __init__(self, folder: Path, profile: str) -> None:
        self._folder = folder
        self._profile = profile
        self._backend = _backend()

    @property
    def name(self) -> str:
        return self._profile

    @property
    def place(self) -> str:
        return f"the keyring entry {SERVICE} / {self._profile}"

    def load(self) -> Profile | None:
        found = self._look()
        if isinstance(found, kept.Problem):
            again = f"`enphase login --replace --profile {self._profile}`"
            msg = f"{self.place} {found.words}. To begin anew, run {again}."
            raise ConfigurationError(msg)
        return None if found is None else found.profile

    def save(self, profile: Profile) -> None:
        found = self._look()
        before = found if isinstance(found, kept.Kept) else None
        self._ask(
            "written; the new tokens are not stored",
            lambda: self._backend.set_password(
                SERVICE, self._profile, kept.compose(profile, before).decode()
            ),
        )
        # Some keyrings keep nothing and say nothing, or cut what is too long for them.
        found = self._look()
        if not isinstance(found, kept.Kept) or found.profile != profile:
            msg = (
                f"{self.place} does not keep what is written; the new tokens are not stored. "
                f"Choose another keyring, {_FILE_INSTEAD}."
            )
            raise ConfigurationError(msg)

    def delete(self) -> bool:
        if self._ask("read", lambda: self._backend.get_password(SERVICE, self._profile) is None):
            return False
        self._ask("removed", lambda: self._backend.delete_password(SERVICE, self._profile))
        return True

    def try_lock(self) -> Held | None:
        return take(self._folder, self._profile)

    def _look(self) -> kept.Kept | kept.Problem | None:
        return self._ask("read", self._entry)

    def _entry(self) -> kept.Kept | kept.Problem | None:
        text = self._backend.get_password(SERVICE, self._profile)
        return None if text is None else kept.parse(text)

    def _ask(self, done: str, act: Callable[[], _T]) -> _T:
        """Have the keyring do something. Its errors may repeat what it was given: only their kind is told."""
        try:
            return act()
        except Exception as error:
            kind = type(error).__name__
        name = type(self._backend).__module__
        msg = f"{self.place} cannot be {done}: {kind} from {name}. Unlock the keyring, {_FILE_INSTEAD}."
        raise ConfigurationError(msg)


def _backend() -> KeyringBackend:
    try:
        import keyring  # noqa: PLC0415 - an extra
        from keyring.backends import fail, null  # noqa: PLC0415 - an extra

        backend = keyring.get_keyring()
        usable = not isinstance(backend, fail.Keyring | null.Keyring)
    except ModuleNotFoundError as error:
        if error.name == "keyring":
            wrong = "grants can be kept in a keyring with the extra `keyring`: pip install 'enphase-cloud[keyring]'"
        else:
            wrong = f"the keyring that is configured needs the package {error.name}: install it"
    except Exception as error:
        wrong = f"the keyring cannot be opened: {type(error).__name__}. Look at its configuration"
    else:
        if usable:
            return backend
        wrong = f"there is no keyring to keep grants in ({type(backend).__module__}): set one up"
    msg = f"{wrong}, {_FILE_INSTEAD}."
    raise ConfigurationError(msg)
