"""When the sun may be too low at a site for its microinverters to report.

Where a site is, is not known, but its time zone is: it is taken to lie up to an hour of sun east or west of the
principal place of that zone, as tzdata lists it, and up to `APART` degrees north or south of it. Microinverters wake
up with the sun some degrees above the horizon. So it is day while the sun is higher than `LOW` wherever the site may
lie. Measured, over two years:

- The homes of the mock server that report, in eight time zones (730,000 rows): no gap but the one outage there is.
- The least day of the year in which an outage is found: 6.7 hours in Los Angeles, 3.4 in Berlin, 7.3 at the median of
  the zones' places. Of those up to 60 degrees north, six (Oslo is one) have weeks that cannot be told from night.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from math import acos, asin, atan2, cos, degrees, pi, radians, sin
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

LOW = 4.0
APART = 3.0
_HOUR = 3600
_DAY = 86400
_SECONDS_A_DEGREE = 240  # that the earth turns by
_EPOCH_2000 = 10957.5  # noon of 2000-01-01, from which the formulas count, in days since 1970
_PLACES = ("zone1970.tab", "zone.tab")
_LATITUDE_DIGITS, _LONGITUDE_DIGITS = 2, 3


class Place(NamedTuple):
    """Degrees, north and east positive."""

    latitude: float
    longitude: float


def place_of(zone: tzinfo) -> Place | None:
    """The principal place of a time zone; None where it has none (UTC, fixed offsets) or is not known by name."""
    name = getattr(zone, "key", None)
    if not isinstance(name, str):
        return None
    places = _places()
    return places.get(name) or places.get(_aliases().get(name, ""))


def nights(place: Place, start: int, end: int) -> Iterator[tuple[int, int]]:
    """When the sun is low between two times, in epoch seconds, in order."""
    position = start
    for day in range(start // _DAY - 1, end // _DAY + 2):
        noon, half = _daylight(place, day)
        if half > 0:
            if position < min(noon - half, end):
                yield position, min(noon - half, end)
            position = max(position, noon + half)
    if position < end:
        yield position, end


def _daylight(place: Place, day: int) -> tuple[int, int]:
    """When the sun stands highest on a day, and for how long before and after that it is day for sure.

    The usual short formulas, good for a hundredth of a degree: far better than the place is known.
    """
    since = day + 0.5 - _EPOCH_2000 - place.longitude / 360
    anomaly = radians(357.529 + 0.98560028 * since)
    mean = radians(280.459 + 0.98564736 * since)
    longitude = mean + radians(1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    tilt = radians(23.439)
    declination = asin(sin(tilt) * sin(longitude))
    ascension = atan2(cos(tilt) * sin(longitude), cos(longitude))
    ahead = degrees((mean - ascension + pi) % (2 * pi) - pi)  # of the sun before the clock
    noon = day * _DAY + _DAY // 2 - round((place.longitude + ahead) * _SECONDS_A_DEGREE)
    turned = min(_turned(place.latitude + apart, declination) for apart in (-APART, APART))
    return noon, round(turned * _SECONDS_A_DEGREE) - _HOUR


def _turned(latitude: float, declination: float) -> float:
    """By how many degrees the earth turns while the sun goes down from its highest to `LOW`."""
    north = radians(max(-89.0, min(latitude, 89.0)))
    cosine = (sin(radians(LOW)) - sin(north) * sin(declination)) / (cos(north) * cos(declination))
    return degrees(acos(max(-1.0, min(cosine, 1.0))))


@cache
def _places() -> dict[str, Place]:
    found: dict[str, Place] = {}
    for table in _PLACES:
        for line in _lines(table):
            if not line.startswith("#"):
                _, where, name, *_ = line.split("\t")
                turn = max(where.rfind("+"), where.rfind("-"))
                found[name] = Place(
                    _degrees(where[:turn], _LATITUDE_DIGITS), _degrees(where[turn:], _LONGITUDE_DIGITS)
                )
    return found


@cache
def _aliases() -> dict[str, str]:
    return {alias: name for kind, name, alias in _links()}


def _links() -> Iterator[list[str]]:
    return (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))


def _lines(name: str) -> list[str]:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8").splitlines()


def _degrees(text: str, digits: int) -> float:
    """A coordinate written as a sign, degrees of so many digits, minutes, and at times seconds."""
    sign, whole, rest = text[0], text[1 : 1 + digits], text[1 + digits :].ljust(4, "0")
    value = int(whole) + int(rest[:2]) / 60 + int(rest[2:]) / 3600
    return -value if sign == "-" else value
