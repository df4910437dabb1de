"""Exports that go on where the last one ended: what comes out is what a full one writes, and what is kept is kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enphase_cloud import InvalidRequest
from enphase_cloud.export import export
from tests.tallies import tally

from .worlds import DAY, SYSTEM, Written, at

START = at("2026-03-02T00:00")
"""Weeks from here on hold the clock change of Berlin."""
NAMES = ("rows.csv", "rows.json", "rows.jsonl", "rows.parquet", "rows.duckdb", "rows")
MOSTLY = [
    pytest.param(name, marks=pytest.mark.soak if name in ("rows.json", "rows.jsonl") else ())
    for name in NAMES
]
"""JSON is text, as CSV is: what differs is said by fewer tests."""
WEEK = 7 * DAY


def content(path: Path) -> Any:
    """What an export has, in a form that can be compared."""
    if path.is_dir():
        files = sorted(path.rglob("*.parquet"))
        return {
            str(file.relative_to(path)): pq.read_table(file, partitioning=None).to_pylist() for file in files
        }
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as database:
            tables = ("telemetry", "lifetime", "systems", "gaps", "events", "alarms")
            return {
                name: database.sql(f"FROM {name} ORDER BY ALL").to_arrow_table().to_pylist()
                for name in tables
            }
    return pq.read_table(path).to_pylist() if path.suffix == ".parquet" else path.read_bytes()


def both(written: Written, path: Path, **choices: Any) -> tuple[Any, Any]:
    """Go on with a file, and write another in full."""
    fresh = path.with_name(f"fresh-{path.name}")
    with written.open() as archive:
        partitioned = not path.suffix
        went_on = export(archive, path, only_new=True, partitioned=partitioned, **choices)
        export(archive, fresh, partitioned=partitioned, **choices)
    got, wanted = content(path), content(fresh)
    tally["exports_compared"] += 1
    tally["exports_that_differ"] += got != wanted
    assert got == wanted
    return went_on, got


def begun(written: Written, path: Path) -> None:
    """Write a file that is to be gone on with."""
    with written.open() as archive:
        export(archive, path, only_new=True, partitioned=not path.suffix)


def week(written: Written, number: int, value: int = 10, *, final: int | None = None, **more: Any) -> None:
    start = START + number * WEEK
    written.telemetry(
        "consumption_meter",
        start,
        start + WEEK,
        lambda end: {"enwh": (end // 900) % 7 + value},
        final=None if final is None else start + final,
        **more,
    )


CHOICES: list[dict[str, Any]] = [{}, {"every": "hour"}, {"every": "day"}, {"every": "month"}]


@pytest.mark.parametrize("name", MOSTLY)
@pytest.mark.parametrize(
    "choices",
    [
        pytest.param({}, id="as measured"),
        pytest.param({"every": "day"}, id="day", marks=pytest.mark.soak),
    ],
)
def test_it_is_what_a_full_export_writes(
    written: Written, tmp_path: Path, name: str, choices: dict[str, Any]
) -> None:
    """Rows that were revised but kept, kept twice, or forgotten at the seam."""
    path = tmp_path / name
    written.site()
    week(written, 4)
    week(written, 5, final=5 * DAY)
    first, _ = both(written, path, **choices)
    assert (first.kept, first.rows > 0) == (0, True)
    again, _ = both(written, path, **choices)
    assert (again.rows, again.files) == (0, 0)  # nothing has come since
    week(written, 5, value=20)  # what was not final is another
    week(written, 6, final=3 * DAY)
    more, _ = both(written, path, **choices)
    assert more.rows > 0
    week(written, 3)  # what came before all of it comes later
    both(written, path, **choices)
    battery = {"charge.enwh": 1, "discharge.enwh": 2, "soc.percent": 50}
    written.telemetry("battery", START + 4 * WEEK, START + 7 * WEEK, battery)
    written.lifetime("production", "2026-03-20", [7] * 20)
    both(written, path, **choices)
    week(written, 2, system_id=SYSTEM - 1)
    both(written, path, **choices)
    last, _ = both(written, path, **choices)
    assert last.files == 0


@pytest.mark.parametrize("name", MOSTLY)
def test_most_of_it_is_kept(written: Written, tmp_path: Path, name: str) -> None:
    """To go on with a file is to be cheaper than to write it: a daily export of years is of a few days."""
    written.site()
    for number in range(8):
        week(written, number)
    week(written, 8, final=5 * DAY)
    begun(written, tmp_path / name)
    week(written, 9, final=5 * DAY)
    went_on, _ = both(written, tmp_path / name)
    assert went_on.kept >= 7 * 672
    assert went_on.rows <= 3 * 672 + (2976 if name == "rows" else 0)  # of a folder, whole months


@pytest.mark.parametrize("name", NAMES[:3])
def test_what_is_settled_stays_byte_for_byte(written: Written, tmp_path: Path, name: str) -> None:
    """Whoever follows a file, or keeps it in a history of versions, sees that only its end changes."""
    path = tmp_path / name
    written.site()
    week(written, 0)
    week(written, 1, final=5 * DAY)
    both(written, path)
    before = path.read_bytes()
    week(written, 1, value=30)
    both(written, path)
    lines = before.splitlines(keepends=True)
    assert path.read_bytes().startswith(b"".join(lines[:672]))
    assert path.read_bytes() != before


def test_a_file_that_somebody_else_wrote_to_is_not_gone_on_with(written: Written, tmp_path: Path) -> None:
    """A spreadsheet that saved the file has changed its dates: the half of it would be wrong."""
    written.site()
    week(written, 0)
    path = tmp_path / "rows.csv"
    with written.open() as archive:
        export(archive, path)
        export(archive, path, only_new=True)
        text = path.read_text()
        path.write_text(text.replace(",10,", ",99,", 1))
        week(written, 1)
        with pytest.raises(InvalidRequest, match="something else has written to it"):
            export(archive, path, only_new=True)
        path.write_text(text + "\n")
        with pytest.raises(InvalidRequest, match="something else has written to it"):
            export(archive, path, only_new=True)
        export(archive, path)
        assert path.read_text().startswith(text)


@pytest.mark.parametrize("name", MOSTLY)
def test_another_wish_is_another_file(written: Written, tmp_path: Path, name: str) -> None:
    """Days that are added to a file of hours."""
    written.site()
    week(written, 0)
    both(written, tmp_path / name, every="hour")
    both(written, tmp_path / name, every="day")
    both(written, tmp_path / name, every="day", start="2026-03-03")


@pytest.mark.parametrize("name", MOSTLY)
def test_a_file_of_something_else_is_replaced(written: Written, tmp_path: Path, name: str) -> None:
    """What does not say how it was made is not gone on with."""
    path = tmp_path / name
    written.site()
    week(written, 0)
    if path.suffix:
        path.write_text("something else")
        both(written, path)
    else:
        path.mkdir()
        (path / "notes.txt").write_text("mine")
        with written.open() as archive, pytest.raises(InvalidRequest, match="holds other files"):
            export(archive, path)
        assert [each.name for each in path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", MOSTLY)
def test_what_is_lost_from_the_archive_is_lost_from_the_file(
    written: Written, tmp_path: Path, name: str
) -> None:
    """A series that is not archived any more would stand in the file for ever."""
    written.site()
    week(written, 0)
    week(written, 0, serial=None, system_id=SYSTEM + 1)
    both(written, tmp_path / name)
    written.store._patiently(
        lambda connection: connection.execute("DELETE FROM answers WHERE system_id != 700")
    )
    _, found = both(written, tmp_path / name)
    assert str(SYSTEM + 1) not in repr(found)


def _more(written: Written) -> None:
    week(written, 6)


def _revised(written: Written) -> None:
    week(written, 5, value=40)


def _older(written: Written) -> None:
    week(written, 1)


def _device(written: Written) -> None:
    values = {"charge.enwh": 1, "discharge.enwh": 2, "soc.percent": 3}
    written.telemetry("encharge", START + 5 * WEEK, START + 6 * WEEK, values, serial="22")


def _gap(written: Written) -> None:
    week(written, 3)
    week(written, 8, final=DAY)


def _battery(written: Written) -> None:
    values = {"charge.enwh": 1, "discharge.enwh": 2, "soc.percent": 3}
    written.telemetry("battery", START + 6 * WEEK, START + 7 * WEEK, values, final=START + 6 * WEEK + DAY)


CHANGES = (_battery, _more, _revised, _older, _device, _gap)


@pytest.mark.soak
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES),
    choices=st.sampled_from(
        [*CHOICES, {"layout": "wide"}, {"layout": "wide", "every": "month"}, {"layout": "long"}]
    ),
    final=st.integers(0, WEEK),
    runs=st.lists(st.lists(st.sampled_from(CHANGES), max_size=3), min_size=1, max_size=4),
)
def test_whatever_comes_in_between(
    name: str, choices: dict[str, Any], final: int, runs: list[list[Callable[[Written], None]]]
) -> None:
    if choices.get("layout") == "wide" and name in ("rows", "rows.duckdb"):
        choices = {}
    with tempfile.TemporaryDirectory() as folder:
        written = Written(Path(folder) / "home")
        written.site()
        week(written, 4)
        week(written, 5, final=final)
        for changes in [[], *runs]:
            for change in changes:
                change(written)
            both(written, Path(folder) / name, **choices)
        written.store.close()


def test_the_note_beside_a_file_says_how_it_was_made(written: Written, tmp_path: Path) -> None:
    written.site()
    week(written, 0)
    with written.open() as archive:
        export(archive, tmp_path / "rows.csv")
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith("rows")) == [
        "rows.csv",
        "rows.csv.export.json",
    ]
    told = json.loads((tmp_path / "rows.csv.export.json").read_text())
    assert told["wish"]["every"] == "15min"
    assert list(told["series"]) == [f"telemetry/{SYSTEM}/consumption_meter/"]


@pytest.mark.parametrize("name", MOSTLY)
def test_the_clock_of_a_site_becomes_known(written: Written, tmp_path: Path, name: str) -> None:
    """No answer has come, and yet the local times of all rows, and the months that they stand in, are others."""
    written.site(None)
    written.telemetry("consumption_meter", at("2026-05-01T00:00"), at("2026-05-02T00:00"), {"enwh": 5})
    both(written, tmp_path / name)
    written.site("America/Los_Angeles")
    went_on, _ = both(written, tmp_path / name)
    assert (went_on.rows > 0, went_on.renewed) == (True, None)
    written.site("America/Los_Angeles", operational_at=at("2026-05-01T12:00"))
    both(written, tmp_path / name, every="day")
    written.site("America/Los_Angeles", operational_at=at("2026-05-01T18:00"))
    both(written, tmp_path / name, every="day")


def test_a_database_in_which_only_days_are_new(written: Written, tmp_path: Path) -> None:
    """To keep all intervals is no position in time, and what is remembered of them is not forgotten."""
    path = tmp_path / "rows.duckdb"
    written.site()
    week(written, 0, final=DAY)
    week(written, 2, final=DAY)
    both(written, path)
    for days in (5, 6):
        written.lifetime("production", "2026-03-02", [7] * days)
        went_on, found = both(written, path)
        assert (went_on.kept, len(found["lifetime"])) == (2 * 672, days)
    assert len([gap for gap in found["gaps"] if gap["kind"] == "telemetry"]) == 1
    week(written, 0, value=30)
    both(written, path)
    written.store._patiently(
        lambda connection: connection.execute("DELETE FROM answers WHERE operation LIKE '%Lifetime%'")
    )
    written.store._patiently(
        lambda connection: connection.execute("DELETE FROM answers WHERE operation LIKE '%production%'")
    )
    _, found = both(written, path)
    assert found["lifetime"] == []


def _drop(path: Path) -> None:
    with duckdb.connect(str(path)) as database:
        database.execute("DROP TABLE telemetry")


def _alter(path: Path) -> None:
    with duckdb.connect(str(path)) as database:
        database.execute("ALTER TABLE telemetry ADD COLUMN mine INT")


def _zero(path: Path) -> None:
    """What a bad disk does to the middle of a file."""
    text = bytearray(path.read_bytes())
    middle = len(text) // 3
    text[middle : middle + 64] = bytes(64)
    path.write_bytes(text)


def _month(path: Path) -> Path:
    return sorted(path.rglob("*.parquet"))[0]


def _beside(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def do(path: Path) -> None:
        note = path / "_export.json" if path.is_dir() else path.with_name(f"{path.name}.export.json")
        note.write_text(json.dumps(change(json.loads(note.read_text()))))

    return do


SERIES = f"telemetry/{SYSTEM}/consumption_meter/"
DAMAGES: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "a parquet of zeroes": ("rows.parquet", _zero, "damaged"),
    "half a parquet": ("rows.parquet", lambda path: path.write_bytes(path.read_bytes()[:500]), "damaged"),
    "no table": ("rows.duckdb", _drop, "its table telemetry is missing"),
    "another column": ("rows.duckdb", _alter, "telemetry"),
    "half a database": ("rows.duckdb", lambda path: path.write_bytes(path.read_bytes()[:9000]), "damaged"),
    "no month": ("rows", lambda path: _month(path).unlink(), "missing or damaged"),
    "a month of junk": ("rows", lambda path: _month(path).write_text("junk"), "missing or damaged"),
    "no list of series": ("rows", _beside(lambda told: {**told, "series": 5}), "cannot be read"),
    "a junk note": ("rows", lambda path: (path / "_export.json").write_text("{"), "cannot be read"),
    "a note of a list": ("rows", _beside(lambda told: [told]), "cannot be read"),
    "no note": ("rows.csv", lambda path: Path(f"{path}.export.json").unlink(), "missing, or cannot be read"),
    "a deep note": (
        "rows.csv",
        lambda path: Path(f"{path}.export.json").write_text("[" * 99_999),
        "missing, or cannot be read",
    ),
    "short marks": ("rows.csv", _beside(lambda told: {**told, "marks": [[1]]}), "cannot be read"),
    "marks of words": ("rows.json", _beside(lambda told: {**told, "marks": [["a", "b", "c"]]}), "cannot be read"),
    "an empty series": (
        "rows.jsonl",
        _beside(lambda told: {**told, "series": {SERIES: {}}}),
        "does not say how it was made",
    ),
    "a series of no kind": (
        "rows.jsonl",
        _beside(lambda told: {**told, "series": {"telemetry": told["series"][SERIES]}}),
        "does not say how it was made",
    ),
}  # fmt: skip


SAME = (
    "half a parquet",
    "no table",
    "a month of junk",
    "a note of a list",
    "short marks",
    "a series of no kind",
)
"""Damages that are found where another is."""


@pytest.mark.parametrize(
    "damage", [pytest.param(name, marks=pytest.mark.soak if name in SAME else ()) for name in DAMAGES]
)
def test_what_cannot_be_read_is_written_anew(written: Written, tmp_path: Path, damage: str) -> None:
    """A nightly export that fails from some night on, with a message that is about Arrow."""
    name, do, told = DAMAGES[damage]
    path = tmp_path / name
    written.site()
    for number in range(3, 6):
        week(written, number)
    begun(written, path)
    do(path)
    week(written, 6)
    went_on, _ = both(written, path)
    assert told in (went_on.renewed or "")
    week(written, 7)
    again, _ = both(written, path)
    assert (again.renewed, again.kept > 0) == (None, True)


def test_a_file_of_another_version_is_replaced_without_a_word(written: Written, tmp_path: Path) -> None:
    written.site()
    week(written, 0)
    both(written, tmp_path / "rows.csv")
    _beside(lambda told: {**told, "version": "0.0"})(tmp_path / "rows.csv")
    went_on, _ = both(written, tmp_path / "rows.csv")
    assert (went_on.kept, went_on.renewed) == (0, None)


def test_gaps_are_told_apart(written: Written, tmp_path: Path) -> None:
    """What no sync fills now is not to be promised by one."""
    written.site()
    week(written, 0)
    week(written, 2, final=0)
    written.telemetry(
        "consumption_meter", START + 3 * WEEK, START + 4 * WEEK, lambda end: None, final=START + 3 * WEEK
    )
    written.now = START + 4 * WEEK
    with written.open() as archive:
        exported = export(archive, tmp_path / "rows.csv")
    assert (exported.gaps, exported.still_open) == (1, 1)
