"""Archives that were cut off, zeroed and flipped: what comes back was once written, and what is whole comes back."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud import ConfigurationError
from enphase_cloud.archive.answers import Paid
from enphase_cloud.archive.coverage import Doubt, Key
from enphase_cloud.archive.pages import Pages
from enphase_cloud.archive.salvage import Lost, Salvaged, failed, identity, recover, salvage
from enphase_cloud.archive.store import Store
from enphase_cloud.archive.upkeep import rebuild, verify
from tests.tallies import tally

from .filled import ALL, BEGAN, PAGE, URL, Row, fill, pages_of, rows, with_log

ROOT = Path(__file__).parents[2]
FRAME = PAGE + 24
LOG_HEADER = 32
HEADER = 100
"""Bytes of the file's own header."""
MOST_OF_A_FRAME = 8
"""Answers of the sample that a page holds, at most."""
NEW = Paid(Key("getEnergyLifetime", 1, "{}"), {}, 0, 9, 9, BEGAN * 2, 200, 1, "application/json", b'{"a": 1}')


@dataclass(frozen=True)
class Sample:
    """A whole archive: its bytes, those of its log, its answers in order of arrival, and where each of them is."""

    data: bytes
    log: bytes
    rows: list[Row]
    pages: list[set[int]]
    """Of each answer; of an archive with a log, none."""

    def put(self, path: Path) -> Path:
        path.write_bytes(self.data)
        if self.log:
            path.with_name(f"{path.name}-wal").write_bytes(self.log)
        return path

    def safe(self, touched: Iterable[int]) -> list[Row]:
        """The answers that are on none of these pages."""
        damaged = set(touched)
        return [row for row, pages in zip(self.rows, self.pages, strict=True) if not pages & damaged]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    path = tmp_path_factory.mktemp("whole") / "archive.sqlite3"
    written = fill(path, 40)
    found = Sample(path.read_bytes(), b"", written, pages_of(path))
    assert any(len(pages) > 3 for pages in found.pages)
    assert any(len(pages) == 1 for pages in found.pages)
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    path = tmp_path_factory.mktemp("small") / "archive.sqlite3"
    written = fill(path, 6, largest=16_000, seed=5)
    return Sample(path.read_bytes(), b"", written, pages_of(path))


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """One of which some answers are in the log alone, with frames of an older log behind the newer ones."""
    folder = tmp_path_factory.mktemp("logged")
    fill(folder / "whole.sqlite3", 20, seed=3)
    path = folder / "archive.sqlite3"
    written = with_log(folder / "whole.sqlite3", path, 12)
    return Sample(path.read_bytes(), path.with_name(f"{path.name}-wal").read_bytes(), written, [])


