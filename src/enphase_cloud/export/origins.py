"""What the archive has of each series, and how it is read: in the order of time, piece by piece.

Positions are epoch seconds: those of the ends of intervals. Days of lifetime series have those of the midnights of UTC,
whatever the zone of the site: what is true of intervals is true of days then.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from enphase_v4.catalog import LIFETIME, OPERATIONS, TELEMETRY

from .. import _time
from ..flows.windows import window_of
from ..rows import COUNT, GapReason
from .buckets import DAY
from .choice import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from enphase_v4.catalog import Window

    from .._time import Moment
    from ..archive.answers import Meta
    from ..archived import Archive
    from ..rows import Gap
    from ..system import System
    from .choice import Choice

VALUES = ("energy_wh", "power_w", "charge_wh", "discharge_wh", "soc_percent")
RAW = pa.schema(
    {
        "rank": pa.int32(),
        "stop": pa.int64(),
        "whole": pa.bool_(),
        **dict.fromkeys(VALUES, pa.float64()),
        COUNT: pa.int64(),
    }
)
"""Rows as they are read: of which origin, where the interval ends, whether all of its energies are there."""
_OPEN = frozenset(GapReason) - {
    GapReason.BEFORE_OPERATION,
    GapReason.OUTSIDE_LOOKBACK,
    GapReason.NOT_REPORTED,
    GapReason.NIGHT,
}
"""Reasons of gaps that may be filled."""
_FOR_SYNC = frozenset({GapReason.FAILED, GapReason.NOT_IN_PLAN, GapReason.UNREADABLE, GapReason.NOT_ARCHIVED})
"""Those that a sync fills, or tries to; the others wait for the service to have rows."""


class Origin(NamedTuple):
    """A series of a system, as far as it is archived and wanted."""

    kind: str
    system_id: int
    series: str
    serial: str | None
    zone: tzinfo
    """UTC for lifetime series, as their positions are."""
    start: int
    until: int
    final: int
    """What ends up to here is not going to be asked for again."""
    arrived: tuple[tuple[int, int], ...]
    """The numbers of its answers, in the order in which they came, and where they begin."""
    site: str
    """What is known of the system that decides which rows there are: its time zone, and when it began to work."""

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return "/".join((self.kind, str(self.system_id), self.series, self.serial or ""))

    @property
    def label(self) -> str:
        """What it is called among those of its system."""
        return f"{self.series}_{self.serial}" if self.serial else self.series

    @property
    def window(self) -> Window:
        """The catalog's facts."""
        return window_of((TELEMETRY if self.kind == "telemetry" else LIFETIME)[self.series])

    @property
    def values(self) -> tuple[str, ...]:
        """The names of its values."""
        return tuple(name for name, _ in self.window.values)

    @property
    def step(self) -> int:
        """Seconds from one row to the next."""
        return self.window.step_seconds or DAY


def origins(archive: Archive, choice: Choice) -> list[Origin]:
    """What the archive has of what is wanted, in the order of system, series and serial."""
    found: list[Origin] = []
    for system_id in archive.store.system_ids():
        of_system = _by_series(archive.store.metas(system_id), choice)
        if not of_system:
            continue
        system = archive.system(system_id)
        local = zone_of(system)
        site = f"{system.timezone} {system.operational_at}"
        for (kind, series, serial), metas in of_system.items():
            zone = UTC if kind == "lifetime" else local
            start = min(meta.start for meta in metas)
            until = max(meta.until for meta in metas)
            final = max(meta.final for meta in metas)
            if choice.start is not None:
                start = max(start, _bound(choice.start, kind, zone))
            if choice.end is not None:
                until = min(until, _bound(choice.end, kind, zone))
            if start < until:
                arrived = tuple(sorted((meta.id, meta.start) for meta in metas))
                lies = start, until, min(final, until)
                found.append(Origin(kind, system_id, series, serial, zone, *lies, arrived, site))
    return sorted(found, key=lambda origin: (origin.system_id, origin.series, origin.serial or ""))


def _by_series(metas: Iterable[Meta], choice: Choice) -> dict[tuple[str, str, str | None], list[Meta]]:
    """The answers that cover something of what is wanted, by kind, series and serial."""
    found: dict[tuple[str, str, str | None], list[Meta]] = {}
    for meta in metas:
        window = OPERATIONS[meta.operation].window
        if window is None or window.kind not in KINDS or meta.start >= meta.until:
            continue
        if choice.takes(window.kind, meta.system_id, window.series):
            serial = json.loads(meta.detail).get(window.serial) if window.serial else None
            found.setdefault((window.kind, window.series, serial), []).append(meta)
    return found


def _bound(moment: Moment, kind: str, zone: tzinfo) -> int:
    """Where a wished-for range begins or ends: of lifetime series, with the date that is written in it."""
    return _time.midnight(moment.local.date(), UTC) if kind == "lifetime" else moment.epoch(zone)


def zone_of(system: System) -> tzinfo:
    """The zone of a site; UTC where it is not known."""
    return (_time.find_zone(system.timezone) if system.timezone else None) or UTC


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())


