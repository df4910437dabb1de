from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.listed_activation import ListedActivation
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("systems", "next"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ActivationsPage(Model):
    """Answer of `listActivations`."""

    systems: list[ListedActivation] | Unset = UNSET
    """The activations."""
    next_: str | Unset = UNSET
    """Token of the part that follows. Absent from the last one."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"next_": "next"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.systems = (
            [ListedActivation.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("systems", UNSET)) is list
            else v
        )
        model.next_ = src_dict.get("next", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
