"""`enphase telemetry`."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING

import click
from enphase_v4.catalog import TELEMETRY

from .._time import find_zone
from .formats import chosen, output_options
from .series import SYSTEM_ID, checked_serial, described, values_of
from .session import connected, profile_option
from .summary import summarised
from .text import counted

if TYPE_CHECKING:
    from ..results import Rows
    from ..rows import Estimate, Row
    from ..system import System
    from .app import Settings
    from .output import Output

HELP = f"""Fetch the intervals of a SERIES of the system with the id SYSTEM.

Each row has the time at which its interval ends: `end` (UTC), and `end_local` where the time zone of the site is
known. Energies are Wh in the interval, powers W.

{described(TELEMETRY)}

A TIME is a date, or a date and a time, on the site's own clock ('2026-01-31', '2026-01-31T10:00'), or has an offset
('2026-01-31T10:00+02:00', '2026-01-31T10:00Z').

One hit for each week, and one to look up the time zone of the site where a local time is given without --timezone.
"""


@click.command("telemetry", help=HELP)
@click.argument("system", type=SYSTEM_ID)
@click.argument("series", type=click.Choice(list(TELEMETRY)), metavar="SERIES")
@click.option("--start", metavar="TIME", required=True, help="The first interval begins here.")
@click.option("--end", metavar="TIME", help="The last ends here; a date leaves that day out. [default: now]")
@click.option("--serial", metavar="NUMBER", help="Serial number of the device, for series of one device.")
@click.option("--timezone", metavar="NAME", help="Time zone of the site, such as Europe/Berlin: saves a hit.")
@click.option("--estimate", "--dry-run", is_flag=True, help="Say what it takes, and make no call.")
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def command(
    settings: Settings,
    *,
    system: int,
    series: str,
    start: str,
    end: str | None,
    serial: str | None,
    timezone: str | None,
    estimate: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    checked_serial(series, TELEMETRY[series], serial)
    output = chosen(csv_file, as_json=as_json)
    with connected(settings) as client:
        site = client.system(system, timezone=timezone)
        rows = site.telemetry(series, start, end, serial=serial)
        if estimate:
            _tell(rows.estimate(), as_json=as_json)
            return
        with summarised(rows, output), output:
            _fill(output, site, rows, values_of(TELEMETRY[series]))


def _fill(output: Output, site: System, rows: Rows[Row], values: tuple[str, ...]) -> None:
    """Hand on the rows, with the local time where the zone is known: it may become so with the first call."""
    coming = iter(rows)
    first = next(coming, None)
    zone = find_zone(site.timezone) if site.timezone else None
    output.begin(("end", *(() if zone is None else ("end_local",)), *values))
    for row in chain(() if first is None else (first,), coming):
        local = () if zone is None else (row.end.astimezone(zone),)
        output.add((row.end, *local, *(getattr(row, value) for value in values)))


def _tell(estimate: Estimate, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(estimate)))
        return
    about = "" if estimate.exact else "about "
    told = [f"{about}{counted(estimate.hits, 'hit')}"]
    if not estimate.exact:
        told.append("one of them to look up the time zone of the site: --timezone saves it")
    if estimate.seconds:
        told.append(f"about {counted(ceil(estimate.seconds / 60), 'minute')} at the plan's pace")
    if estimate.cost_usd:
        told.append(f"${estimate.cost_usd:.2f} beyond the plan's fee")
    if not estimate.within_month:
        told.append("more than is left of this month")
    click.echo(", ".join(told))
