"""A sync that meets trouble: what failed is a hole, what was paid for is kept, and the next one goes on."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    GapReason,
    Plan,
    QuotaExhausted,
    Reserve,
    Retry,
    ServerError,
    SyncProgress,
    SyncResult,
    SyncRunning,
)
from enphase_cloud.sync.hold import held
from tests.cli.running import process_environment
from tests.facade.worlds import KEY, TOKEN

from .houses import DAY, NOW, House, housed

WEEKS = 8
SINCE = datetime.fromtimestamp(NOW - WEEKS * 7 * DAY, UTC)
THREE = ("battery", "production_meter", "energy_import")
ORDER: dict[str, Any] = {"since": SINCE, "series": THREE}
HITS = 3 * WEEKS + 1
"""Of that order: and the list of systems."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with housed(tmp_path / "home") as found:
        yield found


def kept(house: House) -> dict[str, Any]:
    """All rows of the archive."""
    with house.archive() as archive:
        site = archive.system(house.ids[0])
        return {series: site.telemetry(series, SINCE).to_list() for series in THREE}


def whole(house: House, tmp_path: Path) -> dict[str, Any]:
    """What an archive has that nothing happened to."""
    other = House(house.server, tmp_path / "whole")
    other.sync(**ORDER)
    found = kept(other)
    house.calls  # noqa: B018 - those are forgotten
    return found


def fail(house: House, name: str | int, **when: Any) -> None:
    house.server.service.faults.add(name, **when)


