from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.system_status import SystemStatus
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(("ids", "name", "reference", "other_reference", "statuses"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemFilter(Model):
    """Part of `SearchSystemsRequest`."""

    ids: list[int] | Unset = UNSET
    """Only systems with these ids."""
    name: str | Unset = UNSET
    """Name to look for."""
    reference: str | Unset = UNSET
    """Reference to look for."""
    other_reference: str | Unset = UNSET
    """Reference by another company to look for."""
    statuses: list[SystemStatus] | Unset = UNSET
    """Only systems in one of these states."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.ids = src_dict.get("ids", UNSET)
        model.name = src_dict.get("name", UNSET)
        model.reference = src_dict.get("reference", UNSET)
        model.other_reference = src_dict.get("other_reference", UNSET)
        model.statuses = (
            [word(SystemStatus, item) for item in v]
            if type(v := src_dict.get("statuses", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
