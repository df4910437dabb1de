"""How fast the mock answers: a server of its own on one core, a client on another.

Where there is one core, or none can be chosen, both share what there is, and the figures are worse than they would be.
"""

from __future__ import annotations

import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.peers import ROOT
from benchmarks.tables import OURS, Row, Table
from enphase_cloud import mock
from enphase_cloud.mock.service import Service

NOW = 1_780_000_000
WEEK = 7 * 86_400
HOMES = 50
CONNECTIONS = 8
SECONDS = 1.0
AUTH = "key: any-key\r\nauthorization: Bearer any-token"


def cores() -> list[int]:
    """The cores that this process may use; none where the platform does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pin(core: int | None) -> None:
    """Stay on that core."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def serve(core: int | None) -> None:
    """The server's process: says its port and its systems; for each line of input, the CPU seconds it has used."""
    pin(core)
    with mock.serve(homes=HOMES, clock=NOW) as server:
        print(server.port, *server.service.system_ids, flush=True)
        for _ in sys.stdin:
            print(time.process_time(), flush=True)


@contextmanager
def served() -> Iterator[tuple[int, list[int], Callable[[], float]]]:
    """Port and system ids of a server in a process of its own, and its CPU seconds; the client stays off its core."""
    usable = cores()
    command = [sys.executable, "-m", "benchmarks.mock", *map(str, usable[:1])]
    pin(usable[-1] if usable else None)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        answers, asks = process.stdout, process.stdin

        def cpu_seconds() -> float:
            asks.write("\n")
            asks.flush()
            return float(answers.readline())

        port, *systems = map(int, answers.readline().split())
        yield port, systems, cpu_seconds
        asks.close()


class Line:
    """A connection, and no more of HTTP than the server's answers need."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, path: str) -> None:
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nhost: mock\r\n{AUTH}\r\n\r\n".encode())

    def receive(self) -> int:
        """Take one answer; how many bytes its body had."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.socket.recv(65_536)
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        have = len(body)
        while have < size:
            have += len(self.socket.recv(65_536))
        return size

    def milliseconds(self, path: str) -> float:
        began = time.perf_counter()
        self.send(path)
        self.receive()
        return (time.perf_counter() - began) * 1000


def answers_in(seconds: float, port: int, path: str) -> int:
    """How many come, with so many connections that the server never waits."""
    selector = selectors.DefaultSelector()
    for _ in range(CONNECTIONS):
        line = Line(port)
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.send(path)
    answers, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        for key, _ in selector.select():
            key.data.receive()
            key.data.send(path)
            answers += 1
    for key in list(selector.get_map().values()):
        key.data.receive()
        key.data.socket.close()
    selector.close()
    return answers


def system_path(system: int, tail: str = "") -> str:
    return f"/api/v4/systems/{system}{tail}"


def week(system: int, weeks_ago: int) -> str:
    start = NOW // 86_400 * 86_400 - weeks_ago * WEEK
    return system_path(system, f"/telemetry/production_meter?granularity=week&start_at={start}")


def over_sockets() -> list[Row]:
    with served() as (port, systems, cpu_seconds):
        line = Line(port)
        # homes of the first kind: in order, with meters and a battery
        homes = systems[0::8]
        small = system_path(homes[0])
        rate = max(answers_in(SECONDS, port, small) / SECONDS for _ in range(3))
        began = cpu_seconds()
        of_one_core = answers_in(SECONDS, port, small) / (cpu_seconds() - began)
        cold = [line.milliseconds(week(home, weeks)) for home in homes for weeks in range(2, 10)]
        warm = [line.milliseconds(week(homes[0], 2)) for _ in range(200)]
        first = [line.milliseconds(system_path(home, "/summary")) for home in homes]
        again = [line.milliseconds(system_path(homes[0], "/summary")) for _ in range(200)]
    median = statistics.median
    return [
        Row("answers of one system", {OURS: rate}, "a second", "more", 1000, digits=0),
        Row(
            "the same for a second of CPU, however busy the machine",
            {OURS: of_one_core},
            "",
            "more",
            digits=0,
        ),
        Row("a week of the production meter, the first time", {OURS: median(cold)}, "ms", goal=10, digits=1),
        Row("a week of the production meter, again", {OURS: min(warm)}, "ms", goal=10, digits=1),
        Row("a summary, the first time: all days of two years", {OURS: median(first)}, "ms", digits=0),
        Row("a summary, again", {OURS: min(again)}, "ms"),
    ]


def used(homes: int, calls: int) -> Service:
    """A service with that many homes, all of which have been looked at, and calls in its journal."""
    app = mock.create_app(homes=homes, clock=NOW)
    service: Service = app.state.service
    for history in service.histories:
        history.last_interval(NOW)
        history.production_w(NOW)
    for index in range(calls):
        call = mock.Call(at=NOW, method="GET", path=f"/{index}", query={}, operation=None, status=404)
        service.journal.record(call)
    return service


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def resetting() -> Row:
    shortest = min(milliseconds(used(1_000, 10_000).reset) for _ in range(3))
    return Row(
        "a reset, 1,000 homes and 10,000 calls in the journal", {OURS: shortest}, "ms", goal=50, digits=1
    )


def tables() -> Iterator[Table]:
    yield Table(
        "The mock server",
        f"A server with {HOMES} homes in a process of its own on one core, a client of bare sockets on another,"
        f" {CONNECTIONS} connections for the answers a second.",
        [*over_sockets(), resetting()],
    )


if __name__ == "__main__":  # the server's process
    serve(int(sys.argv[1]) if sys.argv[1:] else None)
