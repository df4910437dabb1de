"""docs/reliability.md: a line for each proof. Lines of proofs that were not run stay as they are."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .proof import Outcome, Proof

HEAD = ("proof", "what is done", "figures", "goal", "verdict", "seconds")
NOT_RUN = "not run"
ABOUT = """\
# Reliability

What goes wrong with a client of a metered service, done on purpose: processes are killed, disks fail, files
are damaged, answers are lost, several ask at once, and whatever can be random is drawn at random. `make
soak` does all of it in less than an hour on two cores and writes this page; `.venv/bin/python -m tests.soak
NAME` does one line of it (with dashes for spaces; `--list` lists them).

The tests count what they did and what they found; nothing here is a constant. A figure that has a goal and
was not measured fails, as one that misses it. What was drawn at random is other each time, so figures
differ a little from run to run; the goals do not. The proofs are in `tests/soak/proofs.py`, which names the
tests of each.
"""


@dataclass(frozen=True)
class Line:
    """One proof, as the table shows it."""

    name: str
    does: str
    figures: str
    goal: str
    verdict: str
    seconds: str

    def __str__(self) -> str:
        return f"| {' | '.join(vars(self).values())} |"


def line_of(outcome: Outcome) -> Line:
    proof = outcome.proof
    return Line(
        proof.name, proof.does, outcome.shown, goal_of(proof), outcome.verdict, f"{outcome.seconds:.0f}"
    )


def goal_of(proof: Proof) -> str:
    return "; ".join(map(str, proof.goals))


def lines_in(page: str) -> list[Line]:
    """The lines that stand there."""
    rows = [row[2:-2].split(" | ") for row in page.splitlines() if row.startswith("| ")]
    return [Line(*(cell.strip() for cell in row)) for row in rows if len(row) == len(HEAD)][2:]


def where() -> str:
    """What figures of time depend on."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores"


def where_of(page: str) -> str | None:
    found = re.search(r"^(Python \S+, \d+ cores): ", page, re.MULTILINE)
    return found[1] if found else None


def written(proofs: Sequence[Proof], outcomes: Iterable[Outcome], before: str = "") -> str:
    """The page with these outcomes, and what was there of the others, where the same is done and wanted yet."""
    new = {outcome.proof.name: line_of(outcome) for outcome in outcomes}
    old = {line.name: line for line in lines_in(before)}
    lines = []
    for proof in proofs:
        line = new.get(proof.name) or old.get(proof.name)
        if line is None or (line.does, line.goal) != (proof.does, goal_of(proof)):
            line = Line(proof.name, proof.does, "", goal_of(proof), NOT_RUN, "")
        lines.append(line)
    seconds = sum(int(line.seconds or 0) for line in lines)
    held = sum(line.verdict == "held" for line in lines)
    summary = (
        f"{where()}: {held} of {len(lines)} proofs hold; one after another they took "
        f"{seconds // 60} minutes and {seconds % 60} seconds (`make soak`)."
    )
    head = Line(*HEAD)
    rule = "| --- | --- | --- | --- | --- | ---: |"
    return "\n".join([ABOUT, summary, "", str(head), rule, *map(str, lines), ""])
