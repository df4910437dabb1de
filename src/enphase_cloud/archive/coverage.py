"""Which part of a series comes from which answer. No I/O.

Answers overlap: what may still be revised is asked for again. Of two that cover the same moment, the newer one counts,
as far as it can be used:

| the part of an answer | is used |
|---|---|
| up to `final`: nothing changes there any more | always |
| after it, when it is younger than `due` seconds | by whoever wants what is newest |
| after it, when it is older | only by whoever asks the service for nothing |
| a part of it that is in doubt (`settling.py`), and due again | the same |
"""

from __future__ import annotations

from bisect import bisect_right
from heapq import heappop, heappush
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Key(NamedTuple):
    """What an answer is an answer to, but for the time."""

    operation: str
    system_id: int
    detail: str
    """The other arguments that are not of the window, as canonical JSON."""


class Held(NamedTuple):
    """An answer that is kept: `start < end of an interval <= until`, in epoch seconds.

    Of lifetime series the midnights are those of UTC, whatever the zone of the site.
    """

    id: int
    """Answers are numbered as they come."""
    start: int
    until: int
    final: int
    """Up to here it is not going to be revised."""
    fetched: int
    asked: Mapping[str, Any]
    """The arguments of its window."""


class Doubt(NamedTuple):
    """A part of what is final of which more may come all the same."""

    start: int
    until: int
    at: int
    """When it was asked for, epoch seconds."""
    lasting: bool
    """However old it is: something in it is known to be unfinished."""


class Piece(NamedTuple):
    """A part of the time that one answer is used for."""

    start: int
    until: int
    held: Held
    sure: bool = True
    """False where it is in doubt, but not due: a call that has room for it asks for it, too."""


class Coverage:
    """What is kept of one series, as it is seen by one reader."""

    def __init__(
        self,
        held: Sequence[Held] = (),
        before: int = 0,
        *,
        fresh_since: int = 0,
        alone: bool = False,
        doubts: Sequence[tuple[Doubt, bool]] = (),
        silence: tuple[int, int] | None = None,
    ) -> None:
        """Answers that were fetched after `fresh_since` are used as a whole; all of them are, by a reader that is
        `alone` with what is kept, as it makes no call. Doubts come with whether they are due."""
        self.before = before
        """The service said that there is nothing before this moment."""
        self.alone = alone
        self.silence = silence
        """The service said of the system that it had not reported between these moments: no series has anything."""
        self._fresh_since = fresh_since
        self.pieces = _pieces((each, self.usable(each)) for each in held)
        if doubts and not alone:
            self.pieces = _doubted(self.pieces, sorted(doubts))
        """Disjoint, in order of time."""
        self._starts = [piece.start for piece in self.pieces]
        self._held = held

    def usable(self, held: Held) -> int:
        """Up to where an answer is used."""
        whole = self.alone or held.fetched > self._fresh_since
        return held.until if whole else min(held.final, held.until)

    def at(self, position: int) -> Piece | None:
        """The piece that covers what begins at this moment."""
        index = bisect_right(self._starts, position) - 1
        return self.pieces[index] if index >= 0 and position < self.pieces[index].until else None

    def next_start(self, position: int) -> int | None:
        """Where the first piece after this moment begins."""
        index = bisect_right(self._starts, position)
        return self._starts[index] if index < len(self._starts) else None

    def needed(self, position: int, widest: int, target: int) -> int:
        """How far a call that begins here has to reach: what lies at its end may be kept already, for sure."""
        until = min(position + widest, target)
        while (piece := self.at(until - 1)) is not None and piece.sure and piece.start > position:
            until = piece.start
        return until

    def whole(self, start: int, until: int) -> Held | None:
        """The newest answer that covers all of a range by itself."""
        fitting = [each for each in self._held if each.start <= start and self.usable(each) >= until]
        return max(fitting, default=None)  # by their ids, which come first


def _pieces(usable: Iterable[tuple[Held, int]]) -> list[Piece]:
    """The time, cut where another answer is the newest that can be used."""
    spans = sorted((held.start, until, held) for held, until in usable if held.start < until)
    found: list[Piece] = []
    active: list[tuple[int, int, Held]] = []
    index = 0
    while index < len(spans) or active:
        if not active:
            position = spans[index][0]
        while index < len(spans) and spans[index][0] <= position:
            _, until, held = spans[index]
            heappush(active, (-held.id, until, held))
            index += 1
        while active and active[0][1] <= position:
            heappop(active)
        if not active:
            continue
        _, until, held = active[0]
        coming = islice(spans, index, None)
        cut = min(until, next((at for at, _, other in coming if at >= until or other.id > held.id), until))
        found.append(Piece(position, cut, held))
        position = cut
    return found


def _doubted(pieces: list[Piece], doubts: Sequence[tuple[Doubt, bool]]) -> list[Piece]:
    """The pieces, cut where doubts begin and end; without those in doubt that are due."""
    found: list[Piece] = []
    for piece in pieces:
        position = piece.start
        for doubt, due in doubts:
            start, until = max(doubt.start, position), min(doubt.until, piece.until)
            if start >= until:
                continue
            if position < start:
                found.append(piece._replace(start=position, until=start))
            if not due:
                found.append(piece._replace(start=start, until=until, sure=False))
            position = until
        if position < piece.until:
            found.append(piece._replace(start=position))
    return found


NOTHING = Coverage()
"""Where nothing is kept."""
