"""Eight processes on one ledger, some of them killed: the service never counts too much, and little is left unused."""

from __future__ import annotations

import json
import os
import random
import selectors
import struct
import subprocess
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.plan import Plan
from enphase_cloud.transport.quota import month_of
from tests.conftest import Found
from tests.paths import ROOT

HERE = Path(__file__).parent
NOW = 1_782_000_000.0  # 2026-06-21 00:00 UTC
JULY = 1_782_864_000.0
LATENCY = 1.5
"""Seconds between a booking and the moment at which the service counts it, at the most."""
TOGETHER = 0.2
"""Seconds: those who are due within them wake at the same moment, and get in each other's way."""
PROCESSES = 8


@dataclass(frozen=True)
class Kind:
    """What a process believes that it may do."""

    per_minute: int = 10
    per_month: int = 1000
    reserve_minute: int = 0
    reserve_month: int = 0


@dataclass(eq=False)
class Worker:
    """A process, and when it is due; due None: it is at work."""

    kind: Kind
    process: subprocess.Popen[str]
    due: float | None = None


@dataclass
class Run:
    """Virtual time, and what the service counted in it."""

    folder: Path
    kinds: Sequence[Kind]
    seed: int
    kills: float = 0.0
    """Chance that a worker is killed when it is woken."""
    start: float = NOW
    counted: list[float] = field(default_factory=list)
    """When the service counted a call."""
    by: Counter[Kind] = field(default_factory=Counter)
    killed: int = 0

    def __post_init__(self) -> None:
        self.ledger = self.folder / "ledger.sqlite3"
        self.clock = self.folder / "clock"
        self.random = random.Random(self.seed)
        self.now = self.start
        self.workers: list[Worker] = []

    def until(self, end: float) -> None:
        """Let all of them work until then, or until nobody has anything to do before it."""
        self._advance(self.start)
        with ExitStack() as stack:
            self.selector = stack.enter_context(selectors.DefaultSelector())
            stack.callback(self._stop)
            for kind in self.kinds:
                self._begin(kind)
            while True:
                self._settle()
                first = min(worker.due for worker in self.workers if worker.due is not None)
                if first >= end:
                    return
                self._advance(first + self.random.uniform(0, TOGETHER))
                self._wake()

    def _advance(self, now: float) -> None:
        self.now = now
        self.clock.write_bytes(struct.pack("d", now))

    def _begin(self, kind: Kind) -> None:
        files = [str(HERE / "quota_worker.py"), str(self.ledger), str(self.clock)]
        command = [sys.executable, *files, json.dumps(vars(kind)), str(self.random.randrange(10**9))]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        worker = Worker(kind, process)
        self.workers.append(worker)
        assert process.stdout is not None
        self.selector.register(process.stdout, selectors.EVENT_READ, worker)

    def _settle(self) -> None:
        """Hear everybody who is at work, until all sleep."""
        while any(worker.due is None for worker in self.workers):
            for key, _ in self.selector.select():
                self._hear(key.data)

    def _hear(self, worker: Worker) -> None:
        assert worker.process.stdout is not None
        line = worker.process.stdout.readline()
        what, _, value = line.partition(" ")
        if what == "sent":
            latency = self.random.uniform(0, LATENCY)
            self.counted.append(float(value) + latency)
            self.by[worker.kind] += 1
            worker.due = self.now + latency
        elif what == "sleep":
            worker.due = self.now + float(value)
        elif what == "until":
            worker.due = float(value)
        else:
            msg = f"a worker ended: {worker.process.wait()}"
            raise AssertionError(msg)

    def _wake(self) -> None:
        due = [worker for worker in self.workers if worker.due is not None and worker.due <= self.now]
        for worker in due:
            assert worker.process.stdin is not None
            worker.due = None
            worker.process.stdin.write("\n")
        for worker in due:
            if self.random.random() < self.kills:
                self._kill(worker)

    def _kill(self, worker: Worker) -> None:
        """At some moment of its work. What it has said by then was sent; what it had booked only was not."""
        with selectors.SelectSelector() as waiting:  # others count in whole milliseconds
            assert worker.process.stdout is not None
            waiting.register(worker.process.stdout, selectors.EVENT_READ)
            if waiting.select(self.random.uniform(0, 0.0004)):
                return
        worker.process.kill()
        worker.process.wait()
        self.killed += 1
        self.workers.remove(worker)
        self.selector.unregister(worker.process.stdout)
        rest = worker.process.stdout.read()
        if rest.startswith("sent"):
            self.counted.append(float(rest.split()[1]) + LATENCY)
            self.by[worker.kind] += 1
        self._close(worker)
        self._begin(worker.kind)

    def _stop(self) -> None:
        for worker in self.workers:
            worker.process.kill()
            worker.process.wait()
            self._close(worker)

    @staticmethod
    def _close(worker: Worker) -> None:
        for pipe in (worker.process.stdin, worker.process.stdout):
            assert pipe is not None
            pipe.close()

    def booked(self) -> int:
        """Hits in the ledger, of the month of the present."""
        ledger = Ledger(self.ledger, "somebody", lambda: 0.5)
        used = ledger.quota(Plan(), self.now).month.used
        ledger.close()
        return used


def windows(counted: Sequence[float]) -> Iterator[int]:
    """How many calls a service with a sliding minute sees at each call."""
    ordered = sorted(counted)
    for index, at in enumerate(ordered):
        yield index + 1 - bisect_left(ordered, at - 60)


