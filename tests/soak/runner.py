"""Runs proofs one after another, each as a process of its own that ends in time, with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.paths import ROOT

from .proof import Commands, Outcome, Proof, combined

GRACE_S = 10.0
"""For a process that was told to end."""


def run(proof: Proof, logs: Path) -> Outcome:
    """Run one, and judge it. What it printed is kept in `logs` where it is broken or short."""
    began = time.monotonic()
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{proof.slug}.log"
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as output:
        figures = Path(folder, "figures")
        environment = {
            **os.environ,
            "COVERAGE_FILE": str(Path(folder, "coverage")),
            **proof.environment,
        }
        broken = None
        for words in proof.step.commands(figures):
            left = proof.longest - (time.monotonic() - began)
            status = finished(words, environment, output.fileno(), left)
            if status is None:
                broken = f"ended after {proof.longest} s"
                break
            if status:
                broken = f"ended with {status}"
        try:
            found = combined(proof.step.notes(figures))
        except ValueError as error:
            found, broken = {}, str(error)
    outcome = Outcome(proof, found, time.monotonic() - began, broken)
    if broken and isinstance(proof.step, Commands) and outcome.short and broken.startswith("ended with"):
        # it judges as well: to say once that it is short is enough
        outcome = Outcome(proof, found, outcome.seconds)
    if outcome.held:
        log.unlink()
    elif outcome.broken:
        where = log.relative_to(ROOT) if log.is_relative_to(ROOT) else log
        outcome = Outcome(proof, found, outcome.seconds, f"{outcome.broken}, see {where}")
    return outcome


def finished(words: list[str], environment: dict[str, str], output: int, seconds: float) -> int | None:
    """How a program ended; None: it did not, in time."""
    with started(words, environment, output) as process:
        try:
            return process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def started(words: list[str], environment: dict[str, str], output: int) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a group of its own. Whatever happens, nothing of it is left: tests start servers and workers."""
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        ended(process)


def ended(process: subprocess.Popen[bytes]) -> None:
    """Ask once, as Ctrl-C does, and then no more."""
    if process.poll() is None:
        _tell(process, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(GRACE_S)
    _tell(process, signal.SIGKILL)
    process.wait()


def _tell(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:  # nothing is left of the group
        return
