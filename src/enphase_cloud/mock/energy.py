"""One local day of one home, in whole watt-hours: what the sun gave, the house took, the battery did.

The sun and the load are pure functions of the home and the date, in integers after the tables below. What an order
changes begins after it. A day has as many intervals as its local date is long: 92 or 100 of 15 minutes where the
clocks change by an hour. An interval belongs to the date in which it starts.

In every interval: production + import + discharge = consumption + export + charge.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import shake_256
from operator import add
from typing import NamedTuple

from enphase_cloud.mock.fleet import STEP, Home
from enphase_cloud.mock.storage import Storage, Stored

MICRO_STEP = 300
MINUTES = 1440
ONE = 1_000_000
# cosine of the hour angle by minute, three days long so that one day can be a slice from any start
COSINE = [round(math.cos(2 * math.pi * minute / MINUTES) * ONE) for minute in range(MINUTES)] * 3
# what of 1000 W of peak load runs, by quarter of an hour: night, breakfast, day, evening
MORNING = (40, 30, 25, 25, 30, 80, 300, 520, 380, 260, 220, 240)
HOURS = (*MORNING, 330, 280, 230, 240, 330, 560, 800, 920, 860, 640, 360, 120)
LOAD = [
    (HOURS[quarter // 4] * (4 - quarter % 4) + HOURS[(quarter // 4 + 1) % 24] * (quarter % 4)) // 4
    for quarter in range(96)
]


class Sun(NamedTuple):
    """The microinverters' day in steps of 5 minutes: average power, -1 where the sun is down, and energy."""

    power_w: array[int]
    energy_wh: array[int]


class Flows(NamedTuple):
    """The meters' day in steps of 15 minutes, in Wh; `soc_percent` at the end of each interval.

    level: of the batteries at the end of the day, see `storage`
    """

    production: array[int]
    consumption: array[int]
    charge: array[int]
    discharge: array[int]
    import_: array[int]
    export: array[int]
    soc_percent: array[int]
    level: int


def sun_of_day(
    home: Home, day: date, midnight: int, length: int, idle: Sequence[tuple[int, int]] = ()
) -> Sun:
    """What the microinverters of `home` produce on `day`, from `midnight` on for `length` seconds.

    idle: from and to which moments they may not produce: there they report that they make nothing

    Nothing before the home went to work, and in its gap.
    """
    count = length // MICRO_STEP
    latitude = math.radians(home.place.latitude)
    declination = math.radians(-23.44) * math.cos(2 * math.pi * (day.timetuple().tm_yday + 10) / 365.25)
    level = round(math.sin(latitude) * math.sin(declination) * ONE)
    swing = round(math.cos(latitude) * math.cos(declination) * ONE)
    first = (midnight // 60 + 2 + round(home.place.longitude * 4) - MINUTES // 2) % MINUTES
    base, depth, haze = _sky(home, day, count)
    peak = home.size_w * base // 1000
    power_w, energy_wh = array("i"), array("i")
    rest = 0
    for index, cosine in enumerate(COSINE[first : first + 5 * count : 5]):
        height = level + swing * cosine // ONE
        if height <= 0:
            power_w.append(-1)
            energy_wh.append(0)
            continue
        clouds = depth * (haze[index] + haze[index + 1] + haze[index + 2])
        watts = peak * height // ONE * (765_000 - clouds) // 765_000
        power_w.append(watts)
        # what does not fill a watt-hour goes over to the next interval, so that nothing is lost on the way
        whole, rest = divmod(rest + watts, 3600 // MICRO_STEP)
        energy_wh.append(whole)
    for since, until in idle:
        low, high = (-(-(moment - midnight) // MICRO_STEP) for moment in (since, until))
        _blank(energy_wh, low, high, 0)
        for index in range(max(low, 0), min(high, count)):
            power_w[index] = min(power_w[index], 0)
    for low, high in _unknown(home, home.operational_at, midnight, MICRO_STEP):
        _blank(power_w, low, high, -1)
        _blank(energy_wh, low, high, 0)
    return Sun(power_w, energy_wh)


def flows_of_day(
    home: Home,
    day: date,
    midnight: int,
    sun: Sun,
    *,
    charged: Sequence[int],
    storage: Storage | None,
    level: int,
    rests: bool,
) -> Flows:
    """What the meters of `home` measure on `day`, given its sun. Nothing before the meters were there.

    charged: what the EV chargers take, in Wh
    level, rests: of the batteries at midnight, and whether they run down in the evening; see `Storage.day`
    """
    energy = sun.energy_wh
    production = array("i", map(sum, zip(energy[0::3], energy[1::3], energy[2::3], strict=True)))
    consumption = array("i", map(add, _load(home, day, len(production)), charged))
    for low, high in _unknown(home, home.metered_at, midnight, STEP):
        _blank(production, low, high, 0)
        _blank(consumption, low, high, 0)
    if storage is None:
        nothing = array("i", bytes(4 * len(production)))
        stored = Stored(nothing, nothing, nothing, 0)
    else:
        stored = storage.day(midnight, production, consumption, level, rests=rests)
    import_, export = array("i"), array("i")
    for made, used, put, got in zip(production, consumption, stored.charge, stored.discharge, strict=True):
        missing = used + put - made - got
        import_.append(missing if missing > 0 else 0)
        export.append(-missing if missing < 0 else 0)
    return Flows(
        production,
        consumption,
        stored.charge,
        stored.discharge,
        import_,
        export,
        stored.soc_percent,
        stored.level,
    )


def _noise(home: Home, day: date, what: str, count: int) -> bytes:
    return shake_256(f"{home.key}/{day.toordinal()}/{what}".encode()).digest(count)


def _sky(home: Home, day: date, count: int) -> tuple[int, int, bytes]:
    """The day's weather: per mille of the clear sky's power, how much of that clouds take, and when."""
    noise = _noise(home, day, "sky", count + 3)
    kind, haze = noise[0], noise[1:]
    if kind < 140:
        return 830 + kind // 4, 30, haze
    if kind < 205:
        return 700 + kind // 4, 500, haze
    return 160 + kind, 200, haze


def _load(home: Home, day: date, count: int) -> array[int]:
    load = array("i")
    for index, level in enumerate(_noise(home, day, "load", count)):
        running = home.peak_load_w * LOAD[index * 96 // count] * (60 + level % 128) // 128_000
        # now and then an oven or a washing machine
        extra = level * 3 - 500 if level > 244 else 0
        load.append((home.base_load_w + running) // 4 + extra)
    return load


def _unknown(home: Home, first: int | None, midnight: int, step: int) -> Iterator[tuple[int, int]]:
    """The intervals of `step` seconds, from `midnight` on, before the one that ends at `first`, and in the gap."""
    if first is not None:
        yield 0, (first - STEP - midnight) // step
    if home.gap is not None:
        yield (home.gap[0] - midnight) // step, (home.gap[1] - midnight) // step


def _blank(values: array[int], low: int, high: int, nothing: int) -> None:
    """Overwrite the intervals from `low` to `high` (exclusive), as far as they are of the day."""
    for index in range(max(low, 0), min(high, len(values))):
        values[index] = nothing
