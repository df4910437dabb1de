"""What an installer enters for an activation: what holds until then, and what the service does not take.

Rules that the document states in its prose, beside those of its schemas:

| what | rule |
|---|---|
| `system_name` | is not blank |
| `system_type`, `internet_connection`, `source` | one of the words that the document has for each |
| `array_type` | a word that is none of its own is ignored; null takes it away |
| `address` | is there where the company is in the United States, in every change as well; a state of the US is one |
| `grid_connection_type` | is there for a site in California, and for no other |
| `battery_grid_mode` | is there for Encharges in California with grid connection type 1, and for no others |
| `third_party_storage_device_installed` | is there for a site in California without Encharges (named or expected) |
| `third_party_storage_device_manufacturer` | is there where that is true, and one of five |
| `interconnection_application_date` | after 2023-04-14 where the connection is of type 1, or permission is given; |
| | not in the future where permission is given (`permission_to_operate`) |
| `pv_manufacturer`, `pv_model` | ids that the service knows, the one of the other |
| serial numbers | letters and digits; as many devices as a home of the mock has room for |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from enphase_cloud.mock.addresses import CALIFORNIA, FIELDS, STATES
from enphase_cloud.mock.clock import LAST
from enphase_cloud.mock.devices import MOST_MICROS, MOST_OTHERS, MOST_STORED
from enphase_cloud.mock.modules import MANUFACTURERS, MODEL_NAMES, manufacturer_of
from enphase_cloud.mock.settings import brief

Entered = dict[str, Any]
"""Fields of an activation by the names that the document has for them. What nobody entered has its default."""

DEFAULTS: Mapping[str, Any] = {
    "system_name": "",
    "system_type": "residential",
    "internet_connection": "broadband",
    "lease": False,
    "operational": True,
    "owner_id": None,
    "host_id": None,
    "installer_id": None,
    "maintainer_id": None,
    "allow_public_access": True,
    "interconnect_date": None,
    "source": "microinverters",
    "array_type": "",
    "attachment_type": "",
    "ensemble_envoy": "",
    "grid_profile": "",
    "requested_profile": "",
    "requested_report_freq": "",
    "voltage": "",
    "envoy_serial_numbers": [],
    "expected_envoy_count": 0,
    "expected_pcu_count": 0,
    "expected_acb_count": 0,
    "expected_nsr_count": 0,
    "expected_meter_count": 0,
    "expected_encharge_count": 0,
    "expected_enpower_count": 0,
    "pv_manufacturer": "",
    "pv_manufacturer_name": "",
    "pv_model": "",
    "pv_model_name": "",
    "pv_module_power_rating": "",
    "pv_module_type": "",
    "encharge": [],
    "enpower": [],
    "address": None,
    "grid_connection_type": None,
    "battery_grid_mode": None,
    "third_party_storage_device_installed": None,
    "third_party_storage_device_manufacturer": None,
    "interconnection_application_date": None,
    "permission_to_operate": None,
}
SYSTEM_TYPES = ("residential", "commercial", "other")
CONNECTIONS = ("none", "cellular", "broadband", "dialup")
SOURCES = ("meter", "microinverters")
ARRAY_TYPES = (
    "fixed_open_rack",
    "fixed_roof_mount",
    "single_axis_tracking",
    "single_axis_backtracking",
    "dual_axis_tracking",
)
OTHER_STORAGE = ("Tesla", "Sonnen", "LG Chem", "Franklin", "Others")
GRID_CONNECTIONS = {
    1: "Net Billing Tariff (NEM 3.0)",
    2: "Net Metering",
    3: "Net Feed-in Tariff",
    4: "Gross Feed-in Tariff",
}
GRID_MODES = {1: "Import Only", 2: "Export Only"}
NET_BILLING = 1
NEM_3_SINCE = 1_681_542_000  # midnight of 15 April 2023 in California
CALIFORNIAN = ("grid_connection_type", "battery_grid_mode")
NO_ADDRESS = "Address is mandatory for sites created in the United States."
NO_TYPE = "The system type must be residential, commercial, or other."
COUNTS = {
    "expected_envoy_count": MOST_OTHERS,
    "expected_pcu_count": MOST_MICROS,
    "expected_acb_count": MOST_STORED,
    "expected_nsr_count": MOST_OTHERS,
    "expected_meter_count": MOST_OTHERS,
    "expected_encharge_count": MOST_STORED,
    "expected_enpower_count": MOST_OTHERS,
}
MOMENTS = ("interconnect_date", "interconnection_application_date")
SERIAL = re.compile("[0-9A-Za-z]{1,40}")


def tidied(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body without what is ignored, numbers that are whole as such, and codes of regions in capitals."""
    tidy: dict[str, Any] = {name: _whole(value) for name, value in body.items()}
    kind = tidy.get("array_type")
    if isinstance(kind, str) and kind not in ARRAY_TYPES:
        del tidy["array_type"]
    address = tidy.get("address")
    if isinstance(address, dict):
        codes = {name: str(address[name]).upper() for name in ("state", "country") if name in address}
        tidy["address"] = {name: value for name, value in (address | codes).items() if name in FIELDS}
    return tidy


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def merged(entered: Mapping[str, Any], body: Mapping[str, Any]) -> Entered:
    """What is entered once the fields of `body` are. What California alone asks for does not leave it."""
    known = {name: body[name] for name in DEFAULTS if name in body}
    if "array_type" in known and known["array_type"] is None:
        known["array_type"] = ""
    result = {**entered, **known}
    for what, names in (("pv_manufacturer", MANUFACTURERS), ("pv_model", MODEL_NAMES)):
        if what in known:
            result[f"{what}_name"] = names.get(known[what], "")
        elif f"{what}_name" in known:
            result[what] = ""  # one that the service does not know
    if not in_california(result):
        result |= dict.fromkeys(CALIFORNIAN)
    elif not _billed_by_battery(result):
        result["battery_grid_mode"] = None
    return result


