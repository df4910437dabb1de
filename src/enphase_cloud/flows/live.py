"""Live readings out of streams of server-sent events."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from math import ceil
from typing import TYPE_CHECKING, Any

from enphase_v4.models import LiveMessage
from enphase_v4.types import read_json

from ..errors import ConnectionFailed, EnphaseError, RateLimited, looks_like_html, shown
from ..records.base import Notes
from ..records.live import LiveReading
from ..rows import Problem
from ..transport.body import Judgement, judge, one_empty_line
from ..transport.messages import Request
from . import Hear, Listen, Pause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..rows import Report
    from ..transport.messages import Opened
    from ..transport.runtime import Runtime
    from . import Flow

SHORTEST, LONGEST = 30, 300
"""Seconds that a stream may be asked for."""
WORTHLESS = 2.0
"""What is left of the time, in seconds, that no further stream is paid for: they never last to the second."""
PATIENCE = 60.0
"""Seconds for which a stream is heard after its time; the service ends it, but nothing says that it always will."""
BREATH = 5.0
"""Seconds of waiting after a stream that brought no reading: what is in its way may pass."""
MOST_BARREN = 2
"""Streams in a row that bring nothing, after which no further one is opened."""
MOST_UNREADABLE = 100
"""Events in a row that are no readings, after which a stream is taken for none."""
MOST_NOTED = 1000
"""Problems of one stream that are noted; what is wrong with a reading stands in its own, too."""

_LINE_END = re.compile(rb"\r\n|\r|\n")


def live(
    system_id: int, seconds: int, report: Report, runtime: Runtime, *, reconnect: bool
) -> Flow[LiveReading, None]:
    """The readings of so many seconds, as they come.

    | the stream | without `reconnect` | with it |
    |---|---|---|
    | is refused, or brings an error | raised | raised |
    | cannot be read (DecodeError) | raised | raised |
    | is not reached, or breaks | raised | a problem, and another one for what is left |
    | ends early | the end | another one for what is left |
    | has its turn in the minute when what is left is over | - | a problem, and the end; not paid for |
    | ends in time, or is heard for a minute longer | the end | the end |
    | the second in a row that brought no reading | - | the end; raised, if it broke |
    | as many as there are half minutes, and one | - | the end; raised, if it broke |

    What came before an error has been delivered. Each stream is a hit, and charged. The time is that since the first
    stream was opened, or could not be.
    """
    until: float | None = None
    left = float(seconds)
    barren = 0
    broke: ConnectionFailed | None = None
    for more in range(seconds // SHORTEST, -1, -1):
        asked = max(SHORTEST, ceil(left))
        stream = _Stream(Request("getLiveData", {"system_id": system_id, "duration": asked}), report)
        try:
            opened: Opened = yield Listen(stream.request, None if until is None else left - WORTHLESS)
            broke = None
            now = runtime.monotonic()
            until = now + seconds if until is None else until
            left = until - now
            yield from stream.heard(opened, asked + PATIENCE if left > asked - 1 else left, runtime)
        except RateLimited as error:
            if until is None or not _in_vain(error, until - runtime.monotonic(), runtime):
                raise
            problem = "no further stream was opened: its turn in the minute comes when the time is over"
            report.problems.append(Problem("$", problem, stream.label))
            if broke is not None and barren:
                raise broke from None
            return
        except ConnectionFailed as error:
            if not reconnect:
                raise
            broke = error
            report.problems.append(Problem("$", f"the stream broke off: {error.problem}", stream.label))
        now = runtime.monotonic()
        until = now + seconds if until is None else until
        left = until - now
        barren = 0 if stream.readings else barren + 1
        if not reconnect:
            return
        over = left < WORTHLESS + (BREATH if barren else 0)
        if over or barren == MOST_BARREN or not more:
            if broke is not None and (barren or not over):
                raise broke
            return
        if barren:
            yield Pause(BREATH)
            left -= BREATH


def _in_vain(error: RateLimited, left: float, runtime: Runtime) -> bool:
    """Whether a stream was not opened as there would have been nothing left to hear of it."""
    if error.hits or error.period != "minute" or error.resets_at is None:
        return False
    return error.resets_at.timestamp() > runtime.time() + left - WORTHLESS


class _Stream:
    """One stream."""

    def __init__(self, request: Request, report: Report) -> None:
        self.request = request
        self._report = report
        self.label = f"{request.operation_id} for {request.arguments['duration']} s"
        self._events = 0
        self._unreadable = 0
        self._noted = 0
        self.readings = 0

    def heard(self, opened: Opened, within: float, runtime: Runtime) -> Flow[LiveReading, None]:
        """Its readings, to its end; or until waiting for them, and reading them, has taken so many seconds."""
        events = EventData()
        spent = 0.0  # without the time that whoever reads takes for the readings
        piece = b" "
        while piece and spent < within:
            began = runtime.monotonic()
            try:
                piece = yield Hear()
            except EnphaseError:
                for reading in self._read(events.rest(), opened):
                    yield [reading]
                raise
            for reading in self._read(events.feed(piece) if piece else events.rest(), opened):
                spent += runtime.monotonic() - began
                yield [reading]
                began = runtime.monotonic()
                if spent >= within:
                    return
            spent += runtime.monotonic() - began

    def _read(self, events: Iterator[bytes], opened: Opened) -> Iterator[LiveReading]:
        for data in events:
            self._events += 1
            if not self.readings and looks_like_html(data):
                raise opened.answer.unreadable("a page in place of data")
            notes = Notes(f"{self.label}, event {self._events}", opened.answer.hide)
            message = _message(data, opened, notes)
            reading = None if message is None else LiveReading.read_from(message, "$", notes)
            self._note(notes.found)
            if reading is not None:
                self.readings += 1
                self._unreadable = 0
                yield reading
                continue
            self._unreadable += 1
            if self._unreadable == MOST_UNREADABLE:
                raise opened.answer.unreadable(f"{MOST_UNREADABLE} events in a row are no readings")

    def _note(self, found: list[Problem]) -> None:
        kept = found[: max(0, MOST_NOTED - self._noted)]
        self._report.problems += kept
        if len(kept) < len(found) and self._noted <= MOST_NOTED:
            problem = f"more than {MOST_NOTED} problems: the others are not noted here"
            self._report.problems.append(Problem("$", problem, self.label))
            self._noted = MOST_NOTED + 1
        self._noted += len(kept)


def _message(data: bytes, opened: Opened, notes: Notes) -> LiveMessage | None:
    """The message in an event, as its own or once more within `data`; an error is raised, what else it is noted."""
    document = _document(data)
    if not isinstance(document, dict):
        notes.wrong("$", "no JSON object", shown(data, opened.answer.hide))
        return None
    within = document.get("data")
    if isinstance(within, dict) and any(isinstance(within.get(name), dict) for name in ("data", "error")):
        document = within
    error = opened.refused(data) if document.get("error") else None
    if error is not None:
        raise error
    if not isinstance(document.get("data"), dict):
        notes.wrong("$.data", "no readings", document.get("data"))
        return None
    return LiveMessage.from_dict(document)


def _document(data: bytes) -> Any:
    try:
        text = data.decode("utf-8")
        return None if judge(data) is Judgement.DEEP else read_json(text)
    except ValueError:
        return None


class EventData:
    """Takes the pieces of a stream of server-sent events, and gives the data of each event as soon as it is whole.

    Pieces may begin and end anywhere, and lines may end in LF, CRLF or CR. Names, ids and comments are passed over.
    Objects and pages that come bare, which is how gateways put in a word of theirs, are taken for data.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._bare = False
        self._begun = False
        self._after_cr = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The data of the events that end in this piece."""
        if not piece:
            return
        begin = 1 if self._after_cr and piece.startswith(b"\n") else 0  # of a line end that was cut in two
        self._after_cr = piece.endswith(b"\r")
        first, *others = _LINE_END.split(one_empty_line(piece[begin:]))
        self._line.append(first)
        for following in others:
            line = self._taken()
            self._line.append(following)
            if line:
                self._keep(line)
            elif data := self._event():
                yield data

    def rest(self) -> Iterator[bytes]:
        """The data of the event that the end of the stream has cut short; some are whole but for the empty line."""
        line = self._taken()
        if line:
            self._keep(line if self._bare or b":" in line else b"data:" + line)
        data = self._event()
        if data:
            yield data

    def _taken(self) -> bytes:
        line = b"".join(self._line)
        self._line = []
        if not self._begun:
            self._begun = True
            line = line.removeprefix(BOM_UTF8)
        return line

    def _event(self) -> bytes:
        data = b"\n".join(self._data)
        self._data = []
        self._bare = False
        return data

    def _keep(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        elif self._bare or line.startswith((b"{", b"<")):
            self._data.append(line)
            self._bare = True
