from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("users",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class CompanyUsers(Model):
    """Answer of `listCompanyUsers`."""

    users: list[list[int | str]] | Unset = UNSET
    """Id and email address of each user."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.users = src_dict.get("users", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
