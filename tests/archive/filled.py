"""Archives with answers of all sizes, and what is in a file, read by SQLite alone."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from enphase_cloud.archive.answers import Paid, canonical
from enphase_cloud.archive.coverage import Key
from enphase_cloud.archive.store import Store

URL = "https://api.enphaseenergy.com"
PAGE = 4096
BEGAN = 1_700_000_000
WEEK = 604_800
OPERATIONS = ("getProductionMeterTelemetry", "getBatteryTelemetry", "getEnergyLifetime")
ALL = (
    "service, operation, system_id, detail, asked, start, until, final, fetched, status, hits, content_type, size,"
    " body, body_check, check_sum"
)
Row = tuple[object, ...]


def paid(index: int, size: int, chance: random.Random) -> Paid:
    """An answer whose body takes about this many bytes when it is compressed."""
    start = BEGAN + index // len(OPERATIONS) * WEEK
    detail = canonical({"serial_no": str(index)} if index % 5 == 4 else {})
    body = json.dumps({"intervals": chance.randbytes(size // 2).hex(), "number": index}).encode()
    return Paid(
        Key(OPERATIONS[index % len(OPERATIONS)], 1000 + index % 2, detail),
        {"granularity": "week", "start_at": start},
        start,
        start + WEEK,
        start + WEEK,
        start + 30 * WEEK + index,
        200,
        1,
        "application/json",
        body,
    )


def fill(path: Path, count: int, *, largest: int = 40_000, seed: int = 1) -> list[Row]:
    """Make an archive; its rows, in order of arrival. Bodies are of all sizes: on one page, and on many."""
    chance = random.Random(seed)
    store = Store(path, URL)
    listed = json.dumps(
        {"systems": [{"system_id": 1000, "name": "Söller"}, {"system_id": 1001, "name": "b"}]}
    )
    store.know(
        {1000: '{"system_id": 1000, "name": "Söller"}', 1001: '{"system_id": 1001, "name": "b"}'}, BEGAN
    )
    store.keep(
        Paid(
            Key("listSystems", 0, "{}"),
            {},
            BEGAN,
            BEGAN,
            BEGAN,
            BEGAN,
            200,
            1,
            "application/json",
            listed.encode(),
        )
    )
    for index in range(count):
        size = int(largest ** chance.uniform(0.5, 1))
        store.keep(paid(index, size, chance))
    store.close()
    return rows(path)


def rows(path: Path) -> list[Row]:
    """All answers, but for their numbers, in order of arrival."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {ALL} FROM answers ORDER BY id").fetchall()  # noqa: S608


def with_log(source: Path, target: Path, more: int) -> list[Row]:
    """A copy of an archive whose newest answers are in its write-ahead log only; its rows."""
    busy = target.with_name("busy.sqlite3")
    shutil.copyfile(source, busy)
    store = Store(busy, URL)
    chance = random.Random(2)
    for index in range(1000, 1000 + more):
        store.keep(paid(index, 6000, chance))
    shutil.copyfile(busy, target)
    shutil.copyfile(f"{busy}-wal", f"{target}-wal")
    store.close()
    return rows(busy)


def pages_of(path: Path) -> list[set[int]]:
    """For each answer in order of arrival the pages that it is on, counted from 0, as SQLite sees them."""
    data = path.read_bytes()
    found = []
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'answers'").fetchone()
    for leaf in _leaves(data, root):
        offset = (leaf - 1) * PAGE
        for index in range(int.from_bytes(data[offset + 3 : offset + 5])):
            cell = offset + int.from_bytes(data[offset + 8 + 2 * index : offset + 10 + 2 * index])
            length, at = _number(data, cell)
            _, at = _number(data, at)
            found.append({leaf - 1} | set(_chain(data, length, at)))
    return found


def _leaves(data: bytes, page: int) -> list[int]:
    offset = (page - 1) * PAGE
    if data[offset] == 0x0D:
        return [page]
    assert data[offset] == 0x05
    count = int.from_bytes(data[offset + 3 : offset + 5])
    pointers = [
        offset + int.from_bytes(data[offset + 12 + 2 * i : offset + 14 + 2 * i]) for i in range(count)
    ]
    below = [int.from_bytes(data[each : each + 4]) for each in (*pointers, offset + 8)]
    return [leaf for each in below for leaf in _leaves(data, each)]


def _chain(data: bytes, length: int, at: int) -> list[int]:
    if length <= PAGE - 35:
        return []
    least = (PAGE - 12) * 32 // 255 - 23
    here = least + (length - least) % (PAGE - 4)
    at += here if here <= PAGE - 35 else least
    found = []
    while page := int.from_bytes(data[at : at + 4]):
        found.append(page - 1)
        at = (page - 1) * PAGE
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at
