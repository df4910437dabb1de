"""What only a process of its own shows: what is loaded, pipes, terminals, signals."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from enphase_cloud import __version__, mock
from enphase_cloud.cli.app import COMMANDS
from enphase_cloud.mock import Server

from .running import NOW, process_environment, python, systems_answer
from .test_login import visit

LOADED = """
import sys
from enphase_cloud.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""
WITHOUT = "import sys\nfor name in sys.argv.pop(1).split(','): sys.modules[name] = None\n" + LOADED
ENPHASE = (sys.executable, "-m", "enphase_cloud")
HEAVY = {
    "httpx",
    "rich",
    "attr",
    "attrs",
    "starlette",
    "uvicorn",
    "yaml",
    "enphase_v4",
    "enphase_cloud.client",
}


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_the_help_loads_nothing_heavy(words: list[str]) -> None:
    loaded = set(python(LOADED, *words).stderr.splitlines()[-1].split())
    assert "click" in loaded
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.startswith("enphase_cloud.cli.")} - {
        "enphase_cloud.cli.app",
        "enphase_cloud.cli.text",
    }


def test_the_help_names_what_there_is() -> None:
    shown = python(LOADED, "--help").stdout
    listed = shown.partition("\nConnect:\n")[2]
    assert re.findall(r"^  (\w+) {2,}[A-Z]", listed, re.M) == list(COMMANDS)
    shown = python(LOADED, "telemetry", "--help").stdout
    for series in ("production_micro", "battery", "energy_import", "encharge"):
        assert re.search(rf"^  +{series} +\d+ min  \w+_wh", shown, re.M)


def test_the_command_and_the_module_are_the_same() -> None:
    for command in (ENPHASE, (os.path.join(os.path.dirname(sys.executable), "enphase"),)):  # noqa: PTH118, PTH120 - a link to Python must not be followed
        told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert told.stdout == f"enphase, version {__version__}\n"


