"""Lists that come in pages: all of it, each item once, with the fewest calls, whatever the list does meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_cloud import EnphaseError, InvalidRequest, mock
from enphase_cloud.flows import Flow
from enphase_cloud.flows.inverters import inverters
from enphase_cloud.flows.pages import record_pages
from enphase_cloud.flows.systems import systems
from enphase_cloud.records.ev import ChargerEvent
from enphase_cloud.rows import Problem, Report
from enphase_cloud.transport.messages import Answer, Request
from tests.amounts import examples

from .conftest import Connect
from .worlds import KEY, NOW, TOKEN, Clock, World, parsed, reply, sent

SYSTEMS = "/api/v4/systems"


def run(
    flow: Flow[Any, None], service: Callable[[dict[str, Any]], Any], most: int = 5000
) -> tuple[list[Any], int]:
    """What a flow hands on of the JSON that a service answers its arguments with, and how many calls it takes."""
    found: list[Any] = []
    calls = 0
    step: Any = next(flow, None)
    while step is not None:
        if isinstance(step, Request):
            calls += 1
            assert calls <= most, "it does not end"
            said = service(dict(step.arguments))
            try:
                if isinstance(said, EnphaseError):
                    step = flow.throw(said)
                    continue
                content = json.dumps(said).encode()
                step = flow.send(
                    Answer(step.operation_id, "GET", "/", 200, {}, content, "application/json", 1)
                )
            except StopIteration:
                break
        else:
            found += step
            step = next(flow, None)
    return found, calls


class Shelf:
    """Systems in the order of their ids, in pages. After each answer the next of the `changes` happens to it."""

    def __init__(
        self, ids: Iterable[int], most: int = 100, changes: Iterable[Callable[[list[int]], object]] = ()
    ) -> None:
        self.ids = sorted(ids)
        self.most = most
        self.changes = iter(changes)
        self.always = set(self.ids)

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.always &= set(self.ids)
        size = min(int(asked["size"]), self.most)
        start = (int(asked["page"]) - 1) * size
        shown = self.ids[start : start + size]
        answer = {"total": len(self.ids), "size": size, "systems": [{"system_id": each} for each in shown]}
        next(self.changes, lambda _: None)(self.ids)
        return answer

    def over_http(self, request: httpx.Request) -> httpx.Response:
        return reply(body=self(dict(request.url.params)))


def ids_of(shelf: Callable[[dict[str, Any]], Any], report: Report | None = None) -> tuple[list[int], int]:
    found, calls = run(systems("listSystems", {}, report or Report()), shelf)
    return [each.system_id for each in found], calls


# ------------------------------------------------------------------------------------------- lists that stay the same


@given(count=st.integers(0, 60), most=st.integers(1, 20))
def test_as_few_calls_as_there_are_pages(count: int, most: int) -> None:
    """Catches a page that is asked for twice, one after the end, and one by a size that the service does not give."""
    found, calls = ids_of(Shelf(range(1, count + 1), most))
    assert found == list(range(1, count + 1))
    assert calls == max(1, ceil(count / most))


DEFAULT, LARGEST = 20, 100
"""Of lists that come by offset and limit: the page that the document names, and the one that is tried."""


def listed_by_offset(count: int, cut: int | None, refused_above: int | None) -> tuple[list[str], int, Report]:
    """What comes of a list of that many: pages may be cut short, or refused where they are to be larger."""

    def service(asked: dict[str, Any]) -> Any:
        if refused_above is not None and asked["limit"] > refused_above:
            return InvalidRequest("Invalid offset/limit", status=400)
        size = min(asked["limit"], cut or asked["limit"])
        return {"events": [{"status": f"{n}"} for n in range(count)][asked["offset"] :][:size]}

    report = Report()
    found, calls = run(record_pages(ChargerEvent, "fetchEvents", report, system_id=7), service)
    return [event.status for event in found], calls, report


@given(count=st.integers(0, 450))
def test_where_no_largest_page_is_stated_larger_ones_are_tried(count: int) -> None:
    found, calls, report = listed_by_offset(count, None, None)
    assert found == [f"{n}" for n in range(count)]
    further = max(0, count - DEFAULT)
    unsure = DEFAULT <= further < LARGEST  # as long as a page that was cut to the default, or longer
    assert calls == 1 + (count >= DEFAULT) * (further // LARGEST + 1 + unsure)
    assert report.problems == []


@given(count=st.integers(0, 450), cut=st.integers(DEFAULT, LARGEST))
def test_a_larger_page_that_is_cut_short_is_not_the_end(count: int, cut: int) -> None:
    """Catches events lost to a service that gives less than it is asked for, and does not say so."""
    found, calls, report = listed_by_offset(count, cut, None)
    assert found == [f"{n}" for n in range(count)]
    assert calls <= 1 + (count >= DEFAULT) * (ceil(max(0, count - DEFAULT) / cut) + 1)
    assert report.problems == []


@given(count=st.integers(0, 450))
def test_a_larger_page_that_is_refused_costs_one_call(count: int) -> None:
    found, calls, report = listed_by_offset(count, None, DEFAULT)
    assert found == [f"{n}" for n in range(count)]
    assert calls == count // DEFAULT + 1 + (count >= DEFAULT)
    assert report.problems == []


@pytest.mark.parametrize("told", [True, False])
def test_a_service_that_gives_smaller_pages_is_followed(connect: Connect, told: bool) -> None:
    """Catches pages skipped by a client that reckons with the size that it asked for."""
    shelf = Shelf(range(1, 26), most=10)

    def serve(request: httpx.Request) -> httpx.Response:
        answer = shelf(dict(request.url.params))
        return reply(body=answer if told else {**answer, "size": None})

    world = World(serve)
    mode = connect(world)
    assert [each.system_id for each in mode.collect(mode.client.systems())] == list(range(1, 26))
    assert [each["page"] for each in sent(world)] == ["1", "2", "3"]
    assert {each["size"] for each in sent(world)} == {"100"}


@pytest.mark.parametrize(("sizes", "calls"), [((10, 5), 6), ((5, 10), 5), ((10, 1), 22)])
def test_a_service_that_changes_the_size_of_its_pages_loses_nothing(
    sizes: tuple[int, int], calls: int
) -> None:
    """Catches what lies between two pages of different sizes: pages are counted in the size of the moment."""
    shelf = Shelf(range(1, 31), sizes[0])

    def change(_: list[int]) -> None:
        shelf.most = sizes[1]

    shelf.changes = iter([change])
    found, made = ids_of(shelf)
    assert found == list(range(1, 31))
    assert made == calls


def test_a_page_that_lacks_an_item_is_a_page(connect: Connect) -> None:
    """A service may hide what the caller may not see: 99 of 100 are a page, and the next one is the next one."""

    def serve(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        ids = [each for each in range(1, 251)[(page - 1) * 100 : page * 100] if each != 50]
        return reply(body={"total": 250, "size": 100, "systems": [{"system_id": each} for each in ids]})

    world = World(serve)
    mode = connect(world)
    listing = mode.client.systems()
    assert [each.system_id for each in mode.collect(listing)] == [
        each for each in range(1, 251) if each != 50
    ]
    assert len(world.wire.requests) == 3
    assert listing.problems == []


# ---------------------------------------------------------------------------------------------- lists that change


@st.composite
def changing(draw: st.DrawFn) -> Shelf:
    """A shelf whose total tells of what goes: between two calls some come, or more go than come."""
    many = draw(st.integers(0, 40))
    shelf = Shelf([1000 * n for n in range(1, many + 1)], draw(st.integers(1, 8)))

    def change(come: list[int], share: float) -> Callable[[list[int]], None]:
        def apply(ids: list[int]) -> None:
            gone = 0
            if share:
                gone = min(len(ids), len(set(come) - set(ids)) + ceil(share * 5))
                first = int(share * (len(ids) - gone))
                del ids[first : first + gone]
            if not share or gone > len(come):
                ids[:] = sorted({*ids, *(each for each in come if each not in shelf.always)})

        return apply

    moves = st.builds(
        change,
        st.lists(st.integers(1, 41_000), max_size=6, unique=True),
        st.one_of(st.just(0.0), st.floats(0.01, 1)),
    )
    shelf.changes = iter(draw(st.lists(moves, max_size=12)))
    return shelf


@given(changing())
def test_what_is_there_from_first_to_last_comes_exactly_once(shelf: Shelf) -> None:
    """Catches items that moved to a page that was read already, and those that moved to one that was not."""
    found, _ = ids_of(shelf)
    assert len(found) == len(set(found))
    assert shelf.always <= set(found)


@pytest.mark.parametrize(("gone", "hits"), [(0, 3), (1, 4), (100, 3), (150, 3)])
def test_a_total_that_shrinks_costs_one_more_hit(connect: Connect, gone: int, hits: int) -> None:
    """Once, where items moved back; where a page less is left, there is no page more to ask for."""
    shelf = Shelf(range(1, 251), changes=[lambda ids: ids.__delitem__(slice(0, gone))])
    world = World(shelf.over_http)
    mode = connect(world)
    listing = mode.client.systems()
    found = [each.system_id for each in mode.collect(listing)]
    assert len(found) == len(set(found))
    assert shelf.always <= set(found)
    assert listing.hits == len(world.wire.requests) == hits
    assert listing.problems == []


@given(
    first=st.integers(0, 70),
    pushed=st.lists(st.integers(0, 20), max_size=6),
)
def test_new_events_push_the_others_on(first: int, pushed: list[int]) -> None:
    """Events have no id, and the newest come first: those that a page repeats are not handed on twice."""
    events = [f"{n}" for n in range(first)]
    left = iter(pushed)
    new = iter(range(1000, 2000))

    def service(asked: dict[str, Any]) -> Any:
        shown = events[asked["offset"] : asked["offset"] + asked["limit"]]
        events[:0] = [f"{next(new)}" for _ in range(min(next(left, 0), asked["limit"] - 1))]
        return {"events": [{"status": each} for each in shown]}

    report = Report()
    found, _ = run(record_pages(ChargerEvent, "fetchEvents", report, system_id=7), service)
    assert [event.status for event in found] == [f"{n}" for n in range(first)]
    assert report.problems == []


def test_equal_events_of_one_page_all_stay() -> None:
    """Nothing tells whether they are one event: the service lists it twice, so it comes twice."""
    events = ["a", "a", "b", *"cdefghijklmnopq", "s", "s", "t", "t", "t", "u"]

    def service(asked: dict[str, Any]) -> Any:
        return {"events": [{"status": each} for each in events[asked["offset"] :][: asked["limit"]]]}

    found, calls = run(record_pages(ChargerEvent, "fetchEvents", Report(), system_id=7), service)
    assert [event.status for event in found] == events
    assert calls == 2


# --------------------------------------------------------------------------------------- services that are out of order


@given(
    st.lists(
        st.tuples(
            st.lists(st.one_of(st.integers(1, 30), st.none()), max_size=12),
            st.one_of(st.none(), st.integers(-5, 1000), st.just("many")),
            st.one_of(st.none(), st.integers(-3, 200)),
        ),
        min_size=1,
        max_size=15,
    ),
    st.booleans(),
)
def test_reading_ends_whatever_is_answered(answers: list[Any], growing: bool) -> None:
    """Catches a client that pays for ever: totals that swing or grow with each call, pages that come again."""
    calls = 0

    def service(_: dict[str, Any]) -> Any:
        nonlocal calls
        calls += 1
        ids, total, size = answers[calls % len(answers)]
        if growing and isinstance(total, int):
            total += 12 * calls
        return {"total": total, "size": size, "systems": [{"system_id": each} for each in ids]}

    found, _ = ids_of(service)
    assert len(found) == len(set(found))


Call = Callable[[Any], Any]
EV_LISTS = pytest.mark.parametrize(
    ("key", "ask"),
    [
        pytest.param("events", lambda system: system.ev_events(), id="events"),
        pytest.param("sessions", lambda system: system.ev_sessions("1"), id="sessions"),
    ],
)


def charged(key: str, numbers: Iterable[int]) -> dict[str, Any]:
    return {key: [{"status": f"{each}"} if key == "events" else {"duration": each} for each in numbers]}


@EV_LISTS
@pytest.mark.parametrize("many", [20, 60, 100, 101, 150, 2000])
def test_a_service_that_gives_the_whole_list_each_time_is_left_and_that_is_said(
    connect: Connect, key: str, ask: Call, many: int
) -> None:
    """Catches a client that takes the same long page for a new one, and pays for ever."""
    world = World(lambda _: reply(body=charged(key, range(many))))
    mode = connect(world)
    listing = ask(mode.client.system(7))
    assert len(mode.collect(listing)) == many
    assert len(world.wire.requests) == 2
    (problem,) = listing.problems
    assert f"ended after {many} items" in problem.problem


@EV_LISTS
@pytest.mark.parametrize("cut", [None, 150])
def test_a_whole_list_that_grows_while_it_is_read_comes_once(
    connect: Connect, key: str, ask: Call, cut: int | None
) -> None:
    """The same, with something new before it in each answer: the page before is in there all the same."""
    world = World(lambda _: reply(body=charged(key, range(-len(world.wire.requests), 150)[:cut])))
    mode = connect(world)
    listing = ask(mode.client.system(7))
    assert len(mode.collect(listing)) == (149 if cut else 151) + (cut is not None)
    assert len(world.wire.requests) == 2
    assert len(listing.problems) == 1


@EV_LISTS
@pytest.mark.parametrize("size", [130, 200])
def test_pages_that_are_longer_than_asked_for_are_pages(
    connect: Connect, key: str, ask: Call, size: int
) -> None:
    """A service that heeds the offset alone gives its own pages: none of them is lost, and the last is the last."""

    def serve(request: httpx.Request) -> httpx.Response:
        return reply(body=charged(key, range(500)[int(request.url.params["offset"]) :][:size]))

    mode = connect(World(serve))
    listing = ask(mode.client.system(7))
    assert len(mode.collect(listing)) == 500
    assert listing.problems == []


@pytest.mark.parametrize("total", [500, 10**9])
def test_a_service_that_repeats_itself_is_left_and_that_is_said(connect: Connect, total: int) -> None:
    page = {"total": total, "systems": [{"system_id": 1}, {"system_id": 2}]}
    world = World(lambda _: reply(body=page))
    mode = connect(world)
    listing = mode.client.systems()
    assert [each.system_id for each in mode.collect(listing)] == [1, 2]
    assert len(world.wire.requests) == 2
    (problem,) = listing.problems
    assert (problem.path, problem.window) == ("$.systems", "page 2")
    assert f"ended after 2 of {total} items" in problem.problem


# -------------------------------------------------------------------------------------------------------- inverters


def gateways_of(counts: list[int]) -> list[list[dict[str, Any]]]:
    serials = iter(range(10**11, 10**11 + sum(counts)))
    return [[{"serial_number": f"{next(serials)}"} for _ in range(count)] for count in counts]


def grouped(pairs: Iterable[tuple[int, Any]]) -> list[dict[str, Any]]:
    groups: dict[int, list[Any]] = {}
    for gateway, each in pairs:
        groups.setdefault(gateway, []).append(each)
    return [{"signal_strength": gateway, "micro_inverters": members} for gateway, members in groups.items()]


@pytest.mark.parametrize("counted", ["microinverters", "gateways"])
@pytest.mark.parametrize(
    ("counts", "by_inverters", "by_gateways"),
    [
        ([0], 1, 1),
        ([15], 1, 1),
        ([99], 1, 1),
        ([100], 2, 2),  # neither reading tells that it is all
        ([60, 60], 2, 1),
        ([250, 30], 3, 1),
        ([1] * 99, 1, 1),
        ([1] * 100, 2, 2),
        ([2] * 130, 3, 2),
        ([10] * 10 + [20] * 5 + [30], 3, 1),  # at first, the page may be full by either reading
    ],
    ids=str,
)
def test_inverters_by_either_reading(
    connect: Connect, counted: str, counts: list[int], by_inverters: int, by_gateways: int
) -> None:
    """Catches a reader that knows one reading only: it loses what is behind the first page, or pays for nothing."""
    gateways = gateways_of(counts)
    flat = [(number, each) for number, members in enumerate(gateways) for each in members]

    def serve(request: httpx.Request) -> httpx.Response:
        page, size = int(request.url.params["page"]), int(request.url.params["size"])
        part = slice((page - 1) * size, page * size)
        if counted == "microinverters":
            return reply(body=grouped(flat[part]))
        shown = list(enumerate(gateways))[part]
        return reply(body=[{"signal_strength": number, "micro_inverters": each} for number, each in shown])

    world = World(serve)
    mode = connect(world)
    listing = mode.client.system(7).inverters()
    found = mode.collect(listing)
    assert [(each.signal_strength, each.serial_number) for each in found] == [
        (number, each["serial_number"]) for number, each in flat
    ]
    assert listing.hits == (by_inverters if counted == "microinverters" else by_gateways)
    assert listing.problems == []
    assert sent(world)[0] == {"site_id": "7", "page": "1", "size": "100"}


def capped(many: int, cap: int, counted: str) -> Callable[[dict[str, Any]], Any]:
    """A service that gives this many microinverters, three under a gateway, in pages that are never larger."""
    if counted == "microinverters":
        flat = [(number // 3, {"serial_number": f"{number}"}) for number in range(many)]
        return lambda asked: grouped(flat[(asked["page"] - 1) * cap :][:cap])
    gateways = [
        {"micro_inverters": [{"serial_number": f"{number}"} for number in range(many)[first : first + 3]]}
        for first in range(0, many, 3)
    ]
    return lambda asked: gateways[(asked["page"] - 1) * cap :][:cap]


@pytest.mark.parametrize("counted", ["microinverters", "gateways"])
@pytest.mark.parametrize("cap", [10, 20, 25, 50, 100])
@settings(max_examples=examples(100))
@given(many=st.integers(0, 260))
def test_inverters_in_smaller_pages_than_were_asked_for(counted: str, cap: int, many: int) -> None:
    """Catches what lies behind the first page of a service that gives 50, or its default, whatever it is asked for."""
    report = Report()
    found, calls = run(inverters(report, site_id=7), capped(many, cap, counted))
    assert [each.serial_number for each in found] == [f"{number}" for number in range(many)]
    items = many if counted == "microinverters" else ceil(many / 3)
    assert calls <= items // cap + 2
    assert report.problems == []


@pytest.mark.parametrize(
    ("many", "hits"),
    [
        (1, 1),
        (9, 1),
        (10, 2),
        (12, 1),
        (20, 2),
        (24, 1),
        (25, 2),
        (30, 1),
        (40, 1),
        (49, 1),
        (50, 2),
        (99, 1),
    ],
)
def test_a_home_of_most_sizes_takes_one_hit(connect: Connect, many: int, hits: int) -> None:
    """Only what is as many as pages may have been cut to is asked about a second time."""
    whole = capped(many, 100, "microinverters")
    one = [{"micro_inverters": [each for group in whole({"page": 1}) for each in group["micro_inverters"]]}]
    world = World(lambda request: reply(body=one if request.url.params["page"] == "1" else []))
    mode = connect(world)
    listing = mode.client.system(7).inverters()
    assert len(mode.collect(listing)) == many
    assert (listing.hits, listing.problems) == (hits, [])
    assert [each["page"] for each in sent(world)] == ["1", "2"][:hits]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_page_that_is_not_there_is_no_error_where_it_was_but_a_guess(connect: Connect, status: int) -> None:
    """Catches a home of 20 microinverters that cannot be read, as its list may have gone on and did not."""
    inverters_of = capped(20, 100, "microinverters")
    world = World(
        lambda request: (
            reply(body=inverters_of({"page": 1})) if request.url.params["page"] == "1" else reply(status)
        )
    )
    mode = connect(world)
    listing = mode.client.system(7).inverters()
    assert len(mode.collect(listing)) == 20
    assert (len(world.wire.requests), listing.hits, listing.problems) == (2, 2, [])


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(("many", "most", "hits"), [(130, 50, 3), (130, 10, 14), (130, 100, 2), (30, 100, 1)])
def test_systems_without_a_total_in_smaller_pages(
    connect: Connect, many: int, most: int, hits: int, told: bool
) -> None:
    shelf = Shelf(range(1, many + 1), most)

    def serve(request: httpx.Request) -> httpx.Response:
        answer = shelf(dict(request.url.params))
        return reply(body={**answer, "total": None, "size": answer["size"] if told else None})

    mode = connect(World(serve))
    listing = mode.client.systems()
    assert [each.system_id for each in mode.collect(listing)] == list(range(1, many + 1))
    assert (listing.hits, listing.problems) == (hits, [])


def test_odd_inverters_do_not_take_the_others_down() -> None:
    body = [
        {"signal_strength": "x", "micro_inverters": [{"serial_number": "1"}, None, {"id": 5}, {"id": 5}]},
        "odd",
        {"signal_strength": 3},
        {"micro_inverters": [{"serial_number": 2, "power_produced": {"value": 1.5, "units": "kW"}}]},
        {"micro_inverters": [{"serial_number": 3, "energy": {"value": 4, "units": "furlongs"}}]},
    ]
    report = Report()
    found, _ = run(inverters(report, site_id=7), lambda _: body)
    assert [(each.serial_number, each.id) for each in found] == [
        ("1", None),
        (None, 5),
        ("2", None),
        ("3", None),
    ]
    assert [each.power_w for each in found] == [None, None, 1500, None]
    assert [problem.path for problem in report.problems] == [
        "$[0].signal_strength",
        "$[0].micro_inverters[1]",
        "$[1]",
        "$[2].micro_inverters",
        "$[4].micro_inverters[0].energy.units",
    ]


# --------------------------------------------------------------------------------------------- systems, and the search


def test_very_many_problems_take_no_longer_for_each_than_few(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of numbers: each of them is a problem, and looking for it among all others would take seconds."""
    compared = 0

    def same(self: Problem, other: object) -> bool:
        nonlocal compared
        compared += 1
        assert compared <= 200_000, "each is compared with many others"
        return tuple.__eq__(self, other)

    monkeypatch.setattr(Problem, "__eq__", same)
    body = {"total": 99_999, "size": 20_000, "systems": [*range(20_000)]}
    world = World(lambda _: reply(body=body))
    mode = connect(world)
    listing = mode.client.systems()
    assert mode.collect(listing) == []
    assert (len(world.wire.requests), len(listing.problems)) == (2, 40_001)


