"""`enphase plot`, as a person runs it: from the archive, without a hit and without credentials."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .looking import LIFETIME, PNG, Looker
from .running import Person
from .terminal import answered

SVG = b"<?xml"


def test_text_pictures_and_json_cost_nothing(looker: Looker, tmp_path: Path) -> None:
    shown = looker.gets("plot", looker.system_id)
    assert "20 November 2026" in shown.stdout, "the last day of which there is something"
    assert "production" in shown.stdout
    assert "\x1b" not in shown.stdout, "no colours where nobody looks"
    for name, begins in (("a.png", PNG), ("b.SVG", SVG)):
        result = looker.gets("plot", looker.system_id, "--date", "2026-11", "--to", tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)
        assert result.stdout == ""
    chart = json.loads(looker.gets("plot", looker.system_id, "--date", "2026-11-18", "--json").stdout)
    assert (chart["period"], chart["start"], len(chart["steps"])) == ("day", "2026-11-18", 96)
    assert chart["totals"]["energy_wh"]["consumption"] == sum(chart["energy_wh"]["consumption"])
    assert looker.calls == 0


@pytest.mark.parametrize(
    ("words", "period", "start"),
    [
        (("--date", "2026-11-18"), "day", "2026-11-18"),
        (("--date", "2026-11"), "month", "2026-11-01"),
        (("--date", "2025"), "year", "2025-01-01"),
        (("--date", "2026-11-18", "--period", "year"), "year", "2026-01-01"),
        (("--period", "month"), "month", "2026-11-01"),
    ],
)
def test_a_date_says_how_much_it_is(looker: Looker, words: tuple[str, ...], period: str, start: str) -> None:
    chart = json.loads(looker.gets("plot", looker.system_id, *words, "--json").stdout)
    assert (chart["period"], chart["start"]) == (period, start)


def test_width_is_the_terminals_or_what_is_asked_for(looker: Looker) -> None:
    lines = looker.gets("plot", looker.system_id, "--width", 60).stdout.splitlines()
    assert max(len(line) for line in lines if "│" in line) == 60


def test_nothing_archived_is_incomplete_and_says_what_to_do(looker: Looker) -> None:
    """An empty picture that looks like a dark house."""
    for words in (("plot", 5), ("plot", looker.system_id, "--date", "2026-02-01")):
        result = looker.runs(*words)
        assert result.exit_code == 6
        assert "nothing of system" in result.stderr
        assert "enphase sync" in result.stderr
        assert result.stdout == ""


@pytest.mark.parametrize(
    ("date", "status", "told"),
    [
        ("2030-01-01", 2, "lies in the future"),
        ("2001-01-01", 6, "no such system before"),
        ("2035", 2, "future"),
    ],
)
def test_no_sync_is_said_to_help_where_none_can(looker: Looker, date: str, status: int, told: str) -> None:
    result = looker.runs("plot", looker.system_id, "--date", date)
    assert (result.exit_code, result.stdout) == (status, "")
    assert told in result.stderr
    assert "enphase sync" not in result.stderr
    assert "--period" not in result.stderr


def test_who_never_reported_and_who_fell_silent(person: Person, tmp_path: Path) -> None:
    """A sync that is said to help a site without data; and the current month of a site that has none in it."""
    never, silent = person.server.service.system_ids[3], person.server.service.system_ids[5]
    person.gets("systems")
    for series in LIFETIME:
        person.runs("lifetime", silent, series)
    person.gets("events", never, "--start", "2026-11-18")
    calls = person.calls
    for words in (("plot", never), ("report", never, "--to", tmp_path / "a.html")):
        result = person.runs(*words)
        assert result.exit_code == 6
        assert "it has never reported" in result.stderr
        assert "enphase sync" not in result.stderr
    month = json.loads(person.gets("plot", silent, "--period", "month", "--json").stdout)
    assert month["start"] < "2026-11-01", "the last that there is"
    assert any(month["energy_wh"]["production"])
    assert "by the interval: run `enphase sync" in person.runs("plot", silent).stderr
    assert person.calls == calls


def test_a_zone_that_is_known_is_not_overridden(looker: Looker) -> None:
    """Days of another clock, although the help says that the zone is for where none is known."""
    result = looker.gets(
        "plot", looker.system_id, "--date", "2026-11-10", "--timezone", "Asia/Tokyo", "--json"
    )
    assert json.loads(result.stdout)["timezone"] in ("US/Pacific", "America/Los_Angeles")
    assert "--timezone Asia/Tokyo is not used" in result.stderr


def test_a_picture_may_be_printed_but_not_on_a_terminal(looker: Looker, tmp_path: Path) -> None:
    """A file whose name is a dash; and a terminal that is sent bytes which upset it."""
    environment = {
        **os.environ,
        "ENPHASE_HOME": str(looker.home),
        "ENPHASE_BASE_URL": looker.person.server.url,
    }
    words = [sys.executable, "-m", "enphase_cloud", "plot", str(looker.system_id), "--to", "-"]
    run = subprocess.run(words, capture_output=True, env=environment, check=True, timeout=60, cwd=tmp_path)
    assert run.stdout.startswith(PNG)
    assert (run.stderr, list(tmp_path.iterdir())) == (b"", [])
    said = answered(words[3:], environment, until="file", typed=b"")
    assert said.status == 2
    assert "no terminal shows" in said.shown
    assert "PNG\r" not in said.shown


@pytest.mark.parametrize("words", [("--width", "40"), ("--height", "100")])
def test_a_picture_that_nobody_could_read_is_refused(
    looker: Looker, tmp_path: Path, words: tuple[str, str]
) -> None:
    """A picture without room for its axes, and a warning of the library in the place of a word."""
    result = looker.runs("plot", looker.system_id, "--to", tmp_path / "a.png", *words)
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "pixels" in result.stderr


def test_the_smallest_picture_is_drawn_without_a_warning(looker: Looker, tmp_path: Path) -> None:
    for date in ("2026-11-10", "2026-11", "2026"):
        words = ("--width", 720, "--height", 520, "--date", date, "--to", tmp_path / "a.png")
        assert (
            looker.gets("plot", looker.system_id, *words).stderr == f"enphase: wrote {tmp_path / 'a.png'}\n"
        )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--date", "2026-02-30"), "is not a date"),
        (("--to", "x.pdf"), ".png or a .svg"),
        (("--to", "x.png", "--json"), "cannot be used together"),
        (("--period", "week"), "week"),
        (("--timezone", "Nowhere/At_All"), "Nowhere/At_All"),
    ],
)
def test_what_cannot_be_understood(looker: Looker, words: tuple[str, ...], told: str) -> None:
    result = looker.runs("plot", looker.system_id, *words)
    assert result.exit_code in (2, 3), result.output
    assert told in result.stderr


def test_a_picture_that_cannot_be_written_leaves_the_old_one(looker: Looker, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "a.png"
    result = looker.runs("plot", looker.system_id, "--to", path)
    assert (result.exit_code, str(path) in result.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named(looker: Looker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for package, words in (("plotext", ()), ("matplotlib", ("--to", str(tmp_path / "a.png")))):
        monkeypatch.setitem(sys.modules, package, None)
        result = looker.runs("plot", looker.system_id, *words)
        assert result.exit_code == 3
        assert f"package {package}" in result.stderr
        assert 'pip install "enphase-cloud[plot]"' in result.stderr


def test_text_loads_no_matplotlib_and_needs_no_credentials(looker: Looker) -> None:
    """A second of loading for nothing; and a key that is asked for where no call is made."""
    code = (
        "import sys; from enphase_cloud.cli import main\n"
        f"try: main(['plot', '{looker.system_id}', '--date', '2026-11-18'])\n"
        "finally: print(sorted({'matplotlib', 'numpy', 'httpx'} & set(sys.modules)), file=sys.stderr)"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ENPHASE_")}
    here = {"ENPHASE_HOME": str(looker.home), "ENPHASE_BASE_URL": looker.person.server.url}
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**bare, **here},
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert "18 November 2026" in run.stdout
    assert run.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ("--date", "0001-01-01"),
        ("--date", "9999-12-31"),
        ("--period", "year", "--date", "9999"),
        ("--period", "lifetime", "--date", "0001"),
    ],
)
def test_the_ends_of_the_calendar(looker: Looker, words: tuple[str, ...]) -> None:
    """The day after the last is none: that was an unexpected error, and a request to report it."""
    result = looker.runs("plot", looker.system_id, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not a date from 1970" in result.stderr
