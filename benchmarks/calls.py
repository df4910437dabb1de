"""What a call costs beside one of bare httpx, and beside one of a peer: one server, one answer, calls taken in turns.

The server is a process of its own that says the same small answer to whatever it is asked; where there are two cores,
it has one for itself. Times are of a clock that has the calls as far apart as those of a busy client.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from benchmarks import peers
from benchmarks.tables import OURS, Row, Table
from enphase_cloud import AsyncEnphase, Enphase, Plan
from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.messages import Request
from enphase_cloud.transport.plan import Reserve
from enphase_cloud.transport.quota import Ask, Booked
from enphase_cloud.transport.runtime import Runtime

SYSTEM = 698905955
PATH = f"/api/v4/systems/{SYSTEM}/summary"
BODY = (
    b'{"system_id":698905955,"current_power":4120,"energy_lifetime":21987654,"energy_today":18250,'
    b'"last_interval_end_at":1782000000,"last_report_at":1782000123,"modules":24,"operational_at":1655000000,'
    b'"operational_date":"2022-06-12","nmi":null,"source":"microinverters","status":"normal","summary_date":'
    b'"2026-06-21","battery_charge_w":null,"battery_discharge_w":null,"battery_capacity_wh":null,"size_w":9120}'
)
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n"
    b"content-length: %d\r\ncache-control: no-store\r\n\r\n%s"
) % (len(BODY), BODY)
TURNS = 100
IN_A_ROW = 20
ROUNDS = 7
AT_ONCE = 20
EACH = 15
"""Calls of each of those that call at once, in a round."""
BARE = "bare httpx"
SESSION = "requests.Session"
URLLIB3 = "urllib3"
GOAL = 1.15
PLAN = Plan.named("partner")
PACE = 62.001 / (PLAN.per_minute or 300)
"""Seconds for a call of those that fill the minute of a large plan."""
KEY, TOKEN = "any-key", "any-token"
HEADERS = {"key": KEY, "Authorization": f"Bearer {TOKEN}"}


def cores() -> list[int]:
    """The cores that this process may use; none where the platform does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin(core: int | None) -> None:
    """Stay on that core."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def answer_for_ever(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        while connection.recv(65_536):  # a request is one segment
            connection.sendall(ANSWER)


def serve(core: int | None) -> None:
    """The server's process: says its port; ends with its input."""
    pin(core)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            threading.Thread(target=answer_for_ever, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


@contextmanager
def served() -> Iterator[str]:
    """Where a server of a process of its own is; the client stays off its core."""
    usable = cores()
    command = [sys.executable, "-m", "benchmarks.calls", "serve", *map(str, usable[:1])]
    pin(usable[-1] if usable else None)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=peers.ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


class Taken:
    """What the runs of one call took, in microseconds: by the clock on the wall, and of CPU."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        self.wall.append((time.perf_counter() - wall) * 1e6)
        self.cpu.append((time.process_time() - cpu) * 1e6)


def in_turns(calls: dict[str, Callable[[], object]]) -> dict[str, Taken]:
    """Each call a few times in a row, so that it finds its own code in the caches; and then the next."""
    taken = {name: Taken() for name in calls}
    for _ in range(TURNS):
        for name, call in calls.items():
            call()
            for _ in range(IN_A_ROW):
                with taken[name].one():
                    call()
    return taken


async def in_turns_async(calls: dict[str, Callable[[], Awaitable[object]]]) -> dict[str, Taken]:
    taken = {name: Taken() for name in calls}
    for _ in range(TURNS):
        for name, call in calls.items():
            await call()
            for _ in range(IN_A_ROW):
                with taken[name].one():
                    await call()
    return taken


class InMemory(httpx.BaseTransport):
    """A wire without a network: what is left is our part, and that of httpx.Client."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"content-type": "application/json"}, stream=httpx.ByteStream(BODY), request=request
        )


class Paced(Runtime):
    """A clock on which the calls of a benchmark are as far apart as those of a busy client: none has to wait."""

    def __init__(self, wire: httpx.BaseTransport | None = None) -> None:
        self.wire = wire
        self._now = 1_782_000_000.0
        self._lock = threading.Lock()

    def time(self) -> float:
        with self._lock:
            self._now += PACE
            return self._now

    def sleep(self, seconds: float) -> None:
        msg = f"a call had to wait {seconds} s: that is not what is measured"
        raise AssertionError(msg)

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)


def given(url: str) -> dict[str, Any]:
    return {"api_key": KEY, "access_token": TOKEN, "base_url": url}


def stock_client(url: str) -> Any:
    return peers.stock().AuthenticatedClient(base_url=url, token=TOKEN, headers={"key": KEY})


def stock_operation() -> Any:
    peers.stock()
    return import_module("stock_client.api.system_details.get_system_summary")


