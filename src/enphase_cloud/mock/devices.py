"""The devices of a home, as its inventory lists them: a pure function of the home and of its last report."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from enphase_cloud.mock.fleet import DAY, Home

Device = dict[str, Any]

MOST_MICROS, MOST_STORED, MOST_OTHERS = 800, 100, 10
"""How many microinverters, batteries, and gateways, controllers or relays a home has room for."""


def meter_id(home: Home, position: int) -> int:
    """The id of the production (0) or consumption (1) meter."""
    return _id(home, 900 + position)


def encharge_id(home: Home, position: int) -> int:
    """The id of a battery."""
    return _id(home, _stored(910, position))


def encharge_serial(home: Home, position: int) -> str:
    """The serial number of a battery."""
    if position < len(home.labels.encharges):
        return home.labels.encharges[position]
    return str(home.serial + _stored(910, position))


def micro_serial(home: Home, position: int) -> str:
    """The serial number of a microinverter."""
    return str(home.serial + position)


def gateway_serials(home: Home) -> tuple[str, ...]:
    """The serial numbers of the gateways. Most homes have one."""
    return home.labels.gateways or (str(home.serial + 999),)


def gateway_serial(home: Home) -> str:
    """The serial number of the gateway that the microinverters report to."""
    return gateway_serials(home)[0]


def enpower_serial(home: Home, position: int = 0) -> str:
    """The serial number of a system controller."""
    if position < len(home.labels.controllers):
        return home.labels.controllers[position]
    return str(home.serial + 920 + position)


def charger_serial(home: Home, position: int) -> str:
    """The serial number of an EV charger."""
    return str(home.serial + 930 + position)


def acb_serial(home: Home, position: int) -> str:
    """The serial number of an AC Battery."""
    return str(home.serial + _stored(940, position))


def metered(home: Home, last_report_at: int | None) -> bool:
    """Whether meters had been there when the home reported last."""
    return home.metered_at is not None and last_report_at is not None and home.metered_at <= last_report_at


def replaced(home: Home, last_report_at: int | None) -> bool:
    """Whether other meters had taken the place of the first by then."""
    return home.replaced_at is not None and last_report_at is not None and home.replaced_at < last_report_at


def production_meter_serial(home: Home, *, retired: bool = False) -> str:
    """The serial number of the production meter, or of the one whose place it took."""
    return _meter_serial(home, 0, retired=retired)


def meter_serials(home: Home, last_report_at: int | None) -> tuple[str, ...]:
    """The serial numbers of the meters that are there, production first; none where there were none yet."""
    if not metered(home, last_report_at):
        return ()
    retired = home.replaced_at is not None and not replaced(home, last_report_at)
    return tuple(_meter_serial(home, position, retired=retired) for position in range(2))


def inventory(
    home: Home, last_report_at: int | None, *, status: str | None = None, quirks: Collection[str] = ()
) -> dict[str, list[Device]]:
    """The devices that are not retired, by class; classes that the home lacks are not there.

    status: of all of them; None: `normal`, or `comm` where nothing was ever reported
    """
    units = home.battery.units if home.battery else 0
    kind = home.battery.kind if home.battery else ""
    # of the first meters nobody knows yet that they will be
    retired = home.replaced_at is not None and not replaced(home, last_report_at)
    classes = {
        "micros": [_micro(home, position) for position in range(home.modules)],
        "meters": [_meter(home, position, retired=retired) for position in range(2)]
        if metered(home, last_report_at)
        else [],
        "gateways": [_gateway(home, quirks, position) for position in range(len(gateway_serials(home)))],
        "q_relays": [_relay(home, position) for position in range(home.relays)],
        "acbs": [_acb(home, position) for position in range(units)] if kind == "acb" else [],
        "encharges": [_encharge(home, position) for position in range(units)] if kind == "encharge" else [],
        "enpowers": [_enpower(home, position) for position in range(home.controllers)],
        "ev_chargers": [_charger(home, position) for position in range(home.chargers)],
    }
    if "new_devices" in quirks:
        classes |= {"iq_collars": [_collar(home)], "heat_pump": [_heat_pump(home)]}
    shared = {
        "last_report_at": last_report_at,
        "status": status or ("comm" if last_report_at is None else "normal"),
        "active": "true" if "word_booleans" in quirks else True,
    }
    if "null_details" in quirks:
        shared |= {"last_report_at": None, "sku": None, "state": None}
    listed = {name: [each | shared for each in devices] for name, devices in classes.items() if devices}
    for charger in listed.get("ev_chargers", []):
        # as documented
        charger["active"] = "true"
    return listed


def _id(home: Home, offset: int) -> int:
    return 1_000_000_000 + home.index * 1_000 + offset


def _stored(first: int, position: int) -> int:
    """Where a battery stands among the devices of a home: the first ten have a place of their own."""
    return first + position if position < MOST_OTHERS else MOST_MICROS + position


def _device(home: Home, offset: int, name: str, *, serial: str | None = None, **facts: Any) -> Device:
    serial = str(home.serial + offset) if serial is None else serial
    return {"id": _id(home, offset), "name": f"{name} {serial}", "serial_number": serial, **facts}


def _micro(home: Home, position: int) -> Device:
    facts = {
        "part_number": "800-01391-r02",
        "sku": "IQ8H-240-72-2-US",
        "model": "IQ8H",
        "product_name": "IQ8H",
    }
    return _device(home, position, "Microinverter", **facts)


def _meter(home: Home, position: int, *, retired: bool) -> Device:
    name, kind = (("production", "Production"), ("consumption", "Net"))[position]
    return {
        "id": meter_id(home, position),
        "name": name,
        "serial_number": _meter_serial(home, position, retired=retired),
        "part_number": "800-00655-r08",
        "sku": None,
        "model": "Envoy S",
        "state": "enabled",
        "config_type": kind,
        "product_name": "RGM",
    }


def _meter_serial(home: Home, position: int, *, retired: bool = False) -> str:
    # meters are numbered by the gateway that they came with
    gateway = str(home.serial + 998) if retired else gateway_serial(home)
    return f"{gateway}EIM{position + 1}"


def _gateway(home: Home, quirks: Collection[str], position: int) -> Device:
    facts: dict[str, Any] = {
        "part_number": "800-00655-r08",
        "emu_sw_version": f"D{home.gateway_version} ({home.key % 2**24:06x})",
        "sku": "ENV-IQ-AM1-240",
        "model": "Envoy-S-Metered-NA",
        "product_name": "IQ Gateway",
    }
    if "cellular_na" in quirks:
        nothing = dict.fromkeys(("imei", "part_num", "sku"), "N/A")
        facts["cellular_modem"] = nothing | {"plan_start_date": None, "plan_end_date": None}
    elif home.connection == "cellular":
        began = home.operational_at
        facts["cellular_modem"] = {
            "imei": f"35{home.key % 10**13:013d}",
            "part_num": "860-00157-r01",
            "sku": "CELLMODEM-M1",
            "plan_start_date": began,
            "plan_end_date": None if began is None else began + 5 * 365 * DAY,
        }
    return _device(home, 999 - position, "Gateway", serial=gateway_serials(home)[position], **facts)


def _relay(home: Home, position: int) -> Device:
    facts = {"part_number": "800-00595-r01", "sku": "Q-RELAY-1P-INT", "model": ""}
    return _device(home, 950 + position, "IQ Relay", **facts, product_name="IQ Relay")


def _acb(home: Home, position: int) -> Device:
    facts = {"part_number": "800-00560-r03", "sku": "B280-1200-LL-I-US00-RF0", "model": "AC Battery"}
    offset = _stored(940, position)
    return _device(home, offset, "AC Battery", **facts, product_name="ACB")


def _charger(home: Home, position: int) -> Device:
    facts = {"part_number": "861-02006 09", "sku": "IQ-EVSE-NA-1060-0100-0100", "model": "IQ-EVSE-60R"}
    return _device(home, 930 + position, "IQ EV Charger", **facts, firmware="v0.04.22")


def _collar(home: Home) -> Device:
    facts = {"part_number": "865-00400-r24", "sku": "MC-200-011-V01", "model": "IQ Meter Collar"}
    return _device(home, 960, "IQ Meter Collar", **facts, product_name="IQ Meter Collar")


def _heat_pump(home: Home) -> Device:
    facts = {"part_number": "", "sku": None, "model": "SG Ready"}
    return _device(home, 970, "Heat pump", **facts, product_name="Heat pump")


def _encharge(home: Home, position: int) -> Device:
    facts = {"part_number": "830-01760-r37", "sku": "IQBATTERY-5P-1P-NA", "model": "IQ Battery 5P"}
    facts["product_name"], serial = "IQ Battery 5P", encharge_serial(home, position)
    return _device(home, _stored(910, position), "IQ Battery", serial=serial, **facts)


def _enpower(home: Home, position: int) -> Device:
    facts = {"part_number": "800-01135-r02", "sku": "EP200G101-M240US00", "model": "IQ System Controller 2"}
    facts["product_name"], serial = "IQ System Controller 2", enpower_serial(home, position)
    return _device(home, 920 + position, "IQ System Controller", serial=serial, **facts)
