"""`enphase login` and `enphase logout`: what is asked, where the answer comes from, and how each ends."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from enphase_cloud import mock
from enphase_cloud.cli import login as login_command
from enphase_cloud.cli.app import enphase
from enphase_cloud.cli.session import NotReady
from enphase_cloud.mock.accounts import PASSWORD
from tests.mock.test_consent import browser, click  # noqa: F401 - a fixture
from tests.mock.test_consent import pytestmark as needs_a_browser

from .running import NOW, Person

OWNER = "owner1@example.com"
APPLICATION = ("watt-client", "watt-secret", "watt-key")


@pytest.fixture(scope="module")
def strict_server() -> Iterator[mock.Server]:
    with mock.serve(clock=NOW.timestamp(), homes=4, auth="strict", consent="approve") as server:
        yield server


@pytest.fixture
def owner(strict_server: mock.Server) -> Person:
    """Somebody with an application of the plan Watt, and nothing stored."""
    return newcomer(strict_server, "watt")


def newcomer(server: mock.Server, plan: str, **environment: str | None) -> Person:
    server.service.reset()
    server.service.journal.clear()
    told = {
        "ENPHASE_API_KEY": f"{plan}-key",
        "ENPHASE_CLIENT_ID": f"{plan}-client",
        "ENPHASE_CLIENT_SECRET": f"{plan}-secret",
        "ENPHASE_ACCESS_TOKEN": None,
    }
    return Person(server, environment={**told, **environment})


@pytest.fixture
def consenting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A browser whose owner consents at once. The addresses that it was sent to."""
    opened: list[str] = []

    def open_browser(address: str) -> bool:
        opened.append(address)
        visit(address)
        return True

    monkeypatch.setattr(webbrowser, "open", open_browser)
    return opened


def visit(address: str) -> str:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as page:
        return str(page.url)


def types(person: Person, text: str, *words: str) -> Result:
    """Run a command, and type what it asks for."""
    return CliRunner().invoke(enphase, words, obj=person.world, env=person.environment, input=text)


def operations(person: Person) -> list[str | None]:
    return [call.operation for call in person.server.service.journal]


def test_a_login_and_then_every_command_works(owner: Person, consenting: list[str]) -> None:
    result = owner.gets("login", "--plan", "watt")
    assert operations(owner) == ["authorize", "token", "listSystems"]
    said = result.stderr.splitlines()
    assert said[1] == consenting[0], "the address stands alone in its line"
    assert said[2].endswith("default.json; 1 hit")
    assert re.search(r"^systems +\d+, \d+ \(listed 2026-11-20 12:00 UTC\)$", result.stdout, re.M)
    for name in ("ENPHASE_API_KEY", "ENPHASE_CLIENT_ID", "ENPHASE_CLIENT_SECRET"):
        owner.environment[name] = None
    assert owner.gets("systems", "--csv", "-").stdout.count("\n") == 3
    asked = ("--start", "2026-11-19", "--end", "2026-11-20", "--csv", "-")
    assert owner.gets("telemetry", owner.system_id, "battery", *asked).stdout.count("\n") == 97
    assert owner.gets("lifetime", owner.system_id, "production", "--json").stdout
    assert operations(owner).count("token") == 1


def test_what_nobody_said_is_asked_for_and_secrets_are_not_echoed(
    owner: Person, consenting: list[str]
) -> None:
    owner.environment.update(dict.fromkeys(["ENPHASE_API_KEY", "ENPHASE_CLIENT_ID", "ENPHASE_CLIENT_SECRET"]))
    result = types(owner, "\n".join((*APPLICATION, "")), "login")
    assert result.exit_code == 0, result.output
    asked = [line for line in result.stderr.splitlines() if line.endswith(":")]
    assert asked[:3] == [
        "Client ID of your application:",
        "Client secret (is not shown):",
        "API key (is not shown):",
    ]
    assert "watt-secret" not in result.output
    assert "watt-key" not in result.output
    assert "Client ID of your application" not in owner.gets("login").stderr, "the store knows by now"


