"""What energy costs at a site. A change is a task for the gateway, pending at first, and done five minutes later."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

TASK_SECONDS = 300
CURRENCIES = {
    **{
        "US": "USD",
        "AU": "AUD",
        "GB": "GBP",
        "CA": "CAD",
        "CL": "CLP",
        "IN": "INR",
        "NP": "NPR",
        "CU": "CUP",
    },
    **{"GH": "GHS", "CH": "CHF", "JP": "JPY", "NZ": "NZD", "BR": "BRL", "MX": "MXN", "ZA": "ZAR"},
    **{
        "DE": "EUR",
        "AT": "EUR",
        "BE": "EUR",
        "ES": "EUR",
        "FR": "EUR",
        "IE": "EUR",
        "IT": "EUR",
        "NL": "EUR",
    },
}
WEEKDAYS, WEEKEND = "Mon,Tue,Wed,Thu,Fri", "Sun,Sat"


class Tariff:
    """The tariff of one site. `set_at`: when it was set, epoch seconds; None: never."""

    def __init__(self, set_at: int | None = None) -> None:
        self.set_at = set_at
        self._content: dict[str, Any] | None = None

    def content(self, country: str) -> dict[str, Any]:
        """What was set; until somebody did, what is usual in the country."""
        return copy.deepcopy(_usual(country) if self._content is None else self._content)

    def set(self, content: Mapping[str, Any], now: int) -> None:
        """Another tariff in its place, from now on."""
        self._content, self.set_at = copy.deepcopy(dict(content)), now

    def task(self, now: int) -> dict[str, Any]:
        """How far the gateway is with the last change."""
        if self.set_at is None:
            return {"status": "done", "created_at": None}
        created = (
            datetime.fromtimestamp(self.set_at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        )
        pending = now < self.set_at + TASK_SECONDS
        return {"status": "pending" if pending else "done", "created_at": created}


def _usual(country: str) -> dict[str, Any]:
    evening = [(0, "0.24"), (16 * 60, "0.42"), (21 * 60, "0.24")]
    return {
        "currency": {"code": CURRENCIES.get(country, "USD")},
        "single_rate": {"rate": "0.3", "sell": "0.08"},
        "seasons": [_season(_days("weekdays", WEEKDAYS, evening), _days("weekend", WEEKEND, [(0, "0.24")]))],
        "seasons_sell": [_season(_days("all_days", f"{WEEKDAYS},{WEEKEND}", [(0, "0.08")]))],
    }


def _season(*days: dict[str, Any]) -> dict[str, Any]:
    return {"id": "all_year_long", "start": "1/1", "days": list(days)}


def _days(name: str, days: str, periods: list[tuple[int, str]]) -> dict[str, Any]:
    return {
        "id": name,
        "days": days,
        "must_charge_start": 0,
        "must_charge_duration": 0,
        "periods": [
            {"id": f"period_{number}", "start": start, "rate": rate}
            for number, (start, rate) in enumerate(periods, start=1)
        ],
        "enable_charge_from_grid": False,
        "enable_discharge_to_grid": False,
    }
