"""Login, logout and status as functions, against the mock server: what is asked, stored, refused, and never shown."""

from __future__ import annotations

import http.client
import json
import logging
import re
import socket
import stat
import struct
import threading
import traceback
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from enphase_cloud import (
    AuthenticationError,
    Call,
    ConfigurationError,
    ConnectionFailed,
    ConsentRequired,
    DecodeError,
    Enphase,
    EnphaseError,
    Hooks,
    Runtime,
    ServerError,
    login,
    mock,
)
from enphase_cloud.login.callback import HEADERS, Listener, read
from enphase_cloud.mock.accounts import PASSWORD
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.store import open_store
from enphase_cloud.transport.tokens import PATIENCE

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OWNER = "owner1@example.com"
STATE = "the-right-state"


class World(Runtime):
    """A clock that moves for those who sleep; chance is always 0.5."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now.timestamp()
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def chance(self) -> float:
        return 0.5


@pytest.fixture(scope="module")
def running() -> Iterator[mock.Server]:
    with mock.serve(clock=NOW.timestamp(), homes=4, auth="strict", consent="approve") as server:
        yield server


@pytest.fixture
def server(running: mock.Server, monkeypatch: pytest.MonkeyPatch) -> mock.Server:
    running.service.reset()
    running.service.journal.clear()
    for name in ("API_KEY", "CLIENT_ID", "CLIENT_SECRET", "ACCESS_TOKEN", "PLAN", "PROFILE", "STORE"):
        monkeypatch.delenv(f"ENPHASE_{name}", raising=False)
    monkeypatch.setenv("ENPHASE_BASE_URL", running.url)
    return running


def options(application: str = "watt", **more: Any) -> login.Options:
    """An application of the mock, whose plan is its name."""
    named = {
        "client_id": f"{application}-client",
        "client_secret": f"{application}-secret",
        "api_key": f"{application}-key",
        "runtime": World(),
        **more,
    }
    return cast("login.Options", named)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def visit(address: str) -> str:
    """A browser, and somebody who consents at once; where they come to. (httpx would log the address.)"""
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as page:
        return str(page.url)


def sent_to(address: str) -> str:
    """Where whoever consents at this address is sent, without going there."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay).open(address)
    with caught.value:
        return str(caught.value.headers["location"])


def code_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


def visitor(**changed: str) -> Callable[[str], None]:
    """A browser that comes back with something else than the service sent it with."""

    def open_browser(address: str) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        brought = {"state": asked["state"], **changed}
        visit(f"{asked['redirect_uri']}?{urlencode(brought)}")

    return open_browser


def operations(server: mock.Server) -> list[str | None]:
    return [call.operation for call in server.service.journal]


def kept(home: Path, profile: str = "default") -> bytes | None:
    file = home / "profiles" / f"{profile}.json"
    return file.read_bytes() if file.exists() else None


def test_a_browser_brings_a_grant_that_works_from_then_on(server: mock.Server, home: Path) -> None:
    shown: list[str] = []
    found = login.with_browser(open_browser=visit, show=shown.append, **options(plan="watt"))
    assert operations(server) == ["authorize", "token", "listSystems"]
    assert not any(call.query for call in server.service.journal if call.operation == "token")
    assert found.failure is None
    assert (found.profile, found.base_url, found.client_id, found.plan) == (
        "default",
        server.url,
        "watt-client",
        "watt",
    )
    assert found.systems == tuple(server.service.system_ids[0::2])
    assert found.systems_at == NOW
    assert found.access_token_ends_at == NOW + timedelta(days=1)
    assert found.consent_ends_at == NOW + timedelta(days=30)
    assert found.warnings == ()
    assert found.quota is not None
    assert (found.quota.minute.used, found.quota.month.used, found.quota.month.limit) == (1, 1, 1000)
    assert found.place == str(home / "profiles" / "default.json")
    assert stat.S_IMODE(Path(found.place).stat().st_mode) == 0o600
    [address] = shown
    asked = parse_qs(urlsplit(address).query)
    assert len(asked["state"][0]) >= 43, "at least 128 bits; 256 of them"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", asked["redirect_uri"][0])
    with Enphase.from_env(runtime=World()) as enphase:
        assert len(list(enphase.systems())) == 2
    assert login.status(runtime=World()).systems == found.systems


