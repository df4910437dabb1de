"""`enphase report`, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .looking import Looker

NOW = "2026-11-20T12:00Z"


def test_the_page_is_the_same_each_time_and_costs_nothing(looker: Looker, tmp_path: Path) -> None:
    """Now is the present by default, and the clock of these tests stands at it."""
    one, other = tmp_path / "one.html", tmp_path / "other.html"
    for path, now in ((one, ("--now", NOW)), (other, ())):
        assert looker.gets("report", looker.system_id, "--to", path, *now).stdout == ""
    assert one.read_bytes() == other.read_bytes()
    assert one.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert looker.calls == 0


def test_json_has_the_figures_and_where_the_page_is(looker: Looker, tmp_path: Path) -> None:
    """Catches figures of other days than the page has."""
    path = tmp_path / "a.html"
    words = ("--to", path, "--start", "2026-11-01", "--end", "2026-11-11")
    told = json.loads(looker.gets("report", looker.system_id, *words, "--json").stdout)
    assert (told["file"], told["start"], told["end"]) == (str(path), "2026-11-01", "2026-11-11")
    assert [each["of"] for each in told["months"]] == ["2026-11"]
    used = told["totals"]["energy_wh"]["consumption"]
    assert used == told["years"][0]["energy_wh"]["consumption"]
    assert f"{used / 1000:,.1f} kWh" in path.read_text(encoding="utf-8")
    assert told["hits"] > 0


def test_the_page_may_be_printed(looker: Looker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose name is a dash."""
    monkeypatch.chdir(tmp_path)
    result = looker.gets("report", looker.system_id, "--to", "-")
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert result.stdout.endswith("</html>\n")
    assert list(tmp_path.iterdir()) == []
    assert looker.runs("report", looker.system_id, "--to", "-", "--json").exit_code == 2


def test_dates_narrow_it(looker: Looker, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    looker.gets("report", looker.system_id, "--to", path, "--start", "2026-11-01", "--end", "2026-11-11")
    assert "2026-11-01 to 2026-11-10" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("--start", "soon"), 2, "soon"),
        (("--start", "2027-01-01"), 2, "lies in the future"),
        (("--now", "noon"), 2, "noon"),
    ],
)
def test_what_cannot_be_understood(
    looker: Looker, tmp_path: Path, words: tuple[str, ...], status: int, told: str
) -> None:
    result = looker.runs("report", looker.system_id, "--to", tmp_path / "a.html", *words)
    assert (result.exit_code, told in result.stderr) == (status, True), result.output
    assert list(tmp_path.iterdir()) == []


def test_days_before_there_was_a_system_end_with_6(looker: Looker, tmp_path: Path) -> None:
    """The same state for which plot ends with 6; and a sync that is said to help, and cannot."""
    words = ("--start", "2010-01-01", "--end", "2010-02-01")
    result = looker.runs("report", looker.system_id, "--to", tmp_path / "a.html", *words)
    assert (result.exit_code, list(tmp_path.iterdir())) == (6, [])
    assert "no such system before" in result.stderr
    assert "enphase sync" not in result.stderr


def test_nothing_archived(looker: Looker, tmp_path: Path) -> None:
    result = looker.runs("report", 5, "--to", tmp_path / "a.html")
    assert result.exit_code == 6
    assert "enphase sync 5" in result.stderr


def test_a_page_that_cannot_be_written_leaves_the_old_one(looker: Looker, tmp_path: Path) -> None:
    """Half a page in the place of a whole one."""
    old = tmp_path / "report.html"
    old.mkdir()
    result = looker.runs("report", looker.system_id, "--to", old)
    assert (result.exit_code, str(old) in result.stderr) == (1, True)
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
