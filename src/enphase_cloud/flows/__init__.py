"""Each algorithm once: generators that yield requests, receive answers, and hand on what they found.

A flow does no I/O. `drive.py` runs it over a blocking or an async session.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ..archive.shelf import Keep, Recall, Reopen
from ..transport.messages import Request

T = TypeVar("T")
R = TypeVar("R")


class Listen(NamedTuple):
    """Command: open a stream; one that is open is closed first. Comes back: an Opened, when its head is there."""

    request: Request
    max_wait: float | None = None
    """Seconds for which its turn in the minute may be waited for, where the options do not say less."""


class Hear(NamedTuple):
    """Command: wait for what the open stream brings. Comes back: the next bytes; none, at its end."""


class Pause(NamedTuple):
    """Command: wait. Comes back: nothing."""

    seconds: float


Command: TypeAlias = Request | Listen | Hear | Pause | Recall | Reopen | Keep

Flow: TypeAlias = Generator[Command | list[T], Any, R]
"""Yields a Request, and is sent its Answer or thrown its EnphaseError; or yields a list of items to hand on.

Or it yields another command, and is sent what that says comes back. A stream that breaks is thrown.
"""
