"""How people use the package, for the type checker: what is written here has to type-check, and is not run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import assert_type

from enphase_cloud import (
    AsyncEnphase,
    AsyncRows,
    DayRow,
    Device,
    Enphase,
    EnphaseError,
    Gap,
    Items,
    RateLimited,
    Row,
    Rows,
    System,
)


def sync_use() -> None:
    with Enphase.from_env(timeout=10) as enphase:
        assert_type(enphase, Enphase)
        for system in enphase.systems():
            assert_type(system, System)
            assert_type(system.system_id, int)
            assert_type(system.name, str | None)
        house = enphase.system(698905955, timezone="Europe/Berlin")
        rows = house.telemetry("production_meter", start="2026-01-01", end=date(2026, 7, 1))
        assert_type(rows, Rows[Row])
        assert_type(rows.estimate().hits, int)
        for row in rows:
            assert_type(row.end, datetime)
            assert_type(row.energy_wh, float | None)
        assert_type(rows.gaps, list[Gap])
        for day in house.lifetime("battery", datetime(2026, 1, 1, tzinfo=UTC)):
            assert_type(day, DayRow)
            assert_type(day.date, date)
            assert_type(day.charge_wh, float | None)
        assert_type(house.devices(), Items[Device])
        print(house.summary().current_power)


async def async_use() -> None:
    async with AsyncEnphase(api_key="k", access_token="t") as enphase:
        assert_type(enphase, AsyncEnphase)
        async for system in enphase.systems():
            rows = system.telemetry("battery", "2026-01-01")
            assert_type(rows, AsyncRows[Row])
            async for row in rows:
                assert_type(row.soc_percent, float | None)
            assert_type(await system.devices(), Items[Device])


def errors_in_use() -> None:
    try:
        sync_use()
    except RateLimited as error:
        assert_type(error.resets_at, datetime | None)
    except EnphaseError as error:
        assert_type(error.status, int | None)
