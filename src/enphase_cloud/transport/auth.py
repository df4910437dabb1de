"""Who asks: the application's key and the owner's access token, and how neither is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol

from . import redact
from .secret import Hider

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from .secret import Secret
    from .tokens import Tokens


class Credentials(NamedTuple):
    """What signs a call."""

    api_key: Secret
    access_token: Secret
    obtained_at: float
    """Epoch seconds at which the token was asked for; 0 where nobody knows."""

    def sign(self, headers: MutableMapping[str, str]) -> None:
        """Put them into the headers of a request, where no URL and no log shows them."""
        headers["Authorization"] = f"Bearer {self.access_token.reveal()}"
        headers["key"] = self.api_key.reveal()


class Auth(Protocol):
    """Where credentials come from.

    | the caller | asks |
    |---|---|
    | is about to send | `ready()`, and where that has none, `obtain()` |
    | was answered 401 | `obtain(rejected=...)`: other credentials, or the same where there are no others |
    """

    def ready(self) -> Credentials | None:
        """Credentials that are good for a while; None where they have to be obtained. Never waits."""

    def obtain(self, rejected: Credentials | None = None) -> Credentials:
        """Credentials, new ones where there can be. May wait, and call the token endpoint. EnphaseErrors."""

    def hide(self, text: str) -> str:
        """A text without any credential that was ever in use here."""


class StaticAuth:
    """An API key and an access token that stay as they are."""

    def __init__(self, api_key: Secret, access_token: Secret) -> None:
        self._credentials = Credentials(api_key, access_token, obtained_at=0)
        self._hider = Hider(self._credentials[:2])
        redact.watch(self)

    def ready(self) -> Credentials:
        return self._credentials

    def obtain(self, rejected: Credentials | None = None) -> Credentials:
        """The same as ever: nobody said how to get others."""
        del rejected
        return self._credentials

    def hide(self, text: str) -> str:
        return self._hider(text)

    def __reduce__(self) -> NoReturn:
        msg = "credentials are not pickled: build the client anew where it is needed"
        raise TypeError(msg)


class GrantAuth:
    """A stored grant, whose tokens are renewed when that is due."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._hider: tuple[frozenset[Secret], Hider] = frozenset(), Hider()
        redact.watch(self)

    def ready(self) -> Credentials | None:
        return self._tokens.ready()

    def obtain(self, rejected: Credentials | None = None) -> Credentials:
        return self._tokens.obtain(rejected)

    def hide(self, text: str) -> str:
        seen, hider = self._hider
        now_seen = self._tokens.secrets()
        if now_seen != seen:
            hider = Hider(now_seen)
            self._hider = now_seen, hider
        return hider(text)

    def __reduce__(self) -> NoReturn:
        msg = "credentials are not pickled: build the client anew where it is needed"
        raise TypeError(msg)
