"""`enphase live`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..flows.live import LONGEST, SHORTEST
from ..records.live import LiveReading
from .formats import chosen_for_stream, stream_options
from .ranges import tell
from .records import brief, cell, columns_of
from .series import SYSTEM_ID
from .session import connected, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from .app import Settings

FEW = (
    "time",
    "pv_power_w",
    "consumption_power_w",
    "grid_power_w",
    "battery_power_w",
    "battery_soc_percent",
    "grid_status",
)


@click.command("live")
@click.argument("system", type=SYSTEM_ID)
@click.option(
    "--duration",
    metavar="SECONDS",
    type=click.IntRange(SHORTEST, LONGEST),
    default=SHORTEST,
    show_default=True,
    help=f"After which the service ends the stream: {SHORTEST} to {LONGEST}.",
)
@click.option(
    "--reconnect",
    is_flag=True,
    help="Where the stream ends early or breaks, open another one for the rest: charged again.",
)
@click.option("--estimate", "--dry-run", is_flag=True, help="Say what it takes, and make no call.")
@profile_option("Whose grant is used, where several are stored.")
@stream_options
@click.pass_obj
def command(
    settings: Settings,
    *,
    system: int,
    duration: int,
    reconnect: bool,
    estimate: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Show what flows in the system with the id SYSTEM right now: a reading about every second.

    Powers are W: grid_power_w is positive while the site imports, battery_power_w while the battery discharges. Times
    are UTC. With --json each reading is an object in a line of its own. Ctrl-C ends it at once, with exit status 130.

    One hit, and $0.10, for each stream, however long; what is not heard is not given back.
    """
    output = chosen_for_stream(csv_file, as_json=as_json)
    with connected(settings) as client:
        readings = client.system(system).live(duration, reconnect=reconnect)
        if estimate:
            tell(readings.estimate(), as_json=as_json, why_about="more where streams break")
            return
        columns = brief(output, columns_of(LiveReading), FEW)
        try:
            with readings, output:
                output.begin(columns)
                output.flush()
                for reading in readings:
                    output.add([cell(getattr(reading, column)) for column in columns])
                    output.flush()
        finally:
            if readings.hits:
                note(f"{counted(output.count, 'reading')}, {counted(readings.hits, 'hit')}")
            tell_problems(readings.problems)
