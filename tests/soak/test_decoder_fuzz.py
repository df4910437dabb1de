"""Whatever bytes come, a decoder gives a result or an error of ours, soon, and without taking much memory.

A bounded fuzz: the answers are made of the documented ones by `fuzzing.py`, the same for each seed. Each way on which
bytes come in has its cases. What failed once has a test beside what failed, and is tried each time.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from enphase_v4.catalog import OPERATIONS, TELEMETRY
from enphase_v4.types import Model, read_json

from enphase_cloud import Archive, EnphaseError, GapReason, Plan, Retry
from enphase_cloud.archive.answers import Paid, canonical, check_sum
from enphase_cloud.archive.coverage import Key
from enphase_cloud.archive.store import COLUMNS, FILE, Store
from enphase_cloud.errors import error_from
from enphase_cloud.flows import decode
from enphase_cloud.flows.decode import Series
from enphase_cloud.flows.windows import window_of
from enphase_cloud.rows import LAST_EPOCH, Problem
from enphase_cloud.transport.body import Judgement, judge
from enphase_cloud.transport.grant import Grant
from enphase_cloud.transport.messages import Answer, endpoint
from enphase_cloud.transport.oauth import judged
from enphase_cloud.transport.retry import Reply
from tests.canaries import Watch as Canaries
from tests.conftest import Found
from tests.facade.asking import DAY, USES, House
from tests.facade.test_mutated_examples import BEGAN, EXAMPLES, placed
from tests.facade.worlds import HOST, NOW, SyncMode, World

from .fuzzing import CONTENT_TYPES, TEXTS, Fuzz, bomb

SECONDS, SECONDS_FOR_A_BYTE = 3.0, 2e-5
"""Of processor time that a case may take: on a slow machine, with others beside us."""
MEMORY, MEMORY_FOR_A_BYTE = 8 * 2**20, 100
"""Bytes that a case may take at its peak: `{},` is one of the document's rows, with all that it does not have."""
MOST_CALLS = 200
"""Of one case."""
JSON = "application/json"


class Watch:
    """Runs cases one after the other, and notes what each took, and what came out of it that should not."""

    def __init__(self, name: str, seed: int) -> None:
        self.chance = Fuzz(f"{name} {seed}")
        self.cases = 0
        self.faults: list[str] = []
        self.seconds = 0.0
        self.memory = 0

    def case(self, label: str, body: bytes, work: Callable[[], object], *, stands_for: int = 0) -> object:
        """What a decoder makes of a body; None where it refuses it in our words."""
        self.cases += 1
        tracemalloc.reset_peak()
        held, began = tracemalloc.get_traced_memory()[0], time.process_time()
        result, fault = None, ""
        try:
            result = work()
        except EnphaseError as error:
            if not str(error).strip():
                fault = f"{type(error).__name__} without a word"
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"[:300]
        seconds, memory = time.process_time() - began, tracemalloc.get_traced_memory()[1] - held
        size = max(len(body), stands_for)
        self.seconds, self.memory = max(self.seconds, seconds), max(self.memory, memory)
        if seconds > SECONDS + SECONDS_FOR_A_BYTE * size:
            fault = fault or f"took {seconds:.1f} s"
        if memory > MEMORY + MEMORY_FOR_A_BYTE * size:
            fault = fault or f"took {memory / 2**20:.0f} MiB for {size} bytes"
        if fault:
            self.fault(label, body, fault)
        return result

    def fault(self, label: str, body: bytes, fault: str) -> None:
        self.faults.append(f"{label}, case {self.cases}: {fault}\n    {body[:400]!r} ({len(body)} bytes)")


@contextmanager
def watching(name: str, seed: int, found: Found) -> Iterator[Watch]:
    watch = Watch(name, seed)
    logging.disable()  # pytest would keep a line for each call
    tracemalloc.start()
    try:
        yield watch
    finally:
        tracemalloc.stop()
        logging.disable(logging.NOTSET)
    assert not watch.faults, "\n".join([f"{len(watch.faults)} faults", *watch.faults[:20]])
    found(cases=watch.cases, bare_exceptions=len(watch.faults))
    found.most(milliseconds_for_one=round(1000 * watch.seconds), mb_for_one=round(watch.memory / 2**20, 1))


