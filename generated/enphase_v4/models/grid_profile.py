from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "id",
        "profile_id",
        "created",
        "updated",
        "name",
        "description",
        "version",
        "envoy_type",
        "countries",
        "states",
        "state_names",
        "ensemble_1_compatible",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class GridProfile(Model):
    """Part of `GridProfiles`."""

    id: str | Unset = UNSET
    """Id of the profile."""
    profile_id: str | Unset = UNSET
    """Id of the profile in the grid function library."""
    created: datetime.datetime | Unset = UNSET
    """When the profile was made, ISO 8601. Read as a datetime in UTC."""
    updated: datetime.datetime | Unset = UNSET
    """When the profile was last changed, ISO 8601. Read as a datetime in UTC."""
    name: str | Unset = UNSET
    """Name of the profile."""
    description: str | Unset = UNSET
    """What it is for."""
    version: str | Unset = UNSET
    """Version of the profile."""
    envoy_type: str | Unset = UNSET
    """Gateways that it is for."""
    countries: list[str] | Unset = UNSET
    """Countries that it is for, as codes."""
    states: list[str] | Unset = UNSET
    """States that it is for, as codes."""
    state_names: list[str] | Unset = UNSET
    """The same states by name."""
    ensemble_1_compatible: bool | Unset = UNSET
    """Whether it goes with the first generation of batteries."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"created": "time", "updated": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.id = src_dict.get("id", UNSET)
        model.profile_id = src_dict.get("profile_id", UNSET)
        model.created = read_time(src_dict.get("created", UNSET))
        model.updated = read_time(src_dict.get("updated", UNSET))
        model.name = src_dict.get("name", UNSET)
        model.description = src_dict.get("description", UNSET)
        model.version = src_dict.get("version", UNSET)
        model.envoy_type = src_dict.get("envoy_type", UNSET)
        model.countries = src_dict.get("countries", UNSET)
        model.states = src_dict.get("states", UNSET)
        model.state_names = src_dict.get("state_names", UNSET)
        model.ensemble_1_compatible = src_dict.get("ensemble_1_compatible", UNSET)
        model._keep(src_dict)
        return model
