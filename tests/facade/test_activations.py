"""Activations: the list goes on to its end, and a new one is created once, whatever becomes of the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    DecodeError,
    DuplicateActivation,
    EnphaseError,
    InvalidRequest,
    PermissionDenied,
    QuotaExhausted,
    Retry,
    ServerError,
)
from enphase_cloud.commissioning import ActivationChanges, Address, NewActivation, User
from enphase_cloud.flows.activations import activations
from enphase_cloud.rows import Report

from .conftest import Connect
from .test_pages import run
from .worlds import MODES, World, reply

ADDRESS = Address(street1="1 Sun Street", city="Austin", state="TX", country="US", postal_code="73301")
NEW = NewActivation(system_name="House of Ada", reference="ADA1", address=ADDRESS)
PATH = "/api/v4/partner/activations"
MADE = {"system_id": 700, "reference": "ADA1", "owner": {"user_id": 9, "email": "ada@example.com"}}
LOST = httpx.ReadError("connection reset")


class Office:
    """A service that creates activations, and loses answers when it is told to."""

    def __init__(self, *lost: httpx.Response | Exception) -> None:
        self.there: list[dict[str, Any]] = []
        self.lost = list(lost)
        """What is answered in place of the next creations, which happen all the same."""
        self.refused: list[httpx.Response | Exception] = []
        """What is answered in place of the next creations, which do not happen."""
        self.lists: list[httpx.Response | Exception | None] = []
        """What is answered in place of the next lists; None: the list."""
        self.heeds_filters = True
        self.created = 0

    def __call__(self, request: httpx.Request) -> httpx.Response | Exception:
        if request.method == "POST":
            if self.refused:
                return self.refused.pop(0)
            self.created += 1
            body = json.loads(parse_qs(request.read().decode())["system"][0])
            self.there.append({**body, "system_id": 699 + self.created, "owner": None})
            return self.lost.pop(0) if self.lost else reply(201, self.there[-1])
        if request.url.path == PATH:
            said = self.lists.pop(0) if self.lists else None
            return self._list(request) if said is None else said
        return reply(200, {**self.there[-1], "stage": 1})

    def _list(self, request: httpx.Request) -> httpx.Response:
        wanted = request.url.params.get("reference", "").casefold()
        found = [
            each
            for each in self.there
            if not (self.heeds_filters and wanted) or each["reference"].casefold() == wanted
        ]
        return reply(200, {"systems": found})


def asked(world: World) -> list[str]:
    return [f"{request.method} {request.url.path.removeprefix(PATH)}" for request in world.wire.requests]


# ------------------------------------------------------------------------------------------------------- created once


def test_it_is_looked_for_and_created(connect: Connect) -> None:
    mode = connect(world := World(office := Office()))
    made = mode.result(mode.client.commissioning.create_activation(NEW))
    assert (made.system_id, made.reference, made.problems) == (700, "ADA1", ())
    assert asked(world) == ["GET ", "POST "]
    assert world.wire.requests[0].url.params["reference"] == "ADA1"
    assert office.there[0]["address"]["postal_code"] == "73301"


def test_one_that_is_there_is_told_and_nothing_is_created(connect: Connect) -> None:
    office = Office()
    office.there.append({"system_id": 5, "reference": "ada1", "system_name": "Older"})
    mode = connect(world := World(office))
    with pytest.raises(
        DuplicateActivation, match="ADA1 already, with the id 5: nothing was created"
    ) as caught:
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert (caught.value.activation.system_name, caught.value.hits) == ("Older", 1)
    assert asked(world) == ["GET "]


def test_a_service_that_takes_no_heed_of_the_filter_is_not_believed(connect: Connect) -> None:
    """Catches a client for which the first activation of a whole list is the one that it looked for."""
    office = Office()
    office.there.append({"system_id": 5, "reference": "OTHER", "system_name": "Other"})
    office.heeds_filters = False
    mode = connect(World(office))
    assert mode.result(mode.client.commissioning.create_activation(NEW)).system_id == 700
    with pytest.raises(DuplicateActivation):
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert office.created == 1


UNCERTAIN = {
    "cut off": LOST,
    "too slow": httpx.ReadTimeout("too slow"),
    "failing": reply(500, {"errorMessages": ["Something went wrong"]}),
    "gateway": reply(502, "<html><title>Bad gateway</title></html>"),
    "lost by a gateway": reply(520, ""),
    "page": reply(200, "<html>Busy</html>"),
    "no JSON": reply(201, '{"system_id": 7'),
    "a list": reply(201, []),
    "no id": reply(201, {"system_name": "?"}),
}


@pytest.mark.parametrize("lost", UNCERTAIN.values(), ids=UNCERTAIN)
def test_a_lost_answer_is_looked_for_and_found(connect: Connect, lost: httpx.Response | Exception) -> None:
    """Catches the two dollars that are paid a second time, and an activation that nobody knows of."""
    mode = connect(world := World(office := Office(lost)))
    patient = mode.client.with_options(retry=Retry(attempts=5, settings=True))
    made = mode.result(patient.commissioning.create_activation(NEW))
    assert (made.system_id, made.stage) == (700, 1)
    assert asked(world) == ["GET ", "POST ", "GET ", "GET /700"]
    assert office.created == 1


@pytest.mark.parametrize("lost", UNCERTAIN.values(), ids=UNCERTAIN)
def test_what_was_not_created_is_told_and_not_sent_again(
    connect: Connect, lost: httpx.Response | Exception
) -> None:
    office = Office()
    office.refused.append(lost)
    mode = connect(world := World(office))
    with pytest.raises(
        (ConnectionFailed, ServerError, DecodeError), match="No activation ADA1 is there"
    ) as caught:
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert asked(world) == ["GET ", "POST ", "GET "]
    assert caught.value.hits == 3
    assert mode.result(mode.client.commissioning.create_activation(NEW)).system_id == 700


def test_where_looking_fails_too_nobody_knows_and_trying_again_finds_it(connect: Connect) -> None:
    office = Office(LOST)
    office.lists = [None, LOST, LOST]
    mode = connect(World(office))
    with pytest.raises(ConnectionFailed, match="It is not known whether the activation ADA1 was created"):
        mode.result(mode.client.commissioning.create_activation(NEW))
    with pytest.raises(DuplicateActivation) as caught:
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert caught.value.activation.system_id == 700
    assert office.created == 1


def test_one_that_was_found_and_cannot_be_read_is_named(connect: Connect) -> None:
    office = Office(LOST)

    def serve(request: httpx.Request) -> httpx.Response | Exception:
        return reply(403, {}) if request.url.path.endswith("/700") else office(request)

    mode = connect(World(serve))
    with pytest.raises(ConnectionFailed, match="ADA1 was created all the same, with the id 700") as caught:
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert (caught.value.partial.system_id, caught.value.partial.reference) == (700, "ADA1")


@pytest.mark.parametrize("status", [400, 401, 403, 422, 429])
def test_a_refusal_is_believed(connect: Connect, status: int) -> None:
    office = Office()
    office.refused.append(reply(status, {"errorMessages": ["No"]}))
    mode = connect(world := World(office))
    with pytest.raises(EnphaseError) as caught:
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert caught.value.status == status
    assert asked(world) == ["GET ", "POST "]
    assert caught.value.hits == 2


def test_without_a_reference_nothing_is_found_again(connect: Connect) -> None:
    mode = connect(world := World(office := Office(LOST)))
    nameless = attrs.evolve(NEW, reference=None)
    with pytest.raises(InvalidRequest, match="reference is missing"):
        mode.result(mode.client.commissioning.create_activation(nameless))
    assert asked(world) == []
    with pytest.raises(ConnectionFailed, match="cannot be looked for"):
        mode.result(mode.client.commissioning.create_activation(nameless, check_reference=False))
    assert asked(world) == ["POST "]
    assert office.created == 1


def test_who_does_not_want_to_look_pays_for_one_call(connect: Connect) -> None:
    mode = connect(world := World(Office()))
    mode.result(mode.client.commissioning.create_activation(NEW, check_reference=False))
    assert asked(world) == ["POST "]


@pytest.mark.parametrize(
    "lists",
    [
        [{"systems": ["junk"]}],
        [{"systems": [{"system_id": 5, "reference": ["ADA1"]}]}],
        [{"systems": [], "next": "abc"}, {"systems": [], "next": "abd"}],
        [{"systems": [{"system_id": 5}], "next": "abc"}, {"systems": [{"system_id": 6}], "next": "abc"}],
        [{"systems": [], "next": {"page": 2}}],
    ],
    ids=["no object", "no reference", "nothing new", "a loop", "no token"],
)
def test_a_list_that_is_not_whole_is_no_proof_that_none_is_there(connect: Connect, lists: list[Any]) -> None:
    """Catches two dollars that are paid for what is there already, on a page that was never read."""
    office = Office()
    office.lists = [reply(200, each) for each in lists]
    mode = connect(world := World(office))
    with pytest.raises(DecodeError, match="not known whether there is one with ADA1") as caught:
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert asked(world) == ["GET "] * len(lists)
    assert (office.created, caught.value.hits) == (0, len(lists))


@pytest.mark.parametrize("token", ["abc", 12345])
@pytest.mark.parametrize("before", [[], [{"system_id": 5, "reference": "ADA0"}], ["junk"]])
def test_it_is_found_on_a_later_page(connect: Connect, token: Any, before: list[Any]) -> None:
    office = Office()
    office.lists = [
        reply(200, {"systems": before, "next": token}),
        reply(200, {"systems": [{"system_id": 6, "reference": "Ada1"}]}),
    ]
    mode = connect(world := World(office))
    with pytest.raises(DuplicateActivation, match="with the id 6"):
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert world.wire.requests[1].url.params["next"] == str(token)


@pytest.mark.parametrize("before", [True, False])
def test_what_nobody_looked_for_is_not_taken_for_what_was_created(connect: Connect, before: bool) -> None:
    """Catches an activation of years ago that is handed on as the new one."""
    office = Office(LOST)
    if before:
        office.there.append({"system_id": 5, "reference": "ADA1"})
        office.refused.append(LOST)
    mode = connect(world := World(office))
    with pytest.raises(
        ConnectionFailed, match=f"with the id {5 if before else 700}. Whether it was created now"
    ):
        mode.result(mode.client.commissioning.create_activation(NEW, check_reference=False))
    assert asked(world) == ["POST ", "GET "]


def test_one_is_created_at_a_time(connect: Connect) -> None:
    """Catches two jobs that look at once, find nothing both, and both create."""
    office = Office()
    others: list[Any] = []

    def serve(request: httpx.Request) -> httpx.Response | Exception:
        if request.method == "GET" and not others:
            others.append(None)
            other = MODES["sync"](World(office), home=home)
            impatient = other.client.with_options(retry=Retry(attempts=1))
            with pytest.raises(ConfigurationError, match="by this process or another one") as caught:
                impatient.commissioning.create_activation(NEW)
            others.append(caught.value)
            other.close()
        return office(request)

    mode = connect(World(serve))
    home = mode.client._settings.home
    mode.result(mode.client.commissioning.create_activation(NEW))
    assert len(others) == 2
    assert office.created == 1


# -------------------------------------------------------------------------------------------------------- what it costs


def test_the_dollars_are_told_beforehand(connect: Connect) -> None:
    mode = connect(world := World(Office()), plan="partner")
    desk = mode.client.commissioning
    told = desk.estimate_activations(3)
    assert (told.hits, told.cost_usd, told.within_month) == (6, 6.0, True)
    assert desk.estimate_activations(3, check_reference=False).hits == 3
    assert not desk.estimate_activations(201).within_month
    mode.result(desk.create_activation(NEW))
    assert desk.estimate_activations(199).within_month
    assert not desk.estimate_activations(200).within_month
    assert len(world.wire.requests) == 2
    with pytest.raises(InvalidRequest, match="count"):
        desk.estimate_activations(0)


def test_two_hundred_are_created_in_a_month_and_no_more(connect: Connect) -> None:
    mode = connect(world := World(office := Office()), plan="partner")
    desk = mode.client.commissioning
    for number in range(200):
        mode.result(desk.create_activation(attrs.evolve(NEW, reference=f"A{number}"), check_reference=False))
    before = len(world.wire.requests)
    with pytest.raises(QuotaExhausted, match="createActivation"):
        mode.result(desk.create_activation(NEW, check_reference=False))
    assert len(world.wire.requests) == before == 200
    assert mode.client.quota.writes["createActivation"].left == 0
    with pytest.raises(QuotaExhausted, match="nothing was looked for") as caught:
        mode.result(desk.create_activation(NEW))
    assert (caught.value.hits, caught.value.period, caught.value.limit) == (0, "month", 200)
    assert len(world.wire.requests) == 200
    mode.result(desk.delete_activation(1))  # another operation has its own
    assert office.created == 200


def test_a_plan_without_it_is_refused_before_a_hit(connect: Connect) -> None:
    mode = connect(world := World(Office()), plan="megawatt")
    with pytest.raises(PermissionDenied):
        mode.result(mode.client.commissioning.create_activation(NEW))
    assert world.wire.requests == []


# ------------------------------------------------------------------------------------------------------- how it goes


def test_bodies_go_as_the_forms_of_the_vendor_or_as_plain_json(connect: Connect) -> None:
    bodies: list[tuple[str, str]] = []

    def serve(request: httpx.Request) -> httpx.Response:
        bodies.append((request.headers["content-type"], request.read().decode()))
        return reply(201, MADE)

    mode = connect(World(serve))
    plain = mode.client.with_options(form_bodies=False)
    for client in (mode.client, plain):
        mode.result(client.commissioning.create_activation(NEW, check_reference=False))
    (form, said), (kind, body) = bodies
    assert (form, kind) == ("application/x-www-form-urlencoded", "application/json")
    ((key, values),) = parse_qs(said).items()
    assert key == "system"
    assert (
        json.loads(values[0])
        == json.loads(body)
        == {
            "system_name": "House of Ada",
            "reference": "ADA1",
            "address": {
                "street1": "1 Sun Street",
                "city": "Austin",
                "state": "TX",
                "country": "US",
                "postal_code": "73301",
            },
        }
    )
    with pytest.raises(ConfigurationError, match="form_bodies"):
        mode.client.with_options(form_bodies="no")


def test_changes_say_what_they_name_and_nothing_else(connect: Connect) -> None:
    bodies: list[Any] = []

    def serve(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(parse_qs(request.read().decode())["system"][0]))
        return reply(200, MADE)

    desk = (mode := connect(World(serve))).client.commissioning
    mode.result(desk.update_activation(7, ActivationChanges(lease=False, array_type=""), united_states=False))
    assert bodies == [{"lease": False, "array_type": None}]
    for wrong in (ActivationChanges(), NEW, {"lease": True}):
        with pytest.raises(InvalidRequest):
            mode.result(desk.update_activation(7, wrong, united_states=False))
    assert len(bodies) == 1


def test_what_nobody_has_said_is_none_and_no_problem(connect: Connect) -> None:
    """The documented example has empty texts for ids, powers and kinds that nobody named."""
    said = {
        **MADE,
        **dict.fromkeys(("pv_manufacturer", "pv_model", "pv_module_power_rating", "pv_module_type"), ""),
        "host": "Ada Sol",
        "grid_connection_type": None,
    }
    mode = connect(World(lambda request: reply(200, said)))
    read = mode.result(mode.client.commissioning.activation(700))
    assert (read.pv_manufacturer, read.pv_model, read.pv_module_power_rating) == (None, None, None)
    assert (read.host, read.problems) == ("Ada Sol", ())
    assert isinstance(read.owner, User)
    assert read.owner.user_id == 9


@pytest.mark.parametrize(
    ("expand", "sent"),
    [
        ((), None),
        ("owner", "owner"),
        (("owner.company", "host"), "owner.company,host"),
        (("host", "host"), "host"),
    ],
)
def test_what_is_expanded(connect: Connect, expand: Any, sent: str | None) -> None:
    mode = connect(world := World(lambda request: reply(200, MADE)))
    mode.result(mode.client.commissioning.activation("700", expand=expand))
    assert world.wire.requests[0].url.params.get("expand") == sent
    with pytest.raises(InvalidRequest, match="expand"):
        mode.result(mode.client.commissioning.activation(700, expand="company"))


# ------------------------------------------------------------------------------------------------------------- the list


def pages_of(count: int, sizes: list[int]) -> Callable[[dict[str, Any]], Any]:
    """A list in pages of these sizes, the last for ever; the token of a page is where it begins."""

    def serve(arguments: dict[str, Any]) -> Any:
        assert arguments["limit"] == 1000
        start = int(arguments.get("next_", "t0")[1:])
        index = 0
        at = 0
        while at < start:
            at += sizes[min(index, len(sizes) - 1)]
            index += 1
        size = sizes[min(index, len(sizes) - 1)]
        items = [{"system_id": number + 1} for number in range(count)[start : start + size]]
        more = {"next": f"t{start + size}"} if start + size < count else {}
        return {"systems": items, **more}

    return serve


@given(count=st.integers(0, 60), sizes=st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_the_list_is_read_to_its_end(count: int, sizes: list[int]) -> None:
    report = Report()
    found, calls = run(activations({}, report), pages_of(count, sizes))
    assert [each.system_id for each in found] == list(range(1, count + 1))
    assert report.problems == []
    reached, least = 0, 0
    while reached < count or least == 0:
        reached += sizes[min(least, len(sizes) - 1)]
        least += 1
    assert calls == least


@given(loop=st.integers(1, 4), pages=st.integers(0, 4))
def test_tokens_that_lead_back_end_the_list_and_are_a_problem(loop: int, pages: int) -> None:
    """Catches a list that is asked for until the month's hits are gone."""

    def serve(arguments: dict[str, Any]) -> Any:
        at = int(arguments.get("next_", "0"))
        following = at + 1 if at < pages + loop - 1 else pages
        return {"systems": [{"system_id": at + 1}], "next": f"{following}"}

    report = Report()
    found, calls = run(activations({}, report), serve, most=20)
    assert [each.system_id for each in found] == list(range(1, pages + loop + 1))
    assert calls <= pages + loop + 1
    assert len(report.problems) == 1


