"""People, settings, tariffs and arrays as installers handle them: what is sent, what is refused, what is read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs

import attrs
import httpx
import pytest

from enphase_cloud import InvalidRequest, Retry, ServerError
from enphase_cloud.commissioning import (
    Days,
    NewArray,
    NewModule,
    NewTariff,
    Period,
    Rate,
    Season,
    SystemArray,
)

from .conftest import Connect
from .worlds import World, reply


def body_of(request: httpx.Request) -> Any:
    """The JSON of a body, also where it is the one value of a form."""
    text = request.read().decode()
    if request.headers["content-type"] == "application/x-www-form-urlencoded":
        ((value,),) = parse_qs(text).values()
        return json.loads(value)
    return json.loads(text)


def echo(said: Any = None) -> World:
    return World(lambda request: reply(200, {} if said is None else said))


# --------------------------------------------------------------------------------------------------------------- people

ADA = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Sol"}


def test_what_is_none_is_not_sent(connect: Connect) -> None:
    mode = connect(world := echo())
    desk = mode.client.commissioning
    mode.result(desk.create_home_owner(**ADA, phone="1", enlighten_emails=False))
    mode.result(desk.create_home_owner(**ADA, enlighten_view="manager", company_id="7"))
    mode.result(desk.create_company_user(5, **ADA))
    mode.result(desk.update_user(9, last_name="Hopper"))
    mode.result(desk.update_activation_user(700, 9, enlighten_view="my"))
    mode.result(desk.update_company_user(5, 9, new_company_id=6))
    assert [body_of(request) for request in world.wire.requests] == [
        {**ADA, "phone": "1", "enlighten_emails": False},
        {**ADA, "enlighten_view": "manager", "company_id": 7},
        ADA,
        {"last_name": "Hopper"},
        {"enlighten_view": "my"},
        {"company_id": 6},
    ]
    assert [request.url.path.removeprefix("/api/v4") for request in world.wire.requests] == [
        *("/users", "/users", "/companies/5/users", "/users/9", "/activations/700/users/9"),
        "/companies/5/users/9",
    ]


WRONG_PEOPLE: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("create_home_owner", (), {**ADA, "email": "ada"}, "no email address"),
    ("create_home_owner", (), {**ADA, "email": "ada @example.com"}, "email"),
    ("create_home_owner", (), {**ADA, "email": f"{'a' * 250}@example.com"}, "no email address"),
    ("create_home_owner", (), {**ADA, "first_name": " "}, "first_name"),
    ("create_home_owner", (), {**ADA, "phone": "1" * 256}, "phone has 256 characters, and may have 255"),
    ("create_company_user", (5,), {**ADA, "phone": "1" * 51}, "phone has 51 characters, and may have 50"),
    ("create_home_owner", (), {**ADA, "enlighten_view": "manager"}, "give company_id, too"),
    ("create_home_owner", (), {**ADA, "enlighten_view": "mine"}, "There are: my, manager"),
    ("create_home_owner", (), {**ADA, "enlighten_emails": "no"}, "True or False"),
    ("create_company_user", ("five",), ADA, "company_id is 'five'"),
    ("create_home_owner", (), {**ADA, "email": None, "last_name": None}, "email, last_name missing"),
    ("create_company_user", (5,), {**ADA, "first_name": None}, "first_name missing"),
    ("update_company_user", (5, 9), {"phone": "1" * 51}, "phone has 51 characters, and may have 50"),
    ("update_user", (9,), {}, "give at least one of email, first_name"),
    ("update_company_user", (5, 9), {}, "new_company_id"),
    ("update_user", (0,), {"last_name": "Hopper"}, "user_id is 0"),
    ("find_user", ("",), {}, "email"),
    ("user", (9,), {"company": "yes"}, "company has to be True or False"),
    ("grant_access", (700, None), {}, "user_id is None"),
    ("company_users", (True,), {}, "company_id is True"),
]


@pytest.mark.parametrize(("method", "arguments", "named", "said"), WRONG_PEOPLE)
def test_who_cannot_be_is_refused_before_a_hit(
    connect: Connect, method: str, arguments: tuple[Any, ...], named: dict[str, Any], said: str
) -> None:
    mode = connect(world := echo())
    with pytest.raises(InvalidRequest, match=said):
        mode.result(getattr(mode.client.commissioning, method)(*arguments, **named))
    assert world.wire.requests == []


def test_the_company_comes_where_it_is_asked_for(connect: Connect) -> None:
    said = {"user_id": 9, "company": {"company_id": 5, "roles": ["installer"]}}
    mode = connect(world := echo(said))
    desk = mode.client.commissioning
    for user in (
        desk.user(9, company=True),
        desk.current_user(company=True),
        desk.activation_user(700, 9, company=True),
        desk.company_user(5, 9, company=True),
    ):
        read = mode.result(user)
        assert (read.user_id, read.company.company_id, read.company.roles) == (9, 5, ("installer",))
    mode.result(desk.user(9))
    assert [request.url.params.get("expand") for request in world.wire.requests] == [*["company"] * 4, None]


def test_pairs_are_read_one_by_one(connect: Connect) -> None:
    """Catches a list of users in which one that is odd takes the others down."""
    said = {"users": [[6, "a@example.com"], ["7", "b@example.com", "more"], [8], "c", [0, "d"], [9, None]]}
    mode = connect(echo(said))
    found = mode.result(mode.client.commissioning.company_users(5))
    assert [(each.user_id, each.email) for each in found] == [(6, "a@example.com"), (7, "b@example.com")]
    assert [each.path for each in found.problems] == [f"$.users[{index}]" for index in (2, 3, 4, 5)]
    assert found.details.users == said["users"]


# ------------------------------------------------------------------------------------------------- settings and devices


def test_what_is_told_to_a_site(connect: Connect) -> None:
    mode = connect(world := echo())
    desk = mode.client.commissioning
    mode.result(desk.update_battery_mode(700, cfg_allowed=True, dtg_allowed=False))
    mode.result(desk.set_production_mode(700, "off"))
    mode.result(desk.set_meter(700, "123", "disabled"))
    mode.result(desk.update_production_estimate(700, degrade_factor=0, month_estimates=[]))
    mode.result(desk.update_production_estimate(700, degrade_factor=0.4, month_estimates=range(1, 13)))
    mode.result(desk.update_meter(700, "123", date(2026, 5, 31)))
    mode.result(desk.update_meter(700, "123", "2026-05-31"))
    *told, dated, written = world.wire.requests
    assert [body_of(request) for request in told] == [
        {"CFG_allowed": True, "DTG_allowed": False},
        {"mode": "off"},
        {"status": "disabled"},
        {"degrade_factor": "0.0", "month_estimates": []},
        {"degrade_factor": "0.4", "month_estimates": [f"{month}.0" for month in range(1, 13)]},
    ]
    assert dated.url.params["operational_date"] == written.url.params["operational_date"] == "2026-05-31"


WRONG_ORDERS: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("update_battery_mode", (700,), {"cfg_allowed": "yes", "dtg_allowed": True}, "cfg_allowed"),
    ("set_production_mode", (700, True), {}, "There are: "),
    ("set_production_mode", (700, "ON"), {}, "mode is 'ON'"),
    ("set_meter", (700, "123", "enable"), {}, "Did you mean 'enabled'"),
    ("set_meter", (700, "", "enabled"), {}, "serial number"),
    (
        "update_production_estimate",
        (700,),
        {"degrade_factor": -0.1, "month_estimates": []},
        "degrade_factor has to be a number from 0",
    ),
    (
        "update_production_estimate",
        (700,),
        {"degrade_factor": 1, "month_estimates": [1] * 11},
        "has 11 values: there are 12",
    ),
    (
        "update_production_estimate",
        (700,),
        {"degrade_factor": 1, "month_estimates": [1] * 11 + [0]},
        r"month_estimates\[11\] is 0: kWh above 0",
    ),
    ("update_production_estimate", (700,), {"degrade_factor": 1, "month_estimates": "12"}, "a list of 12"),
    (
        "update_production_estimate",
        (700,),
        {"degrade_factor": 10**400, "month_estimates": []},
        "degrade_factor",
    ),
    (
        "update_production_estimate",
        (700,),
        {"degrade_factor": 1, "month_estimates": [10**400] * 12},
        "above 0",
    ),
    ("update_meter", (700, "123", "31.5.2026"), {}, "such as 2026-05-31"),
    ("update_meter", (700, "123", datetime(2026, 5, 31)), {}, "such as 2026-05-31"),
]


@pytest.mark.parametrize(("method", "arguments", "named", "said"), WRONG_ORDERS)
def test_what_cannot_be_told_is_refused_before_a_hit(
    connect: Connect, method: str, arguments: tuple[Any, ...], named: dict[str, Any], said: str
) -> None:
    mode = connect(world := echo())
    with pytest.raises(InvalidRequest, match=said):
        mode.result(getattr(mode.client.commissioning, method)(*arguments, **named))
    assert world.wire.requests == []


def test_what_was_told_is_sent_once_but_for_settings_that_are_asked_for_twice(connect: Connect) -> None:
    """Catches an order that a house gets twice, and a home owner who is created twice."""
    mode = connect(world := World(lambda request: reply(503, {})))
    desk = mode.client.with_options(retry=Retry(attempts=3, settings=True, base=0)).commissioning
    counted = {}
    calls: dict[str, Callable[[], Any]] = {
        "set_production_mode": lambda: desk.set_production_mode(700, "off"),
        "create_home_owner": lambda: desk.create_home_owner(**ADA),
        "grant_access": lambda: desk.grant_access(700, 9),
        "revoke_access": lambda: desk.revoke_access(700, 9),
        "delete_activation": lambda: desk.delete_activation(700),
        "set_meter": lambda: desk.set_meter(700, "1", "enabled"),
        "delete_array": lambda: desk.delete_array(700, 1),
        "update_meter": lambda: desk.update_meter(700, "1", "2026-05-31"),
        "production_mode": lambda: desk.production_mode(700),
    }
    for name, call in calls.items():
        world.wire.requests.clear()
        with pytest.raises(ServerError):
            mode.result(call())
        counted[name] = len(world.wire.requests)
    assert counted == dict.fromkeys(counted, 1) | {"update_meter": 3, "production_mode": 3}


# -------------------------------------------------------------------------------------------------------------- tariffs

WEEK = Days(
    id="all_days",
    days="Mon,Tue,Wed,Thu,Fri,Sat,Sun",
    periods=[Period(id="night", start=0, rate=0.1), Period(id="day", start=360, rate="0.25")],
    enable_charge_from_grid=True,
)
YEAR = Season(id="all_year_long", start="01/1", days=[WEEK])
TARIFF = NewTariff(currency="USD", single_rate=Rate(rate=1, sell="0.05"), seasons=[YEAR], seasons_sell=[YEAR])


def test_a_tariff_goes_as_the_document_has_it(connect: Connect) -> None:
    mode = connect(world := echo({"task": {"status": "pending", "created_at": "2026-06-24T13:29:16Z"}}))
    done = mode.result(mode.client.commissioning.update_tariff(700, TARIFF))
    assert (done.task.status, done.task.created_at.year) == ("pending", 2026)
    days = {
        "id": "all_days",
        "days": "Mon,Tue,Wed,Thu,Fri,Sat,Sun",
        "periods": [
            {"id": "night", "start": 0, "rate": "0.1"},
            {"id": "day", "start": 360, "rate": "0.25"},
        ],
        "enable_charge_from_grid": True,
    }
    season = {"id": "all_year_long", "start": "1/1", "days": [days]}
    (request,) = world.wire.requests
    assert request.headers["content-type"] == "application/text"
    assert json.loads(request.read()) == {
        "tariff": {
            "currency": {"code": "USD"},
            "single_rate": {"rate": "1", "sell": "0.05"},
            "seasons": [season],
            "seasons_sell": [season],
        }
    }


def test_a_tariff_that_was_read_can_be_set_again(connect: Connect) -> None:
    mode = connect(world := echo(TARIFF.body() | {"task": {"status": "done"}}))
    desk = mode.client.commissioning
    read = mode.result(desk.tariff(700))
    ((season,), (days,)) = read.tariff.seasons, read.tariff.seasons[0].days
    assert (season.start, days.days) == ("1/1", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    mode.result(desk.update_tariff(700, NewTariff.of(read.tariff)))
    assert json.loads(world.wire.requests[-1].read()) == TARIFF.body()


def test_a_tariff_that_was_read_in_part_is_not_written_over(connect: Connect) -> None:
    said = TARIFF.body()
    said["tariff"]["storage_settings"] = "?"  # not written, so not lost
    for lost in (None, "start", "season"):
        if lost == "start":
            said["tariff"]["seasons"][0]["days"][0]["periods"][0]["start"] = "noon"
        if lost == "season":
            said["tariff"] = TARIFF.body()["tariff"] | {"seasons": ["?"]}
        mode = connect(echo(said))
        read = mode.result(mode.client.commissioning.tariff(700)).tariff
        assert read.problems
        if lost is None:
            assert NewTariff.of(read).body() == TARIFF.body()
        else:
            with pytest.raises(InvalidRequest, match="cannot be written as it was read"):
                NewTariff.of(read)


def test_prices_by_time_have_no_single_rate(connect: Connect) -> None:
    said = TARIFF.body()
    said["tariff"]["single_rate"] = {"rate": "", "sell": ""}
    mode = connect(echo(said))
    read = mode.result(mode.client.commissioning.tariff(700)).tariff
    assert NewTariff.of(read) == attrs.evolve(NewTariff.of(read), single_rate=None)
    said["tariff"]["single_rate"] = {"rate": "", "sell": "0.05"}
    mode = connect(echo(said))
    read = mode.result(mode.client.commissioning.tariff(700)).tariff
    with pytest.raises(InvalidRequest, match=r"single_rate\.rate is ''"):
        NewTariff.of(read).body()


def of(**days: Any) -> NewTariff:
    """The tariff with something else in its days."""
    return attrs.evolve(
        TARIFF, seasons=[attrs.evolve(YEAR, days=[attrs.evolve(WEEK, **days)])], seasons_sell=None
    )


@pytest.mark.parametrize(
    ("tariff", "said"),
    [
        (NewTariff(), "has no price"),
        (attrs.evolve(TARIFF, currency="dollars"), "three capital letters"),
        (attrs.evolve(TARIFF, seasons=[YEAR, YEAR]), "two seasons begin on the same day"),
        (attrs.evolve(TARIFF, seasons=[attrs.evolve(YEAR, start="2/30")]), "seasons.0..start is '2/30'"),
        (attrs.evolve(TARIFF, seasons=[attrs.evolve(YEAR, start="summer")]), "such as 6/1"),
        (attrs.evolve(TARIFF, seasons=[attrs.evolve(YEAR, days=[WEEK, WEEK])]), "Mon has two sets of prices"),
        (of(days=("Mon", "Tue")), "Wed has no prices"),
        (of(days=("Mon", "Mon")), "name each day once"),
        (of(days="Monday"), "Did you mean 'Mon'"),
        (of(periods=[Period(id="day", start=60, rate=1)]), "has to begin at minute 0"),
        (
            of(periods=[Period(id="a", start=0, rate=1), Period(id="b", start=0, rate=1)]),
            "follow one another",
        ),
        (of(periods=[Period(id="a", start=1440, rate=1)]), "from 0 to 1439"),
        (of(periods=[Period(id="a", start=0, rate="cheap")]), "a price of 0 or more"),
        (of(periods=[Period(id="a", start=0, rate=-1)]), "a price of 0 or more"),
        (of(periods=[Period(id="a", start=0, rate="1_0")]), "a price of 0 or more"),
        (of(periods=[Period(id="a", start=0, rate=10**5000)]), "a price of 0 or more"),
        (of(periods=[]), "has to begin at minute 0"),
        ({"tariff": {}}, "has to be a NewTariff"),
    ],
)
def test_a_tariff_that_leaves_something_open_is_refused(connect: Connect, tariff: Any, said: str) -> None:
    mode = connect(world := echo())
    with pytest.raises(InvalidRequest, match=said):
        mode.result(mode.client.commissioning.update_tariff(700, tariff))
    assert world.wire.requests == []


# --------------------------------------------------------------------------------------------------------------- arrays

MODULE = NewModule(serial_num="1215", left=300, top=-2, angle=0)
NO_LIST: Any = MODULE
ROOF = NewArray(label="South", angle=180, tilt="30.0", left=29, top=-3, modules=[MODULE])
SENT = {
    "label": "South",
    "angle": 180,
    "tilt": "30.0",
    "left": 29,
    "top": -3,
    "modules": [{"serial_num": "1215", "left": 300, "top": -2, "angle": 0}],
    "provisioned_envoy": None,
}


def test_arrays_go_as_the_document_has_them(connect: Connect) -> None:
    mode = connect(world := echo())
    desk = mode.client.commissioning
    mode.result(desk.update_arrays(700, [ROOF], angle=90))
    mode.result(desk.update_arrays(700, (), angle=None))
    mode.result(desk.update_array(700, 3, attrs.evolve(ROOF, id=3, provisioned_envoy="2020")))
    assert [json.loads(request.read()) for request in world.wire.requests] == [
        {"angle": 90, "arrays": [SENT]},
        {"angle": None, "arrays": []},
        {**SENT, "id": 3, "provisioned_envoy": "2020"},
    ]
    assert {request.headers["content-type"] for request in world.wire.requests} == {"application/text"}


def test_an_array_that_was_read_can_be_written_again(connect: Connect) -> None:
    mode = connect(world := echo({**SENT, "id": 3, "reporting_envoys": ["2020"], "updated_at": 1500983465}))
    desk = mode.client.commissioning
    read = mode.result(desk.array(700, 3))
    assert isinstance(read, SystemArray)
    assert (read.tilt, read.problems) == (30.0, ())
    mode.result(desk.update_array(700, 3, NewArray.of(read)))
    assert json.loads(world.wire.requests[-1].read()) == {**SENT, "id": 3}


def test_positions_with_decimals_are_rounded(connect: Connect) -> None:
    said = {
        **SENT,
        "id": 3,
        "left": 0.6,
        "modules": [{"serial_num": "1215", "left": 1.25, "top": -2, "angle": 0}],
    }
    mode = connect(world := echo(said))
    desk = mode.client.commissioning
    mode.result(desk.update_arrays(700, [NewArray.of(mode.result(desk.array(700, 3)))], angle=90))
    (sent,) = json.loads(world.wire.requests[-1].read())["arrays"]
    assert (sent["left"], sent["modules"][0]["left"]) == (1, 1)


@pytest.mark.parametrize(
    "said",
    [{"angle": 12.5}, {"modules": ["?"]}, {"modules": [{"serial_num": "1", "left": "x"}]}, {"left": {}}],
)
def test_what_could_not_be_read_is_not_written_over(connect: Connect, said: dict[str, Any]) -> None:
    """Catches a module that is taken off the roof, and an array that is turned, by who wanted to rename it."""
    mode = connect(echo({**SENT, "id": 3, **said}))
    read = mode.result(mode.client.commissioning.array(700, 3))
    with pytest.raises(InvalidRequest, match="cannot be written as it was read"):
        NewArray.of(read)


def test_what_the_service_did_not_say_has_to_be_given(connect: Connect) -> None:
    mode = connect(world := echo({"id": 3, "label": "South", "updated_at": "?", "modules": []}))
    desk = mode.client.commissioning
    array = NewArray.of(mode.result(desk.array(700, 3)))
    with pytest.raises(InvalidRequest, match="angle is missing"):
        mode.result(desk.update_array(700, 3, array))
    with pytest.raises(InvalidRequest, match="which is it"):
        mode.result(desk.update_array(700, 4, array))
    assert len(world.wire.requests) == 1


def test_a_month_that_cannot_be_read_moves_no_other(connect: Connect) -> None:
    months = [str(each) for each in range(1, 13)]
    for said, read in ((months, tuple(range(1, 13))), ([*months[:2], None, *months[3:]], None)):
        mode = connect(echo({"system_id": 7, "month_estimates": said}))
        found = mode.result(mode.client.commissioning.production_estimate(7))
        assert (found.month_estimates, len(found.problems)) == (read, 0 if read else 1)


@pytest.mark.parametrize("said", ["Enable task", ["Enable task"]])
def test_one_saying_is_a_list_of_it(connect: Connect, said: Any) -> None:
    mode = connect(echo({"message": said}))
    found = mode.result(mode.client.commissioning.set_meter(7, "12", "enabled"))
    assert (found.message, found.problems) == (("Enable task",), ())


@pytest.mark.parametrize("host", ["²", "9" * 5000, "Bob"])
def test_an_odd_name_ends_no_list(connect: Connect, host: str) -> None:
    listed = {"systems": [{"system_id": 1, "host": host, "host_id": "Bob"}, {"system_id": 2}]}
    mode = connect(echo(listed))
    found = mode.collect(mode.client.commissioning.activations())
    assert [(each.system_id, each.host) for each in found] == [(1, host), (2, None)]


def test_who_is_searched_for_stands_in_no_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mode = connect(echo({"user_id": 9, "systems": []}))
    desk = mode.client.commissioning
    mode.result(desk.find_user("ada@example.com"))
    mode.collect(desk.activations(street1="44 Mill Lane", reference="ADA1"))
    assert "users/search?(not shown)" in caplog.text
    for told in ("ada", "example.com", "Mill", "ADA1"):
        assert told not in caplog.text.replace("a credential", "")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ([ROOF, ROOF], "1215 is on 2 modules"),
        ([attrs.evolve(ROOF, tilt=91)], r"arrays\[0\].tilt has to be a number from 0 to 90"),
        ([attrs.evolve(ROOF, tilt="steep")], "tilt"),
        ([attrs.evolve(ROOF, label="")], "label"),
        ([attrs.evolve(ROOF, modules=[attrs.evolve(MODULE, serial_num="?")])], r"modules\[0\].serial_num"),
        ([attrs.evolve(ROOF, modules=NO_LIST)], "modules has to be a list of NewModule"),
        ([{"label": "South"}], r"arrays\[0\] has to be a NewArray, not a dict"),
        (ROOF, "a list of NewArray"),
        ("South", "a list of NewArray"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(connect: Connect, arrays: Any, said: str) -> None:
    mode = connect(world := echo())
    with pytest.raises(InvalidRequest, match=said):
        mode.result(mode.client.commissioning.update_arrays(700, arrays, angle=0))
    assert world.wire.requests == []


def test_either_spelling_of_the_opacity_is_read(connect: Connect) -> None:
    for name in ("opacity", "opaciy"):
        mode = connect(echo({"layers": [{"file": "", name: 56}], "angle": None}))
        read = mode.result(mode.client.commissioning.arrays(700))
        assert read.layers is not None
        assert (read.layers[0].opacity, read.angle, read.problems) == (56, None, ())
