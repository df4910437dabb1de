from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(("status", "created_at"))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffTask(Model):
    """Part of `TariffSettings`, `TariffUpdate`."""

    status: str | Unset = UNSET
    """How far it is, such as `pending`."""
    created_at: datetime.datetime | None | Unset = UNSET
    """When the task was made, ISO 8601. Read as a datetime in UTC."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"created_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.status = src_dict.get("status", UNSET)
        model.created_at = read_time(src_dict.get("created_at", UNSET))
        model._keep(src_dict)
        return model