def test_a_system_without_an_id_that_can_be_read_is_a_problem(connect: Connect) -> None:
    """Catches one odd system that takes the list down, and one that is dropped without a word."""
    items = [
        {"system_id": 1},
        "odd",
        None,
        {"name": "x"},
        {"system_id": 0},
        {"system_id": True},
        {"system_id": "2"},
    ]
    mode = connect(World(lambda _: reply(body={"total": 7, "systems": items})))
    listing = mode.client.systems()
    assert [system.system_id for system in mode.collect(listing)] == [1, 2]
    assert [problem.path for problem in listing.problems] == [
        "$.systems[1]",
        "$.systems[2]",
        "$.systems[3].system_id",
        "$.systems[4].system_id",
        "$.systems[5].system_id",
    ]


def test_the_order_that_was_asked_for_is_sent(connect: Connect) -> None:
    world = World(Shelf(range(1, 4)).over_http)
    mode = connect(world)
    mode.collect(mode.client.systems(sort_by="-id"))
    mode.collect(mode.client.systems())
    assert [each["sort_by"] for each in sent(world)] == ["-id", "id"]


def test_a_search_sends_what_was_named_and_nothing_else(connect: Connect) -> None:
    world = World(Shelf(range(1, 251)).over_http)
    mode = connect(world)
    listing = mode.client.search(ids=[3, "5"], name="Home", statuses=["normal", "brand_new"], sort_by="-id")
    assert [each.system_id for each in mode.collect(listing)] == list(range(1, 251))
    assert [request.method for request in world.wire.requests] == ["POST"] * 3
    filters = {"ids": [3, 5], "name": "Home", "statuses": ["normal", "brand_new"]}
    assert [parsed(request) for request in world.wire.requests] == [{"system": filters, "sort_by": "-id"}] * 3
    mode.collect(mode.client.search())
    assert parsed(world.wire.requests[3]) == {"system": {}, "sort_by": "id"}


