"""PV modules that the service knows, by manufacturer; and the grid profiles that microinverters can be set to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enphase_cloud.mock.fleet import draw
from enphase_cloud.mock.places import PLACES

MANUFACTURERS: Mapping[int, str] = {
    106: "Aurinko Panels",
    107: "Brightside Modules",
    108: "Coronal",
    109: "Daystar Energy",
    110: "Eos Photovoltaik",
}
MODELS: Mapping[int, Mapping[int, str]] = {
    106: {1040: "AP-360 M", 1041: "AP-380 M", 1042: "AP-400 B"},
    107: {1050: "Brightside 370", 1051: "Brightside 390"},
    108: {1060: "Coronal C4-375", 1061: "Coronal C4-400", 1062: "Coronal C5-430"},
    109: {1070: "DS 365 black", 1071: "DS 385 black"},
    110: {1080: "Eos 400 HJT", 1081: "Eos 430 HJT"},
}
"""By the id of the manufacturer: id and name of each module."""
MODEL_NAMES: Mapping[int, str] = {each: name for models in MODELS.values() for each, name in models.items()}

STATE_NAMES: Mapping[str | None, str] = {
    **{"CA": "California", "NY": "New York", "NSW": "New South Wales", "BE": "Berlin", "RM": "Santiago"},
    **{"NL": "Newfoundland and Labrador", "WB": "West Bengal"},
}
GATEWAYS: Mapping[str, str] = {"US": "north_america", "CA": "north_america", "AU": "apac"}


def grid_profile_id(country: str, state: str | None) -> str:
    """The id of the profile for a state: 24 hexadecimal digits."""
    return f"{draw('grid', country):016x}{draw('grid', state):016x}"[4:28]


def _profile(country: str, state: str | None) -> dict[str, Any]:
    profile_id = grid_profile_id(country, state)
    since = f"20{16 + draw('profile', country, state) % 8}-03-01T09:30:00Z"
    where = f"{STATE_NAMES[state]}, {country}" if state else country
    return {
        "id": profile_id,
        "profile_id": f"agf:{profile_id}",
        "created": since,
        "updated": since,
        "name": f"{where} default",
        "description": f"What the grid code of {where} asks for.",
        "version": "1.2.0",
        "envoy_type": GATEWAYS.get(country, "rest_of_world"),
        "countries": [country],
        "states": [state] if state else [],
        "state_names": [STATE_NAMES[state]] if state else [],
        "ensemble_1_compatible": country == "US",
    }


GRID_PROFILES = [_profile(*each) for each in dict.fromkeys((place.country, place.state) for place in PLACES)]
"""One for each state or country in which a home may stand."""


def manufacturer_of(model_id: int) -> int | None:
    """Whose module that is; None where nobody knows it."""
    return next((each for each, models in MODELS.items() if model_id in models), None)
