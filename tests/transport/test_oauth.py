"""What is sent to the token endpoint, and what its answers are taken for."""

from __future__ import annotations

import json
import traceback
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud import (
    AuthenticationError,
    ConsentRequired,
    DecodeError,
    EnphaseError,
    InvalidRequest,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from enphase_cloud.transport.grant import Grant
from enphase_cloud.transport.oauth import (
    ASSUMED_LIFE,
    EXTRA_LIMIT,
    REDIRECT_PAGE,
    authorize_url,
    code_form,
    granted,
    judged,
    password_form,
    redirect_page,
    refresh_form,
)
from enphase_cloud.transport.retry import Reply
from enphase_cloud.transport.secret import Secret

NOW = 1_782_000_000.0
ACCESS, REFRESH = "canary-access-71c2", "canary-refresh-0d9e"
TOLD: dict[str, Any] = {
    "access_token": ACCESS,
    "token_type": "bearer",
    "refresh_token": REFRESH,
    "expires_in": 86_393,
    "scope": "read write",
    "enl_uid": "1234567",
    "enl_cid": "",
    "enl_password_last_changed": "1640000000",
    "is_internal_app": False,
    "app_type": "system",
    "jti": "6b4f8bd2",
}
BEFORE = Grant(
    access_token=Secret("canary-access-old"),
    refresh_token=Secret("canary-refresh-old"),
    obtained_at=NOW - 90_000,
    expires_at=NOW - 3_600,
    consent_at=NOW - 80_000,
)


def answered(body: Any, status: int = 200, **headers: str) -> Reply:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, sent)


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in TOLD.items() if name not in names}


# --- addresses and forms


def test_where_an_owner_consents() -> None:
    page = redirect_page("https://api.enphaseenergy.com/")
    assert page == f"https://api.enphaseenergy.com{REDIRECT_PAGE}"
    address = urlsplit(authorize_url("https://api.enphaseenergy.com", "id&state=x", page, "a b/+="))
    assert (
        f"{address.scheme}://{address.netloc}{address.path}"
        == "https://api.enphaseenergy.com/oauth/authorize"
    )
    assert parse_qs(address.query, strict_parsing=True) == {
        "response_type": ["code"],
        "client_id": ["id&state=x"],
        "redirect_uri": [page],
        "state": ["a b/+="],
    }
    assert "state" not in authorize_url("http://127.0.0.1:8787/prefix/", "id", page)
    assert authorize_url("http://127.0.0.1:8787/prefix/", "id", page).startswith(
        "http://127.0.0.1:8787/prefix/oauth/authorize?"
    )
    # only slashes are taken off
    assert redirect_page("http://127.0.0.1:8787/PREFIX/") == f"http://127.0.0.1:8787/PREFIX{REDIRECT_PAGE}"
    assert "/PREFIX/oauth/" in authorize_url("http://127.0.0.1:8787/PREFIX/", "id", page)


def test_forms_hold_secrets_as_secrets() -> None:
    secret = Secret("canary-in-a-form")
    assert code_form(secret, "http://x/") == {
        "grant_type": "authorization_code",
        "code": secret,
        "redirect_uri": "http://x/",
    }
    assert password_form("me", secret) == {"grant_type": "password", "username": "me", "password": secret}
    assert refresh_form(secret) == {"grant_type": "refresh_token", "refresh_token": secret}
    for form in (code_form(secret, ""), password_form("me", secret), refresh_form(secret)):
        assert "canary" not in repr(form)


# --- good answers


def test_a_first_grant() -> None:
    grant = granted(answered(TOLD), NOW)
    assert grant.access_token == Secret(ACCESS)
    assert grant.refresh_token == Secret(REFRESH)
    assert (grant.obtained_at, grant.expires_at, grant.consent_at) == (NOW, NOW + 86_393, NOW)
    assert grant.scope == "read write"
    assert grant.extra == {
        "token_type": "bearer",
        "enl_uid": "1234567",
        "enl_cid": "",
        "enl_password_last_changed": "1640000000",
        "is_internal_app": False,
        "app_type": "system",
        "jti": "6b4f8bd2",
    }
    assert "canary" not in repr(grant)


def test_a_renewal() -> None:
    grant = granted(answered(TOLD), NOW, BEFORE)
    assert grant.refresh_token == Secret(REFRESH)
    assert (grant.obtained_at, grant.consent_at) == (NOW, NOW)


