"""DELETE /api/v4/activations/{activation_id}/users/{user_id}: Revoke access"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.default_command_response import DefaultCommandResponse
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "revokeActivationAccess"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(DefaultCommandResponse),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, user_id: int) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    user_id_ = segment("user_id", user_id)
    return request_kwargs(OPERATION, "DELETE", f"/api/v4/activations/{activation_id_}/users/{user_id_}")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None = (
        decode(_DECODERS, status, content, content_type)
    )
    return parsed


def sync_detailed(
    activation_id: int, user_id: int, *, client: Client
) -> Response[DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Revoke access"""
    kwargs = get_kwargs(activation_id, user_id)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, user_id: int, *, client: Client
) -> Response[DefaultCommandResponse | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """Revoke access"""
    kwargs = get_kwargs(activation_id, user_id)
    return await client.send_async(kwargs, parse)
