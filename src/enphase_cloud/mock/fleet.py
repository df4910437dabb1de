"""The homes of a fleet: where, what stands on the roof, since when. A pure function of seed and epoch."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from zoneinfo import ZoneInfo

from enphase_cloud.mock.places import PLACES, Place

DAY = 86_400
STEP = 900
FIRST_SYSTEM_ID = 698_905_000


@dataclass(frozen=True)
class Battery:
    """Storage of a home; `capacity_wh` is all of it, of which `reserve_percent` is never used."""

    units: int
    capacity_wh: int
    max_power_w: int
    reserve_percent: int


@dataclass(frozen=True)
class Home:
    """One system. Moments are epoch seconds and ends of 15-minute intervals; None: not there, or never.

    operational_at: end of the first interval that was reported, of the microinverters
    metered_at: end of the first interval that the meters measured (all of them come together)
    silent_at: end of the last interval that was reported; None: still reporting
    """

    index: int
    system_id: int
    name: str
    place: Place
    zone: ZoneInfo
    modules: int
    size_w: int
    base_load_w: int
    peak_load_w: int
    battery: Battery | None
    operational_at: int | None
    metered_at: int | None
    silent_at: int | None
    serial: int
    key: int


def draw(*labels: object) -> int:
    """A number of 64 bits that depends on nothing but the labels."""
    text = "/".join(map(str, labels))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def build_fleet(seed: int, homes: int, epoch: int) -> tuple[Home, ...]:
    """The homes, ascending by system id.

    By index: 0 has an old zone alias and a battery; 1 lies in the south, has a battery and went to work half
    a year before the epoch, in the middle of what two years back covers; 2 has no zone on record, no battery,
    and meters that came later; 3 has never reported. Of the further ones 4 has no meters, 5 fell silent; the
    rest are as 0 or 2, in other places.
    """
    return tuple(_home(seed, index, epoch) for index in range(homes))


def _home(seed: int, index: int, epoch: int) -> Home:
    def pick(what: str, low: int, high: int) -> int:
        return low + draw(seed, "home", index, what) % (high - low + 1)

    place = PLACES[index % len(PLACES)]
    modules = pick("modules", 14, 28)
    age_days = pick("age", 190, 215) if index == 1 else pick("age", 700, 1050)
    # reports begin in the course of a day, at a full quarter of an hour
    operational_at = epoch - age_days * DAY + pick("hour", 48, 71) * STEP
    metered_at = operational_at + (pick("meter", 9, 30) * DAY + 14 * STEP if index % 4 == 2 else 0)
    serial = 100_000_000_000 + draw(seed, "serial", index) % 800_000_000_000 // 1000 * 1000
    units = pick("batteries", 2, 3) if index in (0, 1) or (index > 5 and index % 2 == 0) else 0
    never = index == 3
    return Home(
        index=index,
        system_id=FIRST_SYSTEM_ID + index * 100 + pick("id", 0, 99),
        name=f"{place.city} {index + 1}",
        place=place,
        zone=ZoneInfo(place.clock),
        modules=modules,
        size_w=modules * pick("panel", 37, 44) * 10,
        base_load_w=pick("base", 180, 420),
        peak_load_w=pick("peak", 1200, 2600),
        battery=Battery(units, 5_000 * units, 3_840 * units, pick("reserve", 2, 6) * 5) if units else None,
        operational_at=None if never else operational_at,
        metered_at=None if never or index == 4 else metered_at,
        silent_at=epoch - pick("silent", 20, 60) * DAY if index == 5 else None,
        serial=serial,
        key=draw(seed, "weather", index),
    )
