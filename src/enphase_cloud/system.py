"""One system: a site with its gateway, microinverters, meters, batteries and chargers."""

from __future__ import annotations

import inspect
import logging
import re
from contextlib import aclosing
from datetime import UTC, date, timedelta, tzinfo
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from enphase_v4.catalog import LIFETIME, TELEMETRY
from enphase_v4.models import Device as DeviceDetails

from . import _time
from .errors import InvalidRequest
from .flows.calls import call, single
from .flows.drive import drive, drive_async
from .flows.lifetime import lifetime
from .flows.windows import plan, takes_dates, walk, window_of
from .results import AsyncRows, Query, Rows
from .rows import DayRow, Estimate, Report, Row
from .transport.messages import endpoint

if TYPE_CHECKING:
    from enphase_v4.catalog import Operation
    from enphase_v4.models import System as SystemDetails
    from enphase_v4.models import SystemSummary

    from ._time import When
    from .flows import Flow
    from .transport.http import AsyncSession, Session
    from .transport.runtime import Runtime

R = TypeVar("R")

_EARLIEST_ZONE = timedelta(hours=14)
_LONGEST_SERIAL = 64
_log = logging.getLogger("enphase_cloud")


class Device(NamedTuple):
    """One device of a system. What the service does not say is None."""

    device_type: str
    """Its class: `micros`, `meters`, `gateways`, `q_relays`, `acbs`, `encharges`, `enpowers`, `ev_chargers`."""
    serial_number: str | None
    name: str | None
    model: str | None
    status: str | None
    details: DeviceDetails
    """All that the service says of it, as the document names it."""


class _Site:
    """What the two kinds of System share: what is known of the system, and the flows that ask about it."""

    def __init__(
        self,
        system_id: int | str,
        session: Any,
        runtime: Runtime,
        *,
        timezone: str | tzinfo | None = None,
        details: SystemDetails | None = None,
    ) -> None:
        self._system_id = checked_id(system_id)
        self._runtime = runtime
        self._session = session
        self._given = None if timezone is None else _checked_zone(timezone)
        self._details = details

    @property
    def system_id(self) -> int:
        """The id that the service knows the system by."""
        return self._system_id

    @property
    def details(self) -> SystemDetails | None:
        """All that the service says of the system itself; None until it has been asked."""
        return self._details

    @property
    def name(self) -> str | None:
        """The name of the system; None while it is not known."""
        return _text(self._details, "name")

    @property
    def status(self) -> str | None:
        """`normal`, or what is wrong, when the service was last asked; None while it is not known."""
        return _text(self._details, "status")

    @property
    def timezone(self) -> str | None:
        """The time zone of the site, by the name that was given for it; None while it is not known."""
        return _text(self._details, "timezone") if self._given is None else str(self._given)

    def __repr__(self) -> str:
        return " ".join(filter(None, (f"<{type(self).__name__} {self._system_id}", self.name))) + ">"

    @cached_property
    def _named(self) -> tzinfo:
        return _time.site_zone(_text(self._details, "timezone"), f"system {self._system_id}")

    @property
    def _zone(self) -> tzinfo | None:
        """The zone of the site, as far as it is known without a call."""
        return self._given or (None if self._details is None else self._named)

    def _ask_zone(self) -> Flow[Any, tzinfo]:
        if self._zone is None:
            self._details = yield from call("getSystemById", system_id=self._system_id)
        return self._zone or self._named

    def _arguments(self, operation: Operation, serial: str | None) -> dict[str, Any]:
        window = window_of(operation)
        arguments: dict[str, Any] = {"system_id": self._system_id}
        if window.serial:
            arguments[window.serial] = _checked_serial(serial, window.series)
        elif serial is not None:
            msg = f"{window.series} is a series of the whole site: it takes no serial."
            raise InvalidRequest(msg)
        return arguments

    def _telemetry(self, series: str, start: When, end: When | None, serial: str | None) -> Query[Row]:
        operation = _series(TELEMETRY, series, "telemetry")
        window = window_of(operation)
        arguments = self._arguments(operation, serial)
        now = int(self._runtime.time())
        first = _time.moment(start, "start")
        last = None if end is None else _time.moment(end, "end")
        local = takes_dates(window) or any(moment and moment.aware is None for moment in (first, last))
        _time.check(first, last, now)
        if not local or self._zone is not None:
            _time.span(first, last, self._zone or UTC, now)

        def flow(report: Report) -> Flow[Row, None]:
            zone = (yield from self._ask_zone()) if local else UTC
            yield from walk(operation, arguments, _time.span(first, last, zone, now), zone, report)

        def estimate() -> Estimate:
            zone = self._zone or UTC
            unknown = local and self._zone is None
            asked = _time.Span(first.epoch(zone), now if last is None else last.epoch(zone), now)
            windows = plan(window, asked, zone)
            return Estimate(hits=sum(1 for _ in windows) + unknown, exact=not unknown)

        fields = ("end", *(name for name, _ in window.values))
        return Query(f"{series} of system {self._system_id}", fields, flow, estimate)

    def _lifetime(self, kind: str, start: When | None, end: When | None, serial: str | None) -> Query[DayRow]:
        operation = _series(LIFETIME, kind, "lifetime")
        window = window_of(operation)
        arguments = self._arguments(operation, serial)
        first = None if start is None else _time.day(start, "start")
        last = None if end is None else _time.day(end, "end")
        if first and first > self._latest_date():
            msg = f"start {first} lies in the future: there is nothing to ask for yet."
            raise InvalidRequest(msg)
        if first and last and first >= last:
            msg = f"start {first} does not lie before end {last} (the end is exclusive)."
            raise InvalidRequest(msg)
        if last == date.min:
            msg = f"no day lies before end {last} (the end is exclusive)."
            raise InvalidRequest(msg)
        if last and last - timedelta(days=1) > self._latest_date():
            last = None  # the service refuses a day that is still to come, and gives all that is without one
        required = inspect.signature(endpoint(operation.operation_id).get_kwargs).parameters[window.start]
        if first is None and required.default is required.empty:
            msg = f"the lifetime series {kind} needs a start."
            raise InvalidRequest(msg)
        fields = ("date", *(name for name, _ in window.values))
        return Query(
            f"lifetime {kind} of system {self._system_id}",
            fields,
            lambda report: lifetime(operation, arguments, first, last, report),
            lambda: Estimate(hits=1),
        )

    def _latest_date(self) -> date:
        """The date that it is at the site; where its zone is not known, the latest that it is anywhere."""
        now = _time.aware(int(self._runtime.time()))
        zone = self._given or _time.find_zone(_text(self._details, "timezone") or "")
        return (now + _EARLIEST_ZONE if zone is None else now.astimezone(zone)).date()

    def _summary(self) -> Flow[Any, SystemSummary]:
        summary: SystemSummary = yield from call("getSystemSummary", system_id=self._system_id)
        return summary

    def _devices(self) -> Flow[Any, list[Device]]:
        answer = yield from call("listSystemDevices", system_id=self._system_id)
        classes = getattr(answer.get_path("devices"), "additional_properties", {})
        return [
            _device(name, item)
            for name, items in classes.items()
            for item in (items if isinstance(items, list) else [])
            if _is_device(name, item)
        ]


