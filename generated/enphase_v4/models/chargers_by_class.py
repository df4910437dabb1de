from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.charger_summary import ChargerSummary
from ..types import Model

_KEYS: Final[frozenset[str]] = frozenset(())


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ChargersByClass(Model):
    """Part of `ChargerSummaryResponse`."""

    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls()
        model.additional_properties.update(
            {
                key: [ChargerSummary.from_dict(item) if type(item) is dict else item for item in v]
                if type(v := value) is list
                else v
                for key, value in src_dict.items()
            }
        )
        return model
