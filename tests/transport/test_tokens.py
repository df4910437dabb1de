"""When tokens are renewed, by whom, and what becomes of it when that fails: in virtual time."""

from __future__ import annotations

import logging
import pickle
import threading
import traceback
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from enphase_cloud import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    ConsentRequired,
    DecodeError,
    EnphaseError,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from enphase_cloud.transport.auth import Credentials
from enphase_cloud.transport.grant import REFRESH_TOKEN_LIFE, Application, Grant, Profile
from enphase_cloud.transport.oauth import Form
from enphase_cloud.transport.retry import Lost, Outcome, Reply
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.store import open_store
from enphase_cloud.transport.tokens import LATE, PATIENCE, QUIET, Given, Tokens, good_until, lives_until

from .token_worlds import (
    APPLICATION,
    BUSY,
    CUT,
    DAY,
    INVALID_CLIENT,
    INVALID_GRANT,
    LOST,
    NOW,
    PAGE,
    UNTRUSTED,
    MemoryStore,
    Time,
    a_grant,
    a_profile,
    a_world,
    answer,
    issued,
)

FULL = ConfigurationError("cannot write the store: no space left on device")
SOON = a_grant(age=DAY - 200)
"""A token that is good no more, and lives."""


# --- when


@pytest.mark.parametrize(
    ("grant", "good", "lives"),
    [
        (a_grant(), NOW + DAY - 300, NOW + DAY - 10),
        (a_grant(age=50_000), NOW - 50_000 + DAY - 300, NOW - 50_000 + DAY - 10),
        (a_grant(life=600), NOW + 540, NOW + 594),
        (a_grant(life=0), NOW, NOW),
        (a_grant(life=-5), NOW - 5, NOW - 5),
        # the refresh token is to be used before half of its life is over
        (a_grant(life=60 * DAY), NOW + 15 * DAY, NOW + 60 * DAY - 10),
        (a_grant(life=60 * DAY, age=DAY), NOW + 14 * DAY, NOW + 59 * DAY - 10),
        (a_grant(consent_age=14.5 * DAY), NOW + DAY / 2, NOW + DAY - 10),
        # it was used since, and did not change
        (a_grant(consent_age=15 * DAY), NOW + DAY - 300, NOW + DAY - 10),
        (a_grant(consent_age=16 * DAY), NOW + DAY - 300, NOW + DAY - 10),
    ],
)
def test_how_long_a_token_is_good(grant: Grant, good: float, lives: float) -> None:
    assert good_until(grant) == pytest.approx(good, rel=0, abs=0.001)
    assert lives_until(grant) == pytest.approx(lives, rel=0, abs=0.001)


def test_a_good_token_costs_nothing() -> None:
    world = a_world(grant=a_grant())
    world.time.pass_by(DAY - 301)
    found = world.tokens.ready()
    assert found == Credentials(APPLICATION.api_key, Secret("canary-access-0"), NOW)
    assert world.tokens.obtain() == found
    assert (world.store.loads, world.sent) == (0, [])
    world.time.pass_by(1)
    assert world.tokens.ready() is None


def test_a_dead_token_is_renewed_stored_and_used() -> None:
    world = a_world(issued(1, enl_uid="7"), plan="watt", systems=(7,))
    assert world.tokens.ready() is None
    found = world.tokens.obtain()
    assert found == Credentials(APPLICATION.api_key, Secret("canary-access-1"), NOW)
    assert world.tokens.ready() == found
    assert world.sent == ["0"]
    profile = world.store.profile
    assert profile is not None
    assert (profile.plan, profile.systems) == ("watt", (7,)), "what else is known of the owner stays"
    assert profile.grant.refresh_token == Secret("canary-refresh-1")
    assert profile.grant.extra == {"enl_uid": "7"}
    assert not world.store.held
    assert world.tokens.secrets() == {
        APPLICATION.api_key,
        APPLICATION.client_secret,
        *map(Secret, ("canary-access-0", "canary-refresh-0", "canary-access-1", "canary-refresh-1")),
    }


def test_a_refresh_token_that_is_not_rotated_is_not_asked_with_for_ever() -> None:
    """Past half of its life, an answer without a new one must not make every call ask again."""
    world = a_world(issued(1, refresh_token=None), grant=a_grant(age=16 * DAY))
    assert world.token() == "1"
    assert world.store.grant.refresh_token == Secret("canary-refresh-0")
    assert [world.token() for _ in range(3)] == ["1"] * 3
    assert world.sent == ["0"]


