"""Worlds for the tests of tokens: a store in memory, a token endpoint that follows a script, and virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from enphase_cloud import Runtime
from enphase_cloud.transport.grant import Application, Grant, Profile
from enphase_cloud.transport.oauth import Form
from enphase_cloud.transport.retry import Lost, Outcome, Reply
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.tokens import Tokens

NOW = 1_782_000_000.0
DAY = 86_400.0
BASE_URL = "https://api.enphaseenergy.com"
APPLICATION = Application(
    client_id="an-id", client_secret=Secret("canary-client-secret"), api_key=Secret("canary-api-key")
)


class Time(Runtime):
    """Virtual: a wait takes no time, and is noted. `while_waiting` is called with each."""

    def __init__(self, chance: float = 0.5) -> None:
        self.now = NOW
        self.since = 0.0
        self.waits: list[float] = []
        self.while_waiting: Callable[[float], None] = lambda seconds: None
        self._chance = chance

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.since

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_by(seconds)
        self.while_waiting(seconds)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.since += seconds

    def chance(self) -> float:
        return self._chance


def a_grant(
    number: int = 0, *, age: float = 0.0, life: float = DAY, consent_age: float | None = None
) -> Grant:
    """Tokens with a number, `age` seconds after they were issued."""
    return Grant(
        access_token=Secret(f"canary-access-{number}"),
        refresh_token=Secret(f"canary-refresh-{number}"),
        obtained_at=NOW - age,
        expires_at=NOW - age + life,
        consent_at=NOW - (age if consent_age is None else consent_age),
    )


def a_profile(grant: Grant, **more: Any) -> Profile:
    return Profile(**{"base_url": BASE_URL, "application": APPLICATION, "grant": grant, **more})


class MemoryStore:
    """A store whose lock and disk can be taken away."""

    name = "default"
    place = "the store"

    def __init__(self, profile: Profile | None) -> None:
        self.profile = profile
        self.held = False
        self.loads = 0
        self.saves: list[Grant] = []
        self.full: Exception | None = None

    def load(self) -> Profile | None:
        self.loads += 1
        return self.profile

    def save(self, profile: Profile) -> None:
        assert self.held, "nothing is stored without the lock"
        if self.full is not None:
            raise self.full
        self.profile = profile
        self.saves.append(profile.grant)

    def delete(self) -> bool:
        raise NotImplementedError

    def try_lock(self) -> MemoryStore | None:
        if self.held:
            return None
        self.held = True
        return self

    def release(self) -> None:
        self.held = False

    def __enter__(self) -> MemoryStore:
        return self

    def __exit__(self, *problem: object) -> None:
        self.release()

    @property
    def grant(self) -> Grant:
        assert self.profile is not None
        return self.profile.grant

    def put(self, grant: Grant) -> None:
        """As another process does."""
        assert self.profile is not None
        self.profile = replace(self.profile, grant=grant)


def answer(body: Any, status: int = 200, **headers: str) -> Reply:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, sent)


def issued(number: int, **more: Any) -> Reply:
    """What the service says of the tokens with a number."""
    told = {
        "access_token": f"canary-access-{number}",
        "refresh_token": f"canary-refresh-{number}",
        "expires_in": 86_400,
        **more,
    }
    return answer({name: value for name, value in told.items() if value is not None})


INVALID_GRANT = answer(
    {"error": "invalid_grant", "error_description": "The refresh token was used before"}, 400
)
INVALID_CLIENT = answer({"error": "invalid_client"}, 401)
PAGE = answer(b"<html><title>Busy</title></html>")
CUT = answer(b'{"access_token": "canary-access-cut", "refr')
BUSY = answer({"error": "server_error"}, 503)
LOST = Lost("ReadTimeout: too slow")
UNTRUSTED = Lost("the certificate is not trusted", hopeless=True)


@dataclass
class Endpoint:
    """Gives one outcome after the other, the last for ever. `seconds`: that each takes."""

    time: Time
    outcomes: list[Outcome]
    store: MemoryStore | None = None
    seconds: float = 0.0
    sent: list[str] = field(default_factory=list)
    """The number of each refresh token that came."""

    def __call__(self, form: Form, application: Application) -> Outcome:
        assert self.store is None or self.store.held, "nothing is sent without the lock"
        assert form["grant_type"] == "refresh_token"
        assert application == APPLICATION
        token = form["refresh_token"]
        assert isinstance(token, Secret)
        self.sent.append(token.reveal().removeprefix("canary-refresh-"))
        self.time.pass_by(self.seconds)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


@dataclass
class World:
    """One client, its store and the service."""

    time: Time
    store: MemoryStore
    endpoint: Endpoint
    tokens: Tokens

    @property
    def sent(self) -> list[str]:
        return self.endpoint.sent

    def token(self) -> str:
        """The number of the access token that a call is made with."""
        found = self.tokens.ready() or self.tokens.obtain()
        return found.access_token.reveal().removeprefix("canary-access-")

    def another(self) -> World:
        """Another process with the same store."""
        return world_of(self.time, self.store, self.endpoint)


def world_of(time: Time, store: MemoryStore, endpoint: Endpoint) -> World:
    assert store.profile is not None
    return World(time, store, endpoint, Tokens(store, endpoint, time, store.profile))


def a_world(*outcomes: Outcome, grant: Grant | None = None, chance: float = 0.5, **more: Any) -> World:
    """A client whose access token died an hour ago (or who has `grant`), and what the token endpoint will say."""
    time = Time(chance)
    store = MemoryStore(a_profile(a_grant(age=DAY + 3600) if grant is None else grant, **more))
    return world_of(time, store, Endpoint(time, list(outcomes or [issued(1)]), store))
