"""The sums of a period, and what part of it the house lived on its own sun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .steps import BEFORE
from .tracks import CONSUMPTION, EXPORT, IMPORT, PRODUCTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .steps import Value


@dataclass(frozen=True)
class Totals:
    """The sums of a period, of what is known of it.

    energy_wh: by track
    incomplete: tracks of which a part of the period is missing; not what was before operation
    self_consumption: 1 - export / production: the part of what was produced that stayed in the house
    self_sufficiency: 1 - import / consumption: the part of what was consumed that did not come from the grid

    The shares are of those days (of a day: intervals) of which both are known, and not less than 0: a battery may
    give to the grid, or take from it, more than that. None where there is no such day, or nothing was produced or
    consumed.
    """

    energy_wh: dict[str, float]
    incomplete: frozenset[str]
    self_consumption: float | None
    self_sufficiency: float | None

    def as_json(self) -> dict[str, Any]:
        """The same as what JSON can say: shares are percent."""
        return {
            "energy_wh": self.energy_wh,
            "incomplete": sorted(self.incomplete),
            "self_consumption_percent": _percent(self.self_consumption),
            "self_sufficiency_percent": _percent(self.self_sufficiency),
        }


def totals_of(units: Mapping[str, Sequence[Value]]) -> Totals:
    """The totals of tracks, given by the day, or by the interval."""
    return Totals(
        {
            name: sum(each.energy_wh for each in values if each.energy_wh is not None)
            for name, values in units.items()
        },
        frozenset(
            name
            for name, values in units.items()
            if any(each.reason is not None and each.reason != BEFORE for each in values)
        ),
        _share(units.get(EXPORT, ()), units.get(PRODUCTION, ())),
        _share(units.get(IMPORT, ()), units.get(CONSUMPTION, ())),
    )


def _share(part: Sequence[Value], whole: Sequence[Value]) -> float | None:
    """One minus the part of the whole."""
    known = [
        (one.energy_wh, other.energy_wh)
        for one, other in zip(part, whole, strict=False)
        if one.energy_wh is not None and other.energy_wh is not None
    ]
    of = sum(other for _, other in known)
    return max(0.0, 1 - sum(one for one, _ in known) / of) if of > 0 else None


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)
