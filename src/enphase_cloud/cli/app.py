"""The group of commands. `enphase --help` loads none of them."""

from __future__ import annotations

import errno
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from .._version import __version__
from .text import note

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..transport.runtime import Runtime

HEADINGS = {
    "Connect": {
        "login": "Let the owner of the systems grant access, and store the grant.",
        "logout": "Forget the stored grant.",
        "status": "Show what is stored: who granted what, until when, and how much quota is left.",
        "config": "Show or change the settings of this machine: plan, service, profile.",
    },
    "Read": {
        "systems": "List the systems that the access token may see.",
        "devices": "List the devices of a system.",
        "summary": "Show what a system does now, and what it has done.",
        "telemetry": "Fetch the intervals of a series: what was measured every 5 or 15 minutes.",
        "lifetime": "Fetch the days of a series: its whole history costs one hit.",
        "events": "Fetch what happened to the devices of a system.",
        "alarms": "Fetch the alarms that a system raised.",
        "live": "Show what flows right now, reading by reading.",
    },
    "Keep": {
        "sync": "Bring the archive up to date: fetch what is new, what was revised, and history.",
        "archive": "Show what is kept of what was fetched; verify, compact or rebuild the file.",
        "export": "Write what is archived to a file: CSV, Parquet, DuckDB, JSON.",
        "sql": "Ask the archive a question in SQL.",
        "plot": "Draw a day, a month, a year or all of a system: as text, PNG or SVG.",
        "report": "Write a page about a system: totals, charts, gaps, and what it cost.",
    },
    "Change": {
        "settings": "Show or change what battery, Storm Guard and dry contacts are told to do.",
        "charging": "Tell an EV charger to start or stop.",
    },
    "Install": {
        "activations": "List, create, change or delete what is to become a system: $2 each.",
        "commissioning": "Read what installers work with: users, companies, meters, tariffs, arrays.",
    },
    "Try": {
        "demo": "Show all of it, on a house that the mock server plays: two years synced, exported, drawn.",
        "mock": "Run a server that plays the Enphase cloud, to try everything without an account.",
        "completion": "Print what makes a shell complete commands, series and options.",
    },
}
"""The commands under their headings, and what the help says of each.

The command itself is `command` in the module of the same name.
"""

COMMANDS = {name: told for commands in HEADINGS.values() for name, told in commands.items()}


class Settings:
    """What holds for every command.

    base_url, profile: as given, or None
    world: clock, sleep and chance; None is the real one
    """

    def __init__(self, base_url: str | None, profile: str | None, world: Runtime | None) -> None:
        self.base_url = base_url
        self.profile = profile
        self.world = world


class Commands(click.Group):
    """Commands that are loaded when they are run, and an end for whatever leaves them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name}", __package__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches  # noqa: PLC0415 - only for what is misspelt

            close = get_close_matches(args[0], COMMANDS, n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{meant} `enphase --help` lists them.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, COMMANDS))
        for heading, commands in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), told) for name, told in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only where a shell asks

        named = [
            CompletionItem(name, help=COMMANDS[name]) for name in COMMANDS if name.startswith(incomplete)
        ]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def invoke(self, ctx: click.Context) -> Any:
        debug: bool = ctx.params["debug"]
        from .debug import log  # noqa: PLC0415 - the help needs no logging

        ctx.call_on_close(log(all_of_it=debug))
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            note("interrupted")
            raise click.exceptions.Exit(130) from None
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # who reads has seen enough: click ends it quietly
            from .debug import show, unexpected  # noqa: PLC0415 - as above

            if debug:
                show(error)
            if isinstance(error, click.ClickException):
                raise
            raise unexpected(error) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--base-url", metavar="URL", help="Where the service is, such as a mock server. [ENPHASE_BASE_URL]"
)
@click.option(
    "--profile", metavar="NAME", help="Whose grant is used, where several are stored. [ENPHASE_PROFILE]"
)
@click.option(
    "--debug",
    is_flag=True,
    envvar="ENPHASE_DEBUG",
    help="Log what is done to standard error, and show where an error comes from. [ENPHASE_DEBUG]",
)
@click.version_option(__version__, prog_name="enphase")
@click.pass_context
def enphase(ctx: click.Context, *, base_url: str | None, profile: str | None, debug: bool) -> None:
    """The data of Enphase systems, from the Enlighten cloud API v4.

    Run `enphase login` once. Keys, tokens and passwords are taken from the environment or asked for, and from nowhere
    else: an argument would stand in the shell's history and in the list of processes.

    \b
      ENPHASE_API_KEY        the key of your application (developer-v4.enphase.com)
      ENPHASE_CLIENT_ID      its client id, and
      ENPHASE_CLIENT_SECRET  its client secret: for `enphase login` only
      ENPHASE_ACCESS_TOKEN   a token that you have: it is used in the place of a stored grant
      ENPHASE_PLAN           watt, kilowatt, megawatt or partner: no hit is spent in vain
      ENPHASE_PROFILE        the profile, where there are several
      ENPHASE_BASE_URL       where the service is, where it is not the vendor's
      ENPHASE_HOME           the folder of what is kept

    \b
    Exit status:
      0    done
      1    unexpected; or not done: a file could not be written, a question was answered with no
      2    the command was not understood; nothing was asked
      3    settings, credentials or consent
      4    quota
      5    the service: it failed or refused, or holds what does not allow it
      6    done, but incomplete: gaps that may be filled, activations left out, a list cut short
      130  interrupted

    Without an account: run `enphase demo`; or `enphase mock`, and in another terminal what it prints.
    """
    del debug  # Commands.invoke has seen to it
    ctx.obj = Settings(base_url, profile, ctx.obj)
