"""`enphase sync`."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Any

import click

from ..errors import EnphaseError, SyncRunning
from ..rows import GapReason
from ..sync.results import SyncResult
from ..sync.tracks import known_names
from .formats import json_option
from .output import iso
from .series import SYSTEM_ID
from .session import INCOMPLETE, connected, profile_option
from .signals import interruptible
from .syncing import planned, shown, warnings
from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..archived import Hole
    from ..sync.results import SyncPlan
    from .app import Settings

MOST = 20
"""Holes and series that are named."""


@click.command("sync")
@click.argument("systems", metavar="[SYSTEM]...", type=SYSTEM_ID, nargs=-1)
@click.option("--since", metavar="TIME", help="Fetch nothing that lies before, such as 2026-01-01.")
@click.option(
    "--series",
    metavar="NAME",
    type=click.Choice(known_names()),
    multiple=True,
    help="Only this; may be given several times. See below.",
)
@click.option("--max-hits", metavar="N", type=click.IntRange(min=0), help="Make no more calls than this.")
@click.option(
    "--reserve",
    metavar="N",
    type=click.IntRange(min=0),
    help="Leave so many hits of the month to others that use the same key.",
)
@click.option(
    "--dry-run", "--estimate", is_flag=True, help="Say what there is to be fetched, and make no call."
)
@click.option("--refresh", is_flag=True, help="Fetch all that is not final again, even if it is not due.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong.")
@profile_option("Whose grant is used, where several are stored.")
@json_option
@click.pass_obj
def command(
    settings: Settings,
    /,
    *,
    systems: tuple[int, ...],
    series: tuple[str, ...],
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Bring the archive up to date: fetch what it lacks of the systems with these ids, or of all.

    The newest comes first, of each system in turn, then its history. What is there and final is never fetched again,
    so the first sync costs most: about a hundred hits for each series, for two years of it. History leaves enough of
    the month for a sync each day until it ends; interrupted, or put off, the next sync goes on. One a day suffices.

    Of a plan that nobody has named, nothing is known, and nothing held back: `enphase config set plan watt`.

    \b
    Without --series, what the devices of a system measure, and events and alarms. Names:
      battery, production_meter, ...    as `enphase telemetry --help` lists them
      micro, encharge, acb, ev_charger  of all such devices of the site
      lifetime, lifetime:production     the days of all series, or of one
      events, alarms, all

    Exit status 6 where a call failed: those are named, and made again by the next sync. Another sync that is running is
    no error: this one ends at once.
    """
    order = {**wanted, "systems": systems or None, "series": series or None}
    with connected(settings) as client:
        if dry_run:
            _tell_plan(client.plan_sync(**order), as_json=as_json)
            return
        with _summary(as_json=as_json, quiet=quiet), interruptible(), shown(quiet=quiet) as watch:
            result = client.sync(**order, on_progress=watch)
        _tell(result, as_json=as_json, quiet=quiet)
    if any(hole.reason != GapReason.OUTSIDE_LOOKBACK for hole in result.holes):
        raise click.exceptions.Exit(INCOMPLETE)


@contextmanager
def _summary(*, as_json: bool, quiet: bool) -> Iterator[None]:
    """What is said of a sync that did not come to its end."""
    try:
        yield
    except SyncRunning as error:
        if as_json:
            since = None if error.since is None else iso(error.since)
            click.echo(json.dumps({"running": True, "pid": error.pid, "since": since}))
        elif not quiet:
            note(str(error))
        raise click.exceptions.Exit(0) from None
    except EnphaseError as error:
        if isinstance(error.partial, SyncResult):
            _tell(error.partial, as_json=as_json, quiet=quiet)
        raise


def _tell(result: SyncResult, *, as_json: bool, quiet: bool) -> None:
    """What a sync has done."""
    if as_json:
        click.echo(json.dumps(_document(result), indent=2))
    elif not quiet:
        click.echo(
            f"{counted(result.rows, 'row')} of {counted(result.systems, 'system')}, {counted(result.hits, 'hit')} "
            f"({result.least:,} is the least possible)"
        )
    _tell_holes(result.holes)
    for each in () if quiet else result.skipped:
        note(f"skipped: {each}")
    if result.put_off and not quiet:
        note(f"put off: {counted(result.put_off, 'hit')} of history and updates{_why(result)}")


def _why(result: SyncResult) -> str:
    until = "" if result.put_off_until is None else f" until {result.put_off_until:%Y-%m-%d} UTC"
    if result.put_off_for == "reserve":
        return f"{until}, as what is left of the month is kept for the updates of each day, and for others"
    if result.put_off_for == "month":
        return f"{until}, as the month's hits are used up"
    if result.put_off_for == "max_hits":
        return ", as no more hits were allowed: the next sync goes on"
    return ": the next sync goes on"


def _tell_holes(holes: Any) -> None:
    for hole in holes[:MOST]:
        note(f"failed: {_named(hole)}: {hole.problem or hole.reason}")
    if len(holes) > MOST:
        note(f"and {len(holes) - MOST} more: `enphase archive holes` lists them")


def _named(hole: Hole) -> str:
    what = f"{hole.series} {hole.serial}" if hole.serial else hole.series
    where = f"system {hole.system_id}, " if hole.system_id else ""
    if hole.kind == "object":
        return f"{where}{what}"
    return f"{where}{what}, {hole.start:%Y-%m-%d %H:%M} to {hole.end:%Y-%m-%d %H:%M} UTC"


def _document(result: SyncResult) -> dict[str, Any]:
    document = asdict(result)
    document["put_off_until"] = iso(result.put_off_until)
    document["series"] = [each._asdict() for each in result.series]
    document["holes"] = [
        {name: iso(value) for name, value in each._asdict().items()} for each in result.holes
    ]
    return {**document, "complete": result.complete}


def _tell_plan(plan: SyncPlan, *, as_json: bool) -> None:
    """What a sync would do."""
    if as_json:
        document = asdict(plan)
        document["series"] = [each._asdict() for each in plan.series]
        document["days"] = None if plan.days == inf else plan.days
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(planned(plan))
    for what in warnings(plan):
        note(what)
    for each in plan.series[:MOST]:
        click.echo(f"  system {each.system_id}  {each.series}: {counted(each.updates + each.history, 'hit')}")
    if len(plan.series) > MOST:
        click.echo(f"  and {len(plan.series) - MOST} more series")
    for what in plan.unknown:
        note(f"not known yet: {what}")
    for what in plan.skipped:
        note(f"skipped: {what}")
    sys.stdout.flush()
