"""What a benchmark found, as rows that say for themselves whether they hold, and which peer is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

OURS = "enphase-cloud"
LIMITS = frozenset({"json.loads", "orjson", "bare httpx", "bare sqlite3"})
"""What nobody can be faster than and still do the same: no peers, they stand for what is possible."""


@dataclass(frozen=True)
class Row:
    """One quantity, of us and of those beside us."""

    what: str
    figures: Mapping[str, float | None]
    """Who (or what) -> figure; None where it has no such thing. `OURS` is always there."""
    unit: str = ""
    better: Literal["less", "more", ""] = "less"
    goal: float | None = None
    """At most, where less is better; at least, where more is. A figure of DESIGN.md, or one of ours."""
    digits: int = 2
    why: str = ""
    """Where we miss the goal, or a peer is better: why, and what was tried."""

    @property
    def ours(self) -> float:
        figure = self.figures[OURS]
        assert figure is not None, f"{self.what}: no figure of ours"
        return figure

    @property
    def holds(self) -> bool:
        """Whether the goal is met; so it is where there is none. Judged as it is shown, rounded."""
        if self.goal is None:
            return True
        ours, goal = round(self.ours, self.digits), self.goal
        return ours >= goal if self.better == "more" else ours <= goal

    @property
    def beaten_by(self) -> list[str]:
        """The peers whose figure is better than ours, as shown."""
        if not self.better:
            return []
        ours, sign = round(self.ours, self.digits), -1 if self.better == "more" else 1
        return [
            name
            for name, figure in self.figures.items()
            if name not in LIMITS and name != OURS and figure is not None
            if sign * round(figure, self.digits) < sign * ours
        ]

    @property
    def verdict(self) -> str:
        words = [] if self.goal is None else ["held" if self.holds else "**missed**"]
        if self.beaten_by:
            words.append(f"better: {', '.join(self.beaten_by)}")
        return "; ".join(words)

    def shown(self, figure: float | None) -> str:
        return "" if figure is None else f"{figure:,.{self.digits}f}"

    @property
    def shown_goal(self) -> str:
        if self.goal is None:
            return ""
        sign = "≥" if self.better == "more" else "≤"
        return f"{sign} {self.shown(self.goal)}"


@dataclass(frozen=True)
class Table:
    """Rows that are measured alike."""

    title: str
    how: str
    """What was done, so that a reader could do the same: a paragraph."""
    rows: Sequence[Row]

    @property
    def columns(self) -> list[str]:
        """Us first, the peers as they come, the limits last."""
        names = dict.fromkeys(name for row in self.rows for name in row.figures if name != OURS)
        return [OURS, *sorted(names, key=lambda name: name in LIMITS)]

    def __str__(self) -> str:
        head = ["what", "unit", *self.columns, "goal", "verdict"]
        lines = [head, ["---"] * 2 + ["---:"] * (len(self.columns) + 1) + ["---"]]
        for row in self.rows:
            cells = [row.shown(row.figures.get(name)) for name in self.columns]
            lines.append([row.what, row.unit, *cells, row.shown_goal, row.verdict])
        notes = [f"- {row.what}: {row.why}" for row in self.rows if row.why]
        text = [f"## {self.title}", "", self.how, "", *(f"| {' | '.join(line)} |" for line in lines)]
        return "\n".join([*text, *(["", *notes] if notes else []), ""])
