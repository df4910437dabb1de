"""The one module that talks HTTP: runs the pipeline over httpx, as an httpx transport.

The facade and the generated client send through the same httpx client, so that both are signed, counted, repeated
and confined alike. A request says which operation it is in `extensions["operation"]`; one that does not say is
sent once.
"""

from __future__ import annotations

import base64
import ipaddress
import logging
import math
import re
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
from enphase_v4.catalog import OPERATIONS
from enphase_v4.client import Client

from .._version import __version__
from ..errors import (
    ConfigurationError,
    ConnectionFailed,
    DecodeError,
    EnphaseError,
    InvalidRequest,
    error_from,
)
from .body import BODY_LIMIT, EVENT_LIMIT, BodyError, Decoder, Events, Judgement, judge
from .hooks import Call, CallResult, Guarded, next_number
from .messages import Answer, endpoint
from .network import proxy_for, tls_context
from .pipeline import Do, Pipeline, Send, Sleep
from .retry import Lost, Outcome, Reply
from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator, Mapping, MutableMapping

    from .grant import Application
    from .hooks import Hooks
    from .messages import Request
    from .options import Options
    from .pipeline import Command, Verdict
    from .plan import Quota
    from .runtime import Runtime

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
TOKEN_TIMEOUTS = {"connect": 10.0, "read": 60.0, "write": 10.0, "pool": 10.0}
"""Seconds. A token that was rotated and whose answer nobody waited for is a grant that is lost."""
TOKEN_BUDGET = 80.0
"""Seconds for one request as a whole: others wait for two of them (`tokens.PATIENCE`)."""

_BARE = {"content-encoding", "content-length", "transfer-encoding"}
_log = logging.getLogger("enphase_cloud.transport")

Received: TypeAlias = httpx.Response | httpx.RequestError


class _Target:
    """An httpx request, as the pipeline sees it."""

    def __init__(self, request: httpx.Request) -> None:
        self.method = request.method
        self.path = _path(request)
        self.operation_id: str = request.extensions.get("operation", "")
        self.headers: MutableMapping[str, str] = request.headers


class _Exchange:
    """One request on its way: what both kinds of transport do alike, between the pipeline and the wire."""

    def __init__(
        self, pipeline: Pipeline, base_url: httpx.URL, options: Options, request: httpx.Request
    ) -> None:
        if _origin(request.url) != _origin(base_url):
            msg = f"this client speaks to {_origin(base_url)[1]} only, not to {request.url.host}."
            raise ConfigurationError(msg)
        self.request = request
        self.runtime = pipeline.runtime
        self.commands: Generator[Command, Any, Verdict] = pipeline.exchange(_Target(request), options)
        self._timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        self._received: Received | None = None

    def begin(self, within: float) -> float:
        """Get the request ready to be sent within so many seconds. Returns when its answer has to be there."""
        capped = {name: _least(limit, within) for name, limit in self._timeouts.items()}
        self.request.extensions = {**self.request.extensions, "timeout": capped}
        return self.runtime.monotonic() + within

    def body(self, response: httpx.Response, until: float) -> _Body:
        return _Body(response, until, self.runtime)

    def came(self, received: Received) -> Outcome:
        """Note what came, and say it in the pipeline's words."""
        self._received = received
        if isinstance(received, httpx.Response):
            if _streams(self.request, received):
                return Reply(received.status_code, received.headers, b"", Judgement.DATA)
            judgement = judge(received.content) if received.is_success else None
            received.extensions["judgement"] = judgement
            return Reply(received.status_code, received.headers, received.content, judgement)
        return Lost(_problem(received), hopeless=_hopeless(received))

    def result(self, verdict: Verdict) -> httpx.Response:
        """The answer, with `hits` and `renewed` in its extensions; where there was none, its error."""
        received = self._received
        assert received is not None  # noqa: S101 - there is a verdict on what came
        if isinstance(received, httpx.Response):
            received.extensions |= {"hits": verdict.hits, "renewed": verdict.renewed}
            if received.extensions.get("judgement") is Judgement.DEEP:
                raise _too_deep(self.request, received, verdict)
            return received
        raise _no_answer(self.request, received, verdict)


