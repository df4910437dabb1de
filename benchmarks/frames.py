"""What DESIGN promises of long series: answers to columns, of us and of what else makes columns of JSON; and memory."""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from benchmarks import columns
from benchmarks.columns import ARROW_JSON, BATTERY, BY_HAND, MICRO, ORJSON_APPENDS, Shape
from benchmarks.tables import LIMITS, OURS, Row, Table
from enphase_cloud import Enphase, Runtime
from enphase_cloud.system import System

WEEK = 604800
NOW = 1_740_000_000  # two years back lies a leap day: 730 days are within the lookback
START = NOW - 730 * 86400
GOAL = 0.35
TURNS = 6
LONG, LONGEST = 0.2, 0.5
"""Seconds from which on a call is made once a turn, and not three times; and once every third turn."""

MISSED = (
    "orjson takes as long for nothing but dicts. Of a json.loads, msgspec takes 0.23 to make structs, 0.08 go"
    " into their fields as lists, 0.04 into seeing that the rows are in order, 0.12 into Arrow's four columns,"
    " 0.03 into what is around each answer; the rest is memory. What the design's figure stands on, structs and"
    " lists by hand, without a look at what comes, is beside it. Tried, and not better: to delete all but the"
    " numbers, to compare what is left without them with the pattern of a row, and to read them as one list, 0.29"
    " before there is a column; to split the text with Arrow's kernels and cast the parts, 0.67; pyarrow.csv,"
    " 0.49; attrgetter or zip for the fields, 0.16 and 0.51 in place of 0.08; sorted, a set, pairwise or Arrow's"
    " kernels for the order, 0.03 to 0.19 in place of 0.04; array.array or pyarrow.array for the numbers, 0.11 and"
    " 0.16 in place of 0.06."
)
TRUSTING = (
    "By hand, nothing is looked at: neither the order and doubles of rows nor what an answer says of itself."
)
THREADS = (
    "pyarrow.json, polars and DuckDB use two processors; the row in processor time has what both worked."
)

KEPT = (
    "Besides the table, ours holds the numbers that came, packed, until all have come: who is interrupted (Ctrl-C, a"
    " cancelled task) reads on without paying twice. And it has called 105 times, and kept the answers."
)

MakeRow = Callable[[int, random.Random], dict[str, Any]]


def micro(end: int, chance: random.Random) -> dict[str, Any]:
    power = chance.randrange(3500)
    return {"end_at": end, "devices_reporting": 15, "powr": power, "enwh": power // 12}


def battery(end: int, chance: random.Random) -> dict[str, Any]:
    reporting = {"devices_reporting": 2}
    energy = {name: {"enwh": chance.randrange(500), **reporting} for name in ("charge", "discharge")}
    return {"end_at": end, **energy, "soc": {"percent": chance.randrange(100), **reporting}}


def weeks(row: MakeRow, step: int, separators: tuple[str, str] = (",", ":")) -> list[bytes]:
    """Two years of answers, a week each, as the service writes them: without spaces."""
    chance = random.Random(5)  # noqa: S311 - some numbers
    answers = []
    for start in range(START, NOW, WEEK):
        end = min(start + WEEK, NOW)
        rows = [row(at, chance) for at in range(start + step, end + 1, step)]
        meta = {"status": "normal", "last_report_at": NOW, "last_energy_at": NOW, "operational_at": START}
        body = {"system_id": 1, "granularity": "week", "total_devices": 15, "start_at": start, "end_at": end}
        body |= {"items": "intervals", "intervals": rows, "meta": meta}
        answers.append(json.dumps(body, separators=separators).encode())
    return answers


class Spent(NamedTuple):
    """The shortest of many runs, in seconds."""

    passed: float
    worked: float
    """By all processors."""


def spent(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, Spent]:
    """What each takes, in turns: what disturbs one disturbs the others."""
    least = dict.fromkeys(calls, Spent(float("inf"), float("inf")))
    for turn in range(turns):
        for name, call in calls.items():
            for _ in range(_times(least[name].passed, turn)):
                passed, worked = time.perf_counter(), time.process_time()
                call()
                passed, worked = time.perf_counter() - passed, time.process_time() - worked
                least[name] = Spent(min(least[name].passed, passed), min(least[name].worked, worked))
    return least


def _times(passed: float, turn: int) -> int:
    """How often a call is made in a turn that has taken so long before."""
    if turn == 0:
        return 1
    return 3 if passed < LONG else 1 if passed < LONGEST else int(turn % 3 == 0)


class Case(NamedTuple):
    """A row of the table."""

    what: str
    shape: Shape
    answers: list[bytes]
    only: tuple[str, ...] = ()
    """Who takes part, where not all do."""
    goal: float | None = None
    why: str = ""

    def spent(self, folder: Path) -> dict[str, Spent]:
        ways = columns.ways(self.shape, self.answers, folder)
        made = {name: way() for name, way in ways.items()}
        for name, table in made.items():
            assert table.schema.equals(made[OURS].schema), f"{name} makes other columns"
            assert table.equals(made[OURS]), f"{name} makes another table"
        made.clear()
        calls = {name: way for name, way in ways.items() if not self.only or name in self.only}
        return spent({**calls, **columns.limits(self.answers)}, TURNS if len(self.answers) > 1 else 8 * TURNS)


def cases() -> Iterator[Case]:
    long = weeks(micro, 300)
    yield Case("a week of production_micro, 2,016 rows, to Arrow", MICRO, long[:1], why=TRUSTING)
    yield Case(
        "two years of production_micro, 210,240 rows, to Arrow",
        MICRO,
        long,
        goal=GOAL,
        why=f"{MISSED} {THREADS}",
    )
    yield Case(
        "the same, where the service writes spaces after `,` and `:`",
        MICRO,
        weeks(micro, 300, (", ", ": ")),
        only=(OURS, BY_HAND, ARROW_JSON, ORJSON_APPENDS),
        why=TRUSTING,
    )
    rows = weeks(battery, 900)
    yield Case("a week of a battery, 672 nested rows, to Arrow", BATTERY, rows[:1], why=TRUSTING)
    yield Case("two years of a battery, 70,080 nested rows, to Arrow", BATTERY, rows)


def decoding() -> Iterator[Row]:
    for case in cases():
        with tempfile.TemporaryDirectory() as folder:
            found = case.spent(Path(folder))
        limit = found["json.loads"]
        passed = {name: each.passed / limit.passed for name, each in found.items()}
        yield Row(case.what, passed, "x json.loads", goal=case.goal, why=case.why)
        if case.goal:
            worked = {name: each.worked / limit.worked for name, each in found.items()}
            yield Row("the same in processor time", worked, "x json.loads")


class Weeks(Runtime):
    """The world in which the service has these answers."""

    def __init__(self) -> None:
        self.wire = httpx.MockTransport(self.answer)
        self.answers = {START + WEEK * n: content for n, content in enumerate(weeks(micro, 300))}

    def time(self) -> float:
        return NOW

    def answer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self.answers[int(request.url.params["start_at"])])


