"""What a site says of itself: useful values, whatever form they come in, and nothing lost where one is odd."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from enphase_cloud import DecodeError, InvalidRequest, ServerError, mock

from .conftest import Connect
from .worlds import KEY, NOW, TOKEN, Clock, World, reply, sent

FORMS: list[tuple[str, ...]] = [
    (),
    ("inverter_numbers", "report_date_text", "meter_serial_number", "word_booleans", "unknown_words"),
]


# ------------------------------------------------------------------------------------------------- devices and latest


def test_devices_of_all_classes_also_of_new_ones(connect: Connect) -> None:
    """Catches a class that the document does not know, and a record without a field that takes 22 others down."""
    classes = {
        "micros": [{"id": 1, "serial_number": "111", "name": "Micro", "model": "IQ8", "status": "normal"}],
        "iq_collars": [{"serial_number": "222", "sku": None, "active": "true", "last_report_at": 1508174262}],
        "meters": ["odd", {"serial_number": 333}, None, {"active": "perhaps", "id": "x"}],
        "gateways": [{"emu_sw_version": "D4", "cellular_modem": {"imei": "N/A", "plan_end_date": None}}],
        "empty": [],
        "odd": None,
        "odder": {"serial_number": "1"},
    }
    mode = connect(World(lambda _: reply(body={"system_id": 7, "devices": classes})))
    devices = mode.result(mode.client.system(7).devices())
    assert [(device.device_type, device.serial_number) for device in devices] == [
        ("micros", "111"),
        ("iq_collars", "222"),
        ("meters", "333"),
        ("meters", None),
        ("gateways", None),
    ]
    micro, collar, _, meter, gateway = devices
    assert (micro.id, micro.name, micro.model, micro.status) == (1, "Micro", "IQ8", "normal")
    assert (collar.active, collar.sku) == (True, None)
    assert collar.last_report_at == datetime(2017, 10, 16, 17, 17, 42, tzinfo=UTC)
    assert (meter.active, meter.id, meter.details.active) == (None, None, "perhaps")
    assert (gateway.firmware, gateway.cellular_modem.imei) == ("D4", "N/A")
    assert gateway.cellular_modem.plan_end_date is None
    assert [problem.path for problem in devices.problems] == [
        "$.devices.meters[0]",
        "$.devices.meters[2]",
        "$.devices.meters[3].id",
        "$.devices.meters[3].active",
        "$.devices.odd",
        "$.devices.odder",
    ]
    assert devices.hits == 1


@pytest.mark.parametrize("method", ["devices", "latest"])
@pytest.mark.parametrize("body", [{}, {"devices": None}, {"devices": []}, {"devices": "x"}], ids=str)
def test_an_answer_without_classes_is_a_problem_and_no_error(
    connect: Connect, method: str, body: Any
) -> None:
    mode = connect(World(lambda _: reply(body=body)))
    found = mode.result(getattr(mode.client.system(7), method)())
    assert found == []
    assert [problem.path for problem in found.problems] == ["$.devices"]


def test_latest_readings_of_all_classes(connect: Connect) -> None:
    classes = {
        "meters": [{"id": 1, "name": "production", "channel": 1, "power": 755, "last_report_at": 1701418500}],
        "encharges": [{"id": 2, "power": "-15", "operational_mode": "Idle"}, {"id": 3, "power": None}],
    }
    mode = connect(World(lambda _: reply(body={"devices": classes})))
    found = mode.result(mode.client.system(7).latest())
    assert [(each.device_type, each.id, each.power_w) for each in found] == [
        ("meters", 1, 755),
        ("encharges", 2, -15),
        ("encharges", 3, None),
    ]
    assert found[0].last_report_at == datetime(2023, 12, 1, 8, 15, tzinfo=UTC)
    assert found[1].operational_mode == "Idle"


# ------------------------------------------------------------------------------------------------------------ summary


def test_a_summary_of_another_date_is_an_error(connect: Connect) -> None:
    """The service may not know the parameter: today's energy is not to be taken for that of the date."""
    world = World(lambda _: reply(body={"summary_date": "2026-06-20", "energy_today": 5}))
    mode = connect(world)
    system = mode.client.system(7)
    assert mode.result(system.summary("2026-06-20")).energy_today == 5
    assert mode.result(system.summary()).summary_date == date(2026, 6, 20)
    with pytest.raises(
        ServerError, match=r"of 2026-06-01 was asked for, and that of 2026-06-20 came"
    ) as caught:
        mode.result(system.summary(date(2026, 6, 1)))
    assert caught.value.hits == 1
    assert [each.get("summary_date") for each in sent(world)] == ["2026-06-20", None, "2026-06-01"]


