from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.subcontractor import Subcontractor
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("company_id", "company_name", "authorized_subcontractors"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class AuthorizedSubcontractors(Model):
    """Answer of `listAuthorizedSubcontractors`."""

    company_id: int | Unset = UNSET
    """Id of the company."""
    company_name: str | Unset = UNSET
    """Name of the company."""
    authorized_subcontractors: list[Subcontractor] | Unset = UNSET
    """The subcontractors of the company; may be empty."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.company_id = src_dict.get("company_id", UNSET)
        model.company_name = src_dict.get("company_name", UNSET)
        model.authorized_subcontractors = (
            [Subcontractor.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("authorized_subcontractors", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