def test_the_second_half_of_a_refresh_tokens_life_is_not_begun() -> None:
    world = a_world(grant=a_grant(life=60 * DAY))
    world.time.pass_by(REFRESH_TOKEN_LIFE / 2 - 1)
    assert world.token() == "0"
    world.time.pass_by(1)
    assert world.token() == "1"


# --- who


def test_what_another_process_renewed_is_used() -> None:
    world = a_world()
    world.store.put(a_grant(5))
    assert world.token() == "5"
    assert world.sent == []
    loads = world.store.loads
    assert world.token() == "5"
    assert world.store.loads == loads, "it is in memory by now"


def test_whoever_waited_uses_the_new_token() -> None:
    world = a_world()
    world.store.held = True
    world.time.while_waiting = lambda _: world.store.put(a_grant(5)) if len(world.time.waits) == 3 else None
    assert world.token() == "5"
    assert world.time.waits == [pytest.approx(0.04)] * 3
    assert world.sent == []


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 0.02), (0.999999, 0.06)])
def test_waiters_do_not_wake_together(chance: float, wait: float) -> None:
    world = a_world(chance=chance)
    world.store.held = True
    world.time.while_waiting = lambda _: world.store.release()
    assert world.token() == "1"
    assert world.time.waits == [pytest.approx(wait, abs=1e-6)]


def test_waiting_is_bounded_and_never_ends_in_a_renewal_without_the_lock() -> None:
    world = a_world()
    world.store.held = True
    with pytest.raises(ConnectionFailed, match=r"the store .* 180 s .*hangs"):
        world.tokens.obtain()
    assert sum(world.time.waits) == pytest.approx(PATIENCE, abs=0.1)
    assert world.sent == []
    world.store.release()
    assert world.token() == "1"


def test_nobody_waits_for_an_early_renewal() -> None:
    world = a_world(grant=SOON)
    world.store.held = True
    assert world.token() == "0"
    assert (world.time.waits, world.store.loads) == ([], 0)
    world.store.release()
    assert world.token() == "1"


def test_what_lives_in_the_store_is_used_while_somebody_renews_it() -> None:
    world = a_world()
    world.store.put(a_grant(5, age=DAY - 200))
    world.store.held = True
    assert world.token() == "5"
    assert world.time.waits == []


def test_a_rejected_token_is_not_what_a_waiter_goes_on_with() -> None:
    world = a_world(grant=a_grant(age=3600))
    rejected = world.tokens.obtain()
    world.store.held = True
    with pytest.raises(ConnectionFailed):
        world.tokens.obtain(rejected)


# --- rejected


def test_a_rejected_token_is_renewed() -> None:
    world = a_world(grant=a_grant(age=3600))
    rejected = world.tokens.obtain()
    assert world.tokens.obtain(rejected).access_token == Secret("canary-access-1")
    assert world.sent == ["0"]
    # others that were answered 401 with the old one have the new one by now
    assert world.tokens.obtain(rejected).access_token == Secret("canary-access-1")
    assert world.sent == ["0"]


def test_a_token_fresh_from_a_login_that_is_rejected_is_renewed() -> None:
    world = a_world(grant=a_grant())
    assert world.tokens.obtain(world.tokens.obtain()).access_token == Secret("canary-access-1")


@pytest.mark.parametrize("by_another", [False, True])
def test_a_renewed_token_that_is_rejected_is_not_renewed_at_once(by_another: bool) -> None:
    """The key is wrong, or the plan: asking for tokens with every call would not help."""
    world = a_world(issued(1), issued(2))
    other = world.another()
    other.token()
    user = world if by_another else other
    rejected = user.tokens.obtain()
    assert user.tokens.obtain(rejected) == rejected
    world.time.pass_by(299)
    assert user.tokens.obtain(rejected) == rejected
    assert world.sent == ["0"]
    world.time.pass_by(1)
    assert user.tokens.obtain(rejected).access_token == Secret("canary-access-2")


def test_a_clock_that_was_set_back_does_not_make_a_token_young() -> None:
    world = a_world(issued(1), issued(2))
    rejected = world.tokens.obtain()
    world.time.now -= 30 * DAY
    assert world.tokens.obtain(rejected).access_token == Secret("canary-access-2")


