"""`enphase devices`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..records.site import Device
from .formats import chosen, output_options
from .records import brief, columns_of, write
from .series import SYSTEM_ID
from .session import connected, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from .app import Settings

FEW = ("device_type", "serial_number", "name", "model", "status", "active", "last_report_at")


@click.command("devices")
@click.argument("system", type=SYSTEM_ID)
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def command(settings: Settings, *, system: int, csv_file: str | None, as_json: bool) -> None:
    """List the devices of the system with the id SYSTEM: class, serial number, status, last report (UTC).

    --serial of other commands takes the serial number. --json and --csv have all that the service says of a device.

    One hit.
    """
    output = chosen(csv_file, as_json=as_json)
    with connected(settings) as client:
        with output:
            found = client.system(system).devices()
            write(output, found, brief(output, columns_of(Device), FEW))
        note(f"{counted(output.count, 'device')}, {counted(found.hits, 'hit')}")
        tell_problems(found.problems)
