from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("authorized_subcontractor_id", "authorized_subcontractor_name", "status")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ActivationSubcontractor(Model):
    """Part of `Activation`, `ListedActivation`."""

    authorized_subcontractor_id: int | Unset = UNSET
    """Id of a subcontractor."""
    authorized_subcontractor_name: str | Unset = UNSET
    """Name of the subcontractor."""
    status: str | Unset = UNSET
    """Said only of those who are pending or were rejected: which of the two, in words for people."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.authorized_subcontractor_id = src_dict.get("authorized_subcontractor_id", UNSET)
        model.authorized_subcontractor_name = src_dict.get("authorized_subcontractor_name", UNSET)
        model.status = src_dict.get("status", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