def test_every_login_has_a_state_of_its_own(server: mock.Server) -> None:
    shown: list[str] = []
    for _ in range(2):
        login.with_browser(open_browser=visit, show=shown.append, **options(check=False))
    first, second = (parse_qs(urlsplit(address).query)["state"] for address in shown)
    assert first != second


def test_an_owner_who_declines_changes_nothing(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options())
    before = kept(home)
    denying = visitor(error="access_denied")
    with pytest.raises(ConsentRequired, match="the owner declined"):
        login.with_browser(open_browser=denying, **options())
    assert kept(home) == before
    assert operations(server).count("token") == 1


@pytest.mark.parametrize("error", ["invalid_scope", "server_error", "<script>alert(1)</script>", "\x1b[2J"])
def test_another_error_of_the_page_is_named_if_it_is_a_word(server: mock.Server, error: str) -> None:
    with pytest.raises(AuthenticationError) as caught:
        login.with_browser(open_browser=visitor(error=error), **options())
    told = error if error.replace("_", "").isalpha() else "an error"
    assert str(caught.value).startswith(f"the authorize page answered {told}: ")
    assert not isinstance(caught.value, ConsentRequired)


def test_nobody_is_waited_for_for_ever(server: mock.Server, home: Path) -> None:
    with pytest.raises(ConsentRequired, match=r"did not answer within 0.05 seconds.*--no-browser"):
        login.with_browser(open_browser=None, timeout=0.05, **options())
    assert kept(home) is None
    assert server.service.journal == []


def test_a_browser_that_cannot_be_opened_is_told_of_and_the_owner_waited_for(
    server: mock.Server,
) -> None:
    """The address was shown: whoever reads it may visit it."""
    threads: list[threading.Thread] = []

    def show(address: str) -> None:
        threads.append(threading.Thread(target=visit, args=(address,)))

    def open_browser(address: str) -> None:
        threads[0].start()
        message = f"could not locate runnable browser for {address}"
        raise webbrowser.Error(message)

    found = login.with_browser(open_browser=open_browser, show=show, **options(check=False))
    threads[0].join()
    assert found.client_id == "watt-client"


def test_a_browser_that_cannot_be_opened_and_an_address_that_nobody_was_shown(server: mock.Server) -> None:
    def open_browser(address: str) -> None:
        raise webbrowser.Error(address)

    with pytest.raises(
        ConfigurationError, match=r"^no browser can be opened here.*show=.*with_code"
    ) as caught:
        login.with_browser(open_browser=open_browser, **options())
    assert caught.value.__context__ is None
    assert server.service.journal == []


def test_other_errors_of_a_callers_browser_are_the_callers(server: mock.Server) -> None:
    def open_browser(_: str) -> None:
        message = "mine"
        raise ZeroDivisionError(message)

    with pytest.raises(ZeroDivisionError, match="mine"):
        login.with_browser(open_browser=open_browser, show=lambda _: None, **options())


def test_what_others_log_of_a_login_is_without_its_secrets(
    server: mock.Server, caplog: pytest.LogCaptureFixture
) -> None:
    """No client lives yet, and a gateway may repeat what it was sent."""
    from enphase_cloud.transport import redact

    redact.install()
    caplog.set_level(logging.DEBUG)

    class Told(Hooks):
        def before_call(self, call: Call) -> None:
            logging.getLogger("httpcore.http11").debug("headers: a-code-0815 watt-secret watt-key")

    with pytest.raises(ConsentRequired):
        login.with_code("a-code-0815", **options(hooks=Told()))
    assert "headers: [secret] [secret] [secret]" in caplog.messages


def test_a_status_is_refused_where_a_stored_time_cannot_be(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options(check=False))
    file = home / "profiles" / "default.json"
    content = json.loads(file.read_text())
    for name in ("expires_at", "consent_at"):
        for moment in (-1e11, 1e12):
            wrong = {**content, "grant": {**content["grant"], name: moment}}
            file.write_text(json.dumps(wrong))
            with pytest.raises(ConfigurationError, match=f"is damaged: grant.{name}"):
                login.status(runtime=World())


def test_a_port_that_is_taken_is_named_before_anybody_is_asked(server: mock.Server) -> None:
    opened: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"
        ):
            login.with_browser(open_browser=opened.append, port=port, **options())
    assert opened == []


