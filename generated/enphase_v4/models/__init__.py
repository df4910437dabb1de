"""The shapes of requests and answers; each is imported when it is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .activation import Activation as Activation
    from .activation_address import ActivationAddress as ActivationAddress
    from .activation_battery_mode import ActivationBatteryMode as ActivationBatteryMode
    from .activation_subcontractor import ActivationSubcontractor as ActivationSubcontractor
    from .activations_page import ActivationsPage as ActivationsPage
    from .alarm import Alarm as Alarm
    from .alarm_event import AlarmEvent as AlarmEvent
    from .array_layer import ArrayLayer as ArrayLayer
    from .array_module import ArrayModule as ArrayModule
    from .array_type import ArrayType as ArrayType
    from .authorized_subcontractors import AuthorizedSubcontractors as AuthorizedSubcontractors
    from .battery_device_energy import BatteryDeviceEnergy as BatteryDeviceEnergy
    from .battery_device_interval import BatteryDeviceInterval as BatteryDeviceInterval
    from .battery_device_soc import BatteryDeviceSoc as BatteryDeviceSoc
    from .battery_device_telemetry import BatteryDeviceTelemetry as BatteryDeviceTelemetry
    from .battery_energy import BatteryEnergy as BatteryEnergy
    from .battery_interval import BatteryInterval as BatteryInterval
    from .battery_lifetime import BatteryLifetime as BatteryLifetime
    from .battery_mode import BatteryMode as BatteryMode
    from .battery_soc import BatterySoc as BatterySoc
    from .battery_telemetry import BatteryTelemetry as BatteryTelemetry
    from .branches import Branches as Branches
    from .cellular_modem import CellularModem as CellularModem
    from .charge_session_detail import ChargeSessionDetail as ChargeSessionDetail
    from .charge_session_details_response import ChargeSessionDetailsResponse as ChargeSessionDetailsResponse
    from .charger_summary import ChargerSummary as ChargerSummary
    from .charger_summary_response import ChargerSummaryResponse as ChargerSummaryResponse
    from .chargers_by_class import ChargersByClass as ChargersByClass
    from .company import Company as Company
    from .company_users import CompanyUsers as CompanyUsers
    from .consumption_lifetime import ConsumptionLifetime as ConsumptionLifetime
    from .consumption_meter_interval import ConsumptionMeterInterval as ConsumptionMeterInterval
    from .consumption_meter_telemetry import ConsumptionMeterTelemetry as ConsumptionMeterTelemetry
    from .control_meter_request import ControlMeterRequest as ControlMeterRequest
    from .create_activation_request import CreateActivationRequest as CreateActivationRequest
    from .create_company_user_request import CreateCompanyUserRequest as CreateCompanyUserRequest
    from .create_home_owner_request import CreateHomeOwnerRequest as CreateHomeOwnerRequest
    from .default_command_response import DefaultCommandResponse as DefaultCommandResponse
    from .device import Device as Device
    from .devices_by_class import DevicesByClass as DevicesByClass
    from .encharges_of_gateway import EnchargesOfGateway as EnchargesOfGateway
    from .energy_consumption import EnergyConsumption as EnergyConsumption
    from .energy_export_interval import EnergyExportInterval as EnergyExportInterval
    from .energy_export_lifetime import EnergyExportLifetime as EnergyExportLifetime
    from .energy_export_telemetry import EnergyExportTelemetry as EnergyExportTelemetry
    from .energy_import_interval import EnergyImportInterval as EnergyImportInterval
    from .energy_import_lifetime import EnergyImportLifetime as EnergyImportLifetime
    from .energy_import_telemetry import EnergyImportTelemetry as EnergyImportTelemetry
    from .energy_lifetime import EnergyLifetime as EnergyLifetime
    from .enpowers_of_gateway import EnpowersOfGateway as EnpowersOfGateway
    from .error_messages import ErrorMessages as ErrorMessages
    from .error_response import ErrorResponse as ErrorResponse
    from .error_response_array import ErrorResponseArray as ErrorResponseArray
    from .ev_energy_response import EVEnergyResponse as EVEnergyResponse
    from .ev_events_response import EVEventsResponse as EVEventsResponse
    from .ev_interval_energy_response import EVIntervalEnergyResponse as EVIntervalEnergyResponse
    from .event import Event as Event
    from .event_detail import EventDetail as EventDetail
    from .event_status import EventStatus as EventStatus
    from .event_type import EventType as EventType
    from .event_types import EventTypes as EventTypes
    from .found_user import FoundUser as FoundUser
    from .gateway_inverters import GatewayInverters as GatewayInverters
    from .grid_connection import GridConnection as GridConnection
    from .grid_profile import GridProfile as GridProfile
    from .grid_profiles import GridProfiles as GridProfiles
    from .inventory_detail import InventoryDetail as InventoryDetail
    from .inverter import Inverter as Inverter
    from .latest_device import LatestDevice as LatestDevice
    from .latest_devices import LatestDevices as LatestDevices
    from .latest_telemetry import LatestTelemetry as LatestTelemetry
    from .listed_activation import ListedActivation as ListedActivation
    from .live_error import LiveError as LiveError
    from .live_error_detail import LiveErrorDetail as LiveErrorDetail
    from .live_event import LiveEvent as LiveEvent
    from .live_message import LiveMessage as LiveMessage
    from .live_reading import LiveReading as LiveReading
    from .load_control import LoadControl as LoadControl
    from .load_control_mode import LoadControlMode as LoadControlMode
    from .load_controls import LoadControls as LoadControls
    from .meta import Meta as Meta
    from .meter import Meter as Meter
    from .meter_reading import MeterReading as MeterReading
    from .meter_switch import MeterSwitch as MeterSwitch
    from .meter_task import MeterTask as MeterTask
    from .micro_interval import MicroInterval as MicroInterval
    from .micro_telemetry import MicroTelemetry as MicroTelemetry
    from .microinverter_attachment_type import MicroinverterAttachmentType as MicroinverterAttachmentType
    from .new_activation_address import NewActivationAddress as NewActivationAddress
    from .new_array_module import NewArrayModule as NewArrayModule
    from .new_system_array import NewSystemArray as NewSystemArray
    from .on_off import OnOff as OnOff
    from .partner_rate_limit_error import PartnerRateLimitError as PartnerRateLimitError
    from .production_estimate import ProductionEstimate as ProductionEstimate
    from .production_meter_interval import ProductionMeterInterval as ProductionMeterInterval
    from .production_meter_readings import ProductionMeterReadings as ProductionMeterReadings
    from .production_meter_telemetry import ProductionMeterTelemetry as ProductionMeterTelemetry
    from .production_micro_interval import ProductionMicroInterval as ProductionMicroInterval
    from .production_micro_telemetry import ProductionMicroTelemetry as ProductionMicroTelemetry
    from .production_mode import ProductionMode as ProductionMode
    from .pv_manufacturer import PvManufacturer as PvManufacturer
    from .pv_manufacturers import PvManufacturers as PvManufacturers
    from .pv_models import PvModels as PvModels
    from .quantity import Quantity as Quantity
    from .rate_limit_error import RateLimitError as RateLimitError
    from .rgm_channel_interval import RgmChannelInterval as RgmChannelInterval
    from .rgm_meter import RgmMeter as RgmMeter
    from .rgm_stats import RgmStats as RgmStats
    from .schedule import Schedule as Schedule
    from .schedule_list import ScheduleList as ScheduleList
    from .schedules_body_response import SchedulesBodyResponse as SchedulesBodyResponse
    from .search_systems_request import SearchSystemsRequest as SearchSystemsRequest
    from .set_production_mode_request import SetProductionModeRequest as SetProductionModeRequest
    from .start_charging_request_body import StartChargingRequestBody as StartChargingRequestBody
    from .subcontractor import Subcontractor as Subcontractor
    from .system import System as System
    from .system_address import SystemAddress as SystemAddress
    from .system_alarms import SystemAlarms as SystemAlarms
    from .system_array import SystemArray as SystemArray
    from .system_arrays import SystemArrays as SystemArrays
    from .system_battery_settings import SystemBatterySettings as SystemBatterySettings
    from .system_connection_type import SystemConnectionType as SystemConnectionType
    from .system_devices import SystemDevices as SystemDevices
    from .system_events import SystemEvents as SystemEvents
    from .system_filter import SystemFilter as SystemFilter
    from .system_grid_status import SystemGridStatus as SystemGridStatus
    from .system_id import SystemId as SystemId
    from .system_sort import SystemSort as SystemSort
    from .system_status import SystemStatus as SystemStatus
    from .system_storm_guard import SystemStormGuard as SystemStormGuard
    from .system_summary import SystemSummary as SystemSummary
    from .systems_page import SystemsPage as SystemsPage
    from .tariff import Tariff as Tariff
    from .tariff_currency import TariffCurrency as TariffCurrency
    from .tariff_days import TariffDays as TariffDays
    from .tariff_period import TariffPeriod as TariffPeriod
    from .tariff_season import TariffSeason as TariffSeason
    from .tariff_settings import TariffSettings as TariffSettings
    from .tariff_single_rate import TariffSingleRate as TariffSingleRate
    from .tariff_storage_settings import TariffStorageSettings as TariffStorageSettings
    from .tariff_task import TariffTask as TariffTask
    from .tariff_update import TariffUpdate as TariffUpdate
    from .telemetry_granularity import TelemetryGranularity as TelemetryGranularity
    from .update_activation_battery_mode_request import (
        UpdateActivationBatteryModeRequest as UpdateActivationBatteryModeRequest,
    )
    from .update_activation_estimate_request import (
        UpdateActivationEstimateRequest as UpdateActivationEstimateRequest,
    )
    from .update_activation_request import UpdateActivationRequest as UpdateActivationRequest
    from .update_company_user_request import UpdateCompanyUserRequest as UpdateCompanyUserRequest
    from .update_system_arrays_request import UpdateSystemArraysRequest as UpdateSystemArraysRequest
    from .update_system_battery_settings_request import (
        UpdateSystemBatterySettingsRequest as UpdateSystemBatterySettingsRequest,
    )
    from .update_system_load_control_request import (
        UpdateSystemLoadControlRequest as UpdateSystemLoadControlRequest,
    )
    from .update_system_storm_guard_request import (
        UpdateSystemStormGuardRequest as UpdateSystemStormGuardRequest,
    )
    from .user import User as User
    from .user_changes import UserChanges as UserChanges
    from .user_expand import UserExpand as UserExpand

_MODULES = {
    "Activation": ".activation",
    "ActivationAddress": ".activation_address",
    "ActivationBatteryMode": ".activation_battery_mode",
    "ActivationSubcontractor": ".activation_subcontractor",
    "ActivationsPage": ".activations_page",
    "Alarm": ".alarm",
    "AlarmEvent": ".alarm_event",
    "ArrayLayer": ".array_layer",
    "ArrayModule": ".array_module",
    "ArrayType": ".array_type",
    "AuthorizedSubcontractors": ".authorized_subcontractors",
    "BatteryDeviceEnergy": ".battery_device_energy",
    "BatteryDeviceInterval": ".battery_device_interval",
    "BatteryDeviceSoc": ".battery_device_soc",
    "BatteryDeviceTelemetry": ".battery_device_telemetry",
    "BatteryEnergy": ".battery_energy",
    "BatteryInterval": ".battery_interval",
    "BatteryLifetime": ".battery_lifetime",
    "BatteryMode": ".battery_mode",
    "BatterySoc": ".battery_soc",
    "BatteryTelemetry": ".battery_telemetry",
    "Branches": ".branches",
    "CellularModem": ".cellular_modem",
    "ChargeSessionDetail": ".charge_session_detail",
    "ChargeSessionDetailsResponse": ".charge_session_details_response",
    "ChargerSummary": ".charger_summary",
    "ChargerSummaryResponse": ".charger_summary_response",
    "ChargersByClass": ".chargers_by_class",
    "Company": ".company",
    "CompanyUsers": ".company_users",
    "ConsumptionLifetime": ".consumption_lifetime",
    "ConsumptionMeterInterval": ".consumption_meter_interval",
    "ConsumptionMeterTelemetry": ".consumption_meter_telemetry",
    "ControlMeterRequest": ".control_meter_request",
    "CreateActivationRequest": ".create_activation_request",
    "CreateCompanyUserRequest": ".create_company_user_request",
    "CreateHomeOwnerRequest": ".create_home_owner_request",
    "DefaultCommandResponse": ".default_command_response",
    "Device": ".device",
    "DevicesByClass": ".devices_by_class",
    "EnchargesOfGateway": ".encharges_of_gateway",
    "EnergyConsumption": ".energy_consumption",
    "EnergyExportInterval": ".energy_export_interval",
    "EnergyExportLifetime": ".energy_export_lifetime",
    "EnergyExportTelemetry": ".energy_export_telemetry",
    "EnergyImportInterval": ".energy_import_interval",
    "EnergyImportLifetime": ".energy_import_lifetime",
    "EnergyImportTelemetry": ".energy_import_telemetry",
    "EnergyLifetime": ".energy_lifetime",
    "EnpowersOfGateway": ".enpowers_of_gateway",
    "ErrorMessages": ".error_messages",
    "ErrorResponse": ".error_response",
    "ErrorResponseArray": ".error_response_array",
    "EVEnergyResponse": ".ev_energy_response",
    "EVEventsResponse": ".ev_events_response",
    "EVIntervalEnergyResponse": ".ev_interval_energy_response",
    "Event": ".event",
    "EventDetail": ".event_detail",
    "EventStatus": ".event_status",
    "EventType": ".event_type",
    "EventTypes": ".event_types",
    "FoundUser": ".found_user",
    "GatewayInverters": ".gateway_inverters",
    "GridConnection": ".grid_connection",
    "GridProfile": ".grid_profile",
    "GridProfiles": ".grid_profiles",
    "InventoryDetail": ".inventory_detail",
    "Inverter": ".inverter",
    "LatestDevice": ".latest_device",
    "LatestDevices": ".latest_devices",
    "LatestTelemetry": ".latest_telemetry",
    "ListedActivation": ".listed_activation",
    "LiveError": ".live_error",
    "LiveErrorDetail": ".live_error_detail",
    "LiveEvent": ".live_event",
    "LiveMessage": ".live_message",
    "LiveReading": ".live_reading",
    "LoadControl": ".load_control",
    "LoadControlMode": ".load_control_mode",
    "LoadControls": ".load_controls",
    "Meta": ".meta",
    "Meter": ".meter",
    "MeterReading": ".meter_reading",
    "MeterSwitch": ".meter_switch",
    "MeterTask": ".meter_task",
    "MicroInterval": ".micro_interval",
    "MicroTelemetry": ".micro_telemetry",
    "MicroinverterAttachmentType": ".microinverter_attachment_type",
    "NewActivationAddress": ".new_activation_address",
    "NewArrayModule": ".new_array_module",
    "NewSystemArray": ".new_system_array",
    "OnOff": ".on_off",
    "PartnerRateLimitError": ".partner_rate_limit_error",
    "ProductionEstimate": ".production_estimate",
    "ProductionMeterInterval": ".production_meter_interval",
    "ProductionMeterReadings": ".production_meter_readings",
    "ProductionMeterTelemetry": ".production_meter_telemetry",
    "ProductionMicroInterval": ".production_micro_interval",
    "ProductionMicroTelemetry": ".production_micro_telemetry",
    "ProductionMode": ".production_mode",
    "PvManufacturer": ".pv_manufacturer",
    "PvManufacturers": ".pv_manufacturers",
    "PvModels": ".pv_models",
    "Quantity": ".quantity",
    "RateLimitError": ".rate_limit_error",
    "RgmChannelInterval": ".rgm_channel_interval",
    "RgmMeter": ".rgm_meter",
    "RgmStats": ".rgm_stats",
    "Schedule": ".schedule",
    "ScheduleList": ".schedule_list",
    "SchedulesBodyResponse": ".schedules_body_response",
    "SearchSystemsRequest": ".search_systems_request",
    "SetProductionModeRequest": ".set_production_mode_request",
    "StartChargingRequestBody": ".start_charging_request_body",
    "Subcontractor": ".subcontractor",
    "System": ".system",
    "SystemAddress": ".system_address",
    "SystemAlarms": ".system_alarms",
    "SystemArray": ".system_array",
    "SystemArrays": ".system_arrays",
    "SystemBatterySettings": ".system_battery_settings",
    "SystemConnectionType": ".system_connection_type",
    "SystemDevices": ".system_devices",
    "SystemEvents": ".system_events",
    "SystemFilter": ".system_filter",
    "SystemGridStatus": ".system_grid_status",
    "SystemId": ".system_id",
    "SystemSort": ".system_sort",
    "SystemStatus": ".system_status",
    "SystemStormGuard": ".system_storm_guard",
    "SystemSummary": ".system_summary",
    "SystemsPage": ".systems_page",
    "Tariff": ".tariff",
    "TariffCurrency": ".tariff_currency",
    "TariffDays": ".tariff_days",
    "TariffPeriod": ".tariff_period",
    "TariffSeason": ".tariff_season",
    "TariffSettings": ".tariff_settings",
    "TariffSingleRate": ".tariff_single_rate",
    "TariffStorageSettings": ".tariff_storage_settings",
    "TariffTask": ".tariff_task",
    "TariffUpdate": ".tariff_update",
    "TelemetryGranularity": ".telemetry_granularity",
    "UpdateActivationBatteryModeRequest": ".update_activation_battery_mode_request",
    "UpdateActivationEstimateRequest": ".update_activation_estimate_request",
    "UpdateActivationRequest": ".update_activation_request",
    "UpdateCompanyUserRequest": ".update_company_user_request",
    "UpdateSystemArraysRequest": ".update_system_arrays_request",
    "UpdateSystemBatterySettingsRequest": ".update_system_battery_settings_request",
    "UpdateSystemLoadControlRequest": ".update_system_load_control_request",
    "UpdateSystemStormGuardRequest": ".update_system_storm_guard_request",
    "User": ".user",
    "UserChanges": ".user_changes",
    "UserExpand": ".user_expand",
}

__all__ = (
    "Activation",
    "ActivationAddress",
    "ActivationBatteryMode",
    "ActivationsPage",
    "ActivationSubcontractor",
    "Alarm",
    "AlarmEvent",
    "ArrayLayer",
    "ArrayModule",
    "ArrayType",
    "AuthorizedSubcontractors",
    "BatteryDeviceEnergy",
    "BatteryDeviceInterval",
    "BatteryDeviceSoc",
    "BatteryDeviceTelemetry",
    "BatteryEnergy",
    "BatteryInterval",
    "BatteryLifetime",
    "BatteryMode",
    "BatterySoc",
    "BatteryTelemetry",
    "Branches",
    "CellularModem",
    "ChargersByClass",
    "ChargerSummary",
    "ChargerSummaryResponse",
    "ChargeSessionDetail",
    "ChargeSessionDetailsResponse",
    "Company",
    "CompanyUsers",
    "ConsumptionLifetime",
    "ConsumptionMeterInterval",
    "ConsumptionMeterTelemetry",
    "ControlMeterRequest",
    "CreateActivationRequest",
    "CreateCompanyUserRequest",
    "CreateHomeOwnerRequest",
    "DefaultCommandResponse",
    "Device",
    "DevicesByClass",
    "EnchargesOfGateway",
    "EnergyConsumption",
    "EnergyExportInterval",
    "EnergyExportLifetime",
    "EnergyExportTelemetry",
    "EnergyImportInterval",
    "EnergyImportLifetime",
    "EnergyImportTelemetry",
    "EnergyLifetime",
    "EnpowersOfGateway",
    "ErrorMessages",
    "ErrorResponse",
    "ErrorResponseArray",
    "EVEnergyResponse",
    "Event",
    "EventDetail",
    "EventStatus",
    "EventType",
    "EventTypes",
    "EVEventsResponse",
    "EVIntervalEnergyResponse",
    "FoundUser",
    "GatewayInverters",
    "GridConnection",
    "GridProfile",
    "GridProfiles",
    "InventoryDetail",
    "Inverter",
    "LatestDevice",
    "LatestDevices",
    "LatestTelemetry",
    "ListedActivation",
    "LiveError",
    "LiveErrorDetail",
    "LiveEvent",
    "LiveMessage",
    "LiveReading",
    "LoadControl",
    "LoadControlMode",
    "LoadControls",
    "Meta",
    "Meter",
    "MeterReading",
    "MeterSwitch",
    "MeterTask",
    "MicroInterval",
    "MicroinverterAttachmentType",
    "MicroTelemetry",
    "NewActivationAddress",
    "NewArrayModule",
    "NewSystemArray",
    "OnOff",
    "PartnerRateLimitError",
    "ProductionEstimate",
    "ProductionMeterInterval",
    "ProductionMeterReadings",
    "ProductionMeterTelemetry",
    "ProductionMicroInterval",
    "ProductionMicroTelemetry",
    "ProductionMode",
    "PvManufacturer",
    "PvManufacturers",
    "PvModels",
    "Quantity",
    "RateLimitError",
    "RgmChannelInterval",
    "RgmMeter",
    "RgmStats",
    "Schedule",
    "ScheduleList",
    "SchedulesBodyResponse",
    "SearchSystemsRequest",
    "SetProductionModeRequest",
    "StartChargingRequestBody",
    "Subcontractor",
    "System",
    "SystemAddress",
    "SystemAlarms",
    "SystemArray",
    "SystemArrays",
    "SystemBatterySettings",
    "SystemConnectionType",
    "SystemDevices",
    "SystemEvents",
    "SystemFilter",
    "SystemGridStatus",
    "SystemId",
    "SystemSort",
    "SystemsPage",
    "SystemStatus",
    "SystemStormGuard",
    "SystemSummary",
    "Tariff",
    "TariffCurrency",
    "TariffDays",
    "TariffPeriod",
    "TariffSeason",
    "TariffSettings",
    "TariffSingleRate",
    "TariffStorageSettings",
    "TariffTask",
    "TariffUpdate",
    "TelemetryGranularity",
    "UpdateActivationBatteryModeRequest",
    "UpdateActivationEstimateRequest",
    "UpdateActivationRequest",
    "UpdateCompanyUserRequest",
    "UpdateSystemArraysRequest",
    "UpdateSystemBatterySettingsRequest",
    "UpdateSystemLoadControlRequest",
    "UpdateSystemStormGuardRequest",
    "User",
    "UserChanges",
    "UserExpand",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted(_MODULES)
