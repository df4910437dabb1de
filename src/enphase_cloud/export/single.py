"""One file with one table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import _time
from .changes import NEVER, kept_until, memory_of
from .files import TARGETS, memory_of_file
from .merge import merged, opened
from .origins import open_gaps
from .run import Exported
from .shape import Shaper
from .work import Unreadable, Workshop, checked_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..archived import Archive
    from .changes import Memory
    from .choice import Choice
    from .origins import Origin


def write(archive: Archive, choice: Choice, origins: Sequence[Origin], *, only_new: bool) -> Exported:
    """Write the table; with `only_new`, what has changed of it."""
    checked_place(choice.path)
    if not only_new:
        return _written(archive, choice, origins, None)
    try:
        return _written(archive, choice, origins, memory_of_file(choice.path, choice.form))
    except Unreadable as error:
        return replace(_written(archive, choice, origins, None), renewed=str(error))


def _written(archive: Archive, choice: Choice, origins: Sequence[Origin], before: Memory | None) -> Exported:
    path = choice.path
    until = kept_until(before, choice, origins)
    if before is not None and until == NEVER:
        settled = min(series["settled"] for series in before.series.values())
        return Exported(path, 0, 0, len(origins), 0, _time.aware(settled), 0)
    with (
        Workshop(path.parent, path.name) as workshop,
        Shaper(choice.kind, choice, origins, workshop.folder) as shaper,
    ):
        target = TARGETS[choice.form](path, shaper.schema, workshop)
        try:
            reached = target.begin(until, shaper.every)
            streams = opened(archive, origins, shaper.every, reached)
            rows = 0
            for piece in merged(shaper, streams):
                target.add(piece)
                rows += piece.rows.num_rows
            memory = memory_of(choice, streams)
            target.finish(memory)
        finally:
            target.close()
    settled = min(stream.settled for stream in streams)
    return Exported(path, rows, target.kept, len(origins), 1, _time.aware(settled), *open_gaps(streams))
