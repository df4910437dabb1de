"""PUT /api/v4/partner/systems/{system_id}/arrays: Replace all arrays"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.system_arrays import SystemArrays
from ...models.update_system_arrays_request import UpdateSystemArraysRequest
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "updateSystemArrays"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(SystemArrays),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(system_id: int, *, body: UpdateSystemArraysRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION,
        "PUT",
        f"/api/v4/partner/systems/{system_id_}/arrays",
        body=body,
        content_type="application/text",
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArrays | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArrays | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, *, client: Client, body: UpdateSystemArraysRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArrays]:
    """Replace all arrays"""
    kwargs = get_kwargs(system_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client, body: UpdateSystemArraysRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | SystemArrays]:
    """Replace all arrays"""
    kwargs = get_kwargs(system_id, body=body)
    return await client.send_async(kwargs, parse)
