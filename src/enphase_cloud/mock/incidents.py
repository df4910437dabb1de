"""What goes wrong at a home: a log that depends on the home, its past and the moment alone.

It agrees with what the home shows elsewhere: the gateway is missed where nothing was reported, a
microinverter where it has no rows (at night), a battery where its rows say so. Outages of the grid are
shorter than an interval, and where nothing carries a home through them they come at night.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from enphase_cloud.mock.devices import (
    acb_serial,
    encharge_serial,
    enpower_serial,
    gateway_serial,
    micro_serial,
)
from enphase_cloud.mock.energy import MICRO_STEP
from enphase_cloud.mock.fleet import STEP, Home, draw
from enphase_cloud.mock.history import ONE_DAY, History

HOUR = 3600
NOTICED_SECONDS = HOUR
LOW_SOC_PERCENT = 30


class EventType(NamedTuple):
    """What an event means.

    stateful: it stays open until it is cleared; others have no end
    alarm_after: for how many seconds an event has to be open to raise an alarm; None: it never does
    severity: of that alarm, 1 (fatal) to 6 (none)
    """

    id: int
    key: str
    stateful: bool
    name: str
    description: str
    action: str
    alarm_after: int | None = None
    severity: int = 6


GATEWAY_SILENT = EventType(
    28,
    "envoy_no_report",
    True,
    "Gateway not reporting",
    "Nothing has been heard of the gateway for an hour.",
    "See that the gateway has power and that the internet connection of the site works.",
    alarm_after=6 * HOUR,
    severity=2,
)
MICRO_SILENT = EventType(
    31,
    "micro_no_report",
    True,
    "Microinverter not reporting",
    "The gateway has lost sight of a microinverter.",
    "Wait for the sun. Where it does not come back by noon, have its AC connection looked at.",
    alarm_after=11 * HOUR,
    severity=3,
)
FREQUENCY = EventType(
    46,
    "micro_ac_frequency",
    False,
    "AC frequency out of range",
    "A microinverter saw the frequency of the grid leave the range of its grid profile.",
    "Nothing to do, unless it happens often.",
)
GRID_OUTAGE = EventType(
    112,
    "grid_outage",
    True,
    "Grid outage",
    "The grid was away. Sites with a system controller went on from their batteries.",
    "Nothing to do: the system joins the grid again by itself.",
    alarm_after=120,
    severity=3,
)
LOW_BATTERY = EventType(
    4103,
    "encharge_low_soc",
    True,
    "Battery low",
    f"The state of charge of a battery is {LOW_SOC_PERCENT} percent or less.",
    "Nothing to do: it charges with the next surplus.",
    alarm_after=12 * HOUR,
    severity=4,
)
ACB_SLEEPING = EventType(
    4781,
    "acb_sleeping",
    False,
    "AC Battery Sleeping",
    "An AC Battery sleeps at the state of charge that it was to reach.",
    "Nothing to do.",
)
EVENT_TYPES = (GATEWAY_SILENT, MICRO_SILENT, FREQUENCY, GRID_OUTAGE, LOW_BATTERY, ACB_SLEEPING)
LONGEST_BEFORE_ALARM = max(each.alarm_after or 0 for each in EVENT_TYPES)


class Incident(NamedTuple):
    """Something that befell one device or several at once. `end` None: not over yet, or never lasted."""

    type: EventType
    start: int
    end: int | None
    serials: tuple[str, ...]


def incidents(history: History, start: int, end: int, now: int) -> list[Incident]:
    """What began at `start` or later and before `end` (at most `now`), in order, as it stands at `now`."""
    end = min(end, now)
    found = [each for each in _all(history, start, end, now) if start <= each.start < end]
    known = (each if each.end is None or each.end <= now else each._replace(end=None) for each in found)
    return sorted(known, key=lambda each: (each.start, each.type.id, each.serials))


def off_grid(history: History, now: int) -> bool:
    """Whether the grid is away from the home."""
    lately = incidents(history, now - HOUR, now, now)
    return any(each.type is GRID_OUTAGE and each.end is None for each in lately)


def _all(history: History, start: int, end: int, now: int) -> Iterator[Incident]:
    home = history.home
    if home.operational_at is None or start >= end:
        return
    yield from _silences(home)
    yield from _battery(history, start, end, now)
    day, last = history.date_at(start), history.date_at(end)
    while day <= last:
        for incident in _of_day(history, day):
            if incident.start >= home.operational_at and not _overlaps(home, incident):
                yield incident
        day += ONE_DAY


def _unreported(home: Home) -> Iterator[tuple[int, int | None]]:
    """Each stretch without reports: the last report before it, and the first one after it (None: none came)."""
    if home.gap is not None:
        yield home.gap[0], home.gap[1] + STEP
    if home.silent_at is not None:
        yield home.silent_at, None


def _overlaps(home: Home, incident: Incident) -> bool:
    end = incident.start if incident.end is None else incident.end
    return any(
        end >= before and (after is None or incident.start < after) for before, after in _unreported(home)
    )


def _silences(home: Home) -> Iterator[Incident]:
    for before, after in _unreported(home):
        start = before + NOTICED_SECONDS
        if after is None or start < after:
            yield Incident(GATEWAY_SILENT, start, after, (gateway_serial(home),))


def _of_day(history: History, day: date) -> Iterator[Incident]:
    outage = _outage(history, day)
    if outage is not None:
        yield outage
        yield from _shaken(history, outage, day)
    yield from _lost_at_dusk(history, day)


def _outage(history: History, day: date) -> Incident | None:
    """Now and then, for less than 5 minutes."""
    home = history.home
    chance = draw(home.key, "outage", day.toordinal())
    if chance % 9:
        return None
    offset = chance // 9 % history.length(day)
    index = offset // MICRO_STEP
    carried = home.backed_up
    if not carried and max(history.sun(day).power_w[index : index + 2]) >= 0:
        return None
    start = history.midnight(day) + offset
    serial = enpower_serial(home) if carried else gateway_serial(home)
    return Incident(GRID_OUTAGE, start, start + 20 + chance // 2**32 % 270, (serial,))


def _shaken(history: History, outage: Incident, day: date) -> Iterator[Incident]:
    """What the microinverters notice of an outage while they work."""
    home = history.home
    if history.sun(day).power_w[(outage.start - history.midnight(day)) // MICRO_STEP] >= 0:
        position = draw(home.key, "shaken", day.toordinal()) % home.modules
        yield Incident(FREQUENCY, outage.start, None, (micro_serial(home, position),))


def _lost_at_dusk(history: History, day: date) -> Iterator[Incident]:
    """A night through which the gateway does not see some microinverters: from their last row to their next."""
    home = history.home
    chance = draw(home.key, "lost", day.toordinal())
    if chance % 7:
        return
    today, tomorrow = history.sun(day).power_w, history.sun(day + ONE_DAY).power_w
    dusk = next((index for index in reversed(range(len(today))) if today[index] >= 0), None)
    dawn = next((index for index, power_w in enumerate(tomorrow) if power_w >= 0), None)
    if dusk is None or dawn is None:
        return
    first, count = chance // 7 % home.modules, 1 + chance // 1009 % 3
    positions = sorted({(first + step) % home.modules for step in range(count)})
    yield Incident(
        MICRO_SILENT,
        history.midnight(day) + (dusk + 1) * MICRO_STEP,
        history.midnight(day + ONE_DAY) + (dawn + 1) * MICRO_STEP,
        tuple(micro_serial(home, position) for position in positions),
    )


def _battery(history: History, start: int, end: int, now: int) -> Iterator[Incident]:
    """When the batteries ran low, by their rows."""
    home, last = history.home, history.last_report_at(now)
    if home.battery is None or last is None:
        return
    serial = acb_serial if home.battery.kind == "acb" else encharge_serial
    serials = tuple(serial(home, position) for position in range(home.battery.units))
    begin = start - 2 * STEP  # for one interval more, to compare the first one with
    if home.gap is not None and home.gap[0] - STEP < begin <= home.gap[1]:
        begin = home.gap[0] - STEP
    for (_, before), (at, level) in pairwise(_levels(history, begin, min(end, last))):
        if before <= LOW_SOC_PERCENT or level > LOW_SOC_PERCENT:
            continue
        if home.battery.kind == "acb":
            yield Incident(ACB_SLEEPING, at, None, serials)
        else:
            rest = _levels(history, at, last)
            over = next((moment for moment, level in rest if level > LOW_SOC_PERCENT), None)
            yield Incident(LOW_BATTERY, at, over, serials)


def _levels(history: History, start: int, end: int) -> Iterator[tuple[int, int]]:
    """End and state of charge in percent of each reported interval that lies whole between `start` and `end`."""
    first = history.home.metered_at
    if first is None:
        return
    for part in history.slices(max(start, first - STEP), end, STEP):
        soc_percent = history.flows(part.day).soc_percent
        for index in range(part.low, part.high):
            yield part.midnight + (index + 1) * STEP, soc_percent[index]
