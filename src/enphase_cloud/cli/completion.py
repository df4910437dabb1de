"""`enphase completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .output import standard_output
from .session import ended

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_ENPHASE_COMPLETE"
"""What click looks for, by the name of the program."""


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, *, shell: str) -> None:
    """Print the script that makes a SHELL complete commands, series and options: bash, zsh or fish.

    \b
    bash, in ~/.bashrc:  eval "$(enphase completion bash)"
    zsh, in ~/.zshrc:    eval "$(enphase completion zsh)"
    fish, once:          enphase completion fish > ~/.config/fish/completions/enphase.fish

    It holds from the next shell on. No call is made, then or later.
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has those of SHELLS
    with ended():
        standard_output()
        click.echo(kind(context.find_root().command, {}, "enphase", VARIABLE).source())