def in_california(entered: Mapping[str, Any]) -> bool:
    """Whether the site stands there."""
    address = entered["address"] or {}
    return (address.get("country"), address.get("state")) == CALIFORNIA


def serials(groups: list[dict[str, Any]], name: str) -> tuple[str, ...]:
    """The serial numbers of batteries or controllers, whatever gateway they are under, each once."""
    return tuple(dict.fromkeys(serial for group in groups for serial in group.get(name, ())))


def encharges(entered: Mapping[str, Any]) -> tuple[str, ...]:
    """The serial numbers of the Encharges."""
    return serials(entered["encharge"], "encharge_serial_numbers")


def has_encharges(entered: Mapping[str, Any]) -> bool:
    """Whether there are Encharges, or are to be."""
    return bool(encharges(entered)) or entered["expected_encharge_count"] > 0


def enpowers(entered: Mapping[str, Any]) -> tuple[str, ...]:
    """The serial numbers of the system controllers."""
    return serials(entered["enpower"], "enpower_serial_numbers")


def complaints(body: Mapping[str, Any], result: Entered, *, american: bool, now: int) -> Iterator[str]:
    """A sentence for each rule that is broken by a body that has the right shape.

    result: what would be entered with it
    american: the company is in the United States
    """
    if not result["system_name"].strip():
        yield "system_name is mandatory"
    if result["system_type"] not in SYSTEM_TYPES:
        yield NO_TYPE
    for name, words in (("internet_connection", CONNECTIONS), ("source", SOURCES)):
        if result[name] not in words:
            yield f"{name} must be one of {', '.join(words)}"
    if "address" in body:
        yield from _address(body["address"])
    elif american:
        yield NO_ADDRESS
    for name, most in COUNTS.items():
        if result[name] > most:
            yield f"{name} can be at most {most} here"
    for name in MOMENTS:
        if name in body and not 0 <= body[name] < LAST:
            yield f"{name} must be epoch seconds"
    yield from _devices(result)
    yield from _california(body, result, now)
    yield from _modules(body, result)


def _address(address: Mapping[str, Any]) -> Iterator[str]:
    for name in ("street1", "city", "state", "country", "postal_code"):
        if not address[name].strip():
            yield f"address.{name} is mandatory"
    if not re.fullmatch("[A-Z]{2}", address["country"]):
        yield "address.country must be a code of two letters"
    elif address["country"] == "US" and address["state"] not in STATES:
        yield "address.state must be a state of the United States, as two letters"


def _devices(result: Entered) -> Iterator[str]:
    groups = (
        ("envoy_serial_numbers", tuple(result["envoy_serial_numbers"]), MOST_OTHERS),
        ("encharge_serial_numbers", encharges(result), MOST_STORED),
        ("enpower_serial_numbers", enpowers(result), MOST_OTHERS),
    )
    for name, listed, most in groups:
        for serial in listed:
            if not SERIAL.fullmatch(serial):
                yield f"{name}: {brief(serial)} is no serial number"
        if len(listed) > most:
            yield f"{name} can be at most {most} here"
        if len(set(listed)) < len(listed):
            yield f"{name} has a serial number more than once"


def _billed_by_battery(result: Entered) -> bool:
    return has_encharges(result) and result["grid_connection_type"] == NET_BILLING


def _california(body: Mapping[str, Any], result: Entered, now: int) -> Iterator[str]:
    there = in_california(result)
    if there and result["grid_connection_type"] is None:
        yield "grid_connection_type is mandatory for sites in California"
    if not there and "grid_connection_type" in body:
        yield "grid_connection_type is for sites in California only"
    battery = there and _billed_by_battery(result)
    if battery and result["battery_grid_mode"] is None:
        yield "battery_grid_mode is mandatory for batteries with grid connection type 1"
    if not battery and "battery_grid_mode" in body:
        yield "battery_grid_mode is for batteries with grid connection type 1 only"
    storage = result["third_party_storage_device_installed"]
    if there and not has_encharges(result) and storage is None:
        yield "third_party_storage_device_installed is mandatory for sites in California without Encharges"
    maker = result["third_party_storage_device_manufacturer"]
    if storage and maker not in OTHER_STORAGE:
        yield f"third_party_storage_device_manufacturer must be one of {', '.join(OTHER_STORAGE)}"
    applied, permitted = result["interconnection_application_date"], result["permission_to_operate"]
    if applied is None:
        return
    if applied < NEM_3_SINCE and (permitted or result["grid_connection_type"] == NET_BILLING):
        yield "interconnection_application_date must be after 2023-04-14"
    if permitted and applied > now:
        yield "interconnection_application_date must not be in the future where permission_to_operate is true"


def _modules(body: Mapping[str, Any], result: Entered) -> Iterator[str]:
    maker, model = result["pv_manufacturer"], result["pv_model"]
    if "pv_manufacturer" in body and maker not in MANUFACTURERS:
        yield "Manufacturer not found"
    if "pv_model" in body and (manufacturer_of(model) is None or maker not in ("", manufacturer_of(model))):
        yield "Model not found"
