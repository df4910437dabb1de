"""What is set at a site, and whether the grid is there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs
from enphase_v4.models import BatteryMode, LoadControlMode

from .base import Record, flag, text, time, whole, word

if TYPE_CHECKING:
    from enphase_v4 import models


@attrs.frozen(kw_only=True)
class BatterySettings(Record):
    """What the battery is told to do."""

    if TYPE_CHECKING:
        details: models.SystemBatterySettings

    system_id: int | None = whole()
    """The system."""
    battery_mode: BatteryMode | None = word(BatteryMode)
    """What the battery is used for: `Self-consumption`, `Savings Mode`, `Full Backup`; or a word that the document does
    not know, such as `DR Event Active`."""
    reserve_soc: int | None = whole()
    """Charge that the mode in force keeps, in percent of the capacity."""
    energy_independence: bool | None = flag()
    """Whether, in Savings Mode, the battery goes on powering the house after the peak hours."""
    charge_from_grid: bool | None = flag()
    """Whether the battery may charge from the grid."""
    battery_shutdown_level: int | None = whole()
    """State of charge, in percent, at which the battery shuts down; no reserve may lie below it."""


@attrs.frozen(kw_only=True)
class StormGuard(Record):
    """Whether severe weather may take the battery, and whether there is any."""

    if TYPE_CHECKING:
        details: models.SystemStormGuard

    system_id: int | None = whole()
    """The system."""
    storm_guard_status: bool | None = flag()
    """Whether an alert switches the battery to full backup. Also True where the service adds that it is inactive just
    now."""
    storm_alert: bool | None = flag()
    """Whether an alert of severe weather is in force at the site."""


@attrs.frozen(kw_only=True)
class GridStatus(Record):
    """Whether the grid is there."""

    if TYPE_CHECKING:
        details: models.SystemGridStatus

    system_id: int | None = whole()
    """The system."""
    grid_state: str | None = text()
    """`On Grid`, `Off Grid` or `Unknown`."""
    last_report_date: datetime | None = time()
    """When the gateway last reported: aware, UTC."""


@attrs.frozen(kw_only=True)
class LoadControl(Record):
    """A dry contact of the system controller, and when the load on it is powered."""

    if TYPE_CHECKING:
        details: models.LoadControl

    name: str | None = text()
    """The contact, such as `NC1`."""
    load_name: str | None = text()
    """The load on it."""
    owner_can_override: bool | None = flag()
    """Whether the owner may overrule these settings."""
    mode: LoadControlMode | None = word(LoadControlMode)
    """When the load is powered, as a word."""
    soc_low: int | None = whole()
    """Advanced modes: state of charge, in percent, at which the load is cut off."""
    soc_high: int | None = whole()
    """Advanced modes: state of charge, in percent, at which it comes back."""
    status: str | None = text()
    """`enabled` or `disabled`."""
    essential_start_time: int | None = whole()
    """Scheduled mode: from when it is powered, in seconds of the day at the site."""
    essential_end_time: int | None = whole()
    """Scheduled mode: until when it is powered, in seconds of the day at the site."""
