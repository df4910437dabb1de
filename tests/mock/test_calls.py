"""What a call goes through: keys and tokens, paths and methods, pages, search, faults, the journal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from enphase_cloud.mock import create_app
from enphase_cloud.mock.accounts import Application

from .conforming import assert_conforms
from .playing import AUTH, NOW, Answer, Site, ask, flat, service_of
from .test_statuses import signed_in

SYSTEMS = "/api/v4/systems"


@pytest.fixture
def app() -> Starlette:
    return create_app(homes=25, clock=NOW)


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        (AUTH, {}, 200),
        ({"authorization": "Bearer t"}, {"key": "k"}, 200),
        ({"authorization": "bearer t", "key": "k"}, {}, 200),
        ({}, {}, 401),
        ({"key": "k"}, {}, 401),
        ({"authorization": "Bearer t"}, {}, 401),
        ({"authorization": "Bearer ", "key": "k"}, {}, 401),
        ({"authorization": "Basic dDp0", "key": "k"}, {}, 401),
        ({"authorization": "Bearer t", "key": " "}, {}, 401),
    ],
)
def test_a_key_and_a_token_are_required(
    app: Starlette, headers: dict[str, str], query: dict[str, str], status: int
) -> None:
    answer = ask(app, SYSTEMS, query, headers=headers)
    assert answer.status == status
    assert_conforms("listSystems", answer)


def test_fixed_keys_and_tokens_are_the_only_ones() -> None:
    app = create_app(api_key="the-key", access_token="the-token")
    right = {"key": "the-key", "authorization": "Bearer the-token"}
    assert ask(app, SYSTEMS, headers=right).status == 200
    assert ask(app, SYSTEMS, headers=right | {"key": "another"}).status == 401
    assert ask(app, SYSTEMS, headers=right | {"authorization": "Bearer another"}).status == 401


@pytest.mark.parametrize("system", ["1", "999999999999", "abc", "-1", "0x1", "²", "1" * 40])
@pytest.mark.parametrize("tail", ["", "/summary", "/devices", "/telemetry/battery", "/energy_lifetime"])
def test_an_unknown_system(app: Starlette, system: str, tail: str) -> None:
    answer = ask(app, f"{SYSTEMS}/{system}{tail}")
    assert answer.status == 404
    assert answer.json["details"] == f'System not found for {{:id=>"{system}"}}'


@pytest.mark.parametrize("path", ["/", "/api/v4", "/api/v4/systems/1/nothing", "/api/v4//systems", "/oauth"])
def test_an_unknown_path(app: Starlette, path: str) -> None:
    answer = ask(app, path)
    assert answer.status == 404
    assert answer.json["code"] == 404
    assert service_of(app).journal[-1].operation is None


def test_a_wrong_method_is_named_with_the_right_ones(app: Starlette) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        answer = ask(app, f"{SYSTEMS}/1/summary", method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert_conforms("getSystemSummary", ask(app, f"{SYSTEMS}/1/summary", method="POST"))
    both = ask(app, f"{SYSTEMS}/config/1/battery_settings", method="DELETE")
    assert both.headers["allow"] == "GET, PUT"


def test_an_empty_system_id_answers_the_list(app: Starlette) -> None:
    assert ask(app, f"{SYSTEMS}/").body == ask(app, SYSTEMS).body


def ids(answer: Answer) -> list[int]:
    return [system["system_id"] for system in answer.json["systems"]]


def test_pages(app: Starlette) -> None:
    fleet = service_of(app).system_ids
    assert fleet == sorted(set(fleet))
    first = ask(app, SYSTEMS)
    assert ids(first) == fleet[:10]
    assert {**first.json, "systems": None} == {
        "total": 25,
        "current_page": 1,
        "size": 10,
        "count": 10,
        "items": "systems",
        "systems": None,
    }
    assert ids(ask(app, SYSTEMS, {"page": 3})) == fleet[20:]
    assert ids(ask(app, SYSTEMS, {"page": 4})) == []
    assert ids(ask(app, SYSTEMS, {"size": 100})) == fleet
    assert ids(ask(app, SYSTEMS, {"size": 7, "page": 2, "sort_by": "-id"})) == fleet[::-1][7:14]
    system = first.json["systems"][0]
    assert [system[name] for name in ("energy_lifetime", "energy_today", "system_size")] == [-1, -1, -1]
    assert system == ask(app, f"{SYSTEMS}/{fleet[0]}").json


@pytest.mark.parametrize(
    "query",
    [
        {"page": 0},
        {"page": "x"},
        {"size": 101},
        {"size": 0},
        {"size": "-1"},
        {"sort_by": "name"},
        {"page": ""},
    ],
    ids=str,
)
def test_pages_that_are_none(app: Starlette, query: dict[str, object]) -> None:
    answer = ask(app, SYSTEMS, query)
    assert answer.status == 422
    assert_conforms("listSystems", answer)


def search(app: Starlette, body: Any, **query: object) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(app, f"{SYSTEMS}/search", query, method="POST", body=raw)


def test_search(app: Starlette) -> None:
    service = service_of(app)
    fleet = service.system_ids
    third = ask(app, f"{SYSTEMS}/{fleet[2]}").json
    reference, (other,) = third["reference"], third["other_references"]
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({}, fleet[:10]),
        ({"ids": fleet[4:6]}, fleet[4:6]),
        ({"name": "berlin"}, [fleet[3], fleet[15]]),
        ({"name": "", "ids": [], "statuses": []}, fleet[:10]),
        ({"reference": reference}, [fleet[2]]),
        ({"other_reference": other}, [fleet[2]]),
        ({"other_reference": reference}, []),
        ({"reference": reference, "other_reference": other}, [fleet[2]]),
        ({"reference": "", "other_reference": ""}, fleet[:10]),
        ({"reference": [], "other_reference": []}, fleet[:10]),
        ({"reference": "none of them"}, []),
        ({"ids": [1, fleet[7]]}, [fleet[7]]),
        # two of each eight: one has never reported, one fell silent
        ({"statuses": ["comm"]}, [fleet[index] for index in (3, 5, 11, 13, 19, 21)]),
        ({"statuses": ["comm"], "name": "York"}, [fleet[5]]),
        ({"statuses": ["power", "meter_issue"]}, []),
    ]
    for system, expected in cases:
        answer = search(app, {"system": system})
        assert ids(answer) == expected, system
        assert_conforms("searchSystems", answer)
    assert ids(search(app, {"sort_by": "-id", "system": {}}, size=2, page=2)) == fleet[::-1][2:4]
    assert ids(search(app, {"sort_by": "", "system": {}}, size=2)) == fleet[:2]
    # what is found is what the list has, but for the city
    found, listed = (answer.json["systems"] for answer in (search(app, {"system": {}}), ask(app, SYSTEMS)))
    cities = [system["address"].pop("city") for system in listed]
    assert cities[:2] == ["Los Angeles", "Sydney"]
    assert found == listed


def test_only_companies_see_what_companies_call_a_system(app: Starlette) -> None:
    names = {"reference", "other_references"}
    installer, owner = (signed_in(app, f"{name}@example.com") for name in ("installer", "owner1"))
    shown = ask(app, SYSTEMS, {"size": 100}, headers=installer).json["systems"]
    assert shown == ask(app, SYSTEMS, {"size": 100}).json["systems"], "who is a stranger is a company"
    kinds = {tuple(sorted(names & set(system))) for system in shown}
    assert kinds == {("other_references", "reference"), ("reference",), ("other_references",), ()}
    own = [system["reference"] for system in shown if "reference" in system]
    others = [each for system in shown for each in system.get("other_references", [])]
    assert len({*own, *others}) == len(own) + len(others)
    mine = ask(app, SYSTEMS, {"size": 100}, headers=owner)
    assert_conforms("listSystems", mine)
    assert mine.json["systems"]
    one = ask(app, f"{SYSTEMS}/{ids(mine)[0]}", headers=owner)
    assert_conforms("getSystemById", one)
    everything = json.dumps({"system": {}}).encode()
    found = ask(app, f"{SYSTEMS}/search", {"size": 100}, method="POST", headers=owner, body=everything)
    for system in (*mine.json["systems"], one.json, *found.json["systems"]):
        assert not names & set(system)
    reference = next(each["reference"] for each in shown if each["system_id"] == ids(mine)[0])
    body = json.dumps({"system": {"reference": reference}}).encode()
    assert ids(ask(app, f"{SYSTEMS}/search", method="POST", headers=installer, body=body)) == ids(mine)[:1]
    assert ids(ask(app, f"{SYSTEMS}/search", method="POST", headers=owner, body=body)) == []


def test_devices_are_what_they_can_be(app: Starlette) -> None:
    service = service_of(app)
    for home in service.homes[:8]:
        answer = ask(app, f"{SYSTEMS}/{home.system_id}/devices")
        assert_conforms("listSystemDevices", answer)
        devices = answer.json["devices"]
        numbers = [
            {each["part_number"] for each in listed}
            for listed in devices.values()
            if listed is not devices.get("meters")
        ]
        assert len(set().union(*numbers)) == sum(map(len, numbers)), "a part number for each kind of device"
        micros = devices["micros"]
        assert {each["model"] for each in micros} == {"IQ8H"}
        history = service.histories[home.index]
        if home.operational_at is not None:
            brightest = max(
                max(history.sun(history.date_at(NOW - days * 86_400)).power_w) for days in range(0, 365, 5)
            )
            assert brightest <= 380 * len(micros), "more than they can give"


def test_chargers_are_active_in_a_word(app: Starlette) -> None:
    devices = ask(app, f"{SYSTEMS}/{service_of(app).system_ids[0]}/devices").json["devices"]
    active = {kind: [each["active"] for each in listed] for kind, listed in devices.items()}
    assert active.pop("ev_chargers") == ["true"]
    assert {type(each) for listed in active.values() for each in listed} == {bool}


@pytest.mark.parametrize("home", [0, 1, 2, 7])
def test_no_meters_before_they_came(home: int) -> None:
    app = create_app(homes=8, clock=NOW)
    service, site = service_of(app), Site(app, home)
    metered_at, began = site.home.metered_at, site.home.operational_at
    assert metered_at is not None
    assert began is not None
    series = ("production_meter", "consumption_meter")

    def told() -> list[Any]:
        devices, latest = site.get("/devices"), site.get("/latest_telemetry")["devices"]
        rgm = site.get("/rgm_stats")
        return [
            len(devices["devices"].get("meters", [])),
            len(latest.get("meters", [])),
            site.get("/summary")["source"],
            *(site.window(name)["total_devices"] for name in series),
            rgm["total_devices"],
            len(rgm["meter_intervals"]),
            bool(site.lifetime("consumption", end_date=str(site.date_of(service.now)))["consumption"]),
        ]

    nothing = [0, 0, "microinverters", 0, 0, 0, 0, False]
    for moment in (began - 400 * 86_400, began - 1, metered_at - 1):
        service.clock.set(moment)
        assert told() == nothing, moment
    service.clock.set(metered_at)
    assert told() == [2, 6, "meter", 1, 1, 1, 1, True]


def test_the_first_meters_are_there_until_others_take_their_place() -> None:
    app = create_app(homes=2, clock=NOW)
    site, clock = Site(app, 1), service_of(app).clock
    replaced_at = site.home.replaced_at
    assert replaced_at is not None

    def serials() -> tuple[str, list[str]]:
        meters = site.get("/devices")["devices"]["meters"]
        rgm = site.get("/rgm_stats")["meter_intervals"]
        return meters[0]["serial_number"], [each["meter_serial_number"] for each in rgm]

    late, (after,) = serials()
    assert late == after
    clock.set(replaced_at)
    early, before = serials()
    assert before == [early] != [late]
    assert [each["serial_num"] for each in site.get("/production_meter_readings")["meter_readings"]] == [
        early
    ]
    clock.set(replaced_at + 900)
    assert serials() == (late, [early, late])


def test_meters_that_have_just_come_have_measured_nothing_yet() -> None:
    app = create_app(homes=3, clock=NOW)
    site, clock = Site(app, 2), service_of(app).clock
    metered_at = site.home.metered_at
    assert metered_at is not None
    told = []
    for later in (60, 1500):
        clock.set(metered_at + later)
        answer = ask(app, f"{site.path}/latest_telemetry")
        assert_conforms("getLatestSystemTelemetry", answer)
        told.append({each["last_report_at"] for each in answer.json["devices"]["meters"]} - {None})
        assert any(each["power"] is not None for each in answer.json["devices"]["meters"]) == bool(told[-1])
    assert told == [set(), {metered_at}]


def test_no_connection_to_the_grid_before_it_was_made() -> None:
    app = create_app(homes=1, clock=NOW)
    site, clock = Site(app, 0), service_of(app).clock
    began = site.home.operational_at
    assert began is not None
    for moment, known in ((began - 5 * 86_400, False), (began - 1, False), (began, True)):
        clock.set(moment)
        assert (site.system()["interconnect_date"] is not None) == known


def test_the_present_power_is_not_one_of_long_ago() -> None:
    app = create_app(homes=7, clock=NOW)
    clock = service_of(app).clock
    silent, gapped = Site(app, 5), Site(app, 6)
    assert silent.home.silent_at is not None
    assert gapped.home.gap is not None
    for site, stopped in ((silent, silent.home.silent_at), (gapped, gapped.home.gap[0])):
        # at noon, or when it was last light before it
        last = max(
            row["end_at"]
            for row in flat(site.window("production_micro", start_at=stopped - 86_400)["intervals"])
            if row["powr"] > 0 and row["end_at"] <= stopped
        )
        clock.set(last + 1200)
        assert site.get("/summary")["current_power"] > 0
        clock.set(stopped)
        had = site.get("/summary")
        for later in (2 * 3600, 4 * 3600):
            clock.set(stopped + later)
            summary = site.get("/summary")
            assert summary["current_power"] == 0
            assert summary["energy_lifetime"] >= had["energy_lifetime"] > 0
        clock.set(NOW)
    clock.set(NOW)
    assert silent.get("/summary")["current_power"] == 0


def test_how_large_a_page_of_a_search_may_be() -> None:
    app = create_app(homes=130, clock=NOW)
    assert search(app, {"system": {}}, size=101).status == 422
    service_of(app).change(search_max_size=1000)
    assert len(ids(search(app, {"system": {}}, size=1000))) == 130
    assert search(app, {"system": {}}, size=1001).status == 422
    assert ask(app, SYSTEMS, {"size": 101}).status == 422, "of the list, as ever"


def test_forms_that_the_document_does_not_have() -> None:
    app = create_app(homes=3, clock=NOW)
    service = service_of(app)
    system, summary, devices = (
        f"{SYSTEMS}/{service.system_ids[0]}{tail}" for tail in ("", "/summary", "/devices")
    )

    def odd(path: str, *quirks: str) -> Any:
        service.change(quirks=quirks)
        answer = ask(app, path)
        assert answer.status == 200
        return answer.json

    date = odd(system)["interconnect_date"]
    midnight = odd(system, "interconnect_epoch")["interconnect_date"]
    assert datetime.fromtimestamp(midnight, ZoneInfo("US/Pacific")).isoformat()[:19] == f"{date}T00:00:00"

    word = odd(system, "unknown_words")["status"]
    assert word not in ("normal", "comm")
    told = [
        odd(summary, "unknown_words"),
        odd(f"{SYSTEMS}/{service.system_ids[0]}/energy_lifetime", "unknown_words")["meta"],
    ]
    assert [each["status"] for each in told] == [word, word]
    assert ids(search(app, {"system": {"statuses": [word]}})) == service.system_ids
    service.change(quirks=())
    assert search(app, {"system": {"statuses": [word]}}).status == 422

    plain = odd(devices)
    more = odd(devices, "new_devices")
    assert set(more["devices"]) - set(plain["devices"]) == {"iq_collars", "heat_pump"}
    assert more["total_devices"] == plain["total_devices"] + 2
    modems = [
        odd(devices, *quirks)["devices"]["gateways"][0].get("cellular_modem")
        for quirks in ((), ("cellular_na",))
    ]
    assert modems[0] is None
    assert {modems[1][name] for name in ("imei", "part_num", "sku")} == {"N/A"}
    assert (modems[1]["plan_start_date"], modems[1]["plan_end_date"]) == (None, None)
    cellular = ask(app, f"{SYSTEMS}/{service.system_ids[2]}/devices")
    assert ask(app, f"{SYSTEMS}/{service.system_ids[2]}").json["connection_type"] == "cellular"
    assert "N/A" in cellular.body.decode()
    service.change(quirks=())
    modem = ask(app, f"{SYSTEMS}/{service.system_ids[2]}/devices").json["devices"]["gateways"][0][
        "cellular_modem"
    ]
    assert modem["plan_start_date"] < NOW < modem["plan_end_date"]

    empty = [each for listed in odd(devices, "null_details")["devices"].values() for each in listed]
    assert {each[name] for each in empty for name in ("sku", "state", "last_report_at") if name in each} == {
        None
    }
    words = [each for listed in odd(devices, "word_booleans")["devices"].values() for each in listed]
    assert {each["active"] for each in words} == {"true"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        pytest.param(b"[" * 100_000, id="deep"),
        {},
        {"system": []},
        {"system": {"colour": 1}},
        {"system": {"ids": "1"}},
        {"system": {}, "more": 1},
        {"system": {}, "sort_by": "name"},
        {"system": {"name": ["x"]}},
        {"system": {"statuses": None}},
        {"system": {"ids": [0.5]}},
        b'{"system": {"ids": [1e999, NaN]}}',
        {"system": {}, "sort_by": None},
        {"system": {"statuses": ["colourful"]}},
        {"system": {"statuses": ["normal", 1]}},
        {"system": {"ids": [True]}},
        {"system": {"ids": [1, "2"]}},
        {"system": {"ids": [[1]]}},
        {"system": {"ids": {}}},
        {"system": {"name": 0}},
        {"system": {}, "sort_by": False},
    ],
    ids=str,
)
def test_a_search_that_makes_no_sense(app: Starlette, body: Any) -> None:
    answer = search(app, body)
    assert answer.status == 422
    assert_conforms("searchSystems", answer)


def test_the_journal_has_every_call_without_the_key(app: Starlette) -> None:
    service = service_of(app)
    first = service.system_ids[0]
    ask(app, f"{SYSTEMS}/{first}/telemetry/battery", {"granularity": "week", "key": "secret"})
    ask(app, f"{SYSTEMS}/1/summary")
    ask(app, f"{SYSTEMS}/{first}/alarms", headers={})
    assert [(call.operation, call.status, call.at) for call in service.journal] == [
        ("getBatteryTelemetry", 200, NOW),
        ("getSystemSummary", 404, NOW),
        ("listSystemAlarms", 401, NOW),
    ]
    assert service.calls("getBatteryTelemetry") == service.journal[:1]
    assert service.journal[0].query == {"granularity": "week"}
    assert "secret" not in repr(service.journal)
    assert (service.journal[1].method, service.journal[1].path) == ("GET", f"{SYSTEMS}/1/summary")


def test_faults_come_in_order_and_end(app: Starlette) -> None:
    service = service_of(app)
    service.fail_next(2)
    service.fail_next(status=429, operation="getSystemSummary")
    service.fail_next(status=200, body="<html>busy</html>")
    service.fail_next(status=520, body={"odd": True}, headers={"retry-after": "3"})
    service.fail_next(status=200, body=b"\x00", content_type="application/json")
    answers = [ask(app, SYSTEMS) for _ in range(6)]
    assert [answer.status for answer in answers] == [503, 503, 200, 520, 200, 200]
    assert answers[2].headers["content-type"].startswith("text/html")
    assert answers[3].json == {"odd": True}
    assert answers[3].headers["retry-after"] == "3"
    assert (answers[4].body, answers[4].headers["content-type"]) == (b"\x00", "application/json")
    limited = ask(app, f"{SYSTEMS}/{service.system_ids[0]}/summary")
    assert_conforms("getSystemSummary", limited)
    assert limited.json["period"] == "minute"
    assert (
        limited.json["period_start"] <= NOW < limited.json["period_end"] == limited.json["period_start"] + 60
    )
    assert [call.status for call in service.journal] == [503, 503, 200, 520, 200, 200, 429]


def test_a_dropped_connection_is_journaled_and_felt(app: Starlette) -> None:
    service_of(app).fail_next(drop=True)
    with pytest.raises(ConnectionResetError):
        ask(app, SYSTEMS)
    assert service_of(app).journal[-1].status == 0
    assert ask(app, SYSTEMS).status == 200


def test_faults_that_cannot_be(app: Starlette) -> None:
    with pytest.raises(ValueError, match="getSystemSummary"):
        service_of(app).fail_next(operation="getSummary")
    with pytest.raises(ValueError, match="99"):
        service_of(app).fail_next(status=99)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"homes": 0}, "homes"),
        ({"api_key": " "}, "api_key"),
        ({"access_token": ""}, "access_token"),
        ({"window_cap": "month"}, "window_cap"),
        ({"window_cap": -1}, "window_cap"),
        ({"nested": ("rgn",)}, "nested"),
        ({"nested": "battery,telemetry"}, "nested"),
        ({"stuck": True}, "no setting .stuck."),
        ({"clock": -62135596800}, "clock"),
        ({"clock": 253402300799}, "clock"),
        ({"clock": float("nan")}, "clock"),
        *(
            ({"homes": each}, "^homes must be a whole number between 1 and")
            for each in ("8", 2.5, None, True, 10**5000)
        ),
        *(({"owners": each}, "^owners must be a whole number") for each in ("2", 0, None)),
        *(({"seed": each}, "^seed must be a whole number") for each in (None, "1", 1.0, 10**5000)),
        *(({"epoch": each}, "^epoch must be a whole number") for each in (-(10**12), 10**11, 1.5e9, "now")),
        ({"sleep": 5}, "^sleep must be"),
        *(({"applications": each}, "^applications must be a list") for each in (["x"], "x", 5, {"a": 1})),
        ({"access_token_seconds": 10**400}, "^access_token_seconds takes seconds from 0 to"),
        ({"access_token_seconds": 10**5000}, "^access_token_seconds takes seconds from 0 to"),
        ({"refresh_grace_seconds": 1e10}, "^refresh_grace_seconds takes seconds from 0 to"),
        ({"window_cap": 10**400}, "^window_cap takes"),
    ],
    ids=lambda each: repr(each)[:40] if not isinstance(each, dict) else "-".join(each),
)
def test_options_that_make_no_sense(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        create_app(**options)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"plan": "gigawatt"}, "plan takes None or watt or kilowatt or megawatt or partner, not 'gigawatt'"),
        ({"plan": ["watt"]}, "plan takes"),
        *(({name: ""}, f"{name} must be text") for name in ("name", "client_id", "client_secret", "api_key")),
        ({"api_key": " "}, "api_key must be text"),
        ({"client_id": 5}, "client_id must be text"),
        ({"redirect_uris": "http://localhost"}, "redirect_uris must be a tuple"),
        ({"redirect_uris": (5,)}, "redirect_uris: 5 is not"),
    ],
)
def test_applications_that_make_no_sense(change: dict[str, Any], told: str) -> None:
    good = {"name": "mine", "client_id": "c", "client_secret": "s", "api_key": "k"}
    assert Application(**good).limits is None  # type: ignore[arg-type]  # all of them are text
    with pytest.raises(ValueError, match=told):
        Application(**good | change)
