"""What charts are drawn from: the world's own figures to the Wh, and gaps that stay gaps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from enphase_cloud import InvalidRequest
from enphase_cloud.look.charts import Chart, charted
from enphase_cloud.look.periods import Period, Span, cut, next_month, written
from enphase_cloud.look.readings import Readings
from enphase_cloud.look.steps import Measured, Stretch, Stretches, Value, added
from enphase_cloud.look.totals import totals_of
from enphase_cloud.look.tracks import TRACKS
from enphase_cloud.look.zeroes import without_unreported

from .worlds import GAP_DAY, GAPPED, MICROS, NOW, WHOLE, Kept

NAMES = {name: f"{name}_" if name == "import" else name for name in TRACKS}
"""What the world calls them."""
SPRING, AUTUMN, ORDINARY = date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 19)


def energies(chart: Chart, name: str) -> list[float | None]:
    return [value.energy_wh for value in chart.tracks[name].values]


@pytest.mark.parametrize(
    ("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (ORDINARY, 24)], ids=["23h", "25h", "24h"]
)
def test_a_day_is_what_the_world_measured(world: Kept, day: date, hours: int) -> None:
    """An interval lost or doubled where the clocks change, or one that is drawn in the day before."""
    chart = charted(world.readings(WHOLE), Period.DAY, day)
    flows = world.history(WHOLE).flows(day)
    assert len(chart.edges) == 4 * hours + 1
    for name, told in NAMES.items():
        assert energies(chart, name) == list(getattr(flows, told)), name
    assert [each and each[1] for each in chart.charge_percent] == list(flows.soc_percent)
    assert chart.holes == []
    assert chart.totals.incomplete == frozenset()


@pytest.mark.parametrize("period", [Period.MONTH, Period.YEAR, Period.LIFETIME])
def test_longer_periods_add_up_to_the_lifetime_series(world: Kept, period: Period) -> None:
    """A day that is counted twice, or left out, where months and years are cut."""
    site = world.archive().system(world.system_id(WHOLE))
    chart = charted(Readings(site, NOW), period, date(2026, 3, 15))
    first, after = chart.span
    for name, (lifetime, _) in TRACKS.items():
        rows = [row for row in site.lifetime(lifetime.series) if first <= row.date < after]
        today = charted(Readings(site, NOW), Period.DAY, NOW.date()).totals.energy_wh[name]
        expected = sum(getattr(row, lifetime.value) for row in rows) + (today if after > NOW.date() else 0)
        assert chart.totals.energy_wh[name] == expected, name
        assert sum(filter(None, energies(chart, name))) == expected, name


def test_steps_are_months_and_days_of_the_calendar(world: Kept) -> None:
    readings = world.readings(WHOLE)
    month = charted(readings, Period.MONTH, date(2026, 3, 15))
    assert [start.day for start in month.starts] == list(range(1, 32))
    assert {start.hour for start in month.starts} == {0}, (
        "on the clock of the site, also after it was changed"
    )
    year = charted(readings, Period.YEAR, date(2026, 3, 15))
    assert [start.month for start in year.starts] == list(range(1, 13))


def test_a_gap_stays_a_gap(world: Kept) -> None:
    """Zeroes where nothing was reported: a house that took nothing, and a sun that did not shine."""
    history = world.history(GAPPED)
    begin, end = history.home.gap
    readings = world.readings(GAPPED)
    day = charted(readings, Period.DAY, GAP_DAY)
    for name in day.tracks:
        for index, value in enumerate(day.tracks[name].values):
            within = begin <= day.edges[index] < end
            assert (value.energy_wh is None) is within, (name, index)
            assert value.reason == ("not reported" if within else None)
    [hole] = day.holes
    assert (int(hole.start.timestamp()), int(hole.end.timestamp())) == (begin, end)
    assert set(hole.tracks) == set(day.tracks)
    assert [bool(each) for each in day.charge_percent] == [not begin <= edge < end for edge in day.edges[:-1]]
    month = charted(readings, Period.MONTH, GAP_DAY)
    short = [index for index, value in enumerate(month.tracks["production"].values) if not value.whole]
    assert short == [GAP_DAY.day - 1], "a day of which hours are missing is not a day with little sun"
    assert "production" in month.totals.incomplete


def test_microinverters_sleep_at_night_and_that_is_no_gap(world: Kept) -> None:
    """Nights that are shaded as missing; and meters that are preferred where there are none."""
    history = world.history(MICROS)
    day = NOW.astimezone(history.home.zone).date() - timedelta(days=2)
    chart = charted(world.readings(MICROS), Period.DAY, day)
    assert list(chart.tracks) == ["production"]
    assert chart.tracks["production"].source == "production_micro"
    assert energies(chart, "production") == list(history.sun(day).energy_wh)
    assert chart.holes == []
    assert chart.charge_percent == []


def test_today_is_incomplete_and_what_is_to_come_is_missed_by_nobody(world: Kept) -> None:
    chart = charted(world.readings(WHOLE), Period.MONTH, NOW.date())
    consumption = chart.tracks["consumption"].values
    assert [value.whole for value in consumption] == [True] * 19 + [False] * 11
    assert consumption[19].energy_wh is not None, "what there is of today is shown"
    assert {value.energy_wh for value in consumption[20:]} == {None}
    assert all(hole.start.day == 20 for hole in chart.holes)
    year = charted(world.readings(WHOLE), Period.YEAR, NOW.date())
    assert year.tracks["consumption"].values[11] == Value(None, "in the future")


def test_before_operation_nothing_is_missing(world: Kept) -> None:
    chart = charted(world.readings(WHOLE), Period.LIFETIME, NOW.date())
    assert chart.tracks["production"].values[0].whole
    assert chart.span.first.day == 1


def test_what_is_not_archived_is_said_to_be(world: Kept) -> None:
    """A day that was never fetched, taken for one on which nothing happened."""
    readings = world.readings(WHOLE)
    assert charted(readings, Period.DAY, date(2026, 2, 1)).tracks == {}
    partly = charted(world.readings(GAPPED), Period.MONTH, date(2025, 12, 15))
    assert partly.charge_percent == []
    assert partly.tracks["production"].source == "lifetime production"
    assert partly.totals.incomplete == frozenset()


def test_a_time_zone_that_is_not_known_is_said_to_be(world: Kept, tmp_path: Path) -> None:
    """Days of another zone, as if they were those of the site."""
    number = world.system_id(WHOLE)
    with world.enphase(tmp_path) as enphase:
        list(enphase.system(number).lifetime("production"))
    with world.archive(tmp_path) as archive:
        chart = charted(Readings(archive.system(number), NOW), Period.MONTH, date(2026, 3, 15))
        assert chart.place.zone_name == "UTC (the time zone of the site is not known)"
        assert chart.tracks["production"].values[14].whole
        given = Readings(archive.system(number, timezone="US/Pacific"), NOW)
        assert charted(given, Period.MONTH, date(2026, 3, 15)).place.zone_name == "US/Pacific"


def test_a_chart_costs_nothing(world: Kept) -> None:
    before = len(world.server.service.journal)
    for period in Period:
        json.dumps(charted(world.readings(WHOLE), period, ORDINARY).as_json(), allow_nan=False)
    assert len(world.server.service.journal) == before


def test_shares_need_both_of_what_they_are_made_of() -> None:
    """A house that looks self-sufficient because its import is not known."""
    known, nothing = Value(10), Value(None, "not reported")
    totals = totals_of({"consumption": [known, known], "import": [nothing, Value(4)]})
    assert totals.self_sufficiency == pytest.approx(0.6), "of the one day of which both are known"
    assert totals.energy_wh == {"consumption": 20, "import": 4}
    assert totals.incomplete == {"import"}
    assert totals.self_consumption is None
    assert totals_of({"consumption": [known], "import": [nothing]}).self_sufficiency is None
    assert totals_of({"production": [Value(0)], "export": [Value(0)]}).self_consumption is None
    assert totals_of({"consumption": [known], "import": [Value(12)]}).self_sufficiency == 0


def test_a_partly_known_step_says_why() -> None:
    assert added([Value(1), Value(None, "not reported")]) == Value(1, "not reported")
    assert added([Value(1), Value(None, "before operation")]) == Value(1)
    assert added([Value(None, "in the future")] * 2) == Value(None, "in the future")


def test_intervals_belong_to_the_step_in_which_they_lie() -> None:
    gaps = Stretches([Stretch(1800, 2700, "not reported")])
    measured = Measured(
        900, [900, 1800, 3600], [1.0, 2.0, 4.0], gaps, Stretches([Stretch(3600, 5400, "night")])
    )
    assert measured.summed([0, 1800, 3600, 5400]) == [Value(3), Value(4, "not reported"), Value(0)]


DAYS = [date(2026, 1, day) for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"consumption": (5, 0, 5), "production": (3, 0, 0)}, {"consumption": (0, 2), "production": (0, 2)}),
        ({"consumption": (5, 0, 5), "export": (0, 0, 1)}, {"consumption": (0, 2), "export": (0, 2)}),
        ({"consumption": (), "production": (0, 3, 0)}, {"consumption": (), "production": (0, 1)}),
        ({"consumption": (0, 0, 0), "production": (0, 0, 0)}, {"consumption": (), "production": ()}),
    ],
    ids=["silent", "no export", "never metered", "never reported"],
)
def test_zeroes_of_days_that_were_not_reported(
    told: dict[str, tuple[float, ...]], left: dict[str, tuple[int, ...]]
) -> None:
    """The service fills unreported days with zeroes: drawn as they are, an outage is a day without sun."""
    tracks = {name: dict(zip(DAYS, values, strict=False)) for name, values in told.items()}
    found = without_unreported(tracks)
    assert {name: tuple(DAYS.index(day) for day in days) for name, days in found.items()} == left


def test_dates_as_people_write_them() -> None:
    assert written("2026-05-17") == (date(2026, 5, 17), Period.DAY)
    assert written(" 2026-05 ") == (date(2026, 5, 1), Period.MONTH)
    assert written("2026") == (date(2026, 1, 1), Period.YEAR)
    for wrong in ("", "26", "2026-13", "2026-02-30", "yesterday", "٢٠٢٦"):
        with pytest.raises(InvalidRequest, match="is not a date"):
            written(wrong)


def test_spans_are_cut_at_months() -> None:
    span = Span(date(2025, 12, 30), date(2026, 2, 2))
    assert cut(span, next_month) == [span.first, date(2026, 1, 1), date(2026, 2, 1), span.after]
