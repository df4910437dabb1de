"""A folder of Parquet files, as readers of partitioned data know it: `system_id=1/series=battery/month=2026-01/`.

A file holds a local month of one series of one system, devices included. Each is replaced as a whole, and those of
which nothing has changed stay as they are. The folder is not: whoever reads it during an export, or after one that was
interrupted, finds months of before beside new ones.

`_export.json` says which files are ours, and how they were made. Those that are going to be written are noted in it
before the first is, so that the next export replaces or clears away what an interrupted one has left. Whatever else is
in the folder is left alone; what lies outside it is out of reach, whatever `_export.json` says, or links lead to.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .. import _time
from ..errors import InvalidRequest
from .buckets import floor
from .changes import NEVER, Memory, kept_until, memory_of, of_another_version, remembered
from .merge import merged, opened
from .origins import open_gaps
from .run import Exported
from .shape import Shaper
from .work import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ..archived import Archive
    from .changes import State
    from .choice import Choice
    from .merge import Piece
    from .origins import Origin

NOTE = "_export.json"
_OURS = re.compile(r"system_id=[0-9]+/series=[a-z_]+/month=[0-9]{4}-[0-9]{2}/data\.parquet")
_PATH = ("system_id", "series")
"""Columns that stand in the names of folders, and not in the files."""


def write(archive: Archive, choice: Choice, origins: Sequence[Origin], *, only_new: bool) -> Exported:
    """Write the files; with `only_new`, those of which something has changed."""
    root = choice.path
    root.mkdir(exist_ok=True)
    told = _told(root)
    before = remembered(told.memory) if only_new else None
    renewed = told.problem if only_new else None
    if only_new and "wish" in told.memory and before is None and not of_another_version(told.memory):
        renewed = f"what {NOTE} says of its series cannot be read"
    if before is not None and before.wish != choice.told():
        before = None
    rows_of = {file: _rows_in(root / file) for file in told.files} if before else {}
    series: dict[str, State] = {}
    kept: set[str] = set()
    written: set[str] = set()
    rows = gaps = still_open = 0
    with Workshop(root, "export") as workshop:
        coming = {file for origin in origins for file in _files_of(origin)}
        _checked(root, coming)
        known = told.files | told.coming
        # Whoever finds this unfinished knows whose it is.
        started = {**told.memory, "files": sorted(told.files)} if before else {"files": sorted(known)}
        _note(workshop, root, {**started, "coming": sorted(told.coming | coming)})
        for (system_id, name), each in groupby(origins, key=lambda origin: (origin.system_id, origin.series)):
            group = list(each)
            prefix = f"system_id={system_id}/series={name}/"
            memory = _of_group(before, choice, group)
            mine = {file for file in told.files if file.startswith(prefix)}
            if memory is not None and any(rows_of[file] is None for file in mine):
                memory, renewed = None, f"files of {prefix} are missing or damaged"
            until = kept_until(memory, choice, group)
            if memory is not None and until == NEVER:
                series |= memory.series
                kept |= mine
                continue
            month = None if until is None else floor("month", group[0].zone, until)
            if month is not None:
                first = _time.local_date(month, group[0].zone)
                kept |= {file for file in mine if file < f"{prefix}month={first:%Y-%m}/"}
            with Shaper(choice.kind, choice, group, workshop.folder) as shaper:
                streams = opened(archive, group, "month", month)
                for file, count in _months(workshop, root / prefix, shaper, merged(shaper, streams)):
                    written.add(f"{prefix}{file}")
                    rows += count
            series |= memory_of(choice, streams).series
            for_sync, others = open_gaps(streams)
            gaps, still_open = gaps + for_sync, still_open + others
        _note(workshop, root, {**Memory(choice.told(), series).told(), "files": sorted(kept | written)})
        for file in known - kept - written:
            (root / file).unlink(missing_ok=True)
    settled = min(each["settled"] for each in series.values())
    stayed = sum(rows_of[file] or 0 for file in kept)
    until_then = _time.aware(settled)
    return Exported(
        root, rows, stayed, len(origins), len(written), until_then, gaps, still_open, renewed=renewed
    )


class _Told(NamedTuple):
    """What is remembered in a folder."""

    memory: dict[str, Any]
    files: set[str]
    """Files that are ours."""
    coming: set[str]
    """Files that an export was going to write that did not come to its end: they may be there."""
    problem: str | None = None
    """Why nothing else is remembered."""


def _of_group(before: Memory | None, choice: Choice, group: Sequence[Origin]) -> Memory | None:
    """What is remembered of the series of one name of one system."""
    if before is None:
        return None
    prefix = group[0].key.rpartition("/")[0] + "/"
    return Memory(
        choice.told(), {key: state for key, state in before.series.items() if key.startswith(prefix)}
    )


def _months(
    workshop: Workshop, folder: Path, shaper: Shaper, pieces: Iterator[Piece]
) -> Iterator[tuple[str, int]]:
    """Write the rows, a file for each month; gives the files as they are put in their places, and their rows."""
    schema = pa.schema([field for field in shaper.schema if field.name not in _PATH])
    made, writer, current, count = workshop.path("month"), None, "", 0
    try:
        for piece in pieces:
            for month, rows in _by_month(piece.rows):
                if writer is not None and month != current:
                    writer.close()
                    yield _put(workshop, made, folder, current), count
                    writer = None
                if writer is None:
                    writer, current, count = pq.ParquetWriter(made, schema, compression="zstd"), month, 0
                writer.write_table(rows.select(schema.names).cast(schema))
                count += rows.num_rows
        if writer is not None:
            writer.close()
            yield _put(workshop, made, folder, current), count
    finally:
        if writer is not None:
            writer.close()


def _by_month(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    if not rows.num_rows:
        return
    begins = rows["start_local"] if "start_local" in rows.schema.names else rows["date"]
    months = pc.add(pc.multiply(pc.year(begins), 12), pc.subtract(pc.month(begins), 1))
    for number in sorted(pc.unique(months).to_pylist()):
        yield f"{number // 12:04}-{number % 12 + 1:02}", rows.filter(pc.equal(months, number))


def _files_of(origin: Origin) -> Iterator[str]:
    """The files that hold rows of a series, as far as can be told before they are read."""
    month = _time.local_date(floor("month", origin.zone, origin.start), origin.zone).replace(day=1)
    last = _time.local_date(origin.until, origin.zone)
    while month <= last:
        yield f"system_id={origin.system_id}/series={origin.series}/month={month:%Y-%m}/data.parquet"
        month = (month + timedelta(days=31)).replace(day=1)


def _put(workshop: Workshop, made: Path, folder: Path, month: str) -> str:
    place = folder / f"month={month}"
    place.mkdir(parents=True, exist_ok=True)
    workshop.put(made, place / "data.parquet")
    return f"month={month}/data.parquet"


def _told(root: Path) -> _Told:
    """What is remembered. InvalidRequest for a folder that is not ours."""
    note = root / NOTE
    if note.is_symlink() or (note.exists() and not note.is_file()):
        msg = f"{note} is not a file of its own: choose another folder."
        raise InvalidRequest(msg)
    others = [each for each in root.iterdir() if not each.name.startswith(".") and each.name != NOTE]
    if not note.exists():
        if others:
            msg = f"{root} holds other files, and no {NOTE}: choose a folder that is empty, or is not there yet."
            raise InvalidRequest(msg)
        return _Told({}, set(), set())
    try:
        told = json.loads(note.read_bytes())
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or "files" not in told:
        return _Told({}, _found(root), set(), f"{note} cannot be read")
    files, coming = (_names(root, told.get(name, [])) for name in ("files", "coming"))
    return _Told(told, files, coming)


def _names(root: Path, names: Any) -> set[str]:
    """Names of our files. InvalidRequest where there are others among them: whoever wrote them, it was no export."""
    if not isinstance(names, list) or not all(
        isinstance(name, str) and _OURS.fullmatch(name) for name in names
    ):
        msg = f"{root / NOTE} names what no export writes: this folder is not ours. Choose another."
        raise InvalidRequest(msg)
    _checked(root, names)
    return set(names)


def _checked(root: Path, names: Iterable[str]) -> None:
    """InvalidRequest where one of our files is none, or a link leads to it."""
    folders = set()
    for name in names:
        path = root / name
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise _elsewhere(path)
        folders |= {path.parent, path.parent.parent, path.parent.parent.parent}
    for folder in sorted(folders):
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise _elsewhere(folder)


def _elsewhere(path: Path) -> InvalidRequest:
    return InvalidRequest(
        f"{path} is not what an export writes: a link, or something else that is in its way. Take it away, or choose "
        "another folder."
    )


def _found(root: Path) -> set[str]:
    """Our files where nothing remembers them. InvalidRequest where there are others: it might be another's folder."""
    visible = [
        each.relative_to(root)
        for each in root.rglob("*")
        if (each.is_symlink() or not each.is_dir()) and not each.relative_to(root).parts[0].startswith(".")
    ]
    names = [each.as_posix() for each in visible if each.as_posix() != NOTE]
    if not all(map(_OURS.fullmatch, names)):
        msg = f"{root} holds other files, and its {NOTE} cannot be read: choose another folder."
        raise InvalidRequest(msg)
    _checked(root, names)
    return set(names)


def _rows_in(path: Path) -> int | None:
    """How many rows a file has; None where it is missing, or is no Parquet."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _note(workshop: Workshop, root: Path, told: dict[str, Any]) -> None:
    made = workshop.path("note")
    made.write_text(json.dumps(told), encoding="utf-8")
    workshop.put(made, root / NOTE)
