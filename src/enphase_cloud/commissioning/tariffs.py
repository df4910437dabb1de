"""Tariffs as a caller sets them: prices by season, days of the week and time of day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import attrs

from .. import checks
from ..errors import InvalidRequest
from ..rows import shown
from .bodies import (
    Body,
    checked,
    flag,
    part,
    parts,
    price,
    read_values,
    refuse_unread,
    text,
    whole,
    wired,
    wrong,
)

if TYPE_CHECKING:
    from ..records import commissioning as records

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MINUTES = 24 * 60
_DAYS_OF_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _weekdays(value: Any, name: str) -> str:
    """Days of the week, as the service joins them."""
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, Iterable):
        msg = f"{name} has to be a list of days, such as {list(WEEK[:2])}, not {shown(value)}."
        raise InvalidRequest(msg)
    found = [checks.choice(each.strip() if isinstance(each, str) else each, WEEK, name) for each in given]
    if not found or len(set(found)) < len(found):
        msg = f"{name} has to name each day once, and one at least, not {shown(value)}."
        raise InvalidRequest(msg)
    return ",".join(found)


def _first_day(value: Any, name: str) -> str:
    """A day of every year: month/day."""
    read = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})\s*", value) if isinstance(value, str) else None
    month, day = (int(read[1]), int(read[2])) if read else (0, 0)
    if not 1 <= month <= len(_DAYS_OF_MONTHS) or not 1 <= day <= _DAYS_OF_MONTHS[month - 1]:
        msg = f"{name} is {shown(value)}: a month and a day are expected, such as 6/1 for the first of June."
        raise InvalidRequest(msg)
    return f"{month}/{day}"


@attrs.frozen(kw_only=True)
class Period(Body):
    """A part of the day, from its start to that of the next one."""

    id: str = text("Id of the part, such as period_1.", needed=True)
    start: int = whole("Minute of the day at which it begins, 0 to 1439.", most=_DAY_MINUTES - 1, needed=True)
    rate: str | float = price("Price of a kWh.", needed=True)


@attrs.frozen(kw_only=True)
class Days(Body):
    """Days of the week that have the same prices."""

    id: str = text("Id of the days, such as weekdays.", needed=True)
    days: Sequence[str] | str = checked(
        "The days: Mon, Tue, Wed, Thu, Fri, Sat, Sun.",
        _weekdays,
        {"type": ["array", "string"], "items": {"enum": list(WEEK)}},
        needed=True,
    )
    periods: Sequence[Period] = parts("Parts of the day, the first from minute 0.", Period, needed=True)
    must_charge_start: int | None = whole(
        "Minute of the day from which the battery has to charge.", most=_DAY_MINUTES - 1
    )
    must_charge_duration: int | None = whole("For how many minutes it has to.", most=_DAY_MINUTES)
    enable_charge_from_grid: bool | None = flag("Whether the battery may charge from the grid.")
    enable_discharge_to_grid: bool | None = flag("Whether the battery may discharge to the grid.")


@attrs.frozen(kw_only=True)
class Season(Body):
    """A season, from its first day to that of the next one."""

    id: str = text("Id of the season, such as all_year_long.", needed=True)
    start: str = checked(
        "First day of the season, month/day.",
        _first_day,
        {"type": "string", "pattern": r"^\d{1,2}/\d{1,2}$"},
        needed=True,
    )
    days: Sequence[Days] = parts("Its days of the week.", Days, needed=True)
    enable_charge_from_grid: bool | None = flag("Whether the battery may charge from the grid.")
    enable_discharge_to_grid: bool | None = flag("Whether the battery may discharge to the grid.")


@attrs.frozen(kw_only=True)
class Rate(Body):
    """One price for all times."""

    rate: str | float = price("Price of a kWh from the grid.", needed=True)
    sell: str | float | None = price("What is paid for a kWh to the grid.")


@attrs.frozen(kw_only=True)
class NewTariff(Body):
    """The tariff of a site, which takes the place of the one that is set."""

    currency: str | None = text(
        "Code of the currency, such as USD.", pattern="^[A-Z]{3}$", expected="three capital letters are"
    )
    single_rate: Rate | None = part("One price for all times.", Rate)
    seasons: Sequence[Season] | None = parts("Prices of energy from the grid.", Season)
    seasons_sell: Sequence[Season] | None = parts("What is paid for energy to the grid.", Season)

    @classmethod
    def of(cls, tariff: records.Tariff) -> Self:
        """The tariff that was read, to be changed with `attrs.evolve` and set again.

        InvalidRequest where something of it could not be read: it would be lost.
        """
        refuse_unread(tariff, cls)
        rate = tariff.single_rate
        told = rate is not None and (rate.rate or rate.sell)
        return cls(
            currency=tariff.currency,
            single_rate=Rate(**read_values(rate, Rate)) if rate is not None and told else None,
            seasons=_seasons(tariff.seasons),
            seasons_sell=_seasons(tariff.seasons_sell),
        )

    def body(self) -> dict[str, Any]:
        """The JSON object that is sent. InvalidRequest says all that is wrong with it."""
        complaints: list[str] = []
        found = wired(self, "", complaints)
        if not complaints:
            complaints = [*_complaints(self)]
        if complaints:
            raise wrong(complaints)
        if "currency" in found:
            found["currency"] = {"code": found["currency"]}
        return {"tariff": found}


def _seasons(read: Iterable[records.TariffSeason] | None) -> list[Season] | None:
    return None if read is None else [_season(each) for each in read]


def _season(read: records.TariffSeason) -> Season:
    return Season(**read_values(read, Season, days=_days))


def _days(read: records.TariffDays) -> Days:
    return Days(**read_values(read, Days, periods=lambda each: Period(**read_values(each, Period))))


def _complaints(tariff: NewTariff) -> Iterable[str]:
    """What does not go together: a time without a price, or with two."""
    if tariff.single_rate is None and not tariff.seasons:
        yield "the tariff has no price: give single_rate or seasons."
    for name in ("seasons", "seasons_sell"):
        seasons = getattr(tariff, name) or ()
        starts = [each.start for each in seasons]
        if len(set(starts)) < len(starts):
            yield f"{name}: two seasons begin on the same day."
        for season in seasons:
            yield from _of_season(season, f"{name}, {season.id}")


def _of_season(season: Season, where: str) -> Iterable[str]:
    days = [day for each in season.days for day in _weekdays(each.days, "").split(",")]
    for day in WEEK:
        if days.count(day) != 1:
            told = "has no prices" if day not in days else "has two sets of prices"
            yield f"{where}: {day} {told}."
    for each in season.days:
        starts = [period.start for period in each.periods]
        if not starts or starts[0] != 0:
            yield f"{where}, {each.id}: the first part of the day has to begin at minute 0."
        if any(one >= other for one, other in pairwise(starts)):
            yield f"{where}, {each.id}: parts of the day have to follow one another."
