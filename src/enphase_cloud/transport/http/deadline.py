"""An end for a whole answer, where httpx has one only for each piece of it: headers may drip for ever.

An async answer has its end from the event loop. A blocking one is waited for in many reads, and each of them is
given the time that is left of all.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from ..runtime import Runtime

_local = threading.local()


class answered_by:
    """What this thread reads in the block comes by `until` (monotonic), or httpx raises a ReadTimeout."""

    __slots__ = ("_runtime", "_until")

    def __init__(self, until: float, runtime: Runtime) -> None:
        self._until = until
        self._runtime = runtime

    def __enter__(self) -> None:
        _local.until, _local.runtime = self._until, self._runtime

    def __exit__(self, *error: object) -> None:
        del _local.until, _local.runtime


def heeding(wire: httpx.HTTPTransport) -> httpx.HTTPTransport:
    """The same wire, whose reads heed `answered_by`. httpx has no public way to say so."""
    pool: Any = wire._pool
    pool._network_backend = _Backend(pool._network_backend)
    return wire


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float | None:
    until: float | None = getattr(_local, "until", None)
    if until is None:  # a stream, which is read after its answer began
        return timeout
    left: float = until - _local.runtime.monotonic()
    if left <= 0:
        msg = "the answer went on for too long"
        raise httpcore.ReadTimeout(msg)
    return left if timeout is None else min(timeout, left)
