"""A fleet on the Partner plan in virtual time: what it costs, and whether that grows in straight lines.

The client is ours as it is, with its plan, ledger and archive on a disk; the service is `benchmarks/fleet.py`, in the
same process. `python -m benchmarks.scale` prints what `make bench` writes; with `--full` it also does ten thousand
systems for real, some minutes more. `--reckon` writes what is reckoned into docs/scale.md, and measures nothing.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import paper
from benchmarks.export import measured
from benchmarks.fleet import DAY, NOW, SIX, YEARS, Fleet, rows
from benchmarks.peers import ROOT
from benchmarks.tables import OURS, Row, Table
from enphase_cloud import Archive, Enphase
from enphase_cloud.sync import run

DOCUMENT = ROOT / "docs" / "scale.md"
MARKS = ("<!-- reckoned -->", "<!-- end -->")
PACE = paper.PER_MINUTE / (paper.seconds(2 * paper.PER_MINUTE))
"""Hits a second that the plan allows in the long run."""


class Case(NamedTuple):
    """A fleet, and what is done with it, in a process of its own: its memory is that of the process."""

    systems: int
    days: int
    series: int
    """So many of SIX; 0: all that a sync finds by itself."""
    daily: int = 1
    """Syncs after the first, a day each."""
    dies_at: int | None = None
    """At this call of the first sync the process dies; another one goes on."""
    every: int = 1
    """Days between the syncs."""
    only_list: bool = False
    """Nothing is fetched but the list of systems: what a fleet is going to cost is reckoned."""


def ran(case: Case, home: str) -> dict[str, Any]:
    """What came of a case."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.scale", "--one", json.dumps([*case]), home],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        told, _ = process.communicate()
    if process.returncode and case.dies_at is None:
        raise RuntimeError(f"{case} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(told) if told else {}
    return found


def one(case: Case, home: str) -> dict[str, Any]:
    """The case itself."""
    names = SIX[: case.series]
    run.MOST_WORKERS = (
        1  # virtual time moves on while one of several waits: calls of the others would seem late
    )
    fleet = Fleet(case.systems, case.days)
    for year in range(0 if case.only_list else YEARS):
        for series in names or SIX:
            rows(series, year, fleet.start)
    fleet.dies_at = case.dies_at
    order: dict[str, Any] = {"since": datetime.fromtimestamp(NOW - case.days * DAY, UTC)}
    order |= {"series": names} if names else {}
    found: dict[str, Any] = {"began_mb": _memory()}
    for day in range(case.daily + 1):
        fleet.runtime.now = max(fleet.runtime.now, NOW + day * case.every * DAY)
        with Enphase(
            api_key="key", access_token=str(NOW), home=home, plan="partner", runtime=fleet.runtime
        ) as it:
            if case.only_list:
                it.sync(max_hits=paper.pages(case.systems), **order)
            plan, took = _worked(lambda it=it: it.plan_sync(**order))
            sync = {"planned": plan.hits, "plan_seconds": took, "cost_usd": plan.cost_usd}
            if not case.only_list:
                calls, answering, passed = fleet.calls, fleet.seconds, time.perf_counter()
                done, took = _worked(lambda it=it: it.sync(**order))
                sync |= {
                    "calls": fleet.calls - calls,
                    "hits": done.hits,
                    "complete": done.complete,
                    "rows": done.rows,
                    "cpu": took - (fleet.seconds - answering),
                    "wall": time.perf_counter() - passed,
                    "virtual": done.seconds,
                }
            sync |= {"used": it.quota.month.used}
        found["fill" if day == 0 else "daily"] = sync
    with Archive(home) as archive:
        contents, took = _worked(archive.contents)
        found |= {
            "listed": len(contents),
            "list_seconds": took,
            "answers": sum(each.answers for each in contents),
        }
    found["bytes"] = (Path(home) / "archive.sqlite3").stat().st_size
    found["ledger"] = (Path(home) / "ledger.sqlite3").stat().st_size
    found["mb"] = _memory()
    return found


def _worked(call: Any) -> tuple[Any, float]:
    began = time.process_time()
    result = call()
    return result, time.process_time() - began


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


class Line(NamedTuple):
    """How a quantity grows with another: a straight line, and how far from it."""

    slope: float
    deviation: float
    """The largest distance from it, in percent of the largest figure."""
    growth: float
    """What a unit costs in the last step, beside one from the first to the last: more than 1 where that grows."""


def line(found: Sequence[tuple[float, float]]) -> Line:
    """Through figures (x, y), by least squares."""
    count = len(found)
    mean_x, mean_y = (sum(each[axis] for each in found) / count for axis in (0, 1))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in found) / sum((x - mean_x) ** 2 for x, _ in found)
    far = max(abs(y - mean_y - slope * (x - mean_x)) for x, y in found)
    (x0, y0), (x1, y1), (x2, y2) = found[0], found[-2], found[-1]
    return Line(slope, 100 * far / max(y for _, y in found), (y2 - y1) / (x2 - x1) / ((y2 - y0) / (x2 - x0)))


