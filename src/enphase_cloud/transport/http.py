"""The one module that talks HTTP: `auth -> retry -> httpx`, as an httpx transport.

The facade and the generated client send through the same httpx client, so that both are signed, repeated and
confined alike. A request says which operation it is in `extensions["operation"]`; one that does not say is
sent once.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import re
import ssl
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
from enphase_v4.catalog import OPERATIONS
from enphase_v4.client import Client

from .._version import __version__
from ..errors import ConfigurationError, ConnectionFailed, DecodeError, InvalidRequest, error_from
from .messages import Answer, endpoint
from .retry import Command, Lost, Outcome, Policy, Reply, Send, Sleep, attempts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from .auth import StaticAuth
    from .messages import Request
    from .runtime import Runtime

_log = logging.getLogger("enphase_cloud.transport")

Received: TypeAlias = httpx.Response | httpx.RequestError


class Pipeline:
    """What becomes of one request, as a generator that yields commands and is sent what came back."""

    def __init__(self, base_url: httpx.URL, auth: StaticAuth, policy: Policy, runtime: Runtime) -> None:
        self.base_url = base_url
        self.auth = auth
        self.policy = policy
        self.runtime = runtime

    def exchange(self, request: httpx.Request) -> Generator[Command, Received, httpx.Response]:
        """Returns the last answer, whatever its status, with its `extensions["hits"]`. ConnectionFailed if none."""
        if _origin(request.url) != _origin(self.base_url):
            msg = f"this client speaks to {_origin(self.base_url)[1]} only, not to {request.url.host}."
            raise ConfigurationError(msg)
        self.auth.sign(request.headers)
        repeatable = _repeatable(request)
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        calls = attempts(self.policy, self.runtime, repeatable=repeatable)
        command = next(calls)
        while True:
            if isinstance(command, Sleep):
                _log.info("%s %s: waiting %.1f s", request.method, _path(request), command.seconds)
                yield command
                command = next(calls)
                continue
            capped = {name: _least(limit, command.within) for name, limit in timeouts.items()}
            request.extensions = {**request.extensions, "timeout": capped}
            received = yield command
            outcome = _outcome(request, received)
            _log.debug("%s %s: %s", request.method, _path(request), _brief(outcome))
            try:
                command = calls.send(outcome)
            except StopIteration as stop:
                if isinstance(received, httpx.Response):
                    received.extensions["hits"] = stop.value
                    return received
                raise _no_answer(request, received, stop.value, repeatable=repeatable) from None


class RetryingTransport(httpx.BaseTransport):
    """The pipeline over a blocking wire."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._wire: httpx.BaseTransport = pipeline.runtime.wire or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange = self._pipeline.exchange(request)
        command = next(exchange)
        try:
            while True:
                if isinstance(command, Send):
                    command = exchange.send(self._send(request, command.within))
                else:
                    self._pipeline.runtime.sleep(command.seconds)
                    command = next(exchange)
        except StopIteration as stop:
            answer: httpx.Response = stop.value
            return answer

    def _send(self, request: httpx.Request, within: float) -> Received:
        until = self._pipeline.runtime.monotonic() + within
        try:
            response = self._wire.handle_request(request)
        except httpx.RequestError as error:
            return error
        try:
            if not _streams(request, response):
                response.stream = _Timed(response.stream, until, self._pipeline.runtime)
                response.read()
        except httpx.RequestError as error:
            response.close()
            return error
        return response

    def close(self) -> None:
        self._wire.close()


class AsyncRetryingTransport(httpx.AsyncBaseTransport):
    """The pipeline over an async wire."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._wire: httpx.AsyncBaseTransport = pipeline.runtime.async_wire or httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = self._pipeline.exchange(request)
        command = next(exchange)
        try:
            while True:
                if isinstance(command, Send):
                    command = exchange.send(await self._send(request, command.within))
                else:
                    await self._pipeline.runtime.async_sleep(command.seconds)
                    command = next(exchange)
        except StopIteration as stop:
            answer: httpx.Response = stop.value
            return answer

    async def _send(self, request: httpx.Request, within: float) -> Received:
        until = self._pipeline.runtime.monotonic() + within
        try:
            response = await self._wire.handle_async_request(request)
        except httpx.RequestError as error:
            return error
        try:
            if not _streams(request, response):
                response.stream = _Timed(response.stream, until, self._pipeline.runtime)
                await response.aread()
        except httpx.RequestError as error:
            await response.aclose()
            return error
        return response

    async def aclose(self) -> None:
        await self._wire.aclose()


class _Timed(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that has to be there by a time: httpx's own limit is for each piece, and a body may drip for ever."""

    def __init__(self, body: Any, until: float, runtime: Runtime) -> None:
        self._body = body
        self._until = until
        self._runtime = runtime

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._check()
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            self._check()
            yield piece

    def _check(self) -> None:
        if self._runtime.monotonic() >= self._until:
            msg = "the answer went on for too long"
            raise httpx.ReadTimeout(msg)

    def close(self) -> None:
        self._body.close()

    async def aclose(self) -> None:
        await self._body.aclose()