@pytest.mark.parametrize(
    "told",
    [
        without("refresh_token"),
        {**TOLD, "refresh_token": None},
        {**TOLD, "refresh_token": " "},
        {**TOLD, "refresh_token": 7},
        {**TOLD, "refresh_token": "\ud800"},
        {**TOLD, "refresh_token": "canary-refresh-old"},
    ],
)
def test_a_refresh_token_that_does_not_come_or_change_keeps_its_age(told: dict[str, Any]) -> None:
    """RFC 6749, 6. botocore drops it, and with it the consent; taken for new it would be used until it is dead."""
    grant = granted(answered(told), NOW, BEFORE)
    assert grant.access_token == Secret(ACCESS)
    assert (grant.refresh_token, grant.consent_at) == (BEFORE.refresh_token, BEFORE.consent_at)


@pytest.mark.parametrize(
    ("told", "life"),
    [
        (86_400, 86_400),
        ("86393", 86_393),
        ("3600.5", 3600.5),
        (1, 1),
        (366 * 86_400, 366 * 86_400),
        (366 * 86_400 + 1, ASSUMED_LIFE),
        (0, ASSUMED_LIFE),
        (-5, ASSUMED_LIFE),
        (None, ASSUMED_LIFE),
        (True, ASSUMED_LIFE),
        ("soon", ASSUMED_LIFE),
        ("nan", ASSUMED_LIFE),
        ("1e999", ASSUMED_LIFE),
        (10**400, ASSUMED_LIFE),
        ([60], ASSUMED_LIFE),
    ],
)
def test_how_long_a_token_lives(told: Any, life: float) -> None:
    assert granted(answered({**TOLD, "expires_in": told}), NOW).expires_at == NOW + life
    assert granted(answered(without("expires_in")), NOW).expires_at == NOW + ASSUMED_LIFE


def test_tokens_are_nowhere_else_in_a_grant() -> None:
    more = {
        "id_token": "canary-id",
        "deviceToken": "canary-device",
        "both": [f"{ACCESS}/{REFRESH}"],
        "next": f"use {REFRESH}",
        "nested": {"more": {"x": ACCESS}},
        "named": {"session_token": "canary-session"},
        "kept": {"list": [1, "two", None, {"three": 3.0}]},
        "scope": ["read"],
    }
    grant = granted(answered({**TOLD, **more}), NOW)
    assert set(grant.extra) - set(TOLD) == {"kept"}
    assert grant.extra["kept"] == more["kept"]
    assert "canary" not in repr(grant)
    assert grant.scope is None


def test_every_letter_that_a_header_carries_may_stand_in_a_token() -> None:
    assert granted(answered({**TOLD, "access_token": "!~"}), NOW).access_token == Secret("!~")


def nested(levels: int, inner: str = "1") -> str:
    return "[" * levels + inner + "]" * levels


def beside_tokens(more: str, **told: str) -> bytes:
    """A good answer, with something in it that is written out."""
    return f"{{{more}, {json.dumps({**TOLD, **told})[1:]}".encode()


@pytest.mark.parametrize("levels", [64, 450, 5_000, 100_000])
@pytest.mark.parametrize("inner", ["1", '"[[["', '"\\\\"', '"\\""', '{"a": "]"}', f'"{ACCESS}"'])
def test_a_deep_answer_costs_no_grant(levels: int, inner: str) -> None:
    """It ended in a RecursionError, and the tokens that it had replaced were dead by then."""
    grant = granted(answered(beside_tokens(f'"x": {nested(levels, inner)}')), NOW, BEFORE)
    assert (grant.access_token, grant.refresh_token) == (Secret(ACCESS), Secret(REFRESH))
    assert grant.expires_at == NOW + 86_393
    assert grant.extra == {}
    assert grant.scope is None


def test_as_deep_as_data_may_be_it_is_kept() -> None:
    grant = granted(answered(beside_tokens(f'"x": {nested(63)}')), NOW)
    assert json.dumps(grant.extra["x"]) == nested(63)
    assert grant.scope == "read write"
    assert granted(answered(beside_tokens(f'"x": {nested(62, json.dumps([ACCESS]))}')), NOW).extra.keys() == {
        name for name in TOLD if name not in ("access_token", "refresh_token", "expires_in", "scope")
    }


