"""Whose turn is next, of many. Not all are looked at: with ten thousand systems a call takes no longer than with one.

A heap that may be out of date. What waits is entered under its turn as of then; turns only grow while it waits, so who
is first in the heap, and is entered again where its turn has grown, is first of all. Whose turn has shrunk has to be
entered anew.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

T = TypeVar("T")


class _Entry(NamedTuple):
    turn: Any
    number: int
    """Of the entry: nobody looks further to tell two apart."""
    one: Any


class Turns(Generic[T]):
    """Those that wait, by their turns. `turn` says that of one; None: it does not wait."""

    def __init__(self, turn: Callable[[T], Any], those: Iterable[T] = ()) -> None:
        self._turn = turn
        self._numbers = count()
        entered = ((turn(one), one) for one in those)
        self._heap = [_Entry(at, next(self._numbers), one) for at, one in entered if at is not None]
        self._newest = {id(entry.one): entry.number for entry in self._heap}
        heapify(self._heap)

    def enter(self, one: T) -> None:
        """It begins to wait, or its turn has changed."""
        turn = self._turn(one)
        if turn is not None:
            entry = _Entry(turn, next(self._numbers), one)
            self._newest[id(one)] = entry.number
            heappush(self._heap, entry)

    def first(self) -> T | None:
        """Whose turn it is; it goes on to wait. None: nobody waits."""
        while self._heap:
            entry = self._heap[0]
            if self._newest.get(id(entry.one)) == entry.number:
                turn = self._turn(entry.one)
                if turn == entry.turn:
                    found: T = entry.one
                    return found
                del self._newest[id(entry.one)]
                heappop(self._heap)
                if turn is not None:
                    self.enter(entry.one)
            else:
                heappop(self._heap)
        return None
