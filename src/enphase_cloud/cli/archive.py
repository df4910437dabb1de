"""`enphase archive`: what is kept, and whether it is whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from .formats import chosen, chosen_for_one, output_options
from .session import INCOMPLETE, archived, profile_option
from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..archived import Archive
    from .app import Settings

whose = profile_option("Whose service's answers are meant, where several are used.")


@click.group("archive")
def command() -> None:
    """Show what is kept of what was fetched, and look after the file. No call is made.

    What was paid for once is kept, and read from there ever after. A damaged file is repaired by itself when the damage
    is met: what is whole is kept, and the next `enphase sync` fetches what is missing.
    """


@command.command("status")
@whose
@output_options
@click.pass_obj
def status(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """Show what is kept of each series, from when until when, and what it cost."""
    output = chosen(csv_file, as_json=as_json)
    with archived(settings) as archive, output:
        contents = archive.contents()
        output.begin(
            (
                "system_id",
                "kind",
                "series",
                "serial",
                "answers",
                "hits",
                "bytes",
                "start",
                "end",
                "final_until",
            )
        )
        for each in contents:
            output.add((*each[:2], each.name, *each[3:10]))
        _tell(archive, contents)


@command.command("holes")
@whose
@output_options
@click.pass_obj
def holes(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """List what the last syncs asked for in vain, and why. The next sync asks again."""
    output = chosen(csv_file, as_json=as_json)
    with archived(settings) as archive, output:
        output.begin(("system_id", "kind", "series", "serial", "start", "end", "reason", "problem", "at"))
        for each in archive.holes():
            output.add((*each[:2], each.name, *each[3:9]))
    note(counted(output.count, "hole"))


@command.command("verify")
@whose
@output_options
@click.pass_obj
def verify(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """Look through all of the file, and list what is wrong. Nothing is changed.

    Exit status 6 where something is.
    """
    output = chosen(csv_file, as_json=as_json)
    with archived(settings) as archive, output:
        from ..archive import upkeep  # noqa: PLC0415 - shells that complete a word need none of it

        output.begin(("what", "system_id", "operation", "start", "end"))
        for what, system_id, operation, start, until in (
            upkeep.verify(archive.path) if _there(archive) else ()
        ):
            output.add((what, system_id, operation, _moment(start), _moment(until)))
    if output.count:
        note(f"{counted(output.count, 'finding')}: run `enphase archive rebuild`, which keeps what is whole")
        raise click.exceptions.Exit(INCOMPLETE)
    note("nothing is wrong")


@command.command("compact")
@whose
@output_options
@click.pass_obj
def compact(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """Remove answers that nobody would use, as newer ones say the same, and give back their room.

    What is read from the archive stays the same.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units={})
    with archived(settings) as archive, output:
        from ..archive import upkeep  # noqa: PLC0415 - as above

        output.begin(("answers_removed", "bytes_before", "bytes_after"))
        output.add(upkeep.compact(archive.path) if _there(archive) else (0, 0, 0))


@command.command("rebuild")
@whose
@output_options
@click.pass_obj
def rebuild(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """Write the file anew from all answers in it that are whole, and what is derived of them.

    Of a damaged file the old one is kept beside it, and told. Exit status 6 where answers are lost: `enphase sync`
    fetches them again.
    """
    output = chosen_for_one(csv_file, as_json=as_json, units={})
    with archived(settings) as archive, output:
        from ..archive import upkeep  # noqa: PLC0415 - as above

        output.begin(("answers", "answers_lost", "bytes_before", "bytes_after", "damaged_file"))
        done = upkeep.rebuild(archive.path) if _there(archive) else upkeep.Rebuilt(0, 0, 0)
        salvaged = done.salvaged
        lost = salvaged.lost if salvaged else 0
        aside = str(salvaged.aside) if salvaged else None
        output.add((done.answers, lost, done.before, done.after, aside))
        if salvaged:
            note(f"it was damaged ({salvaged.why}): {salvaged}")
    if lost:
        raise click.exceptions.Exit(INCOMPLETE)


def _there(archive: Archive) -> bool:
    """Whether there is a file; else that is told."""
    there = archive.path.exists()
    if not there:
        note(f"nothing is archived yet: there is no {archive.path}")
    return there


def _tell(archive: Archive, contents: Sequence[tuple[object, ...]]) -> None:
    if not _there(archive):
        return
    asides = damaged(archive.path)
    size = archive.path.stat().st_size
    answers, hits = (sum(int(str(each[index])) for each in contents) for index in (4, 5))
    note(f"{counted(answers, 'answer')} for {counted(hits, 'hit')}, {size / 1e6:,.1f} MB in {archive.path}")
    if asides:
        note(f"damaged files that are kept beside it: {', '.join(asides)}")
    missing = len(archive.holes())
    if missing:
        note(f"{counted(missing, 'hole')}: see `enphase archive holes`; the next sync asks again")


def damaged(path: Path) -> list[str]:
    """The damaged files that were set aside, whole answers of which are in the archive."""
    found = path.parent.glob(f"{path.name}.damaged-*")
    return sorted(each.name for each in found if not each.name.endswith(("-wal", "-shm")))


def _moment(epoch: int | None) -> datetime | None:
    try:
        return None if epoch is None else datetime.fromtimestamp(epoch, UTC)
    except (ValueError, OverflowError, OSError):  # whatever a disk has made of it
        return None
