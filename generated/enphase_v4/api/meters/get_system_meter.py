"""GET /api/v4/systems/{system_id}/meters/{serial_number}: Read a meter"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response_array import ErrorResponseArray
from ...models.meter import Meter
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getSystemMeter"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(Meter),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(system_id: int, serial_number: str) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    serial_number_ = segment("serial_number", serial_number)
    return request_kwargs(OPERATION, "GET", f"/api/v4/systems/{system_id_}/meters/{serial_number_}")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponseArray | Meter | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponseArray | Meter | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, serial_number: str, *, client: Client
) -> Response[ErrorResponseArray | Meter | PartnerRateLimitError]:
    """Read a meter"""
    kwargs = get_kwargs(system_id, serial_number)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, serial_number: str, *, client: Client
) -> Response[ErrorResponseArray | Meter | PartnerRateLimitError]:
    """Read a meter"""
    kwargs = get_kwargs(system_id, serial_number)
    return await client.send_async(kwargs, parse)
