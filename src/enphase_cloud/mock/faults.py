"""Calls that go wrong on request: what was ordered, and whose turn it is.

Orders stand in the line in which they were made. A call goes down the line: every order that is for its operation
is asked whether it is due, and the first that is spoils the call. Those behind it are not asked, so they lose no turn.
A count is used up by the calls it spoils; a rate draws anew for each call that asks (by seed, order and number of the
call: the same calls meet the same faults in each run); a script moves on by one for each call that asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from enphase_v4.catalog import Plan

from enphase_cloud.mock.delivery import Delivery
from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.fleet import draw
from enphase_cloud.mock.replies import Reply, Stream, as_json
from enphase_cloud.mock.spoilers import HTML_TYPE, KINDS, Incident, Kind, documented, status_kind

FAULTS: dict[str, str] = {name: kind.explained(name) for name, kind in KINDS.items()}
"""What each name does. Every other status from 200 to 599 is a name as well."""

BESIDE = ("authorize", "token")
"""What faults can be for, beside the operations of the document: the calls under `/oauth`."""


@dataclass(frozen=True)
class Fault:
    """One spoilt call.

    name: one of `FAULTS`, or a status
    ordered: the same with its option
    place: which operation it met; None: an unknown path
    """

    name: str
    ordered: str
    kind: Kind
    amount: float | None = None
    place: str | None = None
    salt: tuple[object, ...] = ()

    @property
    def unseen(self) -> bool:
        """Whether the call never reaches the service, which neither counts nor answers it."""
        return self.kind.unseen

    @property
    def answered(self) -> bool:
        """Whether the service does what it is asked, and something happens to the answer."""
        return self.kind.answered

    @property
    def free(self) -> bool:
        """Whether the service sees who calls, and does not count the call."""
        return self.kind.free

    def spoil(
        self, reply: Reply | Stream | None, operation: Operation | None, now: float, plan: Plan | None = None
    ) -> Delivery:
        """What goes out in place of `reply` (None: the service was not asked) to a caller with `plan`."""
        return self.kind.spoil(Incident(reply, operation, self.place, now, self.amount, self.salt, plan))


@dataclass
class _Order:
    """One order. `left`: how many calls it still spoils; None: any number."""

    script: list[Fault | None]
    operations: frozenset[str] | None
    left: int | None
    rate: float | None
    salt: tuple[object, ...]
    scripted: bool
    asked: int = field(default=0)

    def due(self) -> Fault | None:
        """The fault for the next call that asks."""
        number, self.asked = self.asked, self.asked + 1
        if self.scripted:
            return self.script[number]
        if self.rate is not None and draw(*self.salt, number) >= self.rate * 2**64:
            return None
        if self.left is not None:
            self.left -= 1
        return self.script[0]

    @property
    def spent(self) -> bool:
        return self.asked >= len(self.script) if self.scripted else self.left is not None and self.left <= 0

    def as_json(self) -> dict[str, Any]:
        """What is still to come, in the words that `add` and `script` take."""
        names = [None if each is None else each.ordered for each in self.script]
        told: dict[str, Any] = {"script": names[self.asked :]} if self.scripted else {"name": names[0]}
        told |= {} if self.left is None else {"count": self.left}
        told |= {} if self.rate is None else {"rate": self.rate}
        return told | ({} if self.operations is None else {"operations": sorted(self.operations)})


class Faults:
    """What is to go wrong."""

    def __init__(self, operations: Iterable[str], seed: int) -> None:
        """`operations`: the operationIds of the document.

        What is in `on_clear` is called, from any thread, when nothing is to go wrong any more.
        """
        self._known = (*sorted(operations), *BESIDE)
        self._seed = seed
        self._orders: list[_Order] = []
        self._made = self._spoilt = 0
        self.on_clear: list[Callable[[], None]] = []

    def add(
        self,
        name: str | int,
        *,
        count: int | None = None,
        rate: float | None = None,
        operations: Collection[str] | str | None = None,
    ) -> None:
        """Let calls meet the fault `name`, after what was ordered before.

        name: one of `FAULTS`, or a status from 200 to 599; with an option as `slow_body=5`
        count: how many calls; None: every one, until `clear`
        rate: the share of the calls, 0 to 1; None: all of them. With both, that share until the count is used up
        operations: operationIds, `authorize` or `token`; None: all, unknown paths too

        Raises ValueError that says what there is.
        """
        fault = self._fault(name)
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise ValueError(f"count must be a whole number from 1, not {count!r}")
        if rate is not None and (
            isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1
        ):
            raise ValueError(f"rate must be a number from 0 to 1, not {rate!r}")
        self._append([fault], operations, left=count, rate=rate)

    def script(
        self, names: Iterable[str | int | None], *, operations: Collection[str] | str | None = None
    ) -> None:
        """Let one call after the other meet what `names` says; None: nothing, as far as this order goes.

        Raises ValueError that says what there is.
        """
        if isinstance(names, str | bytes | Mapping) or not isinstance(names, Iterable):
            raise ValueError(f"script must be a list of names and nulls, not {names!r}")
        self._append(
            [None if name is None else self._fault(name) for name in names], operations, scripted=True
        )

    def order(self, fault: Fault, count: int, operation: str | None = None) -> None:
        """Spoil `count` calls (of `operation`) with a fault that has no name of `FAULTS`."""
        self._append([fault], operation, left=count)

    def clear(self) -> None:
        """Nothing goes wrong any more, and closed ports open. What is ordered next draws as it does from the start."""
        self._orders.clear()
        self._made = self._spoilt = 0
        for each in tuple(self.on_clear):
            each()

    def pending(self) -> list[dict[str, Any]]:
        """What is still to go wrong, first in line first, in the words that `add` and `script` take."""
        return [order.as_json() for order in self._orders]

    def take(self, operation: str | None) -> Fault | None:
        """The fault that is due for a call of `operation` (None: of an unknown path), which is then used up."""
        for order in tuple(self._orders):
            if order.operations is not None and operation not in order.operations:
                continue
            fault = order.due()
            if order.spent:
                self._orders.remove(order)
            if fault is not None:
                self._spoilt += 1
                return replace(fault, place=operation, salt=(self._seed, "spoilt", self._spoilt))
        return None

    def _append(
        self,
        script: list[Fault | None],
        operations: Collection[str] | str | None,
        *,
        left: int | None = None,
        rate: float | None = None,
        scripted: bool = False,
    ) -> None:
        chosen = self._chosen(operations)
        self._made += 1
        salt = (self._seed, "order", self._made)
        order = _Order(script, chosen, left, rate, salt, scripted)
        if not order.spent:
            self._orders.append(order)

    def _chosen(self, operations: Collection[str] | str | None) -> frozenset[str] | None:
        if operations is None:
            return None
        names = [operations] if isinstance(operations, str) else operations
        if not isinstance(names, list | tuple | set | frozenset) or not names:
            raise ValueError(f"operations must be a list of names, not {operations!r}")
        for name in names:
            if name not in self._known:
                raise ValueError(
                    f"no operation {name!r} in the document; there are: {', '.join(self._known)}"
                )
        return frozenset(names)

    def _fault(self, name: str | int) -> Fault:
        text = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
        if isinstance(text, str):
            word, equals, option = text.partition("=")
            kind = KINDS.get(word)
            if (
                kind is None
                and word.isascii()
                and word.isdigit()
                and len(word) == 3
                and "200" <= word <= "599"
            ):
                kind = status_kind(int(word), f"status {word}")
            if kind is not None:
                try:
                    return Fault(word, text, kind, kind.amount(option if equals else None))
                except ValueError as error:
                    raise ValueError(f"{word} {error}") from None
        known = ", ".join(FAULTS)
        raise ValueError(f"there is no fault {name!r}; there are: {known}, and every status from 200 to 599")


def make_fault(
    status: int, body: Any, content_type: str | None, headers: Mapping[str, str], *, drop: bool
) -> Fault:
    """A fault from what `Service.fail_next` takes. Raises ValueError for a status that HTTP does not have."""
    if not 200 <= status <= 599:
        raise ValueError(f"status must be between 200 and 599, not {status}")
    if drop:
        return Fault("dropped", "dropped", KINDS["dropped"])
    content, kind = _encode(body)

    def spoil(incident: Incident) -> Delivery:
        shown = documented(incident, status)
        return Delivery(
            reply=Reply(
                status,
                shown.body if content is None else content,
                content_type or kind or shown.content_type,
                dict(headers),
            )
        )

    return Fault(str(status), str(status), Kind("", spoil, free=status == 429))


def _encode(body: Any) -> tuple[bytes | None, str | None]:
    if body is None:
        return None, None
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        html = body.lstrip().startswith("<")
        return body.encode(), HTML_TYPE if html else "text/plain; charset=utf-8"
    return as_json(body), "application/json"
