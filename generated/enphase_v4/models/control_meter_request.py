from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.meter_switch import MeterSwitch
from ..types import UNSET, Model, word

_KEYS: Final[frozenset[str]] = frozenset(("status",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ControlMeterRequest(Model):
    """Request of `controlMeter`."""

    status: MeterSwitch
    """`enabled` or `disabled`."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.status = word(MeterSwitch, src_dict.get("status", UNSET))
        if not _known(src_dict):
            model._keep(src_dict)
        return model