def cases(quick: int, deep: int, seeds: int = 2) -> pytest.MarkDecorator:
    """So many cases in `make test`, and for each of so many other seeds in `make soak`."""
    return pytest.mark.parametrize(
        ("seed", "count"),
        [(0, quick), *(pytest.param(seed, deep, marks=pytest.mark.soak) for seed in range(1, seeds + 1))],
    )


class Wire(World):
    """Answers each call alike, and counts them."""

    def __init__(self) -> None:
        super().__init__(self.answer)
        self.status = 200
        self.headers: dict[bytes, bytes] = {}
        self.pieces: list[bytes] = []

    def answers(self, body: bytes | list[bytes], status: int = 200, **headers: str | bytes) -> None:
        self.wire.requests.clear()
        self.waits.clear()
        self.now = NOW
        self.pieces, self.status = [body] if isinstance(body, bytes) else body, status
        self.headers = {
            name.replace("_", "-").encode(): value
            if isinstance(value, bytes)
            else value.encode("latin-1", "replace")
            for name, value in headers.items()
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(self.status, headers=list(self.headers.items()), stream=Pieces(self.pieces))


class Pieces(httpx.SyncByteStream):
    """A body as it comes from a wire."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


@contextmanager
def asking(**more: Any) -> Iterator[tuple[Wire, House]]:
    """A house, and the wire on which it asks; no limit is in its way."""
    wire = Wire()
    mode = SyncMode(wire, **{"plan": Plan(), "retry": Retry(attempts=1), **more})
    try:
        yield wire, House(mode, mode.client.system(1, timezone="UTC"))
    finally:
        mode.close()


def used(operation_id: str, house: House, wire: Wire, watch: Watch, body: bytes) -> object:
    house.problems.clear()

    def use() -> object:
        return repr(USES[operation_id](house))

    result = watch.case(operation_id, body, use)
    if len(wire.wire.requests) > MOST_CALLS:
        watch.fault(operation_id, body, f"asked {len(wire.wire.requests)} times")
    return result


# ---------------------------------------------------------------------------------------- answers of each operation


@cases(2, 120, seeds=4)
def test_answers(seed: int, count: int, found: Found) -> None:
    """All operations, as they are used: through the client, from the wire to what a reader sees."""
    shown = {name: [placed(name, each) for each in EXAMPLES[name]] for name in USES}
    with watching("answers", seed, found) as watch, asking() as (wire, house):
        for operation_id in USES:
            for _ in range(count):
                body = watch.chance.body(watch.chance.choice(shown[operation_id]))
                told = JSON if watch.chance.random() < 0.8 else watch.chance.choice(CONTENT_TYPES)
                wire.answers(
                    body, watch.chance.choice((200, 200, 200, 201, 202, 204, 206, 299)), content_type=told
                )
                used(operation_id, house, wire, watch, body)


def parsed(operation_id: str, status: int, body: bytes, told: str) -> object:
    """What the generated package reads; None where it says what was wrong with which status."""
    try:
        return endpoint(operation_id).parse(status, body, told)
    except ValueError as error:
        if str(status) in str(error):
            return None
        raise


@cases(2, 150)
def test_models(seed: int, count: int, found: Found) -> None:
    """The generated package by itself: a model, or a ValueError; and nothing that came is lost."""
    with watching("models", seed, found) as watch:
        for operation_id in OPERATIONS:
            for _ in range(count):
                body = watch.chance.body(watch.chance.choice(EXAMPLES[operation_id]))
                status = watch.chance.choice((200, 200, 202, 401, 429, 461, 500, 999, 0))
                told = watch.chance.choice((JSON, JSON, "text/event-stream", *CONTENT_TYPES))

                model = watch.case(operation_id, body, partial(parsed, operation_id, status, body, told))
                if (
                    isinstance(model, Model)
                    and operation_id != "getLiveData"
                    and judge(body) is Judgement.DATA
                ):
                    written = json.dumps(model.to_dict(), sort_keys=True)
                    if written != json.dumps(read_json(body), sort_keys=True):
                        watch.fault(operation_id, body, "another document was written than was read")


# --------------------------------------------------------------------------------------------- series, fast and slow


def read_series(operation_id: str, body: bytes) -> tuple[Any, ...]:
    """All that is read of an answer of a series: its bounds, its rows, and what is wrong with it."""
    window = window_of(OPERATIONS[operation_id])
    answer = Answer(operation_id, "GET", "/", 200, {}, body, JSON, 1)
    problems: list[Problem] = []
    series = Series(window, answer, ZoneInfo("Australia/Lord_Howe"), "", problems)
    chunk = series.chunk(0, LAST_EPOCH)
    rows = (
        None if chunk is None else (chunk.keys, [[repr(each) for each in column] for column in chunk.columns])
    )
    facts = (series.start, series.end, series.dated, series.total_devices, series.last_energy_at)
    return (
        *facts,
        series.last_report_at,
        series.never_reported,
        series.reaches(BEGAN + DAY // 2),
        rows,
        problems,
    )


@cases(15, 700)
def test_series(seed: int, count: int, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the fast reader reads, the tolerant one reads alike."""
    fast = vars(decode)["lean"]
    quick = 0
    with watching("series", seed, found) as watch:
        for operation in TELEMETRY.values():
            operation_id = operation.operation_id
            shown = [placed(operation_id, each) for each in EXAMPLES[operation_id]]
            for _ in range(count):
                body = watch.chance.body(watch.chance.choice(shown))
                results = []
                for reader in (fast, lambda *_: None):
                    taken: list[object] = []

                    def noted(*given: Any, reader: Any = reader, taken: list[object] = taken) -> Any:
                        taken.append(reader(*given))
                        return taken[-1]

                    monkeypatch.setattr(decode, "lean", noted)
                    results.append(watch.case(operation_id, body, partial(read_series, operation_id, body)))
                    quick += taken[-1:] != [None]
                if results[0] != results[1]:
                    watch.fault(operation_id, body, f"read as\n    {results[0]} and as\n    {results[1]}")
    assert quick > count, "the fast reader took hardly any"


# --------------------------------------------------------------------------------------------------- the live stream


@cases(30, 3_000)
def test_streams(seed: int, count: int, found: Found) -> None:
    """Events in any pieces."""
    events = [each.get("data", each) for each in EXAMPLES["getLiveData"]]
    with watching("streams", seed, found) as watch, asking() as (wire, house):
        for _ in range(count):
            chance = watch.chance
            end = chance.choice((b"\n\n", b"\r\n\r\n", b"\r\r", b"\n"))
            parts = [
                chance.choice((b"data: ", b"data:", b"", b": x\n", b"event: a\nid: \0\ndata: "))
                + chance.body(chance.choice(events))
                + end
                for _ in range(chance.choice((1, 2, 3, 30)))
            ]
            body = b"".join(parts)
            told = "text/event-stream" if chance.random() < 0.9 else chance.choice(CONTENT_TYPES)
            wire.answers(
                list(chance.pieces(body)), chance.choice((200, 200, 200, 466, 552)), content_type=told
            )
            used("getLiveData", house, wire, watch, body)


# -------------------------------------------------------------------------------------------- tokens, errors, headers

GRANTED = {
    "access_token": "canary-new-access",
    "token_type": "bearer",
    "refresh_token": "canary-new-refresh",
    "expires_in": 86_393,
    "scope": "read write",
    "enl_uid": "217",
    "enl_cid": "5340",
    "enl_password_last_changed": "1508174918",
    "is_internal_app": False,
    "app_type": "system",
    "jti": "5e8b7d33",
}
REFUSALS: tuple[Any, ...] = (
    {"error": "invalid_grant", "error_description": "Invalid refresh token"},
    {"message": "Not Authorized", "details": ["User is not authorized", "x"], "code": 401},
    {"reason": "429", "message": ["Too many requests"]},
    {
        "message": "Usage limit exceeded",
        "details": "Usage limit exceeded for plan Watt",
        "code": 429,
        "period": "minute",
        "period_start": NOW,
        "period_end": NOW + 60,
        "limit": 10,
    },
    {"errorCode": 7, "errorMessages": ["Invalid", "Requested date is in the future"]},
    {
        "error": {"code": 466, "message": "gateway", "status": "NO", "details": [{"a": 1}]},
        "timestamp_epoch": 1,
    },
)
WAITS = (
    *("0", "1", "60", "-1", "1e999", "nan", "9" * 400, "1.5", "soon", "", " ", "١٢", "0x10", "1,2"),
    *("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 60000 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"),
    *(
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Wed, 99 Foo 2026 25:61:61 XYZ",
        "2026-10-21",
        "Thu, 1 Jan 1970 00:00:00",
    ),
    *("\0", "x" * 100_000, "Wed, " * 9_999),
)


@cases(100, 8_000)
def test_token_answers(seed: int, count: int, found: Found, canaries: Canaries, home: Path) -> None:
    """Tokens, or an error in our words; it is given back, as a traceback would show the answer.

    What is a token in one case is an odd word in another: each case is searched for its own secrets.
    """
    with watching("tokens", seed, found) as watch:
        for _ in range(count):
            chance = watch.chance
            status, shown = 200, GRANTED
            if chance.random() < 0.3:
                status, shown = chance.choice((200, 400, 401, 429, 500, 302)), chance.choice(REFUSALS)
            body = chance.body(shown)
            reply = Reply(status, {}, body)
            given = watch.case("tokens", body, partial(judged, reply, NOW))
            if not isinstance(given, Grant | EnphaseError):
                watch.fault("tokens", body, f"is {given!r}")
            for shown_secret in canaries.found(home):
                watch.fault("tokens", body, shown_secret)
            canaries.secrets.clear()
            canaries.seen.clear()


@cases(80, 4_000)
def test_refusals(seed: int, count: int, found: Found) -> None:
    """Bodies and headers of what is not 2xx, as a client meets them; no wait is longer than its patience."""
    patience = Retry(attempts=2)
    with watching("refusals", seed, found) as watch, asking(retry=patience) as (wire, house):
        for _ in range(count):
            chance = watch.chance
            body = chance.body(chance.choice(REFUSALS))
            status = chance.choice(
                (400, 401, 403, 404, 408, 418, 422, 429, 429, 429, 466, 499, 500, 503, 552, 600, 999, 302)
            )
            headers: dict[str, str | bytes] = {
                "content_type": chance.choice(CONTENT_TYPES),
                "retry_after": chance.choice(WAITS),
                "date": chance.choice(WAITS),
                "location": chance.choice(TEXTS).encode("utf-8", "surrogatepass"),
                "x_ratelimit_remaining": chance.choice(WAITS),
            }
            wire.answers(body, status, **headers)
            used("getSystemSummary", house, wire, watch, body)
            if sum(wire.waits) > patience.budget:
                watch.fault("refusal", body, f"waited {wire.waits} with {headers}")
            told = {name.replace("_", "-"): str(value) for name, value in headers.items()}
            watch.case(
                "error_from",
                body,
                partial(error_from, "GET", "/", status, told, body, now=NOW),
            )


@cases(60, 2_500)
def test_encodings(seed: int, count: int, found: Found) -> None:
    """Compressed, damaged, and said to be what it is not."""
    shown = placed("getBatteryTelemetry", EXAMPLES["getBatteryTelemetry"][0])
    with watching("encodings", seed, found) as watch, asking() as (wire, house):
        for _ in range(count):
            chance = watch.chance
            body = chance.body(shown)
            bits = chance.choice((15, 31, -15))
            press = zlib.compressobj(chance.randrange(10), zlib.DEFLATED, bits)
            sent = press.compress(body) + press.flush()
            if chance.random() < 0.5:
                sent = chance.damaged(sent)
            told = chance.choice(
                ("gzip", "deflate", "x-gzip", "identity", "br", "gzip, gzip", "GZIP", "", "\xff")
            )
            wire.answers(list(chance.pieces(sent)), content_type=JSON, content_encoding=told)
            used("getBatteryTelemetry", house, wire, watch, body)


@pytest.mark.parametrize("gibibytes", [10, pytest.param(100, marks=pytest.mark.soak)])
def test_a_bomb_is_put_out(gibibytes: int, found: Found) -> None:
    """10 MiB that stand for 10 GiB take no more than the longest answer that is read."""
    sent = bomb(gibibytes * 2**10)
    assert len(sent) > gibibytes * 2**20
    with watching("bomb", 0, found) as watch, asking() as (wire, house):
        for operation_id in ("getSystemSummary", "getBatteryTelemetry", "getLiveData"):
            told = "text/event-stream" if operation_id == "getLiveData" else JSON
            pieces = [sent[at : at + 2**16] for at in range(0, len(sent), 2**16)]  # as a network gives them
            wire.answers(pieces, content_type=told, content_encoding="gzip")
            watch.case(operation_id, b"", partial(USES[operation_id], house), stands_for=2**20)


# ------------------------------------------------------------------------------------------------------ the archive


@cases(30, 1_000)
def test_what_is_kept(seed: int, count: int, found: Found, home: Path) -> None:
    """A body that nobody can read is kept with the others; the archive alone gives what its first reader got."""
    series = {
        "getBatteryTelemetry": "battery",
        "getEnergyImportTelemetry": "energy_import",
        "listSystemEvents": "",
    }
    shown = {name: [placed(name, each) for each in EXAMPLES[name]] for name in series}
    with watching("kept", seed, found) as watch, asking(archive=True) as (wire, house):
        for number in range(count):
            chance = watch.chance
            operation_id = chance.choice(list(series))
            body = chance.body(chance.choice(shown[operation_id]))
            wire.answers(body, content_type=JSON)
            day = datetime.fromtimestamp(BEGAN, UTC)
            with Archive(home, HOST, runtime=wire) as archive:
                seen = []
                for client in (house.client, archive):
                    system = client.system(number + 1, timezone="UTC")
                    ask = (
                        system.telemetry(series[operation_id], day, day + timedelta(days=1), on_error="gap")
                        if series[operation_id]
                        else system.events(day, day + timedelta(days=1), on_error="gap")
                    )
                    rows = watch.case(operation_id, body, ask.to_list)
                    seen.append((repr(rows), ask.gaps if rows else None))
            # An answer that ends where it began contradicts itself: its rows are handed on, and it covers nothing.
            contradicted = any(gap.reason is GapReason.FAILED for gap in seen[0][1] or ())
            if seen[0] != seen[1] and seen[0][0] not in ("[]", "None") and not contradicted:
                watch.fault(operation_id, body, f"read as\n    {seen[0]} and as\n    {seen[1]}")


@cases(8, 600)
def test_what_a_disk_did(seed: int, count: int, found: Found, home: Path) -> None:
    """Compressed bodies that are none, with checksums that fit, as nothing but a mistake of ours would leave them."""
    with watching("disk", seed, found) as watch:
        for _ in range(count):
            chance = watch.chance
            body = chance.body(EXAMPLES["getBatteryTelemetry"][0])
            stored = zlib.compress(body)
            for _ in range(chance.randrange(3)):
                stored = chance.damaged(stored)
            path = home / FILE
            with closing(Store(path, HOST)) as store:
                asked = {"start_at": BEGAN, "granularity": "day"}
                key = Key("getBatteryTelemetry", 1, canonical({}))
                store.keep(Paid(key, asked, BEGAN, BEGAN + DAY, BEGAN + DAY, NOW, 200, 1, JSON, body))
            _put(path, stored)
            with Archive(home, HOST, runtime=World(lambda _: httpx.Response(500))) as archive:
                day = datetime.fromtimestamp(BEGAN, UTC)
                rows = archive.system(1, timezone="UTC").telemetry("battery", day, day + timedelta(days=1))
                watch.case("disk", body, rows.to_list)
            for each in home.iterdir():
                each.unlink()


def _put(path: Path, stored: bytes) -> None:
    """Put another body into the one answer, with checksums that fit."""
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM answers").fetchone()  # noqa: S608
        checked = zlib.crc32(stored)
        connection.execute(
            "UPDATE answers SET body = ?, body_check = ?, check_sum = ?",
            (stored, checked, check_sum([*columns, checked])),
        )
