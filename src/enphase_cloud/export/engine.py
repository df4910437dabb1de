"""DuckDB, as it is used here: silent, and ended by Ctrl-C."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")


def connect(
    path: str = ":memory:", config: Mapping[str, str | int] | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that draws no progress on standard output: answers go there."""
    connection = duckdb.connect(path, config=dict(config or {}))
    connection.execute("SET enable_progress_bar = false")
    return connection


def aside(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """Let another thread do it: while DuckDB computes it hears no Ctrl-C, and who waits for a thread does."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(work)
        try:
            return coming.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


@contextmanager
def interruptible() -> Iterator[None]:
    """A KeyboardInterrupt in the place of what DuckDB makes of it."""
    try:
        yield
    except (RuntimeError, duckdb.Error) as error:
        if isinstance(error, duckdb.InterruptException) or str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
