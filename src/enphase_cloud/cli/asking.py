"""Questions, before something changes."""

from __future__ import annotations

import sys

import click

from .session import Failure


class Declined(Failure):
    """Somebody said no."""


def terminal() -> bool:
    """Whether somebody is there who can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def checked_yes(yes: bool) -> None:
    """UsageError where nobody has said yes, and nobody can be asked. To be called before anything is paid for."""
    if not yes and not terminal():
        raise click.UsageError("nobody is there to be asked: add --yes, if this is to be changed.")


def confirm(question: str, *, yes: bool) -> None:
    """Ask, where nobody has said yes already. Declined for a no."""
    if yes:
        return
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        agreed = False
    if not agreed:
        raise Declined("nothing was changed.")


def yes_option(command: click.decorators.FC) -> click.decorators.FC:
    """Give a command `--yes`."""
    return click.option("--yes", is_flag=True, help="Do not ask: it is to be changed.")(command)
