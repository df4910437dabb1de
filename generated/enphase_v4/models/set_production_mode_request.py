from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.on_off import OnOff
from ..types import UNSET, Model, word

_KEYS: Final[frozenset[str]] = frozenset(("mode",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SetProductionModeRequest(Model):
    """Request of `setProductionMode`."""

    mode: OnOff
    """`on` or `off`."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.mode = word(OnOff, src_dict.get("mode", UNSET))
        if not _known(src_dict):
            model._keep(src_dict)
        return model
