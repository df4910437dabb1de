"""docs/commissioning.md says what is true: its commands and programs are run in their order, its tables are compared.

What is shown below a command is what has to come, but for spaces and line breaks; `...` stands for anything. A command
with nothing below it has to succeed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from enphase_v4.catalog import OPERATIONS, PLANS

from enphase_cloud import Runtime, mock
from enphase_cloud._settings import VARIABLES
from enphase_cloud.cli.activations import command as activations_group
from enphase_cloud.cli.app import enphase
from enphase_cloud.cli.commissioning import command as commissioning_group
from enphase_cloud.commissioning import RULES
from enphase_cloud.flows import activations
from tests.cli.running import NOW
from tests.paths import ROOT
from tests.test_readme import DOCS

TEXT = DOCS["commissioning.md"]
URL = "http://127.0.0.1:8787"
STARTED = 1_781_539_200
"""2026-06-15 16:00 UTC, as the command says that starts the server."""
EXAMPLE = (ROOT / "examples" / "commission.py").read_text("utf-8")
FILE = (ROOT / "examples" / "activation.yaml").read_text("utf-8")


class Step(NamedTuple):
    """A command of a shell, or a program; and what is shown below it."""

    command: str
    shown: str = ""
    is_program: bool = False


def steps() -> list[Step]:
    """All of them, in their order."""
    found = []
    for language, block in re.findall(r"^```(console|python)\n(.*?)^```", TEXT, re.M | re.S):
        if language == "python":
            found.append(Step(block, is_program=True))
            continue
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            found.append(Step(command, shown))
    return found


@pytest.fixture
def server() -> Iterator[mock.Server]:
    with mock.serve(clock=STARTED) as running:
        yield running


@pytest.fixture(autouse=True)
def _around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder and an environment of one's own, and a clock that stands still, for programs as well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Runtime, "time", lambda _: NOW.timestamp())
    for name in {*VARIABLES.values(), "ENPHASE_USERNAME", "ENPHASE_PASSWORD"} - {"ENPHASE_HOME"}:
        monkeypatch.delenv(name, raising=False)


def done(step: Step, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Do it, as whoever follows the document would. Returns what is printed."""
    if step.is_program:
        return program(step.command)
    command = step.command.replace(URL, url)
    words = shlex.split(command)
    if words[0] == "export":
        for each in words[1:]:
            monkeypatch.setenv(*each.split("=", 1))
        return ""
    if words[0] == "curl":
        ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        return ran.stdout + ran.stderr
    typed = None
    if words[0] == "echo":
        typed, words = f"{words[1]}\n", words[3:]
    assert words[0] == "enphase", command
    if "||" in words:
        assert words[words.index("||") :] == ["||", "echo", "exit status $?"]
        result = CliRunner().invoke(enphase, words[1 : words.index("||")], input=typed)
        assert result.exit_code, result.output
        return f"{result.output}exit status {result.exit_code}\n"
    to = words[words.index(">") + 1] if ">" in words else None
    result = CliRunner().invoke(enphase, words[1:-2] if to else words[1:])
    assert result.exit_code == 0, f"{command}: {result.output}"
    if to is None:
        return result.output
    Path(to).write_text(result.stdout)
    return result.stderr


def program(code: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/commissioning.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - ours
    return printed.getvalue()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is needed, to move the clock")
def test_the_walk(server: mock.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("activation.yaml").write_text(FILE)
    walked = []
    for step in steps():
        if step.command in EXAMPLE or step.command.startswith(("enphase mock", "pip ")):
            continue  # these are run below, and in tests/test_mock_docs.py; what there is to install, in test_readme.py
        printed = done(step, server.url, monkeypatch)
        walked.append(step)
        if step.shown:
            pattern = re.escape("".join(step.shown.split())).replace(re.escape("..."), ".*")
            assert re.fullmatch(pattern, "".join(printed.split())), (
                f"$ {step.command}\nprints\n{printed}not\n{step.shown}"
            )
    assert len(walked) > 20
    service = server.service
    [made] = [each for each in service.activations if each.number is not None]
    assert (made.system_id, made.stage(service.now)) == (700_000_009, 5)
    assert [call.charge_usd for call in service.journal if call.charge_usd] == [2]


def test_the_example_is_what_is_shown_and_does_what_it_says() -> None:
    [excerpt] = [step.command for step in steps() if step.is_program and "def commission" in step.command]
    assert excerpt in EXAMPLE
    assert program(EXAMPLE).splitlines() == [
        "$2.00, 2 hits",
        "stage 3",
        "stage 4",
        "stage 5 - 12 produce",
        "[445, 494, 536, 578] Wh",
    ]


def test_the_file_is_the_example_and_begins_with_what_editors_read() -> None:
    [shown] = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S)
    assert shown == FILE
    assert shown.startswith("# yaml-language-server: $schema=activation.schema.json\n")


def row(*cells: str) -> str:
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"


def test_the_rules_are_those_that_are_checked() -> None:
    table = TEXT.partition("| rule | says | source |\n|---|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [row(rule.name, rule.told, rule.source) for rule in RULES]


def test_what_comes_of_a_lost_answer_is_what_the_code_says() -> None:
    rows = re.findall(r"^\|.*$", activations.__doc__ or "", re.M)
    assert len(rows) > 10
    told = TEXT.partition("## When an answer is lost")[2].partition("\n## ")[0]
    assert re.findall(r"^\|.*$", told, re.M) == rows


def test_every_command_that_reads_is_named() -> None:
    table = TEXT.partition("| commands | read |\n|---|---|\n")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(?:enphase \w+ )?([\w-]+)`", table))
    assert named == {"list", "show", *commissioning_group.commands}
    assert set(re.findall(r"enphase activations (\w+)", TEXT)) <= set(activations_group.commands)


def test_what_is_told_of_the_document_is_so() -> None:
    """Which operations the vendor's present document lacks, and which bodies it declares otherwise than its page."""
    document = (ROOT / "openapi" / "commissioning.yaml").read_text("utf-8")
    copied = re.findall(r"operationId: ([A-Z]\w+)$", document, re.M)
    told = TEXT.partition("Eight operations are not in the vendor's present document.")[2]
    assert set(re.findall(r"`(\w+)`", told)) == {f"{name[0].lower()}{name[1:]}" for name in copied}
    assert len(copied) == 8
    forms = [each for each in OPERATIONS.values() if each.form]
    assert f"the bodies of {len(forms)} operations are sent" in TEXT
    assert "application/x-www-form-urlencoded" not in document


def test_figures() -> None:
    assert f"A Partner plan has {PLANS['partner'].writes_per_month} hits a month for each operation" in TEXT
    assert f"one of {len(OPERATIONS)} operations" in TEXT
    installing = [each for each in OPERATIONS.values() if each.access == "commissioning"]
    assert f"All {len(installing)} are in the" in TEXT
    assert f"costs ${OPERATIONS['createActivation'].charge:.0f}" in TEXT
    assert {name for name, plan in PLANS.items() if "commissioning" in plan.access} == {"partner"}
    for variable in re.findall(r"ENPHASE_\w+", TEXT):
        assert variable in {*VARIABLES.values(), "ENPHASE_USERNAME", "ENPHASE_PASSWORD"}
    for name in re.findall(r"\(\.\./(\S+?)\)", TEXT):
        assert os.access(ROOT / name, os.R_OK)
