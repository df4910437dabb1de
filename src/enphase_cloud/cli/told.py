"""What is said after the data: what came, what it cost, what is missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ..rows import GapReason
from .session import INCOMPLETE
from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..results import Rows
    from ..rows import Gap, Problem
    from .output import Output

MOST = 20
"""Gaps and problems that are named."""

INCOMPLETE_FOR = frozenset(
    {GapReason.FAILED, GapReason.NOT_IN_PLAN, GapReason.UNREADABLE, GapReason.NOT_ARCHIVED}
)
"""Gaps of what there may be. For any other reason there is nothing, or not yet."""


@contextmanager
def summarised(asked: Sequence[Rows[Any]], output: Output) -> Iterator[None]:
    """Say it when the block is left; exit status 6 where the service has, or may have, what did not come.

    After an error, only what came and what it cost, if it cost something: nobody knows what is missing.
    """
    try:
        yield
    except BaseException:
        hits = sum(rows.hits for rows in asked)
        if hits:
            note(f"incomplete: {counted(output.count, 'row')}, {counted(hits, 'hit')}")
        raise
    _summarise(asked, output.count)


def _summarise(asked: Sequence[Rows[Any]], count: int) -> None:
    """One line with all figures, and a line for each gap, each problem, and each error that became a gap."""
    gaps = [gap for rows in asked for gap in rows.gaps]
    problems = [problem for rows in asked for problem in rows.problems]
    figures = (
        counted(count, "row"),
        counted(sum(rows.hits for rows in asked), "hit"),
        counted(len(gaps), "gap"),
        counted(len(problems), "problem"),
    )
    note(", ".join(figures))
    _name([*map(_gap, gaps), *_lines(problems)])
    for error in (error for rows in asked for error in rows.errors):
        note(f"failed: {error}")
    missing = [gap for gap in gaps if gap.reason in INCOMPLETE_FOR]
    if missing:
        reasons = ", ".join(sorted({str(gap.reason) for gap in missing}))
        note(
            f"incomplete: {counted(len(missing), 'gap')} that may be filled when asked for again ({reasons})"
        )
        raise click.exceptions.Exit(INCOMPLETE)


def tell_problems(problems: Iterable[Problem]) -> None:
    """A line for each."""
    _name(_lines(problems))


def _gap(gap: Gap) -> str:
    return f"gap: {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC: {gap.reason}"


def _lines(problems: Iterable[Problem]) -> list[str]:
    return [f"problem: {each.path}: {each.problem} (in the answer to {each.window})" for each in problems]


def _name(lines: list[str]) -> None:
    for line in lines[:MOST]:
        note(line)
    if len(lines) > MOST:
        note(f"and {len(lines) - MOST} more")
