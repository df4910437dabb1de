"""When tokens are renewed, by whom, and what becomes of it when that fails."""

from __future__ import annotations

import copy
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..errors import (
    GATEWAY_STATUSES,
    ConfigurationError,
    ConnectionFailed,
    ConsentRequired,
    DecodeError,
    EnphaseError,
    limit_of,
)
from .auth import Credentials
from .grant import REFRESH_TOKEN_LIFE, command
from .oauth import TOKEN_ENDPOINT, authorize_url, judged, redirect_page, refresh_form
from .retry import Lost, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from .grant import Grant, Profile
    from .oauth import Post
    from .runtime import Runtime
    from .secret import Secret
    from .store import Store

_log = logging.getLogger("enphase_cloud.transport")

EARLY = 300.0
"""Seconds before its end from which an access token is renewed; a tenth of its life where that is less."""
LATE = 10.0
"""Seconds before its end from which it is used no more; a hundredth of its life where that is less."""
YOUNG = 300.0
"""Seconds for which a renewed token that is rejected is not renewed again: that was not what was wrong with it."""
PATIENCE = 180.0
"""Seconds that are waited for whoever renews: two requests, each of 80 s at the most, and what is between them."""
QUIET = 60.0
"""Seconds between attempts that nobody has to wait for, or that are known to be in vain."""
LONGEST_PAUSE = 10.0
"""Seconds that the token endpoint may ask us to wait for while others wait for us."""


def rest(runtime: Runtime) -> None:
    """Let whoever holds the lock of a store go on, for 20 to 60 ms."""
    runtime.sleep(0.02 + 0.04 * runtime.chance())


class Given(NamedTuple):
    """What a client uses in the place of what is stored, and does not store."""

    api_key: Secret | None = None
    client_secret: Secret | None = None


class _Attempt(NamedTuple):
    """What came of one request for tokens. `pause`: seconds after which it may be sent again; None: it may not."""

    found: Grant | EnphaseError
    pause: float | None


def good_until(grant: Grant) -> float:
    """Until when a grant is left alone (epoch seconds).

    | whichever comes first | |
    |---|---|
    | the access token's end | less `EARLY`, or a tenth of its life |
    | half of the refresh token's life | unless it was used since: where it is not rotated, there would be no end |
    """
    until = grant.expires_at - _margin(grant, EARLY, 0.1)
    half = grant.consent_at + REFRESH_TOKEN_LIFE / 2
    return min(until, half) if grant.obtained_at < half else until


def lives_until(grant: Grant) -> float:
    """Until when the access token can be sent (epoch seconds)."""
    return grant.expires_at - _margin(grant, LATE, 0.01)


def _margin(grant: Grant, most: float, share: float) -> float:
    return min(most, share * _life(grant))


