"""The live stream: a reading about every second, as server-sent events.

A reading shows the interval that is running: its sun, house and battery as the meters will have measured them when
it is over, and what the EV chargers take at this very moment.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from enphase_cloud.mock.clock import LAST
from enphase_cloud.mock.devices import gateway_serial
from enphase_cloud.mock.fleet import STEP
from enphase_cloud.mock.handlers.config import battery_mode, grid_state
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError, Stream, as_json, with_extra_fields
from enphase_cloud.mock.service import Asked, Service

SHORTEST, DEFAULT = 30, "30"
OLDEST_GATEWAY = 6
SILENT_SECONDS = 3600
LONGEST_WAIT = 1.0
CLOSE = 0.001  # seconds that are not waited for


def live_data(service: Service, asked: Asked) -> Stream:
    """A stream of as many seconds as the header `duration` says, by the server's clock."""
    history = service.find(asked.path["system_id"])
    if history is None:
        raise RefusedError(468)
    if not asked.caller.sees(history.home.system_id):
        raise RefusedError(403)
    duration = _duration(asked.headers.get("duration", DEFAULT), service.settings.live_max_seconds)
    check_site(history, service.now)
    return Stream(200, _events(service, history, duration))


def _duration(text: str, longest: int) -> int:
    """Seconds. Raises RefusedError: too short (461), too long (462), no whole number (463)."""
    if not re.fullmatch("[+-]?[0-9]+", text):
        raise RefusedError(463)
    # as many digits as matter: there may be thousands
    size = int(text.lstrip("+-0")[:9] or "0")
    seconds = -size if text.startswith("-") else size
    if seconds < SHORTEST:
        raise RefusedError(461)
    if seconds > longest:
        raise RefusedError(462, f"Duration cannot be greater than {longest}")
    return seconds


def check_site(history: History, now: int) -> None:
    """Raise RefusedError where the site cannot stream: 466, 472, 473."""
    home, last = history.home, history.last_report_at(now)
    if last is None or int(home.gateway_version.split(".")[0]) < OLDEST_GATEWAY:
        raise RefusedError(466)
    if not history.metered(now):
        raise RefusedError(472)
    if now - last > SILENT_SECONDS:
        raise RefusedError(473)


async def _events(service: Service, history: History, duration: int) -> AsyncIterator[bytes]:
    """One for each second of the clock. Those that are late come at once; of a clock that stands still all of them."""
    due = service.clock()
    for _ in range(duration):
        yield _event(service, history, due)
        due = await _reached(service, due + 1)


async def _reached(service: Service, due: float) -> float:
    """Wait until the clock shows `due`, unless it stands still; earlier where it was turned back meanwhile."""
    clock = service.clock
    while clock.speed:
        due = min(due, clock() + 1, LAST - 1)
        left = due - clock()
        if left <= CLOSE:
            break
        # it may be stopped or set meanwhile
        await service.options.sleep(min(left / clock.speed, LONGEST_WAIT))
    return due


def _event(service: Service, history: History, now: float) -> bytes:
    milliseconds = int(now * 1000)
    told = datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    message = {
        "type": "response",
        "timestamp_epoch": milliseconds,
        "timestamp_utc": f"{told}.{milliseconds % 1000:03d}",
        "data": _reading(service, history, int(now)),
    }
    if "extra_fields" in service.settings.quirks:
        message = with_extra_fields(message)
    return b"data: " + as_json(message) + b"\n\n"


def _reading(service: Service, history: History, now: int) -> dict[str, Any]:
    """Powers in W that add up; the battery's is positive while it gives, the grid's while the house takes."""
    home, day = history.home, history.date_at(now)
    midnight, flows = history.midnight(day), history.flows(day)
    index = (now - midnight) // STEP
    charged = history.charging.energy_wh(day, midnight, len(flows.consumption))[index]
    pv_w = flows.production[index] * 4
    house_w = (flows.consumption[index] - charged) * 4 + history.charging.power_w(now)
    battery_w = (flows.discharge[index] - flows.charge[index]) * 4
    grid = grid_state(history, now)
    if grid == "Off Grid":
        # on its own: the battery gives what is missing; without one the house is dark
        pv_w, house_w = (pv_w, house_w) if home.backed_up else (0, 0)
        battery_w = house_w - pv_w
    reading: dict[str, Any] = {
        "system_id": home.system_id,
        "envoy_serial_number": [gateway_serial(home)],
        "pv_power": pv_w,
        "consumption_power": house_w,
        "grid_power": house_w - pv_w - battery_w,
        "generator_power": 0,
        "grid_status": grid,
    }
    if history.storage is not None:
        reading["battery_power"] = battery_w
        reading["battery_soc"] = flows.soc_percent[index]
        reading["battery_mode"] = battery_mode(service, history.storage)
    return reading
