from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("type", "value"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class GridConnection(Model):
    """Part of `Activation`, `ListedActivation`."""

    type_: int | Unset = UNSET
    """1 to 4."""
    value: str | Unset = UNSET
    """The same in words."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"type_": "type"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.type_ = src_dict.get("type", UNSET)
        model.value = src_dict.get("value", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
