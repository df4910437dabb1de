"""One request on its way between the pipeline and a wire, blocking and async."""

from __future__ import annotations

import logging
import signal
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
from enphase_v4.catalog import OPERATIONS

from ...errors import ConfigurationError, ConnectionFailed, DecodeError, EnphaseError
from ..body import Judgement, judge
from ..options import no_longer
from ..pipeline import Do, Send, Sleep
from ..retry import Outcome, Reply
from .address import origin
from .answers import Body, Broken, Whole, broken, is_events, streamed
from .asking import asked

if TYPE_CHECKING:
    from collections.abc import Generator, MutableMapping

    from ..options import Options
    from ..pipeline import Command, Verdict
    from .answers import Received
    from .core import Core
    from .wires import AsyncWire, Wire

_log = logging.getLogger("enphase_cloud.transport")


class _Target:
    """An httpx request, as the pipeline sees it."""

    def __init__(self, request: httpx.Request) -> None:
        operation = request.extensions.get("operation", "")
        self.method = request.method
        self.path = path_of(request)
        self.operation_id = operation if isinstance(operation, str) else ""
        self.headers: MutableMapping[str, str] = request.headers


class Exchange:
    """One request: what both kinds of transport do alike."""

    def __init__(self, core: Core, options: Options, request: httpx.Request) -> None:
        core.check_open()
        if origin(request.url) != core.origin:
            msg = f"this client speaks to {core.origin[1]} only, not to {request.url.host}."
            raise ConfigurationError(msg)
        self.request = request
        self.runtime = core.pipeline.runtime
        self._hide = core.pipeline.auth.hide
        self._target = _Target(request)
        options = no_longer(options, request.extensions.get("max_wait"))
        self.commands: Generator[Command, Any, Verdict] = core.pipeline.exchange(self._target, options)
        self._timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        self._received: Received | None = None

    def begin(self, within: float) -> float:
        """Get the request ready to be sent within so many seconds. Returns when its answer has to be there."""
        capped = {name: _least(limit, within) for name, limit in self._timeouts.items()}
        self.request.extensions = {**self.request.extensions, "timeout": capped}
        return self.runtime.monotonic() + within

    def streams(self, response: httpx.Response) -> bool:
        """Whether an answer is a stream, which has no end to wait for. Every other is read whole before it is judged.

        What may be asked for again is no stream, and what changes something is not either, whatever its answer
        calls itself.
        """
        operation = OPERATIONS.get(self._target.operation_id)
        idempotent = operation is not None and operation.retry == "idempotent"
        return not idempotent and self._target.method == "GET" and is_events(response)

    def came(self, received: Received) -> Outcome:
        """Note what came, and say it in the pipeline's words."""
        if isinstance(received, Broken):
            received = received._replace(problem=self._hide(received.problem))
            self._received = received
            return received.outcome
        self._received = received
        if isinstance(received, httpx.Response):
            return Reply(received.status_code, received.headers, b"", Judgement.DATA)
        judgement = judge(received.content) if received.is_success else None
        received.extensions["judgement"] = judgement
        return Reply(received.status_code, received.headers, received.content, judgement)

    def close(self) -> None:
        """Close the stream that came, if one did."""
        if isinstance(self._received, httpx.Response):
            self._received.close()

    async def aclose(self) -> None:
        """The same for an event loop."""
        if isinstance(self._received, httpx.Response):
            await self._received.aclose()

    def result(self, verdict: Verdict) -> Whole | httpx.Response:
        """The answer, with `hits` and `renewed` in its extensions; where there was none, its error."""
        received = self._received
        assert received is not None  # noqa: S101 - there is a verdict on what came
        if isinstance(received, Broken):
            raise _no_answer(self.request, received, verdict)
        received.extensions |= {"hits": verdict.hits, "renewed": verdict.renewed}
        if received.extensions.get("judgement") is Judgement.DEEP:
            raise _too_deep(self.request, received, verdict)
        return received


