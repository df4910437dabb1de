from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.load_control_mode import LoadControlMode
from ..types import UNSET, Model, Unset, read_boolean, word

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "name",
        "load_name",
        "owner_can_override",
        "mode",
        "soc_low",
        "soc_high",
        "status",
        "essential_start_time",
        "essential_end_time",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LoadControl(Model):
    """Part of `LoadControls`."""

    name: str | Unset = UNSET
    """Name of the dry contact, e.g. `NC1`."""
    load_name: str | Unset = UNSET
    """Name of the load on it."""
    owner_can_override: bool | Unset = UNSET
    """Whether the owner may overrule these settings. Read as a bool."""
    mode: LoadControlMode | Unset = UNSET
    """Load control mode."""
    soc_low: int | Unset = UNSET
    """Advanced modes: state of charge, in percent, at which the load is cut off."""
    soc_high: int | Unset = UNSET
    """Advanced modes: state of charge, in percent, at which the load comes back."""
    status: str | Unset = UNSET
    """`enabled` or `disabled`."""
    essential_start_time: int | Unset = UNSET
    """Scheduled mode: start of the powered period, in seconds of the day."""
    essential_end_time: int | Unset = UNSET
    """Scheduled mode: end of the powered period, in seconds of the day."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"owner_can_override": "boolean"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.name = src_dict.get("name", UNSET)
        model.load_name = src_dict.get("load_name", UNSET)
        model.owner_can_override = read_boolean(src_dict.get("owner_can_override", UNSET))
        model.mode = word(LoadControlMode, src_dict.get("mode", UNSET))
        model.soc_low = src_dict.get("soc_low", UNSET)
        model.soc_high = src_dict.get("soc_high", UNSET)
        model.status = src_dict.get("status", UNSET)
        model.essential_start_time = src_dict.get("essential_start_time", UNSET)
        model.essential_end_time = src_dict.get("essential_end_time", UNSET)
        model._keep(src_dict)
        return model