class RetryingTransport(httpx.BaseTransport):
    """The pipeline over a blocking wire."""

    def __init__(self, core: Core, options: Options, wire: httpx.BaseTransport) -> None:
        self._core = core
        self._options = options
        self._wire = wire

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(self._core.pipeline, self._core.url, self._options, request)
        with closing(exchange.commands) as commands:
            try:
                command = next(commands)
                while True:
                    if isinstance(command, Send):
                        command = commands.send(exchange.came(self._send(exchange, command)))
                    elif isinstance(command, Sleep):
                        exchange.runtime.sleep(command.seconds)
                        command = next(commands)
                    else:
                        command = commands.send(_do(command))
            except StopIteration as stop:
                verdict: Verdict = stop.value
        return exchange.result(verdict)

    def _send(self, exchange: _Exchange, command: Send) -> Received:
        until = exchange.begin(command.within)
        try:
            response = self._wire.handle_request(exchange.request)
        except httpx.RequestError as error:
            return error
        body = exchange.body(response, until)
        if _streams(exchange.request, response):
            response.stream = body.watched()
            return response
        try:
            return _with_body(response, b"".join(body), exchange.request)
        except httpx.RequestError as error:
            return error
        finally:
            response.close()


class AsyncRetryingTransport(httpx.AsyncBaseTransport):
    """The pipeline over an async wire."""

    def __init__(self, core: Core, options: Options, wire: httpx.AsyncBaseTransport) -> None:
        self._core = core
        self._options = options
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(self._core.pipeline, self._core.url, self._options, request)
        with closing(exchange.commands) as commands:
            try:
                command = next(commands)
                while True:
                    if isinstance(command, Send):
                        command = commands.send(exchange.came(await self._send(exchange, command)))
                    elif isinstance(command, Sleep):
                        await exchange.runtime.async_sleep(command.seconds)
                        command = next(commands)
                    else:
                        command = commands.send(await _do_in_thread(command))
            except StopIteration as stop:
                verdict: Verdict = stop.value
        return exchange.result(verdict)

    async def _send(self, exchange: _Exchange, command: Send) -> Received:
        until = exchange.begin(command.within)
        try:
            response = await self._wire.handle_async_request(exchange.request)
        except httpx.RequestError as error:
            return error
        body = exchange.body(response, until)
        if _streams(exchange.request, response):
            response.stream = body.watched()
            return response
        try:
            return _with_body(response, b"".join([piece async for piece in body]), exchange.request)
        except httpx.RequestError as error:
            return error
        finally:
            await response.aclose()


def _with_body(response: httpx.Response, content: bytes, request: httpx.Request) -> httpx.Response:
    """The answer with its body, which is not encoded any more."""
    return httpx.Response(
        response.status_code,
        headers=[pair for pair in response.headers.multi_items() if pair[0].lower() not in _BARE],
        content=content,
        extensions=response.extensions,
        request=request,
    )


def _do(command: Do) -> Any:
    try:
        return command.work()
    except EnphaseError as error:
        return error


