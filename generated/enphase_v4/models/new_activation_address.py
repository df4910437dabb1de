from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("street1", "city", "state", "country", "postal_code", "street2"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class NewActivationAddress(Model):
    """Part of `CreateActivationRequest`, `UpdateActivationRequest`."""

    street1: str
    """First line of the street."""
    city: str
    """City or town."""
    state: str
    """State or region, as a code of two letters."""
    country: str
    """Country, as a code of two letters (ISO 3166-1)."""
    postal_code: str
    """Postal code."""
    street2: str | Unset = UNSET
    """Second line of the street."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.street1 = src_dict.get("street1", UNSET)
        model.city = src_dict.get("city", UNSET)
        model.state = src_dict.get("state", UNSET)
        model.country = src_dict.get("country", UNSET)
        model.postal_code = src_dict.get("postal_code", UNSET)
        model.street2 = src_dict.get("street2", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
