"""POST /api/v4/companies/{company_id}/users: Create a user of a company"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.create_company_user_request import CreateCompanyUserRequest
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...models.user import User
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "createCompanyUser"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    201: one(User),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(company_id: int, *, body: CreateCompanyUserRequest) -> dict[str, Any]:
    """The arguments of the httpx request."""
    company_id_ = segment("company_id", company_id)
    return request_kwargs(OPERATION, "POST", f"/api/v4/companies/{company_id_}/users", body=body, form="user")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    company_id: int, *, client: Client, body: CreateCompanyUserRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Create a user of a company"""
    kwargs = get_kwargs(company_id, body=body)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    company_id: int, *, client: Client, body: CreateCompanyUserRequest
) -> Response[ErrorMessages | ErrorResponseArray | PartnerRateLimitError | User]:
    """Create a user of a company"""
    kwargs = get_kwargs(company_id, body=body)
    return await client.send_async(kwargs, parse)