class Tokens:
    """The tokens of one profile: from memory, from the store, or, one process and one thread at a time, renewed.

    `ready` and `obtain` look in this order, and the first line that is true counts. "Good" is `good_until`,
    "lives" is `lives_until`; a token that was rejected (by a 401) is neither.

    | in memory | what is done |
    |---|---|
    | a good token | it is used |
    | one that lives, and a renewal failed, or was not stored, less than `QUIET` ago | it is used |
    | anything else | the lock of the store is tried |

    | the lock is somebody else's, and | what is done |
    |---|---|
    | the token in memory, or in the store, lives | it is used: nobody waits for an early renewal |
    | another thread of ours tried meanwhile and failed | its error, without asking again |
    | `PATIENCE` is over | ConnectionFailed: nothing is renewed without the lock |
    | otherwise | wait for 20 to 60 ms, read the store again |

    | the lock is ours, and | what is done |
    |---|---|
    | renewed tokens could not be stored before | they are stored now |
    | the store is empty | ConsentRequired: somebody logged out |
    | it is of another service or application, or has another API key | ConfigurationError: build a new client |
    | the store has a good token | it is used |
    | the rejected token was renewed less than `YOUNG` ago | it is given back: renewing it did not help |
    | another thread of ours tried meanwhile and failed | its error, without asking again |
    | consent was gone less than `QUIET` ago, for the same refresh token | ConsentRequired, without asking |
    | otherwise | a request for new tokens |

    | the token endpoint | what is done |
    |---|---|
    | gives new tokens | they are stored, then used; if they cannot be stored, they are used, and stored later |
    | says `invalid_grant` | ConsentRequired with the address to visit; the store stays as it is |
    | is lost, answers 5xx, a page, cut JSON | asked once more, after up to a second or its `Retry-After` |
    | answers 429 with up to 10 s to wait | asked once more, then |
    | anything else, or the same again | the present token, if it lives, and a warning; else the error |

    Never more than two requests for one `obtain`. No failure changes what is stored.
    """

    def __init__(
        self, store: Store, post: Post, runtime: Runtime, profile: Profile, given: Given | None = None
    ) -> None:
        """`profile` is what the store held when the client was built; `post` reaches the service that it names."""
        self._given = given or Given()
        self._store = store
        self._post = post
        self._runtime = runtime
        # Everybody reads these, and only who holds the store's lock changes what is known of the grant.
        self._held = profile.application
        """The application as the store has it."""
        self._profile = self._used(profile)
        self._renewed: Secret | None = None
        """The access token that is known to come from a renewal."""
        self._unstored: Secret | None = None
        """The refresh token that the store still has in place of ours; None: what we have is stored."""
        self._failures = 0
        self._failure: EnphaseError | None = None
        self._gone: tuple[Secret, float, ConsentRequired] | None = None
        """The refresh token that was refused, until when it is not sent again (monotonic), and in which words."""
        self._quiet_until = float("-inf")
        self._seen: set[Secret] = set()
        self._remember(self._profile)

    def ready(self) -> Credentials | None:
        """What can be used at once; None: `obtain` it. Reads and sends nothing."""
        profile = self._profile
        quiet = self._runtime.monotonic() < self._quiet_until
        if self._unstored is None and self._usable(good_until, profile.grant, None):
            return _credentials(profile)
        return _credentials(profile) if quiet and self._usable(lives_until, profile.grant, None) else None

    def obtain(self, rejected: Credentials | None = None) -> Credentials:
        """Credentials that are good, as far as anybody knows. May wait, read the store, and send two requests.

        `rejected` are those that were answered 401. Getting them back means that renewing does not help.
        Raises ConsentRequired, or what else came in the way.
        """
        refused = None if rejected is None else rejected.access_token
        try:
            return self._obtained(refused)
        except ConfigurationError as error:
            # the store is out of order, and the tokens that it should hold are here
            if self._unstored is None or not self._usable(lives_until, self._profile.grant, refused):
                raise
            self._quiet_until = self._runtime.monotonic() + QUIET
            _log.error("the renewed tokens are in memory only, and are lost with this process: %s", error)
        return _credentials(self._profile)

    def secrets(self) -> frozenset[Secret]:
        """All that must never be shown: every token that was in use, the client secret, the API key."""
        return frozenset(self._seen)

    def _obtained(self, refused: Secret | None) -> Credentials:
        failures = self._failures
        until = self._runtime.monotonic() + PATIENCE
        while True:
            found = self.ready()
            if found is not None and found.access_token != refused:
                return found
            lock = self._store.try_lock()
            if lock is not None:
                with lock:
                    return self._alone(refused, failures)
            found = self._meanwhile(refused, failures)
            if found is not None:
                return found
            if self._runtime.monotonic() >= until:
                msg = (
                    f"the tokens in {self._store.place} are being renewed by another process or thread, for "
                    f"{PATIENCE:.0f} s by now. Look for a process that hangs; nothing is renewed beside it."
                )
                raise ConnectionFailed(msg)
            rest(self._runtime)

    def _meanwhile(self, refused: Secret | None, failures: int) -> Credentials | None:
        """What can be used while somebody else holds the lock; None: wait."""
        if self._usable(lives_until, self._profile.grant, refused):
            return _credentials(self._profile)
        stored = self._used(self._stored())
        if self._usable(lives_until, stored.grant, refused):
            return _credentials(stored)
        failure = self._meanwhile_failed(failures)
        return None if failure is None else self._despite(failure, refused)

    def _alone(self, refused: Secret | None, failures: int) -> Credentials:
        """What is used by whoever holds the lock."""
        stored = self._stored()
        self._held = stored.application
        self._agree_with(self._used(stored))
        grant = self._profile.grant
        if self._usable(good_until, grant, refused) or self._in_vain(grant, refused):
            return _credentials(self._profile)
        found = self._meanwhile_failed(failures) or self._refused_before(grant) or self._asked()
        if isinstance(found, EnphaseError):
            return self._despite(found, refused)
        # From here on the old refresh token is worth nothing, and the new one is held by this object alone.
        self._profile, self._unstored = replace(self._profile, grant=found), grant.refresh_token
        self._renewed = found.access_token
        self._remember(self._profile)
        self._save()
        _log.info("the access token was renewed, and lives for %.0f s", found.expires_at - found.obtained_at)
        return _credentials(self._profile)

    def _stored(self) -> Profile:
        """What the store holds. Raises ConsentRequired where that is nothing, ConfigurationError for a stranger."""
        stored = self._store.load()
        if stored is None:
            msg = f"{self._store.place} is gone: somebody logged out."
            raise self._consent(ConsentRequired(msg))
        ours = self._profile
        if (stored.base_url, stored.application.client_id) != (ours.base_url, ours.application.client_id):
            msg = (
                f"{self._store.place} was given to another application or service since this client was built: "
                "build a new one."
            )
            raise ConfigurationError(msg)
        self._remember(stored)
        if self._given.api_key is None and stored.application.api_key != ours.application.api_key:
            msg = (
                f"{self._store.place} has another API key since this client was built, and what is sent with it "
                "would be booked under the old one: build a new one."
            )
            raise ConfigurationError(msg)
        return stored

    def _used(self, stored: Profile) -> Profile:
        """What is stored, with what this client was given in its place."""
        application, given = stored.application, self._given
        return replace(
            stored,
            application=replace(
                application,
                api_key=given.api_key or application.api_key,
                client_secret=given.client_secret or application.client_secret,
            ),
        )

    def _agree_with(self, stored: Profile) -> None:
        """Take over what is stored; or, where it is what ours came from and could not replace, replace it now."""
        if stored.grant.refresh_token == self._unstored:
            self._profile = replace(stored, grant=self._profile.grant)
            self._save()
            return
        if stored.grant.access_token != self._profile.grant.access_token:
            self._renewed = stored.grant.access_token
        self._profile, self._unstored = stored, None

    def _save(self) -> None:
        """Store our grant. What this client was given for itself is not for others."""
        self._store.save(replace(self._profile, application=self._held))
        self._unstored = None

    def _asked(self) -> Grant | EnphaseError:
        """New tokens, or what came in place of them: after one request, or two."""
        attempt = self._ask()
        if attempt.pause is not None:
            _log.warning("tokens are asked for once more in %.1f s: %s", attempt.pause, attempt.found)
            self._runtime.sleep(attempt.pause)
            attempt = self._ask()
        found = attempt.found
        if isinstance(found, EnphaseError):
            self._failure = found
            self._failures += 1
        if isinstance(found, ConsentRequired):
            self._gone = self._profile.grant.refresh_token, self._runtime.monotonic() + QUIET, found
        return found

    def _ask(self) -> _Attempt:
        # Raises nothing after the answer is there: it would take the tokens along in the frames of its traceback.
        profile, asked_at = self._profile, self._runtime.time()
        outcome = self._post(refresh_form(profile.grant.refresh_token), profile.application)
        found: Grant | EnphaseError
        if isinstance(outcome, Lost):
            msg = f"POST {TOKEN_ENDPOINT} got no answer: {outcome.problem}. {outcome.kind.advice}"
            found = outcome.kind(msg, method="POST", path=TOKEN_ENDPOINT, problem=outcome.problem)
        else:
            found = judged(outcome, asked_at, profile.grant, secrets=self.secrets())
        if isinstance(found, ConsentRequired):
            found = self._consent(found)
        pause = _pause(outcome, found, now=self._runtime.time(), chance=self._runtime.chance())
        return _Attempt(found, pause)

    def _despite(self, error: EnphaseError, refused: Secret | None) -> Credentials:
        """The present token in spite of an error, if it lives and consent is not what is missing."""
        grant = self._profile.grant
        if isinstance(error, ConsentRequired) or not self._usable(lives_until, grant, refused):
            # a copy: the same exception raised in several threads would gather the tracebacks of all
            raise copy.copy(error)
        self._quiet_until = self._runtime.monotonic() + QUIET
        left = grant.expires_at - self._runtime.time()
        _log.warning(
            "the access token could not be renewed, and is used for the %.0f s left: %s", left, error
        )
        return _credentials(self._profile)

    def _consent(self, error: ConsentRequired) -> ConsentRequired:
        """The same error, saying what the owner has to do."""
        profile, address = self._profile, None
        way = f"run {command(self._store.name, 'login --password')}"
        if profile.username is None:
            base_url, client_id = profile.base_url, profile.application.client_id
            address = authorize_url(base_url, client_id, redirect_page(base_url))
            way = f"run {command(self._store.name)}, which leads the owner to {address}"
        return ConsentRequired(
            f"{error} To go on, {way}",
            address=address,
            status=error.status,
            method=error.method,
            path=error.path,
            problem=error.problem,
            body=error.body,
        )

    def _usable(self, until: Callable[[Grant], float], grant: Grant, refused: Secret | None) -> bool:
        return grant.access_token != refused and self._runtime.time() < until(grant)

    def _in_vain(self, grant: Grant, refused: Secret | None) -> bool:
        """Whether a token was rejected that had just been renewed."""
        age = self._runtime.time() - grant.obtained_at
        return refused == grant.access_token == self._renewed and 0 <= age < min(YOUNG, _life(grant))

    def _meanwhile_failed(self, failures: int) -> EnphaseError | None:
        """The last failure, if there were more than `failures` by now."""
        return None if self._failures == failures else self._failure

    def _refused_before(self, grant: Grant) -> ConsentRequired | None:
        """What was said of the refresh token a moment ago, where it was refused."""
        if self._gone is None:
            return None
        refresh_token, until, error = self._gone
        return error if refresh_token == grant.refresh_token and self._runtime.monotonic() < until else None

    def _remember(self, profile: Profile) -> None:
        application, grant = profile.application, profile.grant
        self._seen |= {
            application.api_key,
            application.client_secret,
            grant.access_token,
            grant.refresh_token,
        }


