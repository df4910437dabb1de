"""PUT /api/v4/activations/{activation_id}/estimate: Set the production estimate"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.production_estimate import ProductionEstimate
from ...models.update_activation_estimate_request import UpdateActivationEstimateRequest
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "updateActivationEstimate"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(ProductionEstimate),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, *, body: UpdateActivationEstimateRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    return request_kwargs(
        OPERATION, "PUT", f"/api/v4/activations/{activation_id_}/estimate", body=body, form="estimate"
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | PartnerRateLimitError | ProductionEstimate | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | PartnerRateLimitError | ProductionEstimate | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    activation_id: int, *, client: Client, body: UpdateActivationEstimateRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | ProductionEstimate]:
    """Set the production estimate"""
    kwargs = get_kwargs(activation_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, *, client: Client, body: UpdateActivationEstimateRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | ProductionEstimate]:
    """Set the production estimate"""
    kwargs = get_kwargs(activation_id, body=body)
    return await client.send_async(kwargs, parse)
