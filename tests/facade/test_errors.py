"""What a caller is told: which class, which words, which data."""

from __future__ import annotations

import pickle
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from enphase_v4 import models

import enphase_cloud
from enphase_cloud import EnphaseError, Retry, errors
from enphase_cloud.commissioning import ListedActivation
from enphase_cloud.errors import NotFound, ServerError, error_from

from .conftest import Connect
from .worlds import NOW, World, reply, script

PATH = "/api/v4/systems/7/summary"
ONCE = Retry(attempts=1)


def made(status: int, body: Any = b"", **headers: str) -> EnphaseError:
    answer = reply(status, body, **headers)
    return error_from("GET", PATH, status, answer.headers, answer.content, now=NOW, hits=1)


STATUSES = {
    400: "InvalidRequest",
    401: "AuthenticationError",
    403: "PermissionDenied",
    404: "NotFound",
    405: "InvalidRequest",
    408: "ServerError",
    409: "InvalidRequest",
    422: "InvalidRequest",
    429: "RateLimited",
    461: "LiveStreamError",
    462: "LiveStreamError",
    463: "LiveStreamError",
    466: "LiveStreamError",
    468: "LiveStreamError",
    472: "LiveStreamError",
    473: "LiveStreamError",
    499: "ServerError",
    500: "ServerError",
    501: "ServerError",
    502: "ServerError",
    503: "ServerError",
    504: "ServerError",
    520: "ServerError",
    527: "ServerError",
    550: "LiveStreamError",
    551: "LiveStreamError",
    552: "LiveStreamError",
    599: "ServerError",
    302: "EnphaseError",
}


@pytest.mark.parametrize(("status", "name"), STATUSES.items())
def test_every_status_has_its_class_and_says_what_was_asked(status: int, name: str) -> None:
    error = made(status, {"message": "Words", "details": "of the service", "code": status})
    assert type(error).__name__ == name
    assert (error.status, error.method, error.path, error.hits) == (status, "GET", PATH, 1)
    assert f"GET {PATH} was answered {status}: Words: of the service" in str(error)
    assert error.problem == "Words: of the service"
    assert isinstance(error, EnphaseError)


@pytest.mark.parametrize("status", range(300, 600))
def test_no_status_is_without_an_error(status: int) -> None:
    error = made(status)
    assert isinstance(error, EnphaseError)
    assert str(error).startswith(f"GET {PATH} was answered {status}.")


LIVE = {
    "error": {
        "code": 461,
        "message": "Duration cannot be less than 30",
        "status": "INVALID",
        "details": [{}],
    },
    "timestamp_epoch": 1,
    "type": "validation_error",
}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Not Found", "details": "System not found", "code": 404}, "Not Found: System not found"),
        ({"message": "Bad request", "details": ["a", "b"], "code": "400"}, "Bad request: a, b"),
        ({"reason": "405", "message": ["Method not allowed"]}, "Method not allowed"),
        (
            {"errorMessages": ["Data is temporarily unavailable"], "errorCode": 7},
            "Data is temporarily unavailable",
        ),
        ({"error": "invalid_token", "error_description": "expired"}, "invalid_token: expired"),
        (LIVE, "Duration cannot be less than 30: INVALID"),
        ('data: {"error": {"message": "no", "status": "NO"}}\n\n', "no: NO"),
        ("<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        ("<TITLE lang=en>busy: 3 < 4 &amp;\n</TITLE><p>x</p>", "busy: 3 < 4 &"),
        ("<title>cut off", "cut off"),
        ("  <p>Sorry &amp; <b>goodbye</b></p>", "Sorry & goodbye"),
        ("<style>p {</style><p>Sorry</p><script>if (a < b) {}</script>!<script>more", "Sorry !"),
        ("<p>" + " " * 300_000 + "far", "a page in place of data: empty"),
        ("upstream\r\nconnect \x1b[31m error", "upstream connect [31m error"),
        ("", None),
        ("[1, 2]", "[1, 2]"),
        ('{"message": [["a", [], {}], "b", null, 3]}', "a, b, 3"),
        (f'{{"message": {"[" * 8}"a"{"]" * 8}}}', "a"),
        (f'{{"message": [{"[" * 8}"a"{"]" * 8}, "b"]}}', "b"),
        ("event: x\r\ndata: x data:y\rdata: no", "event: x data: x data:y data: no"),
        ('id: data: 1\rdata: {"message": "no"}\r\r', "no"),
        ('{"message": {"odd": 1}}', '{"message": {"odd": 1}}'),
        (b"\xff\xfe", "��"),
    ],
)
def test_the_words_of_every_family_of_bodies(body: Any, words: str | None) -> None:
    problem = made(500, body).problem
    assert problem == words or (words is not None and problem is not None and problem.endswith(words))


