"""The production meters: their readings, and their intervals meter by meter."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from .conforming import assert_conforms
from .playing import NOW, Site, ask, service_of
from .test_devices import AGE, DAY, GAP_AT, HOMES, WEEK, site, young

METERED = [0, 1, 2, 5, 6, 7]
steady = settings(max_examples=20)


def readings(where: Site, **query: object) -> list[Any]:
    found = where.get("/production_meter_readings", **query)["meter_readings"]
    assert isinstance(found, list)
    return found


def rgm(where: Site, **query: object) -> Any:
    return where.get("/rgm_stats", **query)


@pytest.mark.parametrize("index", range(HOMES))
def test_meters_as_documented(index: int) -> None:
    where = young(index)
    for operation, tail in (
        ("getProductionMeterReadings", "production_meter_readings"),
        ("getRgmStats", "rgm_stats"),
    ):
        answer = ask(where.app, f"{where.path}/{tail}")
        assert answer.status == 200
        assert_conforms(operation, answer)
        assert answer.json["meta"] == where.window("consumption_meter")["meta"]
    answer = rgm(where)
    assert answer["total_devices"] == (0 if index in (3, 4) else 1)
    assert bool(readings(where)) == bool(answer["meter_intervals"]) == (index not in (3, 4))


@steady
@given(index=st.sampled_from(METERED), start=st.integers(NOW - 700 * DAY, NOW), days=st.integers(0, 7))
@example(index=1, start=NOW - DAY, days=1)
@example(index=6, start=GAP_AT - DAY, days=7)
def test_rgm_rows_are_those_of_the_meter(index: int, start: int, days: int) -> None:
    where = site(index)
    query: dict[str, Any] = {"start_at": start, "end_at": min(start + days * DAY, NOW)}
    answer = rgm(where, **query)
    whole = where.window("production_meter", start_at=start, granularity="week")["intervals"]
    expected = [row for row in whole if row["end_at"] <= query["end_at"]]
    assert answer["intervals"] == expected
    newest = where.system()["last_energy_at"]
    per_end: dict[int, int] = {}
    for meter in answer["meter_intervals"]:
        assert (
            meter["envoy_serial_number"] == where.get("/devices")["devices"]["gateways"][0]["serial_number"]
        )
        for row in meter["intervals"]:
            if row["channel"] != 1 or row["end_at"] == newest:
                assert (row["wh_del"], row["curr_w"]) == (None, None)
            else:
                assert row["curr_w"] == row["wh_del"] * 4
                per_end[row["end_at"]] = per_end.get(row["end_at"], 0) + row["wh_del"]
    assert per_end == {row["end_at"]: row["wh_del"] for row in expected if row["end_at"] != newest}


def test_rgm_without_times_is_today_and_a_week_at_most() -> None:
    where = site(0)
    assert rgm(where)["intervals"] == where.window("production_meter")["intervals"]
    start = NOW - NOW % 900 - 20 * DAY
    rows = rgm(where, start_at=start + 899)["intervals"]
    assert rgm(where, start_at=start, granularity="15mins", start_date="2026-01-01")["intervals"] == rows
    assert [row["end_at"] for row in rows] == list(range(start + 900, start + WEEK + 1, 900))


def test_rgm_before_the_first_and_after_the_last_report() -> None:
    where = site(1)
    first = where.home.metered_at
    assert first is not None
    rows = rgm(where, start_at=first - 3 * DAY, end_at=first + 3 * DAY)["intervals"]
    assert rows[0]["end_at"] == first
    assert rgm(where, start_at=first - 9 * DAY, end_at=first - 5 * DAY)["intervals"] == []
    silent = site(5)
    last = silent.system()["last_report_at"]
    assert rgm(silent, start_at=last)["intervals"] == []
    assert len(rgm(silent, start_at=last - 3600)["intervals"]) == 4


@pytest.mark.parametrize(
    "query",
    [
        {"start_at": NOW + 1},
        {"start_at": NOW - 3 * 366 * DAY},
        {"start_at": "yesterday"},
        {"end_at": "now"},
        {"end_at": ""},
        {"start_at": NOW - DAY, "end_at": NOW - 2 * DAY},
        {"start_at": NOW - 9 * DAY, "end_at": NOW - DAY},
        {"start_at": NOW - DAY, "end_at": NOW + 7 * DAY},
    ],
    ids=str,
)
def test_refused_rgm(query: dict[str, object]) -> None:
    answer = ask(site(0).app, f"{site(0).path}/rgm_stats", query)
    assert answer.status == 422
    assert_conforms("getRgmStats", answer)


def test_rgm_can_be_switched_as_the_site_s_series() -> None:
    start = NOW - NOW % 900 - 20 * DAY
    plain = rgm(site(0), start_at=start)["intervals"]
    assert rgm(site(0, stuck_windows=True), start_at=start)["intervals"] == []
    assert rgm(site(0, window_cap=3600), start_at=start)["intervals"] == plain[:4]
    assert rgm(site(0, day_only=("rgm",)), start_at=start)["intervals"] == plain[:96]
    assert rgm(site(0, nested=("rgm",)), start_at=start)["intervals"] == [plain]
    early = rgm(site(0, boundary_row=True), start_at=start)["intervals"]
    assert (early[0]["end_at"], early[1:]) == (start, plain)
    settled = rgm(site(0, late_data=False))["meter_intervals"][0]["intervals"]
    assert None not in [row["wh_del"] for row in settled if row["channel"] == 1]


@steady
@given(index=st.sampled_from([0, 1, 2, 7]), back=st.integers(0, AGE), later=st.integers(0, 40 * DAY))
@example(index=1, back=AGE - 30 * DAY, later=AGE)
def test_meter_readings_never_fall(index: int, back: int, later: int) -> None:
    where = young(index)
    at = service_of(where.app).now - back
    before, after = readings(where, end_at=at), readings(where, end_at=at + later)
    known = {reading["serial_num"]: reading for reading in after}
    assert known.keys() >= {reading["serial_num"] for reading in before}
    for reading in before:
        assert reading["read_at"] <= at
        assert reading["read_at"] <= known[reading["serial_num"]]["read_at"]
        assert reading["value"] <= known[reading["serial_num"]]["value"]


@pytest.mark.parametrize("index", METERED)
def test_meter_readings_add_up_to_what_was_made(index: int) -> None:
    where = young(index)
    now = service_of(where.app).now
    today = datetime.fromtimestamp(now, where.zone).date()
    found = where.lifetime("energy", production="all", end_date=today.isoformat())
    assert sum(reading["value"] for reading in readings(where)) == sum(found["meter_production"])
    start = (where.home.silent_at or now) - 2 * DAY
    rows = where.window("production_meter", start_at=start)["intervals"]
    counted = [sum(each["value"] for each in readings(where, end_at=row["end_at"])) for row in rows]
    assert [after - before for before, after in pairwise(counted)] == [row["wh_del"] for row in rows[1:]]
    assert counted[-1] > counted[0]


def test_a_reading_is_the_last_before_the_time_that_was_asked_for() -> None:
    where = young(0)
    now = service_of(where.app).now
    quarter = now - now % 900 - 5 * DAY
    for end, read in ((quarter, quarter), (quarter + 899, quarter), (quarter - 1, quarter - 900)):
        assert [each["read_at"] for each in readings(where, end_at=end)] == [read]
    newest = where.system()["last_energy_at"]
    assert [each["read_at"] for each in readings(where)] == [newest]
    assert readings(where, end_at=now + DAY) == readings(where)
    silent = site(5)
    assert [each["read_at"] for each in readings(silent)] == [silent.home.silent_at]
    assert readings(where, end_at=where.home.metered_at - 1) == [], "no meter yet"  # type: ignore[operator]  # it has meters
    gap = site(6).home.gap
    assert gap is not None
    for at in (gap[0], gap[0] + 2000, gap[1] + 899):
        assert [each["read_at"] for each in readings(site(6), end_at=at)] == [gap[0]]


def test_a_retired_meter_keeps_its_last_reading() -> None:
    where = young(1)
    replaced = where.home.replaced_at
    assert replaced is not None
    assert len(readings(where, end_at=replaced - 900)) == 1
    retired, active = readings(where)
    assert retired["read_at"] == replaced < active["read_at"]
    assert readings(where, end_at=replaced)[0] == retired
    meters = {each["serial_number"] for each in where.get("/devices")["devices"]["meters"]}
    assert active["serial_num"] in meters
    assert retired["serial_num"] not in meters, "a retired device is not listed"
    both = rgm(where, start_at=replaced - DAY, end_at=replaced + DAY)["meter_intervals"]
    ends = {meter["meter_serial_number"]: [row["end_at"] for row in meter["intervals"]] for meter in both}
    assert max(ends[retired["serial_num"]]) == replaced == min(ends[active["serial_num"]]) - 900
    assert rgm(where)["total_devices"] == 1


def test_readings_in_the_form_that_was_seen() -> None:
    plain = readings(young(1))
    seen = readings(young(1, quirks=("meter_serial_number",)))
    assert [{**each, "serial_number": each["serial_num"]} for each in plain] == [
        {**each, "serial_num": each["serial_number"]} for each in seen
    ]
    assert all("serial_num" not in each for each in seen)


@pytest.mark.parametrize("text", ["noon", "", "1.5", "9" * 20, "２０２６"])
def test_refused_readings(text: str) -> None:
    answer = ask(young(0).app, f"{young(0).path}/production_meter_readings", {"end_at": text})
    assert answer.status == 422
    assert_conforms("getProductionMeterReadings", answer)
    assert answer.json["details"] == f"Failed to parse date {text}"
