from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "grid_state", "last_report_date"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemGridStatus(Model):
    """Answer of `getSystemGridStatus`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    grid_state: str | Unset = UNSET
    """`On Grid`, `Off Grid` or unknown."""
    last_report_date: datetime.datetime | None | Unset = UNSET
    """Last report of the gateway, epoch seconds. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"last_report_date": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.grid_state = src_dict.get("grid_state", UNSET)
        model.last_report_date = read_time(src_dict.get("last_report_date", UNSET))
        model._keep(src_dict)
        return model
