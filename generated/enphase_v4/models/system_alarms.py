from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.alarm import Alarm
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("system_id", "alarms"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemAlarms(Model):
    """Answer of `listSystemAlarms`."""

    system_id: int | Unset = UNSET
    """Id of the system."""
    alarms: list[Alarm] | Unset = UNSET
    """The alarms."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system_id = src_dict.get("system_id", UNSET)
        model.alarms = (
            [Alarm.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("alarms", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
