"""The state of one mock server: its fleet, its clock, the faults that are due, the journal of calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from enphase_cloud.mock.document import Document
from enphase_cloud.mock.faults import Fault, make_fault
from enphase_cloud.mock.fleet import Home, build_fleet
from enphase_cloud.mock.history import History
from enphase_cloud.mock.options import Options
from enphase_cloud.mock.replies import RefusedError


@dataclass(frozen=True)
class Call:
    """One call as the journal keeps it. `status` 0: the connection was dropped instead of an answer.

    at: epoch seconds by the server's clock
    query: without the API key
    operation: the operationId; None where no operation of the document was met
    """

    at: float
    method: str
    path: str
    query: Mapping[str, str]
    operation: str | None
    status: int


@dataclass(frozen=True)
class Asked:
    """What a handler gets to see of a request."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class Service:
    """Reachable as ``app.state.service``, from tests too."""

    def __init__(self, options: Options, document: Document) -> None:
        self.options = options
        self.document = document
        self.homes: tuple[Home, ...] = build_fleet(options.seed, options.homes, options.epoch)
        self.journal: list[Call] = []
        self._histories = {home.system_id: History(home) for home in self.homes}
        self._faults: list[Fault] = []

    @property
    def now(self) -> int:
        """Epoch seconds by the server's clock."""
        return int(self.options.clock())

    @property
    def system_ids(self) -> list[int]:
        """The ids of the fleet, ascending; the first is a good one to try."""
        return [home.system_id for home in self.homes]

    @property
    def histories(self) -> list[History]:
        """The fleet with its past, ascending by system id."""
        return list(self._histories.values())

    def history(self, asked: Asked) -> History:
        """The home that the path names. Raises RefusedError (404) where there is none."""
        text = asked.path["system_id"]
        known = text.isascii() and text.isdigit() and len(text) <= 18
        history = self._histories.get(int(text)) if known else None
        if history is None:
            raise RefusedError(404, f'System not found for {{:id=>"{text}"}}')
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
        if operation is not None and operation not in self.document.operations:
            known = ", ".join(sorted(self.document.operations))
            raise ValueError(f"no operation {operation!r} in the document; there are: {known}")
        fault = make_fault(status, body, content_type, headers or {}, drop=drop, operation=operation)
        self._faults.extend([fault] * count)

    def take_fault(self, operation: str | None) -> Fault | None:
        """The fault that is due for a call of `operation`, which is then used up."""
        for index, fault in enumerate(self._faults):
            if fault.operation in (None, operation):
                return self._faults.pop(index)
        return None


Handler = Callable[[Service, Asked], Any]
"""Gives the JSON of a 200, or raises RefusedError."""
