"""What a zero of a lifetime series means: a day without energy, or a day of which nothing was reported.

The service fills days that were not reported with zeroes. So a day's zero is read as

| series | zero | read as |
|---|---|---|
| consumption | any | missing: a house that is metered always takes something |
| import, export, battery | on a day on which consumption is missing | missing: the meters were silent |
| | on any other | no energy |
| production | on a day on which consumption is missing | missing |
| | on any other | no energy: snow, or shade |
| any, where consumption was never measured | after the last day on which any series has energy | missing |
| | on any other | no energy |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tracks import CONSUMPTION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Days = dict["date", float]


def without_unreported(tracks: Mapping[str, Mapping[date, float]]) -> dict[str, Days]:
    """The days of each track, without those whose zero says that nothing was reported."""
    used = {day for day, energy_wh in tracks.get(CONSUMPTION, {}).items() if energy_wh}
    if used:
        return {
            name: {day: wh for day, wh in days.items() if wh or (name != CONSUMPTION and day in used)}
            for name, days in tracks.items()
        }
    last = max((day for days in tracks.values() for day, wh in days.items() if wh), default=None)
    return {
        name: {day: wh for day, wh in days.items() if last is not None and day <= last}
        for name, days in tracks.items()
    }