async def _do_in_thread(command: Do) -> Any:
    """The thread goes on to its end where this task is cancelled: a new token is kept."""
    from anyio import to_thread  # noqa: PLC0415 - for the few calls that need a token first

    return await to_thread.run_sync(_do, command)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer: decompressed, no larger than may be, and there by a time.

    httpx's own limits are none of size, and of time for each piece: a body may drip for ever.
    """

    def __init__(self, response: httpx.Response, until: float, runtime: Runtime) -> None:
        self._stream: Any = response.stream
        self._until = until
        self._runtime = runtime
        self._encoding: str | None = response.headers.get("content-encoding")
        self._headers = response.headers
        self._events: Events | None = None

    def watched(self) -> _Body:
        """The same as an event stream: it may go on for as long as it likes, but no event for ever."""
        self._events = Events(EVENT_LIMIT)
        self._until = math.inf
        for name in _BARE:
            self._headers.pop(name, None)
        return self

    def __iter__(self) -> Iterator[bytes]:
        decoder = self._decoder()
        for piece in self._stream:
            yield self._checked(decoder, piece)
        yield self._last(decoder)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decoder = self._decoder()
        async for piece in self._stream:
            yield self._checked(decoder, piece)
        yield self._last(decoder)

    def _decoder(self) -> Decoder:
        try:
            return Decoder(self._encoding, BODY_LIMIT)
        except BodyError as error:
            problem = error
        raise _Unreadable(problem)

    def _checked(self, decoder: Decoder, piece: bytes) -> bytes:
        if self._runtime.monotonic() >= self._until:
            msg = "the answer went on for too long"
            raise httpx.ReadTimeout(msg)
        try:
            decoded = decoder.feed(piece)
            if self._events is not None:
                self._events.feed(decoded)
        except BodyError as error:
            raise _Unreadable(error) from None
        return decoded

    def _last(self, decoder: Decoder) -> bytes:
        try:
            return decoder.flush()
        except BodyError as error:
            raise _Unreadable(error) from None

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Unreadable(httpx.DecodingError):
    """A body that cannot be read; `too_large`: it would not be the second time either."""

    def __init__(self, error: BodyError) -> None:
        super().__init__(error.problem)
        self.too_large = error.too_large


class TokenWire:
    """Posts forms to the token endpoint, once each. Blocking; an async client calls it in a thread."""

    def __init__(self, base_url: str, runtime: Runtime, hooks: Hooks) -> None:
        self._url = checked_base_url(base_url)
        self._runtime = runtime
        self._hooks = Guarded(hooks)
        self._wire: httpx.BaseTransport | None = runtime.wire

    def post(self, form: Mapping[str, str | Secret], application: Application) -> Outcome:
        """Send a form with the application's credentials. Nothing of either stands in a URL."""
        target = self._url.copy_with(path=self._url.path.rstrip("/") + TOKEN_PATH)
        request = _token_request(target, form, application)
        if request is None:
            msg = "a credential holds characters that cannot be sent: enter it again."
            raise ConfigurationError(msg)
        wire = self._opened()
        call = Call(next_number(), "token", "POST", target.path, 1, None)
        self._hooks.before_call(call)
        began = self._runtime.monotonic()
        received = self._send(wire, request, began + TOKEN_BUDGET)
        seconds = self._runtime.monotonic() - began
        if isinstance(received, httpx.Response):
            outcome: Outcome = Reply(received.status_code, received.headers, received.content)
            result = CallResult(received.status_code, None, seconds, len(received.content), 0)
        else:
            outcome = Lost(_problem(received), hopeless=_hopeless(received))
            result = CallResult(None, outcome.problem, seconds, 0, 0)
        self._hooks.after_call(call, result)
        came = result.problem if result.status is None else f"answered {result.status}"
        _log.debug("POST %s: %s, %.3f s", target.path, came, seconds, extra={"enphase_operation": "token"})
        return outcome

    def _opened(self) -> httpx.BaseTransport:
        if self._wire is None:
            if self._runtime.async_wire is not None:
                msg = "tokens are renewed over a blocking wire: give the runtime a `wire` beside its `async_wire`."
                raise ConfigurationError(msg)
            self._wire = httpx.HTTPTransport(**_network(self._url))
        return self._wire

    def _send(self, wire: httpx.BaseTransport, request: httpx.Request, until: float) -> Received:
        try:
            response = wire.handle_request(request)
        except httpx.RequestError as error:
            return error
        try:
            return _with_body(response, b"".join(_Body(response, until, self._runtime)), request)
        except httpx.RequestError as error:
            return error
        finally:
            response.close()

    def close(self) -> None:
        """Close the connection, where it is one of this wire's own."""
        if self._wire is not None and self._wire is not self._runtime.wire:
            self._wire.close()
            self._wire = None


