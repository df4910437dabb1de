"""A call that a sync makes, and how it is made: what it asks for is kept by the reading itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._time import aware
from ..archive.shelf import Shelf
from ..errors import EnphaseError
from ..flows.devices import devices
from ..rows import Chunk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from ..archive.coverage import Coverage, Key
    from ..archive.shelf import Keep, Recall
    from ..flows import Flow
    from ..rows import Missing, Report
    from ..site import Site
    from ..transport.messages import Answer, Request
    from .plan import Part
    from .tracks import Track


class Enough(EnphaseError):
    """What is paid for is kept, and the rest of the range is not asked for now."""


class Job(NamedTuple):
    """A range to be read, or something to be looked up."""

    kind: str
    """`systems`, `system`, `devices`, or the kind of the track."""
    key: Key
    system_id: int
    name: str
    part: Part
    update: bool
    """Whether it brings what is new, or looks for it; else it is history."""
    zone: tzinfo
    track: Track | None = None


class Outcome(NamedTuple):
    """What came of a job."""

    rows: int
    hits: int
    error: EnphaseError | None
    gaps: list[Missing]


class SyncShelf(Shelf):
    """The archive as a sync uses it: what cannot be kept is an error, and who pays is told of each call."""

    paid: Callable[[int], None] = staticmethod(lambda hits: None)
    """Told of the hits of each answer, once it is kept."""
    stops: Callable[[], bool] = staticmethod(lambda: False)
    """Asked before another call of the same range."""
    _asked = False

    def begin(self, paid: Callable[[int], None], stops: Callable[[], bool]) -> None:
        """Begin another job."""
        self.paid, self.stops, self._asked = paid, stops, False

    def recall(self, step: Recall) -> Coverage:
        if self._asked and self.stops():
            raise Enough("not asked for now")
        return super().recall(step)

    def keep(self, step: Keep, fetched: float) -> str | None:
        unkept = super().keep(step, fetched)
        self._note(step.answer)
        return unkept

    def keep_object(self, request: Request, answer: Answer, fetched: float) -> str | None:
        unkept = super().keep_object(request, answer, fetched)
        self._note(answer)
        return unkept

    def _note(self, answer: Answer) -> None:
        self._asked = True
        self.paid(answer.hits)


def flow_of(client: Any, job: Job, report: Report) -> Flow[Any, Any]:
    """What does a job, by either kind of client."""
    flow: Flow[Any, Any]
    if job.kind == "systems":
        flow = client._systems("id", None).flow(report)
        return flow
    if job.kind == "devices":
        return devices(job.system_id)
    site: Site = client.system(job.system_id, timezone=job.zone)
    if job.kind == "system":
        return site._refresh()
    track = job.track
    assert track is not None  # noqa: S101 - only look-ups have none
    if track.kind == "lifetime":
        return site._lifetime(track.series, None, None, track.serial, "raise").flow(report)
    start, end = aware(job.part.start), aware(job.part.end)
    if track.kind == "telemetry":
        return site._telemetry(track.series, start, end, track.serial, "raise").flow(report)
    if track.series == "events":
        return site._events(start, end, "raise").flow(report)
    return site._alarms(start, end, track.arguments["cleared"], "raise").flow(report)


def size(batch: list[Any]) -> int:
    """How many rows there are in what a flow hands on."""
    return sum(len(each.keys) if isinstance(each, Chunk) else 1 for each in batch)
