"""POST /api/v4/partner/activations: Create an activation"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.activation import Activation
from ...models.create_activation_request import CreateActivationRequest
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "createActivation"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    201: one(Activation),
    401: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(*, body: CreateActivationRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(OPERATION, "POST", "/api/v4/partner/activations", body=body, form="system")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *, client: Client, body: CreateActivationRequest
) -> Response[Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Create an activation"""
    kwargs = get_kwargs(body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *, client: Client, body: CreateActivationRequest
) -> Response[Activation | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Create an activation"""
    kwargs = get_kwargs(body=body)
    return await client.send_async(kwargs, parse)
