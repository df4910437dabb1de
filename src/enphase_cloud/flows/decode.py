"""From an answer's bytes to rows, by the catalog's paths, without losing the good for the bad.

| found | becomes |
|---|---|
| a number, also one written as text, also with `%` | that number |
| null, or no such field | None |
| anything else as a value, or in the place of an object that holds values | None, and a problem with its path |
| a row without a readable end | left out, and a problem with its path |
| two rows of one end | the first; a problem where they differ |
| rows in lists of lists | as if in one list |
| a number of devices that is not whole | None, and a problem with its path |

An answer in which nothing of that is to be decided is read by `lean.py`, which is faster, with the same result.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from .. import _time
from ..records.base import Notes
from ..rows import COUNT, LARGEST, LAST_EPOCH, Chunk, number
from .lean import ABSENT, lean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from enphase_v4.catalog import Window

    from ..rows import Problem
    from ..transport.messages import Answer

_DEEPEST = 8  # lists in lists: the service has been seen to do one


class Reader(Notes):
    """Reads values out of one answer, and notes what it could not read."""

    def number(self, value: Any, path: str) -> float | None:
        """A value as a number; a problem, and None, where it is something else."""
        if type(value) is int or value is None:
            return value
        read = number(value)
        if read is None:
            self.wrong(path, "no number", value)
        return read

    def count(self, value: Any, path: str) -> int | None:
        """A value as a whole number; a problem, and None, where it is something else."""
        read = self.number(value, path)
        if read is None:
            return None
        if read != int(read) or abs(read) > LARGEST:
            self.wrong(path, "no whole number", value)
            return None
        return int(read)

    def value(self, item: dict[str, Any], steps: list[str], where: str) -> Any:
        """What lies below an object; None where a step is missing, and a problem where it is no object."""
        *objects, name = steps
        for step in objects:
            inner = item.get(step)
            where = f"{where}.{step}"
            if not isinstance(inner, dict):
                if inner is not None:
                    self.wrong(where, "no object", inner)
                return None
            item = inner
        return item.get(name)

    def listed(self, document: Any, path: str) -> list[Any] | None:
        """The list at a path; a problem, and None, where there is none."""
        found = at(document, path)
        if isinstance(found, list):
            return found
        self.wrong(f"$.{path}", "no list", found)
        return None


class Series(Reader):
    """One answer of a telemetry series: where it says it began and ended, and its rows."""

    def __init__(
        self, window: Window, answer: Answer, zone: tzinfo, asked: str, problems: list[Problem]
    ) -> None:
        super().__init__(asked, answer.hide, problems)
        self._window = window
        paths = (
            window.answer_start,
            window.answer_end,
            window.total_devices,
            window.last_energy_at,
            _beside(window.last_energy_at, "last_report_at"),
            _beside(window.answer_start, "start_date"),
            _beside(window.answer_end, "end_date"),
        )
        self._read = lean(window, paths, answer.content)
        self._document = {} if self._read else answer.document()
        facts = self._read.facts if self._read else [at(self._document, path, ABSENT) for path in paths]
        start, end, total, last_energy, last_report, first_day, last_day = facts
        self.start = _bound(first_day if start in (None, ABSENT) else start, zone, days=0)
        self.end = _bound(last_day if end in (None, ABSENT) else end, zone, days=1)
        self.dated = end in (None, ABSENT) and self.end is not None
        """The end is told by a date: it is that of the last day that the answer has a part of."""
        self.total_devices = _count(total)
        """How many devices are to report; None where the answer does not say, or says that there are none."""
        self.last_energy_at = _epoch(last_energy)
        """Epoch seconds of the last energy that the service had; None where the answer does not say."""
        self.last_report_at = _epoch(last_report)
        """Epoch seconds at which the system last reported; None where the answer does not say."""
        self.never_reported = last_report is None
        """The answer says that the system has never reported: where it would say when, there is null."""

    def reaches(self, moment: int) -> bool:
        """Whether a row ends after a moment."""
        if self._read:
            return self._read.chunk.keys[-1:] > [moment]
        listed = at(self._document, self._window.rows)
        rows = _flat("", listed) if isinstance(listed, list) else ()
        ends = (number(row.get(self._window.row_end)) for _, row in rows if isinstance(row, dict))
        return any(end is not None and moment < end <= LAST_EPOCH for end in ends)

    def chunk(self, after: int, until: int) -> Chunk | None:
        """Rows with `after < end_at <= until`, in order, one for each end.

        None where the answer has no list of them.
        """
        if self._read:
            return self._read.chunk.between(after, until)
        listed = self.listed(self._document, self._window.rows)
        if listed is None:
            return None
        values = [
            (path, path.split("."), self.count if name == COUNT else self.number)
            for name, path in self._window.values
        ]
        found: dict[int, tuple[Any, ...]] = {}
        for where, item in _flat(f"$.{self._window.rows}", listed):
            end = self._end(where, item)
            if end is None or not after < end <= until:
                continue
            row = tuple(
                read(self.value(item, steps, where), f"{where}.{path}") for path, steps, read in values
            )
            if found.setdefault(end, row) != row:
                self.add(where, "another row has the same end, and other values")
        keys = sorted(found)
        rows = [found[end] for end in keys]
        return Chunk(keys, tuple([row[n] for row in rows] for n in range(len(values))))

    def _end(self, where: str, item: Any) -> int | None:
        if not isinstance(item, dict):
            self.wrong(where, "no row", item)
            return None
        value = item.get(self._window.row_end)
        end = number(value)
        if end is None or not 0 < end <= LAST_EPOCH:
            self.wrong(f"{where}.{self._window.row_end}", "no time", value)
            return None
        return int(end)


def at(document: Any, path: str, missing: Any = None) -> Any:
    """What lies at a path of wire names; `missing` where a step is, or where there is no path."""
    return _walk(document, path.split("."), missing) if path else missing


def late_from(document: Any, window: Window) -> int | None:
    """The last energy that an answer has, or the last report, if that came before; None where it tells no report.

    In epoch seconds. What came after that may still be delivered.
    """
    energy = _epoch(at(document, window.last_energy_at))
    report = _epoch(at(document, _beside(window.last_energy_at, "last_report_at")))
    return energy if energy is not None and report is not None and energy < report else report


def _walk(value: Any, steps: list[str], missing: Any) -> Any:
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return missing
        value = value[step]
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
    return _epoch(value)


def _epoch(value: Any) -> int | None:
    epoch = number(value)
    return int(epoch) if epoch is not None and 0 < epoch <= LAST_EPOCH else None


def _count(value: Any) -> int | None:
    """A number of devices. Import and export are known to say 0 of sites that have them."""
    count = number(value)
    return int(count) if count is not None and count >= 1 else None


def _beside(path: str, name: str) -> str:
    """The path of another field of the object in which a path ends; empty where there is no path."""
    return ".".join([*path.split(".")[:-1], name]) if path else ""
