"""The revenue-grade meters of the production: their readings, and their intervals meter by meter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from enphase_cloud.mock.devices import gateway_serial, production_meter_serial, replaced
from enphase_cloud.mock.fleet import STEP
from enphase_cloud.mock.handlers.common import meta
from enphase_cloud.mock.handlers.telemetry import SERIES, Row, as_intervals, read
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service
from enphase_cloud.mock.windows import longest_window, parse_epoch

CHANNELS = (1, 2, 3)
METER = SERIES["production_meter"]


class Meter(NamedTuple):
    """A production meter: it measured the intervals that end after `since`, up to `until` (None: it still does)."""

    serial: str
    since: int
    until: int | None

    def measured(self, end: int) -> bool:
        """Whether the interval that ends at `end` is one of its own."""
        return self.since < end and (self.until is None or end <= self.until)


def production_meters(history: History, now: int) -> list[Meter]:
    """The production meters that a home has had until now, the retired one first."""
    home = history.home
    if home.metered_at is None or not history.metered(now):
        return []
    since, active = home.metered_at - STEP, production_meter_serial(home)
    if home.replaced_at is None:
        return [Meter(active, since, None)]
    retired = production_meter_serial(home, retired=True)
    if not replaced(home, history.last_report_at(now)):
        return [Meter(retired, since, None)]
    return [Meter(retired, since, home.replaced_at), Meter(active, home.replaced_at, None)]


def meter_readings(service: Service, asked: Asked) -> dict[str, Any]:
    """What each production meter showed when it was read last, at `end_at` or before."""
    history, now = service.history(asked), service.now
    end = min(now, parse_epoch(asked.query["end_at"])) if "end_at" in asked.query else now
    serial = "serial_number" if "meter_serial_number" in service.settings.quirks else "serial_num"
    readings = [
        {serial: meter.serial, "value": _made_wh(history, meter.since, read_at, now), "read_at": read_at}
        for meter in production_meters(history, now)
        if (read_at := _read_at(history, meter, end, now)) is not None
    ]
    return {
        "system_id": history.home.system_id,
        "meter_readings": readings,
        "meta": meta(history, now, service.settings.quirks),
    }


def rgm_stats(service: Service, asked: Asked) -> dict[str, Any]:
    """The rows of the site, and those of each meter by channel: only the first is in use.

    The newest row has no values by meter yet.
    """
    history, now = service.history(asked), service.now
    rows = _rgm_rows(service, history, asked.query)
    newest = history.energy_until(now) if history.late else None
    meters = [
        {
            "meter_serial_number": meter.serial,
            "envoy_serial_number": gateway_serial(history.home),
            "intervals": channels,
        }
        for meter in production_meters(history, now)
        if (channels := _channels(meter, rows, newest)) or meter.until is None
    ]
    return {
        "system_id": history.home.system_id,
        "total_devices": METER.devices(history, now),
        "meta": meta(history, now, service.settings.quirks),
        "intervals": as_intervals(service, "rgm", rows),
        "meter_intervals": meters,
    }


def _rgm_rows(service: Service, history: History, query: Mapping[str, str]) -> list[Row]:
    """The rows of a week at most, by `start_at` and `end_at` alone. Raises RefusedError (422)."""
    start = {"start_at": query["start_at"]} if "start_at" in query else {}
    window, rows = read(service, history, "rgm", METER, start | {"granularity": "week"})
    if "end_at" not in query:
        return rows
    end = parse_epoch(query["end_at"])
    asked_start = parse_epoch(query["start_at"]) if start else window.start
    if not 0 <= end - asked_start <= longest_window("getRgmStats"):
        raise RefusedError(422, "Requested date range is invalid for this system")
    return [row for row in rows if row["end_at"] <= end]


def _channels(meter: Meter, rows: list[Row], newest: int | None) -> list[Row]:
    """The rows of one meter, channel by channel, given those of the site."""
    return [
        {"channel": channel, "end_at": row["end_at"]}
        | (
            {"wh_del": None, "curr_w": None}
            if channel != CHANNELS[0] or row["end_at"] == newest
            else {"wh_del": row["wh_del"], "curr_w": row["wh_del"] * (3600 // STEP)}
        )
        for channel in CHANNELS
        for row in rows
        if meter.measured(row["end_at"])
    ]


def _read_at(history: History, meter: Meter, end: int, now: int) -> int | None:
    """When the meter was last read at `end` or before; None: never yet."""
    reported, there = history.last_report_at(end), history.energy_until(now)
    if reported is None or there is None:
        return None
    read_at = min(reported, there, there if meter.until is None else meter.until)
    return read_at if read_at > meter.since else None


def _made_wh(history: History, since: int, until: int, now: int) -> int:
    """What the meters counted between two ends of intervals, in Wh."""
    return _counted_wh(history, until, now) - _counted_wh(history, since, now)


def _counted_wh(history: History, moment: int, now: int) -> int:
    first, day = history.first_date, history.date_at(moment)
    if first is None:
        return 0
    earlier = (first + timedelta(days=index) for index in range((day - first).days))
    today = history.flows(day).production[: (moment - history.midnight(day)) // STEP]
    return sum(history.totals(each, now).production for each in earlier) + sum(today)
