"""What the design promises in figures, and what measures each: rows of these benchmarks, or proofs of `make soak`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.tables import Row, Table

RELIABILITY = "reliability.md"


@dataclass(frozen=True)
class Promise:
    """One figure that the project answers for."""

    what: str
    figure: str
    measured: tuple[tuple[str, str], ...] = ()
    """Benchmarks and a pattern of the rows there that measure it, of those that have a goal."""
    proved: tuple[tuple[str, str], ...] = ()
    """Proofs in docs/reliability.md, and which figure of each has the promise for its goal."""

    def rows(self, found: Mapping[str, Sequence[Table]]) -> Iterator[Row]:
        for module, pattern in self.measured:
            for row in (row for table in found[module] for row in table.rows):
                if row.goal is not None and re.search(pattern, row.what):
                    yield row


PROMISES = (
    Promise(
        "documented answers that decode, and are given back as they came",
        "all: 306 of 306 for Monitoring",
        (("answers", "Monitoring decoded, and given back"),),
    ),
    Promise(
        "hits for a range",
        "the least possible: the range divided by the widest window, rounded up; 0 for what is archived",
        (("hits", ""),),
        (
            ("two years", "hits for a range beyond the least possible"),
            ("two years", "hits for what is archived"),
        ),
    ),
    Promise(
        "hits over a quota", "0, with 8 processes at once", proved=(("quota races", "hits over a quota"),)
    ),
    Promise(
        "what is usable of a quota",
        "at least 95% of the allowance",
        proved=(("quota races", "percent of the allowance usable"),),
    ),
    Promise(
        "token requests when 8 processes of 4 threads need one",
        "1, and no grant is ever lost",
        proved=(
            ("token races", "token requests when 8 processes x 4 threads need one"),
            ("token races", "grants lost"),
            ("token kills", "grants lost"),
        ),
    ),
    Promise("a day of a battery to models", "at most 2.3 x json.loads", (("decode", "^battery, a day"),)),
    Promise("two years to Arrow columns", "at most 0.35 x json.loads", (("frames", "two years.*Arrow"),)),
    Promise(
        "`import enphase_cloud`",
        "at most 20 ms over a bare interpreter, httpx not yet loaded",
        (("startup", "^`import|^modules of httpx"),),
    ),
    Promise("`enphase --help`", "at most 60 ms over a bare interpreter", (("startup", "^`enphase --help"),)),
    Promise("a call", "at most 1.15 x bare httpx in wall time", (("calls", ""),)),
    Promise(
        "the generated package",
        "at most 170 files and 14,000 lines for Monitoring",
        (("package", "^(files|lines)$"),),
    ),
    Promise(
        "memory",
        "flat: two years read row by row cost no more than one window above the start",
        (("frames", "row by row"),),
    ),
)


def kept(found: Mapping[str, Sequence[Table]]) -> list[tuple[Promise, list[Row]]]:
    """The rows for each promise."""
    return [(promise, list(promise.rows(found))) for promise in PROMISES]


def shown(found: Mapping[str, Sequence[Table]]) -> str:
    """The promises as a table of their own: what was found, and whether they hold."""
    lines = ["| what | promised | found | verdict |", "| --- | --- | --- | --- |"]
    for promise, rows in kept(found):
        figures = [
            f"{it.what}: {it.shown(it.ours)} {it.unit}".rstrip() + f" ({it.shown_goal})" for it in rows
        ]
        if promise.proved:
            proofs = ", ".join(dict.fromkeys(proof for proof, _ in promise.proved))
            figures.append(f"proved by {proofs}: [{RELIABILITY}]({RELIABILITY})")
        verdicts = [] if not rows else ["held" if all(row.holds for row in rows) else "**missed**"]
        if promise.measured and not rows:
            verdicts = ["not measured"]
        verdicts += ["`make soak`"] if promise.proved else []
        cells = (promise.what, promise.figure, "; ".join(figures), "; ".join(verdicts))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
