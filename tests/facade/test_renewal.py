"""A client with a stored grant: when its tokens are renewed, what a 401 costs, and what is lost (nothing)."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import anyio
import httpx
import pytest
from enphase_v4.api.ev_charger_control import start_charging
from enphase_v4.api.system_configurations import update_system_storm_guard
from enphase_v4.models import UpdateSystemStormGuardRequest

from enphase_cloud import (
    AsyncEnphase,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    ConsentRequired,
    Enphase,
    Hooks,
    Plan,
    QuotaExhausted,
    Retry,
    ServerError,
)
from enphase_cloud.transport.grant import Application, Grant, Profile
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.store import open_store

from .conftest import Connect
from .worlds import HOST, NOW, TOKEN, Mode, World, reply

STORED: dict[str, Any] = {"api_key": None, "access_token": None, "base_url": None}
GOOD = {"system_id": 7, "current_power": 5}


def keep(home: Path, *, access: str = "canary-access-0", age: float = 0) -> None:
    """Have a grant in the store, whose access token was obtained so many seconds ago and lives for a day."""
    store = open_store("file", home, "default")
    grant = Grant(
        access_token=Secret(access),
        refresh_token=Secret("canary-refresh-0"),
        obtained_at=NOW - age,
        expires_at=NOW - age + 86_400,
        consent_at=NOW - age,
    )
    application = Application(
        client_id="client", client_secret=Secret("canary-client-secret"), api_key=Secret("canary-stored-key")
    )
    lock = store.try_lock()
    assert lock is not None
    with lock:
        store.save(Profile(base_url=HOST, application=application, grant=grant))


class Service:
    """Issues tokens, and takes those that it has issued; `accepted` may be changed."""

    def __init__(self) -> None:
        self.issued = 0
        self.accepted = {"canary-access-0"}
        self.refreshes: list[str] = []
        self.token: Callable[[], httpx.Response | Exception] | None = None
        self.answer = reply(body=GOOD)

    def __call__(self, request: httpx.Request) -> httpx.Response | Exception:
        if request.url.path == "/oauth/token":
            assert request.url.query == b""
            assert request.headers["authorization"].startswith("Basic ")
            (sent,) = parse_qs(request.content.decode())["refresh_token"]
            self.refreshes.append(sent)
            return self.token() if self.token else self.issue()
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token not in self.accepted:
            return reply(
                401, {"message": "Not Authorized", "details": "Access token is invalid", "code": 401}
            )
        return httpx.Response(self.answer.status_code, content=self.answer.content)

    def issue(self) -> httpx.Response:
        self.issued += 1
        access = f"canary-access-{self.issued}"
        self.accepted.add(access)
        refresh = f"canary-refresh-{self.issued}"
        return reply(body={"access_token": access, "refresh_token": refresh, "expires_in": 86_400})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def world(service: Service) -> World:
    return World(service)


def ask(mode: Mode) -> Any:
    return mode.result(mode.client.system(7).summary())


def calls(world: World) -> list[str]:
    return [request.url.path for request in world.wire.requests]


def stored(home: Path) -> Grant:
    profile = open_store("file", home, "default").load()
    assert profile is not None
    return profile.grant


def test_a_stored_grant_is_all_that_is_needed(connect: Connect, world: World, home: Path) -> None:
    keep(home)
    mode = connect(world, **STORED)
    assert ask(mode).current_power == 5
    (request,) = world.wire.requests
    assert request.headers["authorization"] == "Bearer canary-access-0"
    assert request.headers["key"] == "canary-stored-key"


def test_a_token_near_its_end_is_renewed_before_it_is_used(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=86_400 - 100)
    mode = connect(world, **STORED)
    ask(mode)
    ask(mode)
    assert calls(world) == ["/oauth/token", "/api/v4/systems/7/summary", "/api/v4/systems/7/summary"]
    assert world.wire.requests[1].headers["authorization"] == "Bearer canary-access-1"
    assert stored(home).refresh_token == Secret("canary-refresh-1")
    assert mode.client.quota.month.used == 2


def test_what_a_client_is_given_for_itself_holds_after_a_renewal_and_is_not_stored(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=86_400)
    mode = connect(world, **{**STORED, "api_key": "canary-own-key", "client_secret": "canary-own-secret"})
    ask(mode)
    token, call = world.wire.requests
    assert token.headers["authorization"] == "Basic " + b64encode(b"client:canary-own-secret").decode()
    assert call.headers["key"] == "canary-own-key"
    profile = open_store("file", home, "default").load()
    assert profile is not None
    assert profile.application.api_key == Secret("canary-stored-key")
    assert profile.application.client_secret == Secret("canary-client-secret")


def test_a_token_that_is_not_accepted_is_renewed_once_and_the_call_repeated(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=3600)
    service.accepted.clear()
    mode = connect(world, **STORED)
    assert ask(mode).current_power == 5
    assert service.refreshes == ["canary-refresh-0"]
    assert (len(world.wire.requests), world.waits) == (3, [])
    assert mode.client.quota.month.used == 2


def test_what_a_new_token_does_not_cure_costs_two_hits_and_no_second_renewal(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    """A key that does not fit the token answers 401, too, and for ever."""
    keep(home, age=3600)
    mode = connect(world, **STORED)
    service.accepted.clear()
    service.token = lambda: reply(
        body={"access_token": "canary-access-x", "refresh_token": "canary-refresh-x", "expires_in": 86_400}
    )
    with pytest.raises(AuthenticationError, match="renewed since, and that one was not accepted") as caught:
        ask(mode)
    assert (caught.value.hits, len(service.refreshes)) == (2, 1)
    with pytest.raises(AuthenticationError, match="renewed by itself") as caught:
        ask(mode)
    assert (caught.value.hits, len(service.refreshes)) == (1, 1)


def test_the_repetition_after_a_renewal_is_the_last(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    """Two hits for one failing call, whatever it fails of."""
    keep(home, age=3600)
    service.accepted.clear()
    service.answer = reply(503)
    mode = connect(world, **STORED)
    with pytest.raises(ServerError) as caught:
        ask(mode)
    assert caught.value.hits == 2


def test_a_call_that_moves_something_is_not_repeated_not_even_then(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=3600)
    service.accepted.clear()
    mode = connect(world, **STORED)
    assert mode.raw(start_charging, 7, "1").status_code == 401
    assert calls(world) == ["/api/v4/systems/7/ev_charger/1/start_charging", "/oauth/token"]
    service.answer = reply(202, {})
    assert mode.raw(start_charging, 7, "1").status_code == 202


def test_a_client_that_never_repeats_says_that_the_token_is_new_now(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=3600)
    service.accepted.clear()
    mode = connect(world, **STORED, retry=Retry(attempts=1))
    with pytest.raises(AuthenticationError, match="renewed since, and this call was not sent again"):
        ask(mode)
    assert ask(mode).current_power == 5


def test_where_the_month_ends_with_a_token_that_was_not_accepted_the_month_is_what_is_in_the_way(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    """Whoever is told that the token is not accepted logs in again, for nothing; a sync that ended with the month would
    end with an error."""
    keep(home, age=3600)
    service.accepted.clear()
    mode = connect(world, **STORED, plan=Plan(per_minute=10, per_month=1))
    with pytest.raises(
        QuotaExhausted, match=r"not sent again: the month's hits of 1 .* are used up"
    ) as caught:
        ask(mode)
    assert caught.value.hits == 1
    assert calls(world) == ["/api/v4/systems/7/summary", "/oauth/token"]
    world.now += 40 * 86_400
    assert ask(mode).current_power == 5


def test_settings_that_were_refused_for_their_token_were_not_set(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=3600)
    service.accepted.clear()
    mode = connect(world, **STORED)
    body = UpdateSystemStormGuardRequest.from_dict({"storm_guard_status": "enabled"})
    assert mode.raw(update_system_storm_guard, 7, body=body).status_code == 200
    assert [request.method for request in world.wire.requests] == ["PUT", "POST", "PUT"]


@pytest.mark.parametrize(("asked_for", "sends"), [(False, 1), (True, 2)])
def test_settings_are_sent_again_where_that_is_asked_for(
    connect: Connect, world: World, service: Service, asked_for: bool, sends: int
) -> None:
    service.answer = reply(503)
    service.accepted.add(TOKEN)
    mode = connect(world, retry=Retry(settings=asked_for))
    body = UpdateSystemStormGuardRequest.from_dict({"storm_guard_status": "enabled"})
    assert mode.raw(update_system_storm_guard, 7, body=body).status_code == 503
    assert len(world.wire.requests) == sends


def test_a_401_with_a_token_of_ones_own_is_one_hit(connect: Connect, world: World, home: Path) -> None:
    keep(home)
    mode = connect(world)
    with pytest.raises(AuthenticationError) as caught:
        ask(mode)
    assert (caught.value.hits, caught.value.reason, calls(world)) == (
        1,
        "token",
        ["/api/v4/systems/7/summary"],
    )


def test_consent_that_is_gone_says_where_to_get_it(
    connect: Connect, world: World, service: Service, home: Path
) -> None:
    keep(home, age=3600)
    service.accepted.clear()
    service.token = lambda: reply(400, {"error": "invalid_grant", "error_description": "expired"})
    mode = connect(world, **STORED)
    with pytest.raises(ConsentRequired, match="enphase login") as caught:
        ask(mode)
    assert caught.value.hits == 1
    assert caught.value.address is not None
    assert caught.value.address.startswith(f"{HOST}/oauth/authorize?response_type=code&client_id=client&")
    assert stored(home).refresh_token == Secret("canary-refresh-0")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(503), ServerError),
        (httpx.ConnectError("refused"), ConnectionFailed),
        (httpx.ReadTimeout("slow"), ConnectionFailed),
    ],
)
def test_a_renewal_that_fails_for_now_loses_nothing(
    connect: Connect, service: Service, home: Path, answer: Any, error: Any
) -> None:
    keep(home, age=86_400)
    world = World(service)
    mode = connect(world, **STORED)
    service.token = lambda: answer
    with pytest.raises(error) as caught:
        ask(mode)
    assert caught.value.hits == 0
    assert len(service.refreshes) == 2
    service.token = None
    world.now += 3600
    assert ask(mode).current_power == 5


def test_the_token_endpoint_is_seen_by_hooks_and_costs_no_hit(
    connect: Connect, world: World, home: Path
) -> None:
    seen: list[Any] = []

    class Seen(Hooks):
        def after_call(self, call: Any, result: Any) -> None:
            seen.append((call.operation, result.status, result.hits))

    keep(home, age=86_400)
    ask(connect(world, **STORED, hooks=Seen()))
    assert seen == [("token", 200, 0), ("getSystemSummary", 200, 1)]


def test_a_token_answer_is_waited_for_longer_than_any_other(
    connect: Connect, world: World, home: Path
) -> None:
    keep(home, age=86_400)
    ask(connect(world, **STORED, timeout=1))
    token, call = (request.extensions["timeout"]["read"] for request in world.wire.requests)
    assert (token, call) == (60, 1)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"base_url": "http://127.0.0.1:9"}, "its tokens are sent nowhere else"),
        ({"client_id": "another"}, "another client id"),
        ({"profile": "nobody"}, "enphase login"),
    ],
)
def test_tokens_go_to_no_stranger(
    connect: Connect, world: World, home: Path, named: dict[str, Any], told: str
) -> None:
    keep(home)
    with pytest.raises(ConfigurationError, match=told):
        connect(world, **{**STORED, **named})
    assert world.wire.requests == []


def test_a_cancelled_task_does_not_take_the_new_token_along(service: Service, home: Path) -> None:
    """The old refresh token is dead when the answer comes: who throws the answer away has lost the grant."""
    asked, cancelled = threading.Event(), threading.Event()
    world = World(service)

    def slow() -> httpx.Response:
        asked.set()
        assert cancelled.wait(30)
        return service.issue()

    async def run() -> None:
        async with AsyncEnphase(runtime=world) as enphase:
            task = asyncio.create_task(enphase.system(7).summary())
            await asyncio.to_thread(asked.wait, 30)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            cancelled.set()

    keep(home, age=86_400)
    service.token = slow
    asyncio.run(run())
    for thread in threading.enumerate():
        if "AnyIO" in thread.name:
            thread.join(30)
    assert stored(home).refresh_token == Secret("canary-refresh-1")
    assert len(service.refreshes) == 1


def test_tokens_need_a_blocking_wire(world: World, home: Path) -> None:
    """A test that brings an async wire only is not to reach the vendor with a refresh token."""

    async def run() -> None:
        async with AsyncEnphase(runtime=world) as enphase:
            with pytest.raises(ConfigurationError, match="blocking wire"):
                await enphase.system(7).summary()

    keep(home, age=86_400)
    world.wire = None
    asyncio.run(run())


class Renewing:
    """A token endpoint that has rotated the token, and answers when it is told to."""

    def __init__(self, service: Service) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        self._service = service
        service.token = self.answer

    def answer(self) -> httpx.Response:
        issued = self._service.issue()
        self.asked.set()
        assert self.go_on.wait(30)
        return issued


def join_all() -> None:
    """Wait for threads that somebody left behind."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and ("AnyIO" in thread.name or "enphase" in thread.name):
            thread.join(30)


