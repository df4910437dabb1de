"""The world adds up: intervals, days, lifetime, summary and latest telemetry tell one story, in every zone."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app
from enphase_cloud.mock.options import LATEST_EPOCH

from .playing import FLOWS, NOW, Site, ask, elsewhere, flat, service_of

HOMES = 16
NEVER, UNMETERED = (3, 11), (4, 12)
REPORTING = [index for index in range(HOMES) if index not in NEVER]
METERED = [index for index in REPORTING if index not in UNMETERED]
FIRST, LAST = date(2024, 6, 15), date(2026, 5, 27)
steady = settings(max_examples=40)


@cache
def fleet(seed: int, now: int) -> Starlette:
    return create_app(seed=seed, homes=HOMES, clock=now, epoch=LATEST_EPOCH)


@cache
def site(index: int, seed: int = 1, now: int = NOW) -> Site:
    return Site(fleet(seed, now), index)


def hours(index: int, day: date) -> float:
    where = site(index)
    return (where.midnight(day + timedelta(days=1)) - where.midnight(day)) / 3600


@cache
def odd_days(index: int, seed: int) -> list[date]:
    """The days on which something is different, with those around them: clocks, beginnings, ends, a gap."""
    where, home = site(index, seed), site(index, seed).home
    found = [
        day
        for day in (FIRST + timedelta(days=count) for count in range((LAST - FIRST).days))
        if where.midnight(day + timedelta(days=1)) - where.midnight(day) != 86_400
    ]
    moments = [home.operational_at, home.metered_at, home.replaced_at, home.silent_at, *(home.gap or ())]
    found += [datetime.fromtimestamp(each - 1, where.zone).date() for each in moments if each is not None]
    near = {day + timedelta(days=step) for day in found for step in (-1, 0, 1)}
    return sorted(day for day in near | {FIRST, LAST} if FIRST <= day <= LAST)


@st.composite
def sites_and_days(draw: st.DrawFn, among: tuple[int, ...]) -> tuple[Site, date]:
    """A home of some fleet, and a day: any, or one on which something is different."""
    index, seed = draw(st.sampled_from(among)), draw(st.integers(1, 4))
    days = st.one_of(st.sampled_from(odd_days(index, seed)), st.dates(FIRST, LAST))
    return site(index, seed), draw(days)


def measured(where: Site, end: int) -> bool:
    """Whether the meters have something to say of the interval that ends then."""
    home = where.home
    return (
        home.metered_at is not None
        and home.metered_at <= end <= (home.silent_at or NOW)
        and not (home.gap is not None and home.gap[0] < end <= home.gap[1])
    )


@steady
@given(case=sites_and_days(tuple(METERED)))
def test_energy_balances_in_every_interval(case: tuple[Site, date]) -> None:
    where, day = case
    series = {name: where.rows(name, day) for name in FLOWS}
    quarters = range(where.midnight(day), where.midnight(day + timedelta(days=1)), 900)
    ends = [start + 900 for start in quarters if measured(where, start + 900)]
    assert all(list(rows) == ends for name, rows in series.items() if name != "battery" or where.home.battery)
    for end in ends:
        flow = {name: FLOWS[name](rows[end]) for name, rows in series.items() if rows}
        gains = flow["production_meter"] + flow["energy_import"]
        assert gains == flow["consumption_meter"] + flow["energy_export"] + flow.get("battery", 0)
        assert min(flow[name] for name in flow if name != "battery") >= 0
        assert not (flow["energy_import"] and flow["energy_export"])


@steady
@given(case=sites_and_days(tuple(METERED)))
def test_five_minute_rows_add_up_to_the_meter_s_quarters(case: tuple[Site, date]) -> None:
    where, day = case
    quarters, micros = where.rows("production_meter", day), where.rows("production_micro", day)
    sums = dict.fromkeys(quarters, 0)
    for end, row in micros.items():
        quarter = -(-end // 900) * 900
        # the microinverters were there before the meters
        if measured(where, quarter):
            sums[quarter] += row["enwh"]
    assert sums == {end: row["wh_del"] for end, row in quarters.items()}
    assert all(row["devices_reporting"] == where.home.modules for row in micros.values())


@pytest.mark.parametrize(
    ("index", "day", "length"),
    [
        (0, date(2026, 3, 8), 23),
        (0, date(2025, 11, 2), 25),
        (1, date(2025, 10, 5), 23),
        (1, date(2026, 4, 5), 25),
        (4, date(2025, 9, 7), 23),  # Santiago: the day begins at one o'clock
        (6, date(2025, 10, 5), 23.5),
        (6, date(2026, 4, 5), 24.5),
        (9, date(2025, 11, 2), 25),  # Havana: midnight comes twice
        (9, date(2026, 3, 8), 23),
        (10, date(2026, 3, 8), 23),
        (2, date(2026, 3, 8), 24),
    ],
)
def test_days_on_which_the_clocks_change_lose_and_double_nothing(
    index: int, day: date, length: float
) -> None:
    where = site(index)
    assert hours(index, day) == length
    if where.home.metered_at is not None:
        assert len(where.rows("consumption_meter", day)) == length * 4
    three = [day + timedelta(days=step) for step in (-1, 0, 1)]
    dates = {"start_date": three[0].isoformat(), "end_date": three[-1].isoformat()}
    rows = [where.rows("production_micro", each) for each in three]
    values = [sum(row["enwh"] for row in each.values()) for each in rows]
    assert where.lifetime("energy", production="all", **dates)["micro_production"] == values


@steady
@given(case=sites_and_days(tuple(REPORTING)))
def test_the_rows_of_a_day_add_up_to_lifetime(case: tuple[Site, date]) -> None:
    where, day = case
    dates = {"start_date": day.isoformat(), "end_date": day.isoformat()}
    lists = {
        "consumption_meter": where.lifetime("consumption", **dates)["consumption"],
        "energy_import": where.lifetime("energy_import", **dates)["import"],
        "energy_export": where.lifetime("energy_export", **dates)["export"],
    }
    energy = where.lifetime("energy", production="all", **dates)
    lists["production_meter"] = energy.get("meter_production", [])
    battery = where.lifetime("battery", **dates)
    lists["battery"] = [a - b for a, b in zip(battery["charge"], battery["discharge"], strict=True)]
    for name, values in lists.items():
        assert sum(FLOWS[name](row) for row in where.rows(name, day).values()) == sum(values), name
    micros = sum(row["enwh"] for row in where.rows("production_micro", day).values())
    assert micros == sum(energy["micro_production"])


@pytest.mark.parametrize("index", [0, 1, 7, 10])
def test_the_sun_shines_by_day_and_more_in_summer(index: int) -> None:
    where = site(index)
    south = where.home.place.latitude < 0
    by_month = [
        sum(
            where.lifetime("energy", start_date=f"2026-{month}-01", end_date=f"2026-{month}-21")["production"]
        )
        for month in ("01", "05")
    ]
    assert (by_month[0] > by_month[1]) == south
    rows = where.rows("production_micro", date(2026, 4, 2))
    noon = where.midnight(date(2026, 4, 2)) + 12 * 3600
    assert 0 < len(rows) < 13.5 * 12, "no rows at night"
    assert all(abs(end - noon) < 9 * 3600 for end in rows)


@pytest.mark.parametrize("index", [0, 2, 4])
def test_power_and_energy_of_a_day_agree_to_the_watt_hour(index: int) -> None:
    rows = site(index).rows("production_micro", date(2026, 4, 2)).values()
    power_wh = sum(row["powr"] for row in rows) * 5 / 60
    assert power_wh - 1 < sum(row["enwh"] for row in rows) <= power_wh


@pytest.mark.parametrize("index", [0, 1, 2])
def test_meters_measure_from_their_first_interval_on(index: int) -> None:
    first = site(index).home.metered_at
    assert first is not None
    app = create_app(homes=HOMES, clock=first + 5 * 86_400, epoch=service_of(site(index).app).options.epoch)
    rows = flat(Site(app, index).window("consumption_meter", start_at=first - 900)["intervals"])
    assert rows[0]["end_at"] == first
    assert rows[0]["enwh"] > 0


def test_the_default_fleet_has_its_peculiarities() -> None:
    app = create_app(clock=NOW)
    listed = ask(app, "/api/v4/systems").json["systems"]
    sites = [Site(app, index) for index in range(len(listed))]
    assert [system["timezone"] for system in listed] == [
        *("US/Pacific", "Australia/Sydney", None, "Europe/Berlin"),
        *("America/Santiago", "US/Eastern", "Australia/Lord_Howe", "Europe/London"),
    ]
    kinds = [where.home.battery and (where.home.battery.kind, where.home.battery.mode) for where in sites]
    assert kinds == [
        ("encharge", "Self-consumption"),
        ("encharge", "Savings Mode"),
        *(None, None, None, None),
        ("acb", "Self-consumption"),
        ("encharge", "Full Backup"),
    ]
    assert [where.home.chargers for where in sites] == [1, 0, 0, 0, 0, 0, 0, 2]
    old = [int(where.home.gateway_version.partition(".")[0]) < 6 for where in sites]
    assert old == [False] * 6 + [True, False]
    assert [system["last_report_at"] is None for system in listed] == [index == 3 for index in range(8)]
    half_a_year = 180 * 86_400
    assert NOW - 4 * half_a_year < listed[1]["operational_at"] < NOW - half_a_year
    never = sites[3]
    assert never.lifetime("energy")["start_date"] is None
    assert never.lifetime("consumption")["consumption"] == []
    assert all(never.window(name)["intervals"] == [] for name in FLOWS)


CLASSES = {
    0: {"micros", "meters", "gateways", "encharges", "enpowers", "ev_chargers"},
    1: {"micros", "meters", "gateways", "q_relays", "encharges", "enpowers"},
    2: {"micros", "meters", "gateways"},
    4: {"micros", "gateways"},
    6: {"micros", "meters", "gateways", "q_relays", "acbs"},
}


@pytest.mark.parametrize("index", CLASSES)
def test_devices_are_those_that_are_in_service(index: int) -> None:
    where = site(index)
    answer = where.get("/devices")
    devices = answer["devices"]
    assert set(devices) == CLASSES[index]
    assert answer["total_devices"] == sum(map(len, devices.values()))
    assert len(devices["micros"]) == where.home.modules == where.get("/summary")["modules"]
    serials = [each["serial_number"] for listed in devices.values() for each in listed]
    assert len(set(serials)) == len(serials)
    units = where.home.battery.units if where.home.battery else 0
    assert len(devices.get("encharges", []) + devices.get("acbs", [])) == units
    version = devices["gateways"][0]["emu_sw_version"]
    assert version.startswith(f"D{where.home.gateway_version} (")
    # meters in pairs: the retired ones are not among them, nor in the latest telemetry
    assert [each["name"] for each in devices.get("meters", [])] in ([], ["production", "consumption"])
    latest = where.get("/latest_telemetry")["devices"]
    assert {each["id"] for each in latest.get("meters", [])} == {
        each["id"] for each in devices.get("meters", [])
    }
    assert {each["id"] for each in latest.get("encharges", [])} == {
        each["id"] for each in devices.get("encharges", [])
    }


@pytest.mark.parametrize(("index", "seed"), [(6, 1), (6, 2), (14, 1)])
def test_hours_of_which_nothing_was_ever_reported(index: int, seed: int) -> None:
    where = site(index, seed)
    assert where.home.gap is not None
    begin, end = where.home.gap
    assert 5 * 3600 <= end - begin <= 38 * 3600
    for name in (*FLOWS, "production_micro"):
        rows = flat(where.window(name, start_at=begin - 86_400, granularity="week")["intervals"])
        ends = [row["end_at"] for row in rows]
        assert not [each for each in ends if begin < each <= end], name
        if name != "production_micro":
            assert begin in ends
            assert end + 900 in ends
            assert len(ends) == (7 * 86_400 - (end - begin)) / 900
    day = datetime.fromtimestamp(begin, where.zone).date()
    energies = where.lifetime("energy", start_date=str(day - timedelta(days=1)), end_date=str(day))[
        "production"
    ]
    assert energies[1] < energies[0] // 2
    # what could be known while it lasted
    during = Site(fleet(seed, begin + 5 * 3600), index)
    assert during.system()["last_report_at"] == begin
    assert flat(during.window("consumption_meter", start_at=begin)["intervals"]) == []
    assert Site(fleet(seed, end), index).system()["last_report_at"] == begin
    after = Site(fleet(seed, end + 900), index)
    assert after.system()["last_report_at"] == end + 900


def test_a_home_that_fell_silent_ends_in_zeroes() -> None:
    where = site(5)
    system = where.system()
    assert system["status"] == "comm"
    assert system["last_report_at"] == where.home.silent_at
    production = where.lifetime("energy")["production"]
    silent_days = (NOW - system["last_report_at"]) // 86_400
    assert production[-silent_days:] == [0] * silent_days
    assert production[-silent_days - 2] > 0
    assert where.window("consumption_meter", start_at=system["last_report_at"] + 900)["intervals"] == []
    assert {row["power"] for row in where.get("/latest_telemetry")["devices"]["meters"]} == {None}


def test_a_meter_that_came_later_takes_over_on_its_first_full_day() -> None:
    where = site(2)
    energy = where.lifetime("energy", production="all")
    taken_over = (
        date.fromisoformat(energy["meter_start_date"]) - date.fromisoformat(energy["start_date"])
    ).days
    assert taken_over > 1
    assert energy["meter_production"][: taken_over - 1] == [0] * (taken_over - 1)
    assert 0 <= energy["meter_production"][taken_over - 1] < energy["micro_production"][taken_over - 1]
    merged = energy["micro_production"][:taken_over] + energy["meter_production"][taken_over:]
    assert energy["production"] == merged


@pytest.mark.parametrize("epoch", [40_000_000, 1_700_000_123, LATEST_EPOCH + 1])
def test_homes_begin_with_an_interval_whatever_the_epoch(epoch: int) -> None:
    app = create_app(homes=8, clock=epoch + 40 * 86_400, epoch=epoch, late_data=False)
    for index in (0, 1, 2, 6, 7):
        where = Site(app, index)
        first = where.home.operational_at
        assert first is not None
        assert first % 900 == 0
        today = where.date_of(service_of(app).now)
        rows = where.rows("production_meter", today - timedelta(days=2))
        dates = dict.fromkeys(("start_date", "end_date"), str(today - timedelta(days=2)))
        assert [sum(row["wh_del"] for row in rows.values())] == where.lifetime("energy", **dates)[
            "production"
        ]
        assert len(rows) == 96


CALLS = ("", "/summary", "/devices", "/telemetry/battery?granularity=week", "/energy_lifetime?production=all")
DIGEST = """
import hashlib
from tests.mock.test_world import bodies
print(hashlib.sha256(bodies(1)).hexdigest())
"""


def bodies(seed: int) -> bytes:
    """Everything that a fleet answers to some calls."""
    app = create_app(seed=seed, homes=3, clock=NOW)
    paths = [f"/api/v4/systems/{each}{call}" for each in service_of(app).system_ids for call in CALLS]
    return b"\n".join(
        ask(
            app, path.partition("?")[0], dict([path.partition("?")[2].split("=")]) if "?" in path else {}
        ).body
        for path in paths
    )


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    first = bodies(1)
    assert bodies(1) == first
    assert bodies(2) != first
    assert elsewhere(DIGEST, hash_seed=77) == hashlib.sha256(first).hexdigest()
