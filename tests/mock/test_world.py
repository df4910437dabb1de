"""The world adds up: intervals, days, lifetime, summary and latest telemetry tell one story, in every zone."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .playing import FLOWS, NOW, Site, ask, flat, service_of

HOMES = 12
REPORTING = [0, 1, 2, 4, 6, 7, 8, 9, 10, 11]
METERED = [index for index in REPORTING if index != 4]
DAYS = st.dates(date(2024, 6, 15), date(2026, 5, 27))
steady = settings(deadline=None, derandomize=True, max_examples=40)


@cache
def fleet(seed: int, now: int) -> Starlette:
    return create_app(seed=seed, homes=HOMES, clock=now)


@cache
def site(index: int, seed: int = 1, now: int = NOW) -> Site:
    return Site(fleet(seed, now), index)


def hours(index: int, day: date) -> float:
    where = site(index)
    return (where.midnight(day + timedelta(days=1)) - where.midnight(day)) / 3600


@steady
@given(index=st.sampled_from(METERED), seed=st.integers(1, 3), day=DAYS)
@example(index=0, seed=1, day=date(2026, 3, 8))
@example(index=0, seed=1, day=date(2025, 11, 2))
@example(index=1, seed=1, day=date(2025, 10, 5))
@example(index=6, seed=1, day=date(2026, 4, 5))
@example(index=9, seed=1, day=date(2025, 3, 9))
def test_energy_balances_in_every_interval(index: int, seed: int, day: date) -> None:
    where = site(index, seed)
    series = {name: where.rows(name, day) for name in FLOWS}
    ends = list(series["production_meter"])
    assert where.home.metered_at is not None
    assert bool(ends) == (where.midnight(day + timedelta(days=1)) >= where.home.metered_at)
    assert all(list(rows) == ends for name, rows in series.items() if name != "battery" or where.home.battery)
    for end in ends:
        flow = {name: FLOWS[name](rows[end]) for name, rows in series.items() if rows}
        gains = flow["production_meter"] + flow["energy_import"]
        assert gains == flow["consumption_meter"] + flow["energy_export"] + flow.get("battery", 0)
        assert min(flow[name] for name in flow if name != "battery") >= 0
        assert not (flow["energy_import"] and flow["energy_export"])


@steady
@given(index=st.sampled_from(METERED), day=DAYS)
@example(index=0, day=date(2026, 3, 8))
@example(index=10, day=date(2025, 11, 2))
@example(index=9, day=date(2025, 11, 2))
def test_five_minute_rows_add_up_to_the_meter_s_quarters(index: int, day: date) -> None:
    where = site(index)
    quarters = where.rows("production_meter", day)
    micros = where.rows("production_micro", day)
    sums = dict.fromkeys(quarters, 0)
    for end, row in micros.items():
        sums[-(-end // 900) * 900] += row["enwh"]
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
@given(index=st.sampled_from(METERED), day=DAYS)
@example(index=0, day=date(2026, 3, 8))
@example(index=0, day=date(2025, 11, 2))
@example(index=1, day=date(2025, 6, 10))
def test_the_rows_of_a_day_add_up_to_lifetime(index: int, day: date) -> None:
    where = site(index)
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


@pytest.mark.parametrize(
    ("index", "now"),
    [*((index, NOW) for index in range(HOMES)), (0, NOW + 36_000), (0, NOW + 40_000), (4, NOW - 30_000)],
)
def test_summary_lifetime_latest_and_today_s_rows_agree(index: int, now: int) -> None:
    where = site(index, now=now)
    summary, latest = where.get("/summary"), where.get("/latest_telemetry")
    today = date.fromisoformat(summary["summary_date"])
    lifetime = where.lifetime("energy", end_date=today.isoformat())["production"]
    assert summary["energy_lifetime"] == sum(lifetime)
    assert where.lifetime("energy")["production"] == lifetime[:-1]
    micros = where.rows("production_micro", today)
    assert summary["energy_today"] == sum(row["enwh"] for row in micros.values())
    assert summary["energy_today"] == (lifetime[-1] if lifetime else 0)
    if where.home.metered_at is not None:
        used = where.lifetime("consumption", end_date=today.isoformat())["consumption"]
        assert sum(used[-1:]) == sum(row["enwh"] for row in where.rows("consumption_meter", today).values())
    power = {row["name"]: row["power"] for row in latest["devices"].get("meters", []) if row["channel"] == 1}
    if power.get("production") is not None:
        last_made, last_used = (
            where.rows(name, today)[summary["last_interval_end_at"]]
            for name in ("production_meter", "consumption_meter")
        )
        assert power == {"production": last_made["wh_del"] * 4, "consumption": last_used["enwh"] * 4}
        assert summary["current_power"] == power["production"]
    if where.home.battery:
        last = list(where.rows("battery", today).values())[-1]
        given = sum(row["power"] for row in latest["devices"]["encharges"])
        assert given == (last["discharge"]["enwh"] - last["charge"]["enwh"]) * 4
        assert where.window("battery")["last_reported_aggregate_soc"] == f"{last['soc']['percent']}%"


@steady
@given(index=st.sampled_from([0, 1, 6, 8, 10]), day=DAYS)
def test_a_battery_stores_what_it_gives(index: int, day: date) -> None:
    where = site(index)
    rows = list(where.rows("battery", day).values())
    battery = where.home.battery
    assert battery is not None
    if day <= where.first_date():
        return
    stored = 0
    for row in rows:
        charge, discharge = row["charge"]["enwh"], row["discharge"]["enwh"]
        assert not (charge and discharge)
        assert max(charge, discharge) * 4 <= battery.max_power_w
        stored += charge * 96 - discharge * 100
        level = battery.reserve_percent + stored // battery.capacity_wh
        assert row["soc"]["percent"] == level
        assert battery.reserve_percent <= level <= 100
    assert 0 <= stored < 100, "less than a watt-hour is left over at midnight"


@pytest.mark.parametrize("index", [0, 1, 7, 11])
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
    sites = [Site(app, index) for index in range(4)]
    assert [system["timezone"] for system in listed] == [
        "US/Pacific",
        "Australia/Sydney",
        None,
        "Europe/Berlin",
    ]
    assert [where.home.battery is not None for where in sites] == [True, True, False, False]
    assert [system["last_report_at"] is None for system in listed] == [False, False, False, True]
    middle = listed[1]["operational_at"]
    assert NOW - 2 * 365 * 86_400 < middle < NOW - 180 * 86_400
    never = sites[3]
    assert never.lifetime("energy")["start_date"] is None
    assert never.lifetime("consumption")["consumption"] == []
    assert all(never.window(name)["intervals"] == [] for name in FLOWS)


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
    from tests.paths import ROOT

    first = bodies(1)
    assert bodies(1) == first
    assert bodies(2) != first
    run = subprocess.run(
        [sys.executable, "-c", DIGEST],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)},
    )
    assert run.stdout.strip() == hashlib.sha256(first).hexdigest()
