"""Sending an answer: whole, or the way a fault wants it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from enphase_cloud.mock.options import Sleep
from enphase_cloud.mock.replies import Reply, Stream


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How an answer goes out. `dropped`: the connection is closed instead of it."""

    reply: Reply | Stream | None
    dropped: bool = False

    @property
    def status(self) -> int:
        """What the journal notes: 0 where no status went out."""
        return 0 if self.dropped or self.reply is None else self.reply.status


async def deliver(delivery: Delivery, scope: Scope, receive: Receive, send: Send, sleep: Sleep) -> None:
    """Send it."""
    reply = delivery.reply
    if delivery.dropped or reply is None:
        await _drop(scope, receive)
        return
    headers = {**reply.headers, "content-type": reply.content_type}
    if isinstance(reply, Stream):
        await StreamingResponse(reply.chunks, reply.status, headers)(scope, receive, send)
    else:
        await Response(reply.body, reply.status, headers)(scope, receive, send)


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer; in process, where there is none, raise what a socket would."""
    abort = scope.get("extensions", {}).get("enphase.abort")
    if abort is None:
        raise ConnectionResetError("the mock server dropped the connection, as a fault asked")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass
