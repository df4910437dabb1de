"""GET /api/v4/companies/self/branches: List the branches of the own company"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.branches import Branches
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listBranches"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(Branches),
    401: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs() -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(OPERATION, "GET", "/api/v4/companies/self/branches")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> Branches | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: Branches | ErrorResponseArray | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(*, client: Client) -> Response[Branches | ErrorResponseArray | PartnerRateLimitError]:
    """List the branches of the own company"""
    kwargs = get_kwargs()
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client
) -> Response[Branches | ErrorResponseArray | PartnerRateLimitError]:
    """List the branches of the own company"""
    kwargs = get_kwargs()
    return await client.send_async(kwargs, parse)
