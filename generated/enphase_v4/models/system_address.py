from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("city", "state", "country", "postal_code"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class SystemAddress(Model):
    """Part of `System`."""

    city: None | str | Unset = UNSET
    """City or town."""
    state: None | str | Unset = UNSET
    """State or region."""
    country: None | str | Unset = UNSET
    """Country code."""
    postal_code: None | str | Unset = UNSET
    """Postal code."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.city = src_dict.get("city", UNSET)
        model.state = src_dict.get("state", UNSET)
        model.country = src_dict.get("country", UNSET)
        model.postal_code = src_dict.get("postal_code", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
