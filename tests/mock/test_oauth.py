"""The authorize page, in process: what it shows, whom it asks, and where it sends a browser, or never does."""

from __future__ import annotations

from html.parser import HTMLParser
from ipaddress import ip_address
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app
from enphase_cloud.mock.accounts import INSTALLER, PASSWORD, Application

from .granting import (
    AUTHORIZE,
    CALLBACK,
    CODE_PAGE,
    FORM,
    HOSTILE,
    OTHER,
    OWNER,
    SPICE,
    VENDOR,
    WISH,
    consent,
    exchange,
)
from .playing import NOW, Answer, ask, service_of


@pytest.fixture
def app() -> Starlette:
    return create_app(homes=4, clock=NOW)


class Page(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(answer.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


# --- the page


def test_the_page_says_who_asks_for_what_and_carries_the_request(app: Starlette) -> None:
    page = Page(consent(app, **WISH))
    assert "Sandbox Partner" in page.text
    assert "See your systems" in page.text
    assert "Change your systems" in page.text
    assert CALLBACK in page.text
    hidden = {each["name"]: each["value"] for each in page.all("input") if each["type"] == "hidden"}
    assert hidden == WISH
    assert [each["value"] for each in page.all("option")] == [OWNER, OTHER, INSTALLER]
    assert [each["value"] for each in page.all("button")] == ["approve", "deny"]
    [form] = page.all("form")
    assert (form["method"], form["action"]) == ("post", AUTHORIZE)
    [password] = [each for each in page.all("input") if each["type"] == "password"]
    assert password["value"] == PASSWORD
    labelled = {each["for"] for each in page.all("label")}
    assert labelled == {password["id"], page.all("select")[0]["id"]}
    assert page.all("html") == [{"lang": "en"}]
    assert not page.all("script")
    odd = f"{CALLBACK}?a=1&copy=2"
    assert odd in Page(consent(app, **{**WISH, "redirect_uri": odd})).text
    only_reads = Page(consent(app, **WISH, scope="read"))
    assert "Change your systems" not in only_reads.text


def test_the_page_is_kept_by_nobody_framed_by_nobody_and_runs_nothing(app: Starlette) -> None:
    for answer in (consent(app, **WISH), consent(app), ask(app, CODE_PAGE, {"code": "x"})):
        policy = dict(each.split(maxsplit=1) for each in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["style-src"].startswith("'sha256-")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("redirect_uri", "registered", "sources"),
    [
        (CALLBACK, False, ["http://localhost:8123"]),
        ("https://127.9.9.9?x", False, ["https://127.9.9.9"]),
        ("http://[::1]:9/x", False, ["http:"]),
        (VENDOR, False, []),
        ("com.example.app:/cb", True, ["com.example.app:"]),
        ("https://app.example.com/cb", True, ["https://app.example.com"]),
        ("https://someone;x@app.example.com/cb", True, ["https:"]),
    ],
)
def test_the_browser_lets_the_form_lead_where_the_answer_goes(
    redirect_uri: str, registered: bool, sources: list[str]
) -> None:
    uris = (redirect_uri,) if registered else None
    client = Application(name="A", client_id="a", client_secret="s", api_key="k", redirect_uris=uris)
    app = create_app(applications=[client])
    page = consent(app, **{**WISH, "client_id": "a", "redirect_uri": redirect_uri})
    policy = page.headers["content-security-policy"].split(";")
    [allowed] = [each.split()[1:] for each in policy if each.split()[0] == "form-action"]
    assert allowed == ["'self'", "http://localhost:*", "http://127.0.0.1:*", *sources]


@pytest.mark.parametrize("asked", [None, OWNER, OTHER, INSTALLER])
def test_owner_says_whose_consent_it_is(app: Starlette, asked: str | None) -> None:
    chosen = {} if asked is None else {"owner": asked}
    page = Page(consent(app, **WISH, **chosen))
    assert [each["value"] for each in page.all("option") if "selected" in each] == [asked or OWNER]
    service_of(app).change(consent="approve")
    answer = consent(app, **WISH, **chosen)
    [code] = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
    account = service_of(app).accounts.owner(asked or OWNER)
    assert account is not None
    assert exchange(app, code).json["enl_uid"] == str(account.enl_uid)
    assert service_of(app).journal[-2].owner == (asked or OWNER)


# --- what is decided


def test_approval_leads_back_with_a_code_and_the_state(app: Starlette) -> None:
    state = 'a b&c=d#"ü/é\U0001f31e+%2B'
    choice = {"owner": OTHER, "password": PASSWORD, "decision": "approve"}
    answer = consent(app, method="POST", **{**WISH, **choice, "state": state})
    assert answer.status == 302
    where = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    query = parse_qs(where.query, strict_parsing=True)
    assert query["state"] == [state]
    assert set(query) == {"code", "state"}
    assert answer.headers["cache-control"] == "no-store"


def test_denial_leads_back_without_a_code(app: Starlette) -> None:
    answer = consent(app, method="POST", **WISH, owner=OWNER, password="whatever", decision="deny")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.status == 302
    assert (query["error"], query["state"]) == (["access_denied"], ["s"])
    assert "code" not in query


def test_the_query_of_a_redirect_uri_stays_and_no_state_stays_none(app: Starlette) -> None:
    service_of(app).change(consent="approve")
    wish = {**WISH, "redirect_uri": "http://127.0.0.1:1/cb?x=1&y"}
    del wish["state"]
    location = consent(app, **wish).headers["location"]
    assert location.startswith("http://127.0.0.1:1/cb?x=1&y&code=")
    assert "state" not in location


def test_a_wrong_password_asks_again(app: Starlette) -> None:
    for password in ("", "wrong", PASSWORD.upper()):
        answer = consent(app, method="POST", **WISH, owner=OTHER, password=password, decision="approve")
        page = Page(answer)
        assert answer.status == 403
        assert "location" not in answer.headers
        assert "not the password" in page.text
        assert [each["value"] for each in page.all("option") if "selected" in each] == [OTHER]
        assert {each["name"]: each["value"] for each in page.all("input") if each["type"] == "hidden"} == WISH


@pytest.mark.parametrize("decision", [{}, {"decision": "perhaps"}, {"decision": ""}])
def test_a_form_without_a_decision_decides_nothing(app: Starlette, decision: dict[str, str]) -> None:
    answer = consent(app, method="POST", **WISH, owner=OWNER, password=PASSWORD, **decision)
    assert answer.status == 400
    assert "location" not in answer.headers


def test_consent_answers_by_itself_on_request(app: Starlette) -> None:
    service_of(app).change(consent="deny")
    answer = consent(app, **WISH)
    assert (answer.status, parse_qs(urlsplit(answer.headers["location"]).query)["error"]) == (
        302,
        ["access_denied"],
    )
    service_of(app).change(consent="approve")
    assert consent(app, **WISH).status == 302
    assert consent(app, **{**WISH, "redirect_uri": "http://example.com/"}).status == 400
    service_of(app).reset()
    assert consent(app, **WISH).status == 200


def test_scopes(app: Starlette) -> None:
    service_of(app).change(consent="approve")
    for asked, granted in [
        ("read", "read"),
        ("write read", "read write"),
        ("write", "write"),
        ("", "read write"),
    ]:
        location = consent(app, **WISH, scope=asked).headers["location"]
        [code] = parse_qs(urlsplit(location).query)["code"]
        assert exchange(app, code).json["scope"] == granted
    query = parse_qs(urlsplit(consent(app, **WISH, scope="read all").headers["location"]).query)
    assert (query["error"], query["state"]) == (["invalid_scope"], ["s"])
    assert "code" not in query


# --- requests that make no sense


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"client_id": None}, "client_id is missing"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_id": "nobody"}, "no application"),
        ({"redirect_uri": None}, "redirect_uri is missing"),
        ({"redirect_uri": "https://example.com/"}, "may not send"),
        ({"response_type": None}, "response_type is missing"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"owner": "nobody@example.com"}, "no owner"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_error_page_where_nobody_can_be_sent_back(
    app: Starlette, change: dict[str, str | None], told: str, method: str
) -> None:
    changed = {**WISH, "decision": "approve", "password": PASSWORD, **change}
    answer = consent(app, method=method, **{name: each for name, each in changed.items() if each is not None})
    assert (answer.status, "location" in answer.headers) == (400, False)
    assert told in Page(answer).text
    assert service_of(app).journal[-1].operation == "authorize"


ALLOWED = [
    "http://localhost",
    "http://localhost:1/",
    "HTTPS://LOCALHOST:65535/a/b?c=d",
    "http://127.0.0.1:8080/callback",
    "http://127.255.3.4?x",
    "http://[::1]:5000/x",
]
REFUSED = [
    "http://example.com/",
    "http://localhost.example.com/",
    "http://localhost@example.com/",
    "http://127.0.0.1:80@example.com/",
    "http://localhost:pass@example.com",
    "http://example.com#http://localhost/",
    "http://localhost/#x",
    "http://localhost\\@example.com/",
    "http://localhost\\.example.com/",
    "http://localhost\t.example.com/",
    "http://127.0.0.1\r\nlocation: http://example.com/",
    "http://localhost:80\n",
    "\nhttp://localhost:80",
    " http://localhost",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1%2eexample.com/",
    "http://127.0.0.01/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.0.0.1/",
    "http://128.0.0.1/",
    "http://١٢٧.0.0.1/",
    "http://ⓛocalhost/",
    "http://localhoſt/",
    "http://localhost/ü",
    "http://[::ffff:127.0.0.1]/",
    "http://[::2]/",
    "//localhost/",
    "/oauth/redirect_uri",
    "http:localhost/",
    "http:///localhost/",
    "http://localhost:/",
    "http://localhost:999999/",
    "ftp://localhost/",
    "javascript:alert(1)//localhost",
    "data:text/html,<script>1</script>",
    "http://localhost/<script>",
    'http://localhost/"x',
    f"{VENDOR}/",
    f"{VENDOR}?x",
    VENDOR.replace("https", "http"),
    "https://api.enphaseenergy.com.example.com/oauth/redirect_uri",
    "null",
]


@pytest.mark.parametrize("redirect_uri", ALLOWED)
def test_addresses_of_this_machine(app: Starlette, redirect_uri: str) -> None:
    service_of(app).change(consent="approve")
    answer = consent(app, **{**WISH, "redirect_uri": redirect_uri})
    assert answer.headers["location"].startswith(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}code=")


@pytest.mark.parametrize("redirect_uri", REFUSED)
def test_addresses_that_nobody_is_sent_to(app: Starlette, redirect_uri: str) -> None:
    service_of(app).change(consent="approve")
    answer = consent(app, **{**WISH, "redirect_uri": redirect_uri})
    assert (answer.status, "location" in answer.headers) == (400, False)


def test_registered_addresses_are_the_only_ones() -> None:
    uris = ("https://app.example.com/cb?a=1", "com.example.app:/cb", VENDOR)
    client = Application(name="A", client_id="a", client_secret="s", api_key="k", redirect_uris=uris)
    app = create_app(applications=[client], consent="approve")
    wish = {**WISH, "client_id": "a"}
    for uri in uris[:2]:
        assert consent(app, **{**wish, "redirect_uri": uri}).headers["location"].startswith(uri)
    assert (
        consent(app, **{**wish, "redirect_uri": VENDOR}).headers["location"].startswith(f"{CODE_PAGE}?code=")
    )
    for uri in ("https://app.example.com/cb", uris[0] + "&", CALLBACK, f"http://mock{CODE_PAGE}"):
        assert consent(app, **{**wish, "redirect_uri": uri}).status == 400, uri


def test_who_registered_none_sends_nobody_anywhere() -> None:
    client = Application(name="A", client_id="a", client_secret="s", api_key="k", redirect_uris=())
    app = create_app(applications=[client], consent="approve")
    for uri in (CALLBACK, VENDOR):
        assert consent(app, **{**WISH, "client_id": "a", "redirect_uri": uri}).status == 400


@pytest.mark.parametrize(
    "uri", ["", "callback", "https://a/#x", "https://a b/", "https://ä/", "https://a/\n", "http:"]
)
def test_addresses_that_cannot_be_registered(uri: str) -> None:
    with pytest.raises(ValueError, match="redirect_uris"):
        Application(name="A", client_id="a", client_secret="s", api_key="k", redirect_uris=(uri,))


# --- the page with the code


@pytest.mark.parametrize("redirect_uri", [VENDOR, f"http://mock{CODE_PAGE}", f"https://mock{CODE_PAGE}"])
def test_the_service_shows_the_code_on_a_page_of_its_own(app: Starlette, redirect_uri: str) -> None:
    service_of(app).change(consent="approve")
    location = consent(app, **{**WISH, "redirect_uri": redirect_uri}).headers["location"]
    path, _, query = location.partition("?")
    assert path == CODE_PAGE
    page = ask(app, path, query.encode(), headers={})
    [code] = parse_qs(query)["code"]
    assert page.status == 200
    assert code in Page(page).text.split()
    assert exchange(app, code, redirect_uri=redirect_uri).status == 200
    shown = service_of(app).journal[-2]
    assert (shown.path, shown.operation, shown.query) == (CODE_PAGE, None, {})


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({"error": "access_denied"}, 200, "You denied access"),
        ({"error": "invalid_scope"}, 200, "invalid_scope"),
        ({}, 400, "Nothing here yet"),
        ({"code": ""}, 400, "Nothing here yet"),
        ({"code": HOSTILE}, 200, HOSTILE),
        ({"error": HOSTILE}, 200, HOSTILE),
    ],
)
def test_the_page_with_the_code_in_other_cases(
    app: Starlette, query: dict[str, str], status: int, told: str
) -> None:
    answer = ask(app, CODE_PAGE, query, headers={})
    page = Page(answer)
    assert answer.status == status
    assert told in page.text
    assert not page.all("script")


