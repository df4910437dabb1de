"""Tables besides those of series: the systems, their events and alarms, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from .. import _time
from ..frames import Things
from ..records.base import value_kinds
from ..records.site import Alarm, Event
from ..records.system import About

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from ..archived import Archive
    from .origins import Stream

    Part: TypeAlias = tuple[int, str, str, str | None, int, int, str]
    """System, kind, series, serial; from where to where; why."""

_LOGS = {"events": Event, "alarms": Alarm}
_SYSTEM_ID = pa.field("system_id", pa.int64())
_TIME = pa.timestamp("us", "UTC")
GAPS = pa.schema(
    {
        "system_id": pa.int64(),
        "kind": pa.string(),
        "series": pa.string(),
        "serial": pa.string(),
        "start": _TIME,
        "end": _TIME,
        "reason": pa.string(),
    }
)
"""Parts without rows, and why; of lifetime series, by midnights of UTC."""


def systems_table(archive: Archive, system_ids: Iterable[int]) -> pa.Table:
    """What was last said of the systems, one row each."""
    shape = Things(value_kinds(About))
    pieces = []
    for system_id in system_ids:
        about = archive.system(system_id).about
        piece = pa.Table.from_batches(shape.pieces([about]) if about else [], shape.schema)
        if about is None:
            piece = pa.Table.from_pylist([{}], shape.schema)
        pieces.append(_of(system_id, piece))
    return pa.concat_tables([_of(0, shape.schema.empty_table()), *pieces])


def log_schema(name: str) -> pa.Schema:
    """The columns of `events` or `alarms`."""
    return pa.schema([_SYSTEM_ID, *Things(value_kinds(_LOGS[name])).schema])


def log_table(archive: Archive, name: str, system_ids: Iterable[int]) -> pa.Table:
    """The archived events, or alarms, of the systems: those that are over, and those that are not."""
    ranges: dict[int, tuple[datetime, datetime]] = {}
    for each in archive.contents():
        if each.kind == "log" and each.series == name and each.start is not None and each.end is not None:
            start, end = ranges.get(each.system_id, (each.start, each.end))
            ranges[each.system_id] = min(start, each.start), max(end, each.end)
    pieces = [log_schema(name).empty_table()]
    for system_id in system_ids:
        if system_id not in ranges:
            continue
        system = archive.system(system_id)
        if name == "events":
            pieces.append(_of(system_id, system.events(*ranges[system_id], on_error="gap").to_arrow()))
        else:
            for cleared in (False, True):
                rows = system.alarms(*ranges[system_id], cleared=cleared, on_error="gap")
                pieces.append(_of(system_id, rows.to_arrow()))
    return pa.concat_tables(pieces)


def gaps_of(streams: Iterable[Stream]) -> Iterator[Part]:
    """What is missing of series of which all has been read."""
    for stream in streams:
        origin = stream.origin
        for gap in stream.gaps():
            yield origin.system_id, origin.kind, origin.series, origin.serial, *gap


def gaps_table(gaps: Iterable[Part]) -> pa.Table:
    """Parts without rows, of which those that touch, and have the same reason, become one."""
    found: list[list[Any]] = []
    for *of, start, end, reason in sorted(gaps, key=lambda gap: (*gap[:3], gap[3] or "", *gap[4:])):
        if found and found[-1][:4] == of and found[-1][5] == start and found[-1][6] == reason:
            found[-1][5] = end
        else:
            found.append([*of, start, end, reason])
    rows = [[*of, _time.aware(start), _time.aware(end), reason] for *of, start, end, reason in found]
    columns = zip(*rows, strict=True) if rows else [[] for _ in GAPS]
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, GAPS, strict=True)], schema=GAPS
    )


def _of(system_id: int, table: pa.Table) -> pa.Table:
    return table.add_column(0, _SYSTEM_ID, pa.array([system_id] * table.num_rows, pa.int64()))
