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
    from . import login
    from .client import AsyncEnphase, Enphase
    from .errors import (
        AuthenticationError,
        ConfigurationError,
        ConnectionFailed,
        ConsentRequired,
        DecodeError,
        EnphaseError,
        InvalidRequest,
        LiveStreamError,
        NotFound,
        PermissionDenied,
        QuotaExhausted,
        RateLimited,
        ServerError,
    )
    from .results import AsyncRows, Rows
    from .rows import DayRow, Estimate, Gap, Problem, Row
    from .system import AsyncSystem, Device, System
    from .transport.hooks import Call, CallResult, Hooks, Waiting
    from .transport.plan import Plan, Quota, Reserve, Usage
    from .transport.retry import Retry
    from .transport.runtime import Runtime

__all__ = [
    "AsyncEnphase",
    "AsyncRows",
    "AsyncSystem",
    "AuthenticationError",
    "Call",
    "CallResult",
    "ConfigurationError",
    "ConnectionFailed",
    "ConsentRequired",
    "DayRow",
    "DecodeError",
    "Device",
    "Enphase",
    "EnphaseError",
    "Estimate",
    "Gap",
    "Hooks",
    "InvalidRequest",
    "LiveStreamError",
    "NotFound",
    "PermissionDenied",
    "Plan",
    "Problem",
    "Quota",
    "QuotaExhausted",
    "RateLimited",
    "Reserve",
    "Retry",
    "Row",
    "Rows",
    "Runtime",
    "ServerError",
    "System",
    "Usage",
    "Waiting",
    "__version__",
    "login",
]

_HOMES = {
    "client": ("AsyncEnphase", "Enphase"),
    "results": ("AsyncRows", "Rows"),
    "rows": ("DayRow", "Estimate", "Gap", "Problem", "Row"),
    "system": ("AsyncSystem", "Device", "System"),
    "transport.hooks": ("Call", "CallResult", "Hooks", "Waiting"),
    "transport.plan": ("Plan", "Quota", "Reserve", "Usage"),
    "transport.retry": ("Retry",),
    "transport.runtime": ("Runtime",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    if name == "login":
        return import_module(".login", __name__)
    value: object = getattr(import_module(f".{_HOME.get(name, 'errors')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
