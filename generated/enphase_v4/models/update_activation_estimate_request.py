from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..types import UNSET, Model

_KEYS: Final[frozenset[str]] = frozenset(("degrade_factor", "month_estimates"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class UpdateActivationEstimateRequest(Model):
    """Request of `updateActivationEstimate`."""

    degrade_factor: str
    """Percent that production is expected to fall from year to year, 0 or more. Default 0.5."""
    month_estimates: list[str]
    """Expected production in kWh, January to December; empty where there are none."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.degrade_factor = src_dict.get("degrade_factor", UNSET)
        model.month_estimates = src_dict.get("month_estimates", UNSET)
        if not _known(src_dict):
            model._keep(src_dict)
        return model
