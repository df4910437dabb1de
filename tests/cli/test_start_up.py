"""What the command line does before and around a command: the help, what is misspelt, what nobody foresaw."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from enphase_cloud import __version__, mock
from enphase_cloud.cli import systems as systems_command
from enphase_cloud.cli.app import COMMANDS, HEADINGS, enphase
from enphase_cloud.mock.accounts import PASSWORD

from .running import KEY, NOW, TOKEN, Person, python
from .test_processes import LOADED

HEAVY = {
    "rich",
    "httpx",
    "pyarrow",
    "duckdb",
    "matplotlib",
    "plotext",
    "attr",
    "attrs",
    "sqlite3",
    "json",
    "logging",
}
HEAVY |= {
    "anyio",
    "asyncio",
    "ssl",
    "msgspec",
    "dateutil",
    "starlette",
    "enphase_v4",
    "filelock",
    "tomllib",
    "yaml",
}


def test_the_help_and_the_version_load_nothing_heavy() -> None:
    """Catches an import at the top of a module that everybody waits for."""
    for words in (["--help"], ["--version"]):
        loaded = set(python(LOADED, *words).stderr.split())
        assert "click" in loaded
        assert not loaded & HEAVY


@pytest.mark.parametrize("command", list(COMMANDS))
def test_the_help_of_a_command_loads_no_library_that_only_its_work_needs(command: str) -> None:
    """And names --json: of groups, the help of each of their commands."""
    result = python(LOADED, command, "--help")
    assert result.returncode == 0, result.stderr
    loaded = set(result.stderr.split())
    assert not loaded & {
        "httpx",
        "rich",
        "pyarrow",
        "duckdb",
        "matplotlib",
        "plotext",
        "starlette",
        "uvicorn",
        "msgspec",
        "yaml",
    }
    if command != "completion":
        for words, shown in helped(command, result.stdout):
            assert "--json" in shown, words


def helped(command: str, shown: str) -> Iterator[tuple[list[str], str]]:
    """The help of a command; of a group, that of each of its commands."""
    nested = re.findall(r"^  ([\w-]+) {2,}\S", shown.partition("Commands:")[2], re.M)
    if not nested:
        yield [command], shown
    for name in nested:
        yield [command, name], CliRunner().invoke(enphase, [command, name, "--help"]).output


def test_the_help_names_every_command_under_a_heading_and_every_exit_status() -> None:
    shown = python(LOADED, "--help").stdout
    for heading, commands in HEADINGS.items():
        section = re.search(rf"^{heading}:\n((?:  .*\n)+)", shown, re.M)
        assert section is not None, heading
        assert re.findall(r"^  (\w+) {2,}\S", section[1], re.M) == list(commands)
    assert re.findall(r"^ +(\d+)  +\w", shown, re.M) == ["0", "1", "2", "3", "4", "5", "6", "130"]
    assert not [line for line in shown.splitlines() if len(line) > 100]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("telemtry", "No such command 'telemtry'. Did you mean 'telemetry'?"),
        ("frobnicate", "No such command 'frobnicate'. `enphase --help` lists them."),
        ("--jsn", "No such option"),
    ],
)
def test_what_is_misspelt_is_not_understood(person: Person, word: str, told: str) -> None:
    result = person.runs(word)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


# ------------------------------------------------------------------------------------------------------------- --debug


@pytest.fixture
def defect(monkeypatch: pytest.MonkeyPatch) -> str:
    """A command that fails as nobody foresaw, with secrets in its variables and in its words."""

    def broken(*_: object) -> str:
        local = "l0cal-variable"
        raise RuntimeError(f"with {TOKEN}\x1b[2J\nand {len(local)}")

    monkeypatch.setattr(systems_command, "counted", broken)
    return "l0cal-variable"


def test_what_nobody_foresaw_is_one_line_that_says_what_to_do(person: Person, defect: str) -> None:
    result = person.runs("systems")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert re.fullmatch(
        r"enphase: error: unexpected: RuntimeError: with \S+\\x1b\[2J and 14\. "
        r"Run it again as `enphase --debug \.\.\.`, and report what that shows\.\n",
        result.stderr,
    )
    assert TOKEN not in result.output
    assert defect not in result.output


@pytest.mark.parametrize("how", ["option", "variable"])
def test_with_debug_it_is_shown_where_it_happened_and_never_a_secret(
    person: Person, defect: str, how: str
) -> None:
    """Catches a traceback with the variables of its frames, or words that move the cursor."""
    person.environment["ENPHASE_DEBUG"] = "1" if how == "variable" else None
    result = person.runs(*(["--debug"] if how == "option" else []), "systems")
    assert result.exit_code == 1
    assert "Traceback (most recent call last):" in result.stderr
    assert re.search(r'systems\.py", line \d+, in command', result.stderr)
    assert "enphase: debug: GET /api/v4/systems: answered 200" in result.stderr
    for hidden in (KEY, TOKEN, defect, "\x1b"):
        assert hidden not in result.output


def test_with_debug_an_error_that_was_foreseen_says_where_it_comes_from(person: Person) -> None:
    person.server.service.fail_next(status=404)
    result = person.runs("--debug", "systems")
    assert result.exit_code == 5
    assert "Traceback" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("enphase: error: GET /api/v4/systems was answered 404")


def test_debug_ends_with_the_command(person: Person) -> None:
    """Catches a program that runs commands in its own process, and then logs for ever."""
    logger = logging.getLogger("enphase_cloud")
    before = (logger.level, list(logger.handlers))
    person.gets("--debug", "systems")
    assert (logger.level, logger.handlers) == before
    assert "enphase: debug:" not in person.gets("systems").stderr


def test_debug_may_be_said_to_be_off(person: Person) -> None:
    person.environment["ENPHASE_DEBUG"] = "0"
    assert "debug" not in person.gets("systems").stderr


def test_the_version_is_that_of_the_package(person: Person) -> None:
    assert person.gets("--version").stdout == f"enphase, version {__version__}\n"


def test_login_and_logout_speak_json() -> None:
    """Catches a document that is not alone on standard output."""
    with mock.serve(clock=NOW.timestamp(), homes=1, auth="strict") as server:
        owner = Person(server)
        owner.environment |= {
            "ENPHASE_ACCESS_TOKEN": None,
            "ENPHASE_API_KEY": "partner-key",
            "ENPHASE_CLIENT_ID": "partner-client",
            "ENPHASE_CLIENT_SECRET": "partner-secret",
            "ENPHASE_USERNAME": "owner1@example.com",
            "ENPHASE_PASSWORD": PASSWORD,
        }
        document = json.loads(owner.gets("login", "--password", "--json").stdout)
        assert document == json.loads(owner.gets("status", "--json").stdout)
        assert (document["profile"], document["systems"]) == ("default", server.service.system_ids)
        for there_was in (True, False):
            told = json.loads(owner.gets("logout", "--json").stdout)
            assert told == {"profile": "default", "forgotten": there_was}


def test_a_program_learns_where_the_mock_server_is() -> None:
    """Catches words beside the document, which would then be no JSON."""
    process = subprocess.Popen(
        [sys.executable, "-m", "enphase_cloud", "mock", "--port", "0", "--homes", "2", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        listed = subprocess.run(
            [sys.executable, "-m", "enphase_cloud", "systems", "--json"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, **told["environment"]},
        )
    finally:
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert [each["system_id"] for each in json.loads(listed.stdout)] == told["system_ids"]
    assert told["environment"]["ENPHASE_BASE_URL"] == told["url"]
    assert (process.returncode, rest, errors) == (0, "", "stopped\n")


def test_settings_and_faults_of_the_mock_server_are_one_document(person: Person) -> None:
    told = json.loads(person.gets("mock", "--list-settings", "--list-faults", "--json").stdout)
    assert {each["name"] for each in told["settings"]} > {"late_data", "quirks"}
    assert "reset" in told["faults"]
