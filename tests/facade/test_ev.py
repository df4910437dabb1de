"""EV chargers: what is there, what happened, what was charged; and telling them to charge."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from enphase_cloud import DecodeError, InvalidRequest, PermissionDenied, ServerError, mock

from .conftest import Connect
from .worlds import KEY, NOW, TOKEN, Clock, Mode, World, parsed, reply, script, sent

HOMES = 8

AT = datetime(2026, 6, 21, tzinfo=UTC)  # NOW
SERIAL = "576137073930"
LONDON = 7
"""The home of the fleet with two chargers."""


@pytest.fixture
def house(connect: Connect, server: mock.Server) -> tuple[Mode, Any]:
    server.service.change(quirks=())
    server.service.journal.clear()
    mode = connect(Clock(server), base_url=server.url)
    return mode, mode.client.system(server.service.system_ids[LONDON])


def asked(connect: Connect, *answers: Any) -> tuple[Mode, Any]:
    """A system whose service gives these bodies, as the real one does: JSON that calls itself something else."""
    replies = [reply(body=body, content_type="application/octet-stream") for body in answers]
    mode = connect(World(script(*replies)))
    return mode, mode.client.system(7)


# ------------------------------------------------------------------------------------------------------------ chargers


@pytest.mark.parametrize("quirks", [(), ("word_booleans",), ("extra_fields",)], ids=str)
def test_the_chargers_of_a_house(house: tuple[Mode, Any], server: mock.Server, quirks: Any) -> None:
    """Would catch a class that is taken for a list, `"true"` that stays text, and a lost field."""
    mode, system = house
    server.service.change(quirks=quirks)
    found = mode.result(system.ev_chargers())
    chargers = server.service.histories[LONDON].charging.chargers
    assert [each.serial_number for each in found] == [each.serial for each in chargers]
    assert {each.device_type for each in found} == {"ev_chargers"}
    assert [each.active for each in found] == [True, True]
    assert [each.id for each in found] == [f"{each.serial}:{system.system_id}" for each in chargers]
    assert all(each.last_report_at == AT for each in found)
    assert all(
        each.name and each.model and each.sku and each.part_number and each.firmware and each.status
        for each in found
    )
    assert (found.hits, found.problems) == (1, ())
    assert found.details.total_devices == 2
    assert ("new_field" in found[0].details.additional_properties) == (quirks == ("extra_fields",))


def test_a_house_without_chargers(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, _ = house
    found = mode.result(mode.client.system(server.service.system_ids[3]).ev_chargers())
    assert (list(found), found.problems, found.hits) == ([], (), 1)


def test_chargers_of_a_class_that_is_new_and_some_that_are_none(connect: Connect) -> None:
    """Would catch readers that know `ev_chargers` alone, or that one bad entry takes down."""
    devices = {
        "ev_chargers": [{"serial_number": 12, "active": "maybe", "status": "charging"}, None],
        "ev_hubs": [{"serial_number": "H1", "last_report_at": None}],
        "ev_cables": "none",
    }
    mode, system = asked(connect, {"system_id": 7, "devices": devices})
    found = mode.result(system.ev_chargers())
    assert [(each.device_type, each.serial_number, each.active) for each in found] == [
        ("ev_chargers", "12", None),
        ("ev_hubs", "H1", None),
    ]
    assert [problem.path for problem in found.problems] == [
        "$.devices.ev_chargers[0].active",
        "$.devices.ev_chargers[1]",
        "$.devices.ev_cables",
    ]
    assert found[0].problems == found.problems[:1]
    assert found[0].details.active == "maybe"


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"devices": {}}, []),
        ({}, ["$.devices"]),
        ({"devices": None}, ["$.devices"]),
        ({"devices": [1]}, ["$.devices"]),
    ],
    ids=str,
)
def test_an_answer_without_classes(connect: Connect, body: Any, paths: list[str]) -> None:
    mode, system = asked(connect, body)
    found = mode.result(system.ev_chargers())
    assert list(found) == []
    assert [problem.path for problem in found.problems] == paths


# -------------------------------------------------------------------------------------------------- events, sessions


def test_events_of_all_chargers_and_of_one(house: tuple[Mode, Any], server: mock.Server) -> None:
    """Would catch pages that overlap or leave something out, and a filter that is not sent."""
    mode, system = house
    events = system.ev_events()
    assert (events.estimate().hits, events.estimate().exact) == (1, False)
    assert server.service.journal == []
    found = mode.collect(events)
    assert events.hits == len(server.service.journal) == pages_of(len(found))
    assert events.problems == []
    moments = [each.triggered_date for each in found]
    assert moments == sorted(moments, reverse=True)
    assert moments[0] <= AT
    one, other = server.service.histories[LONDON].charging.chargers
    of_one = mode.collect(system.ev_events(one.serial))
    assert of_one == [each for each in found if one.serial in each.message]
    assert len(of_one) + sum(other.serial in each.message for each in found) == len(found)
    assert {str(each.status) for each in found} <= {"Info", "Open", "Closed"}
    assert all((each.cleared_date is None) == (each.status == "Open") for each in found)


def test_events_are_fetched_as_they_are_read(house: tuple[Mode, Any], server: mock.Server) -> None:
    """Would catch a listing that buys every page, when the caller wants what happened last."""
    mode, system = house
    if mode.name == "sync":
        with system.ev_events() as events:
            first = next(iter(events))
    else:

        async def read() -> Any:
            async with system.ev_events() as events:
                return await anext(aiter(events))

        first = mode.result(read())
    assert first.message
    assert len(server.service.journal) == 1


def test_an_event_says_what_the_service_says(connect: Connect) -> None:
    raw = {"status": "Muted", "triggered_date": 1782000000, "details": "Car plugged in", "colour": "red"}
    mode, system = asked(connect, {"count": 2, "events": [raw, 5]})
    events = system.ev_events()
    (event,) = mode.collect(events)
    assert event.status == "Muted"
    assert (event.triggered_date, event.cleared_date) == (AT, None)
    assert event.message == event.details.details == "Car plugged in"
    assert event.details.additional_properties == {"colour": "red"}
    assert [problem.path for problem in events.problems] == ["$.events[1]"]


def test_sessions_are_what_the_charger_took(house: tuple[Mode, Any], server: mock.Server) -> None:
    """To the watt-hour: would catch kWh that are passed on as Wh, and times in the wrong unit."""
    mode, system = house
    history = server.service.histories[LONDON]
    charger = history.charging.chargers[0]
    sessions = system.ev_sessions(charger.serial)
    found = mode.collect(sessions)
    assert sessions.hits == pages_of(len(found))
    expected = [
        (session.since, session.until, session.charging_seconds, session.energy_wh(session.until))
        for stay in history.charging.stays_before(charger, NOW)
        for session in reversed(history.charging.sessions(charger, stay))
        if session.until <= NOW
    ]
    assert [
        (int(each.start_time.timestamp()), int(each.end_time.timestamp()), each.charge_time_s, each.energy_wh)
        for each in found
    ] == expected
    assert all(each.duration_s == (each.end_time - each.start_time).total_seconds() for each in found)
    assert all(each.miles_added >= 0 and each.cost >= 0 for each in found)
    assert sum(each.energy_wh for each in found) > 100_000


@pytest.mark.parametrize(
    ("kwh", "wh"),
    [(14.83, 14830), (1.001, 1001), (0, 0), ("14.83", 14830), (3, 3000), (None, None)],
    ids=str,
)
def test_energy_of_a_session_is_in_wh(connect: Connect, kwh: Any, wh: Any) -> None:
    """Would catch 1000.9999999999999 Wh."""
    mode, system = asked(connect, {"sessions": [{"energy_added": kwh}]})
    sessions = system.ev_sessions(SERIAL)
    (session,) = mode.collect(sessions)
    assert session.energy_wh == wh
    assert session.details.energy_added == kwh
    assert sessions.problems == []


@pytest.mark.parametrize("kwh", ["much", True, [], 1e308, 10**400, "9" * 4300])
def test_energy_that_is_none(connect: Connect, kwh: Any) -> None:
    mode, system = asked(connect, {"sessions": [{"energy_added": kwh, "cost": 1.5}]})
    sessions = system.ev_sessions(SERIAL)
    (session,) = mode.collect(sessions)
    assert (session.energy_wh, session.cost) == (None, 1.5)
    assert [problem.path for problem in sessions.problems] == ["$.sessions[0].energy_added"]


def pages_of(count: int) -> int:
    """The calls that a list takes: twenty first, then a hundred each; a page in between may have been cut short."""
    further = max(0, count - 20)
    return 1 + (count >= 20) * (further // 100 + 1 + (20 <= further < 100))


def test_pages_are_asked_for_by_offset(connect: Connect) -> None:
    full = [{"start_time": NOW - 60 * n, "duration": n} for n in range(20)]
    mode, system = asked(connect, {"sessions": full}, {"sessions": [{"duration": 99}]})
    sessions = system.ev_sessions(SERIAL)
    assert [each.duration_s for each in mode.collect(sessions)] == [*range(20), 99]
    assert sent(mode.world) == [{"offset": "0", "limit": "20"}, {"offset": "20", "limit": "100"}]


def test_an_answer_without_sessions_is_an_error(connect: Connect) -> None:
    """Would catch a page that cannot be read being taken for the end of the list."""
    mode, system = asked(connect, {"count": 0})
    with pytest.raises(DecodeError, match="sessions"):
        mode.collect(system.ev_sessions(SERIAL))


# ----------------------------------------------------------------------------------------------------------- schedules


def test_schedules(house: tuple[Mode, Any], server: mock.Server) -> None:
    mode, system = house
    for charger in server.service.histories[LONDON].charging.chargers:
        (schedule,) = found = mode.result(system.ev_schedules(charger.serial))
        assert (found.hits, found.problems) == (1, ())
        assert (schedule.type, schedule.is_active, schedule.reminder_flag, schedule.reminder_timer) == (
            *("Custom", charger.scheduled, charger.scheduled),
            10,
        )
        assert [
            (each.days, each.start_time, each.end_time, each.charging_level_percent)
            for each in schedule.periods
        ] == [
            (each.days, clock(each.start), clock(each.end), each.level_percent) for each in charger.schedule
        ]


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0:05", time(0, 5)),
        ("7:30", time(7, 30)),
        ("07:30", time(7, 30)),
        ("23:59:30", time(23, 59, 30)),
        (" 7:30 ", time(7, 30)),
        ("24:00", time(0)),
        (None, None),
    ],
    ids=str,
)
def test_times_of_a_schedule(connect: Connect, text: Any, read: Any) -> None:
    mode, system = asked(connect, {"charger_schedules": [{"schedules": [{"end_time": text}]}]})
    (schedule,) = found = mode.result(system.ev_schedules(SERIAL))
    assert schedule.periods[0].end_time == read
    assert found.problems == ()


@pytest.mark.parametrize("text", ["7", "24:01", "7:60", "7:5", "-7:30", "noon", 450, True, ["7:30"]], ids=str)
def test_times_that_are_none(connect: Connect, text: Any) -> None:
    """The period stays, without that time: would catch one odd clock taking the schedule down."""
    period = {"days": [1, "2", "x"], "start_time": text, "charging_level": "80%"}
    mode, system = asked(connect, {"charger_schedules": [{"is_active": "true", "schedules": [period, "x"]}]})
    (schedule,) = found = mode.result(system.ev_schedules(SERIAL))
    (read,) = schedule.periods
    assert schedule.is_active is True
    assert (read.days, read.start_time, read.charging_level_percent) == ((1, 2), None, 80)
    assert read.details.start_time == text
    where = "$.charger_schedules[0].schedules"
    assert [problem.path for problem in found.problems] == [
        *(f"{where}[0].days[2]", f"{where}[0].start_time", f"{where}[1]")
    ]


# ------------------------------------------------------------------------------------------------------------- control


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({}, None),
        ({"connector_id": 1}, {"connectorId": "1"}),
        ({"charging_level": 0}, {"chargingLevel": "0"}),
        ({"connector_id": 2, "charging_level": 100}, {"connectorId": "2", "chargingLevel": "100"}),
    ],
    ids=str,
)
def test_what_is_sent_to_start(connect: Connect, given: Any, body: Any) -> None:
    """Numbers travel as text, and what was not given is not sent: 0 percent is something that was given.

    Without a body the length is 0, and said to be: there are gateways that answer 411 to a POST that leaves it open.
    """
    mode = connect(World(script(reply(202, {"message": "Request sent successfully"}))))
    system = mode.client.system(7)
    accepted = mode.result(system.start_charging(SERIAL, **given))
    assert accepted.message == "Request sent successfully"
    (request,) = mode.world.wire.requests
    assert (request.method, request.url.path) == (
        "POST",
        f"/api/v4/systems/7/ev_charger/{SERIAL}/start_charging",
    )
    assert (None if request.headers["content-length"] == "0" else parsed(request)) == body


def test_a_charger_does_what_it_is_told(connect: Connect) -> None:
    """Against a server of its own, whose time goes on: accepted at once, done later."""
    with mock.serve(seed=3, homes=1, clock=NOW, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Clock(server), base_url=server.url)
        system = mode.client.system(server.service.system_ids[0])

        def status() -> str:
            (charger,) = mode.result(system.ev_chargers())
            return str(charger.status)

        assert mode.result(system.start_charging(SERIAL, charging_level=50)).message
        assert status() == "preparing"
        server.service.clock.advance(900)
        assert status() == "charging"
        assert mode.result(system.stop_charging(SERIAL)).message
        server.service.clock.advance(900)
        assert status() != "charging"
        assert [call.status for call in server.service.calls("startCharging")] == [202]
        assert [call.status for call in server.service.calls("stopCharging")] == [202]


@pytest.mark.parametrize("method", ["start_charging", "stop_charging"])
def test_a_command_is_sent_once(connect: Connect, method: str) -> None:
    """Would catch a car that is told twice because the first answer was lost."""
    mode = connect(World(script(reply(503))))
    with pytest.raises(ServerError):
        mode.result(getattr(mode.client.system(7), method)(SERIAL))
    assert len(mode.world.wire.requests) == 1


def test_a_plan_without_control_says_so(connect: Connect) -> None:
    with mock.serve(seed=3, homes=1, clock=NOW, plan="kilowatt") as server:
        mode = connect(Clock(server), base_url=server.url)
        with pytest.raises(PermissionDenied):
            mode.result(mode.client.system(server.service.system_ids[0]).start_charging(SERIAL))


@pytest.mark.parametrize("serial", ["", "  ", "../..", "a/b", True, 1.5, "9" * 65, []], ids=str)
def test_a_serial_that_cannot_be_reaches_no_server(
    house: tuple[Mode, Any], server: mock.Server, serial: Any
) -> None:
    mode, system = house
    for method in ("ev_events", "ev_sessions"):
        with pytest.raises(InvalidRequest, match="serial number"):
            getattr(system, method)(serial)
    for method in ("ev_schedules", "start_charging", "stop_charging"):
        with pytest.raises(InvalidRequest, match="serial number"):
            mode.result(getattr(system, method)(serial))
    with pytest.raises(InvalidRequest, match="serial number"):
        system.ev_sessions(None)
    assert server.service.journal == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"connector_id": 0}, "connector_id has to be a whole number from 1"),
        ({"connector_id": "1"}, "connector_id"),
        ({"connector_id": True}, "connector_id"),
        ({"charging_level": -1}, "charging_level has to be a whole number from 0 to 100"),
        ({"charging_level": 101}, "charging_level"),
        ({"charging_level": 50.0}, "charging_level"),
        ({"charging_level": float("nan")}, "charging_level"),
    ],
    ids=str,
)
def test_a_level_that_cannot_be_reaches_no_server(
    house: tuple[Mode, Any], server: mock.Server, given: Any, message: str
) -> None:
    mode, system = house
    with pytest.raises(InvalidRequest, match=message):
        mode.result(system.start_charging(SERIAL, **given))
    assert server.service.journal == []


def test_an_unknown_charger_is_refused_by_the_service(house: tuple[Mode, Any]) -> None:
    mode, system = house
    with pytest.raises(InvalidRequest, match="Invalid system_id or serial_no") as caught:
        mode.result(system.ev_schedules("1"))
    assert (caught.value.status, caught.value.hits) == (400, 1)