def _credentials(profile: Profile) -> Credentials:
    grant = profile.grant
    return Credentials(profile.application.api_key, grant.access_token, grant.obtained_at)


def _life(grant: Grant) -> float:
    return max(0.0, grant.expires_at - grant.obtained_at)


def _pause(outcome: Outcome, found: Grant | EnphaseError, *, now: float, chance: float) -> float | None:
    """Seconds after which the same tokens are asked for once more; None: they are not.

    | outcome | pause |
    |---|---|
    | no answer, and no hope of one (a certificate) | None |
    | no answer | up to a second |
    | 408, 499, 5xx; 2xx without tokens | its `Retry-After`, if up to `LONGEST_PAUSE`, and up to a second |
    | 429 of the minute that says for how long | the same |
    | 429 that does not say, or of the month | None |
    | tokens; any other refusal | None |
    """
    if isinstance(outcome, Lost):
        return None if outcome.hopeless else chance
    limit = limit_of(outcome.headers, outcome.body, now)
    wait = None if limit.resets_at is None else max(0.0, limit.resets_at - now)
    if outcome.status == 429:
        hopeful = wait is not None and limit.period != "month"
    else:
        passing = outcome.status >= 500 or outcome.status in GATEWAY_STATUSES
        hopeful = passing or isinstance(found, DecodeError)
    pause = wait or 0.0
    return pause + chance if hopeful and pause <= LONGEST_PAUSE else None
