"""`enphase lifetime`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click
from enphase_v4.catalog import LIFETIME

from .ranges import Options, fetch, range_options
from .series import checked_serial, described, values_of

if TYPE_CHECKING:
    from .app import Settings

HELP = f"""Fetch the days of a SERIES of the system with the id SYSTEM: Wh for each local date, up to yesterday.

{described(LIFETIME)}

One hit, however long the history.
"""


@click.command("lifetime", help=HELP)
@range_options
@click.argument("series", type=click.Choice(list(LIFETIME)), metavar="SERIES")
@click.option("--start", metavar="DATE", help="The first day. [default: the first of the system]")
@click.option("--end", metavar="DATE", help="The day after the last. [default: today]")
@click.option("--serial", metavar="NUMBER", help="Serial number of the device, for series of one device.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    series: str,
    start: str | None,
    end: str | None,
    serial: str | None,
    **options: Unpack[Options],
) -> None:
    checked_serial(series, LIFETIME[series], serial)
    fetch(
        settings,
        options,
        lambda site, on_error: [site.lifetime(series, start, end, serial=serial, on_error=on_error)],
        ("date", *values_of(LIFETIME[series])),
    )