class System(_Site):
    """One system, and what can be asked of it. Attributes that the service has not been asked for are None.

    Made by `Enphase.systems()` and `Enphase.system()`.
    """

    _session: Session

    def telemetry(
        self, series: str, start: When, end: When | None = None, *, serial: str | None = None
    ) -> Rows[Row]:
        """The intervals of a series, with `start < row.end <= end`: one row for each end, in order.

        Args:
            series: `production_micro` (5 minutes), `production_meter`, `consumption_meter`, `battery`,
                `energy_import`, `energy_export`, `rgm` (15 minutes); and of one device, by its `serial`:
                `micro` (5 minutes), `acb`, `encharge`, `ev_charger` (15 minutes).
            start: An aware datetime; or a date, a naive datetime or ISO text, read in the site's time zone.
            end: The same; a date as end leaves that day out. Without it, or in the future: up to now.
            serial: The serial number of the device, for series of one device.

        Returns:
            Rows with `end` (aware, UTC) and, as the series has them, `energy_wh`, `power_w`, `charge_wh`,
            `discharge_wh`, `soc_percent`, `devices_reporting`. Nothing is fetched before they are read.

        Hits: one for each window (a week; 30 days are 5), and one more, once for a system, where a local time
        has to be read and the zone is not known. `rows.estimate()` says how many.

        Raises InvalidRequest, before any call, for a series that is not known, a serial that does not fit, a
        start that is not before the end or lies in the future; reading the rows raises the other
        EnphaseErrors. Reading ends with a ServerError where the service does not advance.

        Operations: getProductionMicroTelemetry, getProductionMeterTelemetry, getConsumptionMeterTelemetry,
        getBatteryTelemetry, getEnergyImportTelemetry, getEnergyExportTelemetry, getRgmStats,
        getMicroTelemetry, getAcbTelemetry, getEnchargeTelemetry, fetchEnergyConsumptionData.
        """
        return Rows(self._telemetry(series, start, end, serial), self._session)

    def lifetime(
        self, kind: str, start: When | None = None, end: When | None = None, *, serial: str | None = None
    ) -> Rows[DayRow]:
        """The days of a series, `start <= row.date < end`; without them, from the first day to yesterday.

        Args:
            kind: `production`, `consumption`, `battery`, `import`, `export`; with `serial`: `ev_charger`.
            start: A local calendar date of the site; of a datetime, the date that is written in it.
            end: The same, exclusive; in the future: up to yesterday.
            serial: The serial number of the charger, for `ev_charger`.

        Returns:
            Rows with `date` (local) and `energy_wh`; `charge_wh` and `discharge_wh` for `battery`.

        Hits: one, however long the range.

        Raises InvalidRequest, before the call, as `telemetry` does; reading raises the other EnphaseErrors.

        Operations: getEnergyLifetime, getConsumptionLifetime, getBatteryLifetime, getEnergyImportLifetime,
        getEnergyExportLifetime, fetchDailyEnergyConsumptionData.
        """
        return Rows(self._lifetime(kind, start, end, serial), self._session)

    def summary(self) -> SystemSummary:
        """What the system does and has done: `current_power` (W), `energy_today`, `energy_lifetime` (Wh).

        One hit. Raises EnphaseErrors. Operation: getSystemSummary.
        """
        return self._one(self._summary())

    def devices(self) -> list[Device]:
        """All devices of the system, of every class, also of classes that are new.

        One hit. Raises EnphaseErrors. Operation: listSystemDevices.
        """
        return self._one(self._devices())

    def _one(self, flow: Flow[Any, R]) -> R:
        ((result,),) = drive(single(flow), self._session, Report())
        return result