# --- any parameters at all

LOOPBACK = st.builds(
    "http://{}:{}/{}".format, st.sampled_from(["localhost", "127.0.0.1"]), st.integers(1, 65535), SPICE
)
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "response_type": st.just("code") | SPICE,
        "client_id": st.sampled_from(["watt-client", "partner-client"]) | SPICE,
        "redirect_uri": st.sampled_from([CALLBACK, VENDOR, *ALLOWED, *REFUSED]) | LOOPBACK | SPICE,
        "state": SPICE,
        "scope": st.sampled_from(["read", "read write"]) | SPICE,
        "owner": st.just(OWNER) | SPICE,
        "password": st.just(PASSWORD) | SPICE,
        "decision": st.sampled_from(["approve", "deny"]) | SPICE,
    },
)
COMPLETE = WISHES.map(lambda drawn: {**WISH, "owner": OWNER, "password": PASSWORD, **drawn})
MOCKS = {name: create_app(homes=2, clock=NOW, consent=name) for name in ("page", "approve", "deny")}


def is_of_this_machine(location: str) -> bool:
    """Whether a browser stays here: as Python reads the address, and as one does that takes \\ for /."""
    for spelt in (location, location.replace("\\", "/")):
        parts = urlsplit(spelt)
        if spelt.startswith(f"{CODE_PAGE}?"):
            continue
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or parts.username is not None or parts.fragment:
            return False
        if host != "localhost" and not ip_address(host).is_loopback:
            return False
    return location.isascii() and location.isprintable() and " " not in location


