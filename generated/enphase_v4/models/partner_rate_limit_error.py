from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    ("reason", "message", "period", "period_start", "period_end", "limit")
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class PartnerRateLimitError(Model):
    """Answer of `controlMeter`, `createActivation`, `createCompanyUser` and 36 more."""

    reason: str | Unset = UNSET
    """HTTP status, as a string."""
    message: list[str] | Unset = UNSET
    """What is wrong."""
    period: str | Unset = UNSET
    """Which limit was exceeded: minute or month."""
    period_start: datetime.datetime | Unset = UNSET
    """Begin of that period, epoch seconds. Read as a datetime in UTC."""
    period_end: datetime.datetime | Unset = UNSET
    """End of that period, epoch seconds. Read as a datetime in UTC."""
    limit: int | Unset = UNSET
    """Calls that the period allows."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"period_start": "time", "period_end": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.reason = src_dict.get("reason", UNSET)
        model.message = src_dict.get("message", UNSET)
        model.period = src_dict.get("period", UNSET)
        model.period_start = read_time(src_dict.get("period_start", UNSET))
        model.period_end = read_time(src_dict.get("period_end", UNSET))
        model.limit = src_dict.get("limit", UNSET)
        model._keep(src_dict)
        return model