def test_a_short_lived_token_may_be_renewed_soon() -> None:
    world = a_world(issued(1, expires_in=60), issued(2))
    rejected = world.tokens.obtain()
    world.time.pass_by(60)
    assert world.tokens.obtain(rejected).access_token == Secret("canary-access-2")


# --- failures

TRANSIENT = [
    LOST,
    PAGE,
    CUT,
    BUSY,
    answer(b"", 408),
    answer(b"", 499),
    answer(b"", 500),
    answer(b"", 520),
    answer(b"<html>", 550),
]
ERRORS: dict[int, type[EnphaseError]] = {
    408: ServerError,
    499: ServerError,
    500: ServerError,
    503: ServerError,
    520: ServerError,
}


@pytest.mark.parametrize("failure", TRANSIENT)
def test_what_may_pass_is_asked_once_more(failure: Outcome) -> None:
    world = a_world(failure, issued(1))
    before = world.store.grant
    assert world.token() == "1"
    assert world.sent == ["0", "0"]
    assert world.time.waits == [0.5]
    assert world.store.saves == [world.store.grant]
    assert world.store.grant != before


@pytest.mark.parametrize("failure", TRANSIENT)
def test_and_not_a_third_time(failure: Outcome) -> None:
    world = a_world(failure)
    before = world.store.profile
    with pytest.raises(EnphaseError) as caught:
        world.tokens.obtain()
    assert world.sent == ["0", "0"]
    assert world.store.profile is before, "a failure changes nothing"
    assert not isinstance(caught.value, ConsentRequired)
    if isinstance(failure, Reply):
        assert type(caught.value) is ERRORS.get(failure.status, type(caught.value))
        assert caught.value.status == failure.status
    else:
        assert type(caught.value) is ConnectionFailed
        assert caught.value.problem == "ReadTimeout: too slow"
        assert str(caught.value).startswith("POST /oauth/token got no answer: ReadTimeout: too slow. Check")
    assert (caught.value.method, caught.value.path) == ("POST", "/oauth/token")


def limited(**said: Any) -> Reply:
    return answer({"message": "Too Many Requests", **said}, 429)


MINUTE = {"period": "minute", "period_start": NOW - 55}


@pytest.mark.parametrize(
    ("failure", "pause"),
    [
        (answer(b"", 503, retry_after="7"), 7.5),
        (answer(b"", 503, retry_after="10"), 10.5),
        (answer(b"", 503, retry_after="10.5"), None),
        (answer(b"", 503, retry_after="3600"), None),
        (answer(b"", 429, retry_after="0"), 0.5),
        (answer(b"", 429, retry_after="10"), 10.5),
        (answer(b"", 429, retry_after="11"), None),
        (answer(b"", 429), None),
        (limited(**MINUTE, period_end=NOW + 5), 5.5),
        (limited(**MINUTE, period_end=NOW - 5), 0.5),
        (limited(**MINUTE, period_end=NOW + 30), None),
        (limited(period="month", period_end=NOW + 5), None),
        (INVALID_CLIENT, None),
        (UNTRUSTED, None),
        (answer(b"", 403), None),
        (answer(b"", 301), None),
    ],
)
def test_when_it_is_asked_once_more(failure: Outcome, pause: float | None) -> None:
    world = a_world(failure, issued(1))
    if pause is None:
        with pytest.raises(EnphaseError):
            world.tokens.obtain()
        assert world.time.waits == []
    else:
        assert world.token() == "1"
        assert world.time.waits == [pytest.approx(pause)]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (limited(period="month"), QuotaExhausted),
        (limited(), RateLimited),
        (INVALID_CLIENT, AuthenticationError),
        (UNTRUSTED, ConnectionFailed),
        (PAGE, DecodeError),
        (CUT, DecodeError),
    ],
)
def test_failures_by_their_names(failure: Outcome, kind: type[EnphaseError]) -> None:
    with pytest.raises(kind) as caught:
        a_world(failure).tokens.obtain()
    assert type(caught.value) is kind
    assert_nothing_shows(caught.value)


def assert_nothing_shows(error: BaseException) -> None:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame.locals for frame in shown.stack if "enphase_cloud" in frame.filename]
    assert ours
    assert "canary" not in f"{error} {vars(error)} {ours}"


