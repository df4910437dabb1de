"""PUT /api/v4/partner/activations/{activation_id}: Change an activation"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.activation import Activation
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.update_activation_request import UpdateActivationRequest
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "updateActivation"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(Activation),
    401: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, *, body: UpdateActivationRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    return request_kwargs(
        OPERATION, "PUT", f"/api/v4/partner/activations/{activation_id_}", body=body, form="system"
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    activation_id: int, *, client: Client, body: UpdateActivationRequest
) -> Response[Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Change an activation"""
    kwargs = get_kwargs(activation_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, *, client: Client, body: UpdateActivationRequest
) -> Response[Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Change an activation"""
    kwargs = get_kwargs(activation_id, body=body)
    return await client.send_async(kwargs, parse)
