from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, read_switch

_KEYS: Final[frozenset[str]] = frozenset(("storm_guard_status",))


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateSystemStormGuardRequest(Model):
    """Request of `updateSystemStormGuard`."""

    storm_guard_status: bool
    """`enabled` or `disabled`: whether severe weather alerts switch the battery to full backup. Read as a bool, and written as `enabled` or `disabled`."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"storm_guard_status": "switch"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.storm_guard_status = read_switch(src_dict.get("storm_guard_status", UNSET))
        model._keep(src_dict)
        return model
