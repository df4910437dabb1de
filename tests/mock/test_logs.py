"""Events, alarms and their types: one log, whichever window is asked for, that agrees with what the home shows."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from enphase_v4 import catalog
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .conforming import assert_conforms
from .playing import NOW, Answer, Site, ask, flat, service_of
from .test_statuses import signed_in

HOMES = 8
DAY, WEEK = 86_400, 604_800
TYPES = "/api/v4/systems/event_types"
OPERATIONS = {"events": "listSystemEvents", "alarms": "listSystemAlarms"}
BACK = 260 * DAY
steady = settings(max_examples=15)


@cache
def fleet(now: int = NOW, seed: int = 1) -> Starlette:
    return create_app(homes=HOMES, clock=now, seed=seed)


@cache
def site(index: int, now: int = NOW, seed: int = 1) -> Site:
    return Site(fleet(now, seed), index)


def log(where: Site, what: str, start: int, end: int, **query: object) -> list[Any]:
    """What a window has, week by week where it is longer."""
    rows: list[Any] = []
    while start < end:
        stop = min(start + WEEK, end)
        answer = ask(where.app, f"{where.path}/{what}", {"start_time": start, "end_time": stop} | dict(query))
        assert answer.status == 200, answer
        assert answer.json["system_id"] == where.home.system_id
        rows += answer.json[what]
        start = stop
    return rows


@cache
def all_events(index: int) -> list[Any]:
    """Everything that a home logged in as long as can be asked for."""
    return log(site(index), "events", NOW - BACK, NOW)


@cache
def all_alarms(index: int, cleared: str) -> list[Any]:
    return log(site(index), "alarms", NOW - BACK, NOW, cleared=cleared)


def of_type(index: int, key: str) -> list[Any]:
    types = {
        each["event_type_key"]: each["event_type_id"] for each in ask(fleet(), TYPES).json["event_types"]
    }
    return [event for event in all_events(index) if event["event_type_id"] == types[key]]


@pytest.mark.parametrize("what", OPERATIONS)
@pytest.mark.parametrize("index", range(HOMES))
def test_every_home_answers_as_documented(index: int, what: str) -> None:
    where = site(index)
    for start in (NOW - WEEK, NOW - BACK):
        for cleared in ("true", "false"):
            query = {"start_time": start, "end_time": start + WEEK, "cleared": cleared}
            answer = ask(where.app, f"{where.path}/{what}", query)
            assert answer.status == 200
            assert_conforms(OPERATIONS[what], answer)


@steady
@given(
    index=st.sampled_from([0, 1, 2, 4, 5, 6, 7]),
    what=st.sampled_from(["events", "alarms"]),
    start=st.integers(NOW - BACK, NOW - WEEK),
    cuts=st.lists(st.integers(1, WEEK - 1), max_size=4, unique=True),
    length=st.integers(1, WEEK),
)
def test_windows_that_touch_show_everything_once(
    index: int, what: str, start: int, cuts: list[int], length: int
) -> None:
    where = site(index)
    edges = [start, *(start + cut for cut in sorted(cuts) if cut < length), start + length]
    pieces = [log(where, what, a, b) for a, b in pairwise(edges)]
    whole = log(where, what, start, start + length)
    assert [row for piece in pieces for row in piece] == whole
    known = all_events(index) if what == "events" else all_alarms(index, "false")
    began = "event_start_time" if what == "events" else "alarm_start_time"
    assert whole == [row for row in known if start <= row[began] < start + length]


@pytest.mark.parametrize("index", [0, 6])
def test_a_window_that_begins_or_ends_with_an_event(index: int) -> None:
    starts = sorted({event["event_start_time"] for event in all_events(index)})[-20:]
    for at in starts:
        assert [event["event_start_time"] for event in log(site(index), "events", at, at + 1)][:1] == [at]
        assert all(event["event_start_time"] < at for event in log(site(index), "events", at - 2000, at)), (
            "the end is not part of the window"
        )


@steady
@given(index=st.sampled_from([0, 1, 2, 5, 6, 7]), earlier=st.integers(NOW - 20 * DAY, NOW - 1))
@example(index=0, earlier=NOW - 12 * 3600)
def test_time_closes_events_and_changes_nothing_else(index: int, earlier: int) -> None:
    start, key = earlier - WEEK, lambda event: (event["event_start_time"], event["serial_number"])
    before = log(Site(create_app(homes=HOMES, clock=earlier), index), "events", start, earlier)
    after = log(site(index), "events", start, earlier)
    assert list(map(key, before)) == list(map(key, after))
    for old, new in zip(before, after, strict=True):
        if old["status"] == "Open":
            assert new["event_end_time"] is None or new["event_end_time"] > earlier
        else:
            assert old == new


def test_events_say_what_their_types_allow() -> None:
    types = {each["event_type_id"]: each for each in ask(fleet(), TYPES).json["event_types"]}
    found = [event for index in range(HOMES) for event in all_events(index)]
    assert {event["event_type_id"] for event in found} == set(types), "each type happens somewhere"
    for event in found:
        end = event["event_end_time"]
        stateful = types[event["event_type_id"]]["stateful"]
        assert event["status"] == ("Info" if not stateful else "Open" if end is None else "Closed")
        assert end is None or event["event_start_time"] < end <= NOW
    assert {event["status"] for event in found} == {"Info", "Open", "Closed"}
    assert all_events(3) == [], "nobody misses a home that never reported"


def test_devices_of_events_are_devices_of_the_home() -> None:
    for index in range(HOMES):
        devices = site(index).get("/devices")["devices"]
        serials = {device["serial_number"] for each in devices.values() for device in each}
        assert {event["serial_number"] for event in all_events(index)} <= serials


def test_a_gateway_is_missed_where_nothing_was_reported() -> None:
    silent, gap = of_type(5, "envoy_no_report"), of_type(6, "envoy_no_report")
    (event,) = silent
    assert (event["status"], event["event_end_time"]) == ("Open", None)
    assert event["event_start_time"] == site(5).system()["last_report_at"] + 3600
    assert not [each for each in all_events(5) if each["event_start_time"] > event["event_start_time"]]
    (event,) = gap
    start, end = event["event_start_time"] - 3600, event["event_end_time"]
    rows = flat(site(6).window("consumption_meter", start_at=start - 900, granularity="week")["intervals"])
    assert [row["end_at"] for row in rows[:2]] == [start, end], (
        "the last report before it, the first after it"
    )
    assert not [
        each for each in all_events(6) if each is not event and start < each["event_start_time"] < end
    ]
    for index in (0, 1, 2, 4, 7):
        assert of_type(index, "envoy_no_report") == []


@pytest.mark.parametrize("index", [0, 1, 2, 4, 6])
def test_a_microinverter_that_is_lost_has_no_rows(index: int) -> None:
    events = [event for event in of_type(index, "micro_no_report") if event["status"] == "Closed"]
    assert events
    where = site(index)
    for event in events[:6]:
        start, end = event["event_start_time"], event["event_end_time"]
        rows = where.get(
            f"/devices/micros/{event['serial_number']}/telemetry", start_at=start - 300, granularity="day"
        )["intervals"]
        assert [row["end_at"] for row in rows[:2]] == [start, end]


@pytest.mark.parametrize("index", [0, 1])
def test_a_battery_that_is_low_says_so_in_its_rows(index: int) -> None:
    where, events = site(index), of_type(index, "encharge_low_soc")
    assert events
    assert of_type(7, "encharge_low_soc") == [], "it is kept full"
    assert where.home.battery is not None
    assert len(events) % where.home.battery.units == 0, "one for each unit"
    for event in events[:: len(events) // 10 + 1]:
        start = event["event_start_time"]
        rows = flat(where.window("battery", start_at=start - 1800, granularity="week")["intervals"])
        levels = {row["end_at"]: row["soc"]["percent"] for row in rows}
        assert levels[start - 900] > 30 >= levels[start]
        over = next((end for end, level in levels.items() if end > start and level > 30), None)
        end = event["event_end_time"]
        assert end == over or (over is None and (end is None or end > max(levels)))


def test_ac_batteries_sleep_when_they_are_low() -> None:
    where, events = site(6), of_type(6, "acb_sleeping")
    for event in events[:: len(events) // 10 + 1]:
        start = event["event_start_time"]
        rows = flat(where.window("battery", start_at=start - 1800, granularity="15mins")["intervals"])
        rows += flat(where.window("battery", start_at=start - 900, granularity="15mins")["intervals"])
        assert rows[0]["soc"]["percent"] > 30 >= rows[1]["soc"]["percent"]


def test_a_battery_that_ran_low_unseen_is_noticed_after_the_gap() -> None:
    noticed = 0
    for seed in (4, 21, 24, 32):
        where = Site(create_app(homes=15, clock=NOW, seed=seed), 14)
        assert where.home.gap is not None
        last, after = where.home.gap[0], where.home.gap[1] + 900
        wide = log(where, "events", last - 2 * DAY, after + DAY)
        for start in (last - 900, last, last + 1000, after - 1700, after - 900, after):
            narrow = log(where, "events", start, after + DAY)
            assert narrow == [event for event in wide if event["event_start_time"] >= start]
        noticed += sum(event["event_start_time"] == after for event in wide)
    assert noticed, "or other seeds have to be found"


@pytest.mark.parametrize("index", range(HOMES))
def test_outages_are_short_and_dark_where_nothing_carries_the_home(index: int) -> None:
    where = site(index)
    for event in of_type(index, "grid_outage"):
        start, end = event["event_start_time"], event["event_end_time"]
        assert end - start < 300
        if where.home.battery is None or where.home.battery.kind == "acb":
            begin = start - start % 300
            rows = where.window("production_micro", start_at=begin, end_at=begin + 600)["intervals"]
            assert rows == []


def test_the_grid_is_away_while_an_outage_lasts() -> None:
    event = of_type(0, "grid_outage")[0]
    start, end = event["event_start_time"], event["event_end_time"]
    states = {}
    for now in (start - 1, start + 1, end - 1, end):
        where = Site(create_app(homes=1, clock=now), 0)
        path = f"/api/v4/systems/config/{where.home.system_id}/grid_status"
        states[now] = ask(where.app, path).json["grid_state"]
    assert states == {start - 1: "On Grid", start + 1: "Off Grid", end - 1: "Off Grid", end: "On Grid"}


@pytest.mark.parametrize("index", range(HOMES))
def test_alarms_stand_on_events(index: int) -> None:
    known = {
        (event["event_type_id"], event["serial_number"], event["event_start_time"]): event["event_end_time"]
        for event in log(site(index), "events", NOW - BACK - 2 * DAY, NOW)
    }
    active, cleared = all_alarms(index, "false"), all_alarms(index, "true")
    assert log(site(index), "alarms", NOW - BACK, NOW) == active, "active ones unless asked otherwise"
    assert all(not alarm["cleared"] and alarm["alarm_end_time"] is None for alarm in active)
    assert all(alarm["cleared"] and alarm["alarm_end_time"] <= NOW for alarm in cleared)
    used = []
    for alarm in active + cleared:
        assert alarm["events"]
        for event in alarm["events"]:
            key = (alarm["event_type_id"], event["serial_number"], event["start_date"])
            assert known[key] == event["end_date"] == alarm["alarm_end_time"]
            assert event["start_date"] < alarm["alarm_start_time"]
            used.append(key)
    for alarm in (active + cleared)[-10:]:
        at, word = alarm["alarm_start_time"], str(alarm["cleared"]).lower()
        assert alarm in log(site(index), "alarms", at, min(at + 1, NOW), cleared=word), "in its own second"
    assert len(used) == len(set(used)), "an event belongs to one alarm at most"
    ids = [alarm["id"] for alarm in active + cleared]
    assert len(ids) == len(set(ids))


def test_the_fleet_has_alarms_of_both_kinds_and_of_several_devices() -> None:
    assert [alarm["severity"] for alarm in all_alarms(5, "false")] == [2]
    cleared = [alarm for index in range(HOMES) for alarm in all_alarms(index, "true")]
    assert cleared
    assert max(len(alarm["events"]) for alarm in cleared) > 1
    assert len({alarm["id"] for alarm in cleared}) == len(cleared), "the ids of two homes differ"


def test_an_alarm_is_raised_when_its_event_has_been_open_for_long() -> None:
    alarm = all_alarms(6, "true")[-1]
    raised, ended = alarm["alarm_start_time"], alarm["alarm_end_time"]
    for now, active, cleared in ((raised, 0, 0), (raised + 1, 1, 0), (ended - 1, 1, 0), (ended, 0, 1)):
        where = Site(create_app(homes=HOMES, clock=now), 6)
        for word, count in (("false", active), ("true", cleared)):
            found = log(where, "alarms", raised - DAY, min(now, raised + 60), cleared=word)
            assert sum(each["id"] == alarm["id"] for each in found) == count, (now, word)


def test_without_an_end_a_day_or_until_now() -> None:
    where = site(0)
    start = NOW - 3 * DAY
    assert where.get("/events", start_time=start)["events"] == log(where, "events", start, start + DAY)
    late = where.get("/events", start_time=NOW - 40_000)
    assert late == where.get("/events", start_time=NOW - 40_000, end_time=NOW)
    assert late == where.get("/events", start_time=NOW - 40_000, end_time=NOW + DAY), "the future is empty"


def test_event_types_one_by_one() -> None:
    answer = ask(fleet(), TYPES)
    assert_conforms("listEventTypes", answer)
    types = answer.json["event_types"]
    assert {28: "envoy_no_report", 4781: "acb_sleeping"}.items() <= {
        each["event_type_id"]: each["event_type_key"] for each in types
    }.items()
    for each in types:
        one = ask(fleet(), TYPES, {"event_type_id": each["event_type_id"]})
        assert_conforms("listEventTypes", one)
        assert one.json["event_types"] == [each]


@pytest.mark.parametrize("text", ["12345", "", "28.0", "028", "envoy_no_report", "²⁸", "-28", "9" * 40])
def test_an_unknown_event_type(text: str) -> None:
    answer = ask(fleet(), TYPES, {"event_type_id": text})
    assert answer.status == 404
    assert_conforms("listEventTypes", answer)
    assert answer.json["details"] == f'Event type not found for {{:id=>"{text}"}}'


@pytest.mark.parametrize("what", OPERATIONS)
@pytest.mark.parametrize(
    ("query", "details"),
    [
        ({}, "start_time is required"),
        ({"start_time": ""}, "start_time is required"),
        ({"end_time": NOW}, "start_time is required"),
        ({"start_time": "yesterday"}, "Failed to parse date yesterday"),
        ({"start_time": "1.5e9"}, "Failed to parse date 1.5e9"),
        ({"start_time": "9" * 30}, "Failed to parse date " + "9" * 30),
        ({"start_time": NOW - DAY, "end_time": "now"}, "Failed to parse date now"),
        ({"start_time": NOW - DAY, "end_time": ""}, "Failed to parse date "),
        ({"start_time": NOW + 1}, "Requested date is in the future"),
        (
            {"start_time": NOW - DAY, "end_time": NOW - DAY - 1},
            "Requested date range is invalid for this system",
        ),
        ({"start_time": NOW - 8 * DAY, "end_time": NOW}, "Requested date range is invalid for this system"),
        (
            {"start_time": NOW - DAY, "end_time": NOW + 7 * DAY},
            "Requested date range is invalid for this system",
        ),
        ({"start_time": NOW - 290 * DAY}, "start_time can not be older than 9 months"),
        ({"start_time": -5}, "start_time can not be older than 9 months"),
    ],
    ids=str,
)
def test_refused(what: str, query: dict[str, object], details: str) -> None:
    answer = ask(fleet(), f"{site(0).path}/{what}", query)
    assert answer.status == 422
    assert_conforms(OPERATIONS[what], answer)
    assert answer.json["details"] == details


@pytest.mark.parametrize("word", ["", "yes", "1", "TRUE", "null"])
def test_cleared_is_true_or_false(word: str) -> None:
    answer = ask(fleet(), f"{site(0).path}/alarms", {"start_time": NOW - DAY, "cleared": word})
    assert answer.status == 422
    assert_conforms("listSystemAlarms", answer)


@pytest.mark.parametrize("months", [9, 6])
@pytest.mark.parametrize("what", OPERATIONS)
def test_how_far_back_it_goes(what: str, months: int) -> None:
    where = Site(create_app(homes=1, clock=NOW, log_lookback_months=months), 0)
    limit = int((datetime.fromtimestamp(NOW, UTC) - relativedelta(months=months)).timestamp())
    answers = [ask(where.app, f"{where.path}/{what}", {"start_time": at}) for at in (limit, limit - 1)]
    assert [answer.status for answer in answers] == [200, 422]
    assert answers[1].json["details"] == f"start_time can not be older than {months} months"


@pytest.mark.parametrize("what", OPERATIONS)
def test_only_for_who_may_see_it(what: str) -> None:
    app = create_app(homes=2, owners=2, clock=NOW)
    other = signed_in(app, "owner2@example.com")
    answers: list[tuple[Answer, int]] = [
        (ask(app, f"{Site(app, 0).path}/{what}", {"start_time": NOW - DAY}, headers=other), 403),
        (ask(app, f"{Site(app, 1).path}/{what}", {"start_time": NOW - DAY}, headers=other), 200),
        (ask(app, f"/api/v4/systems/1/{what}", {"start_time": NOW - DAY}), 404),
    ]
    for answer, status in answers:
        assert answer.status == status
        assert_conforms(OPERATIONS[what], answer)


def test_another_seed_has_another_log() -> None:
    start = NOW - 5 * DAY
    assert log(site(0, seed=2), "events", start, NOW) != log(site(0), "events", start, NOW)
    assert service_of(fleet()).system_ids != service_of(fleet(seed=2)).system_ids


@pytest.mark.parametrize(
    ("operation_id", "tail", "words"),
    [
        ("listSystemEvents", "events", ("start_time", "end_time")),
        ("listSystemAlarms", "alarms", ("start_time", "end_time")),
        ("getRgmStats", "rgm_stats", ("start_at", "end_at")),
    ],
)
def test_a_range_is_as_long_as_the_catalog_says(
    operation_id: str, tail: str, words: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = catalog.OPERATIONS[operation_id]
    assert known.window is not None
    shorter = known._replace(window=known.window._replace(lengths=(("", 7200),)))
    monkeypatch.setitem(catalog.OPERATIONS, operation_id, shorter)
    where, start = site(0), NOW - 86_400
    for length, status in ((7200, 200), (7201, 422)):
        query = dict(zip(words, (start, start + length), strict=True))
        assert ask(where.app, f"{where.path}/{tail}", query).status == status
