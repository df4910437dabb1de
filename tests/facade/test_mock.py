"""The facade against the mock server, over real sockets: two readings of the same document, which check each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from enphase_v4.api.system_details import get_system_summary

from enphase_cloud import (
    AuthenticationError,
    ConnectionFailed,
    DecodeError,
    NotFound,
    QuotaExhausted,
    RateLimited,
    Row,
    ServerError,
    mock,
)
from tests.conftest import Found

from .conftest import Connect
from .worlds import MODES, NOW, Clock, Mode

SERIES = [
    "production_micro",
    "production_meter",
    "consumption_meter",
    "battery",
    "energy_import",
    "energy_export",
]
MAY = ("2026-05-01", "2026-05-31")


@pytest.fixture
def house(connect: Connect, server: mock.Server) -> tuple[Mode, Any]:
    """The first home of the fleet, in Los Angeles, with everything."""
    server.service.journal.clear()
    mode = connect(Clock(server), base_url=server.url)
    return mode, mode.client.system(server.service.system_ids[0], timezone="US/Pacific")


@pytest.mark.parametrize("series", SERIES)
def test_thirty_days_of_every_series_cost_five_hits(
    house: tuple[Mode, Any], server: mock.Server, series: str
) -> None:
    mode, system = house
    rows = system.telemetry(series, *MAY)
    found = mode.collect(rows)
    assert rows.hits == rows.estimate().hits == len(server.service.journal) == 5
    assert {call.status for call in server.service.journal} == {200}
    ends = [row.end for row in found]
    assert ends == sorted(set(ends))
    step = 300 if series == "production_micro" else 900
    pacific = ZoneInfo("US/Pacific")
    first, last = datetime(2026, 5, 1, tzinfo=pacific), datetime(2026, 5, 31, tzinfo=pacific)
    if series != "production_micro":  # no rows at night there
        assert len(ends) == 30 * 86400 // step
    assert first < ends[0]
    assert ends[-1] <= last
    assert (rows.gaps, rows.problems) == ([], [])


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        ("consumption_meter", "consumption"),
        ("energy_import", "import"),
        ("energy_export", "export"),
        ("battery", "battery"),
    ],
)
def test_days_of_telemetry_are_the_days_of_the_lifetime(
    house: tuple[Mode, Any], series: str, kind: str
) -> None:
    """To the watt-hour, over the clock change in March: the zone, the ends and the dates agree."""
    mode, system = house
    first, last = date(2026, 3, 1), date(2026, 3, 15)
    rows = mode.collect(system.telemetry(series, first, last))
    days = mode.collect(system.lifetime(kind, first, last))
    assert [row.date for row in days] == [first + timedelta(days=n) for n in range(14)]
    fields = days[0]._fields[1:]
    pacific = ZoneInfo("US/Pacific")

    def local(row: Row) -> date:
        return (row.end - timedelta(seconds=1)).astimezone(pacific).date()

    summed = {
        on: tuple(map(sum, zip(*([getattr(row, name) for name in fields] for row in group), strict=True)))
        for on, group in groupby(rows, local)
    }
    assert summed == {row.date: tuple(row)[1:] for row in days}


def test_both_clients_ask_and_give_the_same(server: mock.Server) -> None:
    """One scenario, through both: the same calls in the same order, the same values."""
    seen: dict[str, Any] = {}
    calls: dict[str, Any] = {}
    for name, kind in MODES.items():
        server.service.journal.clear()
        mode = kind(Clock(), base_url=server.url)
        values: list[Any] = []
        try:
            systems = mode.collect(mode.client.systems())
            values += [(system.system_id, system.name, system.status, system.timezone) for system in systems]
            for system in systems:
                values += [mode.result(system.summary()), mode.result(system.devices())]
            house = mode.client.system(systems[0].system_id)
            for series in SERIES:
                rows = house.telemetry(series, "2026-06-01", "2026-06-10")
                values += [mode.collect(rows), rows.hits, rows.gaps, rows.problems]
            for kind_of_day in ("production", "consumption", "battery", "import", "export"):
                days = house.lifetime(kind_of_day)
                values += [mode.collect(days), days.hits]
            values.append(mode.raw(get_system_summary, house.system_id).parsed)
        finally:
            mode.close()
        seen[name] = values
        calls[name] = [(call.method, call.path, call.query) for call in server.service.journal]
    assert seen["sync"] == seen["async"]
    assert calls["sync"] == calls["async"]
    assert len(calls["sync"]) == 1 + 2 * 4 + (1 + 6 * 2) + 5 + 1


@pytest.mark.parametrize(("cap", "hits"), [("day", 9), (6 * 3600, 36)])
@pytest.mark.parametrize("boundary_row", [False, True])
def test_a_server_with_shorter_windows_is_followed(
    connect: Connect, cap: Any, hits: int, boundary_row: bool
) -> None:
    options = {"window_cap": cap, "boundary_row": boundary_row, "nested": SERIES}
    with mock.serve(seed=3, homes=1, clock=NOW, **options) as server:
        mode = connect(Clock(), base_url=server.url)
        system = mode.client.system(server.service.system_ids[0], timezone="US/Pacific")
        rows = system.telemetry("battery", "2026-06-01", "2026-06-10")
        found = mode.collect(rows)
    assert len(found) == 9 * 96
    assert rows.hits == hits
    assert rows.problems == []


def test_a_server_that_does_not_advance_ends_in_an_error(connect: Connect) -> None:
    with mock.serve(seed=3, homes=1, clock=NOW, stuck_windows=True) as server:
        mode = connect(Clock(), base_url=server.url)
        system = mode.client.system(server.service.system_ids[0], timezone="US/Pacific")
        with pytest.raises(ServerError, match="go in circles"):
            mode.collect(system.telemetry("battery", *MAY))
        assert len(server.service.journal) == 1


def test_bad_input_reaches_no_server(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, system = house
    for series, start, end, serial in [
        ("batery", "2026-05-01", None, None),
        ("battery", "2026-05-02", "2026-05-01", None),
        ("battery", "2027-01-01", None, None),
        ("battery", "2026-05-01", None, "123"),
        ("micro", "2026-05-01", None, None),
        ("micro", "2026-05-01", None, ""),
        ("micro", "2026-05-01", None, "../.."),
    ]:
        with pytest.raises(ValueError, match=r"\w"):
            system.telemetry(series, start, end, serial=serial)
    for system_id in ("", "..", "1/2"):
        with pytest.raises(ValueError, match="system id"):
            mode.client.system(system_id)
    assert server.service.journal == []


def test_a_system_that_is_not_there(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, _ = house
    with pytest.raises(NotFound) as caught:
        mode.result(mode.client.system(1).summary())
    assert caught.value.status == 404


def test_credentials_that_are_not_accepted(connect: Connect, server: mock.Server) -> None:
    mode = connect(Clock(), base_url=server.url, access_token="another")
    with pytest.raises(AuthenticationError, match="The access token is not accepted"):
        mode.collect(mode.client.systems())


MINUTE = {"message": "Too Many Requests", "period": "minute", "period_start": NOW, "period_end": NOW + 30}
MONTH = {**MINUTE, "period": "month", "limit": 1000}


BUSY = {"status": 200, "body": "<html>busy</html>"}


@pytest.mark.parametrize(
    ("fault", "times", "outcome", "sends"),
    [
        ({"status": 503}, 1, None, 2),
        ({"status": 503}, 2, ServerError, 2),
        ({"status": 500}, 2, ServerError, 2),
        ({"status": 429, "body": MINUTE}, 1, None, 2),
        ({"status": 429, "body": MINUTE}, 2, RateLimited, 2),
        ({"status": 429, "body": MONTH}, 1, QuotaExhausted, 1),
        (BUSY, 1, None, 2),
        (BUSY, 2, DecodeError, 2),
        ({"drop": True}, 1, None, 2),
        ({"drop": True}, 2, ConnectionFailed, 2),
    ],
)
def test_faults(
    house: tuple[Mode, Any], fault: dict[str, Any], times: int, outcome: Any, *, sends: int, found: Found
) -> None:
    """What the next calls meet, how often; what comes of it (None: the answer), and how many are sent."""
    mode, system = house
    service = mode.world.server.service
    service.fail_next(times, **fault)
    if outcome is None:
        assert mode.result(system.summary()).system_id == system.system_id
    else:
        with pytest.raises(outcome) as caught:
            mode.result(system.summary())
        assert caught.value.hits == sends
    found(faults_met=1, hits_over_what_was_said=max(0, len(service.journal) - sends))
    assert len(service.journal) == sends
    assert len(mode.world.waits) == sends - 1


def test_nobody_listens(connect: Connect) -> None:
    mode = connect(Clock(), base_url="http://127.0.0.1:9")
    with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1") as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.hits == 2


def test_last_report_of_a_system_is_a_time(house: tuple[Mode, Any]) -> None:
    mode, system = house
    last = mode.result(system.summary()).last_report_at
    assert last.tzinfo is UTC
