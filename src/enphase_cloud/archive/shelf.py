"""The archive as a flow sees it: what is kept is recalled, what was paid for is kept.

A client without an archive has an empty shelf. One that reads the archive and nothing else has a shelf that is
`alone`: all that is kept is used, however old, and what is not there is a gap.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from enphase_v4.catalog import OPERATIONS

from ..errors import ConfigurationError
from ..transport.messages import Answer
from .answers import TELL_SYSTEMS, Paid, canonical, systems_of
from .coverage import NOTHING, Coverage, Doubt, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..transport.messages import Request
    from .coverage import Held
    from .store import Store

OBJECTS = frozenset({"listSystems", "getSystemById", "listSystemDevices", "fetchChargersSummary"})
"""Operations without a range whose answers are kept, too: what systems and devices there are."""

_log = logging.getLogger("enphase_cloud.archive")


class Recall(NamedTuple):
    """Command: what is kept of this. Comes back: a Coverage."""

    key: Key
    due: int
    """Seconds after which what is not final is asked for again."""


class Reopen(NamedTuple):
    """Command: an answer that is kept. Comes back: an Answer that cost no hit; None where it is lost."""

    key: Key
    held: Held


class Keep(NamedTuple):
    """Command: keep an answer, and what it covers. Comes back: nothing."""

    key: Key
    asked: Mapping[str, Any]
    start: int
    until: int
    final: int
    answer: Answer
    before: int | None = None
    """The answer says that there is nothing before this."""
    doubts: Sequence[tuple[int, int]] = ()
    """Parts of which more may come, though they are final."""
    lasting: bool = False
    """That goes for them however old they are."""


class Shelf:
    """What one client keeps, and what it uses of what is kept."""

    def __init__(
        self,
        store: Store | None,
        clock: Callable[[], float],
        hide: Callable[[str], str] = str,
        *,
        alone: bool = False,
        strict: bool = False,
        due: int | None = None,
    ) -> None:
        """`strict`: what cannot be kept is an error. `due`: in the place of what the policy says."""
        self.store = store
        self.alone = alone
        self._clock = clock
        self._hide = hide
        self._strict = strict
        self._due = due

    def recall(self, step: Recall) -> Coverage:
        """What is kept of this, as this client uses it."""
        if self.store is None:
            return Coverage(alone=True) if self.alone else NOTHING
        due = step.due if self._due is None else self._due
        now = int(self._clock())
        return self.store.coverage(step.key, now, fresh_since=now - due, alone=self.alone)

    def reopen(self, step: Reopen) -> Answer | None:
        """An answer as it came."""
        assert self.store is not None  # noqa: S101 - who has no store has nothing to reopen
        kept = self.store.body(step.held.id)
        if kept is None:
            return None
        return _answer(step.key, kept.status, kept.content_type, kept.body, self._hide)

    def keep(self, step: Keep, fetched: float) -> str | None:
        """Keep an answer; returns why that was not possible. ConfigurationError for that, where it is strict."""
        answer = step.answer
        paid = Paid(
            step.key,
            step.asked,
            step.start,
            step.until,
            step.final,
            int(fetched),
            answer.status,
            answer.hits,
            answer.content_type,
            answer.content,
        )
        doubts = [Doubt(*part, int(fetched), step.lasting) for part in step.doubts]
        return self._try(lambda store: store.keep(paid, step.before, doubts))

    def keep_object(self, request: Request, answer: Answer, fetched: float) -> str | None:
        """Keep the answer of one of OBJECTS."""
        arguments = dict(request.arguments)
        system_id = arguments.pop("system_id", 0)
        asked = {name: value for name, value in arguments.items() if isinstance(value, int | str)}
        at = int(fetched)
        key = object_key(request.operation_id, int(system_id), asked)
        paid = Paid(key, {}, at, at, at, at, answer.status, answer.hits, answer.content_type, answer.content)

        def keep(store: Store) -> None:
            if answer.operation_id in TELL_SYSTEMS:
                store.know(systems_of(answer.operation_id, answer.document()), at)
            store.keep(paid)

        return self._try(keep)

    def system(self, system_id: int) -> dict[str, Any] | None:
        """What a list of systems, or the system itself, has said of it when that was last asked."""
        return None if self.store is None else self.store.systems(system_id).get(system_id)

    def close(self) -> None:
        if self.store is not None:
            self.store.close()

    def _try(self, work: Callable[[Store], None]) -> str | None:
        if self.store is None or self.alone:
            return None
        try:
            work(self.store)
        except ConfigurationError as error:
            if self._strict:
                raise
            _log.warning("an answer was paid for, and is not kept: %s", error)
            return str(error)
        return None


EMPTY = Shelf(None, lambda: 0.0)
"""Of a client without an archive."""


def range_key(operation_id: str, arguments: Mapping[str, Any]) -> Key:
    """What the answers of a range are kept under: the arguments without those of its window."""
    rest = dict(arguments)
    return Key(operation_id, int(rest.pop("system_id")), canonical(rest))


def object_key(operation_id: str, system_id: int, asked: Mapping[str, Any]) -> Key:
    """What an answer without a range is kept under."""
    return Key(operation_id, system_id, canonical(asked))


def _answer(key: Key, status: int, content_type: str, body: bytes, hide: Callable[[str], str]) -> Answer:
    operation = OPERATIONS[key.operation]
    path = operation.path.format_map({"system_id": key.system_id, **json.loads(key.detail)})
    return Answer(key.operation, operation.method, path, status, {}, body, content_type, 0, hide)
