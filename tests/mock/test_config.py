"""Settings of a site are kept, by system and by time, and wrong ones are refused and change nothing."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .conforming import assert_conforms
from .playing import FLOWS, NOW, Answer, Site, ask, service_of

HOMES = 8
ENCHARGES, OTHERS = [0, 1, 7], [2, 3, 4, 5, 6]
GET = {
    "battery_settings": "getSystemBatterySettings",
    "storm_guard": "getSystemStormGuard",
    "grid_status": "getSystemGridStatus",
    "load_control": "getSystemLoadControl",
}
PUT = {
    "battery_settings": "updateSystemBatterySettings",
    "storm_guard": "updateSystemStormGuard",
    "load_control": "updateSystemLoadControl",
}
LOAD_MODES = (
    "Scheduled",
    "Basic",
    "Advanced_BatteryPowered",
    "Manual_always_not_powered",
    "Manual_always_powered",
    "Advanced_GeneratorPowered",
)


@cache
def fleet() -> Starlette:
    return create_app(homes=HOMES, clock=NOW)


@pytest.fixture
def app() -> Starlette:
    return create_app(homes=HOMES, clock=NOW)


def read(app: Starlette, home: int, what: str) -> Answer:
    answer = ask(app, f"/api/v4/systems/config/{service_of(app).system_ids[home]}/{what}")
    assert_conforms(GET[what], answer)
    return answer


def write(app: Starlette, home: int, what: str, body: Any) -> Answer:
    path = f"/api/v4/systems/config/{service_of(app).system_ids[home]}/{what}"
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = ask(app, path, method="PUT", body=sent)
    assert_conforms(PUT[what], answer)
    return answer


def at(app: Starlette, now: float) -> Starlette:
    service_of(app).clock.set(now)
    return app


@pytest.mark.parametrize("home", range(HOMES))
def test_every_home_answers_as_documented(app: Starlette, home: int) -> None:
    statuses = {what: read(app, home, what).status for what in GET}
    with_battery = 200 if home in ENCHARGES else 422
    assert statuses == {
        "battery_settings": with_battery,
        "storm_guard": with_battery,
        "grid_status": 422 if home == 3 else 200,
        "load_control": 200,
    }
    contacts = read(app, home, "load_control").json["load_control_data"]
    assert bool(contacts) == (home in ENCHARGES)


@pytest.mark.parametrize("home", OTHERS)
def test_without_encharges_there_is_nothing_to_set(app: Starlette, home: int) -> None:
    assert read(app, home, "storm_guard").json["details"] == "System doesn't have encharges"
    for what, body in (
        ("battery_settings", {"reserve_soc": 50}),
        ("storm_guard", {"storm_guard_status": "enabled"}),
    ):
        refused = write(app, home, what, body)
        assert (refused.status, refused.json["details"]) == (422, "System doesn't have encharge")
    refused = write(app, home, "load_control", {"name": "NC1", "mode": "Basic"})
    assert (refused.status, refused.json["code"]) == (422, 422)


def test_the_first_settings_are_those_of_the_fleet(app: Starlette) -> None:
    modes = {home: read(app, home, "battery_settings").json for home in ENCHARGES}
    assert [each["battery_mode"] for each in modes.values()] == [
        "Self-consumption",
        "Savings Mode",
        "Full Backup",
    ]
    assert modes[7]["reserve_soc"] == 100
    assert all(each["battery_shutdown_level"] < each["reserve_soc"] for each in modes.values())


BATTERY = st.fixed_dictionaries(
    {},
    optional={
        "battery_mode": st.sampled_from(["Self-consumption", "Savings Mode", "Full Backup"]),
        "reserve_soc": st.integers(10, 100),
        "energy_independence": st.sampled_from(["enabled", "disabled"]),
        "charge_from_grid": st.just("enabled"),
        "a_new_field": st.just(1),
    },
)


@settings(max_examples=25)
@given(
    home=st.sampled_from(ENCHARGES), orders=st.lists(st.tuples(st.integers(0, 90_000), BATTERY), max_size=4)
)
@example(
    home=7,
    orders=[(0, {"reserve_soc": 100}), (0, {"battery_mode": "Savings Mode"}), (0, {"reserve_soc": 44})],
)
def test_battery_settings_are_kept_by_time(home: int, orders: list[tuple[int, dict[str, Any]]]) -> None:
    app, now = fleet(), NOW
    service_of(app).reset()
    first = expected = read(app, home, "battery_settings").json
    reserve = None if home == 7 else first["reserve_soc"]
    seen: dict[int, Any] = {NOW - 1: first}
    for after, body in orders:
        now += after
        answer = write(at(app, now), home, "battery_settings", body)
        mode = body.get("battery_mode", expected["battery_mode"])
        if mode == "Full Backup" and body.get("reserve_soc", 100) != 100:
            assert (answer.status, answer.json["details"]) == (422, "reserve_soc is 100 in Full Backup mode")
            assert read(app, home, "battery_settings").json == expected
            continue
        assert answer.status == 200
        if mode != "Full Backup":
            reserve = body.get("reserve_soc", reserve) or answer.json["reserve_soc"]
        expected = expected | {
            "battery_mode": mode,
            "reserve_soc": 100 if mode == "Full Backup" else reserve,
            "energy_independence": body.get("energy_independence", expected["energy_independence"]),
        }
        assert answer.json == read(app, home, "battery_settings").json == expected
        seen[now] = expected
    for moment, settings_then in seen.items():
        assert read(at(app, moment), home, "battery_settings").json == settings_then
    service_of(app).reset()
    assert read(at(app, now), home, "battery_settings").json == first


def test_settings_belong_to_one_system(app: Starlette) -> None:
    others = [read(app, home, what).body for home in (1, 7) for what in GET]
    write(app, 0, "battery_settings", {"battery_mode": "Savings Mode", "reserve_soc": 61})
    write(app, 0, "storm_guard", {"storm_guard_status": "disabled"})
    write(app, 0, "load_control", {"name": "NC1", "mode": "Manual_always_powered"})
    assert [read(app, home, what).body for home in (1, 7) for what in GET] == others


def test_the_battery_does_as_it_is_told_from_then_on() -> None:
    day = date(2026, 5, 20)
    told, plain = (create_app(homes=1, clock=NOW) for _ in range(2))
    noon = Site(told, 0).midnight(day) + 12 * 3600
    write(at(told, noon), 0, "battery_settings", {"battery_mode": "Full Backup"})
    rows = [Site(at(app, NOW), 0).rows("battery", day) for app in (told, plain)]
    flows = [{end: FLOWS["battery"](row) for end, row in each.items()} for each in rows]
    evening = [{end: wh for end, wh in each.items() if end > noon + 6 * 3600} for each in flows]
    assert {end: wh for end, wh in flows[0].items() if end <= noon} == {
        end: wh for end, wh in flows[1].items() if end <= noon
    }
    assert min(evening[1].values()) < 0 <= min(evening[0].values()), (
        "it gives to the house; a backup does not"
    )


STORM = {"enabled": "disabled", "disabled": "enabled"}


@pytest.mark.parametrize("home", ENCHARGES)
def test_storm_guard_is_kept_by_time(app: Starlette, home: int) -> None:
    first = read(app, home, "storm_guard").json
    other = STORM[first["storm_guard_status"]]
    assert write(app, home, "storm_guard", {"storm_guard_status": other}).json["storm_guard_status"] == other
    assert read(app, home, "storm_guard").json["storm_guard_status"] == other
    assert (
        read(at(app, NOW - 1), home, "storm_guard").json["storm_guard_status"] == first["storm_guard_status"]
    )
    assert read(at(app, NOW + 10**7), home, "storm_guard").json["storm_guard_status"] == other
    # set again, in the past: what was set later has not happened
    write(
        at(app, NOW - 100), home, "storm_guard", first | {"storm_guard_status": first["storm_guard_status"]}
    )
    assert read(at(app, NOW), home, "storm_guard").json["storm_guard_status"] == first["storm_guard_status"]
    write(app, home, "storm_guard", {"storm_guard_status": other})
    service_of(app).reset()
    assert read(app, home, "storm_guard").json == first


def test_a_storm_alert_comes_now_and_then_and_lasts_for_hours(app: Starlette) -> None:
    path = f"/api/v4/systems/config/{service_of(app).system_ids[0]}/storm_guard"
    hours = [ask(at(app, NOW - hour * 3600), path).json["storm_alert"] == "true" for hour in range(4_000)]
    begun = sum(now and not before for before, now in pairwise(hours))
    assert 2 < begun < 20
    assert 4 <= sum(hours) / begun <= 12
    alert = NOW - hours.index(True) * 3600
    mode = read(at(app, alert), 0, "battery_settings").json["battery_mode"]
    assert mode == "Self-consumption", "as the module says, the battery is left alone"


def test_the_grid_is_away_during_the_outages_that_the_events_tell_of(app: Starlette) -> None:
    site = Site(app, 0)
    outages = [
        (event["event_start_time"], event["event_end_time"])
        for week in range(8)
        for event in site.get(
            "/events", start_time=NOW - (week + 1) * 604_800, end_time=NOW - week * 604_800
        )["events"]
        if event["event_type_id"] == 112
    ]
    assert outages
    for start, end in outages:
        states = [
            read(at(app, moment), 0, "grid_status").json["grid_state"]
            for moment in (start, start + 1, end - 1, end)
        ]
        assert states == ["On Grid", "Off Grid", "Off Grid", "On Grid"]


def test_the_grid_status_says_when_the_gateway_last_reported(app: Starlette) -> None:
    for home in (0, 2, 4):
        reported = Site(app, home).system()["last_report_at"]
        assert read(app, home, "grid_status").json["last_report_date"] == reported
    silent = read(app, 5, "grid_status").json
    assert silent["grid_state"] == "Unknown"
    assert silent["last_report_date"] == Site(app, 5).system()["last_report_at"] < NOW - 86_400
    never = read(app, 3, "grid_status").json
    assert never["details"] == "grid_state not available as the site has not reported yet"


LOAD = st.fixed_dictionaries(
    {"contact": st.integers(0, 1), "mode": st.sampled_from([None, *LOAD_MODES])},
    optional={
        "soc_low": st.integers(10, 90),
        "essential_start_time": st.integers(0, 86_400),
        "essential_end_time": st.integers(0, 86_400),
        "load": st.just(True),
    },
)


@settings(max_examples=40)
@given(home=st.sampled_from(ENCHARGES), order=LOAD)
def test_load_control_is_kept(home: int, order: dict[str, Any]) -> None:
    app = fleet()
    service_of(app).reset()
    before = read(app, home, "load_control").json["load_control_data"]
    contact = before[order["contact"]]
    body = {
        name: value for name, value in order.items() if name not in ("contact", "load") and value is not None
    }
    body |= {"name": contact["name"]} | ({"load_name": contact["load_name"]} if "load" in order else {})
    mode = body.get("mode", "")
    needed = ["soc_low"] if mode.startswith("Advanced") else []
    needed += ["essential_start_time", "essential_end_time"] if mode == "Scheduled" else []
    missing = [name for name in needed if name not in body]
    answer = write(app, home, "load_control", body)
    after = read(app, home, "load_control").json["load_control_data"]
    if missing:
        assert answer.status == 422
        assert answer.json["details"] == f"{missing[0]} is mandatory for {mode} mode"
        assert after == before
        return
    high = {"soc_high": min(100, body["soc_low"] + 20)} if "soc_low" in body else {}
    before[order["contact"]] = contact | body | high
    assert answer.json["load_control_data"] == after == before
    assert read(at(app, NOW - 1), home, "load_control").json["load_control_data"] != after or before == after


def test_every_contact_has_a_load_and_every_mode_can_be_set(app: Starlette) -> None:
    known = {contact["mode"] for home in ENCHARGES for contact in contacts(app, home)}
    assert len(known) > 1
    extra = {"soc_low": 33, "essential_start_time": 0, "essential_end_time": 86_400}
    for mode in LOAD_MODES:
        answer = write(app, 1, "load_control", {"name": "NC2", "mode": mode, **extra})
        assert (
            answer.json["load_control_data"][1] | extra | {"mode": mode, "soc_high": 53}
            == contacts(app, 1)[1]
        )
    for home in ENCHARGES:
        names = [(contact["name"], contact["load_name"]) for contact in contacts(app, home)]
        assert len({name for name, _ in names}) == len({load for _, load in names}) == len(names) >= 2


def contacts(app: Starlette, home: int) -> list[Any]:
    listed: list[Any] = read(app, home, "load_control").json["load_control_data"]
    return listed


NOT_OBJECTS = [b"[]", b"null", b"1", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b"\x00", b"NaN"]


def with_each(field: str, /, *values: object, **others: object) -> list[dict[str, object]]:
    """A body for each value of a field."""
    return [{**others, field: value} for value in values]


WRONG_BATTERY: list[dict[str, object]] = [
    *with_each(
        "battery_mode", "savings mode", "Backup", "DR Event Active", "", None, 1, ["Full Backup"], "\ud800"
    ),
    *with_each("reserve_soc", -1, 0, 4, 101, 10**30, 50.5, "50", True, None, [50]),
    *with_each("energy_independence", "Enabled", "true", True, None, {}, "enabled "),
    {"battery_mode": "Savings Mode", "reserve_soc": 101},
    {"reserve_soc": 50, "energy_independence": "no"},
    {"battery_mode": "Full Backup", "reserve_soc": 99},
]
WRONG_STORM = [{}, *with_each("storm_guard_status", "Enabled", "Enabled (Inactive)", True, None, 1, "on")]
WRONG_LOAD: list[dict[str, object]] = [
    {},
    {"mode": "Basic"},
    *with_each("name", "NC9", "", None, 1, ["NC1"], {}, mode="Basic"),
    *with_each("load_name", "Heat pump", None, 1, name="NC1"),
    *with_each("mode", "basic", "", None, 1, "Advanced", {}, name="NC1"),
    {"name": "NC1", "mode": "Advanced_BatteryPowered"},
    {"name": "NC1", "mode": "Advanced_GeneratorPowered", "essential_start_time": 1},
    {"name": "NC1", "mode": "Scheduled", "essential_start_time": 1},
    {"name": "NC1", "mode": "Scheduled", "essential_end_time": 1},
    *with_each("soc_low", 9, 91, 30.5, "30", True, None, 10**30, name="NC1"),
    *with_each("essential_start_time", -1, 86_401, "9:00", False, None, name="NC1"),
    *with_each("essential_end_time", -1, 86_401, 1.5, None, name="NC1"),
]
WRONG = [
    *(("battery_settings", each) for each in WRONG_BATTERY),
    *(("storm_guard", each) for each in WRONG_STORM),
    *(("load_control", each) for each in WRONG_LOAD),
    *((what, each) for what in PUT for each in NOT_OBJECTS),
]


@pytest.mark.parametrize(("what", "body"), WRONG)
def test_what_makes_no_sense_is_refused_and_changes_nothing(what: str, body: Any) -> None:
    app = fleet()
    service_of(app).reset()
    before = read(app, 0, what).body
    refused = write(app, 0, what, body)
    assert refused.status == 422
    assert refused.json["code"] == 422
    assert len(refused.json["details"]) > 10
    assert read(app, 0, what).body == before


def test_the_reserve_may_go_down_to_the_very_low_level(app: Starlette) -> None:
    level = read(app, 0, "battery_settings").json["battery_shutdown_level"]
    assert write(app, 0, "battery_settings", {"reserve_soc": level}).json["reserve_soc"] == level
    refused = write(app, 0, "battery_settings", {"reserve_soc": level - 1})
    assert refused.json["details"] == f"reserve_soc must be a whole number from {level} to 100"


@pytest.mark.parametrize("body", [b"", b"{}", b' {"colour": "red"}'])
def test_nothing_to_set_is_no_mistake_where_nothing_is_mandatory(app: Starlette, body: bytes) -> None:
    before = read(app, 0, "battery_settings").json
    assert write(app, 0, "battery_settings", body).json == before


def test_quirks() -> None:
    app = create_app(homes=1, clock=NOW, quirks=["unknown_words", "word_booleans"])
    path = f"/api/v4/systems/config/{service_of(app).system_ids[0]}/battery_settings"
    assert ask(app, path).json["battery_mode"] == "DR Event Active"
    answer = write(app, 0, "storm_guard", {"storm_guard_status": "enabled"})
    assert answer.json == read(app, 0, "storm_guard").json
    assert answer.json["storm_guard_status"] == "Enabled (Inactive)"
    answer = write(app, 0, "storm_guard", {"storm_guard_status": "disabled"})
    assert answer.json["storm_guard_status"] == "disabled"
    assert {contact["owner_can_override"] for contact in contacts(app, 0)} <= {"true", "false"}


@pytest.mark.parametrize("system", ["1", "abc", "9" * 40])
def test_an_unknown_system(system: str) -> None:
    for method, operations in (("GET", GET), ("PUT", PUT)):
        for what, operation in operations.items():
            answer = ask(fleet(), f"/api/v4/systems/config/{system}/{what}", method=method, body=b"{}")
            assert_conforms(operation, answer)
            assert answer.status == 404


def test_times_are_those_of_the_server(app: Starlette) -> None:
    """Now and then a clock shows a moment that no home has reached."""
    early = at(app, datetime(1975, 1, 1).timestamp())
    assert [read(early, 0, what).status for what in GET] == [200, 200, 422, 200]