def test_a_client_that_is_closed_while_its_token_is_renewed_keeps_the_new_one(
    service: Service, world: World, home: Path
) -> None:
    """Its block may be left by a timeout, or by the error of another task."""
    keep(home, age=86_400)
    renewing = Renewing(service)

    async def run() -> None:
        async with AsyncEnphase(runtime=world) as enphase:
            task = asyncio.create_task(enphase.system(7).summary())
            await asyncio.to_thread(renewing.asked.wait, 30)
            task.cancel()
        renewing.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    join_all()
    assert stored(home).refresh_token == Secret("canary-refresh-1")


def test_a_client_that_another_thread_closes_keeps_the_new_token(
    service: Service, world: World, home: Path
) -> None:
    """And sends nothing more: neither a hit is booked, nor is a file open that nobody would close."""
    keep(home, age=86_400)
    renewing = Renewing(service)
    enphase = Enphase(runtime=world)

    def ask() -> None:
        with pytest.raises(ConfigurationError, match="this client is closed"):
            enphase.system(7).summary()

    asking = threading.Thread(target=ask, name="enphase-test")
    asking.start()
    assert renewing.asked.wait(30)
    enphase.close()
    renewing.go_on.set()
    asking.join(30)
    assert stored(home).refresh_token == Secret("canary-refresh-1")
    assert len(service.refreshes) == 1
    assert not (home / "ledger.sqlite3-wal").exists()
    with Enphase(runtime=world) as another:
        assert another.quota.month.used == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_a_token_is_renewed_is_heeded_when_the_new_one_is_stored(
    service: Service, world: World, home: Path, number: int
) -> None:
    class Stopped(BaseException):
        pass

    def stop(number: int, frame: object) -> None:
        raise Stopped

    def interrupted() -> httpx.Response:
        issued = service.issue()
        signal.raise_signal(number)
        signal.raise_signal(number)
        return issued

    keep(home, age=86_400)
    service.token = interrupted
    before = signal.signal(number, stop)
    try:
        with Enphase(runtime=world) as enphase:
            with pytest.raises(Stopped):
                enphase.system(7).summary()
            assert signal.getsignal(number) is stop
            assert stored(home).refresh_token == Secret("canary-refresh-1")
            assert calls(world) == ["/oauth/token"]
            enphase.system(7).summary()
    finally:
        signal.signal(number, before)


