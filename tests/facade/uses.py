"""How people use the package, for the type checker: what is written here has to type-check, and is not run."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, assert_type

from enphase_v4 import models
from enphase_v4.models import BatteryMode, EventStatus, LoadControlMode
from enphase_v4.types import Unset

from enphase_cloud import (
    About,
    Alarm,
    AlarmEvent,
    AsyncEnphase,
    AsyncListing,
    AsyncRows,
    AsyncSystem,
    BatterySettings,
    Charger,
    ChargerEvent,
    ChargingSchedule,
    ChargingSession,
    CommandAccepted,
    DayRow,
    Device,
    Enphase,
    EnphaseError,
    Event,
    EventType,
    Gap,
    GapReason,
    GridStatus,
    Inverter,
    Items,
    LatestReading,
    Listing,
    LiveReading,
    LoadControl,
    MeterReading,
    Problem,
    RateLimited,
    Row,
    Rows,
    StormGuard,
    Summary,
    System,
    When,
)


def sync_use() -> None:
    with Enphase.from_env(timeout=10) as enphase:
        assert_type(enphase, Enphase)
        assert_type(enphase.systems(sort_by="-id"), Listing[System])
        assert_type(enphase.search(ids=[1, 2], statuses=("normal",)), Listing[System])
        for system in enphase.systems():
            assert_type(system, System)
            assert_type(system.system_id, int)
            assert_type(system.name, str | None)
            assert_type(system.about, About | None)
            assert_type(system.operational_at, datetime | None)
        assert_type(enphase.retrieve_system_id("121842012242"), int)
        assert_type(enphase.event_types(28), Items[EventType])
        assert_type(enphase.inverters("121842012242").to_list(), list[Inverter])
        house = enphase.system(698905955, timezone="Europe/Berlin")
        series(house)
        records(house.refresh())
        logs(house)
        chargers(house)


def series(house: System) -> None:
    rows = house.telemetry("production_meter", start="2026-01-01", end=date(2026, 7, 1), on_error="gap")
    assert_type(rows, Rows[Row])
    cost = rows.estimate()
    assert_type(cost.hits, int)
    assert_type(cost.cost_usd, float)
    for row in rows:
        assert_type(row.end, datetime)
        assert_type(row.energy_wh, float | None)
        end, *values = row
        assert_type((end, values, row[0], len(row)), tuple[Any, list[Any], Any, int])
    assert_type(rows.gaps, list[Gap])
    assert_type(rows.gaps[0].reason, GapReason)
    assert_type(rows.silences, list[Gap])
    assert_type(rows.errors, list[EnphaseError])
    assert_type(rows.problems, list[Problem])
    assert_type(rows.settled_until, datetime | None)
    assert_type(rows.columns(), dict[str, list[Any]])
    print(
        rows.to_arrow(), rows.to_pandas(), rows.to_polars(), rows.to_arrow_stream(), list(rows.to_batches())
    )
    for day in house.lifetime("battery", datetime(2026, 1, 1, tzinfo=UTC)):
        assert_type(day, DayRow)
        assert_type(day.date, date)
        assert_type(day.charge_wh, float | None)


def since(house: System, start: When) -> Rows[Row]:
    return house.telemetry("battery", start)


def records(house: System) -> None:
    assert_type(house, System)
    summary = house.summary("2026-05-01")
    assert_type(summary, Summary)
    assert_type(summary.current_power, float | None)
    assert_type(summary.last_report_at, datetime | None)
    assert_type(summary.details, models.SystemSummary)
    assert_type(summary.details.current_power, int | Unset)
    assert_type(summary.problems, tuple[Problem, ...])
    devices = house.devices()
    assert_type(devices, Items[Device])
    assert_type(devices.hits, int)
    assert_type(devices[0].active, bool | None)
    assert_type(devices[0].details, models.Device)
    assert_type(devices[0].details.additional_properties, dict[str, Any])
    assert_type(house.production_meter_readings(at=datetime.now(UTC)), Items[MeterReading])
    assert_type(house.inverters(), Listing[Inverter])
    assert_type(house.latest(), Items[LatestReading])
    assert_type(house.grid_status(), GridStatus)
    assert_type(house.battery_settings().battery_mode, BatteryMode | None)
    assert_type(house.update_battery_settings(reserve_soc=30, energy_independence=True), BatterySettings)
    assert_type(house.storm_guard().storm_alert, bool | None)
    assert_type(house.update_storm_guard(True), StormGuard)
    assert_type(house.load_control(), Items[LoadControl])
    assert_type(house.update_load_control("NC1", mode="Basic")[0].mode, LoadControlMode | None)


def logs(house: System) -> None:
    events = house.events(start=date(2026, 5, 1))
    assert_type(events, Rows[Event])
    for event in events:
        assert_type(event.status, EventStatus | None)
        assert_type(event.event_start_time, datetime | None)
    alarms = house.alarms("2026-05-01", cleared=True)
    assert_type(alarms, Rows[Alarm])
    for alarm in alarms:
        assert_type(alarm.events, tuple[AlarmEvent, ...] | None)
    with house.live(duration=60) as stream:
        assert_type(stream, Listing[LiveReading])
        for reading in stream:
            assert_type(reading.time, datetime | None)
            assert_type(reading.grid_power_w, float | None)


def chargers(house: System) -> None:
    assert_type(house.ev_chargers(), Items[Charger])
    assert_type(house.ev_events(), Listing[ChargerEvent])
    for session in house.ev_sessions("202320010308"):
        assert_type(session, ChargingSession)
        assert_type(session.energy_wh, float | None)
    schedules = house.ev_schedules("202320010308")
    assert_type(schedules, Items[ChargingSchedule])
    for period in schedules[0].periods or ():
        assert_type(period.start_time, time | None)
    assert_type(house.start_charging("202320010308", connector_id=1, charging_level=80), CommandAccepted)
    assert_type(house.stop_charging("202320010308").message, str | None)


async def async_use() -> None:
    async with AsyncEnphase(api_key="k", access_token="t") as enphase:
        assert_type(enphase, AsyncEnphase)
        assert_type(enphase.systems(), AsyncListing[AsyncSystem])
        async for system in enphase.systems():
            rows = system.telemetry("battery", "2026-01-01")
            assert_type(rows, AsyncRows[Row])
            async for row in rows:
                assert_type(row.soc_percent, float | None)
            assert_type(await rows.to_list(), list[Row])
            assert_type(await system.devices(), Items[Device])
            assert_type(await system.refresh(), AsyncSystem)
            assert_type(system.live(), AsyncListing[LiveReading])


def errors_in_use() -> None:
    try:
        sync_use()
    except RateLimited as error:
        assert_type(error.resets_at, datetime | None)
    except EnphaseError as error:
        assert_type(error.status, int | None)
