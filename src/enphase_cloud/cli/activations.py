"""`enphase activations`: the systems that a company installs, from the first entry on."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import click

from ..records.commissioning import ListedActivation
from .activation_changes import change
from .activation_create import create
from .activation_words import which
from .asking import checked_yes, confirm, yes_option
from .formats import chosen, chosen_for_one, json_option, output_options
from .output import standard_output
from .records import cell, columns_of, write_one
from .session import INCOMPLETE, NotAllowed, Progress, connected, ended, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from .app import Settings

    ParamType = click.ParamType[Any]
else:  # before click 8.4 it takes no type in brackets
    ParamType = click.ParamType

ACTIVATION_ID = click.IntRange(min=1)
IN_PROGRESS = "in_progress"
LAST_TO_DELETE = 2
"""The last stage in which an activation can be taken back."""

MISSING = re.compile(r"\$\.(next|systems\[\d+\])")
"""Problems of a list that leave activations out."""

FEW = ("system_id", "reference", "system_name", "stage", "status", "owner", "city", "state")


@click.group("activations")
def command() -> None:
    """List, create and change activations: systems as their installer enters them. For Partner plans.

    An activation is a system from the start: its id is that of the system in all other commands. It goes through
    stages: 1 started, 2 connecting, 3 verifying, 4 operational, 5 done.

    Each activation that is created costs $2.
    """


command.add_command(create)
command.add_command(change)


class Stages(ParamType):
    """One stage, several, or a word for all that are on their way."""

    name = "stages"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == IN_PROGRESS:
            return value
        words = [each.strip() for each in value.split(",")]
        if not all(each in ("1", "2", "3", "4", "5") for each in words):
            self.fail(f"{value!r} is none of 1 to 5, several of them (1,2), or {IN_PROGRESS}.", param, ctx)
        return [int(each) for each in words]


_FILTERS: dict[str, tuple[str, str, str]] = {
    "--reference": ("reference", "TEXT", "Known to your company by this."),
    "--name": ("system_name", "TEXT", "Of this name."),
    "--installer": ("installer_id", "ID", "Of this installing company."),
    "--owner": ("owner_id", "ID", "Of this owner; 'null' for those without one."),
    "--host": ("host_id", "ID", "Of this host; 'null' for those without one."),
    "--street1": ("street1", "TEXT", "With this first line of the street."),
    "--street2": ("street2", "TEXT", "With this second line of the street."),
    "--city": ("city", "TEXT", "In this city."),
    "--state": ("state", "CODE", "In this state."),
    "--postal-code": ("postal_code", "TEXT", "With this postal code."),
    "--country": ("country", "CODE", "In this country."),
}


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for option, (name, metavar, told) in reversed(_FILTERS.items()):
        command = click.option(option, name, metavar=metavar, help=told)(command)
    return click.option(
        "--stage", metavar="N[,N]...", type=Stages(), help=f"In one of these stages; {IN_PROGRESS}: 1 to 4."
    )(command)


@command.command("list")
@_filters
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def listed(settings: Settings, /, *, csv_file: str | None, as_json: bool, **filters: Any) -> None:
    """List activations.

    Those that fit all that is named; all of them, where nothing is. Texts are compared whole, in letters of any size.
    --json and --csv have all that the service says.

    One hit for each 1,000 of them. Exit status 6 where not all of the list can be read.
    """
    output = chosen(csv_file, as_json=as_json)
    progress = Progress()
    with connected(settings, progress) as client:
        found = client.commissioning.activations(**filters)
        with output:
            columns = FEW if output.for_people else columns_of(ListedActivation)
            output.begin(columns)
            for each in found:
                output.add([_of(each, column) for column in columns])
        note(f"{counted(output.count, 'activation')}, {counted(progress.hits, 'hit')}")
        tell_problems(found.problems)
        if any(MISSING.fullmatch(problem.path) for problem in found.problems):
            note("incomplete: there may be more of them, which cannot be read")
            raise click.exceptions.Exit(INCOMPLETE)


def _of(activation: ListedActivation, column: str) -> Any:
    """A value of an activation, or of its address, which a table has no place for as a whole."""
    if column in ("city", "state"):
        return getattr(activation.address, column, None)
    return cell(getattr(activation, column))


@command.command("show")
@click.argument("activation_id", metavar="ID", type=ACTIVATION_ID)
@click.option(
    "--expand",
    metavar="WHO[,WHO]",
    default="",
    help="What comes in full, and not as a name: owner, owner.company, host, host.company.",
)
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def show(settings: Settings, *, activation_id: int, expand: str, csv_file: str | None, as_json: bool) -> None:
    """Show an activation.

    The one with this ID. Times are UTC.

    One hit.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units={"pv_module_power_rating": "W"})
    progress = Progress()
    with connected(settings, progress) as client:
        words = [each.strip() for each in expand.split(",") if each.strip()]
        with output:
            found = client.commissioning.activation(activation_id, expand=words)
            write_one(output, found)
        note(counted(progress.hits, "hit"))
        tell_problems(found.problems)


@command.command("delete")
@click.argument("activation_id", metavar="ID", type=ACTIVATION_ID)
@yes_option
@profile_option("Whose grant is used, where several are stored.")
@output_options
@click.pass_obj
def delete(settings: Settings, *, activation_id: int, yes: bool, csv_file: str | None, as_json: bool) -> None:
    """Take an activation back.

    The one with this ID, after saying which it is, and asking. Only in stage 1 or 2, and without active devices. The
    $2 that it cost are not given back.

    Two hits: one to see which it is, and one to delete it.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units={})
    checked_yes(yes)
    progress = Progress()
    with connected(settings, progress) as client:
        with output:
            found = client.commissioning.activation(activation_id)
            note(f"{which(found)}: is to be deleted")
            if found.stage is not None and found.stage > LAST_TO_DELETE:
                raise NotAllowed(
                    f"activation {activation_id} is in stage {found.stage}: only in stage 1 or 2 can one be deleted.",
                    progress,
                )
            confirm("Delete it (1 hit)?", yes=yes)
            done = client.commissioning.delete_activation(activation_id)
            output.begin(("system_id", "reference", "message"))
            output.add((activation_id, found.reference, done.message))
        note(f"deleted; {counted(progress.hits, 'hit')}")


@command.command("schema")
@click.option("--changes", is_flag=True, help="Of a file for `update`, in which nothing has to be said.")
@json_option
def schema(*, changes: bool, as_json: bool) -> None:
    """Print the JSON Schema of files.

    Of those for `create`: editors check and complete by it. No call is made.

    \b
    enphase activations schema > activation.schema.json
    and as the first line of a YAML file:
    # yaml-language-server: $schema=activation.schema.json
    """
    from ..commissioning.schema import activation_schema  # noqa: PLC0415 - only here

    del as_json  # it is JSON
    with ended():
        standard_output()
        click.echo(json.dumps(activation_schema(changes=changes), indent=2))
