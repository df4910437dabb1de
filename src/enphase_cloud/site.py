"""What the two kinds of System share: what is known of the system, and the flows that ask about it."""

from __future__ import annotations

import inspect
from datetime import UTC, date, timedelta, tzinfo
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from enphase_v4.catalog import LIFETIME, OPERATIONS, TELEMETRY
from enphase_v4.models import System as SystemDetails

from . import _time, changes, checks
from .archive.settling import due_after
from .archive.shelf import Recall, range_key
from .errors import EnphaseError, InvalidRequest
from .flows import Pause
from .flows.calls import called, many, one
from .flows.devices import chargers, devices, latest
from .flows.failures import Failures
from .flows.inverters import inverters
from .flows.lifetime import FIRST_DAY, Days, lifetime
from .flows.live import LONGEST, SHORTEST, live
from .flows.logs import log
from .flows.pages import record_pages
from .flows.summary import summary_of
from .flows.walk import walk
from .flows.windows import FIRST_SYSTEMS, Ask, plan, takes_dates, window_of
from .frames import Measured, Things
from .records.base import value_kinds
from .records.ev import ChargerEvent, ChargingSchedule, ChargingSession, CommandAccepted
from .records.settings import BatterySettings, GridStatus, LoadControl, StormGuard
from .records.site import Alarm, Event, MeterReading, Summary
from .records.system import About
from .results import Query, of_any_length
from .rows import Cost, GapReason, Problem, shown
from .transport.messages import endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from enphase_v4.catalog import Operation

    from ._time import When
    from .flows import Flow
    from .frames import Shape
    from .records.base import Items, Record
    from .records.ev import Charger
    from .records.site import Device, LatestReading
    from .rows import Report
    from .transport.runtime import Runtime

_EARLIEST_ZONE, _LATEST_ZONE = timedelta(hours=14), timedelta(hours=12)
_FIRST_OF_ALL = f"the first systems are of {FIRST_DAY.year}"
ON_ERROR = ("raise", "gap")
IN_FULL = {"production": {"production": "all"}}
"""What makes the answer of a lifetime series say more, at no further hit."""
_ZONE = "$.timezone"
_UNTOLD = (GapReason.NOT_REPORTED, GapReason.PROVISIONAL)
_TURN = 0.05
"""Seconds after which those look again who wait for somebody else's look-up of the zone."""


class _Asked(NamedTuple):
    """What a range is asked of."""

    operation: Operation
    arguments: dict[str, Any]
    label: str
    on_error: str


