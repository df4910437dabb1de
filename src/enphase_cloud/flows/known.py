"""Which items of a list have been handed on already: two ways to tell, for lists with and without ids."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

Identity: TypeAlias = Callable[[Any], Hashable]
"""What tells an item from all others."""


class ById:
    """Items that are told apart by an identity, wherever they stand."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._seen: set[Hashable] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def meets(self, items: list[Any]) -> bool:
        """Whether one of them is known."""
        return any(item is not None and self._identity(item) in self._seen for item in items)

    def add(self, items: list[Any]) -> list[Any]:
        """Those that are new, in order. None stands for what is no item."""
        fresh = []
        for item in items:
            if item is None:
                continue
            key = self._identity(item)
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(item)
        return fresh


class InOrder:
    """Items that have no identity, of lists in which new ones stand first and push the others on.

    A page that begins with what the pages before ended with repeats it. Of the ways to see that, the longest counts:
    items that are equal to the last are not told from those very items. Equal items within one page all stay. A page
    that has the whole one before in it, or most of its own items from there, is the list from its beginning again:
    what stands before them is newer.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._last: list[Any] = []
        self._page: list[Any] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def meets(self, items: list[Any]) -> bool:
        """Whether they begin with what is known."""
        return self._repeated(items) > 0

    def add(self, items: list[Any]) -> list[Any]:
        """Those that are new, in order. None stands for what is no item."""
        new = items[self._repeated(items) :]
        self._last = (self._last + new)[-max(self._longest, len(items)) :]
        self._page = items
        fresh = [item for item in new if item is not None]
        self._count += len(fresh)
        return fresh

    def _repeated(self, items: list[Any]) -> int:
        most = min(len(items), len(self._last))
        known = next((n for n in range(most, 0, -1) if self._last[-n:] == items[:n]), 0)
        return max(known, self._begun_again(items))

    def _begun_again(self, items: list[Any]) -> int:
        """Up to where they are the page before once more."""
        if len(items) < len(self._page):
            return 0
        for start in range(len(items) // 2 + 1):
            part = items[start : start + len(self._page)]
            if part == self._page[: len(part)]:
                return start + len(part)
        return 0
