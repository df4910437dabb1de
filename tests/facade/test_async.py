"""Many tasks over one client: no more calls than the plan allows, and cancelling one leaves the books right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_cloud import AsyncEnphase, Plan

from .worlds import HOST, KEY, NOW, TOKEN, Series, World

DAY = 86_400
MINUTE = 60


class Busy(World):
    """Answers take a while, in which other tasks run. Time goes on when nobody has anything else to do."""

    def __init__(self) -> None:
        super().__init__(Series())
        self.sent_at: list[float] = []
        self.in_flight = self.most = 0
        self.held: Callable[[int], Awaitable[None]] | None = None
        self.async_wire = _BusyWire(self)

    async def async_sleep(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            for _ in range(50):  # whoever can do something does it first
                await asyncio.sleep(0)
            self.now = max(self.now, min(until, self.now + 1))


class _BusyWire(httpx.AsyncBaseTransport):
    def __init__(self, world: Busy) -> None:
        self.world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        world = self.world
        world.sent_at.append(world.now)
        world.in_flight += 1
        world.most = max(world.most, world.in_flight)
        try:
            for _ in range(5):
                await asyncio.sleep(0)
            if world.held is not None:
                await world.held(len(world.sent_at))
            answer = world.wire.handle_request(request)
            assert isinstance(answer, httpx.Response)
            return answer
        finally:
            world.in_flight -= 1


def client(world: Busy, **more: Any) -> AsyncEnphase:
    return AsyncEnphase(api_key=KEY, access_token=TOKEN, base_url=HOST, runtime=world, **more)


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def test_the_pattern_of_the_docs_keeps_to_the_plan() -> None:
    """Catches a quota that is looked at once for all tasks, and tasks that starve."""
    world = Busy()

    async def history(system: Any) -> tuple[int, int]:
        rows = system.telemetry("production_meter", utc(NOW - 14 * DAY), utc(NOW))
        return len(await rows.to_list()), rows.hits

    async def everything() -> list[tuple[int, int]]:
        async with client(world, plan=Plan(per_minute=5)) as enphase, asyncio.TaskGroup() as tasks:
            started = [tasks.create_task(history(enphase.system(n))) for n in range(1, 13)]
        return [task.result() for task in started]

    assert asyncio.run(everything()) == [(14 * 96, 2)] * 12
    assert len(world.sent_at) == 24
    assert world.most > 1, "the tasks ran one after the other: nothing was tried"
    for sent in world.sent_at:
        assert sum(sent - MINUTE < other <= sent for other in world.sent_at) <= 5
    assert world.sent_at[-1] - world.sent_at[0] < 6 * MINUTE, "the plan's pace is used"


def test_a_task_that_is_cancelled_while_it_waits_has_spent_nothing() -> None:
    world = Busy()

    async def scenario() -> tuple[int, int]:
        async with client(world, plan=Plan(per_minute=1)) as enphase:
            await enphase.system(1).telemetry("battery", utc(NOW - DAY), utc(NOW)).to_list()
            waiting = asyncio.create_task(
                enphase.system(2).telemetry("battery", utc(NOW - DAY), utc(NOW)).to_list()
            )
            for _ in range(100):
                await asyncio.sleep(0)
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            return enphase.quota.month.used, len(world.sent_at)

    assert asyncio.run(scenario()) == (1, 1)


def test_what_was_cancelled_on_its_way_is_counted_and_can_be_read_on() -> None:
    """The hit is spent; the rows before it were handed on, and the rest is asked for once more, not all of it."""
    world = Busy()
    kept: list[Any] = []

    async def scenario() -> tuple[int, int]:
        async with client(world) as enphase:
            rows = enphase.system(1).telemetry("battery", utc(NOW - 21 * DAY), utc(NOW))
            arrived = asyncio.Event()

            async def hold(number: int) -> None:
                if number == 2:
                    arrived.set()
                    await asyncio.Event().wait()

            async def read() -> None:
                async for row in rows:
                    kept.append(row)

            world.held = hold
            task = asyncio.create_task(read())
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(kept) == 7 * 96
            world.held = None
            await read()
            return enphase.quota.month.used, len(world.sent_at)

    assert asyncio.run(scenario()) == (4, 4)
    assert [row.end for row in kept] == [
        utc(at) for at in range(NOW - 21 * DAY + 900 - NOW % 900, NOW + 1, 900)
    ]
    assert world.in_flight == 0


def test_ctrl_c_in_a_notebook_can_be_read_on(home: Path) -> None:
    """A KeyboardInterrupt while a call is out: the same for a blocking client."""
    del home
    from enphase_cloud import Enphase

    service = Series()
    interrupted = iter([False, True])

    def serve(request: httpx.Request) -> httpx.Response:
        if next(interrupted, False):
            raise KeyboardInterrupt
        return service(request)

    with Enphase(api_key=KEY, access_token=TOKEN, base_url=HOST, runtime=World(serve)) as enphase:
        rows = enphase.system(1).telemetry("battery", utc(NOW - 21 * DAY), utc(NOW))
        kept: list[Any] = []
        with pytest.raises(KeyboardInterrupt):
            kept.extend(iter(rows))
        kept.extend(rows)
        assert len(kept) == 21 * 96
        assert enphase.quota.month.used == 4
