"""Systems that are young, silent, or have never reported: what cannot be there is not paid for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enphase_cloud import GapReason

from .houses import DAY, NOW, House, housed
from .test_sync import same_as_the_service, service_begin

JANUARY = 1_768_892_400  # 2026-01-20 07:00 UTC
SEVEN = ("production_meter", "production_micro", "consumption_meter", "energy_import", "energy_export")


def at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def named(house: House, operation: str) -> int:
    return len(house.server.service.calls(operation))


class TestSilent:
    """Home 5 of the mock fell silent a year before NOW."""

    @pytest.fixture
    def house(self, tmp_path: Path) -> Iterator[House]:
        with housed(tmp_path / "home", homes=6) as found:
            yield found

    @staticmethod
    def silent(house: House) -> int:
        found = house.server.service.homes[5].silent_at
        assert found is not None
        return found

    def test_a_silence_costs_a_look_at_the_system_a_day(self, house: House) -> None:
        """Its devices, its events and alarms each day are four hits more, for ever."""
        system_id, since = house.ids[5], at(self.silent(house) - 10 * DAY)
        first = house.sync(system_id, since=since)
        assert first.complete
        assert {each.series for each in first.series} >= set(SEVEN)
        hits = []
        for _ in range(10):
            house.advance(DAY)
            again = house.sync(system_id, since=since)
            assert again.complete
            hits.append(again.hits)
        assert hits == [1, 1, 1, 1, 4] * 2  # each fifth day events, and alarms of both kinds
        # of the lifetime series, days of silence are zeroes, which are not fetched
        assert same_as_the_service(house, since, [system_id], ("telemetry", "log")) > 1000

    def test_nothing_before_the_silence_is_missing_and_reading_it_costs_nothing(self, house: House) -> None:
        """Series whose answers do not tell the last report had a hole of a year: 44 hits for whoever read it."""
        system_id, since = house.ids[5], at(self.silent(house) - 10 * DAY)
        house.sync(system_id, since=since, series=SEVEN)
        house.advance(DAY / 2)
        house.calls  # noqa: B018 - those are forgotten
        with house.client() as reader, house.archive() as archive:
            for series in SEVEN:
                for source in (reader, archive):
                    rows = source.system(system_id).telemetry(series, since, at(NOW))
                    assert rows.to_list()
                    assert {gap.reason for gap in rows.gaps} == {GapReason.NOT_REPORTED}, (series, rows.gaps)
        assert house.calls == 0

    def test_a_reader_does_not_believe_for_long_that_it_is_silent(self, house: House) -> None:
        """Nobody may have synced since: the system may be back, and have delivered what it had kept."""
        system_id = house.ids[5]
        house.sync(system_id, series="production_micro", since=at(self.silent(house) - DAY))
        house.advance(3 * DAY)
        house.calls  # noqa: B018 - those are forgotten
        with house.client() as reader:
            reader.system(system_id).telemetry("production_micro", at(NOW - 2 * DAY), at(NOW)).to_list()
        assert house.calls == 1

    def test_a_system_that_is_back_is_asked_for_its_silence(self, house: House) -> None:
        """A gateway delivers what it had kept while it was offline."""
        system_id, silent = house.ids[5], self.silent(house)
        since = at(silent - DAY)
        house.sync(system_id, series="production_meter", since=since)
        service = house.server.service
        house.advance(DAY)
        real = type(service.histories[5]).last_report_at
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(service.histories[5]),
                "last_report_at",
                lambda self, now: now - 300 if self.home.system_id == system_id else real(self, now),
            )
            result = house.sync(system_id, series="production_meter", since=since)
        assert result.complete
        weeks = -(-(NOW + DAY - silent) // (7 * DAY))
        assert weeks <= result.hits <= weeks + 2


class TestNever:
    """Home 3 of the mock has never reported."""

    def test_it_costs_the_newest_events_and_a_look_a_day(self, tmp_path: Path) -> None:
        """119 hits for nothing at first, and five a day for ever."""
        with housed(tmp_path / "home", homes=4) as house:
            never = house.ids[3]
            hits = [house.sync(never).hits]
            for _ in range(5):
                house.advance(DAY)
                hits.append(house.sync(never).hits)
            assert hits == [4, 1, 1, 1, 1, 4]
            assert named(house, "listSystemDevices") == 0


class TestYoung:
    """Home 1 of the mock was seven months old in January 2026."""

    def test_events_are_not_asked_for_before_there_was_a_system(self, tmp_path: Path) -> None:
        with housed(tmp_path / "home", homes=2, now=JANUARY) as house:
            young, begun = house.ids[1], service_begin(house, 1)
            result = house.sync(young, series=["events", "alarms"])
            weeks = -(-(JANUARY - begun + DAY) // (7 * DAY))
            assert result.complete
            assert result.hits == 1 + 3 * weeks
            assert same_as_the_service(house, at(begun), [young], ("log",))

    def test_the_plan_does_not_count_what_was_before(self, tmp_path: Path) -> None:
        """755 hits were announced, and 325 paid."""
        with housed(tmp_path / "home", homes=2, now=JANUARY) as house:
            young = house.ids[1]
            house.sync(young, series=["battery", "events"], since=at(JANUARY - DAY))
            with house.client() as enphase:
                plan = enphase.plan_sync(young, series=["battery", "events"])
            result = house.sync(young, series=["battery", "events"])
            assert not plan.exact
            assert result.hits <= plan.hits <= result.hits + 2
            assert result.complete
            with house.client() as enphase:
                assert enphase.plan_sync(young, series=["battery", "events"]).hits == 0
