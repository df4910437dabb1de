"""The interface under `/_mock`: what it shows, what it changes, what it refuses and says; and what a reset undoes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from enphase_cloud.mock import create_app
from enphase_cloud.mock.accounts import Application
from enphase_cloud.mock.clock import FIRST, LAST
from enphase_cloud.mock.faults import FAULTS
from enphase_cloud.mock.settings import Settings, catalogue

from .playing import AUTH, NOW, Answer, ask, service_of

HOST = {"host": "127.0.0.1:8787"}
METHODS = {
    "": ["GET"],
    "/reset": ["POST"],
    "/clock": ["GET", "PUT"],
    "/settings": ["GET", "PATCH"],
    "/faults": ["GET", "POST", "DELETE"],
    "/journal": ["GET", "DELETE"],
    "/totals": ["GET"],
    "/systems": ["GET"],
    "/activations": ["GET"],
    "/accounts": ["GET"],
}
WRITES = [("/clock", "PUT"), ("/settings", "PATCH"), ("/faults", "POST")]
SYSTEMS = "/api/v4/systems"


@pytest.fixture
def app() -> Starlette:
    return create_app(homes=8, clock=NOW)


def admin(app: Starlette, path: str, method: str = "GET", body: Any = b"", **query: object) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(app, f"/_mock{path}", query, method=method, headers=HOST, body=raw)


def told(app: Starlette, path: str, method: str = "GET", body: Any = b"", **query: object) -> Any:
    """The JSON of an order that has to be taken."""
    answer = admin(app, path, method, body, **query)
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/json"
    return answer.json


def error(answer: Answer, status: int = 400) -> str:
    """What is wrong, of an order that has to be refused."""
    assert answer.status == status, answer
    assert set(answer.json) == {"error"}
    text = answer.json["error"]
    assert isinstance(text, str)
    return text


def state(app: Starlette) -> list[bytes]:
    """All that can be seen and changes."""
    return [admin(app, path).body for path in ("/clock", "/settings", "/faults", "/journal", "/totals")]


def test_the_index_leads_to_everything(app: Starlette) -> None:
    listed = {each["url"]: each for each in told(app, "")["endpoints"]}
    assert list(listed) == [f"http://127.0.0.1:8787/_mock{path}" for path in METHODS if path]
    for url, each in listed.items():
        path = url.partition("/_mock")[2]
        assert each["methods"] == ", ".join(METHODS[path])
        assert "GET" not in METHODS[path] or admin(app, path).status == 200
    assert admin(app, "/").body == admin(app, "").body


def test_the_index_knows_where_the_app_is_mounted(app: Starlette) -> None:
    outer = Starlette(routes=[Mount("/enphase", app)])
    index = ask(outer, "/enphase/_mock", headers=HOST).json
    assert index["endpoints"][0]["url"] == "http://127.0.0.1:8787/enphase/_mock/reset"
    assert ask(outer, "/enphase/_mock/clock", headers=HOST).json["now"] == NOW


@pytest.mark.parametrize("path", list(METHODS))
def test_methods(app: Starlette, path: str) -> None:
    methods = METHODS[path]
    allowed = {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - allowed:
        answer = admin(app, path, method)
        assert " or ".join(methods) in error(answer, 405)
        assert set(answer.headers["allow"].split(", ")) == allowed
    options = admin(app, path, "OPTIONS")
    assert (options.status, options.body) == (204, b"")
    assert set(options.headers["allow"].split(", ")) == allowed
    if "GET" in methods:
        head, got = admin(app, path, "HEAD"), admin(app, path)
        assert (head.status, head.body, head.headers) == (200, b"", got.headers)
        assert int(head.headers["content-length"]) == len(got.body)
    else:
        assert admin(app, path, "HEAD").status == 405


@pytest.mark.parametrize("path", ["/clocks", "/clock/now", "/RESET", "/_mock", "/../settings", "/☂"])
def test_an_unknown_path_is_told_the_known_ones(app: Starlette, path: str) -> None:
    assert "/_mock/reset, /_mock/clock" in error(admin(app, path), 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://127.0.0.1:8787.evil.example"},
        {"origin": "http://127.0.0.1:8787@evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://["},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:8787", "sec-fetch-site": "cross-site"},
    ],
    ids=str,
)
def test_pages_of_other_sites_are_refused(app: Starlette, headers: dict[str, str]) -> None:
    told(app, "/faults", "POST", {"name": "503"})
    before = state(app)
    for path, methods in METHODS.items():
        for method in [*methods, "OPTIONS", "HEAD"]:
            body = b'{"speed": 1}' if method in ("PUT", "POST", "PATCH") else b""
            answer = ask(app, f"/_mock{path}", method=method, headers=HOST | headers, body=body)
            assert answer.status == 403
            assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert state(app) == before


@pytest.mark.parametrize(
    ("host", "arrived", "status"),
    [
        ("localhost:8787", "127.0.0.1", 200),
        ("LOCALHOST.", "127.0.0.1", 200),
        ("127.1.2.3", "127.0.0.1", 200),
        ("[::1]:8787", "::1", 200),
        ("mock", "mock", 200),
        ("192.0.2.7:8787", "192.0.2.7", 200),
        ("my-mock:8787", "192.0.2.7", 200),
        ("evil.example:8787", "127.0.0.1", 403),
        ("evil.example", "::1", 403),
        ("evil.example", "mock", 403),
        ("127.0.0.1.evil.example", "127.0.0.1", 403),
        ("localhost.evil.example", "127.0.0.1", 403),
        ("evil.example@localhost", "127.0.0.1", 200),
        ("[", "127.0.0.1", 403),
        ("", "127.0.0.1", 403),
    ],
)
def test_a_name_that_was_made_to_lead_here_is_refused(
    app: Starlette, host: str, arrived: str, status: int
) -> None:
    """A page of evil.example, whose name server says 127.0.0.1 by now, is of the same site for its browser."""

    async def at(scope: Any, receive: Any, send: Any) -> None:
        await app(scope | {"server": (arrived, 8787)}, receive, send)

    headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    outer: Any = at
    assert ask(outer, "/_mock/clock", headers=headers).status == status
    assert ask(outer, "/_mock/clock", headers={"host": host}).status == status


def test_a_page_without_a_site_is_refused_where_no_host_is_named(app: Starlette) -> None:
    assert ask(app, "/_mock/clock", headers={"origin": "null"}).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:8787"},
        {"origin": "HTTP://127.0.0.1:8787", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {},
    ],
    ids=str,
)
def test_its_own_site_and_programs_are_not(app: Starlette, headers: dict[str, str]) -> None:
    answer = ask(app, "/_mock/clock", method="PUT", headers=HOST | headers, body=b'{"advance": 1}')
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_clock(app: Starlette) -> None:
    assert told(app, "/clock") == {"now": NOW, "utc": "2026-05-28T20:26:40Z", "speed": 0}
    assert told(app, "/clock", "PUT", {"advance": 900.5})["now"] == NOW + 900.5
    assert told(app, "/clock", "PUT", {"advance": -1000.5})["now"] == NOW - 100
    set_back = told(app, "/clock", "PUT", {"now": 1_700_000_000})
    assert set_back == {"now": 1_700_000_000, "utc": "2023-11-14T22:13:20Z", "speed": 0}
    assert service_of(app).now == 1_700_000_000


def test_the_clock_can_be_let_go_and_stopped() -> None:
    real = [float(NOW)]
    app = create_app(homes=1, clock=lambda: real[0])
    assert told(app, "/clock", "PUT", {"speed": 60})["speed"] == 60
    real[0] += 10
    assert told(app, "/clock")["now"] == NOW + 600
    assert told(app, "/clock", "PUT", {"now": NOW, "speed": 0})["now"] == NOW
    real[0] += 10
    assert told(app, "/clock", "PUT", {"advance": 5, "speed": 2}) == {
        "now": NOW + 5,
        "utc": "2026-05-28T20:26:45Z",
        "speed": 2,
    }
    real[0] += 10
    assert told(app, "/clock")["now"] == NOW + 25
    told(app, "/reset", "POST")
    assert told(app, "/clock") == {"now": NOW + 30, "utc": "2026-05-28T20:27:10Z", "speed": 1}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "say one of"),
        ({"now": NOW, "advance": 1}, "say one of"),
        ({"time": NOW}, "no field 'time'"),
        ({"now": NOW, "frozen": True}, "no field 'frozen'"),
        ({"now": "2026-01-01"}, "now must be a number"),
        ({"now": True}, "now must be a number"),
        ({"now": None}, "now must be a number"),
        ({"now": FIRST - 1}, "between 1971 and 2098"),
        ({"advance": LAST}, "between 1971 and 2098"),
        ({"advance": 10**400}, "too large"),
        ({"advance": [1]}, "advance must be a number"),
        ({"speed": -1}, "speed must be a number from 0"),
        ({"now": NOW + 9, "speed": -1}, "speed must be a number from 0"),
        ({"speed": 60, "now": 0}, "between 1971 and 2098"),
        (b'{"now": NaN}', "must be a JSON object, such as"),
        (b'{"advance": Infinity}', "must be a JSON object"),
        (b'{"advance": 1e999}', "between 1971 and 2098"),
    ],
    ids=str,
)
def test_times_that_are_none(app: Starlette, body: Any, why: str) -> None:
    assert why in error(admin(app, "/clock", "PUT", body))
    assert told(app, "/clock") == {"now": NOW, "utc": "2026-05-28T20:26:40Z", "speed": 0}


def test_settings(app: Starlette) -> None:
    assert told(app, "/settings") == Settings().as_json()
    assert list(told(app, "/settings")) == [name for name, *_ in catalogue()]
    changed = told(
        app, "/settings", "PATCH", {"plan": "watt", "late_data": False, "quirks": ["extra_fields"]}
    )
    assert (changed["plan"], changed["late_data"], changed["quirks"]) == ("watt", False, ["extra_fields"])
    assert "new_field" in ask(app, SYSTEMS).json
    assert service_of(app).journal[-1].plan == "watt"
    assert told(app, "/settings", "PATCH", {"plan": None})["plan"] is None
    assert told(app, "/settings", "PATCH", {}) == told(app, "/settings")


def test_a_key_that_is_fixed_is_not_shown(app: Starlette) -> None:
    assert told(app, "/settings", "PATCH", {"api_key": "s3cr3t"})["api_key"] == "***"
    assert b"s3cr3t" not in b"".join(state(app))
    assert ask(app, SYSTEMS).status == 401
    assert ask(app, SYSTEMS, headers=AUTH | {"key": "s3cr3t"}).status == 200


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"late": True}, "there is no setting 'late'; there are: plan, auth"),
        ({"self": 1}, "no setting 'self'"),
        ({"plan": "gigawatt"}, "plan takes none or watt or kilowatt"),
        ({"overage": True, "nested": "all of them"}, "nested takes any of"),
        ({"overage": True, "code_seconds": -1}, "code_seconds takes seconds"),
        ([["plan", "watt"]], 'such as {"plan": "watt"}'),
        ({"access_token_seconds": 10**399}, "access_token_seconds takes seconds from 0 to"),
        ({"window_cap": 10**399}, "window_cap takes"),
    ],
    ids=str,
)
def test_settings_that_are_none(app: Starlette, body: Any, why: str) -> None:
    assert why in error(admin(app, "/settings", "PATCH", body))
    assert told(app, "/settings") == Settings().as_json()


def test_faults(app: Starlette) -> None:
    assert told(app, "/faults") == {"pending": []}
    told(app, "/faults", "POST", {"name": "503", "count": 2, "operations": ["listSystems"]})
    listed = told(app, "/faults", "POST", {"script": [None, "html_200", 418]})["pending"]
    assert listed == told(app, "/faults")["pending"]
    assert [each.get("name", each.get("script")) for each in listed] == ["503", [None, "html_200", "418"]]
    assert [ask(app, SYSTEMS).status for _ in range(6)] == [503, 503, 200, 200, 418, 200]
    assert [each.fault for each in service_of(app).journal] == ["503", "503", None, "html_200", "418", None]
    assert told(app, "/faults") == {"pending": []}
    told(app, "/faults", "POST", {"name": "500", "rate": 1, "count": None, "operations": None})
    assert ask(app, SYSTEMS).status == 500
    assert told(app, "/faults", "DELETE") == {"pending": []}
    assert ask(app, SYSTEMS).status == 200


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "say what is to go wrong"),
        ({"count": 1}, "say what is to go wrong"),
        ({"name": "503", "script": ["503"]}, "say what is to go wrong"),
        ({"name": "gremlin"}, "there is no fault 'gremlin'; there are: refused"),
        ({"name": None}, "there is no fault None"),
        ({"name": ["503"]}, "there is no fault"),
        ({"name": 99}, "there is no fault"),
        ({"name": "503", "count": 0}, "count must be a whole number"),
        ({"name": "503", "count": 1.5}, "count must be a whole number"),
        ({"name": "503", "count": "2"}, "count must be a whole number"),
        ({"name": "503", "rate": 1.5}, "rate must be a number from 0 to 1"),
        ({"name": "503", "rate": "often"}, "rate must be a number from 0 to 1"),
        ({"name": "503", "operations": []}, "operations must be a list"),
        ({"name": "503", "operations": {"a": 1}}, "operations must be a list"),
        (
            {"name": "503", "operations": ["listSystem"]},
            "no operation 'listSystem' in the document; there are:",
        ),
        ({"name": "503", "times": 2}, "no field 'times'; there are: name, count, rate, operations"),
        ({"script": "503"}, "script must be a list"),
        ({"script": {"503": 1}}, "script must be a list"),
        ({"script": ["gremlin"]}, "there is no fault 'gremlin'"),
        ({"script": [{}]}, "there is no fault"),
        ({"script": ["503"], "count": 2}, "no field 'count'"),
    ],
    ids=str,
)
def test_faults_that_are_none(app: Starlette, body: Any, why: str) -> None:
    assert why in error(admin(app, "/faults", "POST", body))
    assert told(app, "/faults") == {"pending": []}


@pytest.mark.parametrize("name", list(FAULTS))
def test_no_fault_touches_the_interface_and_no_call_of_it_is_noted(app: Starlette, name: str) -> None:
    told(app, "/faults", "POST", {"name": name})
    for path, methods in METHODS.items():
        assert admin(app, path, "OPTIONS").status == 204
        assert admin(app, path, "TRACE").status == 405
        assert "GET" not in methods or admin(app, path).status == 200
    assert [each["name"] for each in told(app, "/faults")["pending"]] == [name]
    assert told(app, "/journal")["total"] == told(app, "/totals")["hits"] == 0


def test_the_journal(app: Starlette) -> None:
    first = service_of(app).system_ids[0]
    ask(app, SYSTEMS, {"key": "secret", "size": 2}, headers={"authorization": "Bearer t"})
    service_of(app).clock.advance(5)
    ask(app, f"{SYSTEMS}/{first}/summary", headers=AUTH | {"key": "watt-key"})
    ask(app, "/nowhere")
    shown = told(app, "/journal")
    assert shown["total"] == 3
    assert shown["calls"][0] == {
        "at": NOW,
        "method": "GET",
        "path": SYSTEMS,
        "query": {"size": "2"},
        "operation": "listSystems",
        "status": 200,
        "application": None,
        "owner": None,
        "plan": None,
        "counted": True,
        "refused_by": None,
        "charge_usd": 0,
        "fault": None,
    }
    assert [(each["application"], each["plan"], each["at"]) for each in shown["calls"][1:]] == [
        ("Sandbox Watt", "watt", NOW + 5),
        (None, None, NOW + 5),
    ]
    assert told(app, "/journal", limit=1) == {"total": 3, "calls": shown["calls"][2:]}
    assert told(app, "/journal", limit=0) == {"total": 3, "calls": []}
    assert told(app, "/journal", operation="listSystems") == {"total": 1, "calls": shown["calls"][:1]}
    assert told(app, "/journal", operation="token", limit=200_000) == {"total": 0, "calls": []}
    assert told(app, "/journal", "DELETE") == {"total": 0, "calls": []}
    assert told(app, "/totals")["hits"] == 2, "what was used is used"


def test_the_journal_shows_the_last_thousand(app: Starlette) -> None:
    for size in range(1_005):
        ask(app, "/nowhere", {"size": size})
    shown = told(app, "/journal")
    assert shown["total"] == 1_005
    assert [each["query"]["size"] for each in shown["calls"]] == [str(size) for size in range(5, 1_005)]


@pytest.mark.parametrize(
    ("path", "method", "query", "why"),
    [
        ("/journal", "GET", {"limit": "-1"}, "limit takes a whole number from 0 to 200000"),
        ("/journal", "GET", {"limit": ""}, "limit takes"),
        ("/journal", "GET", {"limit": "²"}, "limit takes"),
        ("/journal", "GET", {"limit": "200001"}, "limit takes"),
        ("/journal", "GET", {"limit": "1" * 5_000}, "limit takes"),
        ("/journal", "GET", {"operation": "listSystem"}, "no operation 'listSystem'; there are: listSystems"),
        ("/journal", "GET", {"operations": "listSystems"}, "there are: operation, limit"),
        ("/journal", "DELETE", {"operation": "listSystems"}, "this takes none"),
        ("/clock", "GET", {"now": 1}, "no parameter 'now'; this takes none"),
        ("/clock", "PUT", {"now": 1}, "no parameter 'now'"),
    ],
)
def test_parameters_that_are_none(
    app: Starlette, path: str, method: str, query: dict[str, object], why: str
) -> None:
    ask(app, SYSTEMS)
    assert why in error(admin(app, path, method, **query))
    assert told(app, "/journal")["total"] == 1


def test_totals_are_those_of_python(app: Starlette) -> None:
    service = service_of(app)
    for key in ("watt-key", "kilowatt-key", "mine"):
        ask(app, SYSTEMS, headers=AUTH | {"key": key})
        ask(app, f"{SYSTEMS}/1/live_data", headers=AUTH | {"key": key})
    shown = told(app, "/totals")
    assert shown == json.loads(json.dumps(service.quota.totals(NOW).as_json()))
    assert (shown["hits"], shown["usd"]) == (5, 0.2)
    assert [(each["application"], each["plan"], each["hits"]) for each in shown["applications"]] == [
        ("Sandbox Watt", "watt", 1),
        ("Sandbox Kilowatt", "kilowatt", 2),
        ("Sandbox Megawatt", "megawatt", 0),
        ("Sandbox Partner", "partner", 0),
    ]
    kilowatt = shown["applications"][1]
    assert kilowatt["by_operation"] == {"listSystems": 1, "getLiveData": 1}
    assert (kilowatt["charges_usd"], kilowatt["overage_usd"], kilowatt["monthly_usd"]) == (0.1, 0, 249)
    assert shown["applications"][0]["minute"] == {"hits": 1, "limit": 10, "left": 9}
    assert shown["applications"][0]["refused"]["access"] == 1
    assert shown["strangers"]["month"] == {"hits": 2, "limit": None, "left": None}
    assert shown["minute"]["start"] <= NOW < shown["minute"]["end"] == shown["minute"]["start"] + 60


def test_systems_say_what_the_service_shows_of_them(app: Starlette) -> None:
    service = service_of(app)
    listed = told(app, "/systems")["systems"]
    assert [each["system_id"] for each in listed] == service.system_ids
    for each in listed:
        path, words = f"{SYSTEMS}/{each['system_id']}", each["peculiar"]
        shown, devices = ask(app, path).json, ask(app, f"{path}/devices").json["devices"]
        assert (each["name"], each["timezone"]) == (shown["name"], shown["timezone"])
        assert ("no time zone" in words) == (shown["timezone"] is None)
        assert ("never reports" in words) == (shown["last_report_at"] is None) == (each["since"] is None)
        found = re.search(r"(\d) (batteries|AC Batteries)", words)
        battery = devices.get("encharges", devices.get("acbs", []))
        assert len(battery) == (int(found[1]) if found else 0)
        assert ("AC" in found[2]) == ("acbs" in devices) if found else "no battery" in words
        found = re.search(r"(\d) EV charger", words)
        assert len(devices.get("ev_chargers", [])) == (int(found[1]) if found else 0)
        assert ("no meters" in words) == (not devices.get("meters"))
        live = ask(app, f"{path}/live_data", headers=AUTH | {"duration": "30"}).status
        found = re.search(r"no live stream \((\d+)\)", words)
        assert live == (int(found[1]) if found else 200)
    assert len({each["peculiar"] for each in listed}) == len(listed)


def test_systems_say_how_a_battery_is_set_now(app: Starlette) -> None:
    path = f"{SYSTEMS}/config/{service_of(app).system_ids[0]}/battery_settings"
    assert "Self-consumption" in told(app, "/systems")["systems"][0]["peculiar"]
    body = json.dumps({"battery_mode": "Full Backup"}).encode()
    assert ask(app, path, method="PUT", body=body).status == 200
    assert "Full Backup" in told(app, "/systems")["systems"][0]["peculiar"]
    told(app, "/reset", "POST")
    assert "Self-consumption" in told(app, "/systems")["systems"][0]["peculiar"]


def test_owners_and_applications_are_those_that_the_service_takes(app: Starlette) -> None:
    shown = told(app, "/accounts")
    owner_of = {each["system_id"]: each["owner"] for each in told(app, "/systems")["systems"]}
    for person in shown["people"]:
        own = [system_id for system_id, owner in owner_of.items() if owner == person["username"]]
        assert person["system_ids"] == (own or "all")
    assert [each["plan"] for each in shown["applications"]] == ["watt", "kilowatt", "megawatt", "partner"]
    partner, person = shown["applications"][3], shown["people"][1]
    token = password_token(app, partner, person)
    headers = {"key": partner["api_key"], "authorization": f"Bearer {token}"}
    listed = ask(app, SYSTEMS, headers=headers).json["systems"]
    assert [each["system_id"] for each in listed] == person["system_ids"]
    assert told(app, "/journal")["calls"][-1]["owner"] == person["username"]


def password_token(app: Starlette, application: dict[str, str], person: dict[str, str]) -> str:
    import base64

    client = f"{application['client_id']}:{application['client_secret']}".encode()
    headers = {
        "authorization": f"Basic {base64.b64encode(client).decode()}",
        "content-type": "application/x-www-form-urlencoded",
    }
    form = f"grant_type=password&username={person['username']}&password={person['password']}"
    answer = ask(app, "/oauth/token", method="POST", headers=headers, body=form.encode())
    assert answer.status == 200, answer
    token: str = answer.json["access_token"]
    return token


def test_applications_of_ones_own_are_shown() -> None:
    mine = Application(
        name="Mine",
        client_id="id",
        client_secret="s",
        api_key="k",
        redirect_uris=("https://mine.example/back",),
    )
    app = create_app(homes=1, clock=NOW, applications=[mine])
    [shown] = told(app, "/accounts")["applications"]
    assert (shown["name"], shown["plan"], shown["redirect_uris"]) == (
        "Mine",
        None,
        ["https://mine.example/back"],
    )
    assert told(app, "/totals")["applications"][0]["month"]["limit"] is None


def spoil(app: Starlette) -> None:
    """Change everything that can be changed."""
    first = service_of(app).system_ids[0]
    ask(app, SYSTEMS, headers=AUTH | {"key": "watt-key"})
    body = json.dumps({"battery_mode": "Savings Mode", "reserve_soc": 40}).encode()
    assert ask(app, f"{SYSTEMS}/config/{first}/battery_settings", method="PUT", body=body).status == 200
    body = json.dumps({"storm_guard_status": "enabled"}).encode()
    assert ask(app, f"{SYSTEMS}/config/{first}/storm_guard", method="PUT", body=body).status == 200
    told(app, "/clock", "PUT", {"advance": 86_400, "speed": 0})
    ask(app, f"{SYSTEMS}/{first}/telemetry/battery")
    told(app, "/settings", "PATCH", {"quirks": "all", "late_data": "off", "plan": "kilowatt"})
    told(app, "/faults", "POST", {"name": "503"})


def views(app: Starlette) -> list[bytes]:
    """What a client sees of a home, now and a day later."""
    service, seen = service_of(app), []
    first = service.system_ids[0]
    for _ in range(2):
        for series in ("battery", "production_micro", "consumption_meter"):
            seen.append(ask(app, f"{SYSTEMS}/{first}/telemetry/{series}").body)
        for group in ("battery_settings", "storm_guard", "load_control"):
            seen.append(ask(app, f"{SYSTEMS}/config/{first}/{group}").body)
        service.clock.advance(86_400)
    return seen


@pytest.mark.parametrize(
    "reset",
    [lambda app: told(app, "/reset", "POST", {}), lambda app: service_of(app).reset()],
    ids=["over HTTP", "from Python"],
)
def test_a_reset_leaves_nothing_of_what_was(reset: Callable[[Starlette], Any]) -> None:
    app, fresh = (create_app(homes=2, clock=NOW, boundary_row=True) for _ in range(2))
    shown = told(app, "/accounts")
    token = password_token(app, shown["applications"][3], shown["people"][0])
    spoil(app)
    assert [each != other for each, other in zip(state(app), state(fresh), strict=True)] == [True] * 5
    reset(app)
    assert state(app) == state(fresh)
    headers = {"key": "partner-key", "authorization": f"Bearer {token}"}
    told(app, "/settings", "PATCH", {"auth": "strict"})
    assert ask(app, SYSTEMS, headers=headers).status == 401
    reset(app)
    # what is issued from here on is what a fresh server issues
    assert password_token(app, shown["applications"][3], shown["people"][0]) == token
    reset(app)
    assert views(app) == views(fresh)


def test_a_reset_computes_nothing_anew_of_homes_that_nobody_changed() -> None:
    app = create_app(homes=50, clock=NOW)
    service = service_of(app)
    changed, *others = service.histories
    day = changed.date_at(NOW)
    body = json.dumps({"battery_mode": "Full Backup"}).encode()
    path = f"{SYSTEMS}/config/{changed.home.system_id}/battery_settings"
    assert ask(app, path, method="PUT", body=body).status == 200
    before = [each.flows(day) for each in (changed, *others)]
    told(app, "/reset", "POST")
    kept = [each.flows(day) is flows for each, flows in zip((changed, *others), before, strict=True)]
    assert kept == [False] + [True] * 49


def test_the_interface_is_answered_before_any_key_is_asked_for() -> None:
    app = create_app(homes=1, clock=NOW, auth="strict", api_key="k", access_token="t")
    assert told(app, "/clock")["now"] == NOW
    assert ask(app, "/_mock/clock", headers={}).status == 200


@pytest.mark.parametrize("path", [path for path, _ in WRITES])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"plan"',
        b"\xff\xfe",
        b"\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{}" + b" " * 1_000_000,
    ],
    ids=lambda body: repr(body[:8]),
)
def test_bodies_that_are_no_objects(app: Starlette, path: str, body: bytes) -> None:
    before = state(app)
    why = error(admin(app, path, dict(WRITES)[path], body))
    assert "such as {" in why or "longer than" in why
    assert state(app) == before


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"hard": true}', b"now"])
def test_a_reset_takes_no_body(app: Starlette, body: bytes) -> None:
    ask(app, SYSTEMS)
    assert "takes no body" in error(admin(app, "/reset", "POST", body))
    assert told(app, "/journal")["total"] == 1


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["watt", "503", "reset", "all", "listSystems", "token", NOW, 0.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [
        "now",
        "advance",
        "speed",
        "name",
        "count",
        "rate",
        "operations",
        "script",
        "plan",
        "nested",
        "code_seconds",
    ]
) | st.text(max_size=6)
SHARED = create_app(homes=1, clock=NOW)


@given(write=st.sampled_from(WRITES), body=st.dictionaries(NAMES, VALUES, max_size=3))
@settings(max_examples=100)
def test_whatever_is_sent_is_done_or_changes_nothing(write: tuple[str, str], body: dict[str, Any]) -> None:
    service_of(SHARED).reset()
    before = state(SHARED)
    answer = admin(SHARED, *write, body)
    if answer.status != 200:
        assert error(answer)
        assert state(SHARED) == before
