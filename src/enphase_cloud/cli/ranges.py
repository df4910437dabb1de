"""What the commands have in common that fetch the rows of a range: options, the price, the rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from .._time import find_zone
from ..flows.estimate import priced
from ..rows import Cost
from .formats import chosen, output_options
from .records import brief, cell
from .series import SYSTEM_ID
from .session import connected, profile_option
from .text import counted
from .told import summarised

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..results import Rows
    from ..rows import Estimate
    from ..system import System
    from ..transport.plan import Quota
    from .app import Settings
    from .output import Output

F = TypeVar("F", bound="Callable[..., Any]")

TIMES = """A TIME is a date, or a date and a time, on the site's own clock ('2026-01-31', '2026-01-31T10:00'), or has an
offset ('2026-01-31T10:00+02:00', '2026-01-31T10:00Z')."""
ZONE_UNKNOWN = "one of them to look up the time zone of the site: --timezone saves it"
LOOK_UP = """One hit for each week, and one to look up the time zone of the site where a local time is given without
--timezone."""


class Options(TypedDict):
    """What `range_options` hands to a command, but for `start` and `end`."""

    system: int
    timezone: str | None
    estimate: bool
    keep_going: bool
    csv_file: str | None
    as_json: bool


def time_options(command: F) -> F:
    """Give a command `--start TIME` and `--end TIME`."""
    command = click.option(
        "--end", metavar="TIME", help="The last ends here; a date leaves that day out. [default: now]"
    )(command)
    return click.option("--start", metavar="TIME", required=True, help="The first begins here.")(command)


def range_options(command: F) -> F:
    """Give a command SYSTEM, and what all have that fetch a range: see Options."""
    command = output_options(command)
    command = profile_option("Whose grant is used, where several are stored.")(command)
    command = click.option(
        "--keep-going",
        is_flag=True,
        help="Where a call fails, go on with the next week, and make a gap of what is missing: exit status 6.",
    )(command)
    command = click.option(
        "--estimate", "--dry-run", is_flag=True, help="Say what it takes, and make no call."
    )(command)
    command = click.option(
        "--timezone", metavar="NAME", help="Time zone of the site, such as Europe/Berlin: saves a hit."
    )(command)
    return click.argument("system", type=SYSTEM_ID)(command)


def fetch(
    settings: Settings,
    options: Options,
    ask: Callable[[System, str], Sequence[Rows[Any]]],
    columns: Sequence[str],
    few: Sequence[str] = (),
) -> None:
    """Print the rows that `ask` asks a system for, one sequence after the other; or what they take.

    `ask` is handed what `on_error` is. Tables have the few columns, where such are named.
    """
    output = chosen(options["csv_file"], as_json=options["as_json"])
    with connected(settings) as client:
        site = client.system(options["system"], timezone=options["timezone"])
        asked = ask(site, "gap" if options["keep_going"] else "raise")
        if options["estimate"]:
            tell(_together(asked, client.quota), as_json=options["as_json"])
            return
        with summarised(asked, output), output:
            _fill(output, site, asked, brief(output, columns, few))


def _fill(output: Output, site: System, asked: Sequence[Rows[Any]], columns: Sequence[str]) -> None:
    """Hand on the rows; ends of intervals also in local time, where the zone is known.

    It may become so with the first call.
    """
    coming = chain.from_iterable(asked)
    first = next(coming, None)
    zone = find_zone(site.timezone) if site.timezone and columns[0] == "end" else None
    output.begin((columns[0], *(() if zone is None else ("end_local",)), *columns[1:]))
    for row in chain(() if first is None else (first,), coming):
        cells = [cell(getattr(row, column)) for column in columns]
        if zone is not None:
            cells.insert(1, row.end.astimezone(zone))
        output.add(cells)


def _together(asked: Sequence[Rows[Any]], quota: Quota) -> Estimate:
    """What all of them take. Each may count the look-up of the time zone, which is made once: then it is not exact."""
    estimates = [rows.estimate() for rows in asked]
    if len(estimates) == 1:
        return estimates[0]
    hits = sum(each.hits for each in estimates)
    archived = sum(each.archived for each in estimates)
    return priced(Cost(hits, exact=all(each.exact for each in estimates), archived=archived), quota)


def tell(estimate: Estimate, *, as_json: bool, why_about: str = ZONE_UNKNOWN) -> None:
    """Print an estimate; where it is not exact, with the reason."""
    if as_json:
        click.echo(json.dumps(asdict(estimate)))
        return
    about = "" if estimate.exact else "about "
    told = [f"{about}{counted(estimate.hits, 'hit')}"]
    if not estimate.exact:
        told.append(why_about)
    if estimate.archived:
        told.append(f"{counted(estimate.archived, 'window')} in the archive already")
    if estimate.seconds:
        told.append(f"about {counted(ceil(estimate.seconds / 60), 'minute')} at the plan's pace")
    if estimate.cost_usd:
        told.append(f"${estimate.cost_usd:.2f} beyond the plan's fee")
    if not estimate.within_month:
        told.append("more than is left of this month")
    click.echo(", ".join(told))
