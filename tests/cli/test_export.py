"""`enphase export`."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ..export.worlds import DAY, SYSTEM, Written, at
from .running import Person, python, read_csv

START = at("2026-03-02T00:00")


@pytest.fixture
def written(person: Person, home: Path) -> Written:
    """An archive of the service that the person asks; nothing is said by that service itself."""
    written = Written(home, at("2026-06-01T00:00"), person.server.url)
    written.site()
    written.telemetry("consumption_meter", START, START + DAY, {"enwh": 10})
    written.telemetry(
        "battery", START, START + DAY, {"charge.enwh": 1, "discharge.enwh": 2, "soc.percent": 3}
    )
    written.lifetime("production", "2026-03-01", [5, 6, 7])
    return written


def test_a_house_becomes_a_table(person: Person, written: Written, tmp_path: Path) -> None:
    to = tmp_path / "house.csv"
    result = person.gets("export", "--to", to)
    rows = read_csv(to.read_text())
    assert len(rows) == 96
    assert rows[0] == {
        "system_id": str(SYSTEM),
        "start": "2026-03-02 00:00:00Z",
        "end": "2026-03-02 00:15:00Z",
        "start_local": "2026-03-02 01:00:00",
        "battery_charge_wh": "1",
        "battery_discharge_wh": "2",
        "battery_soc_percent": "3",
        "consumption_meter_energy_wh": "10",
        "incomplete": "",
    }
    assert (result.stdout, person.calls) == ("", 0)
    assert result.stderr == f"enphase: {to}: 96 rows, 2 series, settled until 2026-03-03 00:00 UTC\n"


def test_what_is_said_as_json(person: Person, written: Written, tmp_path: Path) -> None:
    to = tmp_path / "house.parquet"
    asked = ("export", SYSTEM, "--to", to, "--series", "battery", "--every", "day", "--only-new", "--json")
    told = json.loads(person.gets(*asked).stdout)
    assert told == {
        "path": str(to),
        "rows": 2,
        "kept": 0,
        "series": 1,
        "files": 1,
        "settled_until": "2026-03-03T00:00:00+00:00",
        "gaps": 0,
        "still_open": 0,
        "renewed": None,
    }
    again = person.gets(*asked)
    assert json.loads(again.stdout)["files"] == 0
    assert "nothing new" in again.stderr


def test_options_reach_the_export(person: Person, written: Written, tmp_path: Path) -> None:
    to = tmp_path / "rows.parquet"
    person.gets("export", "--to", to, "--kind", "lifetime", "--start", "2026-03-02", "--end", "2026-03-03")
    (row,) = pq.read_table(to).to_pylist()
    assert (str(row["date"]), row["energy_wh"]) == ("2026-03-02", 6)
    person.gets(
        "export",
        "--to",
        to,
        "--layout",
        "wide",
        "--every",
        "hour",
        "--start",
        "2026-03-02T03:00",
        "--end",
        "2026-03-02T05:00",
    )
    assert [row["consumption_meter_energy_wh"] for row in pq.read_table(to).to_pylist()] == [40, 40]
    result = person.gets("export", "--to", tmp_path / "folder", "--partitioned")
    assert (
        tmp_path / "folder" / f"system_id={SYSTEM}" / "series=battery" / "month=2026-03" / "data.parquet"
    ).is_file()
    assert "192 rows, 2 files, 2 series" in result.stderr


def test_gaps_that_a_sync_may_fill_are_counted(person: Person, written: Written, tmp_path: Path) -> None:
    written.telemetry("battery", START + 3 * DAY, START + 4 * DAY, {"soc.percent": 3})
    assert "1 gap that a sync may fill" in person.gets("export", "--to", tmp_path / "a.csv").stderr
    written.telemetry("battery", START + 3 * DAY, START + 4 * DAY, lambda end: None, final=START + 3 * DAY)
    Path(tmp_path / "a.csv.export.json").unlink()
    told = person.gets("export", "--to", tmp_path / "a.csv", "--only-new").stderr.splitlines()
    assert "written anew as a whole: a.csv.export.json is missing" in told[0]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--to", "a.txt"], 2, "does not say what it is to be"),
        ([], 2, "Missing option '--to'"),
        (["--to", "a.csv", "--series", "batery"], 2, "'batery' is not one of"),
        (["--to", "a.csv", "--series", "production"], 2, "--kind lifetime"),
        (["--to", "a.csv", "--every", "week"], 2, "'week' is not one of"),
        (["--to", "a.csv", "--start", "soon"], 2, "is not a time that can be read"),
        (["5", "--to", "a.csv"], 6, "enphase sync"),
        (["--to", "nowhere/a.csv"], 1, "there is no such folder"),
    ],
)
@pytest.mark.usefixtures("written")
def test_what_cannot_be_exported(
    person: Person, tmp_path: Path, words: list[str], status: int, told: str
) -> None:
    with contextlib.chdir(tmp_path):
        result = person.runs("export", *words)
    assert (result.exit_code, result.stdout, person.calls) == (status, "", 0)
    assert told in result.stderr
    assert not list(tmp_path.glob("*a.csv*"))


def test_nothing_is_archived(person: Person, tmp_path: Path) -> None:
    result = person.runs("export", "--to", tmp_path / "a.csv")
    assert result.exit_code == 6
    assert "nothing of it is archived" in result.stderr


@pytest.mark.parametrize("package", ["duckdb", "pyarrow"])
@pytest.mark.parametrize("words", [("export", "--to", "a.csv"), ("sql",)])
def test_a_missing_extra_is_named(
    person: Person, package: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback that names a module would not say what to install."""
    monkeypatch.setitem(__import__("sys").modules, package, None)
    for name in [each for each in __import__("sys").modules if each.startswith("enphase_cloud.export.")]:
        monkeypatch.delitem(__import__("sys").modules, name)
    result = person.runs(*words)
    assert result.exit_code == 3
    assert f'{package}, which is not installed: pip install "enphase-cloud[export]"' in result.stderr


def test_help_loads_neither_arrow_nor_duckdb() -> None:
    """Whoever asks for help, or completes a word, would wait for them."""
    code = (
        "import sys\nfrom enphase_cloud.cli import main\ntry:\n    main([sys.argv[1], '--help'])\n"
        "finally:\n    print({'pyarrow', 'duckdb', 'httpx'} & set(sys.modules), file=sys.stderr)"
    )
    for name in ("export", "sql"):
        assert python(code, name).stderr == "set()\n"
