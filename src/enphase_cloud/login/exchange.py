"""One login: settings that are all there, one request for tokens, and a place for them; then the systems, once."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, cast

from enphase_v4.catalog import OPERATIONS, PLANS

from .._settings import VARIABLES, Settings, resolve
from ..errors import ConfigurationError, ConsentRequired, EnphaseError
from ..transport import oauth, redact
from ..transport.grant import Application, Grant, Profile
from ..transport.hooks import Hooks
from ..transport.plan import Plan
from ..transport.retry import Lost
from ..transport.runtime import Runtime
from ..transport.secret import Secret, hide
from ..transport.tokens import PATIENCE, rest
from .report import Status, status_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..transport.store import Store

CODE = "the code (it is good once, and for minutes; begin anew)"


class Place(TypedDict, total=False):
    """Which profile, and where it is kept: what every function here takes."""

    profile: str | None
    home: str | os.PathLike[str] | None
    base_url: str | None
    store: str | None
    plan: Plan | str | None
    runtime: Runtime | None


class Options(Place, total=False):
    """What every way to log in takes.

    client_id, client_secret, api_key: of your application (developer-v4.enphase.com)
    plan: name of the application's plan; it is stored with the grant
    replace: take the place of a grant that belongs to another application or service, or cannot be read
    check: list the systems afterwards (one hit): it shows that key and token fit
    hooks: told of the calls
    """

    client_id: str | None
    client_secret: str | Secret | None
    api_key: str | Secret | None
    replace: bool
    check: bool
    hooks: Hooks | None


PLACE: frozenset[str] = Place.__optional_keys__
OPTIONS: frozenset[str] = Options.__optional_keys__


def known(function: str, given: Place, names: frozenset[str] = PLACE) -> None:
    """TypeError, as Python's own, for an option that the function has not.

    `given` is what it was called with, and is emptied then: there may be secrets in it, under a misspelt name.
    """
    unknown = next((name for name in given if name not in names), None)
    if unknown is None:
        return
    cast("dict[str, object]", given).clear()
    msg = (
        f"{function}() got an unexpected keyword argument {unknown!r}. It takes: {', '.join(sorted(names))}."
    )
    raise TypeError(msg)


def prepared(**options: Unpack[Options]) -> Settings:
    """The settings of a login: those that are given, and for the rest those of the grant that it renews.

    With `replace` what is stored does not count, and may be unreadable or somebody else's. ConfigurationError, that
    says so, where it is and that was not allowed.
    """
    known("prepared", options, OPTIONS)
    settings = resolved(options)
    return settings if options.get("replace", False) else settings.joined(settings.open_store().load())


def resolved(given: Mapping[str, Any]) -> Settings:
    """The settings without what is stored. A token of one's own has no part in a login."""
    names = ("profile", "home", "base_url", "store", "plan", "client_id", "client_secret", "api_key")
    return resolve(
        environ={name: value for name, value in os.environ.items() if name != VARIABLES["access_token"]},
        load=False,
        **{name: value for name, value in given.items() if name in names},
    )


def as_stored(profile: str) -> Settings:
    """The settings of a grant in a file as it stands there: whoever the environment is for, it may be another."""
    settings = resolve(environ={}, profile=profile, store="file", load=False)
    return settings.joined(settings.open_store().load())


def missing(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"no {name}: pass {name}=, or set {VARIABLES[name]} to that of your application "
        "(developer-v4.enphase.com, My Applications)."
    )


