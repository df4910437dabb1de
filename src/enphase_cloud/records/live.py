"""What flows right now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
from enphase_v4.models import BatteryMode
from enphase_v4.types import read_time

from ..rows import LAST_EPOCH, number
from .base import Record, measured, read_with, text, texts, whole, word

if TYPE_CHECKING:
    from enphase_v4 import models

    from .base import Notes

_MILLISECONDS = 10**11
"""Numbers from here on count milliseconds: as seconds they would lie after the year 5000."""


def _moment(value: Any, where: str, notes: Notes) -> datetime | None:
    """From epoch milliseconds or seconds; or from text, which is in UTC where it has no offset."""
    epoch = number(value)
    if epoch is not None:
        read = read_time(epoch / 1000 if _MILLISECONDS <= abs(epoch) <= LAST_EPOCH * 1000 else epoch)
    else:
        read = read_time(value)
        if isinstance(read, str):
            read = read_time(f"{read.strip()}+00:00")
    if isinstance(read, datetime):
        return read
    notes.wrong(where, "no time", value)
    return None


@attrs.frozen(kw_only=True)
class LiveReading(Record):
    """Power at one moment, as the gateway measures it. W for powers, percent for the state of charge.

    Powers are signed: `grid_power_w` is positive while the site imports and negative while it exports,
    `battery_power_w` positive while the battery discharges and negative while it charges. The house takes what the
    others give: `consumption_power_w` is about the sum of `pv_power_w`, `grid_power_w`, `battery_power_w` and
    `generator_power_w`. What a site lacks is None. `details` is the generated LiveMessage, its readings in
    `details.data`.
    """

    if TYPE_CHECKING:
        details: models.LiveMessage

    time: datetime | None = read_with(_moment, "timestamp_epoch", "timestamp_utc")
    """When it was measured: aware, UTC, to the millisecond."""
    pv_power_w: float | None = measured("data.pv_power")
    """What the solar modules give, in W."""
    grid_power_w: float | None = measured("data.grid_power")
    """W: positive while the site imports, negative while it exports."""
    consumption_power_w: float | None = measured("data.consumption_power")
    """What the site takes, in W."""
    battery_power_w: float | None = measured("data.battery_power")
    """W: positive while the battery discharges, negative while it charges."""
    generator_power_w: float | None = measured("data.generator_power")
    """What the generator gives, in W."""
    battery_soc_percent: float | None = measured("data.battery_soc")
    """State of charge, in percent of the capacity."""
    battery_mode: BatteryMode | None = word(BatteryMode, "data.battery_mode")
    """What the battery is told to do; a word that the document does not list is a member that is only that word."""
    grid_status: str | None = text("data.grid_status")
    """`On Grid`, `Off Grid` or `Unknown`."""
    envoy_serial_number: tuple[str, ...] | None = texts("data.envoy_serial_number")
    """Serial numbers of the gateways that measured it; of a site with several, the service gives one."""
    system_id: int | None = whole("data.system_id")
    """The id of the system."""