def most_in_a_minute(counted: Sequence[float]) -> int:
    """The same of the clock's minutes and of any sixty seconds."""
    return max(*windows(counted), *Counter(int(at // 60) for at in counted).values())


def months(counted: Sequence[float]) -> Counter[int]:
    return Counter(map(month_of, counted))


def over(counted: Sequence[float], per_month: int, per_minute: int = 10) -> int:
    """How many calls a service would have refused: whose minute slides or is the clock's, and in its months."""
    sliding = sum(each > per_minute for each in windows(counted))
    fixed = sum(max(0, each - per_minute) for each in Counter(int(at // 60) for at in counted).values())
    return max(sliding, fixed) + sum(max(0, each - per_month) for each in months(counted).values())


def wear_out(folder: Path, seed: int, rounds: int = 1, kills: float = 0.02) -> Run:
    """A month's allowance, used up at the pace of the minute; whoever is killed is replaced."""
    run = Run(folder, [Kind(per_month=1000 * rounds)] * PROCESSES, seed, kills)
    run.until(JULY)
    counted = sorted(run.counted)
    print(
        f"counted {len(counted)} of {1000 * rounds}, killed {run.killed}, most in a minute "
        f"{most_in_a_minute(counted)}, used of the minutes {rate(counted):.2%}"
    )
    return run


def rate(counted: Sequence[float]) -> float:
    """The part of ten a minute that was used, up to the last call."""
    ordered = sorted(counted)
    return (len(ordered) - 10) / (ordered[-1] - ordered[0]) * 6


def check(run: Run, per_month: int, found: Found) -> None:
    found(hits=len(run.counted), hits_over_a_quota=over(run.counted, per_month), kills=run.killed)
    usable = min(rate(run.counted), len(run.counted) / per_month)
    found.least(percent_of_the_allowance_usable=round(100 * usable, 2))
    assert most_in_a_minute(run.counted) <= 10
    assert rate(run.counted) >= 0.95
    assert 0.95 * per_month <= len(run.counted) <= per_month
    assert run.booked() == per_month


def test_eight_processes_use_a_months_allowance_and_no_more(tmp_path: Path, found: Found) -> None:
    run = wear_out(tmp_path, seed=1)
    assert run.killed >= 5
    check(run, 1000, found)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_kills(tmp_path: Path, seed: int, found: Found) -> None:
    run = wear_out(tmp_path, seed, rounds=5)
    assert run.killed >= 50
    check(run, 5000, found)


def test_a_kill_at_any_point_of_a_booking_leaves_a_whole_ledger(tmp_path: Path, found: Found) -> None:
    command = [sys.executable, str(HERE / "quota_kills.py"), str(tmp_path / "ledger.sqlite3")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    points, lost = map(int, done.stdout.split())
    assert points > 50
    assert 0 < lost < points  # hits that were booked and not sent: those after the commit
    found(kills=points)


def test_a_months_end_gives_no_call_to_the_wrong_month(tmp_path: Path, found: Found) -> None:
    run = Run(tmp_path, [Kind(per_month=100)] * PROCESSES, seed=7, start=JULY - 330)
    run.until(JULY + 1200)
    found(hits=len(run.counted), hits_over_a_quota=over(run.counted, 100))
    assert months(run.counted)[month_of(JULY) - 1] in (59, 60)
    assert 90 <= months(run.counted)[month_of(JULY)] <= 100
    assert most_in_a_minute(run.counted) <= 10


def test_the_last_moments_of_a_month_count_in_both(tmp_path: Path, found: Found) -> None:
    """The month has a minute's worth left when it ends, and the next allows no more than that."""
    run = Run(tmp_path, [Kind(per_month=10)] * PROCESSES, seed=8, start=JULY - 1)
    run.until(JULY + 1200)
    found(hits=len(run.counted), hits_over_a_quota=over(run.counted, 10))
    assert max(months(run.counted).values()) <= 10


def test_a_reserve_is_left_to_others(tmp_path: Path) -> None:
    """Six long jobs, and then two people who come when the jobs have taken what they may."""
    job = Kind(per_month=100, reserve_minute=4, reserve_month=30)
    run = Run(tmp_path, [job] * 6, seed=9)
    run.until(NOW + 1000)
    assert run.by == {job: 70}
    assert most_in_a_minute(run.counted) <= 6
    people = Run(tmp_path, [job] * 6 + [Kind(per_month=100)] * 2, seed=10, start=NOW + 1000)
    people.until(NOW + 2000)
    assert people.by == {Kind(per_month=100): 30}
    assert most_in_a_minute([*run.counted, *people.counted]) <= 10


def test_each_keeps_to_its_own_plan(tmp_path: Path) -> None:
    small, large = Kind(per_minute=5, per_month=60), Kind(per_minute=10, per_month=200)
    run = Run(tmp_path, [small] * 4 + [large] * 4, seed=11)
    run.until(NOW + 1800)
    assert most_in_a_minute(run.counted) <= 10
    assert run.by[small] <= 60
    assert len(run.counted) == 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_two_threads_that_fork_at_the_same_moment_do_not_wait_for_each_other(home: Path) -> None:
    home.mkdir(parents=True)
    forks = "ignore:This process:DeprecationWarning"  # Python 3.12 and later warn of each
    command = [sys.executable, "-W", forks, "-m", "tests.transport.quota_threads_that_fork", str(home)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (0, "")
