"""What is fetched while it is read: lists that come in pages, live readings, and the rows of series."""

from __future__ import annotations

from contextlib import aclosing, closing
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar
from weakref import ref

from ._time import aware
from .errors import EnphaseError
from .flows.drive import drive, drive_async
from .flows.estimate import priced
from .frames import Things, converter
from .rows import Cost, Gap, Report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
    from datetime import datetime
    from types import TracebackType

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from .flows import Flow
    from .frames import Shape
    from .rows import Estimate, Missing, Problem
    from .transport.http import AsyncSession, Session

R = TypeVar("R")


class Query(NamedTuple):
    """Something that has been asked for: how to fetch it, what that takes, and what its batches are made of."""

    label: str
    flow: Callable[[Report], Flow[Any, None]]
    cost: Callable[[], Cost]
    shape: Shape
    resumes: bool = False
    """Whether the flow goes on from `report.reached`, where it is begun a second time."""


def of_any_length(
    label: str, flow: Callable[[Report], Flow[Any, None]], make: Callable[[Any], Any] | None = None
) -> Query:
    """A list of which nobody can say beforehand how many calls it takes; its items may be made into something else."""
    return Query(label, flow, lambda: Cost(1, exact=False), Things(make=make))


def _nothing() -> None:
    """In place of a reference to what has not been begun."""


class _Result(Generic[R]):
    """What is known before, while and after it is read."""

    def __init__(self, query: Query, session: Any) -> None:
        self._query = query
        self._session = session
        self._report = Report()
        self._begun = False
        self._failed = False
        self._ended = False
        self._held: list[list[Any]] = []
        """Batches that were being collected when that was interrupted: whoever reads on gets them first."""
        self._open: Callable[[], Any] = _nothing
        """A weak reference: a loop that is left drops its iterator, and that closes what is open."""

    @property
    def hits(self) -> int:
        """Calls that ended so far, repeated ones and the look-up of the site's time zone included.

        One that was interrupted (cancelled, Ctrl-C) counts in `enphase.quota`, but not here.
        """
        return self._report.hits

    @property
    def problems(self) -> list[Problem]:
        """What could not be read in the answers, and where; complete when all has been read."""
        return list(self._report.problems)

    @property
    def details(self) -> Any:
        """The generated model of the answer that was read last: what it says besides, and what nobody knew of.

        None before there is one, and of streams. It is made when it is asked for; a DecodeError, where it cannot be.
        """
        answer = self._report.answer
        return None if answer is None else answer.parsed()

    def estimate(self) -> Estimate:
        """What reading all of it costs, reckoned by the same planner. No call is made."""
        return priced(self._query.cost(), self._session.quota())

    def __repr__(self) -> str:
        state = f"{self.hits} hits so far" if self._begun else "nothing fetched yet"
        return f"<{type(self).__name__} of {self._query.label}: {state}>"

    def _begin(self) -> Flow[Any, None]:
        if self._begun and not (self._failed and self._query.resumes):
            msg = (
                f"{self._query.label}: this has been read already, or in part, and reading it again would cost its "
                "calls again. Keep what you read, with to_list() for one, or ask anew."
            )
            raise EnphaseError(msg)
        self._begun, self._failed = True, False
        return self._query.flow(self._report)

    def _interrupted(self, collected: list[list[Any]]) -> None:
        """Keep what was being collected when that was cancelled: it was paid for, and nobody has it."""
        if self._query.resumes:
            self._held = collected


class _Ranged:
    """What is known of a range besides its rows."""

    _report: Report

    @property
    def gaps(self) -> list[Gap]:
        """Parts of the range that have no row, and why, in order; complete when all rows have been read."""
        return [_shown(gap) for gap in self._report.gaps]

    @property
    def silences(self) -> list[Gap]:
        """Parts of the range that have no row, and are not to have one: nights of microinverters. In order."""
        return [_shown(gap) for gap in self._report.silences]

    @property
    def errors(self) -> list[EnphaseError]:
        """What was raised by the calls that `on_error="gap"` made gaps of, in order."""
        return list(self._report.errors)

    @property
    def settled_until(self) -> datetime | None:
        """The aware UTC time up to which the rows that were read are not going to be revised any more.

        As far as the answers say: that all devices have reported, and that energy has come in with the last report; of
        events and alarms, that those that began by then are over. None before anything was read.
        """
        return None if self._report.settled is None else aware(self._report.settled)


def _shown(gap: Missing) -> Gap:
    return Gap(aware(gap.start), aware(gap.end), gap.reason)


