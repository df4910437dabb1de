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

_SOON = 0.1
"""Seconds after which a second signal is told that came while the first one was being answered."""


@contextmanager
def interruptible(first: bytes = FIRST) -> Iterator[None]:
    """A KeyboardInterrupt for either signal; the first one is answered with a word, if there is one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = telling = again = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked, telling, again
        del frame
        if telling:  # raised here, it would take the place of the first one, and both would count as one
            again = True
            return
        if not asked:
            asked = telling = True
            os.write(2, first)  # not by a stream: it may be in the middle of writing
            if again:
                threading.Timer(_SOON, _send, (number,)).start()
            telling = False
        raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _send(number: int) -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(
            threading.main_thread().ident or 0, number
        )  # it may be waiting, and has to wake up
    else:
        signal.raise_signal(number)