def test_an_item_that_cannot_be_read_takes_no_other_down(connect: Connect) -> None:
    listed = {"systems": [{"system_id": 1}, "?", {"system_id": "two"}, {"system_id": 3, "address": []}]}
    mode = connect(World(lambda request: reply(200, listed)))
    found = mode.client.commissioning.activations()
    assert [each.system_id for each in mode.collect(found)] == [1, None, 3]
    assert {each.path for each in found.problems} == {
        "$.systems[1]",
        "$.systems[2].system_id",
        "$.systems[3].address",
    }


def test_no_list_is_an_error(connect: Connect) -> None:
    mode = connect(World(lambda request: reply(200, {"activations": []})))
    with pytest.raises(DecodeError, match=r"no list at \$\.systems"):
        mode.collect(mode.client.commissioning.activations())


def test_name_and_id_the_wrong_way_round_are_told_apart(connect: Connect) -> None:
    """As the documented example has them: `host` 321 and `host_id` "Host name"."""
    said = {"owner": "Test User", "owner_id": 123, "host": 321, "host_id": "Host name"}
    mode = connect(World(lambda request: reply(200, {"systems": [{"system_id": 1, **said}]})))
    (read,) = mode.collect(mode.client.commissioning.activations())
    assert (read.owner, read.owner_id, read.host, read.host_id) == ("Test User", 123, "Host name", 321)
    assert read.problems == ()