class Listing(_Result[R]):
    """A list that is fetched while it is read, once: pages come as they are needed, and are not kept.

    Iterating makes the calls, so it raises what they raise; what came before stays what it is. A second
    iteration raises an EnphaseError rather than spend the same calls again. As a context manager, or with
    `close()`, it ends at once what is still open.
    """

    _session: Session

    def __iter__(self) -> Iterator[R]:
        opened = self._read()
        self._open = ref(opened)
        return opened

    def to_list(self) -> list[R]:
        """All of it, as a list. Makes the calls. An error that ends it has what came before in `error.partial`."""
        found: list[R] = []
        self._collect(lambda batch: found.extend(self._query.shape.rows(batch)), lambda: found)
        return found

    def close(self) -> None:
        """End what is being read: nothing more is asked for. Harmless where nothing is.

        Where another thread is reading, its loop ends: at once where it listens to a stream, else with the answer
        that it waits for.
        """
        opened = self._open()
        if opened is None:
            return
        try:
            opened.close()
        except ValueError:  # another thread is in it
            self._ended = True
            if self._report.stream is not None:
                self._report.stream.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> Generator[R, None, None]:
        with closing(self._batches()) as batches:
            for batch in batches:
                yield from self._query.shape.rows(batch)
                del batch  # it is not held while the next one is fetched; nor is it below

    def _batches(self) -> Generator[list[Any], None, None]:
        flow = self._begin()
        try:
            while self._held:
                yield self._held.pop(0)
            for batch in drive(flow, self._session, self._report):
                yield batch
                del batch
                if self._ended:
                    return
        except GeneratorExit:
            raise
        except BaseException as error:  # cancelled, or Ctrl-C, just as well: what came before was handed on
            self._failed = True
            if not (self._ended and isinstance(error, EnphaseError)):
                raise

    def _collect(
        self,
        take: Callable[[list[Any]], None],
        partial: Callable[[], Any],
        packed: Callable[[list[Any]], list[Any]] = list,
    ) -> None:
        """Give all batches to `take`, and hold them, `packed`. An error gets what `partial` makes of those before."""
        collected: list[list[Any]] = []
        try:
            for batch in self._batches():
                collected.append(batch)
                collected[-1] = packed(batch)
                del batch
                take(collected[-1])
        except EnphaseError as error:
            error.partial = partial()
            raise
        except BaseException:
            self._interrupted(collected)
            raise


class AsyncListing(_Result[R]):
    """The same for `async for`. See Listing."""

    _session: AsyncSession

    def __aiter__(self) -> AsyncIterator[R]:
        opened = self._read()
        self._open = ref(opened)
        return opened

    async def to_list(self) -> list[R]:
        """All of it, as a list. See Listing.to_list."""
        found: list[R] = []
        await self._collect(lambda batch: found.extend(self._query.shape.rows(batch)), lambda: found)
        return found

    async def close(self) -> None:
        """End what is being read: nothing more is asked for. See Listing.close, for tasks in place of threads."""
        opened = self._open()
        if opened is None:
            return
        try:
            await opened.aclose()
        except RuntimeError:  # another task is in it
            self._ended = True
            if self._report.stream is not None:
                await self._report.stream.end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _read(self) -> AsyncGenerator[R, None]:
        async with aclosing(self._batches()) as batches:
            async for batch in batches:
                for row in self._query.shape.rows(batch):
                    yield row
                del batch

    async def _batches(self) -> AsyncGenerator[list[Any], None]:
        flow = self._begin()
        try:
            while self._held:
                yield self._held.pop(0)
            async with aclosing(drive_async(flow, self._session, self._report)) as batches:
                async for batch in batches:
                    yield batch
                    del batch
                    if self._ended:
                        return
        except GeneratorExit:
            raise
        except BaseException as error:  # cancelled, or Ctrl-C, just as well: what came before was handed on
            self._failed = True
            if not (self._ended and isinstance(error, EnphaseError)):
                raise

    async def _collect(
        self,
        take: Callable[[list[Any]], None],
        partial: Callable[[], Any],
        packed: Callable[[list[Any]], list[Any]] = list,
    ) -> None:
        """Give all batches to `take`. See Listing._collect."""
        collected: list[list[Any]] = []
        try:
            async with aclosing(self._batches()) as batches:
                async for batch in batches:
                    collected.append(batch)
                    collected[-1] = packed(batch)
                    del batch
                    take(collected[-1])
        except EnphaseError as error:
            error.partial = partial()
            raise
        except BaseException:
            self._interrupted(collected)
            raise


