"""Completion: the scripts, and what they are told when somebody presses Tab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from enphase_v4.catalog import LIFETIME, TELEMETRY

from enphase_cloud.cli.app import COMMANDS

from .running import Person, python
from .test_processes import LOADED

COMMAND = Path(sys.executable).with_name("enphase")


def completed(line: str) -> tuple[list[str], set[str]]:
    """What bash offers at the end of a line; and what was loaded for it."""
    words = line.split(" ")
    told = python(
        LOADED,
        _ENPHASE_COMPLETE="bash_complete",
        COMP_WORDS=line,
        COMP_CWORD=str(len(words) - 1),
    )
    assert told.returncode == 0, told.stderr
    offered = [each.partition(",")[2] for each in told.stdout.splitlines()]
    return offered, set(told.stderr.split())


def test_commands_are_completed_without_loading_them() -> None:
    """Catches a shell that waits for a second after each Tab."""
    offered, loaded = completed("enphase ")
    assert offered == list(COMMANDS)
    assert not loaded & {"httpx", "rich", "attrs", "enphase_v4", "enphase_cloud.client", "starlette"}
    assert completed("enphase s")[0] == [name for name in COMMANDS if name.startswith("s")]
    assert "--profile" in completed("enphase --")[0]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("enphase telemetry 698905955 ", list(TELEMETRY)),
        ("enphase telemetry 698905955 ba", ["battery"]),
        ("enphase lifetime 698905955 ", list(LIFETIME)),
        ("enphase telemetry 698905955 battery --st", ["--start"]),
        ("enphase settings ", ["set", "show"]),
        ("enphase settings show 698905955 ", ["battery", "storm_guard", "load_control"]),
        ("enphase config set ", ["plan", "base_url", "profile", "store", "timeout"]),
        ("enphase charging st", ["start", "stop"]),
        ("enphase login --plan ", ["watt", "kilowatt", "megawatt", "partner"]),
        ("enphase completion ", ["bash", "zsh", "fish"]),
        ("enphase activations ", ["create", "delete", "list", "schema", "show", "update"]),
        ("enphase activations create ", [""]),  # a file, which is the shell's business
        ("enphase activations update 700 --set le", ["lease="]),
        ("enphase commissioning b", ["battery-mode", "branches"]),
    ],
)
def test_series_options_and_choices_are_completed(line: str, offered: list[str]) -> None:
    found, loaded = completed(line)
    assert found == offered
    assert not loaded & {"httpx", "rich", "starlette", "pyarrow", "duckdb", "matplotlib", "yaml"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_for_its_shell_and_calls_the_command(person: Person, shell: str) -> None:
    script = person.gets("completion", shell).stdout
    assert f"_ENPHASE_COMPLETE={shell}_complete" in script
    assert "enphase" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)
    assert person.calls == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_the_script_completes_in_a_real_shell(person: Person) -> None:
    """Catches a script that a shell takes, and that offers nothing."""
    script = person.gets("completion", "bash").stdout
    press = 'COMP_WORDS=(enphase tele); COMP_CWORD=1; _enphase_completion enphase; echo "${COMPREPLY[@]}"'
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    told = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{press}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path},
    )
    assert told.stdout == "telemetry\n"


def test_a_shell_that_is_not_known_is_refused(person: Person) -> None:
    result = person.runs("completion", "tcsh")
    assert result.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in result.stderr
