"""Lifetime series: one value for each local date, in Wh, without gaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from enphase_cloud.mock.handlers.common import meta
from enphase_cloud.mock.history import ONE_DAY, History, Totals
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Handler, Service
from enphase_cloud.mock.windows import FUTURE, parse_date

FIELDS: dict[str, Callable[[Totals], int]] = {
    "consumption": lambda totals: totals.consumption,
    "import": lambda totals: totals.import_,
    "export": lambda totals: totals.export,
    "charge": lambda totals: totals.charge,
    "discharge": lambda totals: totals.discharge,
}


def lifetime(field: str) -> Handler:
    """The handler of a series that is one list, named `field`. Empty on a system without meters."""

    def handler(service: Service, asked: Asked) -> dict[str, Any]:
        return _answer(service, asked, (field,), History.metered)

    return handler


def battery_lifetime(service: Service, asked: Asked) -> dict[str, Any]:
    """Charge and discharge; empty on a system without batteries."""
    return _answer(
        service, asked, ("charge", "discharge"), lambda history, _: history.home.battery is not None
    )


def energy_lifetime(service: Service, asked: Asked) -> dict[str, Any]:
    """Production: merged, and with `production=all` by microinverters and by meter as well."""
    history, now = service.history(asked), service.now
    first, days = _days(history, asked, now)
    until = history.energy_until(now) or 0
    payload: dict[str, Any] = {"system_id": history.home.system_id, "start_date": first}
    installed = history.home.metered_at
    metered = history.meter_start_date if installed is not None and installed <= until else None
    if metered is not None:
        payload["meter_start_date"] = metered.isoformat()
    payload["production"] = [history.merged_wh(day, now) for day in days]
    if asked.query.get("production") == "all":
        totals = [history.totals(day, now) for day in days]
        payload["micro_production"] = [each.micro for each in totals]
        if metered is not None:
            payload["meter_production"] = [each.production for each in totals]
    return payload | {"meta": meta(history, now, service.settings.quirks)}


def _answer(
    service: Service, asked: Asked, fields: tuple[str, ...], measured: Callable[[History, int], bool]
) -> dict[str, Any]:
    history, now = service.history(asked), service.now
    first, days = _days(history, asked, now)
    totals = [history.totals(day, now) for day in days] if measured(history, now) else []
    values = {field: [FIELDS[field](each) for each in totals] for field in fields}
    return {
        "system_id": history.home.system_id,
        "start_date": first,
        **values,
        "meta": meta(history, now, service.settings.quirks),
    }


def _days(history: History, asked: Asked, now: int) -> tuple[str | None, list[date]]:
    """What the answer calls its start, and the local dates it is about.

    From the operational date to yesterday; `end_date` counts itself. Raises RefusedError (422) for dates that
    are none, in the future, or the wrong way round.
    """
    today = history.date_at(now)
    asked_first = parse_date(asked.query["start_date"]) if "start_date" in asked.query else None
    last = parse_date(asked.query["end_date"]) if "end_date" in asked.query else today - ONE_DAY
    if last > today or (asked_first is not None and asked_first > today):
        raise RefusedError(422, FUTURE)
    if asked_first is not None and "end_date" in asked.query and asked_first > last:
        raise RefusedError(422, "Requested date range is invalid for this system")
    operational = history.first_date
    if operational is None or history.last_report_at(now) is None:
        return None if asked_first is None else asked_first.isoformat(), []
    first = operational if asked_first is None else max(asked_first, operational)
    count = (last - first).days + 1
    return first.isoformat(), [first + timedelta(days=index) for index in range(count)]
