"""The intervals of one device: its share of what the site's series show, so that the devices add up to the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from enphase_cloud.mock.devices import acb_serial, encharge_serial, micro_serial
from enphase_cloud.mock.energy import MICRO_STEP
from enphase_cloud.mock.fleet import STEP, Home
from enphase_cloud.mock.handlers.common import share
from enphase_cloud.mock.handlers.telemetry import SERIES, Row, as_intervals, bounds, last_soc, read
from enphase_cloud.mock.history import History, Slice
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service

Serial = Callable[[Home, int], str]
Rows = Callable[[History, Slice, int], Iterator[Row]]


def micro_telemetry(service: Service, asked: Asked) -> dict[str, Any]:
    """The rows of one microinverter. It has none of the intervals that it has yet to report."""
    history = service.history(asked)
    position = _position(asked, history.home, "Micro", micro_serial, history.home.modules)
    return _answer(service, asked, history, "micro", whole="production_micro", rows=_micro_rows(position))


def encharge_telemetry(service: Service, asked: Asked) -> dict[str, Any]:
    """The rows of one IQ Battery."""
    return _battery(service, asked, "encharge", "Encharge", encharge_serial)


def acb_telemetry(service: Service, asked: Asked) -> dict[str, Any]:
    """The rows of one AC Battery."""
    return _battery(service, asked, "acb", "ACB", acb_serial)


def _battery(service: Service, asked: Asked, kind: str, word: str, serial: Serial) -> dict[str, Any]:
    history, now = service.history(asked), service.now
    battery = history.home.battery
    units = battery.units if battery is not None and battery.kind == kind else 0
    position = _position(asked, history.home, word, serial, units)
    payload = _answer(service, asked, history, kind, whole="battery", rows=_battery_rows(position, units))
    reported, soc_percent = history.last_report_at(now), last_soc(history, now)
    if reported is not None:
        payload["last_reported_time"] = reported
    return payload | {"last_reported_soc": None if soc_percent is None else f"{soc_percent}%"}


def _position(asked: Asked, home: Home, word: str, serial: Serial, count: int) -> int:
    """Which of the home's `count` devices of a kind the path names. Raises RefusedError (404)."""
    text = asked.path["serial_no"]
    for position in range(count):
        if serial(home, position) == text:
            return position
    raise RefusedError(404, f'{word} not found for {{:id=>"{text}"}}')


def _micro_rows(position: int) -> Rows:
    def rows(history: History, part: Slice, now: int) -> Iterator[Row]:
        power_w, energy_wh = history.sun(part.day)
        count = history.home.modules
        for index in range(part.low, part.high):
            end = part.midnight + (index + 1) * MICRO_STEP
            if power_w[index] >= 0 and position < count - history.late_micros(end, now):
                yield {
                    "end_at": end,
                    "powr": share(power_w[index], position, count),
                    "enwh": share(energy_wh[index], position, count),
                }

    return rows


def _battery_rows(position: int, units: int) -> Rows:
    def rows(history: History, part: Slice, _: int) -> Iterator[Row]:
        flows = history.flows(part.day)
        for index in range(part.low, part.high):
            yield {
                "end_at": part.midnight + (index + 1) * STEP,
                "charge": {"enwh": share(flows.charge[index], position, units)},
                "discharge": {"enwh": share(flows.discharge[index], position, units)},
                "soc": {"percent": flows.soc_percent[index]},
            }

    return rows


def _answer(
    service: Service, asked: Asked, history: History, name: str, *, whole: str, rows: Rows
) -> dict[str, Any]:
    """A window of the device series `name`, that is a part of the site's series `whole`."""
    window, found = read(service, history, name, SERIES[whole]._replace(rows=rows), asked.query)
    return {
        "system_id": history.home.system_id,
        "serial_number": asked.path["serial_no"],
        "granularity": window.granularity,
        "total_devices": 1,
        **bounds(window, history),
        "items": "intervals",
        "intervals": as_intervals(service, name, found),
    }
