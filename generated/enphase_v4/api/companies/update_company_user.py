"""PUT /api/v4/companies/{company_id}/users/{user_id}: Change a user of a company"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.update_company_user_request import UpdateCompanyUserRequest
from ...models.user import User
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "updateCompanyUser"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(User),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(company_id: int, user_id: int, *, body: UpdateCompanyUserRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    company_id_ = segment("company_id", company_id)
    user_id_ = segment("user_id", user_id)
    return request_kwargs(
        OPERATION, "PUT", f"/api/v4/companies/{company_id_}/users/{user_id_}", body=body, form="user"
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
    company_id: int, user_id: int, *, client: Client, body: UpdateCompanyUserRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Change a user of a company"""
    kwargs = get_kwargs(company_id, user_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    company_id: int, user_id: int, *, client: Client, body: UpdateCompanyUserRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Change a user of a company"""
    kwargs = get_kwargs(company_id, user_id, body=body)
    return await client.send_async(kwargs, parse)
