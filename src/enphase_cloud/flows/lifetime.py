"""Lifetime series: the whole history of a series in one call, a value for each local date."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from ..rows import day_type
from ..transport.messages import Request
from .decode import Reader, at, shown
from .windows import date_text, window_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enphase_v4.catalog import Operation

    from ..rows import DayRow, Report
    from . import Flow


def lifetime(
    operation: Operation, arguments: Mapping[str, Any], start: date | None, end: date | None, report: Report
) -> Flow[DayRow, None]:
    """Rows of the local dates `start <= date < end`, as far as the service has them. One hit.

    The dates are counted from the answer's own start, not from the one that was asked for.
    """
    window = window_of(operation)
    limits = {}
    if start is not None:
        limits[window.start] = date_text(window, start)
    if end is not None:
        limits[window.end] = date_text(window, end - timedelta(days=1))
    answer = yield Request(operation.operation_id, {**arguments, **limits})
    document = answer.document()
    reader = Reader(f"{limits or 'everything'}", report.problems)
    paths = [path for _, path in window.values]
    columns = [reader.listed(document, path) or [] for path in paths]
    first = at(document, window.answer_start)
    begins = _date(first)
    if begins is None:
        if any(columns):
            reader.problem(f"$.{window.answer_start}", f"no date to count from: {shown(first)}")
        return
    if len({len(column) for column in columns}) > 1:
        reader.problem("$", f"{' and '.join(paths)} differ in length: what the shorter lacks is None")
    if begins.toordinal() + max(map(len, columns)) > date.max.toordinal():
        reader.problem(f"$.{window.answer_start}", f"no date to count from: {shown(first)}")
        return
    make = day_type(window.series, tuple(name for name, _ in window.values))
    rows = []
    for index, values in enumerate(zip_longest(*columns)):
        on = begins + timedelta(days=index)
        if (start is None or on >= start) and (end is None or on < end):
            numbers = (
                reader.number(value, f"$.{path}[{index}]") for value, path in zip(values, paths, strict=True)
            )
            rows.append(make(on, *numbers))
    if rows:
        yield rows


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