class Stream:
    """The rows of an origin, from a position on. They are read once."""

    def __init__(self, system: System, origin: Origin, rank: int, begin: int) -> None:
        self.origin = origin
        self.begin = begin = max(begin, origin.start)
        """From here on it is read."""
        self.done = begin
        """Up to here it has been handed on."""
        self.rank = rank
        """Its number among the origins of a table."""
        self._system = system
        self._rows = self._ask(begin) if begin < origin.until else None
        self._batches: Iterator[Any] = iter(()) if self._rows is None else self._rows.to_batches()
        self._held: pa.Table | None = None

    def peek(self) -> int | None:
        """The position of the next row; None where there is no more."""
        if self._held is None or not self._held.num_rows:
            batch = next((batch for batch in self._batches if batch.num_rows), None)
            self._held = None if batch is None else self._read(batch)
        return None if self._held is None else int(self._held["stop"][0].as_py())

    def take(self, until: int) -> list[pa.Table]:
        """The rows up to a position, in pieces."""
        pieces = []
        while (first := self.peek()) is not None and first <= until and self._held is not None:
            stops = self._held["stop"]
            count = len(stops)
            if stops[-1].as_py() > until:
                count = pc.sum(pc.less_equal(stops, until)).as_py()
            pieces.append(self._held.slice(0, count))
            self._held = self._held.slice(count)
        return pieces

    def quiet(self, until: int) -> list[tuple[int, int, bool]]:
        """The parts after what was handed on in which no row was to come: start, end, and whether that is a night.

        Known up to the position of the next row.
        """
        if self._rows is None:
            return []
        nights = self._rows.silences if self.origin.window.silent else []
        early = [gap for gap in self._rows.gaps if gap.reason == GapReason.BEFORE_OPERATION]
        found = [(*self._part(gap), True) for gap in nights[bisect_right(nights, self.done, key=_end) :]]
        found += [(*self._part(gap), False) for gap in early]
        return [
            (max(start, self.done), min(end, until), night)
            for start, end, night in found
            if start < until and end > self.done
        ]

    def gaps(self) -> list[tuple[int, int, str]]:
        """The parts without rows, and why; complete when all has been handed on."""
        return [] if self._rows is None else [(*self._part(gap), gap.reason) for gap in self._rows.gaps]

    @property
    def settled(self) -> int:
        """Up to here nothing is going to be revised, as far as the archive knows; known when all was handed on."""
        if self._rows is None:
            return min(self.done, self.origin.final)
        until = self._rows.settled_until
        told = self.origin.start if until is None else self._position(until)
        opened = [self._part(gap)[0] for gap in self._rows.gaps if gap.reason in _OPEN]
        return max(min(told, self.origin.final, *opened), 0)

    def _ask(self, begin: int) -> Any:
        origin = self.origin
        if origin.kind == "telemetry":
            return self._system.telemetry(
                origin.series,
                _time.aware(begin),
                _time.aware(origin.until),
                serial=origin.serial,
                on_error="gap",
            )
        # A day has the position at which it ends.
        first, last = (datetime.fromtimestamp(at - at % DAY, UTC).date() for at in (begin, origin.until))
        return self._system.lifetime(
            origin.series, first, max(last, first + timedelta(days=1)), serial=origin.serial, on_error="gap"
        )

    def _read(self, batch: pa.RecordBatch) -> pa.Table:
        count = batch.num_rows
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        if self.origin.kind == "telemetry":
            stop = pc.divide(columns["end"].cast(pa.int64()), 1_000_000)
        else:
            days = columns["date"].cast(pa.int32()).cast(pa.int64())
            stop = pc.multiply(pc.add(days, 1), DAY)
        energies = [columns[name].is_valid() for name in self.origin.values if name.endswith("_wh")]
        whole = energies[0]
        for each in energies[1:]:
            whole = pc.and_(whole, each)
        known = {"rank": pa.repeat(pa.scalar(self.rank, pa.int32()), count), "stop": stop, "whole": whole}
        arrays = [
            known[field.name] if field.name in known else columns.get(field.name, pa.nulls(count, field.type))
            for field in RAW
        ]
        return pa.Table.from_arrays(arrays, schema=RAW)

    def _part(self, gap: Gap) -> tuple[int, int]:
        return self._position(gap.start), self._position(gap.end)

    def _position(self, moment: datetime) -> int:
        """Where a moment lies; of lifetime series it is a midnight of the site, or of UTC where its zone is unknown."""
        if self.origin.kind == "telemetry":
            return epoch(moment)
        on = moment.astimezone(zone_of(self._system))
        return epoch(datetime(on.year, on.month, on.day, tzinfo=UTC))


def open_gaps(streams: Sequence[Stream]) -> tuple[int, int]:
    """How many parts without rows a sync may fill, and how many others are still open; known when all was handed on."""
    reasons = [reason for stream in streams for _, _, reason in stream.gaps() if reason in _OPEN]
    for_sync = sum(reason in _FOR_SYNC for reason in reasons)
    return for_sync, len(reasons) - for_sync


def _end(gap: Gap) -> int:
    return epoch(gap.end)
