"""GET /api/v4/systems/{system_id}/ev_charger/devices: List EV chargers"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.charger_summary_response import ChargerSummaryResponse
from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "fetchChargersSummary"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(ChargerSummaryResponse),
    400: one(ErrorResponse),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    405: one(ErrorResponseArray),
    500: one(ErrorResponse),
}


def get_kwargs(system_id: int) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(OPERATION, "GET", f"/api/v4/systems/{system_id_}/ev_charger/devices")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ChargerSummaryResponse | ErrorResponse | ErrorResponseArray | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ChargerSummaryResponse | ErrorResponse | ErrorResponseArray | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, *, client: Client
) -> Response[ChargerSummaryResponse | ErrorResponse | ErrorResponseArray]:
    """List EV chargers"""
    kwargs = get_kwargs(system_id)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client
) -> Response[ChargerSummaryResponse | ErrorResponse | ErrorResponseArray]:
    """List EV chargers"""
    kwargs = get_kwargs(system_id)
    return await client.send_async(kwargs, parse)