def test_a_summary_that_does_not_say_its_date_is_one(connect: Connect) -> None:
    mode = connect(World(lambda _: reply(body={"energy_today": 5})))
    assert mode.result(mode.client.system(7).summary("2026-06-01")).energy_today == 5


# ----------------------------------------------------------------------------------------------------- meter readings


@pytest.mark.parametrize("key", ["serial_num", "serial_number"])
def test_meter_readings(connect: Connect, key: str) -> None:
    """Catches a meter without its serial number: the service has two names for it."""
    body = {"meter_readings": [{key: "12EIM1", "value": 6180635, "read_at": 1473901200}]}
    world = World(lambda _: reply(body=body))
    mode = connect(world)
    (reading,) = mode.result(mode.client.system(7).production_meter_readings())
    assert (reading.serial_number, reading.energy_wh) == ("12EIM1", 6180635)
    assert reading.read_at == datetime(2016, 9, 15, 1, 0, tzinfo=UTC)
    assert sent(world) == [{}]


@pytest.mark.parametrize(
    ("at", "zone", "end_at", "hits"),
    [
        ("2026-06-01T00:00Z", None, 1780272000, 1),
        (datetime(2026, 6, 1, tzinfo=UTC), None, 1780272000, 1),
        ("2026-06-01", "US/Pacific", 1780297200, 1),
        ("2026-06-01", None, 1780264800, 2),
    ],
    ids=str,
)
def test_meter_readings_at_a_time(connect: Connect, at: Any, zone: Any, end_at: int, hits: int) -> None:
    """The zone is only asked for where a local time has to be read, and is in the price."""

    def serve(request: Any) -> Any:
        known = {"system_id": 7, "timezone": "Europe/Berlin"}
        return reply(body={"meter_readings": []} if request.url.path.endswith("readings") else known)

    world = World(serve)
    mode = connect(world)
    found = mode.result(mode.client.system(7, timezone=zone).production_meter_readings(at))
    assert sent(world)[-1] == {"end_at": f"{end_at}"}
    assert found.hits == len(world.wire.requests) == hits


@pytest.mark.parametrize(
    ("at", "zone", "hits"),
    [
        ("2026-07-01", None, 0),
        ("2026-06-21T00:01Z", None, 0),
        ("2026-06-21T03:00", "Europe/Berlin", 0),
        ("2026-06-21T03:00", None, 1),  # only the zone tells
        (5, None, 0),
        ("yesterday", None, 0),
    ],
)
def test_meter_readings_of_what_is_to_come(connect: Connect, at: Any, zone: Any, hits: int) -> None:
    world = World(lambda _: reply(body={"system_id": 7, "timezone": "Europe/Berlin"}))
    mode = connect(world)
    with pytest.raises(InvalidRequest, match=r"in the future|not a time"):
        mode.result(mode.client.system(7, timezone=zone).production_meter_readings(at))
    assert len(world.wire.requests) == hits


# --------------------------------------------------------------------------------------------------------- inverters


@pytest.mark.parametrize(
    ("sent_as", "read_as", "paths"),
    [
        (({"value": 96, "units": "W", "precision": 0}, {"value": 232, "units": "Wh"}), (96, 232), []),
        (({"value": 1.5, "units": "kW"}, {"value": 2, "units": "kWh"}), (1500, 2000), []),
        (({"value": "3"}, {"value": 4, "units": "MWh"}), (3, 4_000_000), []),
        ((96, 232.5), (96, 232.5), []),
        (("96", "232"), (96, 232), []),
        (({"value": 1.001, "units": "kW"}, {"value": 0.1234567891, "units": "Wh"}), (1001, 0.1234567891), []),
        (
            ({"value": 10**400, "units": "kW"}, {"value": "9" * 4300, "units": "kWh"}),
            (None, None),
            ["power_produced.value", "energy.value"],
        ),
        (
            ({"value": -1e308, "units": "MW"}, {"value": 1e308, "units": "MWh"}),
            (None, None),
            ["power_produced.value", "energy.value"],
        ),
        ((None, {"value": None, "units": "Wh"}), (None, None), []),
        (
            ({"value": 1, "units": "Wh"}, {"value": 1, "units": "W"}),
            (None, None),
            ["power_produced.units", "energy.units"],
        ),
        (({"value": "x", "units": "W"}, []), (None, None), ["power_produced.value", "energy"]),
        (({"value": 1, "units": 5}, True), (None, None), ["power_produced.units", "energy"]),
    ],
    ids=str,
)
def test_quantities_are_w_and_wh_whatever_they_come_in(
    connect: Connect, sent_as: tuple[Any, Any], read_as: tuple[Any, Any], paths: list[str]
) -> None:
    """Catches a factor of a thousand, and a unit that was taken for another one."""
    body = [{"micro_inverters": [{"serial_number": "1", "power_produced": sent_as[0], "energy": sent_as[1]}]}]
    mode = connect(World(lambda _: reply(body=body)))
    listing = mode.client.system(7).inverters()
    (found,) = mode.collect(listing)
    assert (found.power_w, found.energy_wh) == read_as
    assert [problem.path for problem in listing.problems] == [
        f"$[0].micro_inverters[0].{path}" for path in paths
    ]
    assert found.problems == tuple(listing.problems)
    assert repr(found)


