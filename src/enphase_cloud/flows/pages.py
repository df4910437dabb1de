"""Lists that come in pages: all of it, each item once, with the fewest calls.

Pages are asked for as large as they may be. Each begins where the answers before it ended, by as many items as they
had. Where the document states no largest page (`limit`), the first is asked for by the size that it names, so that what
is refused is no larger one, and the others by five times that: a service that gives less is followed, and one that
refuses it is asked again by the size that it gave. A list may change between two calls:

| what is seen | what is done |
|---|---|
| a page repeats items: others came before it | they are not handed on again |
| the total shrank: items have moved to earlier positions | the pages before are read, back to one that is known |
| a size that the service had not told before | the page is asked for again, by that size |
| the total is reached; where none is said, a page is not full | that was the last one |
| no total or size is said, and the first page is as long as pages may be cut to | the next is asked for by that size |
| the same, and the next is refused: InvalidRequest, NotFound | the one before was the last one |
| nothing new: the same page again, or an empty one | that was the last one, and a problem |

What pages may be cut to is the size that the document names if none is asked for, and what is larger than that and goes
into the largest without a remainder: of 100, it is 10, 20, 25 and 50. So it takes one hit more than need be to read as
many as those, and none to read any other number below the largest.

So what is on the list from the first call to the last is handed on exactly once. There is one exception that nobody
can see: that between two calls items go, and at least as many come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from enphase_v4.catalog import OPERATIONS
from enphase_v4.types import Model

from ..errors import InvalidRequest, NotFound
from ..records.base import Notes
from ..rows import number
from ..transport.messages import Request
from .known import ById, InOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enphase_v4.catalog import Paging

    from ..records.base import Record
    from ..rows import Report
    from . import Flow
    from .known import Identity

R = TypeVar("R", bound="Record")

_PATIENCE = 8
"""Answers in a row that may bring nothing new, where what changes on the list may be why."""


class Page(NamedTuple):
    """What an answer brought."""

    items: list[Any]
    """In order; None for one that could not be read."""
    counts: tuple[int, ...]
    """What the size of a page may have counted."""

    def full(self, sizes: tuple[int, ...]) -> bool:
        """Whether more may follow a page of one of these. What there is more of than was asked for is not counted."""
        return any(size in self.counts for size in sizes) or min(self.counts) >= max(sizes)


ReadPage: TypeAlias = Callable[[Any, Notes], Page | None]
"""Makes a page of the model of an answer; None where there is no list in it. What cannot be read is noted."""


def record_pages(
    kind: type[R], operation_id: str, report: Report, *, identity: Identity | None = None, **arguments: Any
) -> Flow[R, None]:
    """The records of a list that comes in pages. See `pages`."""
    return pages(operation_id, arguments, listed(operation_id, kind.read_from), report, identity=identity)


def listed(operation_id: str, read: Callable[[Any, str, Notes], Any]) -> ReadPage:
    """Reads pages whose items are the objects of the list that the catalog names; `read` may make None of one."""
    path = paging_of(operation_id).items

    def read_page(model: Any, notes: Notes) -> Page | None:
        found = _at(model, path)
        if not isinstance(found, list):
            return None
        items = [read_object(read, item, f"{_root(path)}[{n}]", notes) for n, item in enumerate(found)]
        return Page(items, (len(items),))

    return read_page


def read_object(read: Callable[[Any, str, Notes], Any], item: Any, path: str, notes: Notes) -> Any:
    """What an object of a list is read as; None, and a note, for what is no object."""
    if isinstance(item, Model):
        return read(item, path, notes)
    notes.wrong(path, "no object", item)
    return None


def paging_of(operation_id: str) -> Paging:
    """The catalog's facts on how an operation hands out its list."""
    paging = OPERATIONS[operation_id].paging
    if paging is None:
        msg = f"{operation_id} does not come in pages"
        raise TypeError(msg)
    return paging


def pages(
    operation_id: str,
    arguments: Mapping[str, Any],
    read_page: ReadPage,
    report: Report,
    *,
    identity: Identity | None,
) -> Flow[Any, None]:
    """The items of all pages, in the order in which they come.

    `identity` is what tells them apart; without it, see InOrder. DecodeError for an answer without a list.
    """
    place = _Place(paging_of(operation_id))
    known = InOrder(place.size) if identity is None else ById(identity)
    held: list[Page] = []  # pages behind the one that is looked for, the nearest last
    last: list[Any] = []
    noted = set(report.problems)  # of a page that is read again, they are the same again
    fruitless, back = 0, False
    while True:
        try:
            answer = yield Request(operation_id, {**arguments, **place.asked()})
        except (InvalidRequest, NotFound) as error:
            if place.guessed:
                return
            if isinstance(error, NotFound) or not place.smaller():
                raise
            continue
        model, notes = answer.parsed(), Notes(place.label, answer.hide)
        page = read_page(model, notes)
        if page is None:
            msg = f"no list at {place.root}"
            raise answer.unreadable(msg)
        report.problems += [problem for problem in notes.found if problem not in noted]
        noted.update(notes.found)
        change, resized = place.arrived(model, page)
        if change or resized:
            held.clear()  # what was on them may have moved
        back = back or (change < 0 and fruitless < _PATIENCE)
        if resized and fruitless < _PATIENCE:
            fruitless += 1
            continue
        if back and place.start and not known.meets(page.items):
            held.append(page)
            place.back()
            continue
        found, held, before = [page, *reversed(held)], [], len(known)
        for each in found:
            if fresh := known.add(each.items):
                yield fresh
        if not place.forward(found):
            return
        moved = back or change >= len(page.items) or (place.may_move and page.items != last)
        back, last, fruitless = False, page.items, 0 if len(known) > before else fruitless + 1
        if fruitless > (_PATIENCE if moved and page.items else 0):
            told = "" if place.total is None else f" of {place.total}"
            notes.add(place.root, f"the list ended after {len(known)}{told} items: nothing new came any more")
            report.problems.append(notes.found[-1])
            return


