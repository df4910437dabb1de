"""The two drivers: all that differs between the sync and the async client."""

from __future__ import annotations

from contextlib import aclosing, closing
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from ..archive.coverage import Coverage
from ..archive.shelf import OBJECTS, Keep, Recall, Reopen
from ..errors import EnphaseError
from ..rows import Problem, Report
from ..transport.messages import Answer, Opened, Request
from . import Hear, Listen, Pause

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from ..archive.shelf import Shelf
    from ..transport.http import AsyncListening, AsyncSession, Listening, Session
    from . import Command, Flow

T = TypeVar("T")
Outcome: TypeAlias = Answer | Opened | Coverage | bytes | EnphaseError | None
"""What came of a command. An error is thrown into the flow."""


def drive(flow: Flow[T, object], session: Session, report: Report) -> Generator[list[T], None, None]:
    """Run a flow: send what it asks for, hand on what it finds, count what it costs.

    However it ends, also where nobody reads on, the stream that it has opened is closed.
    """
    with closing(flow), closing(_Line(session, report)) as line:
        step = _resume(flow)
        while not isinstance(step, _Returned):
            if isinstance(step, list):
                yield step
                del step  # what was handed on is not held while the next one is fetched
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
            while not isinstance(step, _Returned):
                if isinstance(step, list):
                    yield step
                    del step
                    step = _resume(flow)
                else:
                    outcome = await line.run(step)
                    _count(report, step, outcome)
                    step = _resume(flow, outcome)


def result_of(flow: Flow[Any, T], session: Session, report: Report | None = None) -> T:
    """What a flow returns that hands on nothing; where it wants to know what it cost so far, it shares the report."""
    report = report or Report()
    with closing(flow), closing(_Line(session, report)) as line:
        step = _next(flow)
        while not isinstance(step, _Returned):
            outcome = line.run(step)
            _count(report, step, outcome)
            step = _next(flow, outcome)
    result: T = step.value
    return result


async def result_of_async(flow: Flow[Any, T], session: AsyncSession, report: Report | None = None) -> T:
    """The same for an event loop."""
    report = report or Report()
    with closing(flow):
        async with aclosing(_AsyncLine(session, report)) as line:
            step = _next(flow)
            while not isinstance(step, _Returned):
                outcome = await line.run(step)
                _count(report, step, outcome)
                step = _next(flow, outcome)
    result: T = step.value
    return result


class _Line:
    """A session, and the stream that is open on it."""

    def __init__(self, session: Session, report: Report) -> None:
        self._session = session
        self._report = report
        self._stream: Listening | None = None

    def run(self, step: Command) -> Outcome:
        try:
            if isinstance(step, Request):
                self._report.asked_at = self._session.now()
                answer = self._session.send(step)
                if step.operation_id in OBJECTS:
                    _told(
                        self._report,
                        answer,
                        self._session.shelf.keep_object(step, answer, self._report.asked_at),
                    )
                return answer
            if isinstance(step, Keep):
                _told(self._report, step.answer, self._session.shelf.keep(step, self._report.asked_at))
                return None
            if isinstance(step, Recall | Reopen):
                return _kept(self._session.shelf, step)
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
                self._report.asked_at = self._session.now()
                answer = await self._session.send(step)
                if step.operation_id in OBJECTS:
                    await self._keeping(answer, partial(self._session.shelf.keep_object, step, answer))
                return answer
            if isinstance(step, Keep):
                await self._keeping(step.answer, partial(self._session.shelf.keep, step))
                return None
            if isinstance(step, Recall | Reopen):
                return _kept(self._session.shelf, step)
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

    async def _keeping(self, answer: Answer, keep: Callable[[float], str | None]) -> None:
        """In a thread, as it waits for the disk; that goes on to its end where this task is cancelled."""
        if self._session.shelf.store is not None:
            from anyio import to_thread  # noqa: PLC0415 - comes with httpx, and like it is loaded when it is needed

            _told(self._report, answer, await to_thread.run_sync(keep, self._report.asked_at))

    async def aclose(self) -> None:
        stream, self._stream, self._report.stream = self._stream, None, None
        if stream is not None:
            await stream.aclose()


def _kept(shelf: Shelf, step: Recall | Reopen) -> Coverage | Answer | None:
    return shelf.recall(step) if isinstance(step, Recall) else shelf.reopen(step)


def _told(report: Report, answer: Answer, unkept: str | None) -> None:
    """Say so where an answer is not kept."""
    if unkept is not None:
        report.problems.append(
            Problem("$", f"not kept in the archive: {unkept}", f"{answer.method} {answer.path}")
        )


def _count(report: Report, step: Command, outcome: Outcome) -> None:
    """The hits of a stream are those of opening it: the error of one that breaks has them, too."""
    if isinstance(outcome, Answer | Opened | EnphaseError) and not isinstance(step, Hear):
        report.hits += outcome.hits
    if isinstance(outcome, Answer):
        report.answer = outcome


class _Returned(NamedTuple):
    """The end of a flow."""

    value: Any


def _resume(flow: Flow[T, Any], outcome: Outcome | None = None) -> Command | list[T] | _Returned:
    """The flow's next step, now that this came of the last one; or its end."""
    try:
        return flow.throw(outcome) if isinstance(outcome, EnphaseError) else flow.send(outcome)
    except StopIteration as stop:
        return _Returned(stop.value)


def _next(flow: Flow[Any, Any], outcome: Outcome | None = None) -> Command | _Returned:
    """The same of a flow that hands on nothing."""
    step = _resume(flow, outcome)
    assert not isinstance(step, list)  # noqa: S101 - who asks for a result has no place for items
    return step
