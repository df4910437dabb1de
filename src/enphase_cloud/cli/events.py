"""`enphase events`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from ..records.site import Event
from .ranges import LOOK_UP, TIMES, Options, fetch, range_options, time_options
from .records import columns_of

if TYPE_CHECKING:
    from .app import Settings

HELP = f"""Fetch what happened to the devices of the system with the id SYSTEM: the events that began in a range.

Times are UTC. The service has those of the last months only: what lies further back is a gap.

{TIMES}

{LOOK_UP}
"""


@click.command("events", help=HELP)
@range_options
@time_options
@click.pass_obj
def command(settings: Settings, *, start: str, end: str | None, **options: Unpack[Options]) -> None:
    fetch(
        settings,
        options,
        lambda site, on_error: [site.events(start, end, on_error=on_error)],
        columns_of(Event),
    )
