"""Companies of the caller: branches and subcontractors."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.handlers.commissioning.access import partner_of, told_company
from enphase_cloud.mock.service import Asked, Service


def list_branches(service: Service, asked: Asked) -> dict[str, Any]:
    """The caller's company, and its branches."""
    _, company = partner_of(service, asked)
    branches = service.people.branches(company.company_id)
    return {
        "company_id": company.company_id,
        "company_name": company.name,
        "branches": [told_company(service, each) for each in branches],
    }


def list_subcontractors(service: Service, asked: Asked) -> dict[str, Any]:
    """The caller's company, and its subcontractors."""
    _, company = partner_of(service, asked)
    hired = service.people.subcontractors(company.company_id)
    return {
        "company_id": company.company_id,
        "company_name": company.name,
        "authorized_subcontractors": [
            told_company(service, each) | {"status": "Enabled" if each.enabled else "Disabled"}
            for each in hired
        ],
    }
