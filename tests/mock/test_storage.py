"""Batteries: they do what their mode says, whenever it is changed, and what they did stays done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud.mock import create_app
from enphase_cloud.mock.storage import ANCHORS, MODES, Orders, Storage

from .playing import AUTH, FLOWS, NOW, Site, ask, flat, service_of

SELF, SAVINGS, BACKUP = MODES
STORING = (0, 1, 6, 7, 8, 9, 14, 15)
HOUR, DAY = 3600, 86_400
PEAK = (16, 21)
SITE = ("production_meter", "consumption_meter", "energy_import", "energy_export")
some = settings(max_examples=15)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(MODES),
        "reserve_percent": st.integers(0, 100),
        "independent": st.booleans(),
        "from_grid": st.booleans(),
    },
)


@cache
def home(index: int, seed: int = 1) -> Site:
    """A home whose clock and orders the test sets."""
    return Site(create_app(seed=seed, homes=16, clock=NOW, late_data=False), index)


@cache
def untouched(index: int, seed: int = 1) -> Site:
    """The same home, to which nobody says anything."""
    return Site(create_app(seed=seed, homes=16, clock=NOW, late_data=False), index)


def fresh(index: int, seed: int, moment: int) -> Site:
    """The home at a moment, nothing ordered yet."""
    where = home(index, seed)
    service_of(where.app).reset()
    service_of(where.app).clock.set(moment)
    return where


def storage_of(where: Site) -> Storage:
    history = service_of(where.app).find(str(where.home.system_id))
    assert history is not None
    assert history.storage is not None
    return history.storage


def order(where: Site, **changes: Any) -> None:
    """Other settings from now on, as the handler of the settings orders them."""
    service = service_of(where.app)
    history = service.find(str(where.home.system_id))
    assert history is not None
    storage_of(where).change(service.now, **changes)
    history.forget(service.now)


class Interval(NamedTuple):
    """What happened in 15 minutes, in Wh; `soc` in percent at the end."""

    end: int
    made: int
    used: int
    bought: int
    sold: int
    charge: int
    discharge: int
    soc: int


def intervals(where: Site, start: int, days: int = 7) -> list[Interval]:
    """Some days from `start` on, or what there is of them."""
    rows: dict[str, dict[int, Any]] = {name: {} for name in FLOWS}
    now = service_of(where.app).now
    for name in FLOWS:
        for begin in range(start, min(now, start + days * DAY), 7 * DAY):
            window = where.window(name, start_at=begin, granularity="week")
            rows[name] |= {row["end_at"]: row for row in flat(window["intervals"])}
    found = []
    for end, row in rows["battery"].items():
        if end > start + days * DAY:
            break
        made, used, bought, sold = (FLOWS[name](rows[name][end]) for name in SITE)
        charge, discharge, soc = row["charge"]["enwh"], row["discharge"]["enwh"], row["soc"]["percent"]
        found.append(Interval(end, made, used, bought, sold, charge, discharge, soc))
    return found


def anchor(where: Site, moment: int) -> int:
    """The last midnight until `moment` at which the batteries were at what they keep back, nothing being ordered."""
    day = where.date_of(moment)
    while day.day not in ANCHORS:
        day -= timedelta(days=1)
    return where.midnight(day)


def resting(where: Site, begin: int) -> bool:
    """Whether the batteries run down in the interval: the last quarter of the day before an anchor."""
    day = where.date_of(begin)
    after = day + timedelta(days=1)
    midnight, length = where.midnight(day), where.midnight(after) - where.midnight(day)
    return after.day in ANCHORS and (begin - midnight) // 900 >= length // 900 * 3 // 4


def peak_hour(where: Site, end: int) -> bool:
    """Whether the interval lies in the hours in which electricity is dear, on a day that always has 24 of them."""
    day = where.date_of(end - 900)
    midnight = where.midnight(day)
    longer = (where.midnight(day + timedelta(days=1)) - midnight) / DAY
    return PEAK[0] <= (end - 900 - midnight) / longer / HOUR < PEAK[1]


def follows(where: Site, orders: Orders, each: Interval, before: int) -> None:
    """Fail where an interval is not what `orders` allow, from a level in hundredths of a Wh on."""
    battery, floor = where.home.battery, kept_back(where, orders)
    assert battery is not None
    assert each.made + each.bought + each.discharge == each.used + each.sold + each.charge
    assert not (each.charge and each.discharge)
    assert not (each.bought and each.sold)
    assert min(each) >= 0
    assert max(each.charge, each.discharge) <= battery.max_power_w // 4
    if each.discharge:
        assert before - each.discharge * 100 >= floor, "not below what the mode allows"
    if resting(where, each.end - 900) and before >= floor:
        assert not each.charge
    elif each.discharge:
        assert each.discharge <= each.used - each.made, "the house alone gets it"
        assert orders.mode != SAVINGS or orders.independent or peak_hour(where, each.end)
    if each.charge > max(0, each.made - each.used):
        assert orders.from_grid
        assert before < floor, "from the grid no more than what is kept back"


def kept_back(where: Site, orders: Orders) -> int:
    """What orders keep back, in hundredths of a Wh."""
    assert where.home.battery is not None
    return (100 if orders.mode == BACKUP else orders.reserve_percent) * where.home.battery.capacity_wh


def levels(
    where: Site, found: list[Interval], told: list[tuple[int, Orders]]
) -> Iterator[tuple[Interval, int, Orders]]:
    """The intervals from an anchor on, the level before each, and the orders in force.

    The level is what was put in, less the loss, less what was taken; what is left of a watt-hour is gone after a rest.
    """
    battery = where.home.battery
    assert battery is not None
    level = kept_back(where, told[0][1])
    for each in found:
        begin = each.end - 900
        orders = [orders for since, orders in told if since <= begin][-1]
        yield each, level, orders
        level = min(100 * battery.capacity_wh, level + each.charge * 96 - each.discharge * 100)
        floor = kept_back(where, orders)
        if resting(where, begin) and each.used and floor <= level < floor + 100:
            level = floor
        assert 0 <= each.soc == level // battery.capacity_wh <= 100


@some
@given(
    index=st.sampled_from(STORING),
    seed=st.integers(1, 2),
    begin=st.integers(NOW - 100 * DAY, NOW - 9 * DAY),
    steps=st.lists(st.tuples(st.integers(1, 40 * HOUR), ORDERS), min_size=1, max_size=4),
)
def test_a_battery_does_as_it_was_told_whenever_that_was(
    index: int, seed: int, begin: int, steps: list[tuple[int, Mapping[str, Any]]]
) -> None:
    where = fresh(index, seed, begin)
    start = anchor(where, begin)
    told = [(0, storage_of(where).orders(begin))]
    for wait, changes in steps:
        service_of(where.app).clock.advance(wait)
        before = intervals(where, start, 20)
        order(where, **changes)
        now = service_of(where.app).now
        told.append((now, storage_of(where).orders(now)))
        assert intervals(where, start, 20) == before, "the past stays"
    service_of(where.app).clock.set(begin + 9 * DAY)
    found = intervals(where, start, 20)
    changed_at = told[1][0]
    for each, level, orders in levels(where, found, told):
        follows(where, orders, each, level)
    plain = untouched(index, seed)
    service_of(plain.app).clock.set(begin + 9 * DAY)
    as_ever = intervals(plain, start, 20)
    # an interval goes on as it began
    begun = [each for each in found if each.end - 900 < changed_at]
    assert begun == as_ever[: len(begun)]
    # made and used are none of the battery's business
    assert [each[:3] for each in found] == [each[:3] for each in as_ever]


@st.composite
def sites_and_days(draw: st.DrawFn) -> tuple[Site, date]:
    """A home to which nobody says anything, and a day: any, or that on which its gap begins or ends."""
    where = untouched(draw(st.sampled_from(STORING)), draw(st.integers(1, 2)))
    dates = st.dates(date(2025, 8, 1), date(2026, 5, 26))
    gap = [where.date_of(each) for each in where.home.gap or ()]
    return where, draw(st.one_of(dates, st.sampled_from(gap)) if gap else dates)


@some
@given(case=sites_and_days())
def test_untold_the_batteries_do_what_their_mode_says_and_run_down_before_an_anchor(
    case: tuple[Site, date],
) -> None:
    where, day = case
    service_of(where.app).clock.set(NOW)
    begin, orders = anchor(where, where.midnight(day)), storage_of(where).orders(NOW)
    found = intervals(where, begin, 12)
    for each, before, _ in levels(where, found, [(0, orders)]):
        # on a day of 23 or 25 hours, the peak shifts a little
        today = where.date_of(each.end - 900)
        if orders.mode != SAVINGS or where.midnight(today + timedelta(days=1)) - where.midnight(today) == DAY:
            follows(where, orders, each, before)
        if each.end - 900 > begin and anchor(where, each.end - 900) == each.end - 900:
            assert before == kept_back(where, orders)


def test_each_mode_is_worth_something() -> None:
    moved = {}
    for index in (0, 1, 6, 7):
        where = untouched(index)
        service_of(where.app).clock.set(NOW)
        rows = intervals(where, where.midnight(date(2026, 5, 1)), 10)
        moved[index] = (sum(each.charge for each in rows), sum(each.discharge for each in rows))
    for index in (0, 1, 6):
        put, got = moved[index]
        assert put > 3000
        assert 0.955 < got / put <= 0.96
    assert moved[7] == (0, 0), "full it is, and full it stays"


def test_a_battery_fills_before_the_sun_is_sold_and_carries_the_night() -> None:
    where = untouched(0)
    service_of(where.app).clock.set(NOW)
    floor = storage_of(where).orders(NOW).reserve_percent
    rows = intervals(where, where.midnight(date(2026, 5, 1)), 9)
    most = where.home.battery.max_power_w // 4 if where.home.battery else 0
    for each in rows:
        assert not each.sold or each.soc == 100 or each.charge == most
        # within a percent of the reserve it may have given its last
        assert not each.bought or each.soc <= floor or each.discharge == most
    at_midnight = {each.soc for each in rows if where.midnight(where.date_of(each.end)) == each.end}
    assert len(at_midnight) > 3


@pytest.mark.parametrize("index", [0, 1, 6, 7])
def test_orders_that_are_in_force_already_change_nothing(index: int) -> None:
    moment = NOW - 40 * DAY - 5000
    where, plain = fresh(index, 1, moment), untouched(index)
    orders = storage_of(where).orders(moment)
    order(where, mode=orders.mode, reserve_percent=orders.reserve_percent)
    for each in (where, plain):
        service_of(each.app).clock.set(NOW)
    start = moment - 5 * DAY
    assert intervals(where, start, 45) == intervals(plain, start, 45)


def test_full_backup_fills_from_the_grid_where_it_may_and_gives_nothing() -> None:
    begin = home(0).midnight(date(2026, 5, 18)) + 20 * HOUR
    for from_grid in (True, False):
        where = fresh(0, 1, begin)
        order(where, mode=BACKUP, from_grid=from_grid)
        service_of(where.app).clock.set(begin + 7 * DAY)
        rows = intervals(where, begin)
        assert all(each.discharge == 0 for each in rows)
        assert [each.soc for each in rows] == sorted(each.soc for each in rows)
        full = next(count for count, each in enumerate(rows) if each.soc == 100)
        assert (full <= 8) == from_grid, "two hours from the grid, longer from the sun"
        assert any(each.charge > each.made for each in rows) == from_grid
        system_wide = where.window("battery")["last_reported_aggregate_soc"]
        assert system_wide == "100%"


def test_where_nothing_is_reported_nothing_is_charged() -> None:
    gap = home(6).home.gap
    assert gap is not None
    where = fresh(6, 1, gap[0] - 1800)
    order(where, mode=BACKUP, from_grid=True)
    service_of(where.app).clock.set(gap[1] + 2 * DAY)
    first = storage_of(untouched(6)).orders(NOW)
    begin = anchor(where, gap[0] - 1800)
    # the level goes on after the gap where it was before
    told = [(0, first), (gap[0] - 1800, storage_of(where).orders(NOW))]
    assert list(levels(where, intervals(where, begin, 14), told))
    start = where.midnight(where.date_of(gap[0]))
    rows = intervals(where, start)
    assert [each.charge > 0 for each in rows if gap[0] - 900 <= each.end <= gap[1] + 900] == [
        True,
        True,
        True,
    ]
    days = [start + count * DAY for count in range(3)]
    for day in map(where.date_of, days):
        told = where.lifetime("battery", start_date=str(day), end_date=str(day))
        counted = sum(each.charge for each in rows if where.date_of(each.end - 900) == day)
        assert told["charge"] == [counted]


def test_a_reserve_is_gone_down_to_and_filled_up_to() -> None:
    begin = NOW - 10 * DAY - NOW % 900
    where = fresh(0, 1, begin)
    order(where, mode=SELF, reserve_percent=60, from_grid=True)
    service_of(where.app).clock.set(begin + 3 * DAY)
    low = intervals(where, begin)
    reached = next(count for count, each in enumerate(low) if each.soc >= 60)
    assert reached <= 8
    assert min(each.soc for each in low[reached:]) == 60
    order(where, reserve_percent=5)
    service_of(where.app).clock.set(begin + 6 * DAY)
    assert 5 <= min(each.soc for each in intervals(where, begin + 3 * DAY)) <= 6
    # kept from day to day: it is not at its reserve at every midnight
    midnights = {
        each.soc
        for each in intervals(where, begin)
        if where.midnight(where.date_of(each.end)) == each.end and each.end > begin + DAY
    }
    assert len(midnights) > 1


def test_independence_goes_on_after_the_peak() -> None:
    begin = NOW - 10 * DAY - NOW % 900
    gave: dict[bool, list[Interval]] = {}
    for independent in (True, False):
        where = fresh(0, 1, begin)
        order(where, mode=SAVINGS, independent=independent)
        service_of(where.app).clock.set(begin + 7 * DAY)
        gave[independent] = [each for each in intervals(where, begin) if each.discharge]
    assert any(not peak_hour(where, each.end) for each in gave[True])
    assert gave[False]
    assert all(peak_hour(where, each.end) for each in gave[False])


def put(where: Site, path: str, body: Any, method: str = "PUT") -> None:
    answer = ask(where.app, path, method=method, headers=AUTH, body=json.dumps(body).encode())
    assert answer.status in (200, 202), answer


def everything(where: Site, start: int) -> list[bytes]:
    """What the service says of a week and of its days, as it says it."""
    tails = ("/telemetry/battery", "/energy_import_telemetry", "/telemetry/consumption_meter")
    window = {"start_at": start, "granularity": "week"}
    bodies = [ask(where.app, f"{where.path}{tail}", window).body for tail in tails]
    days = {"start_date": where.date_of(start).isoformat()}
    return [*bodies, ask(where.app, f"{where.path}/battery_lifetime", days).body]


@pytest.mark.parametrize("moment", [NOW - 20 * DAY, NOW - 20 * DAY + 7 * HOUR + 299, NOW - 13 * HOUR])
def test_settings_and_chargers_change_what_comes_and_nothing_before_and_a_reset_undoes_it(
    moment: int,
) -> None:
    where = fresh(0, 1, moment)
    service, config = service_of(where.app), f"/api/v4/systems/config/{where.home.system_id}"
    start = moment - 3 * DAY
    before = everything(where, start)
    put(where, f"{config}/battery_settings", {"battery_mode": SAVINGS, "energy_independence": "disabled"})
    charger = where.get("/devices")["devices"]["ev_chargers"][0]["serial_number"]
    charging = f"{where.path}/ev_charger/{charger}/start_charging"
    put(where, charging, {"connectorId": "1", "chargingLevel": "100"}, method="POST")
    assert everything(where, start) == before
    service.clock.advance(12 * HOUR)
    after = everything(where, start)
    assert after != before
    ends = [row["end_at"] for row in flat(json.loads(before[0])["intervals"])]
    for one, other in zip(before[:3], after[:3], strict=True):
        kept = [row for row in flat(json.loads(other)["intervals"]) if row["end_at"] <= ends[-1]]
        assert kept == flat(json.loads(one)["intervals"])
    service.reset()
    service.clock.set(moment + 12 * HOUR)
    plain = untouched(0)
    service_of(plain.app).clock.set(moment + 12 * HOUR)
    assert everything(where, start) == everything(plain, start) != after


def test_what_was_ordered_later_is_gone_when_the_clock_was_set_back() -> None:
    def told(*orders: tuple[int, dict[str, Any]]) -> list[Interval]:
        where = fresh(0, 1, NOW)
        for moment, changes in orders:
            service_of(where.app).clock.set(moment)
            order(where, **changes)
            # what comes is computed before the next order
            service_of(where.app).clock.set(NOW)
            found = intervals(where, NOW - 7 * DAY)
        assert storage_of(where).orders(NOW).mode == SELF
        return found

    last = (NOW - 6 * DAY, {"mode": SELF, "reserve_percent": 20})
    assert told((NOW - 5 * DAY, {"mode": BACKUP, "from_grid": True}), last) == told(last)


@pytest.mark.parametrize("changes", [{"mode": "Party"}, {"reserve_percent": 101}, {"reserve_percent": -1}])
def test_orders_that_no_battery_follows(changes: Any) -> None:
    storage = storage_of(fresh(0, 1, NOW))
    with pytest.raises(ValueError, match="no battery does this"):
        storage.change(NOW, **changes)
    assert storage.orders(NOW).mode == SELF
    with pytest.raises(TypeError):
        storage.change(NOW, colour="red")


def test_a_home_without_batteries_has_no_storage() -> None:
    homes = service_of(untouched(0).app).homes
    with pytest.raises(ValueError, match="no battery"):
        Storage(homes[2])
