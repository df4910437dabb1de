"""PUT /api/v4/systems/config/{system_id}/tariff: Set the tariff"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.tariff_settings import TariffSettings
from ...models.tariff_update import TariffUpdate
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "updateSystemTariffSettings"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(TariffUpdate),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(system_id: int, *, body: TariffSettings) -> dict[str, Any]:
    """The arguments of the httpx request."""
    system_id_ = segment("system_id", system_id)
    return request_kwargs(
        OPERATION,
        "PUT",
        f"/api/v4/systems/config/{system_id_}/tariff",
        body=body,
        content_type="application/text",
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponseArray | PartnerRateLimitError | TariffUpdate | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponseArray | PartnerRateLimitError | TariffUpdate | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    system_id: int, *, client: Client, body: TariffSettings
) -> Response[ErrorResponseArray | PartnerRateLimitError | TariffUpdate]:
    """Set the tariff"""
    kwargs = get_kwargs(system_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    system_id: int, *, client: Client, body: TariffSettings
) -> Response[ErrorResponseArray | PartnerRateLimitError | TariffUpdate]:
    """Set the tariff"""
    kwargs = get_kwargs(system_id, body=body)
    return await client.send_async(kwargs, parse)
