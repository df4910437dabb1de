"""`enphase lifetime`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from enphase_v4.catalog import LIFETIME

from .formats import chosen, output_options
from .series import SYSTEM_ID, checked_serial, described, values_of
from .session import connected, profile_option
from .summary import summarised

if TYPE_CHECKING:
    from .app import Settings

HELP = f"""Fetch the days of a SERIES of the system with the id SYSTEM: Wh for each local date, up to yesterday.

{described(LIFETIME)}

One hit, however long the history.
"""


@click.command("lifetime", help=HELP)
@click.argument("system", type=SYSTEM_ID)
@click.argument("series", type=click.Choice(list(LIFETIME)), metavar="SERIES")
@click.option("--start", metavar="DATE", help="The first day. [default: the first of the system]")
@click.option("--end", metavar="DATE", help="The day after the last. [default: today]")
@click.option("--serial", metavar="NUMBER", help="Serial number of the device, for series of one device.")
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def command(
    settings: Settings,
    *,
    system: int,
    series: str,
    start: str | None,
    end: str | None,
    serial: str | None,
    csv_file: str | None,
    as_json: bool,
) -> None:
    checked_serial(series, LIFETIME[series], serial)
    output = chosen(csv_file, as_json=as_json)
    values = values_of(LIFETIME[series])
    with connected(settings) as client:
        rows = client.system(system).lifetime(series, start, end, serial=serial)
        with summarised(rows, output), output:
            output.begin(("date", *values))
            for row in rows:
                output.add((row.date, *(getattr(row, value) for value in values)))
