"""CSV files: whole or not there, and nothing that was paid for is lost."""

from __future__ import annotations

import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enphase_cloud.cli.files import write_bytes
from enphase_cloud.mock import Server

from .running import Impatient, Person, process_environment, python, read_csv

START = datetime(2026, 10, 1, tzinfo=UTC)
FIVE_WEEKS = ("--start", "2026-10-01T00:00Z", "--end", "2026-11-05T00:00Z")
WEEK_SECONDS = 7 * 86_400
WEEK = 7 * 96


def asked(person: Person) -> tuple[object, ...]:
    return ("telemetry", person.system_id, "consumption_meter", *FIVE_WEEKS)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def give_two_weeks_and_then(person: Person, status: int) -> None:
    """The first two windows come, and the third is answered with this status."""
    begin = int(START.timestamp())
    for week in (begin, begin + WEEK_SECONDS):
        rows = [{"end_at": week + 900 * (index + 1), "enwh": index - 3} for index in range(WEEK)]
        answer = {"start_at": week, "end_at": week + WEEK_SECONDS, "intervals": rows}
        person.server.service.fail_next(status=200, body=answer)
    person.server.service.fail_next(status=status)


def test_a_file_holds_what_the_screen_would_show(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "consumption.csv"
    shown = person.gets(*asked(person), "--csv", "-").stdout
    person.moves()
    result = person.gets(*asked(person), "--csv", file)
    assert result.stdout == ""
    assert file.read_bytes() == shown.encode()
    assert f"{5 * WEEK:,} rows, 5 hits" in result.stderr
    assert names(tmp_path) == ["consumption.csv"]


def test_an_error_leaves_the_old_file_alone_and_keeps_what_was_paid_for(
    person: Person, tmp_path: Path
) -> None:
    file = tmp_path / "consumption.csv"
    file.write_text("of last month")
    give_two_weeks_and_then(person, 404)
    result = person.runs(*asked(person), "--csv", file)
    assert result.exit_code == 5
    assert file.read_text() == "of last month"
    assert names(tmp_path) == ["consumption.csv", "consumption.csv.partial"]
    rows = read_csv((tmp_path / "consumption.csv.partial").read_text())
    assert len(rows) == 2 * WEEK
    assert rows[0] == {"end": "2026-10-01T00:15:00+00:00", "energy_wh": "-3", "devices_reporting": ""}
    kept, bill, error = result.stderr.splitlines()
    assert kept.endswith("1,344 rows, the last 2026-10-15T00:00:00+00:00")  # where to go on
    assert bill == "enphase: incomplete: 1,344 rows, 3 hits"
    assert error.startswith("enphase: error: GET /api/v4/systems/")


def test_an_error_before_the_first_row_leaves_no_file(person: Person, tmp_path: Path) -> None:
    person.server.service.fail_next(status=404)
    assert person.runs(*asked(person), "--csv", tmp_path / "x.csv").exit_code == 5
    assert names(tmp_path) == []


def test_ctrl_c_ends_with_130_and_leaves_no_half_written_file(person: Person, tmp_path: Path) -> None:
    give_two_weeks_and_then(person, 503)
    person.world = Impatient()
    result = person.runs(*asked(person), "--csv", tmp_path / "x.csv")
    assert result.exit_code == 130
    assert result.stderr.endswith("enphase: incomplete: 1,344 rows, 2 hits\nenphase: interrupted\n")
    assert names(tmp_path) == ["x.csv.partial"]
    assert (tmp_path / "x.csv.partial").read_text().count("\n") == 1 + 2 * WEEK


def test_after_an_error_a_table_shows_what_came_and_json_stays_open(person: Person) -> None:
    give_two_weeks_and_then(person, 404)
    result = person.runs(*asked(person))
    assert (result.exit_code, result.stdout.count("\n")) == (5, 1 + 2 * WEEK)
    person.moves()
    give_two_weeks_and_then(person, 404)
    result = person.runs(*asked(person), "--json")
    assert (result.exit_code, result.stdout.count("\n")) == (5, 2 * WEEK)
    assert result.stdout.startswith("[\n{")
    assert "]" not in result.stdout


@pytest.mark.parametrize("place", ["no/such/folder/x.csv", "."])
def test_a_place_that_cannot_be_written_to_costs_no_hit(person: Person, tmp_path: Path, place: str) -> None:
    result = person.runs(*asked(person), "--csv", tmp_path / place)
    assert (result.exit_code, person.calls) == (1, 0)
    assert result.stderr.startswith(f"enphase: error: cannot write {(tmp_path / place)}: ")
    assert names(tmp_path) == []


def test_a_file_name_cannot_command_a_terminal(person: Person, tmp_path: Path) -> None:
    refused = person.runs(*asked(person), "--csv", tmp_path / "no/such\x1b[2J/x.csv")
    give_two_weeks_and_then(person, 404)
    kept = person.runs(*asked(person), "--csv", tmp_path / "x\x1b[2J.csv")
    for result, exit_code in ((refused, 1), (kept, 5)):
        assert result.exit_code == exit_code
        assert "\\x1b[2J" in result.stderr
        assert "\x1b" not in result.output


def test_a_link_stays_a_link_and_a_private_file_private(person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    file = folder / "real.csv"
    file.touch(mode=0o600)
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    person.gets("lifetime", person.system_id, "production", "--csv", link)
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().startswith("date,energy_wh\n")
    assert names(folder) == ["real.csv"]


def test_a_new_file_can_be_read_like_any_other(person: Person, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    person.gets("systems", "--csv", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_pipe_is_written_to_and_not_replaced(person: Person, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    person.gets("systems", "--csv", pipe)
    reader.join(10)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert read[0].startswith("system_id,name,")


@pytest.mark.parametrize("place", ["/dev/stdout", "/dev/fd/{}"])
def test_a_pipe_of_the_shell_is_written_to(person: Person, place: str) -> None:
    """`--csv >(gzip > x.csv.gz)`: a link that leads to no name."""
    reading, writing = os.pipe()
    stdout = person.gets("systems", "--csv", place.format(writing)).stdout
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert (stdout or pipe.read()).startswith("system_id,name,")


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv", "-"]])
def test_nowhere_to_write_costs_no_hit(live_server: Server, form: list[str]) -> None:
    live_server.service.journal.clear()
    code = "import sys; sys.stdout = None; from enphase_cloud.cli import main; main(sys.argv[1:])"
    result = python(code, "systems", *form, **process_environment(live_server))
    assert (result.returncode, result.stderr) == (
        1,
        "enphase: error: cannot write: standard output is closed\n",
    )
    assert live_server.service.journal == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_named(person: Person) -> None:
    result = person.runs("systems", "--csv", "/dev/full")
    assert result.exit_code == 1
    assert "enphase: error: cannot write: No space left on device" in result.stderr


def test_what_is_written_at_once_keeps_links_and_pipes(tmp_path: Path) -> None:
    """A page that took the place of a link was not what the web server showed."""
    (tmp_path / "far.html").write_text("old")
    (tmp_path / "link.html").symlink_to("far.html")
    write_bytes(tmp_path / "link.html", b"new")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "far.html").read_bytes() == b"new"
    long = tmp_path / ("x" * 250 + ".html")
    write_bytes(long, b"new")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "far.html", tmp_path / "link.html", long])
    write_bytes(Path(os.devnull), b"new")
    assert not Path(os.devnull).is_file()
