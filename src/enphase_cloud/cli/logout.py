"""`enphase logout`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from .. import login
from ..login.exchange import resolved
from .formats import json_option
from .session import ended, profile_option
from .text import note

if TYPE_CHECKING:
    from .app import Settings


@click.command("logout")
@profile_option("Whose grant is forgotten.")
@json_option
@click.pass_obj
def command(settings: Settings, *, as_json: bool) -> None:
    """Forget the grant that `enphase login` stored. No call is made.

    What the owner granted stays granted: they can take it back in their own account at Enphase.
    """
    with ended():
        profile = resolved({"profile": settings.profile}).profile
        there_was = login.logout(profile=profile, runtime=settings.world)
    if as_json:
        click.echo(json.dumps({"profile": profile, "forgotten": there_was}))
    if there_was:
        note(f"the grant in the profile {profile!r} is forgotten")
    else:
        note(f"there was no grant to forget in the profile {profile!r}")
