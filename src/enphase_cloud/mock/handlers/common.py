"""What several answers share."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from enphase_cloud.mock.fleet import DAY
from enphase_cloud.mock.history import History
from enphase_cloud.mock.replies import RefusedError

PRESENT_SECONDS = 3600
"""A power that was measured longer ago is not the present one."""
UNKNOWN_STATUS = "calibrating"
"""A word that the document does not list, in place of `normal`."""


def status(history: History, now: int) -> str:
    """The system's status word: `comm` where nothing has been heard of it for a day, or ever."""
    last = history.last_report_at(now)
    return "normal" if last is not None and now - last < DAY else "comm"


def status_word(history: History, now: int, quirks: Collection[str] = ()) -> str:
    """The same as the service spells it, with the quirk `unknown_words`."""
    word = status(history, now)
    return UNKNOWN_STATUS if word == "normal" and "unknown_words" in quirks else word


def operational_at(history: History, now: int) -> int | None:
    """When the system went to work, as far as the service knows at `now`."""
    return None if history.last_report_at(now) is None else history.home.operational_at


def meta(history: History, now: int, quirks: Collection[str] = ()) -> dict[str, Any]:
    """The `meta` of telemetry and lifetime answers; nulls on a system that never reported."""
    return {
        "status": status_word(history, now, quirks),
        "last_report_at": history.last_report_at(now),
        "last_energy_at": history.energy_until(now),
        "operational_at": operational_at(history, now),
    }


def present(history: History, now: int) -> bool:
    """Whether what was measured last is still what there is now."""
    last = history.energy_until(now)
    return last is not None and now - last <= PRESENT_SECONDS


def json_object(body: bytes) -> dict[str, Any] | None:
    """A body that is a JSON object, empty where there is no body; None where it is something else."""
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def share(total: int, position: int, count: int) -> int:
    """What of a total is due to one device of `count`: whole numbers that add up to it."""
    return total * (position + 1) // count - total * position // count


def whole_number(query: Mapping[str, str], name: str, default: int, most: int | None) -> int:
    """A number from 1 to `most`. Raises RefusedError (422) for anything else."""
    text = query.get(name, str(default))
    known = text.isascii() and text.isdigit() and len(text) <= 9
    if not known or int(text) < 1 or (most is not None and int(text) > most):
        limit = "" if most is None else f" and at most {most}"
        raise RefusedError(422, f"{name} must be a whole number, at least 1{limit}, not '{text}'")
    return int(text)
