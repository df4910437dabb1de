"""What `enphase plot` and `enphase report` have in common: they read the archive, and make no call."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import _time
from ..look.periods import Period
from ..transport.runtime import Runtime
from .files import write_bytes
from .output import standard_output
from .session import INCOMPLETE, Failure
from .text import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ..archived import Archive, Contents
    from ..look.readings import Readings
    from ..system import System
    from .app import Settings


STANDARD = "-"
"""The name of a file that stands for standard output."""


class NothingKept(Failure):
    """The archive has nothing of what was asked for."""

    exit_code = INCOMPLETE


def kept_of(archive: Archive, system: int) -> Sequence[Contents]:
    """What is kept of a system. NothingKept where nothing is."""
    found = [each for each in archive.contents() if each.system_id == system and each.end is not None]
    if not found:
        msg = f"nothing of system {system} is archived in {archive.path}: run `enphase sync {system}` first."
        raise NothingKept(msg)
    return found


def site_of(archive: Archive, system: int, timezone: str | None) -> System:
    """A system; `timezone` stands in where the archive does not know its time zone. ConfigurationError for none."""
    given, site = archive.system(system, timezone=timezone), archive.system(system)
    known = site.timezone
    if timezone is None or not known or _time.find_zone(known) is None:
        return given
    if known != timezone:
        note(f"--timezone {timezone} is not used: the time zone of the site is known, {known}")
    return site


def last_of(contents: Sequence[Contents], readings: Readings, period: Period) -> date:
    """The last local date of which a chart of the period has something; today where there is none.

    Of a day where no interval is kept, the last that was counted.
    """
    begins = [each.start for each in contents if each.start is not None and each.kind == "telemetry"]
    first = min(begins, default=None)
    found = first and readings.last_measured(readings.today, first.astimezone(readings.zone).date())
    if period is Period.DAY and found:
        return found
    dates = [each for each in (found, readings.last_counted(readings.today)) if each]
    return max(dates, default=readings.today)


def present(settings: Settings, now: str | None = None) -> datetime:
    """The time that it is, or that is to be taken for it. InvalidRequest where that has no offset, or is none."""
    if now is None:
        return datetime.fromtimestamp((settings.world or Runtime()).time(), UTC)
    return _time.aware(_time.moment(now, "now").epoch(UTC))


def refuse_terminal(to: str) -> None:
    """UsageError for a page or a picture that would go to a terminal: nobody can read it there."""
    if to == STANDARD and standard_output().isatty():
        raise click.UsageError("--to - prints what no terminal shows: send it to a program, or name a file.")


def deliver(to: str, content: bytes) -> None:
    """Write a file, and say so; or print what would be in it."""
    if to != STANDARD:
        write_bytes(Path(to), content)
        note(f"wrote {to}")
        return
    stream = standard_output()
    stream.flush()
    stream.buffer.write(content)
    stream.buffer.flush()
