"""GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/schedules: List charging schedules"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.schedules_body_response import SchedulesBodyResponse
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "fetchSchedules"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(SchedulesBodyResponse),
    400: one(ErrorResponse),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    405: one(ErrorResponseArray),
    500: one(ErrorResponse),
}


def get_kwargs(system_id: int, serial_no: str) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    serial_no_ = segment("serial_no", serial_no)
    return request_kwargs(OPERATION, "GET", f"/api/v4/systems/{system_id_}/ev_charger/{serial_no_}/schedules")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponse | ErrorResponseArray | SchedulesBodyResponse | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponse | ErrorResponseArray | SchedulesBodyResponse | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, serial_no: str, *, client: Client
) -> Response[ErrorResponse | ErrorResponseArray | SchedulesBodyResponse]:
    """List charging schedules"""
    kwargs = get_kwargs(system_id, serial_no)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, serial_no: str, *, client: Client
) -> Response[ErrorResponse | ErrorResponseArray | SchedulesBodyResponse]:
    """List charging schedules"""
    kwargs = get_kwargs(system_id, serial_no)
    return await client.send_async(kwargs, parse)
