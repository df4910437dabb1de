"""`enphase summary`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..records.site import Summary
from .formats import chosen_for_one, output_options
from .records import columns_of, write
from .series import SYSTEM_ID
from .session import Progress, connected, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from .app import Settings

UNITS = {"current_power": "W", "energy_today": "Wh", "energy_lifetime": "Wh"}
"""Of values whose names have none: they are the service's own."""


@click.command("summary")
@click.argument("system", type=SYSTEM_ID)
@click.option("--date", metavar="DATE", help="The local date that energy_today is of. [default: today]")
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def command(
    settings: Settings, *, system: int, date: str | None, csv_file: str | None, as_json: bool
) -> None:
    """Show what the system with the id SYSTEM does now, and what it has done.

    Powers are W, energies Wh, times UTC.

    One hit.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units=UNITS)
    progress = Progress()
    with connected(settings, progress) as client:
        with output:
            found = client.system(system).summary(date)
            write(output, [found], columns_of(Summary))
        note(counted(progress.hits, "hit"))
        tell_problems(found.problems)
