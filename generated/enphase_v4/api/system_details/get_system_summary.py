"""GET /api/v4/systems/{system_id}/summary: Get the summary of a system"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.rate_limit_error import RateLimitError
from ...models.system_summary import SystemSummary
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getSystemSummary"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(SystemSummary),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    404: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(system_id: int, *, summary_date: str | Unset = UNSET) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION, "GET", f"/api/v4/systems/{system_id_}/summary", params={"summary_date": summary_date}
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponse | ErrorResponseArray | RateLimitError | SystemSummary | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponse | ErrorResponseArray | RateLimitError | SystemSummary | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, *, client: Client, summary_date: str | Unset = UNSET
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | SystemSummary]:
    """Get the summary of a system"""
    kwargs = get_kwargs(system_id, summary_date=summary_date)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client, summary_date: str | Unset = UNSET
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | SystemSummary]:
    """Get the summary of a system"""
    kwargs = get_kwargs(system_id, summary_date=summary_date)
    return await client.send_async(kwargs, parse)