def test_words_are_shortened() -> None:
    error = made(502, "<html><body>" + "gateway " * 5000 + "</body></html>")
    assert len(str(error)) < 600


def test_deep_and_huge_bodies_are_only_words() -> None:
    assert made(500, "[" * 100_000).status == 500
    assert made(500, '{"message": "gone", "code": ' + "9" * 5000 + "}").problem == "gone"


@pytest.mark.parametrize("depth", [9, 100, 500, 900, 950, 990, 5_000, 100_000])
@pytest.mark.parametrize("body", ['{"message": %s}', '{"error": {"message": %s}}'])
def test_words_in_any_number_of_lists_are_an_error_of_ours(connect: Connect, body: str, depth: int) -> None:
    """How deep JSON may be is not the same in every Python, nor how deep a caller is when he calls."""
    mode = connect(World(lambda _: reply(500, body % ("[" * depth + '"x"' + "]" * depth))), retry=ONCE)
    with pytest.raises(ServerError) as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.status == 500


LONG = {
    "titles": "<title>",
    "titles that do not end": "<title",
    "scripts": "<script>",
    "scripts that do not end": "<script",
    "tags": "<a>",
    "tags that do not end": "<",
    "entities": "<&#x41;",
    "lines": "<\n",
    "data": "x data:",
    "lines of data": "data: x\n",
    "escapes": '{"\\u0041',
    "backslashes": "\\",
    "quotes": '\\"',
    "text": "a",
    "spaces": "<  ",
    "words": '{"message": [1' + ", []" * 2**20 + ', "x"' * 2**20 + "]}",
}


@pytest.mark.parametrize("connect", ["async", pytest.param("sync", marks=pytest.mark.soak)], indirect=True)
@pytest.mark.parametrize("unit", LONG.values(), ids=list(LONG))
def test_a_long_body_does_not_take_long(connect: Connect, unit: str) -> None:
    """Nothing else runs in an event loop meanwhile."""
    body = unit * (4 * 2**20 // len(unit) or 1)
    mode = connect(World(lambda _: reply(401, body, content_type="text/html")), retry=ONCE)
    began = time.process_time()
    with pytest.raises(EnphaseError):
        mode.result(mode.client.system(7).summary())
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (
            {"message": "Too Many Requests", "period": "minute", "period_end": NOW + 20, "limit": 5},
            {},
            ("RateLimited", "minute", 5, NOW + 20),
        ),
        (
            {"message": "Too Many Requests", "period": "month", "period_end": NOW + 9e5, "limit": "1000"},
            {},
            ("QuotaExhausted", "month", 1000, NOW + 9e5),
        ),
        ({"message": "Too Many Requests"}, {"retry_after": "7"}, ("RateLimited", None, None, NOW + 7)),
        (
            {},
            {"retry_after": "Sat, 20 Jun 2026 10:00:30 GMT", "date": "Sat, 20 Jun 2026 10:00:00 GMT"},
            ("RateLimited", None, None, NOW + 30),
        ),
        ({}, {"retry_after": "Sun, 21 Jun 2026 00:00:09 GMT"}, ("RateLimited", None, None, NOW + 9)),
        ({}, {"retry_after": "soon"}, ("RateLimited", None, None, None)),
        ({"period": 3, "period_end": True, "limit": {}}, {}, ("RateLimited", None, None, None)),
        ({"period_end": 1e300}, {}, ("RateLimited", None, None, None)),
        ("<html>busy</html>", {}, ("RateLimited", None, None, None)),
    ],
)
def test_a_429_says_which_limit_and_until_when(
    body: Any, headers: dict[str, str], expected: tuple[str, str | None, int | None, float | None]
) -> None:
    error = made(429, body, **headers)
    assert isinstance(error, errors.RateLimited)
    name, period, limit, resets_at = expected
    assert (type(error).__name__, error.period, error.limit) == (name, period, limit)
    assert error.resets_at == (None if resets_at is None else datetime.fromtimestamp(resets_at, UTC))
    if error.resets_at is not None:
        assert f"{error.resets_at:%Y-%m-%d %H:%M:%S} UTC" in str(error)


def test_a_period_lasts_no_longer_than_it_says_whatever_our_clock_says() -> None:
    ahead = {"period": "month", "period_start": NOW + 3600, "period_end": NOW + 3600 + 86_400}
    error = made(429, ahead)
    assert isinstance(error, errors.QuotaExhausted)
    assert error.resets_at == datetime.fromtimestamp(NOW + 86_400, UTC)
    error = made(429, ahead | {"period": "Minute ", "period_start": NOW + 9e9})
    assert isinstance(error, errors.RateLimited)
    assert (error.period, error.resets_at) == ("minute", datetime.fromtimestamp(NOW + 60, UTC))


