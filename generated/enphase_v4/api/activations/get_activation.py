"""GET /api/v4/partner/activations/{activation_id}: Read an activation"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.activation import Activation
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getActivation"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(Activation),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, *, expand: str | Unset = UNSET) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    return request_kwargs(
        OPERATION, "GET", f"/api/v4/partner/activations/{activation_id_}", params={"expand": expand}
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> Activation | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: Activation | ErrorResponseArray | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    activation_id: int, *, client: Client, expand: str | Unset = UNSET
) -> Response[Activation | ErrorResponseArray | PartnerRateLimitError]:
    """Read an activation"""
    kwargs = get_kwargs(activation_id, expand=expand)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, *, client: Client, expand: str | Unset = UNSET
) -> Response[Activation | ErrorResponseArray | PartnerRateLimitError]:
    """Read an activation"""
    kwargs = get_kwargs(activation_id, expand=expand)
    return await client.send_async(kwargs, parse)