class AsyncSystem(_Site):
    """One system, for use in an event loop. See System: the same names, with `await` and `async for`."""

    _session: AsyncSession

    def telemetry(
        self, series: str, start: When, end: When | None = None, *, serial: str | None = None
    ) -> AsyncRows[Row]:
        """The intervals of a series, for `async for`. See System.telemetry."""
        return AsyncRows(self._telemetry(series, start, end, serial), self._session)

    def lifetime(
        self, kind: str, start: When | None = None, end: When | None = None, *, serial: str | None = None
    ) -> AsyncRows[DayRow]:
        """The days of a series, for `async for`. See System.lifetime."""
        return AsyncRows(self._lifetime(kind, start, end, serial), self._session)

    async def summary(self) -> SystemSummary:
        """What the system does now and has done. See System.summary."""
        return await self._one(self._summary())

    async def devices(self) -> list[Device]:
        """All devices of the system. See System.devices."""
        return await self._one(self._devices())

    async def _one(self, flow: Flow[Any, R]) -> R:
        async with aclosing(drive_async(single(flow), self._session, Report())) as batches:
            ((result,),) = [batch async for batch in batches]
        return result


def _text(model: Any, attribute: str) -> str | None:
    value = getattr(model, attribute, None)
    return value if isinstance(value, str) else None


def _device(device_type: str, details: DeviceDetails) -> Device:
    return Device(
        device_type,
        serial_number=_text(details, "serial_number"),
        name=_text(details, "name"),
        model=_text(details, "model"),
        status=_text(details, "status"),
        details=details,
    )


def _is_device(device_type: str, item: object) -> bool:
    fits = isinstance(item, DeviceDetails)
    if not fits:
        _log.warning("a device of the class %r is not an object: it was left out", device_type)
    return fits


def _series(known: dict[str, Operation], name: object, method: str) -> Operation:
    if isinstance(name, str) and name in known:
        return known[name]
    close = get_close_matches(name, known, n=1) if isinstance(name, str) else []
    hint = f" Did you mean {close[0]!r}?" if close else ""
    msg = f"{name!r} is no series of {method}().{hint} There are: {', '.join(known)}."
    raise InvalidRequest(msg)


def checked_id(system_id: object) -> int:
    """A system id, from a number or its digits. InvalidRequest for anything else."""
    if isinstance(system_id, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", system_id):
        system_id = int(system_id)
    if isinstance(system_id, bool) or not isinstance(system_id, int) or system_id <= 0:
        msg = f"{system_id!r} is no system id: it is a whole number, such as 698905955. systems() lists them."
        raise InvalidRequest(msg)
    return system_id


def _checked_serial(serial: object, series: str) -> str:
    if serial is None:
        msg = f"{series} is a series of one device: give its serial=; devices() lists them."
        raise InvalidRequest(msg)
    if isinstance(serial, int) and abs(serial) >= 10**_LONGEST_SERIAL:
        serial = "9" * (_LONGEST_SERIAL + 1)  # Python refuses to write larger ones
    text = str(serial).strip() if isinstance(serial, str | int) and not isinstance(serial, bool) else ""
    if len(text) > _LONGEST_SERIAL:
        msg = f"a serial number has no more than {_LONGEST_SERIAL} characters. devices() lists them."
        raise InvalidRequest(msg)
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._:-]*", text):
        msg = f"{serial!r} is no serial number: letters and digits are expected. devices() lists them."
        raise InvalidRequest(msg)
    return text


def _checked_zone(zone: object) -> tzinfo:
    if isinstance(zone, tzinfo):
        # A zone of pytz is not to be used as it is: it would stand for the local mean time of a century ago.
        named = getattr(zone, "zone", None)
        return (_time.find_zone(named) if isinstance(named, str) else None) or zone
    found = _time.find_zone(zone) if isinstance(zone, str) else None
    if found is None:
        msg = f"{zone!r} is no time zone: give an IANA name such as 'Europe/Berlin'."
        raise InvalidRequest(msg)
    return found
