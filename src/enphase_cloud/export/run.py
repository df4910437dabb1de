"""From a wish to a file."""

from __future__ import annotations

import errno
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._extras import needed
from ..errors import InvalidRequest
from .choice import FOLDER, chosen

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path

    from .._time import When
    from ..archived import Archive
    from .choice import Choice
    from .origins import Origin


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported, and where it is."""

    path: Path
    rows: int
    """Rows that were written; those of the file that were kept are not counted."""
    kept: int
    """Rows of the file that stayed as they were."""
    series: int
    """Series of systems that are in it."""
    files: int
    """Files that were written."""
    settled_until: datetime | None
    """Aware UTC: what ends up to here is not going to be revised. None where nothing is settled."""
    gaps: int
    """Parts without rows that were not archived, or could not be: a sync may fill them."""
    still_open: int = 0
    """Parts without rows so far, whose rows may still come to the service."""
    renewed: str | None = None
    """With `only_new`: why the file was written anew as a whole, where what was there could not be read."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        settled = None if self.settled_until is None else self.settled_until.isoformat()
        return {**asdict(self), "path": str(self.path), "settled_until": settled}


class NothingArchived(InvalidRequest):
    """The archive has nothing of what was asked for."""


_WRITERS = {FOLDER: "folder", ".duckdb": "database"}


def export(
    archive: Archive,
    to: str | os.PathLike[str],
    *,
    systems: Iterable[int | str] | None = None,
    series: Iterable[str] | None = None,
    kind: str | None = None,
    start: When | None = None,
    end: When | None = None,
    every: str | None = None,
    layout: str | None = None,
    partitioned: bool = False,
    only_new: bool = False,
) -> Exported:
    """Write what is archived to a file. No call is made.

    The file appears when it is whole; until then, and after an error, what was there before stays. The tables are
    described at `enphase_cloud.export`.

    Args:
        archive: The `Archive` that is read.
        to: The file, by its suffix: `.parquet`, `.csv`, `.duckdb`, `.json` (a list), `.jsonl` (an object in a line);
            or a folder that is there: Parquet files, one for each system, series and local month.
        systems: Ids of the systems; all that are archived without it.
        series: Names of the series. Without it, all; where the layout is wide, those of single devices only where
            there are no others.
        kind: `telemetry` or `lifetime`: what a table is made of. A `.duckdb` file has both.
        start: As `System.telemetry` takes it, in the time zone of each site. Without it, all there is.
        end: The same.
        every: `15min`, `hour`, `day` or `month` of the site's clock. Without it, rows as they were measured; every 15
            minutes where the layout is wide.
        layout: `wide` (a row for each time; `.csv`) or `long` (a row for each series and time; all others).
        partitioned: Make a folder, also where there is none yet.
        only_new: Keep of the file that is there what has not changed since it was written. What comes out is the same.
            Where the file cannot be read, it is written anew as a whole, and `renewed` says why.

    Raises InvalidRequest where nothing of it is archived (NothingArchived), where two choices do not go together, or
    where the file was changed by somebody else; ConfigurationError where pyarrow or duckdb are missing, OSError where
    the file cannot be written.
    """
    choice = chosen(
        to,
        systems=systems,
        series=series,
        kind=kind,
        start=start,
        end=end,
        every=every,
        layout=layout,
        partitioned=partitioned,
    )
    engine = needs("duckdb")
    needs("pyarrow")
    found = _wanted(archive, choice)
    writer = import_module(f".{_WRITERS.get(choice.form, 'single')}", __package__)
    interruptible = import_module(".engine", __package__).interruptible
    try:
        with interruptible():
            exported: Exported = writer.write(archive, choice, found, only_new=only_new)
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(choice.path)) from error
    except engine.Error as error:
        raise OSError(errno.EIO, str(error).partition("\n")[0], str(choice.path)) from error
    return exported


def needs(package: str) -> Any:
    """A package of the extra `export`. ConfigurationError where it is not installed."""
    return needed(package, '"enphase-cloud[export]"')


def _wanted(archive: Archive, choice: Choice) -> list[Origin]:
    """What there is of what is wanted. InvalidRequest where that is nothing."""
    found = import_module(".origins", __package__).origins(archive, choice)
    if choice.layout == "wide" and choice.series is None:
        found = [origin for origin in found if origin.serial is None] or found
    if found:
        return list(found)
    msg = "nothing of it is archived: `enphase sync` fetches it, and `enphase archive status` says what is there."
    raise NothingArchived(msg)
