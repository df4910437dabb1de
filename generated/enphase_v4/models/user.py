from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.company import Company
from ..types import UNSET, Model, Unset, read_time

_KEYS: Final[frozenset[str]] = frozenset(
    (
        "active",
        "user_roles",
        "email",
        "enlighten_emails",
        "enlighten_view",
        "first_name",
        "last_name",
        "phone",
        "uri",
        "user_id",
        "updated_at",
        "company",
    )
)


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class User(Model):
    """Answer of `createCompanyUser`, `createHomeOwner`, `getActivationUser` and 6 more."""

    active: bool | Unset = UNSET
    """Whether the user may log in."""
    user_roles: list[str] | Unset = UNSET
    """`self_installer` for those who installed their own system; empty for all others."""
    email: str | Unset = UNSET
    """Email address, of one user only."""
    enlighten_emails: bool | Unset = UNSET
    """Whether the user gets automated emails. Default false."""
    enlighten_view: None | str | Unset = UNSET
    """Which view the user has: `my` for home owners (the default), `manager` for people of companies."""
    first_name: str | Unset = UNSET
    """First name."""
    last_name: str | Unset = UNSET
    """Last name."""
    phone: None | str | Unset = UNSET
    """Telephone number."""
    uri: None | str | Unset = UNSET
    """Path of it, given by the service."""
    user_id: int | Unset = UNSET
    """Id of the user, given by the service."""
    updated_at: datetime.datetime | None | Unset = UNSET
    """When it was last changed, epoch seconds. Read as a datetime in UTC."""
    company: Company | None | Unset = UNSET
    """The company of the user."""
    _keys: ClassVar[frozenset[str]] = _KEYS
    _values: ClassVar[Mapping[str, str]] = {"updated_at": "time"}

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.active = src_dict.get("active", UNSET)
        model.user_roles = src_dict.get("user_roles", UNSET)
        model.email = src_dict.get("email", UNSET)
        model.enlighten_emails = src_dict.get("enlighten_emails", UNSET)
        model.enlighten_view = src_dict.get("enlighten_view", UNSET)
        model.first_name = src_dict.get("first_name", UNSET)
        model.last_name = src_dict.get("last_name", UNSET)
        model.phone = src_dict.get("phone", UNSET)
        model.uri = src_dict.get("uri", UNSET)
        model.user_id = src_dict.get("user_id", UNSET)
        model.updated_at = read_time(src_dict.get("updated_at", UNSET))
        model.company = Company.from_dict(v) if type(v := src_dict.get("company", UNSET)) is dict else v
        model._keep(src_dict)
        return model
