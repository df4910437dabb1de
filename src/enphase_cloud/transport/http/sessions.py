"""What the facade and the generated client send through."""

from __future__ import annotations

from contextlib import aclosing, closing
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
from enphase_v4.client import Client

from ..._version import __version__
from ...errors import InvalidRequest, error_from, told_status
from ..messages import Answer, Opened, endpoint
from .answers import is_events
from .direct import Maker
from .exchange import AsyncRetryingTransport, RetryingTransport, path_of
from .listening import AsyncListening, Listening
from .wires import AsyncWire, Wire

if TYPE_CHECKING:
    from ...errors import EnphaseError
    from ..messages import Request
    from ..options import Options
    from ..plan import Quota
    from .answers import Whole
    from .core import Core


class _Calls:
    """What the two sessions do alike: requests become httpx arguments, responses become answers."""

    _client: Any

    def __init__(self, core: Core, options: Options, shelf: Any) -> None:
        self._core = core
        self.options = options
        self.shelf = shelf
        """What is kept of answers: flows use it, and it is closed with the session."""
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

    def now(self) -> float:
        """Epoch seconds."""
        return self._core.pipeline.runtime.time()

    def quota(self) -> Quota:
        """What was used, and what is left."""
        self._core.check_open()
        pipeline = self._core.pipeline
        return pipeline.ledger.quota(pipeline.plan, pipeline.runtime.time())

    def hide(self, text: str) -> str:
        """A text without any credential that was ever in use here."""
        return self._core.pipeline.auth.hide(text)

    def _arguments(self, request: Request) -> dict[str, Any]:
        self._core.check_open()
        try:
            arguments: dict[str, Any] = endpoint(request.operation_id).get_kwargs(**request.arguments)
        except ValueError as error:
            msg = f"{request.operation_id} cannot be asked for: {error}"
            raise InvalidRequest(msg) from None
        if "data" in arguments and not self.options.form_bodies:
            ((_, body),) = arguments.pop("data").items()
            arguments |= {"content": body.encode(), "headers": {"Content-Type": "application/json"}}
        return arguments

    def _answer(self, request: Request, response: Whole | httpx.Response) -> Answer:
        if not response.is_success:
            raise self._refused(response, response.status_code, response.content)
        return self._told(request, response, response.content)

    def _opened(self, request: Request, response: httpx.Response) -> Opened:
        """The head of a stream."""
        return Opened(self._told(request, response, b""), partial(self._refused_in, response))

    def _no_stream(self, request: Request, response: httpx.Response) -> EnphaseError:
        """The error that a success stands for which is no stream, and has been read. Any other answer is raised."""
        told = self._answer(request, response)
        came = told.content_type or "something without a type"
        return self._refused_in(response, told.content) or told.unreadable(f"no stream of events, but {came}")

    def _refused_in(self, response: httpx.Response, body: bytes) -> EnphaseError | None:
        """The error that is told in a success, or in an event of it; None where there is none."""
        status = told_status(body, response.status_code)
        return None if status is None else self._refused(response, status, body)

    def _stream_request(self, request: Request, max_wait: float | None) -> httpx.Request:
        """It asks for events, and for none that are held back to be compressed."""
        arguments = self._arguments(request)
        headers = {
            **arguments.pop("headers", {}),
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
        }
        extensions = {**arguments.pop("extensions", {}), "max_wait": max_wait}
        built: httpx.Request = self._client.build_request(headers=headers, extensions=extensions, **arguments)
        return built

    def _told(self, request: Request, response: Whole | httpx.Response, content: bytes) -> Answer:
        return Answer(
            operation_id=request.operation_id,
            method=response.request.method,
            path=path_of(response.request),
            status=response.status_code,
            headers=response.headers,
            content=content,
            content_type=self.hide(response.headers.get("content-type", "")),
            hits=response.extensions["hits"],
            hide=self.hide,
        )

    def _refused(self, response: Whole | httpx.Response, status: int, body: bytes) -> EnphaseError:
        pipeline = self._core.pipeline
        return error_from(
            response.request.method,
            path_of(response.request),
            status,
            response.headers,
            body,
            now=pipeline.runtime.time(),
            hits=response.extensions["hits"],
            hide=self.hide,
            renewed=response.extensions["renewed"],
        )


class Session(_Calls):
    """Sends requests and gives answers; anything but success is raised as an EnphaseError."""

    def __init__(self, core: Core, options: Options, shelf: Any, wire: Wire | None = None) -> None:
        super().__init__(core, options, shelf)
        self._wire = wire or Wire(core.url, core.pipeline.runtime)
        self._transport = RetryingTransport(core, options, self._wire)
        self._client = httpx.Client(transport=self._transport, **self._settings)
        self._maker = Maker(self._client)
        self.raw.set_httpx_client(self._client)

    def view(self, options: Options) -> Session:
        """The same connections, tokens and ledger, with other options."""
        return Session(self._core, options, self.shelf, self._wire)

    def send(self, request: Request) -> Answer:
        made = self._maker.request(self._arguments(request))
        answer = self._transport.exchange(made)
        if isinstance(answer, httpx.Response):  # a stream, whose whole is asked for
            with closing(answer):
                answer.read()
        self._maker.came(answer)
        return self._answer(request, answer)

    def listen(self, request: Request, max_wait: float | None = None) -> Listening:
        """Open a stream. Whoever opens it closes it. What came in place of one is raised, as `send` does.

        `max_wait` is for how many seconds its turn in the minute may be waited for, where the options allow as much.
        """
        response = self._client.send(self._stream_request(request, max_wait), stream=True)
        if is_events(response):
            return Listening(response, self._opened(request, response))
        with closing(response):
            response.read()
        raise self._no_stream(request, response)

    def pause(self, seconds: float) -> None:
        self._core.pipeline.runtime.sleep(seconds)

    def close(self) -> None:
        self._core.close()  # from here on nothing is sent: by the generated client neither
        self.shelf.close()
        self._wire.close()


class AsyncSession(_Calls):
    """The same for an event loop."""

    def __init__(self, core: Core, options: Options, shelf: Any, wire: AsyncWire | None = None) -> None:
        super().__init__(core, options, shelf)
        self._wire = wire or AsyncWire(core.url, core.pipeline.runtime)
        self._transport = AsyncRetryingTransport(core, options, self._wire)
        self._client = httpx.AsyncClient(transport=self._transport, **self._settings)
        self._maker = Maker(self._client)
        self.raw.set_async_httpx_client(self._client)

    def view(self, options: Options) -> AsyncSession:
        """The same connections, tokens and ledger, with other options."""
        return AsyncSession(self._core, options, self.shelf, self._wire)

    async def send(self, request: Request) -> Answer:
        made = self._maker.request(self._arguments(request))
        answer = await self._transport.exchange(made)
        if isinstance(answer, httpx.Response):
            async with aclosing(answer):
                await answer.aread()
        self._maker.came(answer)
        return self._answer(request, answer)

    async def listen(self, request: Request, max_wait: float | None = None) -> AsyncListening:
        """Open a stream. See Session.listen."""
        response = await self._client.send(self._stream_request(request, max_wait), stream=True)
        if is_events(response):
            return AsyncListening(response, self._opened(request, response))
        async with aclosing(response):
            await response.aread()
        raise self._no_stream(request, response)

    async def pause(self, seconds: float) -> None:
        await self._core.pipeline.runtime.async_sleep(seconds)

    async def close(self) -> None:
        self._core.close()
        self.shelf.close()
        await self._wire.close()
