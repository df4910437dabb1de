"""What tables have to be, in the plainest Python: row by row, from what a System says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from enphase_v4.catalog import TELEMETRY

from enphase_cloud import Archive, Gap, System
from enphase_cloud.flows.windows import window_of

VALUES = ("energy_wh", "power_w", "charge_wh", "discharge_wh", "soc_percent", "devices_reporting")


def sites(archive: Archive) -> list[tuple[System, ZoneInfo]]:
    found = []
    for system_id in sorted({each.system_id for each in archive.contents() if each.kind == "telemetry"}):
        system = archive.system(system_id)
        found.append((system, ZoneInfo(system.timezone or "UTC")))
    return found


def series_of(archive: Archive, system: System) -> list[Any]:
    contents = [
        each for each in archive.contents() if each.kind == "telemetry" and each.system_id == system.system_id
    ]
    return sorted(contents, key=lambda each: (each.series, each.serial or ""))


def bucket(every: str, zone: ZoneInfo, at: datetime) -> tuple[datetime, datetime]:
    """The bucket that holds a moment, found by walking: minute steps would do, quarters are enough."""

    def shown(moment: datetime) -> object:
        local = moment.astimezone(zone)
        if every == "15min":
            return int(moment.timestamp()) // 900
        if every == "hour":
            return local.date(), local.hour, local.utcoffset()
        return local.date() if every == "day" else (local.year, local.month)

    quarter = timedelta(minutes=15)
    start = datetime.fromtimestamp(int(at.timestamp()) // 900 * 900, UTC)
    stop = start + quarter
    while shown(start - quarter) == shown(at):
        start -= quarter
    while shown(stop) == shown(at):
        stop += quarter
    return start, stop


class Placing:
    """Puts moments, in order, into buckets."""

    def __init__(self, every: str, zone: ZoneInfo) -> None:
        self._every, self._zone = every, zone
        self._last: tuple[datetime, datetime] | None = None

    def of(self, at: datetime) -> tuple[datetime, datetime]:
        if self._last is None or not self._last[0] <= at < self._last[1]:
            self._last = bucket(self._every, self._zone, at)
        return self._last

    def count(self, gaps: Iterable[Gap], step: timedelta) -> Counter[tuple[datetime, datetime]]:
        """How many intervals of gaps lie in each bucket."""
        found: Counter[tuple[datetime, datetime]] = Counter()
        for gap in gaps:
            begin = gap.start
            while begin < gap.end:
                found[self.of(begin)] += 1
                begin += step
        return found


def long(archive: Archive) -> list[dict[str, Any]]:
    """All rows as they were measured."""
    found = []
    for system, zone in sites(archive):
        for each in series_of(archive, system):
            step = timedelta(seconds=window_of(TELEMETRY[each.series]).step_seconds)
            for row in system.telemetry(each.series, each.start, each.end, serial=each.serial):
                start = row.end - step
                found.append(
                    {
                        "system_id": system.system_id,
                        "series": each.series,
                        "serial": each.serial,
                        "start": start,
                        "end": row.end,
                        "start_local": start.astimezone(zone).replace(tzinfo=None),
                        **{name: getattr(row, name, None) for name in VALUES},
                    }
                )
    return sorted(found, key=lambda row: (row["end"], row["system_id"], row["series"], row["serial"] or ""))


def summed(archive: Archive, every: str) -> list[dict[str, Any]]:
    """All rows, added up to buckets."""
    found = []
    for system, zone in sites(archive):
        for each in series_of(archive, system):
            step = timedelta(seconds=window_of(TELEMETRY[each.series]).step_seconds)
            rows = system.telemetry(each.series, each.start, each.end, serial=each.serial)
            sums: dict[tuple[datetime, datetime], list[Any]] = defaultdict(list)
            place = Placing(every, zone)
            for row in rows:
                sums[place.of(row.end - step)].append(row)
            early = [gap for gap in rows.gaps if gap.reason == "before operation"]
            nights, before = (place.count(gaps, step) for gaps in (rows.silences, early))
            for (start, stop), inside in sums.items():
                energies = [name for name in inside[0]._fields if name.endswith("_wh")]
                whole = [row for row in inside if all(getattr(row, name) is not None for name in energies)]
                values: dict[str, Any] = dict.fromkeys(VALUES)
                for name in inside[0]._fields[1:]:
                    there = [getattr(row, name) for row in inside if getattr(row, name) is not None]
                    if there:
                        values[name] = {
                            "power_w": sum(there) / (len(there) + nights[start, stop]),
                            "soc_percent": there[-1],
                            "devices_reporting": min(there),
                        }.get(name, sum(there))
                found.append(
                    {
                        "system_id": system.system_id,
                        "series": each.series,
                        "serial": each.serial,
                        "start": start,
                        "end": stop,
                        "start_local": start.astimezone(zone).replace(tzinfo=None),
                        **values,
                        "intervals": len(whole),
                        "expected": (stop - start) // step - nights[start, stop] - before[start, stop],
                    }
                )
    return sorted(found, key=lambda row: (row["end"], row["system_id"], row["series"], row["serial"] or ""))
