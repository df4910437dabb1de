"""POST /api/v4/activations/{activation_id}/meters/{serial_number}/meter_control: Enable or disable a meter"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.control_meter_request import ControlMeterRequest
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.meter_task import MeterTask
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "controlMeter"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(MeterTask),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, serial_number: str, *, body: ControlMeterRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    serial_number_ = segment("serial_number", serial_number)
    return request_kwargs(
        OPERATION,
        "POST",
        f"/api/v4/activations/{activation_id_}/meters/{serial_number_}/meter_control",
        body=body,
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | MeterTask | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | MeterTask | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    activation_id: int, serial_number: str, *, client: Client, body: ControlMeterRequest
) -> Response[ErrorMessages | ErrorResponseArray | MeterTask | PartnerRateLimitError]:
    """Enable or disable a meter"""
    kwargs = get_kwargs(activation_id, serial_number, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, serial_number: str, *, client: Client, body: ControlMeterRequest
) -> Response[ErrorMessages | ErrorResponseArray | MeterTask | PartnerRateLimitError]:
    """Enable or disable a meter"""
    kwargs = get_kwargs(activation_id, serial_number, body=body)
    return await client.send_async(kwargs, parse)
