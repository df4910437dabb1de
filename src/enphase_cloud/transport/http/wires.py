"""Connections: for each process, and for each event loop, its own.

Connections that a child inherits by a fork are its parent's, and each would read the other's answers; those of an
event loop that has ended cannot be used by the next.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import httpx

from .address import network
from .deadline import heeding

if TYPE_CHECKING:
    from anyio import CapacityLimiter

    from ..runtime import Runtime

MOST_THREADS = 64

_inherited: list[Any] = []
"""Never used, never closed: closing a connection would end it for the parent, too."""


def opened(url: httpx.URL) -> httpx.HTTPTransport:
    """A new blocking wire."""
    return heeding(httpx.HTTPTransport(**network(url)))


class Wire:
    """A blocking wire."""

    def __init__(self, url: httpx.URL, runtime: Runtime) -> None:
        self._url = url
        self._given: httpx.BaseTransport | None = runtime.wire
        self._process = os.getpid()
        self._own = None if self._given else opened(url)

    def get(self) -> httpx.BaseTransport:
        """The one that this process may use."""
        if self._given is not None:
            return self._given
        if self._process != os.getpid() or self._own is None:
            _inherited.append(self._own)
            self._process, self._own = os.getpid(), opened(self._url)
        return self._own

    def close(self) -> None:
        if self._given is not None:
            self._given.close()
        elif self._own is not None and self._process == os.getpid():
            self._own.close()


class AsyncWire:
    """Async wires."""

    def __init__(self, url: httpx.URL, runtime: Runtime) -> None:
        self._given: httpx.AsyncBaseTransport | None = runtime.async_wire
        self._network = None if self._given else network(url)
        self._loops: WeakKeyDictionary[Any, httpx.AsyncHTTPTransport] = WeakKeyDictionary()
        self._limiters: WeakKeyDictionary[Any, CapacityLimiter] = WeakKeyDictionary()

    def limiter(self) -> CapacityLimiter:
        """How many threads of the running event loop may wait for tokens: not those that the program shares."""
        from anyio import CapacityLimiter  # noqa: PLC0415 - for the few calls that need a token first

        return self._limiters.setdefault(_running(), CapacityLimiter(MOST_THREADS))

    def get(self) -> httpx.AsyncBaseTransport:
        """The one that the running event loop may use."""
        if self._network is None:
            assert self._given is not None  # noqa: S101 - for the type checker
            return self._given
        loop = _running()
        if loop not in self._loops:
            self._loops[loop] = httpx.AsyncHTTPTransport(**self._network)
        return self._loops[loop]

    async def close(self) -> None:
        """Close those of the running event loop. Those of others ended, or will end, with them."""
        if self._given is not None:
            await self._given.aclose()
            return
        wire = self._loops.pop(_running(), None)
        if wire is not None:
            await wire.aclose()


class _Elsewhere:
    """Stands for whatever runs tasks and is not asyncio: trio has one loop for a thread, and no name for it."""


_ELSEWHERE = _Elsewhere()


def _running() -> object:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return _ELSEWHERE
