"""From an answer's bytes to rows, by the catalog's paths, without losing the good for the bad.

| found | becomes |
|---|---|
| a number, also one written as text, also with `%` | that number |
| null, or no such field | None |
| anything else as a value | None, and a problem with its path |
| a row without a readable end | left out, and a problem with its path |
| two rows of one end | the first; a problem where they differ |
| rows in lists of lists | as if in one list |
"""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any

from .. import _time
from ..rows import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from enphase_v4.catalog import Window

    from ..rows import Row

_LAST_EPOCH = 253402300799  # the end of the year 9999
_DEEPEST = 8  # lists in lists: the service has been seen to do one


class Reader:
    """Reads values out of one answer, and notes what it could not read."""

    def __init__(self, asked: str, problems: list[Problem]) -> None:
        self._asked = asked
        self._problems = problems

    def problem(self, path: str, problem: str) -> None:
        """Note something that could not be read; `path` is where it lies in the answer's JSON."""
        self._problems.append(Problem(path, problem, self._asked))

    def number(self, value: Any, path: str) -> float | None:
        """A value as a number; a problem, and None, where it is something else."""
        if type(value) is int or value is None:
            return value
        read = number(value)
        if read is None:
            self.problem(path, f"no number: {shown(value)}")
        return read

    def listed(self, document: Any, path: str) -> list[Any] | None:
        """The list at a path; a problem, and None, where there is none."""
        found = at(document, path)
        if isinstance(found, list):
            return found
        self.problem(f"$.{path}", f"no list: {shown(found)}")
        return None


class Series(Reader):
    """One answer of a telemetry series: where it says it began and ended, and its rows."""

    def __init__(
        self, window: Window, document: Any, zone: tzinfo, asked: str, problems: list[Problem]
    ) -> None:
        super().__init__(asked, problems)
        self._window = window
        self._document = document
        self.start = _bound(at(document, window.answer_start), zone, days=0)
        self.end = _bound(at(document, window.answer_end), zone, days=1)

    def rows(self, make: Callable[..., Row], after: int, until: int) -> list[Row] | None:
        """Rows with `after < end_at <= until`, in order, one for each end.

        None where the answer has no list of them.
        """
        listed = self.listed(self._document, self._window.rows)
        if listed is None:
            return None
        values = [(path, path.split(".")) for _, path in self._window.values]
        found: dict[int, Row] = {}
        for where, item in _flat(f"$.{self._window.rows}", listed):
            end = self._end(where, item)
            if end is None or not after < end <= until:
                continue
            numbers = (self.number(_walk(item, steps), f"{where}.{path}") for path, steps in values)
            row = make(_time.aware(end), *numbers)
            if found.setdefault(end, row) != row:
                self.problem(where, "another row has the same end, and other values")
        return [found[end] for end in sorted(found)]

    def _end(self, where: str, item: Any) -> int | None:
        if not isinstance(item, dict):
            self.problem(where, f"no row: {shown(item)}")
            return None
        value = item.get(self._window.row_end)
        end = number(value)
        if end is None or not 0 < end <= _LAST_EPOCH:
            self.problem(f"{where}.{self._window.row_end}", f"no time: {shown(value)}")
            return None
        return int(end)


def at(document: Any, path: str) -> Any:
    """What lies at a path of wire names; None where a step is missing."""
    return _walk(document, path.split(".")) if path else None


def number(value: Any) -> float | None:
    """A finite number, as a number or as text (`"97"`, `"97%"`); None for anything else."""
    if isinstance(value, str):
        text = value.strip().removesuffix("%")
        try:
            value = int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            return None
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(value: Any) -> str:
    """A value of the service's as it may stand in a message: short."""
    try:
        text = repr(value)
    except RecursionError:
        text = f"a {type(value).__name__} in which too much is nested"
    return text if len(text) <= 60 else f"{text[:59]}…"


def _walk(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _flat(path: str, items: list[Any], depth: int = _DEEPEST) -> Iterator[tuple[str, Any]]:
    for index, item in enumerate(items):
        here = f"{path}[{index}]"
        if isinstance(item, list) and depth:
            yield from _flat(here, item, depth - 1)
        else:
            yield here, item


def _bound(value: Any, zone: tzinfo, days: int) -> int | None:
    """A bound as epoch seconds.

    A date stands for the day's beginning, as an end (`days=1`) for the next day's.
    """
    if isinstance(value, str):
        try:
            return _time.midnight(
                date.fromordinal(date.fromisoformat(value.strip()).toordinal() + days), zone
            )
        except (ValueError, OverflowError):
            pass
    epoch = number(value)
    return int(epoch) if epoch is not None and 0 < epoch <= _LAST_EPOCH else None