@pytest.mark.parametrize("name", ["client_id", "client_secret", "api_key"])
def test_what_is_missing_is_said_before_anybody_is_asked(server: mock.Server, name: str) -> None:
    opened: list[str] = []
    with pytest.raises(ConfigurationError, match=f"no {name}: pass {name}=, or set ENPHASE_{name.upper()}"):
        login.with_browser(open_browser=opened.append, **options(**{name: " "}))
    assert opened == []


def test_a_home_that_cannot_keep_a_grant_is_named_before_anybody_is_asked(
    server: mock.Server, home: Path
) -> None:
    opened: list[str] = []
    home.write_text("a file in the folder's place")
    with pytest.raises(ConfigurationError):
        login.with_browser(open_browser=opened.append, **options(home=home / "x"))
    assert opened == []


def test_a_base_url_that_would_send_secrets_in_the_clear_is_refused(server: mock.Server) -> None:
    opened: list[str] = []
    with pytest.raises(ConfigurationError, match="plain http"):
        login.with_browser(open_browser=opened.append, **options(base_url="http://example.com"))
    assert opened == []


def test_a_code_is_pasted_or_the_address_that_has_it(server: mock.Server) -> None:
    address = login.authorize_url(client_id="watt-client", state=STATE)
    assert parse_qs(urlsplit(address).query)["redirect_uri"] == [f"{server.url}/oauth/redirect_uri"]
    assert login.with_code(f"  {code_in(visit(address))}\n", state=STATE, **options()).systems
    page = visit(address)
    assert f"state={STATE}" in page
    assert login.with_code(page, state=STATE, **options()).systems
    assert login.with_code(Secret(code_in(visit(address))), **options()).systems


@pytest.mark.parametrize(
    "form",
    [
        "{code}",
        " '{code}' ",
        '"{code}"',
        "<{code}>",
        "\u201c{code}\u201d",
        "code={code}",
        "code={code}&state={state}",
        "state={state}&code={code}",
        "?code={code}",
        "&code={code}",
        "'?code={code}&state={state}'",
        "localhost:8123/callback?code={code}",
        "<{page}>",
        '"{page}" ',
        " < {page} > ",
    ],
)
def test_what_is_pasted_may_have_things_around_it(server: mock.Server, form: str) -> None:
    page = visit(login.authorize_url(client_id="watt-client", state=STATE))
    pasted = form.format(code=code_in(page), state=STATE, page=page)
    assert login.with_code(pasted, state=STATE, **options(check=False)).place


def test_an_address_needs_a_client_id(server: mock.Server) -> None:
    with pytest.raises(ConfigurationError, match="no client_id: pass client_id=, or set ENPHASE_CLIENT_ID"):
        login.authorize_url()


def test_a_redirect_of_ones_own_is_told_at_both_ends(server: mock.Server) -> None:
    own = "http://localhost:8123/callback"
    address = login.authorize_url(client_id="watt-client", redirect_uri=own)
    sent = sent_to(address)
    assert sent.startswith(own)
    assert login.with_code(sent, redirect_uri=own, **options()).systems
    sent = sent_to(address)
    with pytest.raises(ConsentRequired, match=r"the code .* was not accepted"):
        login.with_code(sent, **options())


@pytest.mark.parametrize(
    ("pasted", "error", "told"),
    [
        ("", ConfigurationError, "this is no code"),
        ("two words", ConfigurationError, "this is no code"),
        ("https://x.example/?state=the-right-state", ConfigurationError, "there is no code in this address"),
        ("https://x.example/?code=a&code=b", ConfigurationError, "there is no code in this address"),
        ("https://[::1/?code=a", ConfigurationError, "there is no code in this address"),
        ("https://x.example/?code=a&state=another", ConsentRequired, "belongs to another login"),
        ("?code=a&state=another", ConsentRequired, "belongs to another login"),
        ("'code=a&state=another'", ConsentRequired, "belongs to another login"),
        ("state=another&code=a", ConsentRequired, "belongs to another login"),
        ("code=", ConfigurationError, "there is no code in this address"),
        ("' '", ConfigurationError, "this is no code"),
        ("https://x.example/?error=access_denied", ConsentRequired, "the owner declined"),
        ("used-up", ConsentRequired, r"the code .* was not accepted \(invalid_grant"),
    ],
)
def test_what_is_pasted_may_be_wrong(
    server: mock.Server, home: Path, pasted: str, error: type[EnphaseError], told: str
) -> None:
    with pytest.raises(error, match=told):
        login.with_code(pasted, state=STATE, **options())
    assert kept(home) is None


