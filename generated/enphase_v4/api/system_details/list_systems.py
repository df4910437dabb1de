"""GET /api/v4/systems: List systems"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.rate_limit_error import RateLimitError
from ...models.system_sort import SystemSort
from ...models.systems_page import SystemsPage
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listSystems"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(SystemsPage),
    401: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(
    *, page: int | Unset = UNSET, size: int | Unset = UNSET, sort_by: SystemSort | Unset = UNSET
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(
        OPERATION, "GET", "/api/v4/systems", params={"page": page, "size": size, "sort_by": sort_by}
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponse | ErrorResponseArray | RateLimitError | SystemsPage | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponse | ErrorResponseArray | RateLimitError | SystemsPage | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *,
    client: Client,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    sort_by: SystemSort | Unset = UNSET,
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | SystemsPage]:
    """List systems"""
    kwargs = get_kwargs(page=page, size=size, sort_by=sort_by)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *,
    client: Client,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    sort_by: SystemSort | Unset = UNSET,
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | SystemsPage]:
    """List systems"""
    kwargs = get_kwargs(page=page, size=size, sort_by=sort_by)
    return await client.send_async(kwargs, parse)