@pytest.mark.parametrize("path", ["/oauth/token", "/prefix/oauth/token"])
def test_a_grant_that_is_gone_asks_for_consent(path: str) -> None:
    def told(status: int, body: Any, method: str = "POST", path: str = path) -> EnphaseError:
        return error_from(method, path, status, {}, reply(status, body).content, now=NOW)

    gone = {"error": "invalid_grant", "error_description": "Invalid refresh token"}
    error = told(401, gone)
    assert isinstance(error, errors.ConsentRequired)
    assert (error.reason, error.address) == ("token", None)
    assert str(error).endswith(errors.ConsentRequired.advice)
    assert isinstance(told(400, gone), errors.ConsentRequired)
    assert isinstance(told(403, gone), errors.PermissionDenied)
    # what anybody else says so is no word of the grant: it is not given up for it
    for status, kind in ((401, errors.AuthenticationError), (400, errors.InvalidRequest)):
        assert type(told(status, gone, "GET")) is kind
        assert type(told(status, gone, path="/api/v4/systems")) is kind
        assert type(told(status, gone, path="/oauth/token/more")) is kind


def test_consent_knows_where_it_is_given() -> None:
    error = errors.ConsentRequired("gone", address="https://api.enphaseenergy.com/oauth/authorize", hits=1)
    assert error.address == "https://api.enphaseenergy.com/oauth/authorize"
    assert (error.hits, error.reason, error.status) == (1, None, None)


LIVE_401 = {
    "error": {"code": 401, "message": "API Key is invalid", "status": "NOT_AUTHENTICATED", "details": [{}]},
    "type": "authentication_error",
}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"message": "Not Authorized", "details": "User is not authorized", "code": 401}, None),
        ({"message": "API Key -Client mismatch", "details": "API Key -Client mismatch"}, "mismatch"),
        ({"message": "The token does not belong to this API key"}, "mismatch"),
        ({"message": "Key doesn't match the client"}, "mismatch"),
        ({"message": "Not Authorized", "details": "API Key is missing", "code": 401}, "key"),
        ({"reason": "401", "message": ["Not authorized.", "API Key missing in url/headers!"]}, "key"),
        ({"message": "bad api_keys"}, "key"),
        ({"message": "the monkey's capital keyboard"}, None),
        (LIVE_401, "key"),
        (b'data: {"error": {"code": 401, "message": "no", "status": "NOT_AUTHENTICATED"}}\n\n', "key"),
        ({"error": {"code": 401, "message": "Access token is expired", "status": "UNAUTHORIZED"}}, "token"),
        ({"error": "invalid_token", "error_description": "Access token expired"}, "token"),
        ({"error": "unauthorized", "error_description": "Full authentication is required to"}, "token"),
        ({"message": "API key or access token is not valid"}, None),
        ({"message": "Plan Watt does not cover this operation"}, "plan"),
        ({"message": "Your token has no subscription for this"}, "plan"),
        ({"message": "an unplanned explanation"}, None),
        ("<html><title>401 Authorization Required</title></html>", None),
        ("", None),
    ],
)
def test_a_401_says_what_was_not_accepted_as_far_as_its_words_do(body: Any, reason: str | None) -> None:
    error = made(401, body)
    assert isinstance(error, errors.AuthenticationError)
    assert not isinstance(error, errors.ConsentRequired)
    assert error.reason == reason
    advice = {
        "token": "Get a new one",
        "key": "Check the API key",
        "mismatch": "Use the API key of the application that the access token was issued to",
        "plan": "The developer plan of the application does not include this",
        None: errors.AuthenticationError.advice,
    }[reason]
    assert advice in str(error)


@pytest.mark.parametrize("status", [403, 404, 400, 500])
def test_only_a_401_has_a_reason(status: int) -> None:
    error = made(status, {"message": "API Key is missing"})
    assert not hasattr(error, "reason")
    assert str(error).endswith(error.advice)


# --- the body, for a reader ---


def test_the_body_is_kept_as_it_came_up_to_a_bound() -> None:
    body = '{"message": "No",\r\n "details": ["\\u00e4 & more"]}'
    assert made(404, body).body == body
    assert made(502, b"<html>\xff&amp;</html>").body == "<html>\ufffd&amp;</html>"
    assert made(500, "").body == ""
    long = made(500, "é" * 20_000).body
    assert long == "é" * 16_384
    assert errors.ServerError("nothing came").body is None


