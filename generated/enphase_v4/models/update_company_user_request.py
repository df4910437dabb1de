from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(
    ("company_id", "email", "enlighten_emails", "first_name", "last_name", "phone")
)
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateCompanyUserRequest(Model):
    """Request of `updateCompanyUser`."""

    company_id: int | Unset = UNSET
    """Id of the company."""
    email: str | Unset = UNSET
    """Email address, of one user only."""
    enlighten_emails: bool | Unset = UNSET
    """Whether the user gets automated emails. Default false."""
    first_name: str | Unset = UNSET
    """First name."""
    last_name: str | Unset = UNSET
    """Last name."""
    phone: str | Unset = UNSET
    """Telephone number, at most 50 characters."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.company_id = src_dict.get("company_id", UNSET)
        model.email = src_dict.get("email", UNSET)
        model.enlighten_emails = src_dict.get("enlighten_emails", UNSET)
        model.first_name = src_dict.get("first_name", UNSET)
        model.last_name = src_dict.get("last_name", UNSET)
        model.phone = src_dict.get("phone", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
