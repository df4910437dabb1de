"""Where a browser brings the owner's answer: a listener on this machine that takes one, and only the right one."""

from __future__ import annotations

import hmac
import logging
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from ..errors import ConfigurationError
from ..transport.secret import Secret

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
PATH = "/callback"
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Connection": "close",
}
PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>'

_log = logging.getLogger("enphase_cloud.login")


class Answer(NamedTuple):
    """What the owner answered: a code, or in which word there is none."""

    code: Secret | None
    error: str | None


class Told(NamedTuple):
    """What the query of an address says. None: not there, or there more than once."""

    code: Secret | None
    state: str | None
    error: str | None


class Listener:
    """Listens on a port of this machine until one request brings the right state; then it takes no other.

    | request | is answered | and |
    |---|---|---|
    | GET /callback, the right state, and a code or an error | 200 | it is the answer |
    | the same again | 400 | nothing |
    | no state, a wrong one, two of them; neither code nor error | 400 | the listener goes on |
    | another path | 404 | the listener goes on |
    | another method | 501 | the listener goes on |
    | another name in the header Host: a page elsewhere that found its way here | 400 | the listener goes on |

    Nothing of a request is ever logged. A context manager: leaving it ends every connection.
    """

    def __init__(self, state: str, port: int = 0) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._answered = threading.Event()
        self._answer: Answer | None = None
        if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65_535:
            msg = f"port has to be a whole number from 0 to 65535, not {port!r}; 0 takes a free one."
            raise ConfigurationError(msg)
        try:
            self._server = _Server(self, port)
        except OSError as error:
            problem = error.strerror or str(error)
        else:
            self.port = self._server.server_address[1]
            self.redirect_uri = f"http://{HOST}:{self.port}{PATH}"
            self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
            return
        msg = (
            f"cannot listen on {HOST}:{port}: {problem}. Try another port, or none: then a free one is taken."
        )
        raise ConfigurationError(msg)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.end()

    def wait(self, seconds: float) -> Answer | None:
        """The answer, once it is there; None where it is not within so many seconds."""
        self._answered.wait(min(seconds, threading.TIMEOUT_MAX))
        return self._answer

    def take(self, method: str, path: str, host: str | None) -> tuple[int, str]:
        """A request: which status it is answered with, and which words."""
        if host not in {f"{name}:{self.port}" for name in (HOST, "localhost")}:
            return 400, "This address is for the browser of this machine."
        if method != "GET":
            return 501, "Only GET is answered here."
        if path.partition("?")[0] != PATH:
            return 404, "There is nothing here."
        told = read(Secret(path))
        if told.state is None or not hmac.compare_digest(told.state.encode(), self._state.encode()):
            return 400, "This answer does not belong to the login that is waited for. Begin with a new login."
        if (told.code is None) == (told.error is None):
            return 400, "There is neither a code nor an error in this answer."
        with self._lock:
            if self._answer is not None:
                return 400, "This answer came before."
            self._answer = Answer(told.code, told.error)
        self._answered.set()
        if told.code is None:
            return 200, "Access was not granted. You can close this page."
        return 200, "The answer has arrived. You can close this page, and go back to where you began."


def read(address: Secret) -> Told:
    """What an address says. It is a secret, as there may be a code in it; no error ever holds it."""
    found: dict[str, list[str]] = {}
    with suppress(ValueError):  # whose frames have the address in them
        found = parse_qs(urlsplit(address.reveal().strip()).query, max_num_fields=20)
    single = {name: values[0] for name, values in found.items() if len(values) == 1}
    return Told(
        code=Secret(single["code"]) if "code" in single else None,
        state=single.get("state"),
        error=single.get("error"),
    )


class _Server(ThreadingHTTPServer):
    """A thread for each connection: browsers open some that they never use."""

    daemon_threads = False
    allow_reuse_address = False

    def __init__(self, listener: Listener, port: int) -> None:
        self.listener = listener
        self._connections: set[socket.socket] = set()
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        """Without looking up the name of the machine, as the base class does: it may take long, and nobody asks."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke: whoever it was will try again. The traceback could show a code."""
        _log.debug("a connection to the listener broke off")

    def end(self) -> None:
        """End the connections: nothing more is read, what is being written is written."""
        for connection in tuple(self._connections):
            with suppress(OSError):  # it ended by itself
                connection.shutdown(socket.SHUT_RD)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds that a connection may be silent
    server_version = "enphase"
    sys_version = ""

    def answer(self) -> None:
        status, text = self.server.listener.take(self.command, self.path, self.headers.get("Host"))
        title = "Enphase login" if status == 200 else "Not here"
        page = PAGE.format(title=title, text=text).encode()
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Length": str(len(page))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_: Any) -> None:
        """Nothing: there is a code in what would be logged."""
