"""Every operation of the document, asked through the facade: how, and what comes of it, so that it can be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from enphase_cloud.commissioning import (
    ActivationChanges,
    Address,
    Days,
    NewActivation,
    NewArray,
    NewModule,
    NewTariff,
    Period,
    Season,
)

from .worlds import NOW, Mode

DAY, STEP = 86_400, 900


@dataclass
class House:
    """A system to ask about, through one of the two clients."""

    mode: Mode
    system: Any
    serials: dict[str, str] = field(default_factory=dict)
    """The first device of each class; where none is known, 1."""
    ids: dict[str, int] = field(default_factory=dict)
    """Of what there is besides systems: an owner, a company and a user of it, ...; where none is known, 1."""
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

    def id(self, what: str) -> int:
        return self.ids.get(what, 1)

    @property
    def client(self) -> Any:
        return self.mode.client

    @property
    def desk(self) -> Any:
        """Where installers ask."""
        return self.mode.client.commissioning

    @property
    def site(self) -> int:
        """The id of the system, which is that of its activation."""
        found: int = self.system.system_id
        return found

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


ADDRESS = Address(street1="1 Sun Street", city="Austin", state="TX", country="US", postal_code="73301")
NEW = NewActivation(system_name="House of Ada", reference="ADA1", address=ADDRESS, expected_pcu_count=12)
PERSON = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Sol", "phone": "1-800-123-1234"}
ALL_DAYS = Days(
    id="all_days",
    days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    periods=(Period(id="night", start=0, rate="0.1"), Period(id="day", start=360, rate=0.25)),
)
TARIFF = NewTariff(currency="USD", seasons=(Season(id="all_year_long", start="1/1", days=(ALL_DAYS,)),))


def array(h: House) -> NewArray:
    """One array with one of the microinverters of the house."""
    module = NewModule(serial_num=h.serial("micros"), left=0, top=0, angle=0)
    return NewArray(label="South", angle=180, tilt=30, left=10, top=-3, modules=(module,))


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
    "listActivations": lambda h: h.all(h.desk.activations(stage=(4, 5))),
    "createActivation": lambda h: h.one(h.desk.create_activation(NEW, check_reference=False)),
    "getActivation": lambda h: h.one(h.desk.activation(h.site, expand=("owner.company", "host"))),
    "updateActivation": lambda h: h.one(
        h.desk.update_activation(h.site, ActivationChanges(system_name="House of Sol", address=ADDRESS))
    ),
    "deleteActivation": lambda h: h.one(h.desk.delete_activation(h.id("begun"))),
    "getActivationBatteryMode": lambda h: h.one(h.desk.battery_mode(h.site)),
    "updateActivationBatteryMode": lambda h: h.one(
        h.desk.update_battery_mode(h.site, cfg_allowed=True, dtg_allowed=False)
    ),
    "getProductionMode": lambda h: h.one(h.desk.production_mode(h.site)),
    "setProductionMode": lambda h: h.one(h.desk.set_production_mode(h.site, "off")),
    "getActivationEstimate": lambda h: h.one(h.desk.production_estimate(h.site)),
    "updateActivationEstimate": lambda h: h.one(
        h.desk.update_production_estimate(h.site, degrade_factor=0.4, month_estimates=[*range(1, 13)])
    ),
    "grantActivationAccess": lambda h: h.one(h.desk.grant_access(h.site, h.id("colleague"))),
    "revokeActivationAccess": lambda h: h.one(h.desk.revoke_access(h.site, h.id("guest"))),
    "getActivationUser": lambda h: h.one(h.desk.activation_user(h.site, h.id("owner"), company=True)),
    "updateActivationUser": lambda h: h.one(
        h.desk.update_activation_user(h.site, h.id("owner"), first_name="Grace")
    ),
    "searchUser": lambda h: h.one(h.desk.find_user("installer@example.com")),
    "getUser": lambda h: h.one(h.desk.user(h.id("colleague"), company=True)),
    "getCurrentUser": lambda h: h.one(h.desk.current_user(company=True)),
    "updateUser": lambda h: h.one(h.desk.update_user(h.id("colleague"), last_name="Hopper")),
    "createHomeOwner": lambda h: h.one(h.desk.create_home_owner(**PERSON)),
    "listCompanyUsers": lambda h: h.one(h.desk.company_users(h.id("company"))),
    "getCompanyUser": lambda h: h.one(h.desk.company_user(h.id("company"), h.id("colleague"))),
    "createCompanyUser": lambda h: h.one(
        h.desk.create_company_user(h.id("company"), **PERSON | {"email": "grace@example.com"})
    ),
    "updateCompanyUser": lambda h: h.one(
        h.desk.update_company_user(h.id("company"), h.id("colleague"), enlighten_emails=True)
    ),
    "listBranches": lambda h: h.one(h.desk.branches()),
    "listAuthorizedSubcontractors": lambda h: h.one(h.desk.subcontractors()),
    "listGridProfiles": lambda h: h.one(h.desk.grid_profiles()),
    "listPvManufacturers": lambda h: h.one(h.desk.pv_manufacturers()),
    "listPvModels": lambda h: h.one(h.desk.pv_models(h.id("manufacturer"))),
    "getSystemMeter": lambda h: h.one(h.desk.meter(h.site, h.serial("meters"))),
    "updateSystemMeter": lambda h: h.one(h.desk.update_meter(h.site, h.serial("meters"), "2026-05-31")),
    "controlMeter": lambda h: h.one(h.desk.set_meter(h.site, h.serial("meters"), "enabled")),
    "getSystemTariffSettings": lambda h: h.one(h.desk.tariff(h.site)),
    "updateSystemTariffSettings": lambda h: h.one(h.desk.update_tariff(h.site, TARIFF)),
    "getSystemArrays": lambda h: h.one(h.desk.arrays(h.site)),
    "updateSystemArrays": lambda h: h.one(h.desk.update_arrays(h.site, [array(h)], angle=0)),
    "getSystemArray": lambda h: h.one(h.desk.array(h.site, h.id("array"))),
    "updateSystemArray": lambda h: h.one(h.desk.update_array(h.site, h.id("array"), array(h))),
    "deleteSystemArray": lambda h: h.one(h.desk.delete_array(h.site, h.id("array"))),
}
"""By operationId."""


def listed(result: Any) -> list[Any]:
    return result if isinstance(result, list) else []
