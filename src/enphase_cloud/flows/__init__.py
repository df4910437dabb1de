"""Each algorithm once: generators that yield requests, receive answers, and hand on what they found.

A flow does no I/O. `drive.py` runs it over a blocking or an async session.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from ..transport.messages import Answer, Request

T = TypeVar("T")
R = TypeVar("R")

Flow: TypeAlias = Generator[Request | list[T], Answer, R]
"""Yields a Request, and is sent its Answer or thrown its EnphaseError; or yields a list of items to hand on."""
