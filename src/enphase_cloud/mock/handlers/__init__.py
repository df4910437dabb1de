"""What answers which operation."""

from __future__ import annotations

from enphase_cloud.mock.handlers import commissioning
from enphase_cloud.mock.handlers.config import (
    battery_settings,
    grid_status,
    load_control,
    storm_guard,
    update_battery_settings,
    update_load_control,
    update_storm_guard,
)
from enphase_cloud.mock.handlers.device_telemetry import (
    acb_telemetry,
    encharge_telemetry,
    micro_telemetry,
)
from enphase_cloud.mock.handlers.ev import (
    charger_events,
    charger_lifetime,
    charger_schedules,
    charger_sessions,
    charger_telemetry,
    chargers_of_system,
    start_charging,
    stop_charging,
)
from enphase_cloud.mock.handlers.inverters import inverters_summary, system_of_gateway
from enphase_cloud.mock.handlers.latest import latest_telemetry
from enphase_cloud.mock.handlers.lifetime import battery_lifetime, energy_lifetime, lifetime
from enphase_cloud.mock.handlers.live import live_data
from enphase_cloud.mock.handlers.logs import event_types, system_alarms, system_events
from enphase_cloud.mock.handlers.readings import meter_readings, rgm_stats
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
    "retrieveSystemId": system_of_gateway,
    "listSystemEvents": system_events,
    "listSystemAlarms": system_alarms,
    "listEventTypes": event_types,
    "getInvertersSummary": inverters_summary,
    "listSystemDevices": devices_of_system,
    "getProductionMicroTelemetry": telemetry("production_micro"),
    "getProductionMeterTelemetry": telemetry("production_meter"),
    "getConsumptionMeterTelemetry": telemetry("consumption_meter"),
    "getBatteryTelemetry": telemetry("battery"),
    "getEnergyImportTelemetry": telemetry("energy_import"),
    "getEnergyExportTelemetry": telemetry("energy_export"),
    "getProductionMeterReadings": meter_readings,
    "getRgmStats": rgm_stats,
    "getMicroTelemetry": micro_telemetry,
    "getAcbTelemetry": acb_telemetry,
    "getEnchargeTelemetry": encharge_telemetry,
    "getLatestSystemTelemetry": latest_telemetry,
    "getEnergyLifetime": energy_lifetime,
    "getConsumptionLifetime": lifetime("consumption"),
    "getBatteryLifetime": battery_lifetime,
    "getEnergyImportLifetime": lifetime("import"),
    "getEnergyExportLifetime": lifetime("export"),
    "getSystemBatterySettings": battery_settings,
    "updateSystemBatterySettings": update_battery_settings,
    "getSystemStormGuard": storm_guard,
    "updateSystemStormGuard": update_storm_guard,
    "getSystemGridStatus": grid_status,
    "getSystemLoadControl": load_control,
    "updateSystemLoadControl": update_load_control,
    "getLiveData": live_data,
    "fetchChargersSummary": chargers_of_system,
    "fetchEvents": charger_events,
    "fetchChargerSessionHistory": charger_sessions,
    "fetchSchedules": charger_schedules,
    "fetchDailyEnergyConsumptionData": charger_lifetime,
    "fetchEnergyConsumptionData": charger_telemetry,
    "startCharging": start_charging,
    "stopCharging": stop_charging,
    **commissioning.SERVED,
}
"""What answers, by operationId. An operation of the document that is not here answers 501, and fails a test."""

STATIC: frozenset[str] = commissioning.STATIC | {"listEventTypes"}
"""Operations that answer the same whatever the fleet, the clock and the calls before. All others are stateful."""
