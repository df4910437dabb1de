"""GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/telemetry: Get intervals of an EV charger"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.ev_interval_energy_response import EVIntervalEnergyResponse
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "fetchEnergyConsumptionData"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(EVIntervalEnergyResponse),
    400: one(ErrorResponse),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    405: one(ErrorResponseArray),
    500: one(ErrorResponse),
}


def get_kwargs(
    system_id: int,
    serial_no: str,
    *,
    granularity: str | Unset = UNSET,
    start_date: str | Unset = UNSET,
    start_at: str | Unset = UNSET,
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    serial_no_ = segment("serial_no", serial_no)
    return request_kwargs(
        OPERATION,
        "GET",
        f"/api/v4/systems/{system_id_}/ev_charger/{serial_no_}/telemetry",
        params={"granularity": granularity, "start_date": start_date, "start_at": start_at},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> EVIntervalEnergyResponse | ErrorResponse | ErrorResponseArray | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: EVIntervalEnergyResponse | ErrorResponse | ErrorResponseArray | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int,
    serial_no: str,
    *,
    client: Client,
    granularity: str | Unset = UNSET,
    start_date: str | Unset = UNSET,
    start_at: str | Unset = UNSET,
) -> Response[EVIntervalEnergyResponse | ErrorResponse | ErrorResponseArray]:
    """Get intervals of an EV charger"""
    kwargs = get_kwargs(
        system_id, serial_no, granularity=granularity, start_date=start_date, start_at=start_at
    )
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int,
    serial_no: str,
    *,
    client: Client,
    granularity: str | Unset = UNSET,
    start_date: str | Unset = UNSET,
    start_at: str | Unset = UNSET,
) -> Response[EVIntervalEnergyResponse | ErrorResponse | ErrorResponseArray]:
    """Get intervals of an EV charger"""
    kwargs = get_kwargs(
        system_id, serial_no, granularity=granularity, start_date=start_date, start_at=start_at
    )
    return await client.send_async(kwargs, parse)
