"""`enphase activations update`: what changes is shown against what is set, asked for, and sent once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import click

from ..commissioning.activation import GRID_MODES, ActivationChanges, Address
from ..commissioning.bodies import told_of
from ..commissioning.rules import check
from ..errors import InvalidRequest
from .activation_create import now, outside_option
from .activation_files import OUTSIDE, Checker, Found
from .activation_words import which
from .asking import checked_yes, confirm, yes_option
from .formats import chosen, output_options
from .output import iso
from .plain import Written, plain
from .records import flattened
from .session import NotAllowed, Progress, Refused, connected, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..records.commissioning import Activation
    from .app import Settings
    from .output import Output

TIMES = ("interconnect_date", "interconnection_application_date")


def _names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """What --set takes, for a shell."""
    return [f"{name}=" for name in told_of(ActivationChanges) if name.startswith(incomplete)]


@click.command("update")
@click.argument("activation_id", metavar="ID", type=click.IntRange(min=1))
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(allow_dash=True))
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=_names,
    help="Change one value. Can be repeated.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say what would change. One hit, to see what is set now; nothing is sent."
)
@outside_option
@yes_option
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def change(
    settings: Settings,
    *,
    activation_id: int,
    file: str | None,
    assignments: tuple[str, ...],
    dry_run: bool,
    outside_us: bool,
    yes: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Change an activation.

    The one with this ID is changed as a FILE says, after showing what is set now, and asking. The file is YAML or
    JSON, '-' is standard input; what it does not name stays as it is. `enphase activations schema --changes` prints
    what there can be in it. --set is for values without parts: --set operational=true.

    Companies in the United States have to send the address with every change: where none is given, it is the one that
    is set.

    Two hits: one to see what is set, and one to change it. What is set already is not sent, but for the address, and
    what has to be said with a change.
    """
    output = chosen(csv_file, as_json=as_json)
    if not dry_run:
        checked_yes(yes)
    checker = Checker(united_states=False, now=now(settings))
    wanted = _wanted(checker, file, assignments)
    if wanted is None:
        raise Refused(checker.tell(1))
    progress = Progress()
    with connected(settings, progress) as client:
        with output:
            before = client.commissioning.activation(activation_id)
            note(which(before))
            moment = now(settings)
            named = check(wanted, united_states=False, now=moment)
            was = {name: set_now(before, name) for name in named}
            changed = _tell(named, was)
            body = None
            if changed:
                given = attrs.evolve(wanted, **{name: named[name] for name in TIMES if name in named})
                try:
                    body = _fewest(given, before, changed, united_states=not outside_us, now=moment)
                except InvalidRequest as error:
                    raise NotAllowed(_in_a_line(error), progress) from None
                for name in body.wire():
                    if name not in changed:
                        note(f"{name}: stays as it is, and is sent with it")
            if dry_run or body is None:
                _report(output, ("was", "asked"), was, named)
            else:
                confirm("Change this (1 hit)?", yes=yes)
                after = client.commissioning.update_activation(
                    activation_id, body, united_states=not outside_us
                )
                is_now = {name: set_now(after, name) for name in named}
                _report(output, ("was", "asked", "is"), was, named, is_now)
                _warn(named, is_now)
                tell_problems(after.problems)
        done = "nothing was sent" if dry_run or body is None else f"{counted(len(changed), 'value')} changed"
        note(f"{done}, {counted(progress.hits, 'hit')}")


def _wanted(checker: Checker, file: str | None, assignments: tuple[str, ...]) -> ActivationChanges | None:
    """What is to be changed, as far as is known before anything is asked; None, and complaints, for what cannot be."""
    if file is None and not assignments:
        raise click.UsageError("nothing is to be changed: name a FILE, or give --set NAME=VALUE.")
    found = [] if file is None else checker.read(file)
    values = _assigned(checker, assignments)
    if len(found) > 1:
        checker.complaints.append(f"{found[0].file}: {len(found)} activations: an update is about one")
    if checker.complaints:
        return None
    there = found[0] if found else Found("--set", 0, Written({}, {}))
    if isinstance(there.written.value, dict):
        twice = sorted(set(values) & set(there.written.value))
        checker.complaints += [f"{name} is given by --set, and in {there.file}" for name in twice]
        there = there._replace(written=Written({**there.written.value, **values}, there.written.lines))
        if all(value is None for value in there.written.value.values()):
            checker.complaints.append(there.says("nothing is to be changed: it names no value"))
    body = checker.body(ActivationChanges, there)
    return None if checker.complaints else body


