"""The live stream: readings that agree with telemetry, at the pace of the server's clock, and its own statuses."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud import mock
from enphase_cloud.mock import create_app
from enphase_cloud.mock.clock import LAST

from .conforming import assert_conforms, events
from .playing import AUTH, NOW, Answer, Site, ask, flat, service_of, warnings_in
from .test_statuses import signed_in

STREAMING = [0, 1, 2, 7]
SECOND = 1000


def stream(app: Starlette, home: int, **headers: str) -> list[Any]:
    """The events of a stream, each as the document has it."""
    answer = refused(app, home, **headers)
    assert answer.status == 200, answer
    assert_conforms("getLiveData", answer)
    return [event["data"] for event in events(answer)]


def refused(app: Starlette, home: int, **headers: str) -> Answer:
    return ask(app, f"/api/v4/systems/{service_of(app).system_ids[home]}/live_data", headers=AUTH | headers)


@cache
def homes() -> Starlette:
    return create_app(homes=8, clock=NOW)


def fleet() -> Starlette:
    """The same homes for all tests, at `NOW`."""
    service_of(homes()).clock.set(NOW)
    return homes()


class Ticking:
    """A time source that only waiting moves on."""

    def __init__(self) -> None:
        self.time = float(NOW)
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


@pytest.mark.parametrize("home", STREAMING)
def test_a_clock_that_stands_still_is_not_waited_for(home: int) -> None:
    readings = stream(fleet(), home)
    assert [event["timestamp_epoch"] for event in readings] == [
        (NOW + second) * SECOND for second in range(30)
    ]
    assert readings[7]["timestamp_utc"] == "2026-05-28 20:26:47.000"
    assert {event["type"] for event in readings} == {"response"}
    battery = service_of(fleet()).homes[home].battery
    assert {"battery_power", "battery_soc", "battery_mode"} & set(readings[0]["data"]) == (
        {"battery_power", "battery_soc", "battery_mode"} if battery else set()
    )


@pytest.mark.parametrize(("speed", "wait"), [(1.0, [1.0]), (64.0, [1 / 64]), (0.5, [1.0, 1.0])])
def test_a_second_between_events_by_the_server_s_clock(speed: float, wait: list[float]) -> None:
    source = Ticking()
    app = create_app(homes=1, clock=source, speed=speed, sleep=source.sleep)
    readings = stream(app, 0, duration="40")
    assert source.waits == wait * 40
    for second, event in enumerate(readings):
        assert event["timestamp_epoch"] == pytest.approx((NOW + second) * SECOND, abs=1)
        told = datetime.strptime(event["timestamp_utc"], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
        assert round(told.timestamp() * SECOND) == event["timestamp_epoch"]
    assert len(readings) == 40


@pytest.mark.parametrize("speed", [1.0, 60.0, 3600.0, 1e9])
@pytest.mark.parametrize("late_s", [0.004, 0.3, 7.0, 3600.0])
def test_one_event_for_each_second_however_late_the_machine_is(speed: float, late_s: float) -> None:
    source = Ticking()

    async def late(seconds: float) -> None:
        await source.sleep(seconds + late_s)

    readings = stream(create_app(homes=1, clock=source, speed=speed, sleep=late), 0)
    assert [round(event["timestamp_epoch"] / SECOND) - NOW for event in readings] == list(range(30))


@pytest.mark.parametrize("turn", ["stopped", "back", "to the end"])
def test_a_stream_goes_on_whatever_is_done_to_the_clock(turn: str) -> None:
    source = Ticking()

    async def sleep(seconds: float) -> None:
        await source.sleep(seconds)
        assert len(source.waits) < 200, "it waits for a moment that does not come"
        if len(source.waits) == 5:
            clock = service_of(app).clock
            {
                "stopped": lambda: clock.run(0),
                "back": lambda: clock.advance(-86_400),
                "to the end": lambda: clock.set(LAST - 2),
            }[turn]()

    app = create_app(homes=1, clock=source, speed=0.5, sleep=sleep)
    moments = [event["timestamp_epoch"] // SECOND for event in stream(app, 0)]
    assert len(moments) == 30
    if turn == "stopped":
        assert moments == list(range(NOW, NOW + 30))
        assert len(source.waits) == 5, "of a clock that stands still nobody waits for anything"
    if turn == "back":
        assert moments[3:] == list(range(moments[3], moments[3] + 27))
        assert moments[3] - NOW + 86_400 in range(5)


def interval(site: Site, series: str, moment: int) -> Any:
    """The row of the interval in which `moment` lies, once everything is reported."""
    service_of(site.app).clock.set(moment + 86_400)
    start = moment - moment % 900
    rows = flat(site.window(series, start_at=start)["intervals"])
    return next(row for row in rows if row["end_at"] == start + 900)


@settings(max_examples=30)
@given(home=st.sampled_from(STREAMING), moment=st.integers(NOW - 120 * 86_400, NOW - 2 * 86_400))
def test_a_reading_is_what_the_meters_will_have_measured(home: int, moment: int) -> None:
    app = fleet()
    site = Site(app, home)
    # a whole interval of charging, or none: the chargers' power is that of the moment
    chargers = [
        charger for listed in site.get("/ev_charger/devices")["devices"].values() for charger in listed
    ]
    charged = charging_w = 0
    for charger in chargers:
        service_of(app).clock.set(moment + 86_400)
        start = moment - moment % 900
        path = f"/ev_charger/{charger['serial_number']}/telemetry"
        energy = {
            row["end_at"]: row["consumption"] for row in site.get(path, start_at=start - 900)["consumption"]
        }
        charged += energy[start + 900] * 4
        if energy[start] and energy[start + 900] and energy[start + 1800]:
            charging_w += energy[start + 900] * 4
        elif energy[start + 900]:
            return
    service_of(app).clock.set(moment)
    reading = stream(app, home)[0]["data"]
    assert reading["pv_power"] == interval(site, "production_meter", moment)["wh_del"] * 4
    house = interval(site, "consumption_meter", moment)["enwh"] * 4 - charged
    assert reading["consumption_power"] - house == pytest.approx(charging_w, abs=4)
    assert reading["generator_power"] == 0
    balance = reading["pv_power"] + reading["grid_power"] + reading.get("battery_power", 0)
    assert balance == reading["consumption_power"]
    assert reading["system_id"] == site.home.system_id
    gateways = site.get("/devices")["devices"]["gateways"]
    assert reading["envoy_serial_number"] == [gateways[0]["serial_number"]]
    if reading["grid_status"] == "On Grid" and site.home.battery:
        row = interval(site, "battery", moment)
        assert reading["battery_power"] == (row["discharge"]["enwh"] - row["charge"]["enwh"]) * 4
        assert reading["battery_soc"] == row["soc"]["percent"]


def test_off_the_grid_the_battery_gives_what_is_missing() -> None:
    app = create_app(homes=1, clock=NOW)
    site, clock = Site(app, 0), service_of(app).clock
    outages = [
        event
        for week in range(8)
        for event in site.get(
            "/events", start_time=NOW - (week + 1) * 604_800, end_time=NOW - week * 604_800
        )["events"]
        if event["event_type_id"] == 112
    ]
    for event in outages[:3]:
        clock.set(event["event_start_time"] + 1)
        reading = stream(app, 0)[0]["data"]
        assert reading["grid_status"] == "Off Grid"
        assert reading["grid_power"] == 0
        assert reading["battery_power"] == reading["consumption_power"] - reading["pv_power"]
    assert outages


def test_a_charger_that_was_started_is_seen_within_seconds() -> None:
    app = create_app(homes=1, clock=NOW)
    site = Site(app, 0)
    charger = site.get("/ev_charger/devices")["devices"]["ev_chargers"][0]["serial_number"]
    told = ask(
        app,
        f"{site.path}/ev_charger/{charger}/start_charging",
        method="POST",
        body=b'{"chargingLevel": "50"}',
    )
    assert told.status == 202
    powers = [event["data"]["consumption_power"] for event in stream(app, 0)]
    begun = next(second for second, power in enumerate(powers) if power != powers[0])
    assert 3 <= begun <= 13
    assert set(powers[begun:]) == {powers[begun]}
    assert powers[begun] - powers[0] in (3_600, 3_840, 4_800)


def test_the_battery_mode_is_the_one_that_is_set_and_has_words_of_its_own() -> None:
    app = create_app(homes=1, clock=NOW)
    path = f"/api/v4/systems/config/{service_of(app).system_ids[0]}/battery_settings"
    ask(app, path, method="PUT", body=b'{"battery_mode": "Full Backup"}')
    assert {event["data"]["battery_mode"] for event in stream(app, 0)} == {"Full Backup"}
    service_of(app).change(quirks=["unknown_words", "extra_fields"])
    answer = refused(app, 0)
    assert b'"battery_mode":"DR Event Active"' in answer.body
    assert answer.body.count(b'"new_field"') == 60


@pytest.mark.parametrize("duration", ["30", "31", "300", "+45", "0060"])
def test_durations(duration: str) -> None:
    assert len(stream(fleet(), 2, duration=duration)) == int(duration)


@pytest.mark.parametrize(
    ("duration", "status"),
    [
        *((each, 461) for each in ("29", "0", "1", "-30", "-99999999999", "-" + "9" * 5_000)),
        *((each, 462) for each in ("301", "900", "9" * 5_000, "10000000000")),
        *((each, 463) for each in ("", "30.0", "abc", "3 0", "0x40", "1e2", "--30", "30s", "+")),
    ],
)
def test_durations_that_are_refused(duration: str, status: int) -> None:
    answer = refused(fleet(), 0, duration=duration)
    assert_conforms("getLiveData", answer)
    assert (answer.status, answer.json["error"]["code"]) == (status, status)
    assert answer.json["timestamp_epoch"] == NOW * SECOND


def test_the_longest_stream_is_a_setting() -> None:
    assert (
        refused(fleet(), 0, duration="301").json["error"]["message"] == "Duration cannot be greater than 300"
    )
    app = create_app(homes=1, clock=NOW, live_max_seconds=900)
    assert len(stream(app, 0, duration="900")) == 900
    assert refused(app, 0, duration="901").json["error"]["message"] == "Duration cannot be greater than 900"


def test_sites_that_cannot_stream() -> None:
    app = create_app(homes=8, clock=NOW)
    for home, status in {3: 466, 6: 466, 4: 472, 5: 473}.items():
        answer = refused(app, home)
        assert_conforms("getLiveData", answer)
        assert answer.status == status
    unknown = ask(app, "/api/v4/systems/1/live_data")
    assert_conforms("getLiveData", unknown)
    assert (unknown.status, unknown.json["error"]["status"]) == (468, "INVALID_SYSTEM_ID")
    path = f"/api/v4/systems/{service_of(app).system_ids[0]}/live_data"
    forbidden = ask(app, path, headers=signed_in(app, "owner2@example.com"))
    assert_conforms("getLiveData", forbidden)
    assert (forbidden.status, forbidden.json["error"]["status"]) == (403, "FORBIDDEN")
    unauthorized = ask(app, "/api/v4/systems/1/live_data", headers={})
    assert_conforms("getLiveData", unauthorized)
    assert unauthorized.status == 401


def test_refusals_can_call_themselves_json() -> None:
    app = create_app(homes=6, clock=NOW, quirks=["live_json_errors"])
    plain = create_app(homes=6, clock=NOW)
    for home, duration, status in ((3, "30", 466), (5, "30", 473), (0, "1", 461), (0, "x", 463)):
        answer, documented = (refused(each, home, duration=duration) for each in (app, plain))
        assert (answer.status, documented.status) == (status, status)
        assert answer.headers["content-type"] == "application/json"
        assert documented.headers["content-type"] == "text/event-stream"
        assert answer.body == documented.body
    denied = ask(app, "/api/v4/systems/1/live_data", headers={})
    assert (denied.status, denied.headers["content-type"]) == (401, "application/json")
    service_of(app).faults.add("551", count=1)
    assert refused(app, 0).headers["content-type"] == "application/json"
    assert refused(app, 0).headers["content-type"] == "text/event-stream", "of what is a stream"
    charger = ask(app, f"/api/v4/systems/{service_of(app).system_ids[0]}/ev_charger/x/schedules")
    assert (charger.status, charger.headers["content-type"]) == (400, "application/octet-stream")


def test_a_site_streams_while_it_can() -> None:
    app = create_app(homes=8, clock=NOW)
    fell_silent = service_of(app).homes[5].silent_at
    came_later = service_of(app).homes[2].metered_at
    assert fell_silent is not None
    assert came_later is not None
    for home, moment, status in (
        (5, fell_silent, 200),
        (5, fell_silent + 3600, 200),
        (5, fell_silent + 4500, 473),
        (2, came_later - 1, 472),
        (2, came_later, 200),
        (2, came_later - 365 * 86_400, 466),
    ):
        service_of(app).clock.set(moment)
        assert refused(app, home).status == status, (home, moment)


def test_a_plan_that_streams_is_charged_and_others_are_refused() -> None:
    app = create_app(homes=1, clock=NOW)
    for plan, status in (("watt", 403), ("kilowatt", 200)):
        answer = refused(app, 0, key=f"{plan}-key")
        assert answer.status == status
        assert service_of(app).journal[-1].charge_usd == (0.1 if status == 200 else 0)
    for _ in range(50):
        last = refused(app, 0, key="kilowatt-key")
    assert_conforms("getLiveData", last)
    assert (last.status, last.json["error"]["status"]) == (429, "TOO_MANY_REQUESTS")


def test_a_client_that_goes_away_ends_its_stream(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    source = Ticking()
    waits = source.waits

    async def sleep(seconds: float) -> None:
        await source.sleep(seconds)
        await asyncio.sleep(0.005)

    with mock.serve(homes=1, clock=source, sleep=sleep) as server:
        path = f"/api/v4/systems/{server.service.system_ids[0]}/live_data"
        head = "\r\n".join(
            f"{name}: {value}" for name, value in {**AUTH, "host": "mock", "duration": "300"}.items()
        )
        with socket.create_connection((server.host, server.port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
            received = b""
            while received.count(b"data: ") < 2:
                received += connection.recv(65_536)
        deadline, seen = time.monotonic() + 5, -1
        while len(waits) != seen and time.monotonic() < deadline:
            seen = len(waits)
            time.sleep(0.05)
        assert 2 <= len(waits) < 150, "it went on although nobody listens"
        assert [call.status for call in server.service.calls("getLiveData")] == [200]
    assert not warnings_in(caplog.records)


def test_dates_and_zones_change_while_a_stream_runs() -> None:
    app = create_app(homes=1, clock=NOW)
    site = Site(app, 0)
    midnight = site.midnight(datetime.fromtimestamp(NOW, site.zone).date() + timedelta(days=1))
    service_of(app).clock.set(midnight - 15)
    powers = [event["data"]["consumption_power"] for event in stream(app, 0)]
    assert powers[:15] == powers[:1] * 15
    assert powers[15:] == powers[15:16] * 15
    assert powers[0] != powers[15]