def salvaged(path: Path) -> list[Row]:
    """What is had back, in order of arrival."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        Store.migrate(fresh)
        with Pages(path) as pages:
            done = salvage(pages, fresh)
        found = fresh.execute(f"SELECT {ALL} FROM answers ORDER BY id").fetchall()  # noqa: S608
    assert done.kept == len(found)
    return found


def used(path: Path) -> list[Row]:
    """What a client sees that just goes on; afterwards it keeps something, and that is there."""
    store = Store(path, URL)
    found: list[Row] = []
    for system_id in [0, *store.system_ids()]:
        for meta in store.metas(system_id):
            kept = store.body(meta.id)
            if kept is not None:
                found.append((*meta[1:-2], kept.body, *meta[-2:]))
    store.keep(NEW)
    assert any(meta.key == NEW.key for meta in store.metas(1))
    store.close()
    return found


def plain(written: list[Row]) -> set[Row]:
    """The same without their bodies as they are stored: the checksums vouch for those."""
    return {(*row[:13], *row[14:]) for row in written}


def judge(sample: Sample, path: Path, touched: Iterable[int]) -> None:
    """Whatever way it is read: nothing is raised, nothing is invented, and what is untouched is there."""
    found = salvaged(path)
    safe = sample.safe(touched) if sample.pages else []
    count(set(safe) - set(found), set(found) - set(sample.rows))
    assert len(set(found)) == len(found)
    assert set(found) <= set(sample.rows)
    order = {row: place for place, row in enumerate(sample.rows)}
    assert [order[row] for row in found] == sorted(order[row] for row in found)
    assert set(safe) <= set(found)
    try:
        seen = used(path)
    except ConfigurationError as error:
        assert "newer version" in str(error)  # noqa: PT017 - only the number of the version may be changed like this
        return
    assert plain(seen) <= plain(sample.rows)
    rebuilt = rebuild(path)
    left = {row for row in rows(path) if row[1:3] != NEW.key[:2]}
    tally["rows_lost_silently"] += len(set(safe) - left)
    assert left <= set(sample.rows)
    assert set(safe) <= left
    assert rebuilt.answers == len(left) + 1
    assert list(verify(path)) == []


def count(lost: set[Row], invented: set[Row]) -> None:
    """One damaged file more: answers on sound pages that were not had back, and such as were never written."""
    tally["damaged_files"] += 1
    tally["rows_lost_silently"] += len(lost)
    tally["rows_invented"] += len(invented)


def flipped(data: bytes, bits: Iterable[int]) -> bytes:
    found = bytearray(data)
    for bit in bits:
        found[bit // 8] ^= 1 << bit % 8
    return bytes(found)


def of_file(sample: Sample, bits: Iterable[int]) -> tuple[Sample, set[int]]:
    bits = list(bits)
    return Sample(flipped(sample.data, bits), sample.log, sample.rows, sample.pages), {
        bit // 8 // PAGE for bit in bits
    }


def of_log(sample: Sample, log: bytes) -> Sample:
    return Sample(sample.data, log, sample.rows, sample.pages)


soak = pytest.mark.soak
EVERY = pytest.mark.parametrize("every", [5, pytest.param(1, marks=soak)])
"""One page of so many: an odd number, as what becomes of pages alternates."""
PART = pytest.mark.parametrize("part", [3, pytest.param(1, marks=soak)])
"""How much of all cases: a third, or the whole."""


def cuts(sample: Sample, chance: random.Random, every: int) -> list[int]:
    size = len(sample.data)
    inside = (chance.randrange(size) for _ in range(8 if every == 1 else 3))
    return [*range(0, size, PAGE * every), *inside, size - 1, 1, 99, 100]


def test_a_whole_file_gives_back_everything(sample: Sample, logged: Sample, tmp_path: Path) -> None:
    for each in (sample, logged):
        assert salvaged(each.put(tmp_path / "archive.sqlite3")) == each.rows
    assert len(logged.rows) > len(rows(_alone(logged, tmp_path)))  # so the log did matter


def _alone(sample: Sample, folder: Path) -> Path:
    path = folder / "alone.sqlite3"
    path.write_bytes(sample.data)
    return path


@EVERY
def test_a_file_that_was_cut_off(sample: Sample, tmp_path: Path, every: int) -> None:
    """Catches answers that are lost though all their pages are there, between pages and in the middle of them."""
    for number, cut in enumerate(cuts(sample, random.Random(1), every)):
        path = tmp_path / f"{number}.sqlite3"
        path.write_bytes(sample.data[:cut])
        judge(sample, path, range(cut // PAGE, len(sample.data) // PAGE))


@EVERY
def test_a_file_whose_end_was_zeroed(sample: Sample, tmp_path: Path, every: int) -> None:
    """What a power cut leaves: the length is right, and what was to be written last is not there."""
    for number, cut in enumerate(cuts(sample, random.Random(2), every)):
        path = tmp_path / f"{number}.sqlite3"
        path.write_bytes(sample.data[:cut].ljust(len(sample.data), b"\0"))
        judge(sample, path, range(cut // PAGE, len(sample.data) // PAGE))


@EVERY
def test_every_page_that_is_lost_takes_its_own_answers_only(
    sample: Sample, tmp_path: Path, every: int
) -> None:
    """Catches a page walk that needs the root, an interior page, or the index."""
    count = len(sample.data) // PAGE
    others = range(5, count, every)
    for page in (*range(5), *others):  # the first ones are the header's and the roots'
        content = random.Random(page).randbytes(PAGE) if page % 2 else bytes(PAGE)
        path = tmp_path / f"{page}.sqlite3"
        path.write_bytes(sample.data[: page * PAGE] + content + sample.data[(page + 1) * PAGE :])
        judge(sample, path, [page])


def test_single_bits_of_the_file_s_header(sample: Sample, tmp_path: Path) -> None:
    """Catches headers that SQLite takes for something else: read-only, of UTF-16, of another version, empty."""
    chance = random.Random(4)
    # with those that say how it is written and read, the page size, the format, the encoding and the version
    chosen = [16, 17, 18, 19, 20, 31, 35, 39, 44, 47, 56, 59, 60, 63, *chance.sample(range(HEADER), 6)]
    for bit in (
        60 * 8 + 7,
        *(byte * 8 + chance.randrange(8) for byte in chosen),
    ):  # the first is the version's sign
        damaged, touched = of_file(sample, [bit])
        judge(sample, damaged.put(tmp_path / f"{bit}.sqlite3"), touched)


@PART
def test_single_bits_anywhere(sample: Sample, tmp_path: Path, part: int) -> None:
    chance = random.Random(5)
    for number in range(60 // part):
        damaged, touched = of_file(sample, [chance.randrange(len(sample.data) * 8)])
        judge(sample, damaged.put(tmp_path / f"{number}.sqlite3"), touched)


@PART
def test_many_bits_anywhere(sample: Sample, tmp_path: Path, part: int) -> None:
    chance = random.Random(6)
    for number in range(40 // part):
        bits = [chance.randrange(len(sample.data) * 8) for _ in range(2 ** chance.randrange(1, 8))]
        damaged, touched = of_file(sample, bits)
        judge(sample, damaged.put(tmp_path / f"{number}.sqlite3"), touched)


@soak
@pytest.mark.parametrize("part", range(8))
def test_two_bits_of_every_byte(small: Sample, tmp_path: Path, part: int) -> None:
    path = tmp_path / "archive.sqlite3"
    for byte in range(part // 2, len(small.data), 4):
        damaged, touched = of_file(small, [byte * 8 + (byte + 5 * (part % 2)) % 8])
        found = set(salvaged(damaged.put(path)))
        count(set(small.safe(touched)) - found, found - set(small.rows))
        assert set(small.safe(touched)) <= found <= set(small.rows)


@soak
@pytest.mark.parametrize("part", range(8))
def test_every_bit_of_the_header_and_every_page(sample: Sample, tmp_path: Path, part: int) -> None:
    chance = random.Random(part)
    bits = [byte * 8 + part for byte in range(HEADER)]
    bits += [(page * PAGE + chance.randrange(PAGE)) * 8 + part for page in range(len(sample.data) // PAGE)]
    bits += [(page * PAGE + byte) * 8 + part for page in range(len(sample.data) // PAGE) for byte in (3, 4)]
    for number, bit in enumerate(bits):
        damaged, touched = of_file(sample, [bit])
        judge(sample, damaged.put(tmp_path / f"{number}.sqlite3"), touched)


@PART
def test_a_log_that_was_cut_off(logged: Sample, tmp_path: Path, part: int) -> None:
    """What is in the file is there, and what is in the log's whole frames, up to the cut."""
    in_file = set(rows(_alone(logged, tmp_path)))
    chance = random.Random(7)
    size, before = len(logged.log), 0
    for number, cut in enumerate([*range(LOG_HEADER, size, FRAME * 7 * part), size]):
        for place in {cut, min(size, cut + chance.randrange(FRAME))}:
            path = of_log(logged, logged.log[:place]).put(tmp_path / f"{number}-{place}.sqlite3")
            found = set(salvaged(path))
            assert in_file <= found <= set(logged.rows)
            assert len(found) >= before  # a longer log has no less
            judge(logged, path, [])
        before = len(found) if cut == place else before
    assert before == len(logged.rows)


