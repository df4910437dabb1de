"""Codes and tokens, in process: who gets one, what it is good for, and when it dies."""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from starlette.applications import Starlette

from enphase_cloud.mock import create_app, tokens
from enphase_cloud.mock.accounts import APPLICATIONS, INSTALLER, PASSWORD, Application

from .conforming import assert_conforms
from .granting import (
    AUTHORIZE,
    CALLBACK,
    CODE_PAGE,
    FORM,
    OTHER,
    OWNER,
    SPICE,
    SYSTEMS,
    TOKEN,
    VENDOR,
    WISH,
    as_caller,
    ask_token,
    basic,
    code_for,
    consent,
    error_of,
    exchange,
    refresh,
    seen_with,
    signed_in,
)
from .playing import NOW, ask, service_of

FREE = Application(name="Free", client_id="free-client", client_secret="a b:c%", api_key="free-key")


@pytest.fixture
def app() -> Starlette:
    return create_app(homes=4, clock=NOW)


# --- the token endpoint


@pytest.mark.parametrize("place", ["form", "query", "both"])
def test_an_answer_has_what_the_vendors_has(app: Starlette, place: str) -> None:
    sent = {"grant_type": "authorization_code", "code": code_for(app), "redirect_uri": CALLBACK}
    in_query = {"form": {}, "query": sent, "both": {"code": sent["code"]}}[place]
    in_form = {name: value for name, value in sent.items() if name not in in_query}
    headers = {"authorization": basic("partner-client")} | ({"content-type": FORM} if in_form else {})
    answer = ask(app, TOKEN, in_query, method="POST", headers=headers, body=urlencode(in_form).encode())
    assert answer.status == 200
    told = answer.json
    assert list(told) == [
        *("access_token", "token_type", "refresh_token", "expires_in", "scope", "enl_uid", "enl_cid"),
        *("enl_password_last_changed", "is_internal_app", "app_type", "jti"),
    ]
    assert (told["token_type"], told["scope"], told["app_type"]) == ("bearer", "read write", "system")
    assert told["expires_in"] == 86_400
    assert type(told["expires_in"]) is int
    assert told["is_internal_app"] is False
    assert told["enl_uid"].isdigit()
    assert told["enl_cid"] == ""
    assert 0 < int(told["enl_password_last_changed"]) < NOW
    assert str(UUID(told["jti"])) == told["jti"]
    assert told["access_token"] != told["refresh_token"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"partner-client").decode(),
        "Basic é",
        basic("partner-client", ""),
        basic("partner-client", "kilowatt-secret"),
        basic("nobody", "partner-secret"),
        basic("", ""),
        "Bearer partner-secret",
    ],
)
def test_a_client_that_is_not_known(app: Starlette, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    sent = {"grant_type": "authorization_code", "code": code_for(app), "redirect_uri": CALLBACK}
    # not in the form either
    body = urlencode(sent | {"client_id": "partner-client", "client_secret": "partner-secret"}).encode()
    answer = ask(app, TOKEN, method="POST", headers=headers | {"content-type": FORM}, body=body)
    assert error_of(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert exchange(app, sent["code"]).status == 200, "the code is still good"


def test_secrets_with_odd_characters_plain_or_quoted() -> None:
    app = create_app(applications=[FREE])
    for secret in (FREE.client_secret, quote(FREE.client_secret, safe="")):
        headers = {"authorization": basic("free-client", secret)}
        assert error_of(ask(app, TOKEN, method="POST", headers=headers)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": "Password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "redirect_uri": CALLBACK}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "é\U0001f31e\x00"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "client_id": "kilowatt-client"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "client_id": "partner-client"}, 400, "invalid_request"),
    ],
    ids=str,
)
def test_token_requests_that_make_no_sense(
    app: Starlette, sent: dict[str, str], status: int, error: str
) -> None:
    answer = ask_token(app, **sent)
    assert error_of(answer) == (status, error)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "kind", "body", "status"),
    [
        (b"", "application/json", b'{"grant_type": "refresh_token"}', 400),
        (b"", "multipart/form-data; boundary=x", b"--x--", 400),
        (b"", "", b"grant_type=refresh_token", 400),
        (b"", FORM, b"grant_type=%ff", 400),
        (b"", FORM, b"\xff\xfe=1", 400),
        (b"grant_type=%c3%28", FORM, b"", 400),
        (b"\xff", FORM, b"", 400),
        (b"", FORM, b"a=b&" * 200, 400),
        (b"", FORM, b"code=" + b"x" * 1_000_001, 413),
        (b"grant_type=refresh_token", FORM, b"grant_type=refresh_token&refresh_token=x", 400),
        (b"", FORM, b"grant_type=refresh_token&refresh_token=x&refresh_token=x", 400),
        (b"", FORM, b"grant_type=password&grant_type=", 400),
        (b"code=1&code=2", FORM, b"grant_type=authorization_code&redirect_uri=x", 400),
    ],
)
def test_bodies_that_are_no_form(app: Starlette, query: bytes, kind: str, body: bytes, status: int) -> None:
    headers = {"authorization": basic("partner-client")} | ({"content-type": kind} if kind else {})
    answer = ask(app, TOKEN, query, method="POST", headers=headers, body=body)
    assert error_of(answer) == (status, "invalid_request")
    page = ask(app, AUTHORIZE, query, method="POST", headers=headers, body=body)
    assert page.status == status
    assert "location" not in page.headers


