"""What a series gives: rows, and a report of what could not be given."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime


class Row:
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
        def devices_reporting(self) -> float | None: ...

        def _asdict(self) -> dict[str, Any]: ...


class DayRow:
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


class Gap(NamedTuple):
    """A part of the asked range that no row can be had for, and why.

    `start < missing <= end`, aware UTC times.
    """

    start: datetime
    end: datetime
    reason: str


class Problem(NamedTuple):
    """Something in an answer that could not be read. The rest of the answer was delivered."""

    path: str
    """Where in the answer's JSON, such as `$.intervals[3].end_at`."""
    problem: str
    window: str
    """Which answer: what was asked for."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a range will cost, reckoned without a call."""

    hits: int
    """Calls, where the service gives windows as wide as are asked for and no call has to be repeated."""
    exact: bool = True
    """False while the site's time zone is not known: a clock change may then make one window more or less."""


@dataclass(slots=True)
class Report:
    """What a flow has to say besides its rows; it grows while the flow runs."""

    hits: int = 0
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def gap(self, start: datetime, end: datetime, reason: str) -> None:
        """Note a gap; one that goes on from the last, for the same reason, becomes one with it."""
        if start >= end:
            return
        last = self.gaps[-1] if self.gaps else None
        if last and last.reason == reason and last.end == start:
            self.gaps[-1] = last._replace(end=end)
        else:
            self.gaps.append(Gap(start, end, reason))