AXES: dict[str, list[Case]] = {
    "systems": [Case(n, 7, 2) for n in (50, 100, 200, 400)],
    "days": [Case(4, n, 2) for n in (91, 182, 364, 728)],
    "series": [Case(20, 28, n) for n in (1, 2, 3, 4, 5, 6)],
}
"""What grows; the rest stands still."""
STRAIGHT, GROWTH = 5.0, 1.2
"""The goals: percent from a straight line, and what the last unit may cost of an average one."""
_GROWS: tuple[tuple[str, str, Callable[[dict[str, Any]], float], int], ...] = (
    ("hits of the first sync", "hits", lambda it: it["fill"]["hits"], 3),
    ("archive", "kB", lambda it: it["bytes"] / 1e3, 1),
    ("processor time of the first sync", "ms", lambda it: it["fill"]["cpu"] * 1e3, 2),
    ("processor time of a day's sync", "ms", lambda it: it["daily"]["cpu"] * 1e3, 2),
)
"""What grows with it: its name, its unit, where it is found, and its digits."""


def lines() -> Iterator[Table]:
    found_all: list[tuple[Case, dict[str, Any]]] = []
    for axis, cases in AXES.items():
        found = []
        for case in cases:
            with tempfile.TemporaryDirectory() as home:
                found.append((case, ran(case, home)))
        found_all += found
        of_axis = [float(getattr(case, axis)) for case, _ in found]
        drawn = []
        for what, unit, pick, shown in _GROWS:
            if axis != "systems" and what.endswith("a day's sync"):
                continue  # it has nothing to do with the days; of the series there are too few to tell
            drawn.append(
                (what, unit, line([(x, pick(it)) for x, (_, it) in zip(of_axis, found, strict=True)]), shown)
            )
        unit_of = axis.removesuffix("s") if axis != "series" else axis
        table = []
        for what, unit, it, digits in drawn:
            why = _WHY.get((axis, what), "")
            table.append(Row(f"{what}: for each {unit_of}", {OURS: it.slope}, unit, "", digits=digits))
            table.append(
                Row(
                    f"{what}: largest distance from the line",
                    {OURS: it.deviation},
                    "%",
                    goal=STRAIGHT,
                    why=why,
                    digits=1,
                )
            )
            if axis == "series" and unit != "hits":
                continue  # series are unlike: a last one says nothing
            table.append(
                Row(f"{what}: a last unit beside an average one", {OURS: it.growth}, "x", goal=GROWTH)
            )
        steps = ", ".join(f"{getattr(case, axis):,}" for case in cases)
        rest = {
            "systems": "7 days of 2 series",
            "days": "2 series of 4 systems",
            "series": "28 days of 20 systems",
        }
        yield Table(
            f"Scale: {axis}",
            f"{axis.title()}: {steps}; {rest[axis]}. Each case in a process of its own.",
            table,
        )
    for every in (5, 7):
        case = Case(20, 7, 2, every=every)
        with tempfile.TemporaryDirectory() as home:
            found_all.append((case, ran(case, home)))
    yield _checked(found_all)


_WHY = {
    ("series", "archive"): "series are unlike: a row of a battery has three values, one of a meter one.",
    (
        "series",
        "processor time of the first sync",
    ): "series are unlike: a row of a battery has three values, one of a meter one.",
    (
        "days",
        "processor time of the first sync",
    ): "each call looks through what is kept of its series already, some"
    " 5 µs for each answer; tried: one JSON encoder for all checksums, and each of them reckoned once, which made a"
    " first sync of two years a sixth quicker. Two years are 105 answers; a daily sync"
    " adds one a day, and `enphase archive compact` takes the superseded ones out.",
}


