"""Tables to look at: with rich on a terminal, as plain aligned text anywhere else."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from .output import Cell, Output
from .text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FEW = 1_000
"""Rows that rich lays out in a moment; more become plain text."""
_NARROWEST = 8


class Table(Output):
    """Rows, gathered and printed at the end, the widths being known only then; also those that came before an error."""

    for_people = True

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[str] = ()
        self._rows: list[list[str]] = []
        self._numbers: list[bool] = []

    def begin(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._numbers = [True] * len(columns)

    def write(self, cells: Sequence[Cell]) -> None:
        for index, cell in enumerate(cells):
            if not _is_number(cell):
                self._numbers[index] = False
        self._rows.append([_shown(cell) for cell in cells])

    def finish(self, *, whole: bool) -> None:
        if not self._columns or not (whole or self._rows):
            return
        if not (self._wants_rich() and self._print_rich()):
            sys.stdout.writelines(f"{line}\n" for line in self._lines())
            sys.stdout.flush()

    def _wants_rich(self) -> bool:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return not plain and len(self._rows) <= FEW and sys.stdout.isatty()

    def _print_rich(self) -> bool:
        try:
            from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - slow to load, and not needed without a terminal
            from rich.console import Console  # noqa: PLC0415 - as above
            from rich.table import Table as RichTable  # noqa: PLC0415 - as above
            from rich.text import Text  # noqa: PLC0415 - as above
        except ImportError:
            return False
        table = RichTable(box=SIMPLE_HEAD, header_style="bold")
        for name, numbers in zip(self._columns, self._numbers, strict=True):
            table.add_column(name, justify="right" if numbers else "left")
        for row in self._rows:
            table.add_row(*map(Text, row))  # as Text: brackets in a name are no markup
        Console().print(table)
        return True

    def _lines(self) -> Iterable[str]:
        rows = [list(self._columns), *self._rows]
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = []
            for cell, width, number in zip(row, widths, self._numbers, strict=True):
                space = " " * (width - _width(cell))
                cells.append(space + cell if number else cell + space)
            yield "  ".join(cells).rstrip()


class FlowingTable(Output):
    """Rows that are printed as they come, under columns as wide as their names: numbers, and words at the end."""

    for_people = True

    def begin(self, columns: Sequence[str]) -> None:
        self._widths = [max(_width(name), _NARROWEST) for name in columns]
        self._print(columns)

    def write(self, cells: Sequence[Cell]) -> None:
        self._print([f"{cell:%H:%M:%S}" if isinstance(cell, datetime) else _shown(cell) for cell in cells])

    def _print(self, texts: Sequence[str]) -> None:
        places = (
            " " * (width - _width(text)) + text for text, width in zip(texts, self._widths, strict=True)
        )
        sys.stdout.write(f"{'  '.join(places)}\n")

    def flush(self) -> None:
        sys.stdout.flush()

    def finish(self, *, whole: bool) -> None:
        del whole  # what was printed is printed
        sys.stdout.flush()


class Card(Output):
    """The one row that there is, with a line for each of its values; units beside those whose names have none."""

    for_people = True

    def __init__(self, units: Mapping[str, str]) -> None:
        super().__init__()
        self._units = units

    def begin(self, columns: Sequence[str]) -> None:
        self._columns = columns

    def write(self, cells: Sequence[Cell]) -> None:
        widest = max(map(len, self._columns))
        for name, cell in zip(self._columns, cells, strict=True):
            unit = "" if cell is None else self._units.get(name, "")
            sys.stdout.write(f"{name:<{widest}}  {_shown(cell)} {unit}".rstrip() + "\n")

    def finish(self, *, whole: bool) -> None:
        del whole  # there is one row or none
        sys.stdout.flush()


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | None) and not isinstance(cell, bool)


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return safe(str(cell))


def _width(text: str) -> int:
    """How many places a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)
