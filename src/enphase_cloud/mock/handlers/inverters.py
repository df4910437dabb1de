"""Gateways and their microinverters: which system a gateway belongs to, and what each inverter has made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from enphase_cloud.mock.devices import gateway_serial, gateway_serials, inventory
from enphase_cloud.mock.energy import MICRO_STEP
from enphase_cloud.mock.facts import paging_of
from enphase_cloud.mock.fleet import draw
from enphase_cloud.mock.handlers.common import share, status_word, whole_number
from enphase_cloud.mock.history import LATE_SECONDS, ONE_DAY, History
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service

SHOWN = ("id", "serial_number", "model", "part_number", "sku", "status")


def system_of_gateway(service: Service, asked: Asked) -> dict[str, Any]:
    """The system of a gateway; another owner's is not found."""
    serial = asked.query.get("serial_num", "").strip()
    if not serial:
        raise RefusedError(422, "Provide envoy serial number")
    history = _by_gateway(service, serial)
    if history is None or not asked.caller.sees(history.home.system_id):
        raise RefusedError(404, "Envoy not found with this serial number")
    return {"system_id": history.home.system_id}


def inverters_summary(service: Service, asked: Asked) -> list[dict[str, Any]]:
    """A page of microinverters, under their gateway. A page counts microinverters, not gateways."""
    found = _asked_for(service, asked)
    paging = paging_of("getInvertersSummary")
    page = whole_number(asked.query, "page", 1, None)
    size = whole_number(asked.query, "size", paging.default_size, paging.max_size)
    if found is None:
        return []
    shown = _inverters(service, found)[(page - 1) * size : page * size]
    return [{"signal_strength": 5, "micro_inverters": shown}] if shown else []


def _asked_for(service: Service, asked: Asked) -> History | None:
    """The site, where its gateway is the one that is named, if one is. Raises RefusedError: 422, 401.

    The document has neither 403 nor 404 here.
    """
    site, gateway = asked.query.get("site_id", ""), asked.query.get("envoy_serial_number", "")
    if not site and not gateway:
        raise RefusedError(422, "Envoy serial number or Site id mandatory")
    named: list[History] = []
    for text, found, refused in (
        (site, service.find(site), f'System not found for {{:id=>"{site}"}}'),
        (gateway, _by_gateway(service, gateway), "Envoy not found with this serial number"),
    ):
        if text and found is None:
            raise RefusedError(422, refused)
        if found is not None:
            named.append(found)
    if not all(asked.caller.sees(each.home.system_id) for each in named):
        raise RefusedError(401)
    return named[0] if named[0] is named[-1] else None


def _by_gateway(service: Service, serial: str) -> History | None:
    return next((each for each in service.histories if serial in gateway_serials(each.home)), None)


def _inverters(service: Service, history: History) -> list[dict[str, Any]]:
    home, now, quirks = history.home, service.now, service.settings.quirks
    listed = inventory(home, history.last_report_at(now), status=status_word(history, now, quirks))
    devices = listed.get("micros", [])
    details = {
        "proc_load": "520-00082-r01-v04.30.32",
        "param_table": "540-00169-r01-v04.22.09",
        "envoy_serial_number": gateway_serial(home),
        "grid_profile": f"{draw('grid', home.place.country):016x}{draw('grid', home.place.state):016x}"[4:28],
    }
    rows = zip(devices, lifetimes_wh(history, now), _last_rows(history, now), strict=True)
    return [
        {name: device[name] for name in SHOWN}
        | details
        | {
            "power_produced": _quantity(power_w, "W", quirks),
            "energy": _quantity(energy_wh, "Wh", quirks),
            "last_report_date": _moment(history, reported_at, quirks),
        }
        for device, energy_wh, (reported_at, power_w) in rows
    ]


def _quantity(value: int, units: str, quirks: frozenset[str]) -> Any:
    return value if "inverter_numbers" in quirks else {"value": value, "units": units, "precision": 0}


def _moment(history: History, moment: int | None, quirks: frozenset[str]) -> int | str | None:
    if moment is None or "report_date_text" not in quirks:
        return moment
    return datetime.fromtimestamp(moment, history.home.zone).strftime("%Y-%m-%d %H:%M:%S %z")


def lifetimes_wh(history: History, now: int) -> list[int]:
    """What each microinverter has made, by position, in Wh: the sum of its rows."""
    count, first, until = history.home.modules, history.first_date, history.energy_until(now)
    if first is None or until is None:
        return [0] * count
    # of the days before nothing is late any more
    day = max(first, history.date_at(min(until, now - LATE_SECONDS)))
    *rests, even = _earlier_days(history, first, (day - first).days)
    made = [
        even + sum(times * share(rest, position, count) for rest, times in enumerate(rests) if times)
        for position in range(count)
    ]
    for end, energy_wh, _ in _lit(history, history.midnight(day), until):
        for position in range(count - history.late_micros(end, now)):
            made[position] += share(energy_wh, position, count)
    return made


def _earlier_days(history: History, first: date, days: int) -> list[int]:
    """The home's first `days` days, kept from call to call: how to deal them out.

    How many rows leave each rest when they are divided by the number of microinverters; and, as the last
    number, what each gets of the rows without their rests, in Wh.
    """
    count, tallies = history.home.modules, history.tallies
    if not tallies:
        tallies.append([0] * (count + 1))
    while len(tallies) <= days:
        tally = [*tallies[-1]]
        for energy_wh in history.sun(first + timedelta(days=len(tallies) - 1)).energy_wh:
            tally[-1] += energy_wh // count
            tally[energy_wh % count] += 1
        tallies.append(tally)
    return tallies[days]


def _last_rows(history: History, now: int) -> list[tuple[int | None, int]]:
    """The end of each microinverter's last row and the power in it, in W; (None, 0) where it has none."""
    count, until = history.home.modules, history.energy_until(now)
    found: list[tuple[int | None, int]] = []
    first, day = history.first_date, None if until is None else history.date_at(until - 1)
    while first is not None and day is not None and until is not None and first <= day:
        for end, _, power_w in reversed(list(_lit(history, history.midnight(day), until))):
            reporting = count - history.late_micros(end, now)
            # those that are late have the highest positions
            found += [(end, share(power_w, position, count)) for position in range(len(found), reporting)]
        if len(found) == count:
            return found
        until, day = history.midnight(day), day - ONE_DAY
    return found + [(None, 0)] * (count - len(found))


def _lit(history: History, start: int, until: int) -> Iterator[tuple[int, int, int]]:
    """End, energy in Wh and power in W of the rows of the microinverters between two moments."""
    for part in history.slices(start, until, MICRO_STEP):
        power_w, energy_wh = history.sun(part.day)
        for index in range(part.low, part.high):
            if power_w[index] >= 0:
                yield part.midnight + (index + 1) * MICRO_STEP, energy_wh[index], power_w[index]