class TestFailures:
    """One call that fails spoils nothing else."""

    def test_a_failed_window_is_a_hole_that_the_next_sync_fills(self, house: House, tmp_path: Path) -> None:
        """The others go on; a hole that is forgotten would be a gap for good."""
        expected = whole(house, tmp_path)
        fail(house, 500, count=2, operations="getBatteryTelemetry")  # it is repeated once
        result = house.sync(**ORDER)
        assert result.hits == house.calls == HITS + 1
        (hole,) = result.holes
        assert (hole.series, hole.reason, hole.end) == ("battery", "failed call", at(NOW))
        assert "500" in hole.problem
        assert not result.complete
        with house.archive() as archive:
            assert archive.holes() == list(result.holes)
        again = house.sync(**ORDER)
        assert (again.hits, again.holes) == (1, ())
        with house.archive() as archive:
            assert archive.holes() == []
        assert kept(house) == expected

    def test_two_failures_in_a_row_end_a_series_and_no_other(self, house: House) -> None:
        """A series that the service cannot give would cost a hundred hits, each day."""
        fail(house, 500, operations="getBatteryTelemetry")
        result = house.sync(**ORDER)
        assert [hole.series for hole in result.holes] == ["battery"] * 2
        assert result.put_off == WEEKS - 2
        assert result.hits == 2 * WEEKS + 1 + 4
        house.server.service.faults.clear()
        assert house.sync(**ORDER).hits == WEEKS

    def test_a_service_that_is_down_is_left_alone(self, tmp_path: Path) -> None:
        """Each of a thousand series would be tried, twice."""
        with housed(tmp_path / "home", homes=3) as house:
            house.sync(since=at(NOW - DAY), series=THREE)
            house.advance(DAY)
            house.calls  # noqa: B018 - those are forgotten
            fail(house, 503)
            with pytest.raises(ServerError) as caught:
                house.sync(**ORDER)
            assert house.calls <= 2 * 14
            partial = caught.value.partial
            assert isinstance(partial, SyncResult)
            assert partial.holes
            house.server.service.faults.clear()
            assert house.sync(**ORDER).complete

    def test_no_way_to_the_service_is_said_as_what_it_is(self, house: House) -> None:
        house.server.stop()
        with pytest.raises(ConnectionFailed):
            house.sync(**ORDER)

    @pytest.mark.parametrize("status", [403, 401])
    def test_what_the_plan_does_not_include_is_not_asked_for_each_day(
        self, house: House, status: int
    ) -> None:
        """Nobody said which plan it is: the service does, once a week."""
        house.server.service.change(plan="watt", outside_plan_status=status)
        order: dict[str, Any] = {"since": SINCE, "series": ["battery", "micro"]}
        first = house.sync(**order)
        assert {hole.reason for hole in first.holes} == {GapReason.NOT_IN_PLAN}
        assert len({hole.serial for hole in first.holes}) == 15
        house.calls  # noqa: B018 - those are forgotten
        again = house.sync(**order)
        assert (again.hits, again.complete, len(again.skipped)) == (0, True, 1)
        house.advance(8 * DAY)
        assert len(house.sync(**order).holes) == 15

    def test_an_answer_that_nobody_can_read_is_a_hole_and_not_asked_for_all_over(self, house: House) -> None:
        """It does not cover what was asked for: a sync that goes on where nothing is covered never ends."""
        body = {"system_id": house.ids[0], "intervals": "none"}
        house.server.service.fail_next(status=200, body=body, operation="getBatteryTelemetry")
        result = house.sync(**ORDER)
        assert result.hits == HITS
        (hole,) = result.holes
        assert (hole.series, hole.reason) == ("battery", "unreadable")
        assert house.sync(**ORDER).complete

    def test_a_device_that_is_gone_is_dropped_and_nothing_else(self, house: House) -> None:
        fail(house, 404, count=1, operations="getEnchargeTelemetry")
        result = house.sync(since=at(NOW - 2 * 7 * DAY), series=["encharge", "battery"])
        (hole,) = result.holes
        assert hole.serial is not None
        assert result.hits == 2 + 1 + 2 * 2 + 2  # the look-ups; the one; two of the others; the site
        assert result.put_off == 0

    def test_a_series_that_is_gone_is_dropped_and_no_other(self, tmp_path: Path) -> None:
        with housed(tmp_path / "home", homes=2) as house:
            fail(house, 404, count=1, operations="getBatteryTelemetry")
            result = house.sync(since=SINCE, series=["battery", "energy_import", "energy_export"])
            (hole,) = result.holes
            done = [each.windows for each in result.series if each.windows]
            assert done == [WEEKS] * 5
            assert hole.series == "battery"

    def test_devices_that_cannot_be_listed_leave_the_other_systems_alone(self, tmp_path: Path) -> None:
        with housed(tmp_path / "home", homes=2) as house:
            fail(house, 500, count=1, operations="listSystemDevices")
            result = house.sync(since=at(NOW - DAY), client={"retry": Retry(attempts=1)})
            (hole,) = result.holes
            assert hole.kind == "object"
            assert len({each.system_id for each in result.series}) == 2  # of the other, events and alarms
            assert house.sync(since=at(NOW - DAY)).complete

    def test_a_token_that_is_not_accepted_ends_the_sync(self, house: House) -> None:
        """It holds for all calls: each of them would be wasted."""
        house.sync(**ORDER, max_hits=5)
        house.calls  # noqa: B018 - those are forgotten
        fail(house, 401)
        with pytest.raises(AuthenticationError) as caught:
            house.sync(**ORDER)
        assert house.calls <= 8
        assert caught.value.partial.put_off > 0

    def test_an_answer_that_cannot_be_kept_ends_the_sync(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A full disk: what is paid for and lost has to be paid for again."""
        from enphase_cloud.archive.store import Store

        house.sync(**ORDER, max_hits=5)
        house.calls  # noqa: B018 - those are forgotten

        def full(*_: object, **__: object) -> None:
            raise ConfigurationError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(Store, "keep", full)
            with pytest.raises(ConfigurationError, match="disk is full"):
                house.sync(**ORDER)
        assert house.calls <= 4  # those that were under way
        assert house.sync(**ORDER).complete

    def test_windows_that_are_narrower_than_documented_are_followed(self, house: House) -> None:
        """A service that gives a day where a week is asked for: seven calls a window, and all of it comes."""
        house.server.service.change(day_only="energy_import")
        result = house.sync(**ORDER)
        assert result.hits == house.calls == 2 * WEEKS + 7 * WEEKS + 1
        assert result.least == HITS
        assert result.complete
        assert house.sync(**ORDER).hits == 0

    def test_no_call_is_begun_after_the_last_that_is_allowed(self, house: House) -> None:
        """Also within a window that takes several calls, and where calls are repeated."""
        house.server.service.change(day_only="energy_import")
        house.sync(since=at(NOW - DAY), series="battery")
        house.calls  # noqa: B018 - those are forgotten
        for most in (1, 2, 9, 20):
            fail(house, 500, rate=0.4)
            result = house.sync(**ORDER, max_hits=most)
            assert house.calls == result.hits <= most
            assert result.put_off_for == "max_hits"
            house.server.service.faults.clear()

    def test_events_that_the_service_does_not_give_any_more_are_asked_for_once(self, house: House) -> None:
        """The document says nine months, the service may say six: a hit for each series, each day."""
        house.server.service.change(log_lookback_months=6)
        first = house.sync(series=["events"])
        assert first.complete
        assert first.hits <= 27 + 1 + 2
        house.advance(DAY)
        house.calls  # noqa: B018 - those are forgotten
        assert house.sync(series=["events"]).hits == 1 + 1


def at(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


class TestInterruptions:
    """Whenever it is interrupted: nothing that was paid for is lost, and the next sync goes on."""

    def test_ctrl_c_ends_a_sync_when_the_calls_under_way_are_kept(self, house: House, tmp_path: Path) -> None:
        expected, chance = whole(house, tmp_path), random.Random(7)
        interrupted = 0
        for _ in range(12):
            left = chance.randrange(1, 6)

            def interrupt(progress: SyncProgress) -> None:
                nonlocal left
                left -= progress.hits > 0
                if left == 0:
                    main = threading.main_thread().ident
                    assert main is not None
                    signal.pthread_kill(main, signal.SIGINT)

            try:
                house.sync(**ORDER, on_progress=interrupt)
            except KeyboardInterrupt:
                interrupted += 1
        assert interrupted > 3
        house.sync(**ORDER)
        assert kept(house) == expected
        assert house.calls == HITS

    def test_a_cancelled_task_ends_when_the_calls_under_way_are_kept(
        self, house: House, tmp_path: Path
    ) -> None:
        expected, chance = whole(house, tmp_path), random.Random(11)
        interrupted = 0
        for _ in range(12):
            left = chance.randrange(1, 6)

            async def main() -> None:
                task = asyncio.current_task()
                assert task is not None

                def interrupt(progress: SyncProgress) -> None:
                    nonlocal left
                    left -= progress.hits > 0
                    if left == 0:
                        task.cancel()

                await house.sync_async(**ORDER, on_progress=interrupt)

            try:
                asyncio.run(main())
            except asyncio.CancelledError:
                interrupted += 1
        assert interrupted > 3
        asyncio.run(house.sync_async(**ORDER))
        assert kept(house) == expected
        assert house.calls == HITS

    def test_killed_at_any_moment_it_costs_one_call_under_way_at_the_most(
        self, house: House, tmp_path: Path
    ) -> None:
        """A process that nobody asks: what it had kept is there, and what it had asked for is asked for again."""
        expected, chance = whole(house, tmp_path), random.Random(3)
        kills = 0
        code = (
            "import sys; from enphase_cloud import Enphase, Runtime\n"
            "class Time(Runtime):\n"
            f"    def time(self): return {NOW}.0\n"
            "with Enphase.from_env(runtime=Time()) as enphase:\n"
            f"    enphase.sync(since='{SINCE.isoformat()}', series={THREE!r}, "
            "on_progress=lambda progress: print(progress.hits, flush=True))\n"
        )
        for _ in range(4):
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                env=process_environment(
                    house.server,
                    ENPHASE_HOME=str(house.home),
                    ENPHASE_API_KEY=KEY,
                    ENPHASE_ACCESS_TOKEN=TOKEN,
                ),
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 6)):
                process.stdout.readline()
            if process.poll() is None:
                process.kill()
                kills += 1
            process.wait()
            process.stdout.close()
        assert kills > 1
        house.sync(**ORDER)
        assert kept(house) == expected
        assert HITS <= house.calls <= HITS + kills


class TestTogether:
    """One sync at a time: two would pay for the same."""

    def test_a_second_sync_says_who_runs_and_asks_for_nothing(self, house: House) -> None:
        with held(house.home, NOW):
            with pytest.raises(SyncRunning, match="running already, by process") as caught:
                house.sync(**ORDER)
            with pytest.raises(SyncRunning):
                asyncio.run(house.sync_async(**ORDER))
        assert caught.value.since == at(NOW)
        assert house.calls == 0
        assert house.sync(**ORDER).complete

    def test_what_a_killed_sync_leaves_behind_is_no_lock(self, house: House) -> None:
        house.home.mkdir(parents=True, mode=0o700)
        (house.home / "sync.json").write_text(json.dumps({"pid": 1, "since": NOW - 60}))
        (house.home / ".sync.lock").touch()
        assert house.sync(**ORDER).complete

    def test_several_at_once_never_pay_twice(self, house: House, tmp_path: Path) -> None:
        """Cron starts the next before the last is done, and people press keys."""
        expected = whole(house, tmp_path)
        refused: list[SyncRunning] = []

        def run() -> None:
            for _ in range(5):
                try:
                    house.sync(**ORDER)
                except SyncRunning as error:
                    refused.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused
        house.sync(**ORDER)
        assert house.calls == HITS
        assert kept(house) == expected

    def test_who_reads_while_a_sync_runs_pays_for_nothing_that_it_has(self, house: House) -> None:
        """The archive is for all: a reader fills it, too."""
        with house.client() as reader:
            reader.system(house.ids[0], timezone="UTC").telemetry("battery", SINCE).to_list()
        assert house.calls == WEEKS
        assert house.sync(**ORDER).hits == HITS - WEEKS


class TestMonth:
    """The month of the plan, and what of it is kept back."""

    def test_history_leaves_what_the_updates_of_the_month_take(self, house: House) -> None:
        """Else the rows of the last days would wait for the first of the next month."""
        small = Plan(per_month=300)
        result = house.sync(client={"plan": small})
        assert result.put_off_for == "reserve"
        assert result.put_off_until == datetime(2026, 12, 1, tzinfo=UTC)
        assert result.hits == house.calls == 300 - 18 * 11
        with house.client(plan=small) as enphase:
            assert enphase.quota.month.left == 18 * 11

    def test_what_others_need_is_left_to_them(self, house: House) -> None:
        small = Plan(per_month=400)
        result = house.sync(client={"plan": small}, reserve=100)
        assert result.hits == 400 - 100 - 18 * 11
        assert house.sync(client={"plan": small, "reserve": Reserve(per_month=90)}).hits == 10

    def test_the_plan_says_what_this_run_makes_and_it_makes_so_much(self, house: House) -> None:
        """Somebody who waits wants to know for what, and not how long the history of a year takes."""
        small = Plan(per_month=300, per_minute=10)
        house.sync(since=at(NOW - DAY), client={"plan": small})  # the system, its devices, and the last day
        house.advance(3600)
        orders: tuple[dict[str, Any], ...] = ({"max_hits": 7}, {"reserve": 250}, {}, {"reserve": 300})
        for order, least in zip(orders, (7, 9, 60, 0), strict=True):
            told: list[SyncProgress] = []
            with house.client(plan=small) as enphase:
                plan = enphase.plan_sync(**order)
                begun = house.server.service.clock()
                try:
                    done = enphase.sync(**order, on_progress=told.append)
                except QuotaExhausted as error:  # what is new would be asked for, too
                    done = error.partial
                took = house.server.service.clock() - begun
            assert plan.hits_now == done.hits >= least, order
            assert abs(took - plan.seconds_now) <= 60
            assert {each.planned for each in told if each.plan} == {plan.hits_now}

    def test_updates_that_take_more_than_the_month_are_said(self, house: House) -> None:
        """ "About 5,261 days" is no answer, where the history never comes."""
        house.sync(since=at(NOW - DAY), client={"plan": Plan(per_month=300)})
        house.advance(3600)
        with house.client(plan=Plan(per_month=300)) as enphase:
            plan = enphase.plan_sync()
            assert (plan.updates_per_month, plan.per_month, plan.too_many) == (18 * 31, 300, True)
            assert plan.days > 365
        with house.client(plan=Plan(per_month=150)) as enphase:
            assert enphase.plan_sync().days == inf
        with house.client(plan="watt") as enphase:
            plan = enphase.plan_sync()
            assert not plan.too_many
            assert plan.days < 60
        with house.client() as enphase:
            assert (enphase.plan_sync().per_month, enphase.plan_sync().too_many) == (None, False)

    def test_a_month_that_is_used_up_ends_the_sync_and_says_until_when(self, house: House) -> None:
        """Nothing is sent in vain: the ledger knows."""
        house.sync(client={"plan": "watt"}, max_hits=2, series="battery")
        house.calls  # noqa: B018 - those are forgotten
        with pytest.raises(QuotaExhausted) as caught:
            house.sync(client={"plan": Plan(per_month=3)}, series=["energy_import", *THREE])
        assert caught.value.resets_at == datetime(2026, 12, 1, tzinfo=UTC)
        partial = caught.value.partial
        assert (partial.put_off_for, partial.put_off_until) == ("month", datetime(2026, 12, 1, tzinfo=UTC))
        assert house.calls == 1
        assert caught.value.partial.put_off > 100

    def test_a_refusal_for_the_minute_is_waited_for(self, house: House) -> None:
        """Somebody else uses the key: the service counts more calls than we know of."""
        fail(house, "429=20", count=2)
        result = house.sync(**ORDER, client={"retry": Retry(attempts=1)})
        assert result.complete
        assert result.hits == HITS + 2


class TestFleet:
    """Many systems: none waits for the history of another."""

    def test_twenty_systems_advance_together(self, tmp_path: Path) -> None:
        with housed(tmp_path / "home", homes=20) as house:
            since = at(NOW - 60 * DAY)
            done: dict[int, int] = {}

            def count(progress: SyncProgress) -> None:
                if progress.system_id is not None and progress.plan is not None:
                    done[progress.system_id] = done.get(progress.system_id, 0) + 1

            for most in (30, 25, 40, 100):
                house.sync(since=since, series="production_micro", max_hits=most, on_progress=count)
                reporting = [done.get(each, 0) for at, each in enumerate(house.ids) if at % 8 not in (3, 5)]
                assert max(reporting) - min(reporting) <= 1, done
            windows = {each: done.get(each, 0) for each in house.ids}
            never, silent = [house.ids[3::8], house.ids[5::8]]
            assert all(windows[each] == 0 for each in never)
            assert all(windows[each] == 0 for each in silent)  # since before that
            assert min(windows.values(), default=0) == 0
            house.sync(since=since, series="production_micro")
            assert house.sync(since=since, series="production_micro").hits == 0
