"""The server's own clock: the real time, a time that stands still, or one that runs faster."""

from __future__ import annotations

import calendar
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TimeSource = Callable[[], float]

FIRST = calendar.timegm((1971, 1, 1, 0, 0, 0))
LAST = calendar.timegm((2099, 1, 1, 0, 0, 0))
FASTEST = 10**9


class Clock:
    """Seconds since 1970, read from a source and bent: set, moved on, stopped, sped up."""

    def __init__(self, start: TimeSource | float | None = None, speed: float | None = None) -> None:
        """From the real time (None), from a source, or from a moment on: that one stands still without a `speed`.

        Raises ValueError where that is no time between 1971 and 2098, or `speed` is not 0 or more.
        """
        self._initial = (start, speed)
        self._source: TimeSource = start if callable(start) else time.time
        self._speed = 1.0
        self._held: float | None = None
        self._anchor: tuple[float, float] | None = None
        self.reset()

    def reset(self) -> None:
        """Back to how it was made."""
        start, speed = self._initial
        self._anchor, self._speed = None, 1.0 if start is None or callable(start) else 0.0
        if start is None or callable(start):
            _check(self._source())
        else:
            self.set(start)
        if speed is not None:
            self.run(speed)

    def __call__(self) -> float:
        if self._held is not None:
            return self._held
        if self._anchor is None:
            return self._source()
        shown, since = self._anchor
        # a fast clock stops at the last moment that it can show
        return shown if self._speed == 0 else min(shown + (self._source() - since) * self._speed, LAST - 1)

    @property
    def speed(self) -> float:
        """Seconds that pass on this clock in one second; 0 while it stands still."""
        return self._speed

    @contextmanager
    def held(self) -> Iterator[float]:
        """Show one moment throughout, so that an answer does not straddle two."""
        self._held = self()
        try:
            yield self._held
        finally:
            self._held = None

    def set(self, moment: float) -> None:
        """Show `moment` now, and go on as fast as before."""
        self._anchor = (_check(moment), self._source())

    def advance(self, seconds: float) -> None:
        """Move on (or back, where `seconds` is negative)."""
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not -LAST < seconds < LAST:
            raise ValueError(f"a clock cannot be moved by {seconds!r} seconds")
        self.set(self() + seconds)

    def run(self, speed: float = 1.0) -> None:
        """Go on at `speed`; 0 stops. Raises ValueError for less than 0."""
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 <= speed <= FASTEST:
            raise ValueError(f"speed must be a number from 0 to {FASTEST:,}, not {speed!r}")
        self.set(self())
        self._speed = float(speed)


def _check(moment: float) -> float:
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not FIRST <= moment < LAST:
        raise ValueError("clock must show a time between 1971 and 2098, in seconds since 1970")
    return float(moment)
