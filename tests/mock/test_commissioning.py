"""Activations go on by themselves, become systems that Monitoring serves, and are paid for once."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from enphase_cloud.mock.addresses import COUNTRIES, STATES, place_of
from enphase_cloud.mock.document import load
from enphase_cloud.mock.shapes import problems
from enphase_cloud.mock.spoilers import KINDS

from .commissioning import (
    ACTIVATIONS,
    BODY,
    CONTROLLER,
    DAY,
    ENCHARGES,
    FRESNO,
    GATEWAY,
    HOUR,
    INSTALLER,
    QUARTER,
    RENO,
    REPORTS,
    SEEN,
    SYSTEMS,
    Partner,
    started,
)
from .conforming import assert_conforms
from .playing import AUTH, FLOWS, NOW, PATHS, Answer, ask, elsewhere, flat, service_of

ANSWERED = sorted(name for name, kind in KINDS.items() if kind.answered)
LOST = sorted(name for name, kind in KINDS.items() if not kind.answered)


@pytest.fixture
def app() -> Starlette:
    return started()


@pytest.fixture
def partner(app: Starlette) -> Partner:
    return Partner(app)


def told(app: Starlette, path: str, method: str = "GET", body: Any = None) -> Any:
    """What the admin interface says."""
    sent = b"" if body is None else json.dumps(body).encode()
    answer = ask(app, f"/_mock{path}", method=method, headers={"host": "127.0.0.1"}, body=sent)
    assert answer.status == 200, answer
    return answer.json


# ------------------------------------------------------------------------------------------------------------- stages


def test_an_activation_goes_through_its_stages_by_itself(partner: Partner) -> None:
    made = partner.create()
    seen = []
    for moment in (0, REPORTS - 1, REPORTS, SEEN - 1, SEEN, SEEN + DAY - 1, SEEN + DAY):
        partner.service.clock.set(NOW + moment)
        seen.append((partner.stage(made), made in partner.systems()))
    assert seen == [(2, False), (2, False), (3, True), (3, True), (4, True), (4, True), (5, True)]


@pytest.mark.parametrize("missing", ["owner_id", "envoy_serial_numbers", "address"])
def test_it_waits_for_what_the_gateway_needs(missing: str) -> None:
    # without an address an activation is made by companies of other countries only
    partner = Partner(started(company_country="DE"))
    made = partner.create(**{missing: None})
    partner.later(DAY)
    assert partner.stage(made) == 1
    entered = {**BODY, "owner_id": partner.owner()}[missing]
    assert partner.update(made, **{missing: entered})["stage"] == 2
    partner.later(REPORTS - 1)
    assert partner.stage(made) == 2
    partner.later(1)
    assert partner.stage(made) == 3


def test_microinverters_that_are_entered_late_are_seen_an_hour_later(partner: Partner) -> None:
    made = partner.create(expected_pcu_count=None)
    partner.later(REPORTS + DAY)
    assert partner.stage(made) == 3
    assert set(partner.get(f"{SYSTEMS}/{made}/devices")["devices"]) == {"gateways"}
    assert partner.get(f"{SYSTEMS}/{made}/summary")["modules"] == 0
    partner.update(made, expected_pcu_count=5)
    partner.later(HOUR - 1)
    assert partner.stage(made) == 3
    partner.later(QUARTER)
    assert partner.stage(made) == 4
    assert partner.get(f"{SYSTEMS}/{made}/summary")["modules"] == 5


def test_a_gateway_reports_to_the_activation_that_entered_it_first(partner: Partner) -> None:
    first, second = partner.create(), partner.create()
    of_the_fleet = partner.create(envoy_serial_numbers=[str(partner.service.homes[0].serial + 999)])
    partner.later(REPORTS)
    assert [partner.stage(each) for each in (first, second, of_the_fleet)] == [3, 2, 2]
    assert partner.ask(f"{ACTIVATIONS}/{second}", "DELETE").status == 200
    found = partner.get(f"{SYSTEMS}/retrieve_system_id", serial_num=GATEWAY)
    assert found == {"system_id": first}


def test_a_gateway_that_is_free_again_reports_to_the_next(partner: Partner) -> None:
    first, second = partner.create(), partner.create()
    assert partner.ask(f"{ACTIVATIONS}/{first}", "DELETE").status == 200
    partner.later(REPORTS)
    assert partner.stage(second) == 3


def test_the_clock_may_be_set_back(partner: Partner) -> None:
    made = partner.create()
    partner.later(SEEN + 2 * DAY)
    assert partner.stage(made) == 5
    partner.service.clock.set(NOW + REPORTS)
    assert (partner.stage(made), made in partner.systems()) == (3, True)
    partner.service.clock.set(NOW)
    assert (partner.stage(made), made in partner.systems()) == (2, False)
    partner.update(made, expected_pcu_count=3)
    partner.later(SEEN)
    assert partner.get(f"{SYSTEMS}/{made}/summary")["modules"] == 3


# ------------------------------------------------------------------------------------------- a system that is served


def test_it_becomes_the_system_that_was_entered(partner: Partner) -> None:
    made = partner.create(pv_module_power_rating=410.5, expected_nsr_count=1)
    assert partner.ask(f"{SYSTEMS}/{made}").status == 404
    partner.later(SEEN)
    system = partner.get(f"{SYSTEMS}/{made}")
    assert_conforms("getSystemById", partner.ask(f"{SYSTEMS}/{made}"))
    assert (system["name"], system["timezone"], system["reference"]) == ("Reno roof", "US/Pacific", "RENO1")
    assert system["address"] == {"city": "Reno", "state": "NV", "country": "US", "postal_code": "89501"}
    listed = partner.get(f"{SYSTEMS}/{made}/devices")["devices"]
    counts = {name: len(each) for name, each in listed.items()}
    assert counts == {"micros": 12, "meters": 2, "gateways": 1, "q_relays": 1, "encharges": 2, "enpowers": 1}
    serials = {name: [each["serial_number"] for each in listed[name]] for name in listed}
    assert (serials["gateways"], serials["encharges"], serials["enpowers"]) == (
        [GATEWAY],
        ENCHARGES,
        [CONTROLLER],
    )
    assert len({each["id"] for group in listed.values() for each in group}) == sum(counts.values())
    summary = partner.get(f"{SYSTEMS}/{made}/summary")
    assert (summary["modules"], summary["size_w"], summary["battery_capacity_wh"]) == (12, 12 * 410, 10_000)
    found = partner.ask(f"{SYSTEMS}/search", "POST", {"system": {"reference": "RENO1"}}).json
    assert [each["system_id"] for each in found["systems"]] == [made]


@pytest.mark.parametrize(
    ("entered", "classes"),
    [
        ({"encharge": None, "enpower": None, "expected_meter_count": 0}, {"micros", "gateways"}),
        ({"encharge": None, "enpower": None, "source": "meter"}, {"micros", "gateways", "meters"}),
        (
            {"encharge": None, "enpower": None, "expected_acb_count": 3},
            {"micros", "gateways", "meters", "acbs"},
        ),
        (
            {"encharge": None, "enpower": None, "expected_encharge_count": 2, "expected_enpower_count": 1},
            {"micros", "gateways", "meters", "encharges", "enpowers"},
        ),
        ({"enpower": None, "expected_meter_count": 0}, {"micros", "gateways", "meters", "encharges"}),
    ],
)
def test_other_equipment(partner: Partner, entered: dict[str, Any], classes: set[str]) -> None:
    made = partner.create(**entered)
    partner.later(SEEN + DAY)
    assert set(partner.get(f"{SYSTEMS}/{made}/devices")["devices"]) == classes
    for call in ("events", "alarms"):
        partner.get(f"{SYSTEMS}/{made}/{call}", start_time=NOW)
    live = partner.ask(f"{SYSTEMS}/{made}/live_data").status
    assert live == (200 if "meters" in classes else 472)
    assert partner.get(f"{SYSTEMS}/{made}/summary")["energy_lifetime"] > 0


def test_everything_answers_while_only_the_gateway_is_there(partner: Partner) -> None:
    made = partner.create(expected_pcu_count=None)
    partner.later(REPORTS + DAY)
    config = f"{SYSTEMS}/config/{made}"
    statuses = {
        path: partner.ask(path).status
        for path in (
            *(f"{SYSTEMS}/{made}{call}" for call in ("", "/summary", "/devices", "/latest_telemetry")),
            *(f"{SYSTEMS}/{made}/{PATHS[series]}" for series in PATHS),
            *(f"{SYSTEMS}/{made}/{call}_lifetime" for call in ("energy", "consumption", "battery")),
            *(f"{SYSTEMS}/{made}/{call}" for call in ("production_meter_readings", "rgm_stats")),
            *(f"{SYSTEMS}/{made}/{call}" for call in ("ev_charger/devices", "ev_charger/events")),
            *(f"{config}/{call}" for call in ("grid_status", "load_control", "tariff")),
        )
    }
    assert set(statuses.values()) == {200}
    assert partner.ask(f"{SYSTEMS}/{made}/live_data").status == 472
    inverters = partner.get(f"{SYSTEMS}/inverters_summary_by_envoy_or_site", site_id=made)
    assert inverters == []
    assert partner.get(f"{SYSTEMS}/{made}/telemetry/production_micro")["intervals"] == []
    assert partner.get(f"{SYSTEMS}/{made}/summary")["last_interval_end_at"] is None


def rows(partner: Partner, system_id: int, series: str, start: int) -> dict[int, Any]:
    """A week of rows by their end."""
    answer = partner.get(f"{SYSTEMS}/{system_id}/{PATHS[series]}", start_at=start, granularity="week")
    return {row["end_at"]: row for row in flat(answer["intervals"])}


def test_its_telemetry_balances_and_adds_up(partner: Partner) -> None:
    made = partner.create()
    partner.later(SEEN + 5 * DAY)
    partner.service.change(late_data=False)
    start = NOW - NOW % QUARTER
    found = {series: rows(partner, made, series, start) for series in PATHS}
    assert len(found["battery"]) == len(found["energy_import"]) == 5 * DAY // QUARTER + 1
    for end in found["battery"]:
        flow = {series: FLOWS[series](found[series][end]) for series in FLOWS}
        into = flow["production_meter"] + flow["energy_import"]
        assert into == flow["consumption_meter"] + flow["energy_export"] + flow["battery"]
    assert min(found["battery"]) == NOW + SEEN
    made_wh = sum(row["wh_del"] for row in found["production_meter"].values())
    assert made_wh == sum(row["enwh"] for row in found["production_micro"].values()) > 0
    assert partner.get(f"{SYSTEMS}/{made}/summary")["energy_lifetime"] == made_wh
    lifetime = partner.get(f"{SYSTEMS}/{made}/energy_lifetime", end_date="2026-06-02")
    today = partner.get(f"{SYSTEMS}/{made}/summary")["energy_today"]
    zone = ZoneInfo("US/Pacific")
    first = datetime.fromtimestamp(NOW + SEEN, zone).date()
    assert lifetime["start_date"] == first.isoformat()
    assert sum(lifetime["production"]) == made_wh
    assert lifetime["production"][-1] == today


def test_what_has_been_seen_stays_whatever_is_entered(partner: Partner) -> None:
    made = partner.create()
    partner.later(SEEN + DAY)
    before = partner.ask(f"{SYSTEMS}/{made}/devices").body
    battery = partner.ask(f"{SYSTEMS}/{made}/telemetry/battery").body
    changed = partner.update(
        made, expected_pcu_count=3, encharge=[], envoy_serial_numbers=["9"], system_name="Other"
    )
    assert (changed["expected_pcu_count"], changed["encharge"]) == (3, [])
    assert partner.ask(f"{SYSTEMS}/{made}/devices").body == before
    assert partner.ask(f"{SYSTEMS}/{made}/telemetry/battery").body == battery
    assert partner.get(f"{SYSTEMS}/{made}")["name"] == "Other"
    assert partner.stage(made) == 5


# --------------------------------------------------------------------------------------------- permission to operate


def made_wh(partner: Partner, system_id: int, start: int) -> list[int]:
    return [row["enwh"] for row in rows(partner, system_id, "production_micro", start).values()]


@pytest.mark.parametrize("entered", [{"operational": False}, {"permission_to_operate": False}])
def test_it_produces_once_it_is_permitted(partner: Partner, entered: dict[str, bool]) -> None:
    made = partner.create(**entered)
    partner.later(SEEN + 2 * DAY)
    assert (partner.stage(made), partner.read(made)["status"]) == (4, "Production Off")
    power = made_wh(partner, made, NOW)
    assert power
    assert not any(power)
    summary = partner.get(f"{SYSTEMS}/{made}/summary")
    assert (summary["current_power"], summary["energy_lifetime"], summary["modules"]) == (0, 0, 12)
    permitted_at = partner.service.now
    partner.update(made, **dict.fromkeys(entered, True))
    partner.later(DAY - 1)
    assert partner.stage(made) == 4
    assert any(made_wh(partner, made, permitted_at))
    partner.later(1)
    assert (partner.stage(made), partner.read(made)["status"]) == (5, "Normal")
    assert not any(made_wh(partner, made, NOW)[: len(power)])


def test_it_produces_from_the_day_on_which_the_connection_was_approved(partner: Partner) -> None:
    since = NOW + SEEN + 2 * DAY
    made = partner.create(interconnect_date=since)
    partner.later(SEEN + 4 * DAY)
    partner.service.change(late_data=False)
    found = rows(partner, made, "production_micro", NOW)
    before = [row["enwh"] for end, row in found.items() if end <= since]
    after = [row["enwh"] for end, row in found.items() if end > since]
    assert before
    assert not any(before)
    assert any(after)
    assert partner.get(f"{SYSTEMS}/{made}")["interconnect_date"] == "2026-05-30"
    partner.service.clock.set(since + DAY - 1)
    assert partner.stage(made) == 4
    partner.later(1)
    assert partner.stage(made) == 5


def test_a_home_of_the_fleet_stops_when_its_permission_goes(partner: Partner) -> None:
    home = partner.service.system_ids[0]
    before = partner.get(f"{SYSTEMS}/{home}/summary")
    assert before["current_power"] > 0
    changed = partner.update(home, operational=False)
    assert (changed["stage"], changed["operational"]) == (4, False)
    partner.later(2 * HOUR)
    assert partner.get(f"{SYSTEMS}/{home}/summary")["current_power"] == 0
    partner.update(home, operational=True)
    partner.later(DAY)
    assert partner.get(f"{SYSTEMS}/{home}/summary")["current_power"] > 0
    assert partner.stage(home) == 5


def test_production_mode_off_means_that_nothing_is_produced(partner: Partner) -> None:
    partner.service.change(late_data=False)
    home = partner.service.system_ids[0]
    mode, base = f"/api/v4/activations/{home}/ops/production_mode", f"{SYSTEMS}/{home}"
    assert partner.get(mode) == {"mode": "on", "total_micros": 24, "energy_producing_micros": 24}
    before = rows(partner, home, "production_micro", NOW - 7 * DAY)
    lifetime = partner.get(f"{base}/energy_lifetime")["production"]
    inverters = partner.get(f"{SYSTEMS}/inverters_summary_by_envoy_or_site", site_id=home)
    answer = partner.ask(mode, "POST", {"mode": "off"})
    assert answer.json == {"message": "Production mode Task sent to envoy Successfully"}
    assert partner.get(mode) == {"mode": "off", "total_micros": 24, "energy_producing_micros": 0}
    assert partner.read(home)["production_mode"] == "off"
    partner.later(HOUR)
    off = partner.get(f"{base}/summary")
    live = json.loads(partner.ask(f"{base}/live_data").body.split(b"\n\n")[0].removeprefix(b"data: "))["data"]
    assert off["current_power"] == live["pv_power"] == 0
    assert live["grid_power"] == live["consumption_power"] - live["battery_power"]
    latest = partner.get(f"{base}/latest_telemetry")["devices"]["meters"]
    assert [each["power"] for each in latest if each["name"] == "production" and each["channel"] == 1] == [0]
    partner.later(DAY)
    assert partner.get(f"{base}/summary")["energy_lifetime"] == off["energy_lifetime"]
    assert not any(row["wh_del"] for row in rows(partner, home, "production_meter", NOW + QUARTER).values())
    assert partner.get(f"{base}/energy_lifetime")["production"][: len(lifetime)] == lifetime
    after = rows(partner, home, "production_micro", NOW - 7 * DAY)
    assert before == {end: row for end, row in after.items() if end <= max(before)}
    now_made = partner.get(f"{SYSTEMS}/inverters_summary_by_envoy_or_site", site_id=home)
    both = zip(inverters[0]["micro_inverters"], now_made[0]["micro_inverters"], strict=True)
    assert all(0 <= new["energy"]["value"] - old["energy"]["value"] < 80 for old, new in both)
    assert partner.ask(mode, "POST", {"mode": "on"}).status == 200
    partner.later(HOUR)
    assert partner.get(f"{base}/summary")["energy_lifetime"] > off["energy_lifetime"]
    partner.service.reset()
    assert partner.get(mode)["mode"] == "on"
    partner.later(25 * HOUR)
    assert any(row["wh_del"] for row in rows(partner, home, "production_meter", NOW + QUARTER).values())


# ------------------------------------------------------------------------------------------------------------ charges


def usage(partner: Partner) -> tuple[float, list[float], int]:
    """Dollars by the totals and by the journal, and how many activations were created."""
    service = partner.service
    journal = [call.charge_usd for call in service.journal if call.charge_usd]
    created = [each for each in service.activations if each.number is not None]
    return service.quota.totals(service.clock()).usd, journal, len(created)


def test_an_activation_costs_two_dollars_and_one_that_is_refused_nothing(partner: Partner) -> None:
    assert partner.post(system_type="castle").status == 422
    assert partner.post(address=None).status == 422
    assert usage(partner) == (0, [], 0)
    partner.create()
    partner.create()  # the same body: there is no idempotency
    assert usage(partner) == (4, [2, 2], 2)
    assert told(partner.app, "/totals")["usd"] == 4
    assert told(partner.app, "/totals")["strangers"]["charges_usd"] == 4


def attempt(partner: Partner) -> Answer | None:
    """An attempt to create; None where no answer comes."""
    try:
        return partner.post()
    except (OSError, TimeoutError):
        return None


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_done_is_paid_once_whatever_becomes_of_the_answer(partner: Partner, name: str) -> None:
    partner.service.faults.add(name, count=1, operations=["createActivation"])
    attempt(partner)
    [call] = partner.service.journal
    assert (call.fault, call.charge_usd, call.counted) == (name, 2, True)
    assert usage(partner) == (2, [2], 1)
    assert partner.listed(reference="renO1") == [partner.listed()[-1]]


@pytest.mark.parametrize("name", [*LOST, "418"])
def test_what_is_not_done_is_not_paid(partner: Partner, name: str) -> None:
    partner.service.faults.add(name, count=1, operations=["createActivation"])
    attempt(partner)
    assert partner.service.journal[0].fault == name
    assert usage(partner) == (0, [], 0)


def test_a_partner_pays_and_may_write_two_hundred_times_a_month(app: Starlette) -> None:
    partner = Partner(app, AUTH | {"key": "partner-key"})
    service = partner.service
    for _ in range(200):
        assert partner.post().status == 201
        partner.later(1)
    refused = partner.post()
    assert_conforms("createActivation", refused)
    assert (refused.status, refused.json["message"]) == (429, ["Usage limit exceeded for plan Partner"])
    assert (service.journal[-1].refused_by, service.journal[-1].charge_usd) == ("writes", 0)
    assert usage(partner) == (400, [2.0] * 200, 200)
    used = service.quota.totals(service.clock()).of("partner-client")
    assert (used.charges_usd, used.writes["createActivation"].left) == (400, 0)
    assert partner.put(partner.listed()[-1]).status == 200
    partner.later(31 * DAY)
    assert partner.post().status == 201


# ---------------------------------------------------------------------------------------------- deletion, reset, seed


def test_only_what_has_no_devices_is_deleted(partner: Partner) -> None:
    fresh, gone = partner.create(), partner.create(envoy_serial_numbers=["9"])
    path = f"{ACTIVATIONS}/{gone}"
    assert partner.ask(path, "DELETE").json == {"message": "Activation deleted successfully"}
    assert partner.ask(path).status == partner.ask(path, "DELETE").status == 404
    assert partner.put(gone).status == 422
    assert gone not in partner.listed()
    partner.later(REPORTS)
    for kept in (fresh, *(home.system_id for home in partner.service.homes)):
        refused = partner.ask(f"{ACTIVATIONS}/{kept}", "DELETE")
        assert (refused.status, refused.json["errorCode"]) == (422, 5)
        assert "Devices are present" in refused.json["errorMessages"][0]
        assert partner.ask(f"{ACTIVATIONS}/{kept}").status == 200
    # ids are not given twice
    assert partner.create() > gone


def test_a_home_that_never_reported_has_devices_all_the_same() -> None:
    partner = Partner(started(homes=4))
    never = partner.service.system_ids[3]
    assert (partner.stage(never), partner.read(never)["status"]) == (2, "Gateway Not Reporting")
    assert partner.ask(f"{ACTIVATIONS}/{never}", "DELETE").status == 422


def visit(partner: Partner) -> list[bytes]:
    """Make, change and read what there is; the bytes of all answers."""
    home, seen = partner.service.system_ids[0], []
    made = partner.create()
    user = {"email": "new@example.com", "first_name": "New", "last_name": "Owner"}
    seen.append(partner.ask("/api/v4/users", "POST", user).body)
    partner.update(made, host_id=json.loads(seen[0])["user_id"])
    partner.update(home, system_name="Changed", reference="X1", operational=False)
    arrays = f"/api/v4/partner/systems/{home}/arrays"
    layout = partner.get(arrays)
    seen.append(partner.ask(arrays, "PUT", layout | {"arrays": layout["arrays"][:1]}).body)
    estimate = {"degrade_factor": "1", "month_estimates": []}
    seen.append(partner.ask(f"/api/v4/activations/{home}/estimate", "PUT", estimate).body)
    tariff = {"tariff": {"single_rate": {"rate": "1", "sell": "2"}}}
    seen.append(partner.ask(f"{SYSTEMS}/config/{home}/tariff", "PUT", tariff).body)
    partner.later(SEEN + DAY)
    reads = [
        *(ACTIVATIONS, f"{ACTIVATIONS}/{made}", f"{ACTIVATIONS}/{home}", SYSTEMS, arrays),
        *(f"{SYSTEMS}/{made}/{call}" for call in ("devices", "summary", "telemetry/battery")),
        *(f"{SYSTEMS}/config/{home}/tariff", f"/api/v4/activations/{home}/estimate"),
        *("/api/v4/partner/users/self", "/api/v4/companies/self/branches"),
    ]
    return seen + [partner.ask(each).body for each in reads]


def test_a_reset_leaves_nothing_of_what_was() -> None:
    app, fresh = started(), started()
    first = visit(Partner(app))
    service_of(app).reset()
    for path in ("/activations", "/systems", "/accounts", "/totals"):
        assert told(app, path) == told(fresh, path)
    assert visit(Partner(app)) == visit(Partner(fresh)) == first


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.mock.test_commissioning import *;"
        "print(hashlib.sha256(b''.join(visit(Partner(started(seed=5))))).hexdigest())"
    )
    assert elsewhere(code, hash_seed=1) == elsewhere(code, hash_seed=2)
    assert visit(Partner(started(seed=5))) != visit(Partner(started(seed=6)))


def test_the_admin_interface_lists_activations(partner: Partner) -> None:
    made = partner.create()
    *homes, last = told(partner.app, "/activations")["activations"]
    assert [each["stage"] for each in homes] == [5, 5]
    assert last == {
        "system_id": made,
        "name": "Reno roof",
        "references": ["RENO1"],
        "stage": 2,
        "owner": "owner1@example.com",
        "created": "2026-05-28T20:26:40Z",
        "gateway_reports": "2026-05-28T20:45:00Z",
        "devices_seen": "2026-05-28T21:45:00Z",
        "produces": False,
    }
    partner.later(REPORTS)
    [shown] = [each for each in told(partner.app, "/systems")["systems"] if each["system_id"] == made]
    assert (shown["owner"], "nothing is measured yet" in shown["peculiar"]) == ("owner1@example.com", True)
    assert datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=REPORTS) == datetime.fromisoformat(
        last["gateway_reports"]
    )


# ------------------------------------------------------------------------------------- the fleet, and what is entered


def test_activations_of_the_fleet_agree_with_monitoring() -> None:
    partner = Partner(started(homes=12))
    for home in partner.service.homes:
        path = f"{SYSTEMS}/{home.system_id}"
        system, activation = partner.get(path), partner.read(home.system_id)
        devices, summary = partner.get(f"{path}/devices")["devices"], partner.get(f"{path}/summary")
        assert_conforms("getActivation", partner.ask(f"{ACTIVATIONS}/{home.system_id}"))
        assert activation["system_name"] == system["name"]
        assert activation.get("timezone") == system["timezone"]
        assert activation.get("reference") == system.get("reference")
        assert activation.get("other_references") == system.get("other_references")
        assert activation["address"]["city"] == system["address"]["city"]
        assert (activation["address"]["state"] or None) == system["address"]["state"]
        assert (activation["attachment_type"] or None) == system["attachment_type"]
        assert activation["expected_pcu_count"] == len(devices["micros"]) == summary["modules"]
        assert activation["envoy_serial_numbers"] == [each["serial_number"] for each in devices["gateways"]]
        listed = [each["serial_number"] for each in devices.get("encharges", [])]
        assert [
            serial for each in activation["encharge"] for serial in each["encharge_serial_numbers"]
        ] == listed
        assert activation["expected_acb_count"] == len(devices.get("acbs", []))
        assert activation["stage"] == (2 if system["last_report_at"] is None else 5)


def test_what_is_entered_of_a_home_shows_in_monitoring(partner: Partner) -> None:
    home = partner.service.system_ids[0]
    changes = {
        "system_name": "Villa",
        "reference": "V1",
        "attachment_type": "bipv",
        "system_type": "commercial",
    }
    partner.update(home, **changes, interconnect_date=NOW - DAY)
    system = partner.get(f"{SYSTEMS}/{home}")
    assert (system["name"], system["reference"], system["attachment_type"]) == ("Villa", "V1", "bipv")
    assert (system["public_name"], system["interconnect_date"]) == ("Commercial System", "2026-05-27")
    assert system["address"]["city"] == "Reno"
    for criteria in ({"name": "villa"}, {"reference": "V1"}):
        found = partner.ask(f"{SYSTEMS}/search", "POST", {"system": criteria}).json
        assert [each["system_id"] for each in found["systems"]] == [home]
    partner.update(home, reference="")
    assert "reference" not in partner.read(home)


@pytest.mark.parametrize("code", [*STATES, *COUNTRIES])
def test_every_region_has_a_time_zone(code: str) -> None:
    inside = {"country": "US", "state": code} if code in STATES else {"country": code, "state": "XX"}
    place = place_of({**RENO, **inside})
    assert ZoneInfo(place.clock).key == place.timezone
    assert -60 < place.latitude < 70


def test_an_address_that_nobody_knows_has_no_zone(partner: Partner) -> None:
    made = partner.create(address={**RENO, "country": "AQ", "state": "AA"})
    partner.later(SEEN + DAY)
    read = partner.read(made)
    assert "timezone" not in read
    assert (read["address"]["latitude"], read["address"]["longitude"]) == (None, None)
    assert partner.get(f"{SYSTEMS}/{made}")["timezone"] is None
    partner.get(f"{SYSTEMS}/{made}/summary")


def test_two_sites_of_one_state_lie_apart(partner: Partner) -> None:
    one, other = (
        partner.read(partner.create(address={**FRESNO, "postal_code": code}, **CALIFORNIA)) for code in "12"
    )
    assert one["address"]["latitude"] != other["address"]["latitude"]
    assert one["timezone"] == other["timezone"] == "US/Pacific"


CALIFORNIA = {"grid_connection_type": 2}


@settings(max_examples=20)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("create"), st.sampled_from([{}, {"operational": False}, {"owner_id": None}])),
            st.tuples(
                st.just("update"),
                st.sampled_from(
                    [
                        {"operational": True},
                        {"expected_pcu_count": 0},
                        {"expected_pcu_count": 4},
                        {"system_name": "B"},
                    ]
                ),
            ),
            st.tuples(st.just("delete"), st.just({})),
            st.tuples(st.just("wait"), st.sampled_from([1, 600, QUARTER, HOUR, DAY, -HOUR, -DAY])),
        ),
        max_size=12,
    )
)
def test_whatever_is_done_the_two_halves_agree(steps: list[tuple[str, Any]]) -> None:
    partner = Partner(started(homes=1))
    created = 0
    for what, argument in steps:
        newest = partner.listed()[-1]
        if what == "create":
            assert partner.post(**argument).status == 201
            created += 1
        elif what == "update":
            assert partner.put(newest, **argument).status == 200
        elif what == "delete":
            deleted = partner.ask(f"{ACTIVATIONS}/{newest}", "DELETE").status
            assert deleted in (200, 422)
        else:
            partner.later(argument)
        stages = {each["system_id"]: each["stage"] for each in partner.get(ACTIVATIONS)["systems"]}
        assert partner.systems() == {system_id for system_id, stage in stages.items() if stage >= 3}
        assert stages == {system_id: partner.stage(system_id) for system_id in stages}
        assert partner.service.quota.totals(partner.service.clock()).usd == 2 * created


def test_every_body_of_the_document_has_a_shape_that_the_mock_understands() -> None:
    document = load()
    for operation in document.operations.values():
        if operation.request is not None:
            told = list(problems(document, operation.request, "no object"))
            assert told == ["The body must be an object"]
            assert list(problems(document, operation.request, {})) == [
                f"{name} is mandatory" for name in document.resolve(operation.request).get("required", ())
            ]


def test_tokens_of_the_list_are_as_documented(partner: Partner) -> None:
    """The example of the document is text of ten digits, in base64, in hexadecimal digits."""
    token = partner.get(ACTIVATIONS, limit=1)["next"]
    assert base64.b64decode(bytes.fromhex(token)) == str(partner.service.system_ids[0]).encode()
    example = load().operations["listActivations"].example(200)["next"]
    assert base64.b64decode(bytes.fromhex(example)).isdigit()


def test_everybody_who_should_sees_a_new_system(partner: Partner) -> None:
    made = partner.create()
    owner, other, installer = (
        partner.signed_in(name) for name in ("owner1@example.com", "owner2@example.com", INSTALLER)
    )
    assert made not in owner.systems()
    partner.later(SEEN)
    assert made in owner.systems() & installer.systems()
    assert made not in other.systems()
    assert other.ask(f"{SYSTEMS}/{made}").status == 403
    assert owner.get(f"{SYSTEMS}/{made}/summary")["modules"] == 12
