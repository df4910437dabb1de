"""GET /api/v4/partner/activations: List activations"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...models.activations_page import ActivationsPage
from ...models.error_messages import ErrorMessages
from ...models.error_response_array import ErrorResponseArray
from ...models.partner_rate_limit_error import PartnerRateLimitError
from ...types import UNSET, Decoder, Events, Response, Unset, decode, one, request_kwargs

if TYPE_CHECKING:
    from ...client import Client

OPERATION: Final = "listActivations"

_DECODERS: Final[dict[int, Decoder | Events]] = {
    200: one(ActivationsPage),
    401: one(ErrorResponseArray),
    405: one(ErrorResponseArray),
    422: one(ErrorMessages),
    429: one(PartnerRateLimitError),
    501: one(ErrorResponseArray),
}


def get_kwargs(
    *,
    next_: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    stage: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    installer_id: int | Unset = UNSET,
    system_name: str | Unset = UNSET,
    city: str | Unset = UNSET,
    state: str | Unset = UNSET,
    country: str | Unset = UNSET,
    postal_code: str | Unset = UNSET,
    street1: str | Unset = UNSET,
    street2: str | Unset = UNSET,
    host_id: int | str | Unset = UNSET,
    owner_id: int | str | Unset = UNSET,
) -> dict[str, Any]:
    """The arguments of the httpx request."""
    return request_kwargs(
        OPERATION,
        "GET",
        "/api/v4/partner/activations",
        params={
            "next": next_,
            "limit": limit,
            "stage": stage,
            "reference": reference,
            "installer_id": installer_id,
            "system_name": system_name,
            "city": city,
            "state": state,
            "country": country,
            "postal_code": postal_code,
            "street1": street1,
            "street2": street2,
            "host_id": host_id,
            "owner_id": owner_id,
        },
    )


def parse(
    status: int, content: bytes, content_type: str = ""
) -> ActivationsPage | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None:
    """The model of an answer; None where the document has none. ValueError: a success that is not what it should be."""
    parsed: ActivationsPage | ErrorMessages | ErrorResponseArray | PartnerRateLimitError | None = decode(
        _DECODERS, status, content, content_type
    )
    return parsed


def sync_detailed(
    *,
    client: Client,
    next_: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    stage: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    installer_id: int | Unset = UNSET,
    system_name: str | Unset = UNSET,
    city: str | Unset = UNSET,
    state: str | Unset = UNSET,
    country: str | Unset = UNSET,
    postal_code: str | Unset = UNSET,
    street1: str | Unset = UNSET,
    street2: str | Unset = UNSET,
    host_id: int | str | Unset = UNSET,
    owner_id: int | str | Unset = UNSET,
) -> Response[ActivationsPage | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """List activations"""
    kwargs = get_kwargs(
        next_=next_,
        limit=limit,
        stage=stage,
        reference=reference,
        installer_id=installer_id,
        system_name=system_name,
        city=city,
        state=state,
        country=country,
        postal_code=postal_code,
        street1=street1,
        street2=street2,
        host_id=host_id,
        owner_id=owner_id,
    )
    return client.send(kwargs, parse)


async def asyncio_detailed(
    *,
    client: Client,
    next_: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    stage: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    installer_id: int | Unset = UNSET,
    system_name: str | Unset = UNSET,
    city: str | Unset = UNSET,
    state: str | Unset = UNSET,
    country: str | Unset = UNSET,
    postal_code: str | Unset = UNSET,
    street1: str | Unset = UNSET,
    street2: str | Unset = UNSET,
    host_id: int | str | Unset = UNSET,
    owner_id: int | str | Unset = UNSET,
) -> Response[ActivationsPage | ErrorMessages | ErrorResponseArray | PartnerRateLimitError]:
    """List activations"""
    kwargs = get_kwargs(
        next_=next_,
        limit=limit,
        stage=stage,
        reference=reference,
        installer_id=installer_id,
        system_name=system_name,
        city=city,
        state=state,
        country=country,
        postal_code=postal_code,
        street1=street1,
        street2=street2,
        host_id=host_id,
        owner_id=owner_id,
    )
    return await client.send_async(kwargs, parse)
