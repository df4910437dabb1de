"""Enphase and AsyncEnphase: where everything begins."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from contextlib import aclosing
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from . import transport
from ._settings import resolve, wrapped
from .errors import InvalidRequest
from .flows.drive import drive, drive_async
from .flows.pages import pages
from .rows import Report
from .system import AsyncSystem, System, checked_id
from .transport.options import Options
from .transport.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from datetime import tzinfo
    from pathlib import Path
    from types import TracebackType

    from enphase_v4.client import Client
    from enphase_v4.models import System as SystemDetails

    from ._settings import Settings
    from .transport.hooks import Hooks
    from .transport.http import AsyncSession, Core, Session
    from .transport.plan import Plan, Quota, Reserve
    from .transport.retry import Retry

_log = logging.getLogger("enphase_cloud")


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
        )
        return client

    def _begin(self, settings: Settings, given: dict[str, Any], runtime: Runtime) -> None:
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
        self._connect(core, options)

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
    ) -> Self:
        """The same client with other options for the calls that are made through it; None leaves one as it is.

        ```python
        enphase.with_options(timeout=5, retry=Retry(attempts=1)).system(698905955).summary()
        ```
        Connections, tokens and ledger are shared: closing either closes both.

        ConfigurationError for what cannot be.
        """
        given = _given(timeout=timeout, retry=retry, reserve=reserve, max_wait=max_wait, hooks=hooks)
        view = copy(self)
        view._session = self._session.view(replace(self._session.options, **given))
        return view

    @abstractmethod
    def _connect(self, core: Core, options: Options) -> None:
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
        runtime: Clock, sleep, chance and wire; another one in tests.

    Building one makes no call. Every call is booked in the ledger before it is sent; where the minute is used
    up it waits for its turn, where the month is, QuotaExhausted is raised and nothing sent. Reading calls are
    repeated (once, within two minutes) after 429 of the minute, 5xx, lost connections and answers that are no
    data; calls that cost or move something never are. After a 401 the token is renewed once.

    ConfigurationError for a missing key or token, a home that is not safe, or a base_url that credentials must
    not be sent to.
    """

    _session: Session

    def _connect(self, core: Core, options: Options) -> None:
        self._session = transport.open_session(core, options)

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

    def systems(self) -> Iterator[System]:
        """The systems that the token may see, each once, as they come.

        One hit for each 100 of them, made as they are read; none before. Raises EnphaseErrors. Operation:
        listSystems.
        """
        for batch in drive(pages("listSystems", "system_id"), self._session, Report()):
            for system_id, details in _identified(batch):
                yield System(system_id, self._session, self._runtime, details=details)

    def system(self, system_id: int | str, timezone: str | tzinfo | None = None) -> System:
        """One system by its id, without a call; its name and status stay None.

        With its `timezone` (an IANA name) local times cost no call; without, the first that has to be read
        costs one. InvalidRequest for an id that is no whole number.
        """
        return System(system_id, self._session, self._runtime, timezone=timezone)

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

    def _connect(self, core: Core, options: Options) -> None:
        self._session = transport.open_async_session(core, options)

    @property
    def raw(self) -> Client:
        """The generated client, for its `asyncio_detailed` functions. See Enphase.raw."""
        return self._session.raw

    async def systems(self) -> AsyncGenerator[AsyncSystem, None]:
        """The systems that the token may see, for `async for`. See Enphase.systems."""
        async with aclosing(
            drive_async(pages("listSystems", "system_id"), self._session, Report())
        ) as batches:
            async for batch in batches:
                for system_id, details in _identified(batch):
                    yield AsyncSystem(system_id, self._session, self._runtime, details=details)

    def system(self, system_id: int | str, timezone: str | tzinfo | None = None) -> AsyncSystem:
        """One system by its id, without a call. See Enphase.system."""
        return AsyncSystem(system_id, self._session, self._runtime, timezone=timezone)

    async def close(self) -> None:
        """Close the connections. Nothing can be asked after that."""
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _identified(batch: list[SystemDetails]) -> Iterator[tuple[int, SystemDetails]]:
    for details in batch:
        try:
            system_id = checked_id(details.system_id)
        except InvalidRequest:
            _log.warning("a system without a readable id is in the list: it was left out")
        else:
            yield system_id, details
