from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.load_control_mode import LoadControlMode
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(
    ("name", "load_name", "mode", "soc_low", "essential_start_time", "essential_end_time")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateSystemLoadControlRequest(Model):
    """Request of `updateSystemLoadControl`."""

    name: str
    """Dry contact to change. It says which; it cannot be renamed."""
    load_name: str | Unset = UNSET
    """Load on the dry contact. It says which; it cannot be renamed."""
    mode: LoadControlMode | Unset = UNSET
    """Load control mode to set."""
    soc_low: int | Unset = UNSET
    """Advanced modes: state of charge, 10 to 90 percent, at which the load is cut off."""
    essential_start_time: int | Unset = UNSET
    """Scheduled mode: start of the powered period, in seconds of the day."""
    essential_end_time: int | Unset = UNSET
    """Scheduled mode: end of the powered period, in seconds of the day."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.name = src_dict.get("name", UNSET)
        model.load_name = src_dict.get("load_name", UNSET)
        model.mode = word(LoadControlMode, src_dict.get("mode", UNSET))
        model.soc_low = src_dict.get("soc_low", UNSET)
        model.essential_start_time = src_dict.get("essential_start_time", UNSET)
        model.essential_end_time = src_dict.get("essential_end_time", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
