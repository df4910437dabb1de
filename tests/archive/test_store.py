"""What the archive's file says of answers, systems and holes: of one service, of one system, of the newest."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud.archive.answers import Hole, Paid
from enphase_cloud.archive.coverage import Doubt, Key
from enphase_cloud.archive.settling import AGAIN, LATEST, SETTLING
from enphase_cloud.archive.store import Store, _whole
from enphase_cloud.transport.sqlite_file import DamagedError

from .filled import fill, with_log

NOW, STEP, DAY = 1_795_190_400, 900, 86400
BATTERY, METER = Key("getBatteryTelemetry", 7, "{}"), Key("getProductionMeterTelemetry", 8, "{}")
HERE, THERE = "https://api.enphaseenergy.com", "http://127.0.0.1:8000"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    found = Store(path, HERE)
    yield found
    found.close()


def paid(key: Key, number: int, **more: Any) -> Paid:
    body = json.dumps({"number": number}).encode()
    start = NOW - (9 - number) * DAY
    found = Paid(key, {"start_at": start}, start, start + DAY, start, NOW, 200, 1, "application/json", body)
    return found._replace(**more)


def test_where_there_is_no_file_nothing_is_kept_and_none_is_made(store: Store, path: Path) -> None:
    assert (store.told(), store.systems(), store.holes(), store.system_ids()) == ({}, {}, [], [])
    assert (store.newest(BATTERY), store.metas(7), store.coverage(BATTERY, NOW).pieces) == (None, [], [])
    assert store.coverage(BATTERY, NOW, alone=True).alone
    assert not path.exists()


def test_each_service_and_system_has_its_own(store: Store, path: Path) -> None:
    other = Store(path, THERE)
    hole = Hole(BATTERY, NOW - DAY, NOW, "failed call", "503", NOW)
    for number in range(3):
        store.keep(paid(BATTERY, number))
        other.keep(paid(BATTERY, number + 3))
    store.keep(paid(METER, 6))
    store.note_holes(BATTERY, NOW - DAY, NOW, [hole])
    store.know({7: '{"name": "a"}', 8: '{"name": "b"}', 9: "[]"}, NOW - 5)
    other.know({7: '{"name": "c"}'}, NOW)
    try:
        assert (store.system_ids(), other.system_ids()) == ([7, 8], [7])
        assert store.told() == {7: (NOW - 5, {"name": "a"}), 8: (NOW - 5, {"name": "b"})}
        assert other.told() == {7: (NOW, {"name": "c"})}
        assert store.systems(8) == {8: {"name": "b"}}
        assert (store.holes(), other.holes()) == ([hole], [])
        newest = store.newest(BATTERY)
        assert newest is not None
        kept = store.body(newest.id)
        assert kept == (200, "application/json", b'{"number": 2}')
        assert newest.key == BATTERY
        assert store.newest(BATTERY._replace(detail='{"serial_no": "1"}')) is None
        assert [json.loads(each.asked)["start_at"] for each in store.metas(7)] == [
            NOW - (9 - number) * DAY for number in range(3)
        ]
        assert store.body(99) is None
    finally:
        other.close()


def test_answers_are_fresh_whoever_does_not_say_since_when(store: Store) -> None:
    store.keep(paid(BATTERY, 1, fetched=1))
    (piece,) = store.coverage(BATTERY, NOW).pieces
    assert piece.until - piece.start == DAY
    assert store.coverage(BATTERY, NOW, fresh_since=1).pieces == []


@pytest.mark.parametrize(
    ("last", "ago", "silent"),
    [
        (NOW - 9 * DAY, 0, True),
        (NOW - SETTLING - 1, 0, True),
        (NOW - SETTLING, 0, False),
        (NOW - 9 * DAY, SETTLING - 1, True),
        (NOW - 9 * DAY, SETTLING, False),
        (1, 0, True),
        (0, 0, False),
        (None, 0, False),
        ("long ago", 0, False),
    ],
)
def test_a_system_is_silent_since_its_last_report_as_it_was_last_told(
    store: Store, last: Any, ago: int, silent: bool
) -> None:
    """It may be back: who asks the service does not believe it for longer than two days, who does not, for good."""
    fetched = NOW - ago
    store.keep(paid(BATTERY, 1))
    store.know({7: json.dumps({"last_report_at": last}), 8: "{}"}, fetched)
    told = (last, fetched) if silent else None
    assert store.coverage(BATTERY, NOW).silence == told
    alone = (last, fetched) if isinstance(last, int) and 0 < last < fetched - SETTLING else None
    assert store.coverage(BATTERY, NOW, alone=True).silence == alone
    assert store.coverage(METER, NOW).silence is None
    assert store.coverage(BATTERY._replace(system_id=9), NOW).silence is None


def test_who_reads_does_not_wait_for_who_writes(store: Store, path: Path) -> None:
    """A sync writes for hours: a notebook beside it would be told that the archive is held."""
    store.keep(paid(BATTERY, 1))
    store.know({7: "{}"}, NOW)
    (meta,) = store.metas(7)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.told()
        assert store.systems()
        assert store.newest(BATTERY) == meta
        assert store.system_ids() == [7]
        assert store.metas(7) == [meta]
        assert store.holes() == []
        assert store.body(meta.id)
        assert store.coverage(BATTERY, NOW).pieces
        other.execute("ROLLBACK")


def test_the_log_of_a_file_that_was_emptied_is_read(path: Path) -> None:
    """SQLite would remove it when it opens the file."""
    whole, copy = path.with_name("whole"), path.with_name("copy")
    fill(whole, 5)
    rows = with_log(whole, copy, 4)
    copy.write_bytes(b"")
    store = Store(copy, HERE)
    assert 4 <= sum(len(store.metas(system_id)) for system_id in store.system_ids()) <= len(rows)
    store.close()


def aside(path: Path) -> int:
    return len(list(path.parent.glob("*.damaged-*")))


def test_a_head_that_says_that_it_is_read_only_is_mended(store: Store, path: Path) -> None:
    store.keep(paid(BATTERY, 1))
    (meta,) = store.metas(7)
    store.close()
    data = path.read_bytes()
    path.write_bytes(data[:18] + b"\3" + data[19:])
    again = Store(path, HERE)
    again.keep(paid(BATTERY, 2))
    assert again.metas(7)[0].check_sum == meta.check_sum
    assert (len(again.metas(7)), aside(path)) == (2, 1)
    again.close()


def test_a_table_that_is_gone_is_made_anew_around_the_answers(store: Store, path: Path) -> None:
    """Statements that are known to be right do not fail for another reason."""
    store.keep(paid(BATTERY, 1))
    before = store.coverage(BATTERY, NOW).pieces
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TABLE doubts")
    assert [piece[:2] for piece in store.coverage(BATTERY, NOW).pieces] == [piece[:2] for piece in before]
    assert aside(path) == 1


def test_what_is_in_doubt_is_asked_for_when_it_is_due_until_it_is_too_old(store: Store) -> None:
    start = NOW - 9 * DAY
    answer = paid(BATTERY, 0, start=start, until=start + DAY, final=start + DAY, fetched=start + DAY)
    hole = Doubt(start + STEP, start + 2 * STEP, start + DAY, lasting=False)
    store.keep(answer, doubts=[hole])
    sound = [(start, hole.start, True), (hole.until, start + DAY, True)]
    unsure = [sound[0], (hole.start, hole.until, False), sound[1]]

    def pieces(now: int) -> list[tuple[int, int, bool]]:
        found = store.coverage(BATTERY, now, fresh_since=now).pieces
        return [(piece.start, piece.until, piece.sure) for piece in found]

    again = hole.at + max(AGAIN, hole.at - hole.until)
    assert pieces(again - 1) == unsure
    assert pieces(again) == sound
    assert pieces(hole.until + LATEST - 1) == sound
    assert pieces(hole.until + LATEST) == [(start, start + DAY, True)]
    store.keep(answer._replace(start=hole.start, fetched=again))
    assert pieces(again) == [(start, hole.start, True), (hole.start, start + DAY, True)]


def test_a_number_of_another_type_is_not_what_was_written(store: Store) -> None:
    """Catches an answer that is taken for one that was checked before, as 1 is equal to 1.0."""
    store.keep(paid(BATTERY, 1, hits=1))
    (meta,) = store.metas(7)
    assert _whole([tuple(meta)]) == [meta]
    flipped = meta._replace(hits=1.0)  # type: ignore[arg-type]
    assert flipped == meta
    with pytest.raises(DamagedError):
        _whole([tuple(flipped)])
