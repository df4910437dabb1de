"""The options that choose between table, CSV and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from .csv_out import csv_output
from .json_out import JsonOutput
from .table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from .output import Output

F = TypeVar("F", bound="Callable[..., Any]")

CSV_HELP = (
    "Write a CSV file ('-': print it). It takes its place when it is whole; after an error, what came is in "
    "FILE.partial."
)


def output_options(command: F) -> F:
    """Give a command `--csv` and `--json`; it is handed `csv_file` and `as_json`."""
    command = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)
    return click.option("--csv", "csv_file", metavar="FILE", help=CSV_HELP)(command)


def chosen(csv_file: str | None, *, as_json: bool) -> Output:
    """The output that the options ask for: a table without any. Nothing is opened yet."""
    if csv_file is not None and as_json:
        raise click.UsageError("--csv and --json cannot be used together: choose one.")
    if csv_file is not None:
        return csv_output(csv_file)
    return JsonOutput() if as_json else Table()
