"""docs/mock-server.md says what is true: its commands are run and print what it shows, its tables are compared.

Commands run in bash. What it shows is what has to come, but for spaces and line breaks; `...` stands for anything,
and a command that shows nothing has to print nothing. Each section begins with a server that was reset.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pytest
from enphase_v4.catalog import OPERATIONS

from enphase_cloud import mock
from enphase_cloud.mock.accounts import APPLICATIONS
from enphase_cloud.mock.controls import PREFIX, RESOURCES
from enphase_cloud.mock.faults import FAULTS
from enphase_cloud.mock.handlers import SERVED, STATIC
from enphase_cloud.mock.settings import QUIRKS, Settings, catalogue
from tests.paths import ROOT
from tests.test_readme import DOCS, commands

EXAMPLES = ROOT / "examples"
TEXT = DOCS["mock-server.md"]
URL = "http://127.0.0.1:8787"
FROZEN = 1_781_553_600  # 2026-06-15 20:00 UTC, as the section that starts the server says
NOT_RUN = ("enphase mock", "pip ")  # the server is here already; tests/test_readme.py reads both

needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="curl and bash are needed"
)


class Step(NamedTuple):
    """A command, and what the document shows below it."""

    command: str
    shown: str


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)\n", TEXT, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def steps(text: str) -> list[Step]:
    """The commands of the shell blocks of a section; one that ends in a backslash goes on in the next line."""
    found = []
    for block in blocks(text, "sh"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines(keepends=True)
            last = next(index for index, line in enumerate(lines) if not line.endswith("\\\n"))
            command, shown = "".join(lines[: last + 1]).strip(), "".join(lines[last + 1 :])
            if not command.startswith(NOT_RUN):
                found.append(Step(command, shown))
    return found


SECTIONS = sections()
PRELUDE = [
    step.command for step in steps(SECTIONS["Talk to it"]) if re.match(r"[A-Z]+=|\w+\(\)", step.command)
]


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(clock=FROZEN, homes=8) as server:
        yield server


def printed(found: Sequence[Step], url: str) -> list[str]:
    """What the commands of a section print, one by one."""
    script = [*PRELUDE, *(f"{{ {step.command}\n}} 2>&1; echo '<<<end>>>'" for step in found)]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script).replace(URL, url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not done.stderr
    return done.stdout.replace(url, URL).split("<<<end>>>\n")[: len(found)]


@needs_curl
@pytest.mark.parametrize("name", [name for name, text in SECTIONS.items() if steps(text)])
def test_commands_print_what_the_document_shows(name: str, server: mock.Server) -> None:
    server.service.reset()
    found = steps(SECTIONS[name])
    for step, text in zip(found, printed(found, server.url), strict=True):
        pattern = re.escape("".join(step.shown.split())).replace(re.escape("..."), ".*")
        assert re.fullmatch(pattern, "".join(text.split())), (
            f"$ {step.command}\nprints\n{text}not\n{step.shown}"
        )


def table(section: str, heading: str) -> list[str]:
    """The rows of a table of a section, as they are written."""
    [rows] = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)*)", SECTIONS[section], re.M)
    return str(rows).splitlines()


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def test_the_plans_are_those_of_the_catalog() -> None:
    assert table("Plans", "key") == [
        row(
            f"`{each.api_key}`",
            plan.name,
            f"{plan.per_minute:,}",
            f"{plan.per_month:,}",
            ", ".join(plan.access),
        )
        for each in APPLICATIONS
        if (plan := each.limits)
    ]


def test_every_fault_is_told() -> None:
    assert table("Faults", "name") == [row(f"`{name}`", told) for name, told in FAULTS.items()]


def test_every_setting_is_told() -> None:
    assert table("Settings", "name") == [
        row(f"`{name}`", default, takes, does) for name, default, takes, does in catalogue()
    ]


def test_every_quirk_is_told() -> None:
    assert table("Settings", "quirk") == [row(f"`{name}`", told) for name, told in QUIRKS.items()]


def test_the_other_side_of_each_question_is_a_switch() -> None:
    """What is called the default is the default, and the other side is another value that the server takes."""
    told = table("Settings", "question")
    assert told
    defaults = Settings().as_json()
    for each in told:
        *_, switch = each.strip("| ").split(" | ")
        assignments = re.findall(r"`([a-z_]+)=([^`]+)`", switch)
        assert assignments, each
        for name, value in assignments:
            assert Settings().changed({name: value}).as_json()[name] != defaults[name], each


def test_every_call_of_the_admin_interface_is_told() -> None:
    assert table("Admin interface", "path") == [
        row(f"`{PREFIX}{path}`", ", ".join(resource.actions), resource.what)
        for path, resource in RESOURCES.items()
    ]


def test_the_fleet_is_the_one_that_is_served(server: mock.Server) -> None:
    server.service.reset()
    with urlopen(f"{server.url}{PREFIX}/systems") as answer:  # noqa: S310 - of this machine
        homes = json.load(answer)["systems"]
    assert table("The fleet", "system") == [
        row(
            home["system_id"],
            home["name"],
            home["timezone"] or "null",
            home["since"] or "never",
            home["peculiar"],
        )
        for home in homes
    ]


def test_all_operations_are_served() -> None:
    assert f"all {len(OPERATIONS)} operations" in TEXT
    assert set(SERVED) == set(OPERATIONS)
    assert f"All operations but `{', '.join(sorted(STATIC))}` answer from" in TEXT


def test_the_python_of_the_document_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [code] = blocks(SECTIONS["From Python"], "python")
    exec(compile(code, "mock-server.md", "exec"), {})  # noqa: S102 - the project's own document
    assert re.fullmatch(r"http://127.0.0.1:\d+ \[698905092, 698905130\] 0\n", capsys.readouterr().out)


def test_the_suite_and_the_script_are_those_that_are_run() -> None:
    [suite] = blocks(SECTIONS["From pytest"], "python")
    [excerpt] = blocks(SECTIONS["In CI"], "bash")
    assert suite.strip() == (EXAMPLES / "test_with_mock.py").read_text("utf-8").split('"""', 2)[2].strip()
    assert excerpt in (EXAMPLES / "mock_with_curl.sh").read_text("utf-8")


def test_the_suite_passes(tmp_path: Path) -> None:
    """In a process of its own, far from this project's settings, warnings being errors."""
    command = [sys.executable, "-m", "pytest", "-p", "enphase_cloud.pytest_plugin", "-p", "no:cacheprovider"]
    strict = ["-W", "error", "--strict-markers", "--rootdir", str(tmp_path), "-c", os.devnull]
    done = subprocess.run(
        [*command, *strict, str(EXAMPLES / "test_with_mock.py")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert re.search(r"\b6 passed\b", done.stdout), done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("command", [line for line in commands("enphase") if " mock" in line])
def test_commands_start_a_server(command: str) -> None:
    program = [sys.executable, "-m", "enphase_cloud", *shlex.split(command)[1:], "--port=0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = process.stdout.readline()
        process.terminate()
        assert said.startswith("Enphase v4 mock server: http://127.0.0.1:"), process.communicate()


@needs_curl
def test_the_script_does_what_it_says() -> None:
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", EXAMPLES / "mock_with_curl.sh"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PATH": programs},
    )
    assert done.stdout.splitlines() == [
        "systems: 8",
        "rows of a day: 96",
        "with a fault: 503",
        "after it: 200",
        "an hour later: 3600 s of new rows",
        "hits: 6",
    ], done.stderr
    assert done.returncode == 0