def of_peers(url: str, stack: ExitStack) -> dict[str, Callable[[], object]]:
    """The blocking calls of the others. Each has room for as many connections as call at once."""
    requests, urllib3 = import_module("requests"), import_module("urllib3")
    stock = stack.enter_context(stock_client(url))
    generated = peers.openapi_generator()
    configuration = generated.Configuration(host=url, access_token=TOKEN, api_key={"apiKey": KEY})
    configuration.connection_pool_maxsize = AT_ONCE
    api = generated.SystemDetailsApi(stack.enter_context(generated.ApiClient(configuration)))
    session = stack.enter_context(requests.Session())
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=AT_ONCE))
    pool = stack.enter_context(urllib3.PoolManager(maxsize=AT_ONCE))
    return {
        peers.STOCK: partial(stock_operation().sync, SYSTEM, client=stock),
        peers.OPENAPI_GENERATOR: partial(api.get_system_summary, SYSTEM),
        peers.REQUESTS: lambda: requests.get(url + PATH, headers=HEADERS, timeout=60).json(),
        SESSION: lambda: session.get(url + PATH, headers=HEADERS, timeout=60).json(),
        URLLIB3: lambda: json.loads(pool.request("GET", url + PATH, headers=HEADERS).data),
    }


BYTES, UNPLANNED = "a call as bytes: signed, booked, judged", "`system.summary()`, no plan named"
BOOKED = "bare httpx, and a booking before it"
BOOKING, MODEL = "of it alone: the booking", "of it alone: the model of the answer"
PLAIN, AND_PLAIN = "some JSON written and read, alone", "bare httpx, and that before it"
CLIENT, WIRELESS = "of httpx alone: its Client, without a network", "a call as bytes, without a network"


SOME = {"numbers": list(range(60)), "words": {str(number): number for number in range(120)}}


def plain() -> None:
    """Work that has nothing to do with us, and takes about as long as a booking."""
    json.loads(json.dumps(SOME))
    sorted(SOME["words"], key=str)


def of_sync(url: str, home: Path) -> tuple[dict[str, Taken], dict[str, Taken], dict[str, Rate]]:
    """The calls of everybody, the parts of ours, and everybody's calls when many are made at once."""

    def client(name: str, plan: Plan | None = None, wire: httpx.BaseTransport | None = None) -> Enphase:
        return stack.enter_context(Enphase(**given(url), home=home / name, plan=plan, runtime=Paced(wire)))

    ledger, clock = Ledger(home / "ledger.sqlite3", "somebody", lambda: 0.5), Paced()

    def book() -> None:
        decision = ledger.book(Ask("getSystemSummary", "GET", PLAN, Reserve()), clock.time())
        assert isinstance(decision, Booked)

    def bare_and_booked() -> None:
        book()
        bare.get(PATH)

    def bare_and_plain() -> None:
        plain()
        bare.get(PATH)

    with ExitStack() as stack:
        bare = stack.enter_context(httpx.Client(base_url=url))
        memory = stack.enter_context(httpx.Client(base_url=url, transport=InMemory()))
        planned, wireless = client("plan", PLAN), client("memory", PLAN, InMemory())
        request = Request("getSystemSummary", {"system_id": SYSTEM})
        calls: dict[str, Callable[[], object]] = {
            BARE: partial(bare.get, PATH),
            OURS: planned.system(SYSTEM).summary,
            **of_peers(url, stack),
        }
        parts: dict[str, Callable[[], object]] = {
            BARE: calls[BARE],
            BYTES: partial(planned._session.send, request),
            UNPLANNED: client("none").system(SYSTEM).summary,
            BOOKED: bare_and_booked,
            BOOKING: book,
            AND_PLAIN: bare_and_plain,
            PLAIN: plain,
            MODEL: planned._session.send(request).parsed,
            CLIENT: partial(memory.get, PATH),
            WIRELESS: partial(wireless._session.send, request),
        }
        return in_turns(calls), in_turns(parts), at_once(calls)


async def of_async(url: str, home: Path) -> tuple[dict[str, Taken], dict[str, Rate]]:
    async with (
        httpx.AsyncClient(base_url=url) as bare,
        AsyncEnphase(**given(url), home=home, plan=PLAN, runtime=Paced()) as planned,
        stock_client(url) as stock,
    ):
        calls: dict[str, Callable[[], Awaitable[object]]] = {
            BARE: partial(bare.get, PATH),
            OURS: planned.system(SYSTEM).summary,
            peers.STOCK: partial(stock_operation().asyncio, SYSTEM, client=stock),
        }
        return await in_turns_async(calls), await at_once_async(calls)


Rate = list[float]
"""Calls a second in each round."""


def at_once(calls: Mapping[str, Callable[[], object]]) -> dict[str, Rate]:
    """Each in as many threads, in turns."""

    def some(call: Callable[[], object]) -> None:
        for _ in range(EACH):
            call()

    rates: dict[str, Rate] = {name: [] for name in calls}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for turn in range(ROUNDS + 1):
            for name, call in calls.items():
                began = time.perf_counter()
                for done in [threads.submit(some, call) for _ in range(AT_ONCE)]:
                    done.result()
                if turn:  # the first one opens the connections
                    rates[name].append(AT_ONCE * EACH / (time.perf_counter() - began))
    return rates


