from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.grid_profile import GridProfile
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("grid_profiles",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class GridProfiles(Model):
    """Answer of `listGridProfiles`."""

    grid_profiles: list[GridProfile] | Unset = UNSET
    """The profiles."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.grid_profiles = (
            [GridProfile.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("grid_profiles", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
