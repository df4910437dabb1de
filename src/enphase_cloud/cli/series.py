"""What the catalog says of series, for the commands that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..flows.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enphase_v4.catalog import Operation

SYSTEM_ID = click.IntRange(min=1)


def values_of(operation: Operation) -> tuple[str, ...]:
    """The names of the values of a series."""
    return tuple(name for name, _ in window_of(operation).values)


def checked_serial(name: str, operation: Operation, serial: str | None) -> None:
    """UsageError for a serial where none belongs, and for none where one is needed."""
    needed = bool(window_of(operation).serial)
    if needed and serial is None:
        raise click.UsageError(f"{name} is a series of one device: name it with --serial.")
    if not needed and serial is not None:
        raise click.UsageError(f"{name} is a series of the whole site: it takes no --serial.")


def described(series: Mapping[str, Operation]) -> str:
    """The series and their values, as lines of a help text; those of the whole site first."""
    lines = []
    for name, operation in sorted(series.items(), key=lambda item: bool(window_of(item[1]).serial)):
        window = window_of(operation)
        step = f"{window.step_seconds // 60} min".rjust(6) + "  " if window.step_seconds else ""
        needs = "  (with --serial)" if window.serial else ""
        lines.append(f"  {name:<18}{step}{', '.join(values_of(operation))}{needs}")
    return "\b\n" + "\n".join(lines)
