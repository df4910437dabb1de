"""POST /api/v4/systems/{system_id}/ev_charger/{serial_no}/start_charging: Make a charger start"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.default_command_response import DefaultCommandResponse
from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.start_charging_request_body import StartChargingRequestBody
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "startCharging"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    202: one(DefaultCommandResponse),
    400: one(ErrorResponse),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    405: one(ErrorResponseArray),
    500: one(ErrorResponse),
}


def get_kwargs(
    system_id: int, serial_no: str, *, body: StartChargingRequestBody | Unset = UNSET
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    serial_no_ = segment("serial_no", serial_no)
    return request_kwargs(
        OPERATION, "POST", f"/api/v4/systems/{system_id_}/ev_charger/{serial_no_}/start_charging", body=body
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> DefaultCommandResponse | ErrorResponse | ErrorResponseArray | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: DefaultCommandResponse | ErrorResponse | ErrorResponseArray | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, serial_no: str, *, client: Client, body: StartChargingRequestBody | Unset = UNSET
) -> Response[DefaultCommandResponse | ErrorResponse | ErrorResponseArray]:
    """Make a charger start"""
    kwargs = get_kwargs(system_id, serial_no, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, serial_no: str, *, client: Client, body: StartChargingRequestBody | Unset = UNSET
) -> Response[DefaultCommandResponse | ErrorResponse | ErrorResponseArray]:
    """Make a charger start"""
    kwargs = get_kwargs(system_id, serial_no, body=body)
    return await client.send_async(kwargs, parse)
