"""Streams that are open: the next piece, or in our words why there is none."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .answers import broken

if TYPE_CHECKING:
    import httpx

    from ...errors import ConnectionFailed, DecodeError
    from ..messages import Opened


class _Heard:
    """What is said of a stream that breaks."""

    def __init__(self, response: httpx.Response, opened: Opened) -> None:
        self.opened = opened
        self._response = response

    def _broken(self, error: Exception) -> ConnectionFailed | DecodeError:
        found = broken(error)
        advice = f"What came before was delivered. {found.kind.advice}"
        return self.opened.answer.error(found.kind, "its stream broke off", found.problem, advice)


class Listening(_Heard):
    """An open stream. Whoever has it closes it."""

    def __init__(self, response: httpx.Response, opened: Opened) -> None:
        super().__init__(response, opened)
        self._pieces: Any = response.iter_raw()

    def hear(self) -> bytes:
        """The next piece; empty at the end. ConnectionFailed or DecodeError where the stream breaks."""
        try:
            piece: bytes = next(self._pieces, b"")
            return piece
        except Exception as error:
            broke = self._broken(error)
        raise broke  # here, for what an HTTP library says may quote what was sent

    def end(self) -> None:
        """End it for whoever waits for the next piece in another thread: closing would not wake that one up."""
        network = self._response.extensions.get("network_stream")
        connected = None if network is None else network.get_extra_info("socket")
        if connected is not None:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._response.close()


class AsyncListening(_Heard):
    """The same for an event loop."""

    def __init__(self, response: httpx.Response, opened: Opened) -> None:
        super().__init__(response, opened)
        self._pieces: Any = response.aiter_raw()

    async def hear(self) -> bytes:
        """The next piece. See Listening.hear."""
        try:
            piece: bytes = await anext(self._pieces, b"")
            return piece
        except Exception as error:
            broke = self._broken(error)
        raise broke

    async def end(self) -> None:
        """End it for whoever waits for the next piece in another task."""
        await self._response.aclose()

    async def aclose(self) -> None:
        try:
            await self._pieces.aclose()
        finally:
            await self._response.aclose()
