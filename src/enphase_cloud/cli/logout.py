"""`enphase logout`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import login
from .session import ended
from .text import note

if TYPE_CHECKING:
    from .app import Settings


@click.command("logout")
@click.option("--profile", metavar="NAME", help="Whose grant is forgotten. [ENPHASE_PROFILE]")
@click.pass_obj
def command(settings: Settings, *, profile: str | None) -> None:
    """Forget the grant that `enphase login` stored. No call is made.

    What the owner granted stays granted: they can take it back in their own account at Enphase.
    """
    with ended():
        there_was = login.logout(profile=profile or settings.profile, runtime=settings.world)
    note("the grant is forgotten" if there_was else "there was no grant to forget")
