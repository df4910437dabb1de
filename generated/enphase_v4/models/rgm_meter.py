from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.rgm_channel_interval import RgmChannelInterval
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("meter_serial_number", "envoy_serial_number", "intervals"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class RgmMeter(Model):
    """Part of `RgmStats`."""

    meter_serial_number: str | Unset = UNSET
    """Serial number of the meter."""
    envoy_serial_number: str | Unset = UNSET
    """Serial number of the gateway that it reports to."""
    intervals: list[RgmChannelInterval] | Unset = UNSET
    """Rows of this meter, for each channel."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.meter_serial_number = src_dict.get("meter_serial_number", UNSET)
        model.envoy_serial_number = src_dict.get("envoy_serial_number", UNSET)
        model.intervals = (
            [RgmChannelInterval.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("intervals", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
