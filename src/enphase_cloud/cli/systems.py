"""`enphase systems`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .formats import chosen, output_options
from .session import Progress, connected, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from .app import Settings

COLUMNS = ("system_id", "name", "status", "timezone", "last_report_at")


@click.command("systems")
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def command(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """List the systems that the access token may see: id, name, status, time zone, last report (UTC).

    One hit for each 100 of them.
    """
    output = chosen(csv_file, as_json=as_json)
    progress = Progress()
    with connected(settings, progress) as client:
        with output:
            output.begin(COLUMNS)
            listed = client.systems()
            for system in listed:
                output.add(tuple(getattr(system, column) for column in COLUMNS))
        note(f"{counted(output.count, 'system')}, {counted(progress.hits, 'hit')}")
        tell_problems(listed.problems)
