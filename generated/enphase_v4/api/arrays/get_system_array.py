"""GET /api/v4/partner/systems/{system_id}/arrays/{array_id}: Read an array"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.system_array import SystemArray
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getSystemArray"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(SystemArray),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(system_id: int, array_id: int) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    array_id_ = segment("array_id", array_id)
    return request_kwargs(OPERATION, "GET", f"/api/v4/partner/systems/{system_id_}/arrays/{array_id_}")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArray | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArray | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, array_id: int, *, client: Client
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArray]:
    """Read an array"""
    kwargs = get_kwargs(system_id, array_id)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, array_id: int, *, client: Client
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArray]:
    """Read an array"""
    kwargs = get_kwargs(system_id, array_id)
    return await client.send_async(kwargs, parse)
