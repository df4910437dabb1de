"""What several answers share."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.history import History


def status(history: History, now: int) -> str:
    """The system's status word: `comm` where nothing has been heard of it for a day, or ever."""
    last = history.last_report_at(now)
    return "normal" if last is not None and now - last < 86_400 else "comm"


def operational_at(history: History, now: int) -> int | None:
    """When the system went to work, as far as the service knows at `now`."""
    return None if history.last_report_at(now) is None else history.home.operational_at


def meta(history: History, now: int) -> dict[str, Any]:
    """The `meta` of telemetry and lifetime answers; nulls on a system that never reported."""
    last = history.last_report_at(now)
    return {
        "status": status(history, now),
        "last_report_at": last,
        "last_energy_at": last,
        "operational_at": operational_at(history, now),
    }