def _assigned(checker: Checker, assignments: tuple[str, ...]) -> dict[str, Any]:
    """The values of `--set`, read as in a file."""
    found: dict[str, Any] = {}
    for each in assignments:
        name, equals, value = each.partition("=")
        name = name.strip()
        if not equals:
            checker.complaints.append(f"--set {each!r} is not NAME=VALUE: write it like operational=true")
        elif "." in name or "[" in name:
            checker.complaints.append(f"--set takes no part of a value such as {name}: write it into a file")
        elif name in found:
            checker.complaints.append(f"--set {name} is given twice")
        else:
            found[name] = plain(value.strip()) if value else ""
            if found[name] is None:
                checker.complaints.append(f"--set {each} changes nothing: leave it out")
    return found


def _fewest(
    wanted: ActivationChanges,
    before: Activation,
    changed: Collection[str],
    *,
    united_states: bool,
    now: float,
) -> ActivationChanges:
    """The body that changes these, and nothing else: a value that stays may be another by the time it arrives.

    The address goes along where the service has to have it, and what a rule wants beside a change, if it was given.
    InvalidRequest for what no rule allows, now that the address is known.
    """

    def broken(body: ActivationChanges) -> InvalidRequest | None:
        try:
            check(body, united_states=united_states, now=now)
        except InvalidRequest as error:
            return error
        return None

    same = [name for name in told_of(ActivationChanges) if name not in changed]
    body = attrs.evolve(wanted, **dict.fromkeys(same))
    if united_states and body.address is None:
        body = attrs.evolve(body, address=wanted.address or _address_of(before))
    error = broken(body)
    for name in same:
        fuller = attrs.evolve(body, **{name: getattr(wanted, name)})
        if error is not None and fuller != body and broken(fuller) is None:
            body, error = fuller, None
    if error is not None:
        raise error
    return body


def _address_of(before: Activation) -> Address:
    """The address that is set. InvalidRequest where too little of it is known."""
    try:
        return Address.from_mapping(set_now(before, "address") or {})
    except InvalidRequest:
        msg = (
            "companies in the United States have to send the address with every change, and the one that is set is not "
            "whole: give it in a file, or say --outside-us if your company is elsewhere."
        )
        raise InvalidRequest(msg) from None


def _in_a_line(error: InvalidRequest) -> str:
    return " ".join(line.removeprefix("- ") for line in str(error).replace(*OUTSIDE).splitlines())


def set_now(activation: Activation, name: str) -> Any:
    """What is set, in the form in which it would be sent; None where nothing is, or nobody knows."""
    if name == "authorized_subcontractor_id":
        those = [each.authorized_subcontractor_id for each in activation.authorized_subcontractors or ()]
        return those[0] if len(those) == 1 else None
    value = getattr(activation, name)
    if value is None or value == "":
        return None
    if name in TIMES:
        return int(value.timestamp())
    if name == "grid_connection_type":
        return value.type
    if name == "battery_grid_mode":
        known = {told.casefold(): key for key, told in GRID_MODES.items()}
        return known.get(value.casefold(), value)
    if name == "address":
        parts = {each.name: getattr(value, each.name) for each in attrs.fields(Address)}
        return {part: told for part, told in parts.items() if told}
    if name in ("encharge", "enpower"):
        serials = f"{name}_serial_numbers"
        return [
            {"envoy_serial_number": each.envoy_serial_number, serials: list(getattr(each, serials) or ())}
            for each in value
        ]
    return list(value) if isinstance(value, tuple) else value


def _tell(named: Mapping[str, Any], was: Mapping[str, Any]) -> list[str]:
    """Say what changes, and what is so already. Returns the names of what changes."""
    changed = []
    for name, value in named.items():
        if value == was[name]:
            note(f"{name}: is {_worded(name, value)} already")
        else:
            changed.append(name)
            note(f"{name}: {_worded(name, was[name])} -> {_worded(name, value)}")
    return changed


def _report(output: Output, columns: tuple[str, ...], *told: Mapping[str, Any]) -> None:
    """A row for each value that was named; what it was, what was asked, and what it is then."""
    written = _worded if output.for_people else _plain
    output.begin(("field", *columns))
    for name in told[0]:
        output.add((name, *(written(name, each[name]) for each in told)))


def _warn(named: Mapping[str, Any], is_now: Mapping[str, Any]) -> None:
    for name, value in named.items():
        if is_now[name] != value:
            told = _worded(name, is_now[name])
            note(f"warning: {name} is {told}, as the service says, and not {_worded(name, value)}")


def _plain(name: str, value: Any) -> Any:
    """A value for programs: times as ISO 8601."""
    return iso(datetime.fromtimestamp(value, UTC)) if name in TIMES and isinstance(value, int) else value


def _worded(name: str, value: Any) -> str:
    """A value in a line."""
    if value is None or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in TIMES:
        return str(_plain(name, value))
    if isinstance(value, dict):
        return ", ".join(str(each) for each in value.values())
    if isinstance(value, list):
        return "; ".join(f"{part}: {each}" if part else str(each) for part, each in flattened(value))
    return str(value)
