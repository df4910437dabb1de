"""The six site level series: one reader of windows, and what a row of each looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from enphase_v4.catalog import TELEMETRY

from enphase_cloud.mock.energy import MICRO_STEP
from enphase_cloud.mock.facts import window_of
from enphase_cloud.mock.fleet import STEP, Home
from enphase_cloud.mock.handlers.common import meta
from enphase_cloud.mock.history import History, Slice
from enphase_cloud.mock.service import Asked, Handler, Service
from enphase_cloud.mock.windows import Window, find_window, longest

Row = dict[str, Any]


class Series(NamedTuple):
    """How a series differs from the others.

    rows: the rows of a part of a day, as they are at a moment
    first: end of the first interval; None where nothing measures
    devices: what the answer calls `total_devices`, at a moment
    has_meta: whether the answer has `meta`
    """

    rows: Callable[[History, Slice, int], Iterator[Row]]
    first: Callable[[Home], int | None]
    devices: Callable[[History, int], int]
    has_meta: bool


def telemetry(name: str) -> Handler:
    """The handler of the series `name`."""
    series = SERIES[name]

    def handler(service: Service, asked: Asked) -> dict[str, Any]:
        history, now = service.history(asked), service.now
        window, rows = read(service, history, name, series, asked.query)
        payload: dict[str, Any] = {
            "system_id": history.home.system_id,
            "granularity": window.granularity,
            "total_devices": series.devices(history, now),
            **bounds(window, history),
            "items": "intervals",
            "intervals": as_intervals(service, name, rows),
        }
        if series.has_meta:
            payload["meta"] = meta(history, now, service.settings.quirks)
        if name == "battery" and (soc := last_soc(history, now)) is not None:
            payload["last_reported_aggregate_soc"] = f"{soc}%"
        return payload

    return handler


def read(
    service: Service, history: History, name: str, series: Series, query: Mapping[str, str]
) -> tuple[Window, list[Row]]:
    """The window that `query` gets of the series `name`, and the rows in it, as the switches have them.

    Raises LookupError where the catalog has no window for it.
    """
    facts, now, settings = window_of(TELEMETRY[name].operation_id), service.now, service.settings
    step, cap = facts.step_seconds, longest(settings, name)
    window = find_window(query, history, now=now, step=step, lookback_months=facts.lookback_months, cap=cap)
    if settings.stuck_windows:
        window = window.stuck()
    early = step if settings.boundary_row else 0
    return window, list(_rows(series, history, window, now=now, step=step, early=early))


def as_intervals(service: Service, name: str, rows: list[Row]) -> list[Any]:
    """The rows as the answer lists them: in a list of their own, where the series is one that nests them."""
    return [rows] if rows and name in service.settings.nested else rows


def _rows(
    series: Series, history: History, window: Window, *, now: int, step: int, early: int
) -> Iterator[Row]:
    """The rows whose end lies in the window, its start excluded; and `early` seconds of rows before it."""
    first, last = series.first(history.home), history.energy_until(now)
    if first is None or last is None or window.end <= window.start or window.start >= last:
        return
    start = max(window.start - early, first - STEP)
    for part in history.slices(start, min(window.end, last), step):
        yield from series.rows(history, part, now)


def bounds(window: Window, history: History) -> dict[str, Any]:
    """Where an answer says that its window begins and ends."""
    if window.by_date:
        return {**window.dates(history)}
    return {"start_at": window.start, "end_at": window.end}


def last_soc(history: History, now: int) -> int | None:
    """The latest state of charge that is there, in percent; None without batteries."""
    last = history.last_interval(now)
    if last is None or history.home.battery is None:
        return None
    day, index = last
    return history.flows(day).soc_percent[index]


def _micro_rows(history: History, part: Slice, now: int) -> Iterator[Row]:
    power_w, energy_wh = history.sun(part.day)
    count, first = history.home.modules, part.midnight + MICRO_STEP
    for index in range(part.low, part.high):
        if power_w[index] >= 0:
            end = first + index * MICRO_STEP
            reporting = count - history.late_micros(end, now)
            yield {
                "end_at": end,
                "devices_reporting": reporting,
                "powr": power_w[index] * reporting // count,
                "enwh": energy_wh[index] * reporting // count,
            }


def _meter_rows(flow: str, field: str, *, counted: bool) -> Callable[[History, Slice, int], Iterator[Row]]:
    def rows(history: History, part: Slice, _: int) -> Iterator[Row]:
        values = getattr(history.flows(part.day), flow)
        extra = {"devices_reporting": 1} if counted else {}
        for index in range(part.low, part.high):
            yield {"end_at": part.midnight + (index + 1) * STEP, **extra, field: values[index]}

    return rows


def _battery_rows(history: History, part: Slice, _: int) -> Iterator[Row]:
    flows = history.flows(part.day)
    count = _units(history.home)
    for index in range(part.low, part.high):
        yield {
            "end_at": part.midnight + (index + 1) * STEP,
            "charge": {"enwh": flows.charge[index], "devices_reporting": count},
            "discharge": {"enwh": flows.discharge[index], "devices_reporting": count},
            "soc": {"percent": flows.soc_percent[index], "devices_reporting": count},
        }


def _units(home: Home) -> int:
    return 0 if home.battery is None else home.battery.units


def _batteries(history: History, _: int) -> int:
    return _units(history.home)


def _micros(history: History, _: int) -> int:
    return history.home.modules


def _meters(history: History, now: int) -> int:
    return 1 if history.metered(now) else 0


def _none(_: History, __: int) -> int:
    return 0  # as documented


def _worked(home: Home) -> int | None:
    return home.operational_at


def _metered(home: Home) -> int | None:
    return home.metered_at


def _stored(home: Home) -> int | None:
    return home.metered_at if home.battery is not None else None


SERIES = {
    "production_micro": Series(_micro_rows, _worked, _micros, True),
    "production_meter": Series(_meter_rows("production", "wh_del", counted=True), _metered, _meters, False),
    "consumption_meter": Series(_meter_rows("consumption", "enwh", counted=True), _metered, _meters, True),
    "battery": Series(_battery_rows, _stored, _batteries, False),
    "energy_import": Series(_meter_rows("import_", "wh_imported", counted=False), _metered, _none, True),
    "energy_export": Series(_meter_rows("export", "wh_exported", counted=False), _metered, _none, True),
}
