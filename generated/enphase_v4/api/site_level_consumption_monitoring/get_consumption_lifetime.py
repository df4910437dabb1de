"""GET /api/v4/systems/{system_id}/consumption_lifetime: Get daily consumption"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.consumption_lifetime import ConsumptionLifetime
from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.rate_limit_error import RateLimitError
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getConsumptionLifetime"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(ConsumptionLifetime),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    404: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(
    system_id: int, *, start_date: str | Unset = UNSET, end_date: str | Unset = UNSET
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION,
        "GET",
        f"/api/v4/systems/{system_id_}/consumption_lifetime",
        params={"start_date": start_date, "end_date": end_date},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ConsumptionLifetime | ErrorResponse | ErrorResponseArray | RateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ConsumptionLifetime | ErrorResponse | ErrorResponseArray | RateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, *, client: Client, start_date: str | Unset = UNSET, end_date: str | Unset = UNSET
) -> Response[ConsumptionLifetime | ErrorResponse | ErrorResponseArray | RateLimitError]:
    """Get daily consumption"""
    kwargs = get_kwargs(system_id, start_date=start_date, end_date=end_date)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client, start_date: str | Unset = UNSET, end_date: str | Unset = UNSET
) -> Response[ConsumptionLifetime | ErrorResponse | ErrorResponseArray | RateLimitError]:
    """Get daily consumption"""
    kwargs = get_kwargs(system_id, start_date=start_date, end_date=end_date)
    return await client.send_async(kwargs, parse)
