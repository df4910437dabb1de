"""GET /api/v4/systems/{system_id}/energy_import_telemetry: Get grid import intervals"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.energy_import_telemetry import EnergyImportTelemetry
from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.rate_limit_error import RateLimitError
from ...models.telemetry_granularity import TelemetryGranularity
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getEnergyImportTelemetry"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(EnergyImportTelemetry),
    401: one(ErrorResponse),
    403: one(ErrorResponse),
    404: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(
    system_id: int,
    *,
    start_at: int | Unset = UNSET,
    granularity: TelemetryGranularity | Unset = UNSET,
    start_date: str | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION,
        "GET",
        f"/api/v4/systems/{system_id_}/energy_import_telemetry",
        params={"start_at": start_at, "granularity": granularity, "start_date": start_date, "end_at": end_at},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> EnergyImportTelemetry | ErrorResponse | ErrorResponseArray | RateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: EnergyImportTelemetry | ErrorResponse | ErrorResponseArray | RateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int,
    *,
    client: Client,
    start_at: int | Unset = UNSET,
    granularity: TelemetryGranularity | Unset = UNSET,
    start_date: str | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> Response[EnergyImportTelemetry | ErrorResponse | ErrorResponseArray | RateLimitError]:
    """Get grid import intervals"""
    kwargs = get_kwargs(
        system_id, start_at=start_at, granularity=granularity, start_date=start_date, end_at=end_at
    )
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int,
    *,
    client: Client,
    start_at: int | Unset = UNSET,
    granularity: TelemetryGranularity | Unset = UNSET,
    start_date: str | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> Response[EnergyImportTelemetry | ErrorResponse | ErrorResponseArray | RateLimitError]:
    """Get grid import intervals"""
    kwargs = get_kwargs(
        system_id, start_at=start_at, granularity=granularity, start_date=start_date, end_at=end_at
    )
    return await client.send_async(kwargs, parse)
