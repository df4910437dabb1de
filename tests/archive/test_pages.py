"""Records read off pages: each length that there is, as SQLite reads them, and each state that a log has held."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from enphase_cloud.archive.pages import LARGEST, PAGE, Pages, Record, Shape

WORDS = ("", "a", "ä" * 20, "b" * 200, "c" * 5_000)
NUMBERS = (0, 1, -1, 127, -129, 2**15, -(2**23), 2**31, -(2**40), 2**62)


def made(path: Path, *statements: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (f"PRAGMA page_size = {PAGE}", "PRAGMA encoding = 'UTF-8'", *statements):
        connection.execute(statement)
    return connection


def first_ways(path: Path, shape: Shape) -> dict[tuple[object, ...], Record]:
    """What the likeliest way of reading gives, by its values; only whole records have them all."""
    with Pages(path) as pages:
        found = [next(ways, None) for ways in pages.remains(shape)]
        whole = [each for each in found if each and len(each.values) == len(shape.columns)]
        for record in whole:
            assert pages.read(shape, record.place) == record
    return {record.values: record for record in whole}


LENGTHS = [*range(0, 40), *range(470, 500), *range(3_990, 4_100), *range(4_400, 4_700), 8_150, 8_200, 70_000]
"""Of bodies: on one page, up to where it is full; on a second and a third, with one byte or with all of them."""


@pytest.mark.parametrize("shift", [0, 57, 2**13, 2**40])
def test_records_of_a_table_are_read_as_sqlite_reads_them(tmp_path: Path, shift: int) -> None:
    """A length that is off by one where a page is full would lose every answer of that size."""
    path = tmp_path / "a.sqlite3"
    with closing(made(path, "CREATE TABLE answers (id INTEGER PRIMARY KEY, a, b, c)")) as connection:
        connection.execute("BEGIN")
        for index, length in enumerate(LENGTHS):
            row = (shift + index + 1, WORDS[index % 5], NUMBERS[index % 10], bytes([index % 256]) * length)
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", row)
        connection.execute("COMMIT")
        want = connection.execute("SELECT id, a, b, c FROM answers").fetchall()
    found = first_ways(path, Shape("-tib"))
    assert len({row[1:] for row in want}) == len(want)
    for number, *values in want:
        assert found[None, *values].number == number
        assert found[None, *values].place.log is False


def test_entries_of_an_index_are_read_where_a_page_says_that_it_is_of_one(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    with closing(made(path, "CREATE TABLE a (a, b)", "CREATE INDEX of_a ON a (a, b)")) as connection:
        rows = [("x" * length, number) for number, length in enumerate((1, 60, 900, 1_002, 1_003, 5_000))]
        connection.executemany("INSERT INTO a VALUES (?, ?)", rows)
    found = first_ways(path, Shape("tii"))
    assert {values[:2] for values in found} == set(rows)
    assert {values[2] for values in found} == set(range(1, 7))
    assert {record.number for record in found.values()} == {0}
    assert all(record.place.offset // PAGE > 1 for record in found.values())


def test_types_that_a_record_cannot_have_are_none() -> None:
    shape = Shape("-tb")
    sizes = shape.sizes
    assert sizes(bytes([4, 0, 13, 12])) == [(0, 0), (13, 0), (12, 0)]
    assert sizes(bytes([4, 0, 15, 16])) == [(0, 0), (15, 1), (16, 2)]
    assert sizes(bytes([4, 0, 12, 12])) is None, "bytes for a text"
    assert sizes(bytes([4, 0, 13, 13])) is None, "a text for bytes"
    assert sizes(bytes([4, 0, 11, 12])) is None
    assert sizes(bytes([4, 0, 13, 10])) is None


def test_a_length_that_no_answer_has_is_not_read(tmp_path: Path) -> None:
    """A flipped bit would have gigabytes looked for."""

    def found(length: int) -> list[Record]:
        kind = 12 + 2 * length
        types = b"\0\x0d" + bytes(
            [0x80 | kind >> 21 & 0x7F, 0x80 | kind >> 14 & 0x7F, 0x80 | kind >> 7 & 0x7F]
        )
        header = types + bytes([kind & 0x7F])
        path = tmp_path / "a"
        path.write_bytes(bytes(100) + bytes([1 + len(header)]) + header + bytes(2 * PAGE))
        with Pages(path) as pages:
            return [record for ways in pages.remains(Shape("-tb")) for record in ways]

    (record,) = found(LARGEST - 100)
    assert record.values == (None, ""), "the columns before the one that is not there"
    assert found(LARGEST) == []


def logged(tmp_path: Path) -> tuple[Path, Callable[[int], bytes]]:
    """A long record: 1 in the file, 2 in an old log, 3 in the newest one, 4 in one that was not committed."""
    path, target = tmp_path / "busy.sqlite3", tmp_path / "a.sqlite3"

    def body(number: int) -> bytes:
        return bytes([number]) * 3 * PAGE

    connection = made(path, "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, a, b)")
    connection.execute("INSERT INTO a VALUES (1, 'a', ?)", (body(1),))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute(
        "INSERT INTO a VALUES (2, 'more', ?)", (bytes(40 * PAGE),)
    )  # so that more is left over
    connection.execute("UPDATE a SET b = ? WHERE id = 1", (body(2),))
    connection.execute("PRAGMA wal_checkpoint(FULL)")
    connection.execute(
        "UPDATE a SET b = ? WHERE id = 1", (body(3),)
    )  # a new generation, from the begin of the log
    shutil.copyfile(path, target)
    shutil.copyfile(f"{path}-wal", f"{target}-wal")
    connection.close()
    return target, body


def bodies(path: Path) -> list[list[object]]:
    """For each place where the record with `a` begins, what the ways of reading it give."""
    with Pages(path) as pages:
        found = [list(ways) for ways in pages.remains(Shape("-tb"))]
    return [
        [record.values[2] for record in ways if len(record.values) == 3]
        for ways in found
        if ways and ways[0].values[1:2] == ("a",)
    ]


def test_the_newest_state_of_a_log_is_the_likeliest_and_others_are_had_as_well(tmp_path: Path) -> None:
    """Pages of two states together are an answer that never was."""
    path, body = logged(tmp_path)
    found = bodies(path)
    assert found[0][0] == body(3)
    assert body(2) in [one for ways in found for one in ways]


def test_a_log_whose_head_is_damaged_is_read_by_its_first_frame(tmp_path: Path) -> None:
    path, body = logged(tmp_path)
    log = path.with_name(f"{path.name}-wal")
    data = log.read_bytes()
    log.write_bytes(data[:16] + bytes(8) + data[24:])
    assert bodies(path)[0][0] == body(3)


def test_frames_of_a_transaction_that_did_not_end_do_not_count_as_the_newest(tmp_path: Path) -> None:
    """Killed in the middle of a write: the pages before are those of the last commit."""
    path, body = logged(tmp_path)
    log = path.with_name(f"{path.name}-wal")
    data = bytearray(log.read_bytes())
    frame = PAGE + 24
    salts = data[16:24]
    frames = [at for at in range(32, len(data), frame) if data[at + 8 : at + 16] == salts]
    last = frames[-1]
    assert any(data[last + 4 : last + 8])
    data[last + 4 : last + 8] = bytes(4)
    log.write_bytes(data)
    newest = [ways[0] for ways in bodies(path)]
    assert body(3) not in newest
