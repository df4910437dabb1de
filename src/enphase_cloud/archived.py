"""Archive: what was fetched before, read without a call."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self

from enphase_v4.catalog import OPERATIONS
from enphase_v4.models import System as SystemDetails

from . import checks
from ._settings import resolve
from ._time import aware
from .archive.shelf import Shelf
from .archive.store import store_of
from .errors import ConfigurationError
from .rows import GapReason
from .system import System
from .transport.plan import UNLIMITED
from .transport.quota import quota_of
from .transport.runtime import Runtime

if TYPE_CHECKING:
    from datetime import datetime, tzinfo
    from pathlib import Path
    from types import TracebackType

    from .archive.answers import Hole as KeptHole
    from .archive.answers import Meta
    from .archive.coverage import Key
    from .archive.store import Store
    from .transport.messages import Request
    from .transport.plan import Quota


class Contents(NamedTuple):
    """What the archive has of one series of one system, or of one of its devices."""

    system_id: int
    kind: str
    """`telemetry`, `lifetime`, `log` (events, alarms), or `object` (the list of systems, devices)."""
    series: str
    serial: str | None
    answers: int
    hits: int
    """Calls that the answers took."""
    bytes: int
    """Of the answers, as they came; they are kept compressed."""
    start: datetime | None
    """The first moment that is covered; there may be holes after it. Of lifetime series, midnights of UTC."""
    end: datetime | None
    """The last."""
    final_until: datetime | None
    """Up to here nothing is asked for again; None where all of it may still be revised."""
    cleared: bool | None = None
    """Of alarms, whether it is those that are over; None of anything else."""

    @property
    def name(self) -> str:
        """The series, and of alarms that are over, that they are: `alarms (cleared)`."""
        return _worded(self.series, self.cleared)


class Hole(NamedTuple):
    """What a sync asked for in vain: the next one asks again."""

    system_id: int
    kind: str
    series: str
    serial: str | None
    start: datetime
    end: datetime
    reason: str
    problem: str
    """What went wrong, as it was said."""
    at: datetime
    """When it was asked for."""
    cleared: bool | None = None
    """As of Contents."""

    @property
    def name(self) -> str:
        """As of Contents."""
        return _worded(self.series, self.cleared)


class Archive:
    """Every answer that was paid for, in one file of the home: read here without credentials, and without a call.

    ```python
    with Archive() as archive:
        for system in archive.systems():
            print(system.name, system.telemetry("battery", start="2026-01-01").to_arrow())
    ```

    Args:
        home: The folder that the file is in; as for `Enphase`.
        base_url: The service whose answers are read; as for `Enphase`.
        profile: Of the grant that says which service that is, where nothing else does.
        runtime: Clock; another one in tests.

    Its systems are the `System` of `Enphase`: of `telemetry`, `lifetime`, `events` and `alarms` come all rows that are
    kept, however old; what is not kept is a gap, `not archived`. What is no range is a ConfigurationError.

    ConfigurationError for settings that cannot be used, and for a file that cannot be read.
    """

    def __init__(
        self,
        home: Path | str | None = None,
        base_url: str | None = None,
        profile: str | None = None,
        *,
        runtime: Runtime | None = None,
    ) -> None:
        settings = resolve(environ=os.environ, home=home, base_url=base_url, profile=profile)
        self._runtime = runtime or Runtime()
        self._store = store_of(settings.home, settings.base_url)
        self._session = _Alone(self._store, self._runtime)

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    @property
    def service(self) -> str:
        """The origin of the service whose answers are read."""
        return self._store.service

    @property
    def store(self) -> Store:
        """The file itself, for its upkeep."""
        return self._store

    def systems(self) -> list[System]:
        """The systems of which something is kept, by their ids, with what was last said of them."""
        known = self._store.systems()
        return [self.system(each) for each in sorted({*known, *self._store.system_ids()} - {0})]

    def system(self, system_id: int | str, timezone: str | tzinfo | None = None) -> System:
        """One system, whether anything is kept of it or not. InvalidRequest for an id that is none.

        Its time zone is the one that was last told, or `timezone`.
        """
        number = checks.system_id(system_id)
        document = self._store.systems(number).get(number)
        details = None if document is None else SystemDetails.from_dict(document)
        return System(number, self._session, self._runtime, timezone=timezone, details=details)

    def contents(self) -> list[Contents]:
        """What is kept, by system, kind, series and serial number."""
        found: list[Contents] = []
        for system_id in self._store.system_ids():
            by_key: dict[Key, list[Meta]] = {}
            for meta in self._store.metas(system_id):
                by_key.setdefault(meta.key, []).append(meta)
            contents = (self._contents(key, metas) for key, metas in by_key.items())
            found += sorted(contents, key=lambda each: (each.kind, each.name, each.serial or ""))
        return found

    def holes(self) -> list[Hole]:
        """What the last syncs asked for in vain."""
        holes = self._store.holes()
        return [
            told(hole) for hole in holes if hole.reason != GapReason.OUTSIDE_LOOKBACK
        ]  # those are for good

    def close(self) -> None:
        """Give the file back. Whoever asks again opens it again."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive of {self.service} in {self.path}>"

    @staticmethod
    def _contents(key: Key, metas: list[Meta]) -> Contents:
        covering = [meta for meta in metas if meta.start < meta.until]
        final = max((meta.final for meta in covering if meta.final > meta.start), default=None)
        return Contents(
            *_named(key),
            answers=len(metas),
            hits=sum(meta.hits for meta in metas),
            bytes=sum(meta.size for meta in metas),
            start=aware(min(meta.start for meta in covering)) if covering else None,
            end=aware(max(meta.until for meta in covering)) if covering else None,
            final_until=None if final is None else aware(final),
            cleared=_cleared(key),
        )


