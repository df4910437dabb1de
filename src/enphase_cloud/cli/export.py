"""`enphase export`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from enphase_v4.catalog import LIFETIME, TELEMETRY

from ..export import NothingArchived, export
from ..export.choice import EVERY, KINDS, LAYOUTS
from .formats import json_option
from .looking import NothingKept
from .series import SYSTEM_ID
from .session import archived, profile_option
from .text import counted, note

if TYPE_CHECKING:
    from ..export import Exported
    from .app import Settings

HELP = f"""Write what is archived to a file that other programs read. No call is made: `enphase sync` fetches.

\b
  FILE.csv               a row for every 15 minutes, a column for each value: for spreadsheets
  FILE.parquet           a row for each interval of each series: for pandas, Polars, DuckDB
  FILE.json, FILE.jsonl  the same, as one list, or an object in each line
  FILE.duckdb            tables telemetry, lifetime, systems, gaps, events, alarms
  FOLDER                 Parquet files for each system, series and month, with --partitioned, or where it is there

SYSTEM is the id of a system; without any, all that are archived are written. Times are of the site's own clock.

What is missing is not made up: `incomplete` names the series that lack intervals in a row ('battery 92/96');
`intervals` and `expected` say how many there are, and were to come. Nights of microinverters are not missing.

\b
  telemetry   {", ".join(list(TELEMETRY)[:6])},
              {", ".join(list(TELEMETRY)[6:])}
  lifetime    {", ".join(LIFETIME)}
"""


@click.command("export", help=HELP)
@click.argument("systems", metavar="[SYSTEM]...", type=SYSTEM_ID, nargs=-1)
@click.option("--to", metavar="FILE", required=True, help="The file, or the folder.")
@click.option(
    "--series",
    metavar="NAME",
    multiple=True,
    type=click.Choice(list(dict.fromkeys((*TELEMETRY, *LIFETIME)))),
    help="Only this series; may be given several times.",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="What a table is made of: intervals, or days. [default: telemetry]",
)
@click.option(
    "--start", metavar="TIME", help="The first interval begins here. [default: all that is archived]"
)
@click.option("--end", metavar="TIME", help="The last ends here; a date leaves that day out.")
@click.option("--every", type=click.Choice(EVERY), help="Add up to these, of the site's clock.")
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    help="A row for each series and time, or one for each time. [default: wide for CSV, else long]",
)
@click.option("--partitioned", is_flag=True, help="Make a folder of Parquet files.")
@click.option("--only-new", is_flag=True, help="Keep of the file what has not changed since it was written.")
@profile_option("Whose service's answers are read, where several are used.")
@json_option
@click.pass_obj
def command(
    settings: Settings,
    *,
    systems: tuple[int, ...],
    to: str,
    series: tuple[str, ...],
    kind: str | None,
    start: str | None,
    end: str | None,
    every: str | None,
    layout: str | None,
    partitioned: bool,
    only_new: bool,
    as_json: bool,
) -> None:
    with archived(settings) as archive:
        try:
            exported = export(
                archive,
                to,
                systems=systems or None,
                series=series or None,
                kind=kind,
                start=start,
                end=end,
                every=every,
                layout=layout,
                partitioned=partitioned,
                only_new=only_new,
            )
        except NothingArchived as error:
            raise NothingKept(str(error)) from None
    if as_json:
        click.echo(json.dumps(exported.told(), indent=2))
    _tell(exported)


def _tell(exported: Exported) -> None:
    """One line with all figures; and one before it where the file could not be gone on with."""
    if exported.renewed:
        note(f"{exported.path}: written anew as a whole: {exported.renewed}")
    figures = [counted(exported.rows, "row")] if exported.files else ["nothing new"]
    if exported.kept:
        figures.append(f"{counted(exported.kept, 'row')} kept")
    if exported.files > 1:
        figures.append(counted(exported.files, "file"))
    figures.append(f"{exported.series} series")
    if exported.gaps:
        figures.append(f"{counted(exported.gaps, 'gap')} that a sync may fill")
    if exported.still_open:
        figures.append(f"{counted(exported.still_open, 'gap')} still open")
    if exported.settled_until is not None:
        figures.append(f"settled until {exported.settled_until:%Y-%m-%d %H:%M} UTC")
    note(f"{exported.path}: {', '.join(figures)}")
