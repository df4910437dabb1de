"""GET /api/v4/pv_manufacturers/{pv_manufacturer_id}/pv_models: List the PV modules of a manufacturer"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.pv_models import PvModels
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listPvModels"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(PvModels),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(pv_manufacturer_id: int) -> dict[str, Any]:
    """The arguments of the httpx request."""
    pv_manufacturer_id_ = segment("pv_manufacturer_id", pv_manufacturer_id)
    return request_kwargs(OPERATION, "GET", f"/api/v4/pv_manufacturers/{pv_manufacturer_id_}/pv_models")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorResponseArray | PartnerRateLimitError | PvModels | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorResponseArray | PartnerRateLimitError | PvModels | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    pv_manufacturer_id: int, *, client: Client
) -> Response[ErrorResponseArray | PartnerRateLimitError | PvModels]:
    """List the PV modules of a manufacturer"""
    kwargs = get_kwargs(pv_manufacturer_id)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    pv_manufacturer_id: int, *, client: Client
) -> Response[ErrorResponseArray | PartnerRateLimitError | PvModels]:
    """List the PV modules of a manufacturer"""
    kwargs = get_kwargs(pv_manufacturer_id)
    return await client.send_async(kwargs, parse)
