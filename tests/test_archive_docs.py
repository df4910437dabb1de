"""docs/archive.md says what is true: its commands are run, one after the other, and its programs. README's, too."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_cloud import mock
from enphase_cloud._settings import VARIABLES
from enphase_cloud.cli.app import COMMANDS
from tests.cli.running import NOW, Person
from tests.test_readme import DOCS, README

TEXT = DOCS["archive.md"]
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
MADE = ("sync", "archive", "export", "sql", "plot", "report")


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(homes=1, clock=NOW.timestamp()) as running:
        yield running


def typed(document: str) -> list[str]:
    lines = re.findall(r"^\$ (enphase .*)$", DOCS[document], re.M)
    return [line for line in lines if line.split()[1] in MADE]


@pytest.mark.parametrize("document", ["archive.md", "README.md"])
def test_what_is_kept_is_fetched_before_it_is_used(document: str) -> None:
    """Whoever types the commands of a document in their order would be told that nothing is archived."""
    lines = typed(document)
    assert len(lines) > 3
    assert lines[:2] == ["enphase sync --dry-run", "enphase sync"]


def test_commands(server: mock.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one home: the first fill the archive, the others make something of it without a call."""
    monkeypatch.chdir(tmp_path)
    person = Person(server)
    calls = 0
    for line in dict.fromkeys(typed("archive.md") + typed("README.md")):
        person.gets(*shlex.split(line)[1:])
        if line == "enphase sync":
            calls = person.calls
        if line.split()[1] not in ("sync",):
            assert person.calls == calls > 0
        for name in re.findall(r"--to (\S+)", line):
            assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_programs(
    server: mock.Server, program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in set(VARIABLES.values()) - {"ENPHASE_HOME"}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENPHASE_BASE_URL", server.url)
    monkeypatch.setenv("ENPHASE_API_KEY", "any-key")
    monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "any-token")
    exec(compile(program, "docs/archive.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - ours
    said = capsys.readouterr().out
    assert "5 to pay, 0 windows are there" in said
    assert f"{31 * 96} rows, 0 hits, 0 gaps" in said


def test_what_is_copied_into_cron_and_systemd_is_understood(server: mock.Server, tmp_path: Path) -> None:
    (cron,) = re.findall(r"^```cron\n(.*?)^```", TEXT, re.M | re.S)
    units = re.findall(r"^```ini\n(.*?)^```", TEXT, re.M | re.S)
    service, timer = (configparser.ConfigParser(interpolation=None, strict=True) for _ in units)
    service.read_string(units[0])
    timer.read_string(units[1])
    for line in (cron.split(maxsplit=5)[5], service["Service"]["ExecStart"]):
        words = shlex.split(line[line.index("enphase ") :])[1:]
        Person(server).gets(*words, "--dry-run")
    assert timer["Timer"]["OnCalendar"]


def test_every_command_is_in_the_readme() -> None:
    table = README.partition("| command | does |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z]+)`", table))
    assert named == set(COMMANDS)
