"""What the service refuses: a series, a system, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from enphase_cloud import Plan
from enphase_cloud.mock.service import Service
from enphase_cloud.sync.engine import LOST, NOT_FOUND

from .houses import DAY, NOW, House, housed

SINCE = datetime.fromtimestamp(NOW - 3 * DAY, UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with housed(tmp_path / "home") as found:
        yield found


def fail(house: House, name: str | int, **when: Any) -> None:
    house.server.service.faults.add(name, **when)


class TestNotFound:
    """A 404 can mean that there is no such thing, or that the token may not see it."""

    def test_a_series_that_is_not_found_is_the_only_one_that_is_missing(self, house: House) -> None:
        """Lifetimes go first: one of them, and no day of telemetry would ever come."""
        fail(house, 404, operations="getBatteryLifetime")
        result = house.sync(since=SINCE)
        (hole,) = result.holes
        assert (hole.kind, hole.series, hole.reason) == ("lifetime", "battery", NOT_FOUND)
        assert {"battery", "production_meter", "events"} <= {
            each.series for each in result.series if each.rows
        }

    def test_it_is_asked_for_again_after_a_week(self, house: House) -> None:
        """Each day it would cost a hit, and wake somebody."""
        fail(house, 404, operations="getBatteryLifetime")
        order: dict[str, Any] = {"since": SINCE, "series": ["battery", "lifetime:battery"]}
        house.sync(**order)
        house.advance(DAY)
        again = house.sync(**order)
        assert again.complete
        assert again.skipped == ("battery: not found by the service, and asked for again a week after",)
        house.server.service.faults.clear()
        assert house.sync(**order).hits == 0
        assert house.sync(**order, refresh=True).complete  # whoever says so asks at once
        with house.archive() as archive:
            assert archive.holes() == []

    def test_a_week_later_it_is_there(self, house: House) -> None:
        fail(house, 404, count=1, operations="getBatteryLifetime")
        order: dict[str, Any] = {"since": SINCE, "series": ["lifetime:battery"]}
        assert len(house.sync(**order).holes) == 1
        house.advance(8 * DAY)
        result = house.sync(**order)
        assert result.complete
        assert result.rows > 100

    def test_several_in_a_row_are_a_system_that_is_gone(self, tmp_path: Path) -> None:
        """A thousand series of it would be tried; another system has nothing to do with it."""
        with housed(tmp_path / "home", homes=2) as house:
            gone, other = house.ids
            house.sync(since=SINCE, series="energy_import")
            house.advance(DAY)
            real = Service.history

            def history(self: Service, asked: Any) -> Any:
                asked.path["system_id"] = asked.path["system_id"].replace(str(gone), "99")
                return real(self, asked)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Service, "history", history)
                result = house.sync(since=SINCE, series=["lifetime", "energy_import", "energy_export"])
            assert len(result.holes) <= LOST
            assert {hole.system_id for hole in result.holes} == {gone}
            assert len([each for each in result.series if each.system_id == other and each.rows]) >= 6

    def test_a_mistyped_system_is_not_remembered(self, house: House) -> None:
        """It would be a hole for ever: nobody asks for it again."""
        result = house.sync(99)
        assert [hole.system_id for hole in result.holes] == [99]
        assert not result.complete
        with house.archive() as archive:
            assert archive.holes() == []


class TestEmptyList:
    """The list of systems is empty, once, and was not."""

    def test_it_is_not_believed(self, tmp_path: Path) -> None:
        """Syncs would do nothing for a day, and call it a success."""
        with housed(tmp_path / "home", homes=2) as house:
            house.sync(since=SINCE, series="battery")
            house.advance(DAY)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Service, "seen_by", lambda *_: [])
                empty = house.sync(since=SINCE, series="battery")
            assert (empty.complete, empty.systems) == (False, 0)
            assert "0 systems" in empty.holes[0].problem
            house.advance(60)
            with house.client() as enphase:
                assert enphase.plan_sync(since=SINCE, series="battery").look_ups == 1
            again = house.sync(since=SINCE, series="battery")
            assert again.complete
            assert again.rows
            with house.archive() as archive:
                assert archive.holes() == []

    def test_nor_is_one_that_somebody_else_was_told(self, house: House) -> None:
        """The archive is for all: whoever lists the systems keeps what comes."""
        house.sync(since=SINCE, series="battery")
        house.advance(DAY)
        with pytest.MonkeyPatch.context() as patch, house.client() as enphase:
            patch.setattr(Service, "seen_by", lambda *_: [])
            assert list(enphase.systems()) == []
        assert house.sync(since=SINCE, series="battery").rows

    def test_somebody_without_systems_has_none(self, house: House) -> None:
        """That is no failure."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Service, "seen_by", lambda *_: [])
            assert house.sync().complete


class TestLookback:
    """How far back the service goes is nothing that was asked for in vain."""

    @pytest.mark.parametrize("months", [6, 9])
    def test_where_it_ends_is_no_hole(self, house: House, months: int) -> None:
        """The edge moves while a sync runs: holes of a minute were listed for ever."""
        house.server.service.change(log_lookback_months=months)
        # the list, and 39 windows: for the last of them it waits a minute
        result = house.sync(series="events", client={"plan": Plan(per_minute=13)})
        assert result.complete
        with house.archive() as archive:
            assert archive.holes() == []
            assert bool(archive.store.holes()) == (months < 9)  # what is less than documented is remembered
        assert house.sync(series="events").hits <= 1