class RetryingTransport(httpx.BaseTransport):
    """The pipeline over a blocking wire."""

    def __init__(self, core: Core, options: Options, wire: Wire) -> None:
        self._core = core
        self._options = options
        self._wire = wire

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.exchange(request)
        return answer.response() if isinstance(answer, Whole) else answer

    def exchange(self, request: httpx.Request) -> Whole | httpx.Response:
        """The answer; as a Response only where it is a stream."""
        exchange = Exchange(self._core, self._options, request)
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
                        command = commands.send(_done_to_the_end(command))
            except StopIteration as stop:
                verdict: Verdict = stop.value
            except BaseException:  # nobody gets the stream that came
                exchange.close()
                raise
        return exchange.result(verdict)

    def _send(self, exchange: Exchange, command: Send) -> Received:
        until = exchange.begin(command.within)
        return asked(self._wire.get(), exchange.request, until, exchange.runtime, exchange.streams)


class AsyncRetryingTransport(httpx.AsyncBaseTransport):
    """The pipeline over an async wire."""

    def __init__(self, core: Core, options: Options, wire: AsyncWire) -> None:
        self._core = core
        self._options = options
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.exchange(request)
        return answer.response() if isinstance(answer, Whole) else answer

    async def exchange(self, request: httpx.Request) -> Whole | httpx.Response:
        """The answer; as a Response only where it is a stream."""
        exchange = Exchange(self._core, self._options, request)
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
                        command = commands.send(await self._done(command))
            except StopIteration as stop:
                verdict: Verdict = stop.value
            except BaseException:  # nobody gets the stream that came
                await exchange.aclose()
                raise
        return exchange.result(verdict)

    async def _send(self, exchange: Exchange, command: Send) -> Received:
        from anyio import fail_after  # noqa: PLC0415 - loaded with the first call, as httpx does

        until = exchange.begin(command.within)
        response: httpx.Response | None = None
        try:
            with fail_after(command.within):
                response = await self._wire.get().handle_async_request(exchange.request)
            body = Body(response, until, exchange.runtime)
            if exchange.streams(response):
                kept, response = response, None
                return streamed(kept, body, exchange.request)
            return Whole(response, await body.awhole(), exchange.request)
        except EnphaseError:
            raise
        except Exception as error:
            return broken(error)
        finally:
            if response is not None:
                await response.aclose()

    async def _done(self, command: Do) -> Any:
        """In a thread, which goes on to its end where this task is cancelled: a new token is kept."""
        from anyio import to_thread  # noqa: PLC0415 - for the few calls that need a token first

        return await to_thread.run_sync(_done, command, limiter=self._wire.limiter())


def _done(command: Do) -> Any:
    try:
        return command.work()
    except EnphaseError as error:
        return error


def _done_to_the_end(command: Do) -> Any:
    """The same where Ctrl-C and SIGTERM may come, which they do to the main thread only: they are heeded afterwards.

    A token that was rotated, and whose answer nobody took, is a grant that is lost.
    """
    if threading.current_thread() is not threading.main_thread():
        return _done(command)
    came: list[int] = []

    def note(number: int, frame: object) -> None:
        del frame
        came.append(number)
        _log.warning("interrupted; the tokens that are asked for are waited for first")

    handlers: dict[int, Any] = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }
    held = {number: handler for number, handler in handlers.items() if handler is not None}
    try:
        for number in held:
            signal.signal(number, note)
    except (
        ValueError
    ):  # in an interpreter that is not the main one, as some web servers run them: no signals come
        return _done(command)
    try:
        return _done(command)
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


def path_of(request: httpx.Request) -> str:
    """The path as it is sent, without the query."""
    return request.url.raw_path.partition(b"?")[0].decode("ascii", "replace")


def _least(limit: float | None, within: float) -> float:
    return within if limit is None else min(limit, within)


def _too_deep(request: httpx.Request, response: Whole | httpx.Response, verdict: Verdict) -> DecodeError:
    return DecodeError(
        f"{request.method} {path_of(request)} was answered {response.status_code}, {Judgement.DEEP.value}. "
        f"{DecodeError.advice}",
        status=response.status_code,
        method=request.method,
        path=path_of(request),
        problem=Judgement.DEEP.value,
        hits=verdict.hits,
    )


def _no_answer(request: httpx.Request, received: Broken, verdict: Verdict) -> ConnectionFailed | DecodeError:
    doubt = (
        ""
        if verdict.repeatable
        else " It was sent once only, and may have taken effect: look before you repeat it."
    )
    return received.kind(
        f"{request.method} {path_of(request)} got no answer that can be read from {request.url.host} "
        f"({verdict.hits} sent): {received.problem}.{doubt} {received.kind.advice}",
        method=request.method,
        path=path_of(request),
        problem=received.problem,
        hits=verdict.hits,
    )