@pytest.mark.parametrize(
    ("missing", "words", "told"),
    [
        (
            "click",
            ["--help"],
            "enphase: the command line needs the package click: pip install 'enphase-cloud[cli]'",
        ),
        ("starlette", ["mock"], "enphase: error: the mock server needs the package starlette: pip install"),
        ("yaml", ["mock"], "enphase: error: the mock server needs the package yaml: pip install"),
    ],
)
def test_a_missing_extra_is_a_sentence(missing: str, words: list[str], told: str) -> None:
    result = python(WITHOUT, missing, *words)
    assert result.returncode == 1
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_reader_who_has_seen_enough_ends_the_command_quietly(live_server: Server) -> None:
    start = (datetime.now(UTC) - timedelta(days=300)).isoformat()
    words = ["telemetry", str(live_server.service.system_ids[0]), "battery", "--start", start, "--csv", "-"]
    live_server.service.journal.clear()
    process = subprocess.Popen(
        [*ENPHASE, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=process_environment(live_server),
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("end,charge_wh,")
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert "error" not in errors.lower()
    assert len(live_server.service.journal) < 43  # nobody pays for what nobody reads


def on_a_terminal(server: Server, *words: str, code: str = "", **environment: str) -> str:
    """What a terminal gets to see of a command."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-c", code, *words] if code else [*ENPHASE, *words]
    process = subprocess.Popen(
        command,
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        env=process_environment(server, COLUMNS="120", **environment),
    )
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(controller, 65_536):
            shown += part
    except OSError:  # how a terminal says that the other side has gone
        pass
    finally:
        os.close(controller)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return shown.decode()


AS_IN_A_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from enphase_cloud.cli import main
main(sys.argv[1:])
"""
APPLICATION = {
    "ENPHASE_API_KEY": "watt-key",
    "ENPHASE_CLIENT_ID": "watt-client",
    "ENPHASE_CLIENT_SECRET": "watt-secret",
    "ENPHASE_ACCESS_TOKEN": "",
}


def test_at_a_terminal_what_is_pasted_is_not_shown_and_asked_for_again() -> None:
    with mock.serve(homes=4, auth="strict", consent="approve") as server:
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", AS_IN_A_TERMINAL, "login", "--no-browser", "--no-check"],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=process_environment(server, COLUMNS="200", **APPLICATION),
        )
        os.close(terminal)
        shown = ""

        def read(until: str) -> None:
            nonlocal shown
            before = len(shown)
            while until not in shown[before:]:
                shown += os.read(controller, 65_536).decode()

        try:
            read("(is not shown): ")
            [address] = re.findall(r"http://\S+/oauth/authorize\S+", shown)
            os.write(controller, b"not the c0de\n")
            read("(is not shown): ")
            assert "this is no code" in shown
            page = visit(address)
            os.write(controller, f"'{page}'\n".encode())
            read("consent ")
        finally:
            os.close(controller)
            process.wait(timeout=60)
    assert "the grant is stored in" in shown
    assert "c0de" not in shown
    assert page not in shown
    assert "Warning" not in shown


@pytest.mark.parametrize("piped", [None, "", "not a code\n"])
def test_without_a_terminal_there_is_no_noise(live_server: Server, piped: str | None) -> None:
    """`getpass` warns on standard error that it cannot hide what nobody types."""
    process = subprocess.run(
        [*ENPHASE, "login", "--no-browser"],
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
        start_new_session=True,
        env=process_environment(live_server, **APPLICATION),
        **({"stdin": subprocess.DEVNULL} if piped is None else {"input": piped}),
    )
    assert process.returncode == 3
    assert process.stderr.splitlines()[-1].startswith("enphase: error: nobody answers")
    assert "Warning" not in process.stderr
    assert ("this is no code" in process.stderr) is bool(piped)


def test_a_terminal_gets_a_table_with_style(live_server: Server) -> None:
    shown = on_a_terminal(live_server, "systems")
    assert "\x1b[1m" in shown
    assert "Los Angeles 1" in shown


def test_a_long_table_is_plain_text_that_needs_no_laying_out(live_server: Server) -> None:
    start = (datetime.now(UTC) - timedelta(days=14)).isoformat()
    system_id = str(live_server.service.system_ids[0])
    shown = on_a_terminal(live_server, "telemetry", system_id, "battery", "--start", start)
    assert 1_300 < shown.count("\n") < 1_400
    assert "\x1b" not in shown


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colour_gets_none(live_server: Server, variable: dict[str, str]) -> None:
    shown = on_a_terminal(live_server, "systems", **variable)
    assert "\x1b" not in shown
    assert shown.startswith("system_id  name")


def test_without_rich_a_terminal_gets_plain_text(live_server: Server) -> None:
    shown = on_a_terminal(live_server, "rich,rich.box", "systems", code=WITHOUT)
    assert "\x1b" not in shown
    assert shown.startswith("system_id  name")


def test_names_are_neither_markup_nor_commands_on_a_terminal(live_server: Server) -> None:
    name = "[red]\x1b]0;owned\x07[/red]"
    live_server.service.fail_next(status=200, body=systems_answer({"name": name}), operation="listSystems")
    shown = on_a_terminal(live_server, "systems")
    assert "[red]\\x1b]0;owned\\x07[/red]" in shown
    assert "\x1b]" not in shown
    assert "\x07" not in shown


def test_enphase_mock_says_how_to_reach_it_and_answers_until_it_is_interrupted() -> None:
    words = ["mock", "--port", "0", "--seed", "7", "--homes", "2", "--frozen", "2026-11-20T12:00"]
    process = subprocess.Popen([*ENPHASE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = ""
    try:
        while "curl" not in told:
            line = process.stdout.readline()
            assert line, process.communicate()
            told += line
        exported = dict(re.findall(r"^export (\w+)=(\S+)$", told, re.M))
        assert set(exported) == {"ENPHASE_BASE_URL", "ENPHASE_API_KEY", "ENPHASE_ACCESS_TOKEN"}
        listed = subprocess.run(
            [*ENPHASE, "systems", "--json"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, **exported},
        )
    finally:
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    fleet = mock.create_app(seed=7, homes=2, clock=NOW.timestamp()).state.service
    assert re.findall(r'"system_id": (\d+)', listed.stdout) == list(map(str, fleet.system_ids))
    assert f"for example {fleet.system_ids[0]}" in told
    assert '"last_report_at": "2026-11-20T12:00:00+00:00"' in listed.stdout
    assert (process.returncode, errors) == (0, "")
    assert "stopped" in rest


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--host", "0.0.0.0"], 2, "0.0.0.0 can be reached by other machines: add --allow-remote"),  # noqa: S104 - it is refused
        (["--host", "example.com"], 2, "add --allow-remote"),
        (["--frozen", "noon"], 2, "'noon' is not a time"),
        (["--frozen", "0001-01-01"], 2, "clock must show a time between 1971 and 2098"),
        (["--host", "nowhere.invalid", "--allow-remote"], 1, "cannot listen on nowhere.invalid:8787: "),
        (["--homes", "0"], 2, "homes must be a whole number between 1 and 10000"),
        (["--port", "70000"], 2, "70000"),
    ],
)
def test_enphase_mock_refuses_what_makes_no_sense(words: list[str], status: int, told: str) -> None:
    result = python(LOADED, "mock", *words)
    assert result.returncode == status
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_enphase_mock_names_a_port_that_is_taken(live_server: Server) -> None:
    result = python(LOADED, "mock", "--port", str(live_server.port))
    assert result.returncode == 1
    assert f"cannot listen on 127.0.0.1:{live_server.port}" in result.stderr
    assert "try another port" in result.stderr