def test_a_partner_logs_in_by_password(server: mock.Server) -> None:
    found = login.with_password(f" {OWNER} ", PASSWORD, **options("partner"))
    assert found.who == OWNER
    assert operations(server) == ["token", "listSystems"]
    with pytest.raises(ConsentRequired, match="the username or the password was not accepted"):
        login.with_password(OWNER, "wrong", **options("partner"))
    with pytest.raises(AuthenticationError, match="unauthorized_client"):
        login.with_password(OWNER, PASSWORD, **options("watt", profile="other"))
    for username, password in ((" ", "x"), ("x", "")):
        with pytest.raises(ConfigurationError, match="must not be empty"):
            login.with_password(username, password, **options("partner"))


def test_a_login_that_renews_needs_nothing_but_the_owner(server: mock.Server, home: Path) -> None:
    """What `ConsentRequired` says: run `enphase login`. Id, secret and key are in the store."""
    login.with_browser(open_browser=visit, **options(plan="watt"))
    before = kept(home)
    found = login.with_browser(open_browser=visit, runtime=World())
    assert (found.client_id, found.plan, found.failure) == ("watt-client", "watt", None)
    assert kept(home) != before


def test_the_grant_of_another_application_is_not_replaced_by_mistake(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options())
    before, opened = kept(home), list[str]()
    with pytest.raises(ConfigurationError, match="--replace"):
        login.with_browser(open_browser=opened.append, **options("megawatt"))
    with pytest.raises(ConfigurationError, match="--replace"):
        login.with_browser(open_browser=opened.append, **options(base_url="https://api.example.com"))
    assert (kept(home), opened) == (before, [])
    assert (
        login.with_browser(open_browser=visit, **options("megawatt", replace=True)).client_id
        == "megawatt-client"
    )


def test_whoever_logs_in_meanwhile_is_not_replaced_either(server: mock.Server, home: Path) -> None:
    def slowly(address: str) -> None:
        login.with_browser(open_browser=visit, **options("megawatt"))
        visit(address)

    with pytest.raises(ConfigurationError, match="holds a grant to the application megawatt-client"):
        login.with_browser(open_browser=slowly, **options("watt"))
    assert operations(server).count("token") == 1, "the code was not spent in vain"


def test_profiles_are_kept_apart(server: mock.Server) -> None:
    login.with_browser(open_browser=visit, **options(profile="home"))
    login.with_browser(open_browser=visit, **options("megawatt", profile="work"))
    assert login.status(profile="home").client_id == "watt-client"
    assert login.status(profile="work").client_id == "megawatt-client"
    with pytest.raises(ConfigurationError, match="no grant is stored in the profile 'default'"):
        login.status()


def test_a_profile_that_cannot_be_read_is_replaced_only_if_told_so(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options())
    file = home / "profiles" / "default.json"
    file.write_text('{"version":')
    calls: tuple[Callable[[], object], ...] = (
        login.status,
        lambda: login.with_browser(open_browser=visit, **options()),
    )
    for call in calls:
        with pytest.raises(ConfigurationError) as caught:
            call()
        advised = re.findall("`[^`]*`", str(caught.value))
        assert advised == ["`enphase login --replace --profile default`"], "said once"
    assert login.with_browser(open_browser=visit, **options(replace=True)).systems


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, ServerError),
        ({"status": 200, "body": "<html>busy</html>"}, DecodeError),
        ({"status": 200, "body": b'{"access_token": "t0p-5ecret", "refr'}, DecodeError),
        ({"status": 200, "body": {"access_token": "t0p-5ecret", "expires_in": 86400}}, DecodeError),
        ({"status": 200, "body": b"no gzip", "headers": {"content-encoding": "gzip"}}, DecodeError),
        ({"drop": True}, ConnectionFailed),
        ({"status": 401, "body": {"error": "invalid_client"}}, AuthenticationError),
    ],
)
def test_a_token_endpoint_that_fails_is_asked_once_and_changes_nothing(
    server: mock.Server, home: Path, fault: dict[str, Any], error: type[EnphaseError]
) -> None:
    login.with_browser(open_browser=visit, **options())
    before = kept(home)
    server.service.journal.clear()
    server.service.fail_next(3, operation="token", **fault)
    with pytest.raises(error) as caught:
        login.with_browser(open_browser=visit, **options())
    assert "5ecret" not in str(caught.value)
    assert operations(server).count("token") == 1
    assert kept(home) == before