def test_a_long_answer_leaves_nothing_but_tokens() -> None:
    body = beside_tokens('"x": "y"')
    assert granted(answered(body + b" " * (EXTRA_LIMIT - len(body))), NOW).extra["x"] == "y"
    grant = granted(answered(body + b" " * (EXTRA_LIMIT - len(body) + 1)), NOW)
    assert (grant.access_token, grant.refresh_token) == (Secret(ACCESS), Secret(REFRESH))
    assert (grant.extra, grant.scope, grant.expires_at) == ({}, None, NOW + 86_393)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_deep_answer_in_another_writing_of_unicode(encoding: str) -> None:
    body = beside_tokens(f'"x": {nested(450)}').decode().encode(encoding)
    assert granted(answered(body), NOW).access_token == Secret(ACCESS)


@pytest.mark.parametrize(
    "body",
    [
        b'{"x": ' + b"[" * 500,
        b'{"x": ' + b"[" * 500 + b'"' + b'\\"' * 200_000,
        b'{"x": ' + b"[" * 500 + b'"\\',
        b'{"x": ' + b"]" * 500 + b"}",
        b"\xff\xfe[" * 500,
        b"[" * 500 + b"]" * 500,
        b"x" * (EXTRA_LIMIT + 1),
    ],
)
def test_a_deep_answer_may_be_cut_short_too(body: bytes) -> None:
    with pytest.raises(DecodeError, match=r"cut short|no object"):
        granted(answered(body), NOW)


def test_numbers_that_python_reads_with_reluctance_cost_no_grant() -> None:
    """An int of more than 4,300 digits is a ValueError; NaN is not even itself when it is read again."""
    body = beside_tokens(f'"x": {"7" * 5_000}, "y": NaN, "z": -Infinity, "n": -12')
    grant = granted(answered(body), NOW)
    assert grant.access_token == Secret(ACCESS)
    assert [grant.extra[name] for name in "xyzn"] == [None, None, None, -12]
    assert granted(answered(body.replace(b"86393", b"8" * 5_000)), NOW).expires_at == NOW + ASSUMED_LIFE


# --- answers that are none


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html><title>canary-access-71c2</title></html>", "page"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "page"),
        (b"", "cut short"),
        (json.dumps(TOLD).encode()[:-1], "cut short"),
        (json.dumps(TOLD).encode()[:120], "cut short"),
        (b"[" * 100_000, "cut short"),
        (b"\xff\xfe\xff", "cut short"),
        ([TOLD], "no object"),
        (ACCESS, "no object"),
        (without("access_token"), "without an access_token"),
        ({**TOLD, "access_token": ""}, "without an access_token"),
        ({**TOLD, "access_token": f"{ACCESS}\r\nkey: x"}, "without an access_token"),
        ({**TOLD, "access_token": f"{ACCESS}é"}, "without an access_token"),
        ({**TOLD, "access_token": [ACCESS]}, "without an access_token"),
        ({"error": "invalid_grant"}, "without an access_token"),
    ],
)
@pytest.mark.parametrize("previous", [None, BEFORE])
def test_what_is_no_grant_says_nothing_of_its_content(
    body: Any, problem: str, previous: Grant | None
) -> None:
    with pytest.raises(DecodeError, match=problem) as caught:
        granted(answered(body), NOW, previous)
    error = caught.value
    assert (error.status, error.method, error.path) == (200, "POST", "/oauth/token")
    assert_bare_of_secrets(error)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html>", "with a page in place of tokens"),
        (b"{", "with no JSON, or with one that was cut short"),
        ([], "with JSON that is no object"),
        (without("access_token"), "without an access_token that a header can carry"),
        (without("refresh_token"), "without a refresh_token"),
    ],
)
def test_what_is_said_of_an_answer_that_is_no_grant(body: Any, problem: str) -> None:
    error = judged(answered(body), NOW)
    assert isinstance(error, DecodeError)
    assert str(error) == f"POST /oauth/token was answered 200 {problem}. {DecodeError.advice}"
    assert error.problem == problem


def test_a_first_grant_needs_a_refresh_token() -> None:
    with pytest.raises(DecodeError, match="without a refresh_token") as caught:
        granted(answered(without("refresh_token")), NOW)
    assert_bare_of_secrets(caught.value)


