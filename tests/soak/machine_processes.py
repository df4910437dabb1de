"""Processes that share a home folder, and are killed: a clock, a wire into the mock, and the points at which one dies.

A process that is killed raises `Crash` at one of the POINTS, and from then on at each of them: what its `finally`
blocks would still do is not done. Its locks go as the system takes them away, and its transactions are rolled back.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.applications import Starlette

from enphase_cloud import Runtime
from enphase_cloud.archive.answers import Paid
from enphase_cloud.archive.store import Store
from enphase_cloud.mock import Call, Service
from enphase_cloud.transport.ledger import Ledger
from enphase_cloud.transport.quota import Booked
from enphase_cloud.transport.sqlite_file import SqliteFile
from enphase_cloud.transport.store import FileStore

POINTS = (
    "before it books",
    "after it booked",
    "after the answer",
    "before it stores",
    "before a commit",
    "after it stored",
    "before it saves tokens",
    "while it saves tokens",
    "after it saved tokens",
)
"""Moments at which a process can be killed. Between `after it booked` and the answer lies the sending."""
SPOILT = frozenset({"answer_lost", "reset_mid_body", "stall", "truncated_json"})
"""Faults of the mock that do what was asked, and keep the answer from whoever asked."""
BROKEN = {ConnectionRefusedError: httpx.ConnectError, TimeoutError: httpx.ReadTimeout}


class Crash(BaseException):
    """The process is killed here."""


class Delivered(NamedTuple):
    """One call as the wire saw it. `whole`: the answer came as the service meant it."""

    call: Call
    whole: bool


class Process(Runtime):
    """One process: what it does goes through its clock and its wire, and ends where it is killed."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.dead = False
        self.clients: dict[str, Any] = {}
        self.wire = self.async_wire = Wire(self)

    def time(self) -> float:
        return self.world.now

    def monotonic(self) -> float:
        return self.world.now

    def sleep(self, seconds: float) -> None:
        if self.dead:
            raise Crash
        self.world.advance(seconds)

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def chance(self) -> float:
        return 0.5

    def at(self, point: str) -> None:
        """It comes to a point; perhaps no further."""
        if not self.dead and self.world.doom == (self.name, point):
            self.world.doom_in -= 1
            if self.world.doom_in <= 0:
                self.world.doom = None
                self.dead = True
                self.world.died(self, point)
        if self.dead:
            raise Crash