class Site:
    """What the two kinds of System share. What is wrong with an argument is said before a flow is made of it."""

    def __init__(
        self,
        system_id: int | str,
        session: Any,
        runtime: Runtime,
        *,
        timezone: str | tzinfo | None = None,
        details: SystemDetails | None = None,
    ) -> None:
        self._system_id = checks.system_id(system_id)
        self._runtime = runtime
        self._session = session
        self._given = None if timezone is None else checks.zone(timezone)
        self._details = details
        self._kept: str | None = None
        self._asking = Lock()

    @property
    def system_id(self) -> int:
        """The id that the service knows the system by."""
        return self._system_id

    @property
    def details(self) -> SystemDetails | None:
        """All that the service says of the system itself; None until it has been asked."""
        return self._details

    @property
    def about(self) -> About | None:
        """The same as a record: names, place, when it began to work; None until the service has been asked."""
        return None if self._details is None else self._about

    @property
    def name(self) -> str | None:
        """The name of the system; None while it is not known."""
        return self.about.name if self.about else None

    @property
    def status(self) -> str | None:
        """`normal`, or what is wrong, when the service was last asked; None while it is not known."""
        return self.about.status if self.about else None

    @property
    def timezone(self) -> str | None:
        """The time zone of the site, by the name that was given for it; None while it is not known."""
        if self._given is not None:
            return str(self._given)
        if self.about is None:
            return self._kept_name
        return self.about.timezone

    @property
    def operational_at(self) -> datetime | None:
        """When the system began to work, aware UTC; None while it is not known, or where it has not."""
        return self.about.operational_at if self.about else None

    @property
    def last_report_at(self) -> datetime | None:
        """When its gateway last reported, aware UTC; None while it is not known, or where it never has."""
        return self.about.last_report_at if self.about else None

    def __eq__(self, other: object) -> bool:
        """Systems are the same where their ids are, for one kind of client."""
        return self._system_id == other._system_id if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), self._system_id))

    def __repr__(self) -> str:
        return " ".join(filter(None, (f"<{type(self).__name__} {self._system_id}", self.name))) + ">"

    @cached_property
    def _about(self) -> About:
        assert self._details is not None  # noqa: S101 - who asks has seen to it
        return About.of(self._details, "$", f"system {self._system_id}", self._session.hide)

    @cached_property
    def _named(self) -> tzinfo:
        name = self.about.timezone if self.about else None
        return _time.site_zone(name, f"system {self._system_id}", self._session.hide)

    @property
    def _kept_name(self) -> str | None:
        """The time zone that the archive has of the site: it is looked up until it is found, and then no more."""
        if self._kept is None:
            known = self._session.shelf.system(self._system_id)
            name = None if known is None else known.get("timezone")
            if isinstance(name, str) and _time.find_zone(name) is not None:
                self._kept = name
        return self._kept

    @property
    def _known_to_have_none(self) -> bool:
        """Whether the service said that it knows no zone of the site: asking again for each range is no use."""
        if self._details is not None:
            return False
        known = self._session.shelf.system(self._system_id)
        return known is not None and "timezone" in known and known["timezone"] is None

    @property
    def _zone(self) -> tzinfo | None:
        """The zone of the site, as far as it is known without a call."""
        if self._details is None and self._given is None:
            return _time.find_zone(self._kept_name or "")
        return self._given or self._named

    def _ask_zone(self) -> Flow[Any, int]:
        """Ask for the system, once for all who need its zone at the same time. Returns the hits that it took."""
        while self._zone is None and not self._known_to_have_none:
            if not self._asking.acquire(blocking=False):
                yield Pause(_TURN)
                continue
            try:
                if self._zone is None:  # somebody may have had it meanwhile
                    return (yield from self._refresh())
            finally:
                self._asking.release()
        return 0

    def _note_zone(self, report: Report, meaning: str) -> None:
        """Say so, once, where no zone is known for the site, and what that means."""
        name = self._kept_name if self._details is None else self._details.timezone
        if self._given is None and (not isinstance(name, str) or _time.find_zone(name) is None):
            told = f"no time zone: {shown(name, self._session.hide)}. {meaning}"
            if all(problem.path != _ZONE for problem in report.problems):
                report.problems.append(Problem(_ZONE, told, f"GET /api/v4/systems/{self._system_id}"))

    def _now(self) -> int:
        return int(self._runtime.time())

    def _refresh(self) -> Flow[Any, int]:
        """Ask for the system itself. Returns the hits that it took."""
        answer = yield from called("getSystemById", system_id=self._system_id)
        for name in ("_about", "_named"):
            self.__dict__.pop(name, None)
        self._details = answer.model
        return answer.hits

    def _arguments(self, operation: Operation, serial: object) -> dict[str, Any]:
        window = window_of(operation)
        arguments: dict[str, Any] = {"system_id": self._system_id}
        if window.serial:
            if serial is None:
                msg = f"{window.series} is a series of one device: give its serial=; devices() lists them."
                raise InvalidRequest(msg)
            arguments[window.serial] = checks.serial(serial)
        elif serial is not None:
            msg = f"{window.series} is a series of the whole site: it takes no serial."
            raise InvalidRequest(msg)
        return arguments

    # ---------------------------------------------------------------------------------------------------- series

    def _telemetry(self, series: str, start: When, end: When | None, serial: object, on_error: str) -> Query:
        operation = checks.named(TELEMETRY, series, "telemetry")
        window = window_of(operation)
        arguments = self._arguments(operation, serial)
        return self._ranged(
            _Asked(operation, arguments, f"{series} of system {self._system_id}", on_error),
            start,
            end,
            Measured("end", window.series, tuple(name for name, _ in window.values)),
        )

    def _log(
        self, kind: type[Record], operation_id: str, start: When, end: When | None, on_error: str, **more: Any
    ) -> Query:
        operation = OPERATIONS[operation_id]
        arguments = {"system_id": self._system_id, **more}
        label = f"{window_of(operation).series} of system {self._system_id}"
        return self._ranged(
            _Asked(operation, arguments, label, on_error), start, end, Things(value_kinds(kind)), kind
        )

    def _ranged(
        self,
        asked: _Asked,
        start: When,
        end: When | None,
        shape: Shape,
        kind: type[Record] | None = None,
    ) -> Query:
        operation, arguments, label, on_error = asked
        window = window_of(operation)
        tolerant = checks.choice(on_error, ON_ERROR, "on_error") == "gap"
        first = _time.moment(start, "start")
        last = None if end is None else _time.moment(end, "end")
        local = takes_dates(window) or any(moment and moment.aware is None for moment in (first, last))
        _time.check(first, last, self._now())
        key = range_key(operation.operation_id, arguments)
        if not local or self._zone is not None:
            _time.span(first, last, self._zone or UTC, self._now())

        def flow(report: Report) -> Flow[Any, None]:
            if local:
                try:
                    yield from self._ask_zone()
                except EnphaseError as error:
                    until = self._now() if last is None else last.epoch(UTC)
                    Failures(report, tolerant).note(error, first.epoch(UTC), until)
                    return
                self._note_zone(report, "Local times are read in UTC")
            zone = self._zone or UTC
            span = _time.span(first, last, zone, self._now())
            if kind is None:
                yield from walk(operation, arguments, span, zone, report, tolerant=tolerant)
                if window.silent and any(gap.reason in _UNTOLD for gap in report.gaps):
                    self._note_zone(report, "Nights cannot be told, and are gaps: refresh() asks for it")
            else:
                yield from log(operation, arguments, span, kind, report, tolerant=tolerant)

        def cost() -> Cost:
            zone, now = self._zone or UTC, self._now()
            unknown = local and self._zone is None and not self._known_to_have_none
            span = _time.Span(first.epoch(zone), now if last is None else last.epoch(zone), now)
            coverage = self._session.shelf.recall(Recall(key, due_after(window)))
            steps = list(plan(window, span, zone, coverage))
            hits = sum(isinstance(step, Ask) for step in steps)
            since, fewer = self.operational_at, hits
            if since is not None:  # it may have reported before, so that it has to be asked
                begin = min(max(span.start, int(since.timestamp())), span.end)
                later = plan(window, span._replace(start=begin), zone, coverage)
                fewer = sum(isinstance(step, Ask) for step in later)
            return Cost(hits + unknown, exact=not unknown and fewer == hits, archived=len(steps) - hits)

        return Query(label, flow, cost, shape, resumes=True)

    def _lifetime(
        self, kind: str, start: When | None, end: When | None, serial: object, on_error: str
    ) -> Query:
        operation = checks.named(LIFETIME, kind, "lifetime")
        window = window_of(operation)
        arguments = {**self._arguments(operation, serial), **IN_FULL.get(kind, {})}
        tolerant = checks.choice(on_error, ON_ERROR, "on_error") == "gap"
        first = None if start is None else _time.day(start, "start")
        last = None if end is None else _time.day(end, "end")
        now = self._now()
        if first and first > self._dates(now)[1]:
            msg = f"start {first} lies in the future: there is nothing to ask for yet."
            raise InvalidRequest(msg)
        if first and last and first >= last:
            msg = f"start {first} does not lie before end {last} (the end is exclusive)."
            raise InvalidRequest(msg)
        if first is None and last and last <= FIRST_DAY:
            msg = f"no day of a system lies before end {last} (the end is exclusive): {_FIRST_OF_ALL}."
            raise InvalidRequest(msg)
        needs_start = _needs(operation, window.start)

        def days() -> Days:
            zone, since, operational = self._zone or UTC, self.operational_at, None
            if since is not None:  # no service is believed that it was before all others, or is to come
                epoch = min(max(int(since.timestamp()), FIRST_SYSTEMS), now)
                operational = _time.local_date(epoch, zone)
            return Days(first, last, *self._dates(now), operational, zone, now)

        def flow(report: Report) -> Flow[Any, None]:
            return lifetime(operation, arguments, days(), report, needs_start=needs_start, tolerant=tolerant)

        shape = Measured("date", window.series, tuple(name for name, _ in window.values))
        label = f"lifetime {kind} of system {self._system_id}"
        recall = Recall(range_key(operation.operation_id, arguments), due_after(window))

        def cost() -> Cost:
            coverage, asked = self._session.shelf.recall(recall), days()
            kept = coverage.whole(*asked.asked) is not None
            calls = int(asked.worth_a_call)
            return Cost(0 if kept or coverage.alone else calls, archived=calls if kept else 0)

        return Query(label, flow, cost, shape, resumes=True)

    def _dates(self, now: int) -> tuple[date, date]:
        """The dates that it may be at the site: the same, twice, or the first and the last that it is anywhere."""
        at = _time.aware(now)
        zone = self._given or _time.find_zone(self.timezone or "")
        if zone is None:
            return (at - _LATEST_ZONE).date(), (at + _EARLIEST_ZONE).date()
        return at.astimezone(zone).date(), at.astimezone(zone).date()

    # --------------------------------------------------------------------------------------------------- records

    def _summary(self, on: When | None) -> Flow[Any, Summary]:
        if on is None:
            return one(Summary, "getSystemSummary", system_id=self._system_id)
        day = _time.day(on, "date")
        if day > self._dates(self._now())[1]:
            msg = f"date {day} lies in the future: there is nothing to ask for yet."
            raise InvalidRequest(msg)
        if day < FIRST_DAY:
            msg = f"date {day} lies too far back: {_FIRST_OF_ALL}."
            raise InvalidRequest(msg)
        return summary_of(day, self._system_id)

    def _devices(self) -> Flow[Any, Items[Device]]:
        return devices(self._system_id)

    def _events(self, start: When, end: When | None, on_error: str) -> Query:
        return self._log(Event, "listSystemEvents", start, end, on_error)

    def _alarms(self, start: When, end: When | None, cleared: bool, on_error: str) -> Query:
        over = checks.boolean(cleared, "cleared")
        return self._log(Alarm, "listSystemAlarms", start, end, on_error, cleared=over)

    def _production_meter_readings(self, at: When | None) -> Flow[Any, Items[MeterReading]]:
        operation_id, path = "getProductionMeterReadings", "meter_readings"
        if at is None:
            return many(MeterReading, path, operation_id, system_id=self._system_id)
        moment, now = _time.moment(at, "at"), self._now()
        local = moment.aware is None
        earliest = moment.earliest if local and self._zone is None else moment.epoch(self._zone or UTC)
        if earliest > now:
            raise _in_future(moment)
        if moment.local.date() < FIRST_DAY:
            msg = f"at {moment.text} lies too far back: {_FIRST_OF_ALL}."
            raise InvalidRequest(msg)

        def flow() -> Flow[Any, Items[MeterReading]]:
            spent = (yield from self._ask_zone()) if local else 0
            end = moment.epoch(self._zone or UTC)
            if end > now:
                raise _in_future(moment)
            found: Items[MeterReading] = yield from many(
                MeterReading, path, operation_id, system_id=self._system_id, end_at=end
            )
            found.hits += spent
            return found

        return flow()

    def _inverters(self) -> Query:
        return of_any_length(
            f"inverters of system {self._system_id}",
            lambda report: inverters(report, site_id=self._system_id),
        )

    def _latest(self) -> Flow[Any, Items[LatestReading]]:
        return latest(self._system_id)

    def _battery_settings(self) -> Flow[Any, BatterySettings]:
        return one(BatterySettings, "getSystemBatterySettings", system_id=self._system_id)

    def _update_battery_settings(
        self, battery_mode: str | None, reserve_soc: int | None, energy_independence: bool | None
    ) -> Flow[Any, BatterySettings]:
        body = changes.battery_settings(battery_mode, reserve_soc, energy_independence)
        return one(BatterySettings, "updateSystemBatterySettings", system_id=self._system_id, body=body)

    def _storm_guard(self) -> Flow[Any, StormGuard]:
        return one(StormGuard, "getSystemStormGuard", system_id=self._system_id)

    def _update_storm_guard(self, storm_guard_status: bool) -> Flow[Any, StormGuard]:
        body = changes.storm_guard(storm_guard_status)
        return one(StormGuard, "updateSystemStormGuard", system_id=self._system_id, body=body)

    def _grid_status(self) -> Flow[Any, GridStatus]:
        return one(GridStatus, "getSystemGridStatus", system_id=self._system_id)

    def _load_control(self) -> Flow[Any, Items[LoadControl]]:
        return many(LoadControl, "load_control_data", "getSystemLoadControl", system_id=self._system_id)

    def _update_load_control(self, name: str, **wanted: Any) -> Flow[Any, Items[LoadControl]]:
        return many(
            LoadControl,
            "load_control_data",
            "updateSystemLoadControl",
            system_id=self._system_id,
            body=changes.load_control(name, **wanted),
        )

    def _live(self, duration: int, reconnect: bool) -> Query:
        seconds = checks.between(duration, SHORTEST, LONGEST, "duration")
        again = checks.boolean(reconnect, "reconnect")
        charge = OPERATIONS["getLiveData"].charge
        return Query(
            f"live data of system {self._system_id}",
            lambda report: live(self._system_id, seconds, report, self._runtime, reconnect=again),
            lambda: Cost(1, exact=not again, charge_usd=charge),
            Things(),
        )

    # --------------------------------------------------------------------------------------------- EV chargers

    def _ev_chargers(self) -> Flow[Any, Items[Charger]]:
        return chargers(self._system_id)

    def _ev_events(self, serial: object) -> Query:
        arguments = {} if serial is None else {"serial_num": checks.serial(serial)}
        return self._pages(ChargerEvent, "fetchEvents", "EV charger events", arguments)

    def _ev_sessions(self, serial: object) -> Query:
        arguments = {"serial_no": checks.serial(serial)}
        return self._pages(ChargingSession, "fetchChargerSessionHistory", "charging sessions", arguments)

    def _pages(self, kind: type[Record], operation_id: str, what: str, arguments: dict[str, Any]) -> Query:
        return of_any_length(
            f"{what} of system {self._system_id}",
            lambda report: record_pages(kind, operation_id, report, system_id=self._system_id, **arguments),
        )

    def _ev_schedules(self, serial: object) -> Flow[Any, Items[ChargingSchedule]]:
        return many(
            ChargingSchedule,
            "charger_schedules",
            "fetchSchedules",
            system_id=self._system_id,
            serial_no=checks.serial(serial),
        )

    def _start_charging(
        self, serial: object, connector_id: int | None, charging_level: int | None
    ) -> Flow[Any, CommandAccepted]:
        return one(
            CommandAccepted,
            "startCharging",
            system_id=self._system_id,
            serial_no=checks.serial(serial),
            body=changes.charging(connector_id, charging_level),
        )

    def _stop_charging(self, serial: object) -> Flow[Any, CommandAccepted]:
        return one(
            CommandAccepted, "stopCharging", system_id=self._system_id, serial_no=checks.serial(serial)
        )


def _needs(operation: Operation, argument: str) -> bool:
    """Whether an operation cannot be called without an argument."""
    parameters = inspect.signature(endpoint(operation.operation_id).get_kwargs).parameters
    return parameters[argument].default is inspect.Parameter.empty


def _in_future(moment: _time.Moment) -> InvalidRequest:
    return InvalidRequest(f"at {moment.text} lies in the future: there is nothing to ask for yet.")
