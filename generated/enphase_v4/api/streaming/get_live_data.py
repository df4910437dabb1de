"""GET /api/v4/systems/{system_id}/live_data: Stream live readings"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.live_error import LiveError
from ...models.live_event import LiveEvent
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getLiveData"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: Events(LiveEvent),
    401: one(LiveError),
    403: one(LiveError),
    429: one(LiveError),
    461: one(LiveError),
    462: one(LiveError),
    463: one(LiveError),
    466: one(LiveError),
    468: one(LiveError),
    472: one(LiveError),
    473: one(LiveError),
    550: one(LiveError),
    551: one(LiveError),
    552: one(LiveError),
}


def get_kwargs(system_id: int, *, duration: int | Unset = UNSET) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION, "GET", f"/api/v4/systems/{system_id_}/live_data", headers={"duration": duration}
    )


def parse(status: int, content: bytes, content_type: str = "") -> LiveError | list[LiveEvent] | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: LiveError | list[LiveEvent] | None = decode(_DECODERS, status, content, content_type)
    return parsed


def sync_detailed(
    system_id: int, *, client: Client, duration: int | Unset = UNSET
) -> Response[LiveError | list[LiveEvent]]:
    """Stream live readings"""
    kwargs = get_kwargs(system_id, duration=duration)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client, duration: int | Unset = UNSET
) -> Response[LiveError | list[LiveEvent]]:
    """Stream live readings"""
    kwargs = get_kwargs(system_id, duration=duration)
    return await client.send_async(kwargs, parse)
