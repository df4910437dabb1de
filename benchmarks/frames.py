"""What DESIGN promises of long series, measured: two years of answers to an Arrow table, and their rows one by one.

Run it with `make bench`. Ratios are to json.loads of the same bytes in the same run, best of many, taken in turns, in
time that passed and in time of processors; both sides use one thread.

The goal for the table, 0.35, is out of reach of what is done here, as its shares show: of a json.loads, msgspec takes
0.28 to make structs, the columns take 0.09, their order 0.06, the four columns of Arrow 0.16. What else was tried:
pyarrow.json 0.86 (0.44 in time that passed, over two threads); to cut the numbers out of the bytes, check what is left
against the pattern of a row, and read them as one JSON list 0.39 (and 0.16 for Arrow), or with pyarrow.csv 0.49.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pyarrow as pa
from enphase_v4.catalog import TELEMETRY

from enphase_cloud import Enphase, Runtime
from enphase_cloud.flows.decode import Series
from enphase_cloud.flows.windows import window_of
from enphase_cloud.frames import Measured
from enphase_cloud.rows import Problem
from enphase_cloud.transport.messages import Answer

WEEK = 604800
NOW = 1_740_000_000  # two years back lies a leap day: 730 days are within the lookback
START = NOW - 730 * 86400
GOAL = "0.35"

Row = Callable[[int, random.Random], dict[str, Any]]


def micro(end: int, chance: random.Random) -> dict[str, Any]:
    power = chance.randrange(3500)
    return {"end_at": end, "devices_reporting": 15, "powr": power, "enwh": power // 12}


def battery(end: int, chance: random.Random) -> dict[str, Any]:
    reporting = {"devices_reporting": 2}
    energy = {name: {"enwh": chance.randrange(500), **reporting} for name in ("charge", "discharge")}
    return {"end_at": end, **energy, "soc": {"percent": chance.randrange(100), **reporting}}


def weeks(row: Row, step: int) -> list[bytes]:
    """Two years of answers, a week each, as the service writes them."""
    chance = random.Random(5)  # noqa: S311 - some numbers
    answers = []
    for start in range(START, NOW, WEEK):
        end = min(start + WEEK, NOW)
        rows = [row(at, chance) for at in range(start + step, end + 1, step)]
        meta = {"status": "normal", "last_report_at": NOW, "last_energy_at": NOW, "operational_at": START}
        body = {"system_id": 1, "granularity": "week", "total_devices": 15, "start_at": start, "end_at": end}
        body |= {"items": "intervals", "intervals": rows, "meta": meta}
        answers.append(json.dumps(body, separators=(",", ":")).encode())
    return answers


def table(series: str, answers: list[bytes]) -> pa.Table:
    """What `to_arrow` does of each answer, from its bytes on."""
    operation = TELEMETRY[series]
    window = window_of(operation)
    shape = Measured("end", series, tuple(name for name, _ in window.values))
    problems: list[Problem] = []
    pieces: list[pa.RecordBatch] = []
    for content in answers:
        answer = Answer(operation.operation_id, "GET", "", 200, {}, content, "application/json", 1)
        chunk = Series(window, answer, UTC, "", problems).chunk(START, NOW)
        assert chunk is not None
        pieces += shape.pieces([chunk])
    return pa.Table.from_batches(pieces, shape.schema)


def parsed(answers: list[bytes]) -> None:
    for content in answers:
        json.loads(content)


def best(*calls: Callable[[], object], times: int = 15) -> list[tuple[float, float]]:
    """The shortest of many runs of each call: seconds that passed, and seconds of processors."""
    shortest = [(float("inf"), float("inf"))] * len(calls)
    for _ in range(times):
        for index, call in enumerate(calls):
            passed, worked = time.perf_counter(), time.process_time()
            call()
            passed, worked = time.perf_counter() - passed, time.process_time() - worked
            shortest[index] = min(shortest[index][0], passed), min(shortest[index][1], worked)
    return shortest


def tables() -> Iterator[tuple[str, str, str]]:
    for series, row in (("production_micro", micro), ("battery", battery)):
        answers = weeks(row, window_of(TELEMETRY[series]).step_seconds)
        rows = table(series, answers).num_rows
        limit, ours = best(partial(parsed, answers), partial(table, series, answers))
        goal = GOAL if row is micro else ""
        what = f"{series}, two years, {rows:,} rows to Arrow, x json.loads"
        yield what, f"{ours[0] / limit[0]:.2f}", goal
        yield "  the same in processor time", f"{ours[1] / limit[1]:.2f}", ""


class Weeks(Runtime):
    """The world in which the service has these answers."""

    def __init__(self) -> None:
        self.wire = httpx.MockTransport(self.answer)
        self.answers = {START + WEEK * n: content for n, content in enumerate(weeks(micro, 300))}

    def time(self) -> float:
        return NOW

    def answer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self.answers[int(request.url.params["start_at"])])


def memory() -> Iterator[tuple[str, str, str]]:
    """The most that is held while rows are read one by one: over one week, and over two years."""
    with (
        tempfile.TemporaryDirectory() as home,
        Enphase(api_key="a-key", access_token=str(NOW), home=home, runtime=Weeks()) as enphase,
    ):
        system = enphase.system(1, timezone="UTC")

        def peak(end: int) -> float:
            start = datetime.fromtimestamp(START, UTC)
            rows = system.telemetry("production_micro", start, datetime.fromtimestamp(end, UTC))
            tracemalloc.start()
            began = tracemalloc.get_traced_memory()[0]
            for _ in rows:
                pass
            most = tracemalloc.get_traced_memory()[1] - began
            tracemalloc.stop()
            return most / 1e6

        peak(START + WEEK)
        window, all_of_it = peak(START + WEEK), peak(NOW)
    yield "one window of production_micro read row by row, MB at most", f"{window:.2f}", ""
    yield "two years of it, row by row, MB at most", f"{all_of_it:.2f}", f"{2 * window:.2f}"


def main() -> None:
    print(f"Python {sys.version.split()[0]}, pyarrow {pa.__version__}")
    print(f"{'what':<68}{'figure':>8}{'at most':>9}")
    for what, figure, goal in (*tables(), *memory()):
        print(f"{what:<68}{figure:>8}{goal:>9}")


if __name__ == "__main__":
    main()