def test_nobody_to_ask_ends_with_the_name_of_the_variable(owner: Person) -> None:
    owner.environment["ENPHASE_CLIENT_SECRET"] = None
    result = owner.runs("login")
    assert (result.exit_code, owner.calls) == (3, 0)
    assert "enphase: error: nobody answers: set ENPHASE_CLIENT_SECRET, or run this in" in result.stderr


def test_ctrl_c_at_a_question_is_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("click.termui.visible_prompt_func", interrupted)
    monkeypatch.setattr(login_command, "terminal", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        login_command._prompt("Client ID")


@pytest.mark.parametrize("whole", [True, False])
def test_without_a_browser_the_code_is_pasted_or_its_address(owner: Person, whole: bool) -> None:
    redirect = f"{owner.server.url}/oauth/redirect_uri"
    seen: list[str] = []

    def shown(address: str) -> None:
        seen.append(address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(login_command, "_show", shown)
        patch.setattr(login_command, "_line", lambda: pasted(visit(seen[-1]), whole))
        result = owner.gets("login", "--no-browser")
    assert parse_qs(urlsplit(seen[0]).query)["redirect_uri"] == [redirect]
    assert len(parse_qs(urlsplit(seen[0]).query)["state"][0]) >= 43
    assert "granted by" in result.stdout
    assert operations(owner)[-2:] == ["token", "listSystems"]


def pasted(page: str, whole: bool) -> str:
    return page if whole else parse_qs(urlsplit(page).query)["code"][0]


def test_what_is_no_code_is_told_and_asked_for_again(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(login_command, "_show", seen.append)

    def answers() -> Iterator[str]:
        yield "https://x.example/?state=none"
        yield "two words"
        yield "code=a&state=another"
        yield "''"
        yield f" <{visit(seen[0])}>"

    coming = answers()
    monkeypatch.setattr(login_command, "_line", lambda: next(coming))
    result = owner.gets("login", "--no-browser")
    told = [line for line in result.stderr.splitlines() if line.startswith("enphase: ")][:4]
    assert [line.removeprefix("enphase: ")[:28] for line in told] == [
        "this address belongs to anot",
        "this is no code: paste the c",
        "this address belongs to anot",
        "this is no code: paste the c",
    ]
    assert operations(owner)[-2:] == ["token", "listSystems"]
    assert operations(owner).count("token") == 1


def test_who_cannot_paste_is_not_asked_for_ever(owner: Person) -> None:
    result = types(owner, "not a code\n" * 9, "login", "--no-browser")
    assert (result.exit_code, owner.calls) == (3, 0)
    assert result.stderr.count("this is no code") == 5
    assert result.stderr.splitlines()[-1].startswith("enphase: error: this is no code")


def test_an_owner_who_declined_is_not_asked_again(owner: Person) -> None:
    result = types(owner, "error=access_denied\nx\n", "login", "--no-browser")
    assert result.exit_code == 3
    assert result.stderr.splitlines()[-1] == "enphase: error: the owner declined: access was not granted."


@pytest.mark.parametrize("answers", [b"", b"\n\n", b"\xff\xfe\n"])
def test_an_answer_that_is_none(owner: Person, answers: bytes) -> None:
    result = CliRunner().invoke(
        enphase, ["login", "--no-browser"], obj=owner.world, env=owner.environment, input=answers
    )
    assert (result.exit_code, owner.calls) == (3, 0)
    assert re.search(r"enphase: error: (nobody answers|the answer is no text)", result.stderr)


def test_a_standard_input_that_is_closed_is_nobody(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(NotReady, match="nobody answers: run this in a terminal"):
        login_command._prompt("The code", hidden=True)


def test_without_a_browser_the_address_is_shown(owner: Person) -> None:
    result = types(owner, "no-code\n", "login", "--no-browser")
    assert result.exit_code == 3
    [address] = [line for line in result.stderr.splitlines() if line.startswith("http://")]
    assert urlsplit(address).path == "/oauth/authorize"
    assert "the code (it is good once, and for minutes; begin anew) was not accepted" in result.stderr


def test_a_machine_without_a_browser_says_what_to_do(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here(_: str) -> bool:
        raise webbrowser.Error

    said: list[str] = []
    monkeypatch.setattr(login_command, "note", said.append)
    for opener in (none_here, lambda _: False):
        monkeypatch.setattr(webbrowser, "open", opener)
        login_command._open("http://127.0.0.1:9")
    assert [text.partition(":")[0] for text in said] == ["no browser could be opened here"] * 2


def test_by_password_from_the_environment_or_typed(strict_server: mock.Server) -> None:
    told = {"ENPHASE_USERNAME": OWNER, "ENPHASE_PASSWORD": PASSWORD}
    partner = newcomer(strict_server, "partner", **told)
    result = partner.gets("login", "--password", "--no-check")
    assert re.search(rf"^granted by +{OWNER}$", result.stdout, re.M)
    assert operations(partner) == ["token"]
    partner = newcomer(strict_server, "partner", ENPHASE_USERNAME=None, ENPHASE_PASSWORD=None)
    result = types(partner, f"{OWNER}\n{PASSWORD}\n", "login", "--password")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    wrong = types(partner, f"{OWNER}\nwr0ng\n", "login", "--password")
    assert wrong.exit_code == 3
    assert "the username or the password was not accepted" in wrong.stderr
    assert "wr0ng" not in wrong.output


@pytest.mark.parametrize(
    "words",
    [
        ["--password", "--no-browser"],
        ["--password", "--port", "8400"],
        ["--password", "--redirect-uri", "http://localhost/x"],
        ["--redirect-uri", "http://localhost/x"],
        ["--port", "8400", "--no-browser"],
        ["--port", "70000"],
        ["--plan", "gigawatt"],
    ],
)
def test_options_that_make_no_sense_end_with_2(owner: Person, words: list[str]) -> None:
    result = owner.runs("login", *words)
    assert (result.exit_code, owner.calls) == (2, 0)


def test_an_owner_who_declines_ends_with_3(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def declining(address: str) -> bool:
        asked = parse_qs(urlsplit(address).query)
        visit(f"{asked['redirect_uri'][0]}?error=access_denied&state={asked['state'][0]}")
        return True

    monkeypatch.setattr(webbrowser, "open", declining)
    result = owner.runs("login")
    assert result.exit_code == 3
    assert result.stderr.endswith("enphase: error: the owner declined: access was not granted.\n")


def test_a_key_that_does_not_fit_is_told_after_the_grant_is_stored(
    owner: Person, consenting: list[str]
) -> None:
    owner.environment["ENPHASE_API_KEY"] = "megawatt-key"
    result = owner.runs("login")
    assert result.exit_code == 3
    assert "the grant was stored, but the systems could not be listed" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("enphase: error: GET /api/v4/systems was answered 401")
    owner.environment["ENPHASE_API_KEY"] = "watt-key"
    assert owner.runs("login").exit_code == 0


def test_another_applications_grant_is_replaced_only_if_told_so(owner: Person, consenting: list[str]) -> None:
    owner.gets("login")
    other = {"API_KEY": "megawatt-key", "CLIENT_ID": "megawatt-client", "CLIENT_SECRET": "megawatt-secret"}
    owner.environment.update({f"ENPHASE_{name}": value for name, value in other.items()})
    refused = owner.runs("login")
    assert refused.exit_code == 3
    assert "enphase login --replace" in refused.stderr
    assert len(consenting) == 1
    assert "megawatt-client" in owner.gets("login", "--replace").stdout
    assert "megawatt-client" in owner.gets("login", "--profile", "other").stdout


@pytest.mark.parametrize("place", ["group", "command", "environment"])
def test_a_profile_is_named_in_three_ways(
    owner: Person, consenting: list[str], home: Path, place: str
) -> None:
    before = ["--profile", "garage"] if place == "group" else []
    after = ["--profile", "garage"] if place == "command" else []
    owner.environment["ENPHASE_PROFILE"] = "garage" if place == "environment" else None
    owner.gets(*before, "login", *after)
    assert [path.name for path in (home / "profiles").glob("*.json")] == ["garage.json"]
    assert "garage" in owner.gets(*before, "status", *after).stdout
    owner.gets("--profile", "garage", "systems")
    told = owner.gets(*before, "logout", *after).stderr
    assert told == "enphase: the grant in the profile 'garage' is forgotten\n"
    told = owner.gets(*before, "logout", *after).stderr
    assert told == "enphase: there was no grant to forget in the profile 'garage'\n"
    assert owner.runs("--profile", "garage", "systems").exit_code == 3


def test_every_command_that_uses_a_grant_takes_a_profile(owner: Person, consenting: list[str]) -> None:
    owner.gets("login", "--profile", "garage")
    asked = ("--start", "2026-11-19", "--end", "2026-11-20")
    owner.gets("systems", "--profile", "garage")
    owner.gets("telemetry", owner.system_id, "battery", *asked, "--profile", "garage")
    owner.gets("--profile", "other", "lifetime", owner.system_id, "production", "--profile", "garage")
    calls = owner.calls
    assert owner.runs("--profile", "garage", "systems", "--profile", "other").exit_code == 3
    assert owner.calls == calls


def test_what_a_damaged_profile_advises_works(owner: Person, consenting: list[str], home: Path) -> None:
    owner.gets("login", "--profile", "garage")
    (home / "profiles" / "garage.json").write_text('{"version":')
    for words in (["status"], ["login"], ["systems"]):
        result = owner.runs(*words, "--profile", "garage")
        assert result.exit_code == 3
        assert re.findall("`(.*?)`", result.stderr) == ["enphase login --replace --profile garage"]
    owner.gets("login", "--replace", "--profile", "garage")
    owner.gets("systems", "--profile", "garage")


def test_logout_says_what_it_did(owner: Person, consenting: list[str]) -> None:
    assert owner.gets("logout").stderr == "enphase: there was no grant to forget in the profile 'default'\n"
    owner.gets("login")
    calls = owner.calls
    assert owner.gets("logout").stderr == "enphase: the grant in the profile 'default' is forgotten\n"
    assert owner.calls == calls
    result = owner.runs("systems")
    assert (result.exit_code, owner.calls) == (3, calls)
    assert "run `enphase login`" in result.stderr


def test_a_grant_that_is_gone_ends_with_the_address_to_visit(owner: Person, consenting: list[str]) -> None:
    owner.gets("login")
    owner.server.service.reset()  # which forgets every token
    result = owner.runs("systems")
    assert result.exit_code == 3
    assert f"{owner.server.url}/oauth/authorize?" in result.stderr
    assert "enphase login" in result.stderr


@needs_a_browser
def test_a_person_with_a_browser_logs_in(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811 - the fixture
    """The whole way: the page of the service, its form, the way back to the listener, tokens, systems."""
    titles: list[str] = []

    def open_browser(address: str) -> bool:
        browser.get(address)
        click(browser, "Approve", "Enphase login")
        titles.append(browser.title)
        return True

    with mock.serve(clock=NOW.timestamp(), homes=4, auth="strict", consent="page") as server:
        monkeypatch.setattr(webbrowser, "open", open_browser)
        person = newcomer(server, "megawatt")
        result = person.gets("login", "--plan", "megawatt")
        assert titles == ["Enphase login"]
        assert re.search(r"^systems +\d+, \d+ \(listed", result.stdout, re.M)
        assert operations(person)[-2:] == ["token", "listSystems"]
