"""Enphase and AsyncEnphase: where everything begins."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from . import checks, transport
from ._settings import resolve, wrapped
from .archive.shelf import Shelf
from .flows.calls import many
from .flows.drive import result_of, result_of_async
from .flows.inverters import inverters
from .flows.systems import system_of, systems
from .records.site import EventType, Inverter
from .results import AsyncListing, Listing, Query, of_any_length
from .searches import search, sorting
from .system import AsyncSystem, System
from .transport.options import Options
from .transport.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import tzinfo
    from pathlib import Path
    from types import TracebackType

    from enphase_v4.client import Client

    from ._settings import Settings
    from ._time import When
    from .commissioning.client import AsyncCommissioning, Commissioning
    from .flows import Flow
    from .records.base import Items
    from .sync.order import Order
    from .sync.results import SyncPlan, SyncProgress, SyncResult
    from .transport.hooks import Hooks
    from .transport.http import AsyncSession, Core, Session
    from .transport.plan import Plan, Quota, Reserve
    from .transport.retry import Retry

R = TypeVar("R")


class _Client(ABC):
    """What both clients are told, and where they find it."""

    _session: Any

    def __init__(
        self,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        base_url: str | None = None,
        plan: Plan | str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        reserve: Reserve | None = None,
        max_wait: float | None = None,
        hooks: Hooks | None = None,
        home: Path | str | None = None,
        profile: str | None = None,
        store: str | None = None,
        archive: bool = True,
        runtime: Runtime | None = None,
    ) -> None:
        given = wrapped(api_key=api_key, access_token=access_token, client_secret=client_secret)
        del api_key, access_token, client_secret  # what shows the variables of this frame shows no secret
        self._begin(
            resolve(
                environ={},
                **given,
                client_id=client_id,
                base_url=base_url,
                plan=plan,
                timeout=timeout,
                home=home,
                profile=profile,
                store=store,
            ),
            _given(retry=retry, reserve=reserve, max_wait=max_wait, hooks=hooks),
            runtime or Runtime(),
            archive=checks.boolean(archive, "archive"),
        )

    @classmethod
    def from_env(
        cls,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        base_url: str | None = None,
        plan: Plan | str | None = None,
        timeout: float | None = None,
        retry: Retry | None = None,
        reserve: Reserve | None = None,
        max_wait: float | None = None,
        hooks: Hooks | None = None,
        home: Path | str | None = None,
        profile: str | None = None,
        store: str | None = None,
        archive: bool = True,
        runtime: Runtime | None = None,
    ) -> Self:
        """A client from what the environment says; arguments win over it, and it over `config.toml` in the home.

        `ENPHASE_ACCESS_TOKEN` with `ENPHASE_API_KEY`; or neither, after `enphase login`. Further `ENPHASE_PLAN`,
        `ENPHASE_BASE_URL`, `ENPHASE_PROFILE`, `ENPHASE_HOME`, `ENPHASE_STORE`, `ENPHASE_CLIENT_ID`,
        `ENPHASE_CLIENT_SECRET`. In `config.toml`: `plan`, `base_url`, `profile`, `store`, `timeout`; no secrets.

        ConfigurationError, naming the variable, where something is missing or cannot be used.
        """
        given = wrapped(api_key=api_key, access_token=access_token, client_secret=client_secret)
        del api_key, access_token, client_secret  # as in __init__
        client = cls.__new__(cls)
        client._begin(
            resolve(
                environ=os.environ,
                **given,
                client_id=client_id,
                base_url=base_url,
                plan=plan,
                timeout=timeout,
                home=home,
                profile=profile,
                store=store,
            ),
            _given(retry=retry, reserve=reserve, max_wait=max_wait, hooks=hooks),
            runtime or Runtime(),
            archive=checks.boolean(archive, "archive"),
        )
        return client

    def _begin(self, settings: Settings, given: dict[str, Any], runtime: Runtime, *, archive: bool) -> None:
        api_key = settings.needed_key()
        self._settings = settings
        self._runtime = runtime
        options = Options(timeout=settings.timeout, **given)
        core = transport.open_core(
            settings.base_url,
            plan=settings.plan,
            home=settings.home,
            api_key=api_key,
            access_token=settings.access_token,
            given=(settings.own("api_key"), settings.own("client_secret")),
            store=None if settings.stored is None else settings.open_store(),
            stored=settings.stored,
            options=options,
            runtime=runtime,
        )
        hide = core.pipeline.auth.hide
        kept = None
        if archive:
            from .archive.store import store_of  # noqa: PLC0415 - sqlite3 is loaded when a client is built

            kept = store_of(settings.home, settings.base_url)
        self._connect(core, options, Shelf(kept, runtime.time, hide))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._settings.base_url}>"

    @property
    def quota(self) -> Quota:
        """What has been used of the plan and what is left, in the minute and in the month. No call.

        It is what the processes of this machine that use the key have booked, corrected by what the service said when
        it refused a call: there is no endpoint that tells.
        """
        quota: Quota = self._session.quota()
        return quota

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retry: Retry | None = None,
        reserve: Reserve | None = None,
        max_wait: float | None = None,
        hooks: Hooks | None = None,
        form_bodies: bool | None = None,
    ) -> Self:
        """The same client with other options for the calls that are made through it; None leaves one as it is.

        ```python
        enphase.with_options(timeout=5, retry=Retry(attempts=1)).system(698905955).summary()
        ```
        Connections, tokens and ledger are shared: closing either closes both.

        `form_bodies=False` sends the bodies of Commissioning as plain JSON where the vendor's document has forms:
        sources disagree on what the service takes.

        ConfigurationError for what cannot be.
        """
        given = _given(
            timeout=timeout,
            retry=retry,
            reserve=reserve,
            max_wait=max_wait,
            hooks=hooks,
            form_bodies=form_bodies,
        )
        view = copy(self)
        view._session = self._session.view(replace(self._session.options, **given))
        return view

    def plan_sync(
        self,
        systems: Iterable[int | str] | int | str | None = None,
        *,
        since: When | None = None,
        series: Iterable[str] | str | None = None,
        max_hits: int | None = None,
        reserve: int | None = None,
        refresh: bool = False,
    ) -> SyncPlan:
        """What `sync` with the same arguments would ask for, as far as that is known. No call is made.

        InvalidRequest for arguments that cannot be.
        """
        from .sync.run import reckon  # noqa: PLC0415 - loaded where it is used

        return reckon(
            self,
            self._order(
                systems, since=since, series=series, max_hits=max_hits, reserve=reserve, refresh=refresh
            ),
        )

    def _order(
        self,
        systems: Iterable[int | str] | int | str | None,
        *,
        since: When | None,
        series: Iterable[str] | str | None,
        max_hits: int | None,
        reserve: int | None,
        refresh: bool,
    ) -> Order:
        from .sync.order import order_of  # noqa: PLC0415 - loaded where it is used

        left = self._session.options.reserve.per_month
        return order_of(
            systems,
            since,
            series,
            max_hits=max_hits,
            reserve=left if reserve is None else reserve,
            refresh=refresh,
            now=int(self._runtime.time()),
        )

    def _systems(self, sort_by: str, made: Callable[[Any], Any]) -> Query:
        arguments = {"sort_by": sorting(sort_by)}
        return of_any_length("systems", lambda report: systems("listSystems", arguments, report), made)

    def _search(self, filters: Mapping[str, Any], sort_by: str, made: Callable[[Any], Any]) -> Query:
        arguments = {"body": search(filters, sort_by)}
        return of_any_length(
            "a search for systems", lambda report: systems("searchSystems", arguments, report), made
        )

    def _retrieve_system_id(self, serial: object) -> Flow[Any, int]:
        return system_of(checks.serial(serial))

    def _event_types(self, event_type_id: object) -> Flow[Any, Items[EventType]]:
        one_of_them = {}
        if event_type_id is not None:
            one_of_them["event_type_id"] = checks.natural(event_type_id, "event_type_id")
        return many(EventType, "event_types", "listEventTypes", **one_of_them)

    def _inverters(self, gateway_serial: object) -> Query:
        serial = checks.gateway_serial(gateway_serial)
        return of_any_length(
            f"inverters of gateway {serial}", lambda report: inverters(report, envoy_serial_number=serial)
        )

    @abstractmethod
    def _connect(self, core: Core, options: Options, shelf: Shelf) -> None:
        """Open the session."""


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


class Enphase(_Client):
    """The Enphase Enlighten cloud API v4, as one owner's access token sees it.

    ```python
    with Enphase.from_env() as enphase:
        for system in enphase.systems():
            for row in system.telemetry("production_meter", start="2026-01-01", end="2026-02-01"):
                print(row.end, row.energy_wh)
    ```

    Args:
        access_token: An owner's access token that is used as it is, and not renewed. Without it, the grant that
            `enphase login` stored under the profile's name is used, and renewed when that is due.
        api_key: The key of your application (developer-v4.enphase.com); not needed with a stored grant.
        client_id: Of your application; one that is not the stored grant's is refused.
        client_secret: In place of the one that is stored with the grant.
        base_url: Where the service is; another one for the mock server. Plain http only to this machine.
        plan: The application's plan, `watt`, `kilowatt`, `megawatt`, `partner`, or limits of one's own. Without
            it hits are counted, and limits are learned from the service's refusals.
        timeout: Seconds to wait for a connection, and for each piece of an answer; 30 without it.
        retry: How often, and how long, a call that failed is sent again.
        reserve: Hits that this client leaves to others that use the same key.
        max_wait: Seconds that a call may wait for its turn in the minute; without it, as long as it takes.
        hooks: Told of every call and every wait.
        home: Folder of what is kept: grants, the ledger of the quota, `config.toml`; `ENPHASE_HOME` without it,
            else where the system keeps the data of its users.
        profile: Name of the stored grant; `default` without it.
        store: Where grants are kept: `file`, or `keyring`.
        archive: Keep every answer of a range in the home, and ask for none twice; see `Archive`. False: neither.
        runtime: Clock, sleep, chance and wire; another one in tests.

    Building one makes no call. Every call is booked in the ledger before it is sent; where the minute is used
    up it waits for its turn, where the month is, QuotaExhausted is raised and nothing sent. Reading calls are
    repeated (once, within two minutes) after 429 of the minute, 5xx, lost connections and answers that are no
    data; calls that cost or move something never are. After a 401 the token is renewed once.

    ConfigurationError for a missing key or token, a home that is not safe, or a base_url that credentials must
    not be sent to.
    """

    _session: Session

    def _connect(self, core: Core, options: Options, shelf: Shelf) -> None:
        self._session = transport.open_session(core, options, shelf)

    @property
    def raw(self) -> Client:
        """The generated client, for every operation of the document: signed and repeated like any other call.

        ```python
        from enphase_v4.api.system_details import list_event_types
        list_event_types.sync_detailed(client=enphase.raw).parsed
        ```
        Statuses are not raised: the Response carries them. ConnectionFailed is, and what is raised before a call;
        a stream that breaks in the middle ends with an error of httpx.
        """
        return self._session.raw

    @property
    def commissioning(self) -> Commissioning:
        """What installers do: activations, people, meters, tariffs, arrays. No call; Partner applications only."""
        from .commissioning.client import Commissioning  # noqa: PLC0415 - loaded where it is used

        return Commissioning(self._session, self._runtime, self._settings.home, self._settings.base_url)

    def systems(self, *, sort_by: str = "id") -> Listing[System]:
        """The systems that the token may see, each once, as they come.

        Args:
            sort_by: `id`, or `-id` for the highest id first.

        One hit for each 100 of them, made as they are read; none before. InvalidRequest for another order. Reading
        raises the other EnphaseErrors. Operation: listSystems.
        """
        return Listing(self._systems(sort_by, self._made), self._session)

    def search(
        self,
        *,
        ids: Iterable[int] | None = None,
        name: str | None = None,
        reference: str | None = None,
        other_reference: str | None = None,
        statuses: Iterable[str] | None = None,
        sort_by: str = "id",
    ) -> Listing[System]:
        """The systems that fit all that is named, each once, as they come; without any filter, all of them.

        Args:
            ids: Only those with these ids.
            name: Only those whose name has this in it.
            reference: Only those that the caller's company knows by this.
            other_reference: Only those that another company knows by this.
            statuses: Only those in one of these states: `normal`, `comm`, `micro`, `power`, `meter`, ...
            sort_by: `id`, or `-id` for the highest id first.

        One hit for each 100 of them, made as they are read, each sent once. InvalidRequest, before them, for what can
        be no filter. Reading raises the other EnphaseErrors. Operation: searchSystems.
        """
        filters = {
            "ids": ids,
            "name": name,
            "reference": reference,
            "other_reference": other_reference,
            "statuses": statuses,
        }
        return Listing(self._search(filters, sort_by, self._made), self._session)

    def system(self, system_id: int | str, timezone: str | tzinfo | None = None) -> System:
        """One system by its id, without a call; its name and status stay None.

        With its `timezone` (an IANA name) local times cost no call; without, the first that has to be read
        costs one. InvalidRequest for an id that is no whole number.
        """
        return System(system_id, self._session, self._runtime, timezone=timezone)

    def retrieve_system_id(self, serial: str) -> int:
        """The id of the system that a gateway belongs to, by the gateway's serial number.

        One hit. InvalidRequest, before it, for what is no serial number; NotFound where no system has such a gateway.
        Raises EnphaseErrors. Operation: retrieveSystemId.
        """
        return result_of(self._retrieve_system_id(serial), self._session)

    def event_types(self, event_type_id: int | None = None) -> Items[EventType]:
        """What the types of events and alarms mean, and what to do about them: all of them, or one by its id.

        One hit. NotFound where there is no such type. Raises EnphaseErrors. Operation: listEventTypes.
        """
        return result_of(self._event_types(event_type_id), self._session)

    def inverters(self, gateway_serial: str) -> Listing[Inverter]:
        """The microinverters that report to a gateway: state, power at the last report (W), lifetime energy (Wh).

        One hit for each 100 of them, made as they are read. InvalidRequest, before them, for what is no serial number.
        Reading raises the other EnphaseErrors. Operation: getInvertersSummary.
        """
        return Listing(self._inverters(gateway_serial), self._session)

    def sync(
        self,
        systems: Iterable[int | str] | int | str | None = None,
        *,
        since: When | None = None,
        series: Iterable[str] | str | None = None,
        max_hits: int | None = None,
        reserve: int | None = None,
        refresh: bool = False,
        on_progress: Callable[[SyncProgress], None] | None = None,
    ) -> SyncResult:
        """Bring the archive up to date: fetch what is missing in it, newest first, and nothing that it has.

        ```python
        result = enphase.sync(since="2026-01-01")
        print(result.hits, result.least, result.rows, result.complete)
        ```
        Args:
            systems: Ids; without them, all that the token may see.
            since: Nothing before this time is asked for; as `System.telemetry` takes a start. Without it, all that the
                service gives: two years of telemetry, nine months of events, all of the lifetime series.
            series: Names of telemetry series; `lifetime`, or `lifetime:production` for one; `events`; `alarms`;
                `all`. Without them, those that the devices of a site make, and events and alarms; series of single
                microinverters and batteries only by their names.
            max_hits: No call is begun after so many.
            reserve: Hits of the month to leave to others that use the same key; without it, what the client leaves.
                History also leaves what a sync each day takes until the month ends, up to nine tenths of the month.
            refresh: Ask for all that is not final, also where it is not due again yet.
            on_progress: Called after each range, and when the plan is made, in the thread that works.

        Systems and devices are looked up once a day. Then come, of all systems in turn, lifetime series, the newest
        window of each telemetry series, events and alarms, and then history, newest first. Calls are made in a few
        threads, as many at once as there are systems, and as the plan's minute is worth.

        A call that fails leaves a hole, which the next sync asks for again. Interrupted, it ends when the calls that
        are under way have been answered and kept; the next sync goes on.

        Hits: what `plan_sync` says. Nothing that is kept and final is asked for.

        SyncRunning where a sync of this archive is running already. What holds for every call is raised, with the
        SyncResult so far in `error.partial`: AuthenticationError, ConfigurationError (an answer could not be kept),
        QuotaExhausted (the month is used up), and the last error of several in a row. InvalidRequest, before any
        call, for arguments that cannot be.
        """
        from .sync.run import sync  # noqa: PLC0415 - loaded where it is used

        order = self._order(
            systems, since=since, series=series, max_hits=max_hits, reserve=reserve, refresh=refresh
        )
        return sync(self, order, on_progress)

    def _made(self, details: Any) -> System:
        return System(details.system_id, self._session, self._runtime, details=details)

    def close(self) -> None:
        """Close the connections. Nothing can be asked after that."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncEnphase(_Client):
    """The same for an event loop: the same names, with `await` and `async for`. See Enphase.

    ```python
    async with AsyncEnphase.from_env() as enphase:
        async for system in enphase.systems():
            async for row in system.telemetry("battery", start="2026-01-01", end="2026-02-01"):
                print(row.end, row.soc_percent)
    ```
    """

    _session: AsyncSession

    def _connect(self, core: Core, options: Options, shelf: Shelf) -> None:
        self._session = transport.open_async_session(core, options, shelf)

    @property
    def raw(self) -> Client:
        """The generated client, for its `asyncio_detailed` functions. See Enphase.raw."""
        return self._session.raw

    @property
    def commissioning(self) -> AsyncCommissioning:
        """What installers do. See Enphase.commissioning."""
        from .commissioning.client import AsyncCommissioning  # noqa: PLC0415 - loaded where it is used

        return AsyncCommissioning(self._session, self._runtime, self._settings.home, self._settings.base_url)

    def systems(self, *, sort_by: str = "id") -> AsyncListing[AsyncSystem]:
        """The systems that the token may see, for `async for`. See Enphase.systems."""
        return AsyncListing(self._systems(sort_by, self._made), self._session)

    def search(
        self,
        *,
        ids: Iterable[int] | None = None,
        name: str | None = None,
        reference: str | None = None,
        other_reference: str | None = None,
        statuses: Iterable[str] | None = None,
        sort_by: str = "id",
    ) -> AsyncListing[AsyncSystem]:
        """The systems that fit all that is named, for `async for`. See Enphase.search."""
        filters = {
            "ids": ids,
            "name": name,
            "reference": reference,
            "other_reference": other_reference,
            "statuses": statuses,
        }
        return AsyncListing(self._search(filters, sort_by, self._made), self._session)

    def system(self, system_id: int | str, timezone: str | tzinfo | None = None) -> AsyncSystem:
        """One system by its id, without a call. See Enphase.system."""
        return AsyncSystem(system_id, self._session, self._runtime, timezone=timezone)

    async def retrieve_system_id(self, serial: str) -> int:
        """The id of the system that a gateway belongs to. See Enphase.retrieve_system_id."""
        return await result_of_async(self._retrieve_system_id(serial), self._session)

    async def event_types(self, event_type_id: int | None = None) -> Items[EventType]:
        """What the types of events and alarms mean. See Enphase.event_types."""
        return await result_of_async(self._event_types(event_type_id), self._session)

    def inverters(self, gateway_serial: str) -> AsyncListing[Inverter]:
        """The microinverters that report to a gateway, for `async for`. See Enphase.inverters."""
        return AsyncListing(self._inverters(gateway_serial), self._session)

    async def sync(
        self,
        systems: Iterable[int | str] | int | str | None = None,
        *,
        since: When | None = None,
        series: Iterable[str] | str | None = None,
        max_hits: int | None = None,
        reserve: int | None = None,
        refresh: bool = False,
        on_progress: Callable[[SyncProgress], None] | None = None,
    ) -> SyncResult:
        """Bring the archive up to date, in a few tasks. See Enphase.sync."""
        from .sync.run import sync_async  # noqa: PLC0415 - loaded where it is used

        order = self._order(
            systems, since=since, series=series, max_hits=max_hits, reserve=reserve, refresh=refresh
        )
        return await sync_async(self, order, on_progress)

    def _made(self, details: Any) -> AsyncSystem:
        return AsyncSystem(details.system_id, self._session, self._runtime, details=details)

    async def close(self) -> None:
        """Close the connections. Nothing can be asked after that."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
