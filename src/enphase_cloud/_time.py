"""What people write as a time, made exact in the time zone of the site.

| written | read as |
|---|---|
| aware datetime, ISO text with offset or Z | itself |
| naive datetime, ISO text without offset | local time of the site |
| date, ISO text of a date | local midnight with which that day begins (as `end` it leaves that day out) |

A local time that a clock change skips stands for the moment of the change; one that comes twice stands for
the first of the two (the second with `fold=1`). Both ends of a range are read alike: ranges that meet at such
a time neither lose nor double a moment.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from .errors import InvalidRequest
from .rows import shown

if TYPE_CHECKING:
    from collections.abc import Callable

When: TypeAlias = datetime | date | str

_EPOCH = datetime(1970, 1, 1)
_WIDEST_OFFSET = 15 * 3600
_FIRST, _LAST = -62135596800, 253402300799  # what a datetime can say, in epoch seconds
_log = logging.getLogger("enphase_cloud")


class Moment(NamedTuple):
    """A time as written: `aware` is epoch seconds, or None where `local` is to be read in the site's zone."""

    text: str
    local: datetime
    aware: int | None

    def epoch(self, zone: tzinfo) -> int:
        """Epoch seconds, whole: fractions are cut off."""
        epoch = self.aware if self.aware is not None else local_epoch(self.local, zone)
        return min(max(epoch, _FIRST), _LAST)

    @property
    def earliest(self) -> int:
        """Epoch seconds that this is not before in any time zone of the world."""
        return self.aware if self.aware is not None else _wall(self.local) - _WIDEST_OFFSET

    @property
    def latest(self) -> int:
        """Epoch seconds that this is not after in any of them."""
        return self.aware if self.aware is not None else _wall(self.local) + _WIDEST_OFFSET


class Span(NamedTuple):
    """A range of time in epoch seconds, for rows with `start < end_at <= end`, as seen at `now`."""

    start: int
    end: int
    now: int


def moment(value: object, name: str) -> Moment:
    """Read one end of a range; `name` is what the argument is called.

    InvalidRequest where it is not a time.
    """
    written = value
    if isinstance(value, str):
        value = _parse(value, name)
    text = str(written).strip()
    if isinstance(value, date) and isinstance(
        value.year, int
    ):  # the NaT of pandas is a datetime, without a year
        if not isinstance(value, datetime):
            return Moment(text, datetime(value.year, value.month, value.day), None)
        day, clock = (value.year, value.month, value.day), (value.hour, value.minute, value.second)
        local = datetime(
            *day, *clock, value.microsecond, fold=value.fold
        )  # kinds of datetime reckon otherwise
        return Moment(text, local, None if value.utcoffset() is None else _wall(local) - _seconds(value))
    msg = (
        f"{name} is {_kind(written)}, not a time. Give a date, a datetime (pandas.Timestamp is one), or text like "
        "'2026-01-31' or '2026-01-31T10:00' (local time of the site) or '2026-01-31T10:00Z'."
    )
    raise InvalidRequest(msg)


def span(start: Moment, end: Moment | None, zone: tzinfo, now: int) -> Span:
    """The range between two moments; without `end`, up to now.

    InvalidRequest where there is none, or not yet.
    """
    first = start.epoch(zone)
    last = now if end is None else end.epoch(zone)
    if first > now:
        msg = f"start {start.text} lies in the future: there is nothing to ask for yet."
        raise InvalidRequest(msg)
    if end is not None and first >= last:
        raise _inverted(start, end)
    return Span(first, last, now)


def check(start: Moment, end: Moment | None, now: int) -> None:
    """What can be said of a range before the site's zone is known. The zone only decides within a day."""
    if start.earliest > now:
        span(start, end, UTC, start.earliest - 1)
    if end is None:
        return
    if start.aware is None and end.aware is None:
        first, last = _wall(start.local), _wall(end.local)
    else:
        first, last = start.earliest, end.latest
    if first >= last:
        raise _inverted(start, end)


def day(value: object, name: str) -> date:
    """A local calendar date; a datetime stands for the date that is written in it."""
    return moment(value, name).local.date()


def site_zone(name: str | None, site: str, hide: Callable[[str], str]) -> tzinfo:
    """The zone that the service names for a site; UTC, and a warning in the log, where it names none known."""
    zone = find_zone(name) if name else None
    if zone is not None:
        return zone
    told = f"a time zone that is not known, {shown(name, hide)}," if name else "no time zone"
    _log.warning("the service gives %s for %s: its local times are read in UTC", told, site)
    return UTC


def find_zone(name: str) -> tzinfo | None:
    """The zone of an IANA name, or of an old alias such as `US/Pacific`; None where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        return None


def local_epoch(local: datetime, zone: tzinfo) -> int:
    """Epoch seconds of a naive local time (see the module for what the hours of a clock change stand for)."""
    before = local.replace(tzinfo=zone, fold=0)
    after = local.replace(tzinfo=zone, fold=1)
    early, late = _wall(local) - _seconds(after), _wall(local) - _seconds(before)
    if early >= late:  # an ordinary time (both the same), or one that comes twice
        return early if local.fold else late
    # A skipped time: the clock changes between the two readings of it, where the later offset begins.
    while late - early > 1:
        middle = (early + late) // 2
        if _seconds(datetime.fromtimestamp(middle, zone)) == _seconds(after):
            late = middle
        else:
            early = middle
    return late


def midnight(on: date, zone: tzinfo) -> int:
    """Epoch seconds at which a local day begins."""
    return local_epoch(datetime(on.year, on.month, on.day), zone)


def local_date(epoch: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(epoch, zone).date()


def months_before(epoch: int, months: int) -> int:
    """The same UTC time some calendar months earlier; the 31st becomes the last day of a shorter month."""
    from dateutil.relativedelta import relativedelta  # noqa: PLC0415 - bad input is refused without it

    return int((datetime.fromtimestamp(epoch, UTC) - relativedelta(months=months)).timestamp())


def aware(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _parse(text: str, name: str) -> date | datetime:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text.strip())
        except ValueError:
            continue
    msg = (
        f"{name} {shown(text)} is not a time that can be read. Write a date '2026-01-31', a local time of the "
        "site '2026-01-31T10:00', or a time with an offset '2026-01-31T10:00+02:00' or '2026-01-31T10:00Z'."
    )
    raise InvalidRequest(msg)


def _kind(value: object) -> str:
    """What something is that is not a time."""
    if isinstance(value, date | time):
        return "a time of day" if isinstance(value, time) else str(value)
    name = type(value).__name__
    return f"an {name}" if name[:1] in "aeiou" else f"a {name}"


def _inverted(start: Moment, end: Moment) -> InvalidRequest:
    if start.local.replace(microsecond=0) == end.local.replace(microsecond=0) and start.local < end.local:
        return InvalidRequest(
            f"start {start.text} and end {end.text} lie in the same second: fractions of seconds are cut off."
        )
    return InvalidRequest(
        f"start {start.text} does not lie before end {end.text} (a date as end leaves that day out)."
    )


def _wall(local: datetime) -> int:
    return (local.replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)


def _seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
