"""Time windows as behaviours.md has them, and what can be switched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .conforming import assert_conforms
from .playing import NOW, PATHS, REFUSED_WINDOWS, Site, ask, flat, service_of

DAY, WEEK = 86_400, 604_800
TODAY = 1_779_951_600  # midnight in Los Angeles
MONDAY = TODAY - 3 * DAY


@cache
def house(**options: Any) -> Site:
    """A house whose energy is there as soon as an interval is over; `test_late.py` has the other one."""
    return Site(create_app(homes=6, clock=NOW, late_data=False, **options), 0)


WINDOWS: list[tuple[str, dict[str, object], int, int]] = [
    ("nothing: today", {}, TODAY, NOW),
    ("a day", {"start_at": MONDAY}, MONDAY, MONDAY + DAY),
    ("a week", {"start_at": MONDAY - WEEK, "granularity": "week"}, MONDAY - WEEK, MONDAY),
    ("a quarter", {"start_at": MONDAY, "granularity": "15mins"}, MONDAY, MONDAY + 900),
    ("a week that is not over", {"start_at": MONDAY, "granularity": "week"}, MONDAY, NOW),
    ("off the grid", {"start_at": MONDAY + 899}, MONDAY, MONDAY + DAY),
    ("the last quarter", {"start_at": NOW}, NOW - NOW % 900, NOW),
    ("an end within", {"start_at": MONDAY, "end_at": MONDAY + 3600}, MONDAY, MONDAY + 3600),
    ("an end beyond", {"start_at": MONDAY, "end_at": MONDAY + WEEK}, MONDAY, MONDAY + DAY),
    ("start_at wins", {"start_at": MONDAY, "start_date": "2026-01-01"}, MONDAY, MONDAY + DAY),
]


@pytest.mark.parametrize("series", [name for name in PATHS if name != "production_micro"])
@pytest.mark.parametrize(
    ("query", "start", "end"), [case[1:] for case in WINDOWS], ids=[case[0] for case in WINDOWS]
)
def test_window(series: str, query: dict[str, object], start: int, end: int) -> None:
    answer = house().window(series, **query)
    assert (answer["start_at"], answer["end_at"]) == (start, end)
    assert answer["granularity"] == query.get("granularity", "day")
    ends = [row["end_at"] for row in flat(answer["intervals"])]
    assert ends == list(range(start + 900, end + 1, 900)), "a row for each quarter, named by its end"


def test_five_minute_windows() -> None:
    noon = MONDAY + 12 * 3600
    for word, count in (("5mins", 1), ("15mins", 3), ("day", None), ("week", None)):
        answer = house().window("production_micro", start_at=noon + 299, granularity=word)
        assert answer["start_at"] == noon
        ends = [row["end_at"] for row in answer["intervals"]]
        assert ends[0] == noon + 300
        assert ends == sorted(set(ends))
        assert count in (None, len(ends))
    assert answer["end_at"] == NOW


def test_a_window_by_date_answers_with_dates() -> None:
    answer = house().window("battery", start_date="2026-05-25")
    assert (answer["start_date"], answer["end_date"]) == ("2026-05-25", "2026-05-25")
    assert not {"start_at", "end_at"} & set(answer)
    assert answer["intervals"] == house().window("battery", start_at=MONDAY)["intervals"]


@pytest.mark.parametrize("series", PATHS)
@pytest.mark.parametrize(
    ("first", "granularity", "last"),
    [
        ("2026-05-18", "week", "2026-05-24"),
        ("2026-05-25", "15mins", "2026-05-25"),
        ("2026-05-28", "day", "2026-05-28"),
        ("2025-10-31", "week", "2025-11-06"),  # an hour longer
        ("2026-03-08", "day", "2026-03-09"),  # an hour shorter: into the day after
    ],
)
def test_the_last_date_is_one_that_the_window_has_a_part_of(
    series: str, first: str, granularity: str, last: str
) -> None:
    site = house()
    answer = site.window(series, start_date=first, granularity=granularity)
    assert (answer["start_date"], answer["end_date"]) == (first, last)
    ends = [row["end_at"] for row in flat(answer["intervals"])]
    assert all(site.date_of(end - 1).isoformat() <= last for end in ends)


def test_an_end_before_the_first_report_is_an_empty_window_and_one_before_the_start_is_refused() -> None:
    site = Site(house().app, 1)
    first = site.midnight(site.first_date())
    start = first - 20 * DAY
    for end in (start, start + DAY, first - 1, first):
        answer = site.window("battery", start_at=start, end_at=end, granularity="week")
        assert (answer["start_at"], answer["end_at"], answer["intervals"]) == (first, first, [])
    path = f"{site.path}/{PATHS['battery']}"
    assert ask(site.app, path, {"start_at": start, "end_at": start - 1}).status == 422
    off_the_grid = {"start_at": first + DAY + 800, "end_at": first + DAY + 700}
    assert ask(site.app, path, off_the_grid).status == 422, "though both lie in one interval"


@pytest.mark.parametrize("options", [{}, {"window_cap": 300}], ids=str)
@pytest.mark.parametrize("series", PATHS)
def test_who_follows_windows_shorter_than_a_step_gets_on(series: str, options: dict[str, Any]) -> None:
    site, noon = house(**options), MONDAY + 12 * 3600
    expected = [
        row
        for row in flat(house().window(series, start_at=noon)["intervals"])
        if row["end_at"] <= noon + 3600
    ]
    start, found = noon, []
    for _ in range(20):
        if start >= noon + 3600:
            break
        answer = site.window(series, start_at=start, granularity="5mins")
        found += flat(answer["intervals"])
        start = answer["end_at"]
    assert found == expected


def test_a_start_before_the_first_report_moves_to_its_midnight() -> None:
    site = Site(house().app, 1)
    first = site.midnight(site.first_date())
    answer = site.window("consumption_meter", start_at=first - 20 * DAY, granularity="week")
    assert (answer["start_at"], answer["end_at"]) == (first, first + WEEK)
    assert flat(answer["intervals"])[0]["end_at"] == site.home.operational_at


def test_a_start_after_the_last_report_gives_an_empty_list() -> None:
    silent = Site(house().app, 5)
    for series in PATHS:
        answer = silent.window(series, start_at=silent.system()["last_report_at"], granularity="week")
        assert answer["intervals"] == []
        assert answer["end_at"] > answer["start_at"]


@pytest.mark.parametrize("limit_date", [date(2024, 5, 28), date(2023, 2, 28), date(2022, 5, 28)])
def test_two_years_back_and_not_a_day_more(limit_date: date) -> None:
    later = datetime(limit_date.year + 2, limit_date.month, limit_date.day, 20, tzinfo=UTC)
    site = Site(create_app(clock=later.timestamp(), epoch=10**9), 0)
    limit = site.midnight(limit_date)
    assert site.window("battery", start_at=limit)["start_at"] == limit
    assert ask(site.app, f"{site.path}/telemetry/battery", {"start_at": limit - 900}).status == 422


@pytest.mark.parametrize("series", PATHS)
@pytest.mark.parametrize("query", REFUSED_WINDOWS, ids=str)
def test_refused(series: str, query: dict[str, object]) -> None:
    site = house()
    answer = ask(site.app, f"{site.path}/{PATHS[series]}", query)
    assert answer.status == 422
    assert set(answer.json) == {"message", "details", "code"}
    assert answer.json["code"] == 422


def test_a_server_that_caps_its_windows_can_be_followed() -> None:
    asked = {"start_at": MONDAY - WEEK, "granularity": "week"}
    full = house().window("battery", **asked)["intervals"]
    for cap, hits in (("day", 7), (3 * 3600, 56)):
        site, found, start, calls = house(window_cap=cap), [], MONDAY - WEEK, 0
        while start < MONDAY:
            answer = site.window("battery", start_at=start, granularity="week")
            found += answer["intervals"]
            start, calls = answer["end_at"], calls + 1
        assert (found, calls) == (full, hits)


def test_a_server_that_is_stuck_does_not_advance() -> None:
    answer = house(stuck_windows=True).window("energy_import", start_at=MONDAY)
    assert (answer["start_at"], answer["end_at"], answer["intervals"]) == (MONDAY, MONDAY, [])


@pytest.mark.parametrize("series", PATHS)
def test_the_row_before_the_window_can_come_first(series: str) -> None:
    noon = MONDAY + 12 * 3600
    plain = flat(house().window(series, start_at=noon)["intervals"])
    early = flat(house(boundary_row=True).window(series, start_at=noon)["intervals"])
    assert early[0]["end_at"] == noon
    assert early[1:] == plain
    site = Site(house(boundary_row=True).app, 1)
    first = site.midnight(site.first_date())
    rows = flat(site.window(series, start_at=first)["intervals"])
    assert rows[0]["end_at"] > first, "there is nothing before the first report"


def test_nesting_can_be_chosen() -> None:
    def nested(answer: Any) -> bool:
        return isinstance(answer["intervals"][0], list)

    by_default = {name for name in PATHS if nested(house().window(name))}
    assert by_default == {"energy_import", "energy_export"}
    flat_ones = house(nested=())
    assert not [name for name in PATHS if nested(flat_ones.window(name))]
    for name in PATHS:
        chosen = house(nested=(name,))
        assert {each for each in PATHS if nested(chosen.window(each))} == {name}
        assert chosen.window(name)["intervals"] == [flat_ones.window(name)["intervals"]]
        # no rows, no list to put them in
        assert chosen.window(name, start_at=NOW)["intervals"] == []


@pytest.mark.parametrize("series", PATHS)
def test_a_series_can_answer_a_day_where_a_week_is_asked_for(series: str) -> None:
    site = house(day_only=(series,))
    for name in PATHS:
        answer = site.window(name, start_at=MONDAY - WEEK, granularity="week")
        length = DAY if name == series else WEEK
        assert (answer["granularity"], answer["end_at"] - answer["start_at"]) == ("week", length)
        full = flat(house().window(name, start_at=MONDAY - WEEK, granularity="week")["intervals"])
        shown = [row for row in full if row["end_at"] <= MONDAY - WEEK + length]
        assert flat(answer["intervals"]) == shown
    quarter = site.window(series, start_at=MONDAY, granularity="15mins")
    assert quarter["end_at"] == MONDAY + 900
    capped = house(day_only=(series,), window_cap=3 * 3600).window(
        series, start_at=MONDAY, granularity="week"
    )
    assert capped["end_at"] == MONDAY + 3 * 3600


LISTS = {
    "energy": "production",
    "consumption": "consumption",
    "energy_import": "import",
    "energy_export": "export",
}


@pytest.mark.parametrize(("name", "field"), LISTS.items())
def test_lifetime_has_a_value_for_each_local_date(name: str, field: str) -> None:
    site = house()
    whole = site.lifetime(name)
    first, yesterday = date.fromisoformat(whole["start_date"]), date(2026, 5, 27)
    assert first == site.first_date()
    assert len(whole[field]) == (yesterday - first).days + 1
    ten = site.lifetime(name, start_date="2026-05-01", end_date="2026-05-10")
    offset = (date(2026, 5, 1) - first).days
    assert ten["start_date"] == "2026-05-01"
    assert ten[field] == whole[field][offset : offset + 10]
    assert site.lifetime(name, start_date="2000-01-01")["start_date"] == first.isoformat()
    assert site.lifetime(name, start_date="2026-05-28")[field] == []
    assert len(site.lifetime(name, start_date="2026-05-28", end_date="2026-05-28")[field]) == 1
    assert whole["meta"]["operational_at"] == site.home.operational_at


@pytest.mark.parametrize("name", [*LISTS, "battery"])
@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-05-29"},
        {"end_date": "2026-05-29"},
        {"start_date": "2026-05-10", "end_date": "2026-05-09"},
        {"start_date": "1779951600"},
        {"end_date": "2026-13-01"},
    ],
    ids=str,
)
def test_lifetime_refuses(name: str, query: dict[str, str]) -> None:
    site = house()
    assert ask(site.app, f"{site.path}/{name}_lifetime", query).status == 422


def test_time_goes_by_the_clock_that_was_given() -> None:
    now = [float(NOW)]
    site = Site(create_app(clock=lambda: now[0], late_data=False), 0)
    before = site.window("consumption_meter")["intervals"]
    now[0] += 1800
    after = site.window("consumption_meter")["intervals"]
    assert after[:-2] == before
    now[0] = float(NOW - 20 * 365 * DAY)
    site = Site(create_app(clock=lambda: now[0]), 0)
    assert site.system()["status"] == "normal", "a clock that was set long ago has a past as well"
    service = service_of(site.app)
    assert service.now == int(now[0])


def test_a_home_is_not_there_before_it_was_built() -> None:
    long_ago: Callable[..., Starlette] = lambda **options: create_app(clock=NOW - 5 * 365 * DAY, **options)  # noqa: E731
    site = Site(long_ago(epoch=NOW), 0)
    assert site.system()["operational_at"] is None
    assert site.window("battery")["intervals"] == []
    assert site.get("/summary")["energy_lifetime"] == 0


@pytest.mark.parametrize("index", [0, 1, 2, 5, 6])
def test_a_summary_is_of_the_date_that_was_asked_for(index: int) -> None:
    """The energy of the whole day, as the lifetime series has it: on clock changes, before the home, in its silence."""
    site = Site(create_app(homes=8, clock=NOW), index)
    today = site.get("/summary")
    begun = date.fromisoformat(site.lifetime("energy")["start_date"])
    tomorrow = date.fromisoformat(today["summary_date"]) + timedelta(days=1)
    days = {begun, begun + timedelta(days=9), date(2025, 3, 9), date(2025, 10, 25), date(2026, 3, 29)}
    for day in sorted(days | {tomorrow - timedelta(days=each) for each in (1, 2, 3)}):
        summary = site.get("/summary", summary_date=day.isoformat())
        made = sum(site.lifetime("energy", start_date=str(day), end_date=str(day))["production"])
        assert summary == today | {"summary_date": day.isoformat(), "energy_today": made}
    for day in (begun - timedelta(days=1), date(1970, 1, 1)):
        assert site.get("/summary", summary_date=day.isoformat())["energy_today"] == 0


@pytest.mark.parametrize(
    "wrong", ["2026-05-29", "2026-05-30", "20260527", "2026-02-30", "today", "", "9999-12-31"]
)
def test_dates_that_no_summary_is_of(wrong: str) -> None:
    site = house()  # it is 2026-05-28 there
    answer = ask(site.app, f"{site.path}/summary", {"summary_date": wrong})
    assert answer.status == 422
    assert_conforms("getSystemSummary", answer)


def test_a_service_that_does_not_know_the_date_of_a_summary() -> None:
    site = house(dated_summary=False)
    today = site.get("/summary")
    for ignored in ("2026-05-01", "2027-01-01", "today"):
        assert site.get("/summary", summary_date=ignored) == today


def test_the_longest_local_day_needs_a_second_window() -> None:
    site = house()
    long_day = date(2025, 11, 2)
    first = site.window("battery", start_date=long_day.isoformat())
    assert first["end_date"] == long_day.isoformat(), "24 hours end an hour before midnight"
    assert len(site.rows("battery", long_day)) == 100
    assert len(site.rows("battery", long_day + timedelta(days=1))) == 96
