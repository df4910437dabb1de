"""What table, CSV and JSON have in common."""

from __future__ import annotations

import errno
import sys
from abc import ABC, abstractmethod
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, TextIO, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

Cell: TypeAlias = "datetime | date | str | int | float | list[Any] | dict[str, Any] | None"


class Output(ABC):
    """Where rows go, one after the other.

    A context manager. What can be refused is refused on entering it (OSError), before a call is made; what was written
    is whole only where no error left it.
    """

    for_people = False
    """Whether somebody looks at it, who wants few columns, and no program that takes all."""

    def __init__(self) -> None:
        self.count = 0

    @abstractmethod
    def begin(self, columns: Sequence[str]) -> None:
        """Name the columns, before the first row."""

    @abstractmethod
    def write(self, cells: Sequence[Cell]) -> None:
        """Take a row. Called by `add`."""

    @abstractmethod
    def finish(self, *, whole: bool) -> None:
        """All rows have come; or, where not `whole`, no more will."""

    def flush(self) -> None:
        """Let those who wait for a row have it. Where rows are gathered, nothing happens."""
        return

    def add(self, cells: Sequence[Cell]) -> None:
        """Take a row."""
        self.write(cells)
        self.count += 1

    def __enter__(self) -> Self:
        standard_output()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish(whole=kind is None)


def standard_output() -> TextIO:
    """Where data goes. OSError where there is none: a parent may close it (`>&-`)."""
    if not hasattr(sys.stdout, "write"):
        raise OSError(errno.EBADF, "standard output is closed")
    return sys.stdout


def iso(cell: Cell) -> Any:
    """Times as ISO 8601 text, with their offset; anything else as it is."""
    return cell.isoformat() if isinstance(cell, date) else cell
