"""Why an interval has no row, once the service has answered for it. The first line that fits counts.

| the interval | is |
|---|---|
| of a microinverter series, and the sun is low at the site (`night.py`) | night |
| ends after the last energy that the service had, while the system has reported since | provisional |
| ends less than `SETTLING` before now | provisional |
| is the last one of the range, and the row may come with the window after it | provisional |
| any other | not reported |

And what is not to be relied on yet:

- the rows of the last `FINAL` that fewer devices reported than there are; a device that has not reported for longer
  than that is out of order rather than late
- rows after the last energy, while the system has reported since
- all that ends after the last report: a gateway that was offline delivers what it has kept
- what is provisional, or has failed; and nights that would be provisional by day: rows of dusk and dawn come late, too
"""

from __future__ import annotations

from operator import sub
from typing import TYPE_CHECKING

from ..archive.settling import LATEST
from ..rows import COUNT, GapReason
from .night import nights, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from enphase_v4.catalog import Window

    from ..rows import Chunk, Report
    from .decode import Series

_DAY = SETTLING = 86400
"""Seconds after its end in which an interval may still come."""
TWILIGHT = 3 * 3600
"""Seconds for which it may be night by `night.py` while the sun is up at the site."""
FINAL = 7 * 86400
"""Seconds after its end in which a row may still be revised, where fewer devices have reported than there are."""


class Holes:
    """Notes the intervals without a row of one range, answer by answer."""

    def __init__(self, window: Window, zone: tzinfo, report: Report) -> None:
        self._step = window.step_seconds
        self._place = place_of(zone) if window.silent == "night" else None
        self._window = window
        self._report = report

    def note(self, series: Series, chunk: Chunk, after: int, until: int, *, sure: int, now: int) -> None:
        """Note what an answer of `now` has no row for, of the intervals with `after < end <= until`.

        A row that ends after `sure` may come with another answer.
        """
        late = late_of(series)
        young = now - SETTLING if late is None else min(now - SETTLING, late)
        young -= young % self._step
        for start, end in missing(chunk.keys, after, until, self._step):
            for low, high, dark in self._parts(start, end):
                since = young if dark and self._deep(low, high) else min(young, sure)
                if not dark:
                    self._gap(low, min(high, since), GapReason.NOT_REPORTED)
                    self._gap(max(low, since), high, GapReason.PROVISIONAL)
                elif low < high:
                    self._gap(low, high, GapReason.NIGHT)
                    if high > since:
                        self._report.loosen(max(low, since))
        doubt = doubtful_from(self._window, series, chunk, until, now)
        if doubt is not None:
            self._report.loosen(max(after, doubt))

    def doubts(self, chunk: Chunk, after: int, until: int, now: int) -> list[tuple[int, int]]:
        """What an answer of `now` has no row for, though it may still come; what lies close together is one.

        By day, that is, and with it dusk and dawn: what is missing there besides is late, too.
        """
        found: list[tuple[int, int]] = []
        for start, end in missing(chunk.keys, after, until, self._step):
            for low, high, dark in self._parts(start, end):
                if dark or low >= high or high <= now - LATEST:
                    continue
                begins, ends = max(start, low - TWILIGHT), min(end, high + TWILIGHT)
                if found and begins - found[-1][1] <= _DAY:
                    found[-1] = found[-1][0], ends
                else:
                    found.append((begins, ends))
        return found

    def _parts(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """A part without rows, cut where nights begin and end: at the ends of the intervals that those lie in."""
        position = start
        for low, high in nights(self._place, start, end) if self._place else ():
            dusk, dawn = max(position, low - low % self._step), min(end, high + -high % self._step)
            yield position, dusk, False
            yield dusk, dawn, True
            position = dawn
        yield position, end, False

    def _deep(self, low: int, high: int) -> bool:
        """Whether no row can have come at the end of a night, as it began long before that, and goes on for long."""
        after = high, high + TWILIGHT
        return self._place is not None and high - low > TWILIGHT and after in nights(self._place, *after)

    def _gap(self, start: int, end: int, reason: GapReason) -> None:
        self._report.gap(start, end, reason)


def doubtful_from(window: Window, series: Series, chunk: Chunk, until: int, now: int) -> int | None:
    """Where, before `until`, begins what may be revised by an answer's own words; None where nothing may."""
    late, step = late_of(series), window.step_seconds
    found = [] if late is None else [key - step for key in chunk.keys if key > late][:1]
    names = [name for name, _ in window.values]
    total = series.total_devices
    if total is not None and COUNT in names:
        counts = chunk.columns[names.index(COUNT)]
        few = {count for count in set(counts) if count is not None and count < total}
        if few:
            late_devices = (key for key, count in zip(chunk.keys, counts, strict=True) if count in few)
            found += [key - step for key in late_devices if key > now - FINAL][:1]
    report = series.last_report_at
    if report is not None and report < until:
        found.append(report - report % step)
    return min(found, default=None)


def missing(keys: Sequence[int], after: int, until: int, step: int) -> Iterator[tuple[int, int]]:
    """The runs of intervals without a row: `start < ends <= end`. Rows count for the interval they lie in."""
    before = [after - after % step, *keys]
    # Where no more than a step lies between two rows, there is no interval between them.
    for index in [index for index, apart in enumerate(map(sub, keys, before)) if apart > step]:
        filled, interval = -(-before[index] // step), -(-keys[index] // step)
        if interval - filled > 1:
            yield max(filled * step, after), (interval - 1) * step
    filled = -(-before[-1] // step)
    if until // step > filled:
        yield max(filled * step, after), until // step * step


def late_of(series: Series) -> int | None:
    """Up to where energy has come in, where the system has reported since."""
    energy, report = series.last_energy_at, series.last_report_at
    return energy if energy is not None and report is not None and energy < report else None
