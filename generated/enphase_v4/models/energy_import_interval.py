from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("end_at", "wh_imported"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class EnergyImportInterval(Model):
    """Part of `EnergyImportTelemetry`."""

    end_at: int | Unset = UNSET
    """End of the interval, epoch seconds."""
    wh_imported: int | Unset = UNSET
    """Energy taken from the grid in the interval, in Wh."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.end_at = src_dict.get("end_at", UNSET)
        model.wh_imported = src_dict.get("wh_imported", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
