"""A sync by threads, and by the tasks of an event loop: all that differs between the two clients."""

from __future__ import annotations

import threading
from contextlib import aclosing, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..archive.shelf import Shelf
from ..errors import ConfigurationError, EnphaseError
from ..flows.drive import drive, drive_async
from ..rows import Report
from ..transport.plan import Reserve
from .engine import Engine, Nap, Task
from .hold import held
from .jobs import Outcome, SyncShelf, flow_of, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from .order import Order
    from .results import SyncPlan, SyncProgress, SyncResult

MOST_WORKERS = 8
_FEW = 4
"""Calls at the same time, where no limit is known."""
_SLICE = 0.5
"""Seconds after which those who wait look whether they are still to."""


def reckon(client: Any, order: Order) -> SyncPlan:
    """What a sync would ask for. No call is made."""
    return _engine(client, order, None).estimate()


def sync(client: Any, order: Order, watch: Callable[[SyncProgress], None] | None) -> SyncResult:
    """Run it in threads. Ctrl-C ends it when the calls that are under way are answered; a second one at once."""
    engine = _engine(client, order, watch)
    with held(client._settings.home, client._runtime.time()):
        while engine.prepare():
            _run_threads(client, order, engine)
    return engine.result()


async def sync_async(client: Any, order: Order, watch: Callable[[SyncProgress], None] | None) -> SyncResult:
    """The same in tasks. Where it is cancelled, it ends when the calls that are under way are answered."""
    import anyio  # noqa: PLC0415 - comes with httpx, and like it is loaded when it is needed

    engine = _engine(client, order, watch)
    with held(client._settings.home, client._runtime.time()):
        while engine.prepare():
            async with anyio.create_task_group() as group:
                for _ in range(_workers(client, engine)):
                    group.start_soon(_work_async, client, order, engine)
    return engine.result()


def _engine(client: Any, order: Order, watch: Callable[[SyncProgress], None] | None) -> Engine:
    session = client._session
    if session.shelf.store is None:
        msg = "a sync fills the archive, and this client has none: build it without archive=False."
        raise ConfigurationError(msg)
    return Engine(
        Shelf(session.shelf.store, client._runtime.time, session.hide),
        order,
        plan=client._settings.plan,
        quota=session.quota,
        now=client._runtime.time,
        attempts=session.options.retry.attempts,
        watch=watch,
    )


def _workers(client: Any, engine: Engine) -> int:
    """As many as there are systems, and as the minute is worth: a kill costs the calls under way, of one home one."""
    limit = client._session.quota().minute.limit
    return max(1, min(engine.systems, _FEW if limit is None else min(MOST_WORKERS, limit // 5)))


class _Views:
    """The client as one worker uses it."""

    def __init__(self, client: Any, order: Order) -> None:
        self._client = client
        self._due = 0 if order.refresh else None
        self._known: dict[tuple[int, int], Any] = {}

    def of(self, task: Task, engine: Engine) -> Any:
        """A client for a task: what it leaves of the month, how often it sends, and who is told of its calls."""
        key = (task.leaves, task.attempts)
        view = self._known.get(key)
        if view is None:
            options = self._client._session.options
            view = self._client.with_options(
                reserve=Reserve(per_minute=options.reserve.per_minute, per_month=task.leaves),
                retry=replace(options.retry, attempts=task.attempts),
                max_wait=0.0,  # whose turn comes later waits here, where that can be ended
            )
            session = view._session
            session.shelf = SyncShelf(
                session.shelf.store, self._client._runtime.time, session.hide, strict=True, due=self._due
            )
            self._known[key] = view
        view._session.shelf.begin(lambda hits: engine.paid(task, hits), lambda: engine.enough(task))
        return view


def _run_threads(client: Any, order: Order, engine: Engine) -> None:
    ended = [threading.Event() for _ in range(_workers(client, engine))]
    for number, end in enumerate(ended):
        name = f"enphase-sync-{number}"
        threading.Thread(target=_work, args=(client, order, engine, end), name=name, daemon=True).start()
    try:
        _wait(ended)
    except BaseException:
        engine.stop()
        _wait(ended)
        raise


def _wait(ended: list[threading.Event]) -> None:
    """Until all threads have ended. Not by `join`: one that is interrupted takes its thread for ended, before 3.13."""
    for end in ended:
        while not end.wait(1.0):  # with a limit, as Windows does not hear Ctrl-C otherwise
            pass


def _work(client: Any, order: Order, engine: Engine, end: threading.Event) -> None:
    try:
        views = _Views(client, order)
        while (task := engine.take()) is not None:
            if isinstance(task, Nap):
                client._runtime.sleep(min(task.seconds, _SLICE))
            else:
                engine.finish(task, _read(views.of(task, engine), task))
    except BaseException as error:  # it is raised by whoever waits for the threads
        engine.stop(error)
    finally:
        end.set()


def _read(view: Any, task: Task) -> Outcome:
    report, count, error = Report(), 0, None
    try:
        with closing(drive(flow_of(view, task.job, report), view._session, report)) as batches:
            for batch in batches:
                count += size(batch)
    except EnphaseError as caught:
        error = caught
    return Outcome(count, report.hits, error, report.gaps)


async def _work_async(client: Any, order: Order, engine: Engine) -> None:
    import anyio  # noqa: PLC0415 - as above

    views = _Views(client, order)
    while (task := engine.take()) is not None:
        if isinstance(task, Nap):
            await client._runtime.async_sleep(task.seconds)
            continue
        with anyio.CancelScope(shield=True):
            engine.finish(task, await _read_async(views.of(task, engine), task))
        await anyio.lowlevel.checkpoint()


async def _read_async(view: Any, task: Task) -> Outcome:
    report, count, error = Report(), 0, None
    try:
        flow = flow_of(view, task.job, report)
        async with aclosing(drive_async(flow, view._session, report)) as batches:
            async for batch in batches:
                count += size(batch)
    except EnphaseError as caught:
        error = caught
    return Outcome(count, report.hits, error, report.gaps)
