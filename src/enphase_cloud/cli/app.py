"""The group of commands. `enphase --help` loads none of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from .._version import __version__
from .text import note

if TYPE_CHECKING:
    from ..transport.runtime import Runtime

COMMANDS = {
    "login": "Let the owner of the systems grant access, and store the grant.",
    "logout": "Forget the stored grant.",
    "status": "Show what is stored: who granted what, until when, and how much quota is left.",
    "systems": "List the systems that the access token may see.",
    "telemetry": "Fetch the intervals of a series: what was measured every 5 or 15 minutes.",
    "lifetime": "Fetch the days of a series: its whole history costs one hit.",
    "mock": "Run a server that plays the Enphase cloud, to try everything without an account.",
}
"""What the help says of each; the command itself is `command` in the module of the same name."""


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
    """Commands that are loaded when they are run, and an end for Ctrl-C."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            note("interrupted")
            raise click.exceptions.Exit(130) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--base-url", metavar="URL", help="Where the service is, such as a mock server. [ENPHASE_BASE_URL]"
)
@click.option(
    "--profile", metavar="NAME", help="Whose grant is used, where several are stored. [ENPHASE_PROFILE]"
)
@click.version_option(__version__, prog_name="enphase")
@click.pass_context
def enphase(ctx: click.Context, base_url: str | None, profile: str | None) -> None:
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
    Exit status: 0 done, 1 a file could not be written, or something unexpected, 2 the command was not understood,
    3 settings, credentials or consent, 4 quota, 5 the service, 130 interrupted.

    Without an account: run `enphase mock`, and in another terminal what it prints.
    """
    ctx.obj = Settings(base_url, profile, ctx.obj)
