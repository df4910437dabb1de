"""What a series gives: rows, and a report of what could not be given."""

from __future__ import annotations

from bisect import bisect_right
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .errors import EnphaseError

COUNT = "devices_reporting"
"""The value of series that is a whole number."""
LARGEST = 2**63 - 1
"""The largest whole number that a column of them has place for."""
LAST_EPOCH = 253402300799
"""The end of the year 9999."""


class Row(tuple[Any, ...]):
    """One interval of telemetry: an immutable named tuple with `end` and what its series has, nothing else.

    `end` is the aware UTC time at which the interval ends. Energies are Wh in the interval, powers W, shares
    percent. A value is None where the service sent none for this interval.
    """

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    if TYPE_CHECKING:  # what a row may have; `_fields` says what this one has

        @property
        def end(self) -> datetime: ...
        @property
        def energy_wh(self) -> float | None: ...
        @property
        def power_w(self) -> float | None: ...
        @property
        def charge_wh(self) -> float | None: ...
        @property
        def discharge_wh(self) -> float | None: ...
        @property
        def soc_percent(self) -> float | None: ...
        @property
        def devices_reporting(self) -> int | None: ...

        def _asdict(self) -> dict[str, Any]: ...


class DayRow(tuple[Any, ...]):
    """One local calendar day of a lifetime series: an immutable named tuple with `date` and the day's Wh."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    if TYPE_CHECKING:  # what a row may have; `_fields` says what this one has

        @property
        def date(self) -> date: ...
        @property
        def energy_wh(self) -> float | None: ...
        @property
        def charge_wh(self) -> float | None: ...
        @property
        def discharge_wh(self) -> float | None: ...

        def _asdict(self) -> dict[str, Any]: ...


def row_type(series: str, values: tuple[str, ...]) -> Callable[..., Row]:
    """The type of a telemetry series' rows: `end`, then its values."""
    made: Callable[..., Row] = _row_type(Row, series, ("end", *values))
    return made


def day_type(series: str, values: tuple[str, ...]) -> Callable[..., DayRow]:
    """The type of a lifetime series' rows: `date`, then its values."""
    made: Callable[..., DayRow] = _row_type(DayRow, series, ("date", *values))
    return made


