"""What a mock server is made of, checked once. What can be changed while it runs is in `settings.py`."""

from __future__ import annotations

import calendar
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enphase_cloud.mock.accounts import APPLICATIONS, Application
from enphase_cloud.mock.clock import FIRST, LAST, Clock, TimeSource
from enphase_cloud.mock.settings import Settings, brief

Sleep = Callable[[float], Awaitable[None]]

LATEST_EPOCH = calendar.timegm((2026, 1, 1, 0, 0, 0))
MAX_HOMES = 10_000
MAX_OWNERS = 100
MAX_SEED = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Options:
    """The make-up of one mock server; `create_app` documents each."""

    seed: int
    homes: int
    owners: int
    clock: Clock
    epoch: int
    applications: tuple[Application, ...]
    sleep: Sleep
    settings: Settings


def check_options(
    *,
    seed: int,
    homes: int,
    owners: int,
    clock: TimeSource | float | None,
    speed: float | None,
    epoch: int | None,
    applications: Sequence[Application] | None,
    sleep: Sleep,
    settings: Mapping[str, Any],
) -> Options:
    """Options from what a person wrote. Raises ValueError that names the option and what it takes."""
    check_whole("seed", seed, -MAX_SEED, MAX_SEED)
    check_whole("homes", homes, 1, MAX_HOMES)
    check_whole("owners", owners, 1, MAX_OWNERS)
    if epoch is not None:
        check_whole("epoch", epoch, FIRST, LAST - 1)
    if not callable(sleep):
        raise ValueError(f"sleep must be a coroutine function that takes seconds, not {brief(sleep)}")
    ticking = Clock(clock, speed)
    known = APPLICATIONS if applications is None else _applications(applications)
    for what in ("client_id", "api_key"):
        values = [getattr(each, what) for each in known]
        if len(set(values)) < len(values):
            raise ValueError(f"applications: two have the same {what}")
    return Options(
        seed=seed,
        homes=homes,
        owners=owners,
        clock=ticking,
        epoch=_epoch(ticking()) if epoch is None else epoch,
        applications=known,
        sleep=sleep,
        settings=Settings().changed(settings),
    )


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Raise ValueError that names the option, unless `value` is a whole number between the two."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number between {low} and {high}, not {brief(value)}")


def _applications(given: object) -> tuple[Application, ...]:
    if isinstance(given, list | tuple) and all(isinstance(each, Application) for each in given):
        return tuple(given)
    raise ValueError(f"applications must be a list of enphase_cloud.mock.Application, not {brief(given)}")


def _epoch(now: float) -> int:
    """The moment before which every home was installed.

    Fixed, so that a server that is started again tomorrow shows the same past; and the start of the
    clock's own year where that is earlier, so that a clock frozen long ago has a past as well.
    """
    return min(LATEST_EPOCH, calendar.timegm((time.gmtime(now).tm_year, 1, 1, 0, 0, 0)))
