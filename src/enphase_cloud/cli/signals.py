"""Being asked to end: Ctrl-C, and what systemd and `kill` send."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

FIRST = b"\nenphase: ending, once the calls that are under way have been answered. Ctrl-C again ends it at once.\n"


@contextmanager
def interruptible() -> Iterator[None]:
    """A KeyboardInterrupt for either signal; the first one is answered with a word."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        del number, frame
        if not asked:
            asked = True
            os.write(2, FIRST)  # not by a stream: it may be in the middle of writing
        raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
