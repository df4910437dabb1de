"""What a fleet takes of a key, on paper: closed formulas. `benchmarks/scale.py` counts the same, call by call."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from enphase_v4.catalog import OPERATIONS, PLANS, TELEMETRY

from enphase_cloud.archive.settling import SETTLING
from enphase_cloud.flows.windows import window_of
from enphase_cloud.transport.quota import WINDOW

DAY = 86400
MONTH_DAYS = 31
PARTNER = PLANS["partner"]
PER_MINUTE, PER_MONTH = PARTNER.per_minute or 0, PARTNER.per_month or 0
FREE, HIT_USD = PARTNER.included, PARTNER.hit_usd
_LIST = OPERATIONS["listSystems"].paging
PAGE = _LIST.max_size if _LIST else 0
"""Systems on a page of their list."""
WIDEST_DAYS = window_of(TELEMETRY["battery"]).lengths[-1][1] // DAY


def pages(systems: int) -> int:
    """Hits for the list of systems: also an empty one takes one."""
    return max(1, ceil(systems / PAGE))


def first_fill(systems: int, series: int, days: int) -> int:
    """Hits of the first sync: `days` back, of so many 15-minute series."""
    return pages(systems) + systems * series * ceil(days / WIDEST_DAYS)


def upkeep(systems: int, each: int, every_days: int = 1) -> int:
    """Hits of a sync so many days after the last: `each` windows of a system, of what is new and not final."""
    return pages(systems) + systems * each * ceil((every_days + SETTLING // DAY) / WIDEST_DAYS)


def seconds(hits: int) -> float:
    """What the plan's minutes allow: a burst of one, and then one for each WINDOW."""
    return ceil(max(0, hits - PER_MINUTE) / PER_MINUTE) * WINDOW


def dollars(hits: int, months: int = 1) -> float:
    """What the vendor bills for hits, spread over so many months."""
    return max(0, hits - FREE * months) * HIT_USD


def months(hits: int, daily: int = 0) -> int | None:
    """Months of a first fill by the month's allowance, while `daily` hits keep it up to date; None: for ever."""
    left = PER_MONTH - daily * MONTH_DAYS
    return ceil(hits / left) if left > 0 else None


def most_systems(each: int, every_days: int = 1) -> int:
    """How many systems one key keeps up to date, with a sync every so many days, `each` hits of a system."""
    syncs = ceil(MONTH_DAYS / every_days)
    by_month, by_pace = PER_MONTH // syncs, int(every_days * DAY / WINDOW) * PER_MINUTE
    most = min(by_month, by_pace)
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        fits = upkeep(middle, each, every_days) <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


class Upkeep(NamedTuple):
    """A choice of what is kept up to date."""

    what: str
    command: str
    each: int
    """Hits of a system, of one sync."""
    every_days: int = 1


UPKEEPS = (
    Upkeep("one 15-minute series", "enphase sync --series production_meter", 1),
    Upkeep("two", "enphase sync --series production_meter --series battery", 2),
    Upkeep("six", "six times --series", 6),
    Upkeep("all that a home with meters and a battery has", "enphase sync", 14),
    Upkeep("six, every five days", "six times --series", 6, 5),
    Upkeep("all, every five days", "enphase sync", 14, 5),
    Upkeep("lifetime production, every five days", "enphase sync --series lifetime:production", 1, 5),
)


def text(systems: int = 10_000) -> str:
    """The part of docs/scale.md that is reckoned, and the same on each machine."""
    lines = [
        f"| kept up to date | hits a sync, {systems:,} systems | hits a month of {MONTH_DAYS} days | $ a month | at the"
        " pace of the plan | systems that one key keeps |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kept in UPKEEPS:
        hits = upkeep(systems, kept.each, kept.every_days)
        month = hits * ceil(MONTH_DAYS / kept.every_days)
        over = " (too many)" if month > PER_MONTH else ""
        lines.append(
            f"| {kept.what}: `{kept.command}` | {hits:,} | {month:,}{over} | {dollars(month):,.0f} |"
            f" {seconds(hits) / 3600:.1f} h | {most_systems(kept.each, kept.every_days):,} |"
        )
    lines += [
        "",
        f"| first fill, {systems:,} systems | hits | days at the plan's pace | months by the month's allowance | $ |",
        "|---|---:|---:|---:|---:|",
    ]
    for series, days in ((1, 7), (1, 365), (1, 730), (6, 7), (6, 90), (6, 365), (6, 730)):
        hits = first_fill(systems, series, days)
        needed = months(hits) or 0
        lines.append(
            f"| {days} days of {series} series | {hits:,} | {seconds(hits) / DAY:.1f} | {needed} |"
            f" {dollars(hits, needed):,.0f} |"
        )
    return "\n".join([*lines, ""])
