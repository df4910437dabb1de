"""docs/scale.md: what it reckons is what the code reckons, and what a sync pays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks import paper
from benchmarks.fleet import DAY, NOW, SIX, Fleet
from benchmarks.scale import line, written
from enphase_cloud import Enphase

DOCUMENT = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")


def client(fleet: Fleet, home: Path) -> Enphase:
    return Enphase(api_key="key", access_token=str(NOW), home=home, plan="partner", runtime=fleet.runtime)


def test_what_the_document_reckons_is_what_the_formulas_say() -> None:
    """A plan's price, a page's size or a window that changes, and a document that nobody wrote anew."""
    assert written(DOCUMENT, paper.text()) == DOCUMENT


def test_the_formulas_that_stand_in_the_document_are_those_of_the_plan() -> None:
    """The numbers in its sentences."""
    facts = (paper.PAGE, paper.WIDEST_DAYS, paper.PER_MINUTE, paper.PER_MONTH, paper.FREE, paper.HIT_USD)
    assert facts == (100, 7, 300, 1_500_000, 10_000, 0.005)
    assert paper.first_fill(1, 1, 730) - paper.pages(1) == 105
    assert [paper.upkeep(1, 1, days) - paper.pages(1) for days in (1, 5, 6, 7)] == [1, 1, 2, 2]
    assert paper.seconds(300) == 0
    assert paper.seconds(301) == paper.seconds(600) == 62
    assert paper.seconds(paper.PER_MONTH) < 4 * DAY
    assert [paper.dollars(hits) for hits in (10_000, 10_001)] == [0, 0.005]


@pytest.mark.parametrize("each", [1, 6, 14])
@pytest.mark.parametrize("every", [1, 5, 7])
def test_one_system_more_than_a_key_keeps_is_too_many(each: int, every: int) -> None:
    """A bound that is one off, or forgets the list of systems."""
    most = paper.most_systems(each, every)
    syncs = -(-31 // every)
    assert paper.upkeep(most, each, every) * syncs <= paper.PER_MONTH
    assert paper.upkeep(most + 1, each, every) * syncs > paper.PER_MONTH


@pytest.mark.parametrize(("systems", "series", "days"), [(1, 1, 7), (3, 6, 730), (101, 2, 30), (250, 3, 365)])
def test_the_formula_is_the_estimate(tmp_path: Path, systems: int, series: int, days: int) -> None:
    """Of a fleet whose list is kept, and nothing else: hits, dollars and time."""
    fleet = Fleet(systems, days)
    since = datetime.fromtimestamp(NOW - days * DAY, UTC)
    with client(fleet, tmp_path) as enphase:
        listed = paper.pages(systems)
        assert enphase.sync(max_hits=listed, series=SIX[:series], since=since).hits == fleet.calls == listed
        plan = enphase.plan_sync(series=SIX[:series], since=since)
    hits = paper.first_fill(systems, series, days)
    assert plan.exact
    assert plan.hits == hits - listed
    assert plan.cost_usd == pytest.approx(paper.dollars(hits))
    assert plan.seconds == paper.seconds(hits)
    assert plan.updates_per_month == 31 * paper.upkeep(systems, series)


def test_the_formula_is_what_is_paid_and_a_fleet_that_is_left_goes_on(tmp_path: Path) -> None:
    """Also where the first sync ends in the middle, and where the next ones come after one, five and seven days."""
    fleet = Fleet(7, 15)
    order: dict[str, Any] = {"series": SIX[:2], "since": datetime.fromtimestamp(NOW - 15 * DAY, UTC)}
    with client(fleet, tmp_path) as enphase:
        stopped = enphase.sync(max_hits=20, **order)
        assert (stopped.hits, stopped.put_off_for) == (20, "max_hits")
        enphase.sync(**order)
        assert fleet.calls == paper.first_fill(7, 2, 15)
        moment = NOW
        for days in (1, 5):
            moment += days * DAY
            fleet.runtime.now = moment
            assert enphase.sync(**order).hits == paper.upkeep(7, 2, days)
        fleet.runtime.now = moment + 7 * DAY
        assert enphase.plan_sync(**order).hits == paper.upkeep(7, 2, 7)


def test_the_order_of_a_fleet_is_kept_where_systems_wait_for_a_minute(tmp_path: Path) -> None:
    """No call is made twice, and none is forgotten, when each minute ends in the middle of something."""
    fleet = Fleet(320, 7)
    with client(fleet, tmp_path) as enphase:
        result = enphase.sync(series=SIX[:2], since=datetime.fromtimestamp(NOW - 7 * DAY, UTC))
    assert result.complete
    assert result.hits == fleet.calls == paper.first_fill(320, 2, 7)


def test_a_line_says_where_a_quantity_grows_faster() -> None:
    """A measure of straightness that calls a square straight."""
    straight = line([(x, 3 + 2 * x) for x in (1, 2, 4, 8)])
    assert [*straight] == pytest.approx([2, 0, 1])
    square = line([(x, x * x) for x in (1, 2, 4, 8)])
    assert square.deviation > 5
    assert square.growth > 1.2
