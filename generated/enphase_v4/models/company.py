from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("company_id", "company_name", "location", "roles", "uri"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class Company(Model):
    """Part of `Branches`, `User`."""

    company_id: int | Unset = UNSET
    """Id of the company."""
    company_name: str | Unset = UNSET
    """Name of the company."""
    location: str | Unset = UNSET
    """Where the company is."""
    roles: list[str] | Unset = UNSET
    """`installer` for companies that install; empty for all others."""
    uri: str | Unset = UNSET
    """Path of it, given by the service."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.company_id = src_dict.get("company_id", UNSET)
        model.company_name = src_dict.get("company_name", UNSET)
        model.location = src_dict.get("location", UNSET)
        model.roles = src_dict.get("roles", UNSET)
        model.uri = src_dict.get("uri", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
