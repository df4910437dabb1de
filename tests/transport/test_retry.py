"""When a call is sent again: the table of `decide`, line by line, and what holds whatever comes."""

from __future__ import annotations

import json
import math
import pickle
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.errors import ConfigurationError, limit_of
from enphase_cloud.transport.body import DEPTH_LIMIT
from enphase_cloud.transport.retry import Lost, Outcome, Reply, Retry, decide, repeatable

NOW = 1_781_949_600  # 2026-06-20 10:00 UTC
PATIENT = Retry(attempts=3)
PERIOD = b'{"period": "minute", "period_start": %d, "period_end": %d}'
CUT = b'{"intervals": [{"end_at": 1'


def got(status: int, body: bytes = b"{}", **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def limited(body: bytes = b"{}", **headers: str) -> Reply:
    return got(429, body, **headers)


# outcome, attempt, elapsed, wait (with chance 0.5)
CASES: list[tuple[str, Outcome, int, float, float | None]] = [
    ("an answer", got(200), 1, 0, None),
    ("not followed", got(302, b""), 1, 0, None),
    ("not found", got(404), 1, 0, None),
    ("refused, with a page", got(403, b"<html>"), 1, 0, None),
    ("too slow, says a 4xx", got(408), 1, 0, None),
    ("client closed", got(499), 1, 0, 0.5),
    ("server error", got(500), 1, 0, 0.5),
    ("server error again", got(503), 2, 1, 1.0),
    ("server error, last attempt", got(503), 3, 2, None),
    ("server error, past the last", got(503), 4, 2, None),
    ("not implemented", got(501), 1, 0, None),
    ("not this version of HTTP", got(505), 1, 0, None),
    ("gateways", got(520), 1, 0, 0.5),
    ("gateways", got(527), 1, 0, 0.5),
    ("gateways", got(530), 1, 0, 0.5),
    ("not reached", got(550), 1, 0, 0.5),
    ("not reached", got(552), 1, 0, 0.5),
    ("the last of 5xx", got(599), 1, 0, 0.5),
    ("beyond 5xx", got(600), 1, 0, None),
    ("server says when", got(503, retry_after="9"), 1, 0, 9.5),
    ("server says too late", got(503, retry_after="120"), 1, 0, None),
    ("server says the past", got(503, retry_after="0"), 1, 0, 0.5),
    ("page in place of data", got(200, b" <!DOCTYPE html>"), 1, 0, 0.5),
    ("page in place of data, as created", got(201, b"<html>"), 1, 0, 0.5),
    ("cut", got(200, CUT), 1, 0, 0.5),
    ("cut, again", got(200, CUT), 2, 0, 1.0),
    ("cut, last attempt", got(200, CUT), 3, 0, None),
    ("words in place of data", got(200, b"busy"), 1, 0, 0.5),
    ("nothing in place of data", got(200, b""), 1, 0, 0.5),
    ("nothing, and that is all", got(204, b""), 1, 0, None),
    ("nothing, and that is all", got(205, b""), 1, 0, None),
    ("nested too deeply", got(200, b"[" * (DEPTH_LIMIT + 2)), 1, 0, None),
    ("a page before the answer", got(199, b"<html>"), 1, 0, None),
    ("a page that leads elsewhere", got(300, b"<html>"), 1, 0, None),
    ("lost", Lost("ReadTimeout"), 1, 30, 0.5),
    ("lost again", Lost("ReadTimeout"), 2, 30, 1.0),
    ("lost for good", Lost("certificate", hopeless=True), 1, 0, None),
    ("lost, just within the budget", Lost("ReadTimeout"), 1, 119.4, 0.5),
    ("lost, budget used up", Lost("ReadTimeout"), 1, 119.5, None),
    ("limited, no more said", limited(), 1, 0, 15.0),
    ("limited, no more said, again", limited(), 2, 0, 30.0),
    ("limited, seconds", limited(retry_after="12"), 1, 0, 12.5),
    ("limited, past", limited(retry_after="0"), 1, 0, 0.5),
    ("limited, past, again", limited(retry_after="0"), 2, 0, 1.0),
    ("limited, too long", limited(retry_after="120"), 1, 0, None),
    ("limited, too long by now", limited(retry_after="60"), 1, 60, None),
    ("limited, minute", limited(PERIOD % (NOW - 40, NOW + 20)), 1, 0, 20.5),
    ("limited, minute, our clock is slow", limited(PERIOD % (NOW + 3600, NOW + 3660)), 1, 0, 60.5),
    ("the same, of no length", limited(b'{"period": "minute", "period_end": %d}' % (NOW + 3600)), 1, 0, 60.5),
    (
        "limited, our clock is slow, and seconds",
        limited(PERIOD % (NOW + 3600, NOW + 3660), retry_after="70"),
        1,
        0,
        70.5,
    ),
    ("limited, minute, our clock is fast", limited(PERIOD % (NOW - 3660, NOW - 3600)), 1, 0, 0.5),
    ("limited, both", limited(PERIOD % (NOW - 40, NOW + 20), retry_after="30"), 1, 0, 30.5),
    ("limited, month", limited(b'{"period": "month"}'), 1, 0, None),
    ("limited, month, shouted", limited(b'{"period": "MONTH "}'), 1, 0, None),
    ("limited, month, with a promise", limited(b'{"period": "month"}', retry_after="1"), 1, 0, None),
    ("limited, unknown period", limited(b'{"period": "hour", "period_end": %d}' % (NOW + 60)), 1, 0, 60.5),
    ("limited, a page", limited(b"<html>"), 1, 0, 15.0),
]


@pytest.mark.parametrize(("what", "outcome", "attempt", "elapsed", "wait"), CASES)
def test_the_table(what: str, outcome: Outcome, attempt: int, elapsed: float, wait: float | None) -> None:
    known: dict[str, Any] = {"attempt": attempt, "elapsed": elapsed, "now": NOW, "chance": 0.5}
    assert decide(PATIENT, outcome, repeatable=True, **known) == wait
    assert decide(PATIENT, outcome, repeatable=False, **known) is None


@pytest.mark.parametrize(
    ("told", "period"),
    [
        ("minute", "minute"),
        (" MONTH\n", "month"),
        ("fortnight", "fortnight"),
        ("q" * 20, "q" * 20),
        ("q" * 21, None),
        ("", None),
        ("\ud800", None),
        ("two words", None),
        ("month\0", None),
        ("m\u00f6nth", None),
        ("\u212aelvin", None),  # the sign of the kelvin, which is a k in small letters
        ("7", None),
        (7, None),
        (None, None),
        (["month"], None),
    ],
)
def test_a_period_is_a_word(told: Any, period: str | None) -> None:
    """It goes into messages and into the ledger."""
    assert limit_of({}, json.dumps({"period": told}).encode(), NOW).period == period


def test_backoff_doubles_up_to_a_bound() -> None:
    patient = Retry(attempts=100, budget=1e9, limited_base=4, longest=40)
    known: dict[str, Any] = {"elapsed": 0, "now": NOW, "chance": 0.5}
    for outcome, waits in (
        (got(500), [0.5, 1, 2, 4, 8, 16, 20, 20]),
        (limited(), [2, 4, 8, 16, 20, 20, 20, 20]),
    ):
        assert [
            decide(patient, outcome, repeatable=True, attempt=attempt, **known) for attempt in range(1, 9)
        ] == waits
        assert decide(patient, outcome, repeatable=True, attempt=99, **known) == 20


def test_a_failing_call_costs_two_hits_at_the_most() -> None:
    assert Retry().attempts == 2
    for outcome in (got(503), limited(), Lost("cut"), got(200, CUT)):
        known: dict[str, Any] = {"repeatable": True, "elapsed": 0, "now": NOW, "chance": 0.5}
        assert decide(Retry(), outcome, attempt=1, **known) is not None
        assert decide(Retry(), outcome, attempt=2, **known) is None


OUTCOMES = st.builds(Lost, st.text(max_size=3), st.booleans()) | st.builds(
    Reply,
    st.integers(100, 999),
    st.fixed_dictionaries(
        {}, optional={"retry-after": st.text(max_size=8) | st.integers(-9, 10**9).map(str), "date": st.text()}
    ),
    st.binary(max_size=40)
    | st.builds(
        b'{"period": "%b", "period_start": %d, "period_end": %d}'.__mod__,
        st.tuples(
            st.sampled_from([b"minute", b"month", b"hour"]), st.integers(0, 2**54), st.integers(0, 2**54)
        ),
    ),
)


@given(
    outcome=OUTCOMES,
    attempt=st.integers(1, 100),
    attempts=st.integers(1, 100),
    elapsed=st.floats(0, 500),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_whatever_comes_waits_are_within_the_budget_and_attempts_end(
    outcome: Outcome, attempt: int, attempts: int, elapsed: float, chance: float
) -> None:
    wait = decide(
        Retry(attempts=attempts),
        outcome,
        repeatable=True,
        attempt=attempt,
        elapsed=elapsed,
        now=NOW,
        chance=chance,
    )
    if wait is not None:
        assert attempt < attempts
        assert 0 <= wait < 120 - elapsed
        assert isinstance(outcome, Lost) or outcome.status in (429, 499) or not 300 <= outcome.status < 500


# --- what may be sent twice ---


@pytest.mark.parametrize(
    ("word", "method", "always", "if_asked"),
    [
        ("idempotent", "GET", True, True),
        ("idempotent", "PUT", False, True),
        ("idempotent", "POST", False, False),
        ("idempotent", "DELETE", False, False),
        ("idempotent", "PATCH", False, False),
        ("never", "GET", False, False),
        ("never", "PUT", False, False),
        ("never", "POST", False, False),
        ("", "GET", False, False),
    ],
)
def test_what_may_be_sent_twice(word: str, method: str, always: bool, if_asked: bool) -> None:
    assert repeatable(Retry(), word, method) is always
    assert repeatable(Retry(settings=True), word, method) is if_asked


def test_of_all_operations_only_readings_are_sent_twice_unless_asked() -> None:
    def twice(retry: Retry) -> set[str]:
        return {each.method for each in OPERATIONS.values() if repeatable(retry, each.retry, each.method)}

    assert twice(Retry()) == {"GET"}
    assert twice(Retry(settings=True)) <= {"GET", "PUT"}
    assert not repeatable(Retry(settings=True), OPERATIONS["getLiveData"].retry, "GET")


# --- the policy itself ---


@pytest.mark.parametrize("name", ["budget", "base", "limited_base", "longest"])
@pytest.mark.parametrize("value", [-1, -0.001, math.inf, math.nan, "1", None, True])
def test_seconds_that_make_no_sense(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Retry(**{name: value})
    least = "above 0" if name == "budget" else "0 or more"
    assert str(caught.value) == f"Retry({name}=) has to be a number of seconds, {least}, not {value!r}."


@pytest.mark.parametrize("value", [0, -1, 101, 2.0, "2", None, True])
def test_attempts_that_make_no_sense(value: Any) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^Retry\(attempts=\) has to be a whole number from 1 to 100"
    ):
        Retry(attempts=value)


@pytest.mark.parametrize("value", [0, 1, "yes", None])
def test_settings_is_yes_or_no(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^Retry\(settings=\) has to be True or False"):
        Retry(settings=value)


def test_a_budget_of_nothing_makes_no_sense_but_a_wait_of_nothing_does() -> None:
    with pytest.raises(ConfigurationError, match="above 0"):
        Retry(budget=0)
    assert Retry(attempts=1, budget=0.001, base=0, limited_base=0, longest=0).longest == 0
    assert Retry(attempts=100).attempts == 100


def test_a_policy_is_a_value() -> None:
    assert pickle.loads(pickle.dumps(Retry(attempts=5))) == Retry(attempts=5)  # noqa: S301 - our own bytes
    assert hash(Retry()) == hash(Retry())
    assert Retry() != Retry(settings=True)
