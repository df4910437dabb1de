from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    ("start_time", "end_time", "duration", "energy_added", "charge_time", "miles_added", "cost")
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ChargeSessionDetail(Model):
    """One charging session."""

    start_time: datetime.datetime
    """Start of the session, epoch seconds. Read as a datetime in UTC."""
    end_time: datetime.datetime
    """End of the session, epoch seconds. Read as a datetime in UTC."""
    duration: int
    """Length of the session, in seconds."""
    energy_added: float
    """Energy charged in the session, in kWh."""
    charge_time: int
    """Time spent charging, in seconds."""
    miles_added: float
    """Range added, in miles."""
    cost: float
    """Cost of the session; the currency is not stated."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"start_time": "time", "end_time": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.start_time = read_time(src_dict.get("start_time", UNSET))
        model.end_time = read_time(src_dict.get("end_time", UNSET))
        model.duration = src_dict.get("duration", UNSET)
        model.energy_added = src_dict.get("energy_added", UNSET)
        model.charge_time = src_dict.get("charge_time", UNSET)
        model.miles_added = src_dict.get("miles_added", UNSET)
        model.cost = src_dict.get("cost", UNSET)
        model._keep(src_dict)
        return model
