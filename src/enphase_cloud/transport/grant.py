"""What an owner granted to an application, as it is kept from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .secret import Secret

DEFAULT_PROFILE = "default"
REFRESH_TOKEN_LIFE = 30 * 86_400
"""Seconds that a refresh token lives, as the vendor says; no answer of the service says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A developer's application, and how it proves to be itself."""

    client_id: str
    client_secret: Secret
    api_key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens of one consent. Times are epoch seconds of this machine's clock."""

    access_token: Secret
    refresh_token: Secret
    obtained_at: float
    """When the access token was asked for: no later than it began to live."""
    expires_at: float
    """When the access token dies."""
    consent_at: float
    """When the refresh token was asked for."""
    scope: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the token endpoint said (`enl_uid`, `app_type`, ...), as it came; never a token."""

    @property
    def consent_ends_at(self) -> float:
        """When the refresh token dies, if nobody uses it before: then the owner has to consent again."""
        return self.consent_at + REFRESH_TOKEN_LIFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All that is kept for one owner: where, for which application, what was granted.

    base_url: of the service that issued the tokens; they are sent to no other
    plan: name of the application's plan, where it is known
    username: who consented, where it is known (grants by password)
    systems: ids of the systems that the owner shared, when they were last listed (`systems_at`)
    """

    base_url: str
    application: Application
    grant: Grant
    plan: str | None = None
    username: str | None = None
    systems: tuple[int, ...] | None = None
    systems_at: float | None = None


def command(profile: str, words: str = "login") -> str:
    """A command to run for a profile, as messages show it."""
    return f"`enphase {words}`" if profile == DEFAULT_PROFILE else f"`enphase {words} --profile {profile}`"
