"""GET /api/v4/systems/event_types: List event types"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.event_types import EventTypes
from ...models.rate_limit_error import RateLimitError
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listEventTypes"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(EventTypes),
    401: one(ErrorResponse),
    404: one(ErrorResponse),
    405: one(ErrorResponseArray),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(*, event_type_id: int | Unset = UNSET) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(
        OPERATION, "GET", "/api/v4/systems/event_types", params={"event_type_id": event_type_id}
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponse | ErrorResponseArray | EventTypes | RateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponse | ErrorResponseArray | EventTypes | RateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *, client: Client, event_type_id: int | Unset = UNSET
) -> Response[ErrorResponse | ErrorResponseArray | EventTypes | RateLimitError]:
    """List event types"""
    kwargs = get_kwargs(event_type_id=event_type_id)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client, event_type_id: int | Unset = UNSET
) -> Response[ErrorResponse | ErrorResponseArray | EventTypes | RateLimitError]:
    """List event types"""
    kwargs = get_kwargs(event_type_id=event_type_id)
    return await client.send_async(kwargs, parse)