class Login:
    """One login: its settings, all there, and what is done with what the owner gave."""

    def __init__(self, options: Options) -> None:
        from ..transport.http import TokenWire  # noqa: PLC0415 - httpx is loaded by those who are going to send

        self.settings = prepared(**options)
        self.application = _application(self.settings)
        self._secrets = {self.application.client_secret, self.application.api_key}
        self._runtime = options.get("runtime") or Runtime()
        self._hooks = options.get("hooks") or Hooks()
        self._replaces = options.get("replace", False)
        self._checks = options.get("check", True)
        self._store = self.settings.open_store()
        lock = self._store.try_lock()  # an owner is not asked for what has no place to be kept
        if lock is not None:
            lock.release()
        self._wire = TokenWire(self.settings.base_url, self._runtime, self._hooks)
        redact.watch(self)

    def hide(self, text: str) -> str:
        """A text without what this login knows: others may log what the service repeats of it."""
        return hide(text, self._secrets)

    def finish(self, form: oauth.Form, *, refused: str, username: str | None = None) -> Status:
        """Ask for the tokens, once, and store them. The lock is held all the time: what was granted has a place."""
        with locked(self._store, self._runtime):
            before = self._before()
            profile = Profile(
                base_url=self.settings.base_url,
                application=self.application,
                grant=self._granted(form, refused),
                plan=self._plan(before),
                username=username,
            )
            self._store.save(profile)
        settings = replace(self.settings, stored=profile)
        if self._checks:
            return checked(settings, self._runtime, self._hooks)
        return status_of(settings, self._runtime)

    def _before(self) -> Profile | None:
        """What the new grant takes the place of. Somebody may have logged in since the settings were read."""
        if self._replaces:
            return None
        stored = self._store.load()
        self.settings.joined(stored)
        return stored

    def _plan(self, before: Profile | None) -> str | None:
        if "plan" in self.settings.named and self.settings.plan.name in PLANS:
            return self.settings.plan.name
        return None if before is None else before.plan

    def _granted(self, form: oauth.Form, refused: str) -> Grant:
        self._secrets |= {value for value in form.values() if isinstance(value, Secret)}
        asked_at = self._runtime.time()
        outcome = self._wire.post(form, self.application)
        if isinstance(outcome, Lost):
            msg = (
                f"POST {oauth.TOKEN_ENDPOINT} got no answer that can be read: {outcome.problem}. "
                "Nothing was stored: log in once more."
            )
            raise outcome.kind(msg, method="POST", path=oauth.TOKEN_ENDPOINT, problem=outcome.problem)
        found = oauth.judged(outcome, asked_at, secrets=self._secrets)
        del outcome  # there may be tokens in an answer that is an error
        if isinstance(found, ConsentRequired):
            msg = f"{refused} was not accepted ({found.problem})."
            raise ConsentRequired(
                msg, status=found.status, method="POST", path=oauth.TOKEN_ENDPOINT, problem=found.problem
            )
        if isinstance(found, EnphaseError):
            raise found
        return found


def hidden(function: str, options: Options) -> Options:
    """The options of a way to log in, with the secrets among them in what does not show them."""
    known(function, options, OPTIONS)
    hidden: Any = {
        name: Secret(value) if name in ("client_secret", "api_key") and isinstance(value, str) else value
        for name, value in options.items()
    }
    return cast("Options", hidden)


def _application(settings: Settings) -> Application:
    if settings.client_id is None:
        raise missing("client_id")
    if settings.client_secret is None:
        raise missing("client_secret")
    if settings.api_key is None:
        raise missing("api_key")
    return Application(
        client_id=settings.client_id, client_secret=settings.client_secret, api_key=settings.api_key
    )


@contextmanager
def locked(store: Store, runtime: Runtime) -> Iterator[None]:
    """Hold the lock of a profile. Who renews its tokens has it for a while; who crashed has it no more."""
    until = runtime.monotonic() + PATIENCE
    while (lock := store.try_lock()) is None:
        if runtime.monotonic() >= until:
            msg = f"another process has been holding the lock on {store.place} for too long: end it, and try again."
            raise ConfigurationError(msg)
        rest(runtime)
    with lock:
        yield


def checked(settings: Settings, runtime: Runtime, hooks: Hooks) -> Status:
    """List the systems with the stored grant, and keep their ids with it."""
    from ..client import Enphase  # noqa: PLC0415 - httpx is loaded by those who are going to send

    paging = OPERATIONS["listSystems"].paging
    page = 1 if paging is None else paging.max_size  # so many cost one hit
    failure: EnphaseError | None = None
    try:
        with Enphase(
            home=settings.home,
            profile=settings.profile,
            store=settings.store,
            plan=settings.plan,
            timeout=settings.timeout,
            runtime=runtime,
            hooks=hooks,
        ) as client:
            listed = tuple(system.system_id for system in islice(client.systems(), page))
        settings = _with_systems(settings, listed, runtime)
    except EnphaseError as error:
        failure = error
    return replace(status_of(settings, runtime), failure=failure)


def _with_systems(settings: Settings, listed: tuple[int, ...], runtime: Runtime) -> Settings:
    store = settings.open_store()
    with locked(store, runtime):
        stored = store.load()
        if stored is None:  # somebody logged out meanwhile
            return settings
        stored = replace(stored, systems=listed, systems_at=runtime.time())
        store.save(stored)
    return replace(settings, stored=stored)
