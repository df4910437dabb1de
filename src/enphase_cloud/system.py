"""One system: a site with its gateway, microinverters, meters, batteries and chargers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from .flows.drive import result_of, result_of_async
from .results import AsyncListing, AsyncRows, Listing, Rows
from .rows import DayRow, Row
from .site import Site

if TYPE_CHECKING:
    from ._time import When
    from .records.base import Items
    from .records.ev import Charger, ChargerEvent, ChargingSchedule, ChargingSession, CommandAccepted
    from .records.live import LiveReading
    from .records.settings import BatterySettings, GridStatus, LoadControl, StormGuard
    from .records.site import Alarm, Device, Event, Inverter, LatestReading, MeterReading, Summary
    from .transport.http import AsyncSession, Session

R = TypeVar("R")


class System(Site):
    """One system, and what can be asked of it. Attributes that the service has not been asked for are None.

    Made by `Enphase.systems()`, `search()` and `system()`.
    """

    _session: Session

    def telemetry(
        self,
        series: str,
        start: When,
        end: When | None = None,
        *,
        serial: str | None = None,
        on_error: str = "raise",
    ) -> Rows[Row]:
        """The intervals of a series, with `start < row.end <= end`: one row for each end, in order.

        Args:
            series: `production_micro` (5 minutes), `production_meter`, `consumption_meter`, `battery`,
                `energy_import`, `energy_export`, `rgm` (15 minutes); and of one device, by its `serial`:
                `micro` (5 minutes), `acb`, `encharge`, `ev_charger` (15 minutes).
            start: An aware datetime; or a date, a naive datetime or ISO text, read in the site's time zone.
            end: The same; a date as end leaves that day out. Without it, or in the future: up to now.
            serial: The serial number of the device, for series of one device.
            on_error: `raise` what a call raises, or make a `gap` of its window and go on with the next,
                where that can help: after a second failure in a row, and what holds for every call, the
                rest is a gap.

        Returns:
            Rows with `end` (aware, UTC) and, as the series has them, `energy_wh`, `power_w`, `charge_wh`,
            `discharge_wh`, `soc_percent`, `devices_reporting`. Nothing is fetched before they are read. When
            they are, every interval of the range is a row, or lies in `gaps` or `silences`: these are the nights of
            `production_micro` and `micro`. Where the site's time zone is not known, or has no place (UTC), nights
            cannot be told, and are gaps that were not reported.

        Hits: one for each window (a week; 30 days are 5), and one more, once for a system, where a local
        time has to be read and the zone is not known. `rows.estimate()` says how many.

        Raises InvalidRequest, before any call, for a series that is not known, a serial that does not fit,
        a start that is not before the end or lies in the future; reading the rows raises the other
        EnphaseErrors. Reading ends with a ServerError where the service does not advance.

        Operations: getProductionMicroTelemetry, getProductionMeterTelemetry, getConsumptionMeterTelemetry,
        getBatteryTelemetry, getEnergyImportTelemetry, getEnergyExportTelemetry, getRgmStats,
        getMicroTelemetry, getAcbTelemetry, getEnchargeTelemetry, fetchEnergyConsumptionData.
        """
        return Rows(self._telemetry(series, start, end, serial, on_error), self._session)

    def lifetime(
        self,
        kind: str,
        start: When | None = None,
        end: When | None = None,
        *,
        serial: str | None = None,
        on_error: str = "raise",
    ) -> Rows[DayRow]:
        """The days of a series that are over, `start <= row.date < end`; without them, from the first day to
        yesterday.

        Args:
            kind: `production`, `consumption`, `battery`, `import`, `export`; with `serial`: `ev_charger`.
            start: A local calendar date of the site; of a datetime, the date that is written in it. Days before
                2006 are not asked for: they are a gap.
            end: The same, exclusive; after today: up to yesterday. Today and later days are gaps then.
            serial: The serial number of the charger, for `ev_charger`.
            on_error: `raise` what the call raises, or make a `gap` of the range.

        Returns:
            Rows with `date` (local) and `energy_wh`; `charge_wh` and `discharge_wh` for `battery`. Every
                date of the range is a row, or lies in `gaps`. `rows.details` is the whole answer: that of
                `production` has `micro_production` and `meter_production` besides, as the microinverters and
                the meter measured it.

        Where the zone of the site is not known, days that may not be over there are not settled
        (`settled_until`).

        Hits: one, however long the range; none where no day of it is over.

        Raises InvalidRequest, before the call, as `telemetry` does; reading raises the other EnphaseErrors.

        Operations: getEnergyLifetime, getConsumptionLifetime, getBatteryLifetime, getEnergyImportLifetime,
        getEnergyExportLifetime, fetchDailyEnergyConsumptionData.
        """
        return Rows(self._lifetime(kind, start, end, serial, on_error), self._session)

    def refresh(self) -> Self:
        """Ask the service for the system itself: `details`, and the attributes that are read from it. Returns
        the system.

        One hit. Raises EnphaseErrors. Operation: getSystemById.
        """
        result_of(self._refresh(), self._session)
        return self

    def summary(self, date: When | None = None) -> Summary:
        """What the system does and has done: `current_power` (W), `energy_today`, `energy_lifetime` (Wh).

        Args:
            date: The local date that `energy_today` is of; of a datetime, the date that is written in it.
                Without it, the date that it is at the site.

        One hit. InvalidRequest, before it, for a date in the future or before 2006; ServerError where the
        service answers for another date than was asked for. Raises EnphaseErrors. Operation: getSystemSummary.
        """
        return result_of(self._summary(date), self._session)

    def devices(self) -> Items[Device]:
        """All devices of the system, of every class, also of classes that are new.

        One hit. Raises EnphaseErrors. Operation: listSystemDevices.
        """
        return result_of(self._devices(), self._session)

    def events(self, start: When, end: When | None = None, *, on_error: str = "raise") -> Rows[Event]:
        """What happened to the system's devices: the events that began in a range, each once.

        Args:
            start: As `telemetry` takes it. The service gives the last nine months.
            end: The same. Without it, or in the future: up to now.
            on_error: As `telemetry` takes it.

        Returns:
            Events in the order of the service, window by window. What lies outside the lookback is in
                `gaps`.

        Hits: one for each week, and one more where a local time has to be read and the zone is not known.

        Raises InvalidRequest before any call, reading the other EnphaseErrors. Operation: listSystemEvents.
        """
        return Rows(self._events(start, end, on_error), self._session)

    def alarms(
        self, start: When, end: When | None = None, *, cleared: bool = False, on_error: str = "raise"
    ) -> Rows[Alarm]:
        """The alarms that were raised in a range, each once: those that are active, or those that were
        `cleared`.

        Args:
            start: As `telemetry` takes it. The service gives the last nine months.
            end: The same. Without it, or in the future: up to now.
            cleared: Those that are over, in place of those that are not. The service gives one kind at a
                time.
            on_error: As `telemetry` takes it.

        Hits: one for each week, and one more where a local time has to be read and the zone is not known.

        Raises InvalidRequest before any call, reading the other EnphaseErrors. Operation: listSystemAlarms.
        """
        return Rows(self._alarms(start, end, cleared, on_error), self._session)

    def production_meter_readings(self, at: When | None = None) -> Items[MeterReading]:
        """What each production meter showed (Wh): now, or at a time.

        Args:
            at: As `telemetry` takes a start. The readings are the last ones before it.

        One hit, and one more where a local time has to be read and the zone is not known. InvalidRequest,
        before it, for a time in the future or before 2006. Raises EnphaseErrors. Operation: getProductionMeterReadings.
        """
        return result_of(self._production_meter_readings(at), self._session)

    def inverters(self) -> Listing[Inverter]:
        """The microinverters of the system: state, power at the last report (W), energy over the lifetime
        (Wh).

        One hit for each 100 of them, made as they are read. Raises EnphaseErrors. Operation:
        getInvertersSummary.
        """
        return Listing(self._inverters(), self._session)

    def latest(self) -> Items[LatestReading]:
        """The last power (W) that each meter and battery reported.

        One hit. Raises EnphaseErrors. Operation: getLatestSystemTelemetry.
        """
        return result_of(self._latest(), self._session)

    def live(self, duration: int = 30, *, reconnect: bool = False) -> Listing[LiveReading]:
        """Readings as they arrive, about one a second: time (aware, UTC), powers in W, state of charge in
        percent.

        Powers are signed: `grid_power_w` is positive when the site imports, `battery_power_w` when the
        battery discharges.

        Args:
            duration: Seconds, 30 to 300, after which the service ends the stream.
            reconnect: Where the stream ends early or breaks, open another one for the rest. It is charged again:
                at most once for each half minute of the duration, and once more. Two in a row that bring nothing
                are the end; so is a turn in the plan's minute that comes when the duration, which begins with the
                first stream, is over.

        One hit, and $0.10, for each stream; `estimate()` shows both. It is not repeated by itself, whatever
        happens. Events that are cut, or cannot be read, are left out and stand in `problems`; a hundred of them
        in a row are no stream, and a DecodeError. Leaving the loop, or `close()`, ends the stream.

        InvalidRequest, before the call, for a duration that cannot be. Reading raises LiveStreamError where
        the system, its gateway or the service has no live data, ConnectionFailed where the stream breaks,
        and the other EnphaseErrors. Operation: getLiveData.
        """
        return Listing(self._live(duration, reconnect), self._session)

    def battery_settings(self) -> BatterySettings:
        """What the battery is told to do.

        One hit. Raises EnphaseErrors. Operation: getSystemBatterySettings.
        """
        return result_of(self._battery_settings(), self._session)

    def update_battery_settings(
        self,
        *,
        battery_mode: str | None = None,
        reserve_soc: int | None = None,
        energy_independence: bool | None = None,
    ) -> BatterySettings:
        """Tell the battery what to do; what is None stays as it is. Returns what is set then.

        Args:
            battery_mode: `Self-consumption`, `Savings Mode` or `Full Backup`.
            reserve_soc: Charge to keep, in percent of the capacity, 0 to 100.
            energy_independence: Whether, in Savings Mode, the battery goes on powering the house after the
                peak hours.

        One hit. Sent once, unless `Retry(settings=True)`. InvalidRequest, before it, where nothing is to be
        changed or a value cannot be. Raises EnphaseErrors. Operation: updateSystemBatterySettings.
        """
        return result_of(
            self._update_battery_settings(battery_mode, reserve_soc, energy_independence), self._session
        )

    def storm_guard(self) -> StormGuard:
        """Whether severe weather may switch the battery to full backup, and whether there is an alert.

        One hit. Raises EnphaseErrors. Operation: getSystemStormGuard.
        """
        return result_of(self._storm_guard(), self._session)

    def update_storm_guard(self, storm_guard_status: bool) -> StormGuard:
        """Turn Storm Guard on or off. Returns what is set then.

        One hit. Sent once, unless `Retry(settings=True)`. Raises EnphaseErrors. Operation:
        updateSystemStormGuard.
        """
        return result_of(self._update_storm_guard(storm_guard_status), self._session)

    def grid_status(self) -> GridStatus:
        """Whether the grid is there.

        One hit. Raises EnphaseErrors. Operation: getSystemGridStatus.
        """
        return result_of(self._grid_status(), self._session)

    def load_control(self) -> Items[LoadControl]:
        """When the loads on the dry contacts are powered: one record for each contact.

        One hit. Raises EnphaseErrors. Operation: getSystemLoadControl.
        """
        return result_of(self._load_control(), self._session)

    def update_load_control(
        self,
        name: str,
        *,
        load_name: str | None = None,
        mode: str | None = None,
        soc_low: int | None = None,
        essential_start_time: int | None = None,
        essential_end_time: int | None = None,
    ) -> Items[LoadControl]:
        """Change when the load on a dry contact is powered; what is None is left out. Returns all contacts.

        Args:
            name: The contact, such as `NC1`. It says which; it cannot be renamed.
            load_name: The load on it; it says which, too.
            mode: One of the words of `LoadControlMode`, such as `Basic` or `Scheduled`. An advanced mode needs
                `soc_low` with it. Whether `Scheduled` needs its times again where they are set already, the
                service decides.
            soc_low: Advanced modes: state of charge, 10 to 90 percent, at which the load is cut off.
            essential_start_time: Scheduled mode: start of the powered period, in seconds of the day.
            essential_end_time: Scheduled mode: its end.

        One hit. Sent once, unless `Retry(settings=True)`. InvalidRequest, before it, for a value that
        cannot be. Raises EnphaseErrors. Operation: updateSystemLoadControl.
        """
        return result_of(
            self._update_load_control(
                name,
                load_name=load_name,
                mode=mode,
                soc_low=soc_low,
                essential_start_time=essential_start_time,
                essential_end_time=essential_end_time,
            ),
            self._session,
        )

    def ev_chargers(self) -> Items[Charger]:
        """The EV chargers of the system.

        One hit. Raises EnphaseErrors. Operation: fetchChargersSummary.
        """
        return result_of(self._ev_chargers(), self._session)

    def ev_events(self, serial: str | None = None) -> Listing[ChargerEvent]:
        """What happened to the EV chargers, or to one of them by its serial number.

        One hit for the first 20 events, and one for each 100 further ones, made as they are read.
        InvalidRequest, before it, for what is no serial number. Raises EnphaseErrors. Operation: fetchEvents.
        """
        return Listing(self._ev_events(serial), self._session)

    def ev_sessions(self, serial: str) -> Listing[ChargingSession]:
        """The charging sessions of an EV charger: begin and end (aware, UTC), energy (Wh), durations (s).

        One hit for the first 20 sessions, and one for each 100 further ones, made as they are read.
        InvalidRequest, before it, for what is no serial number. Raises EnphaseErrors. Operation:
        fetchChargerSessionHistory.
        """
        return Listing(self._ev_sessions(serial), self._session)

    def ev_schedules(self, serial: str) -> Items[ChargingSchedule]:
        """The charging schedules of an EV charger.

        One hit. InvalidRequest, before it, for what is no serial number. Raises EnphaseErrors. Operation:
        fetchSchedules.
        """
        return result_of(self._ev_schedules(serial), self._session)

    def start_charging(
        self, serial: str, *, connector_id: int | None = None, charging_level: int | None = None
    ) -> CommandAccepted:
        """Tell an EV charger to charge. That it is accepted does not say that it is done: look at its status
        or sessions.

        Args:
            serial: The serial number of the charger.
            connector_id: The connector, from 1.
            charging_level: Percent of what the charger can give, 0 to 100.

        One hit; plans without EV control refuse it. Sent once, whatever happens. InvalidRequest, before it,
        for a value that cannot be. Raises EnphaseErrors. Operation: startCharging.
        """
        return result_of(self._start_charging(serial, connector_id, charging_level), self._session)

    def stop_charging(self, serial: str) -> CommandAccepted:
        """Tell an EV charger to stop. That it is accepted does not say that it is done.

        One hit; plans without EV control refuse it. Sent once, whatever happens. InvalidRequest, before it,
        for what is no serial number. Raises EnphaseErrors. Operation: stopCharging.
        """
        return result_of(self._stop_charging(serial), self._session)


class AsyncSystem(Site):
    """One system, for use in an event loop. See System: the same names, with `await` and `async for`."""

    _session: AsyncSession

    def telemetry(
        self,
        series: str,
        start: When,
        end: When | None = None,
        *,
        serial: str | None = None,
        on_error: str = "raise",
    ) -> AsyncRows[Row]:
        """The intervals of a series, for `async for`. See System.telemetry."""
        return AsyncRows(self._telemetry(series, start, end, serial, on_error), self._session)

    def lifetime(
        self,
        kind: str,
        start: When | None = None,
        end: When | None = None,
        *,
        serial: str | None = None,
        on_error: str = "raise",
    ) -> AsyncRows[DayRow]:
        """The days of a series, for `async for`. See System.lifetime."""
        return AsyncRows(self._lifetime(kind, start, end, serial, on_error), self._session)

    async def refresh(self) -> Self:
        """Ask the service for the system itself. See System.refresh."""
        await result_of_async(self._refresh(), self._session)
        return self

    async def summary(self, date: When | None = None) -> Summary:
        """What the system does now and has done. See System.summary."""
        return await result_of_async(self._summary(date), self._session)

    async def devices(self) -> Items[Device]:
        """All devices of the system. See System.devices."""
        return await result_of_async(self._devices(), self._session)

    def events(self, start: When, end: When | None = None, *, on_error: str = "raise") -> AsyncRows[Event]:
        """What happened to the system's devices, for `async for`. See System.events."""
        return AsyncRows(self._events(start, end, on_error), self._session)

    def alarms(
        self, start: When, end: When | None = None, *, cleared: bool = False, on_error: str = "raise"
    ) -> AsyncRows[Alarm]:
        """The alarms that were raised in a range, for `async for`. See System.alarms."""
        return AsyncRows(self._alarms(start, end, cleared, on_error), self._session)

    async def production_meter_readings(self, at: When | None = None) -> Items[MeterReading]:
        """What each production meter showed. See System.production_meter_readings."""
        return await result_of_async(self._production_meter_readings(at), self._session)

    def inverters(self) -> AsyncListing[Inverter]:
        """The microinverters of the system, for `async for`. See System.inverters."""
        return AsyncListing(self._inverters(), self._session)

    async def latest(self) -> Items[LatestReading]:
        """The last power that each meter and battery reported. See System.latest."""
        return await result_of_async(self._latest(), self._session)

    def live(self, duration: int = 30, *, reconnect: bool = False) -> AsyncListing[LiveReading]:
        """Readings as they arrive, for `async for`. See System.live."""
        return AsyncListing(self._live(duration, reconnect), self._session)

    async def battery_settings(self) -> BatterySettings:
        """What the battery is told to do. See System.battery_settings."""
        return await result_of_async(self._battery_settings(), self._session)

    async def update_battery_settings(
        self,
        *,
        battery_mode: str | None = None,
        reserve_soc: int | None = None,
        energy_independence: bool | None = None,
    ) -> BatterySettings:
        """Tell the battery what to do. See System.update_battery_settings."""
        return await result_of_async(
            self._update_battery_settings(battery_mode, reserve_soc, energy_independence), self._session
        )

    async def storm_guard(self) -> StormGuard:
        """Whether severe weather may switch the battery to full backup. See System.storm_guard."""
        return await result_of_async(self._storm_guard(), self._session)

    async def update_storm_guard(self, storm_guard_status: bool) -> StormGuard:
        """Turn Storm Guard on or off. See System.update_storm_guard."""
        return await result_of_async(self._update_storm_guard(storm_guard_status), self._session)

    async def grid_status(self) -> GridStatus:
        """Whether the grid is there. See System.grid_status."""
        return await result_of_async(self._grid_status(), self._session)

    async def load_control(self) -> Items[LoadControl]:
        """When the loads on the dry contacts are powered. See System.load_control."""
        return await result_of_async(self._load_control(), self._session)

    async def update_load_control(
        self,
        name: str,
        *,
        load_name: str | None = None,
        mode: str | None = None,
        soc_low: int | None = None,
        essential_start_time: int | None = None,
        essential_end_time: int | None = None,
    ) -> Items[LoadControl]:
        """Change when the load on a dry contact is powered. See System.update_load_control."""
        return await result_of_async(
            self._update_load_control(
                name,
                load_name=load_name,
                mode=mode,
                soc_low=soc_low,
                essential_start_time=essential_start_time,
                essential_end_time=essential_end_time,
            ),
            self._session,
        )

    async def ev_chargers(self) -> Items[Charger]:
        """The EV chargers of the system. See System.ev_chargers."""
        return await result_of_async(self._ev_chargers(), self._session)

    def ev_events(self, serial: str | None = None) -> AsyncListing[ChargerEvent]:
        """What happened to the EV chargers, for `async for`. See System.ev_events."""
        return AsyncListing(self._ev_events(serial), self._session)

    def ev_sessions(self, serial: str) -> AsyncListing[ChargingSession]:
        """The charging sessions of an EV charger, for `async for`. See System.ev_sessions."""
        return AsyncListing(self._ev_sessions(serial), self._session)

    async def ev_schedules(self, serial: str) -> Items[ChargingSchedule]:
        """The charging schedules of an EV charger. See System.ev_schedules."""
        return await result_of_async(self._ev_schedules(serial), self._session)

    async def start_charging(
        self, serial: str, *, connector_id: int | None = None, charging_level: int | None = None
    ) -> CommandAccepted:
        """Tell an EV charger to charge. See System.start_charging."""
        return await result_of_async(
            self._start_charging(serial, connector_id, charging_level), self._session
        )

    async def stop_charging(self, serial: str) -> CommandAccepted:
        """Tell an EV charger to stop. See System.stop_charging."""
        return await result_of_async(self._stop_charging(serial), self._session)
