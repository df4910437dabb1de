"""GET /api/v4/users/search: Find a user by email address"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.found_user import FoundUser
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "searchUser"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(FoundUser),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(*, email: str) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(OPERATION, "GET", "/api/v4/users/search", params={"email": email})


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | FoundUser | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | FoundUser | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *, client: Client, email: str
) -> Response[ErrorMessages | ErrorResponseArray | FoundUser | PartnerRateLimitError]:
    """Find a user by email address"""
    kwargs = get_kwargs(email=email)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client, email: str
) -> Response[ErrorMessages | ErrorResponseArray | FoundUser | PartnerRateLimitError]:
    """Find a user by email address"""
    kwargs = get_kwargs(email=email)
    return await client.send_async(kwargs, parse)
