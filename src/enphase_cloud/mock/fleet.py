"""The homes of a fleet: where, what stands on the roof, since when. A pure function of seed and epoch."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from zoneinfo import ZoneInfo

from enphase_cloud.mock.places import PLACES, Place

DAY = 86_400
STEP = 900
FIRST_SYSTEM_ID = 698_905_000
SELF_CONSUMPTION, SAVINGS, FULL_BACKUP = "Self-consumption", "Savings Mode", "Full Backup"


@dataclass(frozen=True)
class Battery:
    """Storage of a home, and how it was set when it came.

    kind: `encharge`, or `acb` (AC Batteries: older, smaller, one for each of some panels)
    capacity_wh, max_power_w: of all units together
    """

    kind: str
    units: int
    capacity_wh: int
    max_power_w: int
    mode: str
    reserve_percent: int


@dataclass(frozen=True)
class Labels:
    """Serial numbers that an installer entered, in place of those that follow from the home's own."""

    gateways: tuple[str, ...] = ()
    encharges: tuple[str, ...] = ()
    controllers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Home:
    """One system. Moments are epoch seconds and ends of 15-minute intervals; None: not there, or never.

    modules: microinverters, one under each panel
    chargers: EV chargers
    controllers: system controllers
    relays: Q relays
    gateway_version: of the gateway's software, such as `8.2.4345`
    connected_at: when the gateway first reported
    operational_at: end of the first interval that was reported, of the microinverters
    metered_at: end of the first interval that the meters measured (all of them come together)
    replaced_at: end of the last interval that the first meters measured; then others took their place
    connection: how the gateway reaches the internet
    gap: what lies between these moments was never reported
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
    chargers: int
    controllers: int
    relays: int
    gateway_version: str
    connection: str
    connected_at: int | None
    operational_at: int | None
    metered_at: int | None
    replaced_at: int | None
    gap: tuple[int, int] | None
    silent_at: int | None
    serial: int
    key: int
    labels: Labels = Labels()

    @property
    def backed_up(self) -> bool:
        """Whether its batteries carry the home through an outage: AC Batteries cannot, nor any without a controller."""
        return self.controllers > 0 and self.battery is not None and self.battery.kind == "encharge"


def draw(*labels: object) -> int:
    """A number of 64 bits that depends on nothing but the labels."""
    text = "/".join(map(str, labels))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def build_fleet(seed: int, homes: int, epoch: int) -> tuple[Home, ...]:
    """The homes, ascending by system id.

    Kinds by index, the first eight in places that go with them, then the same kinds in other places:

    0. battery in Self-consumption, one EV charger; an old zone alias
    1. battery in Savings Mode, meters that were replaced; in the south; went to work half a year
       before the epoch, in the middle of what two years back covers
    2. no zone on record, no battery, meters that came later
    3. has never reported
    4. no meters
    5. fell silent
    6. three AC Batteries, an old gateway, and hours of which nothing was ever reported
    7. battery in Full Backup, two EV chargers
    """
    start = epoch - epoch % STEP
    return tuple(_home(seed, index, start) for index in range(homes))


KINDS = 8
RELAYED = ("AU", "DE", "GB")
"""Countries whose grid codes want a relay."""
OLD_GATEWAY, GATEWAY = "5.0.62", "8.2.4345"
# kind: what stores, per unit: capacity in Wh, power in W; and the mode
BATTERIES = {
    0: ("encharge", 5_000, 3_840, SELF_CONSUMPTION),
    1: ("encharge", 5_000, 3_840, SAVINGS),
    6: ("acb", 1_200, 260, SELF_CONSUMPTION),
    7: ("encharge", 5_000, 3_840, FULL_BACKUP),
}


def _home(seed: int, index: int, epoch: int) -> Home:
    def pick(what: str, low: int, high: int) -> int:
        return low + draw(seed, "home", index, what) % (high - low + 1)

    place, kind = PLACES[index % len(PLACES)], index % KINDS
    modules = pick("modules", 14, 28)
    age_days = pick("age", 190, 215) if kind == 1 else pick("age", 700, 1050)
    # reports begin in the course of a day, at a full quarter of an hour
    operational_at = epoch - age_days * DAY + pick("hour", 48, 71) * STEP
    metered_at = operational_at + (pick("meter", 9, 30) * DAY + 14 * STEP if kind == 2 else 0)
    serial = 100_000_000_000 + draw(seed, "serial", index) % 800_000_000_000 // 1000 * 1000
    battery = None
    if kind in BATTERIES:
        what, capacity_wh, power_w, mode = BATTERIES[kind]
        units = 3 if what == "acb" else pick("batteries", 2, 3)
        battery = Battery(what, units, capacity_wh * units, power_w * units, mode, pick("reserve", 2, 6) * 5)
    never = kind == 3
    # in the morning of its sun, for up to a day and a half
    morning = epoch - pick("gap", 20, 90) * DAY + (8 * 3600 - round(place.longitude * 240)) // STEP * STEP
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
        battery=battery,
        chargers={0: 1, 7: 2}.get(kind, 0),
        controllers=1 if battery is not None and battery.kind == "encharge" else 0,
        relays=1 if place.country in RELAYED else 0,
        gateway_version=OLD_GATEWAY if kind == 6 else GATEWAY,
        connection=("ethernet", "wifi", "cellular")[index % 3],
        connected_at=None if never else operational_at,
        operational_at=None if never else operational_at,
        metered_at=None if never or kind == 4 else metered_at,
        replaced_at=operational_at + pick("replaced", 40, 90) * DAY if kind == 1 else None,
        gap=(morning, morning + pick("hours", 20, 150) * STEP) if kind == 6 else None,
        silent_at=epoch - pick("silent", 20, 60) * DAY if kind == 5 else None,
        serial=serial,
        key=draw(seed, "weather", index),
    )
