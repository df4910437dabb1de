from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("enwh",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class BatteryDeviceEnergy(Model):
    """Part of `BatteryDeviceInterval`."""

    enwh: int | Unset = UNSET
    """Energy charged or discharged in the interval, in Wh."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.enwh = src_dict.get("enwh", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