def test_where_no_signals_come_tokens_are_renewed_all_the_same(
    service: Service, world: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some web servers run programs in interpreters beside the main one."""

    def refuse(number: int, handler: object) -> None:
        raise ValueError("signal only works in main thread of the main interpreter")

    keep(home, age=86_400)
    monkeypatch.setattr(signal, "signal", refuse)
    with Enphase(runtime=world) as enphase:
        assert enphase.system(7).summary().current_power == 5


def test_a_token_that_dies_while_its_turn_is_waited_for_is_not_sent(
    connect: Connect, service: Service, home: Path
) -> None:
    """The service would refuse it, and the hit would be spent."""
    world = World(lambda request: service(dying(request)))

    def dying(request: httpx.Request) -> httpx.Request:
        if world.now > NOW + 320:
            service.accepted.discard("canary-access-0")
        return request

    keep(home, age=86_400 - 320)
    mode = connect(world, **STORED, plan=Plan(per_minute=1))
    for _ in range(8):
        ask(mode)
    assert world.now > NOW + 320
    assert (calls(world).count("/oauth/token"), len(calls(world))) == (1, 9)


class Patient(World):
    """Time passes as it really does, and waits are short: sixty that wait together would use up theirs at once."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.began = time.monotonic()

    def sleep(self, seconds: float) -> None:
        threading.Event().wait(0.001)
        self.now = NOW + time.monotonic() - self.began


def test_many_tasks_that_wait_for_tokens_leave_the_programs_threads_alone(
    service: Service, home: Path
) -> None:
    world = Patient(service)
    keep(home, age=86_400)
    renewing = Renewing(service)

    async def run() -> None:
        async with AsyncEnphase(runtime=world) as enphase, asyncio.TaskGroup() as group:
            for _ in range(60):
                group.create_task(enphase.system(7).summary())
            await asyncio.to_thread(renewing.asked.wait, 30)
            assert await anyio.to_thread.run_sync(lambda: "at once") == "at once"
            renewing.go_on.set()

    asyncio.run(run())
    assert len(service.refreshes) == 1
