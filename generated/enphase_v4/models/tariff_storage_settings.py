from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("mode", "reserved_soc"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffStorageSettings(Model):
    """Part of `Tariff`."""

    mode: str | Unset = UNSET
    """What the battery is used for, such as `backup`."""
    reserved_soc: int | Unset = UNSET
    """Charge that is kept in percent."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.mode = src_dict.get("mode", UNSET)
        model.reserved_soc = src_dict.get("reserved_soc", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