SECRETS = ("tok+en/2", 'pass"wörd', "a&b")


def without_secrets(text: str) -> str:
    for secret in SECRETS:
        text = text.replace(secret, "[secret]")
    return text


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"message": "tok+en/2"}', '{"message": "[secret]"}'),
        ('{"message": "tok+en\\/2 \\u00e4"}', '{"message": "[secret] ä"}'),
        ('{"message": "\\u0074\\u006Fk+en/2"}', '{"message": "[secret]"}'),
        ('{"message": "pass\\"w\\u00f6rd', '{"message": "[secret]'),
        ("<p>a&amp;b &lt;</p>", "<p>[secret] <</p>"),
        ("<p>&#116;ok+en&#x2f;2</p>", "<p>[secret]</p>"),
        ("tok+en\\/2 or a&amp;b", "[secret] or [secret]"),
        ('{"message": "a\\/b &amp; \\q"}', '{"message": "a\\/b &amp; \\q"}'),
    ],
)
def test_no_secret_is_in_the_body_however_it_is_written(body: str, kept: str) -> None:
    error = error_from("GET", PATH, 404, {}, body.encode(), now=NOW, hide=without_secrets)
    assert error.body == kept


def test_a_secret_at_the_bound_is_not_cut_in_two() -> None:
    body = "x" * 16_380 + SECRETS[0]
    error = error_from("GET", PATH, 404, {}, body.encode(), now=NOW, hide=without_secrets)
    assert error.body == "x" * 16_380 + "[sec"


def test_an_invalid_request_is_a_value_error_too() -> None:
    assert isinstance(made(422), ValueError)


EVERY = sorted(
    (each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, EnphaseError)),
    key=lambda each: each.__name__,
)


@pytest.mark.parametrize("kind", EVERY)
def test_errors_survive_a_process_boundary(kind: type[EnphaseError]) -> None:
    known: dict[str, Any] = {
        "status": 418,
        "method": "GET",
        "path": PATH,
        "problem": "words",
        "hits": 2,
        "body": "{}",
    }
    if issubclass(kind, errors.RateLimited):
        known |= {"period": "month", "limit": 5, "resets_at": datetime.fromtimestamp(NOW, UTC)}
    if issubclass(kind, errors.AuthenticationError):
        known["reason"] = "key"
    if issubclass(kind, errors.ConsentRequired):
        known["address"] = "https://example.com"
    if issubclass(kind, errors.SyncRunning):
        known |= {"pid": 7, "since": datetime.fromtimestamp(NOW, UTC)}
    if issubclass(kind, errors.DuplicateActivation):
        known["activation"] = ListedActivation(
            details=models.ListedActivation(system_id=700), system_id=700, reference="Order 7"
        )
    error = kind("what happened", **known)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (kind, "what happened", {**known, "partial": None})
    assert repr(again) == f"{kind.__name__}('what happened')"


def test_errors_of_answers_survive_a_process_boundary() -> None:
    error = made(429, {"period": "minute", "limit": 5, "period_end": NOW + 5})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_the_hierarchy_in_the_docstring_is_the_hierarchy() -> None:
    """The drawing is documentation: it must not go stale."""
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in str(errors.__doc__).splitlines():
        found = re.match(r"^    ([│ ]*)(?:[├└]── )?([A-Z]\w+)", line)
        if found and "Error" in str(errors.__doc__) and hasattr(errors, found[2]):
            depth = 0 if "──" not in line else len(found[1]) // 4 + 1
            above[depth:] = [found[2]]
            drawn[found[2]] = above[depth - 1] if depth else "Exception"
    real = {
        name: value.__bases__[0].__name__
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, EnphaseError)
    }
    assert drawn == real
    assert set(real) <= set(enphase_cloud.__all__)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422, 501, 461, 302])
def test_a_refusal_costs_one_hit_and_is_raised_by_both_clients(connect: Connect, status: int) -> None:
    world = World(script(reply(status, {"message": "No", "details": "never", "code": status})))
    mode = connect(world)
    with pytest.raises(errors.error_class(status)) as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.hits == 1
    assert caught.value.path == PATH
    assert world.waits == []


@pytest.mark.parametrize(
    "charset", ["utf-16", "hex", "rot13", "idna", "undefined", "unicode_escape", "nonsense"]
)
def test_a_body_in_another_writing_than_it_says_is_still_an_error_of_ours(
    connect: Connect, charset: str
) -> None:
    body = b'{"message": "gone \\ud800"}'
    mode = connect(World(lambda _: reply(404, body, content_type=f"application/json; charset={charset}")))
    with pytest.raises(NotFound, match="gone"):
        mode.result(mode.client.system(1).summary())
