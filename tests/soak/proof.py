"""What a proof is: what is done, what was found in figures, and what has to come of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

Kind = Literal["sum", "most", "least"]
Figures = Mapping[str, float]
COMBINED: Mapping[str, Callable[[float, float], float]] = {
    "sum": lambda one, other: one + other,
    "most": max,
    "least": min,
}
"""What becomes of two figures of one name."""


class Note(NamedTuple):
    """A figure, as one test noted it."""

    kind: Kind
    name: str
    figure: float


def combined(notes: Iterable[Note]) -> dict[str, float]:
    """One figure for each name. ValueError where a name is added up here and compared there: it would say nothing."""
    kinds: dict[str, Kind] = {}
    figures: dict[str, float] = {}
    for kind, name, figure in notes:
        if kinds.setdefault(name, kind) != kind:
            msg = f"{name!r} is noted as {kind} and as {kinds[name]}"
            raise ValueError(msg)
        figures[name] = COMBINED[kind](figures[name], figure) if name in figures else figure
    return figures


def shown(figure: float) -> str:
    """With thousands apart, and as many digits as say something."""
    if figure == int(figure):
        return f"{int(figure):,}"
    return f"{figure:,.1f}" if abs(figure) >= 10 else f"{figure:.2g}"


@dataclass(frozen=True)
class Goal:
    """A bound of one figure."""

    figure: str
    bound: float
    more: bool
    """Whether more is better."""

    def held(self, figure: float) -> bool:
        return figure >= self.bound if self.more else figure <= self.bound

    def __str__(self) -> str:
        if not self.more and not self.bound:
            return f"{self.figure}: 0"
        return f"{self.figure} {'≥' if self.more else '≤'} {shown(self.bound)}"


def at_least(bound: float, figure: str) -> Goal:
    return Goal(figure, bound, more=True)


def at_most(bound: float, figure: str) -> Goal:
    return Goal(figure, bound, more=False)


def none(*figures: str) -> list[Goal]:
    """What must never be."""
    return [at_most(0, figure) for figure in figures]


@dataclass(frozen=True)
class Tests:
    """Tests, and what they noted with the fixture `found`. Each test that passed counts as one of `tests`."""

    __test__ = False  # the name is no class of tests

    nodes: tuple[str, ...]
    """Files, or functions in them (`file::function`)."""
    marker: str = "soak"
    """As of pytest's -m; "": all that stand there."""
    workers: int | None = None
    """None: as many as there are cores."""
    without: tuple[str, ...] = ()
    """Such as are in `nodes`, and are of another proof."""

    def commands(self, figures: Path) -> list[list[str]]:
        words = [sys.executable, "-m", "pytest", "-p", "tests.soak.noting", "-p", "no:cacheprovider"]
        words += ["-n", "auto" if self.workers is None else str(self.workers), "-m", self.marker]
        words += [f"--deselect={node}" for node in self.without]
        return [[*words, f"--figures={figures}", *self.nodes]]

    def notes(self, figures: Path) -> list[Note]:
        if not figures.exists():
            return []
        found = [json.loads(line) for line in figures.read_text().splitlines()]
        passed = [each for each in found if (each["when"], each["outcome"]) == ("call", "passed")]
        skipped = sum(each["outcome"] == "skipped" for each in found)
        return [
            Note("sum", "tests", len(passed)),
            *([Note("sum", "tests left out here", skipped)] if skipped else []),
            *(Note(*note) for each in found for note in each["figures"]),
        ]

    def holds(self, test: str) -> bool:
        """Whether a test that is marked as `soak` is one of these."""
        if self.marker not in ("", "soak"):
            return False
        return any(test == node or test.startswith((f"{node}::", f"{node}[")) for node in self.nodes)


@dataclass(frozen=True)
class Commands:
    """Programs that write what they found to a file, `{figures}` in their words."""

    words: tuple[tuple[str, ...], ...]
    """Each after the one before; they run in the Python of this one, so that `-m` begins a module."""
    read: Callable[[Path], list[Note]]

    def commands(self, figures: Path) -> list[list[str]]:
        return [[sys.executable, *(word.format(figures=figures) for word in each)] for each in self.words]

    def notes(self, figures: Path) -> list[Note]:
        return self.read(figures) if figures.exists() else []

    def holds(self, test: str) -> bool:
        return False


@dataclass(frozen=True)
class Proof:
    """One line of docs/reliability.md."""

    name: str
    does: str
    """What is done, and what would be found, in a sentence."""
    step: Tests | Commands
    goals: list[Goal]
    seconds: int
    """What it should take, at the most, on two cores with nothing else to do; all of them an hour."""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        """Seconds after which it hangs, or nearly so, and is ended."""
        return 3 * self.seconds

    @property
    def slug(self) -> str:
        return self.name.replace(" ", "-")


@dataclass(frozen=True)
class Outcome:
    """What came of a proof."""

    proof: Proof
    figures: Figures
    seconds: float
    broken: str | None = None
    """Why it says nothing: a test that failed, say, and where the output is kept."""

    @property
    def missing(self) -> list[str]:
        return [goal.figure for goal in self.proof.goals if goal.figure not in self.figures]

    @property
    def short(self) -> list[str]:
        known = [goal for goal in self.proof.goals if goal.figure in self.figures]
        return [goal.figure for goal in known if not goal.held(self.figures[goal.figure])]

    @property
    def held(self) -> bool:
        return not (self.broken or self.missing or self.short)

    @property
    def verdict(self) -> str:
        words = [f"**broken**: {self.broken}"] if self.broken else []
        words += [f"**short**: {name}" for name in self.short]
        words += [f"**not measured**: {name}" for name in self.missing]
        return "; ".join(words) or "held"

    @property
    def shown(self) -> str:
        """Its figures: those that have goals first, and in their order."""
        wanted = [goal.figure for goal in self.proof.goals if goal.figure in self.figures]
        names = dict.fromkeys([*wanted, *self.figures])
        return "; ".join(f"{name}: {shown(self.figures[name])}" for name in names)
