"""GET /api/v4/systems/retrieve_system_id: Find the system of a gateway"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.rate_limit_error import RateLimitError
from ...models.system_id import SystemId
from ...types import Decoder, Events, Response, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "retrieveSystemId"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(SystemId),
    401: one(ErrorResponse),
    404: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(*, serial_num: str) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(
        OPERATION, "GET", "/api/v4/systems/retrieve_system_id", params={"serial_num": serial_num}
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponse | ErrorResponseArray | RateLimitError | SystemId | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponse | ErrorResponseArray | RateLimitError | SystemId | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *, client: Client, serial_num: str
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | SystemId]:
    """Find the system of a gateway"""
    kwargs = get_kwargs(serial_num=serial_num)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client, serial_num: str
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | SystemId]:
    """Find the system of a gateway"""
    kwargs = get_kwargs(serial_num=serial_num)
    return await client.send_async(kwargs, parse)
