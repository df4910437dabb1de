"""Two years of every series, through the client, against the world that the mock plays: row by row, to the Wh.

Series of devices are the half of it, and are asked for by each device: two years of those are for `make soak`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from enphase_v4.catalog import LIFETIME, TELEMETRY

from enphase_cloud import Enphase, mock
from tests.conftest import Found

from .worlds import KEY, NOW, TOKEN, Clock

HOMES = 8

STEP, MICRO_STEP, DAY = 900, 300, 86_400
LATE = 6 * 3600
"""What is younger the mock still revises."""
UNTIL = NOW - LATE
WITH_ACB = 6
"""The home of the fleet that has batteries of the older kind; the first one has everything else."""
Value = tuple[Any, ...]


def days(history: Any) -> Iterator[tuple[int, Any]]:
    """The local days of the last two years, each with its midnight."""
    day = history.date_at(NOW - 730 * DAY)
    while history.midnight(day) < UNTIL:
        yield history.midnight(day), day
        day += timedelta(days=1)


def meters(*names: str) -> Callable[[Any], Iterator[tuple[int, Value]]]:
    """What the meters of a home measured in each interval, by its end."""

    def measured(history: Any) -> Iterator[tuple[int, Value]]:
        for midnight, day in days(history):
            flows = history.flows(day)
            for index, values in enumerate(zip(*(getattr(flows, name) for name in names), strict=True)):
                yield midnight + (index + 1) * STEP, values

    return measured


def micros(history: Any) -> Iterator[tuple[int, Value]]:
    """What the microinverters made while the sun was up."""
    for midnight, day in days(history):
        sun = history.sun(day)
        for index, power_w in enumerate(sun.power_w):
            if power_w >= 0:
                yield midnight + (index + 1) * MICRO_STEP, (sun.energy_wh[index], power_w)


def charger(history: Any) -> Iterator[tuple[int, Value]]:
    """What the first EV charger took."""
    first = history.charging.chargers[0]
    for midnight, day in days(history):
        values = history.charging.charger_wh(first, day, midnight, history.length(day) // STEP)
        for index, energy_wh in enumerate(values):
            yield midnight + (index + 1) * STEP, (energy_wh,)


WORLD: dict[str, Callable[[Any], Iterator[tuple[int, Value]]]] = {
    "production_micro": micros,
    "micro": micros,
    "production_meter": meters("production"),
    "rgm": meters("production"),
    "consumption_meter": meters("consumption"),
    "battery": meters("charge", "discharge", "soc_percent"),
    "encharge": meters("charge", "discharge"),
    "acb": meters("charge", "discharge"),
    "energy_import": meters("import_"),
    "energy_export": meters("export"),
    "ev_charger": charger,
}
CLASSES = {"micro": "micros", "acb": "acbs", "encharge": "encharges"}
VALUES = {"micros": ("energy_wh", "power_w"), "batteries": ("charge_wh", "discharge_wh")}


def test_every_series_is_compared() -> None:
    assert set(WORLD) == set(TELEMETRY)


@pytest.mark.parametrize(
    ("series", "most"),
    [
        *((series, 150 if series in CLASSES else 730) for series in WORLD),
        *(pytest.param(series, 730, marks=pytest.mark.soak) for series in CLASSES),
    ],
)
def test_rows_are_what_the_world_measured(server: mock.Server, series: str, most: int, found: Found) -> None:
    history = server.service.histories[WITH_ACB if series == "acb" else 0]
    home = history.home
    began = begin_of(home.operational_at if WORLD[series] is micros else home.metered_at, most)
    with Enphase(api_key=KEY, access_token=TOKEN, base_url=server.url, runtime=Clock(server)) as enphase:
        system = enphase.system(home.system_id, timezone=str(home.zone))
        names, total = values_of(system, series, began)
    expected = {
        end: tuple(values[: len(names)])
        for end, values in WORLD[series](history)
        if began + DAY < end <= UNTIL and not in_gap(home, end)
    }
    assert len(expected) > 100 * 96
    read = {end: values for end, values in total.items() if began + DAY < end <= UNTIL}
    found(rows_compared=len(expected), rows_that_differ=len(read.items() ^ expected.items()))
    assert read == expected


def begin_of(measured_since: int | None, most: int = 730) -> int:
    """Since when a home has been measured, and can be asked for; no more than so many days."""
    assert measured_since is not None
    return max(measured_since, NOW - most * DAY)


def values_in(row: Any) -> Value:
    return tuple(row)[1:]


def in_gap(home: Any, end: int) -> bool:
    return home.gap is not None and home.gap[0] < end <= home.gap[1]


def values_of(system: Any, series: str, began: int) -> tuple[tuple[str, ...], dict[int, Value]]:
    """The values of the rows by their ends; of a series of devices, the sums over all devices of the class."""
    start = datetime.fromtimestamp(began, UTC)
    if series not in CLASSES:
        serial = system.ev_chargers()[0].serial_number if series == "ev_charger" else None
        rows = system.telemetry(series, start, serial=serial)
        columns = rows.columns()
        assert rows.problems == []
        names = tuple(name for name in columns if name not in ("end", "devices_reporting"))
        ends = [int(end.timestamp()) for end in columns["end"]]
        return names, dict(zip(ends, zip(*(columns[name] for name in names), strict=True), strict=True))
    names = VALUES["micros" if series == "micro" else "batteries"]
    total: dict[int, Value] = {}
    serials = [each.serial_number for each in system.devices() if each.device_type == CLASSES[series]]
    for serial in serials:
        columns = system.telemetry(series, start, serial=serial).columns()
        for end, *values in zip(columns["end"], *(columns[name] for name in names), strict=True):
            at = int(end.timestamp())
            total[at] = tuple(map(sum, zip(total.get(at, (0,) * len(names)), values, strict=True)))
    return names, total


TOTALS = {
    "production": ("production",),
    "consumption": ("consumption",),
    "battery": ("charge", "discharge"),
    "import": ("import_",),
    "export": ("export",),
}


@pytest.mark.parametrize("kind", LIFETIME)
def test_days_are_what_the_world_measured(server: mock.Server, kind: str, found: Found) -> None:
    history = server.service.histories[0]
    zone, first = history.home.zone, history.date_at(begin_of(history.home.metered_at) + DAY)
    with Enphase(api_key=KEY, access_token=TOKEN, base_url=server.url, runtime=Clock(server)) as enphase:
        system = enphase.system(history.home.system_id, timezone=str(zone))
        serial = system.ev_chargers()[0].serial_number if kind == "ev_charger" else None
        rows = list(system.lifetime(kind, first, serial=serial))
    source = charger if kind == "ev_charger" else meters(*TOTALS[kind])

    def local(item: tuple[int, Value]) -> Any:
        return datetime.fromtimestamp(item[0] - 1, zone).date()

    expected = {
        day: tuple(map(sum, zip(*(values for _, values in group), strict=True)))
        for day, group in groupby(source(history), local)
    }
    today = history.date_at(NOW)
    settled = [row for row in rows if row.date < today - timedelta(days=1)]
    assert len(settled) > 100
    read = {row.date: values_in(row) for row in settled}
    wanted = {row.date: expected[row.date] for row in settled}
    found(rows_compared=len(wanted), rows_that_differ=len(read.items() ^ wanted.items()))
    assert read == wanted
