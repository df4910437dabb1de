"""README, docs and changelog say what is true: every command and snippet in them is run, every name in them exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from regenerate.lower import _CHOICES, _TYPES

from enphase_cloud import __version__, mock
from enphase_cloud.cli.app import enphase
from tests.cli.running import NOW, Person
from tests.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {
    path.name: path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands(program: str) -> list[str]:
    return re.findall(rf"^\$ ({program} .*)$", "\n".join(DOCS.values()), re.M)


def test_the_first_program_is_the_one_that_is_run() -> None:
    [snippet] = re.findall(r"```python\n(.*?)```", README, re.S)
    example = (ROOT / "examples" / "first_program.py").read_text(encoding="utf-8")
    assert snippet.strip() == example.split('"""', 2)[2].strip()


ELSEWHERE = ("mock", "login", "status", "logout", "sync", "archive", "export", "sql", "plot", "report")
"""Commands that are run by tests of their own: below, and in those of docs/connecting.md and docs/archive.md.

Those of docs/commissioning.md are about a system that they create: they are run there, in their order.
"""


@pytest.mark.parametrize(
    "command",
    [
        line
        for line in commands("enphase")
        if line.split()[1] not in ELSEWHERE and line not in DOCS["commissioning.md"]
    ],
)
def test_commands_of_the_readme(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with mock.serve(clock=NOW.timestamp()) as server:
        done = Person(server).gets(*shlex.split(command)[1:])
    assert "hit" in done.stderr
    if "--csv" in command:
        assert len((tmp_path / "battery.csv").read_text().splitlines()) == 1 + 31 * 96


@pytest.mark.parametrize("command", [line for line in commands("enphase") if " mock" in line])
def test_commands_that_start_a_server_are_understood(command: str) -> None:
    context = click.Context(enphase)
    subcommand = enphase.get_command(context, "mock")
    assert subcommand is not None
    assert subcommand.make_context("mock", shlex.split(command)[2:], parent=context)


def test_make_targets_exist() -> None:
    shown = subprocess.run(
        ["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True
    ).stdout
    targets = {line.split()[0] for line in shown.splitlines() if re.match(r"[a-z]+ ", line)}
    named = set(re.findall(r"`make ([a-z]+)", "\n".join(DOCS.values()))) | {
        c.split()[1] for c in commands("make")
    }
    assert named - {"generate"} <= targets
    assert {"demo", "test", "check", "generate", "drift", "bench", "clean"} <= targets


def test_extras_and_variables_exist() -> None:
    extras = {
        name
        for line in commands("pip")
        for names in re.findall(r"\[(.*?)\]", line)
        for name in names.split(",")
    }
    assert extras <= set(PROJECT["optional-dependencies"])
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for variable in re.findall(r"ENPHASE_[A-Z_]+", README):
        assert variable in source


def test_folders_and_links_exist() -> None:
    for name, text in DOCS.items():
        here = ROOT if name == "README.md" else ROOT / "docs"
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (here / link).exists(), f"{name}: {link}"
    for folder in re.findall(r"`([a-z/_]+/)`", README):
        assert (ROOT / folder).exists() or folder in ("cli/", "mock/", "demo-output/"), folder


def test_the_docs_name_every_value_that_the_pipeline_knows() -> None:
    assert all(f"`{kind}`" in DOCS["regenerate.md"] for kind in [*_TYPES, *_CHOICES])


def test_the_changelog_is_about_this_version() -> None:
    assert PROJECT["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
