"""JSON on standard output: a list of objects, written as they come; one object; or an object a line."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from .output import Cell, Output, iso

if TYPE_CHECKING:
    from collections.abc import Sequence


class JsonOutput(Output):
    """A list of objects, one in a line. After an error the list stays open, so that nobody takes it for whole.

    All but ASCII is written as escapes: any program can read it, and no terminal obeys it.
    """

    def begin(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._write("[")

    def write(self, cells: Sequence[Cell]) -> None:
        row = dict(zip(self._columns, map(iso, cells), strict=True))
        self._write(f"{',' if self.count else ''}\n{json.dumps(row)}")

    def finish(self, *, whole: bool) -> None:
        if whole:
            self._write("\n]\n" if self.count else "]\n")
            sys.stdout.flush()

    def _write(self, text: str) -> None:
        sys.stdout.write(text)


class JsonLines(Output):
    """An object in each line: what somebody reads while it goes on."""

    def begin(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)

    def write(self, cells: Sequence[Cell]) -> None:
        sys.stdout.write(f"{json.dumps(dict(zip(self._columns, map(iso, cells), strict=True)))}\n")

    def flush(self) -> None:
        sys.stdout.flush()

    def finish(self, *, whole: bool) -> None:
        del whole  # each line is
        sys.stdout.flush()


class JsonObject(JsonLines):
    """The one row that there is, as an object for people, too."""

    def write(self, cells: Sequence[Cell]) -> None:
        row = dict(zip(self._columns, map(iso, cells), strict=True))
        sys.stdout.write(f"{json.dumps(row, indent=2)}\n")
