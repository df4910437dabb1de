"""PUT /api/v4/systems/{system_id}/meters/{serial_number}: Set when a meter went to work"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.meter import Meter
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "updateSystemMeter"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(Meter),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(system_id: int, serial_number: str, *, operational_date: str) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    serial_number_ = segment("serial_number", serial_number)
    return request_kwargs(
        OPERATION,
        "PUT",
        f"/api/v4/systems/{system_id_}/meters/{serial_number_}",
        params={"operational_date": operational_date},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | Meter | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | Meter | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, serial_number: str, *, client: Client, operational_date: str
) -> Response[ErrorMessages | ErrorResponseArray | Meter | PartnerRateLimitError]:
    """Set when a meter went to work"""
    kwargs = get_kwargs(system_id, serial_number, operational_date=operational_date)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, serial_number: str, *, client: Client, operational_date: str
) -> Response[ErrorMessages | ErrorResponseArray | Meter | PartnerRateLimitError]:
    """Set when a meter went to work"""
    kwargs = get_kwargs(system_id, serial_number, operational_date=operational_date)
    return await client.send_async(kwargs, parse)
