"""Worlds for the facade's tests: a clock that moves when it is told to, and a wire that answers from a function."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from enphase_cloud import AsyncEnphase, Enphase, Runtime, mock

KEY = "canary-key-5f1c"
TOKEN = "canary-token-9b7e"
HOST = "https://api.enphaseenergy.com"
NOW = 1_782_000_000  # 2026-06-21 00:00 UTC

Service = Callable[[httpx.Request], httpx.Response | Exception]


def reply(status: int = 200, body: Any = None, **headers: str) -> httpx.Response:
    """A JSON answer (bytes and text as they are); header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes | str):
        return httpx.Response(status, content=body, headers=named)
    return httpx.Response(status, json=body, headers=named)


class Wire(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Takes the network's place below the pipeline, for both kinds of client."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.service(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    @property
    def asked(self) -> list[str]:
        """What was sent: method, path, query."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


class World(Runtime):
    """Virtual time; chance always 0.5; every wait is noted and takes no time."""

    def __init__(self, service: Service, now: float = NOW) -> None:
        self.now = now
        self.waits: list[float] = []
        self.wire = self.async_wire = Wire(service)

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def chance(self) -> float:
        return 0.5


class Clock(Runtime):
    """The mock's own time, which waiting moves on."""

    def __init__(self, server: mock.Server | None = None) -> None:
        self.server = server
        self.waits: list[float] = []

    def time(self) -> float:
        return NOW + sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def async_sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def script(*answers: httpx.Response | Exception) -> Service:
    """A service that gives these answers, the last for ever."""
    left = list(answers)

    def serve(request: httpx.Request) -> httpx.Response | Exception:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(
            answer, httpx.Response
        ):  # one object may be sent several times: each reader gets its own
            headers = {k: v for k, v in answer.headers.items() if k != "content-length"}
            return httpx.Response(answer.status_code, headers=headers, content=answer.content)
        return answer

    return serve


class SyncMode:
    """Uses Enphase."""

    name = "sync"

    def __init__(self, world: Runtime, **settings: Any) -> None:
        self.world: Any = world
        given = {"api_key": KEY, "access_token": TOKEN, "base_url": HOST, "archive": False, **settings}
        self.client: Any = Enphase(**given, runtime=world)

    def collect(self, items: Iterable[Any]) -> list[Any]:
        return list(items)

    def result(self, value: Any) -> Any:
        return value

    def raw(self, endpoint: Any, *args: Any, **kwargs: Any) -> Any:
        return endpoint.sync_detailed(*args, **kwargs, client=self.client.raw)

    def close(self) -> None:
        self.client.close()


class AsyncMode:
    """Uses AsyncEnphase, from code that is not async."""

    name = "async"

    def __init__(self, world: Runtime, **settings: Any) -> None:
        self.world: Any = world
        self.loop = asyncio.Runner()
        given = {"api_key": KEY, "access_token": TOKEN, "base_url": HOST, "archive": False, **settings}
        self.client: Any = AsyncEnphase(**given, runtime=world)

    def collect(self, items: AsyncIterable[Any]) -> list[Any]:
        async def gathered() -> list[Any]:
            return [item async for item in items]

        return self.loop.run(gathered())

    def result(self, value: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await value

        return self.loop.run(awaited())

    def raw(self, endpoint: Any, *args: Any, **kwargs: Any) -> Any:
        return self.result(endpoint.asyncio_detailed(*args, **kwargs, client=self.client.raw))

    def close(self) -> None:
        self.loop.run(self.client.close())
        self.loop.close()


Mode = SyncMode | AsyncMode
MODES: dict[str, type[SyncMode] | type[AsyncMode]] = {"sync": SyncMode, "async": AsyncMode}


@dataclass
class Series:
    """A service for one series that is asked for by start and granularity; the knobs are what services do.

    It has a row at each multiple of the step after `first`, up to its own `now`.
    """

    now: int = NOW
    step: int = 900
    first: int = 0
    cap: int = 10**9
    """No answer covers more seconds than this."""
    boundary_row: bool = False
    """The interval before the window comes first."""
    repeat: bool = False
    """Every row comes twice, newest first."""
    fields: dict[str, Any] = field(default_factory=lambda: {"wh_del": 40, "devices_reporting": 1})
    lengths: dict[str, int] = field(default_factory=lambda: {"day": 86400, "week": 604800})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        start = max(int(asked["start_at"]), self.first)
        length = self.lengths[asked["granularity"]]
        end = max(min(start + min(length, self.cap), self.now), start)
        ends = list(range(start - start % self.step + self.step, end + 1, self.step))
        if self.boundary_row and start > self.first:
            ends.insert(0, start)
        rows = [{"end_at": at, **self.fields} for at in ends]
        if self.repeat:
            rows = [*reversed(rows), *rows]
        return reply(body={"system_id": 1, "start_at": start, "end_at": end, "intervals": rows})


def sent(world: World) -> list[dict[str, str]]:
    """The queries of what was sent."""
    return [dict(request.url.params) for request in world.wire.requests]


def parsed(request: httpx.Request) -> Any:
    return json.loads(request.content)
