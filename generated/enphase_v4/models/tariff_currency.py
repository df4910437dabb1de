from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("code",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffCurrency(Model):
    """Part of `Tariff`."""

    code: str | Unset = UNSET
    """Code of the currency, such as USD."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.code = src_dict.get("code", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
