"""GET /api/v4/activations/{activation_id}/users/{user_id}: Read a user of an activation"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.user import User
from ...models.user_expand import UserExpand
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "getActivationUser"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(User),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(activation_id: int, user_id: int, *, expand: UserExpand | Unset = UNSET) -> dict[str, Any]:
    """The arguments of the httpx request."""
    activation_id_ = segment("activation_id", activation_id)
    user_id_ = segment("user_id", user_id)
    return request_kwargs(
        OPERATION, "GET", f"/api/v4/activations/{activation_id_}/users/{user_id_}", params={"expand": expand}
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    activation_id: int, user_id: int, *, client: Client, expand: UserExpand | Unset = UNSET
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Read a user of an activation"""
    kwargs = get_kwargs(activation_id, user_id, expand=expand)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    activation_id: int, user_id: int, *, client: Client, expand: UserExpand | Unset = UNSET
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Read a user of an activation"""
    kwargs = get_kwargs(activation_id, user_id, expand=expand)
    return await client.send_async(kwargs, parse)