@cache
def _row_type(base: type, series: str, fields: tuple[str, ...]) -> Any:
    name = "".join(word.title() for word in series.split("_")) + base.__name__

    def reduce(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return _restored, (base, series, fields, tuple(row))

    members = {"__slots__": (), "__doc__": base.__doc__, "__module__": __name__, "__reduce__": reduce}
    return type(name, (namedtuple(name, fields), base), members)


def _restored(base: type, series: str, fields: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """Rows travel between processes although their types are made as they are needed."""
    return _row_type(base, series, fields)(*values)


class Chunk(NamedTuple):
    """Rows of a series as columns, in order, one for each key."""

    keys: list[int]
    """Ends of intervals in epoch seconds; for lifetime series, dates by their `day_number`."""
    columns: tuple[list[Any], ...]

    def between(self, after: int, until: int) -> Chunk:
        """The rows with `after < key <= until`."""
        first, last = bisect_right(self.keys, after), bisect_right(self.keys, until)
        if last - first == len(self.keys):
            return self
        return Chunk(self.keys[first:last], tuple(column[first:last] for column in self.columns))


_EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """The days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def numbered_day(number: int) -> date:
    """The date of a `day_number`."""
    return date.fromordinal(number + _EPOCH)


class GapReason(StrEnum):
    """Why there is no row."""

    BEFORE_OPERATION = "before operation"
    """The service has nothing before it: the system had not reported yet."""
    OUTSIDE_LOOKBACK = "outside lookback"
    """Further back than the service gives. It was not asked for."""
    IN_FUTURE = "in the future"
    NOT_REPORTED = "not reported"
    """The service answered, and has no row for it."""
    PROVISIONAL = "provisional"
    """The same, but so short ago that it may still come."""
    FAILED = "failed call"
    """The call failed, or was not made after others had: `errors` has what was raised."""
    NOT_IN_PLAN = "not in plan"
    """The plan, or the owner's consent, does not include it."""
    UNREADABLE = "unreadable"
    """An answer came, and was paid for, but there is no list of rows in it: `problems` says where.

    After two such answers in a row, also what was not asked for any more.
    """
    NOT_ARCHIVED = "not archived"
    """It was never asked for, or is lost: the archive alone is read, and has it not."""
    NIGHT = "night"
    """Microinverters sleep while the sun is down. Stands in `silences`, never in `gaps`."""


_MAY_COME = frozenset(
    {
        GapReason.IN_FUTURE,
        GapReason.PROVISIONAL,
        GapReason.FAILED,
        GapReason.NOT_IN_PLAN,
        GapReason.UNREADABLE,
        GapReason.NOT_ARCHIVED,
    }
)


class Gap(NamedTuple):
    """A part of the asked range that has no row, and why: `start < missing <= end`, aware UTC times.

    For series of days they are the midnights of the site's dates; of UTC where its zone is not known.
    """

    start: datetime
    end: datetime
    reason: GapReason


class Missing(NamedTuple):
    """A gap, as it is found: in epoch seconds."""

    start: int
    end: int
    reason: GapReason


class Problem(NamedTuple):
    """Something in an answer that could not be read. The rest of the answer was delivered."""

    path: str
    """Where in the answer's JSON, such as `$.intervals[3].end_at`."""
    problem: str
    window: str
    """Which answer: what was asked for."""


class Cost(NamedTuple):
    """What something takes by itself, whoever pays for it."""

    hits: int
    exact: bool = True
    archived: int = 0
    charge_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What something will cost, reckoned without a call."""

    hits: int
    """Calls, where the service gives windows as wide as are asked for and no call has to be repeated."""
    exact: bool = True
    """False where it cannot be known before: how long a list is; where the site's time zone is not known, whether a
    clock change makes one window more or less; whether a system had reported before it is known to have worked."""
    archived: int = 0
    """Windows that cost nothing, as their answers are in the archive."""
    seconds: float = 0.0
    """How long the calls have to wait for the plan's minutes, about. 0 where no limit is known."""
    cost_usd: float = 0.0
    """What the vendor bills beyond the plan's monthly fee: charges, and hits beyond those that the fee pays for."""
    within_month: bool = True
    """Whether what is left of the month's allowance suffices; True where no limit is known."""


@dataclass(slots=True)
class Report:
    """What a flow has to say besides its rows; it grows while the flow runs."""

    hits: int = 0
    gaps: list[Missing] = field(default_factory=list)
    silences: list[Missing] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    errors: list[EnphaseError] = field(default_factory=list)
    reached: int | None = None
    """Epoch seconds up to which the range has been read: where reading goes on after an error."""
    position: int | None = None
    """Epoch seconds at which the next window begins, where that is not where reading goes on."""
    empty: bool = True
    """Whether no answer of telemetry has had a row yet."""
    answer: Any = None
    """The answer that came last."""
    asked_at: float = 0.0
    """Epoch seconds at which it was asked for, whatever it took."""
    stream: Any = None
    """The stream that is listened to."""
    handed_on: set[Any] = field(default_factory=set)
    """What tells the events that were handed on from others: windows that meet may both have one."""
    loose: int | None = None
    """Epoch seconds at which begins what may be another thing when it is asked for again."""
    settled: int | None = None
    """Epoch seconds up to which nothing is going to be revised any more, as far as the answers say."""

    def read(self, until: int) -> None:
        """Note that the range has been read up to here."""
        self.reached = until
        self.settled = until if self.loose is None else min(until, self.loose)

    def loosen(self, start: int) -> None:
        """Note that what begins here may be another thing when it is asked for again."""
        self.loose = start if self.loose is None else min(self.loose, start)

    def gap(self, start: int, end: int, reason: GapReason) -> None:
        """Note a part without rows, in epoch seconds.

        One that goes on from the last, for the same reason, becomes one with it.
        """
        if start >= end:
            return
        if reason in _MAY_COME:
            self.loosen(start)
        noted = self.silences if reason is GapReason.NIGHT else self.gaps
        last = noted[-1] if noted else None
        if last and last.reason == reason and last.end == start:
            noted[-1] = last._replace(end=end)
        else:
            noted.append(Missing(start, end, reason))


def number(value: Any) -> float | None:
    """A finite number, as a number or as text (`"97"`, `"97%"`); None for anything else."""
    if isinstance(value, str):
        text = value.strip().removesuffix("%")
        try:
            value = int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            return None
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(value: Any, hide: Callable[[str], str] = str) -> str:
    """A value of somebody else's as it may stand in a message: short, and without what `hide` takes out."""
    try:
        text = repr(hide(value)) if isinstance(value, str) else hide(repr(value))
    except RecursionError:
        text = f"a {type(value).__name__} in which too much is nested"
    except ValueError:  # Python refuses to write whole numbers of more than 4300 digits
        text = "a number of too many digits"
    return text if len(text) <= 60 else f"{text[:59]}…"
