"""Clients, systems, pages, and what is refused before any call."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy
import pytest

from enphase_cloud import (
    AsyncEnphase,
    ConfigurationError,
    DecodeError,
    Enphase,
    EnphaseError,
    InvalidRequest,
    NotFound,
)

from .conftest import Connect
from .worlds import HOST, MODES, World, reply

VARIABLES = ("ENPHASE_API_KEY", "ENPHASE_ACCESS_TOKEN", "ENPHASE_BASE_URL")


class Fleet:
    """A list of systems, in pages of at most `most`; `total` is what it says there are, and may change."""

    def __init__(self, count: int, most: int = 100, total: Any = "count") -> None:
        self.ids = list(range(1000, 1000 + count))
        self.most = most
        self.total = total
        self.after_page: Callable[[int], object] = lambda page: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        page, size = int(request.url.params["page"]), int(request.url.params["size"])
        size = min(size, self.most)
        ids = self.ids[(page - 1) * size : page * size]
        total = {"total": len(self.ids)} if self.total == "count" else {"total": self.total}
        self.after_page(page)
        systems = [{"system_id": number, "name": f"Home {number}", "timezone": None} for number in ids]
        return reply(
            body={**total, "current_page": page, "size": size, "items": "systems", "systems": systems}
        )


@pytest.mark.parametrize(
    ("count", "most", "total", "hits"),
    [
        (0, 100, "count", 1),
        (1, 100, "count", 1),
        (100, 100, "count", 1),
        (101, 100, "count", 2),
        (250, 100, "count", 3),
        (25, 10, "count", 3),
        (100, 100, None, 2),
        (150, 100, None, 2),
        (250, 100, 9999, 4),
    ],
)
def test_all_systems_with_the_fewest_calls(
    connect: Connect, count: int, most: int, total: Any, hits: int
) -> None:
    world = World(Fleet(count, most, total))
    mode = connect(world)
    systems = mode.collect(mode.client.systems())
    assert [system.system_id for system in systems] == list(range(1000, 1000 + count))
    assert len(world.wire.requests) == hits
    assert {request.url.params["size"] for request in world.wire.requests} == {"100"}


def test_no_page_before_it_is_read(connect: Connect) -> None:
    world = World(Fleet(250))
    mode = connect(world)
    systems = mode.client.systems()
    assert world.wire.requests == []
    if mode.name == "sync":
        next(iter(systems))
    else:
        mode.result(anext(aiter(systems)))
    assert len(world.wire.requests) == 1
    mode.result(systems.close())


def test_a_list_that_grows_meanwhile_doubles_nothing(connect: Connect) -> None:
    fleet = Fleet(30, most=10)
    fleet.after_page = lambda page: fleet.ids.insert(0, 900 + page) if page < 3 else None
    mode = connect(World(fleet))
    ids = [system.system_id for system in mode.collect(mode.client.systems())]
    assert len(ids) == len(set(ids))
    assert set(range(1000, 1030)) <= set(ids)


def test_a_page_that_comes_again_is_the_last(connect: Connect) -> None:
    """Its total may be anything: only ids show whether the list goes on."""
    world = World(lambda _: reply(body={"total": 10**9, "systems": [{"name": "x"}]}))
    mode = connect(world)
    assert mode.collect(mode.client.systems()) == []
    assert len(world.wire.requests) == 2


@pytest.mark.parametrize("body", [{}, {"systems": None}, [], {"systems": {"1": 2}}])
def test_a_list_that_is_none_is_an_error(connect: Connect, body: Any) -> None:
    mode = connect(World(lambda _: reply(body=body)))
    with pytest.raises(DecodeError, match="/api/v4/systems"):
        mode.collect(mode.client.systems())


LISTED = {
    "system_id": 698905955,
    "name": "Enphase System",
    "timezone": "US/Pacific",
    "status": "some_new_status",
    "last_report_at": 1508174262,
    "last_energy_at": None,
}


def test_a_listed_system_knows_itself(connect: Connect) -> None:
    mode = connect(World(lambda _: reply(body={"total": 1, "systems": [LISTED]})))
    (system,) = mode.collect(mode.client.systems())
    assert (system.system_id, system.name, system.status) == (698905955, "Enphase System", "some_new_status")
    assert system.timezone == "US/Pacific"
    assert system.details.last_report_at == datetime(2017, 10, 16, 17, 17, 42, tzinfo=UTC)
    assert system.details.last_energy_at is None
    assert "698905955 Enphase System" in repr(system)


@pytest.mark.parametrize("odd", [2**63, 0, "7/8", None, 1.5, [7]])
def test_a_listed_id_that_no_call_can_be_made_with_takes_no_other_down(connect: Connect, odd: Any) -> None:
    """The list asked one rule and the System another: an id between them ended the reading half-way."""
    systems = [{"system_id": number} for number in (7, odd, 8)]
    mode = connect(World(lambda _: reply(body={"total": 3, "systems": systems})))
    listed = mode.client.systems()
    assert [system.system_id for system in mode.collect(listed)] == [7, 8]
    assert [problem.path for problem in listed.problems] == ["$.systems[1].system_id"]


def test_a_system_by_its_id_costs_nothing(connect: Connect) -> None:
    world = World(Fleet(1))
    mode = connect(world)
    for written in (698905955, "698905955", " 698905955 "):
        system = mode.client.system(written)
        assert system.system_id == 698905955
        assert (system.name, system.status, system.timezone, system.details) == (None, None, None, None)
    assert world.wire.requests == []


def test_summary(connect: Connect) -> None:
    body = {
        "system_id": 7,
        "current_power": 3,
        "operational_at": None,
        "last_report_at": 1557400231,
        "new": 1,
    }
    world = World(lambda _: reply(body=body))
    mode = connect(world)
    summary = mode.result(mode.client.system(7).summary())
    assert summary.current_power == 3
    assert summary.operational_at is None
    assert summary.last_report_at == datetime(2019, 5, 9, 11, 10, 31, tzinfo=UTC)
    assert summary.details.additional_properties == {"new": 1}
    assert world.wire.asked == ["GET /api/v4/systems/7/summary"]


@pytest.mark.parametrize(("body", "hits"), [(b"", 2), (b"{", 2), (b"[]", 1), (b"null", 1), (b'"text"', 1)])
def test_an_answer_that_is_no_object_is_an_error(connect: Connect, body: bytes, hits: int) -> None:
    mode = connect(World(lambda _: reply(body=body)))
    with pytest.raises(DecodeError, match="GET /api/v4/systems/7/summary was answered 200") as caught:
        mode.result(mode.client.system(7).summary())
    assert caught.value.hits == hits


@pytest.mark.parametrize("body", [{}, {"devices": None}, {"devices": {}}])
def test_a_system_without_devices(connect: Connect, body: Any) -> None:
    mode = connect(World(lambda _: reply(body=body)))
    assert mode.result(mode.client.system(7).devices()) == []


# -------------------------------------------------------------------------------------------------- before any call


@pytest.mark.parametrize(
    "system_id",
    ["", " ", "abc", "../7", "7/8", "-7", "1.5", 0, -7, 1.5, True, None, "٣", "7" * 30, 2**63, 7 * 10**5_000],
    ids=lambda system_id: type(system_id).__name__,
)
def test_what_is_no_system_id(connect: Connect, system_id: Any) -> None:
    """An empty one would answer the list of systems, a path would climb."""
    world = World(Fleet(1))
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="system id"):
        mode.client.system(system_id)
    assert world.wire.requests == []


@pytest.mark.parametrize(
    "serial",
    [
        *("", " ", "..", ".", "a/b", "a\\b", "%2e%2e", "a b", "a?b", "a#b", 1.5, True, "-x", -1),
        *("7" * 65, "7" * 70_000, "/" * 70_000, 10**64, 7 * 10**69_999, -(10**69_999)),
    ],
    ids=lambda serial: str(serial)[:9] if isinstance(serial, str) else type(serial).__name__,
)
def test_what_is_no_serial(connect: Connect, serial: Any) -> None:
    world = World(Fleet(1))
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="serial") as caught:
        mode.client.system(7).telemetry("micro", "2026-06-01", serial=serial)
    assert len(str(caught.value)) < 200
    with pytest.raises(InvalidRequest, match="serial"):
        mode.client.system(7).lifetime("ev_charger", "2026-06-01", serial=serial)
    assert world.wire.requests == []


HUGE: Any = 10**5_000
"""Python refuses to write it."""
CANNOT_BE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "name": (lambda client: client.search(name="\ud800"), r"name has half of a letter .*: '\\ud800'"),
    "statuses": (lambda client: client.search(statuses=["x\udfff"]), "status has half of a letter"),
    "ids": (lambda client: client.search(ids=[HUGE]), "no system id"),
    "an id": (lambda client: client.search(ids=HUGE), "has to be a list"),
    "text": (lambda client: client.search(name=HUGE), "has to be text"),
    "sort_by": (lambda client: client.systems(sort_by=HUGE), "sort_by is a number of too many digits"),
    "event_type_id": (lambda client: client.event_types(HUGE), "event_type_id has to be a whole number"),
    "inverters": (lambda client: client.inverters(HUGE), "serial"),
    "timezone": (lambda client: client.system(7, timezone=HUGE), "no time zone"),
    "long timezone": (lambda client: client.system(7, timezone="x" * 1000), "no time zone"),
    "series": (lambda client: client.system(7).telemetry(HUGE, "2026-06-01"), "no series"),
    "on_error": (lambda client: client.system(7).events("2026-06-01", on_error=HUGE), "on_error is"),
    "cleared": (lambda client: client.system(7).alarms("2026-06-01", cleared=HUGE), "cleared has to be"),
    "live": (lambda client: client.system(7).live(HUGE), "duration has to be a whole number"),
    "reconnect": (lambda client: client.system(7).live(30, reconnect=HUGE), "reconnect has to be"),
    "load": (
        lambda client: client.system(7).update_load_control("\ud800", mode="Basic"),
        "name has half of a letter",
    ),
    "mode": (lambda client: client.system(7).update_load_control("NC1", mode=HUGE), "mode is"),
    "reserve_soc": (
        lambda client: client.system(7).update_battery_settings(reserve_soc=HUGE),
        "from 0 to 100",
    ),
    "storm_guard": (lambda client: client.system(7).update_storm_guard(HUGE), "has to be True or False"),
    "connector_id": (
        lambda client: client.system(7).start_charging("1", connector_id=HUGE, charging_level=1),
        "connector_id has to be a whole number",
    ),
}


@pytest.mark.parametrize(("call", "words"), CANNOT_BE.values(), ids=list(CANNOT_BE))
def test_what_cannot_be_sent_or_written_is_refused_in_words(
    connect: Connect, call: Callable[[Any], Any], words: str
) -> None:
    world = World(Fleet(1))
    mode = connect(world)
    with pytest.raises(InvalidRequest, match=words) as caught:
        mode.result(call(mode.client))
    assert len(str(caught.value)) < 300
    assert "set_int_max_str_digits" not in str(caught.value)
    str(caught.value).encode()
    assert world.wire.requests == []


def test_numbers_and_truths_of_numpy_are_taken_as_such(connect: Connect) -> None:
    """As they come from the column of a table."""
    world = World(lambda _: reply(body={"systems": [], "total": 0, "alarms": []}))
    mode = connect(world)
    system = mode.client.system(numpy.int64(7), timezone="UTC")
    assert type(system.system_id) is int
    mode.collect(mode.client.search(ids=numpy.array([7, 8])))
    assert json.loads(world.wire.requests[-1].content)["system"] == {"ids": [7, 8]}
    mode.result(system.update_battery_settings(reserve_soc=numpy.int32(30)))
    assert json.loads(world.wire.requests[-1].content) == {"reserve_soc": 30}
    mode.result(system.update_storm_guard(numpy.bool_(True)))
    assert json.loads(world.wire.requests[-1].content) == {"storm_guard_status": "enabled"}
    mode.result(system.ev_schedules(numpy.uint64(202320010308)))
    assert "/202320010308/" in world.wire.asked[-1]
    mode.collect(system.alarms("2026-06-20T22:00", "2026-06-20T23:00", cleared=numpy.bool_(True)))
    assert "cleared=true" in world.wire.asked[-1]
    for bad in (numpy.float64(7), numpy.bool_(True), numpy.array([7])):
        with pytest.raises(InvalidRequest, match="no system id"):
            mode.client.system(bad)


def test_what_is_not_found_may_be_no_system(connect: Connect) -> None:
    mode = connect(World(lambda _: reply(404, {"message": "Not found"})))
    with pytest.raises(NotFound, match="Check the ids and serial numbers in the call"):
        mode.result(mode.client.event_types(5))


@pytest.mark.parametrize(
    ("method", "series", "serial", "words"),
    [
        ("telemetry", "batery", None, "Did you mean 'battery'"),
        ("telemetry", "import", None, "Did you mean 'energy_import'"),
        ("telemetry", "nothing like it", None, "There are: .*production_micro"),
        ("telemetry", None, None, "None is no series"),
        ("telemetry", ["battery"], None, "is no series"),
        ("lifetime", "energy_export", None, "Did you mean 'export'"),
        ("lifetime", "micro", None, r"no series of lifetime\(\)"),
        ("telemetry", "micro", None, "give its serial="),
        ("telemetry", "battery", "123", "takes no serial"),
        ("lifetime", "production", "123", "takes no serial"),
        ("lifetime", "ev_charger", None, "give its serial="),
    ],
)
def test_a_series_that_is_none_or_does_not_fit(
    connect: Connect, method: str, series: Any, serial: Any, words: str
) -> None:
    world = World(Fleet(1))
    mode = connect(world)
    ask = getattr(mode.client.system(7), method)
    with pytest.raises(InvalidRequest, match=words):
        ask(series, "2026-06-01", serial=serial)
    assert world.wire.requests == []


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-06-02", "2026-06-02", "does not lie before"),
        ("2026-06-30", None, "in the future"),
        (5, None, "not a time"),
    ],
)
def test_a_lifetime_that_cannot_be(connect: Connect, start: Any, end: Any, words: str) -> None:
    world = World(Fleet(1))
    mode = connect(world)
    with pytest.raises(InvalidRequest, match=words):
        mode.client.system(7).lifetime("production", start, end)
    assert world.wire.requests == []


# ------------------------------------------------------------------------------------------------------ configuration


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("blank", [None, "", "  \n"])
@pytest.mark.parametrize(
    ("missing", "variable"), [("api_key", "ENPHASE_API_KEY"), ("access_token", "ENPHASE_ACCESS_TOKEN")]
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, missing: str, variable: str, blank: str | None
) -> None:
    given = {"api_key": "k", "access_token": "t", "base_url": HOST, missing: blank}
    with pytest.raises(ConfigurationError, match=variable):
        MODES[name](World(Fleet(1)), **given)
    for key in VARIABLES:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("ENPHASE_API_KEY" if missing == "access_token" else "ENPHASE_ACCESS_TOKEN", "x")
    if blank is not None:
        monkeypatch.setenv(variable, blank)
    kind = {"sync": Enphase, "async": AsyncEnphase}[name]
    with pytest.raises(ConfigurationError, match=variable):
        kind.from_env()


def test_the_environment_and_what_wins_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENPHASE_API_KEY", " key-of-environment\n")
    monkeypatch.setenv("ENPHASE_ACCESS_TOKEN", "token-of-environment")
    monkeypatch.setenv("ENPHASE_BASE_URL", "http://127.0.0.1:9")
    world = World(Fleet(0))
    with Enphase.from_env(runtime=world) as enphase:
        list(enphase.systems())
    with Enphase.from_env(runtime=world, api_key="k", access_token="t", base_url=HOST) as enphase:
        list(enphase.systems())
    first, second = world.wire.requests
    assert (first.headers["key"], first.headers["authorization"]) == (
        "key-of-environment",
        "Bearer token-of-environment",
    )
    assert first.url.host == "127.0.0.1"
    assert (second.headers["key"], second.headers["authorization"]) == ("k", "Bearer t")
    assert second.url.host == "api.enphaseenergy.com"
    monkeypatch.setenv("ENPHASE_BASE_URL", "")
    with Enphase.from_env(runtime=world) as enphase:
        assert HOST in repr(enphase)
    monkeypatch.setenv("ENPHASE_API_KEY", " ")
    with pytest.raises(ConfigurationError, match="ENPHASE_API_KEY"):
        Enphase.from_env()


def test_what_is_refused_is_caught_at_the_root_and_as_a_value_error(connect: Connect) -> None:
    mode = connect(World(Fleet(1)))
    with pytest.raises(EnphaseError):
        mode.client.system("")
    with pytest.raises(ValueError, match="no series"):
        mode.client.system(7).telemetry("x", "2026-06-01")
