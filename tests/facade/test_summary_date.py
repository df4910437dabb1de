"""The summary of another date: a parameter that the predecessor had, and that the service may ignore."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from enphase_cloud import InvalidRequest, ServerError, mock

from .conftest import Connect
from .worlds import Clock, Mode

HOMES = 2

TODAY = date(2026, 6, 20)  # in Los Angeles, where the first home is, at NOW


@pytest.fixture
def house(connect: Connect, server: mock.Server) -> tuple[Mode, Any]:
    server.service.reset()
    mode = connect(Clock(server), base_url=server.url)
    return mode, mode.client.system(server.service.system_ids[0], timezone="US/Pacific")


def test_the_summary_of_a_day_has_the_energy_of_that_day(
    house: tuple[Mode, Any], server: mock.Server
) -> None:
    """To the watt-hour, with clock changes: would catch a date that is not sent, or is that of UTC."""
    mode, system = house
    for day in (TODAY - timedelta(days=1), date(2026, 3, 8), date(2025, 11, 2), date(2024, 2, 29)):
        summary = mode.result(system.summary(day))
        (made,) = mode.collect(system.lifetime("production", day, day + timedelta(days=1)))
        assert (summary.summary_date, summary.energy_today) == (day, made.energy_wh)
    assert len(server.service.calls("getSystemSummary")) == 4


@pytest.mark.parametrize(
    "written",
    ["2026-05-01", date(2026, 5, 1), datetime(2026, 5, 1, 23, 30, tzinfo=ZoneInfo("Asia/Tokyo"))],
    ids=lambda written: type(written).__name__,
)
def test_the_date_is_the_one_that_is_written(
    house: tuple[Mode, Any], server: mock.Server, written: Any
) -> None:
    mode, system = house
    assert mode.result(system.summary(written)).summary_date == date(2026, 5, 1)
    assert [call.query for call in server.service.journal] == [{"summary_date": "2026-05-01"}]


def test_without_a_date_none_is_sent(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, system = house
    assert mode.result(system.summary()).summary_date == TODAY
    assert mode.result(system.summary(TODAY)) == mode.result(system.summary())
    assert [call.query for call in server.service.journal] == [{}, {"summary_date": "2026-06-20"}, {}]


def test_a_service_that_ignores_the_date_is_found_out(house: tuple[Mode, Any], server: mock.Server) -> None:
    """Would catch the energy of today being handed on as that of another day."""
    mode, system = house
    server.service.change(dated_summary=False)
    with pytest.raises(ServerError, match=r"2026-05-01 was asked for, and that of 2026-06-20 came") as caught:
        mode.result(system.summary("2026-05-01"))
    assert caught.value.hits == len(server.service.journal) == 1
    assert mode.result(system.summary(TODAY)).summary_date == TODAY


@pytest.mark.parametrize("wrong", ["2026-06-21", date(2027, 1, 1), "2026-02-30", "today", 20260501], ids=str)
def test_dates_that_no_summary_is_of(house: tuple[Mode, Any], server: mock.Server, wrong: Any) -> None:
    """2026-06-21 it is in UTC already, not at the site."""
    mode, system = house
    with pytest.raises(InvalidRequest):
        mode.result(system.summary(wrong))
    assert server.service.journal == []
