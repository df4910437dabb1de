"""Verify, compact and rebuild: what is sound stays as it is, and no reader sees a difference."""

from __future__ import annotations

import random
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud import ConfigurationError
from enphase_cloud.archive.answers import Hole, Paid
from enphase_cloud.archive.coverage import Coverage, Doubt, Held, Key
from enphase_cloud.archive.store import Store
from enphase_cloud.archive.upkeep import Finding, compact, rebuild, superfluous, verify

from .filled import BEGAN, OPERATIONS, PAGE, URL, WEEK, Row, fill, paid, rows, with_log

LIFETIME = Key("getEnergyLifetime", 7, "{}")
WEEKS = Key("getProductionMeterTelemetry", 7, "{}")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite3"


def answer(key: Key, start: int, until: int, final: int, fetched: int) -> Paid:
    return Paid(key, {}, start, until, final, fetched, 200, 1, "application/json", b"{}")


def changed(path: Path, statement: str, *bound: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, bound)


def numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [number for (number,) in connection.execute("SELECT id FROM answers ORDER BY id")]


def others(path: Path) -> list[Row]:
    """What the file has besides answers and systems."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            row
            for table in ("holes", "doubts")
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - one of these two
        ]


def test_a_sound_archive_has_no_findings(archive: Path) -> None:
    fill(archive, 40)
    assert list(verify(archive)) == []


@pytest.mark.parametrize(
    ("statement", "value", "says"),
    [
        ("UPDATE answers SET body = ? WHERE id = 5", b"x", "checksums do not fit"),
        ("UPDATE answers SET until = until + ? WHERE id = 5", 1, "checksums do not fit"),
        ("UPDATE answers SET status = ? WHERE id = 5", "200 OK", "checksums do not fit"),
    ],
)
def test_a_row_that_was_changed_is_found_with_what_it_covered(
    archive: Path, statement: str, value: object, says: str
) -> None:
    """Catches a check that looks at the body alone, or at the file alone."""
    fill(archive, 10)
    changed(archive, statement, value)
    (finding,) = verify(archive)
    assert says in finding.what
    assert (finding.system_id, finding.operation) == (1001, OPERATIONS[0])
    assert finding.start == BEGAN + WEEK


def test_what_was_written_wrong_is_found_though_its_checksums_fit(archive: Path) -> None:
    store = Store(archive, URL)
    store.keep(answer(WEEKS, BEGAN, BEGAN + WEEK, BEGAN - 1, BEGAN))
    store.note_holes(WEEKS, 5, 6, [Hole(WEEKS, 6, 6, "failed", "", 1)])
    store.close()
    covered, hole = verify(archive)
    assert covered[1:] == (7, WEEKS.operation, BEGAN, BEGAN + WEEK)
    assert hole == Finding("a hole covers no time", 7, WEEKS.operation, 6, 6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hits": -1}, "it cost -1 hits"),
        ({"hits": 0}, None),
        ({"key": WEEKS._replace(detail="[]")}, "its arguments are no JSON objects"),
        ({"key": WEEKS._replace(detail="{")}, "its arguments are no JSON objects"),
        ({"asked": []}, "its arguments are no JSON objects"),
    ],
)
def test_each_thing_that_was_written_wrong_is_named(
    archive: Path, change: dict[str, Any], says: str | None
) -> None:
    store = Store(archive, URL)
    store.keep(answer(WEEKS, BEGAN, BEGAN + WEEK, BEGAN, BEGAN)._replace(**change))
    store.close()
    assert [finding.what for finding in verify(archive)] == ([says] if says else [])


def test_a_file_that_was_emptied_beside_its_log_is_a_finding_and_keeps_its_log(archive: Path) -> None:
    """SQLite would remove the log, and the newest answers with it."""
    with_log(_filled(archive), archive.with_name("other.sqlite3"), 3)
    log = archive.with_name("other.sqlite3-wal")
    emptied = log.with_name("other.sqlite3")
    emptied.write_bytes(b"")
    assert [finding.what for finding in verify(emptied)] == ["it is empty, and its log is not"]
    assert log.stat().st_size


def _filled(path: Path) -> Path:
    fill(path, 3)
    return path


def test_a_file_of_something_else_is_named_and_is_not_compacted(archive: Path) -> None:
    fill(archive, 3)
    changed(archive, "PRAGMA user_version = 0")
    assert [finding.what for finding in verify(archive)] == [
        "the rest cannot be read: its tables are not those of an archive"
    ]
    changed(archive, "PRAGMA user_version = 1")
    assert list(verify(archive)) == []
    changed(archive, "DROP TABLE doubts")
    (finding,) = verify(archive)
    assert finding.what == "the rest cannot be read: its tables are not those of an archive"
    with pytest.raises(ConfigurationError) as caught:
        compact(archive)
    told = "is damaged: its tables are not those of an archive. Run `enphase archive rebuild`."
    assert str(caught.value) == f"The archive, {archive}, {told}"


def test_what_sqlite_finds_wrong_is_a_finding(archive: Path) -> None:
    fill(archive, 3)
    with closing(sqlite3.connect(archive)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'answers_of'"
        ).fetchone()
    data = bytearray(archive.read_bytes())
    data[(root - 1) * PAGE + 3 : (root - 1) * PAGE + 5] = (3).to_bytes(2)  # of four entries of the index
    archive.write_bytes(data)
    assert any("index answers_of" in finding.what for finding in verify(archive))


def test_rebuild_says_how_large_the_file_was_with_its_log(archive: Path) -> None:
    fill(archive, 3)
    before = archive.stat().st_size
    done = rebuild(archive)
    assert (done.before, done.after) == (before, archive.stat().st_size)


def test_a_file_that_sqlite_cannot_read_is_a_finding_and_no_error(archive: Path) -> None:
    fill(archive, 40)
    archive.write_bytes(b"no archive" * 1000)
    (finding,) = verify(archive)
    assert "file is not a database" in finding.what


@pytest.mark.parametrize("work", [compact, rebuild, lambda path: list(verify(path))])
def test_a_newer_version_is_left_alone(archive: Path, work: object) -> None:
    """Catches a rebuild that throws away tables of which this version knows nothing."""
    fill(archive, 3)
    changed(archive, "CREATE TABLE more (a)")
    changed(archive, "PRAGMA user_version = 99")
    with pytest.raises(ConfigurationError, match="newer version"):
        work(archive)  # type: ignore[operator]
    assert len(rows(archive)) == 4


@pytest.mark.parametrize("work", [compact, rebuild, lambda path: list(verify(path))])
def test_a_file_that_was_not_begun_yet_is_sound(archive: Path, work: object) -> None:
    archive.touch(0o600)
    work(archive)  # type: ignore[operator]
    changed(archive, "PRAGMA journal_mode = WAL")
    work(archive)  # type: ignore[operator]


def test_compact_removes_what_newer_answers_cover(archive: Path) -> None:
    store = Store(archive, URL)
    day = 86_400
    store.keep(answer(WEEKS, BEGAN, BEGAN + WEEK, BEGAN + 5 * day, 0))  # 1: its first five days are final
    store.keep(answer(WEEKS, BEGAN + 5 * day, BEGAN + WEEK, BEGAN + 6 * day, 1))  # 2: superseded by 3
    store.keep(answer(WEEKS, BEGAN + 5 * day, BEGAN + WEEK, BEGAN + WEEK, 2))  # 3
    store.keep(answer(LIFETIME, 0, 10 * day, 8 * day, 3))  # 4: superseded by 5
    store.keep(answer(LIFETIME, 0, 11 * day, 9 * day, 4))  # 5
    store.keep(answer(LIFETIME, 5 * day, 12 * day, 10 * day, 5))  # 6: does not cover what 5 covers
    store.keep(answer(Key("listSystems", 0, "{}"), 6, 6, 6, 6))  # 7: superseded by 8
    store.keep(answer(Key("listSystems", 0, "{}"), 7, 7, 7, 7))  # 8
    store.keep(answer(Key("ofAnotherVersion", 0, "{}"), 7, 7, 7, 7))  # 9
    store.keep(answer(Key("ofAnotherVersion", 0, "{}"), 7, 7, 7, 7))  # 10
    store.close()
    assert compact(archive).answers == 3
    assert numbers(archive) == [1, 3, 5, 6, 8, 9, 10]
    assert compact(archive).answers == 0


def test_what_was_removed_gives_back_its_room(archive: Path) -> None:
    """Catches a file that stays as large as it ever was: SQLite keeps the pages of deleted rows."""
    store = Store(archive, URL)
    for fetched in range(50):
        body = random.Random(fetched).randbytes(20_000)
        store.keep(answer(LIFETIME, 0, 1000, 1000, fetched)._replace(body=body))
    store.close()
    done = compact(archive)
    assert done.answers == 49
    assert done.after < done.before / 5
    assert done.after == archive.stat().st_size
    assert list(verify(archive)) == []
    assert list(archive.parent.iterdir()) == [archive]


MOMENTS = st.integers(0, 6)


@st.composite
def histories(draw: st.DrawFn) -> list[Held]:
    found = []
    for number, (start, length) in enumerate(
        draw(st.lists(st.tuples(MOMENTS, st.integers(1, 4)), max_size=7)), 1
    ):
        final = draw(st.integers(start, start + length))
        found.append(Held(number, start, start + length, final, 10 * number, {}))
    return found


@given(histories())
def test_no_reader_sees_that_anything_was_removed(held: list[Held]) -> None:
    """Of telemetry and events: whatever the reader takes for fresh, each moment comes from the same answer."""
    gone = superfluous("telemetry", held) if held else set()
    left = [each for each in held if each.id not in gone]
    for since in (*range(-5, 10 * len(held) + 10, 10), sys.maxsize):
        assert Coverage(left, fresh_since=since).pieces == Coverage(held, fresh_since=since).pieces
    assert Coverage(left, alone=True).pieces == Coverage(held, alone=True).pieces


@given(histories())
def test_no_lifetime_range_is_covered_less_well(held: list[Held]) -> None:
    """What is read in the place of an answer that is gone is newer, and covers the range as well."""
    gone = superfluous("lifetime", held) if held else set()
    left = [each for each in held if each.id not in gone]
    for since in (*range(-5, 10 * len(held) + 10, 10), sys.maxsize):
        for start in range(8):
            for until in range(start + 1, 11):
                before = Coverage(held, fresh_since=since).whole(start, until)
                assert Coverage(left, fresh_since=since).whole(start, until) == before
    for start in range(8):
        assert Coverage(left, alone=True).whole(start, 11) == Coverage(held, alone=True).whole(start, 11)


def test_rebuild_leaves_a_sound_archive_as_it_is(archive: Path) -> None:
    """Catches a rebuild that forgets holes, changes the order of answers, or leaves files behind."""
    want = fill(archive, 30)
    store = Store(archive, URL)
    hole = Hole(WEEKS, 5, 9, "failed", "503", 1)
    store.note_holes(WEEKS, 5, 9, [hole])
    store.keep(paid(2000, 10, random.Random(1)), before=BEGAN, doubts=[Doubt(BEGAN, BEGAN + 900, 1, False)])
    store.close()
    want, ids, marks = rows(archive), numbers(archive), others(archive)
    done = rebuild(archive)
    assert (done.answers, done.salvaged) == (len(want), None)
    assert (rows(archive), numbers(archive)) == (want, ids)
    again = Store(archive, URL)
    assert again.holes() == [hole]
    assert sorted(again.systems()) == [1000, 1001]
    again.close()
    assert others(archive) == marks
    assert {each.name for each in archive.parent.iterdir()} <= {archive.name, f"{archive.name}.lock"}


def test_rebuild_makes_what_is_derived_anew(archive: Path) -> None:
    fill(archive, 3)
    changed(archive, "UPDATE systems SET body = 'x'")
    changed(archive, "DELETE FROM systems WHERE system_id = 1000")
    rebuild(archive)
    store = Store(archive, URL)
    assert store.systems(1000)[1000]["name"] == "Söller"
    assert store.systems(1001)[1001]["name"] == "b"
    store.close()


def test_rebuild_keeps_the_file_aside_of_which_something_was_lost(archive: Path) -> None:
    want: list[Row] = fill(archive, 30)
    changed(archive, "UPDATE answers SET body = x'00' WHERE id = 5")
    done = rebuild(archive)
    assert done.salvaged is not None
    assert (done.answers, done.salvaged.lost) == (len(want) - 1, 1)
    assert [each[:2] for each in done.salvaged.losses] == [(1001, OPERATIONS[0])]
    assert rows(archive) == [each for number, each in enumerate(want, 1) if number != 5]
    assert list(verify(archive)) == []
    assert done.salvaged.aside is not None
    assert len(rows(done.salvaged.aside)) == len(want)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(done.salvaged.aside.stat().st_mode) == 0o600


def test_rebuild_goes_on_in_a_file_that_another_has_open(archive: Path) -> None:
    """Catches a rebuild that waits for who only has the file open, and a writer that goes on in the old file."""
    want = fill(archive, 10)
    store = Store(archive, URL)
    held = store.metas(1000)
    changed(archive, "UPDATE answers SET body = x'00' WHERE id = 6")
    done = rebuild(archive)
    assert done.answers == len(
        want
    )  # what was changed stands in the log: the page itself still has the whole answer
    assert [meta[1:] for meta in store.metas(1000)] == [meta[1:] for meta in held]
    store.keep(paid(3000, 10, random.Random(1)))
    store.close()
    assert len(rows(archive)) == len(want) + 1


def test_what_another_process_holds_is_not_waited_for_for_ever(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, 3)
    monkeypatch.setattr("enphase_cloud.archive.salvage.PATIENCE", 0.01)
    monkeypatch.setattr("enphase_cloud.archive.upkeep.PATIENCE", 0.01)
    with closing(sqlite3.connect(archive, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for work in (compact, rebuild):
            with pytest.raises(ConfigurationError, match="held by another process"):
                work(archive)
