"""`enphase charging`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import changes, checks
from .asking import checked_yes, confirm, yes_option
from .formats import chosen_for_one, output_options
from .series import SYSTEM_ID
from .session import NotAllowed, Progress, connected, profile_option
from .text import counted, note

if TYPE_CHECKING:
    from ..records.ev import Charger, CommandAccepted
    from ..system import System
    from .app import Settings
    from .output import Output


@click.group("charging")
def command() -> None:
    """Tell an EV charger to start or stop. Plans without EV control refuse it."""


@command.command("start")
@click.argument("system", type=SYSTEM_ID)
@click.argument("serial")
@click.option("--connector", type=int, metavar="NUMBER", help="The connector, from 1.")
@click.option("--level", type=int, metavar="PERCENT", help="Of what the charger can give: 0 to 100.")
@yes_option
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def start(
    settings: Settings,
    *,
    system: int,
    serial: str,
    connector: int | None,
    level: int | None,
    yes: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Tell the charger with the serial number SERIAL to charge, after saying which it is, and asking.

    That it is accepted does not say that it is done: the car may be full, or gone.

    Two hits: one to see that the charger is there, and one to tell it.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units={})
    checked_yes(yes)
    progress = Progress()
    with connected(settings, progress) as client:
        number = checks.serial(serial)
        changes.charging(connector, level)
        site = client.system(system)
        how = "".join(
            (
                "" if connector is None else f" at connector {connector}",
                "" if level is None else f" with {level} %",
            )
        )
        with output:
            _ask(site, number, f"start charging{how}", progress, yes=yes)
            _report(output, number, site.start_charging(number, connector_id=connector, charging_level=level))
        note(f"the command was accepted; {counted(progress.hits, 'hit')}")


@command.command("stop")
@click.argument("system", type=SYSTEM_ID)
@click.argument("serial")
@yes_option
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def stop(
    settings: Settings, *, system: int, serial: str, yes: bool, csv_file: str | None, as_json: bool
) -> None:
    """Tell the charger with the serial number SERIAL to stop charging, after saying which it is, and asking.

    That it is accepted does not say that it is done.

    Two hits: one to see that the charger is there, and one to tell it.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units={})
    checked_yes(yes)
    progress = Progress()
    with connected(settings, progress) as client:
        number = checks.serial(serial)
        site = client.system(system)
        with output:
            _ask(site, number, "stop charging", progress, yes=yes)
            _report(output, number, site.stop_charging(number))
        note(f"the command was accepted; {counted(progress.hits, 'hit')}")


def _ask(site: System, serial: str, what: str, progress: Progress, *, yes: bool) -> None:
    """Say which charger is to do what, and ask. NotAllowed for one that the system does not have."""
    chargers = {charger.serial_number: charger for charger in site.ev_chargers()}
    charger = chargers.get(serial)
    if charger is None:
        there = ", ".join(filter(None, chargers)) or "none"
        raise NotAllowed(f"system {site.system_id} has no charger {serial}. There are: {there}.", progress)
    note(f"{_described(charger)}: is to {what}")
    confirm("Tell it so (1 hit)?", yes=yes)


def _described(charger: Charger) -> str:
    known = filter(None, (charger.name, charger.model, charger.status))
    return f"charger {charger.serial_number} ({', '.join(known)})"


def _report(output: Output, serial: str, accepted: CommandAccepted) -> None:
    output.begin(("serial_number", "message"))
    output.add((serial, accepted.message))
