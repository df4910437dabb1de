from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.system_filter import SystemFilter
from ..models.system_sort import SystemSort
from ..types import UNSET, Model, Unset, word

_KEYS: Final[frozenset[str]] = frozenset(("system", "sort_by"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SearchSystemsRequest(Model):
    """Request of `searchSystems`."""

    system: SystemFilter
    """The filters."""
    sort_by: SystemSort | Unset = UNSET
    """`id` for ascending (the default) or `-id` for descending order of system id."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.system = SystemFilter.from_dict(v) if type(v := src_dict.get("system", UNSET)) is dict else v
        model.sort_by = word(SystemSort, src_dict.get("sort_by", UNSET))
        if not _known(src_dict):
            model._keep(src_dict)
        return model
