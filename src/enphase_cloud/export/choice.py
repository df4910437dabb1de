"""What is to be exported, and as what: checked before anything is read.

| file | becomes | layout, unless said otherwise |
|---|---|---|
| `.csv` | one table | wide: what people look at |
| `.parquet`, `.json` (a list), `.jsonl` (an object in a line) | one table | long: what programs read |
| `.duckdb` | tables telemetry, lifetime, systems, gaps, events, alarms | long |
| a folder, or any other name with `partitioned` | `system_id=1/series=battery/month=2026-01/data.parquet` | long |
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enphase_v4.catalog import LIFETIME, TELEMETRY

from .. import _time, checks
from ..errors import InvalidRequest
from ..rows import LAST_EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._time import Moment, When

KINDS = ("telemetry", "lifetime")
LAYOUTS = ("long", "wide")
EVERY = ("15min", "hour", "day", "month")
SUFFIXES = (".csv", ".duckdb", ".json", ".jsonl", ".parquet")
NOTED = (".csv", ".json", ".jsonl")
"""Those beside which stands how they were made; the others hold it."""
_LONGEST = 255
"""Bytes of a name, on most disks."""
FOLDER = ""
"""The form of what is a folder; any other form is a suffix."""


@dataclass(frozen=True)
class Choice:
    """A checked wish."""

    path: Path
    form: str
    kind: str
    layout: str
    every: str | None
    systems: frozenset[int] | None
    series: frozenset[str] | None
    start: Moment | None
    end: Moment | None

    def told(self) -> dict[str, Any]:
        """What decides which rows there are, and how they look: as it is remembered for the next time."""
        return {
            "kind": self.kind,
            "layout": self.layout,
            "every": self.every,
            "systems": None if self.systems is None else sorted(self.systems),
            "series": None if self.series is None else sorted(self.series),
            "start": None if self.start is None else self.start.text,
            "end": None if self.end is None else self.end.text,
        }

    def takes(self, kind: str, system_id: int, series: str) -> bool:
        """Whether a series of a system is wanted."""
        return (
            (self.form == ".duckdb" or kind == self.kind)
            and (self.systems is None or system_id in self.systems)
            and (self.series is None or series in self.series)
        )


def chosen(
    to: str | os.PathLike[str],
    *,
    systems: Iterable[int | str] | None,
    series: Iterable[str] | None,
    kind: str | None,
    start: When | None,
    end: When | None,
    every: str | None,
    layout: str | None,
    partitioned: bool,
) -> Choice:
    """The wish, checked. InvalidRequest says what is wrong with it, and what to do."""
    path = _path(to)
    form = _form(path, str(to), partitioned=checks.boolean(partitioned, "partitioned"))
    if form == ".duckdb" and kind is not None:
        msg = "a .duckdb file has a table for each kind of rows: leave the kind away."
        raise InvalidRequest(msg)
    kind = checks.choice(kind or "telemetry", KINDS, "kind")
    if every is not None:
        checks.choice(every, EVERY, "every")
    if kind == "lifetime" and every in ("15min", "hour"):
        msg = f"lifetime series have a value for each day: choose every='month', or leave {every} away."
        raise InvalidRequest(msg)
    layout = checks.choice(layout or ("wide" if form == ".csv" else "long"), LAYOUTS, "layout")
    if layout == "wide" and form in (".duckdb", FOLDER):
        what = "a .duckdb file" if form else "a folder of Parquet files"
        msg = f"{what} is made of long tables, one row for each interval of each series: leave layout away."
        raise InvalidRequest(msg)
    if layout == "wide" and every is None and kind == "telemetry":
        every = "15min"  # what all series have in common
    first = None if start is None else _time.moment(start, "start")
    last = None if end is None else _time.moment(end, "end")
    if first is not None and last is not None:
        _time.check(first, last, LAST_EPOCH)
    return Choice(
        path,
        form,
        kind,
        layout,
        None if kind == "lifetime" and every == "day" else every,
        None if systems is None else frozenset(map(checks.system_id, systems)),
        None if series is None else frozenset(_series(series, kind, either=form == ".duckdb")),
        first,
        last,
    )


def _path(to: str | os.PathLike[str]) -> Path:
    """Where that leads: a link stays a link."""
    given = os.fspath(to)
    if not given or "\0" in given:
        msg = f"{given!r} is no name of a file."
        raise InvalidRequest(msg)
    path = Path(os.path.realpath(given))
    if path.suffix.lower() in NOTED and len(os.fsencode(noted(path).name)) > _LONGEST:
        msg = f"{path.name!r} is too long: a file with '.export.json' after its name is to stand beside it."
        raise InvalidRequest(msg)
    return path


def noted(path: Path) -> Path:
    """The file beside a file of text that says how it was made."""
    return path.with_name(f"{path.name}.export.json")


def _form(path: Path, given: str, *, partitioned: bool) -> str:
    suffix = path.suffix.lower()
    if partitioned or path.is_dir() or given.endswith(("/", os.sep)):
        if path.is_file():
            msg = f"{path} is a file: a partitioned export needs a folder."
            raise InvalidRequest(msg)
        return FOLDER
    if suffix not in SUFFIXES:
        msg = (
            f"{path.name!r} does not say what it is to be: give a name that ends in one of {', '.join(SUFFIXES)}, or a "
            "folder that is there, or partitioned=True (--partitioned) for a folder that is not."
        )
        raise InvalidRequest(msg)
    return suffix


def _series(names: Iterable[str], kind: str, *, either: bool) -> Iterable[str]:
    known = {"telemetry": TELEMETRY, "lifetime": LIFETIME}
    for name in names:
        other = KINDS[KINDS[0] == kind]
        if name not in known[kind] and name in known[other]:
            if not either:
                msg = (
                    f"{name} is a {other} series, and one table holds one kind of rows: choose kind={other!r} "
                    f"(--kind {other}) for it, another file for each kind, or a .duckdb file for both."
                )
                raise InvalidRequest(msg)
        else:
            checks.named(known[kind], name, kind)
        yield name
