"""Many tasks over one client: no more calls than the plan allows, and cancelling one leaves the books right."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import attrs
import httpx
import pytest

from enphase_cloud import AsyncEnphase, Enphase, Plan
from enphase_cloud.commissioning import Address, NewActivation

from .conftest import Connect
from .worlds import HOST, KEY, NOW, TOKEN, Series, World, reply

DAY = 86_400
MINUTE = 60
AUSTIN = Address(street1="1 Sun Street", city="Austin", state="TX", country="US", postal_code="73301")


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
    return AsyncEnphase(api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=world, **more)


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


COLLECT: dict[str, Callable[[Any], Any]] = {
    "list": lambda rows: rows.to_list(),
    "columns": lambda rows: rows.columns(),
    "arrow": lambda rows: rows.to_arrow(),
}


@pytest.mark.parametrize("how", COLLECT)
@pytest.mark.parametrize("again", COLLECT)
def test_what_was_being_collected_is_not_lost_by_an_interruption(
    connect: Connect, how: str, again: str
) -> None:
    """Nobody has got it: whoever collects next gets it first, in whatever form, and it is not paid for twice."""
    service, sent = Series(), iter(range(1, 100))

    def serve(request: httpx.Request) -> httpx.Response:
        if next(sent) == 2:
            raise KeyboardInterrupt
        return service(request)

    mode = connect(World(serve))
    rows = mode.client.system(1).telemetry("battery", utc(NOW - 21 * DAY), utc(NOW))
    with pytest.raises(KeyboardInterrupt):
        mode.result(COLLECT[how](rows)) if mode.name == "async" else COLLECT[how](rows)
    found = mode.result(COLLECT[again](rows)) if mode.name == "async" else COLLECT[again](rows)
    ends = found["end"] if again == "columns" else found
    assert len(ends) == 21 * 96
    assert len(mode.world.wire.requests) == 4


def test_the_zone_is_looked_up_once_for_all_who_need_it() -> None:
    """Six series of one house at once: seven hits, not twelve."""

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/systems/1"):
            return reply(body={"system_id": 1, "timezone": "Europe/Berlin"})
        return series(request)

    series, world = Series(), Busy()
    world.wire.service = serve

    async def everything() -> list[int]:
        async with client(world) as enphase:
            house = enphase.system(1)
            queries = [house.telemetry("battery", "2026-06-19", "2026-06-20") for _ in range(6)]
            await asyncio.gather(*(rows.to_list() for rows in queries))
            return sorted(rows.hits for rows in queries)

    assert asyncio.run(everything()) == [1, 1, 1, 1, 1, 2]
    assert len(world.sent_at) == 7


def test_threads_look_the_zone_up_once(home: Path) -> None:
    del home
    asked = threading.Barrier(6)
    paths: list[str] = []
    series = Series()

    def serve(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        if request.url.path.endswith("/systems/1"):
            return reply(body={"system_id": 1, "timezone": "Europe/Berlin"})
        return series(request)

    with Enphase(
        api_key=KEY, access_token=TOKEN, base_url=HOST, archive=False, runtime=World(serve)
    ) as enphase:
        house = enphase.system(1)

        def read() -> int:
            rows = house.telemetry("battery", "2026-06-19", "2026-06-20")
            asked.wait(20)
            return len(rows.to_list())

        with ThreadPoolExecutor(6) as threads:
            assert [each.result() for each in [threads.submit(read) for _ in range(6)]] == [96] * 6
    assert sum(path.endswith("/systems/1") for path in paths) == 1


def test_a_system_is_the_same_by_its_id(connect: Connect) -> None:
    mode = connect(World(Series()))
    one, same, other = (mode.client.system(number) for number in (1, "1", 2))
    assert one == same
    assert one != other
    assert {one, same, other} == {one, other}
    assert one != 1


def test_who_waits_long_for_many_creations_accuses_nobody() -> None:
    """Catches a patience that is used up by those before it in the queue, of whom none hangs."""
    world = Busy()
    there: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return reply(200, {"systems": []})
        there.append(parse_qs(request.read().decode())["system"][0])
        return reply(201, {"system_id": len(there)})

    async def slow(number: int) -> None:
        await world.async_sleep(25)

    world.wire.service, world.held = serve, slow
    enphase = client(world)
    new = NewActivation(system_name="House", address=AUSTIN)
    began = world.now

    async def all_of_them() -> list[Any]:
        async with enphase:
            each = (attrs.evolve(new, reference=f"A{n}") for n in range(8))
            return await asyncio.gather(*map(enphase.commissioning.create_activation, each))

    assert {made.system_id for made in asyncio.run(all_of_them())} == set(range(1, 9))
    assert len(set(there)) == 8
    assert world.now - began >= 400
    assert world.most == 1
