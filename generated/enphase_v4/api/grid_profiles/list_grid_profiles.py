"""GET /api/v4/partner/grid_profiles: List grid profiles"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response_array import ErrorResponseArray
from ...models.grid_profiles import GridProfiles
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listGridProfiles"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(GridProfiles),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs() -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(OPERATION, "GET", "/api/v4/partner/grid_profiles")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponseArray | GridProfiles | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponseArray | GridProfiles | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(*, client: Client) -> Response[ErrorResponseArray | GridProfiles | PartnerRateLimitError]:
    """List grid profiles"""
    kwargs = get_kwargs()
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client
) -> Response[ErrorResponseArray | GridProfiles | PartnerRateLimitError]:
    """List grid profiles"""
    kwargs = get_kwargs()
    return await client.send_async(kwargs, parse)
