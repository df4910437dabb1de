"""`enphase settings`: of the house. Those of this machine are `enphase config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import InvalidRequest, NotFound
from .asking import checked_yes, confirm, yes_option
from .formats import chosen, output_options
from .house import PARTS, can_be_set, differs, orders, read, shown, worded
from .series import SYSTEM_ID
from .session import NotAllowed, Progress, connected, failure, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import EnphaseError
    from ..system import System
    from .app import Settings
    from .house import Order
    from .output import Output


@click.group("settings")
def command() -> None:
    """Show or change what the battery, Storm Guard and the dry contacts of a system are told to do."""


@command.command("show")
@click.argument("system", type=SYSTEM_ID)
@click.argument("parts", nargs=-1, type=click.Choice(PARTS), metavar="[PART]...")
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def show(
    settings: Settings, *, system: int, parts: tuple[str, ...], csv_file: str | None, as_json: bool
) -> None:
    """Show what is set at the system with the id SYSTEM; or some PARTs of it: battery, storm_guard, load_control.

    One hit for each part. What can be set is what `enphase settings set` takes. What the site lacks is said, and is an
    error where it was asked for by name, or where there is nothing else.
    """
    output = chosen(csv_file, as_json=as_json)
    progress = Progress()
    refused: dict[str, EnphaseError] = {}
    with connected(settings, progress) as client:
        site = client.system(system)
        with output:
            output.begin(("setting", "value", "can_be_set"))
            for part in dict.fromkeys(parts or PARTS):
                try:
                    found, problems = read(site, part)
                except (InvalidRequest, NotFound) as error:  # the site has none; it may have others
                    refused[part] = error
                    continue
                for name, value in found.items():
                    output.add((name, _told(output, name, value), can_be_set(name)))
                tell_problems(problems)
                if not found:
                    note(f"the site has no {part}")
        note(f"{counted(output.count, 'setting')}, {counted(progress.hits, 'hit')}")
        _tell_lacking(refused, fatal=bool(parts) or len(refused) == len(PARTS))


def _tell_lacking(refused: dict[str, EnphaseError], *, fatal: bool) -> None:
    """Say what the site has not. Where `fatal`, each is an error, and the last ends the command."""
    errors = list(refused.values())
    if fatal and errors:
        for each in errors[:-1]:
            failure(each).show()
        raise errors[-1]
    for part, each in refused.items():
        note(f"the site has no {part}: {each.problem or each}")


@command.command("set")
@click.argument("system", type=SYSTEM_ID)
@click.argument("assignments", nargs=-1, required=True, metavar="NAME=VALUE...")
@yes_option
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def change(
    settings: Settings,
    *,
    system: int,
    assignments: tuple[str, ...],
    yes: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Change what is set at the system with the id SYSTEM, after showing what is set now, and asking.

    \b
      battery_mode=MODE           'Self-consumption', 'Savings Mode' or 'Full Backup'
      reserve_soc=PERCENT         charge to keep: 0 to 100
      energy_independence=on|off  in Savings Mode: power the house after the peak hours, too
      storm_guard=on|off          whether severe weather may switch to full backup
      NC1.mode=MODE               of the dry contact NC1: Basic, Scheduled, ...
      NC1.soc_low=PERCENT         advanced modes: charge at which its load is cut off
      NC1.essential_start_time=H:MM, NC1.essential_end_time=H:MM    mode Scheduled

    Two hits for battery, Storm Guard and each contact: one to see what is set now, and one to change it. What is set
    already is not sent.
    """
    output = chosen(csv_file, as_json=as_json)
    checked_yes(yes)
    progress = Progress()
    with connected(settings, progress) as client:
        wanted = orders(assignments)
        site = client.system(system)
        with output:
            before = _current(site, wanted, progress)
            due = _due(wanted, before)
            if due:
                confirm(f"Change this ({counted(len(due), 'hit')})?", yes=yes)
            output.begin(("setting", "was", "asked", "is"))
            for order in due:
                after, problems = order.send(site)
                _report(output, order, before, after)
                tell_problems(problems)
        note(f"{counted(output.count, 'setting')} sent, {counted(progress.hits, 'hit')}")


def _current(site: System, wanted: Sequence[Order], progress: Progress) -> dict[str, Any]:
    """What is set now, in the parts that are to be changed. NotAllowed for a contact that there is not."""
    current: dict[str, Any] = {}
    for part in dict.fromkeys(order.part for order in wanted):
        found, problems = read(site, part)
        current.update(found)
        tell_problems(problems)
    contacts = dict.fromkeys(name.rpartition(".")[0] for name in current if "." in name)
    for order in wanted:
        if order.contact and order.contact not in contacts:
            there = ", ".join(contacts) or "none"
            raise NotAllowed(f"there is no contact {order.contact}. There are: {there}.", progress)
    return current


def _due(wanted: Sequence[Order], current: dict[str, Any]) -> list[Order]:
    """The orders that change something. Tells what they all do: an order goes as a whole, as values need each other."""
    due = []
    for order in wanted:
        changed = differs(order.named(), current)
        for name, value in order.named().items():
            old, new = worded(name, current.get(name)), worded(name, value)
            note(f"{name}: {old} -> {new}" if name in changed else f"{name}: is {old} already")
        if changed:
            due.append(order)
    return due


def _report(output: Output, order: Order, before: dict[str, Any], after: dict[str, Any]) -> None:
    """A row for each value that was sent; what the service did not take is told."""
    for name, value in order.named().items():
        output.add(
            (name, *(_told(output, name, each) for each in (before.get(name), value, after.get(name))))
        )
    for name, value in differs(order.named(), after).items():
        is_now = worded(name, after.get(name))
        note(f"warning: {name} is {is_now}, as the service says, and not {worded(name, value)}")


def _told(output: Output, name: str, value: Any) -> Any:
    """A value as `settings set` takes it, for people; for programs as JSON has it."""
    return worded(name, value) if output.for_people else shown(name, value)