MOCK = create_app(homes=2, clock=NOW)
TOKEN_WISHES = st.fixed_dictionaries(
    {"grant_type": st.sampled_from(["authorization_code", "refresh_token", "password"]) | SPICE},
    optional={
        "code": SPICE,
        "redirect_uri": st.just(CALLBACK) | SPICE,
        "refresh_token": SPICE,
        "username": st.just(OWNER) | SPICE,
        "password": SPICE,
        "scope": SPICE,
        "client_id": st.just("partner-client") | SPICE,
    },
)


@settings(max_examples=100)
@given(wish=TOKEN_WISHES, secret=st.just("partner-secret") | SPICE)
def test_no_parameters_get_a_token_or_into_the_refusal(wish: dict[str, str], secret: str) -> None:
    authorization = basic("partner-client", secret)
    headers = {"authorization": authorization, "content-type": FORM}
    answer = ask(MOCK, TOKEN, method="POST", headers=headers, body=urlencode(wish).encode())
    status, error = error_of(answer)
    assert status == (401 if error == "invalid_client" else 400)
    told = answer.json["error_description"]
    assert "partner-client" not in told
    # what RFC 6749 lets a description be: none of the hostile pieces is
    assert all(" " <= letter <= "~" and letter not in '"\\<>@:' for letter in told)


def test_a_form_by_another_name_changes_nothing(app: Starlette) -> None:
    token = signed_in(app)["refresh_token"]
    body = urlencode({"grant_type": "refresh_token", "refresh_token": token}).encode()
    for kind in ("text/plain", "application/json", ""):
        headers = {"authorization": basic("partner-client")} | ({"content-type": kind} if kind else {})
        answer = ask(app, TOKEN, method="POST", headers=headers, body=body)
        assert error_of(answer) == (400, "invalid_request")
    assert refresh(app, token).status == 200


def test_what_else_a_form_may_be(app: Starlette) -> None:
    """Unknown parameters, also repeated ones, a charset, an empty body of any type: nobody's business."""
    kinds = [(f"{FORM}; charset=UTF-8", b"x=1&x=2&"), (FORM.upper(), b""), ("application/json", b"")]
    for kind, body in kinds:
        token = signed_in(app)["refresh_token"]
        headers = {"authorization": basic("partner-client"), "content-type": kind}
        query = {"grant_type": "refresh_token", "refresh_token": token}
        assert ask(app, TOKEN, query, method="POST", headers=headers, body=body).status == 200


