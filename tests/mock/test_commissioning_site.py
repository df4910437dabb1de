"""What an installer sets of a system: battery, estimate, meters, tariff, layout; and the lists beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.applications import Starlette

from enphase_cloud.mock.metering import TASK_SECONDS as METER_SECONDS
from enphase_cloud.mock.tariffs import TASK_SECONDS as TARIFF_SECONDS

from .commissioning import DAY, GATEWAY, HOUR, REPORTS, SEEN, SYSTEMS, Partner, started
from .conforming import assert_conforms
from .playing import NOW, Answer

BATTERY, SAVINGS, PLAIN, NEVER, NO_METERS, SILENT, ACBS = range(7)


@pytest.fixture(scope="module")
def app() -> Starlette:
    return started(homes=8)


@pytest.fixture
def partner(app: Starlette) -> Partner:
    partner = Partner(app)
    partner.service.reset()
    return partner


def home(partner: Partner, index: int = BATTERY) -> int:
    return partner.service.homes[index].system_id


def told(answer: Answer) -> str:
    """The one sentence of a refusal."""
    [sentence] = answer.json["errorMessages" if answer.status == 422 else "message"]
    return str(sentence)


# ------------------------------------------------------------------------------------------------------------- battery


def test_the_battery_mode_is_what_monitoring_shows(partner: Partner) -> None:
    path = f"/api/v4/activations/{home(partner)}/battery_mode"
    shown = f"{SYSTEMS}/config/{home(partner)}/battery_settings"
    assert partner.get(path) == {"CFG_allowed": False, "DTG_allowed": False}
    before = partner.ask(f"{SYSTEMS}/{home(partner)}/telemetry/battery", start_at=NOW - 2 * DAY).body
    answer = partner.ask(path, "PUT", {"CFG_allowed": True, "DTG_allowed": True})
    assert answer.json == {"message": "Battery mode updated successfully"}
    assert partner.get(path) == {"CFG_allowed": True, "DTG_allowed": True}
    assert partner.get(shown)["charge_from_grid"] == "enabled"
    after = partner.ask(f"{SYSTEMS}/{home(partner)}/telemetry/battery", start_at=NOW - 2 * DAY).body
    assert after == before
    partner.ask(path, "PUT", {"CFG_allowed": False, "DTG_allowed": True})
    assert partner.get(path) == {"CFG_allowed": False, "DTG_allowed": True}
    assert partner.get(shown)["charge_from_grid"] == "disabled"
    # before it was told, nobody knew
    partner.service.clock.set(NOW - 1)
    assert partner.get(path) == {"CFG_allowed": False, "DTG_allowed": False}


@pytest.mark.parametrize("index", [PLAIN, NEVER, ACBS])
def test_sites_without_encharges_have_no_battery_mode(partner: Partner, index: int) -> None:
    path = f"/api/v4/activations/{home(partner, index)}/battery_mode"
    assert told(partner.ask(path)).startswith("This is a PV only site. Battery mode can only be fetched")
    body = {"CFG_allowed": True, "DTG_allowed": True}
    assert told(partner.ask(path, "PUT", body)).startswith(
        "This is a PV only site. Battery mode can only be upd"
    )


def test_a_battery_mode_has_two_switches(partner: Partner) -> None:
    path = f"/api/v4/activations/{home(partner)}/battery_mode"
    assert told(partner.ask(path, "PUT", {"CFG_allowed": True})) == "DTG_allowed is mandatory"
    assert partner.get(path)["CFG_allowed"] is False


def test_a_new_battery_obeys_too(partner: Partner) -> None:
    made = partner.create()
    path = f"/api/v4/activations/{made}/battery_mode"
    partner.later(REPORTS)
    assert partner.ask(path).status == 422  # nobody has seen the battery yet
    partner.later(SEEN - REPORTS)
    assert partner.ask(path, "PUT", {"CFG_allowed": True, "DTG_allowed": False}).status == 200
    assert partner.get(path) == {"CFG_allowed": True, "DTG_allowed": False}
    assert partner.get(f"{SYSTEMS}/config/{made}/battery_settings")["charge_from_grid"] == "enabled"


def test_a_battery_fills_from_the_grid_where_it_may(partner: Partner) -> None:
    """At night, told to be full."""
    base, config = f"{SYSTEMS}/{home(partner)}", f"{SYSTEMS}/config/{home(partner)}/battery_settings"
    levels = {}
    for allowed in (False, True):
        partner.service.reset()
        partner.service.change(late_data=False)
        partner.later(14 * HOUR)
        mode = {"CFG_allowed": allowed, "DTG_allowed": False}
        assert partner.ask(f"/api/v4/activations/{home(partner)}/battery_mode", "PUT", mode).status == 200
        assert partner.ask(config, "PUT", {"battery_mode": "Full Backup"}).status == 200
        partner.later(2 * HOUR)
        levels[allowed] = partner.get(f"{base}/telemetry/battery")["last_reported_aggregate_soc"]
    assert int(levels[True].rstrip("%")) > int(levels[False].rstrip("%"))


# ----------------------------------------------------------------------------------------------------- production mode


def test_a_mode_is_for_gateways_that_report(partner: Partner) -> None:
    modes = {index: f"/api/v4/activations/{home(partner, index)}/ops/production_mode" for index in range(7)}
    assert told(partner.ask(modes[NEVER])) == "System not yet communicated"
    assert told(partner.ask(modes[NEVER], "POST", {"mode": "on"})) == "System not yet communicated"
    assert partner.get(modes[SILENT])["energy_producing_micros"] == 0
    assert told(partner.ask(modes[SILENT], "POST", {"mode": "on"})) == "No active Envoys present in the site"
    assert told(partner.ask(modes[BATTERY], "POST", {"mode": "half"})) == "mode must be one of on, off"
    made = partner.create()
    path = f"/api/v4/activations/{made}/ops/production_mode"
    assert partner.ask(path).status == 422
    partner.later(REPORTS)
    assert partner.get(path) == {"mode": "on", "total_micros": 0, "energy_producing_micros": 0}
    assert partner.ask(path, "POST", {"mode": "off"}).status == 200
    partner.later(SEEN)
    assert partner.get(path) == {"mode": "off", "total_micros": 12, "energy_producing_micros": 0}
    partner.later(DAY)
    assert partner.get(f"{SYSTEMS}/{made}/summary")["energy_lifetime"] == 0


# ------------------------------------------------------------------------------------------------------------ estimate


def test_an_estimate_is_set(partner: Partner) -> None:
    path = f"/api/v4/activations/{home(partner)}/estimate"
    first = partner.get(path)
    assert (first["degrade_factor"], len(first["month_estimates"])) == ("0.5", 12)
    assert all(re.fullmatch(r"\d+\.\d", each) for each in first["month_estimates"])
    body = {"degrade_factor": "0.4", "month_estimates": [f"{number}.5" for number in range(1, 13)]}
    answer = partner.ask(path, "PUT", body)
    assert_conforms("updateActivationEstimate", answer)
    assert partner.get(path) == {"system_id": home(partner), **body} == answer.json
    assert (
        partner.ask(path, "PUT", {"degrade_factor": "0", "month_estimates": []}).json["month_estimates"] == []
    )
    made = partner.create()
    assert partner.get(f"/api/v4/activations/{made}/estimate") == {
        "system_id": made,
        "degrade_factor": "0.5",
        "month_estimates": [],
    }


@pytest.mark.parametrize(
    "body",
    [
        {"degrade_factor": "-1", "month_estimates": []},
        {"degrade_factor": "some", "month_estimates": []},
        {"degrade_factor": 0.5, "month_estimates": []},
        {"degrade_factor": "0.5", "month_estimates": ["1"] * 11},
        {"degrade_factor": "0.5", "month_estimates": ["0"] * 12},
        {"degrade_factor": "0.5", "month_estimates": [1] * 12},
        {"degrade_factor": "0.5", "month_estimates": ["nan"] * 12},
        {"degrade_factor": "0.5"},
    ],
)
def test_estimates_that_make_no_sense(partner: Partner, body: dict[str, Any]) -> None:
    path = f"/api/v4/activations/{home(partner)}/estimate"
    before = partner.get(path)
    refused = partner.ask(path, "PUT", body)
    assert_conforms("updateActivationEstimate", refused)
    assert (refused.status, refused.json["errorCode"]) == (422, 11)
    assert partner.get(path) == before


# -------------------------------------------------------------------------------------------------------------- meters


def meters(partner: Partner, index: int = BATTERY) -> list[str]:
    devices = partner.get(f"{SYSTEMS}/{home(partner, index)}/devices")["devices"]
    return [each["serial_number"] for each in devices.get("meters", [])]


@pytest.mark.parametrize("index", range(8))
def test_meters_are_those_of_the_devices(partner: Partner, index: int) -> None:
    for serial, kind in zip(meters(partner, index), ("production", "consumption"), strict=False):
        answer = partner.ask(f"{SYSTEMS}/{home(partner, index)}/meters/{serial}")
        assert_conforms("getSystemMeter", answer)
        meter = answer.json
        assert (meter["serial_number"], meter["type"], meter["state"]) == (serial, kind, "enabled")
        assert serial.startswith(meter["envoy_serial_number"])
        assert meter["status"] == ("not reporting" if index == SILENT else "normal")
        assert meter["first_report_date"] < meter["last_report_date"]
        assert meter["first_report_date"].startswith(meter["operational_date"])
        assert re.search(r"[+-]\d\d:\d\d$", meter["last_report_date"])
    assert bool(meters(partner, index)) == (index not in (NEVER, NO_METERS))
    assert told(partner.ask(f"{SYSTEMS}/{home(partner, index)}/meters/1")) == "Meter not found"


def test_a_meter_follows_a_task_a_little_later(partner: Partner) -> None:
    serial, other = meters(partner)
    meter = f"{SYSTEMS}/{home(partner)}/meters/{serial}"
    control = f"/api/v4/activations/{home(partner)}/meters/{serial}/meter_control"

    def states() -> tuple[str, list[str]]:
        devices = partner.get(f"{SYSTEMS}/{home(partner)}/devices")["devices"]["meters"]
        return partner.get(meter)["state"], [each["state"] for each in devices]

    answer = partner.ask(control, "POST", {"status": "disabled"})
    assert_conforms("controlMeter", answer)
    told = "Disable task sent to meter. Please wait until meter is disabled"
    assert answer.json == {"reason": "200", "message": [told]}
    partner.later(METER_SECONDS - 1)
    assert states() == ("enabled", ["enabled", "enabled"])
    partner.later(1)
    assert states() == ("disabled", ["disabled", "enabled"])
    assert partner.ask(control, "POST", {"status": "enabled"}).json["message"] == [
        "Enable task sent to meter. Please wait until meter is enabled"
    ]
    assert states()[0] == "disabled"
    partner.later(METER_SECONDS)
    assert states() == ("enabled", ["enabled", "enabled"])
    assert partner.get(f"{SYSTEMS}/{home(partner)}/meters/{other}")["state"] == "enabled"
    wrong = partner.ask(control, "POST", {"status": "on"})
    assert wrong.json["errorMessages"] == ["status must be one of enabled, disabled"]


def test_a_meter_gets_an_operational_date(partner: Partner) -> None:
    serial, other = meters(partner)
    path = f"{SYSTEMS}/{home(partner)}/meters"
    before = partner.get(f"{path}/{other}")
    answer = partner.ask(f"{path}/{serial}", "PUT", operational_date="2025-02-28")
    assert_conforms("updateSystemMeter", answer)
    assert answer.json["operational_date"] == "2025-02-28"
    assert partner.get(f"{path}/{serial}") == answer.json
    assert partner.get(f"{path}/{other}") == before
    refused = partner.ask(f"{path}/{serial}", "PUT")
    assert told(refused) == "operational date parameter missing in url"
    assert partner.ask(f"{path}/{serial}", "PUT", operational_date="2025-02-30").status == 422


def test_meters_of_a_new_system(partner: Partner) -> None:
    made = partner.create()
    assert partner.ask(f"{SYSTEMS}/{made}/meters/{GATEWAY}EIM1").status == 404
    partner.later(SEEN)
    meter = partner.get(f"{SYSTEMS}/{made}/meters/{GATEWAY}EIM1")
    assert (meter["envoy_serial_number"], meter["operational_date"]) == (GATEWAY, "2026-05-28")


# -------------------------------------------------------------------------------------------------------------- tariff

PRICES = {
    "currency": {"code": "AUD"},
    "single_rate": {"rate": "1", "sell": "2"},
    "seasons": [
        {
            "id": "all_year_long",
            "start": "1/1",
            "days": [
                {
                    "id": "weekdays",
                    "days": "Mon,Tue,Wed,Thu,Fri",
                    "must_charge_start": 0,
                    "must_charge_duration": 59,
                    "periods": [{"id": "period_1", "start": 0, "rate": "10"}],
                    "enable_charge_from_grid": True,
                }
            ],
        }
    ],
    "seasons_sell": [],
}


@pytest.mark.parametrize("index", range(8))
def test_every_home_has_a_tariff(partner: Partner, index: int) -> None:
    answer = partner.ask(f"{SYSTEMS}/config/{home(partner, index)}/tariff")
    assert_conforms("getSystemTariffSettings", answer)
    tariff = answer.json["tariff"]
    assert answer.json["task"]["status"] == "done"
    assert (answer.json["task"]["created_at"] is None) == (index == NEVER)
    assert len(tariff["seasons"][0]["days"]) == 2
    assert ("storage_settings" in tariff) == (partner.service.homes[index].battery is not None)


def test_a_tariff_is_pending_and_then_done(partner: Partner) -> None:
    path = f"{SYSTEMS}/config/{home(partner, PLAIN)}/tariff"
    answer = partner.ask(path, "PUT", {"tariff": PRICES | {"unheard_of": 1}})
    assert_conforms("updateSystemTariffSettings", answer)
    task = {"status": "pending", "created_at": "2026-05-28T20:26:40Z"}
    assert answer.json == {"task": task}
    partner.later(TARIFF_SECONDS - 1)
    assert partner.get(path) == {"tariff": PRICES, "task": task}
    partner.later(1)
    assert partner.get(path)["task"] == task | {"status": "done"}
    # what was read can be written
    assert partner.ask(path, "PUT", partner.get(path)).status == 200
    assert partner.get(path)["tariff"] == PRICES


def test_the_battery_is_told_elsewhere(partner: Partner) -> None:
    path = f"{SYSTEMS}/config/{home(partner)}/tariff"
    partner.ask(
        path, "PUT", {"tariff": PRICES | {"storage_settings": {"mode": "backup", "reserved_soc": 100}}}
    )
    assert partner.get(path)["tariff"]["storage_settings"]["mode"] == "self-consumption"
    partner.ask(f"{SYSTEMS}/config/{home(partner)}/battery_settings", "PUT", {"battery_mode": "Full Backup"})
    assert partner.get(path)["tariff"]["storage_settings"] == {"mode": "backup", "reserved_soc": 100}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body must be a JSON object"),
        (b"tariff", "The body must be a JSON object"),
        ({}, "tariff is mandatory"),
        ({"tariff": []}, "tariff must be an object"),
        ({"tariff": {"seasons": [{"start": 1}]}}, "tariff.seasons[0].start must be text"),
    ],
)
def test_tariffs_that_are_none(partner: Partner, body: Any, sentence: str) -> None:
    path = f"{SYSTEMS}/config/{home(partner)}/tariff"
    before = partner.ask(path).body
    refused = partner.ask(path, "PUT", body)
    assert (refused.status, refused.json) == (422, {"errorMessages": [sentence]})
    assert partner.ask(path).body == before


def test_a_tariff_is_for_systems(partner: Partner) -> None:
    made = partner.create()
    path = f"{SYSTEMS}/config/{made}/tariff"
    assert partner.ask(path).status == partner.ask(path, "PUT", {"tariff": PRICES}).status == 404
    partner.later(REPORTS)
    assert partner.ask(path, "PUT", {"tariff": PRICES}).status == 200
    partner.later(SEEN)
    assert partner.get(path)["tariff"]["single_rate"] == PRICES["single_rate"]


# -------------------------------------------------------------------------------------------------------------- layout


def layout_of(partner: Partner, index: int = BATTERY) -> str:
    return f"/api/v4/partner/systems/{home(partner, index)}/arrays"


def micros(partner: Partner, system_id: int) -> list[str]:
    devices = partner.get(f"{SYSTEMS}/{system_id}/devices")["devices"]
    return [each["serial_number"] for each in devices["micros"]]


@pytest.mark.parametrize("index", range(8))
def test_every_module_has_its_place(partner: Partner, index: int) -> None:
    answer = partner.ask(layout_of(partner, index))
    assert_conforms("getSystemArrays", answer)
    layout = answer.json
    modules = [module for array in layout["arrays"] for module in array["modules"]]
    assert [each["serial_num"] for each in modules] == micros(partner, home(partner, index))
    assert len({each["id"] for each in modules}) == len(modules)
    for array in layout["arrays"]:
        assert len({(each["left"], each["top"]) for each in array["modules"]}) == len(array["modules"])
    assert (layout["inventory"], layout["inventory_details"]) == ([], [])


def test_what_was_read_can_be_written(partner: Partner) -> None:
    path = layout_of(partner)
    layout = partner.get(path)
    partner.later(60)
    answer = partner.ask(path, "PUT", layout)
    assert_conforms("updateSystemArrays", answer)
    unchanged = [{**each, "updated_at": NOW + 60} for each in layout["arrays"]]
    assert answer.json == layout | {"arrays": unchanged, "updated_at": NOW + 60}


def test_an_array_is_changed_and_deleted(partner: Partner) -> None:
    path = layout_of(partner)
    first, second = partner.get(path)["arrays"]
    changed = partner.ask(
        f"{path}/{first['id']}", "PUT", first | {"label": "South", "modules": first["modules"][:3]}
    )
    assert_conforms("updateSystemArray", changed)
    assert (changed.json["label"], len(changed.json["modules"])) == ("South", 3)
    assert partner.get(f"{path}/{first['id']}") == changed.json
    layout = partner.get(path)
    assert layout["arrays"][1] == second
    loose = [each["serial_num"] for each in first["modules"][3:]]
    assert layout["inventory"] == loose
    assert [each["serialNum"] for each in layout["inventory_details"]] == loose
    deleted = partner.ask(f"{path}/{second['id']}", "DELETE")
    assert_conforms("deleteSystemArray", deleted)
    assert told(partner.ask(f"{path}/{second['id']}")) == "Array not found"
    assert len(partner.get(path)["inventory"]) == 9 + len(second["modules"])
    # it can be put back, and is another then
    partner.ask(path, "PUT", {"angle": 5, "arrays": [changed.json, second]})
    layout = partner.get(path)
    assert (layout["angle"], layout["arrays"][0]["id"]) == (5, first["id"])
    assert layout["arrays"][1]["id"] not in (first["id"], second["id"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"provisioned_envoy": "1"}, "Envoy '1' not found"),
        ({"tilt": "91"}, "tilt must be degrees from 0 to 90 as text, not '91'"),
        ({"tilt": "steep"}, "tilt must be degrees from 0 to 90 as text, not 'steep'"),
        ({"modules": [{"left": 0, "top": 0, "angle": 0, "serial_num": "1"}]}, "Microinverter '1' not found"),
        ({"modules": [{"left": 0, "top": 0, "angle": 0}]}, "{place}modules[0].serial_num is mandatory"),
        ({"label": 5}, "{place}label must be text"),
    ],
)
def test_a_layout_is_of_what_the_system_has(partner: Partner, change: dict[str, Any], sentence: str) -> None:
    path = layout_of(partner)
    before = partner.get(path)
    first, *rest = before["arrays"]
    refused = partner.ask(path, "PUT", {"angle": 0, "arrays": [first | change, *rest]})
    assert_conforms("updateSystemArrays", refused)
    assert told(refused) == sentence.format(place="arrays[0].")
    refused = partner.ask(f"{path}/{first['id']}", "PUT", first | change)
    assert_conforms("updateSystemArray", refused)
    assert told(refused) == sentence.format(place="")
    assert partner.get(path) == before


def test_a_microinverter_has_one_place(partner: Partner) -> None:
    path = layout_of(partner)
    first, second = partner.get(path)["arrays"]
    both = first["modules"] + second["modules"][:1]
    serial = second["modules"][0]["serial_num"]
    sentence = f"Microinverter {serial} has more than one place"
    assert told(partner.ask(f"{path}/{first['id']}", "PUT", first | {"modules": both})) == sentence
    refused = partner.ask(path, "PUT", {"angle": 0, "arrays": [first | {"modules": both}, second]})
    assert told(refused) == sentence
    twice = first | {"modules": [first["modules"][0], first["modules"][0]]}
    assert partner.ask(f"{path}/{first['id']}", "PUT", twice).status == 422


def test_a_new_system_is_laid_out(partner: Partner) -> None:
    made = partner.create()
    path = f"/api/v4/partner/systems/{made}/arrays"
    assert partner.ask(path).status == 404
    partner.later(REPORTS)
    empty = partner.get(path)
    assert (empty["arrays"], empty["inventory"], empty["created_at"]) == ([], [], None)
    partner.later(SEEN)
    found = micros(partner, made)
    assert partner.get(path)["inventory"] == found
    modules = [
        {"left": index, "top": 0, "angle": 0, "serial_num": serial} for index, serial in enumerate(found)
    ]
    array = {"label": "Roof", "angle": 180, "tilt": "30.0", "left": 0, "top": 0, "provisioned_envoy": GATEWAY}
    laid = partner.ask(path, "PUT", {"angle": None, "arrays": [array | {"modules": modules}]}).json
    assert (laid["inventory"], laid["created_at"]) == ([], partner.service.now)
    assert laid["arrays"][0]["reporting_envoys"] == [GATEWAY]
    assert [each["serial_num"] for each in laid["arrays"][0]["modules"]] == found


# --------------------------------------------------------------------------------------------------------------- lists


def test_lists_fit_together(partner: Partner) -> None:
    makers = partner.get("/api/v4/pv_manufacturers")["pv_manufacturers"]
    for number, name in makers:
        answer = partner.ask(f"/api/v4/pv_manufacturers/{number}/pv_models")
        assert_conforms("listPvModels", answer)
        assert answer.json["pv_manufacturer"] == {"pv_manufacturer_id": number, "name": name}
        assert answer.json["pv_models"]
    profiles = {each["id"]: each for each in partner.get("/api/v4/partner/grid_profiles")["grid_profiles"]}
    for index in range(8):
        activation = partner.read(home(partner, index))
        assert activation["address"]["country"] in profiles[activation["grid_profile"]]["countries"]
        assert [activation["pv_manufacturer"], activation["pv_manufacturer_name"]] in makers
        inverters = partner.get(f"{SYSTEMS}/inverters_summary_by_envoy_or_site", site_id=home(partner, index))
        used = {each["grid_profile"] for gateway in inverters for each in gateway["micro_inverters"]}
        assert used == {activation["grid_profile"]}