def test_a_grant_is_kept_even_if_it_does_not_fit_the_key(server: mock.Server, home: Path) -> None:
    found = login.with_browser(open_browser=visit, **options(api_key="megawatt-key"))
    assert isinstance(found.failure, AuthenticationError)
    assert (found.systems, kept(home) is not None) == (None, True)
    assert operations(server).count("token") <= 2


def test_a_check_that_is_not_wanted_costs_nothing(server: mock.Server) -> None:
    found = login.with_browser(open_browser=visit, **options(check=False))
    assert (found.systems, found.systems_at, operations(server)) == (None, None, ["authorize", "token"])
    assert login.check(runtime=World()).systems == tuple(server.service.system_ids[0::2])
    assert operations(server) == ["authorize", "token", "listSystems"]


def test_a_check_with_many_systems_costs_one_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock.serve(clock=NOW.timestamp(), homes=240, owners=2, auth="strict", consent="approve") as server:
        monkeypatch.setenv("ENPHASE_BASE_URL", server.url)
        found = login.with_browser(open_browser=visit, **options("partner"))
        assert len(found.systems or ()) == 100
        assert operations(server).count("listSystems") == 1


def test_logout_forgets_and_makes_no_call(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options())
    server.service.journal.clear()
    assert login.logout(runtime=World()) is True
    assert (login.logout(runtime=World()), kept(home), operations(server)) == (False, None, [])
    with pytest.raises(ConfigurationError, match="run `enphase login`"):
        login.status()
    with pytest.raises(ConfigurationError, match="run `enphase login`"):
        login.check()


def test_a_logout_while_the_systems_are_listed_stays_a_logout(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options(check=False))

    class Leaving(Hooks):
        def after_call(self, call: object, result: object) -> None:
            login.logout(runtime=World())

    login.check(runtime=World(), hooks=Leaving())
    assert kept(home) is None


def test_a_damaged_profile_can_be_forgotten(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options())
    (home / "profiles" / "default.json").write_text("")
    assert login.logout(runtime=World()) is True


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, []),
        (22.9, []),
        (23.1, ["the consent ends on 2026-12-20 12:00 UTC: any call before then renews it"]),
        (30.1, ["the consent ended on 2026-12-20 12:00 UTC"]),
    ],
)
def test_status_warns_before_a_consent_ends_and_makes_no_call(
    server: mock.Server, days: float, told: list[str]
) -> None:
    login.with_browser(open_browser=visit, **options(plan="watt"))
    server.service.journal.clear()
    found = login.status(runtime=World(NOW + timedelta(days=days)))
    assert [warning[: len(start)] for warning, start in zip(found.warnings, told, strict=True)] == told
    assert operations(server) == []


def test_status_warns_of_what_will_surprise(server: mock.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    login.with_browser(open_browser=visit, **options())
    monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "another")
    found = login.status(runtime=World())
    assert found.plan is None
    assert [warning.partition(":")[0] for warning in found.warnings] == [
        "the plan is not known, so limits are met before they are known",
        "ENPHASE_ACCESS_TOKEN is set",
    ]
    with pytest.raises(ConfigurationError, match="ENPHASE_ACCESS_TOKEN is set, and used as it is"):
        login.status(profile="other")


def test_a_ledger_that_cannot_be_read_hides_nothing_else(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options(check=False, plan="watt"))
    (home / "ledger.sqlite3").mkdir()
    found = login.status(runtime=World())
    assert found.quota is None
    assert len(found.warnings) == 1
    assert found.client_id == "watt-client"


def test_a_lock_that_is_never_given_back_is_not_waited_for_for_ever(server: mock.Server, home: Path) -> None:
    world = World()
    lock = open_store("file", home, "default").try_lock()
    assert lock is not None
    with (
        lock,
        pytest.raises(ConfigurationError, match=r"has been holding the lock on .*default.json for too long"),
    ):
        login.with_browser(open_browser=visit, **options(runtime=world))
    assert PATIENCE <= sum(world.slept) < PATIENCE + 1
    assert operations(server) == ["authorize"], "no code is spent on tokens that have no place"