class _Alone:
    """A session that makes no call."""

    def __init__(self, store: Store, runtime: Runtime) -> None:
        self.shelf = Shelf(store, runtime.time, alone=True)
        self._runtime = runtime

    def now(self) -> float:
        return self._runtime.time()

    def quota(self) -> Quota:
        return quota_of(UNLIMITED, [], [], [], self._runtime.time())

    def hide(self, text: str) -> str:
        return text

    def send(self, request: Request) -> NoReturn:
        msg = (
            f"{OPERATIONS[request.operation_id].name} is not in the archive, and it makes no calls: ask "
            "Enphase.from_env().system(...) for it. Where it is the time zone of the site that is missing, give "
            "timezone=, or run `enphase sync`."
        )
        raise ConfigurationError(msg)

    def listen(self, request: Request, max_wait: float | None = None) -> NoReturn:
        del max_wait
        self.send(request)

    def pause(self, seconds: float) -> None:
        self._runtime.sleep(seconds)


def told(hole: KeptHole) -> Hole:
    """A hole in the words of the facade."""
    return Hole(
        *_named(hole.key),
        aware(hole.start),
        aware(hole.until),
        hole.reason,
        hole.problem,
        aware(hole.at),
        _cleared(hole.key),
    )


def _named(key: Key) -> tuple[int, str, str, str | None]:
    """A key in the words of the facade: system, kind, series, serial."""
    operation = OPERATIONS[key.operation]
    window = operation.window
    detail: dict[str, Any] = json.loads(key.detail)
    if window is None:
        return key.system_id, "object", operation.name, None
    return key.system_id, window.kind, window.series, detail.get(window.serial) if window.serial else None


def _cleared(key: Key) -> bool | None:
    """Whether what is kept under a key is of alarms that are over; None where it is of no alarms."""
    told = json.loads(key.detail).get("cleared")
    return None if told is None else told in (True, "true")


def _worded(series: str, cleared: bool | None) -> str:
    return f"{series} (cleared)" if cleared else series
