from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(("imei", "part_num", "sku", "plan_start_date", "plan_end_date"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class CellularModem(Model):
    """Part of `Device`."""

    imei: str | Unset = UNSET
    """IMEI of the modem."""
    part_num: str | Unset = UNSET
    """Part number of the modem."""
    sku: str | Unset = UNSET
    """Stock keeping unit of the modem."""
    plan_start_date: datetime.datetime | None | Unset = UNSET
    """Start of the data plan, epoch seconds. Read as a datetime in UTC."""
    plan_end_date: datetime.datetime | None | Unset = UNSET
    """End of the data plan, epoch seconds. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"plan_start_date": "time", "plan_end_date": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.imei = src_dict.get("imei", UNSET)
        model.part_num = src_dict.get("part_num", UNSET)
        model.sku = src_dict.get("sku", UNSET)
        model.plan_start_date = read_time(src_dict.get("plan_start_date", UNSET))
        model.plan_end_date = read_time(src_dict.get("plan_end_date", UNSET))
        model._keep(src_dict)
        return model
