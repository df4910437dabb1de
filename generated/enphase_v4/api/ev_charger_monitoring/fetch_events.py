"""GET /api/v4/systems/{system_id}/ev_charger/events: List EV charger events"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.ev_events_response import EVEventsResponse
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "fetchEvents"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(EVEventsResponse),
    400: one(ErrorResponse),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    405: one(ErrorResponseArray),
    500: one(ErrorResponse),
}


def get_kwargs(
    system_id: int,
    *,
    offset: int | Unset = UNSET,
    serial_num: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION,
        "GET",
        f"/api/v4/systems/{system_id_}/ev_charger/events",
        params={"offset": offset, "serial_num": serial_num, "limit": limit},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> EVEventsResponse | ErrorResponse | ErrorResponseArray | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: EVEventsResponse | ErrorResponse | ErrorResponseArray | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int,
    *,
    client: Client,
    offset: int | Unset = UNSET,
    serial_num: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[EVEventsResponse | ErrorResponse | ErrorResponseArray]:
    """List EV charger events"""
    kwargs = get_kwargs(system_id, offset=offset, serial_num=serial_num, limit=limit)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int,
    *,
    client: Client,
    offset: int | Unset = UNSET,
    serial_num: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[EVEventsResponse | ErrorResponse | ErrorResponseArray]:
    """List EV charger events"""
    kwargs = get_kwargs(system_id, offset=offset, serial_num=serial_num, limit=limit)
    return await client.send_async(kwargs, parse)