@pytest.mark.parametrize(("path", "allowed"), [(AUTHORIZE, "GET, POST"), (TOKEN, "POST"), (CODE_PAGE, "GET")])
def test_wrong_methods(app: Starlette, path: str, allowed: str) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"} - set(allowed.split(", ")):
        answer = ask(app, path, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
        assert method == "HEAD" or error_of(answer) == (405, "invalid_request")
    assert ask(app, path, method="BREW").status == 501
    assert service_of(app).journal[-1].operation is None


# --- codes


def test_a_code_is_good_once(app: Starlette) -> None:
    code = code_for(app)
    assert exchange(app, code).status == 200
    assert error_of(exchange(app, code)) == (400, "invalid_grant")


def test_a_code_is_good_for_its_client_and_address_only(app: Starlette) -> None:
    code = code_for(app)
    assert error_of(exchange(app, code, client="kilowatt-client")) == (400, "invalid_grant")
    for redirect_uri in (VENDOR, f"{CALLBACK}/", CALLBACK.upper()):
        assert error_of(exchange(app, code, redirect_uri=redirect_uri)) == (400, "invalid_grant")
    assert exchange(app, code).status == 200


def test_a_code_expires(app: Starlette) -> None:
    service = service_of(app)
    first, second = code_for(app), code_for(app)
    service.clock.advance(299)
    assert exchange(app, first).status == 200
    service.clock.advance(1)
    assert error_of(exchange(app, second)) == (400, "invalid_grant")
    service.change(code_seconds=10)
    third = code_for(app)
    service.clock.advance(10)
    assert error_of(exchange(app, third)) == (400, "invalid_grant")


# --- passwords


def test_passwords_are_for_partners_and_those_without_a_plan() -> None:
    app = create_app(applications=[*APPLICATIONS, FREE])
    sent = {"grant_type": "password", "username": INSTALLER, "password": PASSWORD}
    for client, key in [("partner-client", "partner-key"), ("free-client", "free-key")]:
        secret = FREE.client_secret if client == "free-client" else None
        headers = {"authorization": basic(client, secret), "content-type": FORM}
        answer = ask(app, TOKEN, method="POST", headers=headers, body=urlencode(sent).encode())
        assert answer.status == 200
        assert seen_with(app, answer.json["access_token"], key) == set(service_of(app).system_ids)
        assert answer.json["enl_cid"].isdigit(), "an installer belongs to a company"
    for client in ("watt-client", "kilowatt-client", "megawatt-client"):
        assert error_of(ask_token(app, client, **sent)) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": "wrong"}, "invalid_grant"),
        ({"username": "nobody@example.com"}, "invalid_grant"),
        ({"username": ""}, "invalid_request"),
        ({"password": ""}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": " "}, "invalid_scope"),
    ],
)
def test_passwords_that_get_nothing(app: Starlette, change: dict[str, str], error: str) -> None:
    sent = {"grant_type": "password", "username": OWNER, "password": PASSWORD, **change}
    assert error_of(ask_token(app, "partner-client", **sent)) == (400, error)


# --- refreshing


def test_a_refresh_token_dies_when_it_is_used(app: Starlette) -> None:
    first = signed_in(app)
    second = refresh(app, first["refresh_token"]).json
    assert error_of(refresh(app, first["refresh_token"])) == (400, "invalid_grant")
    third = refresh(app, second["refresh_token"])
    assert third.status == 200
    pairs = [first, second, third.json]
    assert len({each[name] for each in pairs for name in ("access_token", "refresh_token", "jti")}) == 9
    for each in pairs:
        assert seen_with(app, each["access_token"]) == seen_with(app, first["access_token"]) != 401


def test_not_even_a_clock_that_is_turned_back_revives_it(app: Starlette) -> None:
    token = signed_in(app)["refresh_token"]
    assert refresh(app, token).status == 200
    service_of(app).clock.advance(-1000)
    assert error_of(refresh(app, token)) == (400, "invalid_grant")


def test_within_the_grace_the_old_one_goes_on(app: Starlette) -> None:
    service = service_of(app)
    service.change(refresh_grace_seconds=30)
    old = signed_in(app)["refresh_token"]
    first = refresh(app, old).json
    service.clock.advance(20)
    second = refresh(app, old)
    assert second.status == 200
    for each in (first, second.json):
        assert refresh(app, each["refresh_token"]).status == 200, "both go on from there"
        assert isinstance(seen_with(app, each["access_token"]), set)
    service.clock.advance(10)
    assert error_of(refresh(app, old)) == (400, "invalid_grant")


