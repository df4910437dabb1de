from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("envoy_serial_number", "enpower_serial_numbers"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EnpowersOfGateway(Model):
    """Part of `Activation`, `CreateActivationRequest`, `UpdateActivationRequest`."""

    envoy_serial_number: str | Unset = UNSET
    """Serial number of the gateway."""
    enpower_serial_numbers: list[str] | Unset = UNSET
    """Serial numbers of the system controllers."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.envoy_serial_number = src_dict.get("envoy_serial_number", UNSET)
        model.enpower_serial_numbers = src_dict.get("enpower_serial_numbers", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