# ----------------------------------------------------------------------------------- what belongs to no system alone


@pytest.mark.parametrize("answer", [{"system_id": 123}, {"system_id": "123"}], ids=str)
def test_the_system_of_a_gateway(connect: Connect, answer: Any) -> None:
    world = World(lambda _: reply(body=answer))
    mode = connect(world)
    assert mode.result(mode.client.retrieve_system_id("901553005272")) == 123
    assert sent(world) == [{"serial_num": "901553005272"}]


@pytest.mark.parametrize(
    "answer", [{}, {"system_id": None}, {"system_id": 0}, {"system_id": "x"}, []], ids=str
)
def test_no_system_of_a_gateway(connect: Connect, answer: Any) -> None:
    """Catches None, or a text, in place of an id that the next call is made with."""
    mode = connect(World(lambda _: reply(body=answer)))
    with pytest.raises(DecodeError, match="retrieve_system_id"):
        mode.result(mode.client.retrieve_system_id("901553005272"))


@pytest.mark.parametrize("serial", ["", "a/b", None], ids=str)
def test_no_serial_number_reaches_no_server(connect: Connect, serial: Any) -> None:
    world = World(lambda _: reply())
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="serial number"):
        mode.result(mode.client.retrieve_system_id(serial))
    assert world.wire.requests == []


@pytest.mark.parametrize("asked", [0, -1, "28", True, 1.5], ids=str)
def test_what_is_no_id_of_an_event_type(connect: Connect, asked: Any) -> None:
    world = World(lambda _: reply())
    mode = connect(world)
    with pytest.raises(InvalidRequest, match="event_type_id"):
        mode.result(mode.client.event_types(asked))
    assert world.wire.requests == []


# -------------------------------------------------------------------------------------------------- against the mock


@pytest.mark.parametrize(
    ("connect", "quirks"),
    [
        pytest.param("sync", FORMS[0], id="sync-documented"),
        pytest.param("async", FORMS[1], id="async-seen"),
        pytest.param("async", FORMS[0], id="async-documented", marks=pytest.mark.soak),
        pytest.param("sync", FORMS[1], id="sync-seen", marks=pytest.mark.soak),
    ],
    indirect=["connect"],
)
def test_what_each_home_says_agrees_with_itself(connect: Connect, quirks: tuple[str, ...]) -> None:
    """The same values in the documented forms and in those that were seen: everything is read, nothing is a problem."""
    with mock.serve(seed=3, homes=4, clock=NOW, quirks=quirks, api_key=KEY, access_token=TOKEN) as server:
        mode = connect(Clock(server), base_url=server.url)
        for system_id in server.service.system_ids:
            system = mode.client.system(system_id)
            devices, summary = mode.result(system.devices()), mode.result(system.summary())
            kinds: dict[str, list[Any]] = {}
            for device in devices:
                kinds.setdefault(device.device_type, []).append(device)
            assert len(kinds["micros"]) == summary.modules
            assert all(isinstance(device.active, bool) for device in devices)
            assert summary.system_id == system_id
            listing = system.inverters()
            inverters = mode.collect(listing)
            reported = [each for each in inverters if each.last_report_at is not None]
            assert len(reported) == (len(inverters) if summary.last_report_at else 0)
            assert all(each.last_report_at.tzinfo is UTC for each in reported)
            latest, readings = mode.result(system.latest()), mode.result(system.production_meter_readings())
            production = [each for each in latest if each.name == "production" and each.channel == 1]
            for problems in (devices.problems, listing.problems, latest.problems, readings.problems):
                assert not problems
            if summary.last_report_at is None:
                assert (readings, summary.energy_lifetime) == ([], 0)
                continue
            if summary.source == "meter":
                assert [each.power_w for each in production] == [summary.current_power]
                serials = {each.serial_number for each in kinds["meters"]}
                assert {
                    each.serial_number for each in readings if each.read_at > summary.operational_at
                } & serials
            else:
                assert sum(each.energy_wh for each in inverters) == summary.energy_lifetime
            earlier = mode.result(
                system.production_meter_readings(summary.last_report_at - timedelta(days=30))
            )
            for before, after in zip(earlier, readings, strict=False):
                assert before.serial_number == after.serial_number
                assert before.energy_wh <= after.energy_wh
