"""Every operation of the document, asked through the facade: how, and what comes of it, so that it can be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .worlds import NOW, Mode

DAY, STEP = 86_400, 900


@dataclass
class House:
    """A system to ask about, through one of the two clients."""

    mode: Mode
    system: Any
    serials: dict[str, str] = field(default_factory=dict)
    """The first device of each class; where none is known, 1."""
    now: int = NOW
    problems: list[Any] = field(default_factory=list)
    """What could not be read in all that came, and in its items."""

    def one(self, value: Any) -> Any:
        """What a call that is made at once gives."""
        result = self.mode.result(value)
        self.problems += getattr(result, "problems", ())
        self.problems += [each for item in listed(result) for each in getattr(item, "problems", ())]
        return result

    def all(self, items: Any) -> list[Any]:
        """What is fetched while it is read, to its end."""
        try:
            found = self.mode.collect(items)
        finally:
            self.problems += items.problems
        self.problems += [each for item in found for each in getattr(item, "problems", ())]
        return found

    def systems(self, listing: Any) -> list[Any]:
        return [(each.system_id, self.noted(each.about)) for each in self.all(listing)]

    def noted(self, record: Any) -> Any:
        self.problems += record.problems
        return record

    def serial(self, device_class: str) -> str:
        return self.serials.get(device_class, "1")

    @property
    def client(self) -> Any:
        return self.mode.client

    @property
    def day(self) -> tuple[datetime, datetime]:
        """The last whole day, in UTC."""
        end = datetime.fromtimestamp(self.now - self.now % DAY, UTC)
        return end - timedelta(days=1), end

    def telemetry(self, series: str, device_class: str = "") -> list[Any]:
        serial = self.serial(device_class) if device_class else None
        return self.all(self.system.telemetry(series, *self.day, serial=serial))

    def lifetime(self, kind: str) -> list[Any]:
        return self.all(self.system.lifetime(kind))


USES: dict[str, Callable[[House], Any]] = {
    "listSystems": lambda h: h.systems(h.client.systems()),
    "searchSystems": lambda h: h.systems(h.client.search(name="e")),
    "getSystemById": lambda h: h.noted(h.one(h.system.refresh()).about),
    "getSystemSummary": lambda h: h.one(h.system.summary()),
    "listSystemDevices": lambda h: h.one(h.system.devices()),
    "retrieveSystemId": lambda h: h.one(h.client.retrieve_system_id(h.serial("gateways"))),
    "listSystemEvents": lambda h: h.all(h.system.events(h.day[1] - timedelta(days=20), h.day[1])),
    "listSystemAlarms": lambda h: h.all(h.system.alarms(h.day[1] - timedelta(days=20), h.day[1])),
    "listEventTypes": lambda h: h.one(h.client.event_types()),
    "getProductionMeterReadings": lambda h: h.one(h.system.production_meter_readings()),
    "getRgmStats": lambda h: h.telemetry("rgm"),
    "getConsumptionLifetime": lambda h: h.lifetime("consumption"),
    "getEnergyLifetime": lambda h: h.lifetime("production"),
    "getBatteryLifetime": lambda h: h.lifetime("battery"),
    "getEnergyImportLifetime": lambda h: h.lifetime("import"),
    "getEnergyExportLifetime": lambda h: h.lifetime("export"),
    "getInvertersSummary": lambda h: h.all(h.system.inverters()),
    "getProductionMicroTelemetry": lambda h: h.telemetry("production_micro"),
    "getProductionMeterTelemetry": lambda h: h.telemetry("production_meter"),
    "getBatteryTelemetry": lambda h: h.telemetry("battery"),
    "getConsumptionMeterTelemetry": lambda h: h.telemetry("consumption_meter"),
    "getMicroTelemetry": lambda h: h.telemetry("micro", "micros"),
    "getAcbTelemetry": lambda h: h.telemetry("acb", "acbs"),
    "getEnchargeTelemetry": lambda h: h.telemetry("encharge", "encharges"),
    "getSystemBatterySettings": lambda h: h.one(h.system.battery_settings()),
    "updateSystemBatterySettings": lambda h: h.one(h.system.update_battery_settings(reserve_soc=40)),
    "getSystemStormGuard": lambda h: h.one(h.system.storm_guard()),
    "updateSystemStormGuard": lambda h: h.one(h.system.update_storm_guard(True)),
    "getSystemGridStatus": lambda h: h.one(h.system.grid_status()),
    "getSystemLoadControl": lambda h: h.one(h.system.load_control()),
    "updateSystemLoadControl": lambda h: h.one(h.system.update_load_control("NC1", mode="Basic")),
    "getEnergyImportTelemetry": lambda h: h.telemetry("energy_import"),
    "getEnergyExportTelemetry": lambda h: h.telemetry("energy_export"),
    "getLiveData": lambda h: h.all(h.system.live(duration=30)),
    "getLatestSystemTelemetry": lambda h: h.one(h.system.latest()),
    "fetchChargersSummary": lambda h: h.one(h.system.ev_chargers()),
    "fetchEvents": lambda h: h.all(h.system.ev_events()),
    "fetchChargerSessionHistory": lambda h: h.all(h.system.ev_sessions(h.serial("ev_chargers"))),
    "fetchSchedules": lambda h: h.one(h.system.ev_schedules(h.serial("ev_chargers"))),
    "fetchDailyEnergyConsumptionData": lambda h: h.all(
        h.system.lifetime("ev_charger", h.day[0] - timedelta(days=9), serial=h.serial("ev_chargers"))
    ),
    "fetchEnergyConsumptionData": lambda h: h.telemetry("ev_charger", "ev_chargers"),
    "startCharging": lambda h: h.one(
        h.system.start_charging(h.serial("ev_chargers"), connector_id=1, charging_level=40)
    ),
    "stopCharging": lambda h: h.one(h.system.stop_charging(h.serial("ev_chargers"))),
}
"""By operationId."""


def listed(result: Any) -> list[Any]:
    return result if isinstance(result, list) else []
