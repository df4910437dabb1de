from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(("serial_num", "value", "read_at", "serial_number"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class MeterReading(Model):
    """Part of `ProductionMeterReadings`."""

    serial_num: str | Unset = UNSET
    """Serial number of the meter."""
    value: int | Unset = UNSET
    """Reading of the meter, in Wh."""
    read_at: datetime.datetime | Unset = UNSET
    """Time of the reading, epoch seconds; never after the requested `end_at`. Read as a datetime in UTC."""
    serial_number: str | Unset = UNSET
    """Serial number of the meter, in answers that do not call it serial_num."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"read_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.serial_num = src_dict.get("serial_num", UNSET)
        model.value = src_dict.get("value", UNSET)
        model.read_at = read_time(src_dict.get("read_at", UNSET))
        model.serial_number = src_dict.get("serial_number", UNSET)
        model._keep(src_dict)
        return model
