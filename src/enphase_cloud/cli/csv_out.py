"""CSV, to a file that appears when it is whole, or to standard output."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from .._text import harmless
from .files import rename, temporary_beside
from .output import Cell, Output, iso, standard_output
from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Sequence


def csv_output(name: str) -> Output:
    """The output for `--csv NAME`. What is no ordinary file (a pipe, a device) is written to as it is."""
    if name in ("-", "/dev/stdout"):
        return CsvStream()
    path = Path(name)
    if path.exists() and not path.is_file() and not path.is_dir():
        return CsvStream(path)
    return CsvFile(Path(os.path.realpath(name)))  # a link stays a link


class CsvStream(Output):
    """CSV as it comes, a line for each row. Text is made harmless, numbers are untouched, None is an empty cell."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._path = path

    def __enter__(self) -> Self:
        self._stream = self._open()
        self._writer = csv.writer(self._stream, lineterminator="\n")
        return self

    def _open(self) -> IO[str]:
        return standard_output() if self._path is None else self._path.open("w", encoding="utf-8", newline="")

    def begin(self, columns: Sequence[str]) -> None:
        self._writer.writerow(columns)

    def write(self, cells: Sequence[Cell]) -> None:
        self._writer.writerow([_written(cell) for cell in cells])

    def flush(self) -> None:
        self._stream.flush()

    def finish(self, *, whole: bool) -> None:
        del whole  # what was sent is sent
        try:
            self._stream.flush()
        finally:
            if self._path is not None:
                self._stream.close()


class CsvFile(CsvStream):
    """CSV into a file of another name in the same folder, which replaces `path` when all rows are in it.

    That file is there before the first call is made, so that a folder which cannot be written to costs no hit. Rows
    that were paid for before an error are kept, as `NAME.partial`.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._target = path
        self._temporary = temporary_beside(path)
        self._last: Cell = None

    def _open(self) -> IO[str]:
        if self._target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(self._target))
        try:
            stream = self._temporary.open("x", encoding="utf-8", newline="")
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._target)) from None
        if self._target.exists():
            shutil.copymode(self._target, self._temporary)
        return stream

    def write(self, cells: Sequence[Cell]) -> None:
        super().write(cells)
        self._last = cells[0]

    def finish(self, *, whole: bool) -> None:
        try:
            with self._stream:
                self._stream.flush()
                os.fsync(self._stream.fileno())
            if whole:
                rename(self._temporary, self._target)
            elif self.count:
                partial = self._target.with_name(self._target.name + ".partial")
                rename(self._temporary, partial)
                note(f"kept in {partial}: {counted(self.count, 'row')}, the last {iso(self._last)}")
        finally:
            self._temporary.unlink(missing_ok=True)


def _written(cell: Cell) -> Cell:
    """Text made harmless; what is nested, and true and false, as JSON writes it."""
    if isinstance(cell, str):
        return harmless(cell)
    return json.dumps(cell) if isinstance(cell, bool | list | dict) else iso(cell)
