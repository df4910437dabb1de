"""The six site level series: one reader of windows, and what a row of each looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from enphase_v4.catalog import TELEMETRY

from enphase_cloud.mock.energy import MICRO_STEP
from enphase_cloud.mock.fleet import STEP, Home
from enphase_cloud.mock.handlers.common import meta
from enphase_cloud.mock.history import History, Slice
from enphase_cloud.mock.service import Asked, Handler, Service
from enphase_cloud.mock.windows import Window, find_window

Row = dict[str, Any]


class Series(NamedTuple):
    """How a series differs from the others.

    rows: the rows of a part of a day
    first: end of the first interval; None where nothing measures
    devices: what the answer calls `total_devices`
    has_meta: whether the answer has `meta`
    """

    rows: Callable[[History, Slice], Iterator[Row]]
    first: Callable[[Home], int | None]
    devices: Callable[[Home], int]
    has_meta: bool


def telemetry(name: str) -> Handler:
    """The handler of the series `name`. Raises LookupError where the catalog has no window for it."""
    facts = TELEMETRY[name].window
    if facts is None:
        raise LookupError(f"the catalog has no window for {name}")

    def handler(service: Service, asked: Asked) -> dict[str, Any]:
        history, now, settings = service.history(asked), service.now, service.settings
        window = find_window(
            asked.query,
            history,
            now=now,
            step=facts.step_seconds,
            lookback_months=facts.lookback_months,
            cap=settings.window_cap,
        )
        if settings.stuck_windows:
            window = window.stuck()
        early = facts.step_seconds if settings.boundary_row else 0
        rows = _rows(SERIES[name], history, window, now=now, step=facts.step_seconds, early=early)
        payload: dict[str, Any] = {
            "system_id": history.home.system_id,
            "granularity": window.granularity,
            "total_devices": SERIES[name].devices(history.home),
            **_bounds(window, history),
            "items": "intervals",
            "intervals": [rows] if rows and name in settings.nested else rows,
        }
        if SERIES[name].has_meta:
            payload["meta"] = meta(history, now)
        if name == "battery" and (soc := _last_soc(history, now)) is not None:
            payload["last_reported_aggregate_soc"] = f"{soc}%"
        return payload

    return handler


def _rows(series: Series, history: History, window: Window, *, now: int, step: int, early: int) -> list[Row]:
    """The rows whose end lies in the window, its start excluded; and `early` seconds of rows before it."""
    first, last = series.first(history.home), history.last_report_at(now)
    if first is None or last is None or window.end <= window.start or window.start >= last:
        return []
    start = max(window.start - early, first - STEP)
    parts = history.slices(start, min(window.end, last), step)
    return [row for part in parts for row in series.rows(history, part)]


def _bounds(window: Window, history: History) -> dict[str, Any]:
    if window.by_date:
        dates = history.date_at(window.start), history.date_at(window.end)
        return {"start_date": dates[0].isoformat(), "end_date": dates[1].isoformat()}
    return {"start_at": window.start, "end_at": window.end}


def _last_soc(history: History, now: int) -> int | None:
    last = history.last_interval(now)
    if last is None or history.home.battery is None:
        return None
    day, index = last
    return history.flows(day).soc_percent[index]


def _micro_rows(history: History, part: Slice) -> Iterator[Row]:
    power_w, energy_wh = history.sun(part.day)
    count = history.home.modules
    for index in range(part.low, part.high):
        if power_w[index] >= 0:
            yield {
                "end_at": part.midnight + (index + 1) * MICRO_STEP,
                "devices_reporting": count,
                "powr": power_w[index],
                "enwh": energy_wh[index],
            }


def _meter_rows(flow: str, field: str, *, counted: bool) -> Callable[[History, Slice], Iterator[Row]]:
    def rows(history: History, part: Slice) -> Iterator[Row]:
        values = getattr(history.flows(part.day), flow)
        extra = {"devices_reporting": 1} if counted else {}
        for index in range(part.low, part.high):
            yield {"end_at": part.midnight + (index + 1) * STEP, **extra, field: values[index]}

    return rows


def _battery_rows(history: History, part: Slice) -> Iterator[Row]:
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


def _micros(home: Home) -> int:
    return home.modules


def _meters(home: Home) -> int:
    return 0 if home.metered_at is None else 1


def _none(home: Home) -> int:
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
    "battery": Series(_battery_rows, _stored, _units, False),
    "energy_import": Series(_meter_rows("import_", "wh_imported", counted=False), _metered, _none, True),
    "energy_export": Series(_meter_rows("export", "wh_exported", counted=False), _metered, _none, True),
}