class Wire(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """From a process into the mock, without a network."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._process.dead:
            raise Crash
        response = self._process.world.carry(self._process, request)
        if not request.url.path.endswith(
            "/oauth/token"
        ):  # who would wait for that token meanwhile, waits too long
            self._process.world.meanwhile(self._process)
        self._process.at("after the answer")
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes, and may break off."""

    def __init__(self, pieces: list[bytes], broken: httpx.TransportError | None) -> None:
        self._pieces, self._broken = pieces, broken

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._broken is not None:
            raise self._broken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


class World:
    """The mock, its clock, and what the processes have done, as somebody sees it who looks from outside."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.service: Service = app.state.service
        self.running: list[Process] = []
        """Who acts; whoever acts in the middle of that comes after."""
        self.doom: tuple[str, str] | None = None
        self.doom_in = 0
        self.visit: Callable[[], None] | None = None
        """What another process does while the next call is under way."""
        self.visits = 0
        self.deaths: Counter[str] = Counter()
        self.delivered: list[Delivered] = []
        self.stored: list[Paid] = []
        self.withheld: list[tuple[int, int]] = []
        """Intervals (by their ends) whose rows the service does not have yet, though it had reports since."""
        self.spent: Counter[str] = Counter()
        """How often each refresh token was accepted."""
        self.holding: Process | None = None
        """Has new tokens, and has not saved them yet."""
        self.lost_grant = False
        """The service gave new tokens that cannot have come to a disk: only the owner can help."""
        self.renewed_at = 0.0

    @property
    def now(self) -> float:
        return self.service.clock()

    def advance(self, seconds: float) -> None:
        self.service.clock.advance(seconds)

    def meanwhile(self, process: Process) -> None:
        """Let another process act while the answer is on its way to this one."""
        visit, self.visit = self.visit, None
        if visit is not None and process is self.running[0]:
            self.visits += 1
            visit()

    def died(self, process: Process, point: str) -> None:
        self.deaths[point] += 1
        if self.holding is process:
            self.lost_grant = True
            self.holding = None

    def saved(self) -> None:
        """Tokens have come to the disk."""
        self.holding = None

    def carry(self, process: Process, request: httpx.Request) -> httpx.Response:
        """A request to the service, and what comes back."""
        body = request.read()
        tokens = self.service.accounts.tokens
        before, calls = tokens._count, len(self.service.journal)
        try:
            status, headers, pieces, broken = self._asked(request, body)
        finally:
            call = self.service.journal[calls]
        whole = broken is None and call.fault not in SPOILT and call.status == (status or -1)
        if call.operation == "token" and tokens._count > before:
            form = parse_qs(body.decode())
            self.spent.update(form.get("refresh_token", ()))
            self.renewed_at = call.at
            if whole:
                self.holding = process
            elif "refresh_token" in form:
                self.lost_grant = True
        genuine = call.fault is None or call.fault in ("slow_headers", "slow_body", "wrong_content_type")
        self.delivered.append(Delivered(call, whole and genuine and status < 300))
        if status == 0:
            assert broken is not None
            raise broken
        return httpx.Response(status, headers=headers, stream=Pieces(pieces, broken))

    def _asked(
        self, request: httpx.Request, body: bytes
    ) -> tuple[int, list[tuple[bytes, bytes]], list[bytes], httpx.TransportError | None]:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "https",
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": ("mock", 443),
            "client": ("process", 1),
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        broken = None
        try:
            stepped(self.app(scope, receive, send))
        except OSError as error:
            broken = BROKEN.get(type(error), httpx.ReadError)("the connection broke", request=request)
        if not sent:
            return 0, [], [], broken
        pieces = [each.get("body", b"") for each in sent[1:]]
        headers: list[tuple[bytes, bytes]] = sent[0]["headers"]
        if self.withheld and b"elemetry" in scope["raw_path"]:
            pieces = [self._without_rows(b"".join(pieces))]
            headers = [each for each in headers if each[0] != b"content-length"]
        return sent[0]["status"], headers, pieces, broken

    def _without_rows(self, body: bytes) -> bytes:
        """An answer without what is withheld."""
        try:
            payload = json.loads(body)
        except ValueError:
            return body
        rows = payload.get("intervals") if isinstance(payload, dict) else None
        if not isinstance(rows, list):
            return body
        nested = bool(rows) and isinstance(rows[0], list)
        flat = rows[0] if nested else rows
        kept = [row for row in flat if not any(low < row["end_at"] <= high for low, high in self.withheld)]
        payload["intervals"] = [kept] if nested and kept else kept
        return json.dumps(payload).encode()


def stepped(work: Any) -> None:
    """Run a coroutine that waits for nothing but itself."""
    try:
        while True:
            work.send(None)
    except StopIteration:
        return


@contextmanager
def killable(world: World) -> Iterator[None]:
    """While it lasts, whatever touches a disk passes the POINTS of the process that acts."""

    def at(point: str) -> None:
        if world.running:
            world.running[-1].at(point)

    def keep(self: Store, paid: Paid, *more: Any, _real: Any = Store.keep, **named: Any) -> None:
        at("before it stores")
        _real(self, paid, *more, **named)
        world.stored.append(paid)
        at("after it stored")

    def book(self: Ledger, *given: Any, _real: Any = Ledger.book) -> Any:
        at("before it books")
        answer = _real(self, *given)
        if isinstance(answer, Booked):
            at("after it booked")
        return answer

    def save(self: FileStore, *given: Any, _real: Any = FileStore.save) -> None:
        at("before it saves tokens")
        _real(self, *given)
        world.saved()
        at("after it saved tokens")

    def write(self: FileStore, *given: Any, _real: Any = FileStore._write) -> None:
        _real(self, *given)
        at("while it saves tokens")

    def attempt(self: SqliteFile, work: Any, begin: str, _real: Any = SqliteFile._attempt) -> Any:
        def worked(connection: Any) -> Any:
            result = work(connection)
            at("before a commit")
            return result

        return _real(self, worked if begin == "IMMEDIATE" else work, begin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "keep", keep)
        patch.setattr(Ledger, "book", book)
        patch.setattr(FileStore, "save", save)
        patch.setattr(FileStore, "_write", write)
        patch.setattr(SqliteFile, "_attempt", attempt)
        yield
