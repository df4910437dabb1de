"""Every fault of the mock server, met once and met for ever, by the sync client, the async client and the command line.

For each there is one outcome, and a number of calls that it may cost; nothing hangs, and nothing but an EnphaseError
comes out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from enphase_cloud import (
    AsyncEnphase,
    ConnectionFailed,
    ConsentRequired,
    DecodeError,
    Enphase,
    EnphaseError,
    InvalidRequest,
    LiveStreamError,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Runtime,
    ServerError,
    login,
    mock,
)
from enphase_cloud.cli.app import enphase as command
from enphase_cloud.mock.faults import FAULTS
from enphase_cloud.mock.spoilers import KINDS
from enphase_cloud.transport.secret import Secret
from tests.conftest import Found

NOW = 1_790_000_000
PATIENCE = 20.0
"""Seconds that the client waits for an answer."""
IMPATIENCE = 0.5
"""The same where the answer comes too late."""
ANYBODY = {"api_key": "any-key", "access_token": "any-token"}
CLIENTS = ("sync", "async", "command line")
EXITS: dict[type[EnphaseError], int] = {RateLimited: 4, QuotaExhausted: 4}
"""Exit status of the command line; 5 for the others."""


@dataclass(frozen=True)
class Case:
    """What a fault comes to. `once`: None where it is survived; `ever`: where each call meets it. Calls for each."""

    fault: str
    once: type[EnphaseError] | None
    once_calls: int
    ever: type[EnphaseError] | None
    ever_calls: int


def passing(fault: str, error: type[EnphaseError]) -> Case:
    """A fault that may pass: the call is sent again, once."""
    return Case(fault, None, 2, error, 2)


def lasting(fault: str, error: type[EnphaseError]) -> Case:
    """A fault that will not pass: asking again would cost a hit and bring the same."""
    return Case(fault, error, 1, error, 1)


def harmless(fault: str) -> Case:
    return Case(fault, None, 1, None, 1)


CASES = [
    passing("refused", ConnectionFailed),
    passing("reset", ConnectionFailed),
    passing("dropped", ConnectionFailed),
    passing("answer_lost", ConnectionFailed),
    passing("reset_mid_body", ConnectionFailed),
    passing("stall=60", ConnectionFailed),
    passing("slow_headers=60", ConnectionFailed),
    harmless("slow_body=0.2"),
    passing("truncated_json", DecodeError),
    harmless("wrong_types"),
    harmless("wrong_content_type"),
    passing("html_200", DecodeError),
    passing("empty_body", DecodeError),
    passing("invalid_gzip", DecodeError),
    lasting(f"oversized_body={33 * 2**20}", DecodeError),
    passing("429_minute", RateLimited),
    passing("429_minute=5", RateLimited),
    lasting("429_month", QuotaExhausted),
    passing("500", ServerError),
    passing("502", ServerError),
    passing("503", ServerError),
    passing("503=7", ServerError),
    passing("504", ServerError),
    passing("499", ServerError),
    passing("520", ServerError),
    lasting("461", LiveStreamError),
    lasting("400", InvalidRequest),
    lasting("403", PermissionDenied),
    lasting("422", InvalidRequest),
    lasting("501", ServerError),
]


class World(Runtime):
    """Time that the server and the client share; it stands still but for what is slept."""

    def __init__(self, server: mock.Server) -> None:
        self.server = server

    def time(self) -> float:
        return self.server.service.clock()

    def sleep(self, seconds: float) -> None:
        self.server.service.clock.advance(seconds)
        self._until_it_listens()

    def _until_it_listens(self) -> None:
        """A port that was closed for no time at all may be so for a moment yet."""
        url = urlsplit(self.server.url)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((url.hostname, url.port), timeout=5).close()
                return

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def chance(self) -> float:
        return 0.5

    @property
    def timeout(self) -> float:
        late = any(
            each["name"] in ("stall=60", "slow_headers=60") for each in self.server.service.faults.pending()
        )
        return IMPATIENCE if late else PATIENCE


@pytest.fixture(scope="module")
def server() -> Iterator[mock.Server]:
    with mock.serve(homes=1, clock=NOW) as running:
        yield running


@pytest.fixture
def world(server: mock.Server) -> World:
    server.service.reset()
    server.service.clock.set(NOW)
    return World(server)


@dataclass(frozen=True)
class Result:
    """`error`: the class, or of the command line the exit status; None after success. `hits` as the client counts."""

    error: type[EnphaseError] | int | None
    hits: int | None


def ask(client: str, world: World, home: Path, **credentials: str) -> Result:
    """Ask for a lifetime series, which is one call. Without credentials, with the stored grant."""
    system_id = world.server.service.system_ids[0]
    if client == "command line":
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text(f'timeout = {world.timeout}\nbase_url = "{world.server.url}"\n')
        variables = {f"ENPHASE_{name.upper()}": value for name, value in credentials.items()}
        words = ["lifetime", str(system_id), "production", "--json"]
        run = CliRunner().invoke(command, words, obj=world, env=variables, prog_name="enphase")
        assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
        if run.exit_code == 0:
            assert json.loads(run.stdout)
            return Result(None, None)
        assert "enphase: error: " in run.stderr
        return Result(run.exit_code, None)
    known: dict[str, Any] = {
        **credentials,
        "base_url": world.server.url,
        "timeout": world.timeout,
        "runtime": world,
    }
    if client == "async":
        return asyncio.run(ask_async(system_id, known))
    with Enphase(**known) as enphase:
        rows = enphase.system(system_id).lifetime("production")
        try:
            assert list(rows)
        except EnphaseError as error:
            return Result(type(error), error.hits)
        return Result(None, rows.hits)


async def ask_async(system_id: int, known: dict[str, Any]) -> Result:
    async with AsyncEnphase(**known) as enphase:
        rows = enphase.system(system_id).lifetime("production")
        try:
            assert [row async for row in rows]
        except EnphaseError as error:
            return Result(type(error), error.hits)
        return Result(None, rows.hits)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("times", ["once", "ever"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_each_fault_has_its_outcome(
    world: World, home: Path, case: Case, times: str, *, client: str, found: Found
) -> None:
    world.server.service.faults.add(
        case.fault, count=1 if times == "once" else None, operations="getEnergyLifetime"
    )
    began = time.monotonic()
    result = ask(client, world, home, **ANYBODY)
    assert time.monotonic() - began < 3 * PATIENCE
    error, calls = (case.once, case.once_calls) if times == "once" else (case.ever, case.ever_calls)
    wanted: Result = Result(error, calls)
    if client == "command line":
        wanted = Result(None if error is None else EXITS.get(error, 5), None)
    # what is refused over a socket was read before: the journal has it, though the service saw nothing
    spent = len(world.server.service.journal)
    found(faults_met=1, outcomes_not_as_said=result != wanted, hits_over_what_was_said=max(0, spent - calls))
    assert result == wanted
    assert spent == calls


def test_the_table_has_every_fault(found: Found) -> None:
    without = set(FAULTS) - {case.fault.partition("=")[0] for case in CASES}
    found(faults_of_the_mock=len(FAULTS), faults_without_a_case=len(without))
    assert not without


@pytest.mark.parametrize("client", CLIENTS)
def test_a_month_that_is_used_up_is_not_asked_of_twice(world: World, home: Path, client: str) -> None:
    """The service said so once: the next client is told without a call."""
    world.server.service.faults.add("429_month", count=1)
    first, second = (ask(client, world, home, **ANYBODY) for _ in range(2))
    assert len(world.server.service.journal) == 1
    if client == "command line":
        assert (first.error, second.error) == (4, 4)
    else:
        assert (first, second) == (Result(QuotaExhausted, 1), Result(QuotaExhausted, 0))


# What the token endpoint does not get to say, or says too late; what takes minutes is shortened.
SLOW = {"stall=60": "stall=0.05", "slow_headers=60": "slow_headers=0.05", "slow_body=0.2": "slow_body=0.05"}
TOKEN_CASES = [SLOW.get(case.fault, case.fault) for case in CASES]


@pytest.fixture(scope="module")
def strict_server() -> Iterator[mock.Server]:
    with mock.serve(homes=1, clock=NOW, auth="strict") as running:
        yield running


@pytest.fixture
def granted(strict_server: mock.Server) -> World:
    """A grant in the store, whose access token has died."""
    strict_server.service.reset()
    strict_server.service.clock.set(NOW)
    world = World(strict_server)
    login.with_password(
        "installer@example.com",
        Secret("sandbox"),
        client_id="partner-client",
        client_secret="partner-secret",
        api_key="partner-key",
        base_url=strict_server.url,
        check=False,
        runtime=world,
    )
    world.sleep(90_000)
    strict_server.service.journal.clear()
    return world


def tokens_asked(world: World) -> int:
    return sum(call.operation == "token" for call in world.server.service.journal)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("times", [1, None], ids=["once", "ever"])
@pytest.mark.parametrize("fault", TOKEN_CASES)
def test_no_fault_of_the_token_endpoint_loses_a_grant(
    granted: World, home: Path, fault: str, times: int | None, *, client: str, found: Found
) -> None:
    """Where the service takes the old refresh token for a while yet, as it does for whoever lost an answer."""
    service = granted.server.service
    service.change(refresh_grace_seconds=600)
    service.faults.add(fault, count=times, operations="token")
    first = ask(client, granted, home)
    assert tokens_asked(granted) <= 2
    if times == 1 and "=" not in fault and fault in PASSING:
        assert first.error is None
    service.faults.clear()
    granted.sleep(61)
    then = ask(client, granted, home).error
    found(faults_met=1, grants_lost=then is not None)
    assert then is None


PASSING = {case.fault for case in CASES if case.once is None and case.fault != "429_minute"}


@pytest.mark.parametrize("fault", TOKEN_CASES)
def test_only_a_lost_answer_loses_a_grant_of_a_strict_service_and_it_is_told(
    granted: World, home: Path, fault: str
) -> None:
    service = granted.server.service
    service.faults.add(fault, count=1, operations="token")
    ask("sync", granted, home)
    service.faults.clear()
    granted.sleep(61)
    then = ask("sync", granted, home).error
    kind = KINDS.get(fault.partition("=")[0])
    if kind is not None and kind.answered:
        assert then in (None, ConsentRequired)
    else:
        assert then is None