def _token_request(
    url: httpx.URL, form: Mapping[str, str | Secret], application: Application
) -> httpx.Request | None:
    """None where something in it is no text that can be sent."""
    try:
        return httpx.Request(
            "POST",
            url,
            headers={
                "Authorization": f"Basic {_basic(application)}",
                "User-Agent": f"enphase-cloud/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
            data={
                name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()
            },
            extensions={"timeout": dict(TOKEN_TIMEOUTS)},
        )
    except ValueError:
        return None


def _basic(application: Application) -> str:
    return base64.b64encode(f"{application.client_id}:{application.client_secret.reveal()}".encode()).decode()


class Core:
    """What all views of one client share: where it sends, the policies, and whether it is closed."""

    def __init__(self, base_url: str, pipeline: Pipeline, tokens: TokenWire | None) -> None:
        self.url = checked_base_url(base_url)
        self.pipeline = pipeline
        self.tokens = tokens
        self.closed = False

    def close(self) -> None:
        self.closed = True
        self.pipeline.ledger.close()
        if self.tokens is not None:
            self.tokens.close()


class _Calls:
    """What the two sessions do alike: requests become httpx arguments, responses become answers."""

    def __init__(self, core: Core, options: Options) -> None:
        self._core = core
        self.options = options
        self._settings: dict[str, Any] = {
            "base_url": core.url,
            "timeout": options.timeout,
            "headers": {
                "User-Agent": f"enphase-cloud/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
            "follow_redirects": False,
            "trust_env": False,
        }
        self.raw = Client(base_url=str(core.url))
        """The generated client over this session's httpx client."""

    def quota(self) -> Quota:
        """What was used, and what is left."""
        pipeline = self._core.pipeline
        return pipeline.ledger.quota(pipeline.plan, pipeline.runtime.time())

    def _arguments(self, request: Request) -> dict[str, Any]:
        if self._core.closed:
            msg = "this client is closed: build a new one, or keep to the block of its `with`."
            raise ConfigurationError(msg)
        try:
            arguments: dict[str, Any] = endpoint(request.operation_id).get_kwargs(**request.arguments)
        except ValueError as error:
            msg = f"{request.operation_id} cannot be asked for: {error}"
            raise InvalidRequest(msg) from None
        return arguments

    def _answer(self, request: Request, response: httpx.Response) -> Answer:
        method, path = response.request.method, _path(response.request)
        hits: int = response.extensions["hits"]
        auth, runtime = self._core.pipeline.auth, self._core.pipeline.runtime
        if not response.is_success:
            raise error_from(
                method,
                path,
                response.status_code,
                response.headers,
                response.content,
                now=runtime.time(),
                hits=hits,
                hide=auth.hide,
                renewed=response.extensions["renewed"],
            )
        return Answer(
            operation_id=request.operation_id,
            method=method,
            path=path,
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            content_type=auth.hide(response.headers.get("content-type", "")),
            hits=hits,
        )


class Session(_Calls):
    """Sends requests and gives answers; anything but success is raised as an EnphaseError."""

    def __init__(self, core: Core, options: Options, wire: httpx.BaseTransport | None = None) -> None:
        super().__init__(core, options)
        self._wire = wire or core.pipeline.runtime.wire or httpx.HTTPTransport(**_network(core.url))
        transport = RetryingTransport(core, options, self._wire)
        self._client = httpx.Client(transport=transport, **self._settings)
        self.raw.set_httpx_client(self._client)

    def view(self, options: Options) -> Session:
        """The same connections, tokens and ledger, with other options."""
        return Session(self._core, options, self._wire)

    def send(self, request: Request) -> Answer:
        return self._answer(request, self._client.request(**self._arguments(request)))

    def close(self) -> None:
        self._core.close()
        self._client.close()
        self._wire.close()


class AsyncSession(_Calls):
    """The same for an event loop."""

    def __init__(self, core: Core, options: Options, wire: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(core, options)
        self._wire = (
            wire or core.pipeline.runtime.async_wire or httpx.AsyncHTTPTransport(**_network(core.url))
        )
        transport = AsyncRetryingTransport(core, options, self._wire)
        self._client = httpx.AsyncClient(transport=transport, **self._settings)
        self.raw.set_async_httpx_client(self._client)

    def view(self, options: Options) -> AsyncSession:
        """The same connections, tokens and ledger, with other options."""
        return AsyncSession(self._core, options, self._wire)

    async def send(self, request: Request) -> Answer:
        return self._answer(request, await self._client.request(**self._arguments(request)))

    async def close(self) -> None:
        self._core.close()
        await self._client.aclose()
        await self._wire.aclose()


def checked_base_url(text: str) -> httpx.URL:
    """Where to send to: https, or plain http to this machine.

    ConfigurationError otherwise; it does not repeat the URL.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError, ValueError):
        msg = "base_url is not a URL. It looks like https://api.enphaseenergy.com."
        raise ConfigurationError(msg) from None
    if url.userinfo or any(mark in str(text) for mark in "?#@"):
        msg = "base_url must not carry credentials, a query or a fragment: only scheme, host, port and path."
        raise ConfigurationError(msg)
    named = re.fullmatch(r"[0-9A-Za-z.:_-]+", url.host) and (url.port is None or 0 < url.port < 65536)
    if url.scheme not in ("http", "https") or not named:
        msg = "base_url has to begin with https:// and name a host, and no port that cannot be."
        raise ConfigurationError(msg)
    if url.path.rstrip("/").endswith("/api/v4"):
        msg = "base_url must not end in /api/v4: every call brings that part of its path along."
        raise ConfigurationError(msg)
    if url.scheme == "http" and not _loopback(url.host):
        msg = f"base_url: credentials are not sent over plain http, except to this machine. Use https://{url.host}."
        raise ConfigurationError(msg)
    return url


def _network(url: httpx.URL) -> dict[str, Any]:
    """How to get there: over TLS that is checked, and through the proxy that the environment names, if any."""
    if url.scheme == "http":
        return {
            "verify": False,
            "trust_env": False,
        }  # to this machine, and without TLS there is nothing to verify
    proxy, context = proxy_for(str(url)), tls_context()
    # httpx.Proxy does not show its password either
    through = (
        None if proxy is None else httpx.Proxy(proxy.reveal(), ssl_context=_proxy_context(proxy, context))
    )
    return {"verify": context, "trust_env": False, "proxy": through}


def _proxy_context(proxy: Secret, context: ssl.SSLContext) -> ssl.SSLContext | None:
    """A proxy that is spoken to over TLS is trusted like the service, and one that is not needs none."""
    return context if proxy.reveal().startswith("https://") else None


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _path(request: httpx.Request) -> str:
    return request.url.raw_path.partition(b"?")[0].decode("ascii", "replace")


def _least(limit: float | None, within: float) -> float:
    return within if limit is None else min(limit, within)


def _streams(request: httpx.Request, response: httpx.Response) -> bool:
    """An event stream has no end to wait for; every other body is read whole before it is judged.

    What may be asked for again is no stream, whatever its answer calls itself.
    """
    told: str = response.headers.get("content-type", "")
    return response.is_success and told.startswith("text/event-stream") and not _idempotent(request)


def _idempotent(request: httpx.Request) -> bool:
    operation = OPERATIONS.get(request.extensions.get("operation", ""))
    return operation is not None and operation.retry == "idempotent"


def _problem(error: httpx.RequestError) -> str:
    if isinstance(error, _Unreadable):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _hopeless(error: BaseException | None) -> bool:
    """A certificate that is not trusted, a request that cannot be written, a body that is too large: these stay so."""
    while error is not None:
        if isinstance(
            error, ssl.SSLCertVerificationError | httpx.LocalProtocolError | httpx.UnsupportedProtocol
        ) or (isinstance(error, _Unreadable) and error.too_large):
            return True
        error = error.__cause__ or error.__context__
    return False


def _too_deep(request: httpx.Request, response: httpx.Response, verdict: Verdict) -> DecodeError:
    return DecodeError(
        f"{request.method} {_path(request)} was answered {response.status_code}, {Judgement.DEEP.value}. "
        f"{DecodeError.advice}",
        status=response.status_code,
        method=request.method,
        path=_path(request),
        problem=Judgement.DEEP.value,
        hits=verdict.hits,
    )


def _no_answer(
    request: httpx.Request, error: httpx.RequestError, verdict: Verdict
) -> ConnectionFailed | DecodeError:
    kind = DecodeError if isinstance(error, httpx.DecodingError) else ConnectionFailed
    problem = _problem(error)
    doubt = (
        ""
        if verdict.repeatable
        else " It was sent once only, and may have taken effect: look before you repeat it."
    )
    return kind(
        f"{request.method} {_path(request)} got no answer that can be read from {request.url.host} "
        f"({verdict.hits} sent): {problem}.{doubt} {kind.advice}",
        method=request.method,
        path=_path(request),
        problem=problem,
        hits=verdict.hits,
    )
