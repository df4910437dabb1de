"""The options that choose between table, CSV and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from .csv_out import csv_output
from .json_out import JsonLines, JsonObject, JsonOutput
from .table import Card, FlowingTable, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .output import Output

F = TypeVar("F", bound="Callable[..., Any]")

CSV_HELP = (
    "Write a CSV file ('-': print it). It takes its place when it is whole; after an error, what came is in "
    "FILE.partial."
)


def output_options(command: F) -> F:
    """Give a command `--csv` and `--json`; it is handed `csv_file` and `as_json`."""
    return _csv_option(json_option(command))


def stream_options(command: F) -> F:
    """The same for a command whose rows are read while it goes on."""
    return _csv_option(_json_flag("Print a JSON object in each line.")(command))


def json_option(command: F) -> F:
    """Give a command `--json`; it is handed `as_json`."""
    return _json_flag("Print one JSON document.")(command)


def chosen(csv_file: str | None, *, as_json: bool) -> Output:
    """The output that the options ask for: a table without any. Nothing is opened yet."""
    return _csv_or(csv_file, as_json, JsonOutput, Table)


def chosen_for_one(csv_file: str | None, *, as_json: bool, units: Mapping[str, str]) -> Output:
    """The same for one row: a line for each of its values."""
    return _csv_or(csv_file, as_json, JsonObject, lambda: Card(units))


def chosen_for_stream(csv_file: str | None, *, as_json: bool) -> Output:
    """The same for rows that are shown while it goes on."""
    return _csv_or(csv_file, as_json, JsonLines, FlowingTable)


def _csv_or(
    csv_file: str | None, as_json: bool, json: Callable[[], Output], table: Callable[[], Output]
) -> Output:
    if csv_file is not None and as_json:
        raise click.UsageError("--csv and --json cannot be used together: choose one.")
    if csv_file is not None:
        return csv_output(csv_file)
    return json() if as_json else table()


def _csv_option(command: F) -> F:
    return click.option("--csv", "csv_file", metavar="FILE", help=CSV_HELP)(command)


def _json_flag(help_text: str) -> Callable[[F], F]:
    return click.option("--json", "as_json", is_flag=True, help=help_text)
