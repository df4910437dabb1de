"""Run the mock: in a thread for tests and the demo, or until it is interrupted for `enphase mock`."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from enphase_cloud.mock.app import create_app
from enphase_cloud.mock.service import Service

LOOPBACK = "127.0.0.1"
START_SECONDS = 30


class Server:
    """A mock server in a thread of this process; a context manager. Made by `serve`."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self.app = app
        self._socket = _listen(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        self._uvicorn = _Uvicorn(_config(app))
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

    def start(self) -> Server:
        """Begin to answer; returns when the server does."""
        self._thread.start()
        if not self._uvicorn.ready.wait(START_SECONDS):
            raise RuntimeError(f"the mock server at {self.url} did not start within {START_SECONDS} s")
        return self

    def stop(self) -> None:
        """Close all connections and the port."""
        self._uvicorn.should_exit = True
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
    if app is not None and options:
        raise ValueError(f"an app has its options already: {', '.join(sorted(options))} cannot be added")
    return Server(create_app(**options) if app is None else app, host, port)


def run(
    host: str = LOOPBACK, port: int = 8787, *, echo: Callable[[str], None] = print, **options: Any
) -> None:
    """Serve until interrupted (Ctrl-C). `echo` is told the URL, a system to try and how a client gets here.

    Port 0 takes a free one. Raises OSError where the port is taken, ValueError for bad options.
    """
    app = create_app(**options)
    listening = _listen(host, port)
    with listening:
        echo(banner(app.state.service, _url(*listening.getsockname()[:2])))
        try:
            _Uvicorn(_config(app)).run(sockets=[listening])
        except KeyboardInterrupt:
            echo("stopped")


def banner(service: Service, url: str) -> str:
    """What a person needs to know to use the server at `url`."""
    key = service.settings.api_key or "any-key"
    token = service.settings.access_token or "any-token"
    first = service.system_ids[0]
    return (
        f"Enphase v4 mock server: {url}\n"
        f"{len(service.homes)} systems (seed {service.options.seed}), for example {first}\n\n"
        f"export ENPHASE_BASE_URL={url}\n"
        f"export ENPHASE_API_KEY={key}\n"
        f"export ENPHASE_ACCESS_TOKEN={token}\n\n"
        f"curl -H 'key: {key}' -H 'Authorization: Bearer {token}' {url}/api/v4/systems/{first}/summary\n"
    )


class _Uvicorn(uvicorn.Server):
    """uvicorn, with an event that says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        _abortable(app), lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )


def _abortable(app: ASGIApp) -> ASGIApp:
    """Give the app a way to cut the connection: ASGI has none, so this reaches for uvicorn's transport."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            scope.setdefault("extensions", {})["enphase.abort"] = transport.abort
        await app(scope, receive, send)

    return wrapped


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, its protocol named: only then does asyncio set TCP_NODELAY (else 40 ms a call)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        advice = "; try another port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else ""
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}{advice}") from None
    return listening


def _url(host: str, port: int) -> str:
    host = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - every address: this machine's own will do
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