def assert_bare_of_secrets(error: BaseException) -> None:
    """Neither the message, nor what hangs on it, nor what a tool finds in the frames of our modules."""
    assert error.__context__ is None
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in shown.stack if "enphase_cloud" in frame.filename]
    assert ours
    told = f"{error} {error!r} {vars(error)} {[frame.locals for frame in ours]}"
    assert ACCESS not in told
    assert REFRESH not in told


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (answered({"error": "invalid_grant", "error_description": "used"}, 400), ConsentRequired, "used"),
        (answered({"error": "invalid_grant"}, 401), ConsentRequired, "invalid_grant"),
        (answered({"error": "invalid_grant"}, 403), PermissionDenied, "invalid_grant"),
        (answered({"error": "invalid_client"}, 401), AuthenticationError, "client id and client secret"),
        (answered({"error": "invalid_client"}, 400), AuthenticationError, "client id and client secret"),
        (answered({"error": "invalid_request"}, 400), AuthenticationError, "invalid_request"),
        (
            answered({"error": "invalid_token", "error_description": "old."}, 401),
            AuthenticationError,
            "enphase login",
        ),
        (answered(b"", 401), AuthenticationError, "answered 401. Check"),
        (answered(b"<html><title>Busy</title>", 400), AuthenticationError, "page"),
        (answered({"error": "x"}, 404), EnphaseError, "x"),
        (answered({"error": "x"}, 413), InvalidRequest, "x"),
        (answered({"message": "slow down"}, 429, retry_after="7"), RateLimited, "00:00:07 UTC"),
        (answered({"period": "month", "message": "no more"}, 429), QuotaExhausted, "no more"),
        (answered(b"", 408), ServerError, "408"),
        (answered(b"", 499), ServerError, "499"),
        (answered({"error": "server_error"}, 500), ServerError, "server_error"),
        (answered(b"<html>Busy</html>", 502), ServerError, "Busy"),
        (answered(TOLD, 300), EnphaseError, "Redirects are not followed"),
        (answered(b"", 301), EnphaseError, "Redirects are not followed"),
    ],
)
def test_refusals(reply: Reply, kind: type[EnphaseError], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        granted(reply, NOW, BEFORE)
    error = caught.value
    assert isinstance(error, ConsentRequired) is (kind is ConsentRequired)
    assert type(error) is kind or kind is EnphaseError
    assert (error.status, error.method, error.path) == (reply.status, "POST", "/oauth/token")


@pytest.mark.parametrize(
    ("said", "problem", "words"),
    [
        ({"error": "x", "error_description": "Old."}, "x: Old.", "401: x: Old. Check the application's"),
        ({"error": "x", "error_description": "Old"}, "x: Old", "401: x: Old. Check the application's"),
        ({}, "{}", "401: {}. Check the application's"),
    ],
)
def test_what_is_said_of_an_application_that_is_refused(said: Any, problem: str, words: str) -> None:
    error = judged(answered(said, 401), NOW, BEFORE)
    assert isinstance(error, AuthenticationError)
    assert str(error).startswith(f"POST /oauth/token was answered {words}")
    assert error.problem == problem
    assert error.body == json.dumps(said)


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_what_the_service_repeats_of_our_secrets_is_hidden(status: int) -> None:
    said = {"error": "invalid_client", "error_description": f"no token {REFRESH} of {ACCESS}"}
    error = judged(answered(said, status), NOW, BEFORE, secrets=[Secret(REFRESH), Secret(ACCESS)])
    assert isinstance(error, EnphaseError)
    assert "no token [secret] of [secret]" in str(error)
    assert "canary" not in f"{error} {vars(error)}"
    with pytest.raises(type(error)) as caught:
        granted(answered(said, status), NOW, secrets=[Secret(REFRESH), Secret(ACCESS)])
    assert str(caught.value) == str(error)


@given(
    st.integers(200, 599),
    st.binary(max_size=40)
    | st.dictionaries(
        st.sampled_from(["access_token", "refresh_token", "expires_in", "scope", "error", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    ),
    st.sampled_from([None, BEFORE]),
)
def test_whatever_comes_is_a_grant_or_an_error(status: int, body: Any, previous: Grant | None) -> None:
    found = judged(answered(body, status), NOW, previous)
    if isinstance(found, EnphaseError):
        gone = isinstance(body, dict) and body.get("error") == "invalid_grant" and status in (400, 401)
        assert isinstance(found, ConsentRequired) is gone
        return
    assert 200 <= status < 300
    assert NOW < found.expires_at <= NOW + 366 * 86_400
    assert found.access_token.reveal().isascii()
    assert found.refresh_token.reveal()
    assert found.refresh_token == BEFORE.refresh_token or found.consent_at == NOW
