"""Buckets of a site's clock, against the clock itself, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.export.buckets import LONGEST, QUARTER, buckets, ceiling, floor, offsets

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",  # 5:45
    "America/Sao_Paulo",  # changed at midnight
    "Pacific/Apia",  # left out a day
    "Africa/Cairo",
)
EVERY = ("15min", "hour", "day", "month")
FIRST, LAST = 1_262_304_000, 1_798_761_600  # 2010 to 2027

moments = st.integers(FIRST, LAST)
changes = st.sampled_from([1_325_239_200 - 7200, 1_772_964_000, 1_774_746_000, 1_792_288_800, 1_775_314_800])


def shown(every: str, zone: ZoneInfo, at: int) -> object:
    """What tells buckets apart: the quarter, hour, day or month that the clock shows, and which of two."""
    local = datetime.fromtimestamp(at, zone)
    if every == "15min":
        return at // QUARTER
    if every == "hour":
        return local.date(), local.hour, local.utcoffset()
    return local.date() if every == "day" else (local.year, local.month)


@given(
    every=st.sampled_from(EVERY),
    name=st.sampled_from(ZONES),
    near=moments | changes,
    length=st.integers(1, 40 * 3600),
)
def test_buckets_are_what_the_clock_shows(every: str, name: str, near: int, length: int) -> None:
    """A bucket that is too long or too short puts energy into the wrong hour, day or month."""
    zone = ZoneInfo(name)
    found = buckets(every, zone, near, near + length)
    assert found[0].start <= near < found[0].stop
    assert found[-1].start < near + length <= found[-1].stop
    assert all(one.stop == other.start for one, other in pairwise(found))
    for bucket in found:
        assert 0 < bucket.stop - bucket.start <= LONGEST[every]
        local = datetime.fromtimestamp(bucket.start, zone).replace(tzinfo=UTC)
        assert int(local.timestamp()) == bucket.local
        step = QUARTER if every != "month" else 6 * 3600
        inside = range(bucket.start, bucket.stop, step)
        assert {shown(every, zone, at) for at in inside} == {shown(every, zone, bucket.start)}
        assert shown(every, zone, bucket.start - 1) != shown(every, zone, bucket.start)
    assert floor(every, zone, near) == found[0].start
    assert ceiling(every, zone, near + length) == found[-1].stop


@given(name=st.sampled_from(ZONES), near=moments | changes, length=st.integers(0, 400 * 86400))
def test_offsets_are_those_of_the_clock(name: str, near: int, length: int) -> None:
    """A change that is found too late moves the local times of all rows between."""
    zone = ZoneInfo(name)
    found = offsets(zone, near, near + length)
    assert found[0][0] == near
    for position in (
        near,
        near + length // 3,
        near + length,
        *(at for at, _ in found),
        *(at - 1 for at, _ in found[1:]),
    ):
        ahead = [seconds for at, seconds in found if at <= position][-1]
        assert timedelta(seconds=ahead) == datetime.fromtimestamp(position, zone).utcoffset()


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ],
)
def test_days_are_as_long_as_they_are(name: str, day: str, hours: float) -> None:
    zone = ZoneInfo(name)
    noon = int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone).timestamp())
    (bucket,) = buckets("day", zone, noon, noon + 1)
    assert (bucket.stop - bucket.start) / 3600 == hours
    parts = buckets("hour", zone, bucket.start, bucket.stop)
    assert sum(part.stop - part.start for part in parts) == bucket.stop - bucket.start
    assert len(parts) == -(-hours // 1)