@settings(max_examples=250)
@given(
    wish=WISHES | COMPLETE,
    how=st.sampled_from(sorted(MOCKS)),
    method=st.sampled_from(["GET", "POST"]),
    host=st.sampled_from(["mock", "localhost", "example.com", "", "example.com/?", "a@b"]),
)
def test_no_parameters_lead_elsewhere_or_get_into_the_page(
    wish: dict[str, str], how: str, method: str, host: str
) -> None:
    raw = urlencode(wish, errors="surrogatepass").encode()
    headers = {"host": host, "content-type": FORM}
    sent = {"query": raw} if method == "GET" else {"body": raw}
    answer = ask(MOCKS[how], AUTHORIZE, method=method, headers=headers, **sent)
    assert answer.status in (200, 302, 400, 403)
    if answer.status == 302:
        assert is_of_this_machine(answer.headers["location"])
        return
    assert "location" not in answer.headers
    page = Page(answer)
    for name in ("script", "img"):
        assert not page.all(name)
    assert all(not name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert len(page.all("select")) == (1 if answer.status in (200, 403) else 0)
    if answer.status in (200, 403):
        hidden = {each["name"]: each["value"] for each in page.all("input") if each["type"] == "hidden"}
        assert hidden == {name: value for name, value in wish.items() if name in (*WISH, "scope") and value}
