"""When what the service has answered is final, and when what is not is asked for again.

Energies of the last days are revised: microinverters deliver late, gateways after they were offline.

| of an answer | is final |
|---|---|
| what ended more than `SETTLING` before it was fetched | yes, but for what its own words take back: |
| rows after the last energy that the service had, while the system has reported since | no |
| rows of the last week, that fewer devices reported than there are | no, nor what comes after them |
| all after the last report of the system | no |
| after the begin of an event or alarm that was open, and is not so for longer than `OPEN` | no |
| windows without rows | by the same rules: an empty window is not asked for again |

What is final may be in doubt all the same: rows that are missing may come when a gateway that was offline delivers what
it has kept, and events that are open may be closed. That is asked for again at growing distances: when as much time has
passed since it was asked for, as had between its end and then, and `AGAIN` at least.

| in doubt | until |
|---|---|
| intervals without a row, but for the nights of microinverters | `LATEST` after their end |
| windows of events and alarms | the same |
| those with an event or alarm that is open | `REACH` after their end: the service gives them no longer |

What is not final is due again after a step of the series: nothing new can have come before. Others are due after:

| of | due after |
|---|---|
| telemetry | its step, 5 or 15 minutes |
| lifetime series | an hour |
| events and alarms | a quarter of an hour |
| the list of systems, devices | a day; who asks for them by name gets them anew |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enphase_v4.catalog import Window

    from .coverage import Doubt

SETTLING = 2 * 86400
"""Seconds after which the service does not revise what all devices have reported."""
OPEN = 7 * 86400
"""Seconds for which an open event is expected to close: longer ones hold back nothing."""
AGAIN = 20 * 3600
"""Seconds before what is in doubt is asked for again: less than a day, as a sync a day may begin some minutes early."""
LATEST = 30 * 86400
"""Seconds after its end in which what was not reported may still come."""
REACH = 180 * 86400
"""Seconds after which the service refuses to give events and alarms, at the earliest."""
_DUE = {"lifetime": 3600, "log": 900}
OBJECTS_DUE = 86400
"""Seconds after which a sync looks for new systems and devices."""


def silent_since(last_report: int | None, told: int) -> int | None:
    """The last report of a system that was silent when it was asked for: then it had nothing after that."""
    return last_report if last_report is not None and told - last_report > SETTLING else None


def due_after(window: Window) -> int:
    """Seconds after which what is not final is asked for again."""
    return _DUE.get(window.kind, window.step_seconds)


def in_doubt(doubt: Doubt, now: int) -> bool:
    """Whether more of it may come."""
    return doubt.until > now - (REACH if doubt.lasting else LATEST)


def doubt_due(doubt: Doubt, now: int) -> bool:
    """Whether it is time to ask for it again."""
    return now - doubt.at >= max(AGAIN, doubt.at - doubt.until)


def final_until(start: int, until: int, loose: int | None, fetched: int) -> int:
    """Up to where an answer that covers `start` to `until` is final; `loose` is where its own words begin to doubt."""
    doubtful = [until, fetched - SETTLING] + ([] if loose is None else [loose])
    return max(start, min(doubtful))
