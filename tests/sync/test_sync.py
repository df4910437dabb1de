"""A sync brings all there is for the fewest calls, and the next one only what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud import Archive, Enphase, InvalidRequest, SyncResult
from tests.conftest import Found
from tests.facade.worlds import KEY, TOKEN

from .houses import DAY, NOW, SIX, House, Time, housed


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with housed(tmp_path / "home", homes=1) as found:
        yield found


def at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def run(house: House, mode: str, *systems: int, **order: Any) -> SyncResult:
    if mode == "sync":
        return house.sync(*systems, **order)
    return asyncio.run(house.sync_async(*systems, **order))


@pytest.mark.parametrize("mode", ["sync", pytest.param("async", marks=pytest.mark.soak)])
def test_two_years_of_a_home_cost_the_least_possible_and_a_second_sync_nothing(
    house: House, mode: str, found: Found
) -> None:
    """The figure of the issue: six series of 15 minutes, and the lifetime series."""
    result = run(house, mode, series=[*SIX, "lifetime"], client={"plan": "partner"})
    calls = house.calls
    # 105 windows of a week each, 6 lifetimes, the list of systems, the devices
    least = 6 * 105 + 6 + 2
    found.most(hits_for_two_years_of_six_series_and_the_lifetimes=calls)
    found(hits_for_a_range_beyond_the_least_possible=max(0, calls - least))
    assert result.hits == result.least == calls == least
    assert (result.complete, result.holes, result.put_off) == (True, (), 0)
    second, calls = run(house, mode, series=[*SIX, "lifetime"]).hits, house.calls
    found(hits_for_what_is_archived=calls)
    assert second == calls == 0
    house.advance(1000)
    again = run(house, mode, series=[*SIX, "lifetime"])
    assert again.hits == house.calls == 6  # the last two days of telemetry; lifetimes are not due for an hour
    house.advance(60)
    assert run(house, mode, series=[*SIX, "lifetime"], refresh=True).hits == 6 + 6 + 2


@pytest.mark.parametrize("mode", ["async", pytest.param("sync", marks=pytest.mark.soak)])
def test_what_a_sync_has_kept_is_what_the_service_says(house: House, mode: str) -> None:
    """All series that the home makes, events and alarms too: rows of the archive against those of the service."""
    since = at(NOW - 20 * DAY)
    run(house, mode, since=since, series=["all"])
    house.advance(3 * DAY)
    run(house, mode, since=since, series=["all"])
    same_as_the_service(house, since)


def same_as_the_service(
    house: House,
    since: datetime,
    systems: list[int] | None = None,
    kinds: tuple[str, ...] = ("telemetry", "lifetime", "log"),
) -> int:
    """Compare all that is archived since then. How many rows that were."""
    count = 0
    with (
        house.archive() as archive,
        Enphase(
            api_key=KEY,
            access_token=TOKEN,
            base_url=house.server.url,
            home=house.home / "other",
            archive=False,
            runtime=Time(house.server),
        ) as live,
    ):
        for each in archive.contents():
            if each.kind not in kinds or (systems is not None and each.system_id not in systems):
                continue
            for kept, told in zip(asked(archive, each, since), asked(live, each, since), strict=True):
                rows = [row for row in kept.to_list() if began(row, since)]
                assert rows == [row for row in told.to_list() if began(row, since)], each
                count += len(rows)
    return count


def began(row: Any, since: datetime) -> bool:
    """Not so of an event that began before: the service need not have it, where an answer of then does."""
    moment = getattr(row, "event_start_time", None) or getattr(row, "alarm_start_time", None)
    return moment is None or moment >= since


def asked(source: Archive | Enphase, contents: Any, since: datetime) -> list[Any]:
    site = source.system(contents.system_id, timezone="UTC" if contents.kind == "log" else None)
    if contents.kind == "telemetry":
        return [site.telemetry(contents.series, since, serial=contents.serial)]
    if contents.kind == "lifetime":
        return [site.lifetime(contents.series, serial=contents.serial)]
    if contents.series == "events":
        return [site.events(since)]
    if contents.series == "alarms":
        return [site.alarms(since, cleared=cleared) for cleared in (False, True)]
    return []


def test_a_week_of_daily_syncs_costs_as_much_each_day(tmp_path: Path) -> None:
    """What a day costs is what a month costs: the figure of the docs is of the test below."""
    with housed(tmp_path / "home") as house:
        spent = []
        for _ in range(7):
            result = house.sync(client={"plan": "watt"}, since=at(NOW - 2 * DAY))
            assert result.complete
            spent.append(result.hits)
            house.advance(DAY)
    assert set(spent[1:]) == {18}


@pytest.mark.soak
def test_a_month_of_daily_syncs_stays_within_the_free_plan(tmp_path: Path, found: Found) -> None:
    """All that a home with a battery and a charger has, each day, and its history as far as that leaves room."""
    december, spent, left = 1_796_086_800, [], []  # 2026-12-01 01:00 UTC
    with housed(tmp_path / "home", now=december) as house:
        for day in range(33):
            result = house.sync(client={"plan": "watt"})
            assert (result.holes, result.skipped) == ((), ())
            spent.append(result.hits)
            left.append(result.put_off)
            house.advance(DAY * (day < 32))
        house.sync(
            refresh=True
        )  # waiting for its minutes, the last one took a while, in which rows were revised
        same_as_the_service(house, at(december + 28 * DAY))
    found.most(hits_of_a_month_of_daily_syncs=sum(spent[:31]), hits_of_a_day_from_then_on=spent[-1])
    assert sum(spent[:31]) < 1000
    assert left[30] > 400 > left[-1]  # history goes on in January
    assert spent[-1] <= 18
    assert set(spent[1:31]) == {18}


def test_the_plan_says_beforehand_what_it_costs(house: House) -> None:
    """An estimate that is not what is then paid is worse than none."""
    with house.client(plan="watt") as enphase:
        first = enphase.plan_sync(since="2026-10-01")
        assert (first.hits, first.exact, first.look_ups) == (1, False, 1)
        assert "list of systems" in first.unknown[0]
        assert house.calls == 0
        enphase.sync(since="2026-11-20", series="battery")
        assert "its devices were not fetched" in enphase.plan_sync(since="2026-10-01").unknown[0]
        enphase.sync(since="2026-11-20", series=["battery", "ev_charger"])
        plan = enphase.plan_sync(since="2026-10-01")
        assert plan.exact
        assert plan.look_ups == 0
        assert plan.updates + plan.history == plan.hits
        calls = house.calls
        assert calls == 4  # the list; the devices, which a series of devices needs; a window of each series
        result = enphase.sync(since="2026-10-01")
        assert result.hits == house.calls


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"series": "batery"}, "'batery' is not known"),
        ({"series": []}, "series '' is not known"),
        ({"systems": []}, "systems is empty"),
        ({"systems": ["house"]}, "system"),
        ({"since": "soon"}, "not a time"),
        ({"since": "2030-01-01"}, "since 2030-01-01 lies in the future"),
        ({"max_hits": -1}, "max_hits"),
        ({"reserve": -1}, "reserve"),
        ({"refresh": 1}, "refresh"),
    ],
)
def test_what_cannot_be_is_refused_before_any_call(house: House, order: dict[str, Any], told: str) -> None:
    """A mistake that is found after hundred calls is dear."""
    with house.client() as enphase:
        for ask in (enphase.plan_sync, enphase.sync):
            with pytest.raises(InvalidRequest, match=told):
                ask(**order)
    assert house.calls == 0


def test_series_of_devices_are_those_of_all_of_them(tmp_path: Path) -> None:
    """By name only: five minutes of each microinverter are many calls."""
    with housed(tmp_path / "home", homes=1) as house:
        result = house.sync(series=["micro", "encharge"], since=at(NOW - 3 * DAY))
        names = [each.series for each in result.series]
        assert sum(name.startswith("micro ") for name in names) == 15
        assert sum(name.startswith("encharge ") for name in names) == 3
        assert result.hits == 15 + 3 + 2 == result.least
        same_as_the_service(house, at(NOW - 3 * DAY))


def test_series_that_the_plan_lacks_are_not_asked_for(house: House) -> None:
    """A refusal would cost a hit each."""
    result = house.sync(series=["micro", "battery"], since=at(NOW - DAY), client={"plan": "watt"})
    assert result.skipped == ("micro: not in the plan watt",)
    assert result.hits == 3
    assert result.complete


def test_series_of_devices_that_are_not_there_are_said(house: House) -> None:
    """Rows that never come, and a sync that says that all is well."""
    result = house.sync(series=["acb", "encharge"], since=at(NOW - DAY))
    assert result.skipped == ("acb: no system has such a device",)
    assert house.sync(house.ids[0], series="acb").skipped == (
        f"acb: system {house.ids[0]} has no such device",
    )


def test_default_series_are_what_the_devices_measure(tmp_path: Path) -> None:
    """A site without meters would be asked for what it never has, each day."""
    with housed(tmp_path / "home", homes=8) as house:
        since = at(NOW - 2 * DAY)
        result = house.sync(since=since)
        named: dict[int, set[str]] = {}
        for each in result.series:
            named.setdefault(each.system_id, set()).add(each.series.split()[0])
        logs = {"events", "alarms"}
        meters = {"production_meter", "consumption_meter", "energy_import", "energy_export"}
        of_meters = {"lifetime:consumption", "lifetime:import", "lifetime:export"}
        makes = {"production_micro", "lifetime:production", *logs}
        stores = {"battery", "lifetime:battery"}
        charges = {"ev_charger", "lifetime:ev_charger"}
        everything = makes | meters | of_meters | stores
        first, second, third, never, plain, _, acb, last = (named[each] for each in house.ids)
        assert first == last == everything | charges
        assert second == acb == everything
        assert third == makes | meters | of_meters
        assert plain == makes
        assert never == logs  # it has never reported
        assert result.complete


def test_new_systems_and_devices_are_found_by_themselves(tmp_path: Path) -> None:
    """Somebody buys a battery, or a second house: nobody tells the archive."""
    with housed(tmp_path / "home", homes=3) as house:
        service = house.server.service
        accra = service.homes[2]
        since = at(NOW - DAY)
        first, second = service.system_ids[:2]
        hidden = {first}
        from enphase_cloud.mock.service import Service

        real = Service.seen_by
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                Service,
                "seen_by",
                lambda self, caller: [
                    each for each in real(self, caller) if each.home.system_id not in hidden
                ],
            )
            house.sync(since=since, series="battery")
            with house.archive() as archive:
                assert {each.system_id for each in archive.systems()} == {second, accra.system_id}
            hidden.clear()
            house.advance(600)
            assert first not in {each.system_id for each in house.sync(since=since, series="battery").series}
            house.advance(DAY)
            assert first in {each.system_id for each in house.sync(since=since, series="battery").series}


def test_history_stops_where_the_service_says_that_it_began(tmp_path: Path) -> None:
    """Seven months of operation: windows before cost a call each, and would each day."""
    january = 1_768_892_400
    with housed(tmp_path / "home", homes=2, now=january) as house:
        young = house.ids[1]
        result = house.sync(young, series=["battery", "production_micro"])
        weeks = -(-(january - service_begin(house, 1)) // (7 * DAY))
        assert result.complete
        assert result.hits <= 2 * (weeks + 1) + 2
        house.advance(DAY)
        assert house.sync(young, series=["battery", "production_micro"]).hits == 2 + 1


def service_begin(house: House, index: int) -> int:
    began = house.server.service.homes[index].operational_at
    assert began is not None
    return began


@pytest.mark.parametrize(
    "hours",
    [(24, 5, 31, 24), pytest.param((24, 5, 1, 31, 24, 12, 24, 49, 3, 24, 24), marks=pytest.mark.soak)],
    ids=len,
)
def test_rows_of_every_day_are_what_the_service_has_while_it_revises_them(
    tmp_path: Path, hours: tuple[int, ...]
) -> None:
    """Late and revised rows, day by day: after each sync no row differs."""
    with housed(tmp_path / "home", homes=1) as house:
        since = at(NOW - 3 * DAY)
        for each in hours:
            house.sync(since=since, refresh=each < 6)
            house.calls  # noqa: B018 - forget them
            assert same_as_the_service(house, since) > 1000
            house.advance(each * 3600 + 77)


def test_a_sync_says_how_far_it_is(house: House) -> None:
    """Somebody waits for an hour: rows, hits and what is left have to add up."""
    told: list[Any] = []
    result = house.sync(since=at(NOW - 30 * DAY), client={"plan": "watt"}, on_progress=told.append)
    assert told[-1].hits == result.hits
    assert told[-1].rows == result.rows
    assert told[-1].windows == told[-1].planned
    assert told[-1].month_left == 1000 - result.hits
    assert any(each.plan for each in told)
    assert any(each.waiting for each in told)  # ten calls a minute
    assert [each.hits for each in told] == sorted(each.hits for each in told)


def test_a_client_without_an_archive_cannot_fill_it(house: House) -> None:
    from enphase_cloud import ConfigurationError

    with house.client(archive=False) as enphase, pytest.raises(ConfigurationError, match="archive=False"):
        enphase.sync()
    assert house.calls == 0


def test_what_is_due_tomorrow_does_not_delay_what_is_new_today(house: House) -> None:
    """Updates come before history: after few hits the last days of every series are there."""
    result = house.sync(max_hits=20)
    assert (result.hits, result.put_off_for) == (20, "max_hits")
    assert result.put_off > 500
    with house.archive() as archive:
        for series in (*SIX[:5], "production_micro"):
            rows = archive.system(house.ids[0]).telemetry(series, at(NOW) - timedelta(days=6)).to_list()
            assert len(rows) > 200, series
