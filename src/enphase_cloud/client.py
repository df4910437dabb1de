"""Enphase and AsyncEnphase: where everything begins."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from contextlib import aclosing
from typing import TYPE_CHECKING, Self

from enphase_v4.catalog import BASE_URL

from . import transport
from .errors import InvalidRequest
from .flows.drive import drive, drive_async
from .flows.pages import pages
from .rows import Report
from .system import AsyncSystem, System, checked_id
from .transport.auth import StaticAuth
from .transport.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from datetime import tzinfo
    from types import TracebackType

    from enphase_v4.client import Client
    from enphase_v4.models import System as SystemDetails

    from .transport.http import AsyncSession, Session

DEFAULT_BASE_URL = BASE_URL
DEFAULT_TIMEOUT = 30.0

_log = logging.getLogger("enphase_cloud")


class _Client(ABC):
    """What both clients are told, and where they find it."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        base_url: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        runtime: Runtime | None = None,
    ) -> None:
        self._runtime = runtime or Runtime()
        self._base_url = DEFAULT_BASE_URL if base_url is None else base_url
        self._connect(self._base_url, StaticAuth(api_key, access_token), timeout, self._runtime)

    @classmethod
    def from_env(
        cls,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        base_url: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        runtime: Runtime | None = None,
    ) -> Self:
        """A client from `ENPHASE_API_KEY`, `ENPHASE_ACCESS_TOKEN`, `ENPHASE_BASE_URL`; arguments win over them.

        ConfigurationError, naming the variable, where the key or the token is missing or blank.
        """
        environment = os.environ
        return cls(
            api_key=environment.get("ENPHASE_API_KEY") if api_key is None else api_key,
            access_token=environment.get("ENPHASE_ACCESS_TOKEN") if access_token is None else access_token,
            base_url=environment.get("ENPHASE_BASE_URL") or None if base_url is None else base_url,
            timeout=timeout,
            runtime=runtime,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._base_url}>"

    @abstractmethod
    def _connect(self, base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> None:
        """Open the session."""


class Enphase(_Client):
    """The Enphase Enlighten cloud API v4, as one owner's access token sees it.

    ```python
    with Enphase.from_env() as enphase:
        for system in enphase.systems():
            for row in system.telemetry("production_meter", start="2026-01-01", end="2026-02-01"):
                print(row.end, row.energy_wh)
    ```

    Args:
        api_key: The key of your application (developer-v4.enphase.com).
        access_token: The owner's access token; it is used as it is, and not refreshed.
        base_url: Where the service is; another one for the mock server. Plain http only to this machine.
        timeout: Seconds to wait for a connection, and for each piece of an answer.
        runtime: Clock, sleep, chance and wire; another one in tests.

    Building one makes no call. Reading calls are repeated (once, within two minutes) after 429
    of the minute, 5xx and lost connections; calls that cost or move something never are.

    ConfigurationError for a missing key or token, or a base_url that credentials must not be sent to.
    """

    _session: Session

    def _connect(self, base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> None:
        self._session = transport.open_session(base_url, auth, timeout, runtime)

    @property
    def raw(self) -> Client:
        """The generated client, for every operation of the document: signed and repeated like any other call.

        ```python
        from enphase_v4.api.system_details import list_event_types
        list_event_types.sync_detailed(client=enphase.raw).parsed
        ```
        Statuses are not raised: the Response carries them. ConnectionFailed is.
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

    def _connect(self, base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> None:
        self._session = transport.open_async_session(base_url, auth, timeout, runtime)

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
