from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.load_control import LoadControl
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "load_control_data"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class LoadControls(Model):
    """Answer of `getSystemLoadControl`, `updateSystemLoadControl`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    load_control_data: list[LoadControl] | Unset = UNSET
    """One entry for each dry contact."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.load_control_data = (
            [LoadControl.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("load_control_data", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
