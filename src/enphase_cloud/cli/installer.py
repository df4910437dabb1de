"""What the commands of `enphase commissioning` have in common."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .formats import chosen_for_one, output_options
from .records import write_one
from .session import Progress, connected, profile_option
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..commissioning.client import Commissioning
    from ..records.base import Record
    from .app import Settings
    from .output import Output

ID = click.IntRange(min=1)


class Asked(NamedTuple):
    """What a command has to ask with."""

    commissioning: Commissioning
    output: Output


def installer_command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command with the options that all have."""

    def make(function: Callable[..., None]) -> click.Command:
        wrapped = profile_option("Whose grant is used, where several are stored.")(output_options(function))
        return click.command(name)(click.pass_obj(wrapped))

    return make


@contextmanager
def asking(settings: Settings, output: Output, what: str = "") -> Iterator[Asked]:
    """A client and an open output; afterwards it is said what it cost, and how many of `what` there are."""
    progress = Progress()
    with connected(settings, progress) as client:
        with output:
            yield Asked(client.commissioning, output)
        count = f"{counted(output.count, what)}, " if what else ""
        note(f"{count}{counted(progress.hits, 'hit')}")


def show_one(
    settings: Settings,
    ask: Callable[[Commissioning], Record],
    csv_file: str | None,
    *,
    as_json: bool,
    **units: str,
) -> None:
    """Print the one record that there is."""
    with asking(settings, chosen_for_one(csv_file, as_json=as_json, units=units)) as asked:
        found = ask(asked.commissioning)
        write_one(asked.output, found)
        tell_problems(found.problems)


def joined(output: Output, words: Sequence[str] | None) -> Any:
    """Words for people in one text; a list for programs."""
    if words is None:
        return None
    return ", ".join(words) if output.for_people else list(words)


def write_pairs(output: Output, columns: tuple[str, str], found: Iterable[tuple[int, str]]) -> None:
    output.begin(columns)
    for each in found:
        output.add(tuple(each))
