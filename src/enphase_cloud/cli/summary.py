"""What is said after the data: what came, what it cost, what is missing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..results import Rows
    from ..rows import DayRow, Problem, Row
    from .output import Output

MOST = 20
"""Gaps and problems that are named."""


@contextmanager
def summarised(rows: Rows[Row] | Rows[DayRow], output: Output) -> Iterator[None]:
    """Say it when the block is left.

    After an error, only what came and what it cost, if it cost something: nobody knows what is missing.
    """
    try:
        yield
    except BaseException:
        if rows.hits:
            note(f"incomplete: {counted(output.count, 'row')}, {counted(rows.hits, 'hit')}")
        raise
    _summarise(rows, output.count)


def _summarise(rows: Rows[Row] | Rows[DayRow], count: int) -> None:
    """One line with all figures, and a line for each gap and each problem."""
    gaps, problems = rows.gaps, rows.problems
    figures = (
        counted(count, "row"),
        counted(rows.hits, "hit"),
        counted(len(gaps), "gap"),
        counted(len(problems), "problem"),
    )
    note(", ".join(figures))
    lines = [f"gap: {gap.start:%Y-%m-%d %H:%M} to {gap.end:%Y-%m-%d %H:%M} UTC: {gap.reason}" for gap in gaps]
    _name(lines + _lines(problems))


def tell_problems(problems: list[Problem]) -> None:
    """A line for each."""
    _name(_lines(problems))


def _lines(problems: list[Problem]) -> list[str]:
    return [f"problem: {each.path}: {each.problem} (in the answer to {each.window})" for each in problems]


def _name(lines: list[str]) -> None:
    for line in lines[:MOST]:
        note(line)
    if len(lines) > MOST:
        note(f"and {len(lines) - MOST} more")
