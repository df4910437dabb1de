"""The tables that are exported: what their columns are, and how rows as they are read become theirs (DuckDB).

What rows are made of here: `raw` (see origins), `origins` (of which system and series a rank is), `zones` (from when on
which clock holds), `buckets` (of each zone) and `quiet` (parts in which no row was to come).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..rows import COUNT
from .buckets import DAY, buckets, offsets
from .engine import connect
from .origins import VALUES, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo
    from pathlib import Path

    from .choice import Choice
    from .origins import Stream

_UNITS = {"wh": "Wh", "w": "W", "percent": "%"}
_LOCAL = {"start": "UTC", "end": "UTC", "start_local": None}
_DAY_VALUES = tuple(name for name in VALUES if name not in ("power_w", "soc_percent"))
MEMORY = "256MB"
"""What DuckDB may use; beyond that it goes to the disk."""

_OF_ROWS = """
SELECT r.rank, r.stop - o.step AS start, r.stop, r.stop - o.step + z.ahead AS local, {values}
FROM raw r JOIN origins o USING (rank) ASOF JOIN zones z ON o.zone = z.zone AND r.stop - o.step >= z.start
"""
_OF_BUCKETS = """
WITH still AS (
    SELECT q.rank, b.start,
           sum(least(q.stop, b.stop) - greatest(q.start, b.start)) AS seconds,
           sum(least(q.stop, b.stop) - greatest(q.start, b.start)) FILTER (q.night) AS dark
    FROM quiet q JOIN origins o USING (rank) JOIN buckets b ON o.zone = b.zone AND q.start < b.stop AND q.stop > b.start
    GROUP BY ALL
), found AS (
    SELECT r.rank, b.start, any_value(b.stop) AS stop, any_value(b.local) AS local, any_value(o.step) AS step,
           sum(energy_wh) AS energy_wh, sum(power_w) AS watts, count(power_w) AS powers,
           sum(charge_wh) AS charge_wh, sum(discharge_wh) AS discharge_wh,
           arg_max(soc_percent, r.stop) AS soc_percent, min(devices_reporting) AS devices_reporting,
           count(*) FILTER (whole) AS intervals
    FROM raw r JOIN origins o USING (rank) ASOF JOIN buckets b ON o.zone = b.zone AND r.stop - o.step >= b.start
    GROUP BY ALL
)
SELECT rank, f.start, f.stop, f.local, energy_wh,
       watts / nullif(powers + coalesce(dark, 0) // step, 0) AS power_w,
       charge_wh, discharge_wh, soc_percent, devices_reporting, intervals,
       (f.stop - f.start - coalesce(seconds, 0)) // step AS expected
FROM found f LEFT JOIN still USING (rank, start)
"""
_WIDE = """
WITH long AS MATERIALIZED (SELECT l.*, o.system_id FROM shaped l JOIN origins o USING (rank)),
present AS (SELECT DISTINCT system_id, start, stop, local FROM long),
still AS (
    SELECT q.rank, b.start, sum(least(q.stop, b.stop) - greatest(q.start, b.start)) AS seconds
    FROM quiet q JOIN origins o USING (rank) JOIN buckets b ON o.zone = b.zone AND q.start < b.stop AND q.stop > b.start
    GROUP BY ALL
), lacking AS (
    SELECT p.system_id, p.start,
           string_agg(o.label || ' ' || coalesce(l.intervals, 0) || '/' || e.expected, ', ' ORDER BY o.rank)
               AS incomplete
    FROM present p JOIN origins o USING (system_id)
    LEFT JOIN long l ON l.rank = o.rank AND l.start = p.start
    LEFT JOIN still s ON s.rank = o.rank AND s.start = p.start,
    LATERAL (SELECT (p.stop - p.start - coalesce(s.seconds, 0)) // o.step AS expected) e
    WHERE coalesce(l.intervals, 0) < e.expected
    GROUP BY ALL
), joined AS (
    SELECT system_id, start, any_value(stop) AS stop, any_value(local) AS local, {cells} FROM long GROUP BY ALL
)
SELECT j.*, lacking.incomplete FROM joined j LEFT JOIN lacking USING (system_id, start)
"""


class Shaper:
    """Makes tables of rows, for one choice and its origins; a context manager."""

    def __init__(self, kind: str, choice: Choice, origins: Sequence[Origin], spill: Path) -> None:
        self.kind, self.wide = kind, choice.layout == "wide"
        days = kind == "lifetime" and choice.every != "month"
        self.every = ("day" if self.wide else None) if days else choice.every
        self.origins = origins
        zones = dict.fromkeys(origin.zone for origin in origins)
        self._zones = {zone: number for number, zone in enumerate(zones)}
        self._cells = self._columns()
        self.schema = self._schema()
        self._engine = connect(
            # One thread, so that sums come out the same to the last digit, whatever is read with them.
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(spill),
                "threads": 1,
            },
        )
        self._engine.execute("SET preserve_insertion_order = false")

    def __enter__(self) -> Shaper:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def shape(self, streams: Sequence[Stream], until: dict[tzinfo, int]) -> pa.Table:
        """The rows of some origins up to a position in each zone, as the table has them; not in order."""
        raw: list[pa.Table] = []
        quiet: list[tuple[int, int, int, bool]] = []
        low = min(stream.done for stream in streams)
        for stream in streams:
            end = until[stream.origin.zone]
            raw += stream.take(end)
            if self.every:
                quiet += [(stream.rank, *part) for part in stream.quiet(end)]
            stream.done = max(stream.done, end)
        if not raw:
            return self.schema.empty_table()
        self._register("raw", pa.concat_tables(raw))
        self._register("origins", self._origins(streams))
        zones = {stream.origin.zone: until[stream.origin.zone] for stream in streams}
        if self.every:
            self._register("quiet", _table(quiet, _QUIET))
            self._register("buckets", self._buckets(low, zones))
            query = _OF_BUCKETS
        else:
            self._register("zones", self._offsets(low, zones))
            query = _OF_ROWS.format(values=", ".join((*VALUES, COUNT)))
        if self.wide:
            self._register("shaped", self._engine.sql(query).to_arrow_table())
            query = _WIDE.format(cells=", ".join(self._filtered()))
        return self._dressed(query)

    def order(self, pieces: Sequence[pa.Table]) -> pa.Table:
        """Tables that `shape` made, as one, in order."""
        table = pa.concat_tables(pieces) if pieces else self.schema.empty_table()
        keys = ["end", "system_id"] if self.kind == "telemetry" else ["date", "system_id"]
        keys += [] if self.wide else ["series", "serial"]
        return table.sort_by([(key, "ascending") for key in keys])

    def _register(self, name: str, table: pa.Table) -> None:
        self._engine.register(name, table)

    def _dressed(self, query: str) -> pa.Table:
        """What a query gives, with the columns of the table."""
        known = {
            "start": "start * 1000000",
            "end": "stop * 1000000",
            "start_local": "local * 1000000",
            "date": f"(local // {DAY})::INTEGER",
            "devices_reporting": "devices_reporting::BIGINT",
            "intervals": "intervals::BIGINT",
            "expected": "expected::BIGINT",
        }
        names = (f"{known.get(name, _quoted(name))} AS {_quoted(name)}" for name in self.schema.names)
        source = (
            "made"
            if self.wide
            else "made JOIN (SELECT rank, system_id, series, serial FROM origins) USING (rank)"
        )
        table = self._engine.sql(
            f"WITH made AS ({query}) SELECT {', '.join(names)} FROM {source}"
        ).to_arrow_table()
        return table.cast(self.schema)

    def _columns(self) -> dict[str, tuple[str, list[int]]]:
        """Of wide tables: the columns of values, and of which value and which origins they are."""
        found: dict[str, tuple[str, list[int]]] = {}
        for rank, origin in enumerate(self.origins):
            for value in origin.values:
                if value != COUNT:
                    found.setdefault(f"{origin.label}_{value}", (value, []))[1].append(rank)
        return found

    def _filtered(self) -> list[str]:
        return [
            f"max({value}) FILTER (rank IN ({', '.join(map(str, ranks))})) AS {_quoted(name)}"
            for name, (value, ranks) in self._cells.items()
        ]

    def _schema(self) -> pa.Schema:
        text, number, whole = pa.string(), pa.float64(), pa.int64()
        times: dict[str, pa.DataType] = {"date": pa.date32()}
        if self.kind == "telemetry":
            times = {name: pa.timestamp("us", zone) for name, zone in _LOCAL.items()}
        if self.wide:
            columns = {"system_id": whole, **times, **dict.fromkeys(self._cells, number), "incomplete": text}
        else:
            names = VALUES if self.kind == "telemetry" else _DAY_VALUES
            columns = {
                "system_id": whole,
                "series": text,
                "serial": text,
                **times,
                **dict.fromkeys(names, number),
            }
            columns |= {COUNT: whole} if self.kind == "telemetry" else {}
            columns |= {"intervals": whole, "expected": whole} if self.every else {}
        units = {name: _UNITS.get(name.rpartition("_")[2]) for name in columns}
        return pa.schema(
            pa.field(name, kind, metadata={"unit": unit} if (unit := units[name]) else None)
            for name, kind in columns.items()
        )

    def _origins(self, streams: Sequence[Stream]) -> pa.Table:
        rows = []
        for rank, origin in ((stream.rank, stream.origin) for stream in streams):
            named = origin.system_id, origin.series, origin.serial, origin.label
            rows.append((rank, *named, self._zones[origin.zone], origin.step))
        return _table(rows, _ORIGINS)

    def _buckets(self, low: int, zones: dict[tzinfo, int]) -> pa.Table:
        assert self.every is not None  # noqa: S101 - for the type checker: there are none otherwise
        rows = [
            (self._zones[zone], *bucket)
            for zone, until in zones.items()
            for bucket in buckets(self.every, zone, low, until)
        ]
        return _table(rows, _BUCKETS)

    def _offsets(self, low: int, zones: dict[tzinfo, int]) -> pa.Table:
        rows = [
            (self._zones[zone], at, ahead)
            for zone, until in zones.items()
            for at, ahead in offsets(zone, low - DAY, until)
        ]
        return _table(rows, _OFFSETS)


_QUIET = {"rank": pa.int32(), "start": pa.int64(), "stop": pa.int64(), "night": pa.bool_()}
_BUCKETS = {"zone": pa.int32(), "start": pa.int64(), "stop": pa.int64(), "local": pa.int64()}
_OFFSETS = {"zone": pa.int32(), "start": pa.int64(), "ahead": pa.int64()}
_ORIGINS = {
    "rank": pa.int32(),
    "system_id": pa.int64(),
    "series": pa.string(),
    "serial": pa.string(),
    "label": pa.string(),
    "zone": pa.int32(),
    "step": pa.int64(),
}


def _table(rows: Sequence[tuple[Any, ...]], columns: dict[str, pa.DataType]) -> pa.Table:
    turned = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(values, kind) for values, kind in zip(turned, columns.values(), strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
