"""GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/sessions: List charging sessions"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.charge_session_details_response import ChargeSessionDetailsResponse
from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "fetchChargerSessionHistory"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(ChargeSessionDetailsResponse),
    400: one(ErrorResponse),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    405: one(ErrorResponseArray),
    500: one(ErrorResponse),
}


def get_kwargs(
    system_id: int, serial_no: str, *, offset: int | Unset = UNSET, limit: int | Unset = UNSET
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    serial_no_ = segment("serial_no", serial_no)
    return request_kwargs(
        OPERATION,
        "GET",
        f"/api/v4/systems/{system_id_}/ev_charger/{serial_no_}/sessions",
        params={"offset": offset, "limit": limit},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ChargeSessionDetailsResponse | ErrorResponse | ErrorResponseArray | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ChargeSessionDetailsResponse | ErrorResponse | ErrorResponseArray | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, serial_no: str, *, client: Client, offset: int | Unset = UNSET, limit: int | Unset = UNSET
) -> Response[ChargeSessionDetailsResponse | ErrorResponse | ErrorResponseArray]:
    """List charging sessions"""
    kwargs = get_kwargs(system_id, serial_no, offset=offset, limit=limit)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, serial_no: str, *, client: Client, offset: int | Unset = UNSET, limit: int | Unset = UNSET
) -> Response[ChargeSessionDetailsResponse | ErrorResponse | ErrorResponseArray]:
    """List charging sessions"""
    kwargs = get_kwargs(system_id, serial_no, offset=offset, limit=limit)
    return await client.send_async(kwargs, parse)
