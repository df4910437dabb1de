"""The Enphase Enlighten cloud API v4: ask once, politely, and get it all.

```python
from enphase_cloud import Enphase

with Enphase.from_env() as enphase:
    for system in enphase.systems():
        print(system.name, sum(row.energy_wh or 0 for row in system.lifetime("production")))
```

Names are loaded when they are first used: importing the package alone costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from . import commissioning, login
    from ._time import When
    from .archived import Archive, Contents, Hole
    from .client import AsyncEnphase, Enphase
    from .errors import (
        AuthenticationError,
        ConfigurationError,
        ConnectionFailed,
        ConsentRequired,
        DecodeError,
        DuplicateActivation,
        EnphaseError,
        InvalidRequest,
        LiveStreamError,
        NotFound,
        PermissionDenied,
        QuotaExhausted,
        RateLimited,
        ServerError,
        SyncRunning,
    )
    from .records.base import Items, Record
    from .records.ev import (
        Charger,
        ChargerEvent,
        ChargingSchedule,
        ChargingSession,
        CommandAccepted,
        SchedulePeriod,
    )
    from .records.live import LiveReading
    from .records.settings import BatterySettings, GridStatus, LoadControl, StormGuard
    from .records.site import (
        Alarm,
        AlarmEvent,
        CellularModem,
        Device,
        Event,
        EventType,
        Inverter,
        LatestReading,
        MeterReading,
        Summary,
    )
    from .records.system import About
    from .results import AsyncListing, AsyncRows, Listing, Rows
    from .rows import DayRow, Estimate, Gap, GapReason, Problem, Row
    from .sync.results import SeriesDone, SeriesPlan, SyncPlan, SyncProgress, SyncResult
    from .system import AsyncSystem, System
    from .transport.hooks import Call, CallResult, Hooks, Waiting
    from .transport.plan import Plan, Quota, Reserve, Usage
    from .transport.retry import Retry
    from .transport.runtime import Runtime

__all__ = [
    "About",
    "Alarm",
    "AlarmEvent",
    "Archive",
    "AsyncEnphase",
    "AsyncListing",
    "AsyncRows",
    "AsyncSystem",
    "AuthenticationError",
    "BatterySettings",
    "Call",
    "CallResult",
    "CellularModem",
    "Charger",
    "ChargerEvent",
    "ChargingSchedule",
    "ChargingSession",
    "CommandAccepted",
    "ConfigurationError",
    "ConnectionFailed",
    "ConsentRequired",
    "Contents",
    "DayRow",
    "DecodeError",
    "Device",
    "DuplicateActivation",
    "Enphase",
    "EnphaseError",
    "Estimate",
    "Event",
    "EventType",
    "Gap",
    "GapReason",
    "GridStatus",
    "Hole",
    "Hooks",
    "InvalidRequest",
    "Inverter",
    "Items",
    "LatestReading",
    "Listing",
    "LiveReading",
    "LiveStreamError",
    "LoadControl",
    "MeterReading",
    "NotFound",
    "PermissionDenied",
    "Plan",
    "Problem",
    "Quota",
    "QuotaExhausted",
    "RateLimited",
    "Record",
    "Reserve",
    "Retry",
    "Row",
    "Rows",
    "Runtime",
    "SchedulePeriod",
    "SeriesDone",
    "SeriesPlan",
    "ServerError",
    "StormGuard",
    "Summary",
    "SyncPlan",
    "SyncProgress",
    "SyncResult",
    "SyncRunning",
    "System",
    "Usage",
    "Waiting",
    "When",
    "__version__",
    "commissioning",
    "login",
]

_HOMES = {
    "_time": ("When",),
    "archived": ("Archive", "Contents", "Hole"),
    "client": ("AsyncEnphase", "Enphase"),
    "records.base": ("Items", "Record"),
    "records.ev": (
        "Charger",
        "ChargerEvent",
        "ChargingSchedule",
        "ChargingSession",
        "CommandAccepted",
        "SchedulePeriod",
    ),
    "records.live": ("LiveReading",),
    "records.settings": ("BatterySettings", "GridStatus", "LoadControl", "StormGuard"),
    "records.site": (
        "Alarm",
        "AlarmEvent",
        "CellularModem",
        "Device",
        "Event",
        "EventType",
        "Inverter",
        "LatestReading",
        "MeterReading",
        "Summary",
    ),
    "records.system": ("About",),
    "results": ("AsyncListing", "AsyncRows", "Listing", "Rows"),
    "rows": ("DayRow", "Estimate", "Gap", "GapReason", "Problem", "Row"),
    "sync.results": ("SeriesDone", "SeriesPlan", "SyncPlan", "SyncProgress", "SyncResult"),
    "system": ("AsyncSystem", "System"),
    "transport.hooks": ("Call", "CallResult", "Hooks", "Waiting"),
    "transport.plan": ("Plan", "Quota", "Reserve", "Usage"),
    "transport.retry": ("Retry",),
    "transport.runtime": ("Runtime",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # a type checker would take every name for one that there is

    def __getattr__(name: str) -> object:
        if name not in __all__:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        if name in ("commissioning", "login"):
            return import_module(f".{name}", __name__)
        value: object = getattr(import_module(f".{_HOME.get(name, 'errors')}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
