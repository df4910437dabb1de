"""What the service knows beside any system: grid profiles, manufacturers of PV modules, and their modules."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.handlers.commissioning.access import caller_of
from enphase_cloud.mock.modules import GRID_PROFILES, MANUFACTURERS, MODELS
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service, as_id


def list_grid_profiles(service: Service, asked: Asked) -> dict[str, Any]:
    """The grid profiles; 404 for callers without a company."""
    user = service.people.caller(asked.caller, service.settings)
    if user is None or user.company_id is None:
        raise RefusedError(404, "Partner company missing")
    return {"grid_profiles": GRID_PROFILES}


def list_pv_manufacturers(service: Service, asked: Asked) -> dict[str, Any]:
    """Id and name of each manufacturer."""
    caller_of(service, asked)
    return {"pv_manufacturers": [[each, name] for each, name in MANUFACTURERS.items()]}


def list_pv_models(service: Service, asked: Asked) -> dict[str, Any]:
    """Id and name of each module of a manufacturer."""
    caller_of(service, asked)
    number = as_id(asked.path["pv_manufacturer_id"])
    if number not in MANUFACTURERS:
        raise RefusedError(404, "Manufacturer not found")
    return {
        "pv_manufacturer": {"pv_manufacturer_id": number, "name": MANUFACTURERS[number]},
        "pv_models": [[each, name] for each, name in MODELS[number].items()],
    }
