"""`enphase report`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from .. import _time
from ..look.nothing import NothingToShow
from ..look.report import Kept, report
from .formats import json_option
from .looking import STANDARD, NothingKept, deliver, kept_of, present, refuse_terminal, site_of
from .series import SYSTEM_ID
from .session import archived, profile_option

if TYPE_CHECKING:
    from .app import Settings


@click.command("report")
@click.argument("system", type=SYSTEM_ID)
@click.option("--to", metavar="FILE", required=True, help="The page, such as report.html; '-': print it.")
@click.option(
    "--start", metavar="DATE", help="The first day of its totals. [default: the first that is archived]"
)
@click.option("--end", metavar="DATE", help="The day after the last. [default: tomorrow]")
@click.option("--timezone", metavar="NAME", help="Time zone of the site, where the archive does not know it.")
@click.option(
    "--now", metavar="TIME", help="Take this for the present, such as '2026-05-17T12:00Z'. [default: it is]"
)
@json_option
@profile_option("Whose systems, where several grants are stored.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    system: int,
    to: str,
    start: str | None,
    end: str | None,
    timezone: str | None,
    now: str | None,
    as_json: bool,
) -> None:
    """Write a page about the system with the id SYSTEM, from what is archived. No hit.

    Totals by month and year, self-sufficiency, charts of the last day, month and year and of all of it, what is missing
    and why, and what it cost. One file that needs nothing else; the same archive and the same --now give the same
    file. --json prints the figures that are in it, and its name.
    """
    if as_json and to == STANDARD:
        raise click.UsageError("--json and --to - both print: name a file.")
    refuse_terminal(to)
    with archived(settings) as archive:
        first = None if start is None else _time.day(start, "start")
        after = None if end is None else _time.day(end, "end")
        kept = Kept(kept_of(archive, system), archive.holes())
        site = site_of(archive, system, timezone)
        try:
            made = report(site, kept, present(settings, now), first, after)
        except NothingToShow as error:
            raise NothingKept(str(error)) from error
        deliver(to, made.page.encode())
        if as_json:
            click.echo(json.dumps({**made.figures, "file": to}, indent=2))