def test_a_search_is_sent_once_whatever_happens(connect: Connect) -> None:
    """It is a POST, and the catalog says that it is not repeated."""
    world = World(lambda _: reply(503))
    mode = connect(world)
    with pytest.raises(Exception, match="503"):
        mode.collect(mode.client.search(name="Home"))
    assert len(world.wire.requests) == 1


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"ids": []}, "ids is empty"),
        ({"ids": 7}, "ids has to be a list"),
        ({"ids": "78"}, "ids has to be a list"),
        ({"ids": [7, "x"]}, "'x' is no system id"),
        ({"ids": [True]}, "True is no system id"),
        ({"statuses": []}, "statuses is empty"),
        ({"statuses": "normal"}, "statuses has to be a list"),
        ({"statuses": [""]}, "a status has to be text"),
        ({"statuses": ["normal", None]}, "a status has to be text"),
        ({"name": ""}, "name has to be text"),
        ({"name": 5}, "name has to be text"),
        ({"reference": " "}, "reference has to be text"),
        ({"other_reference": []}, "other_reference has to be text"),
        ({"sort_by": "name"}, "sort_by is 'name'"),
        ({"sort_by": None}, "sort_by is None"),
    ],
    ids=str,
)
def test_what_is_no_filter_reaches_no_server(connect: Connect, filters: dict[str, Any], words: str) -> None:
    world = World(lambda _: reply())
    mode = connect(world)
    with pytest.raises(InvalidRequest, match=words):
        mode.client.search(**filters)
    if "sort_by" in filters:
        with pytest.raises(InvalidRequest, match=words):
            mode.client.systems(**filters)
    assert world.wire.requests == []


