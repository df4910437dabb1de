"""Microinverters and batteries, and how they add up to what the site shows; and gateways."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .conforming import assert_conforms
from .playing import NOW, REFUSED_WINDOWS, Answer, Site, ask, elsewhere, service_of
from .test_statuses import signed_in

HOMES = 8
DAY, WEEK = 86_400, 604_800
INVERTERS = "/api/v4/systems/inverters_summary_by_envoy_or_site"
GATEWAY = "/api/v4/systems/retrieve_system_id"
KINDS = {
    "micros": ("getMicroTelemetry", "production_micro", "Micro"),
    "acbs": ("getAcbTelemetry", "battery", "ACB"),
    "encharges": ("getEnchargeTelemetry", "battery", "Encharge"),
}
OF = {"micros": [0, 1, 2, 4, 5, 6, 7], "encharges": [0, 1, 7], "acbs": [6]}
PLACES = [(kind, index) for kind, indexes in OF.items() for index in indexes]
steady = settings(max_examples=20)


EPOCH = service_of(create_app(homes=1, clock=NOW)).options.epoch
AGE = 100 * DAY
GAP_AT = (service_of(create_app(homes=7, clock=NOW)).homes[6].gap or (0, 0))[0]


@cache
def fleet(now: int = NOW, **options: Any) -> Starlette:
    return create_app(homes=HOMES, clock=now, epoch=EPOCH, **options)


@cache
def site(index: int, now: int = NOW, **options: Any) -> Site:
    return Site(fleet(now, **options), index)


@cache
def young(index: int, **options: Any) -> Site:
    """A home on an evening of its first months, whose whole life is told quickly.

    Those that never reported, fell silent or have a gap: as they are at last.
    """
    began = service_of(fleet()).homes[index].operational_at
    if began is None or index in (5, 6):
        return site(index, **options)
    return Site(create_app(homes=HOMES, clock=began + AGE, epoch=EPOCH, **options), index)


def serials(where: Site, kind: str) -> list[str]:
    devices = where.get("/devices")["devices"]
    return [device["serial_number"] for device in devices.get(kind, [])]


def path(where: Site, kind: str, serial: str) -> str:
    return f"{where.path}/devices/{kind}/{serial}/telemetry"


def device(where: Site, kind: str, serial: str, **query: object) -> Any:
    answer = ask(where.app, path(where, kind, serial), query)
    assert answer.status == 200, answer
    return answer.json


def inverters(where: Site, **query: object) -> list[Any]:
    answer = ask(where.app, INVERTERS, {"site_id": where.home.system_id, "size": 100} | query)
    assert answer.status == 200, answer
    return [each for group in answer.json for each in group["micro_inverters"]]


# -- telemetry of devices


@pytest.mark.parametrize("index", range(HOMES))
@pytest.mark.parametrize("kind", KINDS)
def test_every_device_answers_as_documented(kind: str, index: int) -> None:
    where, operation = site(index), KINDS[kind][0]
    known = serials(where, kind)
    assert bool(known) == (index in OF[kind] or (kind == "micros" and index == 3))
    for serial in known[:1] + known[-1:]:
        for query in ({}, {"start_at": NOW - 2 * DAY}, {"start_date": "2026-05-20"}):
            answer = ask(where.app, path(where, kind, serial), query)
            assert answer.status == 200
            assert_conforms(operation, answer)
            assert (answer.json["serial_number"], answer.json["total_devices"]) == (serial, 1)
            # today has hardly begun where it is morning
            assert bool(answer.json["intervals"]) == (index not in (3, 5)) or not query


def added(rows: list[list[Any]]) -> dict[int, dict[str, Any]]:
    """The rows of several devices as one by their end: energies and powers summed, levels as they are."""
    total: dict[int, dict[str, Any]] = {}
    for row in (row for each in rows for row in each):
        sums = total.setdefault(row["end_at"], {"devices_reporting": 0})
        sums["devices_reporting"] += 1
        for name, value in flattened(row).items():
            sums[name] = value if name == "soc.percent" else sums.get(name, 0) + value
    return total


def flattened(row: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {f"{name}.{part}": each for part, each in value.items() if part != "devices_reporting"}
        elif name not in ("end_at", "devices_reporting"):
            found[name] = value
    return found


@steady
@given(
    place=st.sampled_from(PLACES),
    start=st.integers(NOW - 600 * DAY, NOW - 1),
    granularity=st.sampled_from(["5mins", "15mins", "day", "week"]),
)
@example(place=("micros", 0), start=NOW - DAY // 2, granularity="day")
@example(place=("micros", 7), start=NOW - DAY, granularity="day")
@example(place=("acbs", 6), start=GAP_AT - DAY, granularity="week")
@example(place=("micros", 6), start=GAP_AT - DAY, granularity="week")
def test_devices_add_up_to_the_site(place: tuple[str, int], start: int, granularity: str) -> None:
    kind, index = place
    where, series = site(index), KINDS[place[0]][1]
    query = {"start_at": start, "granularity": granularity}
    whole = where.window(series, **query)
    answers = [device(where, kind, serial, **query) for serial in serials(where, kind)]
    for answer in answers:
        for name in ("system_id", "granularity", "start_at", "end_at", "items"):
            assert answer[name] == whole[name]
        ends = [row["end_at"] for row in answer["intervals"]]
        assert ends == sorted(set(ends))
    total = added([answer["intervals"] for answer in answers])
    assert list(total) == [row["end_at"] for row in whole["intervals"] if reporting(row)]
    for row in whole["intervals"]:
        if reporting(row):
            sums = total[row["end_at"]]
            assert sums.pop("devices_reporting") == reporting(row)
            assert sums == flattened(row)


def reporting(row: dict[str, Any]) -> int:
    count = row["devices_reporting"] if "devices_reporting" in row else row["soc"]["devices_reporting"]
    assert isinstance(count, int)
    return count


def test_a_microinverter_that_is_late_has_no_row_yet() -> None:
    for noon in range(NOW - 8 * 3600, NOW - 2 * 3600, 900):
        where = Site(create_app(homes=1, clock=noon), 0)
        rows = where.window("production_micro")["intervals"]
        late = [row for row in rows if row["devices_reporting"] < where.home.modules]
        if late:
            break
    else:
        pytest.fail("nobody is ever late")
    known = serials(where, "micros")
    first, last = (device(where, "micros", serial)["intervals"] for serial in (known[0], known[-1]))
    missing = {row["end_at"] for row in first} - {row["end_at"] for row in last}
    assert missing == {row["end_at"] for row in late if row["devices_reporting"]}
    service_of(where.app).clock.advance(DAY)
    later = device(where, "micros", known[-1], start_at=late[0]["end_at"] - 300)["intervals"]
    assert missing <= {row["end_at"] for row in later}


def test_nobody_is_late_where_that_is_switched_off() -> None:
    where = site(0, NOW - 4 * 3600, late_data=False)
    known = serials(where, "micros")
    ends = [
        [row["end_at"] for row in device(where, "micros", serial)["intervals"]]
        for serial in (known[0], known[-1])
    ]
    assert ends[0] == ends[1] != []


def test_a_battery_says_how_full_it_is() -> None:
    for kind, index in PLACES:
        if kind == "micros":
            continue
        where = site(index)
        battery = where.window("battery")
        for serial in serials(where, kind):
            answer = device(where, kind, serial, granularity="15mins")
            assert answer["last_reported_soc"] == battery["last_reported_aggregate_soc"]
            assert answer["last_reported_time"] == where.system()["last_report_at"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_device(kind: str) -> None:
    operation, _, word = KINDS[kind]
    where = site(OF[kind][0])
    known = {each: serials(where, each) for each in KINDS}
    strangers = [
        *serials(site(2), "micros")[:1],
        *serials(site(7), "encharges")[:1],
        *serials(site(6), "acbs")[:1],
    ]
    mine = set(known[kind])
    others = [serial for each, found in known.items() if each != kind for serial in found[:1]]
    for serial in ["1", "x", "%C2%B2", "9" * 60, f"0{known[kind][0]}", *others, *strangers]:
        if serial in mine:
            continue
        answer = ask(where.app, path(where, kind, serial))
        assert answer.status == 404, serial
        assert_conforms(operation, answer)
        assert answer.json["details"] == f'{word} not found for {{:id=>"{serial}"}}'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query", REFUSED_WINDOWS, ids=str)
def test_refused_windows(kind: str, query: dict[str, object]) -> None:
    where = site(OF[kind][0])
    answer = ask(where.app, path(where, kind, serials(where, kind)[0]), query)
    assert answer.status == 422
    assert_conforms(KINDS[kind][0], answer)


@pytest.mark.parametrize("kind", KINDS)
def test_windows_can_be_switched_as_those_of_the_site(kind: str) -> None:
    index, name = OF[kind][0], kind.removesuffix("s")
    serial = serials(site(index), kind)[0]
    noon = NOW - NOW % DAY - 2 * DAY + 18 * 3600
    week: dict[str, Any] = {"start_at": noon, "granularity": "week"}

    def switched(**options: Any) -> Any:
        return device(site(index, **options), kind, serial, **week)

    plain = switched()
    stuck = switched(stuck_windows=True)
    assert (stuck["start_at"], stuck["end_at"], stuck["intervals"]) == (noon, noon, [])
    assert switched(window_cap=3600)["end_at"] == noon + 3600
    assert switched(day_only=(name,))["end_at"] == noon + DAY
    assert switched(day_only=("ev_charger",))["end_at"] == plain["end_at"]
    early = switched(boundary_row=True)["intervals"]
    assert (early[0]["end_at"], early[1:]) == (noon, plain["intervals"])
    assert switched(nested=(name,))["intervals"] == [plain["intervals"]]
    assert switched(nested=("battery",))["intervals"] == plain["intervals"]


# -- microinverters


@pytest.mark.parametrize("index", range(HOMES))
def test_inverters_as_documented(index: int) -> None:
    where = young(index)
    answer = ask(where.app, INVERTERS, {"site_id": where.home.system_id})
    assert answer.status == 200
    assert_conforms("getInvertersSummary", answer)
    (group,) = answer.json
    assert len(group["micro_inverters"]) == 10
    gateway = serials(where, "gateways")[0]
    assert {each["envoy_serial_number"] for each in group["micro_inverters"]} == {gateway}
    assert [each["serial_number"] for each in inverters(where)] == serials(where, "micros")


@pytest.mark.parametrize("hours", [0, 3, 9])
@pytest.mark.parametrize("index", range(HOMES))
def test_inverters_have_made_what_the_site_has(index: int, hours: int) -> None:
    where = young(index)
    with later(where, hours * 3600) as now:
        today = datetime.fromtimestamp(now, where.zone).date()
        lifetime = where.lifetime("energy", production="all", end_date=today.isoformat())["micro_production"]
        found = inverters(where)
    assert sum(each["energy"]["value"] for each in found) == sum(lifetime)
    assert {each["energy"]["units"] for each in found} == {"Wh"}


@contextmanager
def later(where: Site, seconds: int) -> Iterator[int]:
    """Some time later; and then as before. Gives the time, epoch seconds."""
    service = service_of(where.app)
    service.clock.advance(seconds)
    try:
        yield service.now
    finally:
        service.reset()


@steady
@given(index=st.sampled_from(OF["micros"]), hours=st.integers(0, 60), position=st.integers(-1, 13))
@example(index=0, hours=7, position=-1)
def test_an_inverter_is_as_its_rows_say(index: int, hours: int, position: int) -> None:
    where = young(index)
    with later(where, hours * 3600) as now:
        serial, one = serials(where, "micros")[position], inverters(where)[position]
        until = where.home.silent_at or now
        rows = device(where, "micros", serial, start_at=until - 2 * DAY, granularity="week")["intervals"]
    assert one["serial_number"] == serial
    assert one["last_report_date"] == rows[-1]["end_at"]
    assert one["power_produced"] == {"value": rows[-1]["powr"], "units": "W", "precision": 0}


def test_an_inverter_has_made_what_its_rows_add_up_to() -> None:
    began = service_of(fleet()).homes[1].operational_at
    assert began is not None
    now = began + 9 * DAY
    where = site(1, now)
    for position, one in list(enumerate(inverters(where)))[:: where.home.modules - 1]:
        serial, rows, start = serials(where, "micros")[position], [], began - 900
        while start < now:
            answer = device(where, "micros", serial, start_at=start, granularity="week")
            rows += answer["intervals"]
            start = answer["end_at"]
        assert one["energy"]["value"] == sum(row["enwh"] for row in rows) > 0


def test_pages_of_inverters() -> None:
    where = young(0)
    everything = serials(where, "micros")
    for query, expected in (
        ({"size": 100}, everything),
        ({"size": 7}, everything[:7]),
        ({"size": 7, "page": 2}, everything[7:14]),
        ({"page": 2}, everything[10:20]),
        ({"size": 5, "page": 9}, []),
        ({"size": 1, "page": 999_999_999}, []),
    ):
        assert [each["serial_number"] for each in inverters(where, **({"size": 10} | query))] == expected
    by_gateway = ask(where.app, INVERTERS, {"envoy_serial_number": serials(where, "gateways")[0]})
    assert by_gateway.json == ask(where.app, INVERTERS, {"site_id": where.home.system_id}).json
    both = {"site_id": where.home.system_id, "envoy_serial_number": serials(where, "gateways")[0]}
    assert ask(where.app, INVERTERS, both).json == by_gateway.json
    other = both | {"envoy_serial_number": serials(young(1), "gateways")[0]}
    assert ask(where.app, INVERTERS, other).json == [], "no microinverter of the site is under that gateway"


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ({}, "Envoy serial number or Site id mandatory"),
        ({"site_id": "", "envoy_serial_number": ""}, "Envoy serial number or Site id mandatory"),
        ({"page": 1, "size": 5}, "Envoy serial number or Site id mandatory"),
        ({"site_id": "1"}, 'System not found for {:id=>"1"}'),
        ({"site_id": "²"}, 'System not found for {:id=>"²"}'),
        ({"envoy_serial_number": "1"}, "Envoy not found with this serial number"),
        ({"site_id": "{id}", "envoy_serial_number": "x"}, "Envoy not found with this serial number"),
        ({"site_id": "{id}", "page": 0}, "page must be a whole number, at least 1, not '0'"),
        ({"site_id": "{id}", "page": "x"}, "page must be a whole number, at least 1, not 'x'"),
        (
            {"site_id": "{id}", "size": 101},
            "size must be a whole number, at least 1 and at most 100, not '101'",
        ),
        ({"site_id": "{id}", "size": ""}, "size must be a whole number, at least 1 and at most 100, not ''"),
    ],
    ids=str,
)
def test_refused_inverters(query: dict[str, object], details: str) -> None:
    where = young(0)
    filled = {name: str(value).format(id=where.home.system_id) for name, value in query.items()}
    answer = ask(where.app, INVERTERS, filled)
    assert answer.status == 422
    assert_conforms("getInvertersSummary", answer)
    assert answer.json["details"] == details


def test_inverters_in_the_forms_that_were_seen() -> None:
    plain = inverters(young(0))
    numbers = inverters(young(0, quirks=("inverter_numbers",)))
    texts = inverters(young(0, quirks=("report_date_text",)))
    assert [each["energy"]["value"] for each in plain] == [each["energy"] for each in numbers]
    assert [each["power_produced"]["value"] for each in plain] == [each["power_produced"] for each in numbers]
    for before, after in zip(plain, texts, strict=True):
        read = datetime.strptime(after["last_report_date"], "%Y-%m-%d %H:%M:%S %z")
        assert read.timestamp() == before["last_report_date"]
        assert read.utcoffset() == datetime.fromtimestamp(read.timestamp(), young(0).zone).utcoffset()
    never = inverters(young(3, quirks=("report_date_text",)))
    assert {each["last_report_date"] for each in never} == {None}
    both = young(0, quirks=("report_date_text", "inverter_numbers"))
    assert_conforms("getInvertersSummary", ask(both.app, INVERTERS, {"site_id": both.home.system_id}))


# -- gateways, and who may see what


def test_the_system_of_a_gateway() -> None:
    for index in range(HOMES):
        where = site(index)
        answer = ask(where.app, GATEWAY, {"serial_num": serials(where, "gateways")[0]})
        assert answer.status == 200
        assert_conforms("retrieveSystemId", answer)
        assert answer.json == {"system_id": where.home.system_id}


@pytest.mark.parametrize(
    ("query", "status", "details"),
    [
        ({}, 422, "Provide envoy serial number"),
        ({"serial_num": ""}, 422, "Provide envoy serial number"),
        ({"serial_num": " "}, 422, "Provide envoy serial number"),
        ({"serial_num": "1"}, 404, "Envoy not found with this serial number"),
        ({"serial_num": "²" * 300}, 404, "Envoy not found with this serial number"),
    ],
    ids=str,
)
def test_refused_gateways(query: dict[str, str], status: int, details: str) -> None:
    answer = ask(site(0).app, GATEWAY, query)
    assert answer.status == status
    assert_conforms("retrieveSystemId", answer)
    assert answer.json["details"] == details
    micro = ask(site(0).app, GATEWAY, {"serial_num": serials(site(0), "micros")[0]})
    assert micro.status == 404, "a microinverter is no gateway"


def test_only_for_who_may_see_it() -> None:
    began = service_of(fleet()).homes[0].operational_at
    assert began is not None
    app = create_app(homes=2, owners=2, clock=began + DAY, epoch=EPOCH)
    mine, other = Site(app, 0), signed_in(app, "owner2@example.com")
    own = signed_in(app, "owner1@example.com")
    gateway, micro = serials(mine, "gateways")[0], serials(mine, "micros")[0]
    calls: list[tuple[str, str, dict[str, object], int]] = [
        ("retrieveSystemId", GATEWAY, {"serial_num": gateway}, 404),
        ("getInvertersSummary", INVERTERS, {"site_id": mine.home.system_id}, 401),
        ("getInvertersSummary", INVERTERS, {"envoy_serial_number": gateway}, 401),
        ("getProductionMeterReadings", f"{mine.path}/production_meter_readings", {}, 403),
        ("getRgmStats", f"{mine.path}/rgm_stats", {}, 403),
        ("getMicroTelemetry", path(mine, "micros", micro), {}, 403),
        ("getMicroTelemetry", path(mine, "micros", "1"), {}, 403),
    ]
    for operation, where, query, status in calls:
        answer = ask(app, where, query, headers=other)
        assert answer.status == status, where
        assert_conforms(operation, answer)
        if "/1/" not in where:
            assert ask(app, where, query, headers=own).status == 200
    mixed = {"site_id": service_of(app).system_ids[1], "envoy_serial_number": gateway}
    assert ask(app, INVERTERS, mixed, headers=other).status == 401


@pytest.mark.parametrize(
    ("operation", "tail"),
    [
        ("getProductionMeterReadings", "production_meter_readings"),
        ("getRgmStats", "rgm_stats"),
        ("getMicroTelemetry", "devices/micros/1/telemetry"),
        ("getAcbTelemetry", "devices/acbs/1/telemetry"),
        ("getEnchargeTelemetry", "devices/encharges/1/telemetry"),
    ],
)
def test_an_unknown_system(operation: str, tail: str) -> None:
    answer = ask(site(0).app, f"/api/v4/systems/1/{tail}")
    assert answer.status == 404
    assert_conforms(operation, answer)
    assert answer.json["details"] == 'System not found for {:id=>"1"}'


# -- all of it


DIGEST = """
import hashlib
from tests.mock.test_devices import bodies
print(hashlib.sha256(bodies()).hexdigest())
"""


def bodies() -> bytes:
    """What the operations of this file and of the log answer, home by home."""
    began = service_of(fleet()).homes[1].operational_at
    assert began is not None
    app = create_app(homes=HOMES, clock=began + 10 * DAY, epoch=EPOCH)
    answers: list[Answer] = [ask(app, "/api/v4/systems/event_types")]
    for index in (1, 6):
        where = Site(app, index)
        since = {"start_time": service_of(app).now - WEEK}
        answers += [ask(app, f"{where.path}/{what}", since) for what in ("events", "alarms")]
        answers += [ask(app, INVERTERS, {"site_id": Site(app, 1).home.system_id})]
        answers += [ask(app, f"{where.path}/{what}") for what in ("rgm_stats", "production_meter_readings")]
        for kind in KINDS:
            answers += [ask(app, path(where, kind, serial)) for serial in serials(where, kind)[-2:]]
    return b"\n".join(answer.body for answer in answers)


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    assert elsewhere(DIGEST, hash_seed=5) == hashlib.sha256(bodies()).hexdigest()
