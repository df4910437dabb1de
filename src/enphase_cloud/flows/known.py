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
    items that are equal to the last are not told from those very items. Equal items within one page all stay.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._last: list[Any] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def meets(self, items: list[Any]) -> bool:
        """Whether they begin with what is known."""
        return self._repeated(items) > 0

    def add(self, items: list[Any]) -> list[Any]:
        """Those that are new, in order. None stands for what is no item."""
        new = items[self._repeated(items) :]
        self._last = (self._last + new)[-self._longest :]
        fresh = [item for item in new if item is not None]
        self._count += len(fresh)
        return fresh

    def _repeated(self, items: list[Any]) -> int:
        most = min(len(items), len(self._last))
        return next((n for n in range(most, 0, -1) if self._last[-n:] == items[:n]), 0)
