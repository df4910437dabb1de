"""`enphase telemetry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click
from enphase_v4.catalog import TELEMETRY

from .ranges import LOOK_UP, TIMES, Options, fetch, range_options, time_options
from .series import checked_serial, described, values_of

if TYPE_CHECKING:
    from .app import Settings

HELP = f"""Fetch the intervals of a SERIES of the system with the id SYSTEM.

Each row has the time at which its interval ends: `end` (UTC), and `end_local` where the time zone of the site is
known. Energies are Wh in the interval, powers W.

{described(TELEMETRY)}

{TIMES}

{LOOK_UP}
"""


@click.command("telemetry", help=HELP)
@range_options
@click.argument("series", type=click.Choice(list(TELEMETRY)), metavar="SERIES")
@time_options
@click.option("--serial", metavar="NUMBER", help="Serial number of the device, for series of one device.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    series: str,
    start: str,
    end: str | None,
    serial: str | None,
    **options: Unpack[Options],
) -> None:
    checked_serial(series, TELEMETRY[series], serial)
    fetch(
        settings,
        options,
        lambda site, on_error: [site.telemetry(series, start, end, serial=serial, on_error=on_error)],
        ("end", *values_of(TELEMETRY[series])),
    )
