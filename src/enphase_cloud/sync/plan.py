"""Which calls bring what is missing, newest first, with as few of them as can be. No I/O.

| of a track | is asked for |
|---|---|
| a lifetime series of which no answer covers all | once: it is one call, whatever its length |
| telemetry and logs: what is not kept, or is not final and due | in windows as wide as may be, from the end backwards |
| before the service has anything (`Coverage.before`), before the lookback, before `since` | not at all |
| what this sync has asked for in vain | not again |

Windows are laid backwards: the newest ends with what is missing, and begins as early as it may, or where nothing is
missing before. Of all ways to cover points by windows of one width, this takes the fewest, as laying them forwards
does; and what is kept between two gaps costs nothing, where one window reaches over both.

A window with room left also takes what comes after it and is in doubt (`archive/settling.py`): the call costs the same.

A system is silent where its last report was more than `SETTLING` old when the service was asked for the system itself.
It has nothing after its last report then, whatever is asked for, and that the archive knows (`Coverage.silence`):

| of a system | is asked for |
|---|---|
| that is silent, or has never reported | what is in doubt is not due: nothing delivers it |
| that is silent: telemetry | up to the last report, and as final as it was `SETTLING` after that |
| that is silent: lifetimes | until an answer of `SETTLING` after the last report is kept |
| that is silent: events and alarms | when so much is new that it fills a window, with what is not final: five days |
| that has never reported: events and alarms | the same, and of what was before only the newest window |
| that is known to have begun to work: events and alarms | from a day before that on |
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from .. import _time
from ..archive.settling import SETTLING, due_after, silent_since
from ..flows.lifetime import Days
from ..flows.windows import FIRST_SYSTEMS, earliest_of, floor, rests, takes_dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

    from enphase_v4.catalog import Window

    from ..archive.coverage import Coverage, Key
    from .tracks import Track

    Recall = Callable[[Key, int, int], Coverage]
    """What is kept under a key, of which answers are used as a whole that were fetched after a moment; and what of it
    is in doubt at another."""

SLACK = 3600
"""Seconds by which a sync may begin earlier in the day than another one."""
BEFOREHAND = 86400
"""Seconds before a system began to work in which there may be events: somebody was there to build it."""


class Part(NamedTuple):
    """A part of the time of a track: `start < end`, epoch seconds."""

    start: int
    end: int


class Site(NamedTuple):
    """What is known of a system that its tracks are planned by."""

    zone: tzinfo
    listed: int
    """When the service was last asked for the system itself, epoch seconds."""
    last_report: int | None
    """When it had last reported then; None where it is not known."""
    operational: int | None = None
    never: bool = False
    """It has never reported, nor begun to work."""

    @property
    def silent_since(self) -> int | None:
        """The last report of a system that had been silent for more than SETTLING when it was asked for."""
        return silent_since(self.last_report, self.listed)

    @property
    def quiet(self) -> bool:
        """Whether nothing is to be expected of it."""
        return self.never or self.silent_since is not None


class Aim(NamedTuple):
    """What a sync is to reach."""

    begun: int
    """Epoch seconds: what ends later is for the next one."""
    since: int | None = None
    """What lies before it is not asked for."""
    refresh: bool = False
    """What is not final is asked for again, even if it is not due."""


class Reckoned(NamedTuple):
    """What a track is still to be asked for."""

    parts: list[Part]
    """A call each, newest first."""
    ask: Part | None
    """What the first call asks for: with what it has room for."""


def reckon(
    track: Track,
    site: Site,
    aim: Aim,
    recall: Recall,
    *,
    now: int,
    barred: Iterable[Part] = (),
    since: int = 0,
) -> Reckoned:
    """What a track is still to be asked for.

    `barred` are parts that are not asked for again, nor is what lies before `since`.
    """
    window, silent = track.window, site.silent_since
    due, as_of = 0 if aim.refresh else due_after(window), now
    if not aim.refresh and site.quiet and track.kind == "log":
        due = max(due, window.lengths[-1][1] - SETTLING - SLACK)
    fresh_since = aim.begun - 1 - due
    if not aim.refresh and site.never:
        as_of = 0
    elif not aim.refresh and silent is not None:
        as_of = min(now, silent + SETTLING)
        if track.kind != "log":
            fresh_since = min(fresh_since, as_of)
    coverage = recall(track.key, fresh_since, as_of)
    if track.kind == "lifetime":
        settled = (
            silent is not None
            and as_of < now
            and any(piece.held.fetched > as_of and piece.until >= silent for piece in coverage.pieces)
        )
        found = [] if settled else _lifetime(site, aim, coverage, barred)
        return Reckoned(found, found[0] if found else None)
    target = aim.begun if takes_dates(window) else floor(window, aim.begun, site.zone)
    if silent is not None and track.kind == "telemetry":
        target = min(target, silent + -silent % window.step_seconds)
    target = _resting(window, coverage, target, fresh_since, due or due_after(window))
    gaps = missing(coverage, max(_lower(track, site, aim, coverage, now), since), target, barred)
    found = backwards(window, site.zone, gaps)
    return Reckoned(found, _widened(window, site.zone, coverage, found[0], target) if found else None)


def _lower(track: Track, site: Site, aim: Aim, coverage: Coverage, now: int) -> int:
    """Before what moment nothing is asked for."""
    window = track.window
    lower = max(earliest_of(window, now), coverage.before, aim.since or 0)
    if not window.lookback_months:
        lower = max(lower, site.operational or FIRST_SYSTEMS)
    if track.kind != "log":
        return lower
    if site.never and not aim.refresh:
        lower = max(lower, aim.begun - window.lengths[-1][1])
    return max(lower, (site.operational or 0) - BEFOREHAND)


def _widened(window: Window, zone: tzinfo, coverage: Coverage, part: Part, target: int) -> Part:
    """A window with what comes after it and is in doubt, as far as it has room."""
    room = _furthest(window, zone, part.start) - part.start
    return part._replace(end=max(part.end, coverage.needed(part.start, room, target)))


def missing(coverage: Coverage, lower: int, target: int, barred: Iterable[Part] = ()) -> list[Part]:
    """The parts between two moments that are not kept, in order."""
    known = sorted([*(Part(piece.start, piece.until) for piece in coverage.pieces), *barred])
    found, position = [], lower
    for start, end in known:
        if start >= target:
            break
        if start > position:
            found.append(Part(position, start))
        position = max(position, end)
    if position < target:
        found.append(Part(position, target))
    return found


def backwards(window: Window, zone: tzinfo, gaps: Iterable[Part]) -> list[Part]:
    """The fewest windows that cover these parts, newest first."""
    left = list(gaps)
    found = []
    while left:
        end = left[-1].end
        start = _widest(window, zone, end)
        first = end
        while left and left[-1].end > start:
            first = max(left[-1].start, start)
            gap = left.pop()
            if gap.start < start:
                left.append(Part(gap.start, start))
                break
        found.append(Part(floor(window, first, zone), end))
    return found


def fewest(window: Window, zone: tzinfo, covered: Iterable[Part]) -> int:
    """How many windows it takes at the least to cover these parts, laid forwards."""
    count, reached = 0, 0
    for start, end in sorted(covered):
        position = max(start, reached)
        while position < end:
            count += 1
            position = reached = _furthest(window, zone, position)
    return count


def _lifetime(site: Site, aim: Aim, coverage: Coverage, barred: Iterable[Part]) -> list[Part]:
    today = _time.local_date(aim.begun, site.zone)
    start, until = Days(None, None, today, today, None, site.zone, aim.begun).asked
    if coverage.whole(start, until) is not None or any(barred):
        return []
    return [Part(start, until)]


def _resting(window: Window, coverage: Coverage, target: int, fresh_since: int, due: int) -> int:
    """The end of what is kept, where nothing more is to be had yet, or nothing is due."""
    if not coverage.pieces:
        return target
    last = coverage.pieces[-1]
    fresh = last.held.fetched > fresh_since and target - last.until < due
    resting = fresh or (window.kind == "telemetry" and rests(window, last, coverage))
    return last.until if last.until < target and resting else target


def _widest(window: Window, zone: tzinfo, end: int) -> int:
    """Where the widest window begins that ends here."""
    start = end - window.lengths[-1][1]
    begins = floor(window, start, zone)
    if begins == start:
        return start
    if takes_dates(
        window
    ):  # a week with an hour more may be cut after as many seconds as others have: not asked for
        return _time.midnight(_time.local_date(start, zone) + timedelta(days=1), zone)
    return begins + window.step_seconds


def _furthest(window: Window, zone: tzinfo, start: int) -> int:
    """Where the widest window ends that begins here, or before."""
    begins = floor(window, start, zone)
    return floor(window, begins + window.lengths[-1][1], zone)