def _checked(found: Sequence[tuple[Case, dict[str, Any]]]) -> Table:
    """Where paper and simulation differ: nowhere, is the goal."""
    hits = sum(
        abs(it["fill"]["hits"] - paper.first_fill(case.systems, case.series, case.days)) for case, it in found
    )
    hits += sum(
        abs(it["daily"]["hits"] - paper.upkeep(case.systems, case.series, case.every)) for case, it in found
    )
    calls = sum(abs(it[sync]["calls"] - it[sync]["hits"]) for _, it in found for sync in ("fill", "daily"))
    used = sum(abs(it["daily"]["used"] - it["fill"]["hits"] - it["daily"]["hits"]) for _, it in found)
    plans = sum(abs(it["daily"]["planned"] - it["daily"]["hits"]) for _, it in found)
    paces = [
        abs(it[sync]["virtual"] - paper.seconds(it[sync]["hits"]))
        for _, it in found
        for sync in ("fill", "daily")
    ]
    return Table(
        "Scale: paper and simulation",
        f"The {len(found)} fleets above, each with a first sync and one a day later, or 5 or 7: the formulas"
        " of docs/scale.md beside what the service was asked.",
        [
            Row("hits: formula less result", {OURS: hits}, "hits", goal=0, digits=0),
            Row("hits: service less result", {OURS: calls}, "hits", goal=0, digits=0),
            Row("hits: ledger less result", {OURS: used}, "hits", goal=0, digits=0),
            Row("hits: estimate less result, of a day's sync", {OURS: plans}, "hits", goal=0, digits=0),
            Row(
                "time by the plan's pace: formula less result, at most",
                {OURS: max(paces)},
                "s",
                goal=1,
                digits=1,
            ),
        ],
    )


def known(full: bool) -> Iterator[Table]:
    """What is known before anything is paid for."""
    found = []
    for systems in (500, 1000, 2000, *((10_000,) if full else ())):
        with tempfile.TemporaryDirectory() as home:
            found.append((systems, ran(Case(systems, 730, 6, daily=0, only_list=True), home)))
    drawn = line([(systems, it["fill"]["plan_seconds"]) for systems, it in found])
    largest, last = found[-1]
    wrong = sum(abs(it["fill"]["planned"] + paper.pages(n) - paper.first_fill(n, 6, 730)) for n, it in found)
    yield Table(
        "Scale: an estimate of a fleet",
        f"`enphase sync --dry-run --since` two years back, six series, up to {largest:,} systems, of which the list is"
        " kept, and nothing else.",
        [
            Row(f"to reckon {largest:,} systems", {OURS: last["fill"]["plan_seconds"]}, "s", ""),
            Row("for each system", {OURS: drawn.slope * 1e3}, "ms", ""),
            Row("a last unit beside an average one", {OURS: drawn.growth}, "x", goal=GROWTH),
            Row(
                "memory above the start, for each system",
                {OURS: (last["mb"] - last["began_mb"]) * 1e3 / largest},
                "kB",
                "",
            ),
            Row("hits: formula less estimate", {OURS: wrong}, "hits", goal=0, digits=0),
        ],
    )


def resumed(systems: int) -> Iterator[Table]:
    """A process that is killed in the middle of a first sync, and another that goes on."""
    case = Case(systems, 7, 2)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as calm:
        ran(case._replace(dies_at=systems), home)
        after = ran(case, home)
        whole = ran(case, calm)
    before = systems - 1
    again = before + after["fill"]["hits"] - paper.first_fill(systems, 2, 7)
    each = [it["fill"]["cpu"] / it["fill"]["hits"] for it in (after, whole)]
    yield Table(
        "Scale: killed and resumed",
        f"7 days of 2 series of {systems:,} systems; the process is killed at call {systems:,}, and another one"
        " goes on. One call was under way.",
        [
            Row("hits that are made again", {OURS: again}, "hits", goal=1, digits=0),
            Row(
                "a call after it, beside one of a sync that was left in peace",
                {OURS: each[0] / each[1]},
                "x",
                goal=GROWTH,
            ),
        ],
    )


