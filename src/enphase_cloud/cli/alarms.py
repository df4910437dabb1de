"""`enphase alarms`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from ..records.site import Alarm
from .ranges import LOOK_UP, TIMES, Options, fetch, range_options, time_options
from .records import columns_of

if TYPE_CHECKING:
    from .app import Settings

FEW = ("id", "event_type_id", "cleared", "alarm_start_time", "alarm_end_time", "severity")

HELP = f"""Fetch the alarms that the system with the id SYSTEM raised in a range: those that are active.

Times are UTC; severity is 1 fatal, 2 error, 3 warning, 4 info, 5 debug, 6 none. The devices that an alarm is about are
in the column `events` of --json and --csv. The service has the alarms of the last months only: what lies further back
is a gap.

{TIMES}

{LOOK_UP} Twice as many with --all.
"""


@click.command("alarms", help=HELP)
@range_options
@time_options
@click.option("--cleared", is_flag=True, help="Those that are over, in place of those that are active.")
@click.option("--all", "every", is_flag=True, help="Those that are active, and then those that are over.")
@click.pass_obj
def command(
    settings: Settings, *, start: str, end: str | None, cleared: bool, every: bool, **options: Unpack[Options]
) -> None:
    if cleared and every:
        raise click.UsageError("--all has those that are cleared, too: leave out --cleared.")
    kinds = (False, True) if every else (cleared,)
    fetch(
        settings,
        options,
        lambda site, on_error: [site.alarms(start, end, cleared=kind, on_error=on_error) for kind in kinds],
        columns_of(Alarm),
        FEW,
    )
