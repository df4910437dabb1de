"""GET /api/v4/systems/inverters_summary_by_envoy_or_site: List microinverters"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response import ErrorResponse
from ...models.error_response_array import ErrorResponseArray
from ...models.gateway_inverters import GatewayInverters
from ...models.rate_limit_error import RateLimitError
from ...types import UNSET, Decoder, Events, Response, Unset, decode, many, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getInvertersSummary"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: many(GatewayInverters),
    401: one(ErrorResponse),
    405: one(ErrorResponseArray),
    422: one(ErrorResponse),
    429: one(RateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(
    *,
    site_id: int | Unset = UNSET,
    envoy_serial_number: int | Unset = UNSET,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(
        OPERATION,
        "GET",
        "/api/v4/systems/inverters_summary_by_envoy_or_site",
        params={"site_id": site_id, "envoy_serial_number": envoy_serial_number, "page": page, "size": size},
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponse | ErrorResponseArray | RateLimitError | list[GatewayInverters] | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponse | ErrorResponseArray | RateLimitError | list[GatewayInverters] | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *,
    client: Client,
    site_id: int | Unset = UNSET,
    envoy_serial_number: int | Unset = UNSET,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | list[GatewayInverters]]:
    """List microinverters"""
    kwargs = get_kwargs(site_id=site_id, envoy_serial_number=envoy_serial_number, page=page, size=size)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *,
    client: Client,
    site_id: int | Unset = UNSET,
    envoy_serial_number: int | Unset = UNSET,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
) -> Response[ErrorResponse | ErrorResponseArray | RateLimitError | list[GatewayInverters]]:
    """List microinverters"""
    kwargs = get_kwargs(site_id=site_id, envoy_serial_number=envoy_serial_number, page=page, size=size)
    return await client.send_async(kwargs, parse)
