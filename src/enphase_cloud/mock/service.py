"""The state behind the app: the fleet, the clock, the people, what was used, what goes wrong, what was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from enphase_cloud.mock.accounts import Accounts, Caller, build_owners
from enphase_cloud.mock.activations import Activations
from enphase_cloud.mock.document import Document
from enphase_cloud.mock.faults import Faults, make_fault
from enphase_cloud.mock.fleet import Home, build_fleet
from enphase_cloud.mock.history import History
from enphase_cloud.mock.journal import Call, Journal
from enphase_cloud.mock.options import Options
from enphase_cloud.mock.people import People
from enphase_cloud.mock.quota import Quota
from enphase_cloud.mock.replies import RefusedError


@dataclass(frozen=True)
class Asked:
    """What a handler gets to see of a request."""

    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Service:
    """Reachable as ``app.state.service``, from tests too. Not for use from several threads at once, but for reads."""

    def __init__(self, options: Options, document: Document) -> None:
        self.options = options
        self.document = document
        self.homes: tuple[Home, ...] = build_fleet(options.seed, options.homes, options.epoch)
        self.clock = options.clock
        self.settings = options.settings
        self.accounts = Accounts(
            options.applications,
            build_owners(options.seed, options.owners, self.homes),
            seed=options.seed,
            clock=options.clock,
        )
        self.journal = Journal()
        self.faults = Faults(document.operations, options.seed)
        self.quota = Quota(options.applications, lambda: self.settings.plan)
        self._fleet = {home.system_id: History(home) for home in self.homes}
        self.people = People(options.seed, self.accounts)
        self.activations = Activations(options.seed, self._fleet, self.people, self.accounts)
        self._apply()

    def reset(self) -> None:
        """Forget everything that happened since the start.

        Calls, hits, tokens, faults, settings, the clock's moves; activations and users, and what was done to them.
        """
        self.clock.reset()
        self.settings = self.options.settings
        self.journal.clear()
        self.faults.clear()
        self.accounts.reset()
        self.quota.reset()
        for history in self._fleet.values():
            history.reset()
        self.people.reset()
        self.activations.reset()
        self._apply()

    def change(self, /, **settings: Any) -> None:
        """Change settings while the server runs. ValueError says what is wrong with them."""
        self.settings = self.settings.changed(settings)
        self._apply()

    def _apply(self) -> None:
        for history in self.histories:
            history.late = self.settings.late_data

    @property
    def now(self) -> int:
        """Epoch seconds by the server's clock."""
        return int(self.clock())

    @property
    def system_ids(self) -> list[int]:
        """The ids of the systems, ascending; the first is a good one to try."""
        return [each.home.system_id for each in self.histories]

    @property
    def histories(self) -> list[History]:
        """The systems with their past, ascending by id: the fleet, and the activations that have become one by now."""
        return [*self._fleet.values(), *map(self._as_set, self.activations.systems(self.now))]

    def seen_by(self, caller: Caller) -> list[History]:
        """The systems that `caller` may see, ascending by system id."""
        return [each for each in self.histories if caller.sees(each.home.system_id)]

    def find(self, text: str) -> History | None:
        """The system with that id, as a path spells it; None where there is none."""
        number = as_id(text)
        found = self._fleet.get(number)
        if found is None and (made := self.activations.system(number, self.now)) is not None:
            found = self._as_set(made)
        return found

    def _as_set(self, history: History) -> History:
        history.late = self.settings.late_data
        return history

    def history(self, asked: Asked) -> History:
        """The system that the path names. Raises RefusedError: 404 where there is none, 403 for another's."""
        text = asked.path["system_id"]
        history = self.find(text)
        if history is None:
            raise RefusedError(404, f'System not found for {{:id=>"{text}"}}')
        if not asked.caller.sees(history.home.system_id):
            raise RefusedError(403)
        return history

    def calls(self, operation: str | None = None) -> list[Call]:
        """The journal, or what it says of one operation."""
        return [call for call in self.journal if operation in (None, call.operation)]

    def fail_next(
        self,
        count: int = 1,
        *,
        status: int = 503,
        body: Any = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
        drop: bool = False,
        operation: str | None = None,
    ) -> None:
        """Spoil the next `count` calls (of `operation`, or of any), after those that were ordered before.

        They answer `status` with `body`: a dict or list as JSON, text as HTML where it begins with ``<``,
        else as plain text, bytes as they are, None for what the document shows for that status.
        `content_type` and `headers` are sent as given. With `drop` the connection is closed without an
        answer. Raises ValueError for an unknown operation.
        """
        fault = make_fault(status, body, content_type, headers or {}, drop=drop)
        self.faults.order(fault, count, operation)


def as_id(text: str) -> int:
    """An id as a path spells it; 0, which nobody has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


Handler = Callable[[Service, Asked], Any]
"""Gives the JSON of a success, a `Reply` or a `Stream`; or raises RefusedError."""