@contextmanager
def site() -> Iterator[System]:
    """A site of that world, whose answers are kept in an archive."""
    with (
        tempfile.TemporaryDirectory() as home,
        Enphase(api_key="a-key", access_token=str(NOW), home=home, runtime=Weeks()) as enphase,
    ):
        yield enphase.system(1, timezone="UTC")


def rows_of(system: System, end: int) -> Any:
    return system.telemetry(
        MICRO.series, datetime.fromtimestamp(START, UTC), datetime.fromtimestamp(end, UTC)
    )


def one_by_one() -> tuple[float, float]:
    """The most that is held while rows are read one by one, in MB: over one week, and over two years."""
    with site() as system:

        def peak(end: int) -> float:
            rows = rows_of(system, end)
            tracemalloc.start()
            began = tracemalloc.get_traced_memory()[0]
            for _ in rows:
                pass
            most = tracemalloc.get_traced_memory()[1] - began
            tracemalloc.stop()
            return most / 1e6

        peak(START + WEEK)
        return peak(START + WEEK), peak(NOW)


def _resident() -> tuple[float, float]:
    """What this process has in memory, and has had at most, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return int(lines["VmRSS"].split()[0]) / 1e3, int(lines["VmHWM"].split()[0]) / 1e3
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return most, most


def added(name: str) -> float:
    """The memory that a process takes at most while it makes the table of two years, beyond what it had before, in MB.

    Before, it has the answers, and has made the table of one week.
    """
    with tempfile.TemporaryDirectory() as folder, site() as system:
        if name == OURS:
            rows_of(system, START + WEEK).to_arrow()
            began = _resident()[0]
            rows = rows_of(system, NOW).to_arrow()
        else:
            answers = weeks(micro, 300)
            (Path(folder) / "week").mkdir()
            columns.ways(MICRO, answers[:1], Path(folder) / "week")[name]()
            way = columns.ways(MICRO, answers, Path(folder))[name]
            began = _resident()[0]
            rows = way()
        assert rows.num_rows == 730 * 288
        return _resident()[1] - began


def memory() -> Iterator[Row]:
    window, years = one_by_one()
    yield Row("one window of production_micro, row by row", {OURS: window}, "MB")
    yield Row(
        "two years of production_micro, row by row: at most one window more",
        {OURS: years},
        "MB",
        goal=2 * window,
    )
    names = [name for name in columns.ways(MICRO, [], Path()) if name not in LIMITS]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as process:
        most = {name: process.submit(added, name).result() for name in names}
    yield Row("the process, while it makes the table of two years", most, "MB", digits=0, why=KEPT)


def tables() -> Iterator[Table]:
    yield Table(
        "Decoding to columns",
        "Answers of a week each, from their bytes to one Arrow table with times, doubles and whole numbers; all tables"
        " are compared, and are equal. Multiples of the time in which `json.loads` makes dicts of the same bytes; all"
        " took turns in one process, and the shortest run of each counts. The peers are what users would write: they"
        " trust the answers to be in order, and as documented. DuckDB reads files.",
        list(decoding()),
    )
    yield Table(
        "Memory for long series",
        "Row by row: the most that Python has allocated, by `tracemalloc`. The table of two years (6.7 MB): the most"
        " that a process of its own has resident while it makes it, beyond what it had before; ours with all that"
        " `to_arrow` does, calls and archive among it, the peers from bytes that they have.",
        list(memory()),
    )


if __name__ == "__main__":
    for each in tables():
        print(each)
