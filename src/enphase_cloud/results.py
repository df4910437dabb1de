"""Rows that are fetched while they are read."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .errors import EnphaseError
from .flows.drive import drive, drive_async
from .rows import Report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator

    from .flows import Flow
    from .rows import Estimate, Gap, Problem
    from .transport.http import AsyncSession, Session

R = TypeVar("R")


class Query(Generic[R]):
    """A series that has been asked for: how to fetch it, what it will cost, what its rows have."""

    def __init__(
        self,
        label: str,
        fields: tuple[str, ...],
        flow: Callable[[Report], Flow[R, None]],
        estimate: Callable[[], Estimate],
    ) -> None:
        self.label = label
        self.fields = fields
        self.flow = flow
        self.estimate = estimate


class _Result(Generic[R]):
    """What is known of a series before, while and after its rows are read."""

    def __init__(self, query: Query[R], session: Any) -> None:
        self._query = query
        self._session = session
        self._report = Report()
        self._begun = False

    @property
    def hits(self) -> int:
        """Calls spent so far, repeated ones and the look-up of the site's time zone included."""
        return self._report.hits

    @property
    def gaps(self) -> list[Gap]:
        """Parts of the range that no row can be had for, and why; complete when all rows have been read."""
        return list(self._report.gaps)

    @property
    def problems(self) -> list[Problem]:
        """What could not be read in the answers, and where; complete when all rows have been read."""
        return list(self._report.problems)

    def estimate(self) -> Estimate:
        """What reading all rows costs, reckoned by the same planner. No call is made."""
        return self._query.estimate()

    def __repr__(self) -> str:
        state = f"{self.hits} hits so far" if self._begun else "nothing fetched yet"
        return f"<{type(self).__name__} of {self._query.label}: {state}>"

    def _begin(self) -> Flow[R, None]:
        if self._begun:
            msg = (
                f"the rows of {self._query.label} have been read already, and reading them again would cost "
                "their calls again. Keep them with list(rows), or ask for the series anew."
            )
            raise EnphaseError(msg)
        self._begun = True
        return self._query.flow(self._report)

    def _columns(self) -> dict[str, list[Any]]:
        return {name: [] for name in self._query.fields}


class Rows(_Result[R]):
    """The rows of a series, once: windows are fetched as the rows are read, and not kept.

    Iterating makes the calls, so it raises what they raise; rows that came before stay what they are. A
    second iteration raises an EnphaseError rather than spend the same calls again.
    """

    _session: Session

    def __iter__(self) -> Iterator[R]:
        return self._read(self._begin())

    def columns(self) -> dict[str, list[Any]]:
        """All rows as a list for each column, in the order of the columns.

        Reads them, so it costs their calls.
        """
        columns = self._columns()
        for batch in drive(self._begin(), self._session, self._report):
            _extend(columns, batch)
        return columns

    def _read(self, flow: Flow[R, None]) -> Iterator[R]:
        for batch in drive(flow, self._session, self._report):
            yield from batch


class AsyncRows(_Result[R]):
    """The rows of a series, once, for `async for`. See Rows."""

    _session: AsyncSession

    def __aiter__(self) -> AsyncIterator[R]:
        return self._read(self._begin())

    async def columns(self) -> dict[str, list[Any]]:
        """All rows as a list for each column, in the order of the columns.

        Reads them, so it costs their calls.
        """
        columns = self._columns()
        async for batch in drive_async(self._begin(), self._session, self._report):
            _extend(columns, batch)
        return columns

    async def _read(self, flow: Flow[R, None]) -> AsyncGenerator[R, None]:
        async with aclosing(drive_async(flow, self._session, self._report)) as batches:
            async for batch in batches:
                for row in batch:
                    yield row


def _extend(columns: dict[str, list[Any]], batch: list[Any]) -> None:
    for column, values in zip(columns.values(), zip(*batch, strict=True), strict=True):
        column.extend(values)