@pytest.mark.parametrize("serial", ["", "12ab", "1/2", None, True, 1.5, "-5", "٣"], ids=ascii)
def test_what_is_no_serial_number_of_a_gateway(connect: Connect, serial: Any) -> None:
    """The document declares it a whole number: a request with another one would cost a hit for a 422."""
    world = World(lambda _: reply())
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="serial number"):
        mode.client.inverters(serial)
    assert world.wire.requests == []


def test_a_serial_number_of_a_gateway_keeps_its_zeroes(connect: Connect) -> None:
    world = World(lambda _: reply(body=[]))
    mode = connect(world)
    assert mode.collect(mode.client.inverters("0123")) == []
    assert sent(world)[0]["envoy_serial_number"] == "0123"


# -------------------------------------------------------------------------------------------------- against the mock


@pytest.mark.parametrize(("seed", "homes"), [(3, 4), (8, 230)])
def test_systems_of_a_fleet(connect: Connect, seed: int, homes: int) -> None:
    with mock.serve(seed=seed, homes=homes, clock=NOW, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Clock(server), base_url=server.url)
        ids = sorted(server.service.system_ids)
        listing = mode.client.systems()
        assert [each.system_id for each in mode.collect(listing)] == ids
        assert listing.hits == ceil(homes / 100)
        assert [each.system_id for each in mode.collect(mode.client.systems(sort_by="-id"))] == ids[::-1]
        assert [each.system_id for each in mode.collect(mode.client.search(ids=ids[1:3]))] == ids[1:3]
        named = mode.collect(mode.client.search(name="los angeles"))
        assert named
        assert all("Los Angeles" in each.name for each in named)
        assert len(mode.collect(mode.client.search())) == homes


def test_inverters_of_each_home(connect: Connect) -> None:
    with mock.serve(seed=3, homes=4, clock=NOW, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Clock(server), base_url=server.url)
        for system_id in server.service.system_ids:
            system = mode.client.system(system_id)
            devices = mode.result(system.devices())
            micros = [each.serial_number for each in devices if each.device_type == "micros"]
            (gateway,) = [each.serial_number for each in devices if each.device_type == "gateways"]
            listing = system.inverters()
            found = mode.collect(listing)
            assert [each.serial_number for each in found] == micros
            assert {each.envoy_serial_number for each in found} == {gateway}
            assert mode.collect(mode.client.inverters(gateway)) == found
            assert listing.hits == 1 + (len(found) in (10, 20, 25, 50))
            assert mode.result(mode.client.retrieve_system_id(gateway)) == system_id