class _Calls:
    """What the two sessions do alike: requests become httpx arguments, responses become answers."""

    def __init__(self, base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> None:
        self._url = checked_base_url(base_url)
        self._pipeline = Pipeline(self._url, auth, Policy(), runtime)
        self._settings: dict[str, Any] = {
            "base_url": self._url,
            "timeout": _checked_timeout(timeout),
            "headers": {"User-Agent": f"enphase-cloud/{__version__}", "Accept": "application/json"},
            "follow_redirects": False,
            "trust_env": False,
        }
        self.raw = Client(base_url=str(self._url))
        """The generated client over this session's httpx client."""

    @property
    def host(self) -> str:
        return self._url.host

    def _arguments(self, request: Request, *, closed: bool) -> dict[str, Any]:
        if closed:
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
        if not response.is_success:
            hide = self._pipeline.auth.redact
            told = hide(response.content.decode("utf-8", "replace")).encode()
            now = self._pipeline.runtime.time()
            raise error_from(
                method, path, response.status_code, response.headers, told, now=now, hits=hits, hide=hide
            )
        return Answer(
            operation_id=request.operation_id,
            method=method,
            path=path,
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            content_type=self._pipeline.auth.redact(response.headers.get("content-type", "")),
            hits=hits,
        )


class Session(_Calls):
    """Sends requests and gives answers; anything but success is raised as an EnphaseError."""

    def __init__(self, base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> None:
        super().__init__(base_url, auth, timeout, runtime)
        self._client = httpx.Client(transport=RetryingTransport(self._pipeline), **self._settings)
        self.raw.set_httpx_client(self._client)

    def send(self, request: Request) -> Answer:
        arguments = self._arguments(request, closed=self._client.is_closed)
        return self._answer(request, self._client.request(**arguments))

    def close(self) -> None:
        self._client.close()


class AsyncSession(_Calls):
    """The same for an event loop."""

    def __init__(self, base_url: str, auth: StaticAuth, timeout: float, runtime: Runtime) -> None:
        super().__init__(base_url, auth, timeout, runtime)
        self._client = httpx.AsyncClient(transport=AsyncRetryingTransport(self._pipeline), **self._settings)
        self.raw.set_async_httpx_client(self._client)

    async def send(self, request: Request) -> Answer:
        arguments = self._arguments(request, closed=self._client.is_closed)
        return self._answer(request, await self._client.request(**arguments))

    async def close(self) -> None:
        await self._client.aclose()


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


def _checked_timeout(timeout: float) -> float:
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout < math.inf:
        msg = "timeout has to be a number of seconds above 0."
        raise ConfigurationError(msg)
    return timeout


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


def _repeatable(request: httpx.Request) -> bool:
    operation = OPERATIONS.get(request.extensions.get("operation", ""))
    return operation is not None and operation.retry == "idempotent"


def _streams(request: httpx.Request, response: httpx.Response) -> bool:
    """An event stream has no end to wait for; every other body is read whole before it is judged.

    What may be asked for again is no stream, whatever its answer calls itself.
    """
    told: str = response.headers.get("content-type", "")
    return response.is_success and told.startswith("text/event-stream") and not _repeatable(request)


def _outcome(request: httpx.Request, received: Received) -> Outcome:
    if isinstance(received, httpx.Response):
        body = b"" if _streams(request, received) else received.content
        return Reply(received.status_code, received.headers, body)
    return Lost(_problem(received), hopeless=_hopeless(received))


def _brief(outcome: Outcome) -> str:
    if isinstance(outcome, Reply):
        return f"answered {outcome.status}, {len(outcome.body)} bytes"
    return f"no answer ({outcome.problem})"


def _problem(error: httpx.RequestError) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _hopeless(error: BaseException | None) -> bool:
    """A certificate that is not trusted, or a request that cannot be written, stays so."""
    while error is not None:
        if isinstance(
            error, ssl.SSLCertVerificationError | httpx.LocalProtocolError | httpx.UnsupportedProtocol
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _no_answer(
    request: httpx.Request, error: httpx.RequestError, hits: int, *, repeatable: bool
) -> ConnectionFailed | DecodeError:
    kind = DecodeError if isinstance(error, httpx.DecodingError) else ConnectionFailed
    problem = _problem(error)
    doubt = (
        "" if repeatable else " It was sent once only, and may have taken effect: look before you repeat it."
    )
    return kind(
        f"{request.method} {_path(request)} got no answer that can be read from {request.url.host} "
        f"({hits} sent): {problem}.{doubt} {kind.advice}",
        method=request.method,
        path=_path(request),
        problem=problem,
        hits=hits,
    )
