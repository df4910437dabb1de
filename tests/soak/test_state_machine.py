"""Clients, the mock, its clock, faults and crashes in any order: nothing is lost, and nothing is paid twice.

`machine` says what is done and what has to hold; `machine_processes` how a process is killed, `machine_truth` what the
mock knows in the end. The same runs each time, others with `make soak`, which says how they can be had again.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.amounts import PROFILE
from tests.conftest import Found

from . import machine

QUICK = 6
PARTS, RUNS, STEPS = 4, 250, 60
"""A run may end before its last step: with 60 there are more than 50 at the average."""


@pytest.fixture(autouse=True)
def canaries() -> None:
    """In the place of what watches other tests: here each run watches itself, and there are hundreds in a test."""


def test_some_runs(found: Found) -> None:
    run(QUICK, 20, 0, found)
    assert machine.counts.figures["last_syncs"] >= QUICK


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_many_runs(part: int, found: Found) -> None:
    """In parts, so that two of them may run at a time."""
    run(RUNS, STEPS, part, found)
    seen = machine.counts
    assert seen.figures["last_syncs"] >= RUNS
    # a machine that meets no trouble finds nothing
    assert seen.figures["crashes"] > RUNS / 5
    assert len(seen.points) > 6
    assert seen.faults.total() > RUNS


def run(runs: int, steps: int, part: int, found: Found) -> None:
    """So many runs of the machine, and what they came to."""
    seen = machine.counts
    seen.clear()
    drawn = type("Machine", (machine.Machine,), {})
    if PROFILE != "roaming":
        drawn = seed(part)(drawn)
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(drawn, settings=how)
    except AssertionError:
        seen.figures["violations"] += 1
        raise
    finally:
        found(**dict(seen.figures), faults=seen.faults.total())
        found.most(points_of_crashes=len(seen.points), kinds_of_faults=len(seen.faults))
