"""POST /api/v4/activations/{activation_id}/ops/production_mode: Turn production on or off"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.default_command_response import DefaultCommandResponse
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.set_production_mode_request import SetProductionModeRequest
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "setProductionMode"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(DefaultCommandResponse),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, *, body: SetProductionModeRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    return request_kwargs(
        OPERATION,
        "POST",
        f"/api/v4/activations/{activation_id_}/ops/production_mode",
        body=body,
        form="production_mode",
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None = (
        decode(_DECODERS, status, content, content_type)
    )
    return parsed


def sync_detailed(
    activation_id: int, *, client: Client, body: SetProductionModeRequest
) -> Response[DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Turn production on or off"""
    kwargs = get_kwargs(activation_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, *, client: Client, body: SetProductionModeRequest
) -> Response[DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Turn production on or off"""
    kwargs = get_kwargs(activation_id, body=body)
    return await client.send_async(kwargs, parse)
