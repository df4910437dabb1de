"""GET /api/v4/systems/{system_id}/rgm_stats: Get revenue-grade meter intervals"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.rate_limit_error import RateLimitError
from ...models.rgm_stats import RgmStats
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getRgmStats"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(RgmStats),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    404: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    500: one(ErrorMessages),
    501: one(ErrorResponseArray),
}


def get_kwargs(
    system_id: int, *, start_at: int | Unset = UNSET, end_at: int | Unset = UNSET
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION,
        "GET",
        f"/api/v4/systems/{system_id_}/rgm_stats",
        params={"start_at": start_at, "end_at": end_at},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponse | ErrorResponseArray | RateLimitError | RgmStats | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponse | ErrorResponseArray | RateLimitError | RgmStats | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, *, client: Client, start_at: int | Unset = UNSET, end_at: int | Unset = UNSET
) -> Response[ErrorMessages | ErrorResponse | ErrorResponseArray | RateLimitError | RgmStats]:
    """Get revenue-grade meter intervals"""
    kwargs = get_kwargs(system_id, start_at=start_at, end_at=end_at)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client, start_at: int | Unset = UNSET, end_at: int | Unset = UNSET
) -> Response[ErrorMessages | ErrorResponse | ErrorResponseArray | RateLimitError | RgmStats]:
    """Get revenue-grade meter intervals"""
    kwargs = get_kwargs(system_id, start_at=start_at, end_at=end_at)
    return await client.send_async(kwargs, parse)
