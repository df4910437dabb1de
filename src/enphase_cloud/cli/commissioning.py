"""`enphase commissioning`: what installers read besides activations."""

from __future__ import annotations

import click

from .installer_people import branches, company_users, subcontractors, user
from .installer_site import (
    array,
    arrays,
    battery_mode,
    estimate,
    grid_profiles,
    meter,
    production_mode,
    pv_manufacturers,
    pv_models,
    tariff,
)


@click.group("commissioning")
def command() -> None:
    """Read what installers work with, besides activations. For Partner plans.

    One hit each. What changes something, other than activations, is done from Python, with the calls of
    `Enphase.commissioning`: see docs/commissioning.md.
    """


for each in (
    *(battery_mode, production_mode, estimate),
    *(user, company_users, branches, subcontractors),
    *(meter, arrays, array, tariff),
    *(grid_profiles, pv_manufacturers, pv_models),
):
    command.add_command(each)
