"""What people write as a time, and what they are told when it is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import dateutil.tz
import httpx
import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud import InvalidRequest
from enphase_cloud._time import local_epoch, months_before

from .conftest import Connect
from .worlds import NOW, Series, World, reply, sent

PACIFIC = "America/Los_Angeles"
FIRST_OF_JUNE = 1780297200  # 2026-06-01 00:00 in Los Angeles


@pytest.mark.parametrize(
    ("start", "epoch"),
    [
        ("2026-06-01", FIRST_OF_JUNE),
        (" 2026-06-01 ", FIRST_OF_JUNE),
        (date(2026, 6, 1), FIRST_OF_JUNE),
        (datetime(2026, 6, 1), FIRST_OF_JUNE),
        ("2026-06-01T00:00", FIRST_OF_JUNE),
        ("2026-06-01 00:00:00", FIRST_OF_JUNE),
        ("2026-06-01T07:00Z", FIRST_OF_JUNE),
        ("2026-06-01T09:00+02:00", FIRST_OF_JUNE),
        (datetime(2026, 6, 1, 7, tzinfo=UTC), FIRST_OF_JUNE),
        (datetime(2026, 6, 1, 12, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))), FIRST_OF_JUNE),
        (datetime(2026, 6, 1, 0, 0, 0, 999999), FIRST_OF_JUNE),
        (pandas.Timestamp("2026-06-01"), FIRST_OF_JUNE),
        (pandas.Timestamp("2026-06-01T07:00Z"), FIRST_OF_JUNE),
    ],
)
def test_times_that_mean_the_same(connect: Connect, start: Any, epoch: int) -> None:
    world = World(Series())
    mode = connect(world)
    mode.collect(mode.client.system(1, timezone=PACIFIC).telemetry("battery", start, "2026-06-02T00:00Z"))
    assert sent(world)[0]["start_at"] == str(epoch)


BAD_STARTS = [
    ("yesterday", "not a time"),
    ("", "not a time"),
    ("2026-13-01", "not a time"),
    ("2026-02-30", "not a time"),
    ("1780297200", "not a time"),
    (1780297200, "is an int, not a time"),
    (time(10), "is a time of day, not a time"),
    (pandas.NaT, "is NaT, not a time"),
    (numpy.datetime64("2026-06-01"), "is a datetime64, not a time.*pandas.Timestamp is one"),
    ("9" * 100_000, "^.{0,300}$"),
    (1.5, "is a float, not a time"),
    (True, "is a bool, not a time"),
    (None, "is a NoneType, not a time"),
    (b"2026-06-01", "is a bytes, not a time"),
    ([date(2026, 6, 1)], "is a list, not a time"),
    ("2026-06-10", "does not lie before end"),
    ("2026-06-11", "does not lie before end"),
    ("2030-01-01", "in the future"),
    (date(9999, 12, 31), "in the future"),
    (datetime.max, "in the future"),
    (datetime.max.replace(tzinfo=UTC), "in the future"),
    (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "in the future"),
]


@pytest.mark.parametrize("zone", [PACIFIC, None])
@pytest.mark.parametrize(("start", "words"), BAD_STARTS)
def test_a_start_that_cannot_be_is_refused_before_any_call(
    connect: Connect, start: Any, words: str, zone: str | None
) -> None:
    world = World(Series())
    mode = connect(world)
    end = None if words == "in the future" else "2026-06-10"
    with pytest.raises(InvalidRequest, match=words):
        mode.client.system(1, timezone=zone).telemetry("battery", start, end)
    assert world.wire.requests == []


@pytest.mark.parametrize("end", ["soon", 5, False, b"", "2026-06-01"])
def test_an_end_that_cannot_be_is_refused_before_any_call(connect: Connect, end: Any) -> None:
    world = World(Series())
    mode = connect(world)
    with pytest.raises(InvalidRequest, match=r"^(end|start 2026-06-01 does not lie before end)"):
        mode.client.system(1).telemetry("battery", "2026-06-01", end)
    assert world.wire.requests == []


def test_ends_of_different_kinds_are_compared_in_the_zone(connect: Connect) -> None:
    mode = connect(World(Series()))
    system = mode.client.system(1, timezone=PACIFIC)
    with pytest.raises(InvalidRequest, match="does not lie before"):
        system.telemetry("battery", "2026-06-01", datetime(2026, 6, 1, 7, tzinfo=UTC))
    system.telemetry("battery", "2026-06-01", datetime(2026, 6, 1, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "end", "certain"),
    [
        (datetime(2026, 6, 10, tzinfo=UTC), "2026-06-01", True),
        ("2026-06-10", "2026-06-01T00:00Z", True),
        ("2026-06-10", "2026-06-09T09:00Z", True),
        ("2026-06-10", "2026-06-09T11:00Z", False),  # it is right in Kiribati
        ("2026-06-09T15:00Z", "2026-06-09", True),
        ("2026-06-09T11:00Z", "2026-06-09", False),  # it is right on Baker Island
        ("2026-06-09T10:00Z", "2026-06-09T10:00Z", True),
    ],
)
def test_an_inverted_range_is_refused_before_the_zone_is_asked_for_where_no_zone_rights_it(
    connect: Connect, start: Any, end: Any, certain: bool
) -> None:
    world = World(Series())
    mode = connect(world)
    system = mode.client.system(1)
    for ask, series in ((system.telemetry, ["battery"]), (system.events, [])):
        if certain:
            with pytest.raises(InvalidRequest, match="does not lie before end"):
                ask(*series, start, end)
        else:
            ask(*series, start, end)
    assert world.wire.requests == []


@pytest.mark.parametrize("offset", ["", "Z"])
def test_a_range_within_a_second_is_refused_in_words_that_fit(connect: Connect, offset: str) -> None:
    mode = connect(World(Series()))
    with pytest.raises(InvalidRequest, match="in the same second: fractions of seconds are cut off"):
        mode.client.system(1, timezone="UTC").telemetry(
            "battery", f"2026-06-19T10:00:00.1{offset}", f"2026-06-19T10:00:00.9{offset}"
        )


def test_a_timestamp_of_pandas_is_read_like_a_datetime(connect: Connect) -> None:
    """Also in the hour that a clock change skips, of which it makes another thing by itself."""
    world = World(Series())
    mode = connect(world)
    system = mode.client.system(1, timezone=PACIFIC)
    for start in (datetime(2026, 3, 8, 2, 30), pandas.Timestamp("2026-03-08T02:30")):
        mode.collect(system.telemetry("battery", start, "2026-03-08T06:00"))
    assert sent(world)[0] == sent(world)[1]


def test_a_future_that_only_the_zone_shows_costs_only_its_look_up(connect: Connect) -> None:
    world = World(lambda _: reply(body={"system_id": 1, "timezone": PACIFIC}))
    mode = connect(world)
    later = datetime.fromtimestamp(NOW + 3600, UTC).replace(tzinfo=None)
    rows = mode.client.system(1).telemetry("battery", later)
    assert (rows.estimate().hits, rows.estimate().exact) == (1, False)
    with pytest.raises(InvalidRequest, match="in the future"):
        mode.collect(rows)
    assert world.wire.asked == ["GET /api/v4/systems/1"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/localtime", 5, "America"])
def test_a_zone_that_the_caller_names_wrongly_is_refused(connect: Connect, zone: Any) -> None:
    mode = connect(World(Series()))
    with pytest.raises(InvalidRequest, match="time zone"):
        mode.client.system(1, timezone=zone)


class OfPytz(tzinfo):
    """As pytz does it: right after its own `normalize`, and local mean time where it is only put into a datetime."""

    zone = PACIFIC

    def utcoffset(self, _: datetime | None) -> timedelta:
        return -timedelta(hours=7, minutes=53)

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _: datetime | None) -> str:
        return "LMT"


def test_a_zone_of_pytz_is_read_by_its_name(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    mode.collect(mode.client.system(1, timezone=OfPytz()).telemetry("battery", "2026-06-01", "2026-06-02"))
    assert sent(world)[0]["start_at"] == str(FIRST_OF_JUNE)


def test_a_zone_of_dateutil_is_known_by_its_name(connect: Connect) -> None:
    mode = connect(World(Series()))
    assert mode.client.system(1, timezone=dateutil.tz.gettz("US/Pacific")).timezone == "US/Pacific"
    assert mode.client.system(1, timezone=dateutil.tz.UTC).timezone == "tzutc()"


def test_a_zone_can_be_given_as_such(connect: Connect) -> None:
    world = World(Series())
    mode = connect(world)
    system = mode.client.system(1, timezone=ZoneInfo(PACIFIC))
    mode.collect(system.telemetry("battery", "2026-06-01", "2026-06-02"))
    assert sent(world)[0]["start_at"] == str(FIRST_OF_JUNE)
    assert system.timezone == PACIFIC


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        # spring: 02:00 to 03:00 do not exist, and stand for the change itself
        (PACIFIC, datetime(2026, 3, 8, 1, 59, 59), "2026-03-08T09:59:59"),
        (PACIFIC, datetime(2026, 3, 8, 2), "2026-03-08T10:00:00"),
        (PACIFIC, datetime(2026, 3, 8, 2, 30), "2026-03-08T10:00:00"),
        (PACIFIC, datetime(2026, 3, 8, 2, 59, 59), "2026-03-08T10:00:00"),
        (PACIFIC, datetime(2026, 3, 8, 3), "2026-03-08T10:00:00"),
        # autumn: 01:00 to 02:00 come twice
        (PACIFIC, datetime(2026, 11, 1, 1, 30), "2026-11-01T08:30:00"),
        (PACIFIC, datetime(2026, 11, 1, 1, 30, fold=1), "2026-11-01T09:30:00"),
        # a day that begins at 01:00 (Brazil, 2018), one whose midnight comes twice (Azores)
        ("America/Sao_Paulo", datetime(2018, 11, 4), "2018-11-04T03:00:00"),
        ("Atlantic/Azores", datetime(2026, 10, 25), "2026-10-25T00:00:00"),
        # half an hour, and a day that was left out (Samoa, 2011)
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 15), "2026-10-03T15:30:00"),
        ("Pacific/Apia", datetime(2011, 12, 30, 12), "2011-12-30T10:00:00"),
    ],
)
def test_the_hours_of_a_clock_change(zone: str, local: datetime, expected: str) -> None:
    found = datetime.fromtimestamp(local_epoch(local, ZoneInfo(zone)), UTC)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@settings(max_examples=500)
@given(
    zone=st.sampled_from(
        [PACIFIC, "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran"]
    ),
    local=st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    later=st.integers(min_value=0, max_value=2 * 86400),
)
def test_a_later_local_time_is_never_an_earlier_moment(zone: str, local: datetime, later: int) -> None:
    """Or a range could have its end before its start."""
    tz = ZoneInfo(zone)
    epoch = local_epoch(local, tz)
    assert local_epoch(local + timedelta(seconds=later), tz) >= epoch
    back = datetime.fromtimestamp(epoch, tz).replace(tzinfo=None)
    assert back >= local
    assert back - local <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("then", "months", "expected"),
    [
        ("2026-06-21", 24, "2024-06-21"),
        ("2026-02-28", 24, "2024-02-28"),
        ("2024-02-29", 24, "2022-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-31", 1, "2026-11-30"),
        ("2026-12-31", 12, "2025-12-31"),
    ],
)
def test_months_are_calendar_months(then: str, months: int, expected: str) -> None:
    epoch = int(datetime.fromisoformat(then).replace(tzinfo=UTC).timestamp())
    assert datetime.fromtimestamp(months_before(epoch, months), UTC).date() == date.fromisoformat(expected)


def test_lifetime_takes_dates_as_they_are_written(connect: Connect) -> None:
    world = World(lambda _: reply(body={"start_date": "2026-06-01", "production": [1, 2, 3, 4]}))
    mode = connect(world)
    system = mode.client.system(1)
    rows = system.lifetime("production", datetime(2026, 6, 2, 23, tzinfo=UTC), "2026-06-04")
    assert [(row.date, row.energy_wh) for row in mode.collect(rows)] == [
        (date(2026, 6, 2), 2),
        (date(2026, 6, 3), 3),
    ]
    assert sent(world) == [{"start_date": "2026-06-02", "end_date": "2026-06-03", "production": "all"}]
    assert isinstance(world.wire.requests[0], httpx.Request)


@pytest.mark.parametrize(
    ("zone", "end", "asked"),
    [
        ("UTC", "2026-06-21", {"end_date": "2026-06-20"}),
        ("UTC", "2026-06-22", {}),
        ("UTC", "2026-06-23", {}),
        (PACIFIC, "2026-06-20", {"end_date": "2026-06-19"}),
        (PACIFIC, "2026-06-21", {}),  # there it is still the 20th
        (None, "2026-06-20", {"end_date": "2026-06-19"}),  # as it may be where this site is
        (None, "2026-06-21", {}),
        (None, "2026-06-22", {}),
        (None, date.max, {}),
    ],
)
def test_a_lifetime_is_asked_for_days_that_are_over(
    connect: Connect, zone: str | None, end: Any, asked: dict[str, str]
) -> None:
    """The service refuses days to come, and the refusal is a hit; today it gives as far as it has come."""
    world = World(lambda _: reply(body={"start_date": "2026-06-19", "consumption": [1]}))
    mode = connect(world)
    rows = mode.client.system(1, timezone=zone).lifetime("consumption", "2026-06-19", end)
    assert [row.energy_wh for row in mode.collect(rows)] == [1]
    assert sent(world) == [{"start_date": "2026-06-19", **asked}]


def test_no_day_lies_before_the_first_of_all(connect: Connect) -> None:
    world = World(lambda _: reply(body={}))
    mode = connect(world)
    for end in (date.min, "2006-01-01"):
        with pytest.raises(InvalidRequest, match="no day of a system lies before"):
            mode.client.system(1).lifetime("production", end=end)
    assert world.wire.requests == []


@pytest.mark.parametrize("day", [date.min, "2005-12-31", "1900-01-01T10:00Z"])
def test_what_lies_before_the_first_systems_is_refused_before_the_call(connect: Connect, day: Any) -> None:
    world = World(lambda _: reply(body={}))
    mode = connect(world)
    system = mode.client.system(1)
    for ask in (system.summary, system.production_meter_readings):
        with pytest.raises(InvalidRequest, match="too far back: the first systems are of 2006"):
            mode.result(ask(day))
    assert world.wire.requests == []
