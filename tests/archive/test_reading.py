"""Reading through the archive gives what the service would give, for as few calls as can be."""

from __future__ import annotations

import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enphase_cloud import Archive, ConfigurationError, Enphase, GapReason, Runtime, mock
from enphase_cloud.archive.answers import check_sum
from enphase_cloud.archive.store import COLUMNS
from enphase_cloud.flows.night import Place, nights
from tests.conftest import Found
from tests.facade.conftest import Connect, connect  # noqa: F401 - a fixture
from tests.facade.worlds import KEY, MODES, NOW, TOKEN, Mode, Series, World, reply, sent

DAY, WEEK = 86400, 7 * 86400
START = NOW - 60 * DAY


class Time(Runtime):
    """The time of the mock server, which the test moves."""

    def __init__(self, server: mock.Server) -> None:
        self.server = server

    def time(self) -> float:
        return self.server.service.clock()


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(seed=3, homes=2, clock=NOW, api_key=KEY, access_token=TOKEN) as running:
        yield running


def client(server: mock.Server, home: Path, **more: Any) -> Enphase:
    return Enphase(
        api_key=KEY, access_token=TOKEN, base_url=server.url, home=home, runtime=Time(server), **more
    )


def at(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def seen(rows: Any) -> tuple[Any, ...]:
    """All that a reader gets of a range."""
    return rows.to_list(), rows.gaps, rows.silences


ASKED = st.tuples(
    st.sampled_from(["battery", "production_micro", "energy_import", "events", "lifetime"]),
    st.integers(0, 50 * 24),
    st.integers(1, 20 * 24),
    st.integers(0, 3 * DAY).map(lambda seconds: seconds - seconds % 900),
)


@pytest.mark.parametrize("most", [40, pytest.param(1_000, marks=pytest.mark.soak)])
def test_any_order_of_readings_gives_what_the_service_gives(
    server: mock.Server, tmp_path_factory: pytest.TempPathFactory, most: int, found: Found
) -> None:
    """Ranges that overlap, while time goes on and rows come late: an old row in place of a new one would differ."""
    orders = readings = differ = beyond = 0

    @settings(max_examples=most, suppress_health_check=list(HealthCheck))
    @given(st.lists(ASKED, min_size=1, max_size=6))
    def check(asked: list[tuple[str, int, int, int]]) -> None:
        nonlocal orders, readings, differ, beyond
        orders += 1
        server.service.clock.set(NOW)
        home = tmp_path_factory.mktemp("kept")
        system_id = server.service.system_ids[0]
        with client(server, home) as kept, client(server, home, archive=False) as plain:
            for series, hours, length, passes in asked:
                server.service.clock.advance(passes + 3600)  # so that what is not final is due
                start = START + hours * 3600
                read = [ask(each, system_id, series, start, length) for each in (kept, plain)]
                estimated = read[0].estimate()
                one, other = seen(read[0]), seen(read[1])
                readings += 1
                differ += one != other
                beyond += max(0, read[0].hits - estimated.hits)
                assert one == other
                assert read[0].hits == estimated.hits <= read[1].hits

    check()
    found(
        orders_of_reading=orders,
        readings_compared=readings,
        readings_that_differ=differ,
        hits_beyond_the_estimate=beyond,
    )


def ask(enphase: Enphase, system_id: int, series: str, start: int, hours: int) -> Any:
    system = enphase.system(system_id, timezone="America/Los_Angeles")
    if series == "lifetime":
        first = at(start).date()
        return system.lifetime("production", start=first, end=first + timedelta(days=1 + hours // 24))
    if series == "events":
        return system.events(at(start), at(start + hours * 3600))
    return system.telemetry(series, at(start), at(start + hours * 3600))


@pytest.mark.parametrize("series", ["battery", "production_micro", "rgm"])
def test_what_was_paid_for_is_not_paid_for_again(
    server: mock.Server, home: Path, series: str, found: Found
) -> None:
    """The hits of a range are those of what is missing, as few as can be."""
    again = []
    server.service.clock.set(NOW)
    system_id = server.service.system_ids[0]
    with client(server, home) as enphase:
        house = enphase.system(system_id, timezone="UTC")

        def hits(first: int, last: int) -> int:
            rows = house.telemetry(series, at(NOW - first * DAY), at(NOW - last * DAY))
            told = rows.estimate()
            rows.to_list()
            assert told.hits == rows.hits
            return rows.hits

        assert hits(40, 30) == ceil(10 / 7)
        again += [hits(40, 30), hits(36, 32)]
        assert again == [0, 0], "the same, and inside"
        assert hits(44, 36) == 1, "four days before it"
        wide = series != "rgm"  # whose windows end where they are told to: the others ended 26 days ago
        assert hits(50, 20) == 1 + (1 if wide else 2), "six before, six or ten after"
        again.append(hits(50, 20))
        server.service.clock.advance(30 * DAY)
        again.append(hits(50, 20))
        server.service.clock.set(NOW)
    assert again == [0] * 4, "what is final stays so"
    found(hits_for_what_is_archived=sum(again))


def test_the_newest_is_asked_for_again_when_something_new_can_have_come(
    server: mock.Server, home: Path
) -> None:
    """Before a step has passed nothing is asked for; after it, one call, for what is not final."""
    server.service.clock.set(NOW)
    with client(server, home) as enphase:
        house = enphase.system(server.service.system_ids[0], timezone="UTC")

        def hits() -> int:
            rows = house.telemetry("battery", at(NOW - 9 * DAY))
            rows.to_list()
            return rows.hits

        assert hits() == 2
        server.service.clock.advance(600)
        assert hits() == 0
        server.service.clock.advance(600)
        assert hits() == 1
        asked = server.service.journal[-1].query["start_at"]
        assert int(asked) == NOW - 2 * DAY, "two days may still be revised"
        server.service.clock.set(NOW)


def test_an_empty_window_is_not_asked_for_again(connect: Connect) -> None:  # noqa: F811
    """Sequential cursors that only look at rows would ask for it each time."""
    world = World(Series(first=10**12))
    mode = connect(world, archive=True)
    for hits in (3, 0):
        rows = mode.client.system(7).telemetry("production_meter", at(NOW - 30 * DAY), at(NOW - 10 * DAY))
        assert mode.collect(rows) == []
        assert rows.hits == hits
        assert [gap.reason for gap in rows.gaps] == [GapReason.NOT_REPORTED]


def test_after_the_last_report_of_an_answer_all_is_asked_for_again_at_once(connect: Connect) -> None:  # noqa: F811
    """By its own words nothing of it is final, however old it is: a hole in it would be asked for days later."""
    whole, offline = Series(), NOW - 7 * DAY
    meta: dict[str, int] = {"last_report_at": offline, "last_energy_at": offline}

    def serve(request: Any) -> Any:
        body = whole(request).json()
        rows = [row for row in body["intervals"] if row["end_at"] <= meta["last_report_at"]]
        return reply(body={**body, "intervals": rows, "meta": meta})

    world = World(serve)
    mode = connect(world, archive=True)

    def read() -> tuple[int, int]:
        rows = mode.client.system(7).telemetry("consumption_meter", at(NOW - 10 * DAY), at(NOW - 5 * DAY))
        return len(mode.collect(rows)), rows.hits

    assert read() == (3 * 96, 1)
    meta |= {"last_report_at": NOW, "last_energy_at": NOW}
    world.now += 901
    assert read() == (5 * 96, 1)
    assert read() == (5 * 96, 0)


def test_before_the_first_report_nothing_is_asked_for_again(connect: Connect) -> None:  # noqa: F811
    """The service moves the start to where the system began: two calls that say so tell it of all the time before.

    One alone is not believed: a service that begins an answer with its first row would end a history with a hole.
    """
    first = NOW - 20 * DAY
    world = World(Series(first=first))
    mode = connect(world, archive=True)

    def read(start: int) -> Any:
        rows = mode.client.system(7).telemetry("production_meter", at(start), at(NOW - 15 * DAY))
        assert len(mode.collect(rows)) == 5 * 96
        assert [(gap.start, gap.end, gap.reason) for gap in rows.gaps] == [
            (at(start), at(first), GapReason.BEFORE_OPERATION)
        ]
        return rows.hits

    assert read(NOW - 21 * DAY) == 1
    assert read(NOW - 400 * DAY) == 1
    assert read(NOW - 500 * DAY) == 0


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"[1]", b'{"intervals": 7}'])
def test_what_cannot_be_read_is_kept_and_asked_for_again(connect: Connect, body: bytes) -> None:  # noqa: F811
    """It was paid for, and a later version may read it; it covers nothing."""
    good = Series()
    broken = [True]

    def service(request: Any) -> Any:
        return reply(body=body) if broken[0] else good(request)

    world = World(service)
    mode = connect(world, archive=True)

    def read() -> Any:
        return mode.client.system(7).telemetry(
            "production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY), on_error="gap"
        )

    rows = read()
    assert mode.collect(rows) == []
    assert rows.gaps
    broken[0] = False
    again = read()
    assert len(mode.collect(again)) == 96
    assert again.hits == 1
    with Archive(runtime=world) as archive:
        kept = {contents.series: contents.answers for contents in archive.contents()}
    assert kept["production_meter"] == 2


def test_older_than_the_service_gives(server: mock.Server, home: Path) -> None:
    """After two years the archive is all there is: it must not be cut off with the lookback."""
    server.service.clock.set(NOW)
    start, end = at(NOW - 700 * DAY), at(NOW - 690 * DAY)
    with client(server, home) as enphase:
        house = enphase.system(server.service.system_ids[0], timezone="UTC")
        before = seen(house.telemetry("battery", start, end))
        assert before[0]
        server.service.clock.advance(100 * DAY)
        later = house.telemetry("battery", start, end)
        assert seen(later) == before
        assert later.hits == 0
        wider = house.telemetry("battery", start - timedelta(days=1), end)
        assert wider.to_list() == before[0]
        assert wider.gaps[0].reason == GapReason.OUTSIDE_LOOKBACK
        server.service.clock.set(NOW)


def test_the_archive_alone(server: mock.Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials, without a call; what is not there is named, and not taken for a day without sun."""
    server.service.clock.set(NOW)
    system_id = server.service.system_ids[0]
    with client(server, home) as enphase:
        list(enphase.systems())
        first = enphase.system(system_id).telemetry("battery", "2026-04-01", "2026-04-08").to_list()
        second = enphase.system(system_id).telemetry("battery", "2026-05-01", "2026-05-08").to_list()
        days = enphase.system(system_id).lifetime("production").to_list()
        events = enphase.system(system_id).events("2026-05-01", "2026-05-08").to_list()
    calls = len(server.service.journal)
    for name in ("ENPHASE_API_KEY", "ENPHASE_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with Archive(home, server.url, runtime=Time(server)) as archive:
        house = {system.system_id: system for system in archive.systems()}[system_id]
        assert (house.name, house.timezone) == ("Los Angeles 1", "US/Pacific")
        rows = house.telemetry("battery", "2026-03-25", "2026-05-10")
        assert rows.to_list() == first + second
        local = [(f"{gap.start.astimezone():%m-%d}", gap.reason) for gap in rows.gaps]
        assert [reason for _, reason in local] == [GapReason.NOT_ARCHIVED] * 3
        assert (rows.hits, rows.estimate().hits, rows.estimate().archived) == (0, 0, 2)
        assert house.lifetime("production").to_list() == days
        assert [gap.reason for gap in house.lifetime("import").gaps] == []
        assert house.events("2026-05-01", "2026-05-08").to_list() == events
        with pytest.raises(ConfigurationError, match="summary is not in the archive"):
            house.summary()
        kinds = {(each.kind, each.series): each for each in archive.contents()}
        assert kinds["telemetry", "battery"].hits == 2
        assert kinds["lifetime", "production"].answers == 1
        assert kinds["object", "systems"].system_id == 0
    assert len(server.service.journal) == calls


def test_a_short_read_of_days_hides_no_longer_one(server: mock.Server, home: Path) -> None:
    """Each date comes from the newest answer that has it: one answer alone would hide what the others have."""
    server.service.clock.set(NOW)
    system_id = server.service.system_ids[0]
    with client(server, home) as enphase, client(server, home, archive=False) as plain:
        house = enphase.system(system_id, timezone="UTC")
        whole = house.lifetime("production").to_list()
        server.service.clock.advance(5 * DAY)
        house.lifetime("production", start="2026-06-10").to_list()
        asked = plain.system(system_id, timezone="UTC").lifetime("production")
        later, gaps = asked.to_list(), asked.gaps
        house.lifetime("battery", start="2026-01-01", end="2026-02-01").to_list()
        house.lifetime("battery", start="2026-03-01", end="2026-04-01").to_list()
    with Archive(home, server.url, runtime=Time(server)) as archive:
        rows = archive.system(system_id, timezone="UTC").lifetime("production")
        assert rows.to_list() == later
        assert len(later) == len(whole) + 5
        assert rows.gaps == gaps
        rows = archive.system(system_id, timezone="UTC").lifetime(
            "battery", start="2026-01-01", end="2026-05-01"
        )
        assert len(rows.to_list()) == 31 + 31
        missing = [(f"{gap.start:%m-%d} {gap.end:%m-%d}", gap.reason) for gap in rows.gaps]
        assert missing == [
            ("02-01 03-01", GapReason.NOT_ARCHIVED),
            ("04-01 05-01", GapReason.NOT_ARCHIVED),
        ]
    server.service.clock.set(NOW)


def test_the_zone_of_a_site_is_asked_for_once(server: mock.Server, home: Path) -> None:
    """Local dates need it: each command of a shell would pay for it."""
    server.service.clock.set(NOW)
    for hits in (2, 0):
        with client(server, home) as enphase:
            rows = enphase.system(server.service.system_ids[0]).telemetry(
                "battery", "2026-04-01", "2026-04-05"
            )
            told = rows.estimate()
            rows.to_list()
            assert (rows.hits, told.hits) == (hits, hits)


def test_services_do_not_mix(connect: Connect, home: Path) -> None:  # noqa: F811
    """A system of the mock server and one of the real service may have one id."""
    for host in ("https://one.example.com", "https://two.example.com"):
        mode = connect(World(Series()), archive=True, base_url=host)
        rows = mode.client.system(7).telemetry("production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY))
        assert len(mode.collect(rows)) == 96
        assert rows.hits == 1


def test_without_an_archive_nothing_is_kept(connect: Connect, home: Path) -> None:  # noqa: F811
    world = World(Series())
    mode = connect(world, archive=False)
    for _ in range(2):
        mode.collect(
            mode.client.system(7).telemetry("production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY))
        )
    assert len(sent(world)) == 2
    assert not (home / "archive.sqlite3").exists()


def test_the_file_is_its_owners_alone_and_holds_no_secret(connect: Connect, home: Path) -> None:  # noqa: F811
    """A filter of secrets looks through the home after each test; here the rights are looked at."""
    mode = connect(World(Series()), archive=True)
    mode.collect(mode.client.system(7).telemetry("production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY)))
    for file in home.glob("archive.sqlite3*"):
        assert file.stat().st_mode & 0o077 == 0, file.name


def read_a_day(mode: Mode) -> Any:
    return mode.client.system(7).telemetry("production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY))


def no_body(file: sqlite3.Connection) -> None:
    """What no disk does: its checksums fit. Whoever had it back for whole would have it back for ever."""
    columns = file.execute(f"SELECT {', '.join(COLUMNS)} FROM answers").fetchone()  # noqa: S608
    checked = zlib.crc32(b"no body")
    file.execute(
        "UPDATE answers SET body = ?, body_check = ?, check_sum = ?",
        (b"no body", checked, check_sum([*columns, checked])),
    )


SPOILED: dict[str, Callable[[sqlite3.Connection], object]] = {
    "the body": lambda file: file.execute("UPDATE answers SET body = x'00'"),
    "the range": lambda file: file.execute("UPDATE answers SET start = start - 86400"),
    "what was asked": lambda file: file.execute("UPDATE answers SET asked = 'no JSON'"),
    "the body, and its checksums": no_body,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=list(SPOILED))
def test_a_row_that_was_changed_behind_our_back_is_fetched_again(
    connect: Connect,  # noqa: F811
    home: Path,
    spoil: Callable[[sqlite3.Connection], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    mode = connect(World(Series()), archive=True)
    whole = mode.collect(read_a_day(mode))
    file = sqlite3.connect(home / "archive.sqlite3")
    spoil(file)
    file.commit()
    file.close()
    again = read_a_day(mode)
    assert mode.collect(again) == whole
    assert again.hits == 1
    assert "some of its answers are not what they were" in caplog.text
    last = read_a_day(mode)
    assert mode.collect(last) == whole
    assert last.hits == 0


def test_what_cannot_be_kept_is_delivered_and_said(
    connect: Connect,  # noqa: F811
    home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A full disk must not take the rows away that were paid for."""
    mode = connect(World(Series()), archive=True)
    (home / "archive.sqlite3").mkdir(parents=True)
    rows = mode.client.system(7, timezone="UTC").telemetry(
        "production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY)
    )
    with pytest.raises(ConfigurationError, match=r"archive\.sqlite3, cannot be used"):
        mode.collect(rows)
    shutil.rmtree(home / "archive.sqlite3")
    mode.collect(mode.client.system(8).telemetry("production_meter", at(NOW - 9 * DAY), at(NOW - 8 * DAY)))
    file = sqlite3.connect(home / "archive.sqlite3")
    file.execute(
        "CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    file.close()
    rows = read_a_day(mode)
    assert len(mode.collect(rows)) == 96
    assert "not kept in the archive" in rows.problems[0].problem
    assert "an answer was paid for, and is not kept" in caplog.text


def test_an_answer_that_comes_when_the_client_is_closed_is_kept_and_the_files_are_given_back(
    home: Path,
) -> None:
    """Another thread may close it. A file that is opened for the answer would be open as long as the process lives."""
    series = Series()

    def service(request: Any) -> Any:
        mode.client.close()
        return series(request)

    mode = MODES["sync"](World(service), archive=True)
    assert len(mode.collect(read_a_day(mode))) == 96
    assert sorted(each.name for each in home.iterdir()) == ["archive.sqlite3", "ledger.sqlite3"]
    with Archive(runtime=mode.world) as archive:
        assert {contents.series: contents.answers for contents in archive.contents()} == {
            "production_meter": 1
        }


class Outage(Series):
    """A gateway that is offline for some days, and delivers what it has kept when it is back, as fast as it can."""

    def __init__(self, days: int, lasts: int) -> None:
        super().__init__(fields={"wh_del": 40})
        self.begins, self.back, self.lasts = NOW, NOW + days * DAY, lasts
        self.asked = 0

    def delivered(self, end: int) -> int:
        """When the interval that ends here was there."""
        if not self.begins < end <= self.back:
            return end
        return self.back + (end - self.begins) * self.lasts // (self.back - self.begins)

    def __call__(self, request: Any) -> Any:
        self.asked += 1
        answer = super().__call__(request)
        body = answer.json()
        body["intervals"] = [row for row in body["intervals"] if self.delivered(row["end_at"]) <= self.now]
        return reply(body=body)


LATE = product(("sync", "async"), (1, 3, 5, 10, 21), (0, 6 * 3600, 2 * DAY))
QUICK = (
    ("sync", 1, 2 * DAY),
    ("async", 3, 0),
    ("sync", 5, 6 * 3600),
    ("async", 10, 2 * DAY),
    ("async", 21, 6 * 3600),
    ("sync", 21, 0),
)
"""Every client, length and speed."""


@pytest.mark.parametrize(
    ("connect", "days", "lasts"),
    [pytest.param(*case, marks=() if case in QUICK else pytest.mark.soak) for case in LATE],
    indirect=["connect"],
)
def test_what_a_gateway_delivers_late_is_fetched(
    connect: Connect,  # noqa: F811
    days: int,
    lasts: int,
    found: Found,
) -> None:
    """By series that do not tell their last report, too: two days after its end a window would be taken for whole."""
    service = Outage(days, lasts)
    world = World(service, now=NOW - 20 * DAY)
    mode = connect(world, archive=True)
    asked = []
    for day in range(-20, days + 40):
        world.now = service.now = NOW + day * DAY + 7 * 3600
        before = service.asked
        mode.collect(mode.client.system(7, timezone="UTC").telemetry("production_meter", at(NOW - 30 * DAY)))
        asked.append(service.asked - before)
    rows = mode.client.system(7, timezone="UTC").telemetry("production_meter", at(NOW - 30 * DAY))
    ends = [int(row.end.timestamp()) for row in mode.collect(rows)]
    wanted = range(NOW - 30 * DAY + 900, int(world.now) // 900 * 900 + 1, 900)
    found(late_gateways=1, rows_lost=len(set(wanted) - set(ends)))
    assert ends == list(wanted)
    assert sum(asked[20:]) <= len(asked[20:]) + 4 * days, (
        "more than a few calls for each day that was missing"
    )
    assert asked[-7:] == [1] * 7


class Sun(Outage):
    """Microinverters of Berlin: some minutes before it is day for sure they begin to report, and end some after."""

    def __call__(self, request: Any) -> Any:
        body = super().__call__(request).json()
        body["intervals"] = [row for row in body["intervals"] if self.up(row["end_at"])]
        return reply(body=body)

    def up(self, end: int) -> bool:
        return not next(nights(BERLIN, end - DAWN - 300, end - DAWN), None) or not next(
            nights(BERLIN, end + DAWN - 300, end + DAWN), None
        )


BERLIN = Place(52.5, 13.37)
DAWN = 2400


def test_rows_of_dusk_and_dawn_that_come_late_are_fetched_with_those_of_the_day(
    connect: Connect,  # noqa: F811
) -> None:
    """Nobody knows whether the sun was up at the site then; by day it is known that something is missing."""
    service = Sun(3, 0)
    service.step, service.fields = 300, {"enwh": 40, "powr": 480, "devices_reporting": 1}
    world = World(service, now=NOW - 4 * DAY)
    mode = connect(world, archive=True)
    for day in range(-4, 24):
        world.now = service.now = NOW + day * DAY + 7 * 3600
        house = mode.client.system(7, timezone="Europe/Berlin")
        mode.collect(house.telemetry("production_micro", at(NOW - 8 * DAY)))
    rows = house.telemetry("production_micro", at(NOW - 8 * DAY), at(NOW + 20 * DAY))
    ends = [int(row.end.timestamp()) for row in mode.collect(rows)]
    wanted = [end for end in range(NOW - 8 * DAY + 300, NOW + 20 * DAY + 1, 300) if service.up(end)]
    missing = sorted(set(wanted) - set(ends))
    assert not missing, f"{len(missing)} rows of {len(wanted)} are missing, as of {at(missing[0])}"


def test_late_rows_before_the_first_are_fetched(connect: Connect) -> None:  # noqa: F811
    """On the first day of a system what came first need not be what was first."""
    first, late = NOW - 6 * 3600, NOW - 2 * 3600

    class Young(Series):
        def __call__(self, request: Any) -> Any:
            self.first = late if self.now < NOW + 5 * 3600 else first
            return super().__call__(request)

    service = Young()
    world = World(service)
    mode = connect(world, archive=True)
    for hours in (0, 6, 30):
        world.now = service.now = NOW + hours * 3600
        rows = mode.client.system(7, timezone="UTC").telemetry("production_meter", at(NOW - 3 * DAY))
        found = mode.collect(rows)
    assert int(found[0].end.timestamp()) == first + 900


def test_an_event_of_an_odd_time_is_read_from_the_archive_as_it_was(connect: Connect) -> None:  # noqa: F811
    """Before 1970, or after the range: the service said so, and whoever paid for it was shown it."""
    times = [-1, NOW - 20 * DAY - 1, NOW + 400 * DAY]
    told = [{"event_type_id": 4103, "event_start_time": time, "status": "Closed"} for time in times]
    mode = connect(World(lambda _: reply(body={"system_id": 7, "events": told})), archive=True)
    read = []
    for first, last in ((22, 19), (22, 19), (21, 20)):
        events = mode.client.system(7, timezone="UTC").events(at(NOW - first * DAY), at(NOW - last * DAY))
        read.append([int(each.event_start_time.timestamp()) for each in mode.collect(events)])
    assert events.hits == 0
    assert read == [times, times, times[1:2]]


def test_an_event_that_begins_where_a_range_ends_is_of_the_next_range(connect: Connect) -> None:  # noqa: F811
    """As the service has it; read from a wider answer it came with both."""
    begun = NOW - 20 * DAY

    def service(request: Any) -> Any:
        asked = {name: int(value) for name, value in request.url.params.items()}
        event = {"event_type_id": 4103, "event_start_time": begun, "status": "Closed"}
        hit = asked["start_time"] <= begun < asked["end_time"]
        return reply(body={"system_id": 7, "events": [event] if hit else []})

    mode = connect(World(service), archive=True)
    house = mode.client.system(7, timezone="UTC")
    assert len(mode.collect(house.events(at(begun - DAY), at(begun + DAY)))) == 1
    assert mode.collect(house.events(at(begun - DAY), at(begun))) == []
    assert len(mode.collect(house.events(at(begun), at(begun + DAY)))) == 1
    assert len(mode.collect(house.events(at(begun - DAY), at(begun + 1)))) == 1


def test_an_event_that_closes_late_does_not_stay_open(connect: Connect) -> None:  # noqa: F811
    """Its window is asked for again at growing distances."""
    opened, closed = NOW - 3 * DAY, NOW + 16 * DAY

    def service(request: Any) -> Any:
        asked = {name: int(value) for name, value in request.url.params.items()}
        event: dict[str, Any] = {"event_type_id": 4103, "event_start_time": opened, "status": "Open"}
        if world.now > closed:
            event = {**event, "event_end_time": closed, "status": "Closed"}
        hit = asked["start_time"] <= opened <= asked["end_time"]
        return reply(body={"system_id": 7, "events": [event] if hit else []})

    world = World(service)
    mode = connect(world, archive=True)
    for day in range(60):
        world.now = NOW + day * DAY
        mode.collect(mode.client.system(7).events(at(NOW - 10 * DAY)))
    with Archive(base_url="https://api.enphaseenergy.com", runtime=world) as archive:
        (event,) = archive.system(7).events(at(NOW - 10 * DAY)).to_list()
    assert event.status == "Closed"
    assert len(world.wire.requests) < 2 * 60


def test_a_site_without_a_zone_is_not_asked_for_it_each_time(connect: Connect) -> None:  # noqa: F811
    listed = {"total": 1, "systems": [{"system_id": 7, "name": "a", "timezone": None}]}
    good = Series()
    world = World(lambda request: good(request) if "telemetry" in request.url.path else reply(body=listed))
    mode = connect(world, archive=True)
    mode.collect(mode.client.systems())
    for hits in (1, 0):
        rows = mode.client.system(7).telemetry("production_meter", "2026-06-01", "2026-06-03")
        assert rows.estimate().hits == hits
        assert len(mode.collect(rows)) == 2 * 96
        assert rows.hits == hits
        assert [problem.path for problem in rows.problems] == ["$.timezone"]