@pytest.mark.parametrize("noticed", ["by its use", "by another call"])
def test_after_the_grace_no_clock_revives_it(app: Starlette, noticed: str) -> None:
    service = service_of(app)
    service.change(refresh_grace_seconds=30)
    old = signed_in(app)["refresh_token"]
    new = refresh(app, old).json
    service.clock.advance(30)
    if noticed == "by its use":
        assert refresh(app, old).status == 400
    else:
        assert isinstance(seen_with(app, new["access_token"]), set)
    service.clock.advance(-30)
    assert error_of(refresh(app, old)) == (400, "invalid_grant")
    assert refresh(app, new["refresh_token"]).status == 200, "the new one is as good as it was"


def test_a_refresh_token_is_its_clients_and_expires(app: Starlette) -> None:
    service = service_of(app)
    token = signed_in(app)["refresh_token"]
    assert error_of(refresh(app, token, "kilowatt-client")) == (400, "invalid_grant")
    service.clock.advance(30 * 86_400 - 1)
    token = refresh(app, token).json["refresh_token"]
    service.clock.advance(30 * 86_400)
    assert error_of(refresh(app, token)) == (400, "invalid_grant")


def test_a_refresh_narrows_the_scope_and_never_widens_it(app: Starlette) -> None:
    token = exchange(app, code_for(app, scope="read")).json["refresh_token"]
    assert error_of(refresh(app, token, scope="read write")) == (400, "invalid_scope")
    again = refresh(app, token, scope="read")
    assert again.json["scope"] == "read", "what was refused had not used the token up"
    both = signed_in(app)["refresh_token"]
    narrow = refresh(app, both, scope="write").json
    assert narrow["scope"] == "write"
    assert refresh(app, narrow["refresh_token"]).json["scope"] == "read write"


# --- what a token is good for


def test_each_owner_sees_their_systems(app: Starlette) -> None:
    fleet = service_of(app).system_ids
    shares = [seen_with(app, signed_in(app, owner)["access_token"]) for owner in (OWNER, OTHER)]
    assert shares == [set(fleet[0::2]), set(fleet[1::2])]
    assert seen_with(app, signed_in(app, INSTALLER)["access_token"]) == set(fleet)
    headers = as_caller(signed_in(app, OTHER)["access_token"])
    for tail in ("", "/summary", "/telemetry/battery", "/energy_lifetime"):
        assert ask(app, f"{SYSTEMS}/{fleet[1]}{tail}", headers=headers).status == 200
        assert ask(app, f"{SYSTEMS}/{fleet[0]}{tail}", headers=headers).status == 403
    assert_conforms("getSystemById", ask(app, f"{SYSTEMS}/{fleet[0]}", headers=headers))
    assert ask(app, f"{SYSTEMS}/1", headers=headers).status == 404
    call = service_of(app).journal[-1]
    assert (call.application, call.owner, call.plan) == ("Sandbox Partner", OTHER, "partner")


def path_of(app: Starlette, operation: str) -> str:
    path = service_of(app).document.operations[operation].path
    return path.replace("{system_id}", str(service_of(app).system_ids[0]))


