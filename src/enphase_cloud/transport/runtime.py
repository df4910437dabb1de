"""The world outside: time, sleep, chance, and the wire.

One object, so that tests can bring a world of their own.
"""

from __future__ import annotations

import random
import time
from typing import Any


class Runtime:
    """The real world. A test overrides what it wants to hold in its hands."""

    wire: Any = None
    """An httpx transport that takes the network's place; None is the network."""
    async_wire: Any = None
    """The same for async clients."""

    def time(self) -> float:
        """Epoch seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds on a clock that nobody sets."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def async_sleep(self, seconds: float) -> None:
        """Sleep under whichever event loop httpx runs on."""
        from anyio import sleep  # noqa: PLC0415 - comes with httpx, and like it is loaded when it is needed

        await sleep(seconds)

    def chance(self) -> float:
        """A number in [0, 1)."""
        return random.random()  # noqa: S311 - spreads retries; no secret depends on it