class Rows(_Ranged, Listing[R]):
    """The rows of a range, once: windows are fetched as the rows are read, and not kept.

    Iterating makes the calls, so it raises what they raise; rows that came before stay what they are. After such an
    error, or one that interrupted it (a cancelled task, Ctrl-C), reading again goes on where it failed, and asks for
    nothing twice. After the end it raises an EnphaseError rather than spend the same calls again.
    """

    def columns(self) -> dict[str, list[Any]]:
        """All rows as a list for each column, in the order of the columns.

        Reads them, so it costs their calls. An error that ends it has the columns up to there in `error.partial`.
        """
        columns = self._query.shape.columns()
        self._collect(lambda batch: self._query.shape.extend(columns, batch), lambda: columns)
        return columns

    def to_arrow(self) -> pa.Table:
        """All rows as a `pyarrow.Table`. The same columns for every result of a series, also where there are no rows.

        `end` is timestamp[us, tz=UTC], `date` is date32, Wh, W and percent are float64, `devices_reporting` is int64;
        of events and alarms, times are timestamps, words are strings, the devices of an alarm are a list of
        structs. All may be null. Units stand in the names, and in the metadata of the fields.

        Reads the rows, so it costs their calls. An error that ends it has the table up to there in `error.partial`.
        ConfigurationError, before any call, where pyarrow is missing: `pip install "enphase-cloud[export]"`.
        """
        table: pa.Table = self._framed(converter("arrow"))
        return table

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a `pandas.DataFrame`: as `to_arrow`, with an index that only counts.

        `end` is datetime64[us, UTC], `date` a datetime64 without time zone; whole numbers are `Int64` and true or false
        `boolean`, which have a place for what is missing. Needs pyarrow and pandas: `pip install pandas`.
        """
        return self._framed(converter("pandas"))

    def to_polars(self) -> pl.DataFrame:
        """All rows as a `polars.DataFrame`: as `to_arrow`. Needs pyarrow and polars: `pip install polars`."""
        frame: pl.DataFrame = self._framed(converter("polars"))
        return frame

    def to_batches(self) -> Iterator[pa.RecordBatch]:
        """The table that `to_arrow` makes, piece by piece: a `pyarrow.RecordBatch` for each window that has rows.

        Windows are fetched as the pieces are read, and not kept, so that a range need not fit in memory.
        """
        converter("arrow")
        opened = self._pieces()
        self._open = ref(opened)
        return opened

    def to_arrow_stream(self) -> pa.RecordBatchReader:
        """The same as a `pyarrow.RecordBatchReader`, for what reads Arrow streams: writers of Parquet, DuckDB, Polars.

        Whoever reads it makes the calls, and gets what they raise. AsyncRows have none, as such readers do not wait for
        an event loop: use `to_batches`.
        """
        converter("arrow")
        reader = import_module("pyarrow").RecordBatchReader
        stream: pa.RecordBatchReader = reader.from_batches(self._query.shape.schema, self.to_batches())
        return stream

    def _framed(self, convert: Callable[[Any, list[Any]], Any]) -> Any:
        shape = self._query.shape
        pieces: list[pa.RecordBatch] = []
        self._collect(
            lambda batch: pieces.extend(shape.pieces(batch)),
            lambda: convert(shape.schema, pieces),
            shape.packed,
        )
        return convert(shape.schema, pieces)

    def _pieces(self) -> Generator[pa.RecordBatch, None, None]:
        with closing(self._batches()) as batches:
            for batch in batches:
                yield from self._query.shape.pieces(batch)
                del batch


class AsyncRows(_Ranged, AsyncListing[R]):
    """The rows of a range, once, for `async for`. See Rows."""

    async def columns(self) -> dict[str, list[Any]]:
        """All rows as a list for each column. See Rows.columns."""
        columns = self._query.shape.columns()
        await self._collect(lambda batch: self._query.shape.extend(columns, batch), lambda: columns)
        return columns

    async def to_arrow(self) -> pa.Table:
        """All rows as a `pyarrow.Table`. See Rows.to_arrow."""
        table: pa.Table = await self._framed(converter("arrow"))
        return table

    async def to_pandas(self) -> pd.DataFrame:
        """All rows as a `pandas.DataFrame`. See Rows.to_pandas."""
        return await self._framed(converter("pandas"))

    async def to_polars(self) -> pl.DataFrame:
        """All rows as a `polars.DataFrame`. See Rows.to_polars."""
        frame: pl.DataFrame = await self._framed(converter("polars"))
        return frame

    def to_batches(self) -> AsyncIterator[pa.RecordBatch]:
        """A `pyarrow.RecordBatch` for each window that has rows, fetched as they are read. See Rows.to_batches."""
        converter("arrow")
        opened = self._pieces()
        self._open = ref(opened)
        return opened

    async def _framed(self, convert: Callable[[Any, list[Any]], Any]) -> Any:
        shape = self._query.shape
        pieces: list[pa.RecordBatch] = []
        await self._collect(
            lambda batch: pieces.extend(shape.pieces(batch)),
            lambda: convert(shape.schema, pieces),
            shape.packed,
        )
        return convert(shape.schema, pieces)

    async def _pieces(self) -> AsyncGenerator[pa.RecordBatch, None]:
        async with aclosing(self._batches()) as batches:
            async for batch in batches:
                for piece in self._query.shape.pieces(batch):
                    yield piece
                del batch
