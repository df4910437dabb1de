from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(("serial_number", "start_date", "end_date"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class AlarmEvent(Model):
    """Part of `Alarm`."""

    serial_number: str | Unset = UNSET
    """Serial number of the device concerned."""
    start_date: datetime.datetime | Unset = UNSET
    """Start of the event, epoch seconds. Read as a datetime in UTC."""
    end_date: datetime.datetime | None | Unset = UNSET
    """End of the event, epoch seconds. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"start_date": "time", "end_date": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.serial_number = src_dict.get("serial_number", UNSET)
        model.start_date = read_time(src_dict.get("start_date", UNSET))
        model.end_date = read_time(src_dict.get("end_date", UNSET))
        model._keep(src_dict)
        return model
