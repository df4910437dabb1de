"""The two drivers: all that differs between the sync and the async client."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from ..errors import EnphaseError
from ..transport.messages import Request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from ..rows import Report
    from ..transport.http import AsyncSession, Session
    from ..transport.messages import Answer
    from . import Flow

T = TypeVar("T")


def drive(flow: Flow[T, object], session: Session, report: Report) -> Generator[list[T], None, None]:
    """Run a flow: send what it asks for, hand on what it finds, count what it costs."""
    with closing(flow):
        step = _resume(flow, report)
        while step is not None:
            if isinstance(step, Request):
                outcome: Answer | EnphaseError
                try:
                    outcome = session.send(step)
                except EnphaseError as error:
                    outcome = error
                step = _resume(flow, report, outcome)
            else:
                yield step
                step = _resume(flow, report)


async def drive_async(
    flow: Flow[T, object], session: AsyncSession, report: Report
) -> AsyncGenerator[list[T], None]:
    """The same for an event loop."""
    with closing(flow):
        step = _resume(flow, report)
        while step is not None:
            if isinstance(step, Request):
                outcome: Answer | EnphaseError
                try:
                    outcome = await session.send(step)
                except EnphaseError as error:
                    outcome = error
                step = _resume(flow, report, outcome)
            else:
                yield step
                step = _resume(flow, report)


def _resume(
    flow: Flow[T, object], report: Report, outcome: Answer | EnphaseError | None = None
) -> Request | list[T] | None:
    """The flow's next step, now that this came of the last one; None when it has ended."""
    try:
        if outcome is None:
            return next(flow)
        report.hits += outcome.hits
        return flow.throw(outcome) if isinstance(outcome, EnphaseError) else flow.send(outcome)
    except StopIteration:
        return None
