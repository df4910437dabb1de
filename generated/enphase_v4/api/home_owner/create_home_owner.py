"""POST /api/v4/users: Create a home owner"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.create_home_owner_request import CreateHomeOwnerRequest
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.user import User
from ...types import Decoder, Events, Response, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "createHomeOwner"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    201: one(User),
    401: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(*, body: CreateHomeOwnerRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(OPERATION, "POST", "/api/v4/users", body=body, form="user")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *, client: Client, body: CreateHomeOwnerRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Create a home owner"""
    kwargs = get_kwargs(body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client, body: CreateHomeOwnerRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Create a home owner"""
    kwargs = get_kwargs(body=body)
    return await client.send_async(kwargs, parse)