@PART
def test_bits_of_the_log(logged: Sample, tmp_path: Path, part: int) -> None:
    """SQLite ends reading at the first frame that is not whole; those behind it have answers, too."""
    in_file = set(rows(_alone(logged, tmp_path)))
    chance = random.Random(8)
    for number in range(40 // part):
        byte = chance.randrange(LOG_HEADER) if number < 15 // part else chance.randrange(len(logged.log))
        path = of_log(logged, flipped(logged.log, [byte * 8 + chance.randrange(8)])).put(
            tmp_path / f"{number}.sqlite3"
        )
        found = salvaged(path)
        assert in_file <= set(found) <= set(logged.rows)
        assert len(found) >= len(logged.rows) - MOST_OF_A_FRAME
        judge(logged, path, [])


def test_a_log_of_an_empty_file_is_not_thrown_away(logged: Sample, tmp_path: Path) -> None:
    """SQLite removes the log of an empty file, when it opens that."""
    path = Sample(b"", logged.log, logged.rows, []).put(tmp_path / "archive.sqlite3")
    found = salvaged(path)
    assert found
    assert plain(used(path)) == plain(found)


@given(st.binary(max_size=3 * PAGE), st.binary(max_size=2 * FRAME))
def test_any_bytes_whatever(tmp_path_factory: pytest.TempPathFactory, data: bytes, log: bytes) -> None:
    path = Sample(data, log, [], []).put(tmp_path_factory.mktemp("any") / "archive.sqlite3")
    assert salvaged(path) == []


@given(st.data())
def test_any_change_of_any_length(
    tmp_path_factory: pytest.TempPathFactory, sample: Sample, logged: Sample, data: st.DataObject
) -> None:
    """Pieces that are overwritten, taken out, and put in somewhere: of the file, and of the log."""
    whole = data.draw(st.sampled_from([sample, logged]))
    parts = []
    for content in (whole.data, whole.log):
        at = data.draw(st.integers(0, len(content)))
        gone = data.draw(st.integers(0, 3 * PAGE))
        put = data.draw(st.one_of(st.binary(max_size=64), st.integers(0, 2 * PAGE).map(bytes)))
        parts.append(content[:at] + put + content[at + gone :])
    path = Sample(parts[0], parts[1], whole.rows, []).put(tmp_path_factory.mktemp("any") / "archive.sqlite3")
    found = salvaged(path)
    count(set(), set(found) - set(whole.rows))
    assert set(found) <= set(whole.rows)
    assert len(set(found)) == len(found)


def test_what_is_lost_is_told_as_far_as_it_is_known(sample: Sample, tmp_path: Path) -> None:
    """The index says which answers there were, when all that is left of them is that."""
    path = sample.put(tmp_path / "archive.sqlite3")
    lost = [row for row in sample.rows if row not in sample.safe([7, 8])]
    assert lost
    path.write_bytes(sample.data[: 7 * PAGE] + bytes(2 * PAGE) + sample.data[9 * PAGE :])
    done = recover(path)
    assert done is not None
    assert done.kept == len(sample.rows) - len(lost)
    assert done.lost == len(lost)
    assert {(each.system_id, each.operation) for each in done.losses} == {(row[2], row[1]) for row in lost}


def test_what_was_done_is_told_once_with_what_to_do(
    sample: Sample, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[: 12 * PAGE])
    used(path)
    (told,) = [record.getMessage() for record in caplog.records if record.name == "enphase_cloud.archive"]
    (aside,) = path.parent.glob("archive.sqlite3.damaged-*")
    for words in (str(path), "whole answers were taken over", "lost", "next sync", str(aside)):
        assert words in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {each.name for each in tmp_path.iterdir()} == {path.name, aside.name, f"{path.name}.lock"}


LOSSES = tuple(Lost(number, "getBatteryTelemetry", 2) for number in range(1, 8))


@pytest.mark.parametrize(
    ("done", "says"),
    [
        (Salvaged(1), "1 whole answer was taken over, and none is known to be lost."),
        (
            Salvaged(0, (Lost(7, "a", 1),)),
            "no whole answers were taken over, and at least 1 is lost (1 of a of system 7).",
        ),
        (
            Salvaged(3, LOSSES[:5]),
            "3 whole answers were taken over, and at least 10 are lost ("
            + ", ".join(f"2 of getBatteryTelemetry of system {number}" for number in range(1, 6))
            + ").",
        ),
        (Salvaged(3, LOSSES), ", 2 of getBatteryTelemetry of system 5, ...)."),
    ],
)
def test_how_many_are_lost_is_told_in_a_sentence(done: Salvaged, says: str) -> None:
    assert says in str(done)


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (sqlite3.SQLITE_BUSY, "is held by another process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "is held by another process"),
        (sqlite3.SQLITE_LOCKED, "is held by another process"),
        (sqlite3.SQLITE_FULL, "cannot be used: as SQLite says it"),
        (sqlite3.SQLITE_IOERR_READ, "cannot be used: as SQLite says it"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be used: as SQLite says it"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "cannot be used: as SQLite says it"),
        (sqlite3.SQLITE_READONLY, None),
        (sqlite3.SQLITE_CORRUPT, None),
        (sqlite3.SQLITE_NOTADB, None),
        (sqlite3.SQLITE_OK, None),
    ],
)
def test_what_is_not_the_file_s_fault_is_not_mended(
    sample: Sample, tmp_path: Path, code: int, says: str | None
) -> None:
    """A sound archive that another program holds, or a full disk does, would be set aside."""
    path = sample.put(tmp_path / "archive.sqlite3")
    found = failed(path, sqlite_error(code))
    assert (found is None) == (says is None)
    if found is not None:
        assert f"{path}, {says}" in str(found)


def test_damaged_files_have_names_that_tell_when_and_are_all_kept(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    began, names = int(time.time()), []
    for pages in (12, 11, 10):
        path.write_bytes(sample.data[: pages * PAGE])
        path.with_name(f".{path.name}.new-journal").touch()  # of one that was killed
        done = recover(path)
        assert done is not None
        assert done.aside is not None
        names.append(done.aside.name)
        assert done.aside.stat().st_size == pages * PAGE
        assert done.why
        assert done.why != "None"
    stamps = [re.fullmatch(r"archive\.sqlite3\.damaged-(\d{8}T\d{6}Z)(-[23])?", name) for name in names]
    for stamp in stamps:
        assert stamp is not None
        at = datetime.strptime(stamp[1], "%Y%m%dT%H%M%S%z")
        assert began <= at.timestamp() <= time.time()
    assert not list(tmp_path.glob(".archive*"))


def test_three_files_of_one_second_are_numbered(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enphase_cloud.archive.salvage.time.strftime", lambda *_: "now")
    path = tmp_path / "archive.sqlite3"
    for _ in range(3):
        path.write_bytes(sample.data[: 12 * PAGE])
        assert recover(path) is not None
    assert sorted(each.name for each in tmp_path.glob("*.damaged-*")) == [
        f"archive.sqlite3.damaged-now{number}" for number in ("", "-2", "-3")
    ]


@pytest.mark.parametrize(
    ("code", "says"),
    [(sqlite3.SQLITE_BUSY, "is held by another process"), (sqlite3.SQLITE_ERROR, "cannot be used: as")],
)
def test_what_fails_while_a_file_is_mended_is_an_error_that_names_it(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, says: str
) -> None:
    def fails(*_: object) -> None:
        raise sqlite_error(code)

    monkeypatch.setattr("enphase_cloud.archive.salvage.salvage", fails)
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[: 12 * PAGE])
    with pytest.raises(ConfigurationError, match=re.escape(f"{path}, {says}")):
        recover(path)
    assert path.read_bytes() == sample.data[: 12 * PAGE]


def test_what_was_wrong_is_told_in_the_words_of_sqlite(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data.replace(b"CREATE TABLE holes", b"CREATE TABLE halls"))
    path.with_name(f"{path.name}-wal").touch()
    done = recover(path)
    assert done is not None
    assert (done.kept, done.losses) == (len(sample.rows), ())
    assert "malformed database schema" in done.why
    assert not list(tmp_path.glob("*-wal")), "an empty log is nothing to keep"


def test_what_is_lost_is_told_by_the_index_or_else_by_what_is_left(sample: Sample, tmp_path: Path) -> None:
    """The index is believed over a record that is broken; where it is gone, too, the record has the word."""
    path = tmp_path / "archive.sqlite3"
    number = max(range(1, len(sample.rows)), key=lambda each: len(sample.pages[each]))
    row, leaf = sample.rows[number], sample_leaf(sample, number)
    others = sorted(sample.pages[number] - {leaf})
    data = bytearray(sample.data)
    data[others[0] * PAGE + 4 : (others[0] + 1) * PAGE] = bytes(PAGE - 4)  # the body is not what it was
    path.write_bytes(bytes(data))
    done = recover(path, identity(path))
    assert done is not None
    assert done.losses == ((row[2], row[1], 1),)
    for page in range(len(data) // PAGE):
        if data[page * PAGE] in (2, 10):
            data[page * PAGE] = 0
    path.write_bytes(bytes(data))
    done = recover(path)
    assert done is not None
    assert done.losses == ((row[2], row[1], 1),)


def test_the_index_is_believed_over_a_record_that_is_broken(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    _, operation, *_ = sample.rows[1]
    leaf = sample_leaf(sample, 1)
    page = sample.data[leaf * PAGE : (leaf + 1) * PAGE]
    name = str(operation).encode()
    assert name in page
    broken = page.replace(name, name[:-1] + b"X")
    path.write_bytes(sample.data[: leaf * PAGE] + broken + sample.data[(leaf + 1) * PAGE :])
    done = recover(path, identity(path))
    assert done is not None
    assert {each.operation for each in done.losses} == {operation}
    assert done.lost == len(sample.rows) - done.kept == page.count(name)


def test_a_head_that_says_that_it_is_read_only_is_damage(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[:18] + b"\3" + sample.data[19:])
    done = recover(path)
    assert done is not None
    assert (done.kept, done.why) == (len(sample.rows), "attempt to write a readonly database")


def test_an_answer_that_has_another_number_now_is_not_lost(tmp_path: Path) -> None:
    """Catches losses that are told of rows that were only written anew: what is left of the index names the old."""
    path = tmp_path / "archive.sqlite3"
    written = fill(path, 20)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("UPDATE answers SET id = id + 100")
        connection.commit()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE holes", b"CREATE TABLE halls"))
    done = recover(path)
    assert done is not None
    assert (done.kept, done.losses) == (len(written), ())


def test_a_sound_file_is_left_alone(sample: Sample, tmp_path: Path) -> None:
    """Catches a second process that throws away what the first has had back, and what was kept since."""
    path = sample.put(tmp_path / "archive.sqlite3")
    assert recover(path) is None
    path.write_bytes(sample.data[: 12 * PAGE])
    first = recover(path)
    assert isinstance(first, Salvaged)
    assert recover(path) is None
    assert len(rows(path)) == first.kept


def test_processes_that_notice_at_once_do_it_once(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[: 12 * PAGE])
    code = "import sys, pathlib; from enphase_cloud.archive.salvage import recover; "
    code += "sys.stdin.readline(); print(recover(pathlib.Path(sys.argv[1])) is not None)"
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    assert sorted(worker.communicate()[0].strip() for worker in workers) == ["False"] * 3 + ["True"]
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    assert list(verify(path)) == []


STEPS = ("link", "rename", "replace")


@pytest.mark.parametrize("step", STEPS)
def test_what_stops_an_exchange_loses_nothing(
    logged: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A disk that fails, or a process that dies, at each step: it is done again, from what is there."""
    whole = logged.put(tmp_path / "archive.sqlite3")
    with whole.open("r+b") as file:
        file.truncate(3 * PAGE)
    want = salvaged(whole)

    class StoppedError(Exception):
        pass

    def stop(*_: object) -> None:
        raise StoppedError

    with monkeypatch.context() as patch:
        if step == "link":
            patch.setattr("os.link", stop)
        else:
            patch.setattr(Path, step, stop)
        with pytest.raises(StoppedError):
            recover(whole)
    assert not list(tmp_path.glob(".*.new*"))
    assert recover(whole) is not None
    assert rows(whole) == want if step != "replace" else set(rows(whole)) <= set(want)
    everywhere = {
        row
        for path in tmp_path.glob("*.damaged-*")
        if not path.name.endswith("-wal")
        for row in salvaged(path)
    }
    assert everywhere == set(want)


def test_a_disk_without_links(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[: 12 * PAGE])
    done = recover(path)
    assert done is not None
    assert done.aside is not None
    assert done.aside.stat().st_size == 12 * PAGE
    assert list(verify(path)) == []


def test_a_full_disk_is_an_error_that_names_the_file_and_leaves_it(sample: Sample, tmp_path: Path) -> None:
    """Catches a damaged file that is set aside though nothing can take its place."""
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[: 12 * PAGE])
    code = "import sys, pathlib, resource; from enphase_cloud.archive.salvage import recover\n"
    code += "from enphase_cloud import ConfigurationError\n"
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))\n"
    code += "try: recover(pathlib.Path(sys.argv[1]))\n"
    code += "except ConfigurationError as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert str(path) in done.stdout
    assert "free some space" in done.stdout
    assert path.read_bytes() == sample.data[: 12 * PAGE]
    assert {each.name for each in tmp_path.iterdir()} <= {
        path.name,
        *(f"{path.name}{suffix}" for suffix in (".lock", "-wal", "-shm")),
    }


def test_a_page_that_the_disk_does_not_read_counts_as_gone(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample.put(tmp_path / "archive.sqlite3")
    from enphase_cloud.archive import pages

    real = pages._read

    def failing(file: object, offset: int, size: int) -> bytes:
        if offset // PAGE == 7:
            return bytes(size)
        return real(file, offset, size)  # type: ignore[arg-type]

    monkeypatch.setattr(pages, "_read", failing)
    assert set(sample.safe([7])) <= set(salvaged(path)) < set(sample.rows)


def test_a_link_to_another_s_page_takes_nothing_of_it(sample: Sample, tmp_path: Path) -> None:
    """Catches a repair by removing what is damaged: SQLite gives all pages of an answer away that it is led to."""
    number, pages = max(enumerate(sample.pages), key=lambda each: len(each[1]))
    first, other = min(pages - {sample_leaf(sample, number)}), sample_leaf(sample, 0)
    data = bytearray(sample.data)
    data[first * PAGE : first * PAGE + 4] = (other + 1).to_bytes(4)
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(data)
    judge(sample, path, [first])
    assert len(salvaged(path)) == len(
        sample.rows
    )  # with what was kept, and without the answer that is broken


def sample_leaf(sample: Sample, number: int) -> int:
    """The page on which an answer begins: the one that others begin on, or that nothing else tells apart."""
    return next(page for page in sorted(sample.pages[number]) if sample.data[page * PAGE] == 0x0D)


def test_what_is_in_doubt_stays_so(tmp_path: Path) -> None:
    """Catches answers that are taken for final, as nothing says any more that some of their rows may come late."""
    path = tmp_path / "archive.sqlite3"
    fill(path, 10)
    store = Store(path, URL)
    doubts = [Doubt(10, 20, 99, False), Doubt(30, 40, 99, True)]
    store.keep(NEW._replace(until=50, final=50), doubts=doubts)
    store.close()
    before = path.read_bytes()
    path.write_bytes(before[: 2 * PAGE] + bytes(PAGE) + before[3 * PAGE :])
    assert recover(path) is not None
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT system_id, start, until, at, lasting FROM doubts").fetchall()
    assert found == [(1, 10, 20, 99, 0), (1, 30, 40, 99, 1)]


def test_old_copies_are_had_back_once(tmp_path: Path) -> None:
    """Pages that were freed, and logs that were written back, still hold what was in them."""
    path = tmp_path / "archive.sqlite3"
    written = fill(path, 60)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM answers WHERE id > 30")
        connection.commit()
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO answers ({ALL}) VALUES ({', '.join('?' * 16)})",  # noqa: S608
            written[30:45],
        )
        connection.commit()
    found = salvaged(path)
    assert len(found) == len(set(found))
    assert set(written[:45]) <= set(found) <= set(written)


def test_a_copy_beside_it_is_not_touched(sample: Sample, tmp_path: Path) -> None:
    """Catches a repair that writes through a link to a backup."""
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(sample.data[: 12 * PAGE])
    shutil.copyfile(path, tmp_path / "backup")
    used(path)
    assert (tmp_path / "backup").read_bytes() == sample.data[: 12 * PAGE]
