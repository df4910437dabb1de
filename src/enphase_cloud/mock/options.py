"""What `create_app` can be told, checked once."""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

Clock = Callable[[], float]

SERIES = (
    "production_micro",
    "production_meter",
    "consumption_meter",
    "battery",
    "energy_import",
    "energy_export",
)
LENGTHS = {"5mins": 300, "15mins": 900, "day": 86_400, "week": 604_800}
LATEST_EPOCH = calendar.timegm((2026, 1, 1, 0, 0, 0))
MAX_HOMES = 10_000
FIRST_CLOCK = calendar.timegm((1971, 1, 1, 0, 0, 0))
LAST_CLOCK = calendar.timegm((2099, 1, 1, 0, 0, 0))


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings of one mock server; `create_app` documents each."""

    seed: int
    homes: int
    clock: Clock
    epoch: int
    api_key: str | None
    access_token: str | None
    window_cap_seconds: int | None
    stuck_windows: bool
    boundary_row: bool
    nested: frozenset[str]


def check_options(
    *,
    seed: int,
    homes: int,
    clock: Clock | float | None,
    epoch: int | None,
    api_key: str | None,
    access_token: str | None,
    window_cap: str | int | None,
    stuck_windows: bool,
    boundary_row: bool,
    nested: Collection[str],
) -> Options:
    """Options from what a person wrote. Raises ValueError that names the option and what it takes."""
    if not 1 <= homes <= MAX_HOMES:
        raise ValueError(f"homes must be between 1 and {MAX_HOMES}, not {homes}")
    for name, secret in (("api_key", api_key), ("access_token", access_token)):
        if secret is not None and not secret.strip():
            raise ValueError(f"{name} is empty: leave it out to accept any, or give one")
    if isinstance(nested, str) or not set(nested) <= set(SERIES):
        raise ValueError(f"nested takes names of series ({', '.join(SERIES)}), not {nested!r}")
    ticking = _clock(clock)
    if not FIRST_CLOCK <= ticking() < LAST_CLOCK:
        raise ValueError("clock must show a time between 1971 and 2098, in seconds since 1970")
    return Options(
        seed=seed,
        homes=homes,
        clock=ticking,
        epoch=_epoch(ticking()) if epoch is None else epoch,
        api_key=api_key,
        access_token=access_token,
        window_cap_seconds=_seconds(window_cap),
        stuck_windows=stuck_windows,
        boundary_row=boundary_row,
        nested=frozenset(nested),
    )


def _clock(clock: Clock | float | None) -> Clock:
    if clock is None:
        return time.time
    if isinstance(clock, int | float):
        frozen = float(clock)
        return lambda: frozen
    return clock


def _epoch(now: float) -> int:
    """The moment before which every home was installed.

    Fixed, so that a server that is started again tomorrow shows the same past; and the start of the
    clock's own year where that is earlier, so that a clock frozen long ago has a past as well.
    """
    return min(LATEST_EPOCH, calendar.timegm((time.gmtime(now).tm_year, 1, 1, 0, 0, 0)))


def _seconds(cap: str | int | None) -> int | None:
    if cap is None:
        return None
    seconds = LENGTHS.get(cap) if isinstance(cap, str) else cap
    if seconds is None or seconds <= 0:
        raise ValueError(f"window_cap takes seconds or one of {', '.join(LENGTHS)}, not {cap!r}")
    return seconds
