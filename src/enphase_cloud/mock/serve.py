"""Run the mock: in a thread for tests and the demo, or until it is interrupted for `enphase mock`."""

from __future__ import annotations

import asyncio
import errno
import re
import socket
import struct
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from enphase_cloud.mock.app import create_app
from enphase_cloud.mock.options import check_whole
from enphase_cloud.mock.service import Service
from enphase_cloud.mock.settings import brief
from enphase_cloud.mock.welcome import banner

LOOPBACK = "127.0.0.1"
ABSOLUTE = re.compile(r"https?://[^/]*", re.IGNORECASE)
START_SECONDS = 30
MOST_PORT = 65_535
GRACE_SECONDS = 0.2
TICK_SECONDS = 0.1
BACKLOG = 128
# close at once, with a reset: SO_LINGER on, no seconds
NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Server:
    """A mock server in a thread of this process; a context manager. Made by `serve`."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self.app = app
        self._socket = _listen(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        self._uvicorn = _Uvicorn(app, host)
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [self._socket]}, name="enphase-mock", daemon=True
        )

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        return _url(self.host, self.port)

    @property
    def service(self) -> Service:
        """The state behind the app: journal, faults, fleet."""
        service: Service = self.app.state.service
        return service

    @property
    def running(self) -> bool:
        """Whether it answers: it was started, and not stopped."""
        return self._thread.is_alive() and not self._uvicorn.should_exit

    def start(self) -> Server:
        """Begin to answer; returns when the server does."""
        self._thread.start()
        if not self._uvicorn.ready.wait(START_SECONDS):
            raise RuntimeError(f"the mock server at {self.url} did not start within {START_SECONDS} s")
        return self

    def stop(self) -> None:
        """Close the port and all connections; answers under way get a moment, streams and stalls end.

        What the app knows stays: ``serve(server.app, port=server.port)`` goes on with it.
        """
        self._uvicorn.end()
        if self._thread.ident is not None:
            self._thread.join(START_SECONDS)
        self._socket.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(app: Starlette | None = None, *, host: str = LOOPBACK, port: int = 0, **options: Any) -> Server:
    """A server for ``with serve(...) as server: server.url``, on a free port unless `port` names one.

    Serves `app`, or what `create_app(**options)` gives. Raises OSError where the port is taken, ValueError
    for bad options.
    """
    return Server(_app(app, options), host, port)


def run(
    host: str = LOOPBACK,
    port: int = 8787,
    *,
    app: Starlette | None = None,
    echo: Callable[[str], None] = print,
    describe: Callable[[Service, str], str] = banner,
    **options: Any,
) -> None:
    """Serve until interrupted (Ctrl-C). `echo` is told the URL, a system to try and how a client gets here.

    It is told what `describe` says of the service and its URL.

    Serves `app`, or what `create_app(**options)` gives. Port 0 takes a free one. Raises OSError where the port
    is taken, ValueError for bad options.
    """
    app = _app(app, options)
    listening = _listen(host, port)
    with listening:
        echo(describe(app.state.service, _url(*listening.getsockname()[:2])))
        try:
            _Uvicorn(app, host).run(sockets=[listening])
        except KeyboardInterrupt:
            echo("stopped")


def _app(app: Starlette | None, options: dict[str, Any]) -> Starlette:
    if app is not None and not isinstance(app, Starlette):
        raise ValueError(f"app must be what create_app gives, not {brief(app)}")
    if app is not None and options:
        raise ValueError(f"an app has its options already: {', '.join(sorted(options))} cannot be added")
    return create_app(**options) if app is None else app


class _Uvicorn(uvicorn.Server):
    """uvicorn, with an event that says when it answers, ways to break connections, and a quick end.

    One implementation of HTTP whatever else is installed, so that every machine sees the same. What it logs goes
    where the process wants it.
    """

    def __init__(self, app: Starlette, host: str) -> None:
        config = uvicorn.Config(
            self._breakable(app, host),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self.ready = threading.Event()
        self._ending = asyncio.Event()
        self._closing: set[asyncio.Task[Any]] = set()
        self._held: list[socket.socket] = []
        self._opening: asyncio.Task[None] | None = None
        service: Service | None = getattr(app.state, "service", None)
        self._on_clear = [] if service is None else service.faults.on_clear

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._loop = asyncio.get_running_loop()
        self._on_clear.append(self.reopen)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_clear.remove(self.reopen)
        for task in self._closing:
            task.cancel()
        for held in self._held:
            held.close()
        self._held.clear()
        cutting = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cut)
        try:
            await super().shutdown(sockets=sockets)
        finally:
            cutting.cancel()

    async def main_loop(self) -> None:
        """As uvicorn's, which looks ten times a second whether it is to end; `end` does not wait for that."""
        ticks = 0
        while not await self.on_tick(ticks % 10):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK_SECONDS)

    def end(self) -> None:
        """Stop soon. From any thread."""
        self.should_exit = True
        with suppress(AttributeError, RuntimeError):  # it did not start, or has ended
            self._loop.call_soon_threadsafe(self._ending.set)

    def refuse(self, closed: Callable[[], Awaitable[None]]) -> None:
        """Close the port, so that new connections are refused, until `closed` is over."""
        addresses = [each.getsockname() for server in self.servers for each in server.sockets]
        for server in self.servers:
            server.close()
        self.servers = []
        # bound, but not listening: nobody else gets the port meanwhile
        self._held += [_bind(*address[:2]) for address in addresses]
        self._closing.add(asyncio.get_running_loop().create_task(self._reopen(closed)))

    def reopen(self) -> None:
        """Open a closed port at once, whoever wants it closed. From any thread."""
        # it may be opening already, or stopping
        with suppress(OSError, RuntimeError):
            for held in tuple(self._held):
                held.listen(BACKLOG)  # who connects from here on has to wait a moment, and is not refused
            self._loop.call_soon_threadsafe(self._open_now)

    def _open_now(self) -> None:
        for task in self._closing:
            task.cancel()
        self._closing.clear()
        self._opening = self._loop.create_task(self._listen())

    async def _reopen(self, closed: Callable[[], Awaitable[None]]) -> None:
        await closed()
        self._closing -= {asyncio.current_task()}
        if not self._closing:  # nobody else wants it closed
            await self._listen()

    async def _listen(self) -> None:
        while self._held:
            server = await self._loop.create_server(self._protocol, sock=self._held.pop())
            self.servers.append(server)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(
            config=self.config,  # type: ignore[call-arg]  # declared as any protocol, and it is uvicorn's own
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return made

    def _cut(self) -> None:
        """End what has not ended by itself: streams, stalls, clients that do not read."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def _breakable(self, app: ASGIApp, host: str) -> ASGIApp:
        """Give the app a way to break the connection: ASGI has none, so this reaches for uvicorn's transport.

        It is also told at which host the server listens, and of a request target that is a whole URL the path.
        """

        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            transport = getattr(getattr(send, "__self__", None), "transport", None)
            extensions = scope.setdefault("extensions", {})
            extensions["enphase.host"] = host
            if transport is not None:
                extensions["enphase.abort"] = _Line(transport, self)
            if scope["type"] == "http" and ABSOLUTE.match(scope["path"]):
                scope["path"] = ABSOLUTE.sub("", scope["path"]) or "/"
                scope["raw_path"] = (
                    ABSOLUTE.sub("", scope["raw_path"].decode("latin-1")).encode("latin-1") or b"/"
                )
            await app(scope, receive, send)

        return wrapped


class _Line:
    """One connection, as `delivery.Line` wants it."""

    def __init__(self, transport: asyncio.Transport, server: _Uvicorn) -> None:
        self.transport = transport
        self._server = server

    def __call__(self, *, reset: bool, closed: Callable[[], Awaitable[None]] | None = None) -> None:
        if closed is not None:
            self._server.refuse(closed)
        if reset:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self.transport.abort()
        else:
            self.transport.close()


def _bind(host: str, port: int) -> socket.socket:
    """A socket, its protocol named: only then does asyncio set TCP_NODELAY (else 40 ms a call)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except (OSError, TypeError, UnicodeError):
        bound.close()
        raise
    return bound


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises OSError that names host and port, ValueError for what can be neither."""
    if not isinstance(host, str) or not host:
        raise ValueError(f"host must be an address or a name of this machine, not {brief(host)}")
    check_whole("port", port, 0, MOST_PORT)
    try:
        listening = _bind(host, port)
        try:
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
    except (TypeError, UnicodeError):  # no name at all
        raise ValueError(f"host must be an address or a name of this machine, not {brief(host)}") from None
    except OSError as error:
        advice = "; try another port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else ""
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}{advice}") from None
    return listening


def _url(host: str, port: int) -> str:
    host = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - every address: this machine's own will do
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