@pytest.mark.parametrize("auth", ["open", "strict"])
@pytest.mark.parametrize("operation", ["listSystems", "getLiveData", "fetchChargersSummary"])
def test_refusals_have_the_shape_of_the_operation(auth: str, operation: str) -> None:
    app = create_app(clock=NOW, auth=auth)
    path, service = path_of(app, operation), service_of(app)
    issued = signed_in(app, client="kilowatt-client")
    good = issued["access_token"]

    def told(key: str, token: str) -> list[str]:
        answer = ask(app, path, headers=as_caller(token, key))
        assert answer.status == 401
        assert_conforms(operation, answer)
        if operation == "getLiveData":
            return [answer.json["error"]["status"], answer.json["error"]["message"]]
        return [answer.json["message"], answer.json["details"]]

    mismatch = told("partner-key", good)
    assert mismatch[1] == "API Key -Client mismatch"
    assert mismatch[0] == ("UNAUTHORIZED" if operation == "getLiveData" else "API Key -Client mismatch")
    assert told("", good)[1] == "API Key is missing"
    assert told("kilowatt-key", issued["refresh_token"])[1] == "Access token is invalid"
    if auth == "strict":
        assert told("unknown", good)[1] == "API Key is invalid"
        assert told("kilowatt-key", "unknown")[1] == "Access token is invalid"
    else:
        assert told("unknown", good)[1] == "API Key -Client mismatch"
    if operation == "getLiveData":
        assert told("", good)[0] == "NOT_AUTHENTICATED"
    service.clock.advance(86_400)
    assert told("kilowatt-key", good)[1] == "Access token has expired"


def test_open_takes_strangers_and_refuses_its_own_dead(app: Starlette) -> None:
    service = service_of(app)
    fleet = set(service.system_ids)
    assert seen_with(app, "a-stranger") == fleet
    assert seen_with(app, "a-stranger", "any-key") == fleet
    issued = signed_in(app)
    assert seen_with(app, issued["refresh_token"]) == 401, "it is no access token"
    service.clock.advance(86_399)
    assert seen_with(app, issued["access_token"]) != 401
    service.clock.advance(1)
    assert seen_with(app, issued["access_token"]) == 401


def test_strict_knows_its_own_only() -> None:
    app = create_app(auth="strict")
    token = signed_in(app)["access_token"]
    assert isinstance(seen_with(app, token), set)
    assert seen_with(app, "a-stranger") == 401
    assert seen_with(app, token, "any-key") == 401


def test_a_fixed_token_stands_beside_those_that_were_issued() -> None:
    for auth in ("open", "strict"):
        app = create_app(auth=auth, access_token="the-token")
        token = signed_in(app)["access_token"]
        assert seen_with(app, "the-token") == set(service_of(app).system_ids)
        assert seen_with(app, "another") == 401
        assert seen_with(app, token) == set(service_of(app).system_ids[0::2])


def test_a_fixed_key_is_good_for_every_token() -> None:
    app = create_app(auth="strict", api_key="the-key")
    token = signed_in(app)["access_token"]
    assert seen_with(app, token, "the-key") == set(service_of(app).system_ids[0::2])
    assert seen_with(app, token, "partner-key") == 401


