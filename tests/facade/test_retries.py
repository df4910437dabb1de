"""When a call is sent again, how long is waited for it, and what it costs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from enphase_v4.api.ev_charger_control import start_charging
from enphase_v4.api.streaming import get_live_data
from enphase_v4.api.system_details import get_system_summary

from enphase_cloud import (
    ConnectionFailed,
    DecodeError,
    EnphaseError,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from enphase_cloud.transport.retry import Retry

from .conftest import Connect
from .worlds import NOW, Mode, World, reply, script

POLICY = Retry()
GOOD = reply(body={"system_id": 7, "current_power": 5})
MINUTE = {"period": "minute", "period_start": NOW - 40, "period_end": NOW + 20, "limit": 10}
MONTH = {"period": "month", "period_start": NOW - 9, "period_end": NOW + 20, "limit": 1000}


def summary(mode: Mode) -> Any:
    value = mode.client.system(7).summary()
    return mode.result(value)


@pytest.mark.parametrize(
    ("answers", "sent", "waits"),
    [
        ([GOOD], 1, []),
        ([reply(503), GOOD], 2, [0.5]),
        ([reply(502), GOOD], 2, [0.5]),
        ([httpx.ConnectError("refused"), GOOD], 2, [0.5]),
        ([httpx.ReadTimeout(""), GOOD], 2, [0.5]),
        ([httpx.RemoteProtocolError("cut"), GOOD], 2, [0.5]),
        ([reply(200, "<html>busy</html>", content_type="text/html"), GOOD], 2, [0.5]),
        ([reply(429, {}, retry_after="5"), GOOD], 2, [5.5]),
        ([reply(429, MINUTE), GOOD], 2, [20.5]),
        ([reply(429, {"message": "Too Many Requests"}), GOOD], 2, [15.0]),
    ],
)
def test_a_reading_call_is_repeated(
    connect: Connect, answers: list[Any], sent: int, waits: list[float]
) -> None:
    world = World(script(*answers))
    mode = connect(world)
    assert summary(mode).current_power == 5
    assert len(world.wire.requests) == sent
    assert world.waits == waits


@pytest.mark.parametrize(
    ("answer", "error", "sent"),
    [
        (reply(503, {"message": "down"}), ServerError, 2),
        (reply(429, {"message": "Too Many Requests"}), RateLimited, 2),
        (reply(429, MONTH), QuotaExhausted, 1),
        (reply(429, {}, retry_after="3600"), RateLimited, 1),
        (reply(200, "<html>busy</html>"), DecodeError, 2),
        (httpx.ConnectTimeout("slow"), ConnectionFailed, 2),
        (httpx.ReadError(""), ConnectionFailed, 2),
        (httpx.DecodingError("bad gzip"), DecodeError, 2),
        (httpx.LocalProtocolError("unsendable"), ConnectionFailed, 1),
    ],
)
def test_patience_ends(connect: Connect, answer: Any, error: type[EnphaseError], sent: int) -> None:
    world = World(script(answer))
    mode = connect(world)
    with pytest.raises(error) as caught:
        summary(mode)
    assert len(world.wire.requests) == sent
    assert caught.value.hits == sent
    assert caught.value.path == "/api/v4/systems/7/summary"
    assert sum(world.waits) < POLICY.budget


def test_the_month_says_when_it_ends_without_waiting(connect: Connect) -> None:
    world = World(script(reply(429, MONTH)))
    mode = connect(world)
    with pytest.raises(QuotaExhausted) as caught:
        summary(mode)
    assert caught.value.limit == 1000
    assert caught.value.resets_at is not None
    assert caught.value.resets_at.timestamp() == NOW + 20
    assert world.waits == []


def test_the_budget_counts_the_time_that_attempts_take(connect: Connect) -> None:
    def slow(request: httpx.Request) -> httpx.Response | Exception:
        world.now += 70
        return httpx.ReadTimeout("slow")

    world = World(slow)
    mode = connect(world)
    with pytest.raises(ConnectionFailed):
        summary(mode)
    assert len(world.wire.requests) == 2


def test_an_attempt_may_not_take_longer_than_the_budget_leaves(connect: Connect) -> None:
    def slow(request: httpx.Request) -> httpx.Response | Exception:
        allowed.append(request.extensions["timeout"]["read"])
        world.now += 100
        return httpx.ReadTimeout("slow")

    allowed: list[float] = []
    world = World(slow)
    mode = connect(world, timeout=90)
    with pytest.raises(ConnectionFailed):
        summary(mode)
    assert allowed == [90, 19.5]


@pytest.mark.parametrize(
    ("endpoint", "arguments"),
    [(start_charging, (7, "202320010308")), (get_live_data, (7,))],
)
@pytest.mark.parametrize("answer", [reply(503), reply(429, {}, retry_after="1"), httpx.ReadTimeout("slow")])
def test_what_costs_or_moves_something_is_sent_once(
    connect: Connect, endpoint: Any, arguments: tuple[Any, ...], answer: Any
) -> None:
    world = World(script(answer))
    mode = connect(world)
    if isinstance(answer, Exception):
        with pytest.raises(ConnectionFailed, match="may have taken effect"):
            mode.raw(endpoint, *arguments)
    else:
        assert mode.raw(endpoint, *arguments).status_code == answer.status_code
    assert len(world.wire.requests) == 1
    assert world.waits == []


def test_the_raw_client_is_repeated_too_and_gives_the_last_answer(connect: Connect) -> None:
    world = World(script(reply(503), GOOD))
    mode = connect(world)
    assert mode.raw(get_system_summary, 7).parsed.current_power == 5
    assert world.waits == [0.5]
    world.wire.service = script(reply(503, {"message": "down"}))
    assert mode.raw(get_system_summary, 7).status_code == 503


def test_repeated_calls_are_hits(connect: Connect) -> None:
    answer = reply(body={"start_date": "2026-06-01", "production": [1, 2]})
    world = World(script(reply(500), answer))
    mode = connect(world)
    rows = mode.client.system(7).lifetime("production")
    assert [row.energy_wh for row in mode.collect(rows)] == [1, 2]
    assert rows.hits == 2
    world.wire.service = script(httpx.ReadTimeout("slow"))
    rows = mode.client.system(7).lifetime("production")
    with pytest.raises(ConnectionFailed):
        mode.collect(rows)
    assert rows.hits == 2
