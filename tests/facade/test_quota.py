"""The quota as a caller meets it: waits that can be seen, refusals that cost nothing, one ledger for all."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from enphase_v4.api.ev_charger_control import start_charging
from enphase_v4.api.streaming import get_live_data

from enphase_cloud import (
    ConfigurationError,
    Hooks,
    PermissionDenied,
    Plan,
    QuotaExhausted,
    RateLimited,
    Reserve,
    Retry,
    ServerError,
    Usage,
)
from enphase_cloud.transport import pipeline

from .conftest import Connect
from .worlds import NOW, Mode, World, reply, script

GOOD = reply(body={"system_id": 7, "current_power": 5})
JULY = 1_782_864_000  # 2026-07-01 00:00 UTC, the month after NOW


def ask(mode: Mode, client: Any = None) -> Any:
    return mode.result((client or mode.client).system(7).summary())


class Waits(Hooks):
    def __init__(self) -> None:
        self.reasons: list[str] = []

    def waiting(self, call: Any, wait: Any) -> None:
        self.reasons.append(wait.reason)


def test_the_minute_is_waited_for_and_seen(connect: Connect) -> None:
    waits = Waits()
    world = World(script(GOOD))
    mode = connect(world, plan="watt", hooks=waits)
    for _ in range(10):
        ask(mode)
    assert (world.waits, waits.reasons) == ([], [])
    assert mode.client.quota.minute[:3] == (10, 10, 0)
    ask(mode)
    assert waits.reasons == ["quota"]
    assert 60 < world.waits[0] < 65
    assert len(world.wire.requests) == 11
    assert mode.client.quota.minute[:3] == (1, 10, 9)


def test_a_slow_call_counts_from_its_end(connect: Connect) -> None:
    """The service counts it when it arrives, which may be at any time until it is answered."""
    sent: list[float] = []

    def slow(request: Any) -> Any:
        sent.append(world.now - NOW)
        world.now += 20
        return reply(body={"system_id": 7, "current_power": 5})

    world = World(slow)
    mode = connect(world, plan=Plan(per_minute=2))
    for _ in range(3):
        ask(mode)
    assert sent[:2] == [0, 20]
    assert 82 <= sent[2] < 83


def test_a_turn_that_takes_too_long_is_not_waited_for(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world, plan=Plan(per_minute=1), max_wait=5)
    ask(mode)
    with pytest.raises(RateLimited, match="max_wait") as caught:
        ask(mode)
    assert (caught.value.hits, caught.value.period, caught.value.limit) == (0, "minute", 1)
    assert caught.value.resets_at is not None
    assert NOW + 60 < caught.value.resets_at.timestamp() < NOW + 65
    assert (len(world.wire.requests), world.waits) == (1, [])


def test_the_month_is_refused_before_anything_is_sent(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world, plan=Plan(per_month=3))
    for _ in range(3):
        ask(mode)
    for client in (mode.client, connect(world, plan=Plan(per_month=3)).client):
        with pytest.raises(
            QuotaExhausted, match=r"was not sent: the month's hits of 3 .* 2026-07-01"
        ) as caught:
            ask(mode, client)
        assert (caught.value.hits, caught.value.limit, caught.value.status) == (0, 3, None)
        assert caught.value.resets_at is not None
        assert caught.value.resets_at.timestamp() == JULY
    assert len(world.wire.requests) == 3
    world.now = JULY + 10
    assert ask(mode).current_power == 5


def test_each_key_and_each_service_has_its_own_quota(connect: Connect) -> None:
    world = World(script(GOOD))
    for other in ({}, {"api_key": "another"}, {"base_url": "http://127.0.0.1:8787"}):
        ask(connect(world, plan=Plan(per_month=1), **other))
    assert len(world.wire.requests) == 3


def test_a_reserve_is_left_to_others(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world, plan=Plan(per_month=3), reserve=Reserve(per_month=2))
    ask(mode)
    with pytest.raises(QuotaExhausted, match="reserved for others"):
        ask(mode)
    ask(mode, mode.client.with_options(reserve=Reserve()))
    assert len(world.wire.requests) == 2


def test_what_the_plan_does_not_include_is_not_asked_for(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world, plan="watt")
    with pytest.raises(
        PermissionDenied, match=r"plan watt does not include .*kilowatt, megawatt, partner"
    ) as caught:
        mode.raw(get_live_data, 7)
    assert caught.value.hits == 0
    assert world.wire.requests == []
    assert mode.client.quota.month.used == 0
    assert connect(world, plan=Plan(per_minute=10)).raw(get_live_data, 7).status_code == 200


def test_a_call_that_fails_stays_booked(connect: Connect) -> None:
    world = World(script(reply(503)))
    mode = connect(world, plan="watt")
    with pytest.raises(ServerError):
        ask(mode)
    quota = mode.client.quota
    assert quota.month[:3] == (2, 1000, 998)
    assert quota.operations == {"getSystemSummary": 2}
    assert quota.plan.name == "watt"


def test_the_last_hit_of_a_month_is_not_followed_by_another(connect: Connect) -> None:
    """The failure is told, not that it could not be tried again."""
    world = World(script(reply(503, {"message": "down"})))
    mode = connect(world, plan=Plan(per_month=1))
    with pytest.raises(ServerError, match="down") as caught:
        ask(mode)
    assert (caught.value.hits, len(world.wire.requests)) == (1, 1)


def test_a_refusal_teaches(connect: Connect) -> None:
    """The service is believed over the plan: nobody named one here."""
    minute = {"period": "minute", "period_start": NOW, "period_end": NOW + 60, "limit": 2}
    world = World(script(reply(429, minute), GOOD))
    mode = connect(world)
    assert mode.client.quota.minute == Usage(0, None, None, mode.client.quota.minute.resets_at)
    ask(mode)
    assert mode.client.quota.minute.limit == 2
    assert 60 <= sum(world.waits) < 62
    ask(mode)
    ask(mode)
    assert sum(world.waits) > 120


def test_a_month_that_the_service_calls_used_up(connect: Connect) -> None:
    month = {"period": "month", "period_start": NOW - 9, "period_end": NOW + 600, "limit": 1000}
    world = World(script(reply(429, month), GOOD))
    mode = connect(world, plan="watt")
    with pytest.raises(QuotaExhausted, match="was answered 429"):
        ask(mode)
    with pytest.raises(QuotaExhausted, match="as it said itself") as caught:
        ask(mode)
    assert (caught.value.hits, len(world.wire.requests)) == (0, 1)
    assert mode.client.quota.month.left == 0
    world.now += 601
    ask(mode)


def test_writes_have_a_limit_of_their_own(connect: Connect) -> None:
    world = World(script(reply(202, {"message": "Request sent successfully"})))
    mode = connect(world, plan=Plan(writes_per_month=1))
    mode.raw(start_charging, 7, "1")
    with pytest.raises(QuotaExhausted, match="for startCharging are used up"):
        mode.raw(start_charging, 7, "1")
    assert mode.client.quota.writes["startCharging"][:3] == (1, 1, 0)
    assert len(world.wire.requests) == 1


def test_a_ledger_that_somebody_holds_is_waited_for(
    connect: Connect, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "LEDGER_PATIENCE", 0.1)
    world = World(script(GOOD))
    mode = connect(world)
    ask(mode)
    other = sqlite3.connect(home / "ledger.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConfigurationError, match="locked by another process"):
            ask(mode)
        assert 0.1 < sum(world.waits) < 0.2
        assert len(world.wire.requests) == 1
    finally:
        other.close()
    ask(mode)


def test_without_a_ledger_nothing_is_sent(connect: Connect, home: Path) -> None:
    world = World(script(GOOD))
    mode = connect(world)
    home.write_text("no folder")
    with pytest.raises(ConfigurationError, match="ENPHASE_HOME"):
        ask(mode)
    assert world.wire.requests == []


def test_a_request_that_is_in_no_document_is_a_hit_too(connect: Connect) -> None:
    world = World(script(GOOD))
    mode = connect(world)
    raw = mode.client.raw
    client = raw.get_httpx_client() if mode.name == "sync" else raw.get_async_httpx_client()
    mode.result(client.get("/api/v4/something/new"))
    assert mode.client.quota.operations == {"other": 1}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Plan, {"per_minute": 0}),
        (Plan, {"per_month": -1}),
        (Plan, {"per_month": 1.5}),
        (Plan, {"writes_per_month": True}),
        (Reserve, {"per_month": -1}),
        (Reserve, {"per_minute": "1"}),
        (Retry, {"attempts": 0}),
    ],
)
def test_limits_that_make_no_sense(kind: Any, values: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(values))):
        kind(**values)


def test_a_plan_by_name(connect: Connect) -> None:
    assert Plan.named(" Partner ").writes_per_month == 200
    assert Plan.named("watt").writes_per_month is None
    with pytest.raises(ConfigurationError, match="watt, kilowatt, megawatt, partner"):
        connect(World(script(GOOD)), plan="gigawatt")


@pytest.mark.parametrize(
    "path", ["/api/v4/systems//summary", "/api/v4/systems/", "/api/v4/systems/../summary"]
)
def test_an_empty_id_asks_for_something_else(connect: Connect, path: str) -> None:
    """`systems//summary` may be the list of all systems: whoever asks for one is not to get, and pay, that."""
    world = World(script(GOOD))
    mode = connect(world)
    raw = mode.client.raw
    client = raw.get_httpx_client() if mode.name == "sync" else raw.get_async_httpx_client()
    with pytest.raises(ValueError, match="was not sent"):
        mode.result(client.get(path, extensions={"operation": "getSystemSummary"}))
    assert world.wire.requests == []
