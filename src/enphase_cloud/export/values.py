"""Values of DuckDB's as those of Python; as text where Python has none for them.

| DuckDB | here |
|---|---|
| list, array | list |
| struct | dict |
| map | dict; its keys as text |
| union | its value |
| dates and times before the year 1 and after 9999, nanoseconds | ISO 8601 text |
| those that are infinite | `infinity`, `-infinity` |
| interval | text |
| anything else | as pyarrow has it |
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

_CYCLE_DAYS, _CYCLE_YEARS = 146_097, 400
"""The calendar repeats itself after these."""
_DAY = 86_400
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_INTERVAL = ("months", "days", "nanoseconds")


def values(column: pa.Array) -> Sequence[Any]:
    """The values of a column."""
    if not pa.types.is_nested(column.type) and not pa.types.is_interval(column.type):
        try:
            found: list[Any] = column.to_pylist()
        except (OverflowError, ValueError):
            pass  # one of them is none of Python's
        else:
            return found
    return [_value(scalar) for scalar in column]


def _value(scalar: Any) -> Any:
    kind = scalar.type
    if not scalar.is_valid:
        return None
    if pa.types.is_union(kind):
        return _value(scalar.value)
    if pa.types.is_map(kind):
        return {str(_value(each["key"])): _value(each["value"]) for each in scalar.values}
    if pa.types.is_struct(kind):
        return {name: _value(each) for name, each in scalar.items()}
    if pa.types.is_nested(kind):
        return [_value(each) for each in scalar.values]
    if pa.types.is_interval(kind):
        parts = zip(scalar.as_py(), _INTERVAL, strict=True)
        return ", ".join(f"{part} {unit}" for part, unit in parts)
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return _far(scalar)


def _far(scalar: Any) -> str:
    """A date or a time that Python has not."""
    kind, count = scalar.type, int(scalar.value)
    is_date = pa.types.is_date(kind)
    if abs(count) == 2 ** (31 if pa.types.is_date32(kind) else 63) - 1:
        return "infinity" if count > 0 else "-infinity"
    if is_date:
        return _date(count)
    unit = _PER_SECOND[kind.unit]
    seconds, fraction = divmod(count, unit)
    days, clock = divmod(seconds, _DAY)
    text = f"{_date(days)}T{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
    if fraction:
        text += f".{fraction:0{len(str(unit)) - 1}}"
    return text + ("+00:00" if kind.tz else "")


def _date(days: int) -> str:
    """A day of the calendar, counted from 1970, with as many digits of the year as it takes."""
    cycles, rest = divmod(days, _CYCLE_DAYS)
    on = date(1970, 1, 1) + timedelta(rest)
    return f"{on.year + cycles * _CYCLE_YEARS:04}-{on.month:02}-{on.day:02}"
