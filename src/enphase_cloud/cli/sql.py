"""`enphase sql`."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from .formats import chosen, output_options
from .output import iso
from .session import archived, profile_option
from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..export.query import Answer
    from .app import Settings
    from .output import Cell, Output


@click.command("sql")
@click.argument("query", required=False)
@profile_option("Whose service's answers are read, where several are used.")
@output_options
@click.pass_obj
def command(settings: Settings, *, query: str | None, csv_file: str | None, as_json: bool) -> None:
    """Ask the archive a question in SQL, as DuckDB speaks it. No call is made, and nothing is changed.

    \b
      enphase sql
      enphase sql "SELECT date, energy_wh FROM lifetime_production ORDER BY energy_wh DESC LIMIT 3"
      enphase sql "SELECT hour(start_local) AS hour, avg(energy_wh) FROM consumption_meter GROUP BY 1 ORDER BY 1"

    Without a QUERY, the tables and their columns are listed. Only the series that a query names are read: the table
    telemetry is that of all series, battery that of one. `start` and `end` are UTC, `start_local` is the site's clock.
    """
    output = chosen(csv_file, as_json=as_json)
    with archived(settings) as archive:
        from ..export.run import needs  # noqa: PLC0415 - shells that complete a word need none of it

        needs("duckdb"), needs("pyarrow")
        from ..export.query import Tables, answered  # noqa: PLC0415 - as above

        with Tables(archive) as tables:
            if not query:
                with output:
                    _list(output, tables.listing())
                return
            found = tables.ask(query)
            with output, answered():
                _fill(output, found)
    if output.for_people:
        note(counted(output.count, "row"))


def _list(output: Output, columns: Sequence[tuple[str, str, str]]) -> None:
    output.begin(("table", "column", "type"))
    for column in columns:
        output.add(column)


def _fill(output: Output, found: Answer) -> None:
    batches = _batches(found)
    first = next(batches, [])  # what fails at once leaves no output that has begun
    output.begin(_unique(found.schema.names))
    for row in chain(first, chain.from_iterable(batches)):
        output.add(row)


def _batches(found: Answer) -> Iterator[list[list[Cell]]]:
    from ..export.values import values  # noqa: PLC0415 - as above

    for batch in found:
        columns = [values(column) for column in batch.columns]
        yield [[_cell(value) for value in row] for row in zip(*columns, strict=True)]


def _unique(names: Sequence[str]) -> list[str]:
    """Names of columns, none of them twice."""
    found: list[str] = []
    for name in names:
        number, made = 1, name
        while made in found:
            number += 1
            made = f"{name}_{number}"
        found.append(made)
    return found


def _cell(value: Any) -> Cell:
    """A value as it goes to an output."""
    if isinstance(value, dict):
        return {str(name): _inner(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_inner(each) for each in value]
    if isinstance(value, Decimal):
        return int(value) if value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str | int | datetime | date | None):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)


def _inner(value: Any) -> Any:
    made = _cell(value)
    return made if isinstance(made, dict | list) else iso(made)
