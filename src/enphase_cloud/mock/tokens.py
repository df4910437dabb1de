"""Codes and tokens: issued for a seed and a counter, exchanged once, rotated, expired by the server's clock."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from uuid import UUID

from enphase_cloud.mock.settings import Settings

SCOPE = "read write"
CODE_LETTERS = string.ascii_letters + string.digits
CODE_LENGTH = 6
DIGEST_BYTES = 24
KEPT = 100_000
"""Codes or tokens of one kind that are remembered; beyond that the older half is forgotten, and so refused."""


class GrantError(Exception):
    """A code, a token or a scope that is not good, or not any more. The text says why, without showing it."""

    def __init__(self, description: str, error: str = "invalid_grant") -> None:
        super().__init__(description)
        self.description = description
        self.error = error


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What an owner lets an application do."""

    client_id: str
    username: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A pair of tokens. `expires_in`: whole seconds that the access token lives."""

    grant: Grant
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    scope: str
    jti: str


@dataclass(frozen=True, kw_only=True)
class _Code:
    grant: Grant
    redirect_uri: str
    expires_at: float


@dataclass(kw_only=True)
class _Token:
    """`dies_at`: of a refresh token that was used; `dead`: that moment was seen."""

    grant: Grant
    expires_at: float
    dies_at: float | None = None
    dead: bool = False


class Tokens:
    """What one server has issued. Not for use from several threads at once.

    given: access tokens that stand for something without having been issued; they neither expire nor are they reset
    """

    def __init__(self, seed: int, clock: Callable[[], float]) -> None:
        self._seed = seed
        self._clock = clock
        self.given: dict[str, Grant] = {}
        self.reset()

    def reset(self) -> None:
        """Forget every code and token, and count from the beginning: the same calls get the same ones again."""
        self._count = 0
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self._graced: list[_Token] = []

    def authorize(self, grant: Grant, redirect_uri: str, settings: Settings) -> str:
        """A code for `grant`, good once, for `code_seconds`."""
        code = self._next_code()
        while code in self._codes:
            code = self._next_code()
        expires_at = self._clock() + settings.code_seconds
        _keep(self._codes, code, _Code(grant=grant, redirect_uri=redirect_uri, expires_at=expires_at))
        return code

    def exchange(self, code: str, client_id: str, redirect_uri: str, settings: Settings) -> Issued:
        """The tokens for a code, which is then used up. Raises GrantError."""
        known = self._codes.get(code)
        if known is None or known.grant.client_id != client_id:
            raise GrantError("The code is not one of this client, or it was used")
        if self._clock() >= known.expires_at:
            raise GrantError("The code has expired")
        if redirect_uri != known.redirect_uri:
            raise GrantError("redirect_uri is not the one that the code was asked for with")
        del self._codes[code]
        return self.issue(known.grant, settings)

    def issue(self, grant: Grant, settings: Settings, scope: str | None = None) -> Issued:
        """An access token, which lives `access_token_seconds`, and a refresh token; `scope` narrows the first."""
        now = self._clock()
        self._count += 1
        access, refresh = self._spell("access", self._count), self._spell("refresh", self._count)
        _keep(self._access, access, _Token(grant=grant, expires_at=now + settings.access_token_seconds))
        _keep(self._refresh, refresh, _Token(grant=grant, expires_at=now + settings.refresh_token_seconds))
        return Issued(
            grant=grant,
            access_token=access,
            refresh_token=refresh,
            expires_in=int(settings.access_token_seconds),
            scope=scope or grant.scope,
            jti=str(UUID(bytes=self._digest("jti", self._count, 16))),
        )

    def refresh(self, token: str, client_id: str, scope: str | None, settings: Settings) -> Issued:
        """New tokens for a refresh token, which then dies: at once, or after `refresh_grace_seconds`.

        Access tokens that came with it stay good until they expire. Raises GrantError.
        """
        known = self._refresh.get(token)
        if known is None or known.grant.client_id != client_id:
            raise GrantError("The refresh token is not one of this client")
        now = self._clock()
        if now >= known.expires_at:
            raise GrantError("The refresh token has expired")
        # not even a clock that was turned back revives it
        self._bury()
        if known.dead:
            raise GrantError(
                "The refresh token was used before; a refresh gives a new one, and the old one dies"
            )
        narrow = narrowed(scope, known.grant.scope)
        if known.dies_at is None:
            known.dies_at = now + settings.refresh_grace_seconds
            self._graced.append(known)
            self._bury()  # without a grace
        return self.issue(known.grant, settings, narrow)

    def access(self, token: str) -> Grant | None:
        """What an access token stands for; None for one that the server did not issue.

        Raises GrantError for one that it did issue and that is no good: expired, forgotten, or a refresh token.
        """
        self._bury()
        if token in self.given:
            return self.given[token]
        known = self._access.get(token)
        if known is None:
            if self._is_own("access", token) or self._is_own("refresh", token):
                raise GrantError("Access token is invalid")
            return None
        if self._clock() >= known.expires_at:
            raise GrantError("Access token has expired")
        return known.grant

    def _bury(self) -> None:
        """Let refresh tokens die whose grace is over, for good: the clock may be turned back."""
        now = self._clock()
        for known in self._graced:
            known.dead = known.dies_at is not None and now >= known.dies_at
        self._graced = [known for known in self._graced if not known.dead]

    def _next_code(self) -> str:
        """Short, as the vendor's are: a person copies it."""
        self._count += 1
        drawn = self._digest("code", self._count, CODE_LENGTH)
        return "".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in drawn)

    def _spell(self, kind: str, number: int) -> str:
        return f"{self._digest(kind, number, DIGEST_BYTES).hex()}{number:x}"

    def _is_own(self, kind: str, token: str) -> bool:
        """Whether this server has issued it, even where it has forgotten what for."""
        try:
            number = int(token[2 * DIGEST_BYTES :], 16)
        except ValueError:
            return False
        return 0 < number <= self._count and token == self._spell(kind, number)

    def _digest(self, kind: str, number: int, size: int) -> bytes:
        return blake2b(f"{self._seed}/{kind}/{number}".encode(), digest_size=size).digest()


def narrowed(scope: str | None, allowed: str) -> str:
    """`scope` as it is granted: all that is `allowed` where nothing was asked for. Raises GrantError."""
    if scope is None:
        return allowed
    words = scope.split()
    if not words or not set(words) <= set(allowed.split()):
        raise GrantError(f"scope may be any of: {allowed}", error="invalid_scope")
    return " ".join(word for word in allowed.split() if word in words)


def _keep(kept: dict[str, Any], name: str, value: object) -> None:
    if len(kept) >= KEPT:
        for each in list(kept)[: KEPT // 2]:
            del kept[each]
    kept[name] = value
