from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.system import System
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("total", "current_page", "size", "count", "items", "systems"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemsPage(Model):
    """Answer of `listSystems`, `searchSystems`."""

    total: int | Unset = UNSET
    """Systems on all pages."""
    current_page: int | Unset = UNSET
    """Number of this page."""
    size: int | Unset = UNSET
    """Page size, at most 100. Default 10."""
    count: int | Unset = UNSET
    """Systems on this page."""
    items: str | Unset = UNSET
    """Name of the key that holds the list: `systems`."""
    systems: list[System] | Unset = UNSET
    """The systems of this page."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.total = src_dict.get("total", UNSET)
        model.current_page = src_dict.get("current_page", UNSET)
        model.size = src_dict.get("size", UNSET)
        model.count = src_dict.get("count", UNSET)
        model.items = src_dict.get("items", UNSET)
        model.systems = (
            [System.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("systems", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