@pytest.mark.parametrize(
    ("filters", "sent"),
    [
        ({"stage": 3}, {"stage": "3"}),
        ({"stage": (1, 2, 2)}, {"stage": "1,2"}),
        ({"stage": "in_progress"}, {"stage": "in_progress"}),
        ({"owner_id": "null", "host_id": 7}, {"owner_id": "null", "host_id": "7"}),
        ({"installer_id": "12", "system_name": "Ada"}, {"installer_id": "12", "system_name": "Ada"}),
        ({"street1": "a", "street2": "b", "city": "c", "state": "d", "postal_code": "e", "country": "f"},)
        * 2,
    ],
)
def test_filters_are_sent_as_the_document_has_them(
    connect: Connect, filters: dict[str, Any], sent: dict[str, str]
) -> None:
    mode = connect(world := World(lambda request: reply(200, {"systems": []})))
    assert mode.collect(mode.client.commissioning.activations(**filters)) == []
    assert dict(world.wire.requests[0].url.params) == {"limit": "1000", **sent}


@pytest.mark.parametrize(
    "filters",
    [
        {"reference": ""},
        {"system_name": "  "},
        {"stage": 0},
        {"stage": 6},
        {"stage": ()},
        {"stage": "done"},
        {"stage": ("in_progress", 1)},
        {"stage": True},
        {"owner_id": "nobody"},
        {"installer_id": -1},
        {"city": 7},
    ],
)
def test_what_the_service_would_ignore_is_refused(connect: Connect, filters: dict[str, Any]) -> None:
    """It lists everything then: thousands of systems that were not asked for."""
    mode = connect(world := World(lambda request: reply(200, {"systems": []})))
    with pytest.raises(InvalidRequest):
        mode.collect(mode.client.commissioning.activations(**filters))
    assert world.wire.requests == []


def test_a_token_that_is_refused_is_told_as_such(connect: Connect) -> None:
    """401 stands for what the caller may not see, too, in this half of the API."""
    said = {"reason": "401", "message": ["Not authorized to access requested resource."]}
    mode = connect(World(lambda request: reply(401, said)))
    with pytest.raises(AuthenticationError, match="Not authorized to access"):
        mode.result(mode.client.commissioning.activation(5))
