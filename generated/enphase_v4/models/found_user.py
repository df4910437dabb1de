from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("user_id", "company_id"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class FoundUser(Model):
    """Answer of `searchUser`."""

    user_id: int | Unset = UNSET
    """Id of the user, given by the service."""
    company_id: int | Unset = UNSET
    """Id of the company."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.user_id = src_dict.get("user_id", UNSET)
        model.company_id = src_dict.get("company_id", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
