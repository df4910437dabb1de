"""What a call of the client costs beside one of bare httpx, measured: ratios in one run, calls taken in turns.

Run it with `make bench`. The server is a process of its own that says the same small answer to whatever it is asked;
where there are two cores, it has one for itself.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx

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
BARE = "httpx.Client.get"
GOAL = "system.summary(), with a plan's limits"
PLAN = Plan.named("partner")
PACE = 62.001 / (PLAN.per_minute or 300)
"""Seconds for a call of those that fill the minute of a large plan."""


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
    command = [sys.executable, __file__, "serve", *map(str, usable[:1])]
    pin(usable[-1] if usable else None)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
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
    """A clock on which the calls of a benchmark are as far apart as those of a busy client."""

    def __init__(self, wire: httpx.BaseTransport | None = None) -> None:
        self.wire = wire
        self._now = 1_782_000_000.0

    def time(self) -> float:
        self._now += PACE
        return self._now


def of_sync(url: str, home: Path) -> dict[str, Taken]:
    def client(name: str, plan: Plan | None = None, wire: httpx.BaseTransport | None = None) -> Enphase:
        return Enphase(**given(url), home=home / name, plan=plan, runtime=Paced(wire))

    ledger, clock = Ledger(home / "ledger.sqlite3", "somebody", lambda: 0.5), Paced()

    def book() -> None:
        decision = ledger.book(Ask("getSystemSummary", "GET", PLAN, Reserve()), clock.time())
        assert isinstance(decision, Booked)

    def bare_and_booked() -> None:
        book()
        bare.get(PATH)

    with (
        httpx.Client(base_url=url) as bare,
        httpx.Client(base_url=url, transport=InMemory()) as memory,
        client("none") as enphase,
        client("plan", PLAN) as planned,
        client("memory", PLAN, InMemory()) as wireless,
    ):
        request = Request("getSystemSummary", {"system_id": SYSTEM})
        answer = planned._session.send(request)
        return in_turns(
            {
                BARE: partial(bare.get, PATH),
                "httpx.Client.get, and a booking": bare_and_booked,
                "a call as bytes: signed, booked, judged": partial(planned._session.send, request),
                "system.summary(), no plan named": enphase.system(SYSTEM).summary,
                GOAL: planned.system(SYSTEM).summary,
                "alone: the booking": book,
                "alone: the model of the answer": answer.parsed,
                "without a network: httpx.Client.get": partial(memory.get, PATH),
                "without a network: a call as bytes": partial(wireless._session.send, request),
            }
        )


async def of_async(url: str, home: Path) -> dict[str, Taken]:
    async with (
        httpx.AsyncClient(base_url=url) as bare,
        AsyncEnphase(**given(url), home=home / "none", runtime=Paced()) as enphase,
        AsyncEnphase(**given(url), home=home / "plan", plan=PLAN, runtime=Paced()) as planned,
    ):
        return await in_turns_async(
            {
                BARE: partial(bare.get, PATH),
                "system.summary(), no plan named": enphase.system(SYSTEM).summary,
                GOAL: planned.system(SYSTEM).summary,
            }
        )


def given(url: str) -> dict[str, Any]:
    return {"api_key": "any-key", "access_token": "any-token", "base_url": url}


def show(kind: str, taken: dict[str, Taken]) -> None:
    print(f"\n{kind:<58}{'us':>6}{'x bare':>8}{'of CPU':>8}{'at most':>9}")
    bare = taken[BARE]
    for name, each in taken.items():
        wall, cpu = (statistics.median(some) for some in (each.wall, each.cpu))
        ratios = wall / statistics.median(bare.wall), cpu / statistics.median(bare.cpu)
        print(f"{name:<58}{wall:>6.0f}{ratios[0]:>8.2f}{ratios[1]:>8.2f}{'1.15' if name == GOAL else '':>9}")


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]) if sys.argv[2:] else None)
        return
    with served() as url, tempfile.TemporaryDirectory() as folder:
        show("a call, sync, median", of_sync(url, Path(folder) / "sync"))
        show("a call, async, median", asyncio.run(of_async(url, Path(folder) / "async")))


if __name__ == "__main__":
    main()