@pytest.mark.parametrize(
    ("place", "header", "query"), [("both", 200, 200), ("header", 200, 401), ("query", 401, 200)]
)
def test_where_the_key_may_stand(app: Starlette, place: str, header: int, query: int) -> None:
    service_of(app).change(key_place=place)
    token = signed_in(app)["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert ask(app, SYSTEMS, headers=bearer | {"key": "partner-key"}).status == header
    assert ask(app, SYSTEMS, {"key": "partner-key"}, headers=bearer).status == query


def test_lifetimes_are_settings(app: Starlette) -> None:
    service = service_of(app)
    service.change(access_token_seconds=59.9, refresh_token_seconds=100)
    issued = signed_in(app)
    assert issued["expires_in"] == 59
    service.clock.advance(59)
    assert seen_with(app, issued["access_token"]) != 401
    service.clock.advance(1)
    assert seen_with(app, issued["access_token"]) == 401
    service.clock.advance(40)
    assert error_of(refresh(app, issued["refresh_token"])) == (400, "invalid_grant")


# --- again, and the same


def played(app: Starlette) -> list[bytes]:
    """A way to tokens and on."""
    first = exchange(app, code_for(app))
    second = refresh(app, first.json["refresh_token"])
    third = ask_token(app, "partner-client", grant_type="password", username=OWNER, password=PASSWORD)
    return [first.body, second.body, third.body]


def test_the_same_seed_and_calls_get_the_same_tokens(app: Starlette) -> None:
    once = played(app)
    assert played(app) != once
    service_of(app).reset()
    assert played(app) == once == played(create_app(homes=4, clock=NOW))
    others = {token for body in played(create_app(homes=4, clock=NOW, seed=2)) for token in body.split(b'"')}
    assert not others & {token for body in once for token in body.split(b'"') if len(token) > 40}


def test_reset_forgets_what_was_issued() -> None:
    app = create_app(auth="strict")
    issued, code = signed_in(app), code_for(app)
    service_of(app).reset()
    assert seen_with(app, issued["access_token"]) == 401
    assert error_of(refresh(app, issued["refresh_token"])) == (400, "invalid_grant")
    assert error_of(exchange(app, code)) == (400, "invalid_grant")


def test_what_was_forgotten_for_room_is_refused(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that the server did issue is never taken for a stranger's, who sees everything."""
    monkeypatch.setattr(tokens, "KEPT", 4)
    all_issued = [signed_in(app) for _ in range(6)]
    assert [seen_with(app, each["access_token"]) == 401 for each in all_issued] == [True] * 2 + [False] * 4
    assert error_of(refresh(app, all_issued[0]["refresh_token"])) == (400, "invalid_grant")


# --- secrets


def test_no_secret_is_in_the_journal_a_log_or_a_repr(
    app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    service = service_of(app)
    secrets = [PASSWORD, "partner-secret", "partner-key", "the-state"]
    with caplog.at_level(logging.DEBUG):
        code = code_for(app, state="the-state")
        consent(app, **{**WISH, "state": "the-state"})
        query = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        headers = {"authorization": basic("partner-client")}
        issued = ask(app, TOKEN, query, method="POST", headers=headers).json
        query = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
        again = ask(app, TOKEN, query, method="POST", headers=headers).json
        query = {
            "grant_type": "password",
            "username": OWNER,
            "password": PASSWORD,
            "client_secret": "partner-secret",
        }
        ask(app, TOKEN, query, method="POST", headers={"authorization": basic("partner-client")})
        seen_with(app, again["access_token"])
    secrets += [code, *(each[name] for each in (issued, again) for name in ("access_token", "refresh_token"))]
    grant = tokens.Grant(client_id="partner-client", username=OWNER, scope="read")
    made = service.accounts.tokens.issue(grant, service.settings)
    secrets += [made.access_token, made.refresh_token]
    shown = [
        repr(each) for each in (service.journal, service.accounts.applications, service.accounts.owners, made)
    ]
    shown += [repr(service.accounts), repr(service.accounts.tokens), caplog.text]
    people = " ".join(shown).replace("owner", "")
    assert [secret for secret in secrets if secret in people] == []


def test_the_journal_says_who_called(app: Starlette) -> None:
    service = service_of(app)
    consent(app, **WISH)
    code = code_for(app, OTHER)
    exchange(app, code)
    exchange(app, code)
    ask_token(app, "nobody", grant_type="refresh_token")
    told = [
        (each.operation, each.status, each.application, each.owner, each.counted) for each in service.journal
    ]
    assert told == [
        ("authorize", 200, "Sandbox Partner", None, False),
        ("authorize", 302, "Sandbox Partner", OTHER, False),
        ("token", 200, "Sandbox Partner", OTHER, False),
        ("token", 400, "Sandbox Partner", None, False),
        ("token", 401, None, None, False),
    ]
    assert service.journal[0].query == {
        name: WISH[name] for name in ("response_type", "client_id", "redirect_uri")
    }


# --- faults


def test_a_lost_answer_has_rotated_the_token(app: Starlette) -> None:
    service = service_of(app)
    token = signed_in(app)["refresh_token"]
    service.faults.add("answer_lost", count=1, operations=["token"])
    with pytest.raises(ConnectionResetError):
        refresh(app, token)
    assert (service.journal[-1].status, service.journal[-1].fault) == (0, "answer_lost")
    assert error_of(refresh(app, token)) == (400, "invalid_grant")


def test_with_a_grace_a_lost_answer_can_be_asked_for_again(app: Starlette) -> None:
    service = service_of(app)
    service.change(refresh_grace_seconds=60)
    token = signed_in(app)["refresh_token"]
    service.faults.add("answer_lost", count=1, operations=["token"])
    with pytest.raises(ConnectionResetError):
        refresh(app, token)
    assert refresh(app, token).status == 200


def test_faults_of_the_token_endpoint_leave_the_token_alone(app: Starlette) -> None:
    service = service_of(app)
    token = signed_in(app)["refresh_token"]
    for name, status in [("503", 503), ("429_minute", 429), ("html_200", 200), ("empty_body", 200)]:
        service.faults.add(name, count=1, operations=["token"])
        assert isinstance(seen_with(app, "a-stranger"), set), "the fault is for the token endpoint"
        assert refresh(app, token).status == status
        call = service.journal[-1]
        assert (call.operation, call.status, call.fault) == ("token", status, name)
        assert call.application == "Sandbox Partner"
    assert refresh(app, token).status == 200


def test_faults_of_the_authorize_page(app: Starlette) -> None:
    service_of(app).faults.add("502", count=1, operations=["authorize"])
    assert consent(app, **WISH).status == 502
    assert consent(app, **WISH).status == 200


# --- any order of events


class Rotation(RuleBasedStateMachine):
    """Tokens issued, refreshed, used and reused while time passes, beside a model of what has to come of it."""

    ACCESS_S, REFRESH_S = 100, 400

    @initialize()
    def start(self) -> None:
        self.app = create_app(homes=4, clock=NOW, auth="strict")
        self.service = service_of(self.app)
        self.service.change(access_token_seconds=self.ACCESS_S, refresh_token_seconds=self.REFRESH_S)
        self.now = 0
        self.grace = 0
        self.fleet = self.service.system_ids
        self.access: dict[str, tuple[int, set[int]]] = {}
        self.refresh: dict[str, tuple[int, set[int]]] = {}
        self.rotated: dict[str, int] = {}
        self.forgotten: set[str] = set()

    def keep(self, told: Mapping[str, Any], systems: set[int]) -> None:
        for name, life, kept in (
            ("access_token", self.ACCESS_S, self.access),
            ("refresh_token", self.REFRESH_S, self.refresh),
        ):
            assert told[name] not in self.access
            assert told[name] not in self.refresh
            kept[told[name]] = (self.now + life, systems)
            self.forgotten.discard(told[name])

    @rule(which=st.integers(0, 1))
    def issue(self, which: int) -> None:
        owner = (OWNER, OTHER)[which]
        self.keep(signed_in(self.app, owner), set(self.fleet[which::2]))

    @precondition(lambda self: self.refresh)
    @rule(data=st.data())
    def use_refresh_token(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(list(self.refresh)))
        until, systems = self.refresh[token]
        good = self.now < min(until, self.rotated.get(token, until))
        answer = refresh(self.app, token)
        assert answer.status == (200 if good else 400)
        if good:
            self.rotated.setdefault(token, self.now + self.grace)
            self.keep(answer.json, systems)

    @precondition(lambda self: self.access)
    @rule(data=st.data())
    def use_access_token(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(list(self.access)))
        until, systems = self.access[token]
        assert seen_with(self.app, token) == (systems if self.now < until else 401)

    @precondition(lambda self: self.forgotten)
    @rule(data=st.data())
    def use_what_was_forgotten(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(sorted(self.forgotten)))
        assert seen_with(self.app, token) == 401
        assert refresh(self.app, token).status == 400

    @rule(seconds=st.sampled_from([1, 9, 10, 50, 99, 100, 399]))
    def time_passes(self, seconds: int) -> None:
        self.service.clock.advance(seconds)
        self.now += seconds

    @rule(seconds=st.sampled_from([0, 10, 60]))
    def change_grace(self, seconds: int) -> None:
        self.service.change(refresh_grace_seconds=seconds)
        self.grace = seconds

    @rule()
    def reset(self) -> None:
        forgotten = self.forgotten | set(self.access) | set(self.refresh)
        self.service.reset()
        app, service = self.app, self.service
        self.start()
        self.app, self.service, self.forgotten = app, service, forgotten
        service.change(access_token_seconds=self.ACCESS_S, refresh_token_seconds=self.REFRESH_S)


Rotation.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestRotation = Rotation.TestCase
