"""What `enphase status` shows of whoever has an access token of their own, and no grant: service, plan, quota."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from .. import login
from .._settings import VARIABLES, resolve
from ..login.report import quota_of_key
from ..transport.plan import UNLIMITED
from ..transport.runtime import Runtime

if TYPE_CHECKING:
    from ..transport.plan import Quota
    from .app import Settings


class OwnToken(NamedTuple):
    """The token comes from the environment: nobody knows whose it is, or until when it is good."""

    profile: str
    base_url: str
    plan: str | None
    quota: Quota | None
    """Of the API key, as this machine's ledger has it; None where it cannot be read."""
    warnings: tuple[str, ...]


def own_token(settings: Settings) -> OwnToken | None:
    """What is known of it; None where there is none, or a grant is stored beside it.

    ConfigurationError where there is no API key to it, or the settings cannot be used.
    """
    where: login.Place = {"profile": settings.profile, "base_url": settings.base_url}
    if (
        not os.environ.get(VARIABLES["access_token"], "").strip()
        or login.prepared(**where).stored is not None
    ):
        return None
    world = settings.world or Runtime()
    told = resolve(environ=os.environ, profile=settings.profile, base_url=settings.base_url)
    quota, problem = quota_of_key(told, told.base_url, told.needed_key(), world.chance, world.time())
    plan = None if told.plan == UNLIMITED else told.plan.name
    return OwnToken(told.profile, told.base_url, plan, quota, (problem,) if problem else ())
