"""What answers which operation."""

from __future__ import annotations

from enphase_cloud.mock.handlers.latest import latest_telemetry
from enphase_cloud.mock.handlers.lifetime import battery_lifetime, energy_lifetime, lifetime
from enphase_cloud.mock.handlers.systems import (
    devices_of_system,
    list_systems,
    search_systems,
    summary_of_system,
    system_by_id,
)
from enphase_cloud.mock.handlers.telemetry import telemetry
from enphase_cloud.mock.service import Handler

SERVED: dict[str, Handler] = {
    "listSystems": list_systems,
    "searchSystems": search_systems,
    "getSystemById": system_by_id,
    "getSystemSummary": summary_of_system,
    "listSystemDevices": devices_of_system,
    "getProductionMicroTelemetry": telemetry("production_micro"),
    "getProductionMeterTelemetry": telemetry("production_meter"),
    "getConsumptionMeterTelemetry": telemetry("consumption_meter"),
    "getBatteryTelemetry": telemetry("battery"),
    "getEnergyImportTelemetry": telemetry("energy_import"),
    "getEnergyExportTelemetry": telemetry("energy_export"),
    "getLatestSystemTelemetry": latest_telemetry,
    "getEnergyLifetime": energy_lifetime,
    "getConsumptionLifetime": lifetime("consumption"),
    "getBatteryLifetime": battery_lifetime,
    "getEnergyImportLifetime": lifetime("import"),
    "getEnergyExportLifetime": lifetime("export"),
}
"""Operations with an answer of their own, by operationId."""

NOT_SERVED: frozenset[str] = frozenset(
    {
        "retrieveSystemId",
        "listSystemEvents",
        "listSystemAlarms",
        "listEventTypes",
        "getProductionMeterReadings",
        "getRgmStats",
        "getInvertersSummary",
        "getMicroTelemetry",
        "getAcbTelemetry",
        "getEnchargeTelemetry",
        "getSystemBatterySettings",
        "updateSystemBatterySettings",
        "getSystemStormGuard",
        "updateSystemStormGuard",
        "getSystemGridStatus",
        "getSystemLoadControl",
        "updateSystemLoadControl",
        "getLiveData",
        "fetchChargersSummary",
        "fetchEvents",
        "fetchChargerSessionHistory",
        "fetchSchedules",
        "fetchDailyEnergyConsumptionData",
        "fetchEnergyConsumptionData",
        "startCharging",
        "stopCharging",
    }
)
"""Operations that answer 501. An operation of the document that is in neither table fails a test."""