def found_by_itself() -> Iterator[Table]:
    """A sync without a choice."""
    case = Case(20, 28, 0)
    with tempfile.TemporaryDirectory() as home:
        it = ran(case, home)
    each = (it["daily"]["hits"] - paper.pages(20)) / 20
    stated = next(kept.each for kept in paper.UPKEEPS if kept.command == "enphase sync")
    wrong = abs(it["daily"]["hits"] - paper.upkeep(20, stated))
    yield Table(
        "Scale: all that a home has",
        "`enphase sync` of 20 homes with a production and a consumption meter and a battery, a day after the first.",
        [
            Row("hits of a home and day", {OURS: each}, "hits", "", digits=0),
            Row("hits: formula less result", {OURS: wrong}, "hits", goal=0, digits=0),
            Row("of a first sync of 28 days", {OURS: it["fill"]["hits"] / 20}, "hits", "", digits=1),
        ],
    )


def machine(full: bool) -> Iterator[Table]:
    """What one process and one file bear."""
    case = Case(10_000, 7, 1) if full else Case(300, 28, 2)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as to:
        it = ran(case, home)
        count, took, memory = measured(Path(home), Path(to) / "all.parquet")
    kept = it["fill"]["rows"] + it["daily"]["rows"]
    fill = it["fill"]
    per_call = fill["cpu"] / fill["hits"]
    per_row = it["bytes"] / kept
    yield Table(
        "Scale: one machine",
        f"{case.systems:,} systems, {case.days} days of {case.series} series, and a day's sync after it; one process,"
        " its archive on a local disk, flushed at each answer.",
        [
            Row("hits of the first sync", {OURS: fill["hits"]}, "hits", "", digits=0),
            Row("virtual time of it", {OURS: fill["virtual"] / 3600}, "h", ""),
            Row("processor time of a call", {OURS: per_call * 1e3}, "ms", ""),
            Row(
                "the share of a core that the plan's pace takes",
                {OURS: 100 * per_call * PACE},
                "%",
                goal=20,
                digits=1,
            ),
            Row(
                "calls a second, as fast as it goes",
                {OURS: fill["hits"] / fill["wall"]},
                "calls",
                "more",
                goal=PACE,
                digits=0,
            ),
            Row("rows a second", {OURS: fill["rows"] / fill["wall"]}, "rows", "more", digits=0),
            Row(
                "rows a day, in millions, at the plan's pace",
                {OURS: fill["rows"] / fill["hits"] * PACE * DAY / 1e6},
                "M",
                "",
            ),
            Row("archive, bytes a row", {OURS: per_row}, "B", "", digits=1),
            Row("two years of a series, in the archive", {OURS: per_row * 730 * 96 / 1e6}, "MB", ""),
            Row(
                "ten thousand systems, six series, two years",
                {OURS: per_row * 730 * 96 * 60_000 / 1e9},
                "GB",
                "",
                digits=0,
            ),
            Row("the ledger", {OURS: it["ledger"] / 1e3}, "kB", goal=1000, digits=0),
            Row(
                "memory of the process above its start", {OURS: it["mb"] - it["began_mb"]}, "MB", "", digits=0
            ),
            Row(
                "to list what is archived, of a million rows",
                {OURS: it["list_seconds"] / kept * 1e6},
                "s",
                "",
            ),
            Row("to export a million rows to Parquet", {OURS: took / count * 1e6}, "s", ""),
            Row("memory of the export", {OURS: memory}, "MB", "", digits=0),
        ],
    )


def tables() -> Iterator[Table]:
    full = "--full" in sys.argv
    yield from lines()
    yield from known(full)
    yield from resumed(2000 if full else 200)
    yield from found_by_itself()
    yield from machine(full)


def written(document: str, reckoned: str) -> str:
    """The document with this between its marks."""
    first, end = (document.index(mark) for mark in MARKS)
    return f"{document[: first + len(MARKS[0])]}\n\n{reckoned}\n{document[end:]}"


def main() -> None:
    if "--reckon" in sys.argv:
        DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), paper.text()), "utf-8")
        return
    for table in tables():
        print(table, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(Case(*json.loads(sys.argv[2])), sys.argv[3])))
    else:
        main()
