"""The devices of a home, as its inventory lists them: a pure function of the home and of its last report."""

from __future__ import annotations

from typing import Any

from enphase_cloud.mock.fleet import Home

Device = dict[str, Any]


def meter_id(home: Home, position: int) -> int:
    """The id of the production (0) or consumption (1) meter."""
    return _id(home, 900 + position)


def encharge_id(home: Home, position: int) -> int:
    """The id of a battery."""
    return _id(home, 910 + position)


def encharge_serial(home: Home, position: int) -> str:
    """The serial number of a battery."""
    return str(home.serial + 910 + position)


def inventory(home: Home, last_report_at: int | None) -> dict[str, list[Device]]:
    """Devices by class; classes that the home lacks are not there."""
    classes = {
        "micros": [_micro(home, position) for position in range(home.modules)],
        "meters": [] if home.metered_at is None else [_meter(home, position) for position in range(2)],
        "gateways": [_gateway(home)],
        "encharges": [
            _encharge(home, position) for position in range(home.battery.units if home.battery else 0)
        ],
        "enpowers": [_enpower(home)] if home.battery else [],
    }
    status = "normal" if last_report_at is not None else "comm"
    shared = {"last_report_at": last_report_at, "status": status, "active": True}
    return {name: [each | shared for each in devices] for name, devices in classes.items() if devices}


def _id(home: Home, offset: int) -> int:
    return 1_000_000_000 + home.index * 1_000 + offset


def _device(home: Home, offset: int, name: str, **facts: Any) -> Device:
    serial = str(home.serial + offset)
    return {"id": _id(home, offset), "name": f"{name} {serial}", "serial_number": serial, **facts}


def _micro(home: Home, position: int) -> Device:
    facts = {
        "part_number": "800-01135-r02",
        "sku": "IQ8PLUS-72-2-US",
        "model": "IQ8+",
        "product_name": "IQ8+",
    }
    return _device(home, position, "Microinverter", **facts)


def _meter(home: Home, position: int) -> Device:
    name, kind = (("production", "Production"), ("consumption", "Net"))[position]
    return {
        "id": meter_id(home, position),
        "name": name,
        "serial_number": f"{home.serial + 999}EIM{position + 1}",
        "part_number": "800-00655-r08",
        "sku": None,
        "model": "Envoy S",
        "state": "enabled",
        "config_type": kind,
        "product_name": "RGM",
    }


def _gateway(home: Home) -> Device:
    facts: dict[str, Any] = {
        "part_number": "800-00655-r08",
        "emu_sw_version": "D8.2.4345 (a1b2c3)",
        "sku": "ENV-IQ-AM1-240",
        "model": "Envoy-S-Metered-NA",
        "product_name": "IQ Gateway",
    }
    return _device(home, 999, "Gateway", **facts)


def _encharge(home: Home, position: int) -> Device:
    facts = {"part_number": "830-01760-r37", "sku": "IQBATTERY-5P-1P-NA", "model": "IQ Battery 5P"}
    return _device(home, 910 + position, "IQ Battery", **facts, product_name="IQ Battery 5P")


def _enpower(home: Home) -> Device:
    facts = {"part_number": "800-01135-r02", "sku": "EP200G101-M240US00", "model": "IQ System Controller 2"}
    return _device(home, 920, "IQ System Controller", **facts, product_name="IQ System Controller 2")
