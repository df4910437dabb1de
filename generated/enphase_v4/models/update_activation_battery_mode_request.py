from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model

_KEYS: Final[frozenset[str]] = frozenset(("CFG_allowed", "DTG_allowed"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateActivationBatteryModeRequest(Model):
    """Request of `updateActivationBatteryMode`."""

    cfg_allowed: bool
    """Whether the battery may charge from the grid."""
    dtg_allowed: bool
    """Whether the battery may discharge to the grid."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _renamed: ClassVar[Mapping[str, str]] = {"cfg_allowed": "CFG_allowed", "dtg_allowed": "DTG_allowed"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.cfg_allowed = src_dict.get("CFG_allowed", UNSET)
        model.dtg_allowed = src_dict.get("DTG_allowed", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