def test_no_secret_is_shown_whatever_goes_wrong(
    server: mock.Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    codes: list[str] = []
    shown: list[str] = []

    def fails(status: int, words: str) -> None:
        told = words % " ".join(["partner-secret", "partner-key", codes[-1]])
        server.service.fail_next(operation="token", status=status, body=told.encode())

    def by_password(status: int, words: str) -> None:
        codes.append(PASSWORD)
        fails(status, words)
        login.with_password(OWNER, PASSWORD, **options("partner"))

    def by_browser(status: int, words: str) -> None:
        def browser(address: str) -> None:
            way_back = sent_to(address)
            codes.append(code_in(way_back))
            fails(status, words)
            visit(way_back)

        login.with_browser(open_browser=browser, **options("partner"))

    for attempt in (by_password, by_browser):
        for status, words in (
            (400, "%s"),
            (401, '{"error": "invalid_grant", "error_description": "%s"}'),
            (401, '{"error": "%s"}'),
            (500, "<title>%s</title>"),
        ):
            with pytest.raises(EnphaseError) as caught:
                attempt(status, words)
            detailed = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            shown += [frame for frame in detailed.format() if __file__ not in frame]
    shown.append(repr(login.with_password(OWNER, PASSWORD, **options("partner", replace=True))))
    shown.append(caplog.text)
    granted = json.loads((kept_file := Path(login.status().place)).read_text())
    assert kept_file.name == "default.json"
    tokens = [value for value in strings(granted) if len(value) > 30 and "/" not in value]
    assert tokens
    for secret in ("partner-secret", "partner-key", *codes, *tokens):
        assert not any(secret in text for text in shown), secret


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    return [value] if isinstance(value, str) else []


def ask(listener: Listener, path: str, method: str = "GET", host: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{listener.port}")
        connection.endheaders()
        answer = connection.getresponse()
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("status", "path", "more"),
    [
        (400, "/callback?code=evil", {}),
        (400, "/callback?code=evil&state=wrong", {}),
        (400, "/callback?code=evil&state=", {}),
        (400, f"/callback?code=evil&state=wrong&state={STATE}", {}),
        (400, f"/callback?code=evil&state={STATE}%C3%BC", {}),
        (400, f"/callback?state={STATE}", {}),
        (400, f"/callback?code=evil&code=more&state={STATE}", {}),
        (400, f"/callback?code=evil&error=access_denied&state={STATE}", {}),
        (400, f"/callback?code=evil&state={STATE}", {"host": "evil.example"}),
        (400, f"/callback?code=evil&state={STATE}", {"host": "127.0.0.1"}),
        (400, f"/callback?code=evil&state={STATE}", {"host": ""}),
        (404, f"/?code=evil&state={STATE}", {}),
        (404, f"/callback/x?code=evil&state={STATE}", {}),
        (404, "/favicon.ico", {}),
        (501, f"/callback?code=evil&state={STATE}", {"method": "POST"}),
        (501, f"/callback?code=evil&state={STATE}", {"method": "HEAD"}),
        (501, f"/callback?code=evil&state={STATE}", {"method": "OPTIONS"}),
    ],
)
def test_a_listener_takes_the_right_answer_only_and_goes_on(
    status: int, path: str, more: dict[str, str]
) -> None:
    with Listener(STATE) as listener:
        told = ask(listener, path, **more)
        assert told[0] == status
        assert "evil" not in told[1]
        assert listener.wait(0) is None
        assert (
            ask(listener, f"/callback?code=good&state={STATE}", host=f"localhost:{listener.port}")[0] == 200
        )
        assert ask(listener, f"/callback?code=late&state={STATE}")[0] == 400
        answer = listener.wait(0)
    assert answer is not None
    assert answer.code == Secret("good")
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection(("127.0.0.1", listener.port), timeout=1)


def test_a_page_of_the_listener_shows_no_code() -> None:
    with Listener(STATE) as listener:
        status, page = ask(listener, f"/callback?code=c0de&state={STATE}")
    assert status == 200
    assert "c0de" not in page
    assert STATE not in page
    assert page.startswith("<!doctype html>")


def threads() -> set[threading.Thread]:
    """Those that are ours: a server of the mock has its own."""
    return {
        each
        for each in threading.enumerate()
        if "process_request_thread" in each.name or "serve" in each.name
    }


def test_connections_that_say_nothing_hold_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    """Browsers open connections ahead of need; and whoever breaks off leaves no traceback."""
    caplog.set_level(logging.DEBUG)
    before = threads()
    with Listener(STATE) as listener:
        silent = [socket.create_connection(("127.0.0.1", listener.port)) for _ in range(3)]
        silent[0].sendall(b"GET /callback?code=h4lf")
        silent[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        silent[1].close()  # with a reset: nobody can be answered there
        assert ask(listener, f"/callback?code=good&state={STATE}")[0] == 200
        assert listener.wait(0) is not None
    assert "broke off" in caplog.text
    for connection in silent:
        connection.close()
    assert threads() == before
    assert "h4lf" not in caplog.text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://x/?code=a&state=b", ("a", "b", None)),
        ("/callback?code=a%2Fb", ("a/b", None, None)),
        ("?error=e", (None, None, "e")),
        ("code=a", (None, None, None)),
        ("http://[", (None, None, None)),
        ("/?" + "&".join(f"n{index}=1" for index in range(30)), (None, None, None)),
    ],
)
def test_what_an_address_says(address: str, told: tuple[str | None, ...]) -> None:
    code, state, error = read(Secret(address))
    assert (code and code.reveal(), state, error) == told