class _Place:
    """Where in a list the reading is, in items from its beginning."""

    def __init__(self, paging: Paging) -> None:
        self._paging = paging
        self._reached = 0
        self.size = paging.max_size
        """Of a page, as the service gives them."""
        self.start = 0
        """Of the page that is asked for."""
        self.total: int | None = None
        self.root = _root(paging.items)
        self._limit = paging.default_size if paging.style == "offset" else paging.max_size
        """How many items the next page is to have at the most."""
        self._largest = paging.max_size
        self._given = False
        """A page had as many as were asked for, and those were more than the default."""
        self._heeded = True
        """The last page had no more than were asked for."""
        self._sizes: tuple[int, ...] = ()
        """How many the first page had, by each count of which that may be all that a page has."""

    @property
    def may_move(self) -> bool:
        """Whether what was known may come again because others came before it, and not because nothing else comes."""
        return self.total is not None or (self._paging.style == "offset" and self._heeded)

    @property
    def guessed(self) -> bool:
        """Whether nothing but the number of items on the page before says that there is the one that is asked for."""
        return bool(self._sizes) and self.start > 0

    def asked(self) -> dict[str, int]:
        """The arguments of the next page. It begins where the last one ended, or before."""
        if self._paging.style == "offset":
            self.start = position = self._reached
        else:
            position = self._reached // self.size + 1
            self.start = (position - 1) * self.size
        self.label = f"{self._paging.parameter} {position}"
        return {self._paging.parameter: position, self._paging.size: self._limit}

    def smaller(self) -> bool:
        """After a refusal: go on with the default size, where that is another one."""
        refused, self._limit = self._limit, self._paging.default_size
        self._largest = self._limit
        return self._paging.style == "offset" and refused > self._limit

    def arrived(self, model: Any, page: Page) -> tuple[int, bool]:
        """By how much the total changed, and whether this is not what was asked for: pages have another size now."""
        count, before = len(page.items), self.total
        self._heeded = count <= self._limit
        self.total = _whole(_at(model, self._paging.total)) if self._paging.total else None
        if self.total is not None and count and self.total < self.start + count:
            self.total = None  # that is no total of this list
        change = 0 if before is None or self.total is None else self.total - before
        told = _whole(model.get_path(self._paging.size)) if isinstance(model, Model) else None
        size = self.size
        if told:
            size = told if told >= count else size
        elif not self.start and 0 < count < (self.total or 0):
            size = count
        elif not self.start and self.total is None and self._paging.style == "page":
            self._sizes = tuple(each for each in page.counts if self._may_be_full(each))
            size = min(self._sizes, default=size)
        # Where the list ends, a size may be the number of what was left.
        resized = size != self.size and (self.total is None or self.start + count < self.total)
        self.size = size if resized else self.size
        return change, resized and self.start > 0

    def back(self) -> None:
        """Look at the page before."""
        self._reached = max(0, self.start - self.size)

    def forward(self, found: list[Page]) -> bool:
        """Go on behind pages that follow one another. Whether there is anything."""
        counts = [len(page.items) for page in found]
        if self._paging.style == "page":
            counts[:-1] = [self.size] * (len(found) - 1)
        end = self.start + sum(counts)
        self._reached = end if self._paging.style == "offset" else self.start + self.size * len(found)
        if self.total is not None:
            return end < self.total
        if self._paging.style == "offset":
            return self._goes_on(counts[-1])
        return found[-1].full(self._sizes or (self.size,))

    def _may_be_full(self, count: int) -> bool:
        """Whether this many may be what a service gives at the most, also where it was asked for more."""
        default, largest = self._paging.default_size, self._paging.max_size
        return count == default or (default < count <= largest and not largest % count)

    def _goes_on(self, count: int) -> bool:
        """Whether there is a next page where none states how large it may be: a short one may have been cut short."""
        default = self._paging.default_size
        self._given = self._given or count >= self._limit > default
        full = count >= (self._limit if self._given else default)
        self._limit = self._largest
        return full


def _root(path: str) -> str:
    return f"$.{path}" if path else "$"


def _at(model: Any, path: str) -> Any:
    return model.get_path(path) if path and isinstance(model, Model) else model


def _whole(value: Any) -> int | None:
    read = number(value)
    return None if read is None or read < 0 else int(read)
