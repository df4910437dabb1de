"""GET /api/v4/companies/{company_id}/users: List the users of a company"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.company_users import CompanyUsers
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import Decoder, Events, Response, decode, one, request_kwargs, segment

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listCompanyUsers"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(CompanyUsers),
    401: one(ErrorResponseArray),
    404: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(company_id: int) -> dict[str, Any]:
    """The arguments of the httpx request."""
    company_id_ = segment("company_id", company_id)
    return request_kwargs(OPERATION, "GET", f"/api/v4/companies/{company_id_}/users")


def parse(
    status: int, content: bytes, content_type: str = ""
) -> CompanyUsers | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: CompanyUsers | ErrorResponseArray | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    company_id: int, *, client: Client
) -> Response[CompanyUsers | ErrorResponseArray | PartnerRateLimitError]:
    """List the users of a company"""
    kwargs = get_kwargs(company_id)
    return client.send(kwargs, parse)


async def asyncio_detailed(
    company_id: int, *, client: Client
) -> Response[CompanyUsers | ErrorResponseArray | PartnerRateLimitError]:
    """List the users of a company"""
    kwargs = get_kwargs(company_id)
    return await client.send_async(kwargs, parse)
