"""Settings of a site: what is set is what is read, what cannot be is refused before a hit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from enphase_v4.models import BatteryMode, LoadControlMode

from enphase_cloud import ConnectionFailed, InvalidRequest, NotFound, ServerError, mock

from .conftest import Connect
from .worlds import Clock, Mode, World, parsed, reply, script

AT = datetime(2026, 6, 21, tzinfo=UTC)  # NOW
QUIRKS: list[tuple[str, ...]] = [(), ("word_booleans",), ("word_booleans", "unknown_words", "extra_fields")]


@pytest.fixture
def house(connect: Connect, server: mock.Server) -> tuple[Mode, Any]:
    """The first home, which has batteries and dry contacts, as it was at the start."""
    server.service.reset()
    mode = connect(Clock(server), base_url=server.url)
    return mode, mode.client.system(server.service.system_ids[0])


def asked(connect: Connect, body: Any) -> tuple[Mode, Any]:
    """A system whose service gives this body."""
    mode = connect(World(script(reply(body=body))))
    return mode, mode.client.system(7)


def operations(server: mock.Server) -> list[str | None]:
    return [call.operation for call in server.service.journal]


# ------------------------------------------------------------------------------------------------------------- battery


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
@pytest.mark.parametrize(
    "given",
    [
        {"battery_mode": "Savings Mode"},
        {"battery_mode": BatteryMode.SELF_CONSUMPTION},
        {"reserve_soc": 42},
        {"energy_independence": False},
        {"battery_mode": "Savings Mode", "reserve_soc": 10, "energy_independence": True},
    ],
    ids=str,
)
def test_battery_settings_are_what_was_set(
    house: tuple[Mode, Any], server: mock.Server, quirks: tuple[str, ...], given: dict[str, Any]
) -> None:
    """Would catch a False that is not sent, a value in the wrong place, and a change that nobody asked for."""
    mode, system = house
    server.service.change(quirks=quirks)
    before = mode.result(system.battery_settings())
    after = mode.result(system.update_battery_settings(**given))
    now = mode.result(system.battery_settings())
    assert operations(server) == [
        *("getSystemBatterySettings", "updateSystemBatterySettings", "getSystemBatterySettings")
    ]
    assert after == now
    for name in ("battery_mode", "reserve_soc", "energy_independence", "charge_from_grid"):
        expected = given.get(name, getattr(before, name))
        if name == "battery_mode" and "unknown_words" in quirks:
            expected = "DR Event Active"  # whatever is set
        assert getattr(now, name) == expected
    assert isinstance(now.battery_mode, BatteryMode)
    assert isinstance(now.charge_from_grid, bool)
    assert now.system_id == system.system_id
    assert 0 < now.battery_shutdown_level < 10
    assert (before.problems, after.problems, now.problems) == ((), (), ())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "nothing is to be changed: give at least one of battery_mode, reserve_soc, energy_independence"),
        ({"battery_mode": "Savings"}, "battery_mode is 'Savings'. Did you mean 'Savings Mode'"),
        ({"battery_mode": "full backup"}, "There are: Full Backup, Savings Mode, Self-consumption"),
        ({"battery_mode": BatteryMode("DR Event Active")}, "battery_mode is .*DR Event Active"),
        ({"battery_mode": ""}, "battery_mode"),
        ({"battery_mode": True}, "battery_mode"),
        ({"reserve_soc": 101}, "reserve_soc has to be a whole number from 0 to 100, not 101"),
        ({"reserve_soc": -1}, "reserve_soc"),
        ({"reserve_soc": 20.5}, "reserve_soc"),
        ({"reserve_soc": "20"}, "reserve_soc"),
        ({"reserve_soc": True}, "reserve_soc"),
        ({"energy_independence": "false"}, "energy_independence has to be True or False, not 'false'"),
        ({"energy_independence": 0}, "energy_independence"),
        ({"battery_mode": "Full Backup", "energy_independence": "disabled"}, "energy_independence"),
    ],
    ids=str,
)
def test_battery_settings_that_cannot_be(
    house: tuple[Mode, Any], server: mock.Server, given: dict[str, Any], message: str
) -> None:
    mode, system = house
    with pytest.raises(InvalidRequest, match=message) as caught:
        mode.result(system.update_battery_settings(**given))
    assert caught.value.hits == 0
    assert server.service.journal == []


def test_a_reserve_that_the_battery_cannot_keep(house: tuple[Mode, Any]) -> None:
    """What only the service knows, the service says."""
    mode, system = house
    with pytest.raises(InvalidRequest, match="reserve_soc") as caught:
        mode.result(system.update_battery_settings(reserve_soc=1))
    assert (caught.value.status, caught.value.hits) == (422, 1)


@pytest.mark.parametrize(
    ("body", "name", "value", "path"),
    [
        ({"reserve_soc": "95%"}, "reserve_soc", 95, None),
        ({"reserve_soc": "full"}, "reserve_soc", None, "$.reserve_soc"),
        ({"energy_independence": "Enabled (Inactive)"}, "energy_independence", True, None),
        ({"charge_from_grid": "false"}, "charge_from_grid", False, None),
        ({"charge_from_grid": "perhaps"}, "charge_from_grid", None, "$.charge_from_grid"),
        ({"battery_mode": 4}, "battery_mode", None, "$.battery_mode"),
        ({"battery_mode": None}, "battery_mode", None, None),
        ({}, "battery_mode", None, None),
    ],
    ids=str,
)
def test_forms_of_battery_settings(
    connect: Connect, body: dict[str, Any], name: str, value: Any, path: str | None
) -> None:
    """What can be read is read, and what cannot is None and a problem, beside the values that can."""
    mode, system = asked(connect, {"battery_shutdown_level": 13, **body})
    settings = mode.result(system.battery_settings())
    assert getattr(settings, name) == value
    assert settings.battery_shutdown_level == 13
    assert [problem.path for problem in settings.problems] == ([path] if path else [])


# --------------------------------------------------------------------------------------------------------- storm guard


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
def test_storm_guard_is_what_was_set(
    house: tuple[Mode, Any], server: mock.Server, quirks: tuple[str, ...]
) -> None:
    """Would catch `Enabled (Inactive)` and the text "false" being taken for what they are not."""
    mode, system = house
    server.service.change(quirks=quirks)
    for wanted in (False, True, False):
        after = mode.result(system.update_storm_guard(wanted))
        now = mode.result(system.storm_guard())
        assert after == now
        assert now.storm_guard_status is wanted
        assert now.storm_alert is False
        assert (now.problems, now.system_id) == ((), system.system_id)


@pytest.mark.parametrize("wrong", ["false", "enabled", 0, 1, None], ids=repr)
def test_storm_guard_is_on_or_off(house: tuple[Mode, Any], server: mock.Server, wrong: Any) -> None:
    """Would catch "false" turning it on."""
    mode, system = house
    with pytest.raises(InvalidRequest, match="storm_guard_status has to be True or False"):
        mode.result(system.update_storm_guard(wrong))
    assert server.service.journal == []


def test_what_is_sent_to_storm_guard(connect: Connect) -> None:
    """A word, as the service takes it, not a JSON boolean."""
    mode, system = asked(connect, {"storm_guard_status": "Enabled (Inactive)", "storm_alert": "true"})
    after = mode.result(system.update_storm_guard(True))
    assert (after.storm_guard_status, after.storm_alert) == (True, True)
    assert after.details.to_dict()["storm_guard_status"] == "Enabled (Inactive)"
    (request,) = mode.world.wire.requests
    assert (request.method, request.url.path) == ("PUT", "/api/v4/systems/config/7/storm_guard")
    assert parsed(request) == {"storm_guard_status": "enabled"}


# --------------------------------------------------------------------------------------------------------- grid status


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
def test_grid_status(house: tuple[Mode, Any], server: mock.Server, quirks: tuple[str, ...]) -> None:
    mode, system = house
    server.service.change(quirks=quirks)
    status = mode.result(system.grid_status())
    assert (status.grid_state, status.last_report_date) == ("On Grid", AT)
    assert (status.system_id, status.problems) == (system.system_id, ())


def test_a_site_that_never_reported_has_no_grid_status(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, _ = house
    with pytest.raises(InvalidRequest) as caught:
        mode.result(mode.client.system(server.service.system_ids[3]).grid_status())
    assert caught.value.status == 422


# -------------------------------------------------------------------------------------------------------- load control


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
@pytest.mark.parametrize(
    "given",
    [
        {"mode": "Manual_always_powered"},
        {"mode": LoadControlMode.BASIC},
        {"mode": "Advanced_BatteryPowered", "soc_low": 10},
        {"soc_low": 90},
        {"mode": "Scheduled", "essential_start_time": 0, "essential_end_time": 86_400},
        {"essential_start_time": 86_399},
        {"load_name": "Air conditioner", "essential_end_time": 0},
    ],
    ids=str,
)
def test_load_control_is_what_was_set(
    house: tuple[Mode, Any], server: mock.Server, quirks: tuple[str, ...], given: dict[str, Any]
) -> None:
    """Would catch a start at midnight (0) that is not sent, and a change of another contact."""
    mode, system = house
    server.service.change(quirks=quirks)
    before = mode.result(system.load_control())
    after = mode.result(system.update_load_control("NC1", **given))
    now = mode.result(system.load_control())
    assert list(after) == list(now)
    assert (now.hits, now.problems) == (1, ())
    assert [each.name for each in now] == [each.name for each in before]
    assert now[1:] == before[1:]
    fields = ("load_name", "mode", "soc_low", "essential_start_time", "essential_end_time")
    assert {name: getattr(now[0], name) for name in fields} == {
        name: given.get(name, getattr(before[0], name)) for name in fields
    }
    assert isinstance(now[0].owner_can_override, bool)
    assert isinstance(now[0].mode, LoadControlMode)
    assert now[0].soc_low < now[0].soc_high <= 100
    assert now[0].status == "enabled"


TIMES = {"essential_start_time": 0, "essential_end_time": 3600}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("", {"mode": "Basic"}, "name has to be text that is not empty"),
        ("  ", {"mode": "Basic"}, "name"),
        (None, {"mode": "Basic"}, "name"),
        (1, {"mode": "Basic"}, "name"),
        (
            *("NC1", {}),
            "give at least one of mode, soc_low, essential_start_time, essential_end_time",
        ),
        ("NC1", {"load_name": "Sauna"}, "nothing is to be changed"),
        ("NC1", {"load_name": "", "mode": "Basic"}, "load_name"),
        ("NC1", {"mode": "basic"}, "mode is 'basic'. Did you mean 'Basic'"),
        ("NC1", {"mode": "Scheduled", **TIMES, "essential_start_time": 86_400}, "from 0 to 86399"),
        ("NC1", {"mode": "Scheduled", **TIMES, "essential_end_time": 86_401}, "from 0 to 86400"),
        ("NC1", {"essential_start_time": "09:00"}, "essential_start_time"),
        ("NC1", {"essential_end_time": 1.5}, "essential_end_time"),
        ("NC1", {"soc_low": 9}, "soc_low has to be a whole number from 10 to 90"),
        ("NC1", {"soc_low": 91}, "soc_low"),
        ("NC1", {"mode": "Advanced_BatteryPowered"}, "the mode Advanced_BatteryPowered needs soc_low"),
        ("NC1", {"mode": LoadControlMode.ADVANCED_GENERATORPOWERED, **TIMES}, "needs soc_low"),
    ],
    ids=str,
)
def test_load_control_that_cannot_be(
    house: tuple[Mode, Any], server: mock.Server, name: Any, given: dict[str, Any], message: str
) -> None:
    mode, system = house
    with pytest.raises(InvalidRequest, match=message):
        mode.result(system.update_load_control(name, **given))
    assert server.service.journal == []


def test_a_contact_that_is_not_there(house: tuple[Mode, Any]) -> None:
    mode, system = house
    with pytest.raises(InvalidRequest, match="no such dry contact") as caught:
        mode.result(system.update_load_control("NO9", mode="Basic"))
    assert caught.value.status == 422


def test_a_house_without_contacts(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, _ = house
    found = mode.result(mode.client.system(server.service.system_ids[2]).load_control())
    assert (list(found), found.problems) == ([], ())


def test_a_contact_that_is_odd_leaves_the_others(connect: Connect) -> None:
    odd = {
        "name": "NC1",
        "mode": "Lunar",
        "soc_low": "30",
        "owner_can_override": "no",
        "essential_end_time": {},
    }
    mode, system = asked(connect, {"load_control_data": [odd, None, {"name": "NC2", "soc_low": 40}]})
    found = mode.result(system.load_control())
    assert [(each.name, each.mode, each.soc_low) for each in found] == [
        ("NC1", "Lunar", 30),
        ("NC2", None, 40),
    ]
    assert (found[0].owner_can_override, found[0].essential_end_time) == (None, None)
    assert [problem.path for problem in found.problems] == [
        "$.load_control_data[0].owner_can_override",
        "$.load_control_data[0].essential_end_time",
        "$.load_control_data[1]",
    ]


# --------------------------------------------------------------------------------------------------------- all of them


@pytest.mark.parametrize(
    ("method", "arguments", "body"),
    [
        ("update_battery_settings", {"energy_independence": False}, {"energy_independence": "disabled"}),
        (
            *("update_battery_settings", {"battery_mode": "Full Backup", "reserve_soc": 0}),
            {"battery_mode": "Full Backup", "reserve_soc": 0},
        ),
        ("update_storm_guard", {"storm_guard_status": False}, {"storm_guard_status": "disabled"}),
        (
            *("update_load_control", {"name": "NC1", "essential_start_time": 0}),
            {"name": "NC1", "essential_start_time": 0},
        ),
    ],
    ids=str,
)
def test_only_what_was_given_is_sent(
    connect: Connect, method: str, arguments: dict[str, Any], body: dict[str, Any]
) -> None:
    mode, system = asked(connect, {"system_id": 7})
    mode.result(getattr(system, method)(**arguments))
    (request,) = mode.world.wire.requests
    assert request.method == "PUT"
    assert parsed(request) == body


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("update_battery_settings", {"reserve_soc": 30}),
        ("update_storm_guard", {"storm_guard_status": True}),
        ("update_load_control", {"name": "NC1", "mode": "Basic"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("outcome", [ServerError, ConnectionFailed], ids=lambda kind: kind.__name__)
def test_a_change_is_sent_once(connect: Connect, method: str, arguments: Any, outcome: Any) -> None:
    """Would catch settings that are sent again after somebody else has changed them."""
    failure: Any = reply(503) if outcome is ServerError else httpx.ReadTimeout("too slow")
    mode = connect(World(script(failure)))
    with pytest.raises(outcome):
        mode.result(getattr(mode.client.system(7), method)(**arguments))
    assert len(mode.world.wire.requests) == 1


@pytest.mark.parametrize("method", ["battery_settings", "storm_guard", "grid_status", "load_control"])
def test_settings_of_a_system_that_is_not_there(house: tuple[Mode, Any], method: str) -> None:
    mode, _ = house
    with pytest.raises(NotFound):
        mode.result(getattr(mode.client.system(1), method)())


@pytest.mark.parametrize("method", ["battery_settings", "storm_guard"])
def test_settings_of_a_house_without_a_battery(
    house: tuple[Mode, Any], server: mock.Server, method: str
) -> None:
    mode, _ = house
    with pytest.raises(InvalidRequest) as caught:
        mode.result(getattr(mode.client.system(server.service.system_ids[2]), method)())
    assert caught.value.status == 422
