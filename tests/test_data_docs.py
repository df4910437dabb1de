"""docs/data.md says what is true: its programs are run as somebody who copies them would, its table is the code's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_cloud import GapReason, mock
from enphase_cloud._settings import VARIABLES
from tests.test_readme import DOCS

TEXT = DOCS["data.md"]
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(homes=2) as running:
        yield running


def test_the_first_program_goes_through_a_whole_fleet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also past the home that has never reported, and the one of whose grid nothing is known."""
    with mock.serve(homes=8) as fleet:
        monkeypatch.setenv("ENPHASE_BASE_URL", fleet.url)
        monkeypatch.setenv("ENPHASE_API_KEY", "any-key")
        monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "any-token")
        exec(compile(PROGRAMS[0], "docs/data.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - ours
    said = capsys.readouterr().out
    assert "London 8" in said
    assert "grid_status was answered 422" in said
    assert "the grid is down" not in said


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_programs(
    program: str,
    server: mock.Server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.service.reset()
    for name in set(VARIABLES.values()) - {"ENPHASE_HOME"}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENPHASE_BASE_URL", server.url)
    monkeypatch.setenv("ENPHASE_API_KEY", "any-key")
    monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "any-token")
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "docs/data.md", "exec"), {"__name__": "__main__"})  # noqa: S102 - ours
    said = capsys.readouterr()
    assert said.out
    assert "Traceback" not in said.err
    assert {call.status // 100 for call in server.service.journal} == {2}


def test_the_table_of_reasons() -> None:
    told = dict(re.findall(r"^\| `(?:gaps|silences)` \| `([a-z ]+)` \| (.*) \|$", TEXT, re.M))
    assert set(told) == {str(reason) for reason in GapReason}
