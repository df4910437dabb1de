"""What the models make of the wire: values in two forms, unknown and null ones, and what is not what it should be."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import pickle
from importlib import import_module
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS
from enphase_v4.models import (
    BatteryInterval,
    BatteryMode,
    BatteryTelemetry,
    ChargerSummary,
    ChargerSummaryResponse,
    EnergyImportInterval,
    EnergyImportLifetime,
    EnergyImportTelemetry,
    ErrorResponse,
    EVEnergyResponse,
    Inverter,
    LoadControl,
    ProductionMeterTelemetry,
    Quantity,
    System,
    SystemBatterySettings,
    SystemStormGuard,
    UpdateSystemBatterySettingsRequest,
    UpdateSystemStormGuardRequest,
)
from enphase_v4.types import UNSET, Model, OpenEnum, Unset, read_json

from tests.generated.test_examples import CASES

NOON = dt.datetime(2020, 9, 18, 15, 17, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("model", "name", "wire", "value"),
    [
        (SystemStormGuard, "storm_alert", "false", False),
        (SystemStormGuard, "storm_alert", "true", True),
        (SystemStormGuard, "storm_alert", True, True),
        (SystemStormGuard, "storm_guard_status", "enabled", True),
        (SystemStormGuard, "storm_guard_status", "disabled", False),
        (SystemStormGuard, "storm_guard_status", "Enabled (Inactive)", True),
        (SystemStormGuard, "storm_guard_status", "Disabled (Pending)", False),
        (SystemStormGuard, "storm_guard_status", "standby", "standby"),
        (SystemBatterySettings, "charge_from_grid", "disabled", False),
        (SystemBatterySettings, "energy_independence", "enabled", True),
        (ChargerSummary, "active", "true", True),
        (ChargerSummary, "active", False, False),
        (LoadControl, "owner_can_override", "false", False),
        (LoadControl, "owner_can_override", True, True),
        (BatteryTelemetry, "last_reported_aggregate_soc", "97%", 97),
        (BatteryTelemetry, "last_reported_aggregate_soc", "97.5%", 97.5),
        (BatteryTelemetry, "last_reported_aggregate_soc", 97, 97),
        (BatteryTelemetry, "last_reported_aggregate_soc", "n/a", "n/a"),
        (BatteryTelemetry, "last_reported_aggregate_soc", "inf", "inf"),
        (Inverter, "last_report_date", 1600442243, NOON),
        (Inverter, "last_report_date", "2020-09-18 11:17:23 -0400", NOON),
        (Inverter, "last_report_date", "2020-09-18T15:17:23Z", NOON),
        (Inverter, "last_report_date", "2020-09-18 11:17:23", "2020-09-18 11:17:23"),
        (Inverter, "last_report_date", 10**30, 10**30),
        (Inverter, "last_report_date", None, None),
        (Inverter, "power_produced", {"value": 96, "units": "W", "precision": 0}, Quantity(96, "W", 0)),
        (Inverter, "power_produced", 96, Quantity(96)),
        (System, "interconnect_date", "2012-10-13", dt.date(2012, 10, 13)),
        (System, "interconnect_date", 1350086400, dt.date(2012, 10, 13)),
        (System, "interconnect_date", None, None),
        (System, "last_report_at", 1600442243, NOON),
        (System, "last_report_at", None, None),
        (System, "connection_type", "smoke signals", "smoke signals"),
        (ErrorResponse, "code", "401", "401"),
        (ErrorResponse, "details", ["one", "two"], ["one", "two"]),
    ],
)
def test_a_wire_form_becomes_a_value_and_is_written_back_as_it_came(
    model: Any, name: str, wire: Any, value: Any
) -> None:
    decoded = model.from_dict({name: wire})
    got = getattr(decoded, name)
    assert got == value
    assert isinstance(got, bool) == isinstance(value, bool)
    assert decoded.to_dict() == {name: wire}
    assert type(decoded.to_dict()[name]) is type(wire)


def test_a_changed_value_is_written_in_the_form_that_the_service_accepts() -> None:
    guard = SystemStormGuard.from_dict({"storm_guard_status": "Enabled (Inactive)", "storm_alert": "false"})
    guard.storm_guard_status = False
    assert guard.to_dict() == {"storm_guard_status": "disabled", "storm_alert": "false"}
    assert UpdateSystemStormGuardRequest(storm_guard_status=True).to_dict() == {
        "storm_guard_status": "enabled"
    }
    change = UpdateSystemBatterySettingsRequest(
        battery_mode=BatteryMode.FULL_BACKUP, energy_independence=False
    )
    assert change.to_dict() == {"battery_mode": "Full Backup", "energy_independence": "disabled"}
    system = System.from_dict({"interconnect_date": 1350086400, "last_report_at": 1})
    system.interconnect_date, system.last_report_at = dt.date(2024, 2, 29), NOON
    assert system.to_dict() == {"interconnect_date": "2024-02-29", "last_report_at": 1600442243}


ROWS = [
    {"end_at": 900, "wh_imported": 1},
    {"end_at": 1800, "wh_imported": 2},
    {"end_at": 2700, "wh_imported": 3},
]


@pytest.mark.parametrize(
    "wire", [ROWS, [ROWS], [ROWS[:1], ROWS[1:]], [ROWS[:2], ROWS[2]], [[], ROWS], [[]], []]
)
def test_intervals_are_one_flat_list_whichever_way_they_are_nested(wire: list[Any]) -> None:
    telemetry = EnergyImportTelemetry.from_dict({"intervals": wire})
    assert isinstance(telemetry.intervals, list)
    flat = [row for entry in wire for row in (entry if isinstance(entry, list) else [entry])]
    assert [row.end_at for row in telemetry.intervals] == [row["end_at"] for row in flat]
    assert telemetry.to_dict() == {"intervals": wire}
    telemetry.intervals.append(EnergyImportInterval(end_at=3600, wh_imported=4))
    assert len(telemetry.to_dict()["intervals"]) == len(flat) + 1, "a list that was changed is written flat"


def test_production_meter_intervals_may_come_nested_too() -> None:
    row = {"end_at": 900, "wh_del": 7, "devices_reporting": 1}
    assert ProductionMeterTelemetry.from_dict({"intervals": [[row]]}) == ProductionMeterTelemetry.from_dict(
        {"intervals": [row]}
    )


def test_an_unknown_word_is_a_member_that_is_nothing_but_the_word() -> None:
    settings = SystemBatterySettings.from_dict({"battery_mode": "DR Event Active"})
    mode = settings.battery_mode
    assert isinstance(mode, BatteryMode)
    assert (mode, str(mode), mode.value) == ("DR Event Active",) * 3
    assert mode not in list(BatteryMode)
    assert settings.to_dict() == {"battery_mode": "DR Event Active"}
    assert BatteryMode("Full Backup") is BatteryMode.FULL_BACKUP
    assert SystemBatterySettings.from_dict({"battery_mode": 3}).to_dict() == {"battery_mode": 3}


def test_unknown_fields_are_kept_and_written_back() -> None:
    wire = {"end_at": 900, "charge": {"enwh": 1, "phase": "L1"}, "soc": None, "price": {"eur": [1]}}
    interval = BatteryInterval.from_dict(wire)
    assert interval.additional_properties == {"price": {"eur": [1]}}
    assert interval.to_dict() == wire
    assert interval.get_path("charge.phase") == "L1"
    assert interval.get_path("charge.enwh") == 1
    assert interval.get_path("soc.percent") is UNSET
    assert interval != BatteryInterval.from_dict(
        {key: value for key, value in wire.items() if key != "price"}
    )


def test_a_keyword_of_python_gets_an_underscore_and_keeps_its_wire_name() -> None:
    lifetime = EnergyImportLifetime.from_dict({"import": [1, 2]})
    assert lifetime.import_ == [1, 2]
    assert lifetime.get_path("import") == [1, 2]
    assert lifetime.to_dict() == {"import": [1, 2]}


def test_absent_is_not_null() -> None:
    assert isinstance(System.from_dict({}).timezone, Unset)
    assert not System.from_dict({}).timezone
    assert System.from_dict({"timezone": None}).timezone is None
    assert System.from_dict({"timezone": None}).to_dict() == {"timezone": None}
    assert copy.deepcopy(UNSET) is UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET  # noqa: S301 - made one line above


def test_copies_and_pickles_lose_nothing() -> None:
    wire = {"storm_guard_status": "Enabled (Inactive)", "new": 1}
    guard = SystemStormGuard.from_dict(wire)
    for twin in (copy.copy(guard), copy.deepcopy(guard), pickle.loads(pickle.dumps(guard))):  # noqa: S301 - ours
        assert twin == guard
        assert twin.to_dict() == wire


def test_a_model_shows_what_it_holds() -> None:
    assert repr(SystemStormGuard.from_dict({"system_id": 1, "storm_alert": None, "new": [2]})) == (
        "SystemStormGuard(system_id=1, storm_alert=None, additional_properties={'new': [2]})"
    )


def test_an_unknown_word_is_as_good_a_key_as_its_text() -> None:
    word = BatteryMode("DR Event Active")
    hits: dict[str, int] = {word: 1, BatteryMode.FULL_BACKUP: 2}
    assert (hits["DR Event Active"], hits["Full Backup"]) == (1, 2)
    assert {"DR Event Active": 1}[word] == 1
    assert len({word, BatteryMode("DR Event Active"), "DR Event Active"}) == 1
    twin = pickle.loads(pickle.dumps(word))  # noqa: S301 - ours
    assert (twin, type(twin), copy.deepcopy(word)) == (word, BatteryMode, word)


def test_models_know_their_fields() -> None:
    with pytest.raises(AttributeError):
        SystemStormGuard().storm_guard = True  # type: ignore[attr-defined]


CHARGER = {"id": "1:2", "serial_number": "202320010308", "active": "true", "last_report_at": 1700074065}


@pytest.mark.parametrize(
    ("operation_id", "status", "wire"),
    [
        (
            "fetchChargersSummary",
            200,
            {"items": "devices", "system_id": 1, "devices": {"ev_chargers": [CHARGER]}},
        ),
        ("fetchEvents", 200, {"count": 1, "events": [{"status": "Info", "triggered_date": 1705399759}]}),
        (
            "fetchChargerSessionHistory",
            200,
            {"count": 1, "system_id": 1, "sessions": [{"start_time": 1, "cost": 0.5}]},
        ),
        (
            "fetchSchedules",
            200,
            {"charger_schedules": [{"schedules": [{"days": [1], "start_time": "1:00"}], "type": "Custom"}]},
        ),
        ("fetchDailyEnergyConsumptionData", 200, {"start_date": "2024-01-01", "consumption": [3494, 0]}),
        (
            "fetchEnergyConsumptionData",
            200,
            {"granularity": "day", "consumption": [{"consumption": 0, "end_at": 9}]},
        ),
        ("startCharging", 202, {"message": "Request sent successfully"}),
        ("stopCharging", 405, {"message": ["Method not allowed"], "reason": "405"}),
    ],
)
def test_ev_answers_declared_as_bytes_are_read_as_json(operation_id: str, status: int, wire: Any) -> None:
    module = import_module(OPERATIONS[operation_id].module)
    parsed = module.parse(status, json.dumps(wire).encode(), "application/octet-stream")
    assert isinstance(parsed, Model)
    assert parsed.to_dict() == wire


def test_chargers_are_models_with_python_values() -> None:
    answer = ChargerSummaryResponse.from_dict({"devices": {"ev_chargers": [CHARGER], "heat_pump": None}})
    assert not isinstance(answer.devices, Unset)
    [charger] = answer.devices.additional_properties["ev_chargers"]
    assert charger.active is True
    assert charger.last_report_at == dt.datetime.fromtimestamp(1700074065, dt.UTC)
    assert EVEnergyResponse.from_dict({"consumption": [1]}).consumption == [1]


# ------------------------------------------------------------------------------------- statuses and bodies of any kind


@pytest.mark.parametrize("status", [100, 204, 302, 418, 461, 466, 499, 520, 527, 552, 599, 999])
def test_any_integer_status_survives(status: int) -> None:
    for operation in OPERATIONS.values():
        parsed = import_module(operation.module).parse(status, b'{"message": "?"}', "application/json")
        assert parsed is None or isinstance(parsed, Model)


@pytest.mark.parametrize(
    "content", [b"", b"<html>Bad gateway</html>", b'{"message": ', b"[]", b"null", b"\xff\xfe"]
)
def test_a_refusal_that_is_not_what_it_should_be_has_no_model(content: bytes) -> None:
    module = import_module(OPERATIONS["getBatteryTelemetry"].module)
    assert module.parse(429, content, "text/html") is None


@pytest.mark.parametrize(
    "content", [b"", b"<html>Busy</html>", b'{"system_id": ', b"[]", b"null", b"[" * 100_000]
)
def test_a_success_that_is_not_what_it_should_be_says_so(content: bytes) -> None:
    module = import_module(OPERATIONS["getBatteryTelemetry"].module)
    with pytest.raises(ValueError, match="status 200"):
        module.parse(200, content, "text/html")


def test_a_bare_list_is_decoded_entry_by_entry() -> None:
    module = import_module(OPERATIONS["getInvertersSummary"].module)
    wire = [{"signal_strength": 5, "micro_inverters": [{"id": 1, "energy": 232}]}, None]
    parsed = module.parse(200, json.dumps(wire).encode(), "application/json")
    assert parsed[0].micro_inverters[0].energy == Quantity(232)
    assert parsed[1] is None


def test_a_live_stream_is_a_model_for_each_event_and_a_refusal_may_be_an_event() -> None:
    module = import_module(OPERATIONS["getLiveData"].module)
    event = {"type": "response", "timestamp_epoch": 1, "data": {"pv_power": 30, "battery_mode": "New Mode"}}
    stream = (
        f": hello\r\n\r\nevent: x\rdata: {json.dumps(event)[:9]}\ndata: {json.dumps(event)[9:]}\n\ndata: cut"
    )
    [parsed] = module.parse(200, stream.encode(), "text/event-stream")
    assert parsed.to_dict() == {"data": event}
    refused = {
        "error": {"code": 466, "message": "gateway too old", "details": [{"a": 1}]},
        "timestamp_epoch": 1,
    }
    for content in (json.dumps(refused), f"data: {json.dumps(refused)}\n\n"):
        assert module.parse(466, content.encode(), "text/event-stream").to_dict() == refused


# ---------------------------------------------------------------------------------------------------- mutated examples


def mutations(value: Any) -> list[Any]:
    """The value with one thing in it changed, once for each thing and change; rows after the first are left alone."""
    changed: list[Any] = []
    if isinstance(value, dict):
        for key in value:
            rest = {k: v for k, v in value.items() if k != key}
            changed += [rest, {**value, key: None}, {**value, key: [1]}, {**value, key: {"odd": 1}}]
            changed += [{**value, key: 12345}, {**value, key: "12345"}, {**value, key: "a new word"}]
            changed += [{**value, key: inner} for inner in mutations(value[key])]
        changed.append({**value, "a_new_field": {"x": [None]}})
    elif isinstance(value, list) and value:
        changed += [[inner, *value[1:]] for inner in mutations(value[0])]
        changed += [[None, *value], [[], *value], [], [value]]
    return changed


def test_no_mutation_of_an_example_breaks_the_decoding_or_is_lost() -> None:
    tried = 0
    for case in CASES:
        operation_id, status, content_type, example = case.values
        if operation_id == "getLiveData" or status >= 300:
            continue
        module = import_module(OPERATIONS[operation_id].module)
        for mutated in mutations(example):
            if not isinstance(mutated, type(example)):
                continue
            parsed = module.parse(status, json.dumps(mutated).encode(), content_type)
            models = parsed if isinstance(parsed, list) else [parsed]
            written = [m.to_dict() if isinstance(m, Model) else m for m in models]
            assert (written if isinstance(parsed, list) else written[0]) == mutated
            tried += 1
    assert tried > 3000


def test_enumerations_are_open() -> None:
    models = import_module("enphase_v4.models")
    enums = [
        e
        for name in models.__all__
        if isinstance(e := getattr(models, name), type) and issubclass(e, OpenEnum)
    ]
    assert len(enums) >= 7
    assert all(enum("a word of next year").value == "a word of next year" for enum in enums)


@pytest.mark.parametrize("text", ["", "{", "[1" + "1" * 5_000, "\ufeff1", b"\xff\xfe\xff"])
def test_what_is_no_json_is_refused_whatever_numbers_are_in_it(text: str | bytes) -> None:
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        read_json(text)


def test_whole_numbers_of_any_length_are_read() -> None:
    """Python reads none of more than 4300 digits: they are as large as JSON's other numbers of that size."""
    long = "1" * 5_000
    assert read_json(f"[{long}, -{long}, 7, 1e400]") == [math.inf, -math.inf, 7, math.inf]
    assert read_json("1" * 400) == int("1" * 400)