# What is misspelt, or of the wrong kind


@pytest.mark.parametrize(
    "call",
    [
        lambda **more: login.authorize_url(client_id="watt-client", **more),
        lambda **more: login.with_browser(open_browser=visit, **options(**more)),
        lambda **more: login.with_code("c0de", **options(**more)),
        lambda **more: login.with_password(OWNER, PASSWORD, **options("partner", **more)),
        login.logout,
        login.status,
        login.check,
        login.prepared,
        login.profiles,
    ],
)
def test_a_misspelt_option_is_no_option(server: mock.Server, home: Path, call: Callable[..., object]) -> None:
    """Else `logout(profil=...)` forgets the grant of another profile."""
    login.with_browser(open_browser=visit, **options())
    before = kept(home)
    server.service.journal.clear()
    with pytest.raises(TypeError, match=r"[a-z_]+\(\) got an unexpected keyword argument 'profil'"):
        call(profil="inst")
    assert (kept(home), operations(server)) == (before, [])


def test_an_option_of_a_login_is_none_of_a_status(server: mock.Server) -> None:
    with pytest.raises(TypeError, match=r"^status\(\) got an unexpected keyword argument 'api_key'"):
        login.status(**cast("Any", {"api_key": "x"}))


def test_a_misspelt_secret_is_not_shown(server: mock.Server) -> None:
    misspelt = {"client_secrett": "5p0ken-secret"}
    with pytest.raises(TypeError) as caught:
        login.with_browser(open_browser=visit, **options(**misspelt))
    detailed = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [frame for frame in detailed.format() if __file__ not in frame]
    assert shown
    assert not any("5p0ken" in frame for frame in shown)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: login.with_code(cast("Any", None), **options()), "^code is a NoneType, not text"),
        (lambda: login.with_code(cast("Any", b"c0de"), **options()), "^code is a bytes, not text"),
        (lambda: login.with_code("c0de", state=cast("Any", 5), **options()), "^state is a int, not text"),
        (
            lambda: login.with_code("c0de", redirect_uri=cast("Any", b"x"), **options()),
            "^redirect_uri is a bytes",
        ),
        (lambda: login.authorize_url(client_id="x", state=cast("Any", b"x")), "^state is a bytes"),
        (lambda: login.authorize_url(client_id="x", redirect_uri=cast("Any", 5)), "^redirect_uri is a int"),
        (
            lambda: login.with_password(cast("Any", None), "x", **options("partner")),
            "^username is a NoneType",
        ),
        (
            lambda: login.with_password(OWNER, cast("Any", b"pw"), **options("partner")),
            "^password is a bytes",
        ),
        (lambda: login.with_browser(port=cast("Any", "80"), **options()), "^port has to be a whole number"),
        (lambda: login.with_browser(port=cast("Any", True), **options()), "^port has to be a whole number"),
        (lambda: login.with_browser(port=-1, **options()), "^port has to be a whole number"),
        (lambda: login.with_browser(port=70_000, **options()), "^port has to be a whole number"),
        (lambda: login.with_browser(timeout=cast("Any", "5"), **options()), "^timeout has to be a number"),
        (lambda: login.with_browser(timeout=cast("Any", None), **options()), "^timeout has to be a number"),
        (lambda: login.with_browser(timeout=float("nan"), **options()), "^timeout has to be a number"),
        (lambda: login.with_browser(timeout=-1, **options()), "^timeout has to be a number"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(
    server: mock.Server, monkeypatch: pytest.MonkeyPatch, call: Callable[[], object], told: str
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    with pytest.raises(ConfigurationError, match=told):
        call()
    assert (server.service.journal, opened) == ([], [])


def test_a_timeout_may_be_longer_than_a_thread_can_wait(server: mock.Server) -> None:
    assert login.with_browser(open_browser=visit, timeout=1e300, **options(check=False)).place


# Nobody sees the address


def test_without_a_browser_and_with_nobody_to_tell_a_login_ends_at_once(server: mock.Server) -> None:
    opened: list[str] = []

    def open_browser(address: str) -> bool:
        opened.append(address)
        return False

    with pytest.raises(ConfigurationError) as caught:
        login.with_browser(open_browser=open_browser, **options())
    assert len(opened) == 1
    for way in ("open_browser=None, show=print", "with_code"):
        assert way in str(caught.value)
    [address] = re.findall(r"http://\S+", str(caught.value))
    code = code_in(visit(address))
    assert login.with_code(code, **options()).systems, (
        "the address in the error leads to a code for with_code"
    )


def test_an_address_that_is_shown_to_nobody_is_logged(
    server: mock.Server, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ConsentRequired) as caught:
        login.with_browser(open_browser=None, timeout=0.05, **options())
    [record] = [each for each in caplog.records if each.name == "enphase_cloud.login"]
    assert record.levelno == logging.WARNING
    [address] = re.findall(r"http://\S+", record.getMessage())
    assert parse_qs(urlsplit(address).query)["client_id"] == ["watt-client"]
    assert address in str(caught.value)


def test_an_address_that_is_shown_is_not_logged(
    server: mock.Server, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    for opened in (lambda _: False, None):
        with pytest.raises(ConsentRequired) as caught:
            login.with_browser(open_browser=opened, show=shown.append, timeout=0.05, **options())
        assert shown[-1] in str(caught.value)
    assert "oauth/authorize" not in caplog.text


# Several profiles


def test_advice_names_the_profile_that_it_is_for(server: mock.Server, home: Path) -> None:
    login.with_browser(open_browser=visit, **options(profile="inst", plan="watt", check=False))
    for days, command in (
        (25, "`enphase status --check --profile inst`"),
        (31, "`enphase login --profile inst`"),
    ):
        [warning] = login.status(profile="inst", runtime=World(NOW + timedelta(days=days))).warnings
        assert command in warning
    with pytest.raises(ConfigurationError, match="run `enphase login --profile other`"):
        login.status(profile="other")
    with pytest.raises(ConfigurationError, match="run `enphase login`"):
        login.status()
    with pytest.raises(ConfigurationError, match="run `enphase login --profile default`"):
        login.status(profile="default")  # where the environment or config.toml may say another


def test_logout_of_a_profile_that_is_not_there_leaves_nothing_behind(server: mock.Server, home: Path) -> None:
    assert login.logout(profile="nobody") is False
    assert not home.exists() or not list(home.rglob("*"))
    login.with_browser(open_browser=visit, **options(check=False))
    before = sorted(home.rglob("*"))
    assert login.logout(profile="nobody") is False
    assert sorted(home.rglob("*")) == before


def test_the_profiles_are_listed(server: mock.Server, home: Path, tmp_path: Path) -> None:
    assert login.profiles() == []
    for name in ("work", "home"):
        login.with_browser(open_browser=visit, **options(profile=name, check=False))
    assert login.profiles() == login.profiles(home) == login.profiles(home=str(home)) == ["home", "work"]
    assert login.profiles(tmp_path / "elsewhere") == []
