"""A profile as JSON: what the store writes and reads, and nothing about where it is kept.

Nothing here raises an error that could carry a token away: a traceback keeps the variables of every frame, and
an error of the JSON parser keeps the whole text. So what is wrong is said by a value, in words without content.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ConfigurationError
from .body import DEPTH_LIMIT
from .grant import Application, Grant, Profile
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION = 1
LARGEST = 1024 * 1024
"""Bytes of a profile that are read, and so, that are written."""
_LATEST = 4_133_980_800
"""The end of the year 2100: a time after it is none of ours."""
_LARGEST = 2**53
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Unknown:
    """Fields that a newer version of this package wrote: kept, so that an older one does not lose them."""

    profile: Mapping[str, Any] = field(default_factory=dict, repr=False)
    application: Mapping[str, Any] = field(default_factory=dict, repr=False)
    grant: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found where a profile is kept."""

    profile: Profile
    unknown: Unknown


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing could be read, in words that go on after the name of the place."""

    words: str


def compose(profile: Profile, before: Kept | None = None) -> bytes:
    """A profile as JSON, with the fields of `before` that this version does not know.

    They are kept as long as it is the same application at the same service: what was said of another one does
    not hold for this one. Nor are they where they would leave no room.

    Nothing is written that could not be read again: what is nested too deep is left out, and a profile that is
    too large or holds what none can is a ConfigurationError.
    """
    same = before is not None and (before.profile.base_url, before.profile.application.client_id) == (
        profile.base_url,
        profile.application.client_id,
    )
    unknown = (before.unknown, Unknown()) if before is not None and same else (Unknown(),)
    written = next(filter(_readable, (_written(profile, more) for more in unknown)), None)
    if written is None:
        msg = (
            f"the profile is not stored: with more than {LARGEST} bytes, or with times or texts that cannot be, "
            "it could not be read again. Look at the clock of this machine, and at what the service answers."
        )
        raise ConfigurationError(msg)
    return written


def _readable(data: bytes) -> bool:
    return len(data) <= LARGEST and isinstance(parse(data), Kept)


def _written(profile: Profile, more: Unknown) -> bytes:
    application, grant = profile.application, profile.grant
    # Without indentation: what is nested would take many times its size.
    return json.dumps(
        {
            **more.profile,
            "version": VERSION,
            "base_url": profile.base_url,
            "plan": profile.plan,
            "username": profile.username,
            "systems": None if profile.systems is None else list(profile.systems),
            "systems_at": profile.systems_at,
            "application": {
                **more.application,
                "client_id": application.client_id,
                "client_secret": application.client_secret.reveal(),
                "api_key": application.api_key.reveal(),
            },
            "grant": {
                **more.grant,
                "access_token": grant.access_token.reveal(),
                "refresh_token": grant.refresh_token.reveal(),
                "obtained_at": grant.obtained_at,
                "expires_at": grant.expires_at,
                "consent_at": grant.consent_at,
                "scope": grant.scope,
                "extra": _shallow(grant.extra),
            },
        }
    ).encode()


def parse(data: bytes | str) -> Kept | Problem:
    """What `compose` wrote; for anything else the problem."""
    try:
        return _kept(_Fields(json.loads(data), ""))
    except _Unusable as unusable:
        return Problem(str(unusable))
    except (ValueError, RecursionError):
        return Problem("is damaged: it is cut short, or not JSON")


class _Unusable(Exception):
    """Never leaves this module: its frames have the content in their variables."""


class _Fields:
    """The fields of one object; what nobody took is left over."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            words = f"is damaged: {where or 'it'} is not a JSON object"
            raise _Unusable(words)
        self.left = dict(value)
        self._where = where

    def take(self, name: str, read: Callable[[Any], _T]) -> _T:
        try:
            return read(self.left.pop(name, None))
        except (TypeError, ValueError):
            words = f"is damaged: {self._path(name)} is missing, or not what it has to be"
            raise _Unusable(words) from None

    def inner(self, name: str) -> _Fields:
        return _Fields(self.left.pop(name, None), self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


def _kept(fields: _Fields) -> Kept:
    version = fields.take("version", _whole)
    if version != VERSION:
        words = f"has format {version}, and this version of the package reads format {VERSION}: update enphase-cloud"
        raise _Unusable(words)
    application, grant = fields.inner("application"), fields.inner("grant")
    profile = Profile(
        base_url=fields.take("base_url", _text),
        plan=fields.take("plan", _maybe(_text)),
        username=fields.take("username", _maybe(_text)),
        systems=fields.take("systems", _maybe(_systems)),
        systems_at=fields.take("systems_at", _maybe(_moment)),
        application=Application(
            client_id=application.take("client_id", _text),
            client_secret=application.take("client_secret", _secret),
            api_key=application.take("api_key", _secret),
        ),
        grant=Grant(
            access_token=grant.take("access_token", _secret),
            refresh_token=grant.take("refresh_token", _secret),
            obtained_at=grant.take("obtained_at", _moment),
            expires_at=grant.take("expires_at", _moment),
            consent_at=grant.take("consent_at", _moment),
            scope=grant.take("scope", _maybe(_text)),
            extra=grant.take("extra", _extra),
        ),
    )
    return Kept(profile, Unknown(*(_shallow(part.left) for part in (fields, application, grant))))


def _maybe(read: Callable[[Any], _T]) -> Callable[[Any], _T | None]:
    return lambda value: None if value is None else read(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # half of a surrogate pair is a ValueError here, and not first where it is to be sent
    return value


def _secret(value: Any) -> Secret:
    if not _text(value):
        raise ValueError
    return Secret(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST:
        raise TypeError
    return value


def _moment(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise TypeError
    return value


def _shallow(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those that are nested too deep: what is read by one version of Python, another cannot."""
    return {name: value for name, value in fields.items() if not _deep(value)}


def _deep(value: Any) -> bool:
    """Whether more than DEPTH_LIMIT objects and lists are within each other. Does not recurse."""
    level = [value]
    for _ in range(DEPTH_LIMIT + 1):
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return False
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return True


def _systems(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_whole, value))


def _extra(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError
    return _shallow(value)