@pytest.mark.parametrize(
    "failure", [*TRANSIENT, limited(), limited(period="month"), INVALID_CLIENT, UNTRUSTED]
)
def test_a_token_that_lives_is_used_whatever_became_of_its_renewal(
    failure: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    world = a_world(failure, grant=SOON)
    before = world.store.profile
    assert world.token() == "0"
    assert [record.levelname for record in caplog.records].count("WARNING") >= 1
    assert "used for the" in caplog.text
    assert "canary" not in caplog.text
    assert world.store.profile is before
    # and for a while nobody asks again
    asked = len(world.sent)
    world.time.pass_by(QUIET - 1)
    assert world.token() == "0"
    assert len(world.sent) == asked
    world.time.pass_by(1)
    world.token()
    assert len(world.sent) > asked


def test_a_token_that_lives_no_more_is_not_used_in_the_quiet_time_either() -> None:
    world = a_world(LOST, grant=a_grant(age=DAY - LATE - 30))
    assert world.token() == "0"
    world.time.pass_by(30)
    with pytest.raises(ConnectionFailed):
        world.token()


def test_a_rejected_token_is_not_used_when_renewing_fails() -> None:
    world = a_world(LOST, grant=a_grant(age=3600))
    with pytest.raises(ConnectionFailed):
        world.tokens.obtain(world.tokens.obtain())


def test_what_the_service_repeats_of_our_tokens_is_hidden() -> None:
    said = {"error": "invalid_client", "error_description": "no token canary-refresh-0"}
    with pytest.raises(AuthenticationError, match=r"no token \[secret\]"):
        a_world(answer(said, 401)).tokens.obtain()


# --- consent


@pytest.mark.parametrize("grant", [None, SOON])
def test_only_invalid_grant_says_that_consent_is_gone(grant: Grant | None) -> None:
    world = a_world(INVALID_GRANT, grant=grant)
    before = world.store.profile
    with pytest.raises(ConsentRequired, match=r"used before.*`enphase login`") as caught:
        world.tokens.obtain()
    error = caught.value
    assert error.address is not None
    assert error.address in str(error)
    assert error.address == (
        "https://api.enphaseenergy.com/oauth/authorize?response_type=code&client_id=an-id"
        "&redirect_uri=https%3A%2F%2Fapi.enphaseenergy.com%2Foauth%2Fredirect_uri"
    )
    assert (error.status, error.method, error.path) == (400, "POST", "/oauth/token")
    assert error.problem == "invalid_grant: The refresh token was used before"
    assert error.body == INVALID_GRANT.body.decode()
    assert world.store.profile is before, "the file stays"
    assert_nothing_shows(error)


def test_a_password_is_asked_for_where_the_grant_came_by_one() -> None:
    with pytest.raises(ConsentRequired, match=r"To go on, run `enphase login --password`$") as caught:
        a_world(INVALID_GRANT, username="me@example.com").tokens.obtain()
    assert caught.value.address is None


def test_a_refused_refresh_token_is_left_alone_for_a_while() -> None:
    world = a_world(INVALID_GRANT, BUSY, issued(1))
    with pytest.raises(ConsentRequired) as first:
        world.tokens.obtain()
    world.time.pass_by(QUIET - 1)
    with pytest.raises(ConsentRequired) as second:
        world.tokens.obtain()
    assert str(second.value) == str(first.value)
    assert second.value is not first.value
    assert world.sent == ["0"]
    world.time.pass_by(1)
    assert world.token() == "1"
    assert world.sent == ["0"] * 3


def test_after_a_new_login_nobody_waits() -> None:
    world = a_world(INVALID_GRANT, issued(6))
    with pytest.raises(ConsentRequired):
        world.tokens.obtain()
    world.store.put(a_grant(5, age=DAY))
    assert world.token() == "6"
    assert world.sent == ["0", "5"]


@pytest.mark.parametrize("username", [None, "owner1@example.com"])
def test_what_to_run_is_said_with_the_profile(username: str | None) -> None:
    """Without it the advice would lead to another grant."""
    world = a_world(INVALID_GRANT, username=username)
    world.store.name = "roof"
    with pytest.raises(ConsentRequired, match=r"`enphase login( --password)? --profile roof`"):
        world.tokens.obtain()


def test_a_lost_answer_may_have_taken_the_consent_along() -> None:
    with pytest.raises(ConsentRequired):
        a_world(LOST, INVALID_GRANT).tokens.obtain()


@pytest.mark.parametrize("held", [False, True])
def test_a_logout_elsewhere(held: bool) -> None:
    world = a_world()
    world.store.profile = None
    world.store.held = held
    with pytest.raises(
        ConsentRequired, match=r"the store is gone: somebody logged out.*enphase login"
    ) as caught:
        world.tokens.obtain()
    assert caught.value.address is not None
    assert world.sent == []


@pytest.mark.parametrize(
    "change",
    [{"base_url": "http://127.0.0.1:8787"}, {"application": replace(APPLICATION, client_id="another")}],
)
def test_tokens_of_another_service_or_application_are_not_taken_over(change: dict[str, Any]) -> None:
    world = a_world()
    assert world.store.profile is not None
    world.store.profile = replace(world.store.profile, grant=a_grant(5), **change)
    with pytest.raises(ConfigurationError, match=r"another application or service .*: build a new one\.$"):
        world.tokens.obtain()
    assert world.sent == []


@pytest.mark.parametrize("held", [False, True])
def test_another_key_is_booked_elsewhere_so_a_new_client_is_needed(held: bool) -> None:
    """The ledger of this one counts under the old key: what it sent with the new one would be counted nowhere."""
    world = a_world()
    world.store.held = held
    world.store.profile = a_profile(
        a_grant(5), application=replace(APPLICATION, api_key=Secret("canary-new-key"))
    )
    with pytest.raises(ConfigurationError, match=r"has another API key .*: build a new one\.$") as caught:
        world.tokens.obtain()
    assert world.sent == []
    assert Secret("canary-new-key") in world.tokens.secrets()
    assert_nothing_shows(caught.value)


def test_the_key_of_the_store_may_change_for_a_client_that_has_its_own() -> None:
    before = a_profile(a_grant(age=DAY))
    store = MemoryStore(before)
    tokens = Tokens(store, lambda *_: issued(1), Time(), before, Given(Secret("canary-given-key")))
    changed = replace(APPLICATION, api_key=Secret("canary-new-key"))
    store.profile = replace(before, application=changed)
    assert tokens.obtain().api_key == Secret("canary-given-key")
    assert store.profile.application == changed, "the new key stays, too"


def test_a_new_client_secret_of_the_same_application_is_taken_over() -> None:
    world = a_world()
    changed = replace(APPLICATION, client_secret=Secret("canary-new-secret"))
    world.store.profile = a_profile(a_grant(5), application=changed)
    assert world.token() == "5"
    assert Secret("canary-new-secret") in world.tokens.secrets()


@pytest.mark.parametrize(
    "given", [Given(), Given(Secret("canary-given-key")), Given(None, Secret("canary-given-secret"))]
)
@pytest.mark.parametrize("full", [False, True])
def test_what_a_client_was_given_is_used_and_not_stored(given: Given, full: bool) -> None:
    before = a_profile(a_grant(age=DAY))
    store, time, names = MemoryStore(before), Time(), list[Application]()

    def post(form: Form, application: Application) -> Outcome:
        names.append(application)
        return issued(1)

    tokens = Tokens(store, post, time, before, given)
    store.full = FULL if full else None
    key = given.api_key or APPLICATION.api_key
    assert tokens.obtain() == Credentials(key, Secret("canary-access-1"), NOW)
    store.full = None
    time.pass_by(QUIET)
    assert tokens.obtain().api_key == key
    assert names == [
        replace(APPLICATION, api_key=key, client_secret=given.client_secret or APPLICATION.client_secret)
    ]
    assert store.grant.refresh_token == Secret("canary-refresh-1")
    assert store.profile == replace(before, grant=store.grant)
    assert {APPLICATION.api_key, APPLICATION.client_secret, *given} - {None} <= tokens.secrets()
    # what somebody else has renewed is used with it, too
    store.put(a_grant(5))
    assert tokens.obtain(tokens.ready()) == Credentials(key, Secret("canary-access-5"), NOW)


# --- a store that cannot keep them


def test_tokens_that_cannot_be_stored_are_used_and_stored_later(caplog: pytest.LogCaptureFixture) -> None:
    world = a_world()
    world.store.full = FULL
    assert world.token() == "1"
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == (
        "the renewed tokens are in memory only, and are lost with this process: "
        "cannot write the store: no space left on device"
    )
    assert "canary" not in caplog.text
    # used, without a try to store them for each call
    assert [world.token() for _ in range(3)] == ["1"] * 3
    assert world.store.loads == 1
    world.time.pass_by(QUIET)
    assert world.token() == "1"
    assert world.store.loads == 2
    world.store.full = None
    world.time.pass_by(QUIET)
    assert world.token() == "1"
    assert world.store.grant.refresh_token == Secret("canary-refresh-1")
    assert world.sent == ["0"]
    world.time.pass_by(QUIET)
    assert (world.token(), world.store.loads) == ("1", 3), "and that was that"


def test_they_are_stored_before_they_are_renewed() -> None:
    world = a_world(issued(1), issued(2))
    world.store.full = FULL
    world.token()
    world.time.pass_by(DAY)
    with pytest.raises(ConfigurationError, match="no space left"):
        world.token()
    assert world.sent == ["0"]
    world.store.full = None
    assert world.token() == "2"
    assert [grant.refresh_token.reveal()[-1] for grant in world.store.saves] == ["1", "2"]
    assert world.sent == ["0", "1"]


def test_they_are_not_used_once_they_are_rejected() -> None:
    world = a_world()
    world.store.full = FULL
    rejected = world.tokens.obtain()
    world.time.pass_by(QUIET)
    with pytest.raises(ConfigurationError, match="no space left"):
        world.tokens.obtain(rejected)
    assert world.token() == "1"


def test_they_are_used_while_another_process_holds_the_lock() -> None:
    world = a_world()
    world.store.full = FULL
    world.token()
    world.time.pass_by(QUIET)
    world.store.held = True
    assert world.token() == "1"
    assert world.time.waits == []


def test_whatever_interrupts_the_storing_the_tokens_are_here_still() -> None:
    world = a_world()
    world.store.full = KeyboardInterrupt()  # type: ignore[assignment]  # no Exception, and still it comes
    with pytest.raises(KeyboardInterrupt):
        world.tokens.obtain()
    assert not world.store.held
    world.store.full = None
    assert world.token() == "1"
    assert world.store.grant.refresh_token == Secret("canary-refresh-1")
    assert world.sent == ["0"]


def test_a_new_login_is_worth_more_than_what_could_not_be_stored() -> None:
    world = a_world()
    world.store.full = FULL
    world.token()
    world.store.full = None
    world.store.put(a_grant(5))
    world.time.pass_by(QUIET)
    assert world.token() == "5"
    assert world.store.grant == a_grant(5)
    assert world.token() == "5"


def test_a_logout_is_worth_more_than_what_could_not_be_stored() -> None:
    world = a_world()
    world.store.full = FULL
    world.token()
    world.store.full = None
    world.store.profile = None
    world.time.pass_by(QUIET)
    with pytest.raises(ConsentRequired):
        world.token()
    assert world.store.profile is None


def test_a_store_that_cannot_be_used_is_said_before_anything_is_sent() -> None:
    world = a_world(grant=SOON)

    def refuse() -> Profile | None:
        msg = "the store can be read by others"
        raise ConfigurationError(msg)

    world.store.load = refuse  # type: ignore[method-assign]  # a store that went bad
    with pytest.raises(ConfigurationError, match="read by others"):
        world.tokens.obtain()
    assert world.sent == []


# --- several threads of one process


class Gate:
    """A token endpoint that answers when it is told to, with what it is told."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.sent = 0
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, form: Form, application: object) -> Outcome:
        self.sent += 1
        self.asked.set()
        assert self.go.wait(30)
        return self.outcome


class Waiting(Time):
    """Lets the gate open when so many threads were seen waiting."""

    def __init__(self, gate: Gate, threads: int) -> None:
        super().__init__()
        self.gate, self.threads, self.seen = gate, threads, set[int]()

    def sleep(self, seconds: float) -> None:
        self.seen.add(threading.get_ident())
        if len(self.seen) >= self.threads:
            self.gate.go.set()
        self.gate.go.wait(30)


def together(store: MemoryStore, gate: Gate, count: int = 4) -> list[Credentials | BaseException]:
    """What `count` threads get from one Tokens, one of them asking and the others waiting for it."""
    assert store.profile is not None
    tokens = Tokens(store, gate, Waiting(gate, count - 1), store.profile)
    found: list[Credentials | BaseException] = []

    def call() -> None:
        try:
            found.append(tokens.obtain())
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=call) for _ in range(count)]
    threads[0].start()
    assert gate.asked.wait(30)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_threads_that_waited_share_the_new_token() -> None:
    store, gate = MemoryStore(a_profile(a_grant(age=DAY))), Gate(issued(1))
    found = together(store, gate)
    assert [each.access_token for each in found if isinstance(each, Credentials)] == [
        Secret("canary-access-1")
    ] * 4
    assert gate.sent == 1


def test_threads_that_waited_share_the_failure() -> None:
    """Each with its own error: one that is raised in four threads gathers four tracebacks."""
    store, gate = MemoryStore(a_profile(a_grant(age=DAY))), Gate(INVALID_CLIENT)
    found = together(store, gate)
    assert gate.sent == 1
    assert [type(each) for each in found] == [AuthenticationError] * 4
    assert len({id(each) for each in found}) == 4
    assert len({str(each) for each in found}) == 1


def test_a_failure_is_shared_by_those_who_still_wait_for_the_lock() -> None:
    """The lock went from the thread that failed to somebody else, before this one got it."""
    world = a_world(INVALID_CLIENT)
    with pytest.raises(AuthenticationError):
        world.tokens.obtain()  # an earlier failure is nobody's
    world.store.held = True

    def fails_meanwhile(_: float) -> None:
        world.time.while_waiting = lambda _: None
        world.store.release()
        with pytest.raises(AuthenticationError):
            world.tokens.obtain()
        world.store.held = True

    world.time.while_waiting = fails_meanwhile
    with pytest.raises(AuthenticationError):
        world.tokens.obtain()
    assert world.sent == ["0", "0"]


def test_a_shared_failure_does_not_keep_a_living_token_from_use() -> None:
    world = a_world(INVALID_CLIENT, grant=SOON)
    world.store.held = True
    rejected = Credentials(APPLICATION.api_key, Secret("canary-access-0"), NOW)

    def fails_meanwhile(_: float) -> None:
        world.time.while_waiting = lambda _: None
        world.store.release()
        assert world.token() == "0"

    world.time.while_waiting = fails_meanwhile
    with pytest.raises(AuthenticationError):
        world.tokens.obtain(rejected)
    assert world.token() == "0"
    assert world.sent == ["0"]


def test_a_shared_failure_gives_no_rejected_token_back() -> None:
    world = a_world(INVALID_CLIENT, grant=SOON)
    world.store.held = True
    rejected = Credentials(APPLICATION.api_key, Secret("canary-access-0"), NOW)

    def fails_meanwhile(_: float) -> None:
        world.time.while_waiting = lambda _: None
        world.store.release()
        assert world.token() == "0"
        world.store.held = True

    world.time.while_waiting = fails_meanwhile
    with pytest.raises(AuthenticationError):
        world.tokens.obtain(rejected)
    assert len(world.time.waits) == 1


def test_a_failure_of_long_ago_is_nobodys() -> None:
    world = a_world(LOST, LOST, issued(1))
    with pytest.raises(ConnectionFailed):
        world.tokens.obtain()
    assert world.token() == "1"


def test_errors_survive_a_pickle() -> None:
    with pytest.raises(ConsentRequired) as caught:
        a_world(INVALID_GRANT).tokens.obtain()
    copied = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - of our own
    assert (str(copied), copied.address, copied.status) == (str(caught.value), caught.value.address, 400)


# --- logs


def test_the_header_that_asks_for_tokens_is_hidden_when_it_is_repeated() -> None:
    basic = b64encode(b"an-id:canary-client-secret").decode()
    said = {"error": "invalid_client", "error_description": f"no application Basic {basic}"}
    with pytest.raises(AuthenticationError, match=r"no application Basic .{0,12}\[secret\]") as caught:
        a_world(answer(said, 401)).tokens.obtain()
    assert basic[12:] not in f"{caught.value} {vars(caught.value)}"


def test_what_the_log_says_of_a_renewal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    a_world(LOST, issued(1, expires_in=7200)).token()
    a_world(UNTRUSTED, grant=SOON).token()
    advice = ConnectionFailed.advice
    assert caplog.messages == [
        "tokens are asked for once more in 0.5 s: "
        f"POST /oauth/token got no answer: ReadTimeout: too slow. {advice}",
        "the access token was renewed, and lives for 7200 s",
        "the access token could not be renewed, and is used for the 200 s left: "
        f"POST /oauth/token got no answer: the certificate is not trusted. {advice}",
    ]


def test_no_level_of_the_log_shows_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for outcomes in ([issued(1)], [CUT, issued(1)], [BUSY], [INVALID_GRANT], [LOST, PAGE]):
        world = a_world(*outcomes)
        with suppress(EnphaseError):
            world.tokens.obtain()
    assert "the access token was renewed" in caplog.text
    assert "canary" not in caplog.text


# --- any order of things


class Histories(RuleBasedStateMachine):
    """Two processes, one store, and a strict service: whatever happens, what the service gave last is not lost.

    The service rotates: a refresh token is good once. `lost` outcomes after the rotation are the one thing that
    takes a consent away; then ConsentRequired has to say so, and only then.
    """

    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.store = MemoryStore(a_profile(a_grant()))
        self.number = 0
        self.faults: list[str] = []
        self.requests = 0
        self.lives = {"canary-access-0": NOW + DAY}

    @initialize()
    def start(self) -> None:
        assert self.store.profile is not None
        self.processes = [Tokens(self.store, self.post, self.time, self.store.profile) for _ in range(2)]

    def post(self, form: Form, application: object) -> Outcome:
        assert self.store.held
        self.requests += 1
        self.time.pass_by(1)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "busy":
            return BUSY
        token = form["refresh_token"]
        assert isinstance(token, Secret)
        if token != Secret(f"canary-refresh-{self.number}"):
            return INVALID_GRANT
        self.number += 1
        self.lives[f"canary-access-{self.number}"] = self.time.now + DAY
        return Lost("cut off") if fault == "lost" else issued(self.number)

    @rule(seconds=st.sampled_from([1.0, 61.0, 400.0, DAY / 2, DAY - 200, DAY, 20 * DAY]))
    def time_passes(self, seconds: float) -> None:
        self.time.pass_by(seconds)

    @rule(fault=st.sampled_from(["busy", "lost"]))
    def something_will_go_wrong(self, fault: str) -> None:
        self.faults.append(fault)

    @rule(full=st.booleans())
    def the_disk(self, full: bool) -> None:
        self.store.full = FULL if full else None

    @rule(which=st.integers(0, 1), rejected=st.booleans())
    def call(self, which: int, rejected: bool) -> None:
        tokens, before = self.processes[which], self.requests
        try:
            found = tokens.ready() or tokens.obtain()
            if rejected:
                found = tokens.obtain(found)
        except ConsentRequired:
            assert self.store.grant.refresh_token != Secret(f"canary-refresh-{self.number}")
        except ServerError:
            assert self.requests > before
        except ConfigurationError:
            assert self.store.full is not None
        except ConnectionFailed:
            assert self.requests > before
        else:
            assert self.time.now < self.lives[found.access_token.reveal()], "no dead token is ever sent"
        assert self.requests - before <= (4 if rejected else 2)

    @precondition(lambda self: self.store.grant.refresh_token != Secret(f"canary-refresh-{self.number}"))
    @rule()
    def the_owner_consents_again(self) -> None:
        self.number += 1
        self.lives[f"canary-access-{self.number}"] = self.time.now + DAY
        grant = a_grant(self.number)
        moved = self.time.now - NOW
        self.store.put(
            replace(
                grant,
                obtained_at=grant.obtained_at + moved,
                expires_at=grant.expires_at + moved,
                consent_at=grant.consent_at + moved,
            )
        )

    @invariant()
    def the_lock_is_free_between_calls(self) -> None:
        assert not self.store.held


TestHistories = Histories.TestCase


# --- with the store that people have


def test_with_a_real_store(home: Any) -> None:
    store = open_store("file", home, "default")
    lock = store.try_lock()
    assert lock is not None
    with lock:
        store.save(a_profile(a_grant(age=DAY)))
    profile = store.load()
    assert profile is not None
    sent: list[Form] = []

    def post(form: Form, application: object) -> Outcome:
        sent.append(form)
        assert open_store("file", home, "default").try_lock() is None
        return issued(len(sent))

    found = Tokens(store, post, Time(), profile).obtain()
    assert found.access_token == Secret("canary-access-1")
    stored = open_store("file", home, "default").load()
    assert stored is not None
    assert stored.grant.refresh_token == Secret("canary-refresh-1")
    again = Tokens(store, post, Time(), profile).obtain()
    assert (again, len(sent)) == (found, 1)
