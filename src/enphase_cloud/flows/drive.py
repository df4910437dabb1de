"""The two drivers: all that differs between the sync and the async client."""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..errors import EnphaseError
from ..rows import Report
from ..transport.messages import Answer, Opened, Request
from . import Hear, Listen, Pause

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from ..transport.http import AsyncListening, AsyncSession, Listening, Session
    from . import Command, Flow, Listener

T = TypeVar("T")
Outcome: TypeAlias = Answer | Opened | bytes | EnphaseError | None
"""What came of a command. An error is thrown into the flow."""


def drive(flow: Flow[T, object], session: Session, report: Report) -> Generator[list[T], None, None]:
    """Run a flow: send what it asks for, hand on what it finds, count what it costs.

    However it ends, also where nobody reads on, the stream that it has opened is closed.
    """
    with closing(flow), closing(_Line(session, report)) as line:
        step = _resume(flow)
        while step is not None:
            if isinstance(step, list):
                yield step
                step = _resume(flow)
            else:
                outcome = line.run(step)
                _count(report, step, outcome)
                step = _resume(flow, outcome)


async def drive_async(
    flow: Flow[T, object], session: AsyncSession, report: Report
) -> AsyncGenerator[list[T], None]:
    """The same for an event loop."""
    with closing(flow):
        async with aclosing(_AsyncLine(session, report)) as line:
            step = _resume(flow)
            while step is not None:
                if isinstance(step, list):
                    yield step
                    step = _resume(flow)
                else:
                    outcome = await line.run(step)
                    _count(report, step, outcome)
                    step = _resume(flow, outcome)


def result_of(flow: Listener[Any, T], session: Session) -> T:
    """What a flow returns that hands on nothing."""
    ((result,),) = drive(_as_item(flow), session, Report())
    return result


async def result_of_async(flow: Listener[Any, T], session: AsyncSession) -> T:
    """The same for an event loop."""
    async with aclosing(drive_async(_as_item(flow), session, Report())) as batches:
        ((result,),) = [batch async for batch in batches]
    return result


def _as_item(flow: Listener[Any, T]) -> Listener[T, None]:
    yield [(yield from flow)]


class _Line:
    """A session, and the stream that is open on it."""

    def __init__(self, session: Session, report: Report) -> None:
        self._session = session
        self._report = report
        self._stream: Listening | None = None

    def run(self, step: Command) -> Outcome:
        try:
            if isinstance(step, Request):
                return self._session.send(step)
            if isinstance(step, Listen):
                self.close()
                self._report.stream = self._stream = self._session.listen(step.request, step.max_wait)
                return self._stream.opened
            if isinstance(step, Pause):
                self._session.pause(step.seconds)
                return None
            assert self._stream is not None  # noqa: S101 - a flow listens before it hears
            return self._stream.hear()
        except EnphaseError as error:
            return error

    def close(self) -> None:
        stream, self._stream, self._report.stream = self._stream, None, None
        if stream is not None:
            stream.close()


class _AsyncLine:
    """The same for an event loop."""

    def __init__(self, session: AsyncSession, report: Report) -> None:
        self._session = session
        self._report = report
        self._stream: AsyncListening | None = None

    async def run(self, step: Command) -> Outcome:
        try:
            if isinstance(step, Request):
                return await self._session.send(step)
            if isinstance(step, Listen):
                await self.aclose()
                self._report.stream = self._stream = await self._session.listen(step.request, step.max_wait)
                return self._stream.opened
            if isinstance(step, Pause):
                await self._session.pause(step.seconds)
                return None
            assert self._stream is not None  # noqa: S101 - a flow listens before it hears
            return await self._stream.hear()
        except EnphaseError as error:
            return error

    async def aclose(self) -> None:
        stream, self._stream, self._report.stream = self._stream, None, None
        if stream is not None:
            await stream.aclose()


def _count(report: Report, step: Command, outcome: Outcome) -> None:
    """The hits of a stream are those of opening it: the error of one that breaks has them, too."""
    if isinstance(outcome, Answer | Opened | EnphaseError) and not isinstance(step, Hear):
        report.hits += outcome.hits
    if isinstance(outcome, Answer):
        report.answer = outcome


def _resume(flow: Listener[T, object], outcome: Outcome | None = None) -> Command | list[T] | None:
    """The flow's next step, now that this came of the last one; None when it has ended."""
    try:
        if outcome is None:
            return next(flow)
        if isinstance(outcome, EnphaseError):
            return flow.throw(outcome)
        return flow.send(outcome)
    except StopIteration:
        return None
