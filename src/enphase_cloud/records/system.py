"""What the service says of a system itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import attrs

from .base import Record, day, text, texts, time

if TYPE_CHECKING:
    from enphase_v4 import models


@attrs.frozen(kw_only=True)
class About(Record):
    """A system, as the list of systems has it. The attributes of System stand on it."""

    if TYPE_CHECKING:
        details: models.System

    name: str | None = text()
    """Name of the installation."""
    public_name: str | None = text()
    """Name on its public page, where it has one."""
    status: str | None = text()
    """`normal`, or what is wrong: `comm`, `micro`, `power`, `meter`, ..."""
    timezone: str | None = text()
    """Time zone of the site, as the service calls it."""
    city: str | None = text("address.city")
    """City in which the system stands."""
    state: str | None = text("address.state")
    """State or province, by its code."""
    country: str | None = text("address.country")
    """Country, by its code."""
    postal_code: str | None = text("address.postal_code")
    """Postal code."""
    connection_type: str | None = text()
    """How the gateway reaches the internet."""
    attachment_type: str | None = text()
    """How the microinverters are mounted."""
    operational_at: datetime | None = time()
    """When it began to work, aware UTC."""
    last_report_at: datetime | None = time()
    """When its gateway last reported, aware UTC."""
    last_energy_at: datetime | None = time()
    """When production was last reported, even if it was 0, aware UTC."""
    interconnect_date: date | None = day()
    """Date on which the grid connection was approved."""
    reference: str | None = text()
    """What the company of the caller knows it by."""
    other_references: tuple[str, ...] | None = texts()
    """What other companies know it by."""
