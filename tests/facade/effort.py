"""How much is done, whatever else the machine does meanwhile: for what must not take seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Effort:
    """What was counted."""

    calls: int = 0
    """Of functions, those of C too, in this thread."""


@contextmanager
def counted() -> Iterator[Effort]:
    """Count what is called in here."""
    effort = Effort()

    def seen(frame: FrameType, event: str, argument: object) -> None:
        del frame, argument
        if event in ("call", "c_call"):
            effort.calls += 1

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        yield effort
    finally:
        sys.setprofile(before)
