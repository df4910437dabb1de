from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.inverter import Inverter
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("signal_strength", "micro_inverters"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class GatewayInverters(Model):
    """Answer of `getInvertersSummary`."""

    signal_strength: int | Unset = UNSET
    """Strength of the signal; the unit is not stated."""
    micro_inverters: list[Inverter] | Unset = UNSET
    """The microinverters."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.signal_strength = src_dict.get("signal_strength", UNSET)
        model.micro_inverters = (
            [Inverter.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("micro_inverters", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
