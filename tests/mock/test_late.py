"""Late data: what is not there yet, what is revised, and that all answers of one moment tell one story all the same."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud.mock import create_app
from enphase_cloud.mock.handlers.common import PRESENT_SECONDS

from .playing import FLOWS, NOW, PATHS, Site, flat, service_of

HOMES = 16
REPORTING = [index for index in range(HOMES) if index % 8 != 3]
SETTLED = 6 * 3600
HOUR, DAY = 3600, 86_400
MOMENTS = st.integers(NOW - 300 * DAY, NOW)
few = settings(max_examples=40)


@cache
def home(index: int, seed: int, late: bool = True) -> Site:
    """A home whose clock the test sets."""
    return Site(create_app(seed=seed, homes=HOMES, clock=NOW, late_data=late), index)


@st.composite
def sites(draw: st.DrawFn, late: bool = True) -> Site:
    """A home at a moment: any; by day, or in its first hours; or one about which something begins or ends."""
    where = home(draw(st.sampled_from(REPORTING)), draw(st.integers(1, 3)), late)
    facts = where.home
    turns = [facts.operational_at, facts.metered_at, facts.silent_at, facts.replaced_at, *(facts.gap or ())]
    near = st.sampled_from([each for each in turns if each is not None])
    midnights = st.dates(date(2025, 7, 1), date(2026, 5, 27)).map(where.midnight)
    early, light = st.integers(0, 4 * HOUR), st.integers(9 * HOUR, 19 * HOUR)
    shifted = [
        st.tuples(near, st.integers(-2 * HOUR, 8 * HOUR)),
        st.tuples(midnights, early),
        st.tuples(midnights, light),
    ]
    at(where, draw(st.one_of(MOMENTS, *(each.map(sum) for each in shifted))))
    return where


def at(where: Site, moment: int) -> Site:
    """The same home, its clock set."""
    service_of(where.app).clock.set(moment)
    return where


def recent(where: Site, series: str) -> dict[int, Any]:
    """The rows of the last day and a half by their end."""
    start = service_of(where.app).now - 36 * HOUR
    rows = flat(where.window(series, start_at=start, granularity="week")["intervals"])
    return {row["end_at"]: row for row in rows}


def only(values: list[int]) -> int:
    """The value of the one date that was asked for; 0 where the answer has none."""
    assert len(values) <= 1
    return sum(values)


@few
@given(where=sites(), other=st.booleans())
def test_all_answers_of_a_moment_agree(where: Site, other: bool) -> None:
    if other:
        where = at(home(where.home.index, 1, late=False), service_of(where.app).now)
    summary, latest = where.get("/summary"), where.get("/latest_telemetry")["devices"]
    today = date.fromisoformat(summary["summary_date"])
    begun = where.lifetime("energy")["start_date"] is not None
    for day in (today - timedelta(days=1), today):
        dates = {"start_date": str(day), "end_date": str(day)}
        energy = where.lifetime("energy", production="all", **dates)
        told = {
            "production_micro": energy.get("micro_production", []),
            "production_meter": energy.get("meter_production", []),
            "consumption_meter": where.lifetime("consumption", **dates)["consumption"],
            "energy_import": where.lifetime("energy_import", **dates)["import"],
            "energy_export": where.lifetime("energy_export", **dates)["export"],
        }
        battery = where.lifetime("battery", **dates)
        told["battery"] = [a - b for a, b in zip(battery["charge"], battery["discharge"], strict=True)]
        read = FLOWS | {"production_micro": lambda row: row["enwh"]}
        for name, values in told.items():
            assert only(values) == sum(read[name](row) for row in where.rows(name, day).values()), (name, day)
    assert summary["energy_today"] == only(energy["production"])
    whole = where.lifetime("energy", end_date=str(today))["production"] if begun else []
    assert summary["energy_lifetime"] == sum(whole)

    last = summary["last_interval_end_at"]
    last_day = where.date_of(last - 1) if last is not None else today
    ends = {name: list(where.rows(name, last_day))[-1:] for name in FLOWS}
    assert all(found in ([], [last]) for found in ends.values())
    by_meter = energy.get("meter_start_date", "9999") <= str(last_day)
    # what was measured last, long ago, is not what there is now: only `latest` tells it still
    present = last is not None and service_of(where.app).now - last <= PRESENT_SECONDS
    micros = where.rows("production_micro", last_day)
    if last is not None and not by_meter:
        made = sum(row["enwh"] for end, row in micros.items() if last - 900 < end <= last)
        assert summary["current_power"] == (made * 4 if present else 0)
    meters = {row["name"]: row for row in latest.get("meters", []) if row["channel"] == 1}
    power = {name: row["power"] for name, row in meters.items()}
    if power.get("production") is not None and ends["production_meter"]:
        made = where.rows("production_meter", last_day)[last]["wh_del"]
        used = where.rows("consumption_meter", last_day)[last]["enwh"]
        assert power == {"production": made * 4, "consumption": used * 4}
        assert {row["last_report_at"] for row in meters.values()} == {last}
        assert not by_meter or summary["current_power"] == (made * 4 if present else 0)
    if "encharges" in latest and ends["battery"]:
        row = where.rows("battery", last_day)[last]
        assert {each["last_report_at"] for each in latest["encharges"]} == {last}
        given_w = sum(each["power"] for each in latest["encharges"])
        assert given_w == (row["discharge"]["enwh"] - row["charge"]["enwh"]) * 4
        assert where.window("battery")["last_reported_aggregate_soc"] == f"{row['soc']['percent']}%"


@few
@given(where=sites(), wait=st.integers(1, 9 * HOUR))
def test_rows_are_only_ever_added_to_and_settle_after_six_hours(where: Site, wait: int) -> None:
    moment, count = service_of(where.app).now, where.home.modules
    before = {name: recent(where, name) for name in PATHS}
    at(where, moment + wait)
    after = {name: recent(where, name) for name in PATHS}
    at(where, moment + 3 * DAY)
    settled: dict[int, Any] = {}
    for back in (2, 3, 4):
        start = moment + (2 - back) * DAY
        settled |= {
            row["end_at"]: row for row in where.window("production_micro", start_at=start)["intervals"]
        }
    for name, rows in before.items():
        kept = {end for end in rows if end > moment + wait - 36 * HOUR}
        assert kept <= set(after[name]), name
        assert max(rows, default=0) <= moment
        if name != "production_micro":
            assert all(after[name][end] == rows[end] for end in kept), name
    for now, rows in ((moment, before["production_micro"]), (moment + wait, after["production_micro"])):
        for end, row in rows.items():
            final, reporting = settled[end], row["devices_reporting"]
            assert final["devices_reporting"] == count
            assert now - end < SETTLED or row == final
            assert 0 < reporting <= count
            # what each of those that have reported has made, and no more
            assert row["enwh"] == final["enwh"] * reporting // count
            assert row["powr"] == final["powr"] * reporting // count
    for end, row in before["production_micro"].items():
        if end in after["production_micro"]:
            assert row["devices_reporting"] <= after["production_micro"][end]["devices_reporting"]
    assert all(end in settled for end in after["production_micro"])


@few
@given(where=sites(), wait=st.integers(0, HOUR))
def test_energy_lags_behind_the_last_report_and_never_goes_back(where: Site, wait: int) -> None:
    moment = service_of(where.app).now
    found = []
    for now in (moment, moment + wait):
        at(where, now)
        meta, system = where.window("consumption_meter")["meta"], where.system()
        assert (system["last_report_at"], system["last_energy_at"]) == (
            meta["last_report_at"],
            meta["last_energy_at"],
        )
        reported, energy = meta["last_report_at"], meta["last_energy_at"]
        if reported is None:
            assert energy is None
        elif now - reported < HOUR / 4:
            assert (
                energy is None or energy < reported or now - reported > HOUR or energy == where.home.silent_at
            )
        found.append((reported or 0, energy or 0))
    (first_reported, first_energy), (reported, energy) = found
    assert first_reported <= reported
    assert first_energy <= energy <= reported


def test_the_newest_rows_are_missing_and_some_of_the_others_incomplete() -> None:
    where = at(home(0, 1), NOW)
    answer = where.window("production_micro")
    meta, rows = answer["meta"], answer["intervals"]
    assert rows[-1]["end_at"] == meta["last_energy_at"] < meta["last_report_at"] <= answer["end_at"]
    counts = [row["devices_reporting"] for row in rows]
    assert min(counts) < answer["total_devices"] == where.home.modules
    old = [count for row, count in zip(rows, counts, strict=True) if row["end_at"] <= NOW - SETTLED]
    assert set(old) == {answer["total_devices"]}
    # it is hour by hour that devices are late, and not in all of them alike
    assert len(set(counts)) > 3


@pytest.mark.parametrize("series", PATHS)
def test_without_late_data_every_row_is_there_and_complete(series: str) -> None:
    app = create_app(homes=1, clock=NOW, late_data=False)
    where, service = Site(app, 0), service_of(app)
    system = where.system()
    assert system["last_energy_at"] == system["last_report_at"] == NOW - NOW % 900
    complete = where.window(series)
    rows = flat(complete["intervals"])
    assert rows[-1]["end_at"] == NOW - NOW % 900
    if "devices_reporting" in rows[0]:
        assert {row["devices_reporting"] for row in rows} == {complete["total_devices"]}
    service.change(late_data=True)
    assert flat(where.window(series)["intervals"])[-1]["end_at"] < NOW - NOW % 900
    service.reset()
    assert where.window(series) == complete
    service.change(late_data=True)
    service.clock.advance(SETTLED + 900)
    assert flat(where.window(series)["intervals"])[: len(rows)] == rows, "settled, they are the same"


def test_a_report_comes_before_its_energy() -> None:
    where = home(0, 1)
    first = where.home.operational_at
    assert first is not None
    at(where, first + 60)
    meta = where.window("consumption_meter", start_at=first - 900)["meta"]
    assert (meta["last_report_at"], meta["last_energy_at"], meta["operational_at"]) == (first, None, first)
    summary = where.get("/summary")
    assert (summary["last_interval_end_at"], summary["current_power"], summary["energy_lifetime"]) == (
        None,
        0,
        0,
    )
    powers = [row["power"] for row in where.get("/latest_telemetry")["devices"]["meters"]]
    assert powers == [None] * len(powers)
    at(where, first + HOUR)
    assert where.window("consumption_meter", start_at=first - 900)["intervals"][0]["end_at"] == first


def test_yesterday_is_incomplete_too_where_the_sun_set_late() -> None:
    where, incomplete = home(4, 1), 0
    for yesterday in (date(2025, 12, day) for day in range(10, 26)):
        at(where, where.midnight(yesterday + timedelta(days=1)) + 1500)
        rows = where.rows("production_micro", yesterday).values()
        incomplete += any(row["devices_reporting"] < where.home.modules for row in rows)
        days = where.lifetime("energy")["production"]
        assert days[-1] == sum(row["enwh"] for row in rows)
        assert where.get("/summary")["energy_lifetime"] == sum(days)
    assert incomplete
