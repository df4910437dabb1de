"""Receiving a body and sending an answer: whole, or the way a fault wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from starlette.types import Message, Receive, Scope, Send

from enphase_cloud.mock.options import Sleep
from enphase_cloud.mock.replies import Reply, Stream

PIECES = 10
BODILESS = frozenset({204, 205, 304})


class Line(Protocol):
    """The connection of a call, as the server gives it in the scope's extension `enphase.abort`.

    In process there is none, and what a socket would do is raised.
    """

    def __call__(self, *, reset: bool, closed: Callable[[], Awaitable[None]] | None = None) -> None:
        """End the connection: at once (RST), or in good order (FIN); close the port until `closed` is over."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How an answer goes out.

    reply: None: nothing of it does
    wait_s: seconds before the status line
    pace_s: seconds over which the body is spread; of a stream: before each piece
    part: how many bytes of the body go out, though all are promised; None: all
    stall_s: seconds of silence, then
    broken: the connection breaks; in process this is raised, since nothing else can be
    reset: it breaks with a reset, not in good order
    closed_s: how long the port is closed after that
    """

    reply: Reply | Stream | None
    wait_s: float = 0.0
    pace_s: float = 0.0
    part: int | None = None
    stall_s: float = 0.0
    broken: type[OSError] | None = None
    reset: bool = True
    closed_s: float = 0.0

    @property
    def plain(self) -> bool:
        """Whether the answer goes out as it is."""
        return self.broken is None and not self.wait_s and not self.pace_s

    @property
    def status(self) -> int:
        """What the journal notes: 0 where no status goes out."""
        return 0 if self.reply is None else self.reply.status


async def read_body(receive: Receive, most: int) -> bytes | None:
    """The body of a request, or as much of it as shows that it is longer than `most`; None: the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > most or not message.get("more_body", False):
            return bytes(body)


async def deliver(delivery: Delivery, scope: Scope, receive: Receive, send: Send, sleep: Sleep) -> None:
    """Send it."""
    reply, head = delivery.reply, scope["method"] == "HEAD"
    if isinstance(reply, Reply):
        if reply.status in BODILESS and reply.body:
            reply = replace(reply, body=b"")
        if delivery.plain:
            await _start(reply, send)
            await _piece(b"" if head else reply.body, send)
            return
    line: Line | None = scope.get("extensions", {}).get("enphase.abort")
    if reply is not None:
        try:
            if line is None:
                await _send(delivery, reply, send, sleep, head=head)
                there = True
            else:
                there = await _attended(_send(delivery, reply, _fair(send), sleep, head=head), receive)
        finally:
            if isinstance(reply, Stream):
                await close(reply.chunks)
        if not there:
            return
    if delivery.broken is None:
        return
    if line is None:
        raise delivery.broken("the mock server broke the connection, as a fault asked")
    line(reset=delivery.reset, closed=partial(sleep, delivery.closed_s) if delivery.closed_s else None)
    await _gone(receive)


async def close(chunks: AsyncIterator[bytes]) -> None:
    """Let a stream that is read no further clean up after itself."""
    aclose = getattr(chunks, "aclose", None)
    if aclose is not None:
        await aclose()


async def _send(delivery: Delivery, reply: Reply | Stream, send: Send, sleep: Sleep, *, head: bool) -> None:
    if delivery.wait_s:
        await sleep(delivery.wait_s)
    bodiless = head or (isinstance(reply, Reply) and not reply.body)
    if delivery.broken is None or not bodiless:
        await _start(reply, send)
        if not bodiless:
            async with aclosing(_pieces(delivery, reply, sleep)) as pieces:
                async for piece in pieces:
                    await _piece(piece, send, more=True)
    if delivery.stall_s:
        await sleep(delivery.stall_s)
    if delivery.broken is None:
        await _piece(b"", send)


async def _pieces(delivery: Delivery, reply: Reply | Stream, sleep: Sleep) -> AsyncGenerator[bytes, None]:
    if isinstance(reply, Stream):
        async for chunk in reply.chunks:
            if delivery.pace_s:
                await sleep(delivery.pace_s)
            yield chunk
        return
    body = reply.body if delivery.part is None else reply.body[: delivery.part]
    size = -(-len(body) // PIECES) if delivery.pace_s else len(body)
    for begin in range(0, len(body), size or 1):
        if delivery.pace_s:
            await sleep(delivery.pace_s / PIECES)
        yield body[begin : begin + size]


async def _start(reply: Reply | Stream, send: Send) -> None:
    headers = {**reply.headers, "content-type": reply.content_type}
    if isinstance(reply, Reply):
        headers["content-length"] = str(len(reply.body))
    if reply.status in (204, 304):
        headers = dict(reply.headers)
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})


async def _piece(body: bytes, send: Send, *, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _fair(send: Send) -> Send:
    """`send` that lets others have their turn: on its own it does not, as long as the socket takes everything."""

    async def fair(message: Message) -> None:
        await send(message)
        await asyncio.sleep(0)

    return fair


async def _attended(work: Coroutine[None, None, None], receive: Receive) -> bool:
    """Whether `work` was done before the client went away."""
    sending, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        there = sending.done()
        sending.cancel()
        leaving.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)
    if there:
        sending.result()
    return there


async def _gone(receive: Receive) -> None:
    """Wait until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
