"""What can be watched: hooks, and log records with their parts."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest

from enphase_cloud import (
    AsyncEnphase,
    Call,
    CallResult,
    ConfigurationError,
    ConnectionFailed,
    Hooks,
    Reserve,
    Retry,
    Waiting,
)

from .conftest import Connect
from .worlds import HOST, KEY, TOKEN, World, reply, script

GOOD = reply(body={"system_id": 7, "current_power": 5})


class Watch(Hooks):
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def before_call(self, call: Call) -> None:
        self.seen.append(("before", call))

    def after_call(self, call: Call, result: CallResult) -> None:
        self.seen.append(("after", call, result))

    def waiting(self, call: Call, wait: Waiting) -> None:
        self.seen.append(("waiting", call, wait))


def test_each_send_is_told_before_and_after_and_each_wait(connect: Connect) -> None:
    watch = Watch()
    world = World(script(reply(503, b'{"message":"down"}'), GOOD))
    mode = connect(world, hooks=watch)
    mode.result(mode.client.system(7).summary())
    kinds = [each[0] for each in watch.seen]
    assert kinds == ["before", "after", "waiting", "before", "after"]
    first, second = watch.seen[0][1], watch.seen[3][1]
    assert first == (first.call_id, "getSystemSummary", "GET", "/api/v4/systems/7/summary", 1, "7")
    assert second == first._replace(attempt=2)
    assert watch.seen[1][1:] == (first, CallResult(503, None, 0, 18, 1))
    assert watch.seen[2][1:] == (second, Waiting(0.5, "retry", 2))
    assert watch.seen[4][2].status == 200
    mode.result(mode.client.system(7).summary())
    assert watch.seen[-1][1].call_id != first.call_id


def test_a_call_without_an_answer_says_why(connect: Connect) -> None:
    watch = Watch()
    mode = connect(World(script(httpx.ReadTimeout("slow"))), hooks=watch, retry=Retry(attempts=1))
    with pytest.raises(ConnectionFailed):
        mode.result(mode.client.system(7).summary())
    assert watch.seen[-1][2] == CallResult(None, "ReadTimeout: slow", 0.0, 0, 1)


def test_a_broken_hook_costs_no_answer(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Hooks):
        def before_call(self, call: Call) -> None:
            raise ValueError("before")

        def after_call(self, call: Call, result: CallResult) -> None:
            raise ValueError("after")

        def waiting(self, call: Call, wait: Waiting) -> None:
            raise ValueError("waiting")

    mode = connect(World(script(reply(503), GOOD)), hooks=Broken())
    assert mode.result(mode.client.system(7).summary()).current_power == 5
    failed = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert failed == [
        f"the hook {name} failed"
        for name in ("before_call", "after_call", "waiting", "before_call", "after_call")
    ]


def test_a_cancelled_call_ends_for_its_hooks_too() -> None:
    """Who began a span in `before_call` has to end it."""
    watch, asked = Watch(), asyncio.Event()

    class Never(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

    async def run() -> None:
        world = World(script(GOOD))
        world.async_wire = Never()
        async with AsyncEnphase(
            api_key=KEY, access_token=TOKEN, base_url=HOST, runtime=world, hooks=watch
        ) as enphase:
            task = asyncio.create_task(enphase.system(7).summary())
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert enphase.quota.month.used == 1

    asyncio.run(run())
    assert [each[0] for each in watch.seen] == ["before", "after"]
    assert watch.seen[1][2].problem == "cancelled"


def test_records_carry_their_parts(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="enphase_cloud")
    mode = connect(World(script(reply(500), GOOD)))
    mode.result(mode.client.system(7).summary())
    records = [vars(record) for record in caplog.records if record.name == "enphase_cloud.transport"]
    parts = [
        {name.removeprefix("enphase_"): value for name, value in each.items() if name.startswith("enphase_")}
        for each in records
    ]
    common = {"call_id": parts[0]["call_id"], "operation": "getSystemSummary", "system_id": "7"}
    after = {"problem": None, "seconds": 0, "hits": 1}
    assert parts == [
        {**common, **after, "attempt": 1, "status": 500, "bytes": 0},
        {**common, "attempt": 2, "seconds": 0.5, "reason": "retry"},
        {**common, **after, "attempt": 2, "status": 200, "bytes": len(GOOD.content)},
    ]
    assert [each["levelname"] for each in records] == ["DEBUG", "INFO", "DEBUG"]


def test_options_for_single_calls(connect: Connect) -> None:
    watch = Watch()
    world = World(script(reply(503)))
    mode = connect(world, plan="watt")
    view = mode.client.with_options(timeout=3, retry=Retry(attempts=1), hooks=watch)
    with pytest.raises(Exception, match="503"):
        mode.result(view.system(7).summary())
    (request,) = world.wire.requests
    assert set(request.extensions["timeout"].values()) == {3}
    assert [each[0] for each in watch.seen] == ["before", "after"]
    assert view.quota.month == mode.client.quota.month
    with pytest.raises(Exception, match="503"):
        mode.result(mode.client.system(7).summary())
    assert len(world.wire.requests) == 3
    assert set(world.wire.requests[-1].extensions["timeout"].values()) == {30}
    mode.result(view.close())
    with pytest.raises(ConfigurationError, match="closed"):
        mode.result(mode.client.system(7).summary())


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": True},
        {"timeout": float("inf")},
        {"max_wait": -1},
        {"max_wait": "5"},
        {"max_wait": float("nan")},
        {"retry": 3},
        {"reserve": 100},
        {"hooks": print},
        {"hooks": Hooks},
    ],
)
def test_options_that_make_no_sense(connect: Connect, options: dict[str, Any]) -> None:
    mode = connect(World(script(GOOD)))
    (name,) = options
    with pytest.raises(ConfigurationError, match=name):
        mode.client.with_options(**options)
    with pytest.raises(ConfigurationError, match=name):
        connect(World(script(GOOD)), **options)
    assert mode.client.with_options(reserve=Reserve(per_month=1)).quota == mode.client.quota