async def at_once_async(calls: Mapping[str, Callable[[], Awaitable[object]]]) -> dict[str, Rate]:
    async def some(call: Callable[[], Awaitable[object]]) -> None:
        for _ in range(EACH):
            await call()

    rates: dict[str, Rate] = {name: [] for name in calls}
    for turn in range(ROUNDS + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            await asyncio.gather(*(some(call) for _ in range(AT_ONCE)))
            if turn:
                rates[name].append(AT_ONCE * EACH / (time.perf_counter() - began))
    return rates


def walls(taken: Mapping[str, Taken]) -> dict[str, float]:
    return {name: statistics.median(each.wall) for name, each in taken.items()}


def cpus(taken: Mapping[str, Taken]) -> dict[str, float]:
    return {name: statistics.median(each.cpu) for name, each in taken.items()}


def beside(figures: Mapping[str, float]) -> dict[str, float | None]:
    """As parts of bare httpx's; ours first."""
    return {name: figures[name] / figures[BARE] for name in (OURS, *figures)}


def many(rates: Mapping[str, Rate]) -> dict[str, float]:
    return {name: statistics.median(rate) for name, rate in rates.items()}


def slower(rates: Mapping[str, float]) -> dict[str, float]:
    """The time of a call, from calls a second."""
    return {name: 1 / rate for name, rate in rates.items()}


def parted(taken: Mapping[str, Taken]) -> Iterator[Row]:
    for name, wall in walls(taken).items():
        if name != BARE:
            figure = wall / statistics.median(taken[BARE].wall)
            yield Row(name, {OURS: figure}, TIMES, better="")


TIMES = "x bare httpx"
WHY = (
    "a call as bytes is below bare httpx with a booking, as httpx.Client is left out. What puts it above bare "
    "httpx is the booking, a transaction of SQLite that has to end before the call begins, and then the model and "
    "the record. Between answers that are waited for a booking takes some four times as long as it does alone, on "
    "a disk and in memory alike; other Python twice as long. Tried and kept: no generators around a call and its "
    "body, paths of records taken apart once, path and origin checked against what is kept, the next month "
    "reckoned only for who is refused: 0.06 together. Tried and not taken: pages of 1 KB in the ledger, which "
    "save 0.05, as its file would have to be made anew; httpcore without httpx's transport (0.03) or its pool too "
    "(0.1), as errors and connections would be ours to look after. urllib3 is quicker than bare httpx itself."
)
WHY_ASYNC = "as one at a time."


def tables() -> Iterator[Table]:
    """What a call costs."""
    with served() as url, tempfile.TemporaryDirectory() as folder:
        gc.collect()
        gc.freeze()  # what the peers have loaded is not looked through at the expense of each call
        calls, parts, threads = of_sync(url, Path(folder) / "sync")
        tasks, gathered = asyncio.run(of_async(url, Path(folder) / "async"))
    threaded, concurrent = many(threads), many(gathered)
    yield Table(
        "A call",
        f"`system.summary()` of a server on this machine that says one small answer, {len(BODY)} bytes: signed, judged,"
        f" read into a model and a record, and booked in the ledger of a plan whose minute is full of calls. The peers"
        f" make their models, if they have any; `requests` opens a connection for each call, as scripts do, and"
        f" `requests.Session` keeps it; bare httpx reads bytes, and reads nothing into them. Medians of"
        f" {TURNS * IN_A_ROW:,} calls, {IN_A_ROW} in a row, in turns. At once: {AT_ONCE} threads or tasks of a client,"
        f" {ROUNDS} rounds of {AT_ONCE * EACH} calls. openapi-generator's client has no async form.",
        [
            Row("one at a time", beside(walls(calls)), TIMES, goal=GOAL, why=WHY),
            Row("one at a time, of CPU", beside(cpus(calls)), TIMES),
            Row("one at a time", {**dict.fromkeys([OURS]), **walls(calls)}, "µs", digits=0),
            Row("one at a time, async", beside(walls(tasks)), TIMES, goal=GOAL, why=WHY_ASYNC),
            Row("one at a time, async, of CPU", beside(cpus(tasks)), TIMES),
            Row("one at a time, async", {**dict.fromkeys([OURS]), **walls(tasks)}, "µs", digits=0),
            Row(f"{AT_ONCE} at once", beside(slower(threaded)), TIMES),
            Row(f"{AT_ONCE} at once", {OURS: threaded[OURS], **threaded}, "calls/s", "more", digits=0),
            Row(f"{AT_ONCE} at once, async", beside(slower(concurrent)), TIMES),
            Row(
                f"{AT_ONCE} at once, async",
                {OURS: concurrent[OURS], **concurrent},
                "calls/s",
                "more",
                digits=0,
            ),
        ],
    )
    yield Table(
        "What a call is made of",
        "The same call, and its parts: by the clock on the wall, in turns with calls of bare httpx. What is repeated"
        " alone takes less than it does between two answers that are waited for, whatever it is: beside the booking"
        " stands a piece of plain Python that takes as long.",
        list(parted(parts)),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]) if sys.argv[2:] else None)
    else:
        print(*tables(), sep="\n")
